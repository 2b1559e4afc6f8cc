from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries, entries_of, remove_gazetteer
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.shares import share_of
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.unweighed import unweighed
from tonemark.patterns import building
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.patterns.unweighed import weigh_all
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page import labelling

TEXTS = ("Juma wa Kano", "JUMA alifika Kanoni", "Kano leo , juma", "Juma wa Kano City", "hakuna")


class Case:
    """A project with the gazetteer of a folder's own cache."""

    def __init__(self, folder: Path) -> None:
        create_project(folder, language="sw", labels=["PER", "LOC", "ORG"])
        create_store(folder / STORE_FILE)
        self.store = Store(folder / STORE_FILE)
        self.folder = folder
        add_records(
            self.store, "texts", (Record(n, n, t) for n, t in enumerate(TEXTS, 1)), Report()
        )
        self.tokenizer = load_tokenizer("general")

    def add(self, *entries: tuple[str, str], to: str = "names") -> None:
        add_entries(self.store, to, [NewEntry(*each) for each in entries])

    def settings(self, lines: str) -> None:
        path = self.folder / "project.toml"
        text = path.read_text()
        path.write_text(text[: text.index("[suggestions]")] + "[suggestions]\n" + lines)

    @property
    def gazetteer(self) -> Gazetteer:
        made = Gazetteer(read_project(self.folder), self.store, "amina")
        made.refresh()
        return made

    def shown(self, document: int, gazetteer: Gazetteer | None = None) -> list[tuple]:
        found = self.store.document(document)
        tokens = self.tokenizer.tokenize(found.text)
        gazetteer = gazetteer or self.gazetteer
        gazetteer.turn_to([document])
        proposed = gazetteer.proposed(found, tokens)
        return [(found.text[s.start : s.end], s.label, s.score) for s in proposed.shown]

    def answer(self, document: int, *spans: tuple[int, int, str], drop: bool = False) -> None:
        desk = Desk(read_project(self.folder), self.store, "amina", self.tokenizer, self.gazetteer)
        page = desk.open_document(document)
        assert page
        if drop:
            page.perform(labelling.drop_suggestions(page))
        for span in spans:
            page.perform([labelling.label(page.sheets[0], *span)])
        desk.answer("accept")
        desk.close()


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Case(tmp_path / "p")
    yield made
    made.store.close()


def test_names_are_found_by_the_folds_and_affixes_of_the_language(case: Case) -> None:
    case.add(("PER", "Juma"), ("LOC", "Kano"))
    assert case.shown(1) == [("Juma", "PER", 0.5), ("Kano", "LOC", 0.5)]
    assert case.shown(2) == [("JUMA", "PER", 0.5), ("Kanoni", "LOC", 0.5)]
    assert case.shown(3) == [("Kano", "LOC", 0.5)]
    case.settings("folds = []")
    assert case.shown(2) == [("Kanoni", "LOC", 0.5)]


def test_the_longest_wins_and_two_labels_are_a_doubt(case: Case) -> None:
    case.add(("LOC", "Kano"), ("ORG", "Kano City"), ("PER", "Juma"))
    case.add(("LOC", "Juma"), to="more")
    assert case.shown(4) == [("Juma", "PER", 0.25), ("Kano City", "ORG", 0.5)]


def test_a_label_that_the_project_has_no_more_suggests_nothing(case: Case) -> None:
    case.add(("GPE", "Kano"))
    assert case.shown(1) == []


def test_what_stands_makes_sure_and_what_does_not_stops(case: Case) -> None:
    case.add(("PER", "Juma"), ("LOC", "Kano"))
    case.answer(1)
    assert case.shown(4) == [("Juma", "PER", 0.75), ("Kano", "LOC", 0.75)]
    case.answer(4, drop=True)
    assert case.shown(3) == [("Kano", "LOC", 0.5)]
    case.answer(2, drop=True)
    assert case.shown(3) == [("Kano", "LOC", 0.375)]  # it is trusted for one
    add_records(case.store, "more", [Record(1, 1, "Kano kule")], Report())
    case.answer(6, drop=True)
    assert case.shown(3) == []
    case.settings("threshold = 0.25")
    assert case.shown(3) == [("Kano", "LOC", 0.3)]


def test_a_longer_name_that_stopped_leaves_the_shorter_one(case: Case) -> None:
    case.add(("LOC", "Kano"), ("ORG", "Kano City"))
    case.settings("threshold = 0.6")
    case.answer(4, (8, 12, "LOC"))
    text = "Juma wa Kano City tena"
    add_records(case.store, "more", [Record(1, 1, text)], Report())
    assert case.shown(6) == [("Kano", "LOC", 0.75)]


def test_the_suggestions_of_patterns_earn_and_stop_too(case: Case) -> None:
    case.add(("PER", "[JK]um.", "regex"))
    for document in (1, 4):
        case.store.db.execute(
            "INSERT INTO suggestions VALUES (?, 1, 0, 4, 'PER', '[\"pattern:1\"]', 1.0)",
            (document,),
        )
    assert case.shown(1) == [("Juma", "PER", 0.5)]
    case.answer(1, drop=True)
    assert case.shown(4) == [("Juma", "PER", 0.25)]
    case.settings("threshold = 0.7")
    assert case.shown(4) == []


def test_what_came_with_the_data_is_shown_beside_them(case: Case) -> None:
    given = Suggestion(0, 4, "PER", ("import:x",), 0.9)
    add_records(case.store, "y", [Record(1, 1, "Juma wa Kano tu", suggestions=(given,))], Report())
    case.add(("LOC", "Kano"))
    assert case.shown(6) == [("Juma", "PER", 0.9), ("Kano", "LOC", 0.5)]


def test_a_blind_document_has_none_and_remembers_what_it_would_have_had(case: Case) -> None:
    case.add(("PER", "Juma"), ("LOC", "Kano"))
    case.settings("blind = 1.0")
    assert case.shown(1) == []
    case.answer(1, (0, 4, "PER"))
    assert case.store.db.execute("SELECT * FROM offers").fetchall() == [(1, "amina", 1, 2, 1)]
    assert entries_of(case.store, [1])[1].stood == 1  # what is labelled there still teaches


def test_a_document_for_evaluation_is_blind_and_teaches_nothing(case: Case) -> None:
    case.add(("PER", "Juma"), ("LOC", "Kano"))
    case.settings("[training]\nevaluation = 1.0")
    assert case.shown(1) == []
    case.answer(1, (0, 4, "PER"), (8, 12, "ORG"))
    assert case.store.db.execute("SELECT * FROM offers").fetchall() == [(1, "amina", 1, 2, 1)]
    assert entries_of(case.store, [1])[1].seen == 0
    assert case.store.db.execute("SELECT count(*) FROM entries").fetchone() == (2,)


def test_what_answers_taught_goes_with_their_document_into_the_evaluation_share(case: Case) -> None:
    case.add(("PER", "Juma"), ("LOC", "Kano"))
    case.settings("")
    case.answer(1, (0, 4, "PER"), (5, 7, "ORG"))
    case.answer(3, drop=True)
    first, third = (share_of(TEXTS[number - 1]) for number in (1, 3))
    assert share_of(TEXTS[3]) > first
    earned = entries_of(case.store, [1, 2])
    names = [("Juma", "PER", 0.75), ("wa", "ORG", 0.75), ("Kano", "LOC", 0.5)]
    assert case.shown(4) == names

    for share in (first + 1e-9, 0.0):
        case.settings(f"[training]\nevaluation = {share:.12f}")
        desk = Desk(read_project(case.folder), case.store, "amina", case.tokenizer, case.gazetteer)
        desk.open_document(5)
        desk.close()
        waiting = [each.document for each in unweighed(case.store, 9)]
        assert waiting == [1, 3] if third < share or not share else [1]
        weigh_all(read_project(case.folder), case.store)
        if share:
            assert "wa" not in [name for name, *_ in case.shown(4)]
            assert entries_of(case.store, [1])[1].seen == 0
    assert entries_of(case.store, [1, 2]) == earned
    assert case.shown(4) == names


def test_a_page_asks_anew_what_was_added_removed_and_built(case: Case) -> None:
    gazetteer = case.gazetteer
    assert case.shown(1, gazetteer) == []
    case.add(("PER", "Juma"))
    assert case.shown(1, gazetteer) == [("Juma", "PER", 0.5)]
    folder = building.cache_folder(case.folder)
    assert building.build(case.store, gazetteer.folding, folder) == 1
    case.add(("LOC", "Kano"), to="places")
    assert case.shown(1, gazetteer) == [("Juma", "PER", 0.5), ("Kano", "LOC", 0.5)]
    assert len(gazetteer.matcher.overlay) == 1
    remove_gazetteer(case.store, "names")
    assert case.shown(1, gazetteer) == [("Kano", "LOC", 0.5)]


def test_a_changed_project_file_counts_at_once(case: Case) -> None:
    case.add(("PER", "JumA"))
    gazetteer = case.gazetteer
    case.settings('folds = ["nfc"]')
    gazetteer.use_project(read_project(case.folder))
    assert case.shown(1, gazetteer) == []


def test_too_many_new_names_wait_for_the_trie_to_be_built(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.patterns.gazetteer.MOST", 1)
    started: list[Path] = []
    monkeypatch.setattr("tonemark.patterns.gazetteer.start_building", started.append)
    case.add(("PER", "Juma"), ("LOC", "Kano"))
    project = read_project(case.folder)
    gazetteer = Gazetteer(project, case.store, "amina", builds=True)
    assert case.shown(1, gazetteer) == []
    assert not gazetteer.is_ready()
    document = case.store.document(1)
    assert gazetteer.weighed(document, case.tokenizer.tokenize(document.text), ()) is None
    assert started == [project.folder]
    building.build(case.store, gazetteer.folding, building.cache_folder(case.folder))
    assert case.shown(1, gazetteer) == [("Juma", "PER", 0.5), ("Kano", "LOC", 0.5)]
    assert gazetteer.is_ready()


def test_growth_is_of_the_name_everywhere_unless_it_is_mostly_none(case: Case) -> None:
    gazetteer = case.gazetteer
    document = case.store.document(4)
    tokens = case.tokenizer.tokenize(document.text)
    (grown,) = gazetteer.grown(document, tokens, "Kano", "LOC")
    assert (grown.start, grown.end, grown.sources) == (8, 12, ("rule:same-name",))
    case.add(("LOC", "Kano"))
    case.answer(1, drop=True)
    case.answer(2, drop=True)
    case.answer(3, drop=True)
    gazetteer.refresh()
    assert gazetteer.grown(document, tokens, "Kano", "LOC") == []
    assert len(gazetteer.grown(document, tokens, "Kano", "ORG")) == 1


def test_answers_that_came_with_data_are_weighed_later_and_teach(case: Case) -> None:
    text = "Amani wa Lagos"
    answer = GivenAnnotation("bello", "accept", (Span(0, 5, "PER"), Span(9, 14, "LOC")))
    reject = GivenAnnotation("bello", "reject", ())
    records = [
        Record(1, 1, text, annotations=(answer,)),
        Record(2, 2, "Amani leo"),
        Record(3, 3, "hakuna kitu", annotations=(reject,)),
    ]
    add_records(case.store, "given", records, Report())
    assert case.shown(7) == []
    assert weigh_all(read_project(case.folder), case.store) == 1
    assert unweighed(case.store, 9) == []
    assert case.shown(7) == [("Amani", "PER", 0.75)]
    assert weigh_all(read_project(case.folder), case.store) == 0


def test_what_speaks_against_a_suggestion(case: Case) -> None:
    case.add(("PER", "Juma"), ("LOC", "Kano"), ("LOC", "hakuna"))
    case.add(("LOC", "Juma"), to="wrong")
    case.add(("LOC", "Juma wa Kano", "regex"), to="rules")
    found = case.store.document(1)
    case.store.db.execute(
        "INSERT INTO suggestions VALUES (1, 1, 0, 12, 'LOC', '[\"pattern:5\"]', 1.0)"
    )
    tokens = case.tokenizer.tokenize(found.text)

    def rivals(start: int, end: int, label: str) -> list[tuple[str, str, tuple[str, ...]]]:
        shown = Suggestion(start, end, label, ("gazetteer:1",), 0.25)
        against = case.gazetteer.rivals(found, tokens, shown)
        return [(found.text[s.start : s.end], s.label, s.sources) for s in against]

    whole = ("Juma wa Kano", "LOC", ("pattern:5",))
    assert rivals(0, 4, "PER") == [whole, ("Juma", "LOC", ("gazetteer:4",))]
    assert rivals(8, 12, "LOC") == [whole]
    assert rivals(0, 12, "LOC") == [
        ("Kano", "LOC", ("gazetteer:2",)),
        ("Juma", "PER", ("gazetteer:1",)),
    ]
    case.settings("threshold = 1.0")
    case.answer(4, drop=True)  # Juma is none there, whoever says it
    print(
        case.gazetteer.about("gazetteer:4", found),
        [str(case.gazetteer.about(f"gazetteer:{n}", found)) for n in range(1, 6)],
        case.store.db.execute("select * from evidence").fetchall(),
        case.shown(3),
    )
    assert rivals(0, 4, "PER") == [whole]


def test_what_speaks_against_it_far_in_a_text_and_beside_others_work(case: Case) -> None:
    text = "na " * 300 + "Juma wa Kano"
    add_records(case.store, "long", [Record(1, 1, text)], Report())
    case.add(("PER", "Juma"))
    found, start = case.store.document(6), 900
    tokens = case.tokenizer.tokenize(found.text)
    shown = Suggestion(start, start + 4, "PER", ("gazetteer:1",), 0.25)
    desk = Desk(
        read_project(case.folder), case.store, "bello", case.tokenizer,
        Gazetteer(read_project(case.folder), case.store, "bello"),
    )  # fmt: skip
    page = desk.open_document(6)
    assert page
    page.perform([labelling.label(page.sheets[0], start, start + 4, "ORG")])
    desk.answer("accept")
    desk.close()
    case.answer(5)
    for annotator, against in (("amina", []), ("bello", ["ORG"]), (None, ["ORG"])):
        gazetteer = Gazetteer(read_project(case.folder), case.store, annotator)
        gazetteer.refresh()
        told = gazetteer.rivals(found, tokens, shown)
        assert [s.label for s in told] == against, annotator
        assert all((s.start, s.end) == (start, start + 4) for s in told)


def test_a_source_is_told_in_words_with_how_it_has_done(case: Case) -> None:
    case.add(("PER", "Juma"))
    case.add(("DATE", r"\d+", "regex", "d1"), to="patterns")
    gazetteer, document = case.gazetteer, case.store.document(3)
    about = lambda source: str(gazetteer.about(source, document))  # noqa: E731
    assert about("gazetteer:1") == "gazetteer names: not tried yet"
    case.answer(1, (8, 12, "LOC"))
    assert about("gazetteer:1") == "gazetteer names: right 1 of 1"
    assert about("gazetteer:3") == "labelled before: right 1 of 1"
    assert about("pattern:2") == "expression d1: not tried yet"
    assert about("gazetteer:99") == "gazetteer:99"
