"""Gold by rule: what it makes of the answers to one document, and that the short ways around the
aligning of spans find what the long one finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import MAJORITY, UNANIMOUS, Gold
from tonemark.corpus.reviews import Differing
from tonemark.corpus.spans import Span
from tonemark.review.catching_up import said_alike
from tonemark.review.opening import alike, reviewed
from tonemark.review.rules import Rule, by_agreement, by_rule
from tonemark.tokenizers.base import Token

TEXT = "Asha Juma yuko Kisumu leo"
WORDS = (Token(0, 4), Token(5, 9), Token(10, 14), Token(15, 21), Token(22, 25))
DOCUMENT = Document(7, "d", TEXT, tokens=WORDS)

ASHA, ASHA_JUMA = (0, 4, "PER"), (0, 9, "PER")
ORG = (0, 4, "ORG")
KISUMU, KISUMU_ORG = (15, 21, "LOC"), (15, 21, "ORG")
LEO = (22, 25, "DATE")

Said = tuple[Any, ...]


def said(name: str, *spans: tuple[int, int, str], **more: Any) -> Annotation:
    answer = more.pop("answer", "accept")
    return Annotation(7, name, 1, answer, tuple(Span(*each, (name,)) for each in spans), **more)


def numbered(given: Sequence[Annotation]) -> dict[int, Annotation]:
    return dict(enumerate(given, 5))


def ruled(rule: Rule, *given: Annotation) -> Gold | None:
    return by_rule(DOCUMENT, WORDS, numbered(given), rule)


REFUSED: dict[str, Any] = {"answer": "reject"}
IGNORED: dict[str, Any] = {"answer": "ignore"}


@pytest.mark.parametrize(
    ("given", "reviewer", "answer", "spans"),
    [
        ([said("a", ASHA), said("b", ASHA)], UNANIMOUS, "accept", [ASHA]),
        ([said("a"), said("b"), said("c")], UNANIMOUS, "accept", []),
        ([said("a", ASHA, **REFUSED), said("b", **REFUSED)], UNANIMOUS, "reject", []),
        ([said("a", **IGNORED), said("b", **IGNORED)], UNANIMOUS, "ignore", []),
        # one alone agrees with nobody
        ([said("a", ASHA)], "", "", []),
        # of two, nothing but what is agreed has a majority
        ([said("a", ASHA), said("b", ASHA_JUMA)], "", "", []),
        ([said("a", ASHA), said("b")], "", "", []),
        ([said("a", ASHA), said("b", ASHA, **REFUSED)], "", "", []),
        # label, boundary, presence: by 2 of 3, and by 1 of 3
        ([said("a", ASHA), said("b", ORG), said("c", ASHA)], MAJORITY, "accept", [ASHA]),
        ([said("a", ASHA), said("b", ASHA_JUMA), said("c", ASHA)], MAJORITY, "accept", [ASHA]),
        ([said("a", ASHA), said("b", ASHA), said("c")], MAJORITY, "accept", [ASHA]),
        ([said("a", ASHA, LEO), said("b", LEO), said("c", LEO)], MAJORITY, "accept", [LEO]),
        # one cluster without a majority leaves the document whole
        ([said("a", ASHA, KISUMU), said("b", ASHA_JUMA, KISUMU), said("c", KISUMU)], "", "", []),
        ([said("a", ASHA, KISUMU), said("b", ASHA_JUMA), said("c", KISUMU)], "", "", []),
        # each cluster has a majority of its own
        (
            [said("a", ASHA, KISUMU), said("b", ASHA, KISUMU_ORG), said("c", ASHA_JUMA, KISUMU)],
            MAJORITY, "accept", [ASHA, KISUMU],
        ),
        # answers: the two that accepted must agree, and fewer than three have no majority
        ([said("a", ASHA), said("b", ASHA), said("c", **REFUSED)], MAJORITY, "accept", [ASHA]),
        ([said("a", ASHA), said("b"), said("c", **REFUSED)], "", "", []),
        ([said("a", ASHA), said("b", **REFUSED), said("c", **REFUSED)], MAJORITY, "reject", []),
        ([said("a", ASHA), said("b", **IGNORED), said("c", **REFUSED)], "", "", []),
        (
            [said("a", ASHA), said("b", ASHA), said("c"), *(said(n, **REFUSED) for n in "de")],
            MAJORITY, "accept", [ASHA],
        ),
        # half is not more than half
        ([said("a", ASHA), said("b", ASHA), said("c"), said("d")], "", "", []),
    ],
)  # fmt: skip
def test_what_more_than_half_say_is_gold(
    given: list[Annotation], reviewer: str, answer: str, spans: list[Said]
) -> None:
    gold = ruled("majority", *given)
    strict = ruled("unanimous", *given)
    assert (strict is not None) == (reviewer == UNANIMOUS)
    if not reviewer:
        assert gold is None
        return
    assert gold
    assert (gold.reviewer, gold.answer, sorted(gold.stretches())) == (reviewer, answer, spans)
    assert gold.compared == 4 + len(given)
    assert gold.cites == tuple((each.annotator, 1) for each in given)
    assert not gold.by_person


def test_what_was_decided_is_said_and_sources_are_all_that_proposed_it() -> None:
    gold = ruled(
        "majority", said("a", ASHA, KISUMU), said("b", ASHA_JUMA, KISUMU), said("c", ASHA, KISUMU)
    )
    assert gold
    assert gold.decisions == (Decision(0, 9, MAJORITY),)
    assert [span.sources for span in gold.spans] == [("a", "c"), ("a", "b", "c")]
    refused = ruled("majority", said("a", ASHA), said("b", **REFUSED), said("c", **REFUSED))
    assert refused
    assert refused.decisions == (Decision(0, 0, f"{MAJORITY}:reject"),)


JOINED = (Token(0, 9), *WORDS[2:])
"""Of an annotator who joined the first two words."""


def test_tokens_are_those_that_all_corrected_alike_or_of_the_version_taken() -> None:
    alike_ = ruled("unanimous", *(said(name, ASHA_JUMA, tokens=JOINED) for name in "ab"))
    assert alike_
    assert alike_.tokens == JOINED
    apart = ruled("unanimous", said("a", ASHA_JUMA, tokens=JOINED), said("b", ASHA_JUMA))
    assert apart
    assert apart.tokens is None
    theirs = [said(name, ASHA_JUMA, tokens=JOINED) for name in "ab"]
    gold = ruled("majority", *theirs, said("c", ASHA))
    assert gold
    assert (gold.tokens, gold.stretches()) == (JOINED, {ASHA_JUMA})
    given = [said("a", ASHA), said("b", ASHA), said("c", ASHA_JUMA, tokens=JOINED)]
    gold = ruled("majority", *given)
    assert gold
    assert (gold.tokens, gold.stretches()) == (None, {ASHA})


STRETCHES = st.lists(
    st.sampled_from([ASHA, ASHA_JUMA, KISUMU, KISUMU_ORG, LEO, (5, 14, "ORG"), (2, 8, "LOC")]),
    max_size=3,
    unique=True,
).map(sorted)
ANSWERS = st.sampled_from(["accept", "accept", "accept", "reject", "ignore"])


@st.composite
def several(draw: st.DrawFn) -> list[Annotation]:
    """Answers of one to five annotators, often the same."""
    pool = draw(st.lists(st.tuples(STRETCHES, ANSWERS), min_size=1, max_size=3))
    return [
        said(name, *spans, answer=answer)
        for name in "abcde"[: draw(st.integers(1, 5))]
        for spans, answer in [draw(st.sampled_from(pool))]
    ]


@settings(deadline=None, max_examples=60)
@given(several())
def test_the_short_way_finds_what_the_long_one_finds(given: list[Annotation]) -> None:
    short = by_agreement(7, numbered(given))
    long = ruled("unanimous", *given)
    assert short == long
    if alike(given):
        # Aligned on no tokens, as where all say the same.
        seen = reviewed(given, ())
        accepts = sum(each.answer == "accept" for each in given)
        kinds = [0, 0, 0, 0, 0]
        assert not seen.differences
        assert said_alike(7, numbered(given)) == Differing(
            7, 4 + len(given), accepts, len(seen.agreed), *kinds
        )


@settings(deadline=None, max_examples=60)
@given(several())
def test_gold_by_majority_has_only_what_more_than_half_of_the_accepts_have(
    given: list[Annotation],
) -> None:
    gold = ruled("majority", *given)
    if gold is None or gold.answer != "accept":
        return
    accepts = [each.stretches() for each in given if each.answer == "accept"]
    assert 2 * len(accepts) > len(given)
    for stretch in gold.stretches():
        assert 2 * sum(stretch in each for each in accepts) > len(accepts)
    # And nothing that all have is missing.
    assert set.intersection(*accepts) <= gold.stretches()
