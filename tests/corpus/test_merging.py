"""Projects put together: which documents meet, and what is made whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from damaging import change, faults
from tests.making import given, run_here
from tests.merging import (
    LOC,
    PER,
    TEXT,
    Make,
    answers,
    documents,
    gold,
    joined,
    opened,
    records,
)

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.merging.projects import Wishes, merge
from tonemark.corpus.pieces import Piece
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer


@pytest.mark.parametrize(
    ("theirs", "wishes", "keys"),
    [
        ({}, {}, ["t.txt:1"]),
        ({"text": "Juma yuko Kisumu"}, {}, ["t.txt:1", "b:t.txt:1"]),
        ({"source": "u.txt"}, {}, ["t.txt:1", "u.txt:1"]),
        ({"source": "u.txt"}, {"by_text": True}, ["t.txt:1"]),
        ({"source": "u.txt", "key": "t.txt:1"}, {}, ["t.txt:1"]),
        (
            {"source": "u.txt", "key": "t.txt:1", "text": "Juma yuko Kisumu"},
            {},
            ["t.txt:1", "b:t.txt:1"],
        ),
        ({"number": 2}, {}, ["t.txt:1", "t.txt:2"]),
        ({"number": 2}, {"by_text": True}, ["t.txt:1"]),
    ],
)
def test_documents_meet_by_record_by_key_and_by_text(
    make: Make, theirs: dict[str, Any], wishes: dict[str, Any], keys: list[str]
) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(given("amina", PER),)))
    source = theirs.pop("source", "t.txt")
    record = Record(**{"number": 1, "line": 1, "text": TEXT, **theirs})
    b = make("b", record._replace(annotations=(given("juma", LOC),)), source=source)
    folder, merged = joined(a, b, **wishes)
    assert list(documents(folder)) == keys
    said = answers(folder)
    assert said[keys[0]]["amina"] == {(0, 4, "PER")}
    assert said[keys[-1]]["juma"] == {(10, 16, "LOC")}
    assert merged.sides[1].met == (len(keys) == 1)
    moved = ["t.txt:1: b:t.txt:1"] if "b:" in keys[-1] else []
    assert merged.sides[1].moved.places == moved


def test_the_same_files_again_add_nothing_to_what_was_put_together(make: Make) -> None:
    ours, theirs = ("Asha", "Juma", "Neema"), ("Rosa", "Leo", "Sawa", "Ali")
    folder, _ = joined(make("a", *records(*ours)), make("b", *records(*theirs)))
    assert [d.text for d in documents(folder).values()] == [*ours, *theirs]
    store = opened(folder)
    for texts in (ours, theirs):
        report = Report()
        add_records(store, "t.txt", records(*texts), report)
        assert (report.added, report.refused_count) == (0, 0)
    store.close()


def test_equal_texts_meet_in_turn_where_there_are_as_many(make: Make) -> None:
    a = make("a", *records("Habari", "Habari", "Leo"), source="a.txt")
    b = make("b", *records("Habari", "Habari", "Leo", "Leo"), source="b.txt")
    folder, merged = joined(a, b, by_text=True)
    assert len(documents(folder)) == 5
    assert (merged.sides[1].met, merged.sides[1].ambiguous) == (2, 1)


def pieces(*texts: str) -> list[Record]:
    whole = " ".join(texts)
    found, at = [], 0
    for text in texts:
        piece = Piece(at, len(whole), "" if not at else " ")
        found.append(Record(1, 1, text, piece=piece))
        at += len(text) + 1
    return found


@pytest.mark.parametrize(
    ("theirs", "count", "wholes"),
    [
        (["Asha yuko.", "Juma?", "Leo."], 3, ["Asha yuko. Juma? Leo."]),
        (["Asha yuko. Juma?", "Leo."], 5, ["Asha yuko. Juma? Leo."] * 2),
        (["Asha yuko.", "Juma? Leo."], 5, ["Asha yuko. Juma? Leo."] * 2),
        (["Rosa yuko.", "Juma?", "Leo."], 6, ["Asha yuko. Juma? Leo.", "Rosa yuko. Juma? Leo."]),
    ],
)
def test_split_texts_meet_whole_and_come_out_whole(
    make: Make, theirs: list[str], count: int, wholes: list[str]
) -> None:
    a = make("a", *pieces("Asha yuko.", "Juma?", "Leo."))
    b = make("b", *pieces(*theirs))
    folder, _ = joined(a, b)
    assert len(documents(folder)) == count
    out = folder.parent / "out.jsonl"
    assert run_here("export", folder, "--all", "--joined", "-o", out).returncode == 0
    assert [json.loads(line)["text"] for line in out.read_text().splitlines()] == wholes


def test_metadata_priority_and_suggestions_of_both_are_there(make: Make) -> None:
    found = Suggestion(0, 4, "PER", ("import:a",), 0.4)
    again = Suggestion(0, 4, "PER", ("import:b",), 0.6)
    other = Suggestion(10, 16, "LOC", ("import:b",), 0.5)
    a = make("a", Record(1, 1, TEXT, meta={"who": "A", "x": 1}, suggestions=(found,)))
    b = make(
        "b", Record(1, 1, TEXT, meta={"who": "B", "y": 2}, suggestions=(again, other), priority=5)
    )
    folder, merged = joined(a, b)
    document = documents(folder)["t.txt:1"]
    assert document.meta == {"who": "A", "x": 1, "y": 2}
    assert merged.sides[1].metadata.places == ["t.txt:1"]
    store = opened(folder)
    assert store.suggestions(document) == (
        Suggestion(0, 4, "PER", ("import:a", "import:b"), 0.6),
        other,
    )
    assert store.db.execute("SELECT priority FROM documents").fetchone() == (5,)
    store.close()


def test_what_is_there_is_never_written_over(make: Make, tmp_path: Path) -> None:
    a, b = make("a", *records("Asha")), make("b", *records("Juma"))
    (tmp_path / "empty").mkdir()
    assert merge([a, b], tmp_path / "empty", Wishes()).documents == 2
    for target in (tmp_path / "empty", a, a / "inside"):
        with pytest.raises(TonemarkError, match=r"there already|lies in"):
            merge([a, b], target, Wishes())
    with pytest.raises(TonemarkError, match="named twice"):
        merge([a, a], tmp_path / "c", Wishes())
    assert not (tmp_path / "c").exists()


def test_cut_off_it_leaves_nothing(make: Make, tmp_path: Path) -> None:
    a, b = make("a", *records("Asha")), make("b", *records("Juma"))

    def cut(project: object, store: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge([a, b], tmp_path / "c", Wishes(), finish=cut)
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


DAMAGE = {
    "the document: it cannot be read": "UPDATE documents SET meta = '{' WHERE id = 1",
    "the document: its text is not": "UPDATE documents SET digest = 7 WHERE id = 1",
    "the answer of amina: a span does not lie": "UPDATE spans SET end_char = 99 WHERE rowid = 1",
    "the answer of amina: it is none": "UPDATE annotations SET answer = 'x' WHERE id = 1",
    "the answer of amina: its time": "UPDATE annotations SET time = 'x' WHERE id = 1",
    "the answer of amina: its tokens": "UPDATE annotations SET tokens = x'01' WHERE id = 1",
    "the answer of amina: its revisions": "UPDATE annotations SET revision = 2 WHERE id = 1",
    "the answer of a/b: nobody": "UPDATE annotations SET annotator = 'a/b' WHERE id = 1",
    "the gold: how it was settled": "UPDATE gold SET cites = '[[1]]'",
    "the gold: nobody": "UPDATE gold SET reviewer = '+x'",
    "the suggestions: they cannot": "UPDATE suggestions SET score = 'x'",
    "1 answers of no document": "UPDATE annotations SET document = 99 WHERE id = 1",
}


@pytest.mark.parametrize("told", DAMAGE)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_damaged_is_left_out_and_named(make: Make, told: str, first: bool) -> None:
    suggestion = Suggestion(0, 4, "PER", ("import:x",), 0.5)
    a = make("a", Record(1, 1, TEXT, suggestions=(suggestion,),
                         annotations=(given("amina", PER, time=1.0), given("juma", LOC, time=2.0),
                                      gold("rosa", PER, time=3.0))),
             Record(2, 2, "Juma leo", annotations=(given("amina", PER),)))  # fmt: skip
    b = make("b", Record(1, 1, TEXT, annotations=(given("neema", PER),)))
    change(a, DAMAGE[told])
    folder, merged = joined(*((a, b) if first else (b, a)))
    (place,) = merged.sides[0 if first else 1].left_out.places
    assert told in place
    assert answers(folder)["t.txt:2"]
    assert "neema" in answers(folder)["t.txt:1"]


def test_a_page_that_is_begun_stays_behind_and_is_told(make: Make) -> None:
    a, b = make("a", *records(TEXT, "Juma leo")), make("b", *records("Rosa"))
    desk = Desk(read_project(a), opened(a), "amina", load_tokenizer("general"))
    desk.open_next()
    assert desk.page
    desk.page.perform([Edit(1, added=(PER,))])
    for place in ("journal", "store"):
        target = a.parent / place
        merged = merge([a, b], target, Wishes())
        assert merged.sides[0].open_pages.places == ["amina at t.txt:1"]
        assert merged.answers == 0
        assert faults(target) == []
        if desk.page:
            desk.close()


def test_what_was_dropped_stays_behind(make: Make) -> None:
    said = (given("amina", PER), given("juma", LOC))
    a = make("a", *(Record(n, n, f"{TEXT} {n}", annotations=said) for n in (1, 2, 3)))
    b = make("b", Record(9, 9, TEXT))
    assert run_here("drop", a, "--annotator", "amina", "--yes").returncode == 0
    assert run_here("drop", a, "--document", "t.txt:2", "--yes").returncode == 0
    for folders in ((a, b), (b, a)):
        folder, merged = joined(*folders)
        assert merged.documents == 3
        assert {key: set(who) for key, who in answers(folder).items()} == {
            "t.txt:1": {"juma"}, "t.txt:3": {"juma"},
        }  # fmt: skip


def test_the_report_of_the_command(make: Make, tmp_path: Path) -> None:
    a = make(
        "a", Record(1, 1, TEXT, annotations=(given("amina", PER), gold("rosa", PER, time=1.0)))
    )
    b = make("b", Record(1, 1, TEXT, annotations=(given("amina", LOC), gold("ana", LOC, time=2.0))),
             Record(2, 2, "Juma"))  # fmt: skip
    done = run_here("join", a, b, "-o", tmp_path / "c", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["documents"], told["answers"], told["gold"]) == (2, 2, 1)
    assert told["sides"][1]["renamed"] == {"amina": "amina-b"}
    assert told["sides"][1]["gold_above"] == {"count": 1, "places": ["t.txt:1: ana and rosa"]}
    store = opened(tmp_path / "c")
    assert store.words(["asha", "Asha"]), "words are counted for the candidates"
    store.close()
    done = run_here("join", a, b, "-o", tmp_path / "d", "--same", "amina")
    assert "1 answer of a person who has one there" in done.stdout
    assert run_here("join", a, "-o", tmp_path / "e").returncode == 2
    assert run_here("join", a, b, "-o", tmp_path / "e", "--same", "1 2").returncode == 2
    assert run_here("join", a, tmp_path / "none", "-o", tmp_path / "e").returncode == 1
    assert not (tmp_path / "e").exists()
    change(b, "UPDATE documents SET meta = '{' WHERE id = 2")
    done = run_here("join", a, b, "-o", tmp_path / "e")
    assert done.returncode == 1
    assert "1 left out:" in done.stdout
    assert run_here("doctor", tmp_path / "e").returncode == 0
