"""The form of a learned tokenizer's file: a few lines to read, then the model, compressed.

    tonemark words 1
    language: hmn
    base: hmn-syllables 2.1+0123abcd
    learned: from 262 texts with 5,719 tokens, and 51,328 tokens of raw text
    checksum: (BLAKE2s of all that follows the empty line, 64 hexadecimal digits)
    (an empty line)
    (zlib: JSON in UTF-8, see `_body`)

Trusts nothing that it reads: the checksum finds damage, and what is sound but strange is refused.
"""

from __future__ import annotations

import hashlib
import json
import warnings
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from tonemark.errors import TonemarkError
from tonemark.files import parsed
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.learned.gaps import Counts, Known, Pair, Shares
from tonemark.tokenizers.learned.segmenter import FILE_LIMIT, LearnedTokenizer, Model, Transitions

MAGIC = "tonemark words "
FORMAT = 1
"""The number of the form; a higher one was written by a later Tonemark."""

HEADER_LIMIT = 4096
"""Bytes that the lines to read may have."""

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes that the model may have when it is no longer compressed: JSON takes up to 30 times as much
of memory (60 MB of empty lists, 58 KB in the file, cost 1.75 GB)."""

_AGAIN = "Copy the file again, whole, or learn it again:\n    tonemark tokenizers learn --help"


def written(model: Model, learned: str) -> bytes:
    """The bytes of a model's file, the same for the same model; `learned` is said to readers.

    Raises TonemarkError where they are more than are read again.
    """
    from tonemark.tokenizers.bridges.carrying import carried

    body = json.dumps(
        _body(model, carried(model.base).decode()), ensure_ascii=True, separators=(",", ":")
    ).encode()
    packed = zlib.compress(body, 9)
    if len(body) > BODY_LIMIT or len(packed) > FILE_LIMIT - HEADER_LIMIT:
        raise TonemarkError(
            f"What was learned takes {len(body) // 1024**2} MiB, more than a file may hold.",
            "Learn it with less raw text.",
        )
    lines = (
        f"{MAGIC}{FORMAT}",
        f"language: {model.language}",
        f"base: {model.base.name} {model.base.version}",
        f"learned: {learned}",
        f"checksum: {hashlib.blake2s(packed).hexdigest()}",
        "\n",
    )
    return "\n".join(lines).encode() + packed


def restored_learned(data: bytes, name: str) -> LearnedTokenizer:
    """The tokenizer that `written` made bytes of.

    Raises TonemarkError, naming `name`, where the bytes are damaged or were not written by us.
    """
    header, packed = _divided(data, name)
    if header.get("checksum") != hashlib.blake2s(packed).hexdigest():
        raise TonemarkError(f"{name} is damaged: its checksum is not that of its content.", _AGAIN)
    try:
        unpacking = zlib.decompressobj()
        body = unpacking.decompress(packed, BODY_LIMIT)
        if not unpacking.eof or unpacking.unused_data:
            raise ValueError
        model = _model(parsed(body.decode()), header.get("language", "und"))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, zlib.error):
        raise TonemarkError(f"{name} is damaged: it holds no model.", _AGAIN) from None
    except TonemarkError as error:  # the rules of its base
        raise TonemarkError(f"{name}: {error.title}", error.remedy) from None
    return LearnedTokenizer(model, data, name=name)


def _divided(data: bytes, name: str) -> tuple[dict[str, str], bytes]:
    end = data.find(b"\n\n", 0, HEADER_LIMIT)
    lines = data[: max(end, 0)].decode("utf-8", "replace").split("\n")
    if not lines[0].startswith(MAGIC):
        raise TonemarkError(
            f"{name} is not a file that tonemark tokenizers learn has written.",
            "A file of rules has a name that ends in .toml.",
        )
    if lines[0] != f"{MAGIC}{FORMAT}":
        raise TonemarkError(
            f"{name} was written by a later Tonemark.",
            "Update Tonemark: python -m pip install --upgrade tonemark",
        )
    header = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    return header, data[end + 2 :]


def _body(model: Model, base: str) -> dict[str, Any]:
    """The model as JSON: tokens of counts and shares by their number in `tokens`."""
    known = model.known
    pairs = sorted({*known.counts.pairs, *known.shares.pairs})
    tokens = sorted({*known.counts.tokens, *(token for pair in pairs for token in pair)})
    number = {token: at for at, token in enumerate(tokens)}

    def numbered(pairs: Mapping[Pair, Any], figures: Callable[[Any], list[int]]) -> list[list[int]]:
        return [[number[a], number[b], *figures(pairs[a, b])] for a, b in sorted(pairs)]

    return {
        "base": base,
        "rpa": known.rpa,
        "words": known.words,
        "listed": known.listed,
        "tokens": tokens,
        "counts": [known.counts.tokens.get(token, 0) for token in tokens],
        "pairs": numbered(known.counts.pairs, lambda count: [count]),
        "shares": numbered(known.shares.pairs, list),
        "transitions": list(model.transitions),
        "weights": dict(sorted(model.weights.items())),
    }


def _model(body: Any, language: str) -> Model:
    """The model of a body. Raises ValueError and the like where that is none."""
    base = _base(_text(body["base"]))
    if type(body["rpa"]) is not bool:
        raise ValueError
    tokens = [_text(each) for each in _list(body["tokens"])]
    counts = {
        token: count
        for token, count in zip(tokens, map(_count, _list(body["counts"])), strict=True)
        if count
    }
    pairs = {}
    for first, second, count in _list(body["pairs"]):
        pair = tokens[_count(first)], tokens[_count(second)]
        if not 0 < _count(count) <= min(counts[pair[0]], counts[pair[1]]):
            raise ValueError
        pairs[pair] = count
    shares = {}
    for first, second, joined, seen in _list(body["shares"]):
        if not _count(joined) <= _count(seen) or not seen:
            raise ValueError
        shares[tokens[_count(first)], tokens[_count(second)]] = (joined, seen)
    weights = body["weights"]
    if not isinstance(weights, dict):
        raise ValueError
    known = Known(
        words=tuple(map(_text, _list(body["words"]))),
        shares=Shares(shares),
        listed=tuple(map(_text, _list(body["listed"]))),
        counts=Counts(counts, pairs),
        rpa=body["rpa"],
        cut=base.tokenize,
    )
    return Model(
        language=language,
        base=base,
        known=known,
        weights={name: _weight(weight) for name, weight in weights.items()},
        transitions=Transitions(*map(_weight, _list(body["transitions"]))),
    )


def _base(given: str) -> GeneralTokenizer:
    """The base that `carried` wrote. Only rules: a file never says whose code is to be run."""
    from tonemark.tokenizers.bridges.carrying import CarriedWarning, restored

    form = parsed(given)
    if not isinstance(form, dict) or "rules" not in form or form.keys() & {"base", "learned"}:
        raise ValueError
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CarriedWarning)  # the version tells of it: see `learned`
        base = restored(given.encode())
    if not isinstance(base, GeneralTokenizer):
        raise ValueError
    return base


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise ValueError
    return value


def _weight(value: Any) -> float:
    if type(value) not in (int, float) or not -1e6 <= value <= 1e6:  # NaN is not either
        raise ValueError
    return float(value)
