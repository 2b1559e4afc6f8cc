"""What lies before a reviewer when a document is opened, for the first time and after changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.drafts import Decision
from tonemark.corpus.spans import Span
from tonemark.review.opening import Before, opened, reviewed
from tonemark.tokenizers.base import Token

WORDS = (Token(0, 4), Token(5, 9), Token(10, 14), Token(15, 21))
"""Of "Asha Juma yuko Kisumu"."""

ASHA, ASHA_JUMA = Span(0, 4, "PER", ("a",)), Span(0, 9, "PER", ("b",))
YUKO = Span(10, 14, "LOC", ("d",))
KISUMU = Span(15, 21, "LOC", ("c",))


def said(name: str, *spans: Span, answer: str = "accept", revision: int = 1) -> Annotation:
    return Annotation(1, name, revision, answer, spans)  # type: ignore[arg-type]


def test_what_all_agree_on_stands_with_all_its_sources() -> None:
    by_hand = replace(KISUMU, sources=("manual",))
    given = [said("amina", ASHA, KISUMU), said("juma", ASHA_JUMA, by_hand)]
    spans, decisions, changed = opened(given, WORDS, None)
    assert spans == (replace(KISUMU, sources=("c", "manual")),)
    assert (decisions, changed) == ((), ())
    seen = reviewed(given, WORDS)
    assert [(d.place, d.kind) for d in seen.differences] == [((0, 9), "boundary")]
    assert seen.differences[0].versions == (((0, 4, "PER"),), ((0, 9, "PER"),))


def test_only_accepts_are_compared_and_answers_are_a_difference_of_their_own() -> None:
    given = [
        said("amina", ASHA),
        said("juma", ASHA_JUMA, answer="reject"),
        said("rosa", ASHA),
        said("sami", answer="ignore"),
    ]
    seen = reviewed(given, WORDS)
    assert [(d.place, d.kind, d.versions) for d in seen.differences] == [((0, 0), "answers", ())]
    assert seen.majority_answer() is None
    assert reviewed(given[:3], WORDS).majority_answer() == "accept"
    assert opened(given, WORDS, None)[0] == (ASHA,)
    refused = said("juma", replace(ASHA, sources=("b",)), answer="reject")
    assert reviewed([given[0], refused], WORDS).sources((0, 4, "PER")) == ("a",)


def test_without_an_accept_nothing_is_compared() -> None:
    given = [said("amina", ASHA, answer="reject"), said("juma", KISUMU, answer="ignore")]
    seen = reviewed(given, WORDS)
    assert [d.kind for d in seen.differences] == ["answers"]
    assert seen.agreed == ()
    assert opened(given, WORDS, None) == ((), (), ())


def test_anonymous_rows_are_numbered_in_an_order_that_only_the_document_knows() -> None:
    given = [said(name, ASHA) for name in ("amina", "juma", "rosa")]
    orders = set()
    for key in map(str, range(20)):
        rows = reviewed(given, WORDS, anonymous=key).rows
        assert [row.shown for row in rows] == ["annotator 1", "annotator 2", "annotator 3"]
        orders.add(tuple(row.annotator for row in rows))
        assert rows == reviewed(given[::-1], WORDS, anonymous=key).rows
    assert len(orders) > 3


THEN = [said("amina", ASHA, KISUMU), said("juma", ASHA_JUMA)]
SETTLED = (Decision(0, 9, "amina"), Decision(15, 21, "juma"))


@pytest.mark.parametrize(
    ("now", "kept", "changed"),
    [
        # nothing that matters
        ([replace(THEN[0], comment="hm", revision=2), THEN[1]], SETTLED, ()),
        # she took back what gold has not either
        ([said("amina", ASHA, revision=2), THEN[1]], SETTLED[:1], ()),
        # both agree by now with what was settled
        ([THEN[0], said("juma", ASHA, revision=2)], SETTLED[1:], ()),
        # both agree by now on something else
        ([said("amina", ASHA_JUMA, KISUMU, revision=2), THEN[1]], SETTLED[1:], ((0, 9),)),
        # one says something else, and they still differ
        ([THEN[0], said("juma", replace(ASHA_JUMA, label="ORG"))], SETTLED[1:], ((0, 9),)),
        # a third one came
        ([*THEN, said("sami", ASHA)], (), ((0, 9), (15, 21))),
        # one takes her answer back: what is left agrees with gold, or stands against it
        ([THEN[0], said("juma", answer="reject", revision=2)], (), ((15, 21),)),
        # she adds something where nobody had anything: that was never settled
        ([said("amina", ASHA, YUKO, KISUMU, revision=2), THEN[1]], SETTLED, ()),
    ],
)
def test_a_second_review_keeps_what_no_change_touches(
    now: list[Annotation], kept: tuple[Decision, ...], changed: tuple[tuple[int, int], ...]
) -> None:
    spans, decisions, places = opened(now, WORDS, Before((ASHA,), SETTLED, THEN))
    assert spans == (ASHA,), "gold stays"
    assert (decisions, places) == (kept, changed)
    seen = reviewed(now, WORDS, places)
    for difference in seen.differences:
        assert difference.changed == (difference.place in places)


def test_what_was_begun_keeps_what_it_settled_and_takes_in_the_rest() -> None:
    """Not gold yet: what all agree on by now stands, and what nobody settled is open."""
    begun = Before((ASHA,), SETTLED[:1], THEN, gold=False)
    both = [said("amina", ASHA, KISUMU), said("juma", ASHA_JUMA, KISUMU)]
    assert opened(both, WORDS, begun) == ((ASHA, KISUMU), SETTLED[:1], ())
    other = [said("amina", ASHA, KISUMU), said("juma", ASHA_JUMA, replace(KISUMU, label="ORG"))]
    assert opened(other, WORDS, begun) == ((ASHA,), SETTLED[:1], ())
    changed = [said("amina", ASHA, KISUMU), said("juma", replace(ASHA_JUMA, label="ORG"))]
    assert opened(changed, WORDS, begun) == ((ASHA,), (), ((0, 9),))
    untouched = Before((), (), THEN, gold=False)
    assert opened(both, WORDS, untouched) == ((KISUMU,), (), ())


def test_gold_that_everyone_left_since_is_open_again() -> None:
    before = Before((ASHA, KISUMU), (Decision(0, 9, "amina"), Decision(15, 21, "amina")), THEN)
    spans, decisions, changed = opened([said("amina", ASHA), THEN[1]], WORDS, before)
    assert spans == (ASHA, KISUMU)
    assert decisions == (Decision(0, 9, "amina"),)
    assert changed == ((15, 21),)
    seen = reviewed([said("amina", ASHA), THEN[1]], WORDS, changed)
    assert [(d.place, d.changed) for d in seen.differences] == [((0, 9), False), ((15, 21), True)]
    assert seen.differences[1].majority() == ()
