"""The sides of the bench of the matcher: Tonemark's, alone and as a page has it, with a store, and
spaCy's PhraseMatcher; and what each costs a process of its own: seconds to load, memory,
milliseconds a page.

`python match_sides.py SIDE FOLDER` prints these as JSON; FOLDER is what `match` made.
"""

from __future__ import annotations

import gc
import json
import pickle
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from match_texts import Document

from tonemark.patterns.folds import END, Folding
from tonemark.tokenizers.base import Token

if TYPE_CHECKING:
    from tonemark.patterns.gazetteer import Option

FOLDS = ("nfc", "case")
"""What both compare without: folds that keep tokens tokens, as PhraseMatcher must."""

PROJECT = "project"
"""The folder of the project within FOLDER; its documents are the texts, in their order."""

PAGES = 1_000
"""Documents of which opening is timed."""


class Cost(NamedTuple):
    """What one side costs a process: seconds to load, MiB that it grew by then, those of them that
    are in no file, and these after `PAGES` pages; milliseconds of pages.

    Times are the processor's."""

    load: float
    grown: float
    alone: float
    after: float
    first: float
    p50: float
    p95: float


class Ours:
    """Tonemark's matcher over the trie of the project."""

    def __init__(self, folder: Path) -> None:
        from tonemark.patterns.building import cache_folder
        from tonemark.patterns.matcher import Matcher, Overlay
        from tonemark.patterns.trie import open_trie

        trie = open_trie(cache_folder(folder / PROJECT))
        if trie is None:
            raise SystemExit(f"There is no trie of the project in {folder}.")
        self.matcher = Matcher(Folding(FOLDS), trie, Overlay())

    def spans(self, document: Document) -> list[tuple[int, int]]:
        """Where names stand: leftmost, longest."""
        return [(each.start, each.end) for each in self.matcher.longest(*document)]


class Product:
    """The gazetteer of the project as an annotator's page has it: the trie, and what the store has
    of every entry that is found."""

    def __init__(self, folder: Path) -> None:
        from tonemark.corpus.project import read_project
        from tonemark.corpus.store import STORE_FILE, Store
        from tonemark.patterns.gazetteer import Gazetteer

        project = read_project(folder / PROJECT)
        self.store = Store(project.folder / STORE_FILE)
        self.gazetteer = Gazetteer(project, self.store, "amina")
        self.gazetteer.refresh()
        self.bulk = Gazetteer(project, self.store)
        self.bulk.refresh()
        self.asked: dict[tuple[int, ...], list[Option]] = {}

    def spans(self, number: int, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """Where names are suggested in a document, which need not be opened as a page."""
        document = self.store.document(number)
        found = self.gazetteer.suggestions(document, tokens)
        return [(each.start, each.end) for each in found]

    def of_text(self, document: Document) -> list[tuple[int, int]]:
        """Where names are suggested in a text that is no document, as `tonemark match` asks."""
        found = self.bulk.of_text(*document, self.asked)
        return [(each.start, each.end) for each in found]

    def page(self, number: int, tokens: Sequence[Token]) -> object:
        """What is proposed where she turns to a document."""
        document = self.store.document(number)
        self.gazetteer.turn_to([number])
        return self.gazetteer.proposed(document, tokens)


class Spacy:
    """spaCy's PhraseMatcher with the same fold as its NORM; `given` are the words of each name."""

    def __init__(self, given: Sequence[Sequence[str]] = ()) -> None:
        import spacy
        from spacy.attrs import NORM
        from spacy.matcher import PhraseMatcher

        self.nlp = spacy.blank("xx")
        folded = Folding(FOLDS).folded
        # Without the sign at the end: spaCy has made lexemes such as "a" before.
        self.nlp.vocab.lex_attr_getters[NORM] = lambda word: folded[word].rstrip(END) or word
        self.matcher = PhraseMatcher(self.nlp.vocab, attr="NORM")
        self.add(given)

    def add(self, given: Sequence[Sequence[str]]) -> None:
        """Add names to those there are."""
        from spacy.tokens import Doc

        step = 10_000
        for at in range(0, len(given), step):
            docs = [Doc(self.nlp.vocab, list(words)) for words in given[at : at + step]]
            self.matcher.add("NAME", docs)

    def of_text(self, document: Document) -> list[tuple[int, int]]:
        """Where names stand, spaCy's own tokens made of the text."""
        doc = self.nlp.make_doc(document.text)
        return self._longest(doc)

    def of_tokens(self, document: Document) -> list[tuple[int, int, int]]:
        """Every match as PhraseMatcher has it, given our tokens."""
        from spacy.tokens import Doc

        text, tokens = document
        doc = Doc(self.nlp.vocab, [text[start:end] for start, end in tokens])
        return list(self.matcher(doc))

    def _longest(self, doc: Any) -> list[tuple[int, int]]:
        kept, last = [], 0
        for _, start, end in sorted(self.matcher(doc), key=lambda each: (each[1], -each[2])):
            if start >= last:
                kept.append((start, end))
                last = end
        return kept


def cost(side: str, folder: Path) -> Cost:
    """What a side costs this process, which must be new."""
    pages: list[Document] = pickle.loads((folder / "pages.pickle").read_bytes())
    if side == "spacy":
        empty = Spacy()
        empty.of_text(pages[0])
    else:
        from tonemark.patterns import gazetteer  # noqa: F401 - loaded before memory is looked at
    gc.collect()
    before = _memory()
    start = time.process_time()
    if side == "spacy":
        # As spaCy's rulers load: the words of each name from the disk, and all of them added.
        empty.add(pickle.loads((folder / "words.pickle").read_bytes()))
        match: Any = empty.of_text
    elif side == "product":
        match = Product(folder).page
    else:
        match = Ours(folder).spans
    load = time.process_time() - start
    gc.collect()
    loaded = _memory()
    times = []
    for number, page in enumerate(pages, 1):
        start = time.process_time()
        match(number, page.tokens) if side == "product" else match(page)
        times.append(1000 * (time.process_time() - start))
    gc.collect()
    after = _memory()
    ranked = sorted(times)
    return Cost(
        round(load, 4),
        round(loaded[0] - before[0], 1),
        round(loaded[1] - before[1], 1),
        round(after[1] - before[1], 1),
        round(times[0], 2),
        round(statistics.median(times), 3),
        round(ranked[int(len(ranked) * 0.95)], 3),
    )


def _memory() -> tuple[float, float]:
    """Resident MiB of this process, and those that are in no file: what a map has read can go."""
    figures = {}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        figures[name.rstrip(":")] = int(value) / 1024
    return figures["Rss"], figures["Anonymous"]


if __name__ == "__main__":
    print(json.dumps(cost(sys.argv[1], Path(sys.argv[2]))._asdict()))
