"""The house stands as DESIGN.md draws it: floors, late imports, and what a wheel holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cli", "suggester", "tui", "training", "patterns", "exchange", "corpus", "tokenizers")
SCREENLESS = (
    "new", "add", "export", "status", "recent", "doctor", "tokenize", "tokenizers", "gazetteer",
    "match", "agreement", "formats", "check", "drop", "relabel", "join", "train",
    "scores", "package", "model",
)  # fmt: skip


def python(code: str, cwd: Path = ROOT, path: Path | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(path)} if path else None,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_after(code: str) -> set[str]:
    loaded = python(f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))")
    return {name.split(".")[0] for name in json.loads(loaded.splitlines()[-1])}


@pytest.fixture(scope="module")
def early() -> dict[str, str]:
    return dict(os.environ)


def test_what_is_made_once_for_many_tests_has_a_home_of_its_own(
    early: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Projects that modules share stood in the list of the recent ones of whoever ran the tests."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        assert Path(early[name]).is_relative_to(tmp_path_factory.getbasetemp())


def test_rooms_are_folders_without_init_reached_by_links() -> None:
    for room in ROOMS:
        assert (ROOT / room).is_dir()
        assert not (ROOT / room / "__init__.py").exists(), room
        link = ROOT / "src" / "tonemark" / room
        assert link.is_symlink()
        assert link.resolve() == ROOT / room


def test_the_floors_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert "5 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("verb", SCREENLESS)
def test_no_verb_without_a_screen_loads_textual(verb: str, tmp_path: Path) -> None:
    loaded = modules_after(
        f"from tonemark.cli.commands import run\nassert run([{verb!r}, '--help']) == 0\n"
    )
    assert "textual" not in loaded
    assert "spacy" not in loaded


def test_a_whole_screenless_run_loads_neither_textual_nor_spacy(tmp_path: Path) -> None:
    loaded = modules_after(
        "from tonemark.cli.commands import run\n"
        f"folder, text = {str(tmp_path / 'p')!r}, {str(tmp_path / 't.txt')!r}\n"
        "open(text, 'w').write('Asha na Juma\\n')\n"
        "assert run(['new', folder, '--lang', 'sw', '--labels', 'PER']) == 0\n"
        "assert run(['add', folder, text]) == 0\n"
        "assert run(['status', folder]) == 0\n"
        "assert run([]) == 0\n"
        "assert run(['export', folder, '-o', text + '.jsonl', '--all']) == 0\n"
        "assert run(['review', folder, '--auto', 'unanimous']) == 0\n"
    )
    assert not loaded & {"textual", "rich", "spacy", "numpy"}


def test_annotate_loads_no_spacy() -> None:
    loaded = modules_after(
        "import tonemark.cli.working, tonemark.tui.app, tonemark.tui.screens.annotate"
    )
    assert "textual" in loaded
    assert not loaded & {"spacy", "numpy", "srsly"}


@pytest.mark.parametrize(("tokenizer", "seen_to"), [("general", False), ("spacy:yo", True)])
def test_a_page_over_any_tokenizer_loads_no_spacy(
    tokenizer: str, seen_to: bool, tmp_path: Path
) -> None:
    """And the process that does is not even thought of where the tokenizer is ours."""
    loaded = python(
        "import json, sys\n"
        "from pathlib import Path\n"
        "from making import made_project\n"
        "import tonemark.tui.app, tonemark.tui.screens.annotate\n"
        "from tonemark.cli import screens, working\n"
        f"folder = made_project(Path({str(tmp_path / 'p')!r}))\n"
        "path = folder / 'project.toml'\n"
        f"path.write_text(path.read_text().replace('\"general\"', '\"{tokenizer}\"'))\n"
        "screens.check_terminal = lambda: None\n"
        "import subprocess; subprocess.run = lambda *given, **options: None\n"
        "desk = working._desk(folder, 'amina')\n"
        "try: desk.open_next()\n"
        "except Exception as error: assert 'not there yet' in str(error), error\n"
        "print(json.dumps(sorted(sys.modules)))\n",
        path=ROOT / "tests",
    )
    names = json.loads(loaded.splitlines()[-1])
    tops = {name.split(".")[0] for name in names}
    assert "textual" in tops
    assert not tops & {"spacy", "numpy", "srsly"}
    assert ("tonemark.suggester.starting" in names) is seen_to
    assert "tonemark.suggester.tokenizing" not in names


def test_tokenizers_does_not_shadow_the_package_of_that_name() -> None:
    origin = python("import tokenizers; print(getattr(tokenizers, '__file__', None))").strip()
    assert origin == "None" or str(ROOT / "tokenizers") not in origin


def test_a_wheel_holds_every_room_and_nothing_at_the_top(tmp_path: Path) -> None:
    """Built by setuptools itself: neither git nor pip need be there."""
    source = tmp_path / "source"
    left_out = (".*", "*.egg-info", "__pycache__", "build", "dist", "tests", "tonemark-demo")
    shutil.copytree(ROOT, source, symlinks=True, ignore=shutil.ignore_patterns(*left_out))
    code = f"from setuptools import build_meta; print(build_meta.build_wheel({str(tmp_path)!r}))"
    python(code, cwd=source)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tonemark"}
    rooms = {path for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    assert {f"tonemark/{path.relative_to(ROOT)}" for path in rooms} <= names
    assert "tonemark/py.typed" in names
    for path in (ROOT / "tokenizers" / "profiles").glob("*.*"):
        assert f"tonemark/tokenizers/profiles/{path.name}" in names
    for name in ("documents.jsonl", "guidelines.md", "README.md"):
        assert f"tonemark/demo/{name}" in names
