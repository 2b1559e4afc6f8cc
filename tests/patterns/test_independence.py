"""Promise 5: what others did on a document, or on one with an equal text, changes nothing of what
an annotator is shown there before her own answer is in."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.intake import add_records
from tonemark.corpus.pages import Page
from tonemark.corpus.project import Project, create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page import labelling

WORDS = ("Juma", "Asha", "Kano", "leo")
TEXTS = ("Juma na Asha", "Kano leo", "Juma na Asha", "Asha leo Kano", "Kano Juma", "Asha Asha Juma")
PEOPLE = ("amina", "bello", "chidi")
LABELS = ("PER", "LOC")

Work = tuple[str, int, tuple[str | None, ...]]
"""Who answers which document, and how she labels each of its tokens."""


class Team:
    """Annotators at one project; each works at a desk of her own."""

    def __init__(self, folder: Path, given: Sequence[NewEntry] = ()) -> None:
        self.project: Project = create_project(
            folder, language="sw", labels=LABELS, overlap=len(PEOPLE)
        )
        create_store(folder / STORE_FILE)
        store = Store(folder / STORE_FILE)
        add_records(store, "texts", (Record(n, n, t) for n, t in enumerate(TEXTS, 1)), Report())
        add_entries(store, "given", given)
        store.close()
        self.desks: dict[str, Desk] = {}

    def desk(self, name: str) -> Desk:
        if name not in self.desks:
            store = Store(self.project.folder / STORE_FILE)
            proposer = Gazetteer(self.project, store, name)
            tokenizer = load_tokenizer("general")
            self.desks[name] = Desk(self.project, store, name, tokenizer, proposer)
        return self.desks[name]

    def opened(self, name: str, document: int) -> Page:
        page = self.desk(name).open_document(document)
        assert page
        return page

    def shown(self, name: str, document: int) -> list[tuple[int, int, str, float]]:
        """What she is shown on a document; leaves it as it was."""
        (sheet,) = self.opened(name, document).sheets
        return [(s.start, s.end, s.label, round(s.score, 6)) for s in sheet.state.frozen]

    def answer(self, work: Work) -> None:
        """One person's whole work on a document: her labels, and nothing else."""
        name, document, labels = work
        page = self.opened(name, document)
        (sheet,) = page.sheets
        page.perform(labelling.drop_suggestions(page))
        for token, label in zip(sheet.tokens, labels, strict=False):
            if label:
                page.perform([labelling.label(sheet, *token, label)])
        self.desk(name).answer("accept")

    def close(self) -> None:
        for desk in self.desks.values():
            desk.close()
            desk.store.close()


works = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.integers(1, len(TEXTS)),
        st.lists(st.sampled_from([None, *LABELS]), min_size=3, max_size=3).map(tuple),
    ),
    max_size=9,
    unique_by=lambda work: work[:2],
)
given_names = st.lists(
    st.builds(NewEntry, st.sampled_from(LABELS), st.sampled_from(WORDS[:3])), max_size=2
)


@settings(max_examples=15, deadline=None)
@given(works, given_names, st.integers(1, len(TEXTS)))
def test_what_she_is_shown_is_as_if_the_others_had_not_been_there(
    done: list[Work], names: list[NewEntry], document: int
) -> None:
    done = [work for work in done if work[:2] != ("amina", document)]
    known = [
        work for work in done if work[0] == "amina" or TEXTS[work[1] - 1] != TEXTS[document - 1]
    ]
    shown = []
    for works_done in (done, known):
        with tempfile.TemporaryDirectory() as name:
            team = Team(Path(name) / "p", names)
            try:
                for work in works_done:
                    team.answer(work)
                shown.append(team.shown("amina", document))
            finally:
                team.close()
    assert shown[0] == shown[1]


@pytest.fixture
def team(tmp_path: Path):
    made = Team(tmp_path / "p")
    yield made
    made.close()


def test_a_name_that_one_accepts_suggests_on_anothers_next_page_without_a_restart(
    team: Team,
) -> None:
    team.opened("amina", 2)  # her window is open all the time
    team.answer(("bello", 1, ("PER", None, None)))
    assert team.shown("amina", 5) == [(5, 9, "PER", 0.75)]


@pytest.mark.parametrize("document", [1, 3])
def test_never_on_the_document_it_was_learnt_from_nor_on_one_with_an_equal_text(
    team: Team, document: int
) -> None:
    team.answer(("bello", 1, ("PER", None, None)))
    assert team.shown("amina", document) == []


def test_who_keeps_what_a_document_had_taught_hands_it_on_and_teaches_nothing(team: Team) -> None:
    team.answer(("bello", 1, ("PER", None, None)))
    for document in (5, 6):
        team.opened("bello", document)  # Juma is suggested here
        team.desk("bello").answer("accept")
    assert team.shown("amina", 1) == []
    assert team.shown("amina", 5) == [(5, 9, "PER", 0.833333)]
    team.answer(("chidi", 6, (None, None, "PER")))  # by hand, having dropped what was suggested
    assert [each[:3] for each in team.shown("amina", 3)] == [(0, 4, "PER")]


def test_once_her_own_answer_is_in_she_may_know_it(team: Team) -> None:
    team.answer(("bello", 1, ("PER", None, None)))
    team.answer(("amina", 1, (None, None, "LOC")))
    # Juma stood once for one of two who saw it; Asha was a place for the other.
    assert team.shown("amina", 3) == [(8, 12, "LOC", 0.75)]
    assert team.shown("amina", 5) == [(5, 9, "PER", 0.5)]
