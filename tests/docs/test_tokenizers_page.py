"""docs/tokenizers.md followed to the letter: its files are written, its commands run in order."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import regex

from tonemark.cli.commands import run
from tonemark.tokenizers.profiles import profile
from tonemark.tokenizers.sentences import rules

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "tokenizers.md").read_text("utf-8")
BLOCKS = regex.findall(r"```(\w+)(?: (\S+))?\n(.*?)```", PAGE, regex.DOTALL)


def test_the_page_works_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    # The first block is shown before the text it needs.
    first = next(text for _, name, text in BLOCKS if name == "sample.txt")
    Path("sample.txt").write_text(first, "utf-8")
    out = ""
    said = {}
    for language, name, text in BLOCKS:
        if name:
            Path(name).write_text(text, "utf-8")
        elif language == "output":
            assert out == text
        for line in text.splitlines() if language == "sh" else ():
            command, _, target = line.split("  #")[0].strip().partition(" > ")
            assert run(shlex.split(command)[1:]) == 0, command
            out = capsys.readouterr().out
            said[command] = out
            if target:
                Path(target).write_text(out, "utf-8")
    for command, told in said.items():
        if " score --tokenizer qaa.toml" in command:
            assert regex.search(r"(?m)^qaa\.toml +1\.0000 +1\.0000 +1\.0000", told), told


def test_every_key_is_explained() -> None:
    table = PAGE.split("## Every key of a profile")[1]
    named = set(regex.findall(r"`\w+`|\[\w+\]", table))
    keys = {*profile._KEYS, *profile._WORDS, "front", "back", *rules._KEYS}
    assert [key for key in sorted(keys) if not {f"`{key}`", f"[{key}]"} & named] == []
