"""One stable number a text, by which shares of a project's documents are drawn.

The blind share, the evaluation share and the split of an export all ask it, so that a document
stays where it is when others are added, and documents with an equal text stay together.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b


def folded_text(text: str) -> str:
    """A text as it is compared with others: NFC, case folded, white space of any kind one space."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def share_of(text: str) -> float:
    """A number from 0 up to 1, not reached, by the folded text: spread evenly over texts, and the
    same on every machine (BLAKE2b, RFC 7693)."""
    hashed = blake2b(folded_text(text).encode("utf-8", "surrogatepass"), digest_size=7)
    return int.from_bytes(hashed.digest(), "big") / 2**56


def is_blind(text: str, share: float) -> bool:
    """Whether a document of this text gets no suggestions, where `share` of them get none."""
    return share_of(text) < share
