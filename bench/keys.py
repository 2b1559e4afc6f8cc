"""Plays gold annotations through the real program in a real terminal, and counts the keys.

The program is started as people start it and only its screen is read; what it exports is compared
with the gold. What is imported of it are the rules of a page, to look for the fewest keys on: the
screen is compared with them on every page, and the run fails where it differs (drift).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from learner import Learns, Rehearsed, Suggester
from material import (
    PROGRAM,
    Corpus,
    compare,
    environment_in,
    gold_pages,
    make_project,
    read_gold,
    read_raw,
    tonemark,
    word_counts,
)
from oracle import play
from rehearsal import Action, Gold, Maker, Rehearsal, cost
from simulate import sit
from terminal import Terminal, lost, to_its_end

from tonemark.corpus.documents import Document
from tonemark.corpus.events import Replayed, replay
from tonemark.corpus.journal import parse
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import sentence_rules_with
from tonemark.errors import TonemarkError
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.refusals import Refusal
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page.layout import LIST_INDENT
from tonemark.tui.page.render import render

ANNOTATOR = "oracle"
PATIENCE = 20.0
"""Seconds that a page may take to appear."""

READING = 0.3
"""Seconds that a page stands before an oracle that has nothing to label there accepts it."""

SHOWN = 5
"""Faults that are told one by one."""

_TITLE = re.compile(r" · (\d+)(?:-\d+)? of \d+ · ")


@dataclass(slots=True)
class Tally:
    """What was pressed: keys and bytes by kind of action; Shift is a key and a kind."""

    keys: Counter[str] = field(default_factory=Counter)
    strokes: int = 0
    bytes_of: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    shown: int = 0
    stood: int = 0
    """Suggestions that pages opened with, and how many of them were gold."""
    drift: list[str] = field(default_factory=list)
    """Pages on which the screen was not what the rules say, in words."""
    pages: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each page its documents, its entities, and the keys pressed up to its end."""

    def turned(self, documents: int, entities: int, uncounted: int = 0) -> None:
        """Count a page that is done, some of whose keys may not have been counted yet."""
        self.pages.append((documents, entities, self.keys.total() + uncounted))

    def by_hundreds(self) -> list[float]:
        """Keys an entity of each hundred documents, to the page in which it ends."""
        found = []
        documents = entities = before = 0
        for size, more, keys in self.pages:
            documents, entities = documents + size, entities + more
            if documents // 100 > (documents - size) // 100 and entities:
                found.append(round((keys - before) / entities, 3))
                entities, before = 0, keys
        return found

    def suggested(self, rehearsal: Rehearsal, golds: Sequence[Gold]) -> None:
        """Count what a page opened with."""
        opened = rehearsal.opened()
        self.shown += len(opened)
        self.stood += len(opened.intersection(golds))

    def count(self, key: str, kind: str, received: int | None) -> None:
        """Count one stroke and the bytes that it made the program send, where there was one."""
        self.strokes += 1
        self.keys[kind] += 1
        if cost(key) > 1:
            self.keys["shift"] += 1
        if received is not None:
            self.bytes_of[kind].append(received)


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a document came out other than the gold, or where
    the screen was not what the rules say (the keys counted are then not those that it asks for)."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="tonemark-bench-") as name:
            report = run(options, Path(name))
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        for figure, value in report.items():
            print(f"{figure:<18} {value}")
    return int(report["equal"] != report["documents"] or report["drift"] > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench keys",
        description="Plays gold annotations through the real program and counts the keys.",
        epilog="Example: ./run bench keys --conll dev.conll --lang sw --raw train.conll --limit 40",
    )
    parser.add_argument("--conll", type=Path, required=True, metavar="FILE", help="the gold")
    parser.add_argument("--lang", required=True, metavar="CODE", help="language of the texts")
    parser.add_argument(
        "--raw", type=Path, metavar="FILE", help="more text, whose words are counted; no labels"
    )
    parser.add_argument(
        "--gazetteer", type=Path, metavar="FILE", help="suggest its names, and those accepted"
    )
    parser.add_argument("--grow", action="store_true", help="suggest the names accepted so far")
    parser.add_argument(
        "--learn", action="store_true", help="suggest what was learnt from the pages before, too"
    )
    parser.add_argument("--page", type=_count, default=1, metavar="N", help="documents a page  [1]")
    parser.add_argument("--limit", type=_count, metavar="N", help="play the first N documents")
    parser.add_argument(
        "--rehearse", action="store_true", help="without a terminal: keys alone, in seconds"
    )
    parser.add_argument("--size", type=_size, default=(80, 24), metavar="WxH", help="[80x24]")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) > 9 and int(height) > 7):
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 80x24")
    return int(width), int(height)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Make the project in `folder`, play, export, compare; the report."""
    begun = time.monotonic()
    corpus = read_gold(options.conll)
    if not corpus.records:
        raise TonemarkError(f"{options.conll} has no sentence that can be taken.")
    environment = environment_in(folder)
    raw = read_raw(options.raw) if options.raw else []
    project = make_project(
        folder,
        corpus,
        environment,
        language=options.lang,
        page=options.page,
        raw=raw,
        suggesting=options.grow or options.learn or options.gazetteer is not None,
        learning=options.learn,
        gazetteer=options.gazetteer,
    )
    pages = gold_pages(corpus, len(corpus.records[: options.limit]), project.page)
    tokenizer = load_tokenizer(project.tokenizer)
    counts = word_counts([*corpus.records, *raw], tokenizer)
    rules = sentence_rules_with(tokenizer)
    tally = Tally()
    try:
        with closing(Store(project.folder / STORE_FILE)) as store:
            names = Gazetteer(project, store, ANNOTATOR)
            maker = Maker(project, counts, rules, names, options.size)
            if options.rehearse:
                with Rehearsed(project, store) if options.learn else nullcontext() as learns:
                    count_rehearsed(maker, store, pages, corpus, tally, learns)
            else:
                learns = Suggester(project, store) if options.learn else None
                play_pages(maker, pages, corpus, environment, tally, learns)
    except TonemarkError as error:  # what was played is exported and compared all the same
        print(error.title, file=sys.stderr)
    exported = folder / "out.jsonl"
    tonemark(environment, "export", project.folder, "--annotator", ANNOTATOR, "-o", exported)
    played = corpus.records[: options.limit]
    differing = compare(played, corpus.gold, exported)
    for line in islice((*map(_refusal, corpus.refused), *tally.drift, *differing), 3 * SHOWN):
        print(line, file=sys.stderr)
    if tally.drift:
        print(f"The screen was not what the rules say {len(tally.drift)} times.", file=sys.stderr)
    entities = sum(len(corpus.gold[str(record.key)]) for record in played)
    keys = tally.keys.total()
    received = sum(sum(each) for kind, each in tally.bytes_of.items() if kind != "start")
    return {
        "documents": len(played),
        "equal": len(played) - len(differing),
        "entities": entities,
        "keys": keys,
        "keys_per_entity": round(keys / entities, 4) if entities else None,
        "by_hundreds": tally.by_hundreds(),
        "bytes_per_key": round(received / tally.strokes, 1) if received else None,
        "strokes": tally.strokes,
        "shown": tally.shown,
        "stood": tally.stood,
        "by_kind": dict(tally.keys.most_common()),
        "median_bytes": {kind: median(each) for kind, each in tally.bytes_of.items()},
        "drift": len(tally.drift),
        "refused": len(corpus.refused),
        "seconds": round(time.monotonic() - begun, 1),
    }


def _refusal(item: Refusal) -> str:
    return f"refused: line {item.line}: {item.reason}"


def golds_of(corpus: Corpus, page: Sequence[Document]) -> list[Gold]:
    """The gold of a page."""
    return [
        Gold(index, *span)
        for index, document in enumerate(page)
        for span in corpus.gold.get(document.key, ())
    ]


# Playing


def count_rehearsed(
    maker: Maker,
    store: Store,
    pages: Sequence[Sequence[Document]],
    corpus: Corpus,
    tally: Tally,
    learns: Learns | None = None,
) -> None:
    """Answer all pages without a terminal."""
    last = pages[-1][-1].number
    golds_here = partial(golds_of, corpus)
    for rehearsal, golds, actions in sit(maker, store, ANNOTATOR, golds_here, last, learns):
        tally.suggested(rehearsal, golds)
        enters = [Action(("enter",), "enter")] * rehearsal.accepts()
        for action in (*actions, *enters):
            for key in action.keys:
                tally.count(key, action.kind, None)
        tally.turned(len(rehearsal.page.sheets), len(golds))


def play_pages(
    maker: Maker,
    pages: Sequence[Sequence[Document]],
    corpus: Corpus,
    environment: dict[str, str],
    tally: Tally,
    learns: Learns | None = None,
) -> None:
    """Answer all pages in the running program; raises TonemarkError where it does not follow."""
    folder = maker.project.folder
    command = [*PROGRAM, "annotate", str(folder), "--as", ANNOTATOR]
    _put_away_the_tutor(Terminal(command, environment, *maker.size))
    terminal = Terminal(command, environment, *maker.size)
    with to_its_end(terminal, PATIENCE):
        for turn, page in enumerate(pages):
            _await(terminal, int(page[0].number), tally, turn)
            opened = [opened_with(maker, document.number) for document in page]
            shown, possible = zip(*((s.frozen, s.possible) for s in opened), strict=True)
            rehearsal = maker.rehearse(page, shown, possible)
            _follow(terminal, rehearsal, tally, f"{page[0].key}, opened")
            golds = golds_of(corpus, page)
            tally.suggested(rehearsal, golds)
            began = time.monotonic()
            played = False
            for action in play(rehearsal, golds):
                for key in action.keys:
                    terminal.press(key)
                    tally.count(key, action.kind, terminal.settle())
                    played = True
            _follow(terminal, rehearsal, tally, f"{page[0].key}, labelled")
            if learns:
                learns.finish()
            if not played:  # the program takes an Enter at once for a key held down
                time.sleep(max(0.0, began + READING - time.monotonic()))
            for _ in range(rehearsal.accepts() - 1):
                terminal.press("enter")
                tally.count("enter", "enter", terminal.settle())
            terminal.press("enter")
            # The last Enter is counted when the next page has come.
            tally.turned(len(page), len(golds), uncounted=1)
        _await(terminal, int(pages[-1][-1].number) + 1, tally, len(pages))


def _put_away_the_tutor(terminal: Terminal) -> None:
    """A first sitting of one key, not counted: the tutor takes lines from the first pages."""
    with to_its_end(terminal, PATIENCE):
        if not terminal.wait(lambda lines: _TITLE.search(lines[0]) is not None, seconds=PATIENCE):
            raise lost(terminal, "no page appeared")
        terminal.rest()
        terminal.press("escape")
        terminal.rest()  # an Escape counts when no other byte has followed for a while


def _await(terminal: Terminal, number: int, tally: Tally, turn: int) -> None:
    """Wait for the page that begins with document `number` (or the end of the queue), and count
    the Enter that turned to it with all that came since it was pressed."""

    def turned(lines: list[str]) -> bool:
        found = _TITLE.search(lines[0])
        return " · done · " in lines[0] if found is None else int(found[1]) == number

    if not terminal.wait(turned, seconds=PATIENCE):
        raise lost(terminal, f"the page of document {number} did not appear")
    if turn == 0:
        terminal.rest()
    received = terminal.received - sum(map(sum, tally.bytes_of.values()))
    if turn:
        tally.count("enter", "enter", received)
    else:
        tally.bytes_of["start"].append(received)


def opened_with(maker: Maker, document: int) -> Replayed:
    """What a document was opened with, as the program wrote it down: in the journal of its claim,
    of which there are two where it was given back."""
    folder = maker.project.folder / "journal" / ANNOTATOR
    for journal in folder.glob(f"{document}.*.log"):
        for event in parse(journal.read_bytes()):
            if event.kind == "open":
                return replay(document, [event])
    raise TonemarkError(f"Nothing says what document {document} was opened with.")


def _follow(terminal: Terminal, rehearsal: Rehearsal, tally: Tally, where: str) -> None:
    """Wait until the screen shows the hints and tags that the rehearsal has."""
    if not terminal.wait(_shown(rehearsal), seconds=2.0):
        shown = terminal.lines()
        for y, (width, line) in hint_lines(rehearsal).items():
            if (found := shown[2 + y][:width].rstrip()) != line:
                tally.drift.append(f"drift: {where}, line {3 + y}: not {line!r} but {found!r}")
                return


def _shown(rehearsal: Rehearsal) -> Callable[[list[str]], bool]:
    wanted = hint_lines(rehearsal)
    return lambda lines: all(
        lines[2 + y][:width].rstrip() == line for y, (width, line) in wanted.items()
    )


def hint_lines(rehearsal: Rehearsal) -> dict[int, tuple[int, str]]:
    """What stands in the lines of hints, by line of the view: cells to look at, and their text."""
    view = rehearsal.view
    drawn = render(view, {name: place for place, name in enumerate(rehearsal.names)})
    lines = ["".join(text for text, _ in runs).rstrip() for runs in drawn]
    found = {}
    for row in view.visible_rows():
        y = row.y - view.top
        if row.pieces:
            width = LIST_INDENT - 2 if view.mode == "list" else view.width
            found[y] = width, lines[y][:width].rstrip()
    return found
