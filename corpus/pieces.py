"""Pieces of a text that came in as one and was split: where each stood in its source, so that the
source can be put together again to the code point. Knows neither how to split nor how to join.
"""

from __future__ import annotations

from typing import Any, NamedTuple

PIECE = "_piece"
"""The key of a document's metadata, and the field of an export, under which a Piece stands."""


class Piece(NamedTuple):
    """Where a text stood in its source.

    `offset` is the place of its first code point there, `length` the code points of the whole
    source. `before` is the white space between the piece ahead (or the beginning) and this one;
    `after` that behind the last one, else empty.
    """

    offset: int
    length: int
    before: str = ""
    after: str = ""

    @property
    def is_first(self) -> bool:
        """Whether no other piece of the source stands ahead of it."""
        return self.offset == len(self.before)


def piece_json(piece: Piece, of: str) -> dict[str, Any]:
    """As metadata keep it: `of` is the key of the source."""
    data: dict[str, Any] = {"of": of, "offset": piece.offset, "length": piece.length}
    data |= {"before": piece.before} if piece.before else {}
    return data | ({"after": piece.after} if piece.after else {})


def parsed_piece(data: Any) -> tuple[str, Piece] | None:
    """The source's key and the piece that `piece_json` wrote; None where it is anything else."""
    if not isinstance(data, dict):
        return None
    of, offset, length = data.get("of"), data.get("offset"), data.get("length")
    before, after = data.get("before", ""), data.get("after", "")
    if not isinstance(of, str) or not of or type(offset) is not int or type(length) is not int:
        return None
    if not isinstance(before, str) or not isinstance(after, str) or not 0 <= offset < length:
        return None
    if (before + after).strip() or data.keys() - {"of", "offset", "length", "before", "after"}:
        return None
    return of, Piece(offset, length, before, after)


_DIGITS = 7
"""Of an offset: a text has 4 MiB at most."""


def piece_identity(whole: str, offset: int) -> str:
    """The identity in its file of a piece of the record whose own is `whole`: no record's own
    begins so, and those of one record sort by offset."""
    return f"@{whole}@{offset:0{_DIGITS}}"


def offset_of(identity: str) -> int:
    """The offset that `piece_identity` was given."""
    return int(identity[-_DIGITS:])


def first_and_last(identity: str) -> tuple[str, str]:
    """Between which, among strings of this length, the identities of pieces of one record lie."""
    return f"{identity[:-_DIGITS]}{'0' * _DIGITS}", f"{identity[:-_DIGITS]}{'9' * _DIGITS}"
