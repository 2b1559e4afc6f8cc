"""`agreement` where there is nothing to agree on, or something is wrong: a sentence each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from agreeing import (
    ASHA,
    COLUMNS,
    WANTED,
    Tonemark,
    record,
    three,
    told,
)
from making import given

from tonemark.corpus.records import Record
from tonemark.corpus.store import STORE_FILE, Store


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty: it has no sentence"),
        ("\n\n\n", "is empty: it has no sentence"),
        ("Asha B-PER\nyuko O\n", "one tag column: one annotator, and nobody to agree with"),
        ("Asha\nyuko\n", "has no tag columns"),
        ("Asha 1 2\nyuko 3 4\n", "has no tag columns"),
        (COLUMNS.encode("utf-16"), "is UTF-16"),
        (b"\x7fELF\xff\xfe\x00\x01\n\xff\xfe\n", 'No sentence of "three.conll" can be read: 1'),
    ],
)
def test_a_file_without_agreement_says_why(
    text: str | bytes, said: str, tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    done = tonemark("agreement", "--conll", columns(text), code=1)
    assert said in done.stderr
    assert done.stdout == ""


def test_ragged_columns_leave_their_sentence_out(
    tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    path = columns(f"{COLUMNS}\nAsha B-PER B-PER\n\nJuma B-PER B-PER x\n\nna O O O\n")
    done = tonemark("agreement", "--conll", path, code=1)
    assert "2 sentences left out" in done.stdout
    assert "line 10: 3 columns where the file has 4" in done.stdout
    assert "line 12: 'x' in column 4 is no tag such as O or B-PER" in done.stdout
    found = told(tonemark, "--conll", path, code=1)
    assert found["documents"] == 3
    assert [each["line"] for each in found["refused"]] == [10, 12]
    assert {name: found[name] for name in ("f1", "clusters")} == {
        name: WANTED[name] for name in ("f1", "clusters")
    }


def test_what_is_no_file_says_so(tmp_path: Path, tonemark: Tonemark) -> None:
    done = tonemark("agreement", "--conll", tmp_path, code=1)
    assert "is a directory, not a file" in done.stderr
    done = tonemark("agreement", "--conll", tmp_path / "none.conll", code=1)
    assert "cannot be read: No such file" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "One of DIR and --conll FILE is needed"),
        (["p", "--conll", "three.conll"], 2, "One of DIR and --conll FILE is needed"),
        (["--conll", "three.conll", "--annotators", "a,b"], 1, "has 3 tag columns, but 2"),
        (["--conll", "three.conll", "--annotators", "a,a,b"], 1, "a is named twice"),
        (["--conll", "three.conll", "--annotators", "a:b,c,d"], 1, "cannot be an annotator's name"),
        (["--conll", "three.conll", "--annotators", "a"], 1, "a alone cannot agree with anybody"),
        (["p", "--annotators", "A1,rosa"], 1, "rosa has accepted no document of this project"),
        (["nowhere"], 1, "nowhere"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tonemark: Tonemark,
    columns: Callable[..., Path],
    project: Callable[..., Path],
) -> None:
    monkeypatch.chdir(tmp_path)
    columns(COLUMNS)
    three(project)
    done = tonemark("agreement", *arguments, code=code)
    assert said in " ".join(done.stderr.split())


NO_OVERLAP = "A1 and A2 have no document in common"


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([record(1, "Asha")], "Nobody has accepted a document yet"),
        ([record(1, "Asha", given("A1", ASHA))], "A1 is the only annotator"),
        (
            [record(1, "Asha", given("A1", ASHA)), record(2, "Asha na", given("A2", ASHA))],
            f"{NO_OVERLAP}: no document has two accepts that count",
        ),
        (
            [record(1, "Asha", given("A1", ASHA)), record(2, "Asha", given("A2", ASHA))],
            f"{NO_OVERLAP}, but 1 text stands there more than once",
        ),
        (
            [record(1, "Asha", given("A1", ASHA), given("A2", answer="reject")),
             record(2, "Asha na", given("A2", ASHA))],
            f"{NO_OVERLAP}: no document has two accepts that count",
        ),
        (
            [record(1, "Asha", given("A1", ASHA), given("A2", ASHA))],
            "No document with two accepts has all its answers: 1 waits for more",
        ),
    ],
)  # fmt: skip
def test_a_project_without_agreement_says_why(
    records: list[Record], said: str, tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    done = tonemark("agreement", project(*records), code=1)
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_work_on_differing_texts_is_never_compared(
    tmp_path: Path, tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    """A document has one text: what came with another under its key was refused by `add`."""
    folder = project(record(1, "Asha yuko", given("A1", ASHA)), overlap=2)
    path = tmp_path / "juma.jsonl"
    line = {"id": "d1", "text": "Asha yupo", "answer": "accept", "_annotator_id": "A2"}
    path.write_text(json.dumps(line), encoding="utf-8")
    done = tonemark("add", folder, path, "--match", "key", code=1)
    assert "the project's document d1 has another text" in done.stdout
    assert "A1 is the only annotator" in tonemark("agreement", folder, code=1).stderr
    path.write_text(json.dumps({**line, "text": "Asha yuko"}), encoding="utf-8")
    tonemark("add", folder, path, "--match", "text")
    assert told(tonemark, folder)["documents"] == 1


def test_a_damaged_document_is_left_out_and_named(
    tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    folder = three(project)
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        db.execute("UPDATE spans SET end_char = 99 WHERE annotation = 1 AND start_char = 15")
    store.close()
    done = tonemark("agreement", folder, code=1)
    assert "left out: 1 document damaged in the store: d1" in done.stdout
    assert "tonemark doctor" in done.stderr
    assert told(tonemark, folder, code=1)["left_out"]["damaged"] == ["d1"]
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        db.execute("UPDATE spans SET end_char = 99")
    store.close()
    done = tonemark("agreement", folder, code=1)
    assert "What could be compared is damaged: 2 documents." in done.stderr
