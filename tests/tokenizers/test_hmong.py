"""Hmong in its three scripts: the list of words, syllables, and which profile a language gets."""

from __future__ import annotations

from collections import Counter

import pytest
import regex

from tonemark.tokenizers.bundled import BUNDLED
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.profiles.profile import bundled_profile
from tonemark.tokenizers.registry import load_tokenizer, tokenizer_for
from tonemark.tokenizers.words import LONGEST

LISTED = [
    line
    for line in (BUNDLED / "hmn-words.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]

# Consonants, vowels and tones of White Hmong and Mong Leng in RPA. A slip of the pen in the list
# most often makes something that is no syllable.
SYLLABLE = regex.compile(
    r"(?i)(?:n(?:plh?|ph?|tsh?|txh?|th?|dlh?|ch?|kh?|qh?|rh?|y)|hm(?:l|)|hn(?:y|)|hl|plh?|ph?|tsh?|txh?"
    r"|dlh?|dh?|th?|ch?|kh?|qh?|rh?|ml?|xy?|[nlvfszyhg])?(?:ee|oo|aa|ai|au|aw|ia|ua|[aeiouw])[bmdjvsg]?"
)
BORROWED = {"Meskas", "Mpus"}
CLASSIFIERS = ("lub", "tus", "txoj", "daim", "rab", "phau")


def cut(name: str, text: str) -> list[str]:
    tokens = load_tokenizer(name).tokenize(text)
    assert faults(text, tokens) == []
    return [text[start:end] for start, end in tokens]


def test_every_word_of_the_list_is_made_of_syllables() -> None:
    wrong = [
        line
        for line in LISTED
        if not all(SYLLABLE.fullmatch(part) or part in BORROWED for part in line.split(" "))
    ]
    assert wrong == []


def test_every_word_of_the_list_holds_a_space_and_stands_there_once() -> None:
    assert len(LISTED) >= 2_000
    assert [line for line in LISTED if not 2 <= len(line.split(" ")) <= LONGEST] == []
    assert [line for line, times in Counter(map(str.lower, LISTED)).items() if times > 1] == []


def test_the_list_keeps_to_its_own_rules() -> None:
    """What its first lines say it leaves out: a classifier and its noun, an illness with `mob`."""
    nouns = {line for line in LISTED if line.split()[0] in CLASSIFIERS}
    assert nouns == {"tus kheej", "txoj sia"}
    assert [line for line in LISTED if line.startswith("mob ")] == ["mob nkeeg"]


def test_every_word_of_the_list_is_one_token() -> None:
    tokenizer = load_tokenizer("hmn")
    for line in LISTED:
        for text in (line, line.upper(), line.replace(" ", "  ")):
            assert tokenizer.tokenize(text) == [(0, len(text))], text


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("hmn", "hmn"),
        ("mww", "hmn"),
        ("hnj", "hmn"),
        ("mww-Latn", "hmn"),
        ("hmn-Latn-US", "hmn"),
        ("hmv", "hmn-syllables"),
        ("mww-Hmng", "hmn-Hmng"),
        ("hnj-Hmng-US", "hmn-Hmng"),
        ("hmn-Hmnp", "hmn-Hmnp"),
    ],
)
def test_the_profile_of_a_language(language: str, expected: str) -> None:
    assert tokenizer_for(language) == expected


def test_syllables_are_the_words_cut() -> None:
    text = "Kws kho mob hais tias Vaj-Pov noj 24-teev, 3.5% xwb; nws zoo siab!"
    assert cut("hmn", text) == [
        *("Kws kho mob", "hais tias", "Vaj-Pov", "noj", "24-teev", ",", "3.5%", "xwb", ";"),
        *("nws", "zoo siab", "!"),
    ]
    assert cut("hmn-syllables", text) == [
        *("Kws", "kho", "mob", "hais", "tias", "Vaj-Pov", "noj", "24-teev", ",", "3.5%", "xwb"),
        *(";", "nws", "zoo", "siab", "!"),
    ]


@pytest.mark.parametrize("hyphen", "-\u2010\u2011")
def test_hyphens_join_on_both_sides_only(hyphen: str) -> None:
    for name in ("hmn", "hmn-syllables"):
        assert cut(name, f"Vaj{hyphen}Pov - lawv- {hyphen}Pov") == [
            *(f"Vaj{hyphen}Pov", "-", "lawv", "-", hyphen, "Pov"),
        ]


@pytest.mark.parametrize("name", ["hmn-Hmng", "hmn-Hmnp"])
def test_marks_and_signs_belong_to_their_syllable(name: str) -> None:
    """Each tone mark, and each letter-like sign, behind a syllable."""
    script = {"hmn-Hmng": range(0x16B30, 0x16B37), "hmn-Hmnp": range(0x1E130, 0x1E13E)}[name]
    syllable = {"hmn-Hmng": "𖬌𖬣", "hmn-Hmnp": "𞄀𞄩"}[name]
    for sign in map(chr, [*script, *(range(0x16B40, 0x16B44) if name == "hmn-Hmng" else ())]):
        assert cut(name, f"{syllable}{sign}, {syllable}") == [f"{syllable}{sign}", ",", syllable]


@pytest.mark.parametrize("sign", "𖬷𖬸𖬹𖬺𖬼𖬽𖬾𖬿𖭄𖭅")
def test_signs_of_pahawh_stand_alone(sign: str) -> None:
    assert cut("hmn-Hmng", f"𖬌𖬣𖬵{sign}𖬇𖬰𖬞 {sign}") == ["𖬌𖬣𖬵", sign, "𖬇𖬰𖬞", sign]


def test_no_speaker_is_claimed_to_have_reviewed_them() -> None:
    for name in ("hmn", "hmn-syllables", "hmn-Hmng", "hmn-Hmnp"):
        assert bundled_profile(name).reviewed == ""
