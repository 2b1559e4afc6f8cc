"""CoNLL-U, written: ten columns, the name tag and the white space in the last of them.

Format: universaldependencies.org/format.html; white space by the marks of UDPipe 2 (SpacesAfter,
SpacesBefore). `conllu.py` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import regex

from tonemark.corpus.records import TEXT_LIMIT
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Misfit, WriteOptions
from tonemark.exchange.formats.columns.layout import CELLS
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import cut_of, pieces, sentences_of, tags_of
from tonemark.tokenizers.base import Token

GENERATOR = "Tonemark"
"""What the comment `generator` of a file of ours says: in it a document without tags, O included,
is one without an answer."""

SPACING = frozenset(("SpaceAfter", "SpacesAfter", "SpacesBefore"))
"""The keys of MISC that tell white space."""

BLANKS = TEXT_LIMIT // 8
"""Code points of white space that may stand in one place: escaped, they make one line."""

_ESCAPES = {" ": "s", "\t": "t", "\r": "r", "\n": "n", "|": "p", "\\": "\\"}
_MEANT = {letter: character for character, letter in _ESCAPES.items()}
_ESCAPED = regex.compile(r"\\(?:u([0-9a-f]{4})|(.))")
_LABEL = regex.compile(r"[A-Z_]+")
_KEY = regex.compile(r"[^\s=|_][^\s=|]*")


def escaped(space: str) -> str:
    r"""White space as a value of MISC: `\s \t \r \n`, as UDPipe has it, and `\uXXXX` for what that
    has no letter for: readers strip such space off the end of a line, or end the line at it."""
    return "".join(f"\\{_ESCAPES.get(each) or f'u{ord(each):04x}'}" for each in space)


def unescaped(value: str) -> str:
    """The white space that a value of MISC stands for."""

    def meant(found: regex.Match[str]) -> str:
        code, letter = found.groups()
        return chr(int(code, 16)) if code else _MEANT.get(letter, letter)

    return _ESCAPED.sub(meant, value)


def write_conllu(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """A `newdoc` a document, with its key; of its pieces (`tagging.pieces`) one a line, with the
    tag in IOB2 under `options.name_key`, O included. A document without an answer has no tags.

    Raises TonemarkError where that key cannot stand in MISC.
    """
    key = options.name_key
    if not _KEY.fullmatch(key) or key in SPACING:
        raise TonemarkError(
            f'"{key}" cannot be the name of a tag in CoNLL-U.',
            "Give --name-key a word without white space, = and |, such as NE.",
        )
    number = 0
    for row in rows:
        lines = [] if number else [f"# generator = {GENERATOR}"]
        lines.append(f"# newdoc id = {row.key}")
        placed = pieces(row.text, row.tokens or ())
        spans = row.spans if row.answer else ()
        tags = [f"{key}={tag}" for tag in tags_of(placed, spans)] if row.answer else None
        gaps = _gaps(row.text, placed)
        at = 0
        for sentence in sentences_of(row.text, placed, spans, cut_of(row, options)):
            number += 1
            lines += (f"# sent_id = {number}", f"# text = {_shown(row.text, sentence)}")
            for order, (start, end) in enumerate(sentence, start=1):
                misc = [tags[at]] if tags else []
                misc += _spacing(gaps[at + 1], is_last=at + 1 == len(placed))
                if at == 0 and gaps[0]:
                    misc.append(f"SpacesBefore={escaped(gaps[0])}")
                empty = "\t_" * 7
                lines.append(f"{order}\t{row.text[start:end]}{empty}\t{'|'.join(misc) or '_'}")
                at += 1
            lines.append("")
        stream.write(("\n".join(lines) + "\n").encode())
        yield 1


def _gaps(text: str, placed: Sequence[Token]) -> list[str]:
    """What stands before the first piece, between two, and behind the last."""
    starts = [*(piece.start for piece in placed), len(text)]
    ends = [0, *(piece.end for piece in placed)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def _spacing(gap: str, *, is_last: bool) -> list[str]:
    """What MISC says of the white space behind a piece: nothing of a single space, and nothing
    where the document ends, for readers join documents."""
    if gap == ("" if is_last else " "):
        return []
    return [f"SpacesAfter={escaped(gap)}"] if gap else ["SpaceAfter=No"]


def _shown(text: str, sentence: Sequence[Token]) -> str:
    """The text of a sentence on one line, as its forms and `SpaceAfter=No` give it."""
    parts = []
    position = sentence[0].start
    for start, end in sentence:
        parts.append(" " * (start > position) + text[start:end])
        position = end
    return "".join(parts)


def label_fault(label: str) -> str:
    """Why readers would mangle a label: spaCy's converter knows ASCII capitals and _ alone."""
    if not _LABEL.fullmatch(label):
        return "has more than the letters A-Z and _, at which spaCy's converter cuts it"
    return ""


def misfits(row: ExportRow) -> Iterator[Misfit]:
    """White space that is too long for a line, and more pieces than are read."""
    if len(row.text) <= min(BLANKS, CELLS):
        return
    placed = pieces(row.text, row.tokens or ())
    if len(placed) > CELLS:
        yield Misfit(0, 0, f"has more than {CELLS:,} tags")
    position = 0
    for gap, piece in zip(_gaps(row.text, placed), (*placed, None), strict=True):
        if len(gap) > BLANKS:
            yield Misfit(position, position + len(gap), f"has over {BLANKS:,} characters of space")
        position = piece.end if piece else position
