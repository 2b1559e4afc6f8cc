"""Which documents of a table of spans have rows that do not stand together: told before any of
them is read. What a row says besides key and text is not known here."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tonemark.errors import TonemarkError
from tonemark.refusals import Refusal, quoted
from tonemark.table_rows import Row

MARKS = 500_000
"""Stretches among which equal ones are looked for at a time: a dict of them takes 65 MiB."""

APART = 100_000
"""Documents that may stand apart; a table with more was sorted as a whole, and is refused so."""

SHOWN = 5
"""Lines that a reason names."""


class Head(NamedTuple):
    """Key and text of the first row of a stretch: of rows of one document that stand together."""

    key: str
    text: str

    @classmethod
    def of(cls, key: str, text: str) -> Head:
        """That of a row; a blank key is none."""
        return cls("" if key.isspace() else key, text)

    def goes_on(self, key: str, text: str, start: str) -> bool:
        """Whether a row is of this document: it has its key and not another text, or, where there
        are no keys, its text and the start of a span, or no text."""
        if (key and not key.isspace()) or self.key:
            return key == self.key and (not text or text == self.text)
        return not text or (start != "" and text == self.text)

    @property
    def mark(self) -> int:
        """What tells its document from all others in the file: its key, or else its text.

        Python's hash of strings is keyed anew in each process: no file has two that meet.
        """
        return hash(self.key or (self.text,))


@dataclass(slots=True)
class _Met:
    """The first lines on which stretches of one document begin, how many there are, and up to three
    of the hashes of their texts, 0 for none."""

    lines: list[int]
    count: int
    texts: set[int]


@dataclass(slots=True)
class Apart:
    """The documents, by their marks, that are met in more than one stretch."""

    met: dict[int, _Met] = field(default_factory=dict)

    def refusal(self, head: Head, line: int) -> Refusal | None:
        """Why a stretch is not taken that begins so on that line; None where nothing is wrong."""
        met = self.met.get(head.mark)
        if met is None:
            return None
        shown = [f"{each:,}" for each in met.lines]
        more = met.count - len(shown)
        last = f"{more:,} more" if more else shown.pop()
        lines = f"lines {', '.join(shown)} and {last}"
        if not head.key:
            return Refusal(
                line,
                f"this text stands apart without a key ({lines}), and so nobody can tell whether "
                "that is one document; keep the rows of a document together, or give each a key",
            )
        if len(met.texts - {0}) > 1:
            return Refusal(
                line,
                f"{quoted(head.key)} is the key of different texts ({lines}); give each document a "
                "key of its own",
            )
        return Refusal(
            line,
            f"the rows of {quoted(head.key)} do not stand together, its text in the first of them "
            f"({lines}); sort the table by key, then by text, empty cells last",
        )


def rows_apart(
    rows: Iterable[Row | Refusal],
    cells: Callable[[Sequence[str]], tuple[str, str, str]],
    source: str,
) -> Apart:
    """The documents of a table whose rows do not stand together: in each of their stretches a part
    of the spans is missing. `cells` takes key, text and start of a span from a row's fields.

    Without keys a text is its document only where it has a span: the same text may stand in a
    corpus many times. Holds 24 bytes a stretch, and a dict of MARKS. Raises TonemarkError where
    more than APART documents stand apart; `source` names the file there.
    """
    marks, lines, texts = array("q"), array("q"), array("q")

    def end(head: Head, line: int, has_span: bool) -> None:
        if head.key or (head.text and has_span):
            marks.append(head.mark)
            lines.append(line)
            texts.append(hash(head.text))

    head: Head | None = None
    begun, spanned = 0, False
    for row in rows:
        if isinstance(row, Refusal):
            continue
        key, text, start = cells(row.fields)
        if head is None or not head.goes_on(key, text, start):
            if head is not None:
                end(head, begun, spanned)
            head, begun, spanned = Head.of(key, text), row.line, False
        spanned = spanned or start != ""
    if head is not None:
        end(head, begun, spanned)
    return Apart(_met_again(marks, lines, texts, source))


def _met_again(
    marks: array[int], lines: array[int], texts: array[int], source: str
) -> dict[int, _Met]:
    found: dict[int, _Met] = {}
    parts = len(marks) // MARKS + 1
    for part in range(parts):
        first: dict[int, int] = {}
        for place, mark in enumerate(marks):
            if mark % parts != part:
                continue
            if (before := first.setdefault(mark, place)) == place:
                continue
            if (met := found.get(mark)) is None:
                met = found[mark] = _Met([lines[before]], 1, {texts[before]})
                if len(found) > APART:
                    raise TonemarkError(
                        f"{source or 'The file'}: the rows of more than {APART:,} documents do not "
                        "stand together.",
                        "Sort the table by key, then by text, empty cells last.",
                    )
            met.count += 1
            if len(met.lines) < SHOWN:
                met.lines.append(lines[place])
            if len(met.texts) < 3:
                met.texts.add(texts[place])
    return found
