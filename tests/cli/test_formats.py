"""`formats`: all formats, those of other packages too, and what each cannot hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packages import install

from tonemark.exchange.registry import GROUP, OWN, format_named, listed
from tonemark.tui.page.cells import cells

GOOD = """
from tonemark.exchange.base import Format

def read(stream, options):
    yield from ()

FORMAT = Format("any", "lines of verse", (".verse",), read, holds=frozenset(("keys",)))
"""

BAD = {
    "raise RuntimeError('no luck')": "RuntimeError: no luck",
    "FORMAT = 3": "is no tonemark.exchange.base.Format",
    GOOD.replace('(".verse",)', '(".Verse",)'): "in lower case",
    GOOD.replace('(".verse",)', '".verse"'): "`suffixes` is a tuple of strings",
    GOOD.replace('"lines of verse"', '""'): "`about` says",
    GOOD.replace('"keys"', '"tea"'): "`holds` is not",
    GOOD.replace("read, holds", "holds"): "neither read nor written",
    GOOD.replace("read, holds", "read, unit='bytes', holds"): "`unit` is 'bytes'",
    GOOD.replace("read, holds", "read, label_fault=lambda label: 1 / 0, holds"): "division by zero",
}


def test_every_format_is_listed_in_80_columns(tonemark: Callable[..., Any]) -> None:
    lines = tonemark("formats").stdout.splitlines()
    assert [line.split()[0] for line in lines if line[:1].strip()][: len(OWN)] == list(OWN)
    assert max(map(cells, lines)) <= 80


@pytest.mark.parametrize("name", OWN)
def test_one_is_shown_whole(name: str, tonemark: Callable[..., Any]) -> None:
    told = tonemark("formats", name).stdout
    chosen = format_named(name)
    assert told.splitlines()[0] == name
    together = " ".join(told.split())
    for words in (chosen.about, chosen.unit, *chosen.suffixes, *chosen.cannot):
        assert words in together
    assert (f"--format {name} -o" in told) == chosen.writable
    assert max(map(cells, told.splitlines())) <= 80


def test_json_has_the_fields_and_the_words(tonemark: Callable[..., Any]) -> None:
    told = json.loads(tonemark("formats", "--json").stdout)
    assert [each["name"] for each in told["formats"]] == list(OWN)
    assert told["unusable"] == []
    one = json.loads(tonemark("formats", "conll", "--json").stdout)
    assert one in told["formats"]
    assert one["unit"] == "tokens"
    assert "spans that overlap" in one["cannot_hold"]


def test_an_unknown_one_is_answered_with_those_there_are(tonemark: Callable[..., Any]) -> None:
    error = tonemark("formats", "xml", code=1).stderr
    assert '"xml" is no format' in error
    assert "jsonl" in error


def test_those_of_other_packages_stand_beside_ours(
    site: Path, tonemark: Callable[..., Any]
) -> None:
    install(site, "poems", {"verse": "tests_verse:FORMAT"}, {"tests_verse": GOOD}, group=GROUP)
    install(site, "other", {"jsonl": "tests_verse:FORMAT"}, {}, group=GROUP)
    told = tonemark("formats").stdout
    assert "\nverse " in told
    assert "lines of verse" in told
    assert "\nother:jsonl " in told
    assert format_named("jsonl").about != "lines of verse"
    path = site / "a.verse"
    path.write_text("")
    assert "read as other:jsonl" in tonemark("check", path).stdout


@pytest.mark.parametrize(("code", "said"), BAD.items())
def test_one_that_cannot_be_used_is_named_and_the_rest_shown(
    code: str, said: str, site: Path, tonemark: Callable[..., Any]
) -> None:
    install(site, "poems", {"verse": "tests_bad:FORMAT"}, {"tests_bad": code}, group=GROUP)
    told = tonemark("formats", code=1).stdout
    assert said in " ".join(told.split())
    assert "package poems 0.1" in " ".join(told.split())
    assert told.count("\njsonl ") + told.startswith("jsonl ") == 1
    found = json.loads(tonemark("formats", "--json", code=1).stdout)
    assert [each["name"] for each in found["unusable"]] == ["verse"]
    assert [each["name"] for each in found["formats"]] == list(OWN)
    # Nor does it stand in the way of whoever wants another one.
    assert [each.name for each in listed()[0]][: len(OWN)] == list(OWN)
    path = site / "a.docx"
    path.write_text("")
    assert "tells no format" in tonemark("check", path, code=1).stderr
