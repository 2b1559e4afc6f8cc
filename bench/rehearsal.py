"""A page of the program in memory, on which keys are tried out: the program's own rules for a page
(`tonemark.tui.page`) on the program's own drafts (`tonemark.corpus`), so that what a key does here
is what it does on the screen.

Knows neither the terminal nor the running program, and nothing of which keys are worth pressing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tonemark.corpus.documents import Document
from tonemark.corpus.events import Replayed
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.queue import Claim
from tonemark.patterns.candidates import WordCount
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, SentenceRules
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.page.layout import Mode
from tonemark.tui.page.view import Focus, Hints, View

SHIFTED = frozenset('~!@#$%^&*()_+{}|:"<>?')
"""Characters besides capitals that need Shift on a US keyboard."""


class Gold(NamedTuple):
    """A span to be set: index of the sheet, code points, label."""

    sheet: int
    start: int
    end: int
    label: str


class Action(NamedTuple):
    """Keys that belong together, and what they are for (see `kinds` in the bench's report).

    `label` is set where they type a label's name ahead; each key then goes to the prompt.
    """

    keys: tuple[str, ...]
    kind: str
    label: str = ""


def cost(key: str) -> int:
    """How many keys a finger presses for it: Shift is one."""
    return 2 if len(key) == 1 and (key.isupper() or key in SHIFTED) else 1


def cost_of(actions: Sequence[Action]) -> int:
    """The keys of several actions."""
    return sum(cost(key) for action in actions for key in action.keys)


class _RehearsedPage(Page):
    """A page that does not write the focus down: trying a key then leaves no trace."""

    def note_focus(self, index: int, start: int, end: int) -> None:
        """Nothing."""


class Place(NamedTuple):
    """All of a rehearsal that a key which edits nothing can change."""

    focus: Focus
    top: int
    hints: Hints | None
    seen: int
    charwise: bool


class Rehearsal:
    """The page as the program has it, in memory, under the program's own rules.

    `names` are the project's labels in order. `width` and `height` are those of the view: cells
    and lines.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        counts: Mapping[str, WordCount],
        table: KeyTable,
        names: Sequence[str],
        *,
        width: int = 79,
        height: int = 18,
        mode: Mode = "logical",
        rules: SentenceRules = ANY_LANGUAGE,
        overlapping: bool = False,
    ) -> None:
        self.page = _RehearsedPage([_sheet(document) for document in documents])
        self.table = table
        self.names = tuple(names)
        self.view = View(
            self.page,
            counts,
            width=width,
            height=height,
            letters=table.letters,
            mode=mode,
            rules=rules,
        )
        self.keyboard = Keyboard(self.view, table, overlapping=overlapping)
        self.view.hints()

    def accepts(self) -> int:
        """How many times Enter must be pressed to accept the page as it stands."""
        return 1 if self.keyboard.press("enter").command else 2

    def do(self, action: Action) -> None:
        """Press the keys of an action."""
        if action.label:
            self.keyboard.label(action.label)
            self.view.hints()
            return
        for key in action.keys:
            self.keyboard.press(key)
            self.view.hints()  # the program paints after each key, and gives out hints then

    def labelled(self) -> set[Gold]:
        """The spans that stand on the page."""
        return {
            Gold(index, span.start, span.end, span.label)
            for index, sheet in enumerate(self.page.sheets)
            for span in sheet.draft.spans
        }

    # Trying things out

    def place(self) -> Place:
        """Where it is."""
        view = self.view
        return Place(view.focus, view.top, view._hints, view.seen, self.keyboard.charwise)

    def put(self, place: Place) -> None:
        """Go back to where it was, no edit having been made since."""
        view = self.view
        view.focus, view.top, view._hints, view.seen, self.keyboard.charwise = place
        self.keyboard.pending = ""

    def keep(self) -> tuple[Place, list[Replayed]]:
        """Where it is, with all edits."""
        states = [sheet.state for sheet in self.page.sheets]
        return self.place(), [
            replace(s, undoable=list(s.undoable), redoable=list(s.redoable)) for s in states
        ]

    def go_back(self, kept: tuple[Place, list[Replayed]]) -> None:
        """Go back to what was kept, once."""
        for sheet, state in zip(self.page.sheets, kept[1], strict=True):
            sheet.state = state
        self.put(kept[0])


def _sheet(document: Document) -> Sheet:
    assert document.tokens is not None
    claim = Claim("oracle", document.number, 1)
    return Sheet(document, claim, document.tokens, MemoryLog(), Replayed(opened=True))
