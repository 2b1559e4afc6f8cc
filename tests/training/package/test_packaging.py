"""A trained model as a package: what it says of itself, that nothing a project says can do harm in
it, and what is in its way."""

from __future__ import annotations

import email
import json
import shutil
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packages import install
from packaging.requirements import Requirement
from trained import add_model, packaged, project_of

from tonemark.errors import TonemarkError
from tonemark.training.package.packaging import Packaged


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
        "Swahili", "none stated", "Krippendorff's alpha 0.", "2 annotators", "| LOC | 48 |",
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


def test_the_archive_has_what_builds_it(made: Packaged) -> None:
    with tarfile.open(made.archive) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "backend.py", "PKG-INFO", "README.md", "LICENSE-CODE"} <= names
    assert not any(name.startswith("dist/") for name in names)


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


def test_a_plugged_tokenizer_is_a_requirement(site: Path, tmp_path: Path) -> None:
    install(site, "space-cutter", {"spaces": "space_cutter:Spaces"}, {"space_cutter": PLUGIN})
    folder = project_of(tmp_path / "p", 12, tokenizer="spaces")
    add_model(folder)
    out = packaged(folder, tmp_path)
    assert "space-cutter==0.1" in out.requirements
    assert out.checked == 12


EVIL = 'a"]\n[tool.x]\ny = "1\r\nRequires-Dist: evil\x1b[31m | <b> ` ${paths.x} \\'


def test_hostile_words_stay_words(tmp_path: Path, not_compared: None) -> None:
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
    made: Packaged, project: Path, tmp_path: Path, not_compared: None
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
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, not_compared: None
) -> None:
    from tonemark.training.package import backend

    def full(folder: Path, into: Path) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backend, "source_archive", full)
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
