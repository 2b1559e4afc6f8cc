"""The collecting of everything that is wrong with a project file, so that one error names it all.

Knows where things stand in a TOML text, not what may stand there.
"""

from __future__ import annotations

from collections.abc import Callable

from tonemark.errors import TonemarkError

FAULTS_SHOWN = 100
"""Faults that one error names: nobody mends more in one go, and a hostile file may have 100,000."""

KeyPath = tuple[str, ...]
"""Where a value stands: the keys that lead to it, () for the whole file."""


class Faults:
    """Collects what is wrong with a project file: the words, and the line of a path in it."""

    def __init__(self, text: str = "") -> None:
        """`text` is the TOML whose lines are named; it is looked at only once a fault is found."""
        self._text = text
        self._lines: dict[KeyPath, int] | None = None
        self._found: list[tuple[int, str]] = []
        self._count = 0

    def add(self, words: str, at: KeyPath = ()) -> None:
        """Note a fault at a path of keys, or of the whole file."""
        self._count += 1
        if not self.is_full:
            self._found.append((self._line(at), words))

    @property
    def is_full(self) -> bool:
        """Whether as many are noted as an error names; more are only counted."""
        return len(self._found) >= FAULTS_SHOWN

    def taken(
        self, rule: Callable[[str], str], value: str, at: KeyPath = (), *, default: str
    ) -> str:
        """What `rule` makes of `value`; the title of its TonemarkError is noted as a fault."""
        try:
            return rule(value)
        except TonemarkError as error:
            self.add(f"{error.title.rstrip('.')}. {error.remedy}".rstrip(". "), at)
            return default

    def raise_any(self, where: str, remedy: str, *, with_lines: bool = True) -> None:
        """Raises TonemarkError naming all that was noted, by line, if anything was."""
        if not self._found:
            return
        words = [
            f"line {line}: {words}" if line and with_lines else words
            for line, words in sorted(self._found, key=lambda fault: fault[0])
        ]
        if self._count > len(words):
            words.append(f"and {self._count - len(words)} more")
        joint = ", " if words[0].startswith("line ") and with_lines else ": "
        raise TonemarkError(f"{where}{joint}{'; '.join(words)}.", remedy)

    def _line(self, at: KeyPath) -> int:
        if self._lines is None:
            from tonemark.corpus.toml_lines import line_numbers, statements

            self._lines = line_numbers(statements(self._text))
        # What stands in an inline table is on the line of the statement around it.
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at, 0)


def shown(value: object) -> str:
    """A value as an error quotes it, short."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:60]}…"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # str() of a huge one raises ValueError; hexadecimal brings those past tomllib.
        return str(value) if value.bit_length() <= 64 else "a huge number"
    if isinstance(value, float):
        return str(value)
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "a date or time"
