"""Search: every place and no other, offsets into the untouched text, whatever the alphabet."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus import search
from tonemark.corpus.intake import add_records
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.search import Hit, folded, folds_by_itself, scan
from tonemark.corpus.store import Store, create_store

Stored = Callable[[Iterable[str]], Store]


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Stored]:
    opened: list[Store] = []

    def make(texts: Iterable[str]) -> Store:
        create_store(tmp_path / "store.sqlite")
        store = Store(tmp_path / "store.sqlite")
        opened.append(store)
        records = [Record(n, n, text) for n, text in enumerate(texts, 1)]
        add_records(store, "t.txt", records, Report())
        return store

    yield make
    for store in opened:
        store.close()


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def found(store: Store, query: str, **how: bool) -> list[str]:
    """Each hit in brackets inside its text, after checking that its parts fit the text."""
    shown = []
    for hit in filter(None, scan(store, query, **how)):
        text = store.document(hit.document).text
        assert text[hit.start : hit.end] == hit.text
        assert text[: hit.start].endswith(hit.left)
        assert text[hit.end :].startswith(hit.right)
        shown.append(f"{text[: hit.start]}[{hit.text}]{text[hit.end :]}")
    return shown


@pytest.mark.parametrize(
    ("text", "query", "how", "expected"),
    [
        ("kwa heri kwa", "kwa", {}, ["[kwa] heri kwa", "kwa heri [kwa]"]),
        ("aaaa", "aa", {}, ["[aa]aa", "aa[aa]"]),
        ("Kwa", "kwa", {}, []),
        ("Kwa", "kwa", {"fold": True}, ["[Kwa]"]),
        ("", "kwa", {}, []),
        ("kwa", "", {}, []),
        # Accents: composed, decomposed, and a hit takes its marks along.
        ("Ọjọ́ Ajé", "ojo", {"fold": True}, ["[Ọjọ́] Ajé"]),
        (nfd("Ọjọ́ Ajé"), "ojo", {"fold": True}, [f"[{nfd('Ọjọ́')}]{nfd(' Ajé')}"]),
        (nfd("Ọjọ́"), "ọjọ́", {"fold": True}, [f"[{nfd('Ọjọ́')}]"]),
        ("Ọjọ́", nfd("Ọjọ́"), {}, []),
        ("ojo", "ọjọ́", {"fold": True}, ["[ojo]"]),
        # What one code point stands for is found whole or not at all.
        ("Straße", "strasse", {"fold": True}, ["[Straße]"]),
        ("Straße", "s", {"fold": True}, ["[S]traße"]),
        ("Straße", "as", {"fold": True}, []),
        ("각 가", "가", {"fold": True}, ["각 [가]"]),
        # Apostrophes in all their forms.
        (
            "ƙa’ida da ƙaʼida",
            "ƙa'ida",
            {"fold": True},
            ["[ƙa’ida] da ƙaʼida", "ƙa’ida da [ƙaʼida]"],
        ),
        # Other scripts, some outside the basic plane, with capitals of their own.
        ("የጣና ኮከብ", "ኮከብ", {}, ["የጣና [ኮከብ]"]),
        ("𞤀𞤥𞤭𞤲𞤢𞥄𞤼𞤵", "𞤢𞤥𞤭𞤲𞤢𞤼𞤵", {"fold": True}, ["[𞤀𞤥𞤭𞤲𞤢𞥄𞤼𞤵]"]),
        # Whole words.
        ("mji, mjini mji", "mji", {"words": True}, ["[mji], mjini mji", "mji, mjini [mji]"]),
        ("ji mji", "ji", {"words": True}, ["[ji] mji"]),
        (nfd("ọjọ́ ọjọ"), nfd("ọjọ"), {"words": True}, [f"{nfd('ọjọ́')} [{nfd('ọjọ')}]"]),
        # Nothing is left of marks once they are folded: they are looked for as they stand.
        ("e\u0301 e", "\u0301", {"fold": True}, ["e[\u0301] e"]),
    ],
)
def test_every_place_and_no_other(
    stored: Stored, text: str, query: str, how: dict[str, bool], expected: list[str]
) -> None:
    assert found(stored([text] if text else []), query, **how) == expected


def test_hits_come_in_the_order_of_the_documents(stored: Stored) -> None:
    store = stored(f"mji {n} mji" for n in range(200))
    hits = [hit for hit in scan(store, "mji") if hit]
    assert [(h.document, h.start) for h in hits] == [(n, s) for n in range(1, 201) for s in
                                                     (0, len(f"mji {n - 1} "))]  # fmt: skip
    assert [h.key for h in hits[::2]] == [store.document(n).key for n in range(1, 201)]


@pytest.mark.parametrize("fold", [False, True])
def test_the_screen_gets_its_turn_while_nothing_is_found(stored: Stored, fold: bool) -> None:
    assert list(scan(stored(["mji"] * 300), "zzz", fold=fold)).count(None) >= 2


def test_a_long_text_is_folded_in_pieces_and_found_over_their_borders(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PIECE", 7)
    text = nfd("Ọjọ́ Ajé ńlá. " * 6 + "\u0301" * 9 + " ọjọ́")
    store = stored([text, "ojo"])
    beats = list(scan(store, "ojo aje", fold=True))
    assert beats.count(None) > 10
    hits = [hit for hit in beats if hit]
    assert [text[hit.start : hit.end] for hit in hits] == [nfd("Ọjọ́ Ajé")] * 6
    assert [hit.document for hit in scan(store, "ojo", fold=True) if hit] == [1] * 7 + [2]


letters = st.text(st.sampled_from("aAbßéọ\u0301\u0323'’İi 각가ጣ𞤀ǰﬁ"), max_size=30)


@given(letters)
def test_folding_is_of_each_code_point_alone(text: str) -> None:
    assert folded(text) == "".join(folded(character) for character in text)
    assert folded(folded(text)) == folded(text)


@given(letters, st.text(st.sampled_from("aAbsßéọ\u0301'’ii̇각가"), min_size=1, max_size=3))
def test_a_folded_hit_folds_to_the_query(text: str, query: str) -> None:
    needle = folded(query)
    places = [p for p in search._places(text, needle, True, False) if p] if needle else []
    for start, end in places:
        assert folded(text[start:end]) == needle
    assert all(a[1] <= b[0] for a, b in pairwise(places))


@given(letters, letters)
def test_folding_finds_what_plain_search_finds(left: str, right: str) -> None:
    """A plain hit, both of whose ends are ends of clusters, is there when folded too."""
    query = "mji"
    text = f"{left} {query} {right}"
    plain = {p for p in search._places(text, query, False, False) if p}
    assert plain <= {p for p in search._places(text, query, True, False) if p}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ojo", True),
        ("new york", True),
        ("Ojo", False),
        ("ọjọ́", False),
        ("1984", False),
        ("", False),
    ],
)
def test_lower_case_ascii_asks_for_folding(query: str, expected: bool) -> None:
    assert folds_by_itself(query) is expected


def test_a_hit_says_what_stands_around_it(stored: Stored) -> None:
    store = stored(["x" * 500 + "mji" + "y" * 500])
    assert list(filter(None, scan(store, "mji"))) == [
        Hit(1, store.document(1).key, 500, 503, "x" * search.CONTEXT, "mji", "y" * search.CONTEXT)
    ]
