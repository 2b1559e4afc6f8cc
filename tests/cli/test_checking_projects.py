"""`check` on a project: what it tells a person and a program, which commands it names, how it
ends."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import regex
from damaging import change

from tonemark.cli.commands import VERBS

Tonemark = Callable[..., subprocess.CompletedProcess[str]]


def record(key: str, text: str, *spans: tuple[int, int, str], **more: Any) -> str:
    placed = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    said = {"key": key, "text": text, "spans": placed, "_annotator_id": "amina"}
    return json.dumps(said | {"answer": "accept", **more}) + "\n"


GOOD = "".join(
    record(f"n{n}", f"Asha yuko Kisumu {n}", (0, 4, "PER"), (10, 16, "LOC")) for n in range(25)
)
CUT = record("it's cut", "Juma yuko", (0, 3, "PER"), _annotator_id="juma")


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tonemark: Tonemark
) -> Callable[..., Path]:
    """Makes a project `p` here of JSON lines."""
    monkeypatch.chdir(tmp_path)

    def make(*lines: str, name: str = "p") -> Path:
        tonemark("new", name, "--lang", "sw", "--labels", "PER,LOC")
        if lines:
            Path("in.jsonl").write_text("".join(lines), encoding="utf-8")
            tonemark("add", name, "in.jsonl")
        return Path(name)

    return make


def test_it_is_told_in_groups(project: Callable[..., Path], tonemark: Tonemark) -> None:
    project(GOOD, CUT)
    told = tonemark("check", "p").stdout
    assert told.startswith("p: 26 documents\n  labels: PER 26, LOC 25\nTo mend:\n  1 span begins")
    assert told.index("To mend:") < told.index("To know:") < told.index("Training can begin.")
    assert "    it's cut: 0-3 'Jum' PER ends inside a token\n" in told


def test_where_nothing_is_wrong_only_the_notes_are_told(
    project: Callable[..., Path], tonemark: Tonemark
) -> None:
    project(GOOD)
    told = tonemark("check", "p").stdout
    assert "To mend" not in told
    assert told.endswith("Training can begin.\n")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "The project has no documents."),
        ((record("a", "b", answer="ignore"),), "none is left to learn from: 1 ignored."),
        ((record("a", "b"),), "There is no span in the 1 document to learn from."),
    ],
)
def test_what_stops_a_training_is_exit_1(
    lines: tuple[str, ...], words: str, project: Callable[..., Path], tonemark: Tonemark
) -> None:
    project(*lines)
    told = tonemark("check", "p", code=1).stdout
    assert words in told
    assert "\nTraining cannot begin:\n" in told
    assert "can begin." not in told
    assert json.loads(tonemark("check", "p", "--json", code=1).stdout)["can_begin"] is False


def test_a_damaged_document_is_exit_1_and_the_rest_is_told(
    project: Callable[..., Path], tonemark: Tonemark
) -> None:
    project(GOOD, CUT)
    change(Path("p"), "UPDATE documents SET meta = '[' WHERE id = 2")
    told = tonemark("check", "p", code=1).stdout
    assert "1 document cannot be read" in told
    assert "    n1\n" in told
    assert "tonemark doctor p" in told
    assert "ends inside a token" in told
    assert told.endswith("Training can begin.\n")


def test_json_has_it_all(project: Callable[..., Path], tonemark: Tonemark) -> None:
    project(GOOD, CUT, record("e", "Leo"))
    told = json.loads(tonemark("check", "p", "--json").stdout)
    assert told["can_begin"] is True
    assert (told["project"], told["documents"], told["damaged"]) == ("p", 27, [])
    assert told["training"] == {
        "documents": 27, "with_spans": 26, "spans": 51, "labels": {"PER": 26, "LOC": 25},
    }  # fmt: skip
    assert told["annotators"] == {"amina": 26, "juma": 1}
    first = told["findings"][0]
    assert (first["kind"], first["count"], first["stops"]) == ("cutting", 1, False)
    assert first["places"] == [{
        "document": 26, "key": "it's cut", "start": 0, "end": 3, "by": "juma", "opens": "annotate",
        "what": "0-3 'Jum' PER ends inside a token",
    }]  # fmt: skip


def test_the_commands_it_names_are_commands(
    project: Callable[..., Path], tonemark: Tonemark, terminal: Callable[..., Any]
) -> None:
    """In a folder whose name a shell would cut, and the first opens the document at its place."""
    folder = project(GOOD, CUT, record("r", "zzz", answer="reject"), name="my project")
    told = tonemark("check", folder).stdout
    named = [shlex.split(line)[1:] for line in regex.findall(r"(?m)^ +(tonemark .*)$", told)]
    assert ["annotate", "my project", "--as", "juma", "--document", "it's cut"] in named
    assert ["annotate", "my project", "--as", "amina", "--document", "r"] in named
    for command in named:
        assert "my project" in command[1:4]
        assert command[0] in VERBS
        tonemark(command[0], "--help")
    term = terminal("annotate", "my project", "--as", "juma", "--document", "it's cut")
    term.wait("Juma")
    term.send("q")
    term.wait(lambda _: term.ended())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["p", "--labels", "PER"], 0, "All spans to learn from are PER"),
        (["p", "--annotator", "juma"], 0, "To learn from: 2 documents with 2 spans"),
        (["p", "--annotator", "rosa"], 1, '"rosa" has no answers in this project'),
        (["p", "--gold"], 1, "without gold"),
        (["p", "--labels", "PERS"], 1, "PERS is no label of the project"),
    ],
)
def test_what_is_asked_for(
    arguments: list[str],
    code: int,
    words: str,
    project: Callable[..., Path],
    tonemark: Tonemark,
) -> None:
    project(GOOD, CUT, record("j", "Juma pia", (0, 4, "PER"), _annotator_id="juma"))
    assert words in tonemark("check", *arguments, code=code).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["p", "--as", "text"], "p is the folder of a project: leave --as out"),
        (["p", "--no-sidecar"], "leave --no-sidecar out"),
        (["in.jsonl", "--gold"], "in.jsonl is no project: leave --gold out"),
        (["in.jsonl", "--labels", "PER"], "leave --labels out"),
        (["p", "--gold", "--annotator", "juma"], "--gold and --annotator ask for different"),
        (["p", "--labels", ","], "--labels names no label"),
    ],
)
def test_options_that_do_nothing_are_wrong_usage(
    arguments: list[str], words: str, project: Callable[..., Path], tonemark: Tonemark
) -> None:
    project(GOOD)
    assert words in tonemark("check", *arguments, code=2).stderr


def test_a_folder_that_is_no_project_is_a_file_of_its_format(
    tmp_path: Path, tonemark: Tonemark
) -> None:
    (tmp_path / "a.txt").write_text("Asha yuko", encoding="utf-8")
    (tmp_path / "a.ann").write_text("T1\tPER 0 4\tAsha\n", encoding="utf-8")
    assert "read as brat" in tonemark("check", tmp_path).stdout


def test_hostile_data_are_shown_unharmed(project: Callable[..., Path], tonemark: Tonemark) -> None:
    project(GOOD, record("k", "Asha\u202eb c", (0, 5, "PER")))
    change(Path("p"), "UPDATE spans SET label = 'L' || char(27) || '[2J' WHERE annotation = 26",
           "UPDATE documents SET key = 'k' || char(27) || '[31m' WHERE id = 26",
           "UPDATE annotations SET annotator = 'a' || char(27) || 'm' WHERE id = 26")  # fmt: skip
    for told in (tonemark("check", "p").stdout, tonemark("check", "p", "--json").stdout):
        assert "unknown_labels" in told or "not among the labels" in told
        assert "\x1b" not in told
        assert "\u202e" not in told
