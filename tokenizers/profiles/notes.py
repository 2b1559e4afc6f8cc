"""What a profile says to no effect: no fault, and seldom what was meant.

Knows no files: `tokenizers check` prints it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.profiles.profile import Profile
from tonemark.toml_files import shown

NAMED = 3
"""Phrases, or exceptions, that one note names."""


def notes(profile: Profile) -> list[str]:
    """What does nothing in a profile, or less than it seems to, in sentences."""
    return [*profile.notes, *_idle_phrases(profile), *_one_case(profile)]


def _idle_phrases(profile: Profile) -> Iterator[str]:
    if profile.base:  # what its tokens are is not known here
        return
    cut = GeneralTokenizer(dataclasses.replace(profile.rules, phrases=(), apart=()))
    spaceless = (each for each in profile.rules.phrases if len(each.split()) == 1)
    if idle := [each for each in spaceless if len(cut.tokenize(each)) == 1]:
        are = "is one token" if len(idle) == 1 else "are one token each"
        yield f"phrases: {named(idle)} {are} without being listed"


def _one_case(profile: Profile) -> Iterator[str]:
    exceptions = profile.rules.exceptions
    small = [
        each
        for each in exceptions
        if each[0] != _capital(each)[0] and _capital(each) not in exceptions
    ]
    if small:
        hold = "holds" if len(small) == 1 else "hold"
        capital = shown(_capital(small[0]))
        yield f"exceptions: {named(small)} {hold} in this letter case alone, not as {capital}"


def _capital(text: str) -> str:
    """A text with a capital in front, where that is one character: ŉ has none."""
    first = text[0].upper()
    return first + text[1:] if len(first) == 1 else text


def named(texts: list[str]) -> str:
    """The first few of some texts, quoted, and how many more there are."""
    words = [shown(each) for each in texts[:NAMED]]
    if len(texts) > NAMED:
        return f"{', '.join(words)} and {len(texts) - NAMED:,} more"
    return " and ".join((", ".join(words[:-1]), words[-1])) if words[1:] else words[0]
