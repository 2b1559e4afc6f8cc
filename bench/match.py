"""Measures the matcher of names beside spaCy's PhraseMatcher with the same fold, in one run: build,
load, memory, tokens a second, the delay of a page, alone and as a page has it, with a store; and
that both find the same, and the product what a plain search finds.

Rates and pages are by the processor's time: other work on the machine slows them much less.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from figures import Figure
from match_plain import Plain
from match_sides import FOLDS, PAGES, PROJECT, Ours, Product, Spacy
from match_texts import Document, Name, documents, names

from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.patterns.atoms import ATOM
from tonemark.patterns.building import build, cache_folder
from tonemark.patterns.folds import ACRONYM, CAPITAL, Folding, has_capital, has_small
from tonemark.patterns.trie import BITS, row_of, unmarked
from tonemark.tokenizers.base import Token

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"

SIZES = (1_000, 100_000, 1_000_000)
"""Names, and tokens that they are looked for in."""

TOKENS = 1_000_000
ROUNDS = 3

COMPARED = 500
"""Documents in which what both find is compared, name by name."""

SEARCHED = 1_000
"""Documents in which what the product suggests is compared with what a plain search finds."""

HUNDREDTH = 100
"""Times cheaper than PhraseMatcher in memory and load that a million names must be."""

PAGE = 20.0
"""Milliseconds that opening the next document may take longer than without names."""

_FOLDING = Folding(FOLDS)

BUILD = 48.0
"""Seconds that a million names may take to build."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a target is missed."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench match",
        description="Times the matcher of names beside spaCy's PhraseMatcher.",
        epilog="Example: ./run bench match --names 100000",
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, metavar="DIR")
    parser.add_argument("--names", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--tokens", type=int, default=TOKENS, metavar="N", help=f"[{TOKENS}]")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"[{ROUNDS}]")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def _run(options: argparse.Namespace) -> int:
    texts = documents(options.corpora, options.tokens)
    tokens = sum(len(each.tokens) for each in texts)
    figures: list[Figure] = []
    report: dict[str, Any] = {"tokens": tokens, "documents": len(texts), "names": {}}
    for size in options.names:
        found = measured(texts, names(texts, size), options.rounds)
        report["names"][size] = found
        figures += _figures(size, found)
        if not options.json:
            print(f"{size:,} names over {tokens:,} tokens in {len(texts):,} documents")
            print(*(f"  {key}: {value}" for key, value in found.items()), sep="\n", flush=True)
    report["figures"] = [figure.to_json() for figure in figures]
    if options.json:
        print(json.dumps(report))
    else:
        print(*(figure.line() for figure in figures), sep="\n")
    return int(not all(figure.holds for figure in figures))


def _figures(size: int, found: dict[str, Any]) -> list[Figure]:
    figures = [
        Figure(f"{size:,} names: documents in which both find the same", found["same"], "=",
               found["compared"]),
        Figure(f"{size:,} names: documents in which the product suggests what a plain search finds",
               found["plain"], "=", found["searched"]),
        Figure(f"{size:,} names: times PhraseMatcher's tokens a second", found["ratio"], ">=", 1.0),
        Figure(f"{size:,} names: delay of a page, p95", found["product"]["p95"], "<=", PAGE, "ms"),
    ]  # fmt: skip
    if size >= 1_000_000:
        ours, theirs = found["ours"], found["spacy"]
        figures += [
            Figure("build", found["build"], "<", BUILD, "s"),
            Figure("part of PhraseMatcher's load time", round(ours["load"] / theirs["load"], 5),
                   "<=", 1 / HUNDREDTH),
            Figure("part of its memory that is ours alone",
                   round(max(0.0, ours["alone"]) / theirs["alone"], 5), "<=", 1 / HUNDREDTH),
        ]  # fmt: skip
    return figures


def measured(texts: Sequence[Document], given: Sequence[Name], rounds: int) -> dict[str, Any]:
    """All figures for some names."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")  # of the sides, too
        cache = cache_folder(folder / PROJECT)
        store = _store(folder / PROJECT, texts, given)
        start, busy = time.perf_counter(), time.process_time()
        build(store, _FOLDING, cache)
        built, busy = time.perf_counter() - start, time.process_time() - busy
        store.close()
        on_disk = sum(path.stat().st_size for path in cache.glob("*-*")) / 2**20
        words = [each for name in given for each in _ways(name)]
        (folder / "words.pickle").write_bytes(pickle.dumps(words))
        (folder / "pages.pickle").write_bytes(pickle.dumps(list(texts[:PAGES])))
        costs = {side: _cost(side, folder) for side in ("ours", "product", "spacy")}
        ours, product = Ours(folder), Product(folder)
        start = time.perf_counter()
        theirs = Spacy(words)
        theirs_built = time.perf_counter() - start
        # Not where tokens cannot be seen: we leave them out, and PhraseMatcher cannot.
        seen = (each for each in texts if all(map(_FOLDING.folded.__getitem__, _words(each))))
        compared = list(dict.fromkeys((t, tuple(k)) for t, k in seen))[:COMPARED]
        reference = _Reference(given, theirs)
        same = sum(
            ours.spans(Document(text, list(tokens))) == reference.spans(text, tokens)
            for text, tokens in compared
        )
        plain = Plain(_FOLDING, [each.text for each in given])
        numbered = list({each.text: (n, each) for n, each in enumerate(texts, 1)}.values())
        searched = numbered[:: max(1, len(numbered) // SEARCHED)]
        equal = sum(
            product.spans(number, each.tokens) == product.of_text(each) == plain.spans(*each)
            for number, each in searched
        )
        sides = (ours.spans, product.of_text, theirs.of_text)
        rates = [[_rate(side, texts) for side in sides] for _ in range(rounds)]
        medians = [round(statistics.median(side)) for side in zip(*rates, strict=True)]
        occurrences = sum(len(ours.spans(each)) for each in texts)
    return {
        "build": round(built, 2),
        "build_cpu": round(busy, 2),
        "spacy_build": round(theirs_built, 2),
        "on_disk": round(on_disk, 1),
        "occurrences": occurrences,
        "ours": {"tokens_a_second": medians[0], **costs["ours"]},
        "product": {"tokens_a_second": medians[1], **costs["product"]},
        "spacy": {
            "tokens_a_second": medians[2],
            **costs["spacy"],
        },
        "ratio": round(statistics.median(a / b for _, a, b in rates), 2),
        "alone_ratio": round(statistics.median(a / b for a, _, b in rates), 2),
        "same": same,
        "compared": len(compared),
        "plain": equal,
        "searched": len(searched),
    }


def _store(folder: Path, texts: Sequence[Document], given: Sequence[Name]) -> Store:
    """The store of a new project: the texts are its documents, in order, and the names its own."""
    create_project(folder, language="en", labels=["NAME"])
    settings = folder / "project.toml"
    folds = f"[suggestions]\nfolds = {json.dumps(FOLDS)}\n"
    settings.write_text(settings.read_text().replace("[suggestions]\n", folds))
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    add_records(store, "bench", (Record(n, n, t.text) for n, t in enumerate(texts, 1)), Report())
    add_entries(store, "bench", (NewEntry("NAME", each.text) for each in given))
    return store


def _words(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.tokens]


def _ways(name: Name) -> set[tuple[str, ...]]:
    """A name's words as the texts have them, and as its atoms, which are all that we compare; less
    those that cannot be seen."""
    folded = _FOLDING.folded
    ways = (*name.words, ATOM.findall(name.text))
    return {tuple(word for word in words if folded[word]) for words in ways}


class _Reference:
    """What PhraseMatcher finds, the leftmost longest of it, as far as capitals may stand so: the
    one thing that it does not know."""

    def __init__(self, given: Sequence[Name], matcher: Spacy) -> None:
        self.matcher = matcher
        self.folding = _FOLDING
        self.marks: dict[str, set[int]] = {}
        for name in given:
            key = self.folding.key(name.text)
            self.marks.setdefault(unmarked(key), set()).add(row_of(key, 0))

    def spans(self, text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """The spans, in code points."""
        kept: list[tuple[int, int]] = []
        matches = self.matcher.of_tokens(Document(text, list(tokens)))
        for _, first, end in sorted(matches, key=lambda each: (each[1], -each[2])):
            span = tokens[first].start, tokens[end - 1].end
            if (not kept or span[0] >= kept[-1][1]) and self._stands(text[slice(*span)]):
                kept.append(span)
        return kept

    def _stands(self, stretch: str) -> bool:
        capital, small = has_capital(stretch), has_small(stretch)
        # None where spaCy had made the lexeme before, with a norm of its own: – is - to it.
        marks = self.marks.get(self.folding.folded[stretch], ())
        return any(
            not (mark & BITS[CAPITAL] and not capital) and not (mark & BITS[ACRONYM] and small)
            for mark in marks
        )


def _cost(side: str, folder: Path) -> dict[str, float]:
    script = Path(__file__).with_name("match_sides.py")
    command = [sys.executable, str(script), side, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _rate(match: Callable[[Document], Any], texts: Sequence[Document]) -> float:
    start = time.process_time()
    for each in texts:
        match(each)
    return sum(len(each.tokens) for each in texts) / (time.process_time() - start)
