"""A learner's bytes: a line to read, a checksum, and compressed JSON. Trusts nothing it reads."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from typing import Any

from tonemark.training.learner.chain import Chain
from tonemark.training.learner.names import Own, counted
from tonemark.training.learner.words import Words, from_body

MAGIC = b"tonemark learner 1\n"
BODY_LIMIT = 256 * 1024 * 1024
"""Bytes that the model may have when it is no longer compressed."""


def written(chains: Sequence[Chain]) -> bytes:
    """The bytes of a learner: the same for the same one."""
    words = chains[0].words
    body = {
        "words": None if words is None else words.body(),
        "chains": [
            {
                "labels": chain.labels,
                "moves": chain.moves,
                "weights": {
                    name: [number for pair in by_tag for number in pair]
                    for name, by_tag in sorted(chain.weights.items())
                },
                "names": [
                    [name, sorted(labels)] for name, labels in sorted(chain.names.whole.items())
                ],
            }
            for chain in chains
        ],
    }
    packed = zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 6)
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
        chains = tuple(_chain(each, words) for each in body["chains"])
        if not chains:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error):
        raise ValueError("The learner is damaged: it holds no model.") from None
    return chains


def _chain(body: Any, words: Words | None) -> Chain:
    labels = tuple(_text(each) for each in body["labels"])
    size = 1 + 2 * len(labels)
    moves = tuple(tuple(map(_weight, row)) for row in body["moves"])
    if not labels or len(moves) != size or any(len(row) != size for row in moves):
        raise ValueError
    weights = {
        name: tuple(
            (_tag(tag, size), _weight(weight))
            for tag, weight in zip(row[::2], row[1::2], strict=True)
        )
        for name, row in body["weights"].items()
    }
    owned = [
        (tuple(map(_text, name)), _tag(label, len(labels)))
        for name, among in body["names"]
        for label in among
    ]
    names = counted(
        Own(frozenset({each}), frozenset((word, each[1]) for word in each[0])) for each in owned
    )
    return Chain(labels, weights, moves, names, words)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _tag(value: Any, size: int) -> int:
    if type(value) is not int or not 0 <= value < size:
        raise ValueError
    return value


def _weight(value: Any) -> float:
    if type(value) not in (int, float) or not -1e6 <= value <= 1e6:  # NaN is not either
        raise ValueError
    return float(value)
