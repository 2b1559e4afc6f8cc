"""Places in the documents of a project, where something is to be looked at: counted, the first of
them kept. Knows not what for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from tonemark.corpus.documents import Document
from tonemark.corpus.spans import Span
from tonemark.exchange.checking import told
from tonemark.exchange.rows import ExportRow

KEPT = 200
"""Places of each kind that are kept; the others are counted."""

Verb: TypeAlias = Literal["annotate", "review"]


class Place(NamedTuple):
    """A document, by its number and key, and where in it: start and end in code points of its text
    (0, 0: the whole of it). `what` says what stands there, in words that may quote the text; `by`
    whose answer it is, if anybody's; `opens` the command in which it is put right."""

    document: int
    key: str
    start: int = 0
    end: int = 0
    what: str = ""
    by: str = ""
    opens: Verb = "annotate"


@dataclass(slots=True)
class Places:
    """How often something is so, and the first places of it."""

    count: int = 0
    first: list[Place] = field(default_factory=list)

    def add(self, place: Place) -> None:
        """Count a place, and keep it while there is room."""
        self.count += 1
        if len(self.first) < KEPT:
            self.first.append(place)


def place_in(
    document: Document, row: ExportRow | str, span: Span | None = None, what: str = ""
) -> Place:
    """A document with the answer that stands for it, or why none does; or a span of that answer.
    `what` is said behind the span."""
    if isinstance(row, str):
        return Place(document.number, document.key, what=what)
    if span is not None:
        what = f"{told(document.text, span)} {what}".rstrip()
    return Place(
        document.number,
        document.key,
        span.start if span else 0,
        span.end if span else 0,
        what,
        "" if row.settled else row.annotator or "",
        "review" if row.settled else "annotate",
    )
