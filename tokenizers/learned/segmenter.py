"""The tokenizer that was learned from gold: words over the tokens of a base tokenizer.

Knows how to weigh evidence and to read and write its file, not how the weights came about.
"""

from __future__ import annotations

import hashlib
import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import regex

from tonemark.errors import TonemarkError
from tonemark.files import read_at_most
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.learned.gaps import (
    Known,
    edge_evidence,
    gap_evidence,
    match_evidence,
)
from tonemark.tokenizers.rules import GENERAL_VERSION
from tonemark.tokenizers.sentences.rules import SentenceRules

_BREAK = regex.compile(r"[\n\v\f\r\x1C-\x1E\x85\u2028\u2029]")
"""Where a line ends: no word reaches over one."""


class Transitions(NamedTuple):
    """What it weighs that a token that goes on a word (i), or begins one (b), follows another."""

    bb: float
    bi: float
    ib: float
    ii: float


class Weighed(NamedTuple):
    """What a gap weighs, for joining: where no word of the list goes over it and where one does;
    and what it says of the gap before it and of the one behind it."""

    alone: float
    listed: float
    for_before: float
    for_behind: float


@dataclass(frozen=True)
class Model:
    """What was learned: `weights` of evidence (`gaps`), those above 0 speaking for joining, and
    `transitions`; a linear-chain CRF with two tags (Lafferty and others 2001)."""

    language: str
    base: GeneralTokenizer
    known: Known
    weights: dict[str, float]
    transitions: Transitions

    def weigh(self, evidence: Sequence[str]) -> float:
        """The weights of some evidence together; what was never seen in training weighs nothing."""
        weights = self.weights
        return sum([weights[each] for each in evidence if each in weights])


class LearnedTokenizer:
    """Keeps the promises of `Tokenizer`: joins tokens of its base, white space between them
    included, but never over the end of a line.

    `data` is the file that it came from, whole, of which `version` has a hash. Pickling carries it.
    """

    def __init__(self, model: Model, data: bytes, *, name: str) -> None:
        self.model = model
        self.data = data
        self.name = name
        self.version = f"{GENERAL_VERSION}+{digest(data)}"
        self._gaps = _Gaps(model)
        self._matches = [
            model.weigh(match_evidence(code[:3], code[3:]))
            for code in itertools.product((False, True), repeat=6)
        ]
        self._no_gap = tuple(model.weigh(edge_evidence(side)) for side in "<>")

    @property
    def sentence_rules(self) -> SentenceRules:
        """Those of the base: what was learned is of words."""
        return self.model.base.sentence_rules

    def __reduce__(self) -> tuple[object, ...]:
        from tonemark.tokenizers.learned.file import restored_learned

        return restored_learned, (self.data, self.name)

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`, in time linear in its length."""
        tokens = self.model.base.tokenize(text)
        if not _BREAK.search(text):
            return self._joined(text, tokens)
        words: list[Token] = []
        for line in lines(text, tokens):
            words += self._joined(text, line)
        return words

    def _joined(self, text: str, tokens: list[Token]) -> list[Token]:
        if len(tokens) < 2:
            return tokens
        tags = self._tags(text, tokens)
        words: list[Token] = []
        start, end = tokens[0]
        for token, goes_on in zip(tokens[1:], tags, strict=True):
            if not goes_on:
                words.append(Token(start, end))
                start = token.start
            end = token.end
        words.append(Token(start, end))
        return words

    def _tags(self, text: str, tokens: list[Token]) -> list[bool]:
        """Of each token but the first, whether it goes on a word: the likeliest way (Viterbi)."""
        gaps = self._gaps
        own = [text[start:end] for start, end in tokens]
        weighed = [
            gaps[first, second, left.end < right.start]
            for first, second, left, right in zip(own, own[1:], tokens, tokens[1:], strict=False)
        ]
        gold, listed = self.model.known.matches(text, tokens)
        bb, bi, ib, ii = self.model.transitions
        matches = self._matches
        begin, end = self._no_gap
        count = len(weighed)
        starting, going = 0.0, float("-inf")
        from_going: list[tuple[bool, bool]] = []
        before = begin
        # The last three tokens, as bits, whether they go on a word of gold; and one of the list.
        in_gold, in_list = int(gold[1]), int(listed[1])
        for at in range(count):
            gap = weighed[at]
            ahead = at + 1 < count
            in_gold = (in_gold << 1 | (gold[at + 2] if ahead else 0)) & 7
            in_list = (in_list << 1 | (listed[at + 2] if ahead else 0)) & 7
            joining = (
                (gap.listed if in_list & 2 else gap.alone)
                + before
                + (weighed[at + 1].for_before if ahead else end)
                + matches[in_gold << 3 | in_list]
            )
            before = gap.for_behind
            split_from_going = going + ib > starting + bb
            join_from_going = going + ii > starting + bi
            from_going.append((split_from_going, join_from_going))
            starting, going = (
                going + ib if split_from_going else starting + bb,
                joining + (going + ii if join_from_going else starting + bi),
            )
        tags = []
        tag = going > starting
        for split_from_going, join_from_going in reversed(from_going):
            tags.append(tag)
            tag = join_from_going if tag else split_from_going
        tags.reverse()
        return tags


class _Gaps(dict[tuple[str, str, bool], Weighed]):
    """What each gap weighs, remembered: first token, second, whether white space is between."""

    LIMIT = 65_536

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def __missing__(self, gap: tuple[str, str, bool]) -> Weighed:
        first, second, spaced = gap
        weigh = self.model.weigh
        evidence = gap_evidence(self.model.known, first, second, spaced=spaced)
        own = weigh(evidence.own)
        weighed = Weighed(
            own + weigh(evidence.alone),
            own + weigh(evidence.listed),
            weigh(evidence.ahead),
            weigh(evidence.behind),
        )
        if len(self) >= self.LIMIT:
            self.clear()
        self[gap] = weighed
        return weighed


def lines(text: str, tokens: list[Token]) -> list[list[Token]]:
    """The tokens of each line of a text. No token of rules holds the end of one: it breaks every
    grapheme cluster (UAX #29)."""
    found: list[list[Token]] = []
    first = 0
    for match in _BREAK.finditer(text):
        following = bisect_left(tokens, (match.start(),), first)
        if following > first:
            found.append(tokens[first:following])
            first = following
    if first < len(tokens):
        found.append(tokens[first:])
    return found


def digest(data: bytes) -> str:
    """Eight characters that change with the bytes."""
    return hashlib.blake2s(data).hexdigest()[:8]


FILE_LIMIT = 4 * 1024 * 1024
"""Bytes that a learned file may have."""


def read_learned(path: Path) -> LearnedTokenizer:
    """The tokenizer in a file that `tonemark tokenizers learn` wrote; its name is the file's.

    Raises TonemarkError where it cannot be read, is damaged, or was not written by us.
    """
    from tonemark.tokenizers.learned.file import restored_learned

    too_large = f"{path} is too large to be what tonemark tokenizers learn writes."
    return restored_learned(read_at_most(path, FILE_LIMIT, TonemarkError(too_large)), path.name)
