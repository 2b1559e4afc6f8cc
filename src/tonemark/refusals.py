"""What is said of a piece of a file that is not taken; knows no format."""

from __future__ import annotations

from dataclasses import dataclass

_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Refusal:
    """A piece of a file that was not taken: its line from 1, and why, in words."""

    line: int
    reason: str


class Refused(Exception):
    """A record that is not taken: its words become the reason of the Refusal."""


def quoted(value: object) -> str:
    """A value of a file as a reason may name it: short, and every unprintable code point escaped.

    JSON's words stand for null, true and false; objects and lists are named, not shown.
    """
    if isinstance(value, str):
        return repr(value) if len(value) <= _QUOTED else repr(value[:_QUOTED]) + "..."
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    shown = repr(value)
    return shown if len(shown) <= _QUOTED else shown[:_QUOTED] + "..."
