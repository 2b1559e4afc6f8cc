"""Gold from a file: texts with the tokens that people gave them. What may be none is told on the
error output, and never taken without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tonemark.cli.opening import say
from tonemark.cli.tokenizing import records_of
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token

BARS = ".txt"
"""How a file of gold ends whose lines are as `tonemark tokenize` shows them."""

SHOWN = 10
"""Lines that are told one by one, or numbered; the rest are counted."""


Refuse: TypeAlias = Callable[[int, str], None]

_SET = "tonemark tokenize FILE > gold.txt sets a bar wherever two tokens meet."


class GoldLine(NamedTuple):
    """A text, its tokens in order, and the key that its record gives it."""

    text: str
    tokens: list[Token]
    key: str = ""


def read_gold(path: Path, *, needs_bars: bool = False) -> tuple[list[GoldLine], int]:
    """The gold of a file, and how many of its lines were refused: lines with bars in a .txt file,
    else the tokens of any format that `tonemark add` takes.

    Raises TonemarkError where it has none; with `needs_bars`, also where no line of a .txt file has
    a bar or a "␣", which else is only told.
    """
    refused: list[tuple[int, str]] = []

    def refuse(line: int, reason: str) -> None:
        refused.append((line, reason))

    if path.suffix.lower() == BARS:
        found = _with_bars(path, refuse, needs_bars)
    else:
        found = _with_offsets(path, refuse)
    if not found:
        raise _none(path, refused)
    _tell(path, refused)
    return found, len(refused)


def _with_bars(path: Path, refuse: Refuse, needs_bars: bool) -> list[GoldLine]:
    from tonemark.tokenizers.shown import BAR, BLANK, has_idle_marks, read_shown

    found: list[GoldLine] = []
    idle: list[int] = []
    is_marked = False
    for record in records_of(path, refuse):
        text, tokens = read_shown(record.text)
        if has_idle_marks(record.text):
            idle.append(record.line)
        is_marked = is_marked or BAR in record.text or BLANK in record.text
        if tokens:
            found.append(GoldLine(text, tokens))
        else:
            refuse(record.line, "has no tokens")
    if found and not is_marked:
        title = f"no | in {path.name}: is it gold?"
        if needs_bars:
            raise TonemarkError(title[:1].upper() + title[1:], _SET)
        say(f"{title} {_SET}", err=True)
    if idle:
        say(
            f"{path.name}, {_numbered(idle)}: a | or a ␣ at an end or beside a space does nothing:"
            " is it meant? (A | of the text itself is written ¦.)",
            err=True,
        )
    return found


def _with_offsets(path: Path, refuse: Refuse) -> list[GoldLine]:
    from tonemark.tokenizers.check import faults

    found: list[GoldLine] = []
    broken: list[tuple[int, str]] = []
    for record in records_of(path, refuse):
        if record.tokens is None:
            refuse(record.line, "has no tokens")
            continue
        tokens = list(record.tokens)
        broken += ((record.line, fault) for fault in faults(record.text, tokens))
        found.append(GoldLine(record.text, tokens, record.key or ""))
    _tell(path, broken)
    return found


def _none(path: Path, refused: list[tuple[int, str]]) -> TonemarkError:
    why = f": line {refused[0][0]}: {refused[0][1]}" if refused else ""
    if len(refused) > 1:
        why += f" ({len(refused) - 1:,} more are not taken)"
    remedy = "tonemark tokenize FILE > gold.txt makes such a file, to be corrected in an editor."
    if refused and path.suffix.lower() != BARS:
        remedy = (
            f"Gold with bars must end in {BARS}; in JSON Lines each line is"
            ' {"text": "Azul!", "tokens": [{"start": 0, "end": 4}, {"start": 4, "end": 5}]}.'
        )
    return TonemarkError(f"{path} has no text with tokens{why}.", remedy)


def _tell(path: Path, said: list[tuple[int, str]]) -> None:
    for line, reason in said[:SHOWN]:
        say(f"{path.name}, line {line}: {reason}", err=True)
    if len(said) > SHOWN:
        say(f"{path.name}: {len(said) - SHOWN:,} more like these", err=True)


def _numbered(lines: Iterable[int]) -> str:
    """Numbers of lines, in words."""
    *most, last = map(str, lines)
    if len(most) >= SHOWN:
        return f"lines {', '.join(most[:SHOWN])} and {len(most) + 1 - SHOWN:,} more"
    return f"lines {', '.join(most)} and {last}" if most else f"line {last}"
