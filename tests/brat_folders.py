"""Folders of brat, written, put together by hand, and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tonemark.corpus.records import Record
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.brat.folder import read_brat, write_brat
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal


def write(folder: Path, *rows: ExportRow, **options: Any) -> Path:
    assert list(write_brat(rows, folder, WriteOptions(**options))) == [1] * len(rows)
    return folder


def read(folder: Path, **options: Any) -> list[Record | Refusal]:
    return list(read_brat(folder, ReadOptions(source="f", **options)))


def put(folder: Path, **files: str | bytes) -> Path:
    """Files by name, `__` standing for the dot."""
    for name, data in files.items():
        data = data.encode() if isinstance(data, str) else data
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def one(folder: Path, **options: Any) -> Record:
    [found] = read(folder, **options)
    assert isinstance(found, Record), found
    return found


def stretches(record: Record) -> list[tuple[int, int, str]]:
    return [(each.start, each.end, each.label) for each in record.suggestions]
