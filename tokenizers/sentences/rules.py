"""What a language does differently where its sentences end, and how a profile writes it.

Knows no text: `sentences.py` does what the rules say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import regex

LONGEST_WORD = 40
"""Code points that are looked at before a full stop: no abbreviation is longer."""

Note = Callable[[str, str], None]
"""Takes the words of a fault, and the key of the table at which it is."""


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """What a language does differently. The defaults are good for any.

    `ends` are characters that end a sentence besides the general ones, `not_ends` general ones
    that do not. `abbreviations` end in a full stop and never end a sentence; `before_numbers` do
    not where a number follows. With `ordinals`, "3." is an ordinal wherever it stands.
    """

    ends: frozenset[str] = frozenset()
    not_ends: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    before_numbers: frozenset[str] = frozenset()
    ordinals: bool = False


ANY_LANGUAGE = SentenceRules()


def sentence_rules(
    table: Mapping[str, Any], note: Note, base: SentenceRules = ANY_LANGUAGE
) -> SentenceRules:
    """The rules that a profile's [sentences] table writes; all keys are optional.

    - `ends = ";"`: characters that end a sentence where white space or a closing quote follows,
      besides the general ones (Unicode's Sentence_Terminal, and the ellipsis).
    - `not_ends = "!"`: general ones that do not in this language.
    - `abbreviations = ["Dkt.", "Bw."]`: after these the sentence goes on, whatever follows. One
      written in lower case holds with a capital and in capitals too.
    - `before_numbers = ["Na.", "uk."]`: the same where a number follows, and there alone.
    - `ordinals = true`: a number of up to two digits, or a Roman one, with a full stop is an
      ordinal ("3. Mai"), which ends no sentence.

    What `base` has stays, lists and characters being joined to it. `note` is told each fault.
    """
    found = dict(table)
    ends = _characters(found, "ends", note)
    not_ends = _characters(found, "not_ends", note)
    abbreviations = _abbreviations(found, "abbreviations", note)
    before_numbers = _abbreviations(found, "before_numbers", note)
    ordinals = found.pop("ordinals", base.ordinals)
    if not isinstance(ordinals, bool):
        note("must be true or false", "ordinals")
        ordinals = base.ordinals
    for key in found:
        from tonemark.toml_files import shown

        note(f"there is no key {shown(key)} here; known: {', '.join(_KEYS)}", key)
    return replace(
        base,
        ends=(base.ends | ends) - not_ends,
        not_ends=(base.not_ends | not_ends) - ends,
        abbreviations=base.abbreviations | abbreviations,
        before_numbers=base.before_numbers | before_numbers,
        ordinals=ordinals,
    )


def joined(base: SentenceRules, own: SentenceRules) -> SentenceRules:
    """Rules on top of others: what both say holds, and of a character what `own` says."""
    return SentenceRules(
        ends=(base.ends - own.not_ends) | own.ends,
        not_ends=(base.not_ends - own.ends) | own.not_ends,
        abbreviations=base.abbreviations | own.abbreviations,
        before_numbers=base.before_numbers | own.before_numbers,
        ordinals=base.ordinals or own.ordinals,
    )


def as_table(rules: SentenceRules) -> dict[str, Any]:
    """The rules as plain data, of which `sentence_rules` makes them again."""
    return {
        "ends": "".join(sorted(rules.ends)),
        "not_ends": "".join(sorted(rules.not_ends)),
        "abbreviations": sorted(rules.abbreviations),
        "before_numbers": sorted(rules.before_numbers),
        "ordinals": rules.ordinals,
    }


_KEYS = ("ends", "not_ends", "abbreviations", "before_numbers", "ordinals")
_NO_END = r"[\w\s\x1C-\x1F\p{M}\p{C}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\"']"


def _characters(table: dict[str, Any], key: str, note: Note) -> frozenset[str]:
    value = table.pop(key, "")
    if not isinstance(value, str):
        note("must be a string of characters", key)
    elif found := regex.search(_NO_END, value):
        note(f"U+{ord(found[0]):04X} cannot end a sentence", key)
    else:
        return frozenset(value)
    return frozenset()


def _abbreviations(table: dict[str, Any], key: str, note: Note) -> frozenset[str]:
    value = table.pop(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        note("must be a list of strings", key)
        return frozenset()
    from tonemark.toml_files import shown

    known: set[str] = set()
    for each in value:
        if not each or any(character.isspace() for character in each):
            note(f"{shown(each)} is empty or holds white space: list its parts one by one", key)
        elif not each.endswith(".") or len(each) > LONGEST_WORD:
            note(f"{shown(each)} does not end in a full stop, or is too long", key)
        else:
            # Upper case may be longer, as of ß: that is never looked for.
            known |= {form for form in (each, each.upper()) if len(form) <= LONGEST_WORD}
            if each == each.lower():
                known.add(each[0].upper() + each[1:])
    return frozenset(known)
