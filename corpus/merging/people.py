"""Who is who where projects are put together: a name that two of them have is of two people, unless
somebody says that it is one.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import regex

from tonemark.corpus.annotators import NAME_LENGTH, is_annotator_name
from tonemark.corpus.drafts import decision_from_json
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.gold import is_rule
from tonemark.files import parsed

_OUTSIDE = regex.compile(r"[^A-Za-z0-9_.-]+")

SUFFIX = 12
"""Characters of a project's name that are put behind a person's, so that both are still known."""


@dataclass(slots=True)
class People:
    """The people of the projects that were put together so far; `same` says which names are of one
    person wherever they stand."""

    same: Callable[[str], bool]
    taken: set[str] = field(default_factory=set)

    def admitted(self, names: Collection[str], project: str) -> dict[str, str]:
        """The people of one more project, whom others' work is apart from: what those are called
        whose names were taken."""
        renamed = {}
        for name in sorted(names):
            if name in self.taken and not self.same(name):
                renamed[name] = self._free(name, project, names)
        self.taken.update(renamed.get(name, name) for name in names)
        return renamed

    def _free(self, name: str, project: str, names: Collection[str]) -> str:
        suffix = regex.sub(_OUTSIDE, "-", project).strip("-")[:SUFFIX] or "2"
        for attempt in itertools.count(1):
            behind = f"-{suffix}" if attempt == 1 else f"-{suffix}-{attempt}"
            free = f"{name[: NAME_LENGTH - len(behind)]}{behind}"
            if free not in self.taken and free not in names:
                self.taken.add(free)
                return free
        raise AssertionError("unreachable")


def people_of(db: sqlite3.Connection) -> set[str]:
    """All who annotated or reviewed in a store, and whose versions were taken in its reviews."""
    found = {
        name
        for (name,) in db.execute(
            "SELECT annotator FROM annotations UNION SELECT reviewer FROM gold"
        )
    }
    for (decisions,) in db.execute("SELECT DISTINCT decisions FROM gold"):
        with contextlib.suppress(*MALFORMED):
            found |= {chosen(decision_from_json(*each).choice) for each in parsed(decisions)}
    return {
        name
        for name in found
        if isinstance(name, str) and not is_rule(name) and is_annotator_name(name)
    }


def chosen(choice: str) -> str:
    """Whose version a decision took, if it is a person's; of an answer, a colon ends the name."""
    return choice if is_rule(choice) else choice.partition(":")[0]
