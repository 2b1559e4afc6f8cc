"""CoNLL-2003: a token, its part of speech, its chunk and its tag a line, documents between
`-DOCSTART-`; and Label Studio's own export of that name, read with its faults.

Format: Tjong Kim Sang and De Meulder, CoNLL-2003. Its rows are those of `conll.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from tonemark.exchange.base import Format, Given, Misfit, ReadOptions, WriteOptions
from tonemark.exchange.formats.columns.conll import (
    CANNOT,
    label_fault,
    misfits,
    read_with_header,
    write_sentences,
)
from tonemark.exchange.formats.columns.layout import is_docstart
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

_HEADER = b"-DOCSTART- -X- O O\n\n"
"""To the letter: spaCy's converter (3.8) divides documents at nothing else."""

_LABEL_STUDIO = ["-DOCSTART-", "-X-", "O"]
"""The columns of the one header that Label Studio writes (SDK 2.0): three, and no blank line."""

_FAULTS = (
    "Label Studio made this file: spans that overlapped, or began or ended inside a word, are not "
    "what was annotated (its JSON has them)"
)
_TWICE = (
    "the text of the record before it again: Label Studio writes a text once for each annotator, "
    "and does not say whose the tags are"
)


def read_conll2003(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A sentence a record, as `conll.read_conll` reads it: the last column holds the tags.

    Of Label Studio's own export it warns of what cannot be mended, with the first record, and of
    each text that stands there once for each annotator. Raises as read_conll does.
    """
    header, records = read_with_header(stream, options)
    if header.split() != _LABEL_STUDIO:
        yield from records
        return
    before = ""
    faults: tuple[str, ...] = (_FAULTS,)
    for each in records:
        if isinstance(each, Refusal):
            yield each
            continue
        twice = (_TWICE,) if each.text == before else ()
        yield each._replace(warnings=(*faults, *twice, *each.warnings))
        before, faults = each.text, ()


def write_conll2003(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """A `-DOCSTART-` a document, then a piece of the text a line as `TOKEN -X- _ TAG`, in IOB2, and
    a blank line after each sentence."""
    for row in rows:
        stream.write(_HEADER)
        yield write_sentences(row, (row,), stream, options, between=" -X- _ ")


def recognises(head: bytes) -> bool:
    """Whether a file's first bytes are those of CoNLL-2003."""
    lines = head.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    return is_docstart(next((line for line in lines if line.strip()), "").rstrip("\r"))


def _misfits(row: ExportRow) -> Iterator[Misfit]:
    if row.answer is None:
        yield Misfit(0, 0, "has no answer, for which CoNLL-2003 has no tag")
    yield from misfits(row)


FORMAT = Format(
    "conll2003",
    "CoNLL-2003: token, two empty columns, tag",
    (".conll", ".txt"),
    read_conll2003,
    write_conll2003,
    recognises=recognises,
    unit="tokens",
    on_tokens=True,
    overlaps=False,
    holds=frozenset(),
    cannot=CANNOT,
    label_fault=label_fault,
    misfits=_misfits,
)
