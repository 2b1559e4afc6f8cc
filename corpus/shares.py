"""One stable number a text, by which shares of a project's documents are drawn.

The blind share, the evaluation share and the split of an export all ask it, so that a document
stays where it is when others are added, and documents with an equal text stay together. A split
keeps the pieces of one text together too (`drawn_by`), equal texts among those of several do not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from tonemark.corpus.pieces import PIECE, parsed_piece


def folded_text(text: str) -> str:
    """A text as it is compared with others: NFC, case folded, white space of any kind one space."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def hash_of(text: str) -> bytes:
    """What texts have alike that differ in nothing but case and white space: 16 bytes."""
    data = folded_text(text).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16).digest()


def share_of(text: str, seed: int = 0) -> float:
    """A number from 0 up to 1, not reached, by the folded text: spread evenly over texts, and the
    same on every machine (BLAKE2b, RFC 7693); another one, as evenly spread, for another `seed`
    (0 to 2**64 - 1)."""
    data = folded_text(text).encode("utf-8", "surrogatepass")
    hashed = blake2b(data, digest_size=7, salt=seed.to_bytes(8, "big") if seed else b"")
    return int.from_bytes(hashed.digest(), "big") / 2**56


def is_blind(text: str, share: float) -> bool:
    """Whether a document of this text gets no suggestions, where `share` of them get none."""
    return share_of(text) < share


def is_evaluation(text: str, meta: Mapping[str, Any], share: float) -> bool:
    """Whether a document belongs to the evaluation share: it teaches nothing, and is blind."""
    return share > 0 and share_of(drawn_by(text, meta)) < share


def drawn_by(text: str, meta: Mapping[str, Any]) -> str:
    """What a document is drawn by for a part: its text; where it is a piece of one, as its metadata
    say, what all pieces of that have: else half of a text would be learnt, and half be the test."""
    told = parsed_piece(meta[PIECE]) if PIECE in meta else None
    return told[0] if told else text


def part_of(text: str, parts: Sequence[tuple[str, float]], seed: int = 0) -> str:
    """The part of a split that a text (`drawn_by`) falls in; empty where the shares sum up to less
    than 1 and it is in none. The last part has the lowest numbers, as the evaluation share has:
    what is named last (test) is what a model was not trained on."""
    number = share_of(text, seed)
    reached = 0.0
    for name, share in reversed(parts):
        reached += share
        if number < reached:
            return name
    return parts[0][0] if parts and reached > 1 - 1e-9 else ""
