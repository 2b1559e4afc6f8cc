"""An annotator's work over pages, processes and faults, on a real store and real journals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import regex

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld, ClaimLost, Journal
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion, apart
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.base import Token


class Words:
    """A tokenizer as simple as can be."""

    name = "words"
    version = "1"

    def tokenize(self, text: str) -> list[Token]:
        return [Token(*match.span()) for match in regex.finditer(r"\S+", text)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = create_project(tmp_path / "p", language="sw", labels=["PER", "LOC"])
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    suggestion = Suggestion(0, 5, "PER", ("import:x",))
    texts = ["Asha na Juma", "Kisumu leo", "Juma tena"]
    records = [
        Record(n, n, text, suggestions=(suggestion,) if n == 2 else ())
        for n, text in enumerate(texts, 1)
    ]
    add_records(store, "news.txt", records, Report())
    store.close()
    return project.folder


def desk(folder: Path, name: str = "amina", **changes: object) -> Desk:
    from dataclasses import replace

    project = replace(read_project(folder), **changes)  # type: ignore[arg-type]
    return Desk(project, Store(folder / STORE_FILE), name, Words())


def add(page: object, start: int, end: int, label: str, sheet: int = 0) -> Span:
    span = Span(start, end, label)
    document = page.sheets[sheet].document.number  # type: ignore[attr-defined]
    page.perform([Edit(document, added=(span,))])  # type: ignore[attr-defined]
    return span


def test_answering_leads_through_the_queue_to_its_end(folder: Path) -> None:
    work = desk(folder)
    keys = []
    page = work.open_next()
    while page:
        keys.append(page.sheets[0].document.key)
        page = work.answer("accept")
    assert keys == ["news.txt:1", "news.txt:2", "news.txt:3"]
    assert work.open_next() is None


def test_an_edit_survives_the_end_of_its_process_with_its_undo(folder: Path) -> None:
    first = desk(folder)
    page = first.open_next()
    span = add(page, 0, 4, "PER")
    add(page, 8, 12, "PER")
    assert page
    page.undo()
    page.note_focus(0, 8, 12)
    # No farewell: the file descriptor goes with the process, the journal stays.
    os.close(page.sheets[0].log._file)  # type: ignore[attr-defined]
    first.store.close()

    page = desk(folder).open_next()
    assert page
    assert page.sheets[0].draft.spans == (span,)
    assert page.focus() == (0, 8, 12)
    assert page.redo()
    assert [s.start for s in page.sheets[0].draft.spans] == [0, 8]
    page.undo()
    page.undo()
    assert page.sheets[0].draft.spans == ()
    assert not page.undoable


def test_a_torn_last_line_is_dropped_and_written_over(folder: Path) -> None:
    first = desk(folder)
    page = first.open_next()
    span = add(page, 0, 4, "PER")
    assert page
    log = page.sheets[0].log
    assert isinstance(log, Journal)
    os.write(log._file, b'{"n":9,"k":"edit"')
    os.close(log._file)
    page = desk(folder).open_next()
    assert page
    assert page.sheets[0].draft.spans == (span,)
    add(page, 8, 12, "LOC")
    os.close(page.sheets[0].log._file)  # type: ignore[attr-defined]
    page = desk(folder).open_next()
    assert page
    assert len(page.sheets[0].draft.spans) == 2


def test_suggestions_shown_are_part_of_the_answer_and_keep_their_source(folder: Path) -> None:
    work = desk(folder)
    work.open_next()
    work.answer("accept")
    work.answer("accept")
    (annotation,) = annotations_of(work.store, 2)
    assert annotation.spans == (Span(0, 5, "PER", ("import:x",)),)
    (event,) = work.store.db.execute(
        "SELECT data FROM events WHERE document = 2 AND kind = 'answer'"
    ).fetchall()
    assert '"kept": [[0, 5' in event[0]


def test_a_committed_answer_stands_until_the_next_one(folder: Path) -> None:
    work = desk(folder)
    work.open_next()
    work.answer("accept")
    page = work.back()
    span = add(page, 0, 4, "PER")
    assert annotations_of(work.store, 1)[0].spans == ()
    work.close()
    work = desk(folder)
    page = work.open_next()
    assert page
    assert page.sheets[0].document.number == 1, "the touched page comes back first"
    work.answer("accept")
    (annotation,) = annotations_of(work.store, 1)
    assert (annotation.revision, annotation.spans) == (2, (span,))


def test_back_goes_further_back_and_forward_returns_to_the_page_left(folder: Path) -> None:
    work = desk(folder)
    work.open_next()
    work.answer("accept")
    page = work.answer("accept")
    add(page, 0, 4, "PER")
    numbers = []
    for _ in range(2):
        page = work.back()
        assert page
        numbers.append(page.sheets[0].document.number)
    assert numbers == [2, 1]
    page = work.answer("accept")
    assert page
    assert page.sheets[0].document.number == 3
    assert len(page.sheets[0].draft.spans) == 1


def test_later_comes_back_at_the_end(folder: Path) -> None:
    work = desk(folder)
    work.open_next()
    numbers = []
    page = work.later()
    for _ in range(3):
        assert page
        numbers.append(page.sheets[0].document.number)
        page = work.answer("accept")
    assert numbers == [2, 3, 1]
    assert page is None


def test_pages_of_several_documents_share_one_history(folder: Path) -> None:
    work = desk(folder, page=2)
    page = work.open_next()
    assert page
    assert len(page.sheets) == 2
    add(page, 0, 4, "PER", sheet=0)
    add(page, 0, 6, "LOC", sheet=1)
    page.perform(
        [
            Edit(1, added=(Span(8, 12, "PER"),)),
            Edit(2, added=(Span(7, 10, "PER"),)),
        ]
    )
    assert len(page.undo()) == 2, "one key, one step"
    assert [len(sheet.draft.spans) for sheet in page.sheets] == [1, 1]
    page.undo()
    assert [len(sheet.draft.spans) for sheet in page.sheets] == [1, 0]
    page = work.answer("accept")
    assert page
    assert [sheet.document.number for sheet in page.sheets] == [3]
    page = work.back()
    assert page
    assert [sheet.document.number for sheet in page.sheets] == [1, 2]


def test_a_second_window_takes_over_only_when_asked(folder: Path) -> None:
    first, second = desk(folder), desk(folder)
    page = first.open_next()
    span = add(page, 0, 4, "PER")
    with pytest.raises(ClaimHeld):
        second.open_next()
    taken = second.take_over()
    assert taken
    assert taken.sheets[0].draft.spans == (span,)
    assert page
    with pytest.raises(ClaimLost):
        add(page, 8, 12, "PER")
    with pytest.raises(ClaimLost):
        first.answer("accept")
    assert second.answer("accept")
    assert annotations_of(second.store, 1)[0].spans == (span,)


def test_two_annotators_get_different_documents_and_overlap_gives_both_the_same(
    folder: Path,
) -> None:
    one, two = desk(folder, "amina"), desk(folder, "bello")
    first, second = one.open_next(), two.open_next()
    assert first
    assert second
    assert first.sheets[0].document.number != second.sheets[0].document.number


def test_a_full_disk_refuses_the_key_and_keeps_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = desk(folder)
    page = work.open_next()
    span = add(page, 0, 4, "PER")
    assert page

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        with pytest.raises(OSError, match="No space"):
            add(page, 8, 12, "PER")
    assert page.sheets[0].draft.spans == (span,)
    again = add(page, 8, 12, "LOC")
    os.close(page.sheets[0].log._file)  # type: ignore[attr-defined]
    page = desk(folder).open_next()
    assert page
    assert page.sheets[0].draft.spans == (span, again)


def test_suggestions_that_overlap_are_offered_only_where_spans_may_overlap(folder: Path) -> None:
    suggestions = (
        Suggestion(0, 4, "PER", ("a",), 0.5),
        Suggestion(0, 7, "PER", ("b",), 0.5),
        Suggestion(5, 7, "LOC", ("c",), 0.4),
        Suggestion(8, 9, "LOC", ("d",), 0.1),
    )
    work = desk(folder)
    record = Record(1, 1, "Asha na 9", suggestions=suggestions)
    add_records(work.store, "b.txt", [record], Report())
    assert apart(suggestions) == (suggestions[1], suggestions[3])
    for overlapping, shown in ((False, apart(suggestions)), (True, suggestions)):
        page = desk(folder, f"a{overlapping}", overlapping=overlapping).open_document(4)
        assert page
        assert page.sheets[0].state.shown == shown


def test_suggestions_are_frozen_when_the_page_opens(folder: Path) -> None:
    work = desk(folder)
    work.open_document(1)
    late = Suggestion(0, 4, "PER", ("late",))
    record = Record(1, 1, "Asha na Juma", suggestions=(late,))
    add_records(work.store, "s.jsonl", [record], Report(), match="text")
    assert work.store.suggestions(work.store.document(1)) == (late,)
    work.answer("accept")
    page = work.back()
    assert page
    assert page.sheets[0].state.shown == ()
    assert annotations_of(work.store, 1)[0].spans == ()
    page = desk(folder, "bello").open_document(1)
    assert page
    assert page.sheets[0].state.shown == (late,)


def test_a_page_left_untouched_on_quitting_is_free_for_others(folder: Path) -> None:
    work = desk(folder)
    work.open_next()
    work.close()
    other = desk(folder, "bello").open_next()
    assert other
    assert other.sheets[0].document.number == 1
    again = desk(folder).open_next()
    assert again
    assert again.sheets[0].document.number == 2


def test_who_quits_and_returns_is_at_the_same_page(folder: Path) -> None:
    work = desk(folder)
    work.open_next()
    work.answer("accept")
    for _ in range(3):
        work.close()
        work = desk(folder)
        page = work.open_next()
        assert page
        assert page.sheets[0].document.number == 2


def test_a_page_that_was_touched_stays_hers_over_quitting(folder: Path) -> None:
    work = desk(folder)
    page = work.open_next()
    span = add(page, 0, 4, "PER")
    work.close()
    other = desk(folder, "bello").open_next()
    assert other
    assert other.sheets[0].document.number == 2
    again = desk(folder).open_next()
    assert again
    assert again.sheets[0].draft.spans == (span,)


@pytest.mark.parametrize("cut_off", [False, True])
def test_who_looks_at_an_answered_page_returns_to_it(folder: Path, cut_off: bool) -> None:
    first = desk(folder)
    first.open_next()
    first.answer("accept")
    first.answer("accept")
    page = first.back()
    assert page
    number = page.sheets[0].document.number
    page.note_focus(0, 1, 3)
    first.close(cut_off=cut_off)
    again = desk(folder)
    page = again.open_next()
    assert page
    assert page.sheets[0].document.number == number
    assert page.focus() == (0, 1, 3)
    after = again.later()
    assert after
    assert after.sheets[0].document.number != number
    again.close()
