"""The keyboard in review: digits take annotators' versions while a difference is in question, and
everything that is done to a difference settles it.

Pure, like the keyboard that it is; what settles what, the room review says.
"""

from __future__ import annotations

from typing import Literal

from tonemark.corpus.drafts import Edit
from tonemark.corpus.spans import Span
from tonemark.review.decisions import by_majority, nothing_there, own, taken
from tonemark.review.opening import Difference
from tonemark.text import short
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import REVIEWING, KeyTable
from tonemark.tui.page.labelling import ANSWERED, Occurrence, Refusal
from tonemark.tui.page.performing import perform
from tonemark.tui.page.replies import Reply, said
from tonemark.tui.page.review_view import DIGITS, ReviewView
from tonemark.tui.page.tour import Focus


class ReviewKeyboard(Keyboard):
    """Takes the keys of a document under review, one at a time."""

    FREE = "without a span or a difference"

    offered = REVIEWING
    view: ReviewView

    def __init__(self, view: ReviewView, table: KeyTable, *, overlapping: bool = False) -> None:
        super().__init__(view, table, overlapping=overlapping)

    @property
    def in_question(self) -> Difference | None:
        """The difference of which a digit takes a version now; None where digits are labels."""
        return None if self.waits or self.adding else self.view.in_question

    def _press(self, key: str) -> Reply:
        if difference := self.in_question:
            if row := self._row_of(key):
                return self._take(difference, row - 1)
            if self.asks_whose and self.table.page.get(key) == "type_ahead":
                return Reply(command="whose")
            if action := self.table.review.get(key):
                return self._do(action)
        elif action := self._unasked(key):
            raise Refusal("{}: go to a difference first, {}", action, "next")
        return super()._press(key)

    @property
    def asks_whose(self) -> bool:
        """Whether there are annotators whom no digit reaches: `type_ahead` then asks for one, while
        a difference is in question."""
        return len(self.view.reviewed.rows) > DIGITS

    def take(self, row: int) -> Reply:
        """Take the version of an annotator, whose row is counted from 0, of the difference in
        question. Raises what the journal raises."""
        difference = self.view.in_question
        return self._acting(lambda: self._take(difference, row) if difference else Reply())

    def _row_of(self, key: str) -> int:
        """The annotator whose digit a key is, from 1; 0 where it is none."""
        digits = range(1, DIGITS + 1)
        return next((digit for digit in digits if self.table.is_at(key, str(digit))), 0)

    def _unasked(self, key: str) -> str:
        """The action for differences that a key has which does nothing else here."""
        known = self.waits or key in self.table.labels
        return "" if known else self.table.review.get(key, "")

    # What settles a difference

    def _take(self, difference: Difference, row: int) -> Reply:
        rows = self.view.reviewed.rows
        if row >= len(rows):
            raise Refusal(f"there is no annotator {row + 1}: a hint first, then digits are labels")
        edit = taken(self.view.sheet, self.view.reviewed, difference, row)
        if edit is None:
            raise Refusal(f"{short(rows[row].shown, 20)} did not accept this text")
        return self._settle(edit)

    def _do_majority(self) -> Reply:
        difference = self.view.in_question
        assert difference
        edit = by_majority(self.view.sheet, self.view.reviewed, difference)
        if edit is None:
            raise Refusal("no version is that of more than half: a digit takes one")
        return self._settle(edit)

    def _do_delete(self) -> Reply:
        """Nobody was right, where a difference is in question."""
        difference = self.in_question
        if difference is None:
            reply = super()._do_delete()
            self.view.question()
            return reply
        if not difference.versions:
            raise Refusal("the answers differ: a digit takes one; {} rejects", "reject")
        return self._settle(nothing_there(self.view.sheet, difference))

    def _settle(self, edit: Edit) -> Reply:
        """Do what settles a difference, and go on to the next open one."""
        view = self.view
        went_on = perform(view, [edit], lambda: view.stop_from(0, view.focus.end))
        self.charwise = False
        return Reply() if went_on else said(self._no_more())

    def _label(self, name: str) -> Reply:
        before = self.view.focus
        reply = super()._label(name)
        if self.view.focus == before:
            self.view.aim()  # what she labelled stays hers to correct
        else:
            self.view.question()
        return reply

    def _reshape(self, focus: Focus) -> None:
        super()._reshape(focus)
        self.view.aim()

    def _other_places(self, sheet: int, span: Span) -> list[Occurrence]:
        """None that would settle an open difference of which it is only a part."""
        left = self.view.open()
        return [
            each
            for each in super()._other_places(sheet, span)
            if all(
                each.start <= at.start and at.end <= each.end
                for at in left
                if each.start < at.end and at.start < each.end
            )
        ]

    def _with_others(self, edits: list[Edit]) -> list[Edit]:
        return [own(self.view.sheet, self.view.reviewed, edit) for edit in edits]

    def _no_more(self) -> str:
        accept = self.table.key_of("accept")
        if left := len(self.view.open()):
            return f"{left} still open: {self.table.key_of('next')} goes on"
        return f"all settled: {accept} makes it gold"

    def _described(self, edits: list[Edit]) -> str:
        """What was settled, where that changed no span."""
        decided = [each for edit in edits for each in (*edit.decided, *edit.undecided)]
        if not decided or any(
            e.added or e.removed or e.made or e.unmade or e.values for e in edits
        ):
            return super()._described(edits)
        start, end, choice = decided[0]
        if (start, end) == (0, 0):
            answer = choice.rpartition(":")[2]
            return next((said for each, said in ANSWERED.items() if each == answer), "")
        text = short(self.view.sheet.document.text[start:end], 30)
        standing = self.view.standing(0).touching(start, end)
        labels = "+".join(dict.fromkeys(each.label for each in standing))
        return f"{text}, {short(labels, 20) if labels else 'nothing'}"

    # The tour, and leaving

    def _tour(self, step: Literal[-1, 1]) -> Reply:
        total = self.view.place_in_tour()[1]
        if not total:
            raise Refusal("no differences: {} makes it gold as it stands", "accept")
        before = self.view.in_question
        went_on = self.view.tour(step)
        self.charwise = False
        if went_on:
            return Reply()
        if before == self.view.in_question:
            return said("there is no other difference")
        return said("round the page: from the " + ("top" if step > 0 else "end"))

    def _do_accept(self) -> Reply:
        """Make it gold: what changed since it was settled may stay as it stands, what was never
        settled may not."""
        view = self.view
        left = [each for each in view.open() if not each.changed]
        if left:
            view.visit(left[0])
            more = f"{len(left)} differences are" if len(left) > 1 else "this difference is"
            raise Refusal(f"{more} still open: a digit takes a version, {{}} nothing", "delete")
        if view.reviewed.differences:
            return Reply(command="accept")
        return super()._do_accept()
