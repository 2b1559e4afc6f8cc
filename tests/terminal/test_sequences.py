"""The parser of what is sent finds what steers a terminal, however it is written."""

from __future__ import annotations

import pytest
from sequences import OWN, parse


@pytest.mark.parametrize(
    ("data", "text", "sequences"),
    [
        (b"habari", "habari", []),
        ("Ẹ̀kọ́ 𞤀".encode(), "Ẹ̀kọ́ 𞤀", []),
        (b"\x1b[1;38;5;3mx\x1b[0m", "x", ["CSI m", "CSI m"]),
        (b"\x1b[2J\x1b[3J", "", ["CSI 2J", "CSI 3J"]),
        (b"\x1b[6n\x1b[>4;2m\x1b[?25l", "", ["CSI 6n", "CSI >4;2m", "CSI ?25l"]),
        (b"\x1b]52;c;eA==\x07a\x1b]0;t\x1b\\b", "ab", ["OSC 52;c;eA==", "OSC 0;t"]),
        (b"\x1bPq#\x1b\\\x1b_a\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\", "",
         ["DCS q#", "APC a", "PM p", "SOS s"]),
        (b"\x1bc\x1b(0\x1b7", "", ["ESC c", "ESC (0", "ESC 7"]),
        (b"\x9b6n\x9d0;t\x9cx", "x", ["CSI 6n", "OSC 0;t"]),
        ("\x9b6n\x9d0;t\x9cx\x84".encode(), "x", ["CSI 6n", "OSC 0;t", "C1 84"]),
        (b"\x00\x07\x0e\n\r\x7f", "", ["C0 00", "C0 07", "C0 0E", "C0 LF", "C0 CR", "C1 DEL"]),
        (b"\x1b]0;never ended", "0;never ended", ["ESC ]"]),
        (b"a\xff\xe1b", "ab", ["broken '\\udcff\\udce1'"]),
    ],
)  # fmt: skip
def test_parse(data: bytes, text: str, sequences: list[str]) -> None:
    assert parse(data) == (text, sequences)


def test_faults_are_what_is_not_allowed_and_what_cannot_be_seen() -> None:
    sent = parse("\x1b[1m\x1b]0;t\x07a\u202eb\ufffd".encode() + b"e" + "\u0301".encode() * 9)
    assert sent.faults(OWN) == {"OSC 0;t", "U+202E", "U+FFFD", "U+0301"}
