"""A package beside Tonemark is an installed pipeline, to spaCy and to us, as spaCy's own are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from trained import add_model, packaged, project_of

from tonemark.tokenizers.bridges.spacy_tokenizers import spacy_code
from tonemark.training.package.packaging import Packaged

FINDS = """
import json
from spacy.util import get_installed_models
from tonemark.errors import TonemarkError
from tonemark.training.network.spacy_loop import base_of
from tonemark.training.suggesting import installed, of_package
found = [of_package(each) for each in installed() if each.name.startswith("xx_habari")]
try:
    base_of(found[0].name)
except TonemarkError as error:
    said = error.title
ours = [found[0].name, found[0].version, found[0].labels]
print(json.dumps([ours, [each for each in get_installed_models() if "habari" in each], said]))
"""


def test_a_package_is_found_as_an_installed_pipeline(made: Packaged, tmp_path: Path) -> None:
    with zipfile.ZipFile(made.wheel) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", FINDS], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ours, spacys, base = json.loads(done.stdout.splitlines()[-1])
    assert ours == [made.package, made.version, ["LOC", "PER"]]
    assert spacys == [made.package]
    assert "neither vectors" in base  # it was found, and loaded


def test_the_folder_for_a_package_is_made(tmp_path: Path, not_compared: None) -> None:
    folder = project_of(tmp_path / "habari", 8)
    add_model(folder)
    assert packaged(folder, tmp_path / "a" / "dist").wheel.is_file()


@pytest.mark.parametrize(
    ("tag", "code"),
    [("yo", "yo"), ("am", "am"), ("am-ET", "am"), ("sw", "xx"), ("zun", "xx"), ("", "xx")],
)
def test_spacys_code_of_a_language(tag: str, code: str) -> None:
    assert spacy_code(tag) == code
