"""Where names are found: beside a plain reference, and in hostile text."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.patterns.folds import END, Folding
from tonemark.patterns.matcher import Found, Matcher, Overlay, leftmost_longest, places
from tonemark.patterns.trie import open_trie, write_trie
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.profiles.affixes import Affixes
from tonemark.tokenizers.registry import load_tokenizer

FOLDED = ("nfc", "apostrophes", "hyphens", "case")
GENERAL = load_tokenizer("general")


def overlay_of(folding: Folding, names: Iterable[str]) -> Overlay:
    overlay = Overlay()
    for number, name in enumerate(names, 1):
        overlay.add(folding.keys(name), number)
    return overlay


def trie_matcher(folding: Folding, names: Sequence[str], folder: Path) -> Matcher:
    items = [(key, n) for n, name in enumerate(names, 1) for key in folding.keys(name)]
    write_trie(folder, items, {})
    return Matcher(folding, open_trie(folder), Overlay())


def piped(text: str) -> tuple[str, list[Token]]:
    """A text whose tokens are parted by bars or spaces, and these."""
    tokens, plain = [], ""
    for part in text.split(" "):
        plain += " " if plain else ""
        for piece in part.split("|"):
            piece = piece.replace("_", " ")
            tokens.append(Token(len(plain), len(plain) + len(piece)))
            plain += piece
    return plain, tokens


@pytest.mark.parametrize(
    ("folds", "names", "text", "expected"),
    [
        ((), ["Dar es Salaam", "Dar"], "in Dar es Salaam", ["Dar es Salaam", "Dar"]),
        ((), ["Dar"], "in Darfur", []),
        ((), ["Dar es Salaam"], "Dar es Salaam|-|Kigoma", ["Dar es Salaam"]),
        ((), ["Salaam-Kigoma"], "Salaam - Kigoma|.", ["Salaam - Kigoma"]),
        ((), ["Salaam Kigoma"], "Salaam - Kigoma", []),
        (FOLDED, ["Salaam Kigoma"], "SALAAM - KIGOMA", ["SALAAM - KIGOMA"]),
        (FOLDED, ["Juba"], "juba Juba JUBA", ["Juba", "JUBA"]),
        (FOLDED, ["juba"], "juba Juba JUBA", ["juba", "Juba", "JUBA"]),
        (FOLDED, ["ANA"], "Ana ana ANA", ["ANA"]),
        (FOLDED, ["Mahakama ya Rufani"], "mahakama ya rufani", []),
        (FOLDED, ["Mahakama ya Rufani"], "MAHAKAMA YA RUFANI", ["MAHAKAMA YA RUFANI"]),
        ((), ["Ivoire", "Côte d'Ivoire"], "Côte d'|Ivoire", ["Côte d'Ivoire", "Ivoire"]),
        (FOLDED, ["Cote dIvoire"], "Cote d’|Ivoire", ["Cote d’Ivoire"]),
        (
            FOLDED,
            ["Kano"],
            "Kano|\u200b|. \u200b|Kano|\u200b|, Ka|\u200b|no",
            ["Kano", "Kano", "Ka\u200bno"],
        ),
        ((), ["Kano\u200b"], "Kano|\u200b", ["Kano\u200b"]),
        ((), ["Yan", "'Yan"], "'Yan", ["'Yan"]),
        ((), ["Yan", "'Yan"], "'|Yan", ["'Yan", "Yan"]),
        ((), ["es", "Dar", "Dar es"], "Dar_es_Salaam", []),  # one token, which holds spaces
        ((), ["Dar es Salaam"], "Dar_es_Salaam na", ["Dar es Salaam"]),
        ((), ["Dar es", "es Salaam"], "Dar_es Salaam", ["Dar es"]),
        (("rpa",), ["Vaj Pov"], "VajPov Vaj-Pov Vaj|-|Pov", ["VajPov", "Vaj-Pov", "Vaj-Pov"]),
        (("rpa",), ["Pov"], "VajPov", []),
        ((), ["አዲስ አበባ"], "አዲስ|፡|አበባ", []),
        ((), ["東京"], "東|京|都", ["東京"]),
        ((), ["-"], "a - b", ["-"]),
        (FOLDED, ["-", ""], "a - b", []),
        ((), ["a a"], "a a a", ["a a", "a a"]),
    ],
)
def test_what_is_found(
    folds: tuple[str, ...], names: list[str], text: str, expected: list[str], tmp_path: Path
) -> None:
    folding = Folding(folds)
    plain, tokens = piped(text)
    for matcher in (
        Matcher(folding, None, overlay_of(folding, names)),
        trie_matcher(folding, names, tmp_path),
    ):
        found = matcher.found(plain, tokens)
        assert [plain[each.start : each.end] for each in found] == expected


ZULU = Affixes(("e", "kwa", "i"), ("ni",))
AMHARIC = Affixes(("የ", "በ"), ("ን",))


@pytest.mark.parametrize(
    ("affixes", "names", "text", "expected"),
    [
        (ZULU, ["Goli"], "eGoli", [("eGoli", False)]),
        (ZULU, ["eGoli"], "kwaGoli", [("kwaGoli", False)]),
        (ZULU, ["eGoli"], "eGoli", [("eGoli", True)]),
        (ZULU, ["eGoli", "Goli"], "eGoli Goli", [("eGoli", True), ("Goli", True)]),
        (ZULU, ["eGoli"], "Goli", []),  # right 5 times in 49, measured
        (ZULU, ["goli"], "egoli", []),
        (ZULU, ["BM"], "IBM", []),
        (ZULU, ["Ningizimu Afrika"], "eNingizimu Afrika", [("eNingizimu Afrika", False)]),
        (ZULU, ["Ningizimu Afrika"], "eNingizimu Afrikani", [("eNingizimu Afrikani", False)]),
        (ZULU, ["Ningizimu Afrika"], "Ningizimu Afrikani", [("Ningizimu Afrikani", False)]),
        (ZULU, ["Goli"], "kwaGolini", [("kwaGolini", False)]),
        (ZULU, ["ANC"], "i-ANC i|-|ANC", [("i-ANC", False), ("ANC", True)]),
        (AMHARIC, ["ኢትዮጵያ"], "የኢትዮጵያን", [("የኢትዮጵያን", False)]),
        (AMHARIC, ["የኢትዮጵያ"], "በኢትዮጵያ ኢትዮጵያ", []),
        (AMHARIC, ["አዲስ አበባ"], "በአዲስ አበባን", [("በአዲስ አበባን", False)]),
        (AMHARIC, ["ሰላ"], "የሰላ", []),  # too short to tell
    ],
)
def test_affixes(
    affixes: Affixes,
    names: list[str],
    text: str,
    expected: list[tuple[str, bool]],
    tmp_path: Path,
) -> None:
    folding = Folding(FOLDED, affixes)
    plain, tokens = piped(text)
    for matcher in (
        Matcher(folding, None, overlay_of(folding, names)),
        trie_matcher(folding, names, tmp_path),
    ):
        found = matcher.found(plain, tokens)
        assert [(plain[each.start : each.end], each.exact) for each in found] == expected


def test_trie_and_overlay_are_one(tmp_path: Path) -> None:
    folding = Folding(())
    matcher = trie_matcher(folding, ["Dar", "Dar es Salaam"], tmp_path)
    text, tokens = piped("Dar es Salaam")
    matcher.overlay.add(folding.keys("Dar es"), 9)
    matcher.overlay.add(folding.keys("Dar"), 8)
    matcher.overlay.add(folding.keys("Dar"), 8)
    assert matcher.found(text, tokens) == [
        Found(0, 13, (2,), True),
        Found(0, 6, (9,), True),
        Found(0, 3, (1, 8), True),
    ]


def test_one_text_read_with_two_foldings() -> None:
    text, tokens = piped("Juba na JUBA")
    for folds, count in (((), 1), (FOLDED, 2), ((), 1)):
        folding = Folding(folds)
        assert len(places(folding, "Juba", text, tokens)) == count


def test_leftmost_longest_of_those_that_stand(tmp_path: Path) -> None:
    folding = Folding(())
    matcher = trie_matcher(folding, ["a b c", "a b", "c d", "a"], tmp_path)
    text, tokens = piped("a b c d")
    found = matcher.found(text, tokens)

    def kept(without: set[int]) -> list[str]:
        def stands(each: Found) -> bool:
            return not without & set(each.entries)

        longest = leftmost_longest(found, stands)
        assert matcher.longest(text, tokens, stands) == longest
        return [text[each.start : each.end] for each in longest]

    assert kept(set()) == ["a b c"]
    assert kept({1}) == ["a b", "c d"]
    assert kept({1, 2}) == ["a", "c d"]


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (["東京", "京都"], "東|京|京|都", [(0, 2), (2, 4)]),
        (["東京", "京都"], "東|京|都", [(0, 2)]),  # what begins inside is no neighbour
        (["東", "京"], "東|京|東|京", [(0, 1), (1, 2), (2, 3), (3, 4)]),
        (["Dar", "'s"], "Dar|'s Dar", [(0, 3), (3, 5), (6, 9)]),
    ],
)
def test_names_that_touch_are_both_found(
    names: list[str], text: str, expected: list[tuple[int, int]], tmp_path: Path
) -> None:
    folding = Folding(())
    text, tokens = piped(text)
    for matcher in (
        Matcher(folding, None, overlay_of(folding, names)),
        trie_matcher(folding, names, tmp_path),
    ):
        assert [each[:2] for each in compared(matcher, text, tokens)] == expected


def test_places_of_one_name() -> None:
    folding = Folding(FOLDED, ZULU)
    text, tokens = piped("Goli na eGoli , GOLI goli Goli Goli")
    assert [text[s:e] for s, e in places(folding, "Goli", text, tokens)] == [
        "Goli", "eGoli", "GOLI", "Goli", "Goli",
    ]  # fmt: skip
    assert places(folding, "a a", *piped("a a a a a")) == [(0, 3), (4, 7)]
    assert places(folding, "-", text, tokens) == []


def reference(
    folding: Folding, names: Sequence[str], text: str, tokens: Sequence[Token]
) -> list[tuple[int, int, tuple[int, ...]]]:
    """The longest names from left to right over the folded tokens: what the matcher must equal."""
    wanted: dict[str, list[int]] = {}
    for number, name in enumerate(names, 1):
        if key := folding.key(name):
            wanted.setdefault(key, []).append(number)
    longest = max((key.count(END) for key in wanted), default=0)
    keys = [folding.fold(text[start:end]) for start, end in tokens]
    found, at = [], 0
    while at < len(keys):
        for end in range(min(len(keys), at + longest), at, -1):
            if entries := wanted.get("".join(keys[at:end])):
                found.append((tokens[at].start, tokens[end - 1].end, tuple(entries)))
                at = end - 1
                break
        at += 1
    return found


def compared(matcher: Matcher, text: str, tokens: Sequence[Token]) -> list[object]:
    found = leftmost_longest(matcher.found(text, tokens), lambda _: True)
    assert matcher.longest(text, tokens) == found
    return [(each.start, each.end, each.entries) for each in found]


WORDS = st.sampled_from(["a", "b", "A", "a\u0301", "á", "-", ".", "ab", "a'b"])
STRETCHES = st.lists(WORDS, max_size=12).map(" ".join)


@settings(max_examples=150)
@given(
    st.lists(STRETCHES, max_size=12, unique=True),
    STRETCHES,
    st.sampled_from([(), ("nfc",), ("marks",)]),
)
def test_equal_to_the_reference(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], text: str, folds: tuple[str, ...]
) -> None:
    folding = Folding(folds)
    text, tokens = piped(text) if text else ("", [])
    wanted = reference(folding, names, text, tokens)
    overlay = Matcher(folding, None, overlay_of(folding, names))
    assert compared(overlay, text, tokens) == wanted
    folder = tmp_path_factory.mktemp("trie")
    assert compared(trie_matcher(folding, names, folder), text, tokens) == wanted


def invented(chance: random.Random, words: int) -> list[str]:
    syllables = [c + v for c in "bdgklmnst" for v in ("a", "ẹ", "i", "ọ\u0301", "u")]
    return ["".join(chance.choices(syllables, k=chance.randint(1, 3))) for _ in range(words)]


def test_fifty_thousand_names_equal_the_reference(tmp_path: Path) -> None:
    chance = random.Random(5)
    words = list(dict.fromkeys(invented(chance, 3_000)))
    names = list(
        dict.fromkeys(
            " ".join(chance.choices(words, k=chance.randint(1, 4))) for _ in range(50_000)
        )
    )
    folding = Folding(("nfc", "tones"))
    matcher = trie_matcher(folding, names, tmp_path)
    text, tokens = piped(
        " ".join([*chance.choices(names, k=3_000), *chance.choices(words, k=3_000)])
    )
    wanted = reference(folding, names, text, tokens)
    assert len(wanted) > 3_000
    assert compared(matcher, text, tokens) == wanted


@settings(max_examples=60)
@given(
    st.lists(st.text("ab'-Aọ̀ \u200b京", min_size=1, max_size=6), max_size=6),
    st.text("ab'-Aọ̀ \u200b京.", max_size=30),
    st.sampled_from([(), FOLDED, (*FOLDED, "rpa", "clicks", "marks")]),
)
def test_what_is_found_lies_on_borders_and_folds_to_its_entry(
    names: list[str], text: str, folds: tuple[str, ...]
) -> None:
    folding = Folding(folds)
    tokens = GENERAL.tokenize(text)
    starts, ends = {t.start for t in tokens}, {t.end for t in tokens}
    found = Matcher(folding, None, overlay_of(folding, names)).found(text, tokens)
    assert found == sorted(found, key=lambda each: (each.start, -each.end))
    for each in found:
        assert each.start in starts
        assert each.end in ends
        for number in each.entries:
            folded = folding.fold(text[each.start : each.end]).replace(END, "")
            assert folded == folding.fold(names[number - 1]).replace(END, "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a " * 31 + "b", "a " * 20_000),
        ("-" * 31 + "b", "-" * 20_000),
        ("a'" * 20 + "b", "a'" * 20_000),
        ("a" * 500, "a" * 20_000),
        ("eG", "eG" * 20_000),
        ("GG", "G" * 20_000),
        ("京" * 32, "京" * 20_000),
        ("a" + "\u0301" * 300, "a" + "\u0301" * 20_000),
    ],
)
@pytest.mark.parametrize("folds", [(), (*FOLDED, "tones", "rpa", "clicks")])
def test_hostile_text_ends(name: str, text: str, folds: tuple[str, ...], tmp_path: Path) -> None:
    """Quadratic work would take minutes here."""
    folding = Folding(folds, Affixes(("e",), ("G", "ni")))
    matcher = trie_matcher(folding, [name], tmp_path)
    matcher.overlay.add(folding.keys(name), 2)
    matcher.found(text, [Token(at, at + 1) for at in range(len(text))])
    matcher.found(text, [Token(0, len(text))])
    matcher.found(text, GENERAL.tokenize(text))


@given(
    st.lists(st.sampled_from(["Ana", "ana", "Anan", "Juba", "na", "Ka-no"]), max_size=30),
    st.lists(st.sampled_from(["Ana", "na", "Juba Ana", "Kano", "An", "aJuba"]), max_size=12),
)
def test_few_names_are_found_as_many_are(words: list[str], names: list[str]) -> None:
    text = " ".join(words)
    tokens = GENERAL.tokenize(text)
    for folding in (Folding(()), Folding(FOLDED)):
        few = overlay_of(folding, names)
        many = overlay_of(folding, [*names, *(f"Nobody{n}" for n in range(20))])
        assert Matcher(folding, None, few).found(text, tokens) == Matcher(
            folding, None, many
        ).found(text, tokens)
