"""The command line as people and scripts use it: help, exit codes, reports, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import run_tonemark

from tonemark.cli.commands import IMPLIED, VERBS

PRODIGY = (
    '{"text": "Asha yuko Kisumu", "answer": "accept", "_annotator_id": "amina",'
    ' "spans": [{"start": 0, "end": 4, "label": "PER"}]}\n'
)
CONLL = "Asha B-PER O\nyuko O O\nKisumu B-LOC B-LOC\n"


@pytest.fixture
def folder(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    tonemark("new", tmp_path / "p", "--lang", "swa", "--labels", "PER,LOC")
    return tmp_path / "p"


def report(done: Any) -> dict[str, Any]:
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in IMPLIED])
def test_every_verb_has_help_and_an_example(verb: str, tonemark: Callable[..., Any]) -> None:
    text = tonemark(verb, "--help").stdout
    assert "Example: tonemark" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["exprot"], "Did you mean export?"),
        (["new"], "Missing argument"),
        (["new", "x", "--labels", "A"], "--lang"),
        (["add", "p"], "Missing argument"),
        (["--nothing"], "No such option"),
        (["annotate", "p"], "terminal"),
        (["new", "n", "--lang", "not a tag", "--labels", "A"], "not a tag"),
        (["new", "n", "--lang", "sw", "--labels", "A B"], "A B"),
        (["new", "n", "--lang", "sw", "--labels", "A,B,A"], "twice"),
        (["new", "n", "--lang", "sw", "--labels", ","], "needs a label"),
        (["new", "n", "--lang", "sw", "--labels", "A", "--overlap", "0"], "--overlap"),
        (["new", "n", "--lang", "sw", "--labels", "A", "--tokenizer", "magic"], "magic"),
        (["add", "p", "x.txt", "--format", "magic"], "magic"),
        (["export", "p", "--format", "magic"], "magic"),
        (["export", "p", "--format", "text"], "Formats that can be written: "),
        (["export", "p", "--json"], "-o FILE"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(
    arguments: list[str], words: str, here: Path, tonemark: Callable[..., Any]
) -> None:
    told = tonemark(*arguments, code=2).stderr
    assert words in " ".join(told.split())
    assert "Traceback" not in told
    assert not (here / "n").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status", "nowhere"], "nowhere"),
        (["add", "nowhere", "x.txt"], "nowhere"),
        (["new", "file/n", "--lang", "sw", "--labels", "A"], "file/n cannot be made"),
    ],
)
def test_what_cannot_be_done_is_told_with_exit_code_1(
    arguments: list[str], words: str, here: Path, tonemark: Callable[..., Any]
) -> None:
    Path("file").touch()
    told = tonemark(*arguments, code=1).stderr
    assert words in told
    assert "Traceback" not in told
    assert not (here / "n" / "project.toml").exists()


def test_a_project_is_not_made_over_another(folder: Path, tonemark: Callable[..., Any]) -> None:
    before = (folder / "project.toml").read_bytes()
    tonemark("new", folder, "--lang", "yo", "--labels", "X", code=1)
    assert (folder / "project.toml").read_bytes() == before


def test_bad_lines_are_refused_with_number_and_reason_and_the_rest_goes_in(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(
        b'{"text": "moja"}\nnot json\n{"text": "\xff"}\n{"text": "pili"}\n{"no": 1}\n'
        b'{"text": "a\\u0000b"}\n{"text": "x", "spans": [{"start": 0, "end": 9, "label": "A"}]}\n'
    )
    found = report(tonemark("add", folder, path, "--json", code=1))
    assert (found["added"], found["refused_count"]) == (2, 5)
    assert [refusal["line"] for refusal in found["refused"]] == [2, 3, 5, 6, 7]
    assert all(refusal["reason"] for refusal in found["refused"])
    people = tonemark("add", folder, path, code=1).stdout
    assert "line 2:" in people
    assert "2 there already" in people


def test_hostile_data_reaches_no_terminal(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / "evil\x1b[31m.txt"
    path.write_text("moja\x1b]0;x\x07\n\x00\n", encoding="utf-8")
    done = tonemark("add", folder, path, code=1)
    assert "\x1b" not in done.stdout + done.stderr
    tonemark("status", tmp_path / "no\x1b[2Jwhere", code=1)


def test_answers_come_in_as_annotations_and_go_out_again(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(PRODIGY, encoding="utf-8")
    assert report(tonemark("add", folder, path, "--json"))["annotations"] == 1
    out = tmp_path / "out.jsonl"
    tonemark("export", folder, "--annotator", "amina", "-o", out)
    row = json.loads(out.read_text(encoding="utf-8"))
    assert row["answer"] == "accept"
    assert [(s["start"], s["end"], s["label"]) for s in row["spans"]] == [(0, 4, "PER")]
    status = report(tonemark("status", folder, "--json"))
    assert [(a["name"], a["accept"]) for a in status["annotators"]] == [("amina", 1)]


def test_conll_columns_are_annotators_when_named_and_suggestions_when_not(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / "gold.conll"
    path.write_text(CONLL, encoding="utf-8")
    assert (
        report(tonemark("add", folder, path, "--annotators", "a,b", "--json"))["annotations"] == 2
    )
    tonemark("new", folder / "q", "--lang", "sw", "--labels", "PER,LOC")
    assert report(tonemark("add", folder / "q", path, "--json"))["suggestions"] == 2


def test_documents_on_which_annotators_differ_are_left_out_with_a_count(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / "gold.conll"
    path.write_text(CONLL, encoding="utf-8")
    tonemark("add", folder, path, "--annotators", "a,b")
    found = report(tonemark("export", folder, "-o", tmp_path / "o.jsonl", "--json", code=1))
    assert (found["written"], found["differing"]) == (0, 1)


def test_a_closed_team_keeps_others_out(
    tmp_path: Path, tonemark: Callable[..., Any], terminal: Callable[..., Any]
) -> None:
    tonemark("new", tmp_path / "p", "--lang", "sw", "--labels", "PER", "--team", "amina,bello")
    term = terminal("annotate", tmp_path / "p", "--as", "zola")
    screen = term.wait(lambda _: term.ended()) and term.screen()
    assert "amina, bello" in screen


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--annotator", "nobody"], "nobody has no answers"),
        (["--annotator", "Adélaïde"], "--annotator Adelaide"),
        ([], "Nothing was written: the project has no documents."),
    ],
)
def test_an_export_of_an_empty_project_is_refused(
    folder: Path, arguments: list[str], words: str, tonemark: Callable[..., Any]
) -> None:
    assert words in tonemark("export", folder, *arguments, code=1).stderr


def test_labels_without_a_key_are_named(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / "gold.conll"
    path.write_text("Asha B-PER\nleo B-CITY\n", encoding="utf-8")
    assert "no key: CITY" in tonemark("add", folder, path).stdout


def test_a_name_that_would_be_changed_is_asked_for(
    folder: Path, terminal: Callable[..., Any]
) -> None:
    term = terminal("annotate", folder, "--as", "a/b")
    term.wait(lambda _: term.ended())
    assert "--as a-b-" in term.screen()


def test_tonemark_alone_lists_the_projects_opened_last(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any], terminal: Callable[..., Any]
) -> None:
    assert "tonemark demo" in tonemark().stdout
    (tmp_path / "t.txt").write_text("leo\n", encoding="utf-8")
    tonemark("add", folder, tmp_path / "t.txt")
    term = terminal("annotate", folder, "--as", "amina")
    term.wait("1 of 1")
    term.send("q")
    term.wait(lambda _: term.ended())
    assert str(folder) in tonemark().stdout


def test_an_encoding_without_our_letters_is_no_crash(
    tmp_path: Path, tonemark: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "ọ̀rọ̀.txt"
    raw.write_text("Ìbàdàn\n", encoding="utf-8")
    tonemark("new", tmp_path / "p", "--lang", "yo", "--labels", "PER")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    assert "\\u1ecd" in run_tonemark("add", tmp_path / "p", raw).stdout
