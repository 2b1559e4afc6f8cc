"""What one key of a profile may hold: reads values, notes every fault with its line.

Knows no rules: which keys there are, and what comes of them, is in `profile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import regex

from tonemark.text import graphemes
from tonemark.tokenizers.rules import LONGEST_CLITIC
from tonemark.toml_files import Faults, KeyPath, shown

EXCEPTIONS_LIMIT = 20_000
"""Exceptions that a profile may have."""

_ENDING = regex.compile(r"[\p{L}\p{M}]*(?:[-\u2010\u2011]\p{L}[\p{L}\p{M}]*)+")
_JOINED = regex.compile(r"[\p{L}\p{M}\p{N}_--\p{Lm}]", regex.V1)


class Keys:
    """Reads the values of a profile's tables, as they must be; what is not is noted in `faults`,
    and read as if it were not there."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def table(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        """A table of that name."""
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.faults.add(f"{key} must be a table, [{key}], not {shown(value)}", (key,))
        return {}

    def text(self, table: Mapping[str, Any], at: KeyPath, *, long: bool = False) -> str:
        """A line of text; with `long`, any text."""
        value = table.get(at[-1], "")
        if isinstance(value, str) and (long or (len(value) < 500 and value.isprintable())):
            return value
        self.faults.add(f'{at[-1]} must be a line of text in "quotes", not {shown(value)}', at)
        return ""

    def texts(self, table: Mapping[str, Any], at: KeyPath) -> tuple[str, ...]:
        """A list of texts."""
        value = table.get(at[-1], [])
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        self.faults.add(f'{at[-1]} must be a list, ["one", "two"], not {shown(value)}', at)
        return ()

    def flag(self, table: Mapping[str, Any], at: KeyPath) -> bool:
        """true or false, of a key that is there."""
        value = table[at[-1]]
        if isinstance(value, bool):
            return value
        self.faults.add(f"{at[-1]} must be true or false, not {shown(value)}", at)
        return False

    def known(
        self, table: Mapping[str, Any], at: KeyPath, keys: tuple[str, ...] | list[str]
    ) -> None:
        """Note every key of a table that is not one of `keys`."""
        for key in table:
            if key not in keys and not self.faults.is_full:
                import difflib

                near = difflib.get_close_matches(key[:40], keys, n=1, cutoff=0.5)
                hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(keys)}"
                self.faults.add(f"unknown key {shown(key)} ({hint})", (*at, key))

    def signs(self, table: dict[str, Any], at: KeyPath) -> tuple[str, ...]:
        """Characters: a string of them, or (where one needs a letter beside it) a list."""
        value = table.get(at[-1], "")
        given = list(value) if isinstance(value, str) else value
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            self.faults.add(f'{at[-1]} must be text in "quotes", not {shown(value)}', at)
            return ()
        for each in given:
            if not each or len(each) > 8 or _unseen(each):
                self.faults.add(f"{at[-1]}: {shown(each)} holds no characters that can be seen", at)
                return ()
        if at[-1] in ("letters", "join", "split") and any(len(each) > 1 for each in given):
            self.faults.add(f"{at[-1]} holds single characters", at)
            return ()
        letter = next(filter(_JOINED.match, given), None) if at[-1] == "join" else None
        if letter:
            self.faults.add(f"join: {shown(letter)} is a letter already", at)
            return ()
        return tuple(given)

    def endings(self, table: dict[str, Any], at: KeyPath) -> tuple[str, ...]:
        """Ends of words that a hyphen sets off."""
        taken = self.texts(table, at)
        for each in taken:
            if not _ENDING.fullmatch(each) or len(each) >= LONGEST_CLITIC:
                self.faults.add(f"{at[-1]}: {shown(each)} is not an ending with a hyphen", at)
                return ()
        return taken

    def clitics(self, table: dict[str, Any], at: KeyPath) -> tuple[str, ...]:
        """What may be split off a word."""
        taken = []
        for each in self.texts(table, at):
            if not each or _unseen(each) or len(each) >= LONGEST_CLITIC or not _is_whole(each):
                self.faults.add(f"{at[-1]}: {shown(each)} cannot be a clitic", at)
            else:
                taken.append(each)
        return tuple(taken)

    def exceptions(self, table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        """Stretches without white space, each with the pieces that make it up."""
        if len(table) > EXCEPTIONS_LIMIT:
            self.faults.add(f"more than {EXCEPTIONS_LIMIT:,} exceptions", ("exceptions",))
            return {}
        taken: dict[str, tuple[str, ...]] = {}
        for key, value in table.items():
            at = ("exceptions", key)
            pieces = [value] if isinstance(value, str) else value
            if not isinstance(pieces, list) or not all(isinstance(p, str) and p for p in pieces):
                self.faults.add(f'{shown(key)} must be a list of its pieces, ["a", "b"]', at)
            elif "".join(pieces) != key or not all(map(_is_whole, pieces)):
                self.faults.add(f"the pieces of {shown(key)} do not make it up", at)
            elif not key or _unseen(key):
                self.faults.add(f"{shown(key)} holds white space: such words are [phrases]", at)
            else:
                taken[key] = tuple(pieces)
        return taken


def _unseen(text: str) -> bool:
    return any(character.isspace() for character in text) or not text.isprintable()


def _is_whole(piece: str) -> bool:
    """Whether it does not begin with what belongs to the cluster of a letter before it."""
    return next(iter(graphemes("x" + piece)))[1] == 1
