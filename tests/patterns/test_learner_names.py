"""Promise 5 and names that come by way of the learner: a name that others taught on a document, or
on one with an equal text, does not come back there because somebody kept it on the next one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.produced import Produced, producer_id, put_produced
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.patterns.unweighed import weigh_all
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page import labelling

# Hers to answer is the first: the second has an equal text.
TEXTS = ("zuri na tamu", "zuri na tamu", "leo zuri", "tamu zuri", "zuri kesho", "tamu leo")
HERS, ELSEWHERE = (1, 2), (3, 4, 5, 6)
LEARNER, TRAINED = ("model:learner",), ("model:model-1", "model:learner")
REVIEWER = "rosa"

Kept = tuple[str, int]
"""Who keeps what is suggested on which document; what the reviewer keeps becomes gold."""


class Team:
    """Annotators at a project where the learner has found likely, on all documents but those of the
    first text, what `others` labelled there."""

    def __init__(self, folder: Path, overlap: int) -> None:
        self.project = create_project(folder, language="sw", labels=("PER", "LOC"), overlap=overlap)
        create_store(folder / STORE_FILE)
        self.store = Store(folder / STORE_FILE)
        records = (Record(n, n, text) for n, text in enumerate(TEXTS, 1))
        add_records(self.store, "texts", records, Report())
        self.tokenizer = load_tokenizer("general")

    def desk(self, name: str) -> Desk:
        proposer = Gazetteer(self.project, self.store, name)
        return Desk(self.project, self.store, name, self.tokenizer, proposer)

    def label(self, name: str, document: int, words: Sequence[str]) -> None:
        """Label words by hand, and nothing else."""
        desk = self.desk(name)
        page = desk.open_document(document)
        assert page
        (sheet,) = page.sheets
        if sheet.draft.suggestions:
            page.perform([Edit(document, dropped=sheet.draft.suggestions)])
        for start, end in sheet.tokens:
            if TEXTS[document - 1][start:end] in words:
                page.perform([labelling.label(sheet, start, end, "PER")])
        desk.answer("accept")
        desk.close()

    def find_likely(self, words: Sequence[str], sources: tuple[str, ...], score: float) -> None:
        """What the learner makes of that: suggestions where nobody has looked yet."""
        made = []
        for number in ELSEWHERE:
            text = TEXTS[number - 1]
            places = [each for each in self.tokenizer.tokenize(text) if text[slice(*each)] in words]
            found = tuple(Suggestion(*place, "PER", sources, score) for place in places)
            made.append(Produced(number, found))
        put_produced(self.store, producer_id(self.store, "learner", "1"), made)

    def keep(self, name: str, document: int) -> None:
        """Accept a page as it is suggested."""
        if name == REVIEWER:
            found = self.store.suggestions(self.store.document(document))
            spans = tuple(Span(s.start, s.end, s.label, s.sources) for s in found)
            with self.store.transaction() as db:
                write_gold(db, Gold(document, REVIEWER, "accept", spans))
            weigh_all(self.project, self.store)
            return
        desk = self.desk(name)
        desk.open_document(document)
        desk.answer("accept")
        desk.close()

    def shown(self, name: str, document: int) -> list[tuple[str, str]]:
        """What is suggested to her on a document."""
        desk = self.desk(name)
        page = desk.open_document(document)
        assert page
        (sheet,) = page.sheets
        found = [(sheet.document.text[s.start : s.end], s.label) for s in sheet.state.frozen]
        desk.close()
        return found

    def close(self) -> None:
        self.store.close()


def shown_to_amina(
    folder: Path,
    overlap: int,
    labelled: tuple[str, int, Sequence[str]],
    kept: Sequence[Kept],
    *,
    sources: tuple[str, ...] = LEARNER,
    score: float = 0.9,
) -> list[tuple[str, str]]:
    team = Team(folder, overlap)
    try:
        team.label(*labelled)
        team.find_likely(labelled[2], sources, score)
        for each in kept:
            team.keep(*each)
        return team.shown("amina", 1)
    finally:
        team.close()


# Each line: the overlap, what bello labelled, who kept what the learner made of that.
CASES: dict[str, tuple[int, tuple[str, int, Sequence[str]], list[Kept]]] = {
    "on the document itself": (2, ("bello", 1, ["zuri"]), [("chidi", 3)]),
    "on its equal": (2, ("bello", 2, ["zuri"]), [("chidi", 3)]),
    "kept by whoever taught it": (2, ("bello", 1, ["zuri"]), [("bello", 3), ("bello", 4)]),
    "kept by herself": (2, ("bello", 1, ["zuri"]), [("amina", 3), ("amina", 5)]),
    "settled as gold": (2, ("bello", 1, ["zuri"]), [("chidi", 3), (REVIEWER, 3)]),
    "each text goes to one, and two are equal": (1, ("bello", 2, ["zuri"]), [("bello", 3)]),
    "and to her the next": (1, ("bello", 2, ["zuri", "tamu"]), [("amina", 4), ("bello", 5)]),
    "and it is gold": (1, ("bello", 2, ["zuri"]), [("bello", 3), (REVIEWER, 3)]),
}


@pytest.mark.parametrize("sources", [LEARNER, TRAINED])
@pytest.mark.parametrize("score", [0.9, 0.05])
@pytest.mark.parametrize("case", CASES)
def test_what_somebody_kept_of_a_model_brings_nothing_back(
    case: str, score: float, sources: tuple[str, ...], tmp_path: Path
) -> None:
    overlap, labelled, kept = CASES[case]
    there = shown_to_amina(tmp_path / "p", overlap, labelled, kept, sources=sources, score=score)
    assert there == []


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 3),
    st.tuples(
        st.just("bello"),
        st.sampled_from(HERS),
        st.lists(st.sampled_from(["zuri", "tamu"]), min_size=1, max_size=2, unique=True),
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["amina", "bello", "chidi", REVIEWER]), st.sampled_from(ELSEWHERE)
        ),
        max_size=5,
        unique=True,
    ),
    st.sampled_from([0.05, 0.6, 0.95]),
)
def test_whoever_keeps_it_wherever_it_does_not_come_back(
    overlap: int, labelled: tuple[str, int, Sequence[str]], kept: list[Kept], score: float
) -> None:
    if overlap == 1:
        labelled = (labelled[0], 2, labelled[2])  # the first would not be hers any more
    with tempfile.TemporaryDirectory() as name:
        assert shown_to_amina(Path(name) / "p", overlap, labelled, kept, score=score) == []


def test_nor_does_what_a_model_made_of_it(tmp_path: Path) -> None:
    team = Team(tmp_path / "p", 2)
    team.label("bello", 1, ["zuri"])
    team.find_likely(["tamu"], LEARNER, 0.9)  # which stands there too, and nobody labelled
    team.keep("chidi", 4)
    team.keep(REVIEWER, 6)
    assert team.shown("amina", 1) == []
    team.close()


def test_what_a_model_alone_proposed_is_a_name_where_each_text_goes_to_one(tmp_path: Path) -> None:
    team = Team(tmp_path / "p", 1)
    team.find_likely(["zuri"], LEARNER, 0.9)
    team.keep("amina", 3)
    assert team.shown("amina", 1) == [("zuri", "PER")]
    team.close()


def test_a_name_that_somebody_labels_elsewhere_is_one_for_her_all_the_same(tmp_path: Path) -> None:
    team = Team(tmp_path / "p", 2)
    team.label("bello", 1, ["zuri"])
    team.find_likely(["zuri"], LEARNER, 0.9)
    team.keep("bello", 3)
    team.label("chidi", 5, ["zuri"])
    assert team.shown("amina", 1) == [("zuri", "PER")]
    team.close()
