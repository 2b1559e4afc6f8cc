"""What the README shows works: its commands are run, its picture is the screen."""

from __future__ import annotations

import html
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import regex

from tonemark.cli.commands import VERBS
from tonemark.tui.page.keys import ACTIONS, GLYPHS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCREENS = ("tonemark habari", "tonemark annotate", "tonemark review soko --as")


def blocks(language: str) -> list[str]:
    return regex.findall(rf"```{language}\n(.*?)```", README, regex.DOTALL)


def commands() -> list[str]:
    lines = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("tonemark ")]


def test_every_command_works_in_order(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    tonemark: Callable[..., Any],
) -> None:
    """Where tmux is missing, only as far as the first that opens a screen."""
    monkeypatch.chdir(tmp_path)
    Path("news.txt").write_text("Asha yuko Kisumu.\nJuma pia.\n", encoding="utf-8")
    Path("places.txt").write_text("Kisumu\nMwanza\n", encoding="utf-8")
    assert len(commands()) >= 6
    for command in commands():
        command, _, target = command.partition(" > ")
        arguments = shlex.split(command)[1:]
        if command.startswith(SCREENS):
            if shutil.which("tmux") is None:
                pytest.skip("tmux is not installed: from here on, screens are opened")
            term = request.getfixturevalue("terminal")(*arguments)
            if "annotate" in arguments:
                before = term.wait("of 2").splitlines()[0]
                term.send("Space", "Enter")
                term.wait(lambda now, before=before: now.splitlines()[0] != before)
            else:
                term.wait("soko" if "review" in arguments else "habari")
            term.send("q")
            term.wait(lambda _, term=term: term.ended())
        else:
            done = tonemark(*arguments)
            if target:
                Path(target).write_text(done.stdout, encoding="utf-8")
    assert Path("gold.jsonl").read_text(encoding="utf-8").count("\n") == 1
    (code,) = blocks("python")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, timeout=60)


def test_every_command_that_is_named_is_one() -> None:
    named = set(regex.findall(r"(?m)(?:^|`)tonemark ([a-z]+)", README))
    assert {"train", "scores", "package", "model", "check"} <= named
    assert named <= {*VERBS, "habari"}


def test_run_is_told_with_the_verbs_it_has() -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    for line in (line for block in blocks("sh") for line in block.splitlines()):
        if line.startswith("./run "):
            verb = line.split()[1]
            assert verb == "#" or f"\n{verb})" in script


def test_it_is_said_where_the_command_comes_from_before_it_is_used() -> None:
    before = README.split("\ntonemark ")[0].split("## Your own texts")[1]
    assert "`pipx install .`" in before
    assert "`./run new" in before
    assert 'exec "$venv/bin/tonemark" "$@"' in (ROOT / "run").read_text(encoding="utf-8")


def test_every_key_is_in_the_page_of_keys() -> None:
    page = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    for action in ACTIONS:
        keys = " ".join(f"`{GLYPHS.get(key, key)}`" for key in action.keys)
        assert f"| {keys or '(none)'} | {action.about} | {action.id} |" in page


def test_the_page_of_dependencies_is_whole() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = regex.search(r"\ndependencies = \[(.*?)\n\]", text, regex.DOTALL)
    assert listed
    for name in regex.findall(r'"([a-z-]+)', listed[1]):
        assert f"| {name} |" in README


def test_the_picture_is_the_screen() -> None:
    """The picture, drawn anew, says what the one in docs says."""
    drawn = subprocess.run(
        [
            sys.executable,
            "-c",
            "import asyncio, pathlib, picture, tempfile\n"
            "with tempfile.TemporaryDirectory() as folder:\n"
            "    print(asyncio.run(picture.picture(pathlib.Path(folder) / 'demo')))",
        ],
        cwd=ROOT / "docs",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    kept = (ROOT / "docs" / "screen.svg").read_text(encoding="utf-8")
    assert words_of(drawn) == words_of(kept), "draw it anew: python docs/picture.py"
    assert "Neema" in " ".join(words_of(kept))


def words_of(svg: str) -> list[str]:
    """The texts of an SVG, in order."""
    return [html.unescape(text).strip() for text in regex.findall(r"<text[^>]*>([^<]*)<", svg)]
