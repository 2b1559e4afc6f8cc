"""What comes next where the learner says how unsure it is: looked at ahead, after each training."""

from __future__ import annotations

from pathlib import Path

import pytest
from learners import InProcess, step_through
from making import given, numbered

from tonemark.corpus.ahead import documents_ahead
from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.corpus.uncertain import lots
from tonemark.suggester.learner import run as learner_run
from tonemark.suggester.learner.learning import Learning
from tonemark.training.material import part_of

KNOWN = [f"Asha alikuja {n} leo" for n in range(12)]
CLEAR = [f"mvua {n} leo" for n in range(30)]
UNCLEAR = [f"Asha {n} Bakari {n} Chausiku" for n in range(8)]


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_run, "Child", InProcess)


def ordered(
    folder: Path, *, order: str = "uncertain", overlap: int = 1, tokenizer: str = "general"
) -> tuple[Path, Store, Learning]:
    """A project in which twelve documents are answered, and its learner."""
    create_project(folder, language="sw", labels=["PER"], overlap=overlap, tokenizer=tokenizer)
    file = folder / "project.toml"
    file.write_text(file.read_text().replace('order = "given"', f'order = "{order}"'))
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    spans = given("amina", Span(0, 4, "PER"))
    records = [each._replace(annotations=(spans,)) for each in numbered(KNOWN)]
    add_records(store, "known", records, Report(), places=overlap)
    add_records(store, "new", numbered([*CLEAR, *UNCLEAR]), Report(), places=overlap)
    project = read_project(folder)
    made = tokenizer_of(project, loads_code=False)
    return folder, store, Learning(store, project, made, print)


def first(store: Store, count: int) -> list[int]:
    return documents_ahead(store, "true", {}, ahead=count, limit=count)


def unclear(store: Store) -> set[int]:
    """The unclear documents that can come by doubt."""
    numbers = range(1 + len(KNOWN) + len(CLEAR), 1 + len(KNOWN) + len(CLEAR) + len(UNCLEAR))
    return {*numbers} - lots(store, numbers, 0.0)


def test_what_it_is_unsure_of_comes_first(tmp_path: Path) -> None:
    folder, store, work = ordered(tmp_path / "p")
    assert first(store, 3) == [13, 14, 15]
    step_through(work)
    wanted = unclear(store)
    assert len(wanted) > 4
    assert set(first(store, 4)) <= wanted
    desk = Desk(read_project(folder), store, "amina", tokenizer_of(work.project, loads_code=False))
    page = desk.open_next()
    assert page
    assert page.sheets[0].document.number in wanted
    # What comes next has been looked at for suggestions, too.
    looked = {number for (number,) in store.db.execute("SELECT document FROM produced")}
    assert looked >= set(first(store, 10))


def test_in_the_order_that_was_given_nothing_is_looked_at_for_doubt(tmp_path: Path) -> None:
    _, store, work = ordered(tmp_path / "p", order="given")
    InProcess.asked.clear()
    step_through(work)
    assert "doubt" not in InProcess.asked
    assert first(store, 3) == [13, 14, 15]


def test_doubts_are_those_of_the_last_training(tmp_path: Path) -> None:
    folder, store, work = ordered(tmp_path / "p")
    step_through(work)
    before = dict(store.db.execute("SELECT document, doubt FROM pool WHERE NOT lot"))
    desk = Desk(read_project(folder), store, "amina", tokenizer_of(work.project, loads_code=False))
    assert desk.open_next()
    for _ in range(4):
        desk.answer("accept")
    step_through(work)
    after = dict(store.db.execute("SELECT document, doubt FROM pool WHERE NOT lot"))
    assert all(doubt is not None for doubt in after.values())
    assert sum(before[number] != after[number] for number in after) > len(after) / 2


def test_a_text_that_taught_it_does_not_come_by_doubt(tmp_path: Path) -> None:
    _, store, work = ordered(tmp_path / "p")
    first_again = store.last_document() + 1
    add_records(
        store, "again", numbered(text.replace(" ", "  ").upper() for text in KNOWN), Report()
    )
    step_through(work)
    again = range(first_again, store.last_document() + 1)
    by_doubt = {*again} - lots(store, again, 0.0)
    assert len(by_doubt) > 4
    doubts = dict(store.db.execute("SELECT document, doubt FROM pool WHERE NOT lot"))
    assert [number for number in by_doubt if doubts[number] is not None] == []
    assert not by_doubt & set(first(store, 20))


def test_where_several_answer_each_part_has_its_own_learner(tmp_path: Path) -> None:
    """What was said of a document, and of all of its part, has no share in how early it comes."""

    def doubts(folder: Path, answers: str) -> dict[int, float | None]:
        folder, store, work = ordered(folder, overlap=2)
        target = next(n for n in range(13, 43) if part_of(store.document(n).text) == 0)
        if answers:
            project = read_project(folder)
            desk = Desk(project, store, answers, tokenizer_of(project, loads_code=False))
            assert desk.open_document(target)
            desk.answer("accept")
            desk.close()
        step_through(work)
        found = dict(store.db.execute("SELECT document, doubt FROM pool WHERE NOT lot"))
        return {n: each for n, each in found.items() if part_of(store.document(n).text) == 0}

    alone = doubts(tmp_path / "alone", "")
    told = doubts(tmp_path / "told", "bello")
    assert {n: told[n] for n in alone if n in told} == {n: alone[n] for n in told if n in alone}
    assert any(alone.values())
