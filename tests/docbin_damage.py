"""A DocBin of two documents, changes that damage it, and what is read of it then."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import srsly
from spacy.strings import get_string_id

from tonemark.corpus.spans import Span
from tonemark.exchange.base import Given, ReadOptions, WriteOptions
from tonemark.exchange.formats.docbin.records import read_docbin
from tonemark.exchange.formats.docbin.writing import write_docbin
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token

TEXT = "Vaj 👋 Pov"
PER = get_string_id("PER")


def good() -> bytes:
    """Two documents, of which the first is what a test changes."""
    tokens = (Token(0, 3), Token(4, 5), Token(6, 9))
    rows = [
        ExportRow("k", TEXT, {"m": 1}, tokens, (Span(0, 5, "PER"),), "accept", "amina"),
        ExportRow("l", "leo", {}, (Token(0, 3),), (), "accept", "amina"),
    ]
    stream = io.BytesIO()
    list(write_docbin(rows, stream, WriteOptions()))
    return stream.getvalue()


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    given = srsly.msgpack_loads(zlib.decompress(good()))
    change(given)
    return zlib.compress(srsly.msgpack_dumps(given))


def read(data: bytes, *annotators: str) -> list[Given]:
    options = ReadOptions(source="f.spacy", annotators=annotators)
    return list(read_docbin(io.BytesIO(data), options))


def own(**fields: Any) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        data = srsly.msgpack_loads(given["user_data"][0])["tonemark"]
        given["user_data"][0] = srsly.msgpack_dumps({"tonemark": data | fields})

    return change


def answer(**fields: Any) -> Callable[[dict[str, Any]], None]:
    said = {"annotator": "amina", "answer": "accept", "layer": "sc"}
    return own(answers=[said | fields])


def layer(*spans: Any, **more: Any) -> Callable[[dict[str, Any]], None]:
    group = {"name": "sc", "attrs": {}, "spans": list(spans)} | more

    def change(given: dict[str, Any]) -> None:
        given["span_groups"][0] = srsly.msgpack_dumps({srsly.msgpack_dumps(group): ["sc"]})

    return change


def span(first: int, end: int, start_char: int, end_char: int, label: int = PER) -> bytes:
    return struct.pack(">QQQllll", 0, 0, label, first, end, start_char, end_char)


def put(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        if isinstance(given[name], list) and name in ("span_groups", "user_data", "cats", "flags"):
            given[name][0] = value
        else:
            given[name] = value

    return change


def token(column: int, value: int) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        table = bytearray(given["tokens"])
        struct.pack_into("<Q", table, 8 * column, value)
        given["tokens"] = bytes(table)

    return change


def say(change: Callable[[dict[str, Any]], None], string: str) -> Callable[[dict[str, Any]], None]:
    """With a string in place of the first word."""

    def changes(given: dict[str, Any]) -> None:
        given["strings"].append(string)
        token(0, get_string_id(string))(given)
        change(given)

    return changes
