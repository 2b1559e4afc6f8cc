"""Words that hold spaces: which tokens are joined, and that the promises outlast the joining."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tokenizers.test_general import TEXTS

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.rules import Rules
from tonemark.tokenizers.words import LONGEST, Phrases

GENERAL = GeneralTokenizer()


def cut(text: str, *phrases: str) -> list[str]:
    tokens = Phrases(phrases, cut=GENERAL.tokenize).join(text, GENERAL.tokenize(text))
    assert faults(text, tokens) == []
    assert all(type(token) is Token for token in tokens)
    return [text[start:end] for start, end in tokens]


# The words of the list, the text, and its tokens with "|" between them.
CASES = {
    "one word": ("kws kho mob", "ib tug kws kho mob.", "ib|tug|kws kho mob|."),
    "the longest": ("kev cai;kev cai lij choj", "kev cai lij choj", "kev cai lij choj"),
    "as far as it goes": ("kev cai;kev cai lij choj", "kev cai lij", "kev cai|lij"),
    "not its front alone": ("kws kho mob", "kws kho kws kho mob", "kws|kho|kws kho mob"),
    "fewest tokens": ("a b;b c d", "a b c d", "a|b c d"),
    "the left one of two": ("niam txiv;txiv neej", "niam txiv neej", "niam txiv|neej"),
    "a chain of overlaps": ("a b;b c;c d;d e", "a b c d e", "a b|c d|e"),
    "the longer of equals": ("a b;a b c;c d;d e", "a b c d e", "a b c|d e"),
    "one inside another": ("a b c d;b c;d e", "a b c d e", "a b c d|e"),
    "letter case": ("Fab Kis;hauj lwm", "FAB KIS fab kis Hauj Lwm", "FAB KIS|fab kis|Hauj Lwm"),
    "any white space": ("kev cai", "kev  cai kev\tcai kev\xa0cai", "kev  cai|kev\tcai|kev\xa0cai"),
    "not over a line": ("kev cai", "kev\ncai kev\u2028cai kev \r cai", "kev|cai|kev|cai|kev|cai"),
    "not over a sign": ("kev cai", "kev, cai kev-cai", "kev|,|cai|kev|-|cai"),
    "no space where there is one": ("kev cai", "kevcai", "kevcai"),
    "signs in a word": ("St. Paul;a-b c", "st. paul A-b  c", "st. paul|A-b  c"),
    "a space where there is none": ("St. Paul", "St . Paul St.Paul", "St|.|Paul|St|.|Paul"),
    "both with a space and without": ("a. b;a . b", "a. b a . b a.  b", "a. b|a . b|a.  b"),
    "composed or not": ("ilé o\u0323\u0300yo\u0323\u0301", "Ile\u0301 ọ̀yọ́", "Ile\u0301 ọ̀yọ́"),
    "letters that fold to two": ("straße alt", "STRASSE ALT", "STRASSE ALT"),
    "letters that grow in lower case": ("a b", "İİİ a b", "İİİ|a b"),
    "outside the basic plane": ("𖬌𖬣𖬵 𖬇𖬰𖬞", "𖬌𖬣𖬵 𖬇𖬰𖬞 𖬌𖬣𖬵", "𖬌𖬣𖬵 𖬇𖬰𖬞|𖬌𖬣𖬵"),
    "a word of one token": ("kev;kev cai", "kev kev cai", "kev|kev cai"),
    "twice in the list": ("kev cai;KEV  cai", "kev cai", "kev cai"),
    "the end of the text": ("kev cai lij", "kev cai", "kev|cai"),
    "nothing listed": ("", "kev cai", "kev|cai"),
}  # fmt: skip


@pytest.mark.parametrize(("phrases", "text", "expected"), CASES.values(), ids=CASES.keys())
def test_joins(phrases: str, text: str, expected: str) -> None:
    assert cut(text, *phrases.split(";")) == expected.split("|")


def test_a_word_may_be_given_by_its_tokens() -> None:
    text = "Kws  kho mob"
    tokens = Phrases([("kws", "KHO", "mob"), ()]).join(text, GENERAL.tokenize(text))
    assert tokens == [Token(0, len(text))]
    assert Phrases(["kws kho mob"]).join(text, GENERAL.tokenize(text)) == tokens


def test_tokens_that_nothing_joins_stay_as_they_are() -> None:
    text = "kev, cai"
    tokens = GENERAL.tokenize(text)
    assert Phrases(["kev cai"]).join(text, tokens) == tokens
    assert not Phrases(["kev", " "])
    assert Phrases(["kev cai"])


def test_a_word_may_be_so_long_and_no_longer() -> None:
    words = [f"w{number}" for number in range(LONGEST)]
    assert cut(" ".join(words), " ".join(words)) == [" ".join(words)]
    with pytest.raises(TonemarkError, match=f"has {LONGEST + 1} tokens"):
        Phrases([" ".join([*words, "x"])])


LISTS = st.lists(st.lists(st.sampled_from("abc"), min_size=2, max_size=4).map(" ".join), max_size=6)
LINES = st.lists(st.sampled_from(["a", "b", "c", "A", "a\n", ","]), max_size=9).map(" ".join)


@given(LISTS, LINES)
def test_leaves_as_few_tokens_as_any_way_would(phrases: list[str], text: str) -> None:
    listed = {phrase.casefold() for phrase in phrases}
    words = GENERAL.tokenize(text)

    def allowed(first: int, last: int) -> bool:
        whole = text[words[first].start : words[last].end]
        return first == last or " ".join(whole.casefold().split(" ")) in listed

    best = 0 if not words else len(words)
    for borders in product([True, False], repeat=max(0, len(words) - 1)):
        starts = [0, *(at + 1 for at, border in enumerate(borders) if border)]
        ends = [*(start - 1 for start in starts[1:]), len(words) - 1]
        if words and all(map(allowed, starts, ends)):
            best = min(best, len(starts))
    found = cut(text, *phrases)
    assert len(found) == best
    assert all(len(token.split()) == 1 or token.casefold() in listed for token in found)


@given(TEXTS, st.data())
def test_keeps_the_promises_of_a_tokenizer(text: str, data: st.DataObject) -> None:
    """Words taken out of the text itself, so that some of them are there."""
    tokens = GENERAL.tokenize(text)
    phrases = []
    for _ in range(data.draw(st.integers(0, 4))):
        first = data.draw(st.integers(0, max(0, len(tokens) - 1)))
        part = tokens[first : first + data.draw(st.integers(1, LONGEST))]
        phrases += [text[part[0].start : part[-1].end]] if part else []
    phrases = [phrase for phrase in phrases if len(GENERAL.tokenize(phrase)) <= LONGEST]
    tokenizer = GeneralTokenizer(Rules(phrases=tuple(phrases)))
    joined = tokenizer.tokenize(text)
    assert faults(text, joined) == []
    borders = {border for token in tokens for border in token}
    assert {border for token in joined for border in token} <= borders


@pytest.mark.parametrize("text", ["a " * 50_000, "a b " * 25_000, "a" + " " * 100_000 + "b"])
def test_time_is_linear(text: str) -> None:
    """All words of up to `LONGEST` tokens begin at every token: the most that can be asked for."""
    phrases = [" ".join("ab"[at % 2] for at in range(size)) for size in range(2, LONGEST)]
    phrases += [" ".join("a" * size) for size in range(2, LONGEST + 1)]
    tokenizer = GeneralTokenizer(Rules(phrases=tuple(phrases)))
    started = time.monotonic()
    assert faults(text, tokenizer.tokenize(text)) == []
    assert time.monotonic() - started < 20  # quadratic time would take hours
