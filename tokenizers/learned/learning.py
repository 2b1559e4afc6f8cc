"""Learning words from gold: trains the weights of a `LearnedTokenizer` over a base's tokens.

Knows no files and no projects: gold comes as texts with their tokens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.learned.file import restored_learned, written
from tonemark.tokenizers.learned.gaps import (
    JOINED,
    SPLIT,
    Known,
    Pair,
    Shares,
    counted,
    edge_evidence,
    folded,
    gap_evidence,
    match_evidence,
)
from tonemark.tokenizers.learned.segmenter import LearnedTokenizer, Model, Transitions, lines
from tonemark.tokenizers.learned.syllables import is_rpa
from tonemark.tokenizers.score import Score, score

FOLDS = 8
"""Parts that gold is divided into, at most: what is known of a part is what the others tell."""

PAIRS_LIMIT = 300_000
"""Pairs of raw text that are kept."""

_TRAINING = {"c1": 0.5, "c2": 1.0, "max_iterations": 100, "feature.possible_transitions": True}
"""Elastic net and L-BFGS (CRFsuite's manual). Over the Hmong gold, penalties from a fifth of these
to twice them moved F1 by .002, which is its noise."""


class GoldText(NamedTuple):
    """A text and its tokens, in order; texts of one `document` are never divided between what is
    learned from and what it is tried on."""

    text: str
    tokens: Sequence[Token]
    document: str = ""


class Counted(NamedTuple):
    """What was learned from. `joined` are gold tokens made of several of the base's; `unreachable`
    those whose borders the base has not, which can be learned by no joining; `raw` are the tokens
    of the raw text."""

    texts: int
    tokens: int
    joined: int
    unreachable: int
    raw: int


@dataclass(frozen=True)
class Learned:
    """A tokenizer that was learned: `data` are the bytes of its file."""

    tokenizer: LearnedTokenizer
    data: bytes
    counted: Counted


class Trial(NamedTuple):
    """What one part of gold came to that was not learned from, and the same of the base as it is,
    its list of words included."""

    documents: tuple[str, ...]
    learned: Score
    untrained: Score


class Line(NamedTuple):
    """A line of gold: the text that it is part of, the base's tokens, and of each whether it goes
    on a word."""

    text: str
    tokens: list[Token]
    goes_on: list[bool]

    def strings(self) -> list[str]:
        """The tokens as they stand there."""
        return [self.text[start:end] for start, end in self.tokens]

    def words(self) -> Iterator[str]:
        """The words of several tokens."""
        start, size = 0, len(self.tokens)
        for at in range(1, size + 1):
            if at == size or not self.goes_on[at]:
                if at - start > 1:
                    yield self.text[self.tokens[start].start : self.tokens[at - 1].end]
                start = at


class Lessons:
    """Gold and raw text, made ready over the tokens of a base.

    Of a base that was itself learned, its own base is taken. Raises TonemarkError where there is
    nothing to learn from them, or the base has no rules of ours to be carried in the file.
    """

    def __init__(
        self, gold: Sequence[GoldText], base: Tokenizer, raw: Iterable[str] = (), *, language: str
    ) -> None:
        if isinstance(base, LearnedTokenizer):
            learned_before = base.model
            rules = replace(learned_before.base.rules, phrases=learned_before.known.listed)
            base = GeneralTokenizer(
                rules,
                name=learned_before.base.name,
                version=learned_before.base.version,
                sentence_rules=learned_before.base.sentence_rules,
            )
        if not isinstance(base, GeneralTokenizer):
            raise TonemarkError(
                f"{base.name} cannot be learned over: it has no rules that a file could carry.",
                "Learn over the general tokenizer, a profile, or a file of rules.",
            )
        self.gold = list(gold)
        self.untrained = base
        self.language = language
        self.listed = base.rules.phrases
        bare = replace(base.rules, phrases=(), apart=())
        self.base = GeneralTokenizer(
            bare, name=base.name, version=base.version, sentence_rules=base.sentence_rules
        )
        self.lines = [self._lines(each) for each in self.gold]
        self.counts = counted(map(self._strings, raw), PAIRS_LIMIT)
        self.rpa = is_rpa(
            {folded(token) for text in self.lines for line in text for token in line.strings()}
        )
        if not any(any(line.goes_on) for text in self.lines for line in text):
            raise TonemarkError(
                "There is nothing to learn: no gold token is made of several tokens of"
                f" {base.name}.",
                "The tokenizer as it is may be all you need:\n    tonemark tokenizers score GOLD",
            )

    def _strings(self, text: str) -> list[str]:
        return [text[start:end] for start, end in self.base.tokenize(text)]

    def _lines(self, gold: GoldText) -> list[Line]:
        starts = {token.start for token in gold.tokens}
        ends = {token.end for token in gold.tokens}
        found = []
        for line in lines(gold.text, self.base.tokenize(gold.text)):
            goes_on = [False] * len(line)
            for at in range(1, len(line)):
                goes_on[at] = line[at].start not in starts and line[at - 1].end not in ends
            found.append(Line(gold.text, line, goes_on))
        return found

    def counted(self) -> Counted:
        """What there is to learn from."""
        unreachable = 0
        for (_, tokens, _), text in zip(self.gold, self.lines, strict=True):
            starts = {token.start for line in text for token in line.tokens}
            ends = {token.end for line in text for token in line.tokens}
            unreachable += sum(each.start not in starts or each.end not in ends for each in tokens)
        return Counted(
            texts=len(self.gold),
            tokens=sum(len(each.tokens) for each in self.gold),
            joined=sum(1 for text in self.lines for line in text for _ in line.words()),
            unreachable=unreachable,
            raw=self.counts.total,
        )

    def folds(self, numbers: Sequence[int]) -> list[list[int]]:
        """Texts, by their numbers, in at most FOLDS parts of about one size; a document's are in
        one part. Where all are of one document, each part is a stretch of it."""
        together: dict[str, list[int]] = {}
        for number in numbers:
            together.setdefault(self.gold[number].document, []).append(number)
        groups = list(together.values())
        if len(groups) < 2:
            size = max(1, -(-len(numbers) // FOLDS))
            groups = [list(numbers[at : at + size]) for at in range(0, len(numbers), size)]
        if len(groups) <= FOLDS:
            return groups
        folds: list[list[int]] = [[] for _ in range(FOLDS)]
        done = 0
        for group in groups:  # neighbours stay together: they are often of one source
            folds[done * FOLDS // len(numbers)] += group
            done += len(group)
        return [fold for fold in folds if fold]

    def known(self, numbers: Iterable[int]) -> Known:
        """What these texts tell, with the raw text and the list of the base."""
        words: dict[str, None] = {}
        pairs: dict[Pair, tuple[int, int]] = {}
        for number in numbers:
            for line in self.lines[number]:
                words.update(dict.fromkeys(line.words()))
                strings = list(map(folded, line.strings()))
                for at in range(1, len(strings)):
                    pair = strings[at - 1], strings[at]
                    joined, seen = pairs.get(pair, (0, 0))
                    pairs[pair] = joined + line.goes_on[at], seen + 1
        return Known(
            words=tuple(sorted(words)),
            shares=Shares(pairs),
            listed=self.listed,
            counts=self.counts,
            rpa=self.rpa,
            cut=self.base.tokenize,
        )

    def model(self, numbers: Sequence[int]) -> Model:
        """What is learned from these texts. Each is looked at with what the others tell, as a new
        text will be: its own words would make the lists look better than they are."""
        folds = self.folds(numbers)
        examples: list[tuple[list[list[str]], list[bool]]] = []
        for fold in folds:
            inside = set(fold)
            known = self.known(number for number in numbers if number not in inside)
            for number in fold:
                for line in self.lines[number]:
                    examples.append((line_evidence(known, line), line.goes_on))
        weights, transitions = _trained(examples)
        return Model(self.language, self.base, self.known(numbers), weights, transitions)

    def learned(self) -> Learned:
        """The tokenizer that all of it makes."""
        told = self.counted()
        said = f"from {told.texts:,} texts with {told.tokens:,} tokens"
        said += f", and {told.raw:,} tokens of raw text" if told.raw else ""
        data = written(self.model(range(len(self.gold))), said)
        return Learned(restored_learned(data, "learned"), data, told)

    def trials(self, told: Callable[[int, int], None] = lambda done, of: None) -> Iterator[Trial]:
        """Learns from all parts of gold but one and is tried on that one, for each; `told` hears
        how many are done. Nothing where gold is a single text."""
        everything = range(len(self.gold))
        folds = self.folds(everything)
        if len(folds) < 2:
            return
        for done, fold in enumerate(folds):
            told(done, len(folds))
            inside = set(fold)
            model = self.model([number for number in everything if number not in inside])
            tokenizer = LearnedTokenizer(model, b"", name="on trial")
            tried = [(each.text, list(each.tokens)) for each in map(self.gold.__getitem__, fold)]
            documents = dict.fromkeys(self.gold[number].document for number in fold)
            yield Trial(tuple(documents), score(tried, tokenizer), score(tried, self.untrained))


def learn(
    gold: Sequence[GoldText], base: Tokenizer, raw: Iterable[str] = (), *, language: str = "und"
) -> Learned:
    """A tokenizer that joins the tokens of `base` to words as in gold; the same for the same input.

    `raw` are texts without tokens: what keeps together in them speaks for words that gold has not.
    Raises TonemarkError where there is nothing to learn, or nothing can be learned over the base.
    """
    return Lessons(gold, base, raw, language=language).learned()


def total(scores: Iterable[Score]) -> Score:
    """Several scores as one, over all that they were taken from."""
    whole = Score()
    for each in scores:
        whole.right += each.right
        whole.given += each.given
        whole.gold += each.gold
        whole.sentences += each.sentences
        whole.whole += each.whole
        whole.seconds += each.seconds
    return whole


def line_evidence(known: Known, line: Line) -> list[list[str]]:
    """The evidence of each token of a line, that of the first being none."""
    strings, tokens = line.strings(), line.tokens
    count = len(tokens)
    gold, listed = known.matches(line.text, tokens)
    gold, listed = [*gold, False], [*listed, False]
    gaps = [
        gap_evidence(known, strings[at - 1], strings[at], spaced=left.end < right.start)
        for at, (left, right) in enumerate(pairwise(tokens), 1)
    ]
    found: list[list[str]] = [["first"]]
    for at in range(1, count):
        gap = gaps[at - 1]
        found.append(
            [
                *gap.own,
                *(gap.listed if listed[at] else gap.alone),
                *(gaps[at - 2].behind if at > 1 else edge_evidence("<")),
                *(gaps[at].ahead if at + 1 < count else edge_evidence(">")),
                *match_evidence(gold[at - 1 : at + 2], listed[at - 1 : at + 2]),
            ]
        )
    return found[:count]


def _trained(
    examples: Iterable[tuple[list[list[str]], list[bool]]],
) -> tuple[dict[str, float], Transitions]:
    """The weights that CRFsuite finds. It is given numbers for names, so that no text of a corpus
    can be taken for something else where it writes its model in words."""
    import pycrfsuite  # type: ignore[import-untyped]

    numbers: dict[str, int] = {}
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=_TRAINING, verbose=False)
    for evidence, goes_on in examples:
        items = [
            [str(numbers.setdefault(each, len(numbers))) for each in token] for token in evidence
        ]
        trainer.append(items, [JOINED if each else SPLIT for each in goes_on])
    with tempfile.TemporaryDirectory(prefix="tonemark-") as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        with tagger.open(path):
            found = tagger.info()
    names = list(numbers)
    weights: dict[str, float] = {}
    for (number, tag), weight in found.state_features.items():
        name = names[int(number)]
        weights[name] = weights.get(name, 0.0) + (weight if tag == JOINED else -weight)
    moves = [
        found.transitions.get((one, other), 0.0)
        for one in (SPLIT, JOINED)
        for other in (SPLIT, JOINED)
    ]
    kept = {name: round(weight, 6) for name, weight in weights.items() if round(weight, 6)}
    return kept, Transitions(*moves)
