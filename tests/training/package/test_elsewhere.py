"""A package where Tonemark is not, and beside Tonemark and another package: it finds the same."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from trained import add_model, packaged, project_of

from tonemark.corpus.store import STORE_FILE, Store
from tonemark.training.package.checking import spans_of
from tonemark.training.package.packaging import Packaged, loaded
from tonemark.training.runs.folders import chosen_run


def needed_packages(requirements: tuple[str, ...]) -> set[str]:
    """The packages that these need, and those that these need, by their names."""
    found: set[str] = set()
    waiting = [*requirements]
    while waiting:
        each = Requirement(waiting.pop())
        name = each.name.lower().replace("_", "-")
        if name in found or (each.marker and not each.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        waiting += importlib.metadata.requires(name) or []
    return found


def bare_environment(folder: Path, requirements: tuple[str, ...]) -> Path:
    """A virtual environment with what these requirements name and nothing else, by symbolic links;
    its interpreter."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120
    )
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    for name in needed_packages(requirements):
        package = importlib.metadata.distribution(name)
        for top in {Path(str(file)).parts[0] for file in package.files or ()}:
            there = Path(str(package.locate_file(top)))
            if (
                top != ".."
                and top != "__pycache__"
                and there.exists()
                and not (site / top).exists()
            ):
                (site / top).symlink_to(there)
    return python


def in_it(python: Path, code: str, *, given: str = "") -> str:
    """What code says that runs there."""
    done = subprocess.run(
        [str(python), "-I", "-c", code], input=given, capture_output=True, text=True, cwd="/",
        env={"PATH": os.environ["PATH"]}, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


ENTITIES = """
import importlib.util, json, sys
assert not importlib.util.find_spec("tonemark") and not importlib.util.find_spec("textual")
import spacy
asked = json.load(sys.stdin)
nlp = spacy.load(asked["package"])
docs = [*nlp.pipe(asked["texts"])]
nlp.to_disk(asked["again"])
again = spacy.load(asked["again"])
assert [str(again(text).ents) for text in asked["texts"]] == [str(doc.ents) for doc in docs]
found = [[[e.start_char, e.end_char, e.label_] for e in doc.ents] for doc in docs]
print(json.dumps({"found": found, "modules": [*sys.modules]}))
"""


def test_a_fresh_environment_finds_the_same(made: Packaged, project: Path, tmp_path: Path) -> None:
    python = bare_environment(tmp_path / "venv", made.requirements)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "-q"]
    # pip itself looks whether all that the package requires is there.
    done = subprocess.run([*pip, str(made.wheel)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    store = Store(project / STORE_FILE)
    texts = [store.document(number).text for number in range(1, 51)]
    store.close()
    asked = {"package": made.package, "texts": texts, "again": str(tmp_path / "again")}
    told = json.loads(in_it(python, ENTITIES, given=json.dumps(asked)))
    nlp = loaded("model-1", chosen_run(project).pipeline)
    assert told["found"] == [spans_of(nlp, text) for text in texts]
    assert any(told["found"])
    tops = {name.partition(".")[0] for name in told["modules"]}
    assert not tops & {"tonemark", "textual", "pycrfsuite"}
    assert made.package in tops


def test_pip_builds_the_same_wheel_of_the_archive(made: Packaged, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "-q", "-w", tmp_path]
    done = subprocess.run(
        [*pip, str(made.archive)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = tmp_path.iterdir()
    assert built.name == made.wheel.name
    assert built.read_bytes() == made.wheel.read_bytes()


OWN = 'version = 1\nbase = "sw"\n[phrases]\nwords = ["alikwenda Kisumu"]\n'


def test_it_lives_beside_tonemark_and_beside_another(made: Packaged, tmp_path: Path) -> None:
    """Two packages and Tonemark in one process, each runs its own code; a project's own rules go
    with its package. The second is joined with a network."""
    folder = project_of(tmp_path / "other", 12, tokenizer="own.toml", files={"own.toml": OWN})
    add_model(folder, joined=True, kind="joined")
    second = packaged(folder, tmp_path)
    shutil.rmtree(folder)
    assert second.checked == 12
    (config,) = second.folder.glob("xx_other/xx_other-*/config.cfg")
    factories = {line for line in config.read_text().splitlines() if line.startswith("factory")}
    assert factories == {'factory = "ner"', 'factory = "xx_other_joined"'}
    project = tomllib.loads((second.folder / "pyproject.toml").read_text())["project"]
    assert set(project["entry-points"]["spacy_factories"]) == {
        "xx_other_joined", "xx_other_learner",
    }  # fmt: skip
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import xx_habari_za_leo, xx_other, tonemark.training.pipeline.component as ours\n"
        "first, second = xx_habari_za_leo.load(), xx_other.load()\n"
        "print(type(first.get_pipe('tonemark_learner')).__module__)\n"
        "kinds = type(second.get_pipe('tonemark_joined')).__mro__[:2]\n"
        "print(*(each.__module__ for each in kinds))\n"
        "print(ours.LearnerComponent.__module__)\n"
        "print(*(type(each.tokenizer).__module__ for each in (first, second)))\n"
        "print(*(len(each('Asha alikwenda Kisumu leo.')) for each in (first, second)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-c", code, str(made.folder), str(second.folder)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "xx_habari_za_leo._tonemark.training.pipeline.component",
        "xx_other._tonemark.training.pipeline.joined",
        "xx_other._tonemark.training.pipeline.component",
        "tonemark.training.pipeline.component",
        "xx_habari_za_leo._tonemark.tokenizers.bridges.spacy_bridge",
        "xx_other._tonemark.tokenizers.bridges.spacy_bridge",
        "5",
        "4",
    ]
