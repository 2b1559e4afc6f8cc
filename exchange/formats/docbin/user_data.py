"""What doc.user_data says, as far as JSON can say it; lists come as tuples. Knows no file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from tonemark.exchange.metadata import OURS, checked_metadata
from tonemark.files import DEEPEST, is_deeper
from tonemark.json_lines import json_object
from tonemark.refusals import Refused, quoted
from tonemark.tokenizers.base import Token


def jsonlike(value: Any) -> Any:
    """The value as JSON would give it back, lists for tuples. Raises ValueError where it cannot."""
    try:
        found = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, RecursionError) as error:
        raise ValueError(value) from error
    if is_deeper(found, DEEPEST) or _has_odd_names(value):
        raise ValueError(value)
    return found


def _has_odd_names(value: Any) -> bool:
    """Whether an object in it has names of which JSON would make strings."""
    if isinstance(value, Mapping):
        return any(
            not isinstance(name, str) or _has_odd_names(each) for name, each in value.items()
        )
    return isinstance(value, tuple) and any(map(_has_odd_names, value))


def own_meta(given: Any, warnings: list[str]) -> dict[str, Any]:
    """Metadata of a document of ours; JSON where msgpack could not say them. Raises Refused."""
    if given is None:
        return {}
    try:
        found = json_object(given or "{}") if isinstance(given, str) else jsonlike(given)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("its metadata are not as export writes them")
    return checked_metadata(found, warnings, "its metadata")


def foreign_meta(user_data: Mapping[Any, Any], warnings: list[str]) -> dict[str, Any]:
    """Anybody's doc.user_data as metadata: what JSON can say of it."""
    meta: dict[str, Any] = {}
    for name, value in user_data.items():
        try:
            if isinstance(name, str) and name not in OURS:
                meta[name] = jsonlike(value)
        except ValueError:
            continue
    if len(meta) < len(user_data):
        warnings.append("some of doc.user_data is left out: JSON cannot say it")
    return meta


def own_tokens(given: Any, length: int) -> tuple[Token, ...] | None:
    """Tokens from start and end of each, one after the other, in a text of `length` code points;
    None where there are none. Raises Refused."""
    if given is None:
        return None
    flat = listed(given, "tokens")
    if len(flat) % 2 or not all(type(place) is int for place in flat):
        raise Refused('"tokens" of its user data are not start and end of each, in whole numbers')
    tokens = []
    reached = 0
    for start, end in zip(flat[::2], flat[1::2], strict=True):
        if not reached <= start < end <= length:
            raise Refused(
                f"the token {quoted(start)}-{quoted(end)} of its user data is empty, overlaps the "
                f"one before it or lies outside the text, which has {length} characters"
            )
        tokens.append(Token(start, end))
        reached = end
    return tuple(tokens)


def listed(value: Any, name: str) -> Sequence[Any]:
    """The value, if it is a list. Raises Refused."""
    if not isinstance(value, tuple):
        raise Refused(f'"{name}" of its user data is {quoted(value)}, not a list')
    return value


def own_time(given: Any, warnings: list[str]) -> float | None:
    """Unix seconds."""
    if given is None:
        return None
    if type(given) in (int, float) and math.isfinite(given):
        return float(given)
    warnings.append(f"the time is {quoted(given)}, not seconds: left out")
    return None


def own_score(given: Any) -> float:
    """A score from 0 to 1; 1 where it is anything else."""
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    return 1.0
