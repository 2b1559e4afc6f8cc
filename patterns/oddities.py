"""What shows that a file may be no list of names, counted as it is read: whole sentences, columns,
numbers of lines. It is told beside what was added; nothing is refused for it."""

from __future__ import annotations

from collections import Counter
from typing import Final

import regex

LOOKED_AT = 10_000
"""Names at the beginning of a file that are looked at."""

ONE_IN = 20
"""Told where at least one in so many names is odd: a single one may be called so."""

_ENDS = r"[.!?…।॥؟۔።፧]"
_SIGNS: Final[dict[str, tuple[str, str]]] = {
    "sentence": (rf"(?:\S+\s+){{4,}}\S*{_ENDS}[\"'”’»)]*", "is this a list of names?"),
    "number": (r"\p{Nd}+[.)]\s.*", "take the numbers away"),
    "comment": (r"#\s.*", "a list has no comments"),
    "bullet": (r"[-*•–]\s.*", "take the bullets away"),
    "bar": (r".*\S\s*\|\s*\S.*", "is it a table? part its columns by tabs, with --format tsv"),
    "comma": (r"\".*\"|.*[,;]|.*[;,].*", "is it CSV? --format csv"),
}
"""What an odd name looks like, and what to do, in the order in which it is looked for."""

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "sentence": ("ends like a sentence", "end like sentences"),
    "number": ("begins with a number", "begin with numbers"),
    "comment": ("begins with #", "begin with #"),
    "bullet": ("begins with a bullet", "begin with bullets"),
    "bar": ("holds |", "hold |"),
    "comma": ("holds commas or quotes", "hold commas or quotes"),
}

_ODD = regex.compile("|".join(f"(?P<{name}>{sign})" for name, (sign, _) in _SIGNS.items()))
_IN_TABLES = ("sentence",)
"""What is odd of the names of a table, too: commas and quotes are no sign there."""


class Oddities:
    """Counts what is odd in the names of a file; of a plain list if `is_list`."""

    def __init__(self, *, is_list: bool) -> None:
        self._is_list = is_list
        self._looked_at = 0
        self._found: Counter[str] = Counter()

    def look(self, name: str) -> None:
        """Look at one name more."""
        if self._looked_at >= LOOKED_AT:
            return
        self._looked_at += 1
        if (odd := _ODD.fullmatch(name)) and odd.lastgroup:
            self._found[odd.lastgroup] += 1

    def told(self) -> list[str]:
        """In sentences for people; none where nothing is odd."""
        first = f"of the first {LOOKED_AT:,}, " if self._looked_at >= LOOKED_AT else ""
        return [
            f"{first}{count:,} line{'s' * (count != 1)} {_WORDS[sign][count != 1]}: {advice}"
            for sign, (_, advice) in _SIGNS.items()
            if (count := self._found[sign]) * ONE_IN > self._looked_at
            and (self._is_list or sign in _IN_TABLES)
        ]
