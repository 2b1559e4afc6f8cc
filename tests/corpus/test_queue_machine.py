"""Three annotators do anything in any order, with lost connections and leases: what must hold."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Draft, Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld, ClaimLost, Journal
from tonemark.corpus.pages import Page
from tonemark.corpus.places import places_of
from tonemark.corpus.project import Project, create_project
from tonemark.corpus.records import ANSWERS, Answer, GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness.project import examine
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.base import Token

SIZE, MOST = 7, 10
"""Documents at the beginning, and at the end at most."""

NAMES = ("amina", "bello", "chidi")
names = st.sampled_from(NAMES)
priorities = st.integers(-2, 2)
shares = st.sampled_from([0.0, 0.5, 1.0])


class NoTokens:
    """Tokens do not matter here."""

    name = "none"
    version = "1"

    def tokenize(self, text: str) -> list[Token]:
        return []


class Annotating(RuleBasedStateMachine):
    """The store, the journals and the desks are real; the model is what each should see."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tonemark-"))
        self.project: Project = create_project(
            self.folder, language="sw", labels=["PER"], overlap=1
        )
        create_store(self.folder / STORE_FILE)
        self.store = Store(self.folder / STORE_FILE)
        # The desks share a connection: what is tried here is their order, not their locks.
        self.store.db.execute("PRAGMA synchronous = OFF")
        self.desks = {name: self._desk(name) for name in NAMES}
        self.left_behind: list[Desk] = []
        self.drafts: dict[tuple[str, int], Draft] = {}
        self.answers: dict[tuple[str, int], tuple[Answer, tuple[Span, ...]]] = {}
        self.brought: set[tuple[str, int]] = set()
        self.size = 0

    def _desk(self, name: str) -> Desk:
        return Desk(self.project, self.store, name, NoTokens())

    @initialize(
        overlap=st.integers(1, 3),
        share=shares,
        page=st.integers(1, 3),
        given=st.lists(priorities, min_size=SIZE, max_size=SIZE),
    )
    def begin(self, overlap: int, share: float, page: int, given: list[int]) -> None:
        self._set_project(overlap=overlap, overlap_share=share, page=page)
        self._add(given)

    @precondition(lambda self: self.size < MOST)
    @rule(priority=priorities)
    def add_a_document(self, priority: int) -> None:
        self._add([priority])

    def _add(self, given: list[int]) -> None:
        suggestion = (Suggestion(0, 6, "PER", ("import:x",)),)
        records = [
            Record(n, n, f"habari {n}", f"k{n}", suggestions=suggestion if n % 2 else ())
            for n in range(self.size + 1, self.size + len(given) + 1)
        ]
        self.size += len(given)
        records = [r._replace(priority=p) for r, p in zip(records, given, strict=True)]
        places, share = self.project.overlap, self.project.overlap_share
        add_records(self.store, "a.txt", records, Report(), places=places, share=share)

    @rule(number=st.integers(1, SIZE), priority=priorities)
    def change_a_priority(self, number: int, priority: int) -> None:
        self._bring(Record(number, number, f"habari {number}", f"k{number}"), priority)

    @rule(name=st.sampled_from([*NAMES, "dayo", "emeka"]), number=st.integers(1, SIZE))
    def bring_an_answer(self, name: str, number: int) -> None:
        """From a file; of one who is at work here, or is not."""
        spans = (Span(0, 1, "LOC", ("import:b",)),)
        given = (GivenAnnotation(name, "accept", spans),)
        record = Record(number, number, f"habari {number}", f"k{number}", annotations=given)
        if self._bring(record).annotations:
            self.brought.add((name, number))
            self.answers[name, number] = ("accept", spans)
            self.drafts.pop((name, number), None)

    def _bring(self, record: Record, priority: int | None = None) -> Report:
        report = Report()
        places, share = self.project.overlap, self.project.overlap_share
        add_records(
            self.store, "b.jsonl", [record], report, places=places, share=share, match="key",
            priority=priority,
        )  # fmt: skip
        return report

    def _set_project(self, **changes: float) -> None:
        self.project = replace(self.project, **changes)  # type: ignore[arg-type]
        for desk in self.desks.values():
            desk.project = self.project

    def _see(self, name: str, page: Page | None) -> None:
        """What opens is what stood there when it was left, whoever did what since."""
        assert self.desks[name].page is page
        for sheet in page.sheets if page else ():
            number = sheet.document.number
            assert sheet.draft == self.drafts.get((name, number), sheet.draft)
            self.drafts[name, number] = sheet.draft

    def _last_ticket(self) -> int:
        (last,) = self.store.db.execute("SELECT last FROM ticket").fetchone()
        return int(last)

    def _nothing_more_urgent(self, name: str, page: Page | None, before: int) -> None:
        """What she was given since a ticket was drawn is as urgent as anything that is free."""
        mine = [s.document.number for s in page.sheets if s.claim.number > before] if page else []
        if mine:
            lowest, urgent = self.store.db.execute(
                "SELECT (SELECT min(priority) FROM documents WHERE id IN"
                " (SELECT value FROM json_each(?))), max(priority) FROM documents d"
                " WHERE taken < places AND NOT EXISTS"
                " (SELECT 1 FROM claims c WHERE c.annotator = ? AND c.document = d.id)",
                (str(mine), name),
            ).fetchone()
            assert urgent is None or urgent <= lowest

    @rule(name=names)
    def open_next(self, name: str) -> None:
        before = self._last_ticket()
        page = self.desks[name].open_next()
        self._see(name, page)
        self._nothing_more_urgent(name, page, before)
        if page is None:
            self._nothing_left(name)

    @rule(name=names, start=st.integers(0, 5), length=st.integers(1, 3), which=st.integers(0, 2))
    def label(self, name: str, start: int, length: int, which: int) -> None:
        page = self.desks[name].page
        if page:
            sheet = page.sheets[which % len(page.sheets)]
            span = Span(start, start + length, "PER")
            edit = Edit(sheet.document.number, added=(span,), dropped=sheet.draft.suggestions)
            page.perform([edit])
            self._remember(name, page)

    @rule(name=names, key=st.sampled_from(["undo", "redo"]))
    def undo_or_redo(self, name: str, key: str) -> None:
        page = self.desks[name].page
        if page:
            getattr(page, key)()
            self._remember(name, page)

    def _remember(self, name: str, page: Page) -> None:
        for sheet in page.sheets:
            self.drafts[name, sheet.document.number] = sheet.draft

    @rule(name=names, answer=st.sampled_from(ANSWERS))
    def answer(self, name: str, answer: Answer) -> None:
        page = self.desks[name].page
        if page:
            before = self._last_ticket()
            following = self.desks[name].answer(answer)
            self._nothing_more_urgent(name, following, before)
            for sheet in page.sheets:
                draft = sheet.draft
                spans = draft.accepted() if answer == "accept" else draft.spans
                self.answers[name, sheet.document.number] = (answer, spans)
            self._see(name, following)
            if following is None:
                self._nothing_left(name)

    @rule(name=names)
    def later(self, name: str) -> None:
        if self.desks[name].page:
            self._see(name, self.desks[name].later())

    @rule(name=names)
    def back(self, name: str) -> None:
        before = self.desks[name].page
        page = self.desks[name].back()
        if page is None:
            assert self.desks[name].page is before
        else:
            self._see(name, page)
            assert all((name, sheet.document.number) in self.answers for sheet in page.sheets)

    @rule(name=names, number=st.integers(1, SIZE))
    def open_document(self, name: str, number: int) -> None:
        self._see(name, self.desks[name].open_document(number))

    @rule(name=names)
    def lose_the_connection(self, name: str) -> None:
        """As kill -9: no farewell; the kernel closes the files."""
        page, self.desks[name] = self.desks[name].page, self._desk(name)
        for sheet in page.sheets if page else ():
            assert isinstance(sheet.log, Journal)
            sheet.log.close()

    @rule(name=names)
    def quit(self, name: str) -> None:
        self.desks[name].close()
        self.desks[name] = self._desk(name)

    @precondition(lambda self: any(desk.page for desk in self.desks.values()))
    @rule(name=names, leaves=st.booleans(), again=st.booleans())
    def take_over(self, name: str, leaves: bool, again: bool) -> None:
        """From a window that stays there, or is left before the key; and perhaps leave at once,
        and come again."""
        old = self.desks[name]
        if not old.page:
            return
        there = {sheet.document.number for sheet in old.page.sheets}
        new = self.desks[name] = self._desk(name)
        taken: set[int] = set()
        try:
            page = new.open_next()
        except ClaimHeld:
            if leaves:
                old.close()
            page = new.take_over()
            taken = {sheet.document.number for sheet in page.sheets} if page else set()
        self._see(name, page)
        if old.page and there & taken:
            self._is_outside(old, "answer")
        if old.page and there <= taken:
            self.left_behind.append(old)
        else:
            old.close()
        if again:
            self.quit(name)
            self._see(name, self.desks[name].open_next())
            for desk in self.left_behind:
                self._is_outside(desk, "answer")

    @precondition(lambda self: self.left_behind)
    @rule(which=st.integers(0, 9), way=st.sampled_from(["answer", "open_next", "key", "lease"]))
    def act_where_left_behind(self, which: int, way: str) -> None:
        self._is_outside(self.left_behind[which % len(self.left_behind)], way)

    @precondition(lambda self: self.left_behind)
    @rule(which=st.integers(0, 9))
    def close_what_was_left_behind(self, which: int) -> None:
        self.left_behind.pop(which % len(self.left_behind)).close()

    def _is_outside(self, desk: Desk, way: str) -> None:
        """Nothing is taken there, and it says so, whatever became of the page since."""
        page = desk.page
        assert page
        sheet = page.sheets[0]
        desk._renewed = 0.0
        ways: dict[str, Callable[[], object]] = {
            "answer": lambda: desk.answer("reject"),
            "open_next": desk.open_next,
            "key": lambda: page.perform([Edit(sheet.document.number, added=(Span(0, 1, "LOC"),))]),
            "lease": desk.keep_lease,
        }
        try:
            ways[way]()
        except ClaimLost:
            return
        raise AssertionError(f"a window that was left behind is let in: {way}")

    @rule()
    def leases_run_out(self) -> None:
        self.store.db.execute("UPDATE claims SET expires = 1 WHERE state = 'open'")

    @rule(overlap=st.integers(1, 3), share=shares)
    def change_the_overlap(self, overlap: int, share: float) -> None:
        self._set_project(overlap=overlap, overlap_share=share)

    def _nothing_left(self, name: str) -> None:
        """The queue says that it is empty: then every document is hers and answered, or full."""
        rows = self.store.db.execute(
            "SELECT d.id FROM documents d LEFT JOIN claims c ON c.document = d.id"
            " AND c.annotator = ? WHERE CASE WHEN c.document IS NULL THEN d.taken < d.places"
            " ELSE c.state <> 'answered' OR c.reopened END",
            (name,),
        ).fetchall()
        assert rows == []
        lapsed = self.store.db.execute(
            "SELECT count(*) FROM claims WHERE state = 'open' AND expires < 2 AND counted"
        ).fetchone()
        assert lapsed == (0,)

    @invariant()
    def places_are_what_claims_say(self) -> None:
        rows = self.store.db.execute(
            "SELECT taken, places, (SELECT count(*) FROM claims c WHERE c.document = d.id"
            " AND counted), given, text FROM documents d"
        ).fetchall()
        overlap, share = self.store.db.execute("SELECT places, share FROM ticket").fetchone()
        for taken, places, counted, given, text in rows:
            assert taken == counted
            assert not overlap or places == max(given, places_of(text, overlap, share))

    @invariant()
    def cursors_have_passed_nothing_that_is_free(self) -> None:
        rows = self.store.db.execute(
            "SELECT u.annotator, d.id FROM cursors u, documents d WHERE d.taken < d.places"
            " AND (d.priority > u.priority OR d.priority = u.priority AND d.id <= u.document)"
            " AND NOT EXISTS (SELECT 1 FROM claims c"
            "  WHERE c.annotator = u.annotator AND c.document = d.id)"
        ).fetchall()
        assert rows == []

    @invariant()
    def answers_from_files_count(self) -> None:
        rows = self.store.db.execute("SELECT annotator, document FROM claims WHERE counted")
        assert self.brought <= set(rows)

    @invariant()
    def every_answer_is_what_stood_on_the_page(self) -> None:
        found = {
            (each.annotator, number): (each.answer, each.spans)
            for number in range(1, self.size + 1)
            for each in annotations_of(self.store, number)
        }
        assert found == self.answers

    @invariant()
    def extra_answers_are_those_without_a_place(self) -> None:
        rows = self.store.db.execute(
            "SELECT c.counted, a.extra FROM annotations a JOIN claims c ON c.document = a.document"
            " AND c.annotator = a.annotator WHERE a.current"
        ).fetchall()
        assert all(counted + extra == 1 for counted, extra in rows)

    def teardown(self) -> None:
        try:
            self._finish()
            assert [each for each in examine(self.folder) if not each.harmless] == []
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    def _finish(self) -> None:
        """Whatever was done, everybody can finish, and then every document has its answers."""
        for desk in (*self.desks.values(), *self.left_behind):
            desk.close()
        self.store.db.execute("UPDATE claims SET expires = 1 WHERE state = 'open'")
        for name, desk in self.desks.items():
            desk.open_next()
            turns = 0
            while desk.page:
                turns += 1
                assert turns < 60, f"{name} never gets to the end"
                desk.answer("accept")
        unfinished = self.store.db.execute(
            "SELECT count(*) FROM documents d WHERE places > (SELECT count(*) FROM annotations a"
            " WHERE a.document = d.id AND current AND NOT extra)"
        ).fetchone()
        assert unfinished == (0,)
        assert list(self.folder.glob("journal/*/*")) == []


Annotating.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestAnnotating = Annotating.TestCase
