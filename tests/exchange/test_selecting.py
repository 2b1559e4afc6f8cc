"""Which answers of a project go out, and what is said of the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from making import run_here

from tonemark.corpus.pieces import PIECE, Piece, piece_json
from tonemark.corpus.project import read_project
from tonemark.corpus.shares import drawn_by, part_of
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.exchange.selecting import Selection
from tonemark.exchange.settings import Settings

T = "Dar es Salaam leo"


def task(text: str, name: str | None, *spans: tuple[int, int, str], **more: Any) -> dict[str, Any]:
    made = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    who = {"answer": "accept", "_annotator_id": name} if name else {}
    return {"text": text, "key": "k", "spans": made, **who, **more}


def folder_with(tmp_path: Path, tonemark: Callable[..., Any], *tasks: dict[str, Any]) -> Path:
    """A project of one document, and these answers to it, each out of a file of its own."""
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER", "--overlap", 3)
    for number, each in enumerate(tasks):
        path = tmp_path / f"in{number}.jsonl"
        path.write_text(json.dumps(each) + "\n", encoding="utf-8")
        tonemark("add", folder, path, *(("--match", "key") if number else ()))
    return folder


GOLD = {"reviewer": "neema", "decisions": [], "cites": []}


@pytest.mark.parametrize(
    ("answers", "asked", "words"),
    [
        ([("accept", GOLD)], "reject", "1 accepted"),
        ([("ignore", None), ("accept", GOLD)], "reject", "1 accepted"),
        ([("accept", None), ("ignore", None)], "reject", "1 on which annotators differ"),
        ([("ignore", None), ("ignore", None)], "reject", "1 ignored"),
    ],
)
def test_of_answers_that_nobody_asked_for_it_is_told_what_they_were(
    answers: list[tuple[str, Any]], asked: str, words: str, tmp_path: Path,
    tonemark: Callable[..., Any],
) -> None:  # fmt: skip
    """Gold that nobody else had answered was a traceback."""
    tasks = [
        task(T, f"who{n}", answer=answer, **({"_gold": gold} if gold else {}))
        for n, (answer, gold) in enumerate(answers)
    ]
    folder = folder_with(tmp_path, tonemark, *tasks)
    done = run_here("export", folder, "--everyone", "--answers", asked, "-o", tmp_path / "o.jsonl")
    assert done.returncode == 1
    assert words in done.stderr


def test_corrected_tokens_stand_beside_those_of_the_document(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    """They took their place, and so every annotator's, in the project that an export came to."""
    merged = [{"text": T[:13], "start": 0, "end": 13, "id": 0}]
    merged.append({"text": "leo", "start": 14, "end": 17, "id": 1})
    folder = folder_with(
        tmp_path, tonemark,
        {"text": T, "key": "k"}, task(T, "amina", (0, 13, "PER"), tokens=merged), task(T, "juma"),
    )  # fmt: skip
    plain, hers = ((0, 3), (4, 6), (7, 13), (14, 17)), ((0, 13), (14, 17))
    project = read_project(folder)
    with closing(Store(folder / STORE_FILE)) as store:
        tokenizer = tokenizer_of(project, loads_code=False)

        def rows(**how: Any) -> Any:
            (row,) = Selection(store, tokenizer, Settings(**how)).rows()
            return row

        row = rows(annotator="amina")
        assert (row.tokens, row.document_tokens, row.own_tokens()) == (hers, plain, plain)
        row = rows(annotator="juma")
        assert (row.tokens, row.document_tokens, row.own_tokens()) == (plain, None, plain)
        amina, juma = rows(everyone=True).versions
        assert (amina.tokens, amina.document_tokens) == (hers, plain)
        assert (juma.tokens, juma.document_tokens) == (plain, None)


def test_a_mapped_label_is_none_that_the_store_has(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    """A label that the project does not name may stand in the store all the same."""
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", "LOC")
    path = tmp_path / "in.jsonl"
    labels = {"Juma yuko": "PER.X", "Asha yuko": "PER_X"}
    lines = [{**task(t, "amina", (0, 4, label)), "key": t} for t, label in labels.items()]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines), encoding="utf-8")
    tonemark("add", folder, path)
    out = tmp_path / "o.conllu"
    tonemark("export", folder, "--format", "conllu", "--map", "-o", out)
    tags = {line.rpartition("\t")[2] for line in out.read_text(encoding="utf-8").splitlines()}
    assert {"NE=B-PER_X", "NE=B-PER_X_A"} <= tags


SPLIT = (("train", 0.5), ("test", 0.5))


def test_pieces_of_one_text_are_in_one_part(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    """Else half of a text would be learnt from, and the other half be the test."""
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER")
    path = tmp_path / "in.jsonl"
    lines = [{"text": f"Neno {n}. Hati {n}. Kitu {n}.", "id": f"d{n}"} for n in range(12)]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines), encoding="utf-8")
    tonemark("add", folder, path, "--split", "sentences")
    asked = ("--all", "--split", "train=0.5,test=0.5")
    tonemark("export", folder, *asked, "-o", tmp_path / "o.jsonl")
    sources = []
    for part in ("train", "test"):
        rows = map(json.loads, (tmp_path / f"o.{part}.jsonl").read_text("utf-8").splitlines())
        found = [row["_piece"]["of"] for row in rows]
        assert len(found) == 3 * len(set(found))
        sources.append(set(found))
    assert not sources[0] & sources[1]
    assert all(sources)


def test_what_is_no_piece_is_drawn_by_its_text() -> None:
    assert drawn_by("Neno", {}) == drawn_by("Neno", {PIECE: 7}) == "Neno"
    assert drawn_by("Neno", {PIECE: piece_json(Piece(0, 9), "d")}) == "d"
    assert part_of(drawn_by("Neno", {}), SPLIT) == part_of("Neno", SPLIT)
