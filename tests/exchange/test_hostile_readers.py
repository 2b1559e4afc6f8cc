"""Every reader, whatever its format: what is broken or hostile is refused in words, or read as what
it is. Nothing else is raised, no span lies outside its text, and memory stays bounded.

Each format's own writer makes the samples, so that a new one stands here of itself.
"""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import regex
from format_samples import (
    GREETING,
    NAMED,
    PLACES,
    ROWS,
    changed,
    check,
    is_folder,
    named_anywhere,
    named_in,
    put,
    read,
    samples,
    some,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, ReadOptions
from tonemark.exchange.registry import format_named, readable

LISTS = {"label-studio", "label-studio-min"}
"""The formats that are read value by value; all others are read by lines."""

UNQUOTED = {"doccano"}
"""The formats that say nowhere what stands at their offsets: any offset that lies in the text must
be believed."""

COLUMNS = {"conll", "conll2003"}
"""The formats whose tokens are their text: where one is another, it is that which is named."""

NOTHING_NAMED = {"text"}
"""The formats that hold texts alone."""

HUGE = 1 << 28
"""Bytes of one line or element: four times what a line may have; a reader that holds it all, or
that holds the most that it may twice over, needs more than MEMORY."""

MEMORY = 200 << 20

HOSTILE_NUMBERS = [
    *(b"-1", b"99999999", b"0", b"1.5", b"1e999", b"NaN", b"true", b"null", b'"x"', b"[]", b"{}"),
    *(b"", b" ", b"9" * 5000, b"[" * 20_000, b'{"a":' * 20_000, b"0x1", "٣".encode()),
]

HOSTILE_LABELS = [
    "",
    " ",
    "A B",
    "A|B",
    "P\\u0007",
    "P\x07",
    "\u0301P",
    "P\u2028",
    "P" * 101,
    "P\tR",
]

HOSTILE_TEXTS = [
    *(b"\0", b"\\u0000", b"\\ud800", b"\xed\xa0\x80", b"\xff", b"\t", b"\r", b"\n", b"\r\n"),
    *(b"\n\n", b'"', b"'", b"\\", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\xa0", b"\x1b[2J", b" "),
]  # fmt: skip


@pytest.fixture(params=readable())
def format(request: pytest.FixtureRequest) -> Format:
    return format_named(request.param)


def test_the_samples_are_read_as_what_they_are(format: Format, tmp_path: Path) -> None:
    for files in samples(format):
        found = read(format, files, tmp_path / "read")
        assert isinstance(found, list), found
        assert len(found) == len(ROWS), found
        wanted = set() if format.name in NOTHING_NAMED else NAMED
        assert named_in(found) == wanted


def test_cut_off_anywhere(format: Format, tmp_path: Path) -> None:
    def cut(data: bytes) -> Iterator[bytes]:
        for at in some(list(range(len(data))), 20 if is_folder(format) else 100):
            yield data[:at]

    for found in changed(format, tmp_path, cut):
        if isinstance(found, list) and format.name not in NOTHING_NAMED:
            texts = {each.text for each in found if isinstance(each, Record)}
            assert all(len(text) <= len(GREETING) + len(PLACES) for text in texts)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_bytes_that_are_others(format: Format, tmp_path: Path, data: st.DataObject) -> None:
    for files in samples(format):
        name = data.draw(st.sampled_from(sorted(files)))
        spoilt = bytearray(files[name])
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, max(0, len(spoilt) - 1)))
            byte = data.draw(st.integers(0, 255) | st.sampled_from(b'"\\{}[],:\n\t 019-\x00\xff'))
            spoilt[at : at + data.draw(st.integers(0, 2))] = bytes([byte])
        read(format, {**files, name: bytes(spoilt)}, tmp_path / "spoilt")


def test_numbers_that_are_none_or_too_large(format: Format, tmp_path: Path) -> None:
    most = 5 if is_folder(format) or format.name in LISTS else 12  # the slow ones

    def others(data: bytes) -> Iterator[bytes]:
        for found in some(list(regex.finditer(rb"(?<![\w#-])[0-9]+(?!\w)", data)), most):
            for number in HOSTILE_NUMBERS:
                yield data[: found.start()] + number + data[found.end() :]

    for found in changed(format, tmp_path, others):
        if format.name not in UNQUOTED:
            assert named_anywhere(found) <= NAMED


def test_offsets_that_count_something_else(format: Format, tmp_path: Path) -> None:
    """One too many, as UTF-16 has them behind the first character, one too few, far too many; all
    of them, then each alone."""

    def shifted(data: bytes) -> Iterator[bytes]:
        for by in (1, -1, 20, 10**9):
            numbers = list(regex.finditer(rb"(?<![\w#-])[0-9]{1,2}(?!\w)", data))
            shown = bytearray(data)
            for found in reversed(numbers):
                shown[found.start() : found.end()] = b"%d" % (int(found[0]) + by)
            yield bytes(shown)
            for found in some(numbers, 30) if by in (1, -1) else ():
                yield data[: found.start()] + b"%d" % (int(found[0]) + by) + data[found.end() :]

    for found in changed(format, tmp_path, shifted):
        if format.name not in UNQUOTED:
            assert named_anywhere(found) <= NAMED


def test_labels_that_cannot_be(format: Format, tmp_path: Path) -> None:
    def relabelled(data: bytes) -> Iterator[bytes]:
        for label in HOSTILE_LABELS:
            yield data.replace(b"PER", label.encode())

    for found in changed(format, tmp_path, relabelled):
        assert {text for text, _ in named_anywhere(found)} <= {text for text, _ in NAMED}
        assert "" not in {label for _, label in named_anywhere(found)}


_MORE = r"(?:u0000|ud800|J|\P{L}){0,9}"
_STILL_NAMED = regex.compile(
    rf"(?s)(?:Va{_MORE}j|{_MORE})\s*Pov PER|Luang Prabang LOC|(?:Na{_MORE}irobi|{_MORE}) LOC"
)
"""A name one word of which has more in it, or something else in its place."""


def test_texts_that_cannot_be(format: Format, tmp_path: Path) -> None:
    def with_more(data: bytes) -> Iterator[bytes]:
        for more in HOSTILE_TEXTS:
            for word in (b"Vaj", b"Nairobi", b"doc1", b"amina"):
                yield data.replace(word, word[:2] + more + word[2:])
                yield data.replace(word, more)

    for found in changed(format, tmp_path, with_more):
        for text, label in named_anywhere(found) if format.name not in UNQUOTED else ():
            if format.name in COLUMNS and text in ("j Pov", "irobi"):
                continue  # a blank line ended the sentence inside the word
            assert _STILL_NAMED.fullmatch(f"{text} {label}"), text
            assert not regex.search("👋|[,.]", text)


def test_a_quoted_text_that_is_another(format: Format, tmp_path: Path) -> None:
    def others(data: bytes) -> Iterator[bytes]:
        for at in [found.start() for found in regex.finditer(rb"Vaj|Luang|Nairobi", data)]:
            yield data[:at] + b"xx" + data[at:]
            yield data[:at] + data[at + 1 :]

    for found in changed(format, tmp_path, others):
        named = named_anywhere(found)
        if format.name in COLUMNS:
            named = {(regex.sub("^xx|^(?=aj|uang|airobi)", "", t), label) for t, label in named}
            assert {text[-3:] for text, _ in named} <= {text[-3:] for text, _ in NAMED}
        elif format.name not in UNQUOTED:
            assert named <= NAMED


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\n", b" \r\n\r\n", b"\xef\xbb\xbf", b"\0" * 1000, b"\xff" * 1000, b"null", b"0"),
        *(b"[]", b"{}", b"[[]]", b"[{}]", b'{"text":{}}', b'"', b"\x1f\x8b\x08\x00", b"PK\x03\x04"),
        *(b"[" * 1_000_000, b'{"a":' * 500_000, b"[[" * 50 + b"]]" * 50, b"9" * 1_000_000),
        *(b"\t" * 100_000, b"\n" * 100_000, b'"\n' * 5_000, b"a\t" * 50_000, b",\n" * 5_000),
    ],
    ids=lambda data: repr(data[:8]),
)
def test_a_file_that_is_nothing_of_the_kind(format: Format, tmp_path: Path, data: bytes) -> None:
    for found in changed(format, tmp_path, lambda _: iter([data])):
        if isinstance(found, list) and format.name not in NOTHING_NAMED and not is_folder(format):
            named = [each for each in found if isinstance(each, Record) and each.annotations]
            assert not named


def test_other_encodings_bring_nothing_in(format: Format, tmp_path: Path) -> None:
    for files in samples(format):
        for name, data in files.items():
            try:
                text = data.decode()
            except UnicodeDecodeError:
                continue  # no text at all
            for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
                found = read(format, {**files, name: text.encode(encoding)}, tmp_path / "wide")
                if not is_folder(format) and isinstance(found, list):
                    assert not [each for each in found if isinstance(each, Record)], encoding


def test_a_byte_order_mark_and_other_line_ends_change_nothing(
    format: Format, tmp_path: Path
) -> None:
    if is_folder(format):
        pytest.skip("its files have rules of their own")
    for files in samples(format):
        data = files[""]
        try:
            data.decode()
        except UnicodeDecodeError:
            continue
        lines = data.replace(b"\r\n", b"\n")
        plain = named_in(read(format, files, tmp_path))
        for other in (b"\xef\xbb\xbf" + data, lines, lines.replace(b"\n", b"\r\n")):
            assert named_in(read(format, {"": other}, tmp_path)) == plain


class Endless(io.RawIOBase):
    """A file with HUGE bytes of one element in it, which is nowhere."""

    def __init__(self, before: bytes, filling: bytes, after: bytes) -> None:
        self._parts = [before, b"", after]
        self._left = HUGE
        self._filling = filling * (1 << 16)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._parts[0] and self._left:
            size = min(len(buffer), len(self._filling), self._left)
            buffer[:size] = self._filling[:size]
            self._left -= size
            return size
        at = 0 if self._parts[0] else 2
        size = min(len(buffer), len(self._parts[at]))
        buffer[:size] = self._parts[at][:size]
        self._parts[at] = self._parts[at][size:]
        return size


@pytest.mark.parametrize("filling", [b"a", b"[", b"\xff", b"1"])
def test_one_element_without_end_is_passed_over(
    format: Format, tmp_path: Path, filling: bytes
) -> None:
    if format.read is None:
        pytest.skip("a folder: see below")
    is_json = format.name in LISTS | {"jsonl", "doccano", "hf"}
    if filling != b"a" and format.name not in LISTS and not (filling == b"[" and is_json):
        pytest.skip("a line that is too long is a line that is too long")
    found = samples(format)[-1].values()
    data = next((each for each in found if b"Vaj" in each), b"")
    at = data.find(b"Vaj") + 2
    stream = io.BufferedReader(Endless(data[:at], filling, data[at:]), 1 << 20)
    tracemalloc.start()
    try:
        for each in format.read(stream, ReadOptions(source="f")):
            check(each)
            assert not isinstance(each, Record) or len(each.text) < 100
    except TonemarkError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MEMORY


def test_one_file_without_end_in_a_folder_is_passed_over(format: Format, tmp_path: Path) -> None:
    if format.read_folder is None or not is_folder(format):
        pytest.skip("a file: see above")
    for files in samples(format)[:1]:
        for name in files:
            folder = put(files, tmp_path / f"huge-{len(name)}")
            with (folder / name).open("ab") as stream:
                stream.truncate(HUGE)  # a hole in it: it takes no room on the disk
            tracemalloc.start()
            try:
                for each in format.read_folder(folder, ReadOptions(source="f")):
                    check(each)
            except TonemarkError:
                pass
            finally:
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
            assert peak < MEMORY, name
