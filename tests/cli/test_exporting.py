"""`export` as people and pipes use it: what stands, what is left out, and where it is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PER = ((0, 4, "PER"),)
LOC = ((9, 15, "LOC"),)


def row(name: str, answer: str, spans: tuple[tuple[int, int, str], ...] = ()) -> str:
    given = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return json.dumps(
        {
            "text": "Asha yuko Kisumu",
            "id": "k",
            "answer": answer,
            "_annotator_id": name,
            "spans": given,
        }
    )


@pytest.fixture
def filled(tmp_path: Path, tonemark: Callable[..., Any]) -> Callable[..., Path]:
    """Makes a project of lines."""

    def make(*lines: str, overlap: int = 1) -> Path:
        folder = tmp_path / "p"
        tonemark("new", folder, "--lang", "sw", "--labels", "PER,LOC", "--overlap", overlap)
        path = tmp_path / "in.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        tonemark("add", folder, path)
        return folder

    return make


@pytest.mark.parametrize("overlap", [1, 2, 3])
@pytest.mark.parametrize(
    ("answers", "counted"),
    [
        ([("accept", PER), ("accept", PER)], "written"),
        ([("accept", PER), ("accept", LOC)], "differing"),
        ([("accept", PER), ("reject", ())], "differing"),
        ([("ignore", ()), ("accept", PER)], "differing"),
        ([("reject", ()), ("ignore", ())], "differing"),
        ([("reject", PER), ("reject", ())], "rejected"),
        ([("ignore", ()), ("ignore", ())], "ignored"),
    ],
)
def test_only_what_all_gave_alike_stands(
    answers: list[tuple[str, Any]],
    counted: str,
    overlap: int,
    filled: Callable[..., Path],
    tmp_path: Path,
    tonemark: Callable[..., Any],
) -> None:
    """With one place the second answer is extra: it settles nothing, and is not passed over."""
    lines = [row(name, *given) for name, given in zip(("amina", "juma"), answers, strict=True)]
    folder = filled(*lines, overlap=overlap)
    code = int(counted != "written")
    out = tmp_path / "o.jsonl"
    out.write_text("of yesterday", encoding="utf-8")
    done = tonemark("export", folder, "-o", out, "--json", code=code)
    found = json.loads(done.stdout)
    assert {name: count for name, count in found.items() if count and name != "to"} == {counted: 1}
    if code:
        assert "Nothing was written" in done.stderr
        assert out.read_text(encoding="utf-8") == "of yesterday"
    else:
        assert json.loads(out.read_text(encoding="utf-8"))["_annotator_id"] == "amina"


def test_what_all_writes_is_not_left_out(
    filled: Callable[..., Path], tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = filled(row("amina", "accept", PER), '{"text": "leo"}', row("juma", "accept", LOC))
    done = tonemark("export", folder, "--all", "-o", tmp_path / "o.jsonl", "--json")
    found = json.loads(done.stdout)
    assert {name: count for name, count in found.items() if count and name != "to"} == {
        "written": 1,
        "differing": 1,
    }


def test_a_pipe_gets_the_documents_and_people_what_was_left_out(
    filled: Callable[..., Path], tonemark: Callable[..., Any]
) -> None:
    done = tonemark("export", filled(row("amina", "accept", PER), '{"text": "leo"}'))
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["Asha yuko Kisumu"]
    assert "left out: 1 without an answer" in done.stderr


def test_documents_are_not_written_to_a_terminal(
    filled: Callable[..., Path], terminal: Callable[..., Any]
) -> None:
    term = terminal("export", filled(row("amina", "accept", PER)))
    term.wait("-o FILE is missing")
    term.wait(lambda _: term.ended())
    assert "Asha" not in term.screen()


def test_one_document_is_told_as_one(
    filled: Callable[..., Path], tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = filled(row("amina", "accept", PER))
    done = tonemark("export", folder, "-o", tmp_path / "out.jsonl")
    assert done.stdout.startswith("1 document written to ")
