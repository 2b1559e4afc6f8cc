"""Annotators' corrections of tokens, counted over a project as the rules that they come to.

Counts alone leave here: nobody's name, and no document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tonemark.corpus.annotations import annotated_documents, events_of
from tonemark.corpus.corrections import corrected, said_in
from tonemark.corpus.documents import Damaged
from tonemark.corpus.events import MALFORMED, replay
from tonemark.corpus.shares import is_evaluation
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokens_of
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.profiles.own_rules import Rule


class Counted(NamedTuple):
    """A rule that corrections come to: how often it was made by hand, and in how many places of
    answers the tokens that it would change were left as they are."""

    rule: Rule
    times: int
    left: int


def counted_rules(store: Store, tokenizer: AnyTokenizer, evaluation: float = 0.0) -> list[Counted]:
    """The rules that the current answers' corrections come to, where the project's tokenizer does
    not do so already: the commonest first.

    Documents that came with tokens of their own are not looked at, nor those in the share for
    `evaluation`; damaged ones are passed over.
    Two passes over the answers: one for what was corrected, one for what was left.
    """
    times: Counter[Rule] = Counter()
    before: dict[Rule, tuple[str, ...]] = {}
    for text, given, tokens in _answers(store, tokenizer, evaluation):
        for rule, uncorrected in said_in(text, given, tokens) if tokens is not given else ():
            times[rule] += 1
            before[rule] = uncorrected
    if not times:
        return []
    left: Counter[Rule] = Counter()
    by_first: dict[str, list[Rule]] = {}
    for rule, uncorrected in before.items():
        by_first.setdefault(uncorrected[0], []).append(rule)
    for text, _, tokens in _answers(store, tokenizer, evaluation):
        words = [text[start:end] for start, end in tokens]
        for at, word in enumerate(words):
            for rule in by_first.get(word, ()):
                size = len(before[rule])
                if tuple(words[at : at + size]) == before[rule]:
                    stretch = text[tokens[at].start : tokens[at + size - 1].end]
                    left[rule] += " ".join(stretch.split()) == rule.text
    found = [Counted(rule, count, left[rule]) for rule, count in times.items()]
    return sorted(found, key=lambda each: (-each.times, each.left, each.rule))


def _answers(
    store: Store, tokenizer: AnyTokenizer, evaluation: float
) -> Iterator[tuple[str, tuple[Token, ...], tuple[Token, ...]]]:
    """The text of each answer, the tokens that the tokenizer makes of it, and these as they were
    corrected: the corrections alone are taken from the answer, for another tokenizer may have made
    its other tokens."""
    passed_over: list[str] = []
    for document, given in annotated_documents(store, damaged_keys=passed_over):
        if document.tokens is not None or is_evaluation(document.text, document.meta, evaluation):
            continue
        try:
            tokens = tokens_of(store, document, tokenizer)
            for annotation in given:
                if annotation.tokens is None:
                    yield document.text, tokens, tokens
                else:
                    events = events_of(store, annotation.annotator, document.number)
                    made = replay(document.number, events).draft.made
                    yield document.text, tokens, corrected(document.text, tokens, made)
        except (Damaged, TokensAwaited, *MALFORMED):
            passed_over.append(document.key)
