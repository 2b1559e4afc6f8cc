"""Counts the documents that must be labelled until the learner is nearly as good as with all of
them: in the order `uncertain`, as the program's own queue brings them, and in a random order.

Documents of train are answered as their gold has it, BATCH at a time; then the learner learns anew,
looks at those of the pool, and is scored on the whole of test: exact spans. Each seed has another
random order, which all begin with, and another pool.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

from figures import Figure
from learn import CORPORA, read_raw, read_sentences, score

from tonemark.corpus import queue
from tonemark.corpus.intake import add_records
from tonemark.corpus.queue import Outcome
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.uncertain import fill_up, in_pool, put_doubts, set_order
from tonemark.training.learner.learning import Learner, Sentence, Words, learn, learn_words

LANGUAGES = ("swa", "hau", "amh")

BEGIN = 30
"""Documents that are labelled in a random order before the learner is first asked."""

BATCH = 25
"""Documents between two trainings."""

SHARE = 0.9
"""Of the F1 with all of train, that is to be reached."""

SAVED = 0.0
"""Of the labels of a random order, that the other must save at least, in each language."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where the order saves nothing."""
    options = _parser().parse_args(arguments)
    rows = []
    for language in options.lang:
        for row in measured(language, options):
            rows.append(row)
            print(json.dumps(row) if options.json else _line(row), flush=True)
    figures = [_figure(language, rows) for language in options.lang]
    for each in figures:
        print(json.dumps(each.to_json()) if options.json else each.line())
    return int(not all(each.holds for each in figures))


def measured(language: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """What each order needed, a row a seed and order, and how good the learner became."""
    folder = options.corpora / "ner" / language
    train, test = read_sentences(folder / "train.conll"), read_sentences(folder / "test.conll")
    raw = [*(each.words for each in train), *read_raw(options.corpora, language)]
    words = learn_words(raw, seconds=options.words_seconds)
    best = score(learn(train, words=words), test).f1
    for seed in options.seeds:
        for order in ("random", "uncertain"):
            curve = list(_curve(order, train, test, words, options.share * best, seed))
            yield {
                "language": language,
                "order": order,
                "seed": seed,
                "best": round(best, 4),
                "needed": round(_reached(curve, options.share * best, len(train))),
                "curve": [(size, round(f1, 4)) for size, f1 in curve],
            }


def _curve(
    order: str,
    train: Sequence[Sentence],
    test: Sequence[Sentence],
    words: Words,
    wanted: float,
    seed: int,
) -> Iterator[tuple[int, float]]:
    """How many documents were labelled, and F1 on test, until that is what is wanted twice."""
    shuffled = list(train)
    random.Random(seed).shuffle(shuffled)
    with tempfile.TemporaryDirectory(prefix="tonemark-labels-") as name:
        create_store(Path(name) / STORE_FILE)
        with closing(Store(Path(name) / STORE_FILE)) as store:
            texts = (" ".join(each.words) for each in shuffled)
            records = (Record(n, n, text) for n, text in enumerate(texts, 1))
            add_records(store, "train", records, Report())
            chance = random.Random(seed)
            labelled = _answered(store, BEGIN)
            above = 0
            while above < 2:
                learner = learn([shuffled[number - 1] for number in labelled], words=words)
                f1 = score(learner, test).f1
                yield len(labelled), f1
                above = above + 1 if f1 >= wanted else 0
                if len(labelled) >= len(shuffled):
                    return
                if order == "uncertain":
                    _look(store, learner, shuffled, chance)
                labelled += _answered(store, BATCH)


def _look(
    store: Store, learner: Learner, documents: Sequence[Sentence], chance: random.Random
) -> None:
    set_order(store, "uncertain", 0.0)
    fill_up(store, chance)
    put_doubts(store, {n: learner.tag(documents[n - 1].words).doubt for n in in_pool(store)})


def _answered(store: Store, count: int) -> list[int]:
    """The next documents of the queue, answered."""
    found = []
    for _ in range(count):
        for claim in queue.claim_next(store, "amina", 1):
            queue.leave(store, [Outcome(claim, (), "accept")])
            found.append(claim.document)
    return found


def _reached(curve: Sequence[tuple[int, float]], wanted: float, most: int) -> float:
    """How many documents it took, between two trainings by a straight line."""
    for (size, f1), (next_size, next_f1) in pairwise(curve):
        if f1 >= wanted:
            return size
        if next_f1 >= wanted:
            return size + (next_size - size) * (wanted - f1) / (next_f1 - f1)
    return most


def _figure(language: str, rows: Sequence[dict[str, Any]]) -> Figure:
    """What the order saves of a random one's labels: means over the seeds."""
    needed = {
        order: [
            row["needed"] for row in rows if (row["language"], row["order"]) == (language, order)
        ]
        for order in ("random", "uncertain")
    }
    mean = {order: sum(each) / len(each) for order, each in needed.items()}
    saved = 1 - mean["uncertain"] / mean["random"]
    what = f"{language}: {mean['uncertain']:.0f} documents instead of {mean['random']:.0f}, saved"
    return Figure(what, round(saved, 3), ">=", SAVED)


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['language']}  {row['order']:<9}  seed {row['seed']}:"
        f" {row['needed']:>5,} documents to {SHARE:.0%} of {row['best']:.3f}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench labels", description=__doc__)
    parser.add_argument("--lang", nargs="+", default=LANGUAGES, help="of the corpora, as they are")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--share", type=float, default=SHARE, help="of the F1 with all of train")
    parser.add_argument("--words-seconds", type=float, default=10.0, help="for the raw text")
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--json", action="store_true", help="a row a line, with the curves")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
