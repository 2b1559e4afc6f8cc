"""The keyboard in front of her: what its keys send, by the place they have on a qwerty board.

Knows nothing of what a key does; the tables are in `boards`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.tui.page.boards import (
    ALSO,
    ALTERNATES,
    BOARDS,
    CASELESS,
    LATIN,
    NEAR,
    ROWS,
    SILENT,
    SOURCES,
)

DIGITS = "1234567890"
"""The keys of labels, and the one that types a label's name."""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """A layout: what each key sends without and with Shift, by place, in the order of ROWS.

    A silent key has None. `latin` is the layout of Latin letters on the same keys, if it is
    another; `cased` says that Shift changes a letter; `alternates` maps an action to its key;
    `signs` are characters that are not written as they arrive.
    """

    name: str
    plain: tuple[str | None, ...]
    shifted: tuple[str | None, ...]
    latin: str = ""
    cased: bool = True
    alternates: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[str, str] = field(default_factory=dict)

    def at(self, key: str) -> str | None:
        """What the key sends that sends `key`, one character, on a qwerty board; None where it is
        silent."""
        level, place = _PLACES[key]
        sent = (self.plain, self.shifted)[level][place]
        # With Shift it must be another character, or Shift could not be told.
        return None if level and sent == self.plain[place] else sent

    def sends(self, character: str) -> bool:
        """Whether some key sends a character."""
        return character in self.plain or character in self.shifted

    def sent(self, key: str) -> tuple[str, ...]:
        """All that the key sends that is `key` on a qwerty board, as it is mapped by its place.

        A key of the digits means the same with Shift, as the number pad sends it. Where the
        letters are of another script, the Latin letter of the key counts too, for who switches
        between the two.
        """
        sent = [key] if key in DIGITS else []
        sent += [own] if (own := self.at(key)) else []
        sent += [latin] if (latin := self.latin_at(key)) else []
        return tuple(dict.fromkeys(sent))

    def latin_at(self, key: str) -> str | None:
        """The Latin letter of a key, named as for `at`, on a board of another script."""
        letter = keyboard_named(self.latin).at(key) if self.latin else None
        return letter if letter and letter.isalpha() and letter.isascii() else None


def _rows(name: str) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    plain: list[str | None] = []
    shifted: list[str | None] = []
    for line, keys in zip(BOARDS[name].strip().splitlines(), ROWS, strict=True):
        row = [_sent(sign) for sign in line.split()]
        plain += row[:keys]
        shifted += row[keys:]
    assert len(plain) == len(shifted) == sum(ROWS)
    return tuple(plain), tuple(shifted)


def _sent(sign: str) -> str | None:
    """A combining mark stands in a table as U+XXXX, for it would sit on its neighbour."""
    if sign.startswith("U+"):
        return chr(int(sign[2:], 16))
    return None if sign == SILENT else sign


def _places() -> dict[str, tuple[int, int]]:
    """Level and place of each character of a qwerty board of 104 keys, which has no key beside
    the left Shift."""
    beside = sum(ROWS[:3])
    return {
        character: (level, place)
        for level, row in enumerate(_rows("qwerty"))
        for place, character in enumerate(row)
        if character and place != beside
    }


_PLACES = _places()


@cache
def keyboard_named(name: str) -> Keyboard:
    """The layout of that name, or of another name that it has.

    Raises TonemarkError, naming those that there are, and the nearest.
    """
    wanted = name.strip().casefold()
    wanted = ALSO.get(wanted, wanted)
    if wanted not in SOURCES:
        raise _unknown(name, wanted)
    base, changes = NEAR.get(wanted, (wanted, {}))
    plain, shifted = _rows(base)
    pairs = [
        (changes[low][0], changes[low][1:] or changes[low].upper()) if low in changes else (low, up)
        for low, up in zip(plain, shifted, strict=True)
    ]
    keyboard = Keyboard(
        wanted,
        tuple(low for low, _ in pairs),
        tuple(up for _, up in pairs),
        LATIN.get(wanted, ""),
        wanted not in CASELESS,
        ALTERNATES.get(wanted, {}),
    )
    return replace(keyboard, signs=_signs(keyboard))


def _signs(keyboard: Keyboard) -> dict[str, str]:
    """Letters that run to the left are written as the Latin letters of their keys: a terminal that
    reorders its lines would show hints made of them over other words."""
    return {
        own: latin
        for key in _PLACES
        if (own := keyboard.at(key)) and (latin := keyboard.latin_at(key))
        if unicodedata.bidirectional(own) in ("R", "AL")
    }


def _unknown(name: str, wanted: str) -> TonemarkError:
    from difflib import get_close_matches

    near = get_close_matches(wanted, [*SOURCES, *ALSO], n=3, cutoff=0.6)
    meant = f" Is it {' or '.join(near)}?" if near else ""
    return TonemarkError(
        f"There is no keyboard {short(name, 40)}.{meant}",
        f"Choose one of: {', '.join(SOURCES)}; or leave it out, and give the actions whose keys"
        " do not arrive other keys.",
    )


QWERTY = keyboard_named("qwerty")
