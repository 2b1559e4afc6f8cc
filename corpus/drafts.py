"""An annotation in the making, and the edits that change it: each can do and undo itself."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Span, Stretch, Suggestion
from tonemark.tokenizers.base import Token


class Decision(NamedTuple):
    """What a reviewer took at a difference, which reaches from `start` to `end` (code points; 0 to
    0: the answers themselves differ).

    `choice` is the annotator whose version it is, or `rule:majority`, or `:own` for what the
    reviewer made herself, or `:stands` for what she left as it stood though an annotator changed
    something; of an answer, that and the answer behind a colon: `amina:reject`.
    """

    start: int
    end: int
    choice: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands on the page for one document.

    `spans` are confirmed, `suggestions` are shown and will be accepted with the page; both are in
    order. `answer` is set where the document has its answer before the page is left (reject and
    ignore on a page of several). `made` are the tokens that the annotator made by splitting and
    joining, in order: they lie over those that the document has (`corrections.corrected`).
    `decisions` are a reviewer's, in order, at most one a difference.
    """

    spans: tuple[Span, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    answer: Answer | None = None
    comment: str = ""
    flagged: bool = False
    made: tuple[Token, ...] = ()
    decisions: tuple[Decision, ...] = ()

    def stretches(self) -> tuple[Stretch, ...]:
        """All that is drawn: spans, then suggestions."""
        return (*self.spans, *self.suggestions)

    def accepted(self) -> tuple[Span, ...]:
        """The spans of the answer if it were given now: suggestions shown are part of it."""
        return tuple(sorted((*self.spans, *(s.to_span() for s in self.suggestions))))


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one draft, with all that undoing it takes.

    `unmade` and `made` are corrected tokens that it takes away and sets: those of the stretch that
    was corrected, for a page may have 100,000. `undecided` and `decided` are decisions of a
    reviewer, taken back and made. `values` holds (field, before, after) for `answer`, `comment`
    and `flagged`.
    """

    document: int
    removed: tuple[Span, ...] = ()
    added: tuple[Span, ...] = ()
    dropped: tuple[Suggestion, ...] = ()
    suggested: tuple[Suggestion, ...] = ()
    unmade: tuple[Token, ...] = ()
    made: tuple[Token, ...] = ()
    undecided: tuple[Decision, ...] = ()
    decided: tuple[Decision, ...] = ()
    values: tuple[tuple[str, Any, Any], ...] = ()

    def apply(self, draft: Draft) -> Draft:
        """The draft after the edit. Raises ValueError where what it takes away is not there."""
        return replace(
            draft,
            spans=_changed(draft.spans, self.removed, self.added),
            suggestions=_changed(draft.suggestions, self.dropped, self.suggested),
            made=_changed(draft.made, self.unmade, self.made),
            decisions=_changed(draft.decisions, self.undecided, self.decided),
            **{name: after for name, _, after in self.values},
        )

    def inverse(self) -> Edit:
        """The edit that takes this one back."""
        return Edit(
            self.document,
            removed=self.added,
            added=self.removed,
            dropped=self.suggested,
            suggested=self.dropped,
            unmade=self.made,
            made=self.unmade,
            undecided=self.decided,
            decided=self.undecided,
            values=tuple((name, after, before) for name, before, after in reversed(self.values)),
        )

    def to_json(self) -> dict[str, Any]:
        """As the journal keeps it; the document is named by the journal."""
        data: dict[str, Any] = {}
        for name in ("removed", "added", "dropped", "suggested"):
            if items := getattr(self, name):
                data[name] = [item.to_json() for item in items]
        for name in ("unmade", "made", "undecided", "decided"):
            if items := getattr(self, name):
                data[name] = [list(item) for item in items]
        if self.values:
            data["values"] = [list(value) for value in self.values]
        return data

    @classmethod
    def from_json(cls, document: int, data: dict[str, Any]) -> Edit:
        """The edit that `to_json` wrote."""
        return cls(
            document,
            removed=tuple(map(Span.from_json, data.get("removed", ()))),
            added=tuple(map(Span.from_json, data.get("added", ()))),
            dropped=tuple(map(Suggestion.from_json, data.get("dropped", ()))),
            suggested=tuple(map(Suggestion.from_json, data.get("suggested", ()))),
            unmade=tuple(_token(*each) for each in data.get("unmade", ())),
            made=tuple(_token(*each) for each in data.get("made", ())),
            undecided=tuple(decision_from_json(*each) for each in data.get("undecided", ())),
            decided=tuple(decision_from_json(*each) for each in data.get("decided", ())),
            values=tuple((name, before, after) for name, before, after in data.get("values", ())),
        )


_Item = TypeVar("_Item", Span, Suggestion, Token, Decision)


def _changed(
    items: tuple[_Item, ...], removed: Sequence[_Item], added: Sequence[_Item]
) -> tuple[_Item, ...]:
    if not removed and not added:
        return items
    kept: list[_Item] = list(items)
    for item in removed:
        at = bisect_left(kept, item)
        if at == len(kept) or kept[at] != item:
            raise ValueError(f"{item} is not there")
        del kept[at]
    for item in added:
        insort(kept, item)
    return tuple(kept)


def decision_from_json(start: Any, end: Any, choice: Any) -> Decision:
    """A decision as the journal and the store keep it. Raises ValueError where it is none."""
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(choice, str)):
        raise ValueError((start, end, choice))
    return Decision(start, end, choice)


def _token(start: int, end: int) -> Token:
    if not isinstance(start, int) or not isinstance(end, int):
        raise ValueError((start, end))
    return Token(start, end)
