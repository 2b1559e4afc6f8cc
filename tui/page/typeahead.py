"""Labels by typing: which labels the letters typed so far mean, and when they mean a new one."""

from __future__ import annotations

from collections.abc import Sequence

NEW = "+"
"""Typed after a name, it makes that a new label even where it is part of another's name."""


def matching(names: Sequence[str], typed: str) -> list[str]:
    """The labels that are meant, the first of which Enter takes.

    LOC must stay within reach beside LOCATION, and Loc beside LOC: what is typed whole wins, then
    beginnings, then any part, each in the order of the project.
    """
    typed = typed.strip()
    if typed not in names and typed.endswith(NEW):
        return []
    wanted = typed.casefold()
    ranks = {
        name: (name != typed, folded != wanted, not folded.startswith(wanted))
        for name in names
        if wanted in (folded := name.casefold())
    }
    return sorted(ranks, key=ranks.__getitem__)


def new_name(typed: str) -> str:
    """The name of the new label that is meant where none matches."""
    return typed.strip().removesuffix(NEW).rstrip()
