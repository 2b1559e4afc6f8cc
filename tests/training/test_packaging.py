"""A trained model as a package: what it carries, that it finds the same where Tonemark is not, and
that nothing a project says can do harm in it."""

from __future__ import annotations

import ast
import email
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packages import install
from packaging.requirements import Requirement
from trained import add_model, project_of

from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.training.package.carried_code import carried_code, closure, own_name, rewritten
from tonemark.training.package.checking import spans_of
from tonemark.training.package.names import checked_version, package_name
from tonemark.training.package.packaging import Packaged, loaded, package_model
from tonemark.training.runs.folders import chosen_run

ROOTS = ("tonemark.tokenizers.bridges.spacy_bridge", "tonemark.training.pipeline.component")


def packaged(folder: Path, into: Path, **more: str) -> Packaged:
    store = Store(folder / STORE_FILE)
    try:
        return package_model(read_project(folder), store, chosen_run(folder), into, **more)
    finally:
        store.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 60 documents, which two annotators labelled, with a model."""
    folder = project_of(
        tmp_path_factory.mktemp("packaged") / "Habari za leo", 60, annotators=("amina", "baraka")
    )
    add_model(folder)
    return folder


@pytest.fixture(scope="module")
def made(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    """Its package."""
    return packaged(project, tmp_path_factory.mktemp("out"))


# The code that goes with it


def test_what_is_copied_follows_from_the_imports() -> None:
    names = set(closure(ROOTS))
    assert {*ROOTS, "tonemark.training.learner.learning", "tonemark.text"} <= names
    rooms = {name.split(".")[1] for name in names}
    assert not rooms & {"tui", "cli", "suggester", "corpus", "review", "exchange", "patterns"}
    alone = set(closure(ROOTS[:1]))
    assert not any(name.startswith("tonemark.training") for name in alone)


def test_copies_import_neither_tonemark_nor_the_screen() -> None:
    code = carried_code(ROOTS, "xx_p", "MIT")
    assert not {"tonemark", "textual", "rich", "click"} & (code.others | code.late)
    for place, data in code.files.items():
        if not place.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(data)):
            if isinstance(node, ast.ImportFrom):
                assert node.module
                assert node.module.partition(".")[0] not in ("tonemark", "textual", "click"), place
            elif isinstance(node, ast.Import):
                tops = {each.name.partition(".")[0] for each in node.names}
                assert not tops & {"tonemark", "textual", "click"}, place
    assert {each.name for each in code.registered} == {"xx_p.tokenizer.v1", "xx_p_learner"}
    assert code.files["_tonemark/LICENSE"] == b"MIT"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from tonemark.text import cut\n", "from p._tonemark.text import cut\n"),
        ("from tonemark import text\n", "from p._tonemark import text\n"),
        ("import tonemark.text as t\n", "import p._tonemark.text as t\n"),
        ("é = 1; from tonemark.a import (\n b)\n", "é = 1; from p._tonemark.a import (\n b)\n"),
        ("A = 'tonemark_x'\n", "A = 'p_x'\n"),
        ('say("tonemark_x is it")\n', 'say("tonemark_x is it")\n'),
        ("# import tonemark.text\n", "# import tonemark.text\n"),
        ("import tonemarkers\n", "import tonemarkers\n"),
        ("'\u2028'\nimport tonemark.text as t\n", "'\u2028'\nimport p._tonemark.text as t\n"),
    ],
)  # fmt: skip
def test_imports_are_told_anew(source: str, told: str) -> None:
    assert rewritten(source, "p", {"tonemark_x": "p_x"}) == told


def test_an_import_that_cannot_be_told_anew_is_refused() -> None:
    with pytest.raises(ValueError, match="without as"):
        rewritten("import tonemark.text\n", "p", {})


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("tonemark.tokenizer.v1", "p.tokenizer.v1"),
        ("tonemark_learner", "p_learner"),
        ("joined", "p_joined"),
    ],
)
def test_registered_names_are_the_packages_own(name: str, own: str) -> None:
    assert own_name(name, "p") == own


# The package


def test_it_says_what_it_is(made: Packaged) -> None:
    assert (made.package, made.version, made.checked) == ("xx_habari_za_leo", "0.0.1", 50)
    meta = json.loads((made.folder / "meta.json").read_text())
    told = meta["tonemark"]
    assert told["taught"] == {"LOC": 48, "PER": 48}
    assert (told["documents"], told["annotators"], told["licence"]) == (48, 2, "")
    assert told["agreement"]["documents"] == 60
    assert 0 < told["agreement"]["alpha"]["entity"] < 1
    assert told["scores"]["f1"] == meta["performance"]["ents_f"] > 0.9
    assert set(told["scores"]["labels"]) == {"PER", "LOC"}
    card = (made.folder / "README.md").read_text()
    for words in (
        "Swahili", "None stated", "Krippendorff's alpha 0.", "2 annotators", "| LOC | 48 |",
        'spacy.load("xx_habari_za_leo")', "tonemark train DIR", "| all | ",
    ):  # fmt: skip
        assert words in card


def test_it_names_every_requirement(made: Packaged) -> None:
    names = {Requirement(each).name for each in made.requirements}
    assert names == {"spacy", "regex", "numpy", "srsly"}
    project = tomllib.loads((made.folder / "pyproject.toml").read_text())["project"]
    # What only learning needs is not needed to use it.
    (extra,) = project["optional-dependencies"]["train"]
    assert Requirement(extra).name == "python-crfsuite"
    with zipfile.ZipFile(made.wheel) as wheel:
        place = next(each for each in wheel.namelist() if each.endswith("METADATA"))
        metadata = email.message_from_bytes(wheel.read(place))
    given = [Requirement(each) for each in metadata.get_all("Requires-Dist") or ()]
    assert {each.name for each in given if not each.marker} == names
    assert metadata["Name"] == made.package


def test_the_wheel_says_the_truth_of_its_files(made: Packaged) -> None:
    import base64
    import csv
    import hashlib

    with zipfile.ZipFile(made.wheel) as wheel:
        assert wheel.testzip() is None
        names = wheel.namelist()
        record = next(each for each in names if each.endswith("RECORD"))
        rows = list(csv.reader(wheel.read(record).decode().splitlines()))
        assert sorted(row[0] for row in rows) == sorted(names)
        for name, digest, size in rows:
            if name != record:
                data = wheel.read(name)
                found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
                assert (digest, int(size)) == (f"sha256={found.decode()}", len(data))
    assert not [name for name in names if "__pycache__" in name]


# Where Tonemark is not


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


@pytest.mark.parametrize("what", ["wheel", "archive"])
def test_a_fresh_environment_finds_the_same(
    made: Packaged, project: Path, tmp_path: Path, what: str
) -> None:
    python = bare_environment(tmp_path / "venv", made.requirements)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "-q"]
    # pip itself looks whether all that the package requires is there.
    given = getattr(made, what)
    done = subprocess.run([*pip, str(given)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    store = Store(project / STORE_FILE)
    texts = [store.document(number).text for number in range(1, 51)]
    store.close()
    asked = {"package": made.package, "texts": texts, "again": str(tmp_path / "again")}
    told = json.loads(in_it(python, ENTITIES, given=json.dumps(asked)))
    nlp = loaded(chosen_run(project))
    assert told["found"] == [spans_of(nlp, text) for text in texts]
    assert any(told["found"])
    tops = {name.partition(".")[0] for name in told["modules"]}
    assert not tops & {"tonemark", "textual", "pycrfsuite"}
    assert made.package in tops


# Names, and what a project may say


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("habari", "xx_habari"),
        ("Habari za leo!", "xx_habari_za_leo"),
        ("Yorùbá 2", "xx_yoruba_2"),
        ("ቋንቋ", "xx_spans"),
        ("xx_habari", "xx_habari"),
        ("../../etc", "xx_etc"),
        ("a" * 200, "xx_" + "a" * 60),
        ("__x__", "xx_x"),
        ("1", "xx_1"),
    ],
)
def test_a_projects_name_is_mapped(given: str, name: str) -> None:
    assert package_name(given, "xx", is_given=False) == name


@pytest.mark.parametrize(
    "given", ["a b", "../x", "a__b", "_a", "ቋ", "a.b", "a\n", "", "x" * 61, "1a"]
)
def test_a_name_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(TonemarkError, match="cannot be the name"):
        package_name(given, "xx", is_given=True)


def test_versions() -> None:
    assert checked_version("1.0.0-rc1") == "1.0.0rc1"
    for wrong in ("one", "1.0/../..", "", "1 0"):
        with pytest.raises(TonemarkError, match="no version"):
            checked_version(wrong)


EVIL = 'a"]\n[tool.x]\ny = "1\r\nRequires-Dist: evil\x1b[31m | <b> ` ${paths.x} \\'


def test_hostile_words_stay_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tonemark.training.package.packaging.compare", lambda *given: set())
    folder = project_of(tmp_path / "p", 12, labels=["PER", "LOC"])
    settings = folder / "project.toml"
    text = settings.read_text()
    text = "\n".join(line for line in text.split("\n") if not line.startswith("licence"))
    settings.write_text(f"licence = {json.dumps('CC BY 4.0 ] = [x] | <b>')}\n{text}")
    add_model(
        folder, why=EVIL, tokenizer=EVIL, kind=EVIL, taught={EVIL: 3, "PER": 9}, language=EVIL
    )
    out = packaged(folder, tmp_path)
    project = tomllib.loads((out.folder / "pyproject.toml").read_text())
    assert set(project) == {"build-system", "project"}
    assert project["project"]["dependencies"] == list(out.requirements)
    assert "\n" not in project["project"]["description"]
    with zipfile.ZipFile(out.wheel) as wheel:
        place = next(each for each in wheel.namelist() if each.endswith("METADATA"))
        data = wheel.read(place).decode()
    assert "\x1b" not in data
    metadata = email.message_from_string(data)
    assert metadata["License"] == "CC BY 4.0 ] = [x] | <b>"
    names = {Requirement(each).name for each in metadata.get_all("Requires-Dist") or ()}
    assert "evil" not in names
    card = (out.folder / "README.md").read_text()
    assert "<b>" not in card.replace("\\<b\\>", "")
    assert len([line for line in card.splitlines() if line.startswith("# ")]) == 1


# What is in the way


def test_a_strangers_folder_stays(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "xx_habari_za_leo-0.0.1"
    for content in ("", '{"lang": "xx"}', '{"tonemark": 1}', "[]"):
        target.mkdir(exist_ok=True)
        (target / "meta.json").write_text(content)
        with pytest.raises(TonemarkError, match="did not make it"):
            packaged(project, tmp_path)
        assert [each.name for each in target.iterdir()] == ["meta.json"]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_our_own_is_replaced_and_the_same_model_gives_the_same_wheel(
    made: Packaged, project: Path, tmp_path: Path
) -> None:
    target = tmp_path / made.folder.name
    shutil.copytree(made.folder, target)
    (target / "left.txt").write_text("")
    again = packaged(project, tmp_path)
    assert again.folder == target
    assert not (target / "left.txt").exists()
    assert [each.name for each in tmp_path.iterdir()] == [target.name]
    assert again.wheel.read_bytes() == made.wheel.read_bytes()


def test_nothing_stays_of_what_failed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tonemark.training.package import backend

    def full(folder: Path, into: Path) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backend, "source_archive", full)
    monkeypatch.setattr("tonemark.training.package.packaging.compare", lambda *given: set())
    with pytest.raises(TonemarkError, match="No space left"):
        packaged(project, tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_what_a_link_leads_to_is_not_passed_on(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = project_of(tmp_path / "p", 6)
    model = add_model(folder)
    (model / "pipeline" / "vocab" / "more").symlink_to(tmp_path / "secret")
    with pytest.raises(TonemarkError, match="is a link"):
        packaged(folder, tmp_path)


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    folder = project_of(tmp_path / "p", 6)
    model = add_model(folder)
    (model / "pipeline" / "config.cfg").write_text("[nlp")
    with pytest.raises(TonemarkError, match="cannot be loaded"):
        packaged(folder, tmp_path)


# Tokenizers


PLUGIN = """
class Spaces:
    name, version = "spaces", "1"
    def tokenize(self, text):
        found, at = [], 0
        for word in text.split(" "):
            if word.strip():
                found.append((at, at + len(word)))
            at += len(word) + 1
        return found
"""


OWN = 'version = 1\nbase = "sw"\n[phrases]\nwords = ["alikwenda Kisumu"]\n'


def test_a_plugged_tokenizer_is_a_requirement(site: Path, tmp_path: Path) -> None:
    install(site, "space-cutter", {"spaces": "space_cutter:Spaces"}, {"space_cutter": PLUGIN})
    folder = project_of(tmp_path / "p", 12, tokenizer="spaces")
    add_model(folder)
    out = packaged(folder, tmp_path)
    assert "space-cutter==0.1" in out.requirements
    assert out.checked == 12


def test_it_lives_beside_tonemark_and_beside_another(made: Packaged, tmp_path: Path) -> None:
    """Two packages and Tonemark in one process, each runs its own code; a project's own rules go
    with its package."""
    folder = project_of(tmp_path / "other", 12, tokenizer="own.toml", files={"own.toml": OWN})
    add_model(folder)
    second = packaged(folder, tmp_path)
    shutil.rmtree(folder)
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import xx_habari_za_leo, xx_other, tonemark.training.pipeline.component as ours\n"
        "first, second = xx_habari_za_leo.load(), xx_other.load()\n"
        "print(*(type(each.get_pipe('tonemark_learner')).__module__ for each in (first, second)))\n"
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
        "xx_other._tonemark.training.pipeline.component",
        "tonemark.training.pipeline.component",
        "xx_habari_za_leo._tonemark.tokenizers.bridges.spacy_bridge",
        "xx_other._tonemark.tokenizers.bridges.spacy_bridge",
        "5",
        "4",
    ]


def test_a_model_that_is_joined_with_a_network(tmp_path: Path) -> None:
    folder = project_of(tmp_path / "p", 12)
    add_model(folder, joined=True, kind="joined")
    out = packaged(folder, tmp_path)
    assert out.checked == 12
    (config,) = out.folder.glob("xx_p/xx_p-*/config.cfg")
    factories = {line for line in config.read_text().splitlines() if line.startswith("factory")}
    assert factories == {'factory = "ner"', 'factory = "xx_p_joined"'}
    entries = tomllib.loads((out.folder / "pyproject.toml").read_text())["project"]["entry-points"]
    assert set(entries["spacy_factories"]) == {"xx_p_joined", "xx_p_learner"}


def test_the_archive_has_what_builds_it(made: Packaged) -> None:
    with tarfile.open(made.archive) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "backend.py", "PKG-INFO", "README.md", "LICENSE-CODE"} <= names
    assert not any(name.startswith("dist/") for name in names)
