"""What the rows of gazetteers and of their evidence must be to be read, as SQL. Any program can
have written them, and SQLite takes whatever it is given in any column; those that are damaged count
as none, and doctor tells of them.
"""

from __future__ import annotations

from typing import Any

HIGHEST = 2**40
"""The highest number that an entry has: eight times it has room in a trie's 64 bits, and those of
all entries that a project may have add up to less than SQLite's sums hold."""

READABLE = (
    f"(e.id BETWEEN 1 AND {HIGHEST} AND e.kind IN ('name', 'tokens', 'regex')"
    " AND typeof(e.label) = 'text' AND typeof(e.pattern) = 'text' AND typeof(e.given) = 'text')"
)
"""What an entry of `entries e` is; its label and pattern are legible, too."""

# Of another type, a value lies behind all numbers (sqlite.org/datatype3.html, 4.1).
_FIGURES = ("seen", "stood", "changed", "deleted")
COUNTED = f"({' AND '.join(f'e.{each} BETWEEN 0 AND 1e12' for each in _FIGURES)})"
"""What the figures of an entry of `entries e` are."""

SOUND = f"{READABLE} AND {COUNTED}"
"""An entry of `entries e` that is read at all."""

DATED = "(g.added BETWEEN 0 AND 1e11)"
"""The time of a gazetteer of `gazetteers g`."""


def _counts(*columns: str) -> str:
    return " AND ".join(
        f"typeof({each}) = 'integer' AND {each} BETWEEN 0 AND {10**12}" for each in columns
    )


SOUND_EVIDENCE = (
    "(typeof(e.annotator) = 'text' AND typeof(e.answer) = 'integer' AND e.answer > 0 AND"
    f" {_counts('e.seen', 'e.stood', 'e.changed', 'e.deleted', 'e.taught')})"
)
"""A row of `evidence e`."""

SOUND_OFFER = f"({_counts('o.offered', 'o.stood')} AND o.blind IN (0, 1) AND o.stood <= o.offered)"
"""A row of `offers o`."""


def is_legible(text: Any) -> bool:
    """Whether a label or pattern of a store is one: it was UTF-8 there (`store_file.decoded` takes
    all), and has no NUL, which ends a text for SQLite's functions and for others."""
    if not isinstance(text, str) or not text:
        return False
    if text.isprintable():  # neither a NUL is, nor a lone surrogate
        return True
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
