"""Where names are found in corpora: by their figures, as reckoned by others and by ourselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tonemark.patterns.folds import Folding, default_folds
from tonemark.patterns.matcher import Matcher, Overlay, leftmost_longest
from tonemark.patterns.trie import open_trie, write_trie
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import affixes_of


def sentences(path: Path) -> Iterator[tuple[str, list[Token], set[tuple[int, int, str]]]]:
    """The sentences of a CoNLL file, tokens joined by single spaces, and their spans."""
    for block in path.read_text("utf-8").split("\n\n"):
        lines = [line.rsplit(" ", 1) for line in block.splitlines() if line]
        if not lines:
            continue
        text, tokens, spans = "", [], []
        before = "O"
        for word, tag in lines:
            text += " " if text else ""
            tokens.append(Token(len(text), len(text) + len(word)))
            text += word
            if tag != "O" and (tag[0] == "B" or tag[2:] != before[2:]):
                spans.append([*tokens[-1], tag[2:]])
            elif tag != "O":
                spans[-1][1] = tokens[-1].end
            before = tag
        yield text, tokens, {(start, end, label) for start, end, label in spans}


def scored(corpora: Path, language: str, folding: Folding, make: Callable[..., Matcher]) -> object:
    lines = (corpora / "gazetteers" / f"{language}.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    matcher = make(folding, [each["pattern"] for each in entries])
    figures = json.loads((corpora / "gazetteers" / "reference.json").read_text("utf-8"))
    known = figures["languages"][language]
    files = [corpora / "ner" / language / "dev.conll"]
    if "dev_documents" in known:
        files = [
            corpora / "hmong-ner" / "flat" / f"{each}.conll" for each in known["dev_documents"]
        ]
    right = predicted = gold = 0
    for file in files:
        for text, tokens, spans in sentences(file):
            found = {
                (each.start, each.end, entries[each.entries[0] - 1]["label"])
                for each in leftmost_longest(matcher.found(text, tokens), lambda _: True)
            }
            right, predicted, gold = (
                right + len(found & spans),
                predicted + len(found),
                gold + len(spans),
            )
    precision, recall = right / predicted, right / gold
    f1 = 2 * precision * recall / (precision + recall)
    numbers = {"precision": precision, "recall": recall, "f1": f1}
    return known, {
        **{name: round(number, 4) for name, number in numbers.items()},
        "tp": right, "gold": gold, "predicted": predicted,
    }  # fmt: skip


def in_memory(folding: Folding, names: Sequence[str]) -> Matcher:
    matcher = Matcher(folding, None, Overlay())
    for number, name in enumerate(names, 1):
        matcher.overlay.add(folding.keys(name), number)
    return matcher


def on_disk(folding: Folding, names: Sequence[str], folder: Path) -> Matcher:
    items = [(key, n) for n, name in enumerate(names, 1) for key in folding.keys(name)]
    write_trie(folder, items, {})
    return Matcher(folding, open_trie(folder), Overlay())


LANGUAGES = {
    "swa": "sw",
    "yor": "yo",
    "hau": "ha",
    "zul": "zu",
    "amh": "am",
    "wol": "wo",
    "hmn": "hmn",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_of_the_reference(corpora: Path, tmp_path: Path, language: str) -> None:
    for make in (in_memory, lambda folding, names: on_disk(folding, names, tmp_path)):
        known, found = scored(corpora, language, Folding(()), make)
        assert found == known["dev_exact"]


@pytest.mark.parametrize(
    ("language", "least"),
    [
        ("swa", 0.73),
        ("yor", 0.37),
        ("hau", 0.80),
        ("zul", 0.40),
        ("amh", 0.46),
        ("wol", 0.58),
        ("hmn", 0.48),
    ],
)
def test_figures_of_the_defaults(corpora: Path, language: str, least: float) -> None:
    tag = LANGUAGES[language]
    folding = Folding(default_folds(tag), affixes_of("general", tag))
    _, found = scored(corpora, language, folding, in_memory)
    assert found["f1"] >= least
