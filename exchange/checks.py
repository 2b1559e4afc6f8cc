"""What every reader asks of a text, a key, a label and given tokens, and how it says no."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from tonemark.corpus.cursors import HIGHEST, LOWEST
from tonemark.corpus.labels import label_fault
from tonemark.corpus.records import TEXT_LIMIT
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.refusals import Refused, quoted
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.check import faults

NAME_LIMIT = 200
"""Code points that a key may have."""

_WHOLE = regex.compile(r"\s*[+-]?[0-9]{1,9}\s*")
_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]")


def checked_text(value: object) -> str:
    """The value, if it can be a document's text. Raises Refused."""
    if not isinstance(value, str):
        raise Refused(f"the text is {quoted(value)}, not a string")
    if not value or value.isspace():
        raise Refused("the text is empty" if not value else "the text is white space alone")
    if "\0" in value:
        raise Refused(f"the text holds NUL (U+0000) at {value.index(chr(0))}")
    if len(value) > TEXT_LIMIT // 4:
        check_size(len(value.encode("utf-8", "surrogatepass")))
    return value


def check_size(size: int) -> None:
    """Raise Refused where a text of `size` bytes of UTF-8 is too long."""
    if size > TEXT_LIMIT:
        raise Refused(f"the text has {size:,} bytes, more than {TEXT_LIMIT >> 20} MiB")


def checked_key(value: object, name: str) -> str | None:
    """The value of field `name` as a document's key; None where it is absent or blank.

    Raises Refused where it is neither a string nor a whole number, is too long, or holds control
    characters.
    """
    if value is None:
        return None
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        raise Refused(f"{name} is {quoted(value)}, neither a string nor a whole number")
    if not value or value.isspace():
        return None
    _check_name(value, name)
    return value


def checked_priority(value: object, warnings: list[str]) -> int | None:
    """The value of a field `priority` where it can be one: a whole number, also as text; None where
    it is absent, and, with a warning, where it is anything else."""
    if value is None or value == "":
        return None
    number = value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        number = int(value)
    if type(number) is int and LOWEST <= number <= HIGHEST:
        return number
    warnings.append(
        f"the priority is {quoted(value)}, not a whole number from {LOWEST} to {HIGHEST}: left out"
    )
    return None


def checked_label(value: object) -> str:
    """The value, if it can be a label of a project (`labels.label_fault`). Raises Refused."""
    if not isinstance(value, str):
        raise Refused(f"the label of a span is {quoted(value)}, not a string")
    if value.isspace():
        raise Refused(f"the label of a span is empty: {quoted(value)}")
    if fault := label_fault(value):
        raise Refused(f"the label {quoted(value)} {fault}")
    return value


def _check_name(value: str, name: str) -> None:
    if len(value) > NAME_LIMIT:
        raise Refused(
            f"{name} has {len(value)} characters, more than {NAME_LIMIT}: {quoted(value)}"
        )
    if not value.isprintable() and _CONTROL.search(value):
        raise Refused(f"{name} holds a control character: {quoted(value)}")


def token_warnings(text: str, tokens: Sequence[Token]) -> tuple[str, ...]:
    """Which promises of our tokenizers (tokenizers.base) the given tokens break, in words.

    A sentence a promise.
    """
    return tuple(f"given tokens: {fault}" for fault in faults(text, tokens))


def one_name(options: ReadOptions, holds: str, remedy: str) -> str | None:
    """The one name in `annotators`, if there is one. Raises TonemarkError where there are more,
    saying what the file holds instead ("a record of JSON Lines holds one set of spans")."""
    if len(options.annotators) > 1:
        raise TonemarkError(
            f"{options.source or 'The file'}: {holds}, but {len(options.annotators)} annotators"
            " were named.",
            remedy,
        )
    return options.annotators[0] if options.annotators else None


def check_place(start: object, end: object, said: object, text: str) -> None:
    """Raise Refused where `start` and `end` are no place in `text` (code points, end exclusive), or
    where another text is said to stand there than does: then they count other units."""
    fault = ""
    if type(start) is not int or type(end) is not int:
        fault = ": start and end must be whole numbers"
    elif start >= end:
        fault = " is empty or runs backwards"
    elif start < 0 or end > len(text):
        fault = f" lies outside the text, which has {len(text)} characters"
    elif said is not None and said != (there := text[start:end]):
        fault = f" is said to be {quoted(said)}, but {quoted(there)} stands there; offsets must"
        fault += " count code points"
    if fault:
        raise Refused(f"the span {quoted(start)}-{quoted(end)}{fault}")
