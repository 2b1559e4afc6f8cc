"""The name tags of a CoNLL-U file: under which key of MISC they stand, and what else may be names
there. Knows no sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.columns.conllu_rows import GENERATOR
from tonemark.exchange.tagging import is_tag
from tonemark.refusals import quoted

NAME_KEYS = ("NE", "NER", "name")
"""Keys under which tags are looked for in MISC where the one that was asked for is not there."""


class Tags(NamedTuple):
    """How a file writes its tags: under which key; whether any was seen in its first lines; whether
    it is ours, where O stands, too; and what else there is, as a warning."""

    key: str
    seen: bool
    ours: bool
    others: tuple[str, ...] = ()


def tags_in(lines: Iterable[str], wanted: str) -> Tags:
    """How a file writes its tags, from its first lines; `wanted` is the key that was asked for."""
    seen: Counter[str] = Counter()
    odd: dict[str, str] = {}
    ours = False
    for line in lines:
        if line.startswith("#"):
            ours = ours or comment_of(line) == ("generator", GENERATOR)
        elif "\t" in line:
            misc = misc_of(line.rpartition("\t")[2])
            for key, value in misc.items():
                if is_tag(value):
                    seen[key] += 1
                elif not value and is_tag(key):
                    odd.setdefault("", key)
                elif value:
                    odd.setdefault(key, value)
    key = next((each for each in (wanted, *NAME_KEYS) if seen[each]), wanted)
    others = () if seen[key] else tuple(_others(odd, wanted))
    return Tags(key, bool(seen[key]), ours, others)


def _others(odd: dict[str, str], key: str) -> Iterator[str]:
    """What the MISC of a file without tags has that may be names, in words."""
    for each in (key, *NAME_KEYS):
        if each in odd:
            said = f"{each}= in MISC is no tag such as B-PER ({quoted(odd[each])})"
            yield f"{said}: left out"
            break
    if "Entity" in odd:
        yield "names stand in Entity= (as in GUM), which is not read: write them as NE=B-PER"
    if "" in odd:
        yield f"tags stand in MISC without a key ({quoted(odd[''])}), and are not read: write NE="


def notes_on(tags: Tags, options: ReadOptions) -> tuple[str, ...]:
    """What is to be said of that with the first record."""
    if tags.key != options.name_key:
        return (f"no {options.name_key}= in MISC: the tags are read from {tags.key}=",)
    if options.annotators and not tags.seen and not tags.ours:
        who = options.annotators[0]
        none = f"no {tags.key}= in MISC of the first lines: where there is none, {who} said none"
        return (none, *tags.others)
    return tags.others


def comment_of(line: str) -> tuple[str, str]:
    """The name of a comment and its value, without the one space after the sign."""
    name, _, value = line[1:].partition("=")
    return name.strip(" \t"), value.removeprefix(" ")


def misc_of(value: str) -> dict[str, str]:
    """The keys of MISC and what they say."""
    if value == "_":
        return {}
    return {key: said for key, _, said in (each.partition("=") for each in value.split("|"))}
