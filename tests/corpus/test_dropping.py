"""What is dropped counts nowhere, and comes back as it was; after each step the store is sound."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from damaging import faults
from tests.busy_project import exported, open_desk, opened, settle_first
from tests.making import given, keyed, run_here

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.drafts import Edit
from tonemark.corpus.dropping import drop_annotator, drop_documents, dropped
from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.listing import listed
from tonemark.corpus.progress import progress
from tonemark.corpus.project import create_project
from tonemark.corpus.reports import Report
from tonemark.corpus.restoring import restore_annotator, restore_documents
from tonemark.corpus.search import scan
from tonemark.corpus.soundness.project import examine
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, create_store
from tonemark.errors import TonemarkError

PER = Span(0, 4, "PER")


@pytest.fixture
def folder(busy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(busy, tmp_path / "p"))


def everything(folder: Path) -> list[str]:
    return [
        exported(folder, "--all"),
        *(exported(folder, "--annotator", name) for name in ("amina", "bello", "Chidi")),
        exported(folder, "--gold"),
    ]


def test_an_annotator_is_gone_and_comes_back(folder: Path) -> None:
    before = everything(folder)
    store = opened(folder)
    counts = progress(store)
    going = drop_annotator(store, folder, "amina")
    assert going.answers == 2
    assert "amina" not in {each.name for each in progress(store).annotators}
    assert not any(a.annotator == "amina" for n in range(1, 11) for a in annotations_of(store, n))
    assert exported(folder, "--annotator", "amina") == ""
    assert faults(folder) == []
    found = restore_annotator(store, folder, "amina")
    assert found is not None
    assert (found.answers, found.anew, found.gone) == (2, 0, 0)
    assert everything(folder) == before
    assert progress(store).finished == counts.finished
    assert dropped(store) == []
    assert faults(folder) == []


def test_her_history_comes_back_and_can_be_undone(folder: Path) -> None:
    store = opened(folder)
    drop_annotator(store, folder, "bello")
    assert list((folder / "journal" / "bello").iterdir()) == [], "the key in it is kept, too"
    restore_annotator(store, folder, "bello")
    desk = open_desk(folder, "bello")
    page = desk.open_document(1)
    assert page
    assert Span(0, 10, "PER") in page.sheets[0].draft.spans, "what only her journal had"
    page.undo()
    assert Span(0, 10, "PER") not in page.sheets[0].draft.spans
    desk.close()
    assert faults(folder) == []


def test_her_places_are_free_again(folder: Path) -> None:
    store = opened(folder)
    drop_annotator(store, folder, "amina")
    desk = open_desk(folder, "dayo")
    seen = set()
    while page := desk.open_next():
        seen.add(page.sheets[0].document.number)
        desk.answer("accept")
    assert {1, 2, 3} <= seen
    assert faults(folder) == []
    back = restore_annotator(store, folder, "amina")
    assert back
    extra = [a.extra for n in (1, 2, 3) for a in annotations_of(store, n) if a.annotator == "amina"]
    assert all(extra), "others have her places"
    assert faults(folder) == []


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two documents for one annotator each, with answers of three from a file."""
    folder = tmp_path / "s"
    create_project(folder, language="sw", labels=["PER", "LOC"], overlap=1)
    create_store(folder / STORE_FILE)
    store = opened(folder)
    both = (given("amina", PER, time=1.0), given("bello", PER, Span(5, 7, "LOC"), time=2.0))
    one, two, three = keyed(("a", "Asha na Juma"), ("b", "Juma na Asha"), ("c", "hapa"))
    records = [one._replace(annotations=both), two._replace(annotations=both[:1]), three]
    add_records(store, "a.jsonl", records, Report())
    store.close()
    return folder


def test_a_place_that_came_with_a_file_goes_with_its_answer(small: Path) -> None:
    store = opened(small)

    def places() -> list[tuple[int, ...]]:
        return store.db.execute("SELECT places, taken, given FROM documents ORDER BY id").fetchall()

    before = places()
    assert before == [(2, 2, 2), (1, 1, 1), (1, 0, 0)]
    drop_annotator(store, small, "amina")
    assert places() == [(1, 1, 1), (1, 0, 0), (1, 0, 0)]
    restore_annotator(store, small, "amina")
    assert places() == before
    assert faults(small) == []


def test_an_extra_answer_takes_the_place_and_gives_it_back(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    create_project(folder, language="sw", labels=["PER"], overlap=1)
    create_store(folder / STORE_FILE)
    store = opened(folder)
    add_records(store, "a.jsonl", keyed(("a", "Asha")), Report())
    for name in ("amina", "bello"):
        desk = open_desk(folder, name)
        desk.open_document(1)
        desk.answer("accept")
        desk.close()
    before = everything(folder)

    def extra() -> dict[str, bool]:
        return {a.annotator: a.extra for a in annotations_of(store, 1)}

    assert extra() == {"amina": False, "bello": True}
    drop_annotator(store, folder, "amina")
    assert extra() == {"bello": False}
    assert faults(folder) == []
    restore_annotator(store, folder, "amina")
    assert extra() == {"amina": False, "bello": True}
    assert everything(folder) == before
    assert faults(folder) == []


def test_what_she_did_since_stands(small: Path) -> None:
    store = opened(small)
    drop_annotator(store, small, "amina")
    desk = open_desk(small, "amina")
    page = desk.open_document(2)
    assert page
    assert page.sheets[0].draft.spans == (), "she begins anew"
    desk.answer("reject")
    desk.open_document(1)
    desk.close()
    back = restore_annotator(store, small, "amina")
    assert back
    assert (back.documents, back.anew) == (1, 1)
    assert [a.answer for a in annotations_of(store, 2)] == ["reject"]
    assert dropped(store)[0].documents == 1
    assert faults(small) == []


def test_her_open_page_is_not_taken_from_her(folder: Path) -> None:
    desk = open_desk(folder, "amina")
    page = desk.open_next()
    assert page
    store = opened(folder)
    before = everything(folder)
    number = page.sheets[0].document.number
    for doing in (
        lambda: drop_annotator(store, folder, "amina"),
        lambda: drop_documents(store, folder, [number]),
    ):
        with pytest.raises(TonemarkError, match="amina has a page open"):
            doing()
    assert everything(folder) == before
    assert dropped(store) == []
    drop_annotator(store, folder, "bello")
    desk.close()
    assert faults(folder) == []


def test_gold_stays_and_may_cite_what_was_dropped(small: Path) -> None:
    store = opened(small)
    settle_first(small)
    gold = gold_of(store, 1)
    assert gold
    assert {name for name, _ in gold.cites} == {"amina", "bello"}
    going = drop_annotator(store, small, "amina")
    assert going.gold == 1
    assert gold_of(store, 1) == gold
    assert faults(small) == []
    drop_annotator(store, small, "bello")
    assert gold_of(store, 1) == gold
    assert faults(small) == []
    add_records(store, "more.jsonl", keyed(("d", "Asha"))[:1], Report())
    desk = open_desk(small, "dayo")
    desk.open_document(1)
    desk.answer("accept")
    desk.close()
    (number,) = store.db.execute("SELECT max(id) FROM annotations").fetchone()
    assert number > gold.compared, "it is news to reviewers"
    for name in ("bello", "amina"):
        restore_annotator(store, small, name)
    assert gold_of(store, 1) == gold
    assert faults(small) == []


def test_documents_are_gone_and_come_back(folder: Path) -> None:
    before = everything(folder)
    store = opened(folder)
    keys = {n: store.document(n).key for n in (1, 9, 10)}
    going = drop_documents(store, folder, keys)
    assert going.documents == 3
    assert store.document_count() == 7
    assert progress(store).documents == 7
    assert [line.number for line in listed(store, "amina") if line] == [2, 3, 4, 5, 6, 7, 8]
    assert {hit.document for hit in scan(store, "Asha") if hit} == {2, 3, 4, 5, 6, 7, 8}
    assert store.number_of(keys[1]) is None
    assert faults(folder) == []
    report = Report()
    add_records(store, "b.txt", keyed(("new", "mpya")), report)
    assert store.number_of("new") == 11, "no number comes twice"
    assert faults(folder) == []
    found, missing = restore_documents(store, [*keys.values(), "none"])
    assert (found.documents, missing) == (3, ["none"])
    drop_documents(store, folder, [11])
    assert everything(folder) == before
    assert faults(folder) == []


@pytest.mark.parametrize("match", [None, "key", "text"])
def test_what_was_dropped_does_not_come_in_again(small: Path, match: str | None) -> None:
    store = opened(small)
    drop_documents(store, small, [1, 3])
    both = keyed(("a", "Asha na Juma"), ("b", "Juma na Asha"), ("c", "hapa"))
    report = Report()
    add_records(store, "a.jsonl", both, report, match=match)  # type: ignore[arg-type]
    assert (report.added, report.dropped, report.already_there) == (0, 2, 1)
    report = Report()
    add_records(store, "other.jsonl", both, report, match=match)  # type: ignore[arg-type]
    if match:
        assert (report.added, report.dropped, report.already_there) == (0, 2, 1)
    else:
        assert report.added == 3, "another file's, under other keys"
        assert store.number_of("a") is None
    assert faults(small) == []
    restore_documents(store, ["a", "c"])
    assert store.number_of("a") == 1
    assert faults(small) == []


def test_nor_do_the_answers_of_one_who_was_dropped(small: Path) -> None:
    store = opened(small)
    drop_annotator(store, small, "amina")
    record = keyed(("a", "Asha na Juma"))[0]._replace(annotations=(given("amina", PER, time=1.0),))
    report = Report()
    add_records(store, "a.jsonl", [record], report)
    assert report.annotations == 0
    assert "was dropped" in report.warnings[0]
    restore_annotator(store, small, "amina")
    assert faults(small) == []


@pytest.mark.parametrize("first", ["document", "annotator"])
def test_a_document_and_its_annotator_both_dropped(small: Path, first: str) -> None:
    before = everything(small)
    store = opened(small)

    def document() -> None:
        drop_documents(store, small, [1])

    def annotator() -> None:
        drop_annotator(store, small, "amina")

    for drop in (document, annotator) if first == "document" else (annotator, document):
        drop()
        assert faults(small) == []
    back = restore_annotator(store, small, "amina")
    assert back
    assert back.gone == (first == "annotator")
    assert faults(small) == []
    restore_documents(store, ["a"])
    assert faults(small) == []
    restore_annotator(store, small, "amina")
    assert everything(small) == before
    assert faults(small) == []


def test_a_document_brings_nobody_back_who_was_dropped(small: Path) -> None:
    store = opened(small)
    drop_documents(store, small, [1])
    drop_annotator(store, small, "amina")
    restore_documents(store, ["a"])
    assert {a.annotator for a in annotations_of(store, 1)} == {"bello"}
    assert faults(small) == []


def test_entries_lose_and_get_back_what_they_earned(small: Path) -> None:
    run_here("gazetteer", "build", small, "--anew")
    store = opened(small)

    def earned(*anew: str) -> list[tuple[object, ...]]:
        run_here("gazetteer", "build", small, *anew)
        return store.db.execute(
            "SELECT pattern, label, seen, stood FROM entries WHERE seen ORDER BY 1, 2"
        ).fetchall()

    before = earned("--anew")  # all names being known
    assert before
    for drop, restore in (
        (lambda: drop_annotator(store, small, "amina"), ["--annotator", "amina"]),
        (lambda: drop_documents(store, small, [1]), ["--document", "a"]),
    ):
        drop()
        assert faults(small) == []
        assert earned() != before
        assert faults(small) == []
        assert run_here("drop", small, *restore, "--restore").returncode == 0
        assert faults(small) == []
        assert earned() == before


def test_a_rescue_takes_what_was_dropped_along(folder: Path) -> None:
    before = everything(folder)
    store = opened(folder)
    key = store.document(2).key
    drop_documents(store, folder, [2])
    drop_annotator(store, folder, "amina")
    store.close()
    saved = folder.parent / "saved.sqlite"
    assert run_here("doctor", folder, "--rescue", saved).returncode == 0
    for each in folder.glob("store.sqlite*"):
        each.unlink()
    saved.rename(folder / STORE_FILE)
    assert faults(folder) == []
    store = opened(folder)
    restore_documents(store, [key])
    restore_annotator(store, folder, "amina")
    assert everything(folder) == before
    assert faults(folder) == []


def test_nothing_is_left_of_findings(small: Path) -> None:
    """Not even what doctor calls harmless."""
    store = opened(small)
    drop_annotator(store, small, "amina")
    drop_documents(store, small, [2])
    assert list(examine(small)) == []


def test_the_store_of_one_who_never_dropped_is_as_before(small: Path) -> None:
    store = opened(small)
    names = {name for (name,) in store.db.execute("SELECT name FROM sqlite_schema")}
    assert not any(name.startswith("dropped") for name in names)


def test_edits_of_a_page_go_and_come(small: Path) -> None:
    store = opened(small)
    desk = open_desk(small, "dayo")
    page = desk.open_document(3)
    assert page
    page.perform([Edit(3, added=(PER,))])
    desk.close()
    drop_annotator(store, small, "dayo")
    assert faults(small) == []
    restore_annotator(store, small, "dayo")
    page = desk.open_document(3)
    assert page
    assert page.sheets[0].draft.spans == (PER,)
    desk.close()
    assert faults(small) == []
