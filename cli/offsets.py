"""`--offsets`: what the offsets of a file count, as one types it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tonemark.exchange.base import Unit

OFFSETS: dict[str, Unit] = {
    "codepoints": "code points",
    "utf16": "UTF-16 units",
    "graphemes": "graphemes",
}


def offset_unit(given: str | None) -> Unit | None:
    """The unit that was named, or None."""
    return OFFSETS[given] if given else None
