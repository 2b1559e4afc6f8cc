"""A page: the documents that share a screen, each with its draft and journal, and one history.

Every change is journaled before it counts. Knows nothing of how a page looks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft, Edit
from tonemark.corpus.events import Event, Kind, Replayed
from tonemark.corpus.queue import Claim, Outcome
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Suggestion
from tonemark.tokenizers.base import Token


class Log(Protocol):
    """Where a page writes its events down before they count."""

    events: list[Event]

    def append(self, event: Event, *, sync: bool = True) -> None:
        """Write one event; raises where it cannot be kept, and it then does not count."""
        ...


class MemoryLog:
    """A log that forgets with the process: for rules, tests and rehearsals."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event, *, sync: bool = True) -> None:
        """Keep one event."""
        self.events.append(event)


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

    @property
    def draft(self) -> Draft:
        """What stands now."""
        return self.state.draft

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens, as corrected."""
        corrected = self.state.draft.tokens
        return self.given if corrected is None else corrected


class Page:
    """The sheets that share a screen, in order, with one history over all of them."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = tuple(sheets)
        self._number = max((sheet.state.last for sheet in sheets), default=0)
        edited = max((sheet.state.edited for sheet in sheets), default=0)
        for sheet in sheets:
            if sheet.state.undone < edited:
                sheet.state.redoable.clear()

    @property
    def untouched(self) -> bool:
        """Whether nothing changed since the page was opened or last answered."""
        return not any(sheet.state.touched for sheet in self.sheets)

    @property
    def undoable(self) -> bool:
        """Whether there is an edit to take back."""
        return any(sheet.state.undoable for sheet in self.sheets)

    def focus(self) -> tuple[int, int, int] | None:
        """The last focus written down: index of the sheet, start and end in code points."""
        focused = [(s.state.focused, i) for i, s in enumerate(self.sheets) if s.state.focus]
        if not focused:
            return None
        index = max(focused)[1]
        focus = self.sheets[index].state.focus
        assert focus is not None
        return index, *focus

    def perform(self, edits: Iterable[Edit]) -> None:
        """Do the edits of one key, as one step of the history.

        Raises what the log raises; edits not written down do not count.
        """
        self._number += 1
        for edit in edits:
            for sheet in self.sheets:
                if sheet.document.number == edit.document:
                    self._write(sheet, "edit", edit.to_json())
        for sheet in self.sheets:
            sheet.state.redoable.clear()

    def undo(self) -> list[Edit]:
        """Take the last step back: its edits, none where there is nothing to undo."""
        last = max(
            (s.state.undoable[-1].number for s in self.sheets if s.state.undoable), default=0
        )
        self._number += 1
        undone = []
        for sheet in self.sheets:
            if sheet.state.undoable and sheet.state.undoable[-1].number == last:
                edit = sheet.state.undoable[-1].edit
                self._write(sheet, "undo", {})
                undone.append(edit)
        return undone

    def redo(self) -> list[Edit]:
        """Do again the step that was taken back last: its edits, none where there is none."""
        first = min(
            (s.state.redoable[-1].number for s in self.sheets if s.state.redoable), default=0
        )
        self._number += 1
        redone = []
        for sheet in self.sheets:
            if sheet.state.redoable and sheet.state.redoable[-1].number == first:
                edit = sheet.state.redoable[-1].edit
                self._write(sheet, "redo", {})
                redone.append(edit)
        return redone

    def note_focus(self, index: int, start: int, end: int) -> None:
        """Write down where the focus is, without waiting for the disk."""
        if self.focus() != (index, start, end):
            self._number += 1
            self._write(self.sheets[index], "focus", {"start": start, "end": end}, sync=False)

    def outcomes(self, answer: Answer | None, *, defer: bool = False) -> list[Outcome]:
        """What leaving the page now comes to, `answer` being that of each sheet without its own."""
        self._number += 1
        return [self._outcome(sheet, answer, defer) for sheet in self.sheets]

    def _outcome(self, sheet: Sheet, answer: Answer | None, defer: bool) -> Outcome:
        draft = sheet.draft
        answer = answer and (draft.answer or answer)
        events = list(sheet.log.events)
        if answer:
            data = {"answer": answer, **fates(sheet.state.shown, draft)}
            events.append(Event(self._number, "answer", data, time.time()))
        unchanged = bool(sheet.claim.answered) and not sheet.state.touched
        return Outcome(
            sheet.claim,
            tuple(events),
            answer=answer,
            spans=draft.accepted() if answer == "accept" else draft.spans,
            comment=draft.comment,
            flagged=draft.flagged,
            tokens=draft.tokens,
            defer=defer and not unchanged,
            close=unchanged,
        )

    def _write(self, sheet: Sheet, kind: Kind, data: dict[str, Any], *, sync: bool = True) -> None:
        event = Event(self._number, kind, data, time.time())
        sheet.log.append(event, sync=sync)
        sheet.state.take(sheet.document.number, event)


def fates(shown: Iterable[Suggestion], draft: Draft) -> dict[str, list[Any]]:
    """What became of each suggestion shown: kept as it was, changed, or deleted."""
    fate: dict[str, list[Any]] = {"kept": [], "changed": [], "deleted": []}
    standing = {(span.start, span.end, span.label) for span in draft.accepted()}
    for suggestion in shown:
        start, end = suggestion.start, suggestion.end
        if (start, end, suggestion.label) in standing:
            fate["kept"].append(suggestion.to_json())
        elif any(span.overlaps(start, end) for span in draft.spans):
            fate["changed"].append(suggestion.to_json())
        else:
            fate["deleted"].append(suggestion.to_json())
    return fate
