"""A sitting at the real program beside the same page in memory: what each key must come to, what
the screen shows of it, and what the project's files have of it once the program has ended.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.drafts import Edit
from tonemark.corpus.events import Event, Replayed, replay
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import parse
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.project import PROJECT_FILE, create_project, label_keys, read_project
from tonemark.corpus.queue import Claim, events_of
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import sentence_rules_with
from tonemark.patterns.candidates import WordCount, fold_word
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page import words
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import key_table
from tonemark.tui.page.layout import window
from tonemark.tui.page.render import Run, render
from tonemark.tui.page.view import View

ANNOTATOR = "amina"
SIZE = (80, 24)
DOCUMENTS = 400

PLAIN = ("space", "backspace", "left", "right", "1", "2", "3", ".", ",", "[", "]", ";", "-", "Z")
"""Keys that are tried besides hints, undo and Enter."""


class State(NamedTuple):
    """What must be there again: the document, its spans, both histories, the focus."""

    document: int
    spans: tuple[Span, ...]
    undoable: tuple[Edit, ...]
    redoable: tuple[Edit, ...]
    focus: tuple[int, int, int] | None


class Step(NamedTuple):
    """What a key must come to: the state, and the lines of the screen that tell of it."""

    key: str
    state: State
    lines: tuple[str, ...]


def make_project(folder: Path, documents: int = DOCUMENTS) -> Path:
    """A project of texts with many names, the tutor put away."""
    chance = random.Random(5)
    names = ("Asha", "Juma", "Zawadi", "Rais Samia", "Nairobi", "Dodoma", "Mwinyi", "Títílayọ̀")
    others = "leo pia kesho na ya kwa siku mkuu kabla watu wengi alikutana".split()
    project = create_project(folder / "p", language="sw", labels=["PER", "LOC", "ORG"])
    # What labels teach would join the pages, and the page in memory has none of that.
    path = project.folder / PROJECT_FILE
    path.write_text(path.read_text("utf-8").replace("blind = 0.0", "blind = 1.0"), "utf-8")
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    texts = (
        " ".join(chance.choice(names if chance.random() < 0.4 else others) for _ in range(30))
        for _ in range(documents)
    )
    records = (Record(number, number, text) for number, text in enumerate(texts, 1))
    add_records(store, "texts.txt", records, Report())
    store.set_preference(ANNOTATOR, "tutor", "away")
    store.close()
    return project.folder


class Rehearsed:
    """The page that the program must show, under the program's own rules, fed the same keys."""

    def __init__(self, folder: Path) -> None:
        self._project = read_project(folder)
        self._path = folder / STORE_FILE
        self._tokenizer = load_tokenizer(self._project.tokenizer)
        self._table = key_table(label_keys(self._project))
        self._open(*kept(folder))

    def _open(self, number: int, state: Replayed) -> None:
        store = Store(self._path)
        document = store.document(number)
        tokens = tuple(self._tokenizer.tokenize(document.text))
        folded = {fold_word(document.text[start:end]) for start, end in tokens}
        counts = {word: WordCount(*n) for word, n in store.words(folded).items()}
        store.close()
        sheet = Sheet(document, Claim(ANNOTATOR, number, 1), tokens, MemoryLog(), state)
        width, height = window(*SIZE)
        self._page = Page([sheet])
        self._view = View(
            self._page,
            counts,
            width=width,
            height=height,
            letters=self._table.letters,
            rules=sentence_rules_with(self._tokenizer),
        )
        self._keyboard = Keyboard(self._view, self._table)
        self._message = ""

    def step(self, key: str = "") -> Step:
        """What stands now."""
        sheet = self._page.sheets[0]
        return Step(key, state_of(sheet.document.number, sheet.state), self._lines())

    def _lines(self) -> tuple[str, ...]:
        places = {label.name: place for place, label in enumerate(self._project.labels)}
        drawn = [_text(line) for line in render(self._view, places)]
        status = words.message(self._message, SIZE[0])
        if not self._message:
            status = words.spread(*words.status(self._view, self._keyboard), SIZE[0])
        return (*drawn[: self._view.height], _text(status))

    def press(self, key: str) -> Step:
        """Press a key, the Enter that accepts the page included."""
        reply = self._keyboard.press(key)
        if reply.command == "accept":
            self._open(self._page.sheets[0].document.number + 1, Replayed(opened=True))
        else:
            self._message = reply.message
        return self.step(key)

    def some_keys(self, chance: random.Random) -> Sequence[str]:
        """A key, or the keys of a hint, that make sense here."""
        draw = chance.random()
        if draw < 0.3:
            return tuple(chance.choice(list(self._view.hints().tokens)))
        if draw < 0.4 and self._page.undoable:
            return ("z",)
        return (chance.choice(PLAIN),)


def shows(step: Step, screen: Sequence[str]) -> bool:
    """Whether a screen is the one that a step makes."""
    *text, status = step.lines
    room = list(screen[2 : SIZE[1] - 4])
    return room == text + [""] * (len(room) - len(text)) and screen[-2] == status


def state_of(document: int, state: Replayed) -> State:
    """What must be there again of what events add up to."""
    return State(
        document,
        state.draft.spans,
        tuple(done.edit for done in state.undoable),
        tuple(done.edit for done in state.redoable),
        state.focus,
    )


def kept(folder: Path) -> tuple[int, Replayed]:
    """The document that is hers and unanswered, and what the files have of it: read by their
    formats, nothing being opened, claimed or mended. At the very beginning it is the first."""
    store = Store(folder / STORE_FILE)
    try:
        hers = store.db.execute(
            "SELECT document, number FROM claims WHERE annotator = ? AND state = 'open'",
            (ANNOTATOR,),
        ).fetchall()
        document, claim = hers[0] if hers else (1, 1)
        events: dict[tuple[int, str], Event] = {}
        for event in events_of(store, ANNOTATOR, document):
            events[event.number, event.kind] = event
    finally:
        store.close()
    path = folder / "journal" / ANNOTATOR / f"{document}.{claim}.log"
    for event in parse(path.read_bytes()) if path.exists() else ():
        events.setdefault((event.number, event.kind), event)
    return document, replay(document, events.values())


def _text(runs: list[Run]) -> str:
    return "".join(text for text, _ in runs).rstrip()
