"""TOML files that people write: reading one, and one error that names all that is wrong in it.

Knows where things stand in a TOML text, not what may stand there.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable
from typing import Any

import regex

from tonemark.errors import TonemarkError
from tonemark.text import short

FAULTS_SHOWN = 100
"""Faults that one error names: nobody mends more in one go, and a hostile file may have 100,000."""

KeyPath = tuple[str, ...]
"""Where a value stands: the keys that lead to it, () for the whole file."""

_QUICK = 4096
"""Code points of TOML that tomllib reads in under 0.1 s whatever they are (3.11)."""

_LEVELS = "Two levels are all that is needed, as in [routing]."
_TOML_PLACE = regex.compile(
    r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", regex.DOTALL
)
_TWICE = r"Cannot (?:declare|mutate immutable namespace) (\(.*\))(?: twice)?"
_QUOTES = "“”„‟«»‘’‚"
"""What word processors make of quotation marks."""


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """The data of a TOML text. Raises TonemarkError with the file's `name` and the line where it is
    not TOML."""
    if len(text) > _QUICK:
        from tonemark.toml_lines import DEEPEST, deep_key_line

        if deep := deep_key_line(text):
            raise TonemarkError(
                f"{name}, line {deep}: a key of more than {DEEPEST} parts.", _LEVELS
            )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TonemarkError(
            f"{name} has brackets within brackets, too deep to be read.",
            _LEVELS,
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), text, name) from None
    except (ValueError, OverflowError):
        raise TonemarkError(
            f"{name} has a number of thousands of digits.", "Correct or remove it."
        ) from None


def _not_toml(message: str, text: str, name: str) -> TonemarkError:
    found = regex.fullmatch(_TOML_PLACE, message)
    words, line, column = found.groups() if found else (message, None, None)
    remedy = (
        'A line reads: name = "value", with text in double quotes, or name = ["one", "two"]:'
        " every quote and bracket that opens must be closed."
    )
    if words == "Cannot overwrite a value":
        words = "the same key stands twice"
    elif found_twice := regex.fullmatch(_TWICE, words):
        table = ".".join(ast.literal_eval(found_twice[1]))[:60]  # the repr of a tuple of keys
        words, remedy = f"[{table}] stands twice", "Put what is under both together."
    number = int(line) if line else text.rstrip().count("\n") + 1
    if line and column:
        curly = text.split("\n")[number - 1][int(column) - 1 : int(column)]
        if curly and curly in _QUOTES:
            words = f'{curly} is not the quotation mark of a keyboard, "'
    place = f" (column {column})" if column else ""
    return TonemarkError(
        f"{name}, line {number}: {words[:1].lower()}{words[1:]}{place}.",
        remedy,
    )


class Faults:
    """Collects what is wrong with a file: the words, and the line of a path in it."""

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
            self._found.append((self.line(at), words))

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

    def line(self, at: KeyPath) -> int:
        """The line of a path of keys, 0 where it has none."""
        if self._lines is None:
            from tonemark.toml_lines import line_numbers, statements

            self._lines = line_numbers(statements(self._text))
        # What stands in an inline table is on the line of the statement around it.
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at, 0)


def shown(value: object) -> str:
    """A value as an error quotes it, short."""
    if isinstance(value, str):
        return f'"{short(value, 60)}"'
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
