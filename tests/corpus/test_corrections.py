"""Corrected tokens: laid over any others they keep the promises, and they say rules."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.corrections import corrected, rules_of, said_in, signs_in
from tonemark.text import graphemes
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer


def tokens_of(text: str, *words: str) -> list[Token]:
    """Where these words stand in a text, one behind the other."""
    found, at = [], 0
    for word in words:
        start = text.index(word, at)
        at = start + len(word)
        found.append(Token(start, at))
    return found


@pytest.mark.parametrize(
    ("text", "given", "made", "after"),
    [
        ("hauj lwm zoo", "hauj lwm zoo", "hauj lwm", "hauj lwm|zoo"),
        ("ɗan'uwa na", "ɗan'uwa na", "ɗan|'uwa", "ɗan|'uwa|na"),
        # another tokenizer made the given ones since
        ("ɗan'uwa na", "ɗan ' uwa na", "ɗan|'uwa", "ɗan|'uwa|na"),
        ("hauj lwm zoo", "hauj|lwm zoo", "hauj lwm", "hauj lwm|zoo"),
        ("hauj lwm zoo", "hauj lwm zoo", "lwm zoo", "hauj|lwm zoo"),
        ("kwaZulu", "kwaZulu", "Zu", "kwa|Zu|lu"),
        ("a b c d", "a b c d", "b c", "a|b c|d"),
        ("a b c d", "a b|c d", "b c", "a|b c|d"),
        ("a  b", "a  b", "b", "a|b"),
        ("", "", "", ""),
    ],
)
def test_what_made_tokens_leave_of_the_given(text: str, given: str, made: str, after: str) -> None:
    before = tokens_of(text, *(given.split("|") if "|" in given else given.split()))
    laid = corrected(text, before, tokens_of(text, *filter(None, made.split("|"))))
    assert "|".join(text[slice(*token)] for token in laid) == after


LETTERS = "ab'-. e\u0301\u0302ሰ𞤀\U0001e944🇰🇪👩\u200d\u0600क्ष \t"


@st.composite
def partly_made(draw: st.DrawFn) -> tuple[str, list[Token], list[Token]]:
    """A text, its tokens by the general tokenizer, and tokens made at borders of its clusters."""
    text = draw(st.text(st.sampled_from(LETTERS), max_size=40))
    clusters = [(a, b) for a, b in graphemes(text) if not text[a:b].isspace()]
    cuts = draw(st.lists(st.integers(0, len(clusters)), max_size=8, unique=True).map(sorted))
    made = [
        Token(clusters[first][0], clusters[last - 1][1])
        for first, last in list(pairwise(cuts))[:: draw(st.integers(1, 2))]
    ]
    return text, GeneralTokenizer().tokenize(text), made


@settings(max_examples=300, deadline=None)
@given(partly_made())
def test_corrected_tokens_keep_the_promises(case: tuple[str, list[Token], list[Token]]) -> None:
    text, before, made = case
    after = corrected(text, before, made)
    assert faults(text, after) == []
    assert set(made) <= set(after)
    assert corrected(text, before, ()) == tuple(before)
    # What no correction touches is as it was.
    far = [t for t in before if not any(m.start < t.end and t.start < m.end for m in made)]
    assert set(far) <= set(after)
    # Laid over tokens of quite another kind, they still are there and nothing is lost.
    others = [Token(*cluster) for cluster in signs_in(text, 0, len(text))]
    again = corrected(text, others, made)
    assert set(made) <= set(again)
    assert faults(text, again) == []


@settings(max_examples=300, deadline=None)
@given(partly_made())
def test_rules_tell_what_differs(case: tuple[str, list[Token], list[Token]]) -> None:
    text, before, made = case
    after = corrected(text, before, made)
    for rule, uncorrected in said_in(text, before, after):
        assert rule.pieces != uncorrected or " " in rule.text
        assert "".join(rule.pieces).replace(" ", "") == rule.text.replace(" ", "")
    assert list(said_in(text, before, before)) == []


@pytest.mark.parametrize(
    ("text", "given", "after", "rules"),
    [
        ("ua hauj lwm zoo", "ua hauj lwm zoo", "ua|hauj lwm|zoo", ["hauj lwm"]),
        ("ua hauj  \tlwm", "ua hauj lwm", "ua|hauj  \tlwm", ["hauj lwm"]),
        ("ɗan'uwa na", "ɗan'uwa na", "ɗan|'uwa|na", ["ɗan | 'uwa"]),
        ("Vaj-Pov na", "Vaj - Pov na", "Vaj-Pov|na", ["Vaj-Pov"]),
        ("a b c", "a b c", "a b|c", ["a b"]),
        ("a b c", "a b c|", "a b|c", ["a b | c"]),  # the tokenizer has it as one word
        ("a b c", "a b c|", "a|b|c", ["a | b | c"]),
        ("abc", "a bc", "ab|c", ["ab | c"]),
        ("ab cd", "a|b|cd", "ab|cd", ["ab"]),
        ("ab cd ef", "ab|cd|ef", "a|b cd|ef", []),  # white space in one of several on both sides
        ("a b", "a b", "a|b", []),
    ],
)
def test_what_corrections_say(text: str, given: str, after: str, rules: list[str]) -> None:
    before = tokens_of(text, *(filter(None, given.split("|")) if "|" in given else given.split()))
    tokens = tokens_of(text, *after.split("|"))
    assert [str(rule) for rule in rules_of(text, before, tokens, 0, len(text))] == rules


def test_a_stretch_grows_to_the_borders_of_both() -> None:
    text = "na ɗan'uwa ya"
    before = tokens_of(text, "na", "ɗan'uwa", "ya")
    after = tokens_of(text, "na", "ɗa", "n'uwa", "ya")
    for start, end in ((5, 6), (3, 5), (3, 10)):
        assert [str(rule) for rule in rules_of(text, before, after, start, end)] == ["ɗa | n'uwa"]


def test_what_is_too_long_or_not_seen_is_no_rule() -> None:
    text = "a" * 150 + " " + "b" * 150
    assert rules_of(text, tokens_of(text, *text.split()), [Token(0, 301)], 0, 301) == []
    text = "a\u200eb c"
    assert rules_of(text, tokens_of(text, *text.split()), [Token(0, 5)], 0, 5) == []
