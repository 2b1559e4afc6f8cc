"""Entries by words in them: with the trie, of part of the names, the same as without."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.gazetteers import NewEntry, add_entries, remove_entries
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.building import build, covered, opened
from tonemark.patterns.entry_search import entries_with
from tonemark.patterns.folds import Folding
from tonemark.tokenizers.profiles.affixes import Affixes

FOLDING = Folding(("nfc", "hyphens", "case"), Affixes(prefixes=("wa",), suffixes=("ni",)))

BEFORE = ("Dar es Salaam", "Darini", "DAR", "Mji wa Dar-es-Salaam", "Juma", "wadar", "Dar es")
BEHIND = ("dar Es salaam", "Salaam Dar")


@pytest.fixture
def store(tmp_path: Path):
    create_store(tmp_path / STORE_FILE)
    made = Store(tmp_path / STORE_FILE)
    add_entries(made, "a", [NewEntry("LOC", name) for name in BEFORE])
    add_entries(made, "b", [NewEntry("LOC", "dar"), NewEntry("LOC", "Dar.+", "regex")])
    build(made, FOLDING, tmp_path / "cache")
    add_entries(made, "a", [NewEntry("LOC", name) for name in BEHIND])
    add_entries(made, "b", [NewEntry("LOC", "es Dar.+", "regex")])
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "more", "wanted"),
    [
        ("dar", {}, [1, 3, 4, 7, 8, 10, 11]),  # no part of a word: 2 is none, nor is 6
        ("Dar", {}, [1, 3, 4, 7, 8, 9, 10, 11, 12]),  # in a pattern as it is written
        ("ES-SALAAM", {}, [1, 4, 10]),
        ("dar", {"after": 4}, [7, 8, 10, 11]),
        ("dar", {"after": 10}, [11]),
        ("dar", {"after": 99}, []),
        ("dar", {"gazetteer": "b"}, [8]),
        ("Dar", {"gazetteer": "b", "after": 8}, [9, 12]),
        ("xyz", {}, []),
    ],
)
def test_entries_are_found_by_words(store: Store, text: str, more: dict, wanted: list[int]) -> None:
    trie = opened(store, FOLDING, store.path.parent / "cache")
    assert covered(trie) == 9
    for each in (trie, None):
        found = entries_with(store, FOLDING, each, text, **more)
        assert [entry.number for entry in found] == wanted
    remove_entries(store, wanted[:1])
    found = entries_with(store, FOLDING, trie, text, **more)
    assert [entry.number for entry in found] == wanted[1:]


def test_only_what_the_trie_lacks_is_read_name_by_name(store: Store) -> None:
    told: list[int] = []
    trie = opened(store, FOLDING, store.path.parent / "cache")
    found = entries_with(store, FOLDING, trie, "Juma", progress=told.append)
    assert [entry.pattern for entry in itertools.islice(found, 1)] == ["Juma"]
    assert told == []


WORDS = st.lists(st.sampled_from(["dar", "Es", "SALAAM", "wadar", "darni", "-"]), min_size=1)


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=30), WORDS, st.integers(0, 30))
def test_with_the_trie_as_without(names: list[list[str]], wanted: list[str], after: int) -> None:
    entries = [NewEntry("LOC", " ".join(words)) for words in names]
    text = " ".join(wanted)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        create_store(path / STORE_FILE)
        store = Store(path / STORE_FILE)
        add_entries(store, "a", [each for each in entries if FOLDING.key(each.pattern)])
        build(store, FOLDING, path)
        trie = opened(store, FOLDING, path)
        assert trie is not None
        with_it, without = (
            list(entries_with(store, FOLDING, each, text, after=after)) for each in (trie, None)
        )
        store.close()
    if FOLDING.fold(text):
        assert with_it == without
