"""What each field of `Rules` may hold, in words: for profiles that people write, and for rules that
come in a stranger's model or learned file. Knows no files.

Rules without a fault give tokens that keep the promises of `Tokenizer`, in under two seconds for
100,000 characters of any text.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import regex

from tonemark.text import graphemes
from tonemark.tokenizers.rules import LONGEST_CLITIC, Rules
from tonemark.toml_files import shown

SIGNS_LIMIT = 200
"""Characters that each of `letters`, `join` and `split` may have."""

LIST_LIMIT = 200
"""Entries of `initial`, `final`, `endings`, `front` and `back` each: 20,000 took 163 s for 100,000
characters."""

EXCEPTIONS_LIMIT = 2_000
LONGEST_EXCEPTION = 50
"""Code points: a chain of them, each the front of the next, is read anew at every character."""

PHRASES_LIMIT = 100_000
"""300,000 that hold dots took 9.2 s to load."""

LONGEST_PHRASE = 200
"""Code points."""

_LIMITS = {
    **dict.fromkeys(("letters", "join", "split"), SIGNS_LIMIT),
    **dict.fromkeys(("initial", "final", "endings", "front", "back"), LIST_LIMIT),
    "exceptions": EXCEPTIONS_LIMIT,
    **dict.fromkeys(("phrases", "apart"), PHRASES_LIMIT),
}
_NAMES = dict.fromkeys(("letters", "join", "split"), "characters")

_ENDING = regex.compile(r"[\p{L}\p{M}]*(?:[-\u2010\u2011]\p{L}[\p{L}\p{M}]*)+")
_JOINED = regex.compile(r"[\p{L}\p{M}\p{N}_--\p{Lm}]", regex.V1)
_MARK = regex.compile(r"[\p{M}\p{GCB=Extend}]")
_NO_LINE = regex.compile(r"[\p{Cc}\p{Cs}\u2028\u2029--\t]", regex.V1)


class RuleFault(NamedTuple):
    """What is wrong with a field of `Rules`, in words; `key` is the exception in question, if it is
    one."""

    field: str
    words: str
    key: str = ""


def rule_faults(rules: Rules) -> Iterator[RuleFault]:
    """What is wrong with rules, whose fields are of their types."""
    over = list(count_faults(rules))
    yield from over
    for field in dataclasses.fields(Rules) if not over else ():
        yield from value_faults(field.name, getattr(rules, field.name))


def count_faults(rules: Rules) -> Iterator[RuleFault]:
    """The fields of rules that hold more than they may."""
    for field, limit in _LIMITS.items():
        if len(getattr(rules, field)) > limit:
            what = _NAMES.get(field, field if field in ("exceptions", "phrases") else "entries")
            before = "" if what == field else f"{field}: "
            yield RuleFault(field, f"{before}more than {limit:,} {what}")


def value_faults(field: str, value: object) -> Iterator[RuleFault]:
    """What is wrong with what a field of `Rules` holds, not counting it."""
    if isinstance(value, Mapping):
        for key, pieces in value.items():
            if words := exception_fault(key, pieces):
                yield RuleFault(field, words, key)
    elif field in _CHECKS and isinstance(value, Iterable):
        for each in value:
            if words := _CHECKS[field](each):
                yield RuleFault(field, words if field in _PHRASES else f"{field}: {words}")


def exception_fault(key: str, pieces: tuple[str, ...]) -> str:
    """What is wrong with an exception, a stretch without white space, and its pieces; empty where
    nothing is."""
    if not key:
        return '"" is empty'
    if "".join(pieces) != key or not all(pieces) or not _parts_clusters(key, pieces):
        return f"the pieces of {shown(key)} do not make it up"
    if _is_unseen(key):
        return f"{shown(key)} holds white space: such words are [phrases]"
    if len(key) > LONGEST_EXCEPTION:
        return f"{shown(key)} has more than {LONGEST_EXCEPTION} characters"
    return ""


def phrase_fault(phrase: str) -> str:
    """What is wrong with a word that holds white space; empty where nothing is."""
    if not phrase.strip() or _NO_LINE.search(phrase):
        return f"{shown(phrase)} is not one line of text"
    if len(phrase) > LONGEST_PHRASE:
        return f"{shown(phrase)} has more than {LONGEST_PHRASE} characters"
    return ""


def _sign_fault(sign: str) -> str:
    if not sign or len(sign) > 8 or _is_unseen(sign):
        return f"{shown(sign)} holds no characters that can be seen"
    return ""


def _join_fault(sign: str) -> str:
    letter = _JOINED.match(sign)
    return f"{shown(sign)} is a letter already" if letter else _sign_fault(sign)


def _split_fault(sign: str) -> str:
    if _MARK.match(sign):
        return f"U+{ord(sign[0]):04X} is a mark, which cannot be parted from its letter"
    return _sign_fault(sign)


def _ending_fault(ending: str) -> str:
    if not _ENDING.fullmatch(ending) or len(ending) >= LONGEST_CLITIC:
        return f"{shown(ending)} is not an ending with a hyphen"
    return ""


def _clitic_fault(clitic: str) -> str:
    is_one = clitic and not _is_unseen(clitic) and len(clitic) < LONGEST_CLITIC
    return "" if is_one and _stands_alone(clitic) else f"{shown(clitic)} cannot be a clitic"


_CHECKS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("letters", "initial", "final"), _sign_fault),
    "join": _join_fault,
    "split": _split_fault,
    "endings": _ending_fault,
    **dict.fromkeys(("front", "back"), _clitic_fault),
    **dict.fromkeys(_PHRASES := ("phrases", "apart"), phrase_fault),
}


def _is_unseen(text: str) -> bool:
    return any(character.isspace() for character in text) or not text.isprintable()


def _stands_alone(text: str) -> bool:
    """Whether it does not begin with what belongs to the cluster of a letter before it."""
    return graphemes("x" + text[:1])[0][1] == 1


def _parts_clusters(key: str, pieces: tuple[str, ...]) -> bool:
    """Whether the pieces that make up a stretch are whole grapheme clusters of it."""
    if key.isascii():
        return True
    borders = {end for _, end in graphemes(key)}
    at = 0
    return _stands_alone(key) and all((at := at + len(piece)) in borders for piece in pieces)
