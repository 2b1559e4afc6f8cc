"""docs/plugins.md followed literally: its package is built, installed, listed, checked and used."""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
SHELL = {"tonemark": ["-m", "tonemark"], "python": []}


def blocks(language: str) -> list[str]:
    return regex.findall(rf"```{language}\n(.*?)```", PAGE, regex.DOTALL)


def files() -> Iterator[tuple[str, str]]:
    """The files that the page gives, each named before its block."""
    found = regex.finditer(
        r"`([\w./-]+\.(?:toml|py|txt))`[^\n]*:\n\n```\w+\n(.*?)```", PAGE, regex.S
    )
    return ((match[1], match[2]) for match in found if match[1] != "project.toml")


def run(arguments: list[str], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"
    return done.stdout


def install(arguments: list[str], folder: Path, site: Path) -> None:
    """The `pip install` of the page, into a folder, without a network."""
    if importlib.util.find_spec("pip"):
        offline = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target"]
        run([*arguments, *offline, str(site), "--upgrade"], folder)
        return
    package = folder / arguments[-1]
    code = f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})"
    run(["-c", code], package)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each command of the page printed, the page being followed from its top."""
    folder, site = tmp_path_factory.mktemp("page"), tmp_path_factory.mktemp("site")
    for name, content in files():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    printed: dict[str, str] = {"folder": str(folder), "site": str(site)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]))
        (commands,) = blocks("sh")
        for command in commands.splitlines():
            program, *arguments = shlex.split(command)
            if "install" in arguments:
                install(arguments, folder, site)
            else:
                printed[command] = run([*SHELL[program], *arguments], folder)
        yield printed


def test_the_page_names_every_file_that_its_commands_need() -> None:
    assert [name for name, _ in files()] == [
        "tonemark-luganda/pyproject.toml",
        "tonemark-luganda/tonemark_luganda.py",
        "ebigambo.txt",
    ]


def test_it_is_listed_with_its_package(followed: dict[str, str]) -> None:
    (line,) = [
        line for line in followed["tonemark tokenizers"].splitlines() if line.startswith("luganda")
    ]
    assert line.endswith("from the package tonemark-luganda 0.1")


def test_it_keeps_every_promise(followed: dict[str, str]) -> None:
    told = followed["tonemark tokenizers check luganda ebigambo.txt"]
    assert told.splitlines()[0] == "luganda: version 1"
    assert "2 texts of ebigambo.txt" in told
    assert told.splitlines()[-1] == "It keeps every promise."


def test_its_tokens_are_those_that_the_page_shows(followed: dict[str, str]) -> None:
    told = followed["tonemark tokenize --tokenizer luganda ebigambo.txt"].splitlines()
    shown = blocks("text")[-1].strip()
    assert shown == told[0]
    assert "gw'|ekitabo" in told[1]
    assert "n’|okuwandiika" in told[1]
    assert " okukung'aanya " in told[1]


def test_spacy_finds_it(followed: dict[str, str], tmp_path: Path) -> None:
    code = blocks("python")[-1]
    assert "import spacy" in code
    run(
        ["-c", f"{code}\nassert [t.text for t in nlp(\"n'omwana\")] == [\"n'\", 'omwana']"],
        tmp_path,
    )


def test_a_project_may_name_it(followed: dict[str, str], tmp_path: Path) -> None:
    folder = str(tmp_path / "p")
    run(["-m", "tonemark", "new", folder, "--lang", "lg", "--labels", "PER"], tmp_path)
    path = tmp_path / "p" / "project.toml"
    given = regex.sub(r"(?m)^tokenizer *=.*$", blocks("toml")[-1].strip(), path.read_text())
    assert 'tokenizer = "luganda"' in given
    path.write_text(given)
    assert "tokenizer luganda" in run(["-m", "tonemark", "status", folder], tmp_path)


def test_the_train_config_is_one() -> None:
    from confection import Config

    (config,) = blocks("ini")
    assert Config().from_str(f"[nlp]\n{config}")["nlp"]["tokenizer"] == {
        "@tokenizers": "tonemark.tokenizer.v1",
        "name": "luganda",
    }
