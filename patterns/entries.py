"""What may become an entry of a gazetteer: the checks of its label, pattern and id, and the words
for what may not. Knows no file format and no store.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import regex

from tonemark.corpus.gazetteers import Kind, NewEntry
from tonemark.patterns.atoms import APOSTROPHES, ATOM
from tonemark.patterns.expressions import check_expression
from tonemark.patterns.folds import LONGEST, Folding
from tonemark.patterns.token_patterns import check_token_pattern
from tonemark.refusals import Refused, quoted

NAME_LIMIT = 500
"""Code points that a name may have; it has at most `folds.LONGEST` words and signs, too."""

ID_LIMIT = 200
"""Code points that the id of an entry may have."""

_LABELS_TOLD = 12
_LABELS_REMEMBERED = 1_000

_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]")
_STAYS = regex.compile(rf"[[\p{{L}}\p{{N}}]--[\p{{Lm}}{APOSTROPHES}]]", regex.V1)
"""A letter or digit that no fold takes away."""


@dataclass(frozen=True)
class Rules:
    """What a project takes as an entry.

    `labels` are the project's; `label` is that of entries without one, or empty; `mapped` says
    which label is meant by another. `folding` is how the project's names are compared.
    """

    labels: tuple[str, ...]
    folding: Folding
    label: str = ""
    mapped: Mapping[str, str] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def entry(self, label: Any, kind: Kind, pattern: Any, given: Any = None) -> NewEntry:
        """An entry of what a file says: its label, pattern and id, None where there is none.

        Raises Refused.
        """
        return NewEntry(
            self.checked_label(label), self.checked_pattern(kind, pattern), kind, _checked_id(given)
        )

    def checked_label(self, given: Any) -> str:
        """The label of this project that is meant. Raises Refused."""
        if given is None or given == "":
            if not self.label:
                raise Refused("there is no label: say with --label which one is meant")
            return self.label
        if not isinstance(given, str):
            raise Refused(f"the label is {quoted(given)}, not a string")
        meant = self.mapped.get(given, given)
        if meant in self.labels:
            return meant
        # A list may have millions of names under one label that is not here.
        if len(self._told) > _LABELS_REMEMBERED:
            self._told.clear()
        if given not in self._told:
            self._told[given] = unknown_label(given, self.labels)
        raise Refused(self._told[given])

    def checked_pattern(self, kind: Kind, given: Any) -> str:
        """The pattern as the store keeps it. Raises Refused."""
        if kind == "tokens":
            if fault := check_token_pattern(given):
                raise Refused(fault)
            return json.dumps(given, ensure_ascii=False)
        if not isinstance(given, str):
            what = "expression" if kind == "regex" else "pattern"
            raise Refused(f"the {what} is {quoted(given)}, not a string")
        if kind == "name":
            return self.checked_name(given)
        if fault := check_expression(given):
            raise Refused(fault)
        return given

    def checked_name(self, given: str) -> str:
        """A name without the white space around it. Raises Refused."""
        name = given.strip(" \t")
        if not name.isprintable() and (found := _CONTROL.search(name)):
            code = f"U+{ord(found[0]):04X}"
            raise Refused(f"the name holds a control character ({code}): {quoted(name)}")
        name = name.strip()
        if not name:
            raise Refused("the name is empty")
        if len(name) > NAME_LIMIT:
            raise Refused(f"the name has {len(name):,} characters, more than {NAME_LIMIT}")
        if not self._is_certain(name) and not self.folding.key(name):
            raise Refused(_no_key(name))
        return name

    def _is_certain(self, name: str) -> bool:
        """Whether a name has a key for sure: keys of a million names take ten seconds."""
        # A click letter is folded to two pieces, no other code point to more than one.
        most = LONGEST // 2 if "clicks" in self.folding.names else LONGEST
        return len(name) - name.count(" ") <= most and _STAYS.search(name) is not None


def unknown_label(given: str, labels: tuple[str, ...]) -> str:
    """What is said of a label that a project does not have, with the one that may be meant."""
    told = ", ".join(labels[:_LABELS_TOLD]) + (", ..." if len(labels) > _LABELS_TOLD else "")
    folded = {label.casefold(): label for label in reversed(labels)}
    near = difflib.get_close_matches(given[:100].casefold(), folded, 1, 0.5)
    meant = folded[near[0]] if near else "LABEL"
    short = given if given.isprintable() and len(given) <= 40 and " " not in given else "OLD"
    return f"the label {quoted(given)} is not one of {told}: perhaps --map {short}={meant}"


def _no_key(name: str) -> str:
    words = len(ATOM.findall(name))
    if words > LONGEST:
        return f"the name has {words} words and signs, more than {LONGEST}: {quoted(name)}"
    return (
        f"nothing is left of {quoted(name)} under the folds of the project, or more than"
        f" {LONGEST} pieces"
    )


def _checked_id(given: Any) -> str:
    if given is None:
        return ""
    if type(given) is int:
        given = str(given)
    if not isinstance(given, str):
        raise Refused(f"the id is {quoted(given)}, neither a string nor a whole number")
    if len(given) > ID_LIMIT:
        raise Refused(f"the id has {len(given):,} characters, more than {ID_LIMIT}")
    if not given.isprintable() and _CONTROL.search(given):
        raise Refused(f"the id holds a control character: {quoted(given)}")
    return given
