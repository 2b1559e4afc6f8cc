"""Gold by rule, of a whole project: what a rule settles is written, the rest stays in the queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tonemark.corpus.annotations import Annotation, answers_among
from tonemark.corpus.documents import Damaged
from tonemark.corpus.gold import Gold
from tonemark.corpus.ruled import begun, standing, unsettled, write_ruled
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokens_of
from tonemark.review.catching_up import catch_up_wholly, differing
from tonemark.review.rules import Rule, by_agreement, by_rule

BATCH = 2_000
"""Documents that are ruled on in one go, and written in one transaction: about a tenth of a second,
in which annotators wait."""


@dataclass(slots=True)
class Ruling:
    """What a rule did: golds made, by rule, and how many of them `renewed` one that annotators had
    changed since.

    Of the rest: documents with gold by rule that stands (`there`) or by people (`kept`), those that
    a reviewer has `begun` with, those on which the rule does not settle all (`left`; `kinds` counts
    those that differ in each way), those with a `single` annotator, those that somebody answered or
    settled `meanwhile`, those to which answers are missing (`waiting`), and the damaged ones.
    """

    made: Counter[str] = field(default_factory=Counter)
    renewed: int = 0
    there: int = 0
    kept: int = 0
    begun: int = 0
    left: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    single: int = 0
    meanwhile: int = 0
    waiting: int = 0
    damaged: int = 0


def rule_on(
    store: Store,
    folder: Path,
    tokenizer: AnyTokenizer,
    rule: Rule,
    told: Callable[[int], object] = lambda document: None,
) -> Ruling:
    """Make gold by a rule of every document of the project in `folder` that it settles.

    Batch by batch: cut off and repeated, it goes on where it stopped, and nothing is made twice.
    Nobody's work is in its way: a document that a reviewer has begun with is left to her. `told` is
    told the number of the document reached, 0 while answers are compared.
    """
    catch_up_wholly(store, tokenizer, lambda: told(0))
    before = standing(store)
    unreadable = _unreadable(store, tokenizer, before.not_compared)
    done = Ruling(
        there=before.by_rule,
        kept=before.by_people,
        meanwhile=len(before.not_compared) - unreadable,
        waiting=before.waiting,
        damaged=unreadable,
    )
    behind = 0
    while batch := unsettled(store, behind, BATCH):
        behind = batch[-1].document
        kinds = dict(batch)
        damaged: set[int] = set()
        held = begun(store, folder, kinds)
        done.begun += len(held)
        golds = []
        answered = answers_among(store, [number for number in kinds if number not in held], damaged)
        for number, answers in answered.items():
            try:
                gold = _ruled(store, tokenizer, number, answers, rule)
            except Damaged:
                damaged.add(number)
                continue
            if gold:
                golds.append(gold)
            elif len(answers) < 2:
                done.single += 1
            else:
                done.left += 1
                done.kinds.update(kinds[number])
        done.damaged += len(damaged)
        written = write_ruled(store, folder, golds) if golds else None
        if written:
            done.made += written.made
            done.renewed += written.renewed
            done.there -= written.renewed
            done.begun += len(written.begun)
            done.meanwhile += len(written.meanwhile)
        told(behind)
    return done


def _unreadable(store: Store, tokenizer: AnyTokenizer, numbers: Sequence[int]) -> int:
    """How many of these documents cannot be compared, for they are damaged."""
    damaged: set[int] = set()
    if not numbers:
        return 0
    for number, answers in answers_among(store, numbers, damaged).items():
        try:
            differing(store, tokenizer, number, answers)
        except Damaged:
            damaged.add(number)
    return len(damaged)


def _ruled(
    store: Store,
    tokenizer: AnyTokenizer,
    number: int,
    answers: dict[int, Annotation],
    rule: Rule,
) -> Gold | None:
    if gold := by_agreement(number, answers):
        return gold
    document = store.document(number)
    return by_rule(document, tokens_of(store, document, tokenizer), answers, rule)
