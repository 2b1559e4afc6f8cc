"""Several people's exports and columns brought to one project, as its users do it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.store import STORE_FILE, Store

Run = Callable[..., Any]
TEXTS = ("Asha yuko Kisumu.", "Habari.", "Habari.")
LINES = "Asha\tB-PER\nleo\tO\n\nHabari\t{}\n\nHabari\tO\n"


@pytest.fixture
def new(tmp_path: Path, tonemark: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    monkeypatch.chdir(tmp_path)

    def make(name: str, *options: object) -> Path:
        tonemark("new", name, "--lang", "sw", "--labels", "PER,LOC", *options)
        return tmp_path / name

    return make


def rows(folder: Path, query: str) -> list[Any]:
    store = Store(folder / STORE_FILE)
    found = store.db.execute(query).fetchall()
    store.close()
    return found


def answers(folder: Path) -> list[Any]:
    query = "SELECT document, annotator, extra FROM annotations WHERE current ORDER BY 1, 2"
    return rows(folder, query)


def write(path: str, *records: dict[str, Any]) -> None:
    Path(path).write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")


def task(number: int, name: str | None, **more: Any) -> dict[str, Any]:
    """A record as Prodigy writes it; without a name, as one who labelled alone."""
    named = {} if name is None else {"_annotator_id": name, "_session_id": name}
    spans = [{"start": 0, "end": 4, "label": "PER"}]
    return {"text": TEXTS[number], "key": f"k{number}", "spans": spans, **named, **more}


EACH = [(number, name, 0) for number in (1, 2, 3) for name in ("amina", "juma")]


@pytest.mark.parametrize("match", ["key", "text"])
def test_exports_of_two_projects_meet_in_a_third(
    new: Callable[..., Path], tonemark: Run, match: str
) -> None:
    for name in ("amina", "juma"):
        mine = new(name)
        write("in.jsonl", *(task(n, name, answer="accept") for n in range(3)))
        tonemark("add", mine, "in.jsonl")
        tonemark("export", mine, "-o", f"{name}.jsonl")
    team = new("team")
    tonemark("add", team, "amina.jsonl")
    told = tonemark("add", team, "juma.jsonl", "--match", match).stdout
    assert told == "juma.jsonl: 0 added, 3 there already, 3 answers\n"
    assert answers(team) == EACH, "one annotator each, and yet none is extra"
    again = tonemark("add", team, "juma.jsonl", "--match", match).stdout
    assert again == "juma.jsonl: 0 added, 3 there already\n"
    assert answers(team) == EACH
    assert "Nothing is wrong." in tonemark("doctor", team).stdout
    told = tonemark("add", team, "juma.jsonl").stdout
    assert "3 have the text of another document" in told
    assert "--match key, or text" in told


def test_columns_of_one_person_a_file_meet_by_their_texts(
    new: Callable[..., Path], tonemark: Run
) -> None:
    Path("a.conll").write_text(LINES.format("O"), encoding="utf-8")
    Path("j.conll").write_text(LINES.format("B-LOC"), encoding="utf-8")
    team = new("team")
    tonemark("add", team, "a.conll", "--annotators", "amina")
    for _ in range(2):
        tonemark("add", team, "j.conll", "--annotators", "juma", "--match", "text")
    assert answers(team) == EACH
    spans = "SELECT a.document FROM spans s JOIN annotations a ON a.id = s.annotation"
    assert rows(team, f"{spans} WHERE s.label = 'LOC'") == [(2,)], "the first of two equal ones"


def test_records_without_a_name_are_those_of_the_one_who_is_named(
    new: Callable[..., Path], tonemark: Run
) -> None:
    team = new("team")
    write(
        "t.jsonl", task(0, None), task(1, None, answer="reject"), task(2, "zawadi", answer="accept")
    )
    tonemark("add", team, "t.jsonl", "--annotators", "amina")
    assert answers(team) == [(1, "amina", 0), (2, "amina", 0), (3, "zawadi", 0)]


def test_what_cannot_be_brought_is_told_with_its_line(
    new: Callable[..., Path], tonemark: Run
) -> None:
    team = new("team")
    write("a.jsonl", *(task(n, "amina", answer="accept", _timestamp=5) for n in range(3)))
    tonemark("add", team, "a.jsonl")
    other = task(0, "juma", answer="accept", text="Asha yuko Voi.")
    write("j.jsonl", other, task(1, "juma", answer="accept"), task(1, "amina", answer="reject"))
    told = tonemark("add", team, "j.jsonl", "--match", "key", code=1).stdout
    assert "line 1: the project's document k0 has another text" in told
    assert "line 3: amina has another answer to this document already" in told
    told = tonemark("add", team, "j.jsonl", "--match", "text").stdout
    assert "several documents of the project have this text" not in told, "two, and two records"
    write("one.jsonl", task(1, "zawadi", answer="accept"))
    told = tonemark("add", team, "one.jsonl", "--match", "text", code=1).stdout
    assert "line 1: several documents of the project have this text" in told


def test_other_tokens_are_kept_as_corrections(new: Callable[..., Path], tonemark: Run) -> None:
    team = new("team")
    Path("raw.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    tonemark("add", team, "raw.txt")
    same = [{"start": s, "end": e} for s, e in ((0, 4), (5, 9), (10, 16), (16, 17))]
    whole = [*same[:2], {"start": 10, "end": 17}]
    write("a.jsonl", task(0, "amina", answer="accept", tokens=same))
    write("j.jsonl", task(0, "juma", answer="accept", tokens=whole))
    assert "tokens" not in tonemark("add", team, "a.jsonl", "--match", "text").stdout
    told = tonemark("add", team, "j.jsonl", "--match", "text").stdout
    assert "1 of the answers came with tokens other than their document's" in told
    query = "SELECT annotator, tokens IS NULL FROM annotations ORDER BY 1"
    assert rows(team, query) == [("amina", 1), ("juma", 0)]
    assert "Nothing is wrong." in tonemark("doctor", team).stdout


def test_priorities_are_given_by_the_file_or_by_whoever_adds_it(
    new: Callable[..., Path], tonemark: Run
) -> None:
    team = new("team", "--overlap", 3, "--overlap-share", 0.5)
    write(
        "t.jsonl",
        {"text": "moja", "priority": 7},
        {"text": "mbili", "meta": {"priority": -3}},
        {"text": "tatu", "priority": "soon"},
        {"text": "nne", "priority": 2000},
        {"text": "tano", "spans": [], "priority": 1},
    )
    Path("t.csv").write_text("text,Priority\nsita,12\nsaba,\nnane,1.5\n", encoding="utf-8")
    told = tonemark("add", team, "t.jsonl", "t.csv").stdout
    assert "note: line 3: the priority is 'soon', not a whole number from -1000 to 1000" in told
    assert told.count("the priority is") == 3
    query = "SELECT priority FROM documents ORDER BY id"
    assert [each for (each,) in rows(team, query)] == [7, -3, 0, 0, 1, 12, 0, 0]
    told = tonemark("add", team, "t.csv", "--priority", 12).stdout
    assert "2 of those that were there have another priority now" in told
    assert [each for (each,) in rows(team, query)] == [7, -3, 0, 0, 1, 12, 12, 12]
    tonemark("add", team, "t.jsonl", "--priority", 1001, code=2)
    assert {each for (each,) in rows(team, "SELECT places FROM documents")} == {1, 3}
    assert "3 annotators each for 0.5 of them, else 1" in tonemark("status", team).stdout
