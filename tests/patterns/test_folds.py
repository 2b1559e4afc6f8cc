"""What folds take for the same name, and what not."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.patterns.atoms import APOSTROPHES
from tonemark.patterns.folds import (
    ACRONYM,
    CAPITAL,
    END,
    FOLDS,
    LONGEST,
    STRIPPED,
    Folding,
    default_folds,
)
from tonemark.patterns.trie import unmarked
from tonemark.tokenizers.profiles.affixes import Affixes

NFD = "O\u0323\u0301s\u0323un"
NFC = unicodedata.normalize("NFC", NFD)


@pytest.mark.parametrize(
    ("folds", "one", "other", "same"),
    [
        ((), "Ọṣun", "Ọṣun", True),
        ((), NFD, NFC, False),
        ((), "Juba", "juba", False),
        ((), "Nai\u00adrobi", "Nairobi", False),
        (("nfc",), NFD, NFC, True),
        (("nfc",), "Nai\u00ad\u200b\ufeffrobi", "Nairobi", True),
        (("case",), "DAR ES SALAAM", "Dar es Salaam", True),
        (("case",), "STRASSE", "Straße", True),
        (("case",), "𞤀𞤁𞤂𞤃", "𞤢𞤣𞤤𞤥", True),
        (("tones",), "Ọ̀ṣun", "Ọ́ṣun", True),
        (("tones",), "Ọ̀ṣun", "Oṣun", False),  # the dot makes a letter
        (("tones",), "ńlá Ǹlá", "nla Nla", True),
        (("tones",), "Setšhaba", "Setshaba", False),  # this caron, too
        (("tones",), "Kaŵale", "Kawale", False),
        (("tones",), "Sàll", "Sall", True),
        (("tones",), "Ngɔ́ɔ̀ Ɛ̂", "Ngɔɔ Ɛ", True),
        (("marks",), "Ọ̀ṣun Ŵ", "Osun W", True),
        (("apostrophes",), "ng'ombe", "ngombe", True),
        (("apostrophes",), "'Yan Daba", "ʼYan Daba", True),
        (("apostrophes",), "Bura'", "Bura", True),
        (("nfc",), "ng'ombe", "ng’ombe", False),
        (("apostrophes", "case"), "ŉa", "na", True),  # its small form is an apostrophe and n
        (("nfc", "apostrophes"), "a'\u0301", "á", True),
        (("hyphens",), "Dar-es-Salaam", "Dar es Salaam", True),
        (("hyphens",), "Zanzibar – Pemba", "Zanzibar‐Pemba", True),
        (("hyphens",), "Zanzibar — Pemba", "Zanzibar Pemba", False),
        (("clicks",), "ǃKung", "!Kung", True),
        (("clicks",), "Naǃa", "Na!a", True),
        (("clicks",), "ǁGana", "||Gana", True),
        (("clicks",), "ǀXam", "/Xam", True),
        (("clicks",), "ǂNūkhoen", "≠Nūkhoen", True),
        (("clicks",), "ǃKung", "Kung", False),
        (("rpa",), "Vaj-Pov", "Vaj Pov", True),
        (("rpa",), "VajPov", "Vaj Pov", True),
        (("rpa",), "haujlwm", "hauj lwm", True),
        (("rpa",), "Xyooj", "Xyoo j", False),
        (("rpa",), "tsoomfwv", "tsoom fwv", True),
        (("rpa",), "nyobzoo", "nyob zoo", True),
        (("rpa",), "Minnesota", "Minne sota", False),
        (("ethiopic",), "ሠላም", "ሰላም", True),
        (("ethiopic",), "ሐይሉ", "ኃይሉ", True),
        (("ethiopic",), "ዓለም", "አለም", True),
        (("ethiopic",), "ፀሐይ", "ጸሃይ", True),
        (("ethiopic",), "ሗላ", "ኋላ", True),
        (("ethiopic",), "ሧ", "ሷ", True),
        (("ethiopic",), "ኸ ኹ ኺ ኻ ኼ ኽ ኾ", "ሀ ሁ ሂ ሃ ሄ ህ ሆ", True),
        (("ethiopic",), "ከበደ", "ኸበደ", False),
    ],
)
def test_what_is_the_same(folds: tuple[str, ...], one: str, other: str, same: bool) -> None:
    folding = Folding(folds)
    assert (unmarked(folding.key(one)) == unmarked(folding.key(other))) is same


@pytest.mark.parametrize("apostrophe", APOSTROPHES)
def test_every_apostrophe_folds(apostrophe: str) -> None:
    folding = Folding(("apostrophes",))
    assert folding.key(f"ng{apostrophe}ombe") == folding.key("ngombe")


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Juba", CAPITAL),
        ("juba", ""),
        ("ANC", ACRONYM),
        ("A", CAPITAL),
        ("KASIM MAJALIWA", CAPITAL),
    ],
)
def test_capitals_are_marked(name: str, mark: str) -> None:
    key = Folding(("case",)).key(name)
    assert key == unmarked(key) + mark
    assert Folding(()).key(name).endswith(END)


def test_nothing_left_and_too_much_have_no_key() -> None:
    folding = Folding(("hyphens", "apostrophes"))
    assert [folding.key(each) for each in ("", " ", "-", "' -", "\u200b")] == [""] * 5
    assert folding.keys("-") == ()
    assert folding.key("a " * LONGEST).count(END) == LONGEST
    assert folding.key("a " * (LONGEST + 1)) == ""


def test_folds_are_ordered_and_known() -> None:
    assert Folding(("case", "nfc")) == Folding(("nfc", "case"))
    assert Folding(("case", "nfc")).stamp == Folding(("nfc", "case")).stamp
    with pytest.raises(ValueError, match="'cases'"):
        Folding(("cases",))


def test_stamps_tell_foldings_apart() -> None:
    some = [(), *((name,) for name in FOLDS), tuple(FOLDS)]
    affixes = [Affixes(), Affixes(("e",)), Affixes((), ("e",)), Affixes(("e", "ni"))]
    stamps = {Folding(names, each).stamp for names in some for each in affixes}
    assert len(stamps) == len(some) * len(affixes)


@pytest.mark.parametrize(
    ("language", "own"),
    [("yo", set()), ("am", {"ethiopic"}), ("ti", set()), ("hmn", {"rpa"}), ("mww", {"rpa"}),
     ("hmn-Hmng", set()), ("naq", {"clicks"}), ("sw-TZ", set())],
)  # fmt: skip
def test_defaults(language: str, own: set[str]) -> None:
    assert set(default_folds(language)) == {"nfc", "apostrophes", "hyphens", "case"} | own


@pytest.mark.parametrize(
    ("name", "rests"),
    [
        ("eGoli", ["Goli"]),
        ("kwaGoli", ["Goli"]),
        ("EGoli", ["Goli"]),
        ("KwaZulu", ["Zulu"]),
        ("e-Thekwini", ["Thekwini", "e-Thekwi", "Thekwi"]),
        ("I-ANC", ["ANC"]),
        ("eNingizimu Afrika", ["Ningizimu Afrika"]),
        ("eGolini", ["Golini", "eGoli", "Goli"]),
        ("Nairobini", ["Nairobi"]),
        ("IBM", []),  # no prefix i
        ("eli", []),
        ("nyumbani", []),
        ("eG", []),
    ],
)
def test_affixes_of_names(name: str, rests: list[str]) -> None:
    folding = Folding((), Affixes(("e", "kwa", "i"), ("ni",)))
    key, *others = folding.keys(name)
    assert key == folding.key(name)
    assert set(others) == {folding.key(rest) + STRIPPED for rest in rests}


def test_names_without_case_are_indexed_as_they_are() -> None:
    folding = Folding((), Affixes(("የ",), ("ን",)))
    assert folding.keys("የኢትዮጵያ") == (folding.key("የኢትዮጵያ"),)


SETS = [names for size in (1, 2) for names in itertools.combinations(FOLDS, size)] + [tuple(FOLDS)]
LETTERS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aAeEoọỌ́̀̂̌̈̇ͅßİıſǅΐϒ" + "ng'’ʼ-‐ǃ!ǀ|/ǁǂ" + "ሀሐኀኸሠዐፀ፟" + "ʿ\u200b\u00ad"),
    ),
    max_size=12,
)


@given(st.sampled_from(SETS), LETTERS)
def test_folds_are_idempotent(names: tuple[str, ...], text: str) -> None:
    folding = Folding(names)
    key = folding.fold(text)
    assert folding.fold(key.replace(END, " ")) == key


@given(st.sampled_from([names for names in SETS if "nfc" in names]), LETTERS)
def test_composed_or_not_is_one(names: tuple[str, ...], text: str) -> None:
    folding = Folding(names)
    keys = {folding.fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert len(keys | {folding.fold(text)}) == 1


@given(
    st.text("abkpvjTXEN019", min_size=1, max_size=8),
    st.sets(st.sampled_from(sorted(FOLDS))).map(tuple),
)
def test_plain_letters_are_folded_as_all_others_are(atom: str, names: tuple[str, ...]) -> None:
    folding = Folding(names)
    pieces = [atom]
    while (folded := folding._folded_once(pieces)) != pieces:
        pieces = folded
    assert folding.fold(atom) == "".join(piece + END for piece in pieces)
