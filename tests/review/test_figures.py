"""The figures of agreement: against published examples, the definitions, and libraries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import naive_agreement as naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_agreement import Text

from tonemark.review import figures as f
from tonemark.review.report import Gathering, agreement
from tonemark.review.sums import NOTHING, OTHER_BORDERS, Sums, Work, compared, tagged, touching
from tonemark.tokenizers.base import Token

LABELS = ("LOC", "ORG", "PER")
NAMES = ("amina", "juma", "neema", "zuberi")


def words(count: int) -> tuple[Token, ...]:
    """Tokens of four code points with a blank between."""
    return tuple(Token(5 * n, 5 * n + 4) for n in range(count))


def gathered(texts: Sequence[Text]) -> Gathering:
    found = Gathering(sorted({name for text in texts for name in text.spans}))
    for number, text in enumerate(texts):
        tokens = tuple(Token(*each) for each in text.tokens)
        works = [Work(name, sorted(text.spans[name]), tokens) for name in sorted(text.spans)]
        found.add(str(number), "x" * (5 * len(tokens)), works)
    return found


@st.composite
def spans_apart(draw: st.DrawFn, tokens: int) -> set[tuple[int, int, str]]:
    """Spans on tokens, none of which overlap."""
    found, at = set(), 0
    while at < tokens:
        if draw(st.booleans()):
            end = draw(st.integers(at + 1, min(tokens, at + 3)))
            found.add((5 * at, 5 * end - 1, draw(st.sampled_from(LABELS))))
            at = end
        at += draw(st.integers(0, 2)) or 1
    return found


@st.composite
def corpora(draw: st.DrawFn) -> list[Text]:
    """Texts that as many annotators accepted each, not always the same."""
    raters = draw(st.integers(2, 3))
    texts = []
    for _ in range(draw(st.integers(1, 5))):
        size = draw(st.integers(1, 8))
        names = sorted(draw(st.permutations(NAMES))[:raters])
        same = draw(spans_apart(size))
        texts.append(
            Text(
                words(size),
                {n: same if draw(st.booleans()) else draw(spans_apart(size)) for n in names},
            )
        )
    return texts


def near(found: float | None, wanted: float) -> bool:
    if found is None or math.isnan(wanted):
        return found is None and math.isnan(wanted)
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)


@settings(deadline=None)
@given(corpora())
def test_every_figure_is_what_its_definition_gives(texts: list[Text]) -> None:
    found = agreement(gathered(texts))
    for level, rows in (
        ("token", naive.token_items(texts, tagged=False)),
        ("token_tagged", naive.token_items(texts, tagged=True)),
        ("entity", naive.entity_items(texts)),
    ):
        assert near(found.figure("fleiss", level), naive.fleiss(rows))
        assert near(found.figure("alpha", level), naive.alpha(rows))
    by_pair: dict[str, list[float]] = {"f1": [], "overlapping": []}
    by_label: dict[tuple[str, str], list[float]] = {}
    for pair in naive.pairs_of(texts):
        both = naive.shared(texts, pair)
        name = ":".join(pair)
        tags = [row for t in both for row in zip(t.tags(pair[0]), t.tags(pair[1]), strict=True)]
        spans = [(t.spans[pair[0]], t.spans[pair[1]]) for t in both]
        assert near(found.figure("cohen", name, "token"), naive.cohen(tags))
        some = [row for row in tags if row != ("O", "O")]
        assert near(found.figure("cohen", name, "tagged"), naive.cohen(some))
        for kind, measure in (("f1", naive.f1), ("overlapping", naive.overlapping_f1)):
            by_pair[kind].append(measure(spans))
            assert near(found.figure(kind, name), by_pair[kind][-1])
            for label in LABELS:
                of = [tuple({s for s in side if s[2] == label} for side in two) for two in spans]
                by_label.setdefault((kind, label), []).append(measure(of))
    for kind, each in by_pair.items():
        assert near(found.figure(kind, "mean"), naive.mean(each))
    for label in found.shape.labels:
        for kind in ("f1", "overlapping"):
            wanted = naive.mean(by_label[kind, label])
            assert near(found.figure("label", label, kind), wanted)
        rows = [tuple(value == label for value in row) for row in naive.entity_items(texts)]
        assert near(found.figure("label", label, "kappa"), naive.fleiss(rows))
    items = naive.entity_items(texts)
    differing = [row for row in items if len(set(row)) > 1]
    share = sum("O" not in row for row in differing) / len(differing) if differing else 0.0
    assert near(found.figure("type_share"), share if items else math.nan)
    assert found.figures.keys() >= found.undefined.keys()
    assert {key for key, value in found.figures.items() if value != value} == set(found.undefined)


@settings(deadline=None, max_examples=50)
@given(corpora())
def test_confusions_add_up_to_the_spans_that_have_a_counterpart(texts: list[Text]) -> None:
    found = gathered(texts)
    wanted: Counter[str] = Counter()
    for text in texts:
        for spans in text.spans.values():
            for _, _, label in spans:
                wanted[label] += len(text.spans) - 1
    told: Counter[str] = Counter()
    for (label, other), count in found.confused.items():
        told[label] += count
        if other in LABELS:
            assert found.confused[other, label] == count
    assert told == wanted


RATINGS = """
 0 0 0 0 14 / 0 2 6 4 2 / 0 0 3 5 6 / 0 3 9 2 0 / 2 2 8 1 1
 / 7 7 0 0 0 / 3 2 6 3 0 / 2 5 3 2 2 / 6 5 2 1 0 / 0 2 2 3 7
"""
"""The worked example that everybody copies: ten subjects, fourteen raters, kappa 0.210."""


def test_published_examples() -> None:
    rows = [list(map(int, row.split())) for row in RATINGS.split("/")]
    differing = sum(14 * 13 // 2 - sum(n * (n - 1) // 2 for n in row) for row in rows)
    counts = [float(sum(row[at] for row in rows)) for at in range(5)]
    assert f.fleiss(10, 14, differing, counts[1:]) == pytest.approx(0.210, abs=5e-4)
    # Two people on fifty proposals: both yes 20, both no 15, yes and no 5, no and yes 10.
    assert f.cohen(50, 15, [(25, 30)]) == pytest.approx(0.4)
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, B: two observers, nominal.
    one, other = "a a b b d c c c e d d a".split(), "b a b b b c c c e d d d".split()
    counted = Counter(one + other)
    del counted["e"]
    differing = sum(a != b for a, b in zip(one, other, strict=True))
    found = f.alpha(12, 2, differing, list(counted.values()))
    assert found == pytest.approx(0.692, abs=5e-4)


NOBODY: set[tuple[int, int, str]] = set()
PER, LOC = (0, 4, "PER"), (0, 4, "LOC")


@pytest.mark.parametrize(
    ("texts", "name", "why"),
    [
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "fleiss token", f.SAME_TAG),
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "alpha token_tagged", f.NO_TAG),
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "fleiss entity", f.NO_SPANS),
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "f1 mean", f.NO_SPANS),
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "f1 a:b", f.NO_SPANS),
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "cohen a:b tagged", f.NO_TAG),
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "cohen a:b token", f.SAME_TAG),
        ([Text(words(3), {"a": NOBODY, "b": NOBODY})], "type_share", f.NO_SPANS),
        ([Text(words(3), {"a": {PER}, "b": {PER}})], "fleiss entity", f.SAME_LABEL),
        ([Text(words(3), {"a": {PER}, "b": {PER}})], "label PER kappa", f.SAME_LABEL),
        ([Text(words(3), {"a": {PER}, "b": {PER}})], "alpha token_tagged", f.SAME_TAG),
        ([Text(words(1), {"a": {PER}, "b": {PER}})], "cohen a:b token", f.SAME_TAG),
        ([Text((), {"a": NOBODY, "b": NOBODY})], "fleiss token", f.NO_TOKENS),
        ([Text((), {"a": NOBODY, "b": NOBODY})], "cohen a:b token", f.NO_TOKENS),
        ([Text((), {"a": NOBODY, "b": NOBODY})], "f1 a:b", f.NO_SPANS),
        (
            [Text(words(2), {"a": {PER}, "b": {LOC}}), Text(words(2), {"b": {PER}, "c": {LOC}})],
            "cohen a:c token",
            f.APART,
        ),
        (
            [Text(words(2), {"a": {PER}, "b": {LOC}}), Text(words(2), {"b": {PER}, "c": {LOC}})],
            "f1 a:c",
            f.APART,
        ),
    ],
)
def test_what_is_undefined_says_why(texts: list[Text], name: str, why: str) -> None:
    found = agreement(gathered(texts))
    key = tuple(name.split())
    assert found.figure(*key) is None
    assert found.undefined[key] == why
    told = found.to_json()
    assert set(told["undefined"].values()) >= {why}
    assert not set(told["undefined"]) & set(told["intervals"])


def test_agreement_without_any_disagreement() -> None:
    texts = [Text(words(3), {"a": {PER, (5, 9, "LOC")}, "b": {PER, (5, 9, "LOC")}})] * 2
    found = agreement(gathered(texts))
    for key in (("fleiss", "entity"), ("alpha", "token"), ("f1", "mean")):
        assert found.figure(*key) == 1.0
        assert found.intervals[key] == (1.0, 1.0)
    assert found.figure("type_share") == 0.0


@pytest.mark.parametrize(
    ("spans", "tags", "counts"),
    [
        ([(0, 9, "PER")], {0: "B-PER", 1: "I-PER"}, (0, 0, 0)),
        ([(0, 4, "PER"), (5, 9, "PER")], {0: "B-PER", 1: "B-PER"}, (0, 0, 0)),
        # It cuts both of its tokens, in part.
        ([(2, 7, "PER")], {0: "B-PER", 1: "I-PER"}, (0, 1, 0)),
        # Nested: the longer counts, whichever comes first.
        ([(0, 14, "ORG"), (5, 9, "LOC")], {0: "B-ORG", 1: "I-ORG", 2: "I-ORG"}, (1, 0, 0)),
        ([(5, 9, "LOC"), (5, 14, "ORG")], {1: "B-ORG", 2: "I-ORG"}, (1, 0, 0)),
        # As long as each other: the first.
        ([(0, 9, "ORG"), (5, 14, "LOC")], {0: "B-ORG", 1: "I-ORG"}, (1, 0, 0)),
        # One token between two spans that cut it.
        ([(0, 2, "PER"), (2, 4, "LOC")], {0: "B-PER"}, (1, 2, 0)),
        # The blank between two tokens.
        ([(4, 5, "PER")], {}, (0, 0, 1)),
        # Two labels on one stretch: the first of the alphabet.
        ([(0, 4, "PER"), (0, 4, "LOC")], {0: "B-LOC"}, (1, 0, 0)),
        ([(0, 4, "PER"), (0, 4, "PER")], {0: "B-PER"}, (0, 0, 0)),
    ],
)
def test_tags_of_spans_that_overlap_or_cut_tokens(
    spans: list[tuple[int, int, str]], tags: dict[int, str], counts: tuple[int, int, int]
) -> None:
    assert tagged(spans, words(3)) == (tags, *counts)


def test_two_labels_on_one_stretch_are_a_category_of_their_own() -> None:
    text = Text(words(2), {"a": {PER, LOC}, "b": {PER}, "c": {PER, LOC}})
    found = gathered([text])
    totals = found.sums.totals
    assert totals["category", "LOC", "PER"] == 2
    assert totals["category", "PER"] == 1
    assert (totals["items",], totals["apart",], totals["type_only",]) == (1, 2, 1)
    assert (totals["given", "PER"], totals["split", "PER"]) == (3, 0)
    assert (totals["given", "LOC"], totals["split", "LOC"]) == (2, 2)


@pytest.mark.parametrize(
    ("first", "second", "labels"),
    [
        ([(0, 9, "PER")], [(5, 14, "PER")], ["PER"]),
        ([(0, 9, "PER")], [(5, 14, "LOC")], []),
        ([(0, 5, "PER")], [(5, 9, "PER")], []),  # they touch, and share nothing
        ([(0, 14, "PER")], [(0, 4, "PER"), (5, 9, "PER")], ["PER"]),  # one to one
        ([(0, 4, "PER"), (5, 14, "PER")], [(0, 9, "PER"), (10, 14, "PER")], ["PER", "PER"]),
    ],
)
def test_overlapping_spans_are_matched_one_to_one(
    first: list[tuple[int, int, str]], second: list[tuple[int, int, str]], labels: list[str]
) -> None:
    assert list(touching(first, second)) == labels
    assert list(touching(second, first)) == labels


def test_confusion_by_what_the_other_has_there() -> None:
    text = Text(
        words(8),
        {
            "a": {(0, 4, "PER"), (5, 9, "LOC"), (10, 19, "ORG"), (25, 29, "PER")},
            "b": {(0, 4, "PER"), (5, 9, "PER"), (15, 19, "ORG")},
        },
    )
    assert gathered([text]).confused == {
        ("PER", "PER"): 2,
        ("LOC", "PER"): 1,
        ("PER", "LOC"): 1,
        ("ORG", OTHER_BORDERS): 2,
        ("PER", NOTHING): 1,
    }


def test_tokens_that_annotators_cut_otherwise_are_compared_on_the_pieces() -> None:
    """Amina has one token of nine, Juma two of four: with the blank, a part of hers, there are
    three pieces."""
    whole, halves = (Token(0, 9),), (Token(0, 4), Token(5, 9))
    works = [Work("amina", [(0, 9, "PER")], whole), Work("juma", [(0, 4, "PER")], halves)]
    found = compared(works)
    assert found.retokenized
    assert found.counts["tokens",] == 3
    assert found.counts["pair", "amina", "juma", "differing"] == 2
    assert [cluster.kind for cluster in found.clusters] == ["tokens"]


def test_given_tags_are_taken_as_they_stand() -> None:
    """An I- that continues nothing is a category of its own, as to any library."""
    works = [
        Work("A1", [(0, 4, "PER")], words(2), ("I-PER", "O")),
        Work("A2", [(0, 4, "PER")], words(2), ("B-PER", "O")),
    ]
    found = compared(works)
    assert found.counts["pair", "A1", "A2", "differing"] == 1
    assert found.counts["unanimous",] == 1


def test_a_row_of_sums_keeps_what_is_not_nothing() -> None:
    sums = Sums()
    sums.add({("tokens",): 4, ("tagged",): 0})
    sums.add({("tokens",): 2, ("items",): 1})
    assert sums.documents == 2
    assert sums.totals == {("tokens",): 6, ("items",): 1}
    assert list(sums.ends) == [1, 3]
    assert len(sums.values) == 3


TEXTS = [
    Text(
        words(10),
        {
            "a": {(0, 4, "PER"), (10, 19, "ORG"), (25, 29, "LOC"), (40, 44, "PER")},
            "b": {(0, 4, "PER"), (10, 14, "ORG"), (25, 29, "ORG")},
            "c": {(0, 9, "PER"), (10, 19, "ORG"), (25, 29, "LOC"), (35, 39, "PER")},
        },
    ),
    Text(words(4), {"a": {(0, 9, "LOC")}, "b": {(0, 9, "LOC")}, "c": {(0, 9, "LOC")}}),
    Text(words(5), {"a": NOBODY, "b": {(5, 9, "LOC")}, "c": NOBODY}),
]


def coded(rows: Sequence[Sequence[str]]) -> list[list[int]]:
    codes = {value: n for n, value in enumerate(sorted({v for row in rows for v in row}))}
    return [[codes[value] for value in row] for row in rows]


def levels() -> list[tuple[str, list[tuple[str, ...]]]]:
    return [
        ("token", naive.token_items(TEXTS, tagged=False)),
        ("token_tagged", naive.token_items(TEXTS, tagged=True)),
        ("entity", naive.entity_items(TEXTS)),
    ]


def test_alpha_is_that_of_the_library_krippendorff() -> None:
    krippendorff = pytest.importorskip("krippendorff", reason="the library is not installed")
    found = agreement(gathered(TEXTS))
    for level, rows in levels():
        columns = list(zip(*coded(rows), strict=True))
        wanted = krippendorff.alpha(reliability_data=columns, level_of_measurement="nominal")
        assert found.figure("alpha", level) == pytest.approx(wanted)


def test_fleiss_kappa_is_that_of_statsmodels() -> None:
    raters = pytest.importorskip(
        "statsmodels.stats.inter_rater", reason="too heavy to come with the tests: 300 MB"
    )
    found = agreement(gathered(TEXTS))
    for level, rows in levels():
        table, _ = raters.aggregate_raters(coded(rows))
        assert found.figure("fleiss", level) == pytest.approx(raters.fleiss_kappa(table))


def test_cohens_kappa_and_f1_are_those_of_scikit_learn_and_seqeval() -> None:
    why = "too heavy to come with the tests: 200 MB"
    sklearn = pytest.importorskip("sklearn.metrics", reason=why)
    seqeval = pytest.importorskip("seqeval.metrics", reason=why)
    found = agreement(gathered(TEXTS))
    for one, other in naive.pairs_of(TEXTS):
        tags = [[text.tags(name) for text in TEXTS] for name in (one, other)]
        flat = [[tag for text in of_one for tag in text] for of_one in tags]
        name = f"{one}:{other}"
        wanted = sklearn.cohen_kappa_score(*flat)
        assert found.figure("cohen", name, "token") == pytest.approx(wanted)
        assert found.figure("f1", name) == pytest.approx(seqeval.f1_score(*tags))
