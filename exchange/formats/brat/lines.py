"""The lines of a brat .ann file: spans into lines, and lines, each checked against the text, into
spans. Knows no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import regex

from tonemark.corpus.spans import Span
from tonemark.exchange.base import Misfit
from tonemark.exchange.checks import checked_label
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.units import to_code_point, utf16_length
from tonemark.refusals import Refusal, Refused, quoted

_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
"""What a quoted text may not hold: a tab ends it, and brat's parser (codecs.open) ends the line at
each of the others, as str.splitlines does."""

_BREAK = regex.compile(f"[{_BREAKS}]+")
_SPACED = str.maketrans(dict.fromkeys(_BREAKS, " "))

_LABEL = regex.compile(r"[A-Za-z0-9_-]+")
_ID = regex.compile(r"(?:[A-Za-z]+|#[A-Za-z]*)[0-9]+.*|\*|#")
_LINE = regex.compile(rb"[^\n]+")
_FRAGMENT = regex.compile(r"([0-9]{1,9}) ([0-9]{1,9})\s*")

_KINDS = {
    "R": "relation",
    "*": "equivalence",
    "E": "event",
    "A": "attribute",
    "M": "attribute",
    "N": "normalization",
    "#": "other note",
}
"""The lines that are no spans, by the first letter of their ids."""

_NOTE = "AnnotatorNotes"


def label_fault(label: str) -> str:
    """Why brat would mangle a label, in words that follow it; empty where it would not.

    annotation.conf takes A-Z a-z 0-9 _ - and puts _ for all else (normalize_to_storage_form); a
    line of hyphens alone is a separator there.
    """
    if not _LABEL.fullmatch(label):
        wrong = next((c for c in label if not _LABEL.fullmatch(c)), "")
        return f"has {quoted(wrong)}, where brat takes A-Z, a-z, 0-9, _ and - alone"
    if not label.strip("-"):
        return "has hyphens alone, which brat takes for a separator"
    return ""


def misfits(text: str, spans: Iterable[Span]) -> Iterator[Misfit]:
    """What brat's files cannot say: a carriage return, which readers that open the text as Python
    does drop before a line feed, so that every offset behind it slips; and a span at whose edge
    there is what only stands between fragments."""
    if (at := text.find("\r")) >= 0:
        yield Misfit(at, at + 1, "is a carriage return, which many readers of brat's files drop")
    for span in spans:
        if text[span.start] in _BREAKS or text[span.end - 1] in _BREAKS:
            reason = "begins or ends with a line end or a tab, which brat cannot quote"
            yield Misfit(span.start, span.end, reason)


def annotation_lines(row: ExportRow) -> str:
    """The .ann of a row: a T a span; where there are line ends or tabs in it, a fragment each side.

    A comment stands as a note at the first span, if it is one line: brat has none for documents.
    """
    lines = []
    for number, span in enumerate(sorted(row.spans), start=1):
        places = _fragments(row.text, span.start, span.end)
        offsets = ";".join(f"{start} {end}" for start, end in places)
        quote = " ".join(row.text[start:end] for start, end in places)
        lines.append(f"T{number}\t{span.label} {offsets}\t{quote}\n")
    if lines and row.comment and not _BREAK.search(row.comment):
        lines.append(f"#1\t{_NOTE} T1\t{row.comment}\n")
    return "".join(lines)


def _fragments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    places = []
    for found in _BREAK.finditer(text, start, end):
        places.append((start, found.start()))
        start = found.end()
    return [*places, (start, end)]


class Standoff(NamedTuple):
    """What an .ann file says: spans (code points, end exclusive, label), each once and in the order
    of the file; the annotators' notes; and what was left out or done, in words."""

    spans: tuple[tuple[int, int, str], ...]
    notes: str
    warnings: tuple[str, ...]


def parsed_standoff(data: bytes, text: str) -> Standoff | Refusal:
    """The file's spans, every one checked against the text, or the first line that is wrong."""
    reader = _Reader(text)
    number, counted = 1, 0
    for found in _LINE.finditer(data):
        number += data.count(b"\n", counted, found.start())
        counted = found.start()
        try:
            reader.read(found[0].removesuffix(b"\r").decode())
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            reason = f"not UTF-8: byte 0x{byte:02X} at byte {error.start + 1}"
            return Refusal(number, reason)
        except Refused as refused:
            return Refusal(number, str(refused))
    return reader.standoff()


class _Reader:
    """Takes lines, and keeps what they say of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans: dict[tuple[int, int, str], None] = {}
        self._first: dict[str, tuple[int, int, str]] = {}
        self._notes: list[tuple[str, str]] = []
        self._others: Counter[str] = Counter()
        self._apart: list[str] = []
        self._unquoted: list[str] = []

    def read(self, line: str) -> None:
        """Take a line. Raises Refused."""
        if not line or line.isspace():
            return
        name, tab, rest = line.partition("\t")
        if not _ID.fullmatch(name):
            raise Refused(f"{quoted(line)} does not begin with an id such as T1")
        if not tab:
            raise Refused(f"no tab stands behind {quoted(name)}")
        if name[0] == "T":
            self._read_span(name, *rest.partition("\t")[::2])
        elif name[0] == "#" and rest.startswith(f"{_NOTE} "):
            target, _, note = rest[len(_NOTE) + 1 :].partition("\t")
            if note.strip():
                self._notes.append((target.strip(), note.strip()))
        elif name[0] in _KINDS:
            self._others[_KINDS[name[0]]] += 1
        else:
            raise Refused(f"{quoted(name)} is an id of no kind that brat has")

    def _read_span(self, name: str, said: str, quote: str) -> None:
        label, _, offsets = said.partition(" ")
        if name in self._first:
            raise Refused(f"{quoted(name)} stands there twice")
        places = [self._place(name, each) for each in offsets.split(";")]
        self._check_quote(name, places, quote)
        checked_label(label)
        ordered = sorted(places)
        if any(end > start for (_, end), (start, _) in pairwise(ordered)):
            raise Refused(f"the fragments of {quoted(name)} overlap")
        found = _joined(self._text, ordered)
        if len(found) > 1:
            self._apart.append(name)
        spans = [(start, end, label) for start, end in found]
        self._spans |= dict.fromkeys(spans)
        self._first[name] = spans[0]

    def _place(self, name: str, fragment: str) -> tuple[int, int]:
        found = _FRAGMENT.fullmatch(fragment)
        if not found:
            raise Refused(f"{quoted(fragment)} in {quoted(name)} is not a start and an end")
        start, end = int(found[1]), int(found[2])
        if start >= end:
            raise Refused(f"{quoted(name)} {start}-{end} is empty or runs backwards")
        if end > len(self._text):
            hint = ""
            if end <= utf16_length(self._text):
                hint = "; offsets must count code points, not UTF-16 units"
            raise Refused(
                f"{quoted(name)} {start}-{end} lies outside the text, which has "
                f"{len(self._text)} characters{hint}"
            )
        return start, end

    def _check_quote(self, name: str, places: Sequence[tuple[int, int]], quote: str) -> None:
        """Raises Refused where another text is quoted than stands there; older files join fragments
        with nothing between, or put a space where the text has a line end."""
        if _quotes(self._text, places, quote):
            return
        if not quote.strip():
            self._unquoted.append(name)
            return
        shown = " ".join(self._text[start:end] for start, end in places)
        raise Refused(
            f"{quoted(name)} quotes {quoted(quote)}, but {quoted(shown)} stands there"
            f"{self._why(places, quote)}"
        )

    def _why(self, places: Sequence[tuple[int, int]], quote: str) -> str:
        """What the offsets count where they are right in another unit."""
        at = to_code_point(self._text)
        moved = [(at(start), at(end)) for start, end in places]
        whole = [(first, last) for first, last in moved if first is not None and last is not None]
        if len(whole) == len(places) and whole != places and _quotes(self._text, whole, quote):
            return "; the offsets count UTF-16 units, and must count code points"
        if "\r\n" in self._text and _quotes(self._text.replace("\r\n", "\n"), places, quote):
            return "; the offsets count CR LF as one character: give the text LF line ends"
        if self._text[0] == "\ufeff" and _quotes(self._text[1:], places, quote):
            return "; the offsets do not count the byte order mark: take it out of the text"
        return "; offsets must count code points"

    def standoff(self) -> Standoff:
        """All that the lines said."""
        warnings = []
        if self._others:
            counts = [f"{n} {kind}{'s'[: n != 1]}" for kind, n in self._others.items()]
            warnings.append(f"left out: {', '.join(counts)}")
        if self._apart:
            shown = _some(self._apart)
            warnings.append(f"in pieces, each taken as a span of its own: {shown}")
        if self._unquoted:
            warnings.append(
                f"no text is quoted, so that nothing was checked: {_some(self._unquoted)}"
            )
        return Standoff(tuple(self._spans), self._comment(), tuple(warnings))

    def _comment(self) -> str:
        """The notes, a line each; where there are several, with what they are about."""
        if len(self._notes) == 1:
            return self._notes[0][1]
        lines = []
        for target, note in self._notes:
            start, end, _ = self._first.get(target, (0, 0, ""))
            about = self._text[start : min(end, start + _QUOTE)].translate(_SPACED)
            lines.append(f"{about}: {note}" if about else note)
        return "\n".join(lines)


_QUOTE = 40
"""Code points of a span that are quoted before a note on it."""


def _quotes(text: str, places: Sequence[tuple[int, int]], quote: str) -> bool:
    """Whether a quote is of what stands at the places, and nothing follows it but white space and
    what stands behind that."""
    if sum(end - start for start, end in places) > len(quote):
        return False  # before the text is cut: it may be long, and the line short
    parts = [text[start:end] for start, end in places]
    if quote == " ".join(parts):
        return True
    parts = [part.translate(_SPACED) for part in parts]
    given = quote.translate(_SPACED)
    return any(
        given == said or given.startswith(f"{said} ") for said in (" ".join(parts), "".join(parts))
    )


def _joined(text: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Fragments in order, those with white space alone between them as one."""
    found = places[:1]
    for start, end in places[1:]:
        if not text[found[-1][1] : start].strip():
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
