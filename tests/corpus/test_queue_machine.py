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
from tonemark.corpus.project import Project, create_project
from tonemark.corpus.records import ANSWERS, Answer, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness import examine
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.base import Token

SIZE = 7
NAMES = ("amina", "bello", "chidi")
names = st.sampled_from(NAMES)


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
        self.highest = 1

    def _desk(self, name: str) -> Desk:
        return Desk(self.project, self.store, name, NoTokens())

    @initialize(overlap=st.integers(1, 3), page=st.integers(1, 3))
    def begin(self, overlap: int, page: int) -> None:
        suggestion = (Suggestion(0, 6, "PER", ("import:x",)),)
        records = (
            Record(n, n, f"habari {n}", suggestions=suggestion if n % 2 else ())
            for n in range(1, SIZE + 1)
        )
        add_records(self.store, "a.txt", records, Report(), places=overlap)
        self._set_project(overlap=overlap, page=page)
        self.highest = overlap

    def _set_project(self, **changes: int) -> None:
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

    @rule(name=names)
    def open_next(self, name: str) -> None:
        page = self.desks[name].open_next()
        self._see(name, page)
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
            following = self.desks[name].answer(answer)
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

    @rule(overlap=st.integers(1, 3))
    def change_the_overlap(self, overlap: int) -> None:
        self._set_project(overlap=overlap)
        self.highest = max(self.highest, overlap)

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
            " AND counted) FROM documents d"
        ).fetchall()
        for taken, places, counted in rows:
            assert taken == counted
            assert places <= self.highest
            assert taken <= self.highest

    @invariant()
    def every_answer_is_what_stood_on_the_page(self) -> None:
        found = {
            (each.annotator, number): (each.answer, each.spans)
            for number in range(1, SIZE + 1)
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
