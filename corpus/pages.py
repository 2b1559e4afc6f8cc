"""A page: the documents that share a screen, each with its draft and journal, and one history.

Every change is journaled before it counts. Knows nothing of how a page looks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from tonemark.corpus.corrections import corrected
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft, Edit
from tonemark.corpus.events import Event, Kind, Replayed
from tonemark.corpus.fates import fates
from tonemark.corpus.queue import Claim, Outcome
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.work_time import worked
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token

Focused = tuple[int, int, int]
"""A place in focus: index of the sheet, start and end in code points."""


class Log(Protocol):
    """Where a page writes its events down before they count."""

    events: list[Event]

    def append(self, event: Event, *, sync: bool = True) -> None:
        """Write one event; raises where it cannot be kept, and it then does not count."""
        ...

    def retract(self) -> None:
        """Take back the event appended last."""
        ...


class MemoryLog:
    """A log that forgets with the process: for rules, tests and rehearsals."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event, *, sync: bool = True) -> None:
        """Keep one event."""
        self.events.append(event)

    def retract(self) -> None:
        """Take back the event appended last."""
        self.events.pop()


class ReadOnlyLog(MemoryLog):
    """A log that keeps where one looks, and refuses what would change something, with `reason`."""

    def __init__(self, events: Iterable[Event], reason: str) -> None:
        self.events = list(events)
        self.reason = reason

    def append(self, event: Event, *, sync: bool = True) -> None:
        """Keep an opening or a focus. Raises TonemarkError for anything else."""
        if event.kind not in ("open", "focus"):
            raise TonemarkError(f"Read-only, nothing is changed: {self.reason}.")
        super().append(event, sync=sync)


@dataclass(slots=True)
class Sheet:
    """One document of a page: its claim, its log, and the state that its events add up to.

    `given` are the tokens that it came with or that the tokenizer made.
    """

    document: Document
    claim: Claim
    given: tuple[Token, ...]
    log: Log
    state: Replayed
    _made: tuple[Token, ...] = ()
    _corrected: tuple[Token, ...] = ()

    @property
    def draft(self) -> Draft:
        """What stands now."""
        return self.state.draft

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens, as corrected: the same object until they are corrected again."""
        made = self.state.draft.made
        if not made:
            return self.given
        if made is not self._made:
            self._corrected = corrected(self.document.text, self.given, made)
            self._made = made
        return self._corrected


class Page:
    """The sheets that share a screen, in order, with one history over all of them."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = tuple(sheets)
        self._number = max((sheet.state.last for sheet in sheets), default=0)
        edited = max((sheet.state.edited for sheet in sheets), default=0)
        # An edit on one document ends what could be done again on all of them.
        for sheet in sheets:
            sheet.state.redoable = [d for d in sheet.state.redoable if d.undone[0] > edited]
        # Apart: between an earlier sitting and this one she did not work on this page.
        self._earlier = worked(at for sheet in sheets for at in sheet.state.moments)
        self._moments = [time.time()]

    @property
    def untouched(self) -> bool:
        """Whether nothing changed since the page was opened or last answered."""
        return not any(sheet.state.touched for sheet in self.sheets)

    @property
    def undoable(self) -> bool:
        """Whether there is an edit to take back."""
        return any(sheet.state.undoable for sheet in self.sheets)

    def focus(self) -> Focused | None:
        """The last focus written down, if it is on this page."""
        places = {sheet.document.number: index for index, sheet in enumerate(self.sheets)}
        states = [sheet.state for sheet in self.sheets]
        written = [(state.focused, state.focus) for state in states if state.focus]
        here = [(number, focus) for number, focus in written if focus[0] in places]
        if not here:
            return None
        document, start, end = max(here)[1]
        return places[document], start, end

    def perform(
        self, edits: Iterable[Edit], focus: Callable[[], Focused | None] | None = None
    ) -> None:
        """Do the edits of one key, at most one a document, as one step of the history.

        `focus` says where they lead, asked when they stand: it is written down with the first of
        them, so that a program that is killed comes back with both or neither. Raises what the log
        raises, and ValueError where an edit does not fit what stands; nothing is then changed.
        """
        edits = list(edits)
        sheets = {sheet.document.number: sheet for sheet in self.sheets}
        if len({edit.document for edit in edits} & set(sheets)) < len(edits):
            raise ValueError("a key has at most one edit for each document of its page")
        changes = []
        for edit in edits:
            sheet = sheets[edit.document]
            # What is written down can be replayed.
            changes.append(_Change(sheet, edit.to_json(), edit.apply(sheet.draft)))
        self._step("edit", changes, focus)
        for sheet in self.sheets:
            sheet.state.redoable.clear()

    def undo(self, focus: Callable[[list[Edit]], Focused | None] | None = None) -> list[Edit]:
        """Take the last step back: its edits, none where there is nothing to undo.

        `focus` says where they lead, as in `perform`. Raises what the log raises; nothing is then
        changed.
        """
        tops = [(sheet, sheet.state.undoable[-1]) for sheet in self.sheets if sheet.state.undoable]
        last = max(((done.number, done.time) for _, done in tops), default=None)
        chosen = [(sheet, done.edit) for sheet, done in tops if (done.number, done.time) == last]
        edits = [edit for _, edit in chosen]
        changes = [_Change(sheet, {}, edit.inverse().apply(sheet.draft)) for sheet, edit in chosen]
        self._step("undo", changes, focus and (lambda: focus(edits)))
        return edits

    def redo(self, focus: Callable[[list[Edit]], Focused | None] | None = None) -> list[Edit]:
        """Do again the step that was taken back last: its edits, none where there is none.

        `focus` says where they lead, as in `perform`. Raises what the log raises; nothing is then
        changed.
        """
        tops = [(sheet, sheet.state.redoable[-1]) for sheet in self.sheets if sheet.state.redoable]
        last = max((done.undone for _, done in tops), default=None)
        chosen = [(sheet, done.edit) for sheet, done in tops if done.undone == last]
        edits = [edit for _, edit in chosen]
        changes = [_Change(sheet, {}, edit.apply(sheet.draft)) for sheet, edit in chosen]
        self._step("redo", changes, focus and (lambda: focus(edits)))
        return edits

    def begin_again(self, data: dict[str, Any]) -> None:
        """Open its only document anew, with the data of an `open` event. Raises what the log
        raises; nothing is then changed."""
        (sheet,) = self.sheets
        self._write("open", [(sheet, data)])

    def note_focus(self, index: int, start: int, end: int) -> None:
        """Write down where the focus is, without waiting for the disk."""
        if self.focus() != (index, start, end):
            data = {"start": start, "end": end}
            self._write("focus", [(self.sheets[index], data)], sync=False)

    def outcomes(
        self,
        answer: Answer | None,
        *,
        defer: bool = False,
        give_back: bool = False,
        returning: bool = False,
    ) -> list[Outcome]:
        """What leaving the page now comes to.

        `answer` is that of a page of one document; on a page of several, of each document that
        was not given its own. With `give_back`, documents to which nothing was done are others'
        to take; with `returning`, answered ones that lie open again stay open.
        """
        self._number += 1
        now = time.time()
        outcomes = [self._outcome(sheet, answer, defer, now) for sheet in self.sheets]
        if answer:
            # A key on a page of several is for all of them: which one she read cannot be known.
            seconds = (self._earlier + worked((*self._moments, now))) / len(self.sheets)
            outcomes = [replace(outcome, seconds=seconds) for outcome in outcomes]
        if returning:
            outcomes = [replace(outcome, close=False) for outcome in outcomes]
        if not give_back:
            return outcomes
        return [
            replace(outcome, give_back=not (sheet.claim.answered or sheet.state.edited))
            for outcome, sheet in zip(outcomes, self.sheets, strict=True)
        ]

    def _outcome(self, sheet: Sheet, answer: Answer | None, defer: bool, now: float) -> Outcome:
        draft = sheet.draft
        if answer and draft.answer and len(self.sheets) > 1:
            answer = draft.answer
        events = list(sheet.log.events)
        if answer:
            data = {"answer": answer, **told_fates(sheet.state.shown, draft, answer)}
            events.append(Event(self._number, "answer", data, now))
        unchanged = bool(sheet.claim.answered) and not sheet.state.touched
        return Outcome(
            sheet.claim,
            tuple(events),
            answer=answer,
            spans=draft.accepted() if answer == "accept" else draft.spans,
            comment=draft.comment,
            flagged=draft.flagged,
            tokens=sheet.tokens if draft.made else None,
            defer=defer and not unchanged,
            close=unchanged,
        )

    def _step(
        self, kind: Kind, changes: Sequence[_Change], focus: Callable[[], Focused | None] | None
    ) -> None:
        """One step of the history, and where it leaves the focus: both written down at once."""
        if not changes:
            return
        where = _asked(changes, focus) if focus else None
        if where and where != self.focus():
            index, start, end = where
            changes[0].data["focus"] = [self.sheets[index].document.number, start, end]
        self._write(kind, [(change.sheet, change.data) for change in changes])
        for sheet, _, draft in changes:
            # The object that `focus` has seen: who keeps something of it need not read it anew.
            sheet.state.draft = draft

    def _write(
        self, kind: Kind, changes: Sequence[tuple[Sheet, dict[str, Any]]], *, sync: bool = True
    ) -> None:
        """Write down and do what one key does to its documents: all of it or nothing."""
        self._number += 1
        now = time.time()
        written: list[tuple[Sheet, Event]] = []
        try:
            for sheet, data in changes:
                event = Event(self._number, kind, data, now)
                sheet.log.append(event, sync=sync)
                written.append((sheet, event))
        except BaseException:
            for sheet, _ in written:
                sheet.log.retract()
            raise
        self._moments.append(now)
        for sheet, event in written:
            sheet.state.take(sheet.document.number, event)


class _Change(NamedTuple):
    """What a key does to one sheet: the data of its event, and the draft that comes of it."""

    sheet: Sheet
    data: dict[str, Any]
    draft: Draft


def _asked(changes: Sequence[_Change], focus: Callable[[], Focused | None]) -> Focused | None:
    """What `focus` says while the drafts are what the changes make them; they are not yet so."""
    before = [change.sheet.draft for change in changes]
    try:
        for change in changes:
            change.sheet.state.draft = change.draft
        return focus()
    finally:
        for change, draft in zip(changes, before, strict=True):
            change.sheet.state.draft = draft


def told_fates(shown: Iterable[Suggestion], draft: Draft, answer: Answer) -> dict[str, list[Any]]:
    """What became of each suggestion shown, as the event of an answer has it.

    An answer that is not accept says nothing of suggestions that merely still stood.
    """
    if answer == "accept":
        found = fates(shown, draft.accepted())
    else:
        left = set(draft.suggestions)
        found = fates((each for each in shown if each not in left), draft.spans)
    return {fate: [each.to_json() for each in those] for fate, those in found._asdict().items()}
