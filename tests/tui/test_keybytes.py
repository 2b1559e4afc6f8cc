"""Bytes of the keyboard's side: nothing is lost, nothing dies, and a paste stays a paste."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from tonemark.tui.keybytes import Decoder

BEGIN, END = b"\x1b[200~", b"\x1b[201~"

pieces = st.sampled_from(
    [
        BEGIN,
        END,
        b"\x1b",
        b"\x1b[",
        b"\x1b[20",
        b"0~",
        b"1~",
        "ẹ̀".encode(),
        b"\xff",
        b"\xe1",
        b"1\r",
    ]
)


def decoded(parts: list[bytes]) -> str:
    decoder = Decoder()
    return "".join(map(decoder.decode, parts)) + decoder.decode(b"", final=True)


@given(st.lists(pieces | st.binary(max_size=4), max_size=20))
def test_cuts_do_not_matter(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert decoded(parts) == decoded([data]) == decoded([bytes([b]) for b in data])


@given(st.lists(pieces | st.binary(max_size=4), max_size=20))
def test_only_an_escape_within_a_paste_is_changed(parts: list[bytes]) -> None:
    text, plain = decoded(parts), b"".join(parts).decode("utf-8", "replace")
    assert text.replace("\x1b", " ") == plain.replace("\x1b", " ")
    before = plain.partition(BEGIN.decode())[0]
    assert text.startswith(before)


@given(st.lists(pieces.filter(lambda p: p != END), max_size=10), st.integers(1, 9))
def test_textual_takes_a_paste_for_one_paste(inside: list[bytes], size: int) -> None:
    data = BEGIN + b"".join(inside).replace(END, b"") + END
    if END in data[: -len(END)]:
        return
    decoder, parser = Decoder(), XTermParser()
    found = []
    for at in range(0, len(data), size):
        if text := decoder.decode(data[at : at + size]):
            found += list(parser.feed(text))
    found += list(parser.feed("x"))
    kinds = [type(event) for event in found if not isinstance(event, events.Paste)]
    assert kinds == [events.Key]
    assert found[-1].key == "x"


@pytest.mark.parametrize("key", [b"\x1b", b"\x1b[A", b"\x1b[", b"a"])
def test_keys_do_not_wait(key: bytes) -> None:
    assert Decoder().decode(key) == key.decode()
