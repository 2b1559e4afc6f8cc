"""How well a tokenizer does against tokens that people checked: precision, recall, F1.

Knows no files: gold comes as texts and their tokens.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import regex

from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.shown import BAR, OWN_BAR


@dataclass(slots=True)
class Score:
    """Counts over sentences, and the figures that follow from them.

    A token is right where both its borders are (code points). `whole` counts the sentences all of
    whose tokens are right. `seconds` is the time of the tokenizer alone, one pass, what it
    remembers being empty at the start. `missed` counts (gold, given): the texts of gold tokens that
    were not found and what stood in their place, tokens parted by "|", a bar of the text being
    "¦"; either is empty where no token stands.
    """

    right: int = 0
    given: int = 0
    gold: int = 0
    sentences: int = 0
    whole: int = 0
    seconds: float = 0.0
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """The share of the given tokens that are right."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold tokens that were found."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two, over all tokens (micro)."""
        both = self.given + self.gold
        return 2 * self.right / both if both else 0.0

    @property
    def sentence_accuracy(self) -> float:
        """The share of the sentences that are right as a whole."""
        return self.whole / self.sentences if self.sentences else 0.0

    @property
    def tokens_per_second(self) -> float:
        """Tokens given a second of the tokenizer's time."""
        return self.given / self.seconds if self.seconds else 0.0


def score(gold: Iterable[tuple[str, list[Token]]], tokenizer: Tokenizer) -> Score:
    """The score of a tokenizer over texts with their gold tokens, which are in order."""
    sentences = list(gold)
    tokenize = tokenizer.tokenize
    start = time.perf_counter()
    found = [tokenize(text) for text, _ in sentences]
    total = Score(seconds=time.perf_counter() - start, sentences=len(sentences))
    for (text, wanted), given in zip(sentences, found, strict=True):
        right = len(set(wanted).intersection(given))
        total.right += right
        total.given += len(given)
        total.gold += len(wanted)
        total.whole += right == len(given) == len(wanted)
        if right < max(len(given), len(wanted)):
            total.missed.update(_differences(text, wanted, given))
    return total


def _differences(text: str, gold: list[Token], given: list[Token]) -> Iterable[tuple[str, str]]:
    """Where two ways of cutting a text differ: the smallest stretches on whose borders they agree,
    as the tokens of the one and of the other."""
    ends = sorted({token.end for token in gold} & {token.end for token in given})
    ends.append(len(text))
    at = [0, 0]
    for end in dict.fromkeys(ends):
        pieces = []
        for side, tokens in enumerate((gold, given)):
            first = at[side]
            while at[side] < len(tokens) and tokens[at[side]].end <= end:
                at[side] += 1
            pieces.append(tokens[first : at[side]])
        if pieces[0] != pieces[1]:
            told = (
                BAR.join(text[start:end].replace(BAR, OWN_BAR) for start, end in each)
                for each in pieces
            )
            yield next(told), next(told)


class WhiteSpace:
    """The tokenizer that everything is measured against first: what white space parts."""

    name = "white space"
    version = "1"
    _pattern = regex.compile(r"[^\s\x1C-\x1F]++")

    def tokenize(self, text: str) -> list[Token]:
        """Runs of characters that are no white space."""
        return [Token(*match.span()) for match in self._pattern.finditer(text)]


class WordsAndSigns(WhiteSpace):
    """The usual pattern: runs of letters, digits and marks, and each other character."""

    name = r"\w+|[^\w\s]"
    _pattern = regex.compile(r"\w++|[^\w\s\x1C-\x1F]")
