"""A document: one text, where it came from, and the tokens given with it."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import regex

from tonemark.errors import TonemarkError
from tonemark.files import parsed
from tonemark.tokenizers.base import Token

NAME_LENGTH = 150
"""Code points of a file's name that are kept: keys are made of it, and readers limit those."""

_NOT_IN_NAMES = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]")


@dataclass(frozen=True, slots=True)
class Document:
    """One text of the project.

    `number` is its place in the project, from 1; `key` names it to people and in exports;
    `source` is the file it came from. `text` is exactly what came in. `tokens` are those given
    with the data, or None where the project's tokenizer makes them.
    """

    number: int
    key: str
    text: str
    source: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    tokens: tuple[Token, ...] | None = None


def pack_tokens(tokens: Iterable[Token]) -> bytes:
    """Offsets as little-endian 32-bit numbers: start and end of each token in turn."""
    numbers = array("I", [offset for token in tokens for offset in token])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def unpack_tokens(data: bytes) -> tuple[Token, ...]:
    """The tokens that `pack_tokens` packed."""
    numbers = array("I")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return tuple(Token(start, end) for start, end in zip(numbers[::2], numbers[1::2], strict=True))


def misplaced(tokens: Iterable[Token], length: int) -> Token | None:
    """The first token that lies outside a text of `length` code points, is empty, or begins before
    the end of the one before it."""
    end = 0
    for token in tokens:
        if not end <= token.start < token.end <= length:
            return token
        end = token.end
    return None


def document_from_row(row: tuple[Any, ...]) -> Document:
    """A document from id, key, text, source name, meta and tokens.

    Raises TonemarkError where what stood there was changed, or was never ours.
    """
    number, key, text, source, meta, packed = row
    try:
        values = parsed(meta) if meta else {}
        tokens = None if packed is None else unpack_tokens(packed)
        if not isinstance(values, dict) or (tokens and misplaced(tokens, len(text))):
            raise ValueError
        for each in (key, text, source):
            each.encode()  # what was no UTF-8 has become lone surrogates (store_file.decoded)
        return Document(number, key, text, source, values, tokens)
    except (ValueError, TypeError, AttributeError):
        raise damaged(number) from None


class Damaged(TonemarkError):
    """One document, or what belongs to it, cannot be read: others can."""


def damaged(number: object, what: str = "") -> Damaged:
    """The error of a document, or of `what` belongs to it, that cannot be read from the store."""
    return Damaged(
        f"What the store has of {what}document {number} is damaged.",
        "Nothing was changed. What is wrong, and what to do:\n    tonemark doctor DIR",
    )


def digest(text: str) -> int:
    """A 64-bit signed number that tells texts apart. Raises UnicodeEncodeError for a lone
    surrogate, which no text may hold."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def source_name(name: str) -> str:
    """A file's name as the store keeps it: nothing in it that no key may hold, and not too long."""
    name = name.encode("utf-8", "backslashreplace").decode()
    return _NOT_IN_NAMES.sub("_", name)[:NAME_LENGTH] or "_"
