"""Spans that do not lie on the borders of tokens: they stay where they are, and are told.

Where a project gets another tokenizer, these are what its change leaves behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tonemark.corpus.annotations import annotated_documents
from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.spans import Stretch, Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokens_of
from tonemark.tokenizers.base import Token


class Misfit(NamedTuple):
    """A span that begins or ends where no token does: code points of its document's text.

    `annotator` is empty for a suggestion that came with the document. `fitted` says that it lay on
    the borders of the tokens that it was compared with.
    """

    document: int
    key: str
    annotator: str
    stretch: Stretch
    text: str
    fitted: bool = False


def misfits(
    store: Store, tokenizer: AnyTokenizer, before: AnyTokenizer | None = None
) -> Iterator[Misfit]:
    """The spans of answers, and the suggestions given with documents, that do not lie on the
    borders of the tokens which `tokenizer` makes, document by document; with `before`, whether they
    lie on those of that one.

    An answer whose annotator corrected tokens is judged by her own, a document that came with
    tokens by those. Documents that are damaged, or whose tokens are not there, are passed over. A
    stream.
    """
    passed_over: list[str] = []
    for document, answers in annotated_documents(store, unanswered=True, damaged_keys=passed_over):
        try:
            given: list[tuple[str, Sequence[Stretch], tuple[Token, ...] | None]] = [
                (each.annotator, each.spans, each.tokens) for each in answers
            ]
            given.append(("", store.suggestions(document), None))
            if not any(stretches for _, stretches, _ in given):
                continue
            tokens = tokens_of(store, document, tokenizer)
        except (Damaged, TokensAwaited):
            continue
        for annotator, stretches, own in given:
            off = off_borders(stretches, own or tokens)
            known = _known(store, document, before) if off and own is None else None
            fitted = set(off) - set(off_borders(off, known)) if known else set()
            for each in off:
                text = document.text[each.start : each.end]
                yield Misfit(document.number, document.key, annotator, each, text, each in fitted)


def off_borders(stretches: Iterable[Stretch], tokens: Iterable[Token]) -> list[Stretch]:
    """Those of some stretches that begin or end where no token does."""
    stretches = list(stretches)
    if not stretches:
        return []
    starts, ends = set(), set()
    for start, end in tokens:
        starts.add(start)
        ends.add(end)
    return [each for each in stretches if each.start not in starts or each.end not in ends]


def called(stretch: Stretch) -> str:
    """What a stretch is called to people."""
    return "suggestion" if isinstance(stretch, Suggestion) else "span"


def _known(
    store: Store, document: Document, tokenizer: AnyTokenizer | None
) -> tuple[Token, ...] | None:
    if tokenizer is None:
        return None
    try:
        return tokens_of(store, document, tokenizer)
    except (Damaged, TokensAwaited):
        return None
