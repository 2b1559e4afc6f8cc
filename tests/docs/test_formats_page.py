"""docs/formats.md followed to the letter; each format has its section, with what it cannot hold."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

import pytest
import regex
from tests.following import blocks, followed, page
from tests.making import run_here
from tests.packages import install

from tonemark.exchange.base import Format
from tonemark.exchange.losses import held, left_to_sidecar, refused
from tonemark.exchange.registry import GROUP, OWN, format_named

PAGE = page("formats.md")
USE, OWN_FORMAT = PAGE.split("## A format of your own")


def section(name: str) -> str:
    """The section of a format; csv and tsv share one."""
    heading = "csv and tsv" if name in ("csv", "tsv") else name
    (found,) = regex.findall(rf"(?s)\n## {heading}\n(.*?)(?=\n## |\Z)", PAGE)
    return " ".join(found.split())


def facts(format: Format) -> list[str]:
    """What the page has to say of a format, from what the format says of itself."""
    written = format.writable
    told = {
        "Offsets": [format.unit],
        "In the file": held(format),
        "Refused, or mapped": refused(format) if written else [],
        "In the sidecar": left_to_sidecar(format) if written else [],
        "Lost": list(format.cannot),
    }
    return [f"- {name}: {'; '.join(what)}." for name, what in told.items() if what]


@pytest.mark.parametrize("name", OWN)
def test_each_format_has_its_section_with_what_it_cannot_hold(name: str) -> None:
    for fact in facts(format_named(name)):
        assert fact in section(name)


def test_no_section_is_of_a_format_that_is_not_there() -> None:
    sections = regex.findall(r"(?m)^## ([a-z][\w-]*(?: and \w+)?)$", PAGE)
    assert {name for each in sections for name in each.split(" and ")} == set(OWN)


def test_the_page_works_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = followed(USE)
    for name in OWN:
        commands = [command for command, _ in said if f"--format {name}" in command]
        commands = commands or [
            command for command, _ in said if command.startswith("tonemark add")
        ]
        assert commands, name
        assert f"--format {name}" in section(name) or not format_named(name).writable
    told = dict(said)
    shown = [block for language, _, block in blocks(USE) if language == "text"]
    assert told["tonemark export inside --format conll --map -o inside.conll"] == shown[0]
    assert Path("both.conll").read_text("utf-8").startswith(shown[1])
    for command, words in told.items():
        if command.startswith("tonemark check"):
            assert "Nothing is wrong with it." in words, words
        if command.startswith("tonemark add back"):
            assert "refused" not in words
            assert ": 3 added" in words or ": 1 added" in words, f"{command}\n{words}"
    for part in ("train", "test"):
        assert Path(f"parts.{part}.conll").exists()


def test_what_is_refused_without_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    followed(USE.split("## What a format cannot say")[1].split("## The sidecar")[0])
    done = run_here("export", "inside", "--format", "conll", "-o", "refused.conll")
    assert done.returncode == 1
    assert not Path("refused.conll").exists()


def test_the_package_adds_a_format(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = dict(regex.findall(r"(?s)`([\w./-]+)`:\n\n```\w+\n(.*?)```", OWN_FORMAT))
    (data,) = (tomllib.loads(text) for name, text in files.items() if name.endswith(".toml"))
    (code,) = (text for name, text in files.items() if name.endswith(".py"))
    followed(USE.split("## Looked at")[0])
    entries = data["project"]["entry-points"][GROUP]
    said = {}
    for line in "".join(text for word, _, text in blocks(OWN_FORMAT) if word == "sh").splitlines():
        if line.startswith("python -m pip install"):
            (module,) = data["tool"]["setuptools"]["py-modules"]
            name = data["project"]["name"]
            install(site, name, entries, {module: code}, group=GROUP)
            continue
        done = run_here(*shlex.split(line)[1:])
        assert done.returncode == 0, done.stdout + done.stderr
        said[line] = done.stdout
    assert "texts with their names in brackets" in said["tonemark formats brackets"]
    assert "3 documents, 5 spans" in said["tonemark check news.brackets"]
    (shown,) = (text for word, _, text in blocks(OWN_FORMAT) if word == "text")
    assert Path("news.brackets").read_text("utf-8").startswith(shown)
    Path("odd.brackets").write_text("[PER Asha yuko\n")
    assert "a bracket stands alone" in run_here("check", "odd.brackets").stdout
