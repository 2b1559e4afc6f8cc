"""What a project's gazetteers and patterns find in texts that are none of its documents: as on a
page, but for nobody in particular, so that all evidence counts.

Knows no file and no process: who runs the patterns is told by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from tonemark.corpus.gazetteers import Entry, entries_of, patterns
from tonemark.corpus.produced import pattern_faults
from tonemark.corpus.project import Project
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import Store
from tonemark.patterns.combine import combine
from tonemark.patterns.earning import standing, suggests
from tonemark.patterns.gazetteer import Gazetteer, Option
from tonemark.patterns.weighing import entry_number
from tonemark.tokenizers.base import Token

Run: TypeAlias = Callable[[str, Sequence[Token]], Iterable[Suggestion]]
"""Runs patterns over a text."""

_REMEMBERED = 1 << 16
"""Stretches, by the entries that propose them, of which is remembered what those have earned."""


class Bulk:
    """The names and patterns of a project that suggest now. `run` runs those of `usable_patterns`;
    without it there are none."""

    def __init__(self, project: Project, store: Store, run: Run | None = None) -> None:
        self._store = store
        self._overlapping = project.overlapping
        self._run = run
        self._given: dict[int, str] = {}
        self._asked: dict[tuple[int, ...], list[Option]] = {}
        self._gazetteer = Gazetteer(project, store)
        self._gazetteer.refresh()

    def found(self, text: str, tokens: Sequence[Token]) -> tuple[Suggestion, ...]:
        """What stands in a text, in order; without overlaps, unless the project has them."""
        if len(self._asked) > _REMEMBERED:
            self._asked.clear()
        names = self._gazetteer.of_text(text, tokens, self._asked)
        matched = self._gazetteer.earned(tuple(self._run(text, tokens)), {}) if self._run else ()
        return combine(names, matched, overlapping=self._overlapping)

    def as_json(self, found: Iterable[Suggestion]) -> list[dict[str, Any]]:
        """Spans as a file has them: `source` is the first of what proposes each, `entry` the number
        of that entry, and `id` what the file that it came from calls it, if it does."""
        spans = []
        for each in found:
            source = each.sources[0]
            number = entry_number(source, "gazetteer:") or entry_number(source, "pattern:")
            span = {"start": each.start, "end": each.end, "label": each.label}
            span |= {"source": source, "entry": number}
            if given := self._id(number):
                span["id"] = given
            spans.append(span)
        return spans

    def _id(self, number: int) -> str:
        if number not in self._given:
            entry = entries_of(self._store, [number]).get(number)
            self._given[number] = entry.given if entry else ""
        return self._given[number]


def usable_patterns(project: Project, store: Store) -> list[Entry]:
    """The token patterns and expressions that still suggest, and were never left out because they
    had no end."""
    left_out = pattern_faults(store)
    return [
        each
        for each in patterns(store)
        if each.number not in left_out and suggests(standing(each), project.threshold)
    ]
