"""Where things stand in a TOML text, and how strings are written in one: what tomllib leaves out.

Knows nothing of projects. Source of the grammar: https://toml.io/en/v1.0.0.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import regex

DEEPEST = 8
"""Parts that a dotted key may have: tomllib needs minutes for a megabyte of them (3.11)."""

# A string that is never closed runs on: to try again behind each of its quotes is quadratic.
_STRING = (
    r'"""(?:\\.|[^\\])*?(?:""""{0,2}|\\?\Z)'
    r"|'''.*?(?:''''{0,2}|\Z)"
    r'|"(?:\\.|[^"\\\n])*+"?'
    r"|'[^'\n]*+'?"
)
_BLANK = regex.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SPACE = regex.compile(r"[ \t]*+")
_KEY = regex.compile(rf"[A-Za-z0-9_-]++|{_STRING}", regex.DOTALL)
_PIECE = regex.compile(
    rf"""(?P<string>{_STRING})|\#[^\n]*+|(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<end>\n)|[^"'\#\[\]{{}}\n]++""",
    regex.DOTALL,
)
_LITERAL = regex.compile(rf"{_STRING}|#[^\n]*+", regex.DOTALL)
_DEEP = regex.compile(rf"(?<![\w\"-])(?:[\w\"-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}")
_BARE = regex.compile(r"[A-Za-z0-9_-]++")


class Statement(NamedTuple):
    """A `[header]` or a `key = value` of a TOML text.

    `table` is the path of the header it stands under (for a header, of itself); `path` is its own,
    whole. `line` counts from 1. `end` is the offset, in code points, behind its last character,
    before any comment on the same line; `value` the one behind its `=`, for a header its end.
    `is_item` says of a header that it is `[[header]]`. `key` is the offset at which its own path
    begins.
    """

    table: tuple[str, ...]
    path: tuple[str, ...]
    line: int
    end: int
    is_header: bool
    value: int
    is_item: bool = False
    key: int = 0


def statements(text: str) -> Iterator[Statement]:
    """The statements of a TOML text that tomllib has read without complaint, in order.

    What stands inside an inline table or an array belongs to the statement around it.
    """
    table: tuple[str, ...] = ()
    line, counted, at = 1, 0, _end(_BLANK, text, 0)
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        is_header, is_item = text[at] == "[", text.startswith("[[", at)
        key = at + is_header + is_item
        if is_header:
            table, at = _path(text, key)
            end = at = text.index("]", at) + (2 if text.startswith("]]", at) else 1)
            path = table
            value = end
        else:
            own, at = _path(text, at)
            path = table + own
            value = text.index("=", at) + 1
            end = at = _value_end(text, value)
        yield Statement(table, path, line, end, is_header, value, is_item, key)
        at = _end(_BLANK, text, at)


class Part(NamedTuple):
    """One part of a dotted key, with the offsets at which it is written."""

    name: str
    start: int
    end: int


def key_parts(text: str, at: int) -> tuple[list[Part], int]:
    """The parts of the key that is written at an offset, and the offset behind it."""
    parts: list[Part] = []
    while True:
        at = _end(_SPACE, text, at)
        found = _KEY.match(text, at)
        if found is None:
            raise ValueError(f"no key at {at}")
        raw = found.group()
        name = str(tomllib.loads(f"k = {raw}")["k"]) if raw[0] in "\"'" else raw
        parts.append(Part(name, *found.span()))
        at = _end(_SPACE, text, found.end())
        if not text.startswith(".", at):
            return parts, at
        at += 1


def _path(text: str, at: int) -> tuple[tuple[str, ...], int]:
    parts, at = key_parts(text, at)
    return tuple(part.name for part in parts), at


def _value_end(text: str, at: int) -> int:
    depth = 0
    end = at
    while found := _PIECE.match(text, at):
        if found["end"] is not None and depth == 0:
            break
        if found["open"] is not None:
            depth += 1
        elif found["close"] is not None:
            depth -= 1
        if not found.group().startswith("#") and found.group().strip():
            end = at + len(found.group().rstrip())
        at = found.end()
    return end


def _end(pattern: regex.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def deep_key_line(text: str) -> int | None:
    """The line, from 1, of the first dotted key of more than DEEPEST parts, in linear time.

    `text` need not be TOML: where it is not, the answer holds for what comes before the fault.
    """
    bare = _LITERAL.sub(lambda found: '""' + "\n" * found.group().count("\n"), text)
    found = _DEEP.search(bare)
    return bare.count("\n", 0, found.start()) + 1 if found else None


def line_numbers(found: Iterable[Statement]) -> dict[tuple[str, ...], int]:
    """The line, from 1, where each path first stands; a dotted path gives its beginnings too.

    What stands under the second `[[examples]]` is at ("examples", "1", ...) as well.
    """
    lines: dict[tuple[str, ...], int] = {}
    items: Counter[tuple[str, ...]] = Counter()
    for statement in found:
        table, path = statement.table, statement.path
        for length in range(1, min(len(path), 3) + 1):
            lines.setdefault(path[:length], statement.line)
        items[table] += statement.is_item
        if items[table]:
            numbered = (*table, str(items[table] - 1))
            lines.setdefault(numbered, statement.line)
            lines.setdefault(numbered + path[len(table) :], statement.line)
    return lines


def toml_string(value: str) -> str:
    r"""A basic string that means `value`: quotes, `\` and control characters escaped.

    Lone surrogates stay, and cannot be written: TOML has no way to say them.
    """
    import json

    # JSON leaves DEL as it is, which TOML forbids.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def toml_key(value: str) -> str:
    """A key that means `value`, without quotes where it needs none."""
    return value if _BARE.fullmatch(value) else toml_string(value)
