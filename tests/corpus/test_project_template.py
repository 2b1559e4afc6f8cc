"""The text of a new project.toml: it says the defaults, and what it was told, as it was told."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.labels import label_fault
from tonemark.corpus.project import (
    Project,
    create_project,
    read_project,
)
from tonemark.corpus.project_template import new_project_text, with_label

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60)
LABELS = st.text(st.characters(exclude_categories=["C", "Z", "M"]), min_size=1, max_size=20).filter(
    lambda name: label_fault(name) is None
)


def test_the_template_says_what_the_defaults_are(tmp_path: Path) -> None:
    project = create_project(tmp_path, name="x", language="sw", labels=["PER"])
    text = (tmp_path / "project.toml").read_text()
    assert max(map(len, text.splitlines())) <= 100
    settings = tomllib.loads(text)
    (tmp_path / "project.toml").write_text('name = "x"\nlanguage = "sw"\n[labels]\nPER = ""')
    assert read_project(tmp_path) == project  # what a key says is what its absence means
    known = {
        "version",
        "labels",
        "routing",
        "suggestions",
        "training",
        *(field.name for field in fields(Project)),
    }
    known -= {"folder", "guidelines", "folds", "licence", "stamp", "tokenizer_stamp"}
    tables = (settings["routing"], settings["suggestions"], settings["training"])
    assert set(settings).union(*tables) == known


@given(LINES.filter(str.strip), st.lists(LABELS, unique=True, max_size=4), LINES)
def test_anything_that_prints_is_read_as_it_was_written(
    name: str, labels: list[str], guidelines: str
) -> None:
    text = new_project_text(
        name=name,
        language="sw",
        tokenizer="general",
        labels=labels,
        guidelines=guidelines,
        page=1,
        overlap=1,
        overlap_share=1.0,
        team=["amina"],
    )
    data = tomllib.loads(text)
    assert (data["name"], data["guidelines"], list(data["labels"])) == (name, guidelines, labels)
    assert tomllib.loads(with_label(text, "a new one"))["labels"] == {
        **dict.fromkeys(labels, ""),
        "a new one": "",
    }


@given(st.lists(LABELS, unique_by=str.casefold, min_size=1, max_size=3), st.data())
def test_adding_to_a_template_is_one_line_more(labels: list[str], data: st.DataObject) -> None:
    text = new_project_text(
        name="x",
        language="sw",
        tokenizer="general",
        labels=labels[1:],
        guidelines=None,
        page=1,
        overlap=1,
        overlap_share=1.0,
        team=[],
    )
    longer = with_label(text, labels[0]).split("\n")
    assert list(tomllib.loads("\n".join(longer))["labels"]) == [*labels[1:], labels[0]]
    new = longer.index("[labels]") + len(labels)
    assert "\n".join(longer[:new] + longer[new + 1 :]) == text
