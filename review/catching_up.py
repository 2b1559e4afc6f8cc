"""Keeps the table of differences in step with the answers: compares what came since the last time,
so that a queue of reviews can be asked for by kind, label, annotator and size."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from tonemark.corpus.annotations import Annotation, annotations_of, answers_among
from tonemark.corpus.documents import Damaged
from tonemark.corpus.gold import Gold, gold_of, with_gold
from tonemark.corpus.reviews import Differing, next_to_compare, put_compared
from tonemark.corpus.store import PATIENCE, Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokens_of
from tonemark.review.opening import Difference, Reviewed, alike, reviewed
from tonemark.tokenizers.base import Token

BATCH = 2_000
"""Annotations that are compared in one go: some tens of milliseconds."""


class Pace:
    """How many annotations are compared in one go, so that a screen is not held up: as many as take
    `within` seconds, by what the last ones took."""

    def __init__(self, within: float = 0.02) -> None:
        self.within = within
        self._most = 20

    def step(self, store: Store, tokenizer: AnyTokenizer) -> bool:
        """Compare some; whether there were any. Raises TonemarkError where the store has no turn
        for it at once."""
        began = time.monotonic()
        done = catch_up(store, tokenizer, self._most, patience=self.within)
        took = max(time.monotonic() - began, 1e-4)
        self._most = max(1, min(BATCH, 2 * self._most, int(self._most * self.within / took)))
        return done


def catch_up(
    store: Store, tokenizer: AnyTokenizer, most: int = BATCH, patience: float = PATIENCE
) -> bool:
    """Compare at most `most` annotations that nobody has compared; whether there were any.

    Waits `patience` seconds for its turn to write. A document that cannot be read is left out:
    doctor names it.
    """
    if store.read_only:
        return False
    batch = next_to_compare(store, most)
    if batch is None:
        return False
    numbers = sorted(number for number, finished in batch.documents.items() if finished)
    found = []
    golden = with_gold(store, numbers)
    for number, answers in answers_among(store, numbers, set()).items():
        with suppress(Damaged):
            found.append(
                said_alike(number, answers)
                if number not in golden and alike(answers.values())
                else differing(store, tokenizer, number, answers)
            )
    put_compared(store, batch, found, patience)
    return True


def catch_up_wholly(
    store: Store, tokenizer: AnyTokenizer, told: Callable[[], object] = lambda: None
) -> None:
    """Compare all that nobody has compared; `told` is called now and then."""
    while catch_up(store, tokenizer):
        told()


def said_alike(number: int, answers: Mapping[int, Annotation]) -> Differing:
    """That those who answered a document say the same: what `differing` finds, without looking for
    what there is not."""
    accepts = sum(each.answer == "accept" for each in answers.values())
    agreed, reach = 0, 0
    for span in next(iter(answers.values())).spans if accepts else ():
        agreed += span.start >= reach
        reach = max(reach, span.end)
    return Differing(number, max(answers, default=0), accepts, agreed, 0, 0, 0, 0, 0)


def differing(
    store: Store, tokenizer: AnyTokenizer, number: int, answers: Mapping[int, Annotation]
) -> Differing:
    """How those who answered a document differ: their annotations by their numbers in the store.
    Raises Damaged where it cannot be read."""
    given = list(answers.values())
    seen = reviewed(given, tokens_for(store, tokenizer, number, given))
    count = dict.fromkeys(("label", "boundary", "presence", "tokens", "answers"), 0)
    labels: dict[str, None] = {}
    astray: dict[str, None] = {}
    for difference in seen.differences:
        count[difference.kind] += 1
        labels.update(dict.fromkeys(_labels(difference)))
        astray.update(dict.fromkeys(_against_majority(difference, seen)))
    last = max(answers, default=0)
    gold = gold_of(store, number)
    if gold and not _changed_since(store, gold, given):
        last = min(last, gold.compared)
    accepts = sum(each.answer == "accept" for each in given)
    return Differing(
        number, last, accepts, len(seen.agreed), **count,
        labels=tuple(sorted(labels)), annotators=tuple(sorted(astray)),
    )  # fmt: skip


def counted(store: Store, number: int) -> list[Annotation]:
    """The current answers to a document that count."""
    return [each for each in annotations_of(store, number) if not each.extra]


def cited(store: Store, number: int, cites: tuple[tuple[str, int], ...]) -> list[Annotation]:
    """The annotations of a document that a review looked at, as they were then."""
    found = {(a.annotator, a.revision): a for a in annotations_of(store, number, earlier=True)}
    return [found[cite] for cite in cites if cite in found]


def tokens_for(
    store: Store, tokenizer: AnyTokenizer, number: int, given: list[Annotation]
) -> tuple[Token, ...]:
    """The tokens of a document, where they are needed: where all say the same, or the tokens are
    still to be made, the borders of spans do."""
    said = {frozenset(each.stretches()) for each in given if each.answer == "accept"}
    if len(said) < 2:
        return ()
    with suppress(TokensAwaited):
        return tokens_of(store, store.document(number), tokenizer)
    return ()


def _labels(difference: Difference) -> set[str]:
    return {label for version in difference.versions for _, _, label in version or ()}


def _against_majority(difference: Difference, seen: Reviewed) -> list[str]:
    """Who stands against the majority; everyone where there is none."""
    if difference.kind == "answers":
        answer = seen.majority_answer()
        return [row.annotator for row in seen.rows if row.answer != answer]
    version = difference.majority()
    return [
        row.annotator
        for row, theirs in zip(seen.rows, difference.versions, strict=True)
        if theirs is not None and (version is None or theirs != version)
    ]


def _changed_since(store: Store, gold: Gold, given: list[Annotation]) -> bool:
    """Whether an answer says something else than when it was looked at, or another one came."""
    then = cited(store, gold.document, gold.cites)
    return _said(then) != _said(given)


def _said(given: list[Annotation]) -> dict[str, tuple[object, ...]]:
    return {
        each.annotator: (
            each.answer,
            each.stretches() if each.answer == "accept" else None,
            each.tokens,
        )
        for each in given
    }
