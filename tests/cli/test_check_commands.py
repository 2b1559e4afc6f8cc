"""The commands that `check` names are of a project that may have come from anyone: pasted, they do
what they say and nothing else."""

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

Tonemark = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tonemark: Tonemark
) -> Callable[..., list[str]]:
    """Says which commands `check` names, where one answer was changed in the store."""
    monkeypatch.chdir(tmp_path)

    def check(*statements: str) -> list[str]:
        tasks: list[dict[str, Any]] = [
            {"key": key, "text": f"Juma {key}", "spans": [{"start": 0, "end": end, "label": "PER"}],
             "_annotator_id": "amina", "answer": "accept"}
            for key, end in (("a", 3), ("b", 3), ("c", 4))
        ]  # fmt: skip
        Path("in.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in tasks))
        tonemark("new", "p", "--lang", "sw", "--labels", "PER")
        tonemark("add", "p", "in.jsonl")
        change(Path("p"), *statements)
        told = tonemark("check", "p").stdout
        return list(regex.findall(r"(?m)^ +(tonemark .*)$", told))

    return check


@pytest.mark.parametrize("name", ["amina; touch pwn #", "$(touch pwn)", "-x", "a b", "`id`"])
def test_of_a_name_that_nobody_has_no_command_is_made(
    checked: Callable[..., list[str]], name: str
) -> None:
    commands = checked(f"UPDATE annotations SET annotator = '{name}'")
    assert commands
    assert not [each for each in commands if name in each]
    assert not [each for each in commands if each.startswith("tonemark annotate")]


@pytest.mark.parametrize("label", ["-x", "PER/", "a//b", "./x", "a b", "$(id)", "it's", "a;b"])
def test_a_label_is_named_as_it_is(checked: Callable[..., list[str]], label: str) -> None:
    quoted = label.replace("'", "''")
    commands = [shlex.split(each) for each in checked(f"UPDATE spans SET label = '{quoted}'")]
    (add,) = (each for each in commands if each[1:3] == ["gazetteer", "add"])
    assert add[-2:] == ["--label", label]
    (relabel,) = (each for each in commands if each[1] == "relabel")
    assert [each for each in relabel[3:] if each != "--"] == [label, "NEW"]


def test_a_label_with_a_dash_can_be_renamed(
    checked: Callable[..., list[str]], tonemark: Tonemark
) -> None:
    commands = checked("UPDATE spans SET label = '-x'")
    (relabel,) = (shlex.split(each) for each in commands if " relabel " in each)
    done = tonemark("relabel", "--yes", *relabel[2:-1], "PER")
    assert "-x" in done.stdout
