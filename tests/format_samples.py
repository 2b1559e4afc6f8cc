"""A sample of every format, made by its own writer, what is read of it when it is changed, and what
no reader may give."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tonemark.corpus.labels import Label, label_fault
from tonemark.corpus.records import ANSWERS, Record
from tonemark.corpus.spans import Span
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, ReadOptions, WriteOptions
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

Files = dict[str, bytes]
"""The files of a sample by their names; of a format that is one file, it alone."""

GREETING = "👋 Vaj Pov nyob Luang Prabang, Ẹ̀kọ́."
PLACES = [(0, 1), (2, 5), (6, 9), (10, 14), (15, 20), (21, 28), (28, 29), (30, 35), (35, 36)]
ROWS = (
    ExportRow(
        "doc1",
        GREETING,
        {},
        tuple(Token(*place) for place in PLACES),
        (Span(2, 9, "PER"), Span(15, 28, "LOC")),
        "accept",
        "amina",
        comment="leo",
        time=1795252135.0,
    ),
    ExportRow(
        "doc2",
        "Nairobi leo",
        {},
        (Token(0, 7), Token(8, 11)),
        (Span(0, 7, "LOC"),),
        "accept",
        "amina",
    ),
)
NAMED = {("Vaj Pov", "PER"), ("Luang Prabang", "LOC"), ("Nairobi", "LOC")}

READ_ALONE: dict[str, bytes] = {"text": f"{GREETING}\nNairobi leo\n".encode()}
"""Samples of the formats that are not written."""


@cache
def samples(format: Format) -> tuple[Files, ...]:
    """What the format's own writer makes of the rows: one annotator's answers, and several's."""
    if not format.writable:
        assert format.name in READ_ALONE, "a format that is not written needs a sample here"
        return ({"": READ_ALONE[format.name]},)
    labels = (Label("PER"), Label("LOC"))
    found = [written(format, ROWS, WriteOptions("ds", "hmn", labels))]
    if format.versions:
        rows = [with_versions(row) for row in ROWS]
        found.append(written(format, rows, WriteOptions("ds", "hmn", labels, ("amina", "juma"))))
    return tuple(found)


def with_versions(row: ExportRow) -> ExportRow:
    other = replace(row, annotator="juma", spans=row.spans[:1], comment="")
    return replace(row, answer=None, spans=(), annotator=None, versions=(row, other))


def written(format: Format, rows: Any, options: WriteOptions) -> Files:
    if format.write:
        stream = io.BytesIO()
        for _ in format.write(iter(rows), stream, options):
            pass
        return {"": stream.getvalue()}
    assert format.write_folder
    with tempfile.TemporaryDirectory() as made:
        for _ in format.write_folder(iter(rows), folder := Path(made), options):
            pass
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def is_folder(format: Format) -> bool:
    """Whether a sample of it is a folder."""
    return format.write_folder is not None and format.write is None


def put(files: Files, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def read(format: Format, files: Files, folder: Path) -> list[Given] | TonemarkError:
    """What the reader makes of it. What it raises is a fault, but for a refusal of the whole."""
    try:
        if format.read and "" in files:
            found = list(format.read(io.BytesIO(files[""]), ReadOptions(source="f")))
        else:
            assert format.read_folder
            found = list(format.read_folder(put(files, folder), ReadOptions(source="f")))
    except TonemarkError as error:
        return error
    for each in found:
        check(each)
    return found


def check(given: Given) -> None:
    """Raises AssertionError where a reader gave what the store could not take."""
    if isinstance(given, Refusal):
        assert given.line >= 1
        assert given.reason
        assert given.reason.isprintable()
        assert len(given.reason) < 500
        return
    text = given.text
    assert text.strip()
    assert "\0" not in text
    text.encode()
    assert given.key is None or 0 < len(given.key) <= 200
    json.dumps(dict(given.meta), ensure_ascii=False, allow_nan=False).encode()
    spans = [span for each in given.annotations for span in each.spans]
    for placed in (*spans, *given.suggestions):
        assert 0 <= placed.start < placed.end <= len(text)
        assert label_fault(placed.label) is None
    for tokens in (given.tokens or (), *(each.tokens or () for each in given.annotations)):
        reached = 0
        for token in tokens:
            assert reached <= token.start < token.end <= len(text)
            reached = token.end
    for each in given.annotations:
        assert each.annotator
        assert each.answer in ANSWERS
        f"{each.annotator}{each.comment}".encode()
        assert each.time is None or abs(each.time) < float("inf")


def named_in(found: list[Given] | TonemarkError) -> set[tuple[str, str]]:
    """The strings that are labelled, with their labels, where all was read."""
    assert isinstance(found, list), found
    for each in found:
        assert isinstance(each, Record), each
    return named_anywhere(found)


def named_anywhere(found: list[Given] | TonemarkError) -> set[tuple[str, str]]:
    """The strings that are labelled, with their labels, in what was not refused."""
    named = set()
    for each in found if isinstance(found, list) else ():
        if isinstance(each, Refusal):
            continue
        spans = [span for given in each.annotations for span in given.spans]
        for span in (*spans, *each.suggestions):
            named.add((each.text[span.start : span.end], span.label))
    return named


def changed(
    format: Format, folder: Path, change: Callable[[bytes], Iterator[bytes]]
) -> Iterator[list[Given] | TonemarkError]:
    """What is read where one file of a sample is changed; in each way in turn."""
    for files in samples(format):
        for name, data in files.items():
            for other in change(data):
                if other == data:
                    continue
                yield read(format, {**files, name: other}, folder / "changed")


def some(found: list[Any], most: int) -> list[Any]:
    return found[:: max(1, -(-len(found) // most))]
