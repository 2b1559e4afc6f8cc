"""The events of one annotator on one document, and the state that they add up to.

Events are the truth: drafts, undo histories and answers are what replaying them gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tonemark.corpus.documents import misplaced
from tonemark.corpus.drafts import Draft, Edit, decision_from_json
from tonemark.corpus.model_suggestions import Possible
from tonemark.corpus.records import ANSWERS, Answer
from tonemark.corpus.spans import Span, Suggestion, check_stretches, lies_in
from tonemark.tokenizers.base import Token

MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What reading data of ours raises where their bytes have changed."""

Kind = Literal["open", "import", "edit", "undo", "redo", "focus", "answer"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a document under a claim.

    `number` orders the events of a page, from 1, and is unique for a document, an annotator and
    a claim; one key that changes several documents of a page gives each the same number and the
    same `time`, which is in Unix seconds and orders nothing. `data` by kind: `open` the
    suggestions that the page was frozen with, as `shown`, or, where the document is blind, as
    `hidden`, and of a review what the page began with (`Begun`); `import` the spans, comment, flag
    and tokens of its own that came with an answer from a file; `edit` the edit; `focus` start and
    end; `answer` the answer and what became of the suggestions shown, or the revision of gold that
    it made, as `gold`. An `edit`, `undo` or `redo` that moved the focus has it as `focus`: the
    number of a document of its page, start and end.
    """

    number: int
    kind: Kind
    data: dict[str, Any] = field(default_factory=dict)
    time: float = 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """An edit with the number and the time of the event that made it.

    `undone` is the same of the event that took it back last, if any. Both parts together name a
    key: documents that did not always share a page have numbers in common.
    """

    number: int
    edit: Edit
    time: float = 0.0
    undone: tuple[int, float] = (0, 0.0)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a document was opened with for a review.

    `cites` are the annotations that lay before the reviewer, annotator and revision; `gold` is the
    revision of gold that stood (0 for none), after an answer the one that it made. `changed` are
    the places, start and end, that annotators changed since they were settled.
    """

    cites: tuple[tuple[str, int], ...]
    gold: int
    changed: tuple[tuple[int, int], ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Begun:
        """As an `open` event has it. Raises one of MALFORMED."""
        return cls(
            tuple((str(name), int(revision)) for name, revision in data["cites"]),
            int(data["gold"]),
            tuple((int(start), int(end)) for start, end in data["changed"]),
        )


@dataclass(slots=True)
class Replayed:
    """What the events of a document add up to.

    `frozen` are the suggestions that the page was frozen with, `hidden` those that a blind one
    would have had, `possible` what models offered as candidates; `begun` is what a review was
    opened with. `focus` is the last one written down: a document of the page, which need not be
    this one, and code points; `focused` is its event's number. `touched` says whether something
    changed since the last answer, which is `answer`; `edited` is the number of the last edit,
    `last` of any event. `moments` are the times of what was done since that answer.
    """

    draft: Draft = field(default_factory=Draft)
    undoable: list[Done] = field(default_factory=list)
    redoable: list[Done] = field(default_factory=list)
    frozen: tuple[Suggestion, ...] = ()
    hidden: tuple[Suggestion, ...] = ()
    possible: tuple[Possible, ...] = ()
    begun: Begun | None = None
    focus: tuple[int, int, int] | None = None
    focused: int = 0
    opened: bool = False
    touched: bool = False
    answer: Answer | None = None
    edited: int = 0
    last: int = 0
    moments: list[float] = field(default_factory=list)

    def take(self, document: int, event: Event) -> None:
        """Add one event of `document`."""
        self.last = max(self.last, event.number)
        if isinstance(event.time, float):  # damaged, it is anything; the work is whole without
            self.moments.append(event.time)
        if where := event.data.get("focus"):
            self._look(event.number, *where)
        match event.kind:
            case "open":
                self.frozen = tuple(map(Suggestion.from_json, event.data["shown"]))
                self.hidden = tuple(map(Suggestion.from_json, event.data.get("hidden", ())))
                self.possible = tuple(
                    Possible(start, end, float(score))
                    for start, end, score in event.data.get("possible", ())
                )
                if "cites" in event.data:
                    self._begin_review(event.data)
                else:
                    self.draft = replace(self.draft, suggestions=self.frozen)
                self.opened = True
            case "import":
                spans = tuple(map(Span.from_json, event.data["spans"]))
                self.draft = Draft(
                    spans=spans,
                    comment=event.data.get("comment", ""),
                    flagged=event.data.get("flagged", False),
                    made=tuple(Token(*each) for each in event.data.get("made", ())),
                )
                self.frozen = self.hidden = self.possible = ()
                self.undoable.clear()
                self.redoable.clear()
                self.moments.clear()
                self.opened = True
            case "edit":
                self._do(Done(event.number, Edit.from_json(document, event.data), event.time))
                self.redoable.clear()
                self.edited = event.number
            case "undo":
                done = self.undoable.pop()
                self.draft = done.edit.inverse().apply(self.draft)
                self.redoable.append(replace(done, undone=(event.number, event.time)))
                self.touched = True
            case "redo":
                self._do(self.redoable.pop())
            case "focus":
                self._look(event.number, document, event.data["start"], event.data["end"])
            case "answer":
                self.answer = event.data["answer"]
                self.touched = False
                if self.begun and "gold" in event.data:
                    self.begun = replace(self.begun, gold=event.data["gold"])
                self.moments.clear()

    @property
    def shown(self) -> tuple[Suggestion, ...]:
        """All suggestions that she was shown: those that the page was frozen with, and what joined
        them by keys that stand. What went again with the span that had brought it was never hers to
        judge."""
        joined: dict[Suggestion, None] = {}
        for done in self.undoable:
            for each in done.edit.dropped:
                if each in joined and _went_along(each, done.edit):
                    del joined[each]
            joined.update(dict.fromkeys(done.edit.suggested))
        return tuple(dict.fromkeys((*self.frozen, *joined)))

    def check(self, document: int, length: int) -> None:
        """Raises one of MALFORMED where something does not fit the text of `document`, which has
        `length` code points: what stands now, or what going back through the history would put
        there."""
        values = [(n, getattr(self.draft, n)) for n in ("answer", "comment", "flagged")]
        check_stretches(self.draft.stretches(), length)
        _check_possible(self.possible, length)
        made = [self.draft.made]
        for done in (*self.undoable, *self.redoable):
            edit = done.edit
            check_stretches((*edit.removed, *edit.added), length)
            check_stretches((*edit.dropped, *edit.suggested), length)
            made += [edit.unmade, edit.made]
            for name, before, after in edit.values:
                values += [(name, before), (name, after)]
        for name, value in values:
            _check_value(name, value)
        if any(misplaced(tokens, length) for tokens in made):
            raise ValueError("tokens")
        if self.focus and self.focus[0] == document and self.focus[2] > length:
            raise ValueError(self.focus)

    def _begin_review(self, data: dict[str, Any]) -> None:
        """A review begins anew whenever what it looks at has changed: what stood before is in what
        it begins with, and cannot be undone behind that."""
        self.begun = Begun.from_json(data)
        self.draft = Draft(
            spans=tuple(map(Span.from_json, data["spans"])),
            comment=data["comment"],
            flagged=data["flagged"],
            made=tuple(Token(start, end) for start, end in data["made"]),
            decisions=tuple(decision_from_json(*each) for each in data["decisions"]),
        )
        self.undoable.clear()
        self.redoable.clear()
        self.touched = bool(data.get("unfinished"))
        self.answer = None

    def _look(self, number: int, document: int, start: int, end: int) -> None:
        if not isinstance(document, int) or not 0 <= start <= end:
            raise ValueError((document, start, end))
        self.focus, self.focused = (document, start, end), number

    def _do(self, done: Done) -> None:
        self.draft = done.edit.apply(self.draft)
        self.undoable.append(done)
        self.touched = True


def replay(document: int, events: Iterable[Event]) -> Replayed:
    """Add up the events of one annotator on `document`, given in the order of their numbers."""
    state = Replayed()
    for event in events:
        state.take(document, event)
    return state


def _went_along(suggestion: Suggestion, edit: Edit) -> bool:
    """Whether an edit drops a suggestion because it takes away a span of its label elsewhere."""
    start, end = suggestion.start, suggestion.end
    is_touched = any(span.overlaps(start, end) for span in (*edit.added, *edit.removed))
    return not is_touched and any(span.label == suggestion.label for span in edit.removed)


def _check_possible(possible: Iterable[Possible], length: int) -> None:
    """Raises ValueError where candidates do not lie in a text of `length`, in order and apart."""
    last = 0
    for start, end, score in possible:
        if not (lies_in(start, end, length) and last <= start and 0 <= score <= 1):
            raise ValueError((start, end, score))
        last = end


def _check_value(name: str, value: Any) -> None:
    match name:
        case "answer":
            is_right = value is None or value in ANSWERS
        case "comment":
            is_right = isinstance(value, str)
        case "flagged":
            is_right = isinstance(value, bool)
        case _:
            is_right = False
    if not is_right:
        raise ValueError(name)
