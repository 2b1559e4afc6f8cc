"""Making a project: what is written, and that nothing is where a value is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.project import (
    create_project,
    read_project,
)
from tonemark.errors import TonemarkError


def test_a_new_project(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "habari"
    project = create_project(
        folder,
        language="FF-adlm",
        labels=["PER", "ORG.x", 'q"'],
        overlap=2,
        team=["amina", "Adélaïde", "amina"],
        page=3,
        guidelines="rules.md",
    )
    assert project == read_project(folder)
    assert (project.name, project.language, project.page) == ("habari", "ff-Adlm", 3)
    assert (project.overlap, project.team) == (2, ("amina", "Adelaide"))
    assert [label.name for label in project.labels] == ["PER", "ORG.x", 'q"']
    assert project.guidelines == folder.resolve() / "rules.md"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"language": "Swahili"}, '"Swahili" is not a language tag'),
        ({"labels": ["a b"]}, 'the label "a b" has white space'),
        ({"labels": ["A", "B", "A"]}, 'the label "A" stands twice'),
        ({"labels": ["\udc80"]}, "does not print"),
        ({"name": "\udc80"}, "U+DC80"),
        ({"name": "a\nb"}, "name has the control character U+000A"),
        ({"tokenizer": "./x.py"}, "tokenizer must be the name"),
        ({"overlap": 0}, "overlap must be a whole number from 1 to 50"),
        ({"overlap_share": 1.5}, "overlap_share must be a share from 0 to 1, not 1.5"),
        ({"page": 21}, "page must be a whole number from 1 to 20"),
        ({"guidelines": "../x"}, "guidelines must be a file inside"),
    ],
)
def test_nothing_is_written_where_a_value_is_wrong(
    tmp_path: Path, arguments: dict[str, Any], words: str
) -> None:
    folder = tmp_path / "habari"
    with pytest.raises(TonemarkError) as caught:
        create_project(folder, **{"language": "sw", "labels": ["PER"], **arguments})
    assert words in caught.value.title
    assert "line " not in caught.value.title
    assert not folder.exists()


def test_a_project_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text("{}")
    create_project(tmp_path, language="sw", labels=["PER"])
    before = (tmp_path / "project.toml").read_bytes()
    with pytest.raises(TonemarkError, match="There is a project in"):
        create_project(tmp_path, language="yo", labels=["ORG"])
    assert (tmp_path / "project.toml").read_bytes() == before
    assert (tmp_path / "texts.jsonl").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TonemarkError, match="cannot be made"):
        create_project(tmp_path / "file" / "x", language="sw", labels=["PER"])
