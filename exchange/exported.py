"""What became of an export: counts, first places, and both in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tonemark.exchange.fitting import KINDS
from tonemark.text import counted

KEYS_NAMED = 10
"""Documents that are named where something is wrong with them; --json and doctor name more."""

PLACES = 1000
"""Places that are kept of what a format cannot say; more are only counted."""


class Exported(NamedTuple):
    """What an export wrote, `gold` of it gold, and how many documents it left out, by the reason;
    `damaged` are the keys of those that cannot be read, `without_tokens` of those that were written
    without tokens, because a span does not lie on them. Of split texts that were to be joined,
    `open_texts` were left out with pieces that have no answer: `unanswered_pieces` of their
    `open_pieces`.

    Of texts that were joined, `of_several` have the answers of several people, one to each piece;
    `answers_in_part` counts, where everyone's went out, those to some of a text's pieces only.

    `unfit` documents were left out because the format cannot say them: `faults` counts by kind
    (`fitting.KINDS`) what, `places` has the first. `mapped` and `mapped_places` are of spans that
    were changed to fit, as asked. `told_apart` documents, written like the others, were not
    accepted, which the file itself does not tell. `parts` counts by part of a split; `to` are the
    paths that were written.
    """

    written: int
    differing: int
    rejected: int
    ignored: int
    unanswered: int
    accepted: int = 0
    earlier: int = 0
    in_part: int = 0
    answers_in_part: int = 0
    of_several: int = 0
    damaged: tuple[str, ...] = ()
    without_tokens: tuple[str, ...] = ()
    open_texts: int = 0
    open_pieces: int = 0
    unanswered_pieces: int = 0
    gold: int = 0
    without_gold: int = 0
    unfit: int = 0
    faults: Mapping[str, int] = MappingProxyType({})
    places: tuple[str, ...] = ()
    mapped: Mapping[str, int] = MappingProxyType({})
    mapped_places: tuple[str, ...] = ()
    told_apart: int = 0
    parts: Mapping[str, int] = MappingProxyType({})
    to: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as one object."""
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in self._asdict().items()
        }

    def counts(self) -> dict[str, Any]:
        """The report with how many documents and places there are, in place of their names, which
        may be a million: of bounded length, for a screen."""
        return {
            name: len(value) if isinstance(value, tuple) and name != "to" else value
            for name, value in self.to_json().items()
        }

    def left_out(self) -> list[str]:
        """What was left out or changed, documents, spans and tokens, in words."""
        reasons = (
            (self.differing, "on which annotators differ"),
            (self.accepted, "accepted"),
            (self.rejected, "rejected"),
            (self.ignored, "ignored"),
            (self.unanswered, "without an answer"),
            (self.earlier, "answered before that time"),
            (self.without_gold, "without gold"),
            (self.in_part, "of which pieces are missing, or have unlike answers"),
        )
        told = [f"  left out: {count:,} {reason}" for count, reason in reasons if count]
        if self.answers_in_part:
            answers = counted(self.answers_in_part, "answer")
            told.append(f"  left out: {answers} to some of the pieces of a text, or unlike in them")
        if self.of_several:
            told.append(
                f"  among them {self.of_several:,} joined of several people's answers:"
                " under nobody's name"
            )
        if self.open_texts:
            texts = counted(self.open_texts, "text")
            told.append(
                f"  open: {self.unanswered_pieces:,} of the {self.open_pieces:,} pieces of {texts}"
            )
        if self.damaged:
            told.append(
                f"  left out: {len(self.damaged):,} damaged in the store: {_named(self.damaged)}"
            )
        if self.without_tokens:
            told.append(
                f"  written without tokens: {len(self.without_tokens):,}, a span of which begins or"
                f" ends inside one: {_named(self.without_tokens)}"
            )
        if self.told_apart:
            told.append(
                f"  among them {self.told_apart:,} with an answer other than accept, or none,"
                " which the file itself does not tell"
            )
        return told + self._fits()

    def _fits(self) -> list[str]:
        told = []
        if self.unfit:
            told.append(
                f"  left out: {counted(self.unfit, 'document')} that the format cannot say:"
            )
            told += [
                f"    {counted(count, 'span')} {_verb(KINDS[kind][0], count)}"
                if kind != "other"
                else f"    {counted(count, 'place')} that cannot be written"
                for kind, count in self.faults.items()
            ]
            told += _placed(self.places, sum(self.faults.values()))
            if self.faults.keys() - {"other"}:
                told.append("    (--map writes them as the format can say them, and counts that)")
        if self.mapped:
            told += [
                f"  mapped: {counted(count, 'span')} {KINDS[kind][1]}"
                for kind, count in self.mapped.items()
            ]
            told += _placed(self.mapped_places, sum(self.mapped.values()))
        return told


def _placed(places: tuple[str, ...], count: int) -> list[str]:
    """The first of `count` places, and how many more there are."""
    first = [f"    {place}" for place in places[:KEYS_NAMED]]
    return [*first, f"    and {count - len(first):,} more"] if count > len(first) else first


def _verb(words: str, count: int) -> str:
    """Words that begin with a verb, for one or for several."""
    if count == 1:
        return words
    for one, several in (
        ("overlaps", "overlap"),
        ("begins or ends", "begin or end"),
        ("has", "have"),
    ):
        if words.startswith(one):
            return several + words.removeprefix(one)
    return words


def _named(keys: tuple[str, ...]) -> str:
    return ", ".join(keys[:KEYS_NAMED]) + (", ..." if len(keys) > KEYS_NAMED else "")
