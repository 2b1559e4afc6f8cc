"""An object of JSON out of a line, with every fault named where it stands."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from tonemark.files import DEEPEST, is_deeper
from tonemark.refusals import Refused, quoted


def _not_finite(name: str) -> NoReturn:
    raise Refused(f"not JSON: {name} is not a number of JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Refused(f"the number {quoted(digits)} is too large")
    return value


_DECODER = json.JSONDecoder(parse_constant=_not_finite, parse_float=_finite)


def json_object(source: str) -> dict[str, Any]:
    """The object that stands on a line, which is not blank.

    Raises Refused where there is none, where it nests more than DEEPEST deep, and where a text in
    it is no Unicode (a lone surrogate).
    """
    try:
        given, end = _DECODER.raw_decode(source) if source[0] == "{" else (None, 0)
        if end != len(source):  # white space around it, or a fault
            given = _DECODER.decode(source)
    except RecursionError:
        raise Refused(f"nested more than {DEEPEST} deep") from None
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at").removesuffix(" starting")  # Python's own end
        reason = f"not JSON: {what} at character {error.colno}"
        if source.lstrip()[:1] == "[" or source.strip() == "{":
            reason += "; a record stands on one line (jq -c '.[]' makes lines of an array)"
        raise Refused(reason) from None
    except ValueError:
        # Python refuses whole numbers of more than 4,300 digits.
        raise Refused("not JSON that can be read: a number has too many digits") from None
    if not isinstance(given, dict):
        hint = " (jq -c '.[]' makes lines of an array)" if isinstance(given, list) else ""
        raise Refused(f"the line is {quoted(given)}, not an object{hint}")
    if source.count("{") + source.count("[") > DEEPEST and is_deeper(given, DEEPEST):
        raise Refused(f"nested more than {DEEPEST} deep")
    if "\\u" in source:
        _check_surrogates(given)
    return given


def stretches(line: str) -> dict[str, tuple[int, int]]:
    """Where the values of an object are written in its line, which `json_object` took: code points,
    end exclusive; the last where a name stands twice."""
    found = {}
    at = _over_space(line, line.index("{") + 1)
    while line[at] != "}":
        name, at = _DECODER.raw_decode(line, at)
        start = _over_space(line, _over_space(line, at) + 1)
        _, at = _DECODER.raw_decode(line, start)
        found[name] = start, at
        at = _over_space(line, at)
        if line[at] == ",":
            at = _over_space(line, at + 1)
    return found


def elements(line: str, start: int) -> list[tuple[int, int]]:
    """Where the elements of the list that begins at `start` are written; none where it is null."""
    found: list[tuple[int, int]] = []
    if line[start] != "[":
        return found
    at = _over_space(line, start + 1)
    while line[at] != "]":
        first = at
        _, at = _DECODER.raw_decode(line, first)
        found.append((first, at))
        at = _over_space(line, at)
        if line[at] == ",":
            at = _over_space(line, at + 1)
    return found


def _over_space(line: str, at: int) -> int:
    while line[at] in " \t\n\r":
        at += 1
    return at


def _check_surrogates(given: dict[str, Any]) -> None:
    for name, value in given.items():
        try:
            json.dumps([name, value], ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            code = ord(error.object[error.start])
            raise Refused(f"a lone surrogate (U+{code:04X}) in {quoted(name)}") from None
