"""A tokenizer tried: its values, its promises on texts, and how its time grows with their length.

Knows no processes: what it tries may hang, so `process` runs it in one of its own.
"""

from __future__ import annotations

import gc
import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.profiles.profile import Profile
from tonemark.tokenizers.sentences.sentences import sentences

SIZES = tuple(1_000 * 2**doubling for doubling in range(8))
"""Characters of the texts by which growth is measured: 1,000 to 128,000."""

LONGER = tuple(1_000 * 2**doubling for doubling in range(10))
"""The same where growth that looks steep is measured again."""

LONG_ENOUGH, SURE = 0.04, 0.3
"""Seconds of processor time after which no longer text is measured, for the first time and again:
noise is as long as the shorter, and looked steep in one of 1,500 patterns."""

JUDGED = 0.02
"""Seconds below which growth is not judged: too little to matter, and to be measured."""

STEEPEST = 1.5
"""The power of the length with which time may grow over the last two doublings: 1 is linear, 2
quadratic. Noise and n log n stay below 1.3."""


class Outcome(NamedTuple):
    """What one text showed: what is wrong, in sentences; how many tokens; a digest of them."""

    faults: list[str]
    tokens: int = 0
    digest: str = ""


class Growth(NamedTuple):
    """Seconds of processor time for texts of each of `sizes` characters."""

    sizes: list[int]
    seconds: list[float]

    @property
    def power(self) -> float:
        """The power of the length with which time grew over the last two doublings."""
        last, before = self.seconds[-1], max(self.seconds[-3], 1e-6)
        return math.log(max(last, 1e-6) / before) / math.log(self.sizes[-1] / self.sizes[-3])

    @property
    def is_steep(self) -> bool:
        """Whether time grows faster than the text, as far as that can be told."""
        return self.seconds[-1] >= JUDGED and self.power > STEEPEST


def identity_faults(tokenizer: Any) -> list[str]:
    """What is wrong with the name and the version of a tokenizer."""
    found = []
    for what in ("name", "version"):
        value = getattr(tokenizer, what, None)
        if not isinstance(value, str):
            found.append(f"its {what} is no text (str) but {_kind(value)}")
        elif not value or not value.isprintable() or value != value.strip() or len(value) > 200:
            found.append(f"its {what} is empty, longer than 200 characters, or cannot be printed")
    if not callable(getattr(tokenizer, "tokenize", None)):
        found.append("it has no tokenize(text)")
    return found


def outcome(tokenizer: Tokenizer, text: str) -> Outcome:
    """What is wrong with the tokens of `text`, cut twice."""
    try:
        found: Any = tokenizer.tokenize(text)
        if wrong := _value_fault(found):
            return Outcome([wrong])
        first = _digest(found)
        again: Any = tokenizer.tokenize(text)
        if not _value_fault(again) and _digest(again) == first:
            return Outcome(faults(text, found), len(found), first)
        return Outcome([*faults(text, found), "the second time the tokens are others"], len(found))
    except (Exception, SystemExit) as error:
        return Outcome([raised(error)])


def digest(tokenizer: Tokenizer, text: str) -> str:
    """The digest of the tokens of `text`, as in `Outcome`; empty where there are none to digest."""
    try:
        found: Any = tokenizer.tokenize(text)
        return "" if _value_fault(found) else _digest(found)
    except (Exception, SystemExit):
        return ""


def growth(tokenizer: Tokenizer, piece: str) -> Growth:
    """The time for `piece` again and again, until it is long enough to be judged.

    What looks steep is measured again, for longer: a neighbour's load comes and goes.
    """
    measured = _growth(tokenizer, piece, SIZES, LONG_ENOUGH)
    return _growth(tokenizer, piece, LONGER, SURE) if measured.is_steep else measured


def _growth(tokenizer: Tokenizer, piece: str, upto: Sequence[int], enough: float) -> Growth:
    sizes, seconds = [], []
    for size in upto:
        text = (piece * (size // len(piece) + 1))[:size]
        gc.disable()  # it looks at all tokens again and again as they become more
        try:
            start = time.process_time()
            tokenizer.tokenize(text)
            seconds.append(time.process_time() - start)
        finally:
            gc.enable()
        sizes.append(size)
        if seconds[-1] >= enough and len(sizes) >= 3:
            break
    return Growth(sizes, seconds)


def example_faults(tokenizer: Tokenizer, profile: Profile) -> Iterator[tuple[int, str]]:
    """The examples of a profile, counted from 0, that come out otherwise than they say, and how."""
    for number, example in enumerate(profile.examples):
        text = example.text
        try:
            tokens = tokenizer.tokenize(text)
        except (Exception, SystemExit) as error:
            yield number, raised(error)
            continue
        found = [text[start:end] for start, end in tokens]
        if found != list(example.tokens):
            yield number, f"{_listed(example.tokens)} was expected, and {_listed(found)} came"
        if example.sentences:
            found = [text[start:end] for start, end in sentences(text, profile.sentences)]
            if found != list(example.sentences):
                expected = _listed(example.sentences)
                yield number, f"the sentences {expected} were expected, and {_listed(found)} came"


def fresh(make: Callable[[], Tokenizer]) -> tuple[Tokenizer | None, list[str]]:
    """A new tokenizer, and what is wrong with it as such; None where it cannot be tried."""
    tokenizer = make()
    try:
        found = identity_faults(tokenizer)
    except (Exception, SystemExit) as error:
        found = [raised(error)]
    return (tokenizer if callable(getattr(tokenizer, "tokenize", None)) else None), found


def raised(error: BaseException) -> str:
    """An error of somebody else's code, in a sentence."""
    why = " ".join(str(error).split())[:200]
    return f"it raised {type(error).__name__}" + (f": {why}" if why else "")


def _listed(tokens: Sequence[str]) -> str:
    return " | ".join(tokens)


def _value_fault(found: Any) -> str:
    """What is wrong with what `tokenize` gave before its promises can be looked at."""
    if not isinstance(found, list):
        return f"tokenize gave no list but {_kind(found)}"
    for number, token in enumerate(found):
        if not isinstance(token, tuple) or len(token) != 2:
            return f"token {number} is no pair (start, end) but {_kind(token)}"
        if type(token[0]) is not int or type(token[1]) is not int:
            return (
                f"token {number} has offsets that are no int:"
                f" {_kind(token[0])} and {_kind(token[1])}"
            )
    return ""


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _digest(tokens: Sequence[Token]) -> str:
    written = ",".join(f"{start} {end}" for start, end in tokens)
    return hashlib.sha1(written.encode(), usedforsecurity=False).hexdigest()
