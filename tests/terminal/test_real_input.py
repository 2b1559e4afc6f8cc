"""Real texts in five languages: added, opened, labelled, exported, equal to the code point."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from learners import set_up

LANGUAGES = ("swa", "yor", "hau", "amh", "wol")


@pytest.mark.parametrize("language", LANGUAGES)
def test_raw_corpora_come_out_as_they_went_in(
    language: str,
    corpora: Path,
    tmp_path: Path,
    tonemark: Callable[..., Any],
    terminal: Callable[..., Any],
) -> None:
    lines = (corpora / "raw" / f"{language}.jsonl").read_bytes().splitlines(keepends=True)
    source = tmp_path / "raw.jsonl"
    source.write_bytes(b"".join(lines[::2]))
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", language, "--labels", "PER,LOC")
    set_up(folder, "learner = false")
    report = json.loads(tonemark("add", folder, source, "--json").stdout.splitlines()[-1])
    assert (report["added"], report["refused"]) == (1000, [])
    assert json.loads(tonemark("add", folder, source, "--json").stdout)["added"] == 0
    term = terminal("annotate", folder, "--as", "amina")
    for number in range(1, 4):
        before = term.wait(f"{number} of 1000")
        term.send("1")
        term.wait(lambda screen, before=before: screen != before)
        term.send("Enter")
    term.wait("4 of 1000")
    term.send("q")
    term.wait(lambda _: term.ended())

    out = tmp_path / "out.jsonl"
    tonemark("export", folder, "--all", "-o", out)
    given = [json.loads(line)["text"] for line in source.open(encoding="utf-8")]
    rows = [json.loads(line) for line in out.open(encoding="utf-8")]
    assert [row["text"] for row in rows] == given
    # What was labelled on one page may be suggested on the next.
    assert [bool(row.get("spans")) for row in rows[:4]] == [True, True, True, False]
    for row in rows:
        for token in row["tokens"]:
            assert row["text"][token["start"] : token["end"]] == token["text"]
