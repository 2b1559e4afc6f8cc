"""Measures tokenizers: the score on gold tokens and the tokens a second, each beside white space, a
plain pattern and spaCy's tokenizers in the same run."""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
from figures import Figure
from spacy.vocab import Vocab

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records
from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.bridges.spacy_bridge import SpacyBridge
from tonemark.tokenizers.bridges.spacy_tokenizers import SpacyTokenizer
from tonemark.tokenizers.registry import GENERAL, load_tokenizer, tokenizer_for
from tonemark.tokenizers.score import Score, WhiteSpace, WordsAndSigns, score

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"

SETS = {
    "hmn_medical": ("hmn", 0.831),
    "yor_ud_ytb": ("yo", 0.996),
    "amh_ud_att": ("am", 0.999),
    "amh_masakhaner": ("am", 0.999),
    "swa_masakhaner": ("sw", 0.997),
    "wol_masakhaner": ("wo", 0.999),
}
"""The gold files of a corpora folder, each with its language and the F1 that is the target."""

SPEEDS = {"swa": "sw", "yor": "yo", "amh": "am"}
"""Raw texts of a corpora folder, each with its language."""

FASTER = 3.0
"""Times spaCy's blank tokenizer that ours must be."""

SPACELESS = 100_000
"""Code points without a space that must be cut in under a second."""

ROUNDS = 7

Gold = list[tuple[str, list[Token]]]


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a target is missed."""
    options = _parser().parse_args(arguments)
    try:
        if options.leave_one_out:
            from tokens_learned import leave_one_out_report

            return leave_one_out_report(options.corpora, as_json=options.json)
        return _run(options)
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench tokens",
        description="Scores tokenizers on gold tokens, and measures their speed.",
        epilog="Example: ./run bench tokens --leave-one-out",
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, metavar="DIR")
    parser.add_argument(
        "--leave-one-out",
        action="store_true",
        help="learn Hmong words from all documents but one, and score on that one",
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"[{ROUNDS}]")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def _run(options: argparse.Namespace) -> int:
    figures: list[Figure] = []
    report: dict[str, Any] = {"scores": {}, "speeds": {}}
    if not options.json:
        print("F1 (texts right)")
    for name, (language, target) in SETS.items():
        found = {each: _told(s) for each, s in scores(gold_of(options.corpora, name), language)}
        report["scores"][name] = found
        figures.append(Figure(f"F1 on {name}", found["ours"]["f1"], ">=", target))
        if not options.json:
            cells = (f"{n} {s['f1']:.4f} ({s['whole']:.1%})" for n, s in found.items())
            print(f"  {name}: {', '.join(cells)}")
    for name, language in SPEEDS.items():
        texts = [record.text for record in _records(options.corpora / "raw" / f"{name}.jsonl")]
        found_speeds = speeds(texts, language, options.rounds)
        report["speeds"][name] = found_speeds
        figures.append(
            Figure(f"times spaCy's blank on {name}", found_speeds["ratio"], ">=", FASTER)
        )
        if not options.json:
            print(f"  {name}: {found_speeds}")
    figures.append(Figure("100,000 characters without a space", spaceless(), "<", 1.0, "s"))
    report["figures"] = [figure.to_json() for figure in figures]
    if options.json:
        print(json.dumps(report))
    else:
        print(*(figure.line() for figure in figures), sep="\n")
    return int(not all(figure.holds for figure in figures))


def scores(gold: Gold, language: str) -> Iterable[tuple[str, Score]]:
    """The score of what a language gets by default, and of its rivals."""
    rivals: list[tuple[str, Tokenizer]] = [
        ("ours", load_tokenizer(tokenizer_for(language))),
        ("general", load_tokenizer(GENERAL)),
        ("white space", WhiteSpace()),
        (r"\w+", WordsAndSigns()),
        ("spaCy xx", SpacyTokenizer("xx")),
    ]
    with contextlib.suppress(TonemarkError):  # spaCy has no class for most of these languages
        rivals.append((f"spaCy {language}", SpacyTokenizer(language)))
    return ((name, score(gold, each)) for name, each in rivals)


def speeds(texts: Sequence[str], language: str, rounds: int) -> dict[str, Any]:
    """Tokens a second of the language's tokenizer and of spaCy's blank one over the same texts,
    each new and with nothing remembered, in turns: medians, and the median of the ratios.

    `bridge` is ours as spaCy's own tokenizer, which makes Docs of a vocabulary that is new.
    `again` is the same objects' second pass over the same texts, when both have every word in
    their caches: no text is annotated twice, but it shows what is the cache's.
    """
    name = tokenizer_for(language)
    rows = []
    for _ in range(rounds):
        ours, theirs = load_tokenizer(name), spacy.blank("xx").tokenizer
        row = []
        for _ in range(2):
            row.append(_rate(ours.tokenize, texts))
            row.append(_rate(theirs, texts))
        row.append(_rate(SpacyBridge(Vocab(), name), texts))
        rows.append(row)
    medians = [round(statistics.median(column)) for column in zip(*rows, strict=True)]
    return {
        "tokenizer": name,
        "ours": medians[0],
        "spacy": medians[1],
        "ratio": round(statistics.median(row[0] / row[1] for row in rows), 2),
        "bridge": medians[4],
        "again": {
            "ours": medians[2],
            "spacy": medians[3],
            "ratio": round(statistics.median(row[2] / row[3] for row in rows), 2),
        },
    }


def _rate(tokenize: Callable[[str], Any], texts: Iterable[str]) -> float:
    start = time.perf_counter()
    tokens = sum(len(tokenize(text)) for text in texts)
    return tokens / (time.perf_counter() - start)


def spaceless() -> float:
    """Seconds that the slowest of some texts of 100,000 characters without white space takes."""
    pieces = (
        "a",
        "ሰላም፡",
        "kws-",
        "a.",
        "Ẹ̀kọ́",
        "1,000,",
        "ng'",
        "ภาษา",
        "«a»",
        "\u0301",
        "👩\u200d",
    )
    slowest = 0.0
    for piece in pieces:
        text = (piece * SPACELESS)[:SPACELESS]
        for name in (GENERAL, "am", "hmn", "yo"):
            tokenizer = load_tokenizer(name)
            start = time.perf_counter()
            tokenizer.tokenize(text)
            slowest = max(slowest, time.perf_counter() - start)
    return round(slowest, 3)


def gold_of(corpora: Path, name: str) -> Gold:
    """The sentences of a gold file with their tokens."""
    records = _records(corpora / "tokens" / f"{name}.jsonl")
    return [(record.text, list(record.tokens or ())) for record in records]


def _records(path: Path) -> list[Record]:
    given = read_records(path, format="jsonl", options=ReadOptions())
    return [each for each in given if isinstance(each, Record)]


def _told(found: Score) -> dict[str, float]:
    return {
        "precision": round(found.precision, 4),
        "recall": round(found.recall, 4),
        "f1": round(found.f1, 4),
        "whole": round(found.sentence_accuracy, 4),
    }
