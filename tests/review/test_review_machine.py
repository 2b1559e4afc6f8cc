"""Annotators who change their minds and reviewers who settle, in any order: gold is what was
entered last; what was decided is lost only where somebody changed what it was about."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tonemark.corpus.annotators import reviewing
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.queue import SettledMeanwhile
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.reviews import Wanted
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.review.decisions import by_majority, taken, undecided
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer

WORDS = [(0, 4), (5, 9), (10, 14), (15, 21)]
TEXTS = ["Asha Juma yuko Kisumu", "Leo, Juma yuko Kisumu"]

SPANS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1), st.sampled_from(["PER", "LOC"])), max_size=3
)


def spans(drawn: list[tuple[int, int, str]]) -> tuple[Span, ...]:
    """Spans over words, none of which overlap."""
    made: list[Span] = []
    for first, more, label in sorted(drawn):
        start, end = WORDS[first][0], WORDS[min(3, first + more)][1]
        if not made or made[-1].end <= start:
            made.append(Span(start, end, label, ("manual",)))
    return tuple(made)


class Reviewers(RuleBasedStateMachine):
    @initialize(said=st.lists(SPANS, min_size=4, max_size=4))
    def begin(self, said: list[list[tuple[int, int, str]]]) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="review")
        path = Path(self.folder.name) / "p"
        self.project = create_project(path, language="sw", labels=["PER", "LOC"], overlap=2)
        create_store(path / STORE_FILE)
        self.store = Store(path / STORE_FILE)
        self.said = {
            (n + 1, name): spans(said[2 * n + at])
            for n in range(2)
            for at, name in enumerate(("amina", "juma"))
        }
        records = [
            Record(
                n, n, TEXTS[n - 1],
                annotations=tuple(
                    GivenAnnotation(name, "accept", self.said[n, name])
                    for name in ("amina", "juma")
                ),
            )
            for n in (1, 2)
        ]  # fmt: skip
        add_records(self.store, "t", records, Report(), places=2)
        self.desks = {name: self.desk(name) for name in ("rosa", "sami")}
        self.entered: dict[int, tuple[str, tuple[Span, ...]]] = {}

    def desk(self, name: str) -> ReviewDesk:
        tokenizer = load_tokenizer("general")
        project = read_project(self.project.folder)
        return ReviewDesk(project, self.store, name, tokenizer, Wanted(everything=True))

    @rule(number=st.integers(1, 2), name=st.sampled_from(["amina", "juma"]), drawn=SPANS)
    def change_mind(self, number: int, name: str, drawn: list[tuple[int, int, str]]) -> None:
        desk = Desk(self.project, self.store, name, load_tokenizer("general"))
        desk.open_document(number)
        sheet = desk.page.sheets[0]
        made = spans(drawn)
        desk.page.perform([Edit(number, removed=sheet.draft.spans, added=made)])
        desk.answer("accept")
        desk.close()
        self.said[number, name] = made

    @rule(who=st.sampled_from(["rosa", "sami"]))
    def open_next(self, who: str) -> None:
        self.desks[who].open_next()

    @rule(who=st.sampled_from(["rosa", "sami"]), number=st.integers(1, 2))
    def open_one(self, who: str, number: int) -> None:
        try:
            self.desks[who].open_document(number)
        except ClaimHeld:
            self.desks[who].take_over()
        except TonemarkError:
            (open_,) = self.store.db.execute(
                "SELECT count(*) FROM claims WHERE document = ? AND annotator <> ?"
                " AND annotator GLOB '+*' AND state = 'open' AND expires > ?",
                (number, reviewing(who), time.time()),
            ).fetchone()
            assert open_ == 1, "another reviewer has it, and nothing else may keep it from her"

    @rule()
    def leases_end(self) -> None:
        with self.store.transaction() as db:
            db.execute("UPDATE claims SET expires = 0 WHERE state = 'open'")

    @rule(who=st.sampled_from(["rosa", "sami"]))
    def come_again(self, who: str) -> None:
        self.desks[who].close()
        self.desks[who] = self.desk(who)

    def before(self, who: str):
        desk = self.desks[who]
        return (desk, desk.page.sheets[0]) if desk.page else (desk, None)

    @rule(who=st.sampled_from(["rosa", "sami"]), at=st.integers(0, 5), choice=st.integers(0, 2))
    def decide(self, who: str, at: int, choice: int) -> None:
        desk, sheet = self.before(who)
        if sheet is None or not desk.reviewed.differences:
            return
        difference = desk.reviewed.differences[at % len(desk.reviewed.differences)]
        if choice == 2:
            edit = by_majority(sheet, desk.reviewed, difference)
        else:
            edit = taken(sheet, desk.reviewed, difference, choice)
        if edit:
            desk.page.perform([edit])
            here = {
                (s.start, s.end, s.label)
                for s in sheet.draft.spans
                if s.overlaps(*difference.place)
            }
            version = difference.majority() if choice == 2 else difference.versions[choice]
            assert here == set(version)

    @rule(who=st.sampled_from(["rosa", "sami"]), steps=st.integers(1, 3), again=st.booleans())
    def undo(self, who: str, steps: int, again: bool) -> None:
        desk, sheet = self.before(who)
        if sheet is None:
            return
        before = sheet.draft
        done = sum(bool(desk.page.undo()) for _ in range(steps))
        if again:
            for _ in range(done):
                desk.page.redo()
            assert sheet.draft == before

    @rule(who=st.sampled_from(["rosa", "sami"]), everything=st.booleans())
    def enter(self, who: str, everything: bool) -> None:
        desk, sheet = self.before(who)
        if sheet is None:
            return
        if everything:
            for difference in undecided(sheet.draft, desk.reviewed):
                desk.page.perform([taken(sheet, desk.reviewed, difference, 0)])
        number, stands = sheet.document.number, sheet.draft.spans
        try:
            desk.answer("accept")
        except SettledMeanwhile:
            assert self.entered[number][0] != who
            assert desk.page.sheets[0] is sheet
            stands = sheet.draft.spans
            desk.answer("accept")
        self.entered[number] = who, stands

    @rule(who=st.sampled_from(["rosa", "sami"]))
    def put_off(self, who: str) -> None:
        if self.desks[who].page:
            self.desks[who].later()

    @invariant()
    @precondition(lambda self: hasattr(self, "entered"))
    def gold_is_what_was_entered_last(self) -> None:
        for number in (1, 2):
            gold = gold_of(self.store, number)
            assert (gold and (gold.reviewer, gold.spans)) == self.entered.get(number)

    @invariant()
    @precondition(lambda self: hasattr(self, "entered"))
    def what_lies_before_a_reviewer_adds_up(self) -> None:
        for who in self.desks:
            desk, sheet = self.before(who)
            if sheet is None:
                continue
            places = {difference.place for difference in desk.reviewed.differences}
            assert {decision[:2] for decision in sheet.draft.decisions} <= places
            standing = list(sheet.draft.spans)
            assert all(not a.overlaps(b.start, b.end) for a in standing for b in standing if a < b)

    def teardown(self) -> None:
        if hasattr(self, "desks"):
            for desk in self.desks.values():
                desk.close()
            self.store.close()
            self.folder.cleanup()


TestReviewers = Reviewers.TestCase
TestReviewers.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
