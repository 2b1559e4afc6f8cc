"""One thing that was looked at: how it stands, and what to do where it is at fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

State = Literal["ok", "note", "fault"]


class Check(NamedTuple):
    """A line of the report. All but the state may quote data."""

    state: State
    what: str
    remedy: str = ""
    where: str = ""


class Part(NamedTuple):
    """A part of the report; its checks may be found while they are read."""

    title: str
    checks: Iterable[Check]


def ok(what: str) -> Check:
    """All is well."""
    return Check("ok", what)


def note(what: str, remedy: str = "") -> Check:
    """Worth knowing, and no fault."""
    return Check("note", what, remedy)


def fault(what: str, remedy: str, where: str = "") -> Check:
    """Something to mend."""
    return Check("fault", what, remedy, where)
