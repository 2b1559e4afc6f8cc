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
from tonemark.corpus.drafts import Draft
from tonemark.corpus.events import Done, Replayed
from tonemark.corpus.model_suggestions import Possible
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.project import Project, label_keys
from tonemark.corpus.proposing import Proposer
from tonemark.corpus.queue import Claim
from tonemark.corpus.spans import Stretch, Suggestion
from tonemark.patterns.candidates import WordCount
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, SentenceRules
from tonemark.tui.page.growing import Grow, no_growth
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import KeyTable, key_table
from tonemark.tui.page.labelling import Places
from tonemark.tui.page.layout import Mode, opening_mode, window
from tonemark.tui.page.stops import DOUBT
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


class RehearsedPage(Page):
    """A page that does not write the focus down: trying a key then leaves no trace."""

    def note_focus(self, index: int, start: int, end: int) -> None:
        """Nothing."""


class Place(NamedTuple):
    """All of a rehearsal that a key which moves something can change: the focus, or edges, and
    with them the suggestion in focus. `drafts` has each sheet's draft and the way to it; `aimed`
    says, in review, that digits are labels."""

    focus: Focus
    top: int
    hints: Hints | None
    seen: int
    charwise: bool
    drafts: tuple[tuple[Draft, tuple[Done, ...]], ...]
    aimed: bool = True


class Rehearsal:
    """The page as the program has it, in memory, under the program's own rules.

    `names` are the project's labels in order, `shown` the suggestions that each document opened
    with, `possible` the candidates that models offered; what is below `doubt` is doubtful, and
    `grow` and `places` know names (see Keyboard). `width` and `height` are those of the view: cells
    and lines.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        counts: Mapping[str, WordCount],
        table: KeyTable,
        names: Sequence[str],
        *,
        shown: Sequence[Sequence[Suggestion]] = (),
        possible: Sequence[Sequence[Possible]] = (),
        doubt: float = DOUBT,
        grow: Grow = no_growth,
        places: Places | None = None,
        width: int = 79,
        height: int = 18,
        mode: Mode = "logical",
        rules: SentenceRules = ANY_LANGUAGE,
        overlapping: bool = False,
    ) -> None:
        none: list[tuple[()]] = [()] * len(documents)
        self.page = RehearsedPage(map(_sheet, documents, shown or none, possible or none))
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
            doubt=doubt,
        )
        self.keyboard = Keyboard(
            self.view, table, overlapping=overlapping, grow=grow, places=places
        )
        self.view.hints()

    def accepts(self) -> int:
        """How many times Enter must be pressed to accept the page as it stands."""
        return 1 if self.keyboard.press("enter").command else 2

    @property
    def labelling(self) -> bool:
        """Whether the keys of labels label the focus, and `-` deletes what lies there."""
        return True

    def do(self, action: Action) -> None:
        """Press the keys of an action."""
        if action.label:
            self.keyboard.label(action.label)
            self.view.hints()
            return
        for key in action.keys:
            self.keyboard.press(key)
            self.view.hints()  # the program paints after each key, and gives out hints then

    def standing(self) -> set[Gold]:
        """What stands on the page: spans, and the suggestions that Enter would accept."""
        return self._spans([sheet.draft.stretches() for sheet in self.page.sheets])

    def opened(self) -> set[Gold]:
        """What the page was opened with."""
        return self._spans([sheet.state.frozen for sheet in self.page.sheets])

    def _spans(self, stretches: Sequence[Sequence[Stretch]]) -> set[Gold]:
        return {
            Gold(index, stretch.start, stretch.end, stretch.label)
            for index, sheet in enumerate(stretches)
            for stretch in sheet
        }

    # Trying things out

    def place(self) -> Place:
        """Where it is."""
        view = self.view
        drafts = tuple((s.state.draft, tuple(s.state.undoable)) for s in self.page.sheets)
        return Place(view.focus, view.top, view._hints, view.seen, self.keyboard.charwise, drafts)

    def put(self, place: Place) -> None:
        """Go back to where it was, nothing but places and edges having changed since."""
        view = self.view
        view.focus, view.top, view._hints, view.seen, self.keyboard.charwise, drafts, _ = place
        for sheet, (draft, undoable) in zip(self.page.sheets, drafts, strict=True):
            if sheet.state.draft is not draft:
                sheet.state.draft, sheet.state.undoable = draft, list(undoable)
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


class Maker(NamedTuple):
    """All that pages of a project are rehearsed from. `names` is asked what the program's own would
    say, and `size` is the terminal's, in cells and lines."""

    project: Project
    counts: Mapping[str, WordCount]
    rules: SentenceRules
    names: Proposer
    size: tuple[int, int]

    def rehearse(
        self,
        page: Sequence[Document],
        shown: Sequence[Sequence[Suggestion]],
        possible: Sequence[Sequence[Possible]] = (),
    ) -> Rehearsal:
        """A page as the annotate screen opens it, with the suggestions `shown` on each document,
        and what models offered there as `possible`."""
        project, names = self.project, self.names
        width, height = window(*self.size)
        return Rehearsal(
            page,
            self.counts,
            key_table(label_keys(project)),
            [label.name for label in project.labels],
            shown=shown,
            possible=possible,
            doubt=project.doubt,
            grow=lambda sheet, name, label: names.grown(sheet.document, sheet.tokens, name, label),
            places=lambda sheet, name: names.places(sheet.document, sheet.tokens, name),
            width=width,
            height=height,
            mode=opening_mode(project.bidi, project.language, page[0]),
            rules=self.rules,
            overlapping=project.overlapping,
        )


def _sheet(document: Document, shown: Sequence[Suggestion], possible: Sequence[Possible]) -> Sheet:
    assert document.tokens is not None
    claim = Claim("oracle", document.number, 1)
    draft = Draft(suggestions=tuple(shown))
    state = Replayed(draft, frozen=tuple(shown), possible=tuple(possible), opened=True)
    return Sheet(document, claim, document.tokens, MemoryLog(), state)
