"""The objects of one long JSON list: each alone, with its line, and what is broken refused."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark import json_arrays
from tonemark.errors import TonemarkError
from tonemark.files import LINE_LIMIT
from tonemark.json_arrays import CUT_OFF, REST, TOO_LONG, TOO_MANY, array_objects
from tonemark.refusals import Refusal

Found = list[tuple[int, dict[str, Any]] | Refusal]


def read(data: bytes) -> Found:
    return list(array_objects(io.BytesIO(data), "f.json"))


def said(found: Found) -> list[Any]:
    """Line and object, or line and reason."""
    return [(each.line, each.reason) if isinstance(each, Refusal) else each for each in found]


A, B = {"a": 1}, {"b": 2}
AT = "at character {} of the element"

CASES: list[tuple[str, bytes, list[Any]]] = [
    ("nothing", b"", []),
    ("white space", b" \n\t", []),
    ("an empty list", b"[]", []),
    ("an empty list over lines", b" [\n\n]\n", []),
    ("a line each", b'[\n{"a": 1},\n{"b": 2}\n]\n', [(2, A), (3, B)]),
    ("one line", b'[{"a":1},{"b":2}]', [(1, A), (1, B)]),
    ("printed", b'[\r\n  {\r\n    "a": 1\r\n  },\r\n  {"b": 2}\r\n]', [(2, A), (5, B)]),
    ("a byte order mark", b'\xef\xbb\xbf[{"a":1}]', [(1, A)]),
    # one element is refused, and the next read
    ("numbers", b'[12, {"a":1}]', [(1, "the element is 12, not an object"), (1, A)]),
    ("a number at the end", b"[12]", [(1, "the element is 12, not an object")]),
    (
        "numbers with a point and an e",
        b"[1.5, -2e-3, 10E+7 ,0.25]",
        [
            (1, f"the element is {number}, not an object")
            for number in ("1.5", "-0.002", "100000000.0", "0.25")
        ],
    ),
    ("a string", b'["x",{"a":1}]', [(1, "the element is 'x', not an object"), (1, A)]),
    ("a list", b'[[{"a":1}],{"b":2}]', [(1, "the element is a list, not an object"), (1, B)]),
    ("null", b'[null,{"a":1}]', [(1, "the element is null, not an object"), (1, A)]),
    (
        "a broken one",
        b'[{"x" 1, "y": "}]{", "z": [1, 2]},\n{"b":2}]',
        [(1, f"not JSON: Expecting ':' delimiter {AT.format(6)}"), (2, B)],
    ),
    ("a word", b'[undefined,{"b":2}]', [(1, f"not JSON: Expecting value {AT.format(1)}"), (1, B)]),
    ("NaN", b'[{"x":NaN},{"b":2}]', [(1, "not JSON: NaN is not a number of JSON"), (1, B)]),
    ("too large", b'[{"x":1e999},{"b":2}]', [(1, "the number '1e999' is too large"), (1, B)]),
    (
        "too many digits",
        b'[{"x":' + b"1" * 5000 + b'},{"b":2}]',
        [(1, "not JSON that can be read: a number has too many digits"), (1, B)],
    ),
    (
        "too deep",
        b'[{"x":' + b"[" * 200 + b"]" * 200 + b'},{"b":2}]',
        [(1, "nested more than 100 deep"), (1, B)],
    ),
    (
        "too deep for the parser",
        b'[{"x":' + b"[" * 9000 + b"]" * 9000 + b'},{"b":2}]',
        [(1, "nested more than 100 deep"), (1, B)],
    ),
    (
        "a lone surrogate",
        b'[{"x":"\\ud800"},{"b":2}]',
        [(1, "a lone surrogate (U+D800) in 'x'"), (1, B)],
    ),
    (
        "no UTF-8",
        b'[{"x":"caf\xe9"},\n{"b":2}]',
        [(1, "not UTF-8: byte 0xE9 at byte 10 of the element"), (2, B)],
    ),
    (
        "a line end in a string",
        b'[{"x":"a\n"},{"b":2}]',
        [(1, f"not JSON: Invalid control character {AT.format(8)}"), (2, B)],
    ),
    (
        "a quote too few",
        b'[{"x":"\\q"},{"b":2}]',
        [(1, f"not JSON: Invalid \\escape {AT.format(7)}"), (1, B)],
    ),
    ("a comma too many", b'[,{"b":2}]', [(1, "a comma with no element at its side"), (1, B)]),
    ("a comma at the end", b'[{"a":1},\n]', [(1, A), (2, "a comma with no element at its side")]),
    # nothing is read behind
    ("cut off", b"[", [(1, CUT_OFF)]),
    ("cut off behind one", b'[{"a":1}', [(1, A), (1, CUT_OFF)]),
    ("cut off behind a comma", b'[{"a":1},\n', [(1, A), (2, CUT_OFF)]),
    (
        "cut off inside one",
        b'[{"a":1},\n{"b":"x',
        [(1, A), (2, f"not JSON: Unterminated string {AT.format(6)}{REST}")],
    ),
    (
        "no comma",
        b'[{"a":1}{"b":2}]',
        [(1, A), (1, f"'{{' stands where a comma or ] should{REST}")],
    ),
    ("two lists", b'[{"a":1}]\n[{"b":2}]', [(1, A), (2, f"'[' stands behind the list{REST}")]),
    ("open brackets", b'[{"x":' + b"[" * 9000, [(1, f"nested more than 100 deep{REST}")]),
    (
        "a broken one without an end in sight",
        b'[{"x" ' + b"[]" * 60_000 + b'},{"b":2}]',
        [(1, f"not JSON: Expecting ':' delimiter {AT.format(6)}{REST}")],
    ),
]


@pytest.mark.parametrize(("name", "data", "expected"), CASES, ids=[case[0] for case in CASES])
def test_what_is_read(name: str, data: bytes, expected: list[Any]) -> None:
    assert said(read(data)) == expected


@pytest.mark.parametrize(("name", "data", "expected"), CASES, ids=[case[0] for case in CASES])
def test_it_is_the_same_in_whatever_pieces_the_file_comes(
    name: str, data: bytes, expected: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 2, 3, 7, 17, 1000):
        monkeypatch.setattr(json_arrays, "CHUNK", size)
        if len(data) < 100 * size and (size > 3 or not data.startswith(b"\xef")):
            assert said(read(data)) == expected, size


def test_after_many_broken_ones_the_rest_is_not_read() -> None:
    """Each costs the time of all that was read before it: 60,000 took four seconds."""
    found = read(b"[" + b"{x}," * 250_000 + b'{"a":1}]')
    assert len(found) == json_arrays.BROKEN
    last = found[-1]
    assert isinstance(last, Refusal)
    assert last.reason.endswith(f"1,000 elements are broken{REST}")
    few = read(b"[" + b"{x}," * (json_arrays.BROKEN - 1) + b'{"x":NaN},' * 2_000 + b'{"a":1}]')
    assert few[-1] == (1, A)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('aẹ👋\\"[{}],:\n\u2028', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    objects=st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), max_size=5),
    indent=st.sampled_from([None, 0, 2]),
    escaped=st.booleans(),
    chunk=st.integers(1, 64),
)
def test_every_list_of_objects_comes_back(
    objects: list[dict[str, Any]], indent: int | None, escaped: bool, chunk: int
) -> None:
    data = json.dumps(objects, indent=indent, ensure_ascii=escaped).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_arrays, "CHUNK", chunk)
        found = read(data)
    assert [each[1] for each in found if isinstance(each, tuple)] == objects
    lines = [each[0] for each in found if isinstance(each, tuple)]
    assert lines == sorted(lines)
    assert all(data.split(b"\n")[line - 1].lstrip(b" [")[:1] == b"{" for line in lines)


@pytest.mark.parametrize("mark", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_utf16_is_refused_whole(mark: str) -> None:
    data = ("" if mark in ("utf-16", "utf-32") else "\ufeff").encode(mark) + "[]".encode(mark)
    with pytest.raises(TonemarkError, match=r"f\.json is UTF-(16|32)"):
        read(data)


@pytest.mark.parametrize("data", [b'{"a":1}', b'{"a":1}\n{"b":2}', b"text", b'"x"', b"\0["])
def test_what_is_no_list_is_refused_whole(data: bytes) -> None:
    with pytest.raises(TonemarkError, match="no list of JSON") as caught:
        read(data)
    assert "--format jsonl" in caught.value.remedy


class Endless(io.RawIOBase):
    """A head, then one piece over and over, for `size` bytes."""

    def __init__(self, head: bytes, piece: bytes, size: int) -> None:
        self.head = head
        self.piece = piece
        self.size = size
        self.at = 0

    def read(self, size: int = -1) -> bytes:
        head, self.head = self.head, b""
        size = min(size - len(head), self.size - self.at)
        first = self.at % len(self.piece)
        self.at += size
        return head + (self.piece * (size // len(self.piece) + 2))[first : first + size]


@pytest.mark.parametrize(
    ("head", "piece", "reason"),
    [
        (b'[{"x":"', b"a", TOO_LONG),
        (b'[{"x":"\xf0\x9f\x91\x8b', b"a", TOO_LONG),
        (b'[{"x":[0', b",[]", TOO_MANY),
        (b'[{"x":[0', b",1.5", TOO_MANY),
        (b'[{"x":"', b"\\u1e00\\u1e00", TOO_MANY),
    ],
)
def test_an_element_that_is_too_large_ends_the_reading_in_bounded_memory(
    head: bytes, piece: bytes, reason: str
) -> None:
    tracemalloc.start()
    try:
        [refusal] = array_objects(Endless(head, piece, 1 << 30), "f")  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refusal == Refusal(1, reason + REST)
    assert peak < 3 * LINE_LIMIT


def test_a_long_element_is_read() -> None:
    text = "Ẹ̀kọ́ " * 700_000
    data = json.dumps([{"x": text}, A], ensure_ascii=False).encode()
    assert said(read(data)) == [(1, {"x": text}), (1, A)]
