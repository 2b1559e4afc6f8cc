"""What raw text tells of words: which are used alike, which are common, which are written small."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

TOKENS_A_SECOND = 60_000
"""Of raw text: a bound in tokens keeps what is learnt the same, which one in seconds would not."""

ENDS = frozenset('.!?:;…።፡፣፤؟۔।॥。！？“”"«»')
"""Signs after which a sentence often begins, and with it a capital that tells nothing."""


class Told(NamedTuple):
    """How often a lower-cased word stands with a capital (not first in a sentence), how often
    without, how often in all, and the numbers of the clusters it is in."""

    capital: int
    small: int
    times: int
    clusters: tuple[int, ...]


@dataclass(frozen=True)
class Words:
    """What is known of each lower-cased word of raw text; `texts` are checksums of the texts, to
    know which sentences were among them."""

    known: Mapping[str, Told]
    texts: frozenset[int] = frozenset()

    def told(self, word: str, own: int = 0) -> tuple[str, ...]:
        """The names of what is known of a word, not counting `own` times that it stood in the
        sentence at hand: in new text a rare word is one that raw text has not."""
        known = self.known.get(word.lower(), _UNKNOWN)
        capital, small, times, clusters = known
        raised = word[:1].isupper()
        if raised:
            capital = max(0, capital - own)
        else:
            small = max(0, small - own)
        seen = capital + small
        names = [f"f{min(6, seen.bit_length())}"]
        if times > own:
            names += [f"c{level}.{cluster}" for level, cluster in enumerate(clusters)]
        else:
            names.append("c")
        if seen and raised:
            share = capital / seen
            names.append(f"C{sum(share >= bound for bound in _SHARES)}")
        elif capital:
            names.append(f"s{capital * 4 // seen}")
        return tuple(names)

    def counted(self, words: Sequence[str]) -> bool:
        """Whether this text was among those that were counted."""
        return checksum(words) in self.texts

    def body(self) -> dict[str, Any]:
        """The words as JSON takes them, without the checksums of texts."""
        return {word: [*told[:3], *told.clusters] for word, told in sorted(self.known.items())}

    def to_bytes(self) -> bytes:
        """The same bytes for the same words."""
        body = {"words": self.body(), "texts": sorted(self.texts)}
        return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 6)

    @staticmethod
    def from_bytes(data: bytes) -> Words:
        """What `to_bytes` wrote. Raises ValueError where it is damaged."""
        try:
            unpacking = zlib.decompressobj()
            body = json.loads(unpacking.decompress(data, BODY_LIMIT))
            if not unpacking.eof or unpacking.unused_data:
                raise ValueError
            return from_body(body["words"], body["texts"])
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError, zlib.error):
            raise ValueError("These are no words that were learnt from raw text.") from None


BODY_LIMIT = 64 * 1024 * 1024
"""Bytes that words may have when they are no longer compressed."""

_SHARES = (0.02, 0.2, 0.5, 0.9)
_UNKNOWN = Told(0, 0, 0, ())


def from_body(body: Any, texts: Iterable[Any] = ()) -> Words:
    """The words of a body. Raises ValueError and the like where that is none."""
    known = {}
    for word, row in body.items():
        if any(type(number) is not int or not 0 <= number < 1 << 53 for number in row):
            raise ValueError
        capital, small, times, *clusters = row
        known[word] = Told(capital, small, times, tuple(clusters))
    sums = frozenset(texts)
    if any(type(number) is not int for number in sums):
        raise ValueError
    return Words(known, sums)


def checksum(words: Sequence[str]) -> int:
    """A number that tells texts apart, all but one in four thousand million."""
    return zlib.crc32("\n".join(words).encode("utf-8", "surrogatepass"))


def learn_words(texts: Iterable[Sequence[str]], seconds: float = 10.0) -> Words:
    """What the words of raw text tell, each text given as its tokens; in about `seconds`, those
    first that come first. Sentences to learn from may be among them."""
    from tonemark.training.learner.alike import clustered

    limit = max(1, int(seconds * TOKENS_A_SECOND))
    lines: list[list[str]] = []
    sums = set()
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        words = list(islice(text, limit))
        limit -= len(words)
        sums.add(checksum(text))
        lowered = [word.lower() for word in words]
        lines.append(lowered)
        before = "."
        for word, low in zip(words, lowered, strict=True):
            if not word[:1].isupper():
                small[low] += 1
            elif before not in ENDS:
                capital[low] += 1
            before = word
        if limit <= 0:
            break
    times = Counter(word for line in lines for word in line)
    clusters = clustered(lines, times)
    known = {
        word: Told(capital[word], small[word], count, clusters.get(word, ()))
        for word, count in times.items()
    }
    return Words(known, frozenset(sums))
