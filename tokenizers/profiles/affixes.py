"""Affixes that a language writes together with names: eGoli, Nairobini, የኢትዮጵያ. Tokens do not hang
on them: they are for those who look names up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Affixes(NamedTuple):
    """What names may carry at the front of their first word and at the end of their last."""

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

    def parts(self) -> Iterator[str]:
        """All that it holds, for a digest."""
        yield from self.prefixes
        yield ""
        yield from self.suffixes


NO_AFFIXES = Affixes()
