"""Promise 5: what others did on a document, or on one with an equal text, and the gold there,
change nothing of what an annotator is shown there before her own answer is in."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.pages import Page
from tonemark.corpus.project import Project, create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.patterns.unweighed import weigh_all
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page import labelling

WORDS = ("Juma", "Asha", "Kano", "leo")
TEXTS = ("Juma na Asha", "Kano leo", "Juma na Asha", "Asha leo Kano", "Kano Juma", "Asha Asha Juma")
PEOPLE = ("amina", "bello", "chidi")
REVIEWER = "rosa"
LABELS = ("PER", "LOC")

Work = tuple[str, int, tuple[str | None, ...] | None]
"""Who answers which document, and how she labels each of its tokens; what the reviewer does becomes
gold, and None is her reject."""


class Team:
    """Annotators at one project; each works at a desk of her own."""

    def __init__(self, folder: Path, given: Sequence[NewEntry] = (), page: int = 1) -> None:
        self.project: Project = create_project(
            folder, language="sw", labels=LABELS, overlap=len(PEOPLE), page=page
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

    def told(self, name: str, document: int) -> list[object]:
        """What the status line says of each suggestion, and what labels of hers bring along."""
        (sheet,) = self.opened(name, document).sheets
        proposer = self.desk(name).proposer
        said = [
            str(proposer.about(source, sheet.document))
            for suggestion in sheet.state.frozen
            for source in suggestion.sources
        ]
        grown = [
            (word, label, proposer.grown(sheet.document, sheet.tokens, word, label))
            for word in WORDS
            for label in LABELS
        ]
        return [said, grown]

    def answer(self, work: Work) -> None:
        """One person's whole work on a document: her labels, and nothing else."""
        name, document, labels = work
        if name == REVIEWER:
            self.settle(document, labels)
            return
        assert labels is not None
        page = self.opened(name, document)
        (sheet,) = page.sheets
        draft = sheet.draft
        if draft.stretches():
            page.perform([Edit(document, removed=draft.spans, dropped=draft.suggestions)])
        for token, label in zip(sheet.tokens, labels, strict=False):
            if label:
                page.perform([labelling.label(sheet, *token, label)])
        self.desk(name).answer("accept")

    def settle(self, document: int, labels: tuple[str | None, ...] | None) -> None:
        """Make gold, and weigh it."""
        store = Store(self.project.folder / STORE_FILE)
        tokens = load_tokenizer("general").tokenize(TEXTS[document - 1])
        given = zip(tokens, labels or (), strict=False)
        spans = tuple(Span(*token, label) for token, label in given if label)
        answer = "reject" if labels is None else "accept"
        with store.transaction() as db:
            write_gold(db, Gold(document, REVIEWER, answer, spans))
        assert weigh_all(self.project, store) == 1
        store.close()

    def close(self) -> None:
        for desk in self.desks.values():
            desk.close()
            desk.store.close()


def at(*labels: str | None) -> tuple[str | None, ...]:
    return labels


# Each line: what was done, in order, and the document that amina then opens. What the others did on
# it, or on its equal, is left out the second time.
CASES: dict[str, tuple[list[Work], int]] = {
    "nothing was done": ([], 1),
    "another taught a name here alone": ([("bello", 1, at("PER"))], 1),
    "and on its equal": ([("bello", 3, at("PER"))], 1),
    "she met the name before she may know it": (
        [("bello", 5, at(None, "PER")), ("amina", 1, at(None, None, None)),
         ("chidi", 6, at(None, None, "PER"))],
        5,
    ),
    "she met it, and answers again where she taught it": (
        [("amina", 1, at("LOC")), ("amina", 5, at(None, None)), ("amina", 3, at(None)),
         ("chidi", 6, at(None, None, "LOC")), ("amina", 1, at("LOC"))],
        6,
    ),
    "she takes back what she taught": (
        [("bello", 6, at(None, None, "PER")), ("amina", 1, at("PER")), ("amina", 5, at()),
         ("amina", 1, at()), ("amina", 3, at("PER"))],
        6,
    ),
    "another takes back what he taught": (
        [("bello", 5, at(None, "PER")), ("chidi", 1, at("PER")), ("bello", 5, at()),
         ("amina", 6, at())],
        5,
    ),
    "she answers again what she met": (
        [("bello", 1, at(None, None, "PER")), ("amina", 4, at()),
         ("amina", 1, at(None, None, "PER")), ("amina", 4, at())],
        3,
    ),
    "another left it unlabelled before it was a name": (
        [("bello", 1, at()), ("amina", 1, at(None, None, "PER"))], 3,
    ),
    "two differ elsewhere": (
        [("bello", 6, at("LOC", "LOC")), ("bello", 1, at(None, None, "PER")),
         ("chidi", 1, at(None, None, "LOC")), ("amina", 3, at(None, None, "LOC"))],
        6,
    ),
    "gold taught a name here": ([("rosa", 1, at("PER"))], 1),
    "and on its equal, where she had not": (
        [("amina", 3, at("LOC")), ("rosa", 3, at("PER")), ("bello", 5, at(None, "PER"))], 1,
    ),
    "gold left out what she had taught, and another teaches it": (
        [("amina", 1, at("PER")), ("rosa", 1, at()), ("amina", 6, at()),
         ("bello", 5, at(None, "PER"))],
        1,
    ),
    "gold is settled again, and its annotator thinks better of it": (
        [("bello", 1, at("PER")), ("rosa", 1, at("PER")), ("rosa", 1, None),
         ("bello", 1, at("LOC")), ("amina", 6, at(None, None, "PER"))],
        3,
    ),
    "gold elsewhere left out what is taught here": (
        [("bello", 6, at(None, None, "PER")), ("rosa", 6, at()), ("bello", 1, at("PER")),
         ("amina", 5, at()), ("chidi", 5, at(None, "PER"))],
        1,
    ),
    "gold elsewhere has what was learnt here": (
        [("bello", 1, at("PER")), ("rosa", 6, at(None, None, "PER")), ("amina", 5, at())], 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_others_answers_to_a_document_change_nothing_there(case: str, tmp_path: Path) -> None:
    done, document = CASES[case]
    check_unchanged(done, [], document, tmp_path)


def check_unchanged(
    done: Sequence[Work], names: Sequence[NewEntry], document: int, folder: Path
) -> None:
    """What amina is shown, told and offered on a document, with and without the others there."""
    known = [
        work for work in done if work[0] == "amina" or TEXTS[work[1] - 1] != TEXTS[document - 1]
    ]
    seen = []
    for at, works_done in enumerate((done, known)):
        team = Team(folder / str(at), names)
        try:
            for work in works_done:
                team.answer(work)
            seen.append((team.shown("amina", document), *team.told("amina", document)))
        finally:
            team.close()
    assert seen[0] == seen[1]


labels_given = st.lists(st.sampled_from([None, *LABELS]), min_size=3, max_size=3).map(tuple)
works = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.integers(1, len(TEXTS)),
        labels_given,
    )
    | st.tuples(st.just(REVIEWER), st.integers(1, len(TEXTS)), st.none() | labels_given),
    max_size=9,
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
    with tempfile.TemporaryDirectory() as name:
        check_unchanged(done, names, document, Path(name))


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


def test_on_a_page_of_several_what_others_did_on_one_is_hidden_on_all(tmp_path: Path) -> None:
    team = Team(tmp_path / "p", page=2)
    try:
        team.answer(("bello", 5, (None, "PER", None)))
        desk = team.desk("amina")
        for document in (1, 3):
            desk.open_document(document)
            desk.answer("accept")
        desk.open_next()
        desk.answer("accept")
        page = desk.open_next()
        assert page
        assert [sheet.document.number for sheet in page.sheets] == [5, 6]
        assert [sheet.state.frozen for sheet in page.sheets] == [(), ()]  # the sixth has a Juma
    finally:
        team.close()


def test_once_her_own_answer_is_in_she_may_know_it(team: Team) -> None:
    team.answer(("bello", 1, ("PER", None, None)))
    team.answer(("amina", 1, (None, None, "LOC")))
    # Juma stood once for one of two who saw it; Asha was a place for the other.
    assert team.shown("amina", 3) == [(8, 12, "LOC", 0.75)]
    assert team.shown("amina", 5) == [(5, 9, "PER", 0.5)]
