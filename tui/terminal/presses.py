"""Keys as a terminal sends them: named from their bytes, and judged against the table of keys.

Reads nothing itself, and knows no screen library; the names are those of `tui.page.keys`.
"""

from __future__ import annotations

import codecs
import contextlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import regex

from tonemark.errors import TonemarkError
from tonemark.tui.page.boards import SOURCES
from tonemark.tui.page.keyboards import keyboard_named
from tonemark.tui.page.keys import ACTION, KeyTable, key_table

SEQUENCES = {
    "\r": "enter",
    " ": "space",
    "\t": "tab",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\x1b": "escape",
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\x1bOH": "home",
    "\x1bOF": "end",
    "\x1b[1~": "home",
    "\x1b[4~": "end",
    "\x1b[7~": "home",
    "\x1b[8~": "end",
    "\x1b[5~": "pageup",
    "\x1b[6~": "pagedown",
}
"""Names of the keys that are no character of their own (xterm, VT220, rxvt, the Linux console)."""

_PIECE = regex.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^\x1b\[O])|\r|\n|\X")
_UNFINISHED = regex.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")


class Press(NamedTuple):
    """One key as it arrived. A key can be bound only if it sends one code point or is named."""

    name: str
    is_usable: bool = True


class Reader:
    """Turns bytes as they arrive into presses; what a slow line cut in two waits for its rest."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept = ""

    @property
    def is_waiting(self) -> bool:
        """Whether a sequence has begun and not ended; after a while it was the Esc key."""
        return bool(self._kept)

    def feed(self, data: bytes) -> list[Press]:
        """The presses that `data` completes."""
        text = self._kept + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text)
        self._kept = unfinished.group() if unfinished else ""
        return _presses(text[: len(text) - len(self._kept)])

    def give_up(self) -> list[Press]:
        """What waited for a rest that did not come."""
        kept, self._kept = self._kept, ""
        return _presses(kept)


def _presses(text: str) -> list[Press]:
    return [_press(piece) for piece in _PIECE.findall(text)]


def _press(piece: str) -> Press:
    if piece in SEQUENCES:
        return Press(SEQUENCES[piece])
    if piece[0] == "\x1b":
        name = f"alt+{piece[1]}" if len(piece) == 2 else f"escape {piece[1:]}"
        return Press(name, is_usable=False)
    if len(piece) == 1 and ord(piece) < 0x20:
        return Press(f"ctrl+{chr(ord(piece) + 0x40).lower()}", is_usable=False)
    return Press(piece, is_usable=len(piece) == 1 and piece.isprintable())


class Verdict(NamedTuple):
    """What a keyboard lacks.

    `actions` are those left without a key that arrives, `labels` and `letters` the labels and the
    letters of hints; `instead` are lines for keys.toml.
    """

    actions: tuple[str, ...]
    labels: tuple[str, ...]
    letters: tuple[str, ...]
    instead: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is lacking."""
        return not (self.actions or self.labels or self.letters)


def judge(table: KeyTable, arrived: Iterable[str]) -> Verdict:
    """What is lacking where only the keys in `arrived` can be typed, and keys to use instead.

    Offered are keys that arrived and mean nothing yet, one each, in the order in which they came.
    """
    came = dict.fromkeys(arrived)
    lacking = _lacking(table.page, came) + _lacking(table.menu, came)
    taken = {*table.page, *table.labels, *table.typed, *table.ends}
    signs = [key for key in came if len(key) == 1]
    free = [key for key in signs if key not in taken]
    # After `more` a key may mean something else than on the page.
    free_there = [key for key in dict.fromkeys(free + signs) if key not in table.menu]
    instead = []
    for action in lacking:
        pool = free_there if ACTION[action].menu else free
        if pool:
            instead.append(f"{action} = {json.dumps(pool.pop(0), ensure_ascii=False)}")
    return Verdict(
        tuple(lacking),
        tuple(_lacking(table.labels, came)),
        tuple(_lacking(table.typed, came)),
        tuple(instead),
    )


def _lacking(meanings: Mapping[str, str], came: Mapping[str, None]) -> list[str]:
    """The meanings none of whose keys came."""
    there = {meaning for key, meaning in meanings.items() if key in came}
    return [meaning for meaning in dict.fromkeys(meanings.values()) if meaning not in there]


def keys_to_come(table: KeyTable, came: Mapping[str, None]) -> tuple[str, ...]:
    """A key for each meaning of the table of which none came yet: hints, labels, actions."""
    keys = []
    for meanings in (table.typed, table.labels, table.page, table.menu):
        lacking = _lacking(meanings, came)
        keys += [next(key for key in meanings if meanings[key] == each) for each in lacking]
    return tuple(dict.fromkeys(keys))


def likely_keyboards(
    labels: Mapping[str, str], remapped: Mapping[str, str | list[str]], arrived: Collection[str]
) -> list[str]:
    """The layouts on which nothing is lacking of what arrived, and that send the most of it.

    `labels` and `remapped` are as for `tui.page.keys.key_table`. What AltGr sends is in no layout.
    """
    came = [key for key in arrived if len(key) == 1]
    found: dict[str, int] = {}
    for name in SOURCES:
        keyboard = keyboard_named(name)
        with contextlib.suppress(TonemarkError):  # what the user remapped clashes there
            if judge(key_table(labels, remapped, keyboard), arrived).is_complete:
                found[name] = sum(map(keyboard.sends, came))
    most = max(found.values(), default=0)
    return [name for name, count in found.items() if count == most]
