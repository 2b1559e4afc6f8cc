"""The scores of a model: what is right, what kinds of errors there are, and that well-known
libraries give the same numbers."""

from __future__ import annotations

import random
import warnings
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.review.sums import NOTHING, OTHER_BORDERS
from tonemark.training.outcome import Scored, ScoredSpan
from tonemark.training.scores.advice import Learnt, advice, mended
from tonemark.training.scores.scoring import Error, score

Marked = tuple[int, int, str]

LABELS = ("PER", "LOC", "ORG")
WIDTH = 4
"""Code points of a token of the texts that are made here, its space included."""

TOKENS = 12


def scored(key: str, gold: list[Marked], found: list[Marked], sure: float = 0.9) -> Scored:
    return Scored(key, tuple(gold), tuple(ScoredSpan(*span, sure) for span in found))


@st.composite
def spans(draw: st.DrawFn) -> list[Marked]:
    """Spans of tokens that do not overlap, in code points."""
    found, at = [], 0
    while at < TOKENS:
        length = draw(st.integers(0, 3))
        if length and at + length <= TOKENS:
            end = WIDTH * (at + length) - 1
            found.append((WIDTH * at, end, draw(st.sampled_from(LABELS))))
        at += max(1, length)
    return found


documents = st.lists(st.tuples(spans(), spans()), min_size=1, max_size=6)


def tags(given: list[Marked]) -> list[str]:
    """Their IOB2 tags."""
    found = ["O"] * TOKENS
    for start, end, label in given:
        first, last = start // WIDTH, (end + 1) // WIDTH
        found[first:last] = [f"B-{label}"] + [f"I-{label}"] * (last - first - 1)
    return found


@settings(deadline=None)  # the first time imports a library
@given(documents)
def test_seqeval_gives_the_same(pairs: list[tuple[list[Marked], list[Marked]]]) -> None:
    seqeval = pytest.importorskip("seqeval.metrics", reason="the library is not installed")
    scheme = pytest.importorskip("seqeval.scheme").IOB2
    gold, found = ([tags(pair[at]) for pair in pairs] for at in (0, 1))
    scores = score(scored(str(at), *pair) for at, pair in enumerate(pairs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = seqeval.classification_report(
            gold, found, mode="strict", scheme=scheme, output_dict=True, zero_division=0
        ) if any(map(any, pairs)) else {}  # fmt: skip
    names = {"precision": "precision", "recall": "recall", "f1": "f1-score"}
    for label in scores.labels:
        for ours, name in names.items():
            mine = scores.figure("label", label, ours) or 0.0
            assert mine == pytest.approx(theirs[label][name])
        assert scores.counted("gold", label) == theirs[label]["support"]
    for ours, name in names.items() if theirs else ():
        assert (scores.figure(ours) or 0.0) == pytest.approx(theirs["micro avg"][name])


def test_spacy_gives_the_same() -> None:
    import spacy
    from spacy.scorer import get_ner_prf
    from spacy.tokens import Doc
    from spacy.training import Example

    draw = random.Random(3)
    vocab = spacy.blank("xx").vocab
    pairs, examples = [], []
    for _ in range(40):
        docs, both = [], []
        for _ in range(2):
            marked = [
                (WIDTH * at, WIDTH * (at + 2) - 1, draw.choice(LABELS))
                for at in range(0, TOKENS, 3)
                if draw.random() < 0.6
            ]
            doc = Doc(vocab, words=["abc"] * TOKENS)
            doc.ents = [doc.char_span(*span) for span in marked]
            docs.append(doc)
            both.append(marked)
        examples.append(Example(docs[1], docs[0]))
        pairs.append(both)
    theirs = get_ner_prf(examples)
    scores = score(scored(str(at), *pair) for at, pair in enumerate(pairs))
    for ours, name in (("precision", "p"), ("recall", "r"), ("f1", "f")):
        assert scores.figure(ours) == pytest.approx(theirs[f"ents_{name}"])
        for label in LABELS:
            figure = theirs["ents_per_type"][label][name]
            assert scores.figure("label", label, ours) == pytest.approx(figure)


P, L, O = "PER", "LOC", "ORG"  # noqa: E741


@pytest.mark.parametrize(
    ("gold", "found", "kinds", "sides"),
    [
        ([(0, 5, P)], [(0, 5, P)], [], []),
        ([(0, 5, P)], [(0, 5, L)], ["label"], []),
        ([(0, 5, P)], [], ["missed"], []),
        ([], [(0, 5, P)], ["spurious"], []),
        ([(2, 5, P)], [(0, 5, P)], ["boundary"], ["begins early"]),
        ([(0, 5, P)], [(2, 5, L)], ["boundary"], ["begins late"]),
        ([(0, 5, P)], [(0, 3, P)], ["boundary"], ["ends early"]),
        ([(2, 5, P)], [(0, 7, P)], ["boundary"], ["begins early", "ends late"]),
        ([(0, 9, P)], [(0, 3, P), (4, 9, P)], ["boundary"], ["cut apart"]),
        ([(0, 3, P), (4, 9, L)], [(0, 9, P)], ["boundary"], ["run together"]),
        ([(0, 3, P), (4, 9, L)], [(0, 6, P), (7, 9, P)], ["boundary"], ["mixed"]),
        # What touches and does not overlap is another place.
        ([(0, 3, P)], [(3, 5, P)], ["missed", "spurious"], []),
        # Where spans may overlap, one that is right takes no part in what is wrong over it.
        ([(0, 9, O)], [(0, 9, O), (3, 5, L)], ["spurious"], []),
        ([(0, 9, O), (3, 5, L)], [(0, 9, O)], ["missed"], []),
        # A span given twice counts once.
        ([(0, 5, P), (0, 5, P)], [(0, 5, P)], [], []),
    ],
)
def test_kinds_of_errors(
    gold: list[Marked], found: list[Marked], kinds: list[str], sides: list[str]
) -> None:
    scores = score([scored("a", gold, found)])
    assert [error.kind for error in scores.errors] == kinds
    assert [side for error in scores.errors for side in error.sides] == sides
    assert scores.kinds() == Counter(kinds)


@settings(deadline=None)  # so does this
@given(documents)
def test_every_wrong_span_is_in_one_error(
    pairs: list[tuple[list[Marked], list[Marked]]],
) -> None:
    scores = score(scored(str(at), *pair) for at, pair in enumerate(pairs))
    for what, side in (("gold", 0), ("predicted", 1)):
        told = Counter(
            (error.key, span)
            for error in scores.errors
            for span in (error.gold, error.predicted)[side]
        )
        wrong = Counter(
            (str(at), span)
            for at, pair in enumerate(pairs)
            for span in set(pair[side]) - set(pair[1 - side])
        )
        assert told == wrong
        assert scores.counted(what) - scores.counted("right") == wrong.total()
    assert mended(scores, scores.errors) == pytest.approx(1.0)


def test_what_is_not_defined_is_none() -> None:
    nothing_found = score([scored("a", [(0, 5, P)], []), scored("b", [(0, 5, P)], [])])
    assert nothing_found.figure("precision") is None
    assert nothing_found.figure("recall") == nothing_found.figure("f1") == 0.0
    nothing_at_all = score([scored("a", [], [])])
    assert nothing_at_all.figure("f1") is None
    assert nothing_at_all.to_json()["f1"] is None
    assert "Neither" in advice(nothing_at_all, Learnt({}))[0].words
    assert score([]).documents == 0


def test_confusion_is_by_what_people_gave() -> None:
    gold = [(0, 3, P), (4, 7, P), (8, 11, P), (12, 15, L)]
    found = [(0, 3, L), (4, 6, P), (12, 15, L)]
    confused = score([scored("a", gold, found)]).confused
    assert confused == {(P, L): 1, (P, OTHER_BORDERS): 1, (P, NOTHING): 1, (L, L): 1}


def test_intervals_are_of_documents_and_the_same_each_time() -> None:
    pairs = [scored(str(n), [(0, 5, P), (6, 9, L)], [(0, 5, P)] * (n % 3 > 0)) for n in range(30)]
    first, again = score(pairs), score(pairs)
    assert first.intervals == again.intervals
    interval, f1 = first.intervals["f1",], first.figure("f1")
    assert f1 is not None
    assert 0 < interval.low < f1 < interval.high < 1
    assert ("label", P, "recall") in first.intervals
    assert not score(pairs[:1]).intervals  # of one document there is no other to draw


def test_examples_are_the_surest_first_and_of_many_documents() -> None:
    pairs = [
        Scored("a", (), (ScoredSpan(0, 1, P, 0.9), ScoredSpan(2, 3, P, 0.8))),
        Scored("b", (), (ScoredSpan(0, 1, P, 0.5),)),
    ]
    found = score(pairs).examples("spurious")
    assert [(each.key, each.start) for each in found] == [("a", 0), ("b", 0), ("a", 2)]


def test_advice_is_the_best_first_and_says_what_it_would_give() -> None:
    pairs = [
        scored("a", [(0, 5, P), (6, 9, P), (10, 13, P)], [(0, 4, P), (6, 8, P), (10, 12, P)]),
        scored("b", [(0, 5, L), (6, 9, O)], [(0, 5, O), (6, 9, O), (10, 13, L)]),
        scored("c", [(0, 5, O)] * 1, [(0, 5, O)]),
    ]
    scores = score(pairs)
    found = advice(scores, Learnt({P: 100, L: 3, O: 50}))
    assert found[0].words.startswith("Borders: in 3 places")
    assert "ends too early (3)" in found[0].words
    assert found[0].f1 == pytest.approx(2 * 5 / 13)
    gains = [each.f1 for each in found if each.f1 is not None]
    assert gains == sorted(gains, reverse=True)
    said = " ".join(each.words for each in found)
    assert "LOC is labelled ORG once" in said
    assert "Fewer than 20 spans taught the model: LOC." in said
    assert "3 documents to score on are few" in said


def test_both_ways_of_a_confusion_are_told() -> None:
    both = [scored(str(n), [(0, 5, P)], [(0, 5, L)]) for n in range(3)]
    pairs = [*both, scored("x", [(0, 5, L)], [(0, 5, P)])]
    said = " ".join(each.words for each in advice(score(pairs), Learnt({})))
    assert "PER is labelled LOC 3 times, LOC PER once" in said


def test_an_error_has_no_sides_but_where_borders_differ() -> None:
    assert Error("a", "label", 0, 5, ((0, 5, P),), ((0, 5, L),)).sides == ()
