"""Bytes of the keyboard's side of a terminal, to the text in which Textual looks for keys.

Knows neither keys nor screens.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

import regex

_BEGIN, _END = "\x1b[200~", "\x1b[201~"

# CSI with parameters; OSC, DCS, SOS, PM and APC with their ends (ECMA-48, 5.4 and 5.6).
_SEQUENCE = regex.compile(r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|[\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\))")


class Decoder(codecs.IncrementalDecoder):
    """UTF-8 to text; a byte that is not UTF-8 becomes U+FFFD, an ESC inside a bracketed paste a
    space, and a control sequence that is not `known` is left out.

    Textual takes such an ESC for the end of the paste, and what follows for keys: a text with
    colours in it would label, and answer, the page (textual.md, 4). Not every terminal filters.
    Of a sequence that it does not know, a late answer of the terminal, it makes keys too.
    """

    def __init__(
        self, errors: str = "replace", known: Callable[[str], bool] = lambda sequence: True
    ) -> None:
        super().__init__(errors)
        self._is_known = known
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors)
        self._pasting = False
        self._before = ""
        self._held = ""

    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]
        """The text of what came. In a paste, what may begin the marker of its end is held until
        more has come; elsewhere nothing is, for a lone ESC is a key."""
        text = self._held + self._utf8.decode(data, final)
        self._held = ""
        parts = []
        while text:
            step = self._pasted if self._pasting else self._typed
            part, text = step(text, final)
            parts.append(part)
        return "".join(parts)

    def _typed(self, text: str, final: bool) -> tuple[str, str]:
        """What is for keys, and the rest, which begins a paste."""
        known = len(self._before)
        found = (self._before + text).find(_BEGIN)
        if found < 0:
            self._before = (self._before + text)[1 - len(_BEGIN) :]
            return self._known(text), ""
        end = found + len(_BEGIN) - known
        self._before, self._pasting = "", True
        return self._known(text[:end]), text[end:]

    def _known(self, text: str) -> str:
        """`text` without the whole sequences that are not known."""
        return _SEQUENCE.sub(lambda found: found[0] if self._is_known(found[0]) else "", text)

    def _pasted(self, text: str, final: bool) -> tuple[str, str]:
        """What is pasted, made safe, with the marker of its end; and the rest, which is typed."""
        pasted, marker, rest = text.partition(_END)
        if marker:
            self._pasting = False
        elif not final:
            pasted, self._held = _split_begun(pasted, _END)
        return pasted.replace("\x1b", " ") + marker, rest


def _split_begun(text: str, marker: str) -> tuple[str, str]:
    """`text` up to what may be the beginning of a marker, and that."""
    for length in range(min(len(marker) - 1, len(text)), 0, -1):
        if text.endswith(marker[:length]):
            return text[:-length], text[-length:]
    return text, ""
