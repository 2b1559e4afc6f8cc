"""Measures what the learner finds after a few sentences, beside figures measured before: of a CRF
with nothing tuned and of spaCy's default network. Exact spans, scored on the test file.

It learns from the first sentences of train, shuffled with seed 0 or another; raw text, and the
words of all of train without their labels, tell it of words. No word of dev or test does.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tonemark.corpus.records import Record
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records
from tonemark.tokenizers.registry import load_tokenizer, tokenizer_for
from tonemark.training.learner.learning import Learner, Sentence, learn, learn_words

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"

ALL = 0
"""For a number of sentences: all of train."""


class Before(NamedTuple):
    """F1 on test that was measured before: spaCy's default configuration, a CRF with nothing tuned,
    and one with clusters of raw text, words of dev and test included."""

    spacy: float
    crf: float
    clusters: float | None


MEASURED = {
    ("swa", 100): Before(0.483, 0.575, 0.606),
    ("yor", 100): Before(0.407, 0.550, 0.560),
    ("hau", 100): Before(0.583, 0.647, 0.677),
    ("zul", 100): Before(0.366, 0.382, None),
    ("amh", 100): Before(0.172, 0.162, 0.191),
    ("wol", 100): Before(0.463, 0.532, 0.550),
    ("swa", ALL): Before(0.765, 0.779, 0.781),
    ("yor", ALL): Before(0.691, 0.700, 0.695),
    ("hau", ALL): Before(0.812, 0.812, 0.832),
    ("zul", ALL): Before(0.695, 0.735, None),
    ("amh", ALL): Before(0.430, 0.507, 0.513),
    ("wol", ALL): Before(0.571, 0.643, 0.672),
}
LANGUAGES = tuple(dict.fromkeys(language for language, _ in MEASURED))


class Score(NamedTuple):
    """Counts of spans: right ones, found ones, gold ones."""

    right: int
    found: int
    gold: int

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.found + self.gold)


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a score is more than a point below the CRF's."""
    options = _parser().parse_args(arguments)
    missed = False
    if not options.json:
        print("lang sentences  seed     F1  | spaCy   CRF clusters | learn s  tag ms  bytes")
    for language in options.lang:
        for row in rows(language, options):
            before = MEASURED.get((language, row["sentences"]))
            missed |= before is not None and row["f1"] < before.crf - 0.01
            print(json.dumps(row) if options.json else _line(row, before), flush=True)
    return int(missed)


def rows(language: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """What is measured of a language, one row a size and seed."""
    folder = options.corpora / "ner" / language
    train = read_sentences(folder / "train.conll")
    start = time.process_time()
    words = learn_words(
        [*(each.words for each in train), *read_raw(options.corpora, language)],
        seconds=options.words_seconds,
    )
    words_seconds = time.process_time() - start
    scored = read_sentences(folder / f"{options.on}.conll")
    for sentences in options.sentences:
        for seed in options.seeds:
            shuffled = list(train)
            random.Random(seed).shuffle(shuffled)
            start = time.process_time()
            learner = learn(
                shuffled[: sentences or None],
                words=words,
                thorough=options.thorough,
                seconds=options.time,
            )
            learning = time.process_time() - start
            start = time.process_time()
            found = score(learner, scored)
            tagging = time.process_time() - start
            row = {
                "language": language,
                "sentences": sentences,
                "seed": seed,
                "f1": round(found.f1, 4),
                "precision": round(found.right / max(1, found.found), 4),
                "recall": round(found.right / max(1, found.gold), 4),
                "words_seconds": round(words_seconds, 2),
                "seconds": round(learning, 2),
                "tag_ms": round(1000 * tagging / len(scored), 2),
                "bytes": len(learner.to_bytes()),
            }
            if options.reliability:
                row["reliability"] = reliability(learner, scored)
            yield row


def score(learner: Learner, scored: Sequence[Sentence]) -> Score:
    """Exact spans with their labels."""
    right = found = gold = 0
    for words, spans in scored:
        tagged = {each[:3] for each in learner.tag(words).found}
        right += len(tagged & set(spans))
        found += len(tagged)
        gold += len(spans)
    return Score(right, found, gold)


def reliability(learner: Learner, scored: Sequence[Sentence]) -> list[tuple[int, float, float]]:
    """In tenths of the score of all likely spans: how many, their mean score, the share right."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for words, spans in scored:
        for each in learner.likely(words):
            bins[min(9, int(each.score * 10))].append((each.score, each[:3] in spans))
    return [
        (
            len(each),
            round(sum(score for score, _ in each) / max(1, len(each)), 3),
            round(sum(right for _, right in each) / max(1, len(each)), 3),
        )
        for each in bins
    ]


def read_sentences(path: Path) -> list[Sentence]:
    """The sentences of a CoNLL file."""
    read = []
    for record in read_records(path, format="conll", options=ReadOptions()):
        if not isinstance(record, Record):
            continue
        tokens = record.tokens or ()
        starts = {token.start: at for at, token in enumerate(tokens)}
        ends = {token.end: at + 1 for at, token in enumerate(tokens)}
        read.append(
            Sentence(
                tuple(record.text[start:end] for start, end in tokens),
                tuple((starts[s.start], ends[s.end], s.label) for s in record.suggestions),
            )
        )
    return read


def read_raw(corpora: Path, language: str) -> Iterator[tuple[str, ...]]:
    """The words of a language's raw text, where there is any."""
    path = corpora / "raw" / f"{language}.jsonl"
    if not path.exists():
        return
    tokenizer = load_tokenizer(tokenizer_for(language))
    for record in read_records(path, format="jsonl", options=ReadOptions()):
        if isinstance(record, Record):
            yield tuple(record.text[start:end] for start, end in tokenizer.tokenize(record.text))


def _line(row: dict[str, Any], before: Before | None) -> str:
    figures = [f"{figure:.3f}" if figure else "   - " for figure in before or (None,) * 3]
    line = f"{row['language']} {row['sentences'] or 'all':>10} {row['seed']:>5} {row['f1']:8.3f}"
    line += f" | {figures[0]} {figures[1]} {figures[2]:>8} | {row['seconds']:>7} {row['tag_ms']:>7}"
    line += f" {row['bytes']:>7}"
    for count, mean, right in row.get("reliability", ()):
        line += f"\n    {count:>6} spans of score {mean:.2f}: {right:.2f} right"
    return line


def _size(value: str) -> int:
    return ALL if value == "all" else int(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench learn", description="Score the learner after a few sentences."
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, metavar="DIR")
    parser.add_argument("--lang", type=lambda given: given.split(","), default=LANGUAGES)
    parser.add_argument(
        "--sentences",
        type=lambda given: [_size(each) for each in given.split(",")],
        default=[100, ALL],
        metavar="100,all",
    )
    parser.add_argument(
        "--seeds",
        type=lambda given: [int(each) for each in given.split(",")],
        default=[0],
        metavar="0,1",
    )
    parser.add_argument("--on", choices=("dev", "test"), default="test", help="default: test")
    parser.add_argument("--thorough", action="store_true", help="as for a model that is kept")
    parser.add_argument("--time", type=float, metavar="SECONDS", help="for learning thoroughly")
    parser.add_argument("--words-seconds", type=float, default=10.0, help="for raw text (10)")
    parser.add_argument("--reliability", action="store_true", help="how far scores can be trusted")
    parser.add_argument("--json", action="store_true", help="a JSON object a row")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
