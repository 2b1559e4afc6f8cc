"""What is known of the gap between two tokens, and speaks for or against their being one word:
the evidence that a learned segmenter weighs. Knows no weights and no files.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from tonemark.tokenizers.base import Token
from tonemark.tokenizers.learned.syllables import Syllable, edges, rpa_syllable
from tonemark.tokenizers.rules import folded_phrase
from tonemark.tokenizers.words import LONGEST, Phrases

Pair: TypeAlias = tuple[str, str]
"""Two tokens beside each other, folded."""

JOINED, SPLIT = "I", "B"
"""The tag of a token: in one word with the one before it, or the first of a word."""

# Where a figure is cut into steps. Frequencies are counts, the others as in `Association`.
_FREQUENCY = (1, 3, 10, 30, 100, 300, 1000)
_STEPS: dict[str, tuple[float, ...]] = {
    "times": (1, 2, 4, 8, 16, 32, 64),
    "pmi": (0, 1, 2, 3, 4, 5, 6, 7),
    "t": (0, 1, 1.6, 2, 3, 5, 8),
    "forward": (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9),
    "backward": (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9),
    "npmi": (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
}
_THIRDS = (0.1, 0.3, 0.6)


class Association(NamedTuple):
    """How two tokens keep together in raw text (Church and Hanks 1990; Bouma 2009): how often the
    pair stands there; pointwise mutual information, natural logarithm; t-score; the share of the
    first that the second follows, and of the second that the first precedes; normalised PMI."""

    times: int
    pmi: float
    t: float
    forward: float
    backward: float
    npmi: float


@dataclass(frozen=True)
class Counts:
    """How often each token and each pair of neighbours stands in raw text, folded."""

    tokens: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[Pair, int] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """All tokens."""
        return sum(self.tokens.values())

    @cached_property
    def followers(self) -> Counter[str]:
        """How many different tokens stand behind each."""
        return Counter(first for first, _ in self.pairs)

    @cached_property
    def leaders(self) -> Counter[str]:
        """How many different tokens stand before each."""
        return Counter(second for _, second in self.pairs)

    def association(self, first: str, second: str) -> Association | None:
        """How a pair keeps together; None where it does not occur."""
        count = self.pairs.get((first, second), 0)
        if not count:
            return None
        ones, others, total = self.tokens[first], self.tokens[second], self.total
        expected = ones * others / total
        pmi = math.log(count / expected)
        likely = -math.log(count / total)
        return Association(
            count,
            pmi,
            (count - expected) / math.sqrt(count),
            count / ones,
            count / others,
            pmi / likely if likely else 1.0,
        )


@dataclass(frozen=True)
class Shares:
    """How often each pair of neighbours is joined in gold, and how often it stands there."""

    pairs: Mapping[Pair, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def firsts(self) -> Mapping[str, tuple[int, int]]:
        """The same, for all pairs of a first token."""
        return self._by(lambda pair: pair[0])

    @cached_property
    def seconds(self) -> Mapping[str, tuple[int, int]]:
        """The same, for all pairs of a second token."""
        return self._by(lambda pair: pair[1])

    def _by(self, key: Callable[[Pair], str]) -> Mapping[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for pair, (joined, seen) in self.pairs.items():
            before = found.get(key(pair), (0, 0))
            found[key(pair)] = before[0] + joined, before[1] + seen
        return found


@dataclass(frozen=True)
class Known:
    """All that evidence is drawn from: the `words` of gold that are more than one token, and the
    `shares` of its pairs; the words of the base's list, `listed`; `counts` of raw text. `rpa` says
    that words are syllables of Hmong. `cut` is how the base cuts a word into tokens."""

    words: tuple[str, ...]
    shares: Shares
    listed: tuple[str, ...]
    counts: Counts
    rpa: bool
    cut: Callable[[str], list[Token]] = field(compare=False, repr=False)

    @cached_property
    def in_gold(self) -> Phrases:
        """Finds the words of gold."""
        return self._finding(self.words)

    @cached_property
    def in_list(self) -> Phrases:
        """Finds the words of the list."""
        return self._finding(self.listed)

    def _finding(self, words: Iterable[str]) -> Phrases:
        return Phrases((each for each in words if len(self.cut(each)) <= LONGEST), cut=self.cut)

    def matches(self, text: str, tokens: list[Token]) -> tuple[list[bool], list[bool]]:
        """Of each token, whether it goes on a word of gold, and one of the list."""
        return _going_on(self.in_gold, text, tokens), _going_on(self.in_list, text, tokens)


def _going_on(phrases: Phrases, text: str, tokens: list[Token]) -> list[bool]:
    if not phrases:
        return [False] * len(tokens)
    words = phrases.join(text, tokens)
    if len(words) == len(tokens):
        return [False] * len(tokens)
    starts = {word.start for word in words}
    return [start not in starts for start, _ in tokens]


def folded(token: str) -> str:
    """A token as it is counted: letter case and the coding of accents do not matter."""
    return token.lower() if token.isascii() else folded_phrase(token)


class GapEvidence(NamedTuple):
    """What the two tokens at a gap say: names of features, each true. `own` is of the gap itself,
    with `alone` where no word of the list goes over it, and `listed` where one does; `ahead` is of
    the gap before it, and `behind` of the one behind it."""

    own: list[str]
    alone: list[str]
    listed: list[str]
    ahead: list[str]
    behind: list[str]


def gap_evidence(known: Known, first: str, second: str, *, spaced: bool) -> GapEvidence:
    """What two tokens say of the gap between them, `spaced` if white space is there."""
    one, other = folded(first), folded(second)
    association = known.counts.association(one, other)
    strength = _strength(known, one, other, spaced, association)
    kinds = _kind(known, one), _kind(known, other)
    own = [
        "gap",
        f"w0:{other}",
        f"w-:{one}",
        f"ww:{one}|{other}",
        *(f"0{each}" for each in strength),
        *_frequencies(known.counts, one, other),
        f"k-:{kinds[0]}",
        f"k0:{kinds[1]}",
        f"kk:{kinds[0]}{kinds[1]}",
        f"case:{first[0].isupper():d}{second[0].isupper():d}",
        *_spelling(known, one, other),
        *_new_pair(known, one, other, association),
    ]
    alone, listed = (_by_list(known, one, other, association, tag) for tag in (SPLIT, JOINED))
    ahead = [*(f">{each}" for each in strength), f"w>:{other}", f"k>:{kinds[1]}"]
    behind = [*(f"<{each}" for each in strength), f"w<:{one}", f"k<:{kinds[0]}"]
    return GapEvidence(own, alone, listed, ahead, behind)


def edge_evidence(side: str) -> list[str]:
    """That there is no gap beside: the text, or its line, begins or ends."""
    return [f"{side}edge"]


def match_evidence(gold: Sequence[bool], listed: Sequence[bool]) -> list[str]:
    """What words found on a token and on its two neighbours say, each of the three being whether
    such a word goes on there."""
    found = [f"list and gold:{listed[1]:d}{gold[1]:d}"]
    for name, (before, at, behind) in (("gold", gold), ("list", listed)):
        found += [f"{name}:{at:d}", f"{name}:{at:d}{behind:d}"]
        found.append(f"{name}:{before:d}{at:d}{behind:d}")
    return found


def _strength(
    known: Known, one: str, other: str, spaced: bool, association: Association | None
) -> list[str]:
    """How strongly two tokens hold together, by gold and by raw text."""
    shares = known.shares
    found = [
        f"pair:{_majority(shares.pairs.get((one, other)))}",
        f"first:{_share(shares.firsts.get(one), 4)}",
        f"second:{_share(shares.seconds.get(other), 4)}",
    ]
    if not spaced:
        found.append("touching")
    if one == other:
        found.append("doubled")
    if association is None:
        return [*found, "unheard"]
    measured = zip(_STEPS.items(), association, strict=True)
    return [*found, *(f"{name}:{bisect_left(steps, value)}" for (name, steps), value in measured)]


def _frequencies(counts: Counts, one: str, other: str) -> list[str]:
    tokens = counts.tokens
    return [
        f"f0:{_step(_FREQUENCY, tokens.get(other, 0))}",
        f"f-:{_step(_FREQUENCY, tokens.get(one, 0))}",
        f"followers:{_step(_FREQUENCY, counts.followers.get(one, 0))}",
        f"leaders:{_step(_FREQUENCY, counts.leaders.get(other, 0))}",
    ]


def _new_pair(known: Known, one: str, other: str, association: Association | None) -> list[str]:
    """What can be told of a pair that gold may not have, by its parts together."""
    shares = known.shares
    parts = f"{_share(shares.firsts.get(one), 2)}{_share(shares.seconds.get(other), 2)}"
    if association is None or (one, other) in shares.pairs:
        return [f"parts:{parts}"]
    _, pmi, t, forward, backward, npmi = association
    return [
        f"parts:{parts}",
        f"parts:{parts} pmi{_step((2, 4, 6), pmi)}",
        f"new npmi:{_step(_STEPS['npmi'], npmi)}",
        f"new t:{_step(_STEPS['t'], t)}",
        f"new ways:{_step(_THIRDS, forward)}{_step(_THIRDS, backward)}",
    ]


def _by_list(
    known: Known, one: str, other: str, association: Association | None, tag: str
) -> list[str]:
    """What is looked at together with whether the list has a word there, which `tag` says."""
    if not known.listed:
        return []
    shares = known.shares
    seen = _majority(shares.pairs.get((one, other)))[0]
    found = [
        f"listed:{tag}{seen}",
        f"listed:{tag} first{_share(shares.firsts.get(one), 2)}",
        f"listed:{tag} second{_share(shares.seconds.get(other), 2)}",
    ]
    if association is None:
        return [*found, f"listed:{tag} unheard"]
    return [
        *found,
        f"listed:{tag} pmi{_step(_STEPS['pmi'], association.pmi)}",
        f"listed:{tag} t{_step(_STEPS['t'], association.t)}",
    ]


def _spelling(known: Known, one: str, other: str) -> list[str]:
    parts = _parts(known, one), _parts(known, other)
    found = []
    for place, each in zip("-0", parts, strict=True):
        if each:
            found += [f"{name}{place}:{part}" for name, part in each._asdict().items()]
    if all(parts):
        (onset, rime, tone), (onset2, rime2, tone2) = (each or edges("") for each in parts)
        found += [
            f"tones:{tone}|{tone2}",
            f"alike:{onset == onset2:d}",
            f"rhyme:{rime == rime2:d}",
        ]
    return found


def _parts(known: Known, word: str) -> Syllable | None:
    return rpa_syllable(word) if known.rpa else edges(word)


def _kind(known: Known, word: str) -> str:
    if word.isdigit():
        return "number"
    if not word[0].isalnum():
        return "sign"
    return "syllable" if known.rpa and rpa_syllable(word) else "word"


def _majority(share: tuple[int, int] | None) -> str:
    if not share:
        return "?"
    joined, seen = share
    return f"{JOINED if 2 * joined > seen else SPLIT}{min(seen, 3)}"


def _share(share: tuple[int, int] | None, parts: int) -> str:
    if not share:
        return "?"
    joined, seen = share
    return f"{round(parts * joined / seen)}{'+' if seen > 4 else '-'}"


def _step(steps: Sequence[float], value: float) -> int:
    return bisect_left(steps, value)


def counted(texts: Iterable[Sequence[str]], limit: int) -> Counts:
    """Counts over texts given as their tokens; the `limit` commonest pairs are kept."""
    tokens: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    for text in texts:
        words = list(map(folded, text))
        tokens.update(words)
        pairs.update(itertools.pairwise(words))
    if len(pairs) > limit:
        kept = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:limit]
        pairs = Counter(dict(kept))
        used = {token for pair in pairs for token in pair}
        tokens = Counter({token: tokens[token] for token in tokens if token in used})
    return Counts(dict(tokens), dict(pairs))
