"""What a label is: its name, what it is for, and the key that sets it.

Knows nothing of files or of the screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

HINT_LETTERS = "asdfghjklweruiop"
"""The letters that hints are made of (DESIGN.md, "The keyboard"); a project may give some to
labels. The other letters are commands. All are named by their place on a qwerty keyboard: a team
may type on several, and has the labels on the same keys."""

HINT_LETTERS_KEPT = 8
"""Hint letters that must stay hints: 8 give 64 hints of two letters, enough for most screens."""

LABEL_LENGTH = 100
"""Code points that the name of a label may have."""

_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a project.

    `name` is what spans carry, letter case and all. `about` says what it is for, in one line, or
    is empty. `key` is the key that the project chose for it: one of HINT_LETTERS or a digit 1-9,
    or None.
    """

    name: str
    about: str = ""
    key: str | None = None


def label_fault(name: str) -> str | None:
    """Why `name` cannot name a label, in words that follow it ("has ..."), or None where it can.

    A name is 1 to 100 code points that print, with no white space and no `|`: in CoNLL columns
    white space ends the tag, and `|` stands between the tags of spans that overlap. The zero-width
    joiners may stand between letters, where Persian and Indic words need them. It does not begin
    with a combining mark, which would sit on whatever is shown before it.
    """
    if not name:
        return "is empty"
    if len(name) > LABEL_LENGTH:
        return f"has {len(name)} characters (at most {LABEL_LENGTH} are allowed)"
    if any(c.isspace() for c in name):
        return "has white space, which would end the tag in CoNLL columns: use - or _"
    if "|" in name:
        return "has a |, which stands between two tags in CoNLL columns: use - or _"
    for at, character in enumerate(name):
        between = 0 < at < len(name) - 1 and _is_letter(name[at - 1]) and _is_letter(name[at + 1])
        if not character.isprintable() and not (character in _JOINERS and between):
            return f"has U+{ord(character):04X}, which does not print"
    if unicodedata.category(name[0])[0] == "M":
        return "begins with a combining mark, which would sit on what stands before it"
    return None


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def key_fault(key: str) -> str | None:
    """Why `key` cannot be a label's key, in words that follow it ("is ..."), or None."""
    if len(key) == 1 and (key in "123456789" or key in HINT_LETTERS):
        return None
    letters = f"{' '.join(HINT_LETTERS)} (as a qwerty keyboard has them)"
    if len(key) == 1 and key.isascii() and (key.isalnum()):
        taken = "opens the list of labels" if key == "0" else "is a command"
        if key.isupper():
            taken = "is a capital, which ends the focus"
        return f"{taken}: choose a digit 1-9 or one of {letters}"
    return f"is not a key for labels: choose a digit 1-9 or one of {letters}"


def keys_of(labels: Iterable[Label]) -> dict[str, str]:
    """The label that each key sets, in the order of the labels.

    A label without a key of its own gets the next digit 1-9 that none has chosen; once the digits
    have run out, it is reached by type-ahead alone and is not in the result.
    """
    labels = tuple(labels)
    chosen = {label.key for label in labels}
    digits = (digit for digit in "123456789" if digit not in chosen)
    keys = ((label.key or next(digits, None), label.name) for label in labels)
    return {key: name for key, name in keys if key is not None}
