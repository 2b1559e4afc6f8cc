"""How annotators' spans are put side by side: clusters, their kinds, majorities, refined tokens."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.review.compare import Cluster, Marked, clusters, refined
from tonemark.tokenizers.base import Token

# "Rais Asha Juma yuko Dar es Salaam": words by their places
WORDS = [Token(0, 4), Token(5, 9), Token(10, 14), Token(15, 19), Token(20, 23), Token(24, 26),
         Token(27, 33)]  # fmt: skip
SPLIT = [*WORDS[:2], Token(10, 12), Token(12, 14), *WORDS[3:]]

ASHA, ASHA_JUMA, RAIS_ASHA = (5, 9, "PER"), (5, 14, "PER"), (0, 9, "PER")
DAR, DAR_ORG = (20, 33, "LOC"), (20, 33, "ORG")


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ([[], []], []),
        ([[DAR], [DAR]], [(20, 33, "agreed")]),
        ([[DAR], [DAR_ORG]], [(20, 33, "label")]),
        ([[ASHA], [ASHA_JUMA]], [(5, 14, "boundary")]),
        ([[ASHA], [(5, 14, "ORG")]], [(5, 14, "boundary")]),
        ([[DAR], []], [(20, 33, "presence")]),
        ([[DAR], [DAR_ORG], []], [(20, 33, "presence")]),
        # joined by way of a third
        ([[RAIS_ASHA], [(10, 19, "LOC")], [ASHA_JUMA]], [(0, 19, "boundary")]),
        ([[(0, 4, "PER"), (5, 9, "PER")], [RAIS_ASHA]], [(0, 9, "boundary")]),
        ([[ASHA, DAR], [ASHA, DAR_ORG]], [(5, 9, "agreed"), (20, 33, "label")]),
        # two spans on one stretch, and the same in another order
        ([[DAR, DAR_ORG], [DAR_ORG, DAR]], [(20, 33, "agreed")]),
        # what ends within a word and what begins in it share that word
        ([[(5, 7, "PER")], [(7, 9, "PER")]], [(5, 9, "boundary")]),
        ([[(0, 4, "PER")], [(5, 9, "PER")]], [(0, 4, "presence"), (5, 9, "presence")]),
    ],
)
def test_clusters(annotations: list[list[Marked]], expected: list[tuple[int, int, str]]) -> None:
    found = clusters(annotations, [WORDS] * len(annotations))
    assert [each[:3] for each in found] == expected
    for cluster in found:
        for spans, version in zip(annotations, cluster.versions, strict=True):
            assert set(version) <= set(spans)


def test_differing_tokens_are_why_borders_differ() -> None:
    spans = [[(5, 14, "PER")], [(5, 12, "PER")]]
    assert clusters(spans, [WORDS, SPLIT])[0].kind == "tokens"
    assert clusters(spans, [SPLIT, SPLIT])[0].kind == "boundary"
    assert clusters([[DAR], [(20, 26, "LOC")]], [WORDS, SPLIT])[0].kind == "boundary"


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (((DAR,), (DAR,), ()), (DAR,)),
        (((DAR,), (), ()), ()),
        (((DAR,), (DAR_ORG,), ()), None),
        (((DAR,), (DAR_ORG,)), None),
        (((DAR,), (DAR,), (DAR_ORG,), (DAR_ORG,)), None),
        (((ASHA,), (ASHA_JUMA,), (ASHA_JUMA,)), (ASHA_JUMA,)),
    ],
)
def test_the_majority_is_the_version_of_more_than_half(
    versions: tuple[tuple[Marked, ...], ...], expected: tuple[Marked, ...] | None
) -> None:
    assert Cluster(0, 33, "presence", versions).majority() == expected


def test_the_refinement_cuts_wherever_one_of_them_cuts() -> None:
    assert refined([WORDS, WORDS]) == tuple(WORDS)
    assert refined([WORDS, SPLIT]) == tuple(SPLIT)
    assert refined([[Token(0, 4)], [Token(2, 6)]]) == (Token(0, 2), Token(2, 4), Token(4, 6))
    assert refined([[Token(0, 9)], [Token(0, 4), Token(5, 9)]]) == (
        Token(0, 4), Token(4, 5), Token(5, 9),
    )  # fmt: skip
    assert refined([[], []]) == ()


def _words(cuts: set[int], length: int) -> list[Token]:
    edges = sorted({0, length, *cuts})
    return [Token(a, b) for a, b in pairwise(edges)]


@st.composite
def _texts(draw: st.DrawFn) -> tuple[list[list[Marked]], list[list[Token]]]:
    length, people = 12, draw(st.integers(1, 3))
    span = st.tuples(st.integers(0, length - 1), st.integers(1, 5), st.sampled_from("AB")).map(
        lambda each: (each[0], min(length, each[0] + each[1]), each[2])
    )
    spans = draw(st.lists(st.lists(span, max_size=4), min_size=people, max_size=people))
    cuts = st.sets(st.integers(1, length - 1))
    shared = draw(cuts)
    tokens = [_words(draw(cuts) if draw(st.booleans()) else shared, length) for _ in range(people)]
    return spans, tokens


@given(_texts())
def test_clusters_are_the_connected_components(
    made: tuple[list[list[Marked]], list[list[Token]]],
) -> None:
    """As the definition has it: spans are joined while two of them share a token."""
    annotations, tokens = made
    common = refined(tokens)

    def covers(span: Marked) -> set[Token]:
        return {token for token in common if token.start < span[1] and span[0] < token.end}

    groups = [
        {(who, span)} for who, spans in enumerate(annotations) for span in dict.fromkeys(spans)
    ]
    joined = True
    while joined:
        joined = False
        for one, other in combinations(groups, 2):
            if any(covers(a) & covers(b) for _, a in one for _, b in other):
                groups.remove(one)
                other |= one
                joined = True
                break
    found = clusters(annotations, tokens)
    assert sorted(
        [sorted((w, s) for w, v in enumerate(each.versions) for s in v) for each in found]
    ) == sorted(map(sorted, groups))
    assert [each[:2] for each in found] == sorted(each[:2] for each in found)
    for each in found:
        given = each.versions
        same = all(version == given[0] for version in given)
        assert each.agreed == same
        if each.kind == "presence":
            assert not all(given)
            assert not same
        if each.kind in ("boundary", "tokens"):
            assert all(given)
            assert len({tuple(s[:2] for s in v) for v in given}) > 1
        if each.kind == "label":
            assert len({tuple(s[:2] for s in v) for v in given}) == 1
