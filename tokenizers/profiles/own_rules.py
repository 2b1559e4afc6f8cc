"""A rule that comes from a correction, and how a project's own profile is written and extended.

Knows TOML and profiles; in which folder the profile lies, and who may change it, is told elsewhere.
"""

from __future__ import annotations

import tomllib
from typing import Any, NamedTuple

from tonemark.errors import TonemarkError
from tonemark.tokenizers.rules import folded_phrase
from tonemark.toml_edits import with_item, with_value, without_item, without_value
from tonemark.toml_lines import toml_string

LONGEST = 200
"""Code points of a text that a rule may be about."""

_NEW = """\
# What cuts the texts of this project into tokens, where it differs from the tokenizer named in
# base. Change it with any editor (each key: docs/tokenizers.md), or on the page: t s splits a
# token, t j joins tokens, and then t p puts a rule here; undone, t p takes it out again.

version = 1
base = {base}
about = "this project's own"
"""


class Rule(NamedTuple):
    """How one text is always to be cut: its pieces in order, one where it is a single token.

    White space in it, at most one space at a time, stands for any.
    """

    text: str
    pieces: tuple[str, ...]

    def __str__(self) -> str:
        return " | ".join(self.pieces)


def new_profile_text(base: str) -> str:
    """The text of a profile that adds nothing yet to the tokenizer `base`."""
    return _NEW.format(base=toml_string(base))


def base_of(text: str) -> str:
    """The tokenizer to which a profile, read without complaint, adds."""
    return _at(text, ("base",)) or "general"


def with_rule(text: str, rule: Rule) -> str:
    """The TOML text of a profile with a rule more, its version raised; comments and order stay.

    Where the rule is there already, the text is as it was. A rule that says the opposite goes.
    Raises TonemarkError where the file is written in a way that cannot be extended.
    """
    longer = text
    if " " not in rule.text:
        pieces = ", ".join(map(toml_string, rule.pieces))
        if _at(longer, ("exceptions", rule.text)) != list(rule.pieces):
            longer = with_value(longer, ("exceptions", rule.text), f"[{pieces}]")
    elif len(rule.pieces) == 1:
        longer = _joined(longer, rule.text)
    else:
        longer = _listed(_unlisted(longer, "words", rule.text), "apart", rule.text)
        for piece in rule.pieces:
            if " " in piece:
                longer = _joined(longer, piece)
    return _raised(text, longer)


def without_rule(text: str, rule: Rule) -> str:
    """The TOML text of a profile in which no line says this rule, its version raised; the text as
    it was where none does: another profile may, or a file of words.

    Raises TonemarkError where the file is written in a way that cannot be changed.
    """
    shorter = _unlisted(text, "words" if len(rule.pieces) == 1 else "apart", rule.text)
    if _at(shorter, ("exceptions", rule.text)) == list(rule.pieces):
        shorter = without_value(shorter, ("exceptions", rule.text))
    return _raised(text, shorter)


def _raised(before: str, text: str) -> str:
    """With the version raised, where it differs from the text before."""
    if text == before:
        return text
    version = _at(before, ("version",))
    return with_value(text, ("version",), str((version if type(version) is int else 1) + 1))


def _joined(text: str, phrase: str) -> str:
    return _listed(_unlisted(text, "apart", phrase), "words", phrase)


def _listed(text: str, key: str, phrase: str) -> str:
    """With a phrase in one of the lists of [phrases]."""
    if _alike(_at(text, ("phrases", key)), phrase):
        return text
    return with_item(text, ("phrases", key), phrase)


def _unlisted(text: str, key: str, phrase: str) -> str:
    for item in _alike(_at(text, ("phrases", key)), phrase):
        text = without_item(text, ("phrases", key), item)
    return text


def _alike(items: Any, phrase: str) -> list[str]:
    """The items that mean the same phrase."""
    wanted = folded_phrase(phrase)
    return [item for item in items or () if folded_phrase(item) == wanted]


def _at(text: str, path: tuple[str, ...]) -> Any:
    """What stands at a path of a TOML text that has been read without complaint, or None."""
    value: Any = tomllib.loads(text)
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def check_text(text: str) -> None:
    """Raises TonemarkError where no rule can be about a text."""
    if len(text) > LONGEST or not text.isprintable():
        raise TonemarkError(
            "This text is too long for a rule, or holds characters that cannot be seen.",
            "Write the rule into the profile with an editor.",
        )
