"""What one key of a profile may hold: reads values, notes every fault with its line.

Knows no rules: which keys there are, and what comes of them, is in `profile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tonemark.tokenizers.profiles.affixes import affix_faults
from tonemark.tokenizers.rule_limits import value_faults
from tonemark.toml_files import Faults, KeyPath, shown


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
        single = at[-1] in ("letters", "join", "split")
        if single and any(len(each) > 1 for each in given):
            self.faults.add(f"{at[-1]} holds single characters", at)
            return ()
        return self._faultless(tuple(given), at)

    def words(self, table: dict[str, Any], at: KeyPath) -> tuple[str, ...]:
        """A list of texts of which each must be as its field of `Rules` asks."""
        return self._faultless(self.texts(table, at), at)

    def affixes(self, table: Mapping[str, Any], at: KeyPath) -> tuple[str, ...]:
        """A list of affixes of names."""
        given = self.texts(table, at)
        found = list(affix_faults(given))
        for fault in found:
            self.faults.add(f"{at[-1]}: {fault}", at)
        return () if found else tuple(dict.fromkeys(given))

    def _faultless(self, value: tuple[str, ...], at: KeyPath) -> tuple[str, ...]:
        found = list(value_faults(at[-1], value))
        for fault in found:
            self.faults.add(fault.words, at)
        return () if found else value

    def exceptions(self, table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        """Stretches without white space, each with the pieces that make it up."""
        taken: dict[str, tuple[str, ...]] = {}
        for key, value in table.items():
            pieces = [value] if isinstance(value, str) else value
            if not isinstance(pieces, list) or not all(isinstance(p, str) and p for p in pieces):
                what = f'{shown(key)} must be a list of its pieces, ["a", "b"]'
                self.faults.add(what, ("exceptions", key))
            else:
                taken[key] = tuple(pieces)
        for fault in list(value_faults("exceptions", taken)):
            self.faults.add(fault.words, ("exceptions", fault.key))
            del taken[fault.key]
        return taken
