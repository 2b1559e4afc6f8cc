"""Gold in and out of a project: what it stands in the place of, what an export says of it, and that
it stays gold where it comes to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.making import given

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import UNANIMOUS, Gold, gold_of, golds, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.queue import import_answer
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store

TEXT = "Asha yuko Kisumu"
ASHA, KISUMU = Span(0, 4, "PER", ("gazetteer:1", "manual")), Span(10, 16, "LOC", ("manual",))
ORG = Span(10, 16, "ORG", ("manual",))
DECISION = Decision(10, 16, "amina")

ANSWERS = {
    "settled": [given("amina", ASHA, KISUMU, time=5.5), given("juma", ASHA, ORG, time=6)],
    "nobody": [given("amina", KISUMU), given("juma", ORG)],
    "alone": [given("amina", ASHA)],
    "faulty": [given("amina", ASHA), given("juma", ORG)],
    "left": [given("amina", ASHA), given("juma", ASHA)],
    "unanswered": [],
    "golden": [],
}
GOLD = {
    "settled": Gold(0, "rosa", "accept", (ASHA, KISUMU), 0, "kijiji", True,
                    decisions=(DECISION, Decision(0, 0, ":accept")),
                    cites=(("amina", 1), ("juma", 1)), compared=2, time=7.25),
    "faulty": Gold(0, "rosa", "reject", (), time=8.0),
    "left": Gold(0, "rosa", "ignore", (), time=8.0),
    "golden": Gold(0, UNANIMOUS, "accept", (ASHA,), time=9.0),
}  # fmt: skip


def made(folder: Path, name: str = "p", *, with_gold: bool = True) -> Path:
    project = create_project(
        folder / name, language="sw", labels=["PER", "LOC", "ORG"], overlap=2, name="habari"
    )
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    records = [
        Record(n, n, f"{TEXT} {n}", key, annotations=tuple(answers) if with_gold else ())
        for n, (key, answers) in enumerate(ANSWERS.items(), 1)
    ]
    add_records(store, "t.jsonl", records, Report(), places=2)
    if with_gold:
        with store.transaction() as db:
            for key, gold in GOLD.items():
                number = store.number_of(key)
                assert number
                write_gold(db, _of(gold, number))
    store.close()
    return project.folder


def _of(gold: Gold, number: int) -> Gold:
    from dataclasses import replace

    return replace(gold, document=number)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path)


def exported(
    folder: Path, tonemark: Callable[..., Any], *options: object
) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """The rows, by key, and what was counted."""
    out = folder.parent / "out.jsonl"
    done = tonemark("export", folder, "-o", out, "--json", *options)
    counts = {
        name: count for name, count in json.loads(done.stdout).items() if count and name != "to"
    }
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return {row["key"]: row for row in rows}, counts


OPTIONS: dict[str, tuple[list[str], dict[str, str | None], dict[str, int]]] = {
    # by key, whose the row is; and what is counted
    "": (
        [], {"settled": "rosa", "alone": "amina", "golden": UNANIMOUS},
        {"written": 3, "gold": 2, "differing": 1, "rejected": 1, "ignored": 1, "unanswered": 1},
    ),
    "gold": (
        ["--gold"], {"settled": "rosa", "faulty": "rosa", "left": "rosa", "golden": UNANIMOUS},
        {"written": 4, "gold": 4, "without_gold": 3},
    ),
    "hers": (
        ["--annotator", "juma"],
        {"settled": "juma", "nobody": "juma", "faulty": "juma", "left": "juma"},
        {"written": 4, "unanswered": 3},
    ),
    "all": (
        ["--all"], {"settled": "rosa", "alone": "amina", "golden": UNANIMOUS, "unanswered": None},
        {"written": 4, "gold": 2, "differing": 1, "rejected": 1, "ignored": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OPTIONS)
def test_gold_stands_before_annotators(
    case: str, folder: Path, tonemark: Callable[..., Any]
) -> None:
    options, wanted, counts = OPTIONS[case]
    rows, counted = exported(folder, tonemark, *options)
    assert {key: row.get("_annotator_id") for key, row in rows.items()} == wanted
    assert counted == counts
    assert {key for key, row in rows.items() if "_gold" in row} == {
        key for key, name in wanted.items() if name in ("rosa", UNANIMOUS)
    }


def test_a_row_says_that_it_is_gold_and_how(folder: Path, tonemark: Callable[..., Any]) -> None:
    rows, _ = exported(folder, tonemark, "--gold")
    row = rows["settled"]
    assert row["_gold"] == {
        "reviewer": "rosa",
        "decisions": [
            {"start": 10, "end": 16, "choice": "amina"},
            {"start": 0, "end": 0, "choice": ":accept"},
        ],
        "cites": [
            {"annotator": "amina", "revision": 1, "time": 5.5},
            {"annotator": "juma", "revision": 1, "time": 6.0},
        ],
    }
    assert (row["answer"], row["comment"], row["flagged"]) == ("accept", "kijiji", True)
    assert (row["_session_id"], row["_timestamp"]) == ("habari-rosa", 7.25)
    assert [span["sources"] for span in row["spans"]] == [["gazetteer:1", "manual"], ["manual"]]
    assert rows["golden"]["_gold"]["reviewer"] == UNANIMOUS
    assert {key: row["answer"] for key, row in rows.items()} == {
        key: gold.answer for key, gold in GOLD.items()
    }


@pytest.mark.parametrize("other", [["--annotator", "amina"], ["--all"]])
def test_gold_alone_excludes_others(
    other: list[str], folder: Path, tonemark: Callable[..., Any]
) -> None:
    done = tonemark("export", folder, "-o", folder / "o", "--gold", *other, code=2)
    assert other[0] in done.stderr


def test_where_nothing_is_gold_nothing_is_written(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = made(tmp_path, with_gold=False)
    done = tonemark("export", folder, "-o", folder / "o", "--gold", code=1)
    assert "left out: 7 without gold" in done.stderr
    assert not (folder / "o").exists()


def state(folder: Path) -> dict[str, Gold]:
    store = Store(folder / STORE_FILE)
    found = {store.document(gold.document).key: gold for gold in golds(store)}
    store.close()
    return found


def test_gold_stays_gold_in_another_project(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    """With the annotators' own exports beside it, it cites their answers there."""
    for name in ("amina", "juma"):
        tonemark("export", folder, "--annotator", name, "-o", tmp_path / f"{name}.jsonl")
    tonemark("export", folder, "--gold", "-o", tmp_path / "gold.jsonl")
    other = made(tmp_path, "q", with_gold=False)
    for name in ("amina", "juma"):
        tonemark("add", other, tmp_path / f"{name}.jsonl", "--match", "key")
    said = tonemark("add", other, tmp_path / "gold.jsonl", "--match", "key").stdout
    assert "4 there already, 4 gold" in said
    before = state(other)
    assert {key: gold.answer for key, gold in before.items()} == {
        key: gold.answer for key, gold in GOLD.items()
    }
    mine, theirs = before["settled"], GOLD["settled"]
    for name in ("reviewer", "answer", "spans", "comment", "flagged", "cites", "time"):
        assert getattr(mine, name) == getattr(theirs, name), name
    assert set(mine.decisions) == set(theirs.decisions)
    assert before["golden"].reviewer == UNANIMOUS
    store = Store(other / STORE_FILE)
    number = store.number_of("settled")
    assert number
    assert [each.annotator for each in annotations_of(store, number)] == ["amina", "juma"]
    (last,) = store.db.execute(
        "SELECT max(id) FROM annotations WHERE document = ?", (number,)
    ).fetchone()
    assert mine.compared == last
    store.close()
    again = json.loads(
        tonemark("add", other, tmp_path / "gold.jsonl", "--match", "key", "--json").stdout
    )
    assert (again["gold"], again["annotations"], again["warnings"]) == (0, 0, [])
    assert state(other) == before
    lines = (tmp_path / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    timeless = [{**json.loads(line), "_timestamp": None} for line in lines]
    path = tmp_path / "timeless.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in timeless), encoding="utf-8")
    again = json.loads(tonemark("add", other, path, "--match", "key", "--json").stdout)
    assert (again["gold"], again["warnings"]) == (0, [])
    assert state(other) == before
    assert exported(other, tonemark, "--gold")[0] == exported(folder, tonemark, "--gold")[0]
    assert "Nothing is wrong" in tonemark("doctor", other).stdout


LATER: dict[str, tuple[dict[str, Any], str]] = {
    # what comes, and whose gold is then on top
    "a person's, later": ({"reviewer": "zawadi", "time": 20}, "zawadi"),
    "a person's, earlier": ({"reviewer": "zawadi", "time": 2}, "rosa"),
    "a rule's, later": ({"reviewer": "rule:majority", "time": 20}, "rosa"),
    "one of no time": ({"reviewer": "zawadi"}, "rosa"),
    "her own, of no time, that says something else": ({"reviewer": "rosa"}, "rosa"),
    "her own, with spans changed in the file": ({"reviewer": "rosa", "time": 7.25}, "rosa"),
    "one whose name must be written otherwise": ({"reviewer": "Zawádi", "time": 20}, "Zawadi"),
    "a rule that there cannot be": ({"reviewer": "rule:A B", "time": 20}, "rule-A-B-"),
}


@pytest.mark.parametrize("case", LATER)
def test_what_a_person_settled_is_overruled_by_a_later_person_alone(
    case: str, folder: Path, tonemark: Callable[..., Any]
) -> None:
    brought, wanted = LATER[case]
    line = {
        "text": f"{TEXT} 1", "key": "settled", "answer": "accept", "spans": [],
        "_gold": {"reviewer": brought["reviewer"], "decisions": [], "cites": []},
    } | ({"_timestamp": brought["time"]} if "time" in brought else {})  # fmt: skip
    path = folder / "more.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    done = tonemark("add", folder, path, "--match", "key")
    assert state(folder)["settled"].reviewer.startswith(wanted)
    assert ("already; it is kept" in done.stdout) == (wanted == "rosa")


@pytest.mark.parametrize(
    "value",
    [
        True, {"reviewer": " ", "decisions": [], "cites": []}, {"reviewer": "rosa"},
        {"reviewer": "rosa", "decisions": [{"start": 0, "end": 99, "choice": "a"}], "cites": []},
        {"reviewer": "rosa", "decisions": [[0, 4, "a"]], "cites": []},
        {"reviewer": "rosa", "decisions": [], "cites": [{"annotator": "a", "revision": 0}]},
        {"reviewer": "rosa", "decisions": [], "cites": [{"annotator": "a", "revision": 1,
                                                         "time": "noon"}]},
    ],
)  # fmt: skip
def test_what_only_looks_like_gold_is_an_answer_and_is_told(
    value: Any, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = made(tmp_path, with_gold=False)
    line = {
        "text": "leo",
        "answer": "accept",
        "_annotator_id": "amina",
        "spans": [],
        "_gold": value,
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    said = tonemark("add", folder, tmp_path / "a.jsonl").stdout
    assert "1 added, 1 answer\n" in said
    assert '"_gold" is not as export writes it' in said
    rows, _ = exported(folder, tonemark)
    assert ["_gold" in row for row in rows.values()] == [False]


def test_split_texts_with_gold_come_out_whole(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    """Gold of a whole is gold of its pieces; a text is gold again where all its pieces are."""
    text = "Asha yuko Kisumu. Juma yuko Kano."
    spans = [{"start": a, "end": b, "label": "PER"} for a, b in ((0, 4), (18, 22))]
    decisions = [
        {"start": a, "end": b, "choice": choice}
        for a, b, choice in ((0, 4, "amina"), (18, 22, "juma"), (0, 0, ":accept"))
    ]
    line = {
        "text": text, "key": "k", "answer": "accept", "spans": spans, "comment": "eh",
        "_timestamp": 5, "_gold": {"reviewer": "rosa", "decisions": decisions, "cites": []},
    }  # fmt: skip
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    folder = tmp_path / "r"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER")
    tonemark("add", folder, tmp_path / "a.jsonl", "--split", "sentences")
    found = state(folder)
    assert [gold.stretches() for gold in found.values()] == [{(0, 4, "PER")}] * 2
    assert [gold.decisions for gold in found.values()] == [
        (Decision(0, 4, name), Decision(0, 0, ":accept")) for name in ("amina", "juma")
    ]
    rows, counted = exported(folder, tonemark, "--joined")
    assert counted == {"written": 1, "gold": 1}
    row = rows["k"]
    assert row["text"] == text
    assert (row["_annotator_id"], row["comment"]) == ("rosa", "eh")
    assert [(s["start"], s["end"]) for s in row["spans"]] == [(0, 4), (18, 22)]
    assert sorted(map(str, row["_gold"]["decisions"])) == sorted(map(str, decisions))
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        db.execute("DELETE FROM gold_spans WHERE gold = 2")
        db.execute("DELETE FROM gold WHERE id = 2")
        import_answer(db, "amina", 2, given("amina"))
    store.close()
    rows, counted = exported(folder, tonemark, "--joined")
    assert counted == {"written": 1, "of_several": 1}, "a part that is gold makes no gold"
    assert "_annotator_id" not in rows["k"], "nobody answered the whole"
    assert "_gold" not in rows["k"]
    tonemark("export", folder, "--joined", "--gold", "-o", tmp_path / "o", code=1)
    store = Store(folder / STORE_FILE)
    assert gold_of(store, 1)
    assert gold_of(store, 2) is None
    store.close()
