"""What the bench of the matcher is played with: real texts in documents of some 200 tokens, and
names made of them, which are written nowhere but into the bench's own folder.

Knows no matcher.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.records import Record
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer, tokenizer_for

LANGUAGES = {"swa": "sw", "yor": "yo", "hau": "ha", "amh": "am", "wol": "wo", "zul": "zu"}
"""The languages of a corpora folder, with their tags."""

DOCUMENT = 200
"""Tokens that a document has at least, but for the last of a language."""

_LONGEST = 5
"""Tokens of the longest name."""

_SINGLES, _FOUND = 0.05, 0.3
"""The shares of names that are one token, and that are stretches of the texts."""


class Document(NamedTuple):
    """A text with its tokens."""

    text: str
    tokens: list[Token]


def documents(corpora: Path, tokens: int) -> list[Document]:
    """Documents with that many tokens together, the languages in turns; where the texts are fewer,
    they come again."""
    kinds = [list(_documents(corpora, name, tag)) for name, tag in LANGUAGES.items()]
    turns = [each for row in itertools.zip_longest(*kinds) for each in row if each]
    taken: list[Document] = []
    for each in itertools.cycle(turns):
        if tokens <= 0:
            return taken
        taken.append(each)
        tokens -= len(each.tokens)
    return taken


def _documents(corpora: Path, name: str, tag: str) -> Iterator[Document]:
    tokenizer = load_tokenizer(tokenizer_for(tag))
    lines: list[str] = []
    count = 0
    for text in _texts(corpora, name):
        lines.append(text)
        count += len(text.split())
        if count >= DOCUMENT:
            whole = "\n".join(lines)
            yield Document(whole, tokenizer.tokenize(whole))
            lines, count = [], 0


def _texts(corpora: Path, name: str) -> Iterator[str]:
    files = [corpora / "raw" / f"{name}.jsonl"]
    files += [corpora / "ner" / name / f"{part}.conll" for part in ("train", "dev", "test")]
    for file in files:
        if file.is_file():
            for record in read_records(file, format=None, options=ReadOptions()):
                if isinstance(record, Record):
                    yield record.text


class Name(NamedTuple):
    """A name, and its words as each text where it was found has them."""

    text: str
    words: list[tuple[str, ...]]


def names(texts: Sequence[Document], count: int, seed: int = 5) -> list[Name]:
    """So many names, no two alike: stretches of the texts that begin with a capital or a letter
    without case, words of these put together anew, and single words."""
    chance = random.Random(seed)
    seen: dict[str, dict[tuple[str, ...], None]] = {}
    firsts: list[str] = []
    others: list[str] = []
    for text, tokens in dict.fromkeys((each.text, tuple(each.tokens)) for each in texts):
        _take(text, tokens, seen, firsts, others)
    found = list(seen)
    chance.shuffle(found)
    singles = list(dict.fromkeys(firsts))
    chance.shuffle(singles)
    taken = {each: [(each,)] for each in singles[: int(count * _SINGLES)]}
    taken |= {each: list(seen[each]) for each in found[: int(count * _FOUND)]}
    while len(taken) < count:
        length = chance.randint(1, _LONGEST - 1)
        words = (chance.choice(firsts), *chance.choices(others, k=length))
        taken.setdefault(" ".join(words), [words])
    return [Name(*each) for each in taken.items()]


def _take(
    text: str,
    tokens: Sequence[Token],
    seen: dict[str, dict[tuple[str, ...], None]],
    firsts: list[str],
    others: list[str],
) -> None:
    words = [text[start:end] for start, end in tokens]
    for at, word in enumerate(words):
        if not word[0].isalpha():
            continue
        others.append(word)
        if word[0].islower():
            continue
        firsts.append(word)
        for end in range(at + 2, min(at + _LONGEST, len(tokens)) + 1):
            stretch = text[tokens[at].start : tokens[end - 1].end]
            if "\n" in stretch:
                break
            seen.setdefault(stretch, {})[tuple(words[at:end])] = None
