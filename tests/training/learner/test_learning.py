"""The learner: what it learns from a few sentences, what its scores mean, and odd input."""

from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.training.learner.chain import Chain, calibrated
from tonemark.training.learner.learning import Found, Learner, Sentence, Words, learn, learn_words
from tonemark.training.learner.names import Names
from tonemark.training.learner.spans import best_apart, tags_of

TOWNS = ("Moshi", "Arusha", "Mbeya", "Kigoma", "Tanga", "Iringa", "Songea", "Lindi")
PEOPLE = ("Asha", "Juma", "Neema", "Baraka", "Zawadi", "Hamisi", "Rehema", "Salum")


def lessons(count: int = 40) -> list[Sentence]:
    """Sentences with a name of a person and one of a town."""
    made = []
    for at in range(count):
        who, town = PEOPLE[at % 8], TOWNS[at * 3 % 8]
        if at % 2:
            words = ("Bwana", who, "alifika", "mjini", town, "jana", ".")
            spans: tuple[tuple[int, int, str], ...] = ((1, 2, "PER"), (4, 5, "LOC"))
        else:
            words = ("watu", "wa", "mjini", town, "Mjini", "walimwona", "Bwana", who, who, ".")
            spans = ((3, 5, "LOC"), (7, 9, "PER"))
        made.append(Sentence(words, spans))
    return made


@pytest.fixture(scope="module")
def learner() -> Learner:
    return learn(lessons())


def test_it_finds_what_it_has_learnt_in_new_sentences(learner: Learner) -> None:
    found = learner.tag(("Bwana", "Fadhili", "alifika", "mjini", "Dodoma", "leo", ".")).found
    assert [each[:3] for each in found] == [(1, 2, "PER"), (4, 5, "LOC")]
    assert all(0.3 < each.score <= 1 for each in found)
    assert learner.labels == ("LOC", "PER")


def test_doubt_is_more_where_nothing_was_seen_before(learner: Learner) -> None:
    known = learner.tag(lessons()[1].words)
    strange = learner.tag(("Mheshimiwa", "Waziri", "Mkuu", "wa", "Tanzania", "Kassim"))
    assert 0 <= known.doubt < strange.doubt
    assert learner.tag(()) == ((), 0.0)


def test_the_same_sentences_teach_the_same() -> None:
    words = learn_words([each.words for each in lessons()])
    first, second = (learn(lessons(), words=words).to_bytes() for _ in range(2))
    assert first == second
    code = (
        f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from test_learning import lessons\n"
        "from tonemark.training.learner.learning import learn, learn_words\n"
        "import hashlib\n"
        "words = learn_words([each.words for each in lessons()])\n"
        "print(hashlib.sha256(learn(lessons(), words=words).to_bytes()).hexdigest())\n"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in "12"
    }
    assert len(hashes) == 1


def test_little_time_is_kept_to() -> None:
    quick = learn(lessons()).to_bytes()
    assert learn(lessons(), thorough=True, seconds=0).to_bytes() == quick


def test_learning_thoroughly_takes_the_better_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tonemark.training.learner import learning

    whole = learn(lessons()).chains[0]
    blind = learn([Sentence(("x", "y"), ((0, 1, "X"),))]).chains[0]
    for both in ((whole, blind), (blind, whole)):
        monkeypatch.setattr(learning, "both_fitted", lambda *_, both=both: both)
        monkeypatch.setattr(learning.Lessons, "fitted", lambda *_, both=both: both[0])
        assert learn(lessons(), thorough=True).chains == (whole,)


ODD: dict[str, tuple[list[Sentence], tuple[str, ...]]] = {
    "one sentence": (lessons(1), ("watu", "wa", "mjini", "Moshi")),
    "one token": ([Sentence(("Moshi",), ((0, 1, "LOC"),))], ("Moshi",)),
    "a sentence without tokens": ([Sentence((), ()), *lessons(4)], ("Moshi",)),
    "empty tokens": ([Sentence(("", "Moshi", ""), ((1, 2, "LOC"),))], ("", "Moshi", "")),
    "labels of any characters": (
        [Sentence(("a", "b"), ((0, 1, "naïve:\n =\\"), (1, 2, "")))],
        ("a", "b"),
    ),
    "tokens of any characters": (
        [Sentence(("\ud800", "\x00", "a\nb:\t=", "ู" * 5000), ((0, 3, "X"),))] * 2,
        ("\ud800", "\x00", "a\nb:\t=", "𞤀𞤁"),
    ),
    "spans out of the sentence": (
        [Sentence(("a", "b"), ((0, 1, "X"), (1, 5, "X"), (-1, 1, "X"), (1, 1, "Y")))],
        ("a", "b"),
    ),
    "spans that cross": ([Sentence(tuple("abcde"), ((0, 3, "X"), (2, 5, "Y")))], tuple("abcde")),
    "a label only once": ([*lessons(8), Sentence(("x", "y"), ((0, 2, "Z"),))], ("x", "y")),
    "everything labelled": ([Sentence(("a",) * 9, ((0, 9, "X"),))] * 3, ("a",) * 9),
}


@pytest.mark.parametrize(
    ("overlapping", "thorough"), [(False, False), (True, False), (False, True)]
)
@pytest.mark.parametrize("name", ODD)
def test_odd_sentences_teach_what_there_is(name: str, overlapping: bool, thorough: bool) -> None:
    sentences, words = ODD[name]
    told = learn_words([words])
    learner = learn(sentences, overlapping=overlapping, thorough=thorough, words=told)
    again = Learner.from_bytes(learner.to_bytes())
    for given_words in (words, (), ("nothing", "seen"), *(each.words for each in sentences)):
        tagged = learner.tag(given_words)
        assert again.tag(given_words) == tagged
        assert again.likely(given_words) == learner.likely(given_words)
        for start, end, label, score in learner.likely(given_words, 0.0):
            assert 0 <= start < end <= len(given_words)
            assert label in learner.labels
            assert 0 < score <= 1


@pytest.mark.parametrize(
    "sentences",
    [
        [],
        [Sentence((), ())],
        [Sentence(("a",), ())],
        [Sentence(("a",), ((0, 0, "X"),))],
        [Sentence((), ((0, 1, "X"),))],
    ],
)
def test_where_there_is_no_span_there_is_nothing_to_learn(sentences: list[Sentence]) -> None:
    with pytest.raises(ValueError, match="no sentence has a span"):
        learn(sentences)


def test_spans_may_overlap_where_they_are_said_to() -> None:
    nested = [
        Sentence(("Chuo", "Kikuu", "cha", town, "kilifunguliwa"), ((0, 4, "ORG"), (3, 4, "LOC")))
        for town in TOWNS
    ] * 3
    words = ("Chuo", "Kikuu", "cha", "Dodoma", "kilifunguliwa")
    found = learn(nested, overlapping=True).tag(words).found
    assert [each[:3] for each in found] == [(0, 4, "ORG"), (3, 4, "LOC")]
    flat = learn(nested).tag(words).found
    assert [each[:3] for each in flat] == [(0, 4, "ORG")]


def test_long_documents_take_time_in_proportion(learner: Learner) -> None:
    base = ("Bwana", "Asha", "alifika", "Moshi", "na", "Mji", "Mkuu", "Zaidi", "pia", "MJI")

    def seconds(size: int, words: tuple[str, ...]) -> float:
        start = time.process_time()
        learner.tag(words * (size // len(words)))
        return time.process_time() - start

    for words in (base, ("MOSHI",), ("Moshi",), ("moshi", "Mjini")):
        seconds(200, words)
        # Ten times the tokens; what grows with their square would take a hundred times as long.
        assert seconds(10_000, words) < 40 * max(0.0025, seconds(1_000, words))


SMALL = st.integers(1, 4)
WEIGHTS = st.floats(-4, 4).map(lambda value: round(value, 3))


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(1, 2), SMALL)
def test_a_score_is_the_chance_of_exactly_that_span(
    data: st.DataObject, labels: int, count: int
) -> None:
    """Beside the sum over all ways of tagging, one by one."""
    size = 1 + 2 * labels
    words = tuple(f"w{at}" for at in range(count))
    weights = {
        f"=0w{word}": tuple((tag, data.draw(WEIGHTS)) for tag in range(size)) for word in words
    }
    moves = tuple(tuple(data.draw(WEIGHTS) for _ in range(size)) for _ in range(size))
    names = ("A", "B")[:labels]
    chain = Chain(names, weights, moves, Names({}, {}))
    chances: dict[tuple[int, int, str], float] = {}
    whole = 0.0
    for tags in itertools.product(range(size), repeat=count):
        moved = itertools.pairwise((0, *tags))
        if any(tag and tag % 2 == 0 and one not in (tag, tag - 1) for one, tag in moved):
            continue
        weight = sum(weights[f"=0w{word}"][tag][1] for word, tag in zip(words, tags, strict=True))
        weight += sum(moves[one][other] for one, other in itertools.pairwise(tags))
        whole += math.exp(weight)
        for start, tag in enumerate(tags):
            if tag % 2:
                end = start + 1
                while end < count and tags[end] == tag + 1:
                    end += 1
                key = (start, end, names[tag // 2])
                chances[key] = chances.get(key, 0.0) + math.exp(weight)
    found = chain.likely(words, 0.01)
    assert {each[:3] for each in found} == {
        span for span, chance in chances.items() if calibrated(chance / whole) >= 0.01
    }
    for each in found:
        assert each.score == pytest.approx(calibrated(chances[each[:3]] / whole))


SPANS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 3), st.sampled_from("AB"), st.floats(0.05, 1)),
    max_size=7,
)


@given(SPANS)
def test_the_best_spans_that_do_not_overlap(drawn: list[tuple[int, int, str, float]]) -> None:
    spans = [Found(start, start + size, label, score) for start, size, label, score in drawn]

    def worth(chosen: tuple[Found, ...]) -> float:
        return sum(each.score - 0.3 for each in chosen)

    chosen = best_apart(spans, 0.3)
    assert list(chosen) == sorted(chosen, key=lambda each: each.start)
    assert all(one.end <= other.start for one, other in itertools.pairwise(chosen))
    best = max(
        worth(some)
        for size in range(len(spans) + 1)
        for some in itertools.combinations(spans, size)
        if all(
            one.end <= other.start or other.end <= one.start
            for one, other in itertools.combinations(some, 2)
        )
    )
    assert worth(chosen) == pytest.approx(best)


@pytest.mark.parametrize(
    ("spans", "tags"),
    [
        (((1, 3, "A"), (3, 4, "A"), (0, 1, "B")), [3, 1, 2, 1, 0]),
        (((0, 2, "A"), (1, 4, "B")), [0, 3, 4, 4, 0]),
        (((0, 2, "A"), (0, 2, "B")), [1, 2, 0, 0, 0]),
        (((0, 2, "C"), (4, 6, "A"), (2, 2, "A"), (-2, 1, "B")), [0, 0, 0, 0, 0]),
    ],
)
def test_tags(spans: tuple[tuple[int, int, str], ...], tags: list[int]) -> None:
    assert tags_of(Sentence(("w",) * 5, spans), ("A", "B")) == tags


def test_the_learner_loads_late_and_alone() -> None:
    """It is imported by what never trains, and copied into packages."""
    code = (
        "import sys, tonemark.training.learner.learning\n"
        "print(sorted({'numpy', 'pycrfsuite', 'spacy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _checked(packed: bytes, learner: Learner) -> bytes:
    """A file whose checksum holds."""
    from hashlib import blake2s

    from tonemark.training.learner.file import MAGIC

    return MAGIC + blake2s(packed).digest() + packed


def _packed(text: str) -> Callable[[bytes, Learner], bytes]:
    return lambda data, learner: _checked(zlib.compress(text.encode()), learner)


def _model(
    *, words: str = "null", names: str = "[]", labels: str = '["A"]', last: str = "0", row: str = ""
) -> Callable[[bytes, Learner], bytes]:
    return _packed(
        f'{{"words": {words}, "names": {names}, "chains": [{{"labels": {labels},'
        f' "moves": [[0,0,0],[0,0,0],[0,0,{last}]], "weights": {{"x": [{row}]}}}}]}}'
    )


DAMAGE: dict[str, Callable[[bytes, Learner], bytes]] = {
    "empty": lambda data, _: b"",
    "cut": lambda data, _: data[:-1],
    "longer": lambda data, _: data + b"x",
    "other": lambda data, _: b"PK" + data,
    "a bit": lambda data, _: data[:60] + bytes([data[60] ^ 1]) + data[61:],
    "its checksum": lambda data, _: data[:25] + bytes([data[25] ^ 1]) + data[26:],
    "a later form": lambda data, _: data.replace(b"learner 1", b"learner 2", 1),
    "not compressed": lambda data, learner: _checked(b"{}", learner),
    "not whole": lambda data, learner: _checked(zlib.compress(b"{}")[:-1], learner),
    "no JSON": _packed("{"),
    "deep": _packed("[" * 200_000),
    "a list": _packed("[]"),
    "no chains": _packed('{"words": null, "names": [], "chains": []}'),
    "no labels": _model(labels="[]"),
    "labels and moves": _model(labels='["A", "B"]'),
    "a label that is none": _model(labels="[1]"),
    "a number too large": _model(last="1e999"),
    "no number": _model(last="NaN"),
    "a tag that is none": _model(row="3, 1.0"),
    "a tag below none": _model(row="-1, 1.0"),
    "half a weight": _model(row="1"),
    "a weight that is none": _model(row='1, "1"'),
    "a name of no words": _model(names="[[[3], [0]]]"),
    "words that are none": _model(words='{"a": [1, 2]}'),
    "a count that is none": _model(words='{"a": [1, 2, true]}'),
}


def test_an_undamaged_model_is_taken(learner: Learner) -> None:
    """What is refused below is refused for the one thing that is wrong with it."""
    assert Learner.from_bytes(_model()(b"", learner)).labels == ("A",)


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_learner_is_refused(name: str, learner: Learner) -> None:
    with pytest.raises(ValueError, match="learner"):
        Learner.from_bytes(DAMAGE[name](learner.to_bytes(), learner))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bytes_that_are_not_ours_never_harm(learner: Learner, data: st.DataObject) -> None:
    whole = learner.to_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    try:
        assert Learner.from_bytes(damaged).labels == learner.labels
    except ValueError:
        assert damaged != whole


def test_words_of_raw_text_are_restored_and_told() -> None:
    texts = [each.words for each in lessons()]
    words = learn_words(texts)
    again = Words.from_bytes(words.to_bytes())
    assert again == words
    assert again.to_bytes() == words.to_bytes()
    assert words.counted(texts[0])
    assert not words.counted(("other",))
    # Said of its own place only, a word that stands nowhere else is one that was never seen.
    seen = words.known["jana"].times
    assert words.told("jana", seen) == words.told("unseen")
    assert words.told("jana", seen - 1) != words.told("unseen")
    for damaged in (
        b"",
        words.to_bytes()[:-3],
        zlib.compress(b"[]"),
        zlib.compress(b'{"words":{"a":[true,0,0]},"texts":[]}'),
    ):
        with pytest.raises(ValueError, match="words"):
            Words.from_bytes(damaged)


@pytest.mark.parametrize("texts", [[], [()], [("a",)], [("a", "b")] * 3, [("\ud800", "", "\x00")]])
def test_little_raw_text_is_enough(texts: list[tuple[str, ...]]) -> None:
    words = learn_words(texts)
    learner = learn(lessons(8), words=words)
    assert Learner.from_bytes(learner.to_bytes()).tag(lessons()[0].words) == learner.tag(
        lessons()[0].words
    )
