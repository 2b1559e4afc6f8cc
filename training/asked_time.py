"""How long a training may take, as people type it. Pure."""

from __future__ import annotations

import regex

SHORTEST, LONGEST = 1, 24 * 3600
"""Seconds that may be asked for."""

_TIME = regex.compile(r"(\d{1,6}) *([smh]?)", regex.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds_of(typed: str) -> float | None:
    """The seconds of `90`, `90s`, `5m` or `1h`; None where it is none, or beyond the limits."""
    found = _TIME.fullmatch(typed.strip())
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    return float(seconds) if SHORTEST <= seconds <= LONGEST else None
