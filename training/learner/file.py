"""A learner's bytes: a line to read, a checksum, and compressed JSON. Trusts nothing it reads."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from typing import Any

from tonemark.training.learner.chain import Chain
from tonemark.training.learner.names import Names, Own, counted
from tonemark.training.learner.words import Words, from_body

MAGIC = b"tonemark learner 1\n"
"""The number is that of the form and of the evidence: other evidence under the same weights would
be a learner that finds less and does not say so."""

BODY_LIMIT = 128 * 1024 * 1024
"""Bytes that a learner may have when it is no longer compressed."""


def written(chains: Sequence[Chain]) -> bytes:
    """The bytes of a learner: the same for the same one. Raises ValueError where they are more than
    are read again."""
    first = chains[0]
    body = {
        "words": None if first.words is None else first.words.body(),
        "names": [[name, sorted(labels)] for name, labels in sorted(first.names.whole.items())],
        "chains": [
            {
                "labels": chain.labels,
                "moves": chain.moves,
                "weights": {
                    name: [number for pair in by_tag for number in pair]
                    for name, by_tag in sorted(chain.weights.items())
                },
            }
            for chain in chains
        ],
    }
    plain = json.dumps(body, separators=(",", ":")).encode()
    if len(plain) > BODY_LIMIT:
        raise ValueError(f"The learner takes {len(plain):,} bytes, more than are read again.")
    packed = zlib.compress(plain, 6)
    return MAGIC + hashlib.blake2s(packed).digest() + packed


def restored(data: bytes) -> tuple[Chain, ...]:
    """The chains that `written` wrote. Raises ValueError where the bytes are damaged or others."""
    head = len(MAGIC)
    if data[:head] != MAGIC:
        raise ValueError("These are not the bytes of a learner of this version.")
    packed = data[head + 32 :]
    if hashlib.blake2s(packed).digest() != data[head : head + 32]:
        raise ValueError("The learner is damaged: its checksum is not that of its content.")
    try:
        unpacking = zlib.decompressobj()
        body = json.loads(unpacking.decompress(packed, BODY_LIMIT))
        if not unpacking.eof or unpacking.unused_data:
            raise ValueError
        words = None if body["words"] is None else from_body(body["words"])
        names = _names(body["names"])
        chains = tuple(_chain(each, names, words) for each in body["chains"])
        if not chains:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error):
        raise ValueError("The learner is damaged: it holds no model.") from None
    return chains


def _names(body: Any) -> Names:
    owned = [
        (tuple(map(_text, name)), _number(label, 1 << 31))
        for name, labels in body
        for label in labels
    ]
    return counted(
        Own(frozenset({each}), frozenset((word, each[1]) for word in each[0])) for each in owned
    )


def _chain(body: Any, names: Names, words: Words | None) -> Chain:
    labels = tuple(_text(each) for each in body["labels"])
    size = 1 + 2 * len(labels)
    moves = tuple(tuple(map(_weight, row)) for row in body["moves"])
    if not labels or len(moves) != size or any(len(row) != size for row in moves):
        raise ValueError
    weights = {
        name: tuple(
            (_number(tag, size), _weight(weight))
            for tag, weight in zip(row[::2], row[1::2], strict=True)
        )
        for name, row in body["weights"].items()
    }
    return Chain(labels, weights, moves, names, words)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _number(value: Any, below: int) -> int:
    if type(value) is not int or not 0 <= value < below:
        raise ValueError
    return value


def _weight(value: Any) -> float:
    if type(value) not in (int, float) or not -1e6 <= value <= 1e6:  # NaN is not either
        raise ValueError
    return float(value)
