"""What patterns suggest ahead of the annotators: for which documents, anew when, and what is left
out because it has no end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from suggesters import plug_words

from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries, patterns, remove_entries
from tonemark.corpus.produced import pattern_faults, produced_at_fault
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import StoredTokenizer, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.suggester import matching, pattern_runs, pattern_worker
from tonemark.suggester.matching import Matching
from tonemark.suggester.tokenizing import Tokenizing

Work = Callable[..., tuple[Store, Matching]]

TITLE = NewEntry("PER", '[{"LOWER": "rais"}, {"IS_TITLE": true, "OP": "+"}]', "tokens")
YEAR = NewEntry("DATE", r"\b(?:19|20)\d\d\b", "regex")
EVIL_TOKEN = NewEntry("PER", '[{"TEXT": {"REGEX": "^(a|aa)+$"}}]', "tokens")
EVIL_REGEX = NewEntry("PER", "(?:a|aa)+$", "regex")
EVIL = "a" * 60 + "b"


@pytest.fixture
def work(project: Callable[..., Path]) -> Iterator[Work]:
    """Makes a project with entries, and the work of matching them, not yet begun."""
    opened: list[tuple[Store, Matching]] = []

    def make(
        *texts: str, entries: tuple[NewEntry, ...] = (), tokenizer: str = "general"
    ) -> tuple[Store, Matching]:
        folder = project(*texts, tokenizer=tokenizer)
        store = Store(folder / STORE_FILE)
        add_entries(store, "mine", entries)
        made = tokenizer_of(read_project(folder), loads_code=False)
        noted: list[str] = []
        opened.append((store, Matching(store, "yo", made, noted.append)))
        return opened[-1]

    yield make
    for store, made in opened:
        made.close()
        store.close()


def step_through(work: Matching) -> None:
    while work.step():
        pass


def suggested(store: Store, number: int) -> list[tuple[str, str, tuple[str, ...]]]:
    document = store.document(number)
    return [
        (document.text[each.start : each.end], each.label, each.sources)
        for each in store.suggestions(document)
    ]


def opened(store: Store, annotator: str = "amina", count: int = 1) -> None:
    """Let an annotator open that many documents."""
    project = read_project(store.path.parent)
    theirs = Store(store.path)
    desk = Desk(project, theirs, annotator, tokenizer_of(project, loads_code=False))
    desk.open_next()
    for _ in range(count - 1):
        desk.answer("accept")
    desk.close(cut_off=True)
    theirs.close()


def test_patterns_suggest_each_its_own(work: Work) -> None:
    store, made = work("Rais Samia Suluhu alikuja 2021 na", "hakuna", entries=(TITLE, YEAR))
    step_through(made)
    assert suggested(store, 1) == [
        ("Rais Samia Suluhu", "PER", ("pattern:1",)),
        ("2021", "DATE", ("pattern:2",)),
    ]
    assert suggested(store, 2) == []
    assert (made.made, made.failed, made.trouble) == (2, 0, None)
    assert not made.step(), "nothing is left to do"


def test_what_has_no_end_is_named_and_left_out(work: Work) -> None:
    """And everything else suggests, on that document and on the others."""
    store, made = work(
        f"Rais Samia {EVIL} 2021",
        "Rais Juma 1999 na",
        entries=(TITLE, EVIL_TOKEN, EVIL_REGEX, YEAR),
    )
    step_through(made)
    assert [each[:2] for each in suggested(store, 1)] == [("Rais Samia", "PER"), ("2021", "DATE")]
    assert [each[:2] for each in suggested(store, 2)] == [("Rais Juma", "PER"), ("1999", "DATE")]
    faults = pattern_faults(store)
    assert faults.keys() == {2, 3}
    assert all("ran longer than 0.25 s" in why for why in faults.values())
    assert made.trouble is not None
    assert "2, 3" in made.trouble.title
    assert made.failed == 0
