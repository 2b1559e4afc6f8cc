"""What words show: shapes, what the text about them tells, and the names of other sentences."""

from __future__ import annotations

import pytest

from tonemark.training.learner.evidence import EDGE, names_of, places, shape, shown, together
from tonemark.training.learner.names import Names, counted, own_names
from tonemark.training.learner.spans import Sentence
from tonemark.training.learner.words import learn_words


@pytest.mark.parametrize(
    ("word", "shaped"),
    [
        ("Nairobi", "Aaa"),
        ("NATO", "AA"),
        ("ọjọ́", "aam"),
        ("Ọjọ́", "Aaam"),
        ("አዲስ", "xx"),
        ("የ2020", "x00"),
        ("12,500.5", "00,00.0"),
        ("३", "0"),
        ("𞤀𞤣𞤤𞤢𞤥", "Aaa"),
        ("...", ".."),
        ("\n\n\n", "\n\n"),
        ("", ""),
    ],
)
def test_shapes(word: str, shaped: str) -> None:
    assert shape(word) == shaped


@pytest.mark.parametrize("word", ["Nairobi", "", "w" * 500, "\ud800"])
def test_names_by_place_are_those_of_the_word(word: str) -> None:
    seen = shown(word, learn_words([("Nairobi",)]))
    assert {name[2:] for place in places(seen) for name in place} == set(names_of(seen))
    assert len(seen.own) < 100
    assert (seen == ((), (), ("edge",))) == (word == EDGE)


def _matches(found: list[list[str]]) -> list[set[str]]:
    return [{name for name in names if name.startswith("G")} for names in found]


def test_names_of_a_sentence_count_only_in_others() -> None:
    first = Sentence(("Dar", "es", "Salaam", "leo"), ((0, 3, "LOC"),))
    second = Sentence(("Juma", "na", "Salaam"), ((0, 1, "PER"), (2, 3, "PER")))
    owned = [own_names(each, ("LOC", "PER")) for each in (first, second)]
    names = counted(owned)
    # Of the first sentence's words only "Salaam" is in a name of the other, by itself.
    assert _matches(together(first.words, names, owned[0])) == [
        set(),
        {"G<1"},
        {"G1", "GB1"},
        {"G>1"},
    ]
    assert _matches(together(second.words, names, owned[1])) == [set(), set(), {"G0"}]
    # In new text all count, the longest first.
    assert _matches(together(("dar", "es", "salaam"), names)) == [
        {"G0", "GB0"},
        {"G0", "GI0"},
        {"G0", "G1", "GI0"},
    ]


@pytest.mark.parametrize(
    ("words", "at", "has", "lacks"),
    [
        (("Rais", "Samia", "Suluhu", "alisema"), 1, {"R=3", "R1/3", "R>alisema", "R<"}, {"S"}),
        (("leo", "Samia", "alisema"), 1, {"R=1", "R0/1", "R<leo", "R>alisema"}, {"D"}),
        (("a", ".", "Leo"), 2, {"S", "SAaa"}, set()),
        (("Mto", "na", "mto"), 0, {"D", "Ds", "S"}, {"Dc"}),
        (("mto", "Mto", "na"), 1, {"D", "Ds", "Dc"}, {"S"}),
        (("አዲስ", "አበባ"), 0, {"<\tአዲስ", ">አዲስ\tአበባ", "S"}, {"R=1"}),
    ],
)
def test_what_more_than_one_word_shows(
    words: tuple[str, ...], at: int, has: set[str], lacks: set[str]
) -> None:
    names = set(together(words, Names({}, {}))[at])
    assert has <= names
    assert not lacks & names


def test_words_used_alike_are_in_one_cluster() -> None:
    texts = []
    for at in range(200):
        town = ("moshi", "tanga", "mbeya")[at % 3]
        texts.append(("alikwenda", town, "jana", "usiku"))
        texts.append((("mama", "baba", "dada")[at % 3], "analala", f"w{at}"))
    known = learn_words(texts).known
    towns, people = (
        {known[word].clusters for word in words}
        for words in (("moshi", "tanga", "mbeya"), ("mama", "baba", "dada"))
    )
    assert len(towns) == len(people) == 1
    assert towns != people


def test_words_count_capitals_but_not_where_a_sentence_begins() -> None:
    known = learn_words([("Leo", "Juma", "alikuja", ".", "Jana", "juma", "leo")]).known
    assert known["leo"][:3] == (0, 1, 2)
    assert known["juma"][:3] == (1, 1, 2)
    assert known["jana"][:3] == (0, 0, 1)
