"""Affixes that a language writes together with names: eGoli, Nairobini, የኢትዮጵያ. Tokens do not hang
on them: they are for those who look names up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import regex

from tonemark.toml_files import shown

AFFIXES_LIMIT = 300
"""Prefixes that a profile may have, and suffixes: each is tried on every token."""

LONGEST_AFFIX = 16
"""Code points."""

_AFFIX = regex.compile(r"[\p{L}\p{M}'’ʼ]*\p{L}[\p{L}\p{M}'’ʼ]*")


class Affixes(NamedTuple):
    """What names may carry at the front of their first word and at the end of their last.

    An apostrophe stands for all its forms, and between affix and name there may be a hyphen.
    """

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

    def parts(self) -> Iterator[str]:
        """All that it holds, for a digest."""
        yield from self.prefixes
        yield ""
        yield from self.suffixes


NO_AFFIXES = Affixes()


def affix_faults(given: Iterable[str]) -> Iterator[str]:
    """What is wrong with some prefixes or suffixes, in words."""
    given = tuple(given)
    if len(given) > AFFIXES_LIMIT:
        yield f"more than {AFFIXES_LIMIT} entries"
        return
    for each in given:
        if not _AFFIX.fullmatch(each):
            yield f"{shown(each)} is not made of letters and apostrophes"
        elif len(each) > LONGEST_AFFIX:
            yield f"{shown(each)} has more than {LONGEST_AFFIX} characters"
