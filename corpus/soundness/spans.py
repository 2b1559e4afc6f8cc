"""What lies on a text, judged against it: tokens, spans, suggestions; and a fault of a document."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tonemark.corpus.documents import misplaced, unpack_tokens
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.project import Project
from tonemark.corpus.soundness.findings import Checked
from tonemark.corpus.spans import lies_in
from tonemark.text import graphemes

LABELS = 1000
"""Labels that project.toml lacks, counted one by one."""

BACK = 64
"""Code points before an offset that tell whether it lies inside a grapheme cluster."""

BACKUP = "Copy the folder first, then put store.sqlite back from a backup."


class Fault(NamedTuple):
    """A finding of which the document is not yet told."""

    what: str
    where: str = ""
    remedy: str = ""
    harmless: bool = False


class Row(NamedTuple):
    """A document as its row has it; damaged, each may be of any type."""

    number: Any
    key: Any
    text: Any
    digest: Any
    meta: Any
    tokens: Any
    places: Any
    taken: Any


@dataclass
class Texts:
    """Judges stretches of texts, and counts them; `unknown` are labels that the project lacks."""

    project: Project | None
    checked: Checked
    unknown: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.labels = {label.name for label in self.project.labels} if self.project else None
        self.overlapping = self.project is None or self.project.overlapping

    def tokens(self, text: str, data: Any, where: str, remedy: str = BACKUP) -> Iterator[Fault]:
        """Packed tokens against their text, told up to the first that is wrong."""
        if data is None:
            return
        try:
            tokens = unpack_tokens(data)
        except MALFORMED:
            yield Fault("Tokens cannot be read.", where, remedy)
            return
        self.checked.tokens += len(tokens)
        if token := misplaced(tokens, len(text)):
            what = "A token lies outside its text, or over the one before it."
            yield Fault(what, place_of(where, *token), remedy)

    def stretch(
        self,
        text: str,
        start: Any,
        end: Any,
        label: Any,
        kind: str,
        who: str,
        remedy: Callable[[], str],
    ) -> Iterator[Fault]:
        """A span or a suggestion against its text."""
        if not lies_in(start, end, len(text)):
            where = place_of(who, start, end, label)
            yield Fault(f"A {kind} lies outside its text, or is empty.", where, remedy())
            return
        if not isinstance(label, str) or not label:
            yield Fault(f"A {kind} has no label.", place_of(who, start, end), remedy())
        elif (
            self.labels is not None
            and label not in self.labels
            and (label in self.unknown or len(self.unknown) < LABELS)
        ):
            self.unknown[label] += 1
        if text[start].isspace() and text[start:end].isspace():
            yield Fault(
                f"A {kind} holds nothing but white space.", place_of(who, start, end), remedy()
            )
        elif inside_cluster(text, start) or inside_cluster(text, end):
            what = f"A {kind} begins or ends inside a grapheme cluster."
            where = place_of(who, start, end, label)
            yield Fault(what, where, "Look whether it was given so.", harmless=True)


def inside_cluster(text: str, at: int) -> bool:
    """Whether an offset stands inside a grapheme cluster, as far as BACK code points tell."""
    if not 0 < at < len(text) or (text[at].isascii() and text[at] != "\n"):
        return False
    begin = max(0, at - BACK)
    # From an ASCII character on, clusters are what they are in the whole text.
    begin = next((i for i in range(at - 1, begin, -1) if text[i].isascii()), begin)
    starts = [start for start, _ in graphemes(text[begin : at + 1])]
    place = bisect_left(starts, at - begin)
    return place == len(starts) or starts[place] != at - begin


def place_of(who: str, start: Any, end: Any, label: Any = "") -> str:
    """Where a stretch lies, and whose it is."""
    return f"{who}{': ' if who else ''}{start} to {end} {label}".rstrip()
