"""The way into the benches: `./run bench NAME ...`; each is a module beside this with a `main`."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHES = {
    "keys": "plays gold annotations through the real program and counts the keys",
    "screen": "times first paint and keys beside a bare Textual app and SLATE, and weighs bytes",
    "pages": "times the next page with the learner at work beside it, and with none",
    "faults": "kills, drops and starves the real program, and counts what is lost",
    "review": "plays adjudication through the real review screen and counts the keys",
    "tokens": "scores tokenizers on gold and times them beside spaCy's",
    "learn": "scores what the learner finds after a few sentences, and times it",
    "train": "trains models of a few sentences and of many, beside spaCy's default network",
    "labels": "counts the labels that the order by doubt saves, beside a random order",
    "match": "times the matcher of names beside spaCy's PhraseMatcher, and compares what they find",
    "routing": "kills some of many annotators at work, and counts every document's answers",
    "exchange": "exports and reads back every format beside a rival, and weighs memory",
    "store": "measures intake, annotators at once, first paint and memory on a large project",
}


def main(arguments: list[str]) -> int:
    """Run the bench that the first argument names, and return its exit code."""
    if arguments and arguments[0] in BENCHES:
        return int(import_module(arguments[0]).main(arguments[1:]))
    wanted = not arguments or arguments[0] in ("-h", "--help")
    stream = sys.stdout if wanted else sys.stderr
    if not wanted:
        print(f"There is no bench {arguments[0]!r}.", file=stream)
    print("Usage: ./run bench NAME [--help] ...", *_table(), sep="\n", file=stream)
    return 0 if wanted else 2


def _table() -> list[str]:
    return [f"  {name:<10} {about}" for name, about in BENCHES.items()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
