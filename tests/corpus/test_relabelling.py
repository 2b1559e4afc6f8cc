"""A label under another name: everywhere, in one piece, and nothing brings the old one back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from damaging import faults
from hypothesis import given as of
from hypothesis import settings
from hypothesis import strategies as st
from tests.busy_project import exported, open_desk, opened, settle_first
from tests.making import given, keyed, run_here

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.drafts import Edit
from tonemark.corpus.dropping import drop_annotator, drop_documents
from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import add_label, create_project, read_project
from tonemark.corpus.project_file import PROJECT_FILE
from tonemark.corpus.relabelling.project import relabel
from tonemark.corpus.reports import Report
from tonemark.corpus.restoring import restore_annotator, restore_documents
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError

PER, LOC, ORG = (Span(0, 4, label) for label in ("PER", "LOC", "ORG"))


@pytest.fixture
def folder(busy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(busy, tmp_path / "p"))


def everywhere(store: Store, label: str) -> list[str]:
    """The tables in which a label still stands."""
    found = []
    for table, column in (
        ("spans", "label"), ("gold_spans", "label"), ("suggestions", "label"),
        ("entries", "label"), ("events", "data"), ("differences", "labels"),
    ):  # fmt: skip
        wanted = label if column == "label" else f'%"{label}"%'
        query = f"SELECT 1 FROM {table} WHERE {column} {'=' if column == 'label' else 'LIKE'} ?"
        if store.db.execute(query, (wanted,)).fetchone():
            found.append(table)
    return found


def test_a_label_is_called_otherwise_everywhere(folder: Path) -> None:
    run_here("gazetteer", "build", folder, "--anew")
    store = opened(folder)
    before = [exported(folder, "--annotator", name) for name in ("amina", "bello", "Chidi")]
    assert everywhere(store, "PER")
    found = relabel(store, folder, "PER", "NÄME")
    assert found.spans
    assert found.merged == 0
    assert everywhere(store, "PER") == []
    assert [label.name for label in read_project(folder).labels] == ["NÄME", "LOC"]
    after = [exported(folder, "--annotator", name) for name in ("amina", "bello", "Chidi")]
    assert [without_hash(each) for each in after] == [
        without_hash(each.replace('"PER"', '"NÄME"')) for each in before
    ]
    assert faults(folder) == []
    relabel(store, folder, "NÄME", "PER")
    assert [exported(folder, "--annotator", n) for n in ("amina", "bello", "Chidi")] == before


def without_hash(text: str) -> list[dict[str, object]]:
    """The records of an export without the number that stands for what they say."""
    records = [json.loads(line) for line in text.splitlines()]
    return [{name: each[name] for name in each if name != "_task_hash"} for each in records]


def test_undo_brings_nothing_old_back(folder: Path) -> None:
    store = opened(folder)
    relabel(store, folder, "PER", "NAME")
    relabel(store, folder, "LOC", "PLACE")
    desk = open_desk(folder, "bello")
    page = desk.open_document(1)
    assert page
    labels = set()
    while page.undo():
        labels |= {span.label for span in page.sheets[0].draft.stretches()}
    while page.redo():
        labels |= {span.label for span in page.sheets[0].draft.stretches()}
    assert labels == {"NAME", "PLACE"}
    desk.close()
    assert faults(folder) == []


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return small_in(tmp_path / "s")


def small_in(folder: Path) -> Path:
    create_project(folder, language="sw", labels=["PER", "LOC", "ORG"], overlap=2)
    create_store(folder / STORE_FILE)
    store = opened(folder)
    suggested = (Suggestion(0, 4, "LOC", ("x",), 0.5), Suggestion(0, 4, "PER", ("y",), 0.25))
    answers = (given("amina", ORG, PER, time=1.0), given("bello", LOC, time=2.0))
    one, two = keyed(("a", "Asha na Juma"), ("b", "Juma na Asha"))
    one = one._replace(annotations=answers)
    add_records(store, "a", [one, two._replace(suggestions=suggested)], Report(), places=2)
    store.close()
    return folder


def test_two_labels_become_one(small: Path) -> None:
    store = opened(small)
    desk = open_desk(small, "amina")
    page = desk.open_document(2)
    assert page
    both = (Span(8, 12, "LOC", ("a",)), Span(8, 12, "PER", ("b",)))
    page.perform([Edit(2, added=both)])
    page.perform([Edit(2, removed=both[:1])])
    page.perform([Edit(2, added=both[:1])])
    desk.answer("accept")
    desk.close()
    found = relabel(store, small, "PER", "LOC")
    assert found.merged == 1
    (hers,) = annotations_of(store, 2)
    assert hers.spans == (
        Span(0, 4, "LOC", ("x",)),
        Span(8, 12, "LOC", ("a", "b")),
    )
    assert everywhere(store, "PER") == []
    assert [label.name for label in read_project(small).labels] == ["LOC", "ORG"]
    assert store.suggestions(store.document(2)) == (Suggestion(0, 4, "LOC", ("x", "y"), 0.5),)
    assert faults(small) == []
    desk = open_desk(small, "amina")
    page = desk.open_document(2)
    assert page
    assert page.sheets[0].draft.spans[-1:] == (Span(8, 12, "LOC", ("a", "b")),)
    for _ in range(3):
        page.undo()
    assert not any(each.start == 8 for each in page.sheets[0].draft.stretches())
    desk.close()
    assert faults(small) == []


def test_gold_and_differences_follow(small: Path) -> None:
    store = opened(small)
    settle_first(small)
    gold = gold_of(store, 1)
    assert gold
    relabel(store, small, "PER", "LOC")
    assert everywhere(store, "PER") == []
    new = gold_of(store, 1)
    assert new
    assert new.stretches() == {(s, e, "LOC" if x == "PER" else x) for s, e, x in gold.stretches()}
    assert faults(small) == []
    told = run_here("agreement", small, "--json")
    assert told.returncode == 0
    assert faults(small) == []


def test_entries_that_meet_are_one(small: Path) -> None:
    names = small.parent / "names.jsonl"
    rows = [{"label": label, "pattern": "Juma"} for label in ("PER", "LOC")]
    rows += [{"label": "PER", "pattern": "Asha"}]
    names.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run_here("gazetteer", "add", small, names).returncode == 0
    run_here("gazetteer", "build", small, "--anew")
    assert faults(small) == []
    store = opened(small)
    relabel(store, small, "PER", "LOC")
    entries = store.db.execute(
        "SELECT pattern, label FROM entries n JOIN gazetteers g ON g.id = n.gazetteer"
        " WHERE g.name = 'names.jsonl' ORDER BY 1"
    ).fetchall()
    assert entries == [("Asha", "LOC"), ("Juma", "LOC")]
    assert faults(small) == []
    run_here("gazetteer", "build", small)
    assert faults(small) == []

    def earned() -> list[tuple[object, ...]]:
        return store.db.execute(
            "SELECT pattern, label, seen, stood FROM entries ORDER BY 1, 2, 3"
        ).fetchall()

    weighed = earned()
    run_here("gazetteer", "build", small, "--anew")
    assert earned() == weighed


def test_a_page_that_is_open_keeps_its_labels(small: Path) -> None:
    desk = open_desk(small, "amina")
    desk.open_next()
    store = opened(small)
    before = exported(small, "--all")
    with pytest.raises(TonemarkError, match="amina has a page open"):
        relabel(store, small, "PER", "NAME")
    assert exported(small, "--all") == before
    assert read_project(small).labels[0].name == "PER"
    desk.close()
    relabel(store, small, "PER", "NAME")
    assert faults(small) == []


@pytest.mark.parametrize("merging", [False, True])
def test_what_was_dropped_comes_back_under_the_new_name(small: Path, merging: bool) -> None:
    new = "LOC" if merging else "NAME"
    twin = Path(shutil.copytree(small, small.parent / "twin"))
    other = opened(twin)
    relabel(other, twin, "PER", new)
    store = opened(small)
    drop_annotator(store, small, "amina")
    drop_documents(store, small, [2])
    relabel(store, small, "PER", new)
    add_label(small, "PER")
    assert faults(small) == []
    restore_annotator(store, small, "amina")
    restore_documents(store, ["b"])
    assert everywhere(store, "PER") == []
    assert exported(small, "--all") == exported(twin, "--all")
    assert exported(small, "--annotator", "amina") == exported(twin, "--annotator", "amina")
    assert faults(small) == []


KILLED = """
import os, sys
from pathlib import Path
from tonemark.corpus.relabelling import project as relabelling
from tonemark.corpus.store import STORE_FILE, Store
folder = Path(sys.argv[1])
written = relabelling.write
def write(*values):
    written(*values)
    os._exit(9)
relabelling.write = write
relabelling.relabel(Store(folder / STORE_FILE), folder, "PER", "NAME")
"""


def test_killed_in_between_it_is_mended_by_doing_it_again(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, folder], timeout=60, env=os.environ)
    assert done.returncode == 9
    assert read_project(folder).labels[0].name == "NAME"
    store = opened(folder)
    assert everywhere(store, "PER")
    assert faults(folder) == []
    told = run_here("relabel", folder, "PER", "NAME", "--yes", "--json")
    assert told.returncode == 0
    assert everywhere(store, "PER") == []
    assert read_project(folder).labels[0].name == "NAME"
    assert faults(folder) == []


def test_a_store_that_refuses_leaves_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tonemark.corpus.relabelling import project as relabelling

    before = (folder / PROJECT_FILE).read_bytes()
    written = relabelling.write

    def write(*values: object) -> None:
        written(*values)  # type: ignore[arg-type]
        monkeypatch.setattr(relabelling, "write", written)
        raise OSError("full")

    monkeypatch.setattr(relabelling, "write", write)
    store = opened(folder)
    with pytest.raises(OSError, match="full"):
        relabel(store, folder, "PER", "NAME")
    assert (folder / PROJECT_FILE).read_bytes() == before
    assert everywhere(store, "NAME") == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("PER", "PER", "its name already"),
        ("XYZ", "ABC", "no label"),
        ("PER", "two words", "white space"),
        ("PER", "a|b", "|"),
    ],
)
def test_what_cannot_be(small: Path, old: str, new: str, told: str) -> None:
    before = (small / PROJECT_FILE).read_bytes()
    done = run_here("relabel", small, old, new, "--yes")
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())
    assert (small / PROJECT_FILE).read_bytes() == before


def test_a_label_of_the_store_alone(small: Path) -> None:
    text = (small / PROJECT_FILE).read_text().replace('PER = ""\n', "")
    (small / PROJECT_FILE).write_text(text)
    store = opened(small)
    relabel(store, small, "PER", "LOC")
    assert everywhere(store, "PER") == []
    assert (small / PROJECT_FILE).read_text() == text


LABELS = ("PER", "LOC", "ORG", "X")
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("answer"),
            st.sampled_from(["amina", "bello"]),
            st.integers(1, 2),
            st.lists(st.tuples(st.sampled_from([0, 5, 8]), st.sampled_from(LABELS)), max_size=4),
        ),
        st.tuples(st.just("undo"), st.sampled_from(["amina", "bello"]), st.integers(1, 2)),
        st.tuples(st.just("relabel"), st.sampled_from(LABELS), st.sampled_from(LABELS)),
        st.tuples(st.sampled_from(["drop", "restore"]), st.sampled_from(["amina", "bello"])),
        st.tuples(st.sampled_from(["out", "back"]), st.integers(1, 2)),
    ),
    max_size=8,
)


@of(steps)
@settings(max_examples=12, deadline=None)
def test_whatever_is_done_in_whatever_order(done: list[tuple[object, ...]]) -> None:
    place = Path(tempfile.mkdtemp(prefix="tonemark-"))
    try:
        folder = small_in(place / "s")
        text = (folder / PROJECT_FILE).read_text()
        text = text.replace("overlapping = false", "overlapping = true")
        (folder / PROJECT_FILE).write_text(text)
        store = opened(folder)
        store.db.execute("PRAGMA synchronous = OFF")
        for kind, *values in done:
            _do(store, folder, str(kind), values)
            assert faults(folder) == [], (kind, values)
        store.close()
    finally:
        shutil.rmtree(place)


def _do(store: Store, folder: Path, kind: str, values: list[object]) -> None:
    match kind, values:
        case (("answer" | "undo"), [name, number, *rest]):
            if store.number_of("ab"[number - 1]) is None:
                return
            desk = open_desk(folder, str(name))
            page = desk.open_document(int(str(number)))
            assert page
            draft = page.sheets[0].draft
            if kind == "undo":
                page.undo()
            else:
                new = {Span(start, start + 3, label) for start, label in rest[0]}
                added = tuple(new - {*draft.spans})
                page.perform([Edit(number, removed=draft.spans[:1], added=added)])
            if len(rest) and len(rest[0]) % 2:
                desk.answer("accept")
            desk.close()
            desk.store.close()
        case "relabel", [old, new]:
            run_here("relabel", folder, old, new, "--yes")
        case "drop", [name]:
            run_here("drop", folder, "--annotator", name, "--yes")
        case "restore", [name]:
            run_here("drop", folder, "--annotator", name, "--restore")
        case (("out" | "back"), [number]):
            how = "--yes" if kind == "out" else "--restore"
            run_here("drop", folder, "--document", "ab"[number - 1], how)
