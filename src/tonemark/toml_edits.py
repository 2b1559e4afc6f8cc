"""Small changes of a TOML text, comments and order kept: a value set, an item of a list added.

Knows nothing of what the file is for. tomlkit is not used: see `corpus.project_template`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import regex

from tonemark.errors import TonemarkError
from tonemark.toml_lines import Statement, key_parts, statements, toml_key, toml_string

_LITERAL = regex.compile(r'"(?:\\.|[^"\\\n])*+"' r"|'[^'\n]*+'|#[^\n]*+")
"""A string, or a comment, in which quotes are no strings."""

_BEHIND_ITEM = regex.compile(r"[ \t]*+,?+[ \t]*+(?:#[^\n]*+)?+(?:\r?\n)?+")


def with_value(text: str, path: tuple[str, ...], literal: str) -> str:
    """A text with `literal`, a value as TOML writes it, at a path of one or two keys.

    Where there is a value it is replaced; a new one follows the last of its table, which is made
    where there is none. Raises TonemarkError where the text is written in a way that hinders it.
    """
    wanted = tomllib.loads(text)
    table = wanted
    for part in path[:-1]:
        table = table.setdefault(part, {})
    table[path[-1]] = tomllib.loads(f"k = {literal}")["k"]
    return _first_that_means(wanted, _settings(text, path, literal), path)


def without_value(text: str, path: tuple[str, str]) -> str:
    """A text without a value of a table, the line's comment included. Raises TonemarkError as
    `with_value` does, KeyError where there is no value."""
    wanted = tomllib.loads(text)
    del wanted[path[0]][path[1]]
    found = list(statements(text))
    if not wanted[path[0]] and not any(each.is_header and each.path == path[:1] for each in found):
        del wanted[path[0]]
    shorter = []
    for each in found:
        if each.path == path and not each.is_header:
            start = text.rfind("\n", 0, each.value) + 1
            end = text.find("\n", each.end) + 1
            shorter.append(text[:start] + (text[end:] if end else ""))
    return _first_that_means(wanted, iter(shorter), path)


def with_key(text: str, path: tuple[str, str], name: str) -> str:
    """A text with another name for a key of a table, in its place; its value, comments and all else
    stay. Raises TonemarkError as `with_value` does, KeyError where there is no such key.

    The key is found in whichever way it is written: under `[table]`, as `[table.key]`, as
    `table.key = ...`, or in an inline table.
    """
    wanted = tomllib.loads(text)
    table = wanted[path[0]]
    wanted[path[0]] = {name if key == path[1] else key: table[key] for key in _with(table, path[1])}
    return _first_that_means(wanted, _renamed(text, path, toml_key(name)), path, in_order=True)


def without_key(text: str, path: tuple[str, str]) -> str:
    """A text without a key of a table, whatever stands under it and however it is written. Raises
    as `with_key` does."""
    try:
        return without_value(text, path)
    except TonemarkError:
        wanted = tomllib.loads(text)
        del wanted[path[0]][path[1]]
        return _first_that_means(wanted, _without(text, path), path)


def with_item(text: str, path: tuple[str, ...], item: str) -> str:
    """A text with a string more at the end of the list at a path, which is made where there is
    none. Raises TonemarkError as `with_value` does."""
    there = next((each for each in statements(text) if each.path == path), None)
    if there is None:
        newline = _newline(text)
        return with_value(text, path, f"[{newline}    {toml_string(item)},{newline}]")
    wanted = tomllib.loads(text)
    _list_at(wanted, path).append(item)
    return _first_that_means(wanted, _longer(text, there.end - 1, item), path)


def without_item(text: str, path: tuple[str, ...], item: str) -> str:
    """A text without one string of the list at a path. Raises TonemarkError as `with_value` does,
    ValueError where it is not in the list."""
    wanted = tomllib.loads(text)
    _list_at(wanted, path).remove(item)
    there = next((each for each in statements(text) if each.path == path), None)
    return _first_that_means(wanted, _shorter(text, there, item) if there else iter(()), path)


def _settings(text: str, path: tuple[str, ...], literal: str) -> Iterator[str]:
    """Texts one of which should have the value there."""
    newline = _newline(text)
    line = f"{toml_key(path[-1])} = {literal}{newline}"
    last: Statement | None = None
    for statement in statements(text):
        if statement.path == path and not statement.is_header:
            yield f"{text[: statement.value]} {literal}{text[statement.end :]}"
        if statement.table == path[:-1] and not (statement.is_header and not path[:-1]):
            last = statement
    if last is not None:
        at = text.find("\n", last.end) + 1
        before, after = (text[:at], text[at:]) if at else (text + newline, "")
        yield f"{before}{line}{after}"
    elif len(path) == 1:
        yield f"{line}{text}"
    else:
        gap = newline if text and not text.endswith("\n") else ""
        yield f"{text}{gap}{newline}[{toml_key(path[0])}]{newline}{line}"


def _longer(text: str, bracket: int, item: str) -> Iterator[str]:
    """Texts with an item before the bracket that closes a list."""
    literal, newline = toml_string(item), _newline(text)
    before, after = text[:bracket], text[bracket:]
    line = before.rfind("\n") + 1
    if not before[line:].strip():
        # The bracket stands on a line of its own: so does the item.
        for comma in ("", ","):
            yield f"{before[:line].rstrip()}{comma}{newline}    {literal},{newline}{text[line:]}"
            yield f"{before[:line]}{comma}    {literal},{newline}{text[line:]}"
    for comma in (" ", ", ", ""):
        yield f"{before.rstrip()}{comma}{literal}{after}"
        yield f"{before}{comma}{literal}{after}"


def _shorter(text: str, there: Statement, item: str) -> Iterator[str]:
    for found in _LITERAL.finditer(text, there.value, there.end):
        if found.group()[0] == "#" or tomllib.loads(f"k = {found.group()}")["k"] != item:
            continue
        start, behind = found.span()
        rest = _BEHIND_ITEM.match(text, behind, there.end - 1)
        end = rest.end() if rest else behind
        line = text.rfind("\n", 0, start) + 1
        if not text[line:start].strip():
            yield f"{text[:line]}{text[end:]}"
        yield f"{text[:start]}{text[end:]}"
        yield f"{text[:start]}{text[behind:]}"
        yield f"{text[:start].rstrip().removesuffix(',')}{text[behind:]}"


def _with(table: dict[str, Any], key: str) -> dict[str, Any]:
    if key not in table:
        raise KeyError(key)
    return table


def _renamed(text: str, path: tuple[str, str], literal: str) -> Iterator[str]:
    """Texts one of which should have another name for a key."""
    places = []
    for each in statements(text):
        if each.path[:2] == path:
            parts, _ = key_parts(text, each.key)
            # Under `[labels.KEY]` the key is in the header alone.
            own = 1 - (0 if each.is_header else len(each.table))
            if 0 <= own < len(parts):
                places.append((parts[own].start, parts[own].end))
    if places:
        for start, end in reversed(places):
            text = f"{text[:start]}{literal}{text[end:]}"
        yield text
    for start, end in _inside(text, path):
        yield f"{text[:start]}{literal}{text[end:]}"


def _without(text: str, path: tuple[str, str]) -> Iterator[str]:
    """Texts one of which should lack a key: all its lines gone, or its place in an inline table."""
    shorter = text
    for each in reversed([*statements(text)]):
        if each.path[:2] == path:
            start = shorter.rfind("\n", 0, each.key) + 1
            end = shorter.find("\n", each.end) + 1
            shorter = shorter[:start] + (shorter[end:] if end else "")
    if shorter != text:
        yield shorter
    for start, _ in _inside(text, path):
        before = text[:start].rstrip().removesuffix(",")
        for found in _ENDS.finditer(text, start):
            yield f"{text[:start]}{text[found.end() :]}"
            yield f"{before}{text[found.start() :]}"


_ENDS = regex.compile(r",[ \t]*+|(?=\})|\}")


def _inside(text: str, path: tuple[str, str]) -> Iterator[tuple[int, int]]:
    """Where a key may be written in an inline table."""
    for each in statements(text):
        if each.path == path[:1] and not each.is_header:
            for found in _NAMED.finditer(text, each.value, each.end):
                raw = found[1]
                is_quoted = raw[0] in "\"'"
                if (tomllib.loads(f"k = {raw}")["k"] if is_quoted else raw) == path[1]:
                    yield found.span(1)


_NAMED = regex.compile(r"""("(?:\\.|[^"\\\n])*+"|'[^'\n]*+'|[A-Za-z0-9_-]++)[ \t]*+[.=]""")
"""What may be a key: written before a dot or an equals sign."""


def _first_that_means(
    wanted: dict[str, Any], texts: Iterator[str], path: tuple[str, ...], *, in_order: bool = False
) -> str:
    for text in texts:
        try:
            found = tomllib.loads(text)
            if found == wanted and not (in_order and [*found[path[0]]] != [*wanted[path[0]]]):
                return text
        except tomllib.TOMLDecodeError:
            continue
    raise TonemarkError(
        f"{'.'.join(path)} is written in a way that Tonemark cannot change.",
        "Change it with an editor.",
    )


def _list_at(data: dict[str, Any], path: tuple[str, ...]) -> list[Any]:
    value: Any = data
    for part in path:
        value = value[part]
    assert isinstance(value, list)
    return value


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
