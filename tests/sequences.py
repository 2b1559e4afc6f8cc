"""What a program sends to a terminal, taken apart: the text it prints, and every sequence.

After ECMA-48 (5th edition) and xterm's ctlseqs: C0, ESC, CSI, OSC, DCS, SOS, PM, APC, and C1 both
as single bytes and in UTF-8, as terminals differ in which of these they obey.
"""

from __future__ import annotations

from typing import NamedTuple

import regex

OWN = {
    "CSI m": "a look (SGR)",
    "CSI H": "the cursor to a cell",
    "CSI G": "the cursor to a column",
    "CSI C": "the cursor some cells on",
    "CSI K": "erase to the end of the line",
    "CSI 2J": "erase the screen",
    "CSI ?25h": "show the cursor",
    "CSI ?25l": "hide the cursor",
    "CSI ?1049h": "the other screen, at the start",
    "CSI ?1049l": "and back, at the end",
    "CSI ?2004h": "have pastes marked as such",
    "CSI ?2004l": "and no longer",
    "CSI ?7l": "no wrapping at the right edge",
    "CSI ?7h": "wrapping",
    "CSI 8h": "the terminal orders right-to-left text (BDSM)",
    "CSI 8l": "the app orders it",
    "CSI <u": "no keys of kitty's protocol, at the end",
    "CSI ?2026$p": "is synchronized output known?",
    "CSI ?2048$p": "is in-band resizing known?",
}
"""Every sequence that the app sends, with its meaning; a test holds that each is sent."""

ANSWERED = {
    "CSI ?2026h": "begin a frame",
    "CSI ?2026l": "end a frame",
    "CSI ?2048h": "have changes of size told in band",
    "CSI ?2048l": "and no longer",
}
"""What follows where a terminal says that it knows it."""

WRITTEN = {"C0 LF": "the end of a line", "C0 CR": "and its beginning: a terminal's line discipline"}
"""What commands without a screen send besides text."""

PROGRESS = {"CSI ?25l": "hide the cursor under a progress bar", "CSI ?25h": "show it again",
            "CSI K": "erase what a longer bar left"}  # fmt: skip

_STRINGS = {"P": "DCS", "X": "SOS", "]": "OSC", "^": "PM", "_": "APC"}
_C1 = r"[\x80-\x9F\uDC80-\uDC9F]"
_TOKEN = regex.compile(
    r"(?P<csi>(?:\x1B\[|[\x9B\uDC9B])(?P<parameters>[0-?]*[ -/]*)(?P<final>[@-~]))"
    r"|(?:\x1B(?P<string>[PX\]^_])|(?P<c1string>[\x90\x98\x9D-\x9F\uDC90\uDC98\uDC9D-\uDC9F]))"
    r"(?P<body>[^\x07\x1B\x9C\uDC9C]*)(?:\x07|\x1B\\|[\x9C\uDC9C])"
    r"|\x1B(?P<escape>[ -/]*[0-~])"
    rf"|(?P<control>[\x00-\x1F\x7F]|{_C1})"
    r"|(?P<broken>[\uDCA0-\uDCFF]+)"
    rf"|(?P<text>[^\x00-\x1F\x7F-\x9F\uDC80-\uDCFF]+)"
)
_NAMES = {0x08: "BS", 0x09: "HT", 0x0A: "LF", 0x0D: "CR", 0x1B: "ESC", 0x7F: "DEL"}

_UNSEEN = regex.compile(
    # What `visible()` shows by a sign; U+FFFD is what the last gate puts for what came that far.
    r"[\p{Bidi_Control}\p{Noncharacter_Code_Point}\u00AD\u034F\u2028\u2029\u200B\u2060\uFEFF"
    r"\uFFF9-\uFFFB\U000E0000-\U000E0FFF\uFFFD]|\p{M}{9}"
)


class Sent(NamedTuple):
    """What was sent: printed text, and the sequences by name, in order.

    A CSI is named by its final byte, and by its parameters too where they choose what it does; a
    string (OSC, DCS, ...) with its body; bytes that are not UTF-8 are `broken`.
    """

    text: str
    sequences: list[str]

    def faults(self, *allowed: dict[str, str]) -> set[str]:
        """The sequences that are none of these, and what stands unseen in the text."""
        known = set().union(*allowed)
        strange = {name for name in self.sequences if name not in known}
        return strange | {f"U+{ord(each[-1]):04X}" for each in _UNSEEN.findall(self.text)}


def parse(data: bytes) -> Sent:
    """Take apart what was sent; a sequence without its end is an ESC of its own."""
    text: list[str] = []
    sequences: list[str] = []
    for token in _TOKEN.finditer(data.decode("utf-8", "surrogateescape")):
        if shown := token["text"]:
            text.append(shown)
        elif token["csi"]:
            sequences.append(_csi(token["parameters"], token["final"]))
        elif kind := token["string"] or token["c1string"]:
            introducer = kind if token["string"] else chr((ord(kind) & 0xFF) - 0x40)
            sequences.append(f"{_STRINGS[introducer]} {token['body']}")
        elif token["escape"]:
            sequences.append(f"ESC {token['escape']}")
        elif control := token["control"]:
            code = ord(control) & 0xFF
            group = "C0" if code < 0x20 else "C1"
            sequences.append(f"{group} {_NAMES.get(code, f'{code:02X}')}")
        else:
            sequences.append(f"broken {token['broken']!a}")
    return Sent("".join(text), sequences)


def _csi(parameters: str, final: str) -> str:
    """SGR and cursor moves by what they are; all else with its parameters."""
    if final in "mHGCK" and regex.fullmatch(r"[0-9;]*", parameters):
        return f"CSI {final}"
    return f"CSI {parameters}{final}"
