"""Keeps the table of differences in step with the answers: compares what came since the last time,
so that a queue of reviews can be asked for by kind, label, annotator and size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tonemark.corpus.annotations import Annotation, annotations_of
from tonemark.corpus.documents import Damaged
from tonemark.corpus.gold import Gold, gold_of
from tonemark.corpus.reviews import Differing, newest, next_to_compare, put_compared
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokens_of
from tonemark.review.opening import Difference, Reviewed, reviewed
from tonemark.tokenizers.base import Token

BATCH = 2_000
"""Annotations that are compared in one go: a tenth of a second."""


def catch_up(store: Store, tokenizer: AnyTokenizer, most: int = BATCH) -> bool:
    """Compare at most `most` annotations that nobody has compared; whether there were any.

    A document that cannot be read is left out: doctor names it.
    """
    if store.read_only:
        return False
    batch = next_to_compare(store, most)
    if batch is None:
        return False
    found = []
    for number, finished in sorted(batch.documents.items()):
        if finished:
            with suppress(Damaged):
                found.append(differing(store, tokenizer, number))
    put_compared(store, batch, found)
    return True


def catch_up_wholly(
    store: Store, tokenizer: AnyTokenizer, told: Callable[[], object] = lambda: None
) -> None:
    """Compare all that nobody has compared; `told` is called now and then."""
    while catch_up(store, tokenizer):
        told()


def differing(store: Store, tokenizer: AnyTokenizer, number: int) -> Differing:
    """How those who answered a document differ. Raises Damaged where it cannot be read."""
    given = counted(store, number)
    seen = reviewed(given, tokens_for(store, tokenizer, number, given))
    count = dict.fromkeys(("label", "boundary", "presence", "tokens", "answers"), 0)
    labels: dict[str, None] = {}
    astray: dict[str, None] = {}
    for difference in seen.differences:
        count[difference.kind] += 1
        labels.update(dict.fromkeys(_labels(difference)))
        astray.update(dict.fromkeys(_against_majority(difference, seen)))
    last = newest(store, number, ((each.annotator, each.revision) for each in given))
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
