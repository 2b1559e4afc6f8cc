"""What `check` says of the parts is what a training makes of them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from making import given
from trained import project_of

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.shares import share_of
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.lessons import Lessons, lesson_of
from tonemark.training.material import PARTS, Asked, material, part_of
from tonemark.training.parts import splits
from tonemark.training.preflight.findings import findings
from tonemark.training.preflight.survey import Survey, survey


def looked_at(
    folder: Path, records: list[Record], evaluation: float = 0.0
) -> tuple[Survey, list[int]]:
    """What is said of a project of these documents, and the sizes of what a training scores."""
    project_of(folder, 0)
    settings = folder / "project.toml"
    text = settings.read_text()
    settings.write_text(text.replace("evaluation = 0.0", f"evaluation = {evaluation}"))
    project = read_project(folder)
    assert project.evaluation == evaluation
    store = Store(folder / STORE_FILE)
    add_records(store, "a.jsonl", iter(records), Report())
    found = survey(project, store, Asked())
    learnt = material(project, store, Asked(), load_tokenizer("sw"))
    store.close()
    lessons = Lessons(tuple(map(lesson_of, learnt.train)), tuple(map(lesson_of, learnt.evaluation)))
    return found, [len(each.kept) for each in splits(lessons)]


def documents(texts: list[str], meta: dict[str, Any] | None = None) -> list[Record]:
    """Documents in which the first word is a name; where it is "-", none."""
    found = []
    for at, text in enumerate(texts):
        end = text.index(" ")
        spans = [Span(0, end, "PER")] if text[0] != "-" else []
        annotations = (given("amina", *spans),)
        found.append(Record(at + 1, at + 1, text, f"d{at}", meta or {}, annotations=annotations))
    return found


def texts_in(part: int, count: int) -> list[str]:
    """Texts that the hash puts into one part."""
    every = (f"Asha {at}" for at in range(10_000))
    return [next(each for each in every if part_of(each) == part) for _ in range(count)]


@pytest.mark.parametrize("evaluation", [0.0, 0.001, 0.4])
@pytest.mark.parametrize(
    "texts",
    [
        [f"Asha {at}" for at in range(40)],
        [f"Asha {at}" for at in range(6)],
        texts_in(2, 6),
        texts_in(0, 1) * 3 + texts_in(0, 2),
        [*texts_in(1, 3), "- hakuna"],
        ["Asha 1", "Asha 1"],
        ["Asha 1", "- hakuna", "- pia"],
    ],
    ids=["many", "few", "one part", "equal ones", "one with none", "one text", "one span"],
)
def test_sizes_are_those_of_a_training(texts: list[str], evaluation: float, tmp_path: Path) -> None:
    found, scored = looked_at(tmp_path / "p", documents(texts), evaluation)
    assert found.sizes == scored or not found.training.spans


def test_any_documents_are_divided_as_they_are_trained(tmp_path: Path) -> None:
    draw = random.Random(11)
    for at in range(12):
        names = draw.choice((["Asha", "-"], ["Asha"], ["-", "-", "-", "Asha"]))
        texts = [f"{draw.choice(names)} {draw.randrange(9)}" for _ in range(draw.randrange(2, 12))]
        found, scored = looked_at(tmp_path / f"p{at}", documents(texts), draw.choice((0, 0.2)))
        assert found.sizes == scored or not found.training.spans, texts


def test_a_share_in_which_nothing_is_yet_is_told_as_that(tmp_path: Path) -> None:
    texts = [f"Asha {at}" for at in range(40) if share_of(f"Asha {at}") > 0.001]
    found, scored = looked_at(tmp_path / "p", documents(texts), 0.001)
    (parts,) = (each for each in findings(found) if each.kind == "parts")
    assert "None of them is in the evaluation share (0.001) yet." in parts.words
    assert "To score on" not in parts.words
    said = ", ".join(map(str, scored))
    assert f"Each of {PARTS} parts is scored by a model of the others: {said} docu" in parts.words
