"""JSON out of text, with every fault named where it stands: the object on a line, and its parts."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import regex

from tonemark.files import DEEPEST, is_deeper
from tonemark.refusals import Refused, quoted


def _not_finite(name: str) -> NoReturn:
    raise Refused(f"not JSON: {name} is not a number of JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Refused(f"the number {quoted(digits)} is too large")
    return value


_SPACE = regex.compile(r"[ \t\n\r]*+")

TOO_DEEP = f"nested more than {DEEPEST} deep"
TOO_MANY_DIGITS = "not JSON that can be read: a number has too many digits"

_DECODER = json.JSONDecoder(parse_constant=_not_finite, parse_float=_finite)


def json_object(source: str) -> dict[str, Any]:
    """The object that stands on a line, which is not blank.

    Raises Refused where there is none, where it nests more than DEEPEST deep, and where a text in
    it is no Unicode (a lone surrogate).
    """
    try:
        given, end = value_at(source, 0 if source[0] == "{" else over_space(source, 0))
        if end < len(source) and (rest := over_space(source, end)) < len(source):
            raise json.JSONDecodeError("Extra data", source, rest)
    except json.JSONDecodeError as error:
        reason = f"not JSON: {fault_of(error)} at character {error.colno}"
        if source.lstrip()[:1] == "[" or source.strip() == "{":
            reason += "; a record stands on one line (jq -c '.[]' makes lines of an array)"
        raise Refused(reason) from None
    if not isinstance(given, dict):
        hint = " (jq -c '.[]' makes lines of an array)" if isinstance(given, list) else ""
        raise Refused(f"the line is {quoted(given)}, not an object{hint}")
    check_object(given, source, 0, len(source))
    return given


def value_at(source: str, at: int) -> tuple[Any, int]:
    """The value that begins at `at`, which is no white space, and where it ends.

    Raises Refused where it is nothing that we read (`json_object` says what), and
    json.JSONDecodeError where it is no JSON, or goes on behind the end of `source`.
    """
    try:
        return _DECODER.raw_decode(source, at)
    except RecursionError:
        raise Refused(TOO_DEEP) from None
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python refuses whole numbers of more than 4,300 digits.
        raise Refused(TOO_MANY_DIGITS) from None


def fault_of(error: json.JSONDecodeError) -> str:
    """What is wrong, in Python's words without their own end."""
    return error.msg.removesuffix(" at").removesuffix(" starting")


def check_object(given: dict[str, Any], source: str, start: int, end: int) -> None:
    """Raise Refused where an object, written in `source` from `start` to `end`, nests too deep, or
    where a text in it is no Unicode."""
    brackets = source.count("{", start, end) + source.count("[", start, end)
    if brackets > DEEPEST and is_deeper(given, DEEPEST):
        raise Refused(TOO_DEEP)
    if source.find("\\u", start, end) >= 0:
        _check_surrogates(given)


def stretches(line: str) -> dict[str, tuple[int, int]]:
    """Where the values of an object are written in its line, which `json_object` took: code points,
    end exclusive; the last where a name stands twice."""
    found = {}
    at = over_space(line, line.index("{") + 1)
    while line[at] != "}":
        name, at = _DECODER.raw_decode(line, at)
        start = over_space(line, over_space(line, at) + 1)
        _, at = _DECODER.raw_decode(line, start)
        found[name] = start, at
        at = over_space(line, at)
        if line[at] == ",":
            at = over_space(line, at + 1)
    return found


def elements(line: str, start: int) -> list[tuple[int, int]]:
    """Where the elements of the list that begins at `start` are written; none where it is null."""
    found: list[tuple[int, int]] = []
    if line[start] != "[":
        return found
    at = over_space(line, start + 1)
    while line[at] != "]":
        first = at
        _, at = _DECODER.raw_decode(line, first)
        found.append((first, at))
        at = over_space(line, at)
        if line[at] == ",":
            at = over_space(line, at + 1)
    return found


def over_space(source: str, at: int) -> int:
    """The first place from `at` on where no white space of JSON's stands."""
    matched = _SPACE.match(source, at)
    assert matched
    return matched.end()


def _check_surrogates(given: dict[str, Any]) -> None:
    for name, value in given.items():
        try:
            json.dumps([name, value], ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            code = ord(error.object[error.start])
            raise Refused(f"a lone surrogate (U+{code:04X}) in {quoted(name)}") from None
