"""`tonemark review` without a person: what rules make, what they leave, and to whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import run_here

from tonemark.corpus.annotations import answers_among
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gold import MAJORITY, UNANIMOUS, Gold, gold_of
from tonemark.corpus.project import read_project
from tonemark.corpus.ruled import write_ruled
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.review import ruling
from tonemark.review.catching_up import catch_up_wholly
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer

COLUMNS = """\
Asha B-PER B-PER B-PER
yuko O O O
Kisumu B-LOC B-LOC B-LOC

hakuna O O O
jina O O O

Asha B-PER B-PER B-PER
Juma I-PER B-PER I-PER

Kisumu B-LOC B-ORG B-PER
leo O O O

Juma O B-PER B-PER
leo B-DATE O O
"""
"""Alike; alike without a name; a boundary by two of three; three labels; by two of three twice."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project, columns = tmp_path / "habari", tmp_path / "three.conll"
    columns.write_text(COLUMNS, "utf-8")
    for arguments in (
        ("new", project, "--lang", "sw", "--labels", "PER,LOC,ORG,DATE", "--overlap", "3"),
        ("add", project, columns, "--annotators", "amina,juma,sami"),
    ):
        done = run_here(*arguments)
        assert done.returncode == 0, done.stderr
    return project


def auto(folder: Path, rule: str, *more: str, code: int = 0) -> dict[str, Any]:
    done = run_here("review", folder, "--auto", rule, "--json", *more)
    assert done.returncode == code, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def made(folder: Path) -> dict[int, tuple[str, list[tuple[str, str]]]]:
    """Who settled each document, and what it says."""
    store = Store(folder / STORE_FILE)
    found = {}
    for number in range(1, store.document_count() + 1):
        if gold := gold_of(store, number):
            text = store.document(number).text
            spans = [(text[span.start : span.end], span.label) for span in gold.spans]
            found[number] = (gold.reviewer, spans)
    store.close()
    return found


NOTHING = {"label": 0, "boundary": 0, "presence": 0, "tokens": 0, "answers": 0}


def test_unanimous_then_majority_then_nothing(folder: Path) -> None:
    first = auto(folder, "unanimous")
    assert first["made"] == {"unanimous": 2, "majority": 0}
    assert first["left"] == {**NOTHING, "label": 1, "boundary": 1, "presence": 1}
    assert first["left_documents"] == 3
    asha = [("Asha", "PER"), ("Kisumu", "LOC")]
    assert made(folder) == {1: (UNANIMOUS, asha), 2: (UNANIMOUS, [])}
    second = auto(folder, "majority")
    assert second["made"] == {"unanimous": 0, "majority": 2}
    assert second["there"] == 2
    assert second["left"] == {**NOTHING, "label": 1}
    assert made(folder) == {
        1: (UNANIMOUS, asha),
        2: (UNANIMOUS, []),
        3: (MAJORITY, [("Asha Juma", "PER")]),
        5: (MAJORITY, [("Juma", "PER")]),
    }
    before = made(folder)
    for rule in ("majority", "unanimous"):
        again = auto(folder, rule)
        assert again["made"] == {"unanimous": 0, "majority": 0}
        assert again["there"] == 4
        assert made(folder) == before


def test_majority_names_what_is_unanimous_so(folder: Path) -> None:
    assert auto(folder, "majority")["made"] == {"unanimous": 2, "majority": 2}
    assert [who for who, _ in made(folder).values()] == [UNANIMOUS, UNANIMOUS, MAJORITY, MAJORITY]


def seat(folder: Path, name: str = "rosa") -> ReviewDesk:
    store = Store(folder / STORE_FILE)
    return ReviewDesk(read_project(folder), store, name, load_tokenizer("general"))


def leave(desk: Desk, *, cut_off: bool = False) -> None:
    desk.close(cut_off=cut_off)
    desk.store.close()


def test_a_person_is_never_overruled(folder: Path) -> None:
    desk = seat(folder)
    desk.open_document(1)
    desk.page.perform([Edit(1, removed=desk.page.sheets[0].draft.spans)])
    desk.answer("accept")
    leave(desk)
    report = auto(folder, "majority")
    assert (report["kept"], report["made"]) == (1, {"unanimous": 1, "majority": 2})
    assert made(folder)[1] == ("rosa", [])
    answer_again(folder, "amina", 1)
    report = auto(folder, "majority")
    assert (report["kept"], report["made"]) == (1, {"unanimous": 0, "majority": 0})
    assert made(folder)[1] == ("rosa", [])


def open_only(desk: ReviewDesk) -> None:
    desk.open_document(3)


def edit(desk: ReviewDesk) -> None:
    desk.open_document(3)
    desk.page.perform([Edit(3, added=(Span(0, 4, "PER"),))])


@pytest.mark.parametrize(
    ("act", "leaving", "lapsed", "begun"),
    [
        (open_only, None, False, True),  # on her screen now
        (open_only, None, True, False),  # hours ago, nothing done
        (open_only, {}, False, False),  # looked at, and left
        (edit, None, False, True),
        (edit, None, True, True),  # her keys lie in a journal alone
        (edit, {"cut_off": True}, True, True),
        (edit, {}, True, True),
    ],
)
def test_what_a_reviewer_has_begun_is_left_to_her(
    folder: Path, act: Callable[..., None], leaving: Any, lapsed: bool, begun: bool
) -> None:
    desk = seat(folder)
    act(desk)
    if leaving is not None:
        leave(desk, **leaving)
    if lapsed:
        with_store(folder, "UPDATE claims SET expires = 1 WHERE annotator = '+rosa'")
    report = auto(folder, "majority")
    assert (report["begun"], report["made"]["majority"]) == ((1, 1) if begun else (0, 2))
    assert (3 in made(folder)) is not begun


def with_store(folder: Path, statement: str) -> None:
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        db.execute(statement)
    store.close()


def answer_again(folder: Path, name: str, number: int, *spans: Span) -> None:
    store = Store(folder / STORE_FILE)
    desk = Desk(read_project(folder), store, name, load_tokenizer("general"))
    desk.open_document(number)
    desk.page.perform([Edit(number, removed=desk.page.sheets[0].draft.spans, added=spans)])
    desk.answer("accept")
    leave(desk)


def test_gold_by_rule_is_renewed_where_annotators_changed_something(folder: Path) -> None:
    auto(folder, "majority")
    # No more unanimous, but two of three; and no more a majority.
    answer_again(folder, "amina", 1, Span(0, 4, "PER"))
    answer_again(folder, "sami", 3, Span(0, 4, "LOC"))
    strict = auto(folder, "unanimous")
    assert (strict["renewed"], strict["left_documents"], strict["there"]) == (0, 3, 4)
    report = auto(folder, "majority")
    assert (report["renewed"], report["made"]) == (1, {"unanimous": 0, "majority": 1})
    assert made(folder)[1] == (MAJORITY, [("Asha", "PER"), ("Kisumu", "LOC")])
    assert made(folder)[3] == (MAJORITY, [("Asha Juma", "PER")])  # it stays, and is in the queue
    assert report["left"] == {**NOTHING, "label": 1, "boundary": 1}


def test_a_single_annotator_and_answers_that_are_missing_are_counted_apart(tmp_path: Path) -> None:
    folder, one = tmp_path / "p", tmp_path / "one.conll"
    one.write_text("Asha B-PER\n", "utf-8")
    more = tmp_path / "more.txt"
    more.write_text("leo\nkesho\n", "utf-8")
    run_here("new", folder, "--lang", "sw", "--labels", "PER")
    run_here("add", folder, one, "--annotators", "amina")
    run_here("add", folder, more)
    report = auto(folder, "majority")
    assert report["made"] == {"unanimous": 0, "majority": 0}
    assert (report["single"], report["waiting"]) == (1, 2)
    told = run_here("review", folder, "--auto", "majority").stdout
    assert "1 has a single annotator" in told
    assert "2 wait for answers" in told


def test_what_is_answered_or_settled_meanwhile_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the answers and writing gold."""

    def read(store: Store, numbers: Any, damaged: set[int]) -> Any:
        found = answers_among(store, numbers, damaged)
        answer_again(folder, "amina", 1)
        desk = seat(folder)
        desk.open_document(3)
        desk.answer("accept")
        desk.open_document(5)
        return found

    monkeypatch.setattr(ruling, "answers_among", read)
    report = auto(folder, "majority")
    assert (report["meanwhile"], report["begun"]) == (2, 1)
    assert {number: who for number, (who, _) in made(folder).items()} == {2: UNANIMOUS, 3: "rosa"}


def test_a_person_is_not_overruled_even_by_what_she_has_not_seen(folder: Path) -> None:
    """She settles, from a page opened hours ago, what changed since: while a rule runs."""
    desk = seat(folder)
    desk.open_document(1)
    desk.answer("accept")
    leave(desk)
    answer_again(folder, "amina", 1)
    store = Store(folder / STORE_FILE)
    answers = answers_among(store, [1], set())[1]
    cites = tuple((each.annotator, each.revision) for each in answers.values())
    gold = Gold(1, MAJORITY, "accept", (), cites=cites, compared=max(answers))
    written = write_ruled(store, folder, [gold])
    store.close()
    assert (written.made.total(), written.meanwhile) == (0, {1})
    assert made(folder)[1][0] == "rosa"


def test_what_is_cut_off_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruling, "BATCH", 2)

    def stop(number: int) -> None:
        if number:
            raise KeyboardInterrupt

    store = Store(folder / STORE_FILE)
    with pytest.raises(KeyboardInterrupt):
        ruling.rule_on(store, folder, load_tokenizer("general"), "majority", stop)
    store.close()
    assert list(made(folder)) == [1, 2]
    assert auto(folder, "majority")["made"] == {"unanimous": 0, "majority": 2}
    assert list(made(folder)) == [1, 2, 3, 5]


def test_a_damaged_document_is_left_out_and_told(folder: Path) -> None:
    with_store(folder, "UPDATE spans SET sources = 'x' WHERE annotation = 1")
    report = auto(folder, "majority", code=1)
    assert report["made"] == {"unanimous": 1, "majority": 2}
    assert (report["damaged"], report["waiting"]) == (1, 0)
    done = run_here("review", folder, "--auto", "majority")
    assert f"tonemark doctor {folder}" in done.stderr


def test_what_is_answered_behind_the_comparing_is_not_damaged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between comparing all and counting what stands, in a project where one is damaged."""
    with_store(folder, "UPDATE spans SET sources = 'x' WHERE annotation = 1")
    with_store(folder, "UPDATE documents SET places = 4, taken = 3 WHERE id = 2")

    def catch_up(store: Store, *rest: Any) -> None:
        catch_up_wholly(store, *rest)
        answer_again(folder, "zuri", 2)

    monkeypatch.setattr(ruling, "catch_up_wholly", catch_up)
    report = auto(folder, "majority", code=1)
    assert (report["damaged"], report["meanwhile"], report["waiting"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--auto", "some"), 2, "'some' is not one of 'unanimous', 'majority'"),
        (("--auto", "majority", "--kind", "label"), 2, "leave --kind out"),
        (("--auto", "majority", "--anonymous"), 2, "leave --anonymous out"),
        (("--json",), 2, "--json goes with --auto"),
        (("--anonymous", "--annotator", "amina"), 2, "leave --annotator out"),
        (("--kind", "spelling"), 2, "'label', 'boundary', 'presence', 'tokens', 'answers'"),
        ((), 2, "needs a terminal"),
        (("--auto", "majority", "--as", "b b"), 1, "cannot be an annotator's name"),
    ],
)
def test_wrong_usage_is_told(
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run_here("review", folder, *arguments)
    assert done.returncode == code
    assert words in " ".join(done.stderr.split())
    assert made(folder) == {}


@pytest.mark.parametrize(
    ("routing", "name", "words"),
    [
        ('reviewers = ["rosa"]', "rosa", ""),
        ('reviewers = ["rosa"]', "amina", "amina does not review habari. Its reviewers are rosa."),
        ("reviewers = []", "amina", ""),
    ],
)
def test_reviewers_may_review_and_where_there_are_none_anyone(
    folder: Path, routing: str, name: str, words: str
) -> None:
    path = folder / "project.toml"
    path.write_text(path.read_text("utf-8").replace("reviewers = []", routing), "utf-8")
    done = run_here("review", folder, "--auto", "unanimous", "--as", name)
    assert done.returncode == bool(words)
    assert words in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--label", "PRE"), "No label of habari is called PRE. Labels: PER, LOC, ORG, DATE."),
        (("--annotator", "jum"), "Annotators who have: amina, juma, sami."),
        (("--annotator", "Júma"), "Perhaps: --annotator Juma"),
        (("--document", "x:9"), "There is no document x:9 in this project."),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    folder: Path, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tonemark.cli import screens

    monkeypatch.setattr(screens, "check_terminal", lambda: None)
    done = run_here("review", folder, "--as", "rosa", *arguments)
    assert done.returncode == 1
    assert words in " ".join(done.stderr.split())
