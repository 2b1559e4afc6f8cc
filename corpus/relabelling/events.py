"""The history of a document under another name of a label: events as if it had always been called
so. What undoing leads back to has the new name, too.

Knows no store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import regex

from tonemark.corpus.annotations import storable_json
from tonemark.corpus.drafts import Draft, Edit
from tonemark.corpus.events import Event, Replayed
from tonemark.corpus.pages import told_fates
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Span, Suggestion

_FATES = ("kept", "changed", "deleted")


def written_as(label: str) -> tuple[str, ...]:
    """How a label stands in JSON: as the store writes it, and as it does beside lone surrogates."""
    return tuple(dict.fromkeys((json.dumps(label, ensure_ascii=False), json.dumps(label))))


class Renaming:
    """`old` becomes `new`, in the JSON of events that nowhere have both at one place."""

    def __init__(self, old: str, new: str) -> None:
        self._stretch, self._other = _stretches(old), _stretches(new)
        self._label = json.dumps(new, ensure_ascii=False)

    def meet(self, history: Iterable[str]) -> bool:
        """Whether both labels stand at one place, anywhere in the data of a history's events: then
        it takes `rewritten` to make them one."""
        here, there = set[tuple[str, ...]](), set[tuple[str, ...]]()
        for data in history:
            here.update(found.groups() for found in self._stretch.finditer(data))
            there.update(found.groups() for found in self._other.finditer(data))
        return not here.isdisjoint(there)

    def of_data(self, kind: str, data: str) -> str:
        """The data of one event. Raises one of MALFORMED where it cannot be read."""
        places: set[str] = set()

        def renamed(found: regex.Match[str]) -> str:
            places.add(f"[{found[1]}, {found[2]}, ")
            return f"[{found[1]}, {found[2]}, {self._label}, "

        made: str = self._stretch.sub(renamed, data)
        if kind in ("open", "import") and any(made.count(place) > 1 for place in places):
            return _sorted(made)  # labels order what lies at one place
        return made


def _stretches(label: str) -> regex.Pattern[str]:
    """A stretch with a label in JSON. Inside a string no quote stands bare: it is no comment."""
    names = "|".join(regex.escape(each) for each in written_as(label))
    return regex.compile(rf"\[(\d++), ?(\d++), ?(?:{names}), ?(?=\[)")


def _sorted(data: str) -> str:
    found = json.loads(data)
    for name in ("shown", "hidden", "spans"):
        if name in found:
            found[name].sort()
    return storable_json(found)


def rewritten(
    document: int, events: Iterable[Event], old: str, new: str
) -> tuple[list[Event], list[tuple[Span, ...]]]:
    """A history in which both labels stand, with `old` called `new`: stretches that become equal
    are one, with all that proposed it. Also the spans of each of its answers.

    Every event stays, with its number. Raises one of MALFORMED where it cannot be replayed.
    """
    before, after = Replayed(), Replayed()
    made: list[Event] = []
    answers: list[tuple[Span, ...]] = []
    for event in events:
        before.take(document, event)
        wanted = _merged(before.draft, old, new)
        data = dict(event.data)
        match event.kind:
            case "open" | "import":
                data |= _opened(event.data, old, new)
            case "edit":
                kept = {name: data[name] for name in ("focus",) if name in data}
                data = _leading(document, after.draft, wanted).to_json() | kept
            case "answer":
                data |= _told(after, data, event.data["answer"])
        made.append(replace(event, data=data))
        after.take(document, made[-1])
        if after.draft != wanted:
            # An undo across what was frozen anew: what stands is right, and is begun with.
            raise ValueError(event)
        if event.kind == "answer":
            draft = after.draft
            answers.append(draft.accepted() if event.data["answer"] == "accept" else draft.spans)
    return made, answers


def shortened(
    document: int, events: Iterable[Event], old: str, new: str
) -> tuple[list[Event], list[tuple[Span, ...]]]:
    """The same where the steps between cannot be kept: each answer, and what stands now, as if it
    had come with a file, which cannot be undone."""
    state = Replayed()
    made: list[Event] = []
    answers: list[tuple[Span, ...]] = []
    last: Event | None = None
    for event in events:
        state.take(document, event)
        last = event
        if event.kind == "answer":
            accepted = event.data["answer"] == "accept"
            draft = _merged(state.draft, old, new)
            spans = draft.accepted() if accepted else draft.spans
            number = made[-1].number + 1 if made else 1
            made.append(Event(number, "import", _as_given(draft, spans), event.time))
            data = {name: each for name, each in event.data.items() if name not in _FATES}
            made.append(Event(max(number + 1, event.number), "answer", data, event.time))
            answers.append(spans)
    if last and state.touched:
        draft = _merged(state.draft, old, new)
        number = max(last.number, made[-1].number + 1 if made else 1)
        made.append(Event(number, "import", _as_given(draft, draft.spans), last.time))
    return made, answers


def _as_given(draft: Draft, spans: Sequence[Span]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "spans": [span.to_json() for span in spans],
        "comment": draft.comment,
        "flagged": draft.flagged,
    }
    if draft.made:
        data["made"] = [list(token) for token in draft.made]
    return data


def _leading(document: int, before: Draft, after: Draft) -> Edit:
    """The edit that leads from one draft to another."""

    def without(items: Sequence[Any], others: Sequence[Any]) -> tuple[Any, ...]:
        gone = set(others)
        return tuple(each for each in items if each not in gone)

    values = tuple(
        (name, was, now)
        for name in ("answer", "comment", "flagged")
        if (was := getattr(before, name)) != (now := getattr(after, name))
    )
    return Edit(
        document,
        removed=without(before.spans, after.spans),
        added=without(after.spans, before.spans),
        dropped=without(before.suggestions, after.suggestions),
        suggested=without(after.suggestions, before.suggestions),
        unmade=without(before.made, after.made),
        made=without(after.made, before.made),
        undecided=without(before.decisions, after.decisions),
        decided=without(after.decisions, before.decisions),
        values=values,
    )


def _merged(draft: Draft, old: str, new: str) -> Draft:
    """A draft with `old` called `new`; a suggestion of what stands already adds its sources."""
    spans = _one_each(draft.spans, old, new)
    stretches = {(each.start, each.end, each.label): at for at, each in enumerate(spans)}
    left = []
    for each in _one_each(draft.suggestions, old, new):
        at = stretches.get((each.start, each.end, each.label)) if each.label == new else None
        if at is None:
            left.append(each)
        else:
            sources = (*spans[at].sources, *each.sources)
            spans[at] = replace(spans[at], sources=tuple(dict.fromkeys(sources)))
    return replace(draft, spans=tuple(sorted(spans)), suggestions=tuple(sorted(left)))


def _one_each(items: Sequence[Any], old: str, new: str) -> list[Any]:
    """Spans, or suggestions, with `old` called `new`, those that become equal as one."""
    found: dict[Any, Any] = {}
    # Those that were called so before come first, and so do their sources.
    for each in sorted(items, key=lambda item: item.label == old):
        if each.label in (old, new):
            key: Any = (each.start, each.end)
            there = found.get(key)
            if there is not None:
                sources = tuple(dict.fromkeys((*there.sources, *each.sources)))
                score = {}
                if isinstance(each, Suggestion):
                    score = {"score": max(there.score, each.score)}
                found[key] = replace(there, sources=sources, **score)
            else:
                found[key] = replace(each, label=new)
        else:
            found[each] = each
    return sorted(found.values())


def _opened(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """What an `open` or an `import` has of stretches."""
    makers: dict[str, Callable[[list[Any]], Any]] = {
        "shown": Suggestion.from_json,
        "hidden": Suggestion.from_json,
        "spans": Span.from_json,
    }
    return {
        name: [each.to_json() for each in _one_each([*map(make, data[name])], old, new)]
        for name, make in makers.items()
        if name in data
    }


def _told(state: Replayed, data: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """What an answer has of suggestions, in the words of the history as it is now."""
    if not any(name in data for name in _FATES):
        return {}
    return told_fates(state.shown, state.draft, answer)
