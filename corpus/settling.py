"""A project's own profile made to cut a text as it stands on a page: rules added, and rules that
stand against it taken out.

Knows no files and no locks, and nothing of pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.corrections import around, rules_of, shortest
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.corrected import Corrections
from tonemark.tokenizers.profiles.own_rules import Rule, with_rule, without_rule
from tonemark.tokenizers.profiles.profile import Profile, beside, parse_profile
from tonemark.tokenizers.registry import runs_code, tokenizer_from

STEPS = 64
"""Rules that are added or taken out at most: a correction is about one or two."""

CHUNK = 16
"""Tokens of a chunk without white space among which rules are looked for."""


class Correction(NamedTuple):
    """A stretch of a text that was corrected, and perhaps back: `given` are the tokens that the
    page was opened with, `tokens` those that stand on it; the offsets are code points of `text`,
    which may be what lies around the stretch."""

    text: str
    given: Sequence[Token]
    tokens: Sequence[Token]
    start: int
    end: int


class Settled(NamedTuple):
    """The text of a profile, the rules that it has now and had not before, and those that went."""

    profile: str
    made: tuple[Rule, ...] = ()
    gone: tuple[Rule, ...] = ()


def settled(profile: str, name: str, folder: Path, correction: Correction) -> Settled:
    """The profile (its TOML text, its file's name and folder) by which the stretch is cut as it
    stands on the page, as far as rules can say that.

    Where the profile does so already its text is as it was. Of its own lines those go by which the
    stretch is cut otherwise; what its base or a file of words does is ruled out by a new one.
    Raises TonemarkError where the profile is at fault, or cannot be changed.
    """
    text, given, tokens, start, end = correction
    made: list[Rule] = []
    gone: list[Rule] = []
    for _ in range(STEPS):
        parsed = parse_profile(profile, name, beside(folder / name))
        cut = _cut(parsed, folder, text, given)
        changed = profile
        for rule in _against(text, *around(cut, tokens, start, end), cut):
            changed = without_rule(profile, rule)
            if changed != profile:
                gone.append(rule)
                break
        else:
            for rule in rules_of(text, cut, tokens, start, end):
                if rule not in made:
                    changed = with_rule(changed, rule)
                    made.append(rule)
        if changed == profile:
            break
        profile = changed
    return Settled(profile, tuple(made), tuple(rule for rule in gone if rule not in made))


def _against(
    text: str, cut: Sequence[Token], tokens: Sequence[Token], everything: Sequence[Token]
) -> Iterator[Rule]:
    """The rules that may have made the tokens in `cut` which are not those in `tokens`.

    Only where a rule could say what is wanted: of `a b` and `b c` each may be right, and which of
    them is used in `a b c` is nobody's rule.
    """
    for here, wanted in shortest(cut, tokens):
        whole = text[wanted[0].start : wanted[-1].end]
        if tuple(here) == tuple(wanted):
            continue
        if len(here) == 1 or len(wanted) == 1:
            yield _said(text, here)
        if len(whole.split()) == 1:
            yield from _of_chunk(text, here, everything)


def _of_chunk(text: str, here: Sequence[Token], cut: Sequence[Token]) -> Iterator[Rule]:
    """The exceptions that may have made tokens which no white space parts, or some of them: they
    are about all of their chunk, or about a part of it."""
    first = last = list(cut).index(here[0])
    while first and cut[first - 1].end == cut[first].start and last - first < CHUNK:
        first -= 1
    while last + 1 < len(cut) and cut[last].end == cut[last + 1].start and last - first < CHUNK:
        last += 1
    chunk = cut[first : last + 1]
    for at in range(len(chunk)):
        for until in range(len(chunk), at, -1):
            run = chunk[at:until]
            if run[0].start < here[-1].end and here[0].start < run[-1].end:
                yield _said(text, run)


def _said(text: str, tokens: Sequence[Token]) -> Rule:
    whole, *pieces = (
        " ".join(text[start:end].split())
        for start, end in ((tokens[0].start, tokens[-1].end), *tokens)
    )
    return Rule(whole, tuple(pieces))


def _cut(profile: Profile, folder: Path, text: str, given: Sequence[Token]) -> list[Token]:
    if profile.base and runs_code(profile.base, folder):
        # Other people's code is not run here: what it made of the text is known.
        return Corrections(profile.rules).laid_over(text, list(given))
    return tokenizer_from(profile, folder).tokenize(text)
