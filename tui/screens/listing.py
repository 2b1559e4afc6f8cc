"""Lists with one line in focus: the documents by state; a base for whatever else is listed.

Lines come in slices of a few milliseconds, so that a million of them never block a key.
"""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Generic, TypeVar

from tonemark.corpus.annotators import person
from tonemark.corpus.drafts import Draft
from tonemark.corpus.listing import SHOWS, Listed, Show, listed
from tonemark.text import counted, short
from tonemark.tui.page.columns import column
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.screens.reading import QUIET, TEXT, ReadingScreen
from tonemark.tui.screens.ways import Place

Item = TypeVar("Item")

SLICE = 0.004
"""Seconds that loading takes before the screen has its turn."""

REPAINT = 0.25
"""Seconds between repaints while loading, where the lines in view stay as they are."""

AHEAD = 3
"""Windows of lines that are loaded beyond the one in view."""

KEPT = 5000
"""Lines that are held; those far from the focus are let go of."""

CONTEXT = 2
"""Lines that stay in view above and below the one in focus."""

MARKS = {
    "to do": "○",
    "later": "○",
    "begun": "◐",
    "reopened": "◐",
    "accepted": "✓",
    "rejected": "✗",
    "ignored": "–",
    "with others": "·",
    "differs": "○",
    "agreed": "=",
    "gold": "✓",
    "changed since": "!",
}
"""The sign of each state, before its word."""


class ListScreen(ReadingScreen[Place | None], Generic[Item]):
    """A list: `items` lie around the line in focus, `at`; more comes from both ends."""

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("accept", "open"),
        ("help", "help"),
        ("quit", "back"),
    )

    HEAD = 0
    """Lines above the list."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.at = 0
        self.below: Iterator[Item | None] | None = None
        self.above: Iterator[Item | None] | None = None

    @abstractmethod
    def place(self, item: Item) -> Place:
        """Where Enter leads from a line."""

    @abstractmethod
    def line(self, item: Item, width: int, focus: bool) -> list[Run]:
        """A line of the list."""

    def head(self, width: int) -> list[list[Run]]:
        """What stands above the list: `HEAD` lines."""
        return []

    def nothing(self) -> str:
        """What is said where the list is empty."""
        return "nothing is here"

    # Loading

    def restart(
        self,
        below: Iterator[Item | None] | None,
        above: Iterator[Item | None] | None = None,
    ) -> None:
        """Begin a new list, the first slice of which is there at once."""
        self.items, self.at, self.top = [], 0, 0
        self.below, self.above = below, above
        self.go_on()

    def go_on(self) -> None:
        """Load what the place in the list asks for, and show it as it comes."""
        if self._load():
            self.run_worker(self._loading(), group="loading", exclusive=True)
        self._let_go()
        self.reveal()

    def on_unmount(self) -> None:
        """Stop loading."""
        self.below = self.above = None

    async def _loading(self) -> None:
        painted, shown = time.perf_counter(), 0
        went_on = True
        while went_on:
            await asyncio.sleep(0)
            went_on = self._load()
            now = time.perf_counter()
            lines = min(len(self.items), self.rows)
            if lines > shown or now - painted > REPAINT or not went_on:
                painted, shown = now, lines
                self.reveal()

    def _load(self) -> bool:
        """Load for one slice; whether more is wanted."""
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end:
            if self.below is not None and self.wants_below():
                item = next(self.below, _END)
                if item is _END:
                    self.below = None
                elif item is not None:
                    self.items.append(item)  # type: ignore[arg-type]
                    self.taken(item)  # type: ignore[arg-type]
            elif self.above is not None and self.at < AHEAD * self.high:
                item = next(self.above, _END)
                if item is _END:
                    self.above = None
                elif item is not None:
                    self.items.insert(0, item)  # type: ignore[arg-type]
                    if len(self.items) > 1:
                        self.at, self.top = self.at + 1, self.top + 1
            else:
                return False
        return True

    def wants_below(self) -> bool:
        """Whether more is to be loaded below."""
        return len(self.items) < self.at + AHEAD * self.high

    def taken(self, item: Item) -> None:
        """Told of each line that was loaded below."""

    def _let_go(self) -> None:
        """Let go of lines far from the focus; a list that can be read again overrides this."""

    @property
    def looking(self) -> bool:
        """Whether the list goes on beyond what was loaded, and that is being looked for."""
        return self.below is not None and self.wants_below()

    # Drawing

    def refill(self) -> None:
        """Show the list in the new size."""
        if self.size.width:
            self.go_on()

    def reveal(self) -> None:
        """Bring the line in focus into view."""
        high = self.rows
        self.at = max(0, min(self.at, len(self.items) - 1))
        near = min(CONTEXT, (high - 1) // 2)
        self.top = min(max(self.top, self.at - high + 1 + near), self.at - near)
        self.top = max(0, min(self.top, len(self.items) - high))
        self.paint()

    @property
    def rows(self) -> int:
        """The lines of the list in view."""
        return max(1, self.high - self.HEAD)

    def window(self, high: int) -> list[list[Run]]:
        """The head, then the lines of the list in view."""
        width = self.size.width
        if not self.items:
            said = "looking…" if self.looking else self.nothing()
            return [*self.head(width), [], [run("  ", BLANK), run(said, TEXT)]]
        shown = self.items[self.top : self.top + self.rows]
        lines = [self.line(item, width, self.top + y == self.at) for y, item in enumerate(shown)]
        return [*self.head(width), *lines]

    # Keys

    def move(self, step: int) -> None:
        """Put the focus so many lines further."""
        self.at = max(0, min(self.at + step, len(self.items) - 1))
        self.go_on()

    def _command_up(self) -> None:
        self.move(-1)

    def _command_down(self) -> None:
        self.move(1)

    def _command_page_up(self) -> None:
        self.move(-self.rows)

    def _command_page_down(self) -> None:
        self.move(self.rows)

    def _command_home(self) -> None:
        self.move(-len(self.items))

    def _command_end(self) -> None:
        self.move(len(self.items))

    def _command_accept(self) -> None:
        if self.items:
            self.leave(self.place(self.items[self.at]))


_END = object()


class DocumentsScreen(ListScreen[Listed]):
    """The project's documents, as this annotator has left them."""

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("accept", "open"),
        ("next", "next state"),
        ("search", "key or words"),
        ("help", "help"),
        ("quit", "back"),
    )

    HEAD = 1

    SHOWS: ClassVar[tuple[Show, ...]] = SHOWS
    """What the list can be narrowed to."""

    STATE = 13
    """Cells of the column of states."""

    def __init__(self) -> None:
        super().__init__()
        self.show: Show = "all"
        self._total = 0
        self._last = 0

    def on_mount(self) -> None:
        """List all, from the document that lies open."""
        self._total = self.desk.store.document_count()
        self._last = self.desk.store.last_document()
        page = self.desk.page
        self.list_from(page.sheets[0].document.number if page else 1)

    def list_from(self, number: int) -> None:
        """List the documents around a number, with that or the next one in focus."""
        self.restart(self._stream(number - 1), self._stream(number, backwards=True))

    def _stream(self, after: int, backwards: bool = False) -> Iterator[Listed | None]:
        desk = self.desk
        return listed(
            desk.store, desk.annotator, self.show,
            after=after, backwards=backwards, drafts=self.drafts(),
        )  # fmt: skip

    def drafts(self) -> dict[int, Draft]:
        """What she has changed on the page that lies open, by the documents' numbers."""
        page = self.desk.page
        return {
            sheet.document.number: sheet.draft
            for sheet in (page.sheets if page else ())
            if sheet.state.touched
        }

    def _let_go(self) -> None:
        if len(self.items) <= KEPT:
            return
        if self.at > KEPT // 2:
            cut = KEPT // 5
            del self.items[:cut]
            self.at, self.top = self.at - cut, self.top - cut
            self.above = self._stream(self.items[0].number, backwards=True)
        else:
            del self.items[-KEPT // 5 :]
            self.below = self._stream(self.items[-1].number)

    def place(self, item: Listed) -> Place:
        """The document."""
        return Place(item.number)

    def heading(self) -> tuple[str, str]:
        """What is listed."""
        name = short(self.desk.project.name, 30)
        shown = "all documents" if self.show == "all" else f"documents: {self.show}"
        return f"{name} · {shown}", f"as {short(person(self.desk.annotator), 32)} left them"

    def nothing(self) -> str:
        """Where no document is in a state."""
        key = self.table.key_of("next")
        return f"no document is {self.show}; {key} shows the next state"

    def status(self) -> tuple[list[Run], list[Run]]:
        """What the marks of the line in focus say."""
        if not self.items:
            return [], [run(f"{counted(self._total, 'document')} ", QUIET)]
        item = self.items[self.at]
        parts: list[str] = [self.state(item)]
        parts += [counted(item.differences, "difference")] if item.differences else []
        parts += [f"{item.spans:,} span{'s' * (item.spans != 1)}"] if item.spans else []
        parts += ["flagged"] * item.flagged + ["commented"] * item.commented
        parts += ["has suggestions"] * item.suggested
        said = " · ".join(parts)
        left: list[Run] = [run(f"  {short(item.key, 30)}", TEXT), run(f" · {said}", QUIET)]
        return left, [run(f"{item.number:,} of {self._last:,} ", QUIET)]

    def state(self, item: Listed) -> str:
        """A document's state, in words."""
        return item.state

    def head(self, width: int) -> list[list[Run]]:
        """The states that the list can be narrowed to, the one shown marked."""
        every = [run(" ", BLANK)]
        for show in self.SHOWS:
            every.append(run(show, Look("key", focus=True) if show == self.show else QUIET))
            every.append(run(" ", BLANK))
        if sum(len(text) for text, _ in every) <= width:
            return [every]
        at = self.SHOWS.index(self.show) + 1
        focused = run(self.show, Look("key", focus=True))
        return [[run(" show ", QUIET), focused, run(f" ({at} of {len(self.SHOWS)})", QUIET)]]

    def line(self, item: Listed, width: int, focus: bool) -> list[Run]:
        """Number, key, state, count of spans, marks, and as much text as there is room for."""
        number = len(f"{self._last:,}")
        wide = width >= 60
        key = min(22, width // 5)
        state = f"{MARKS[item.state]} {self.state(item)}" if wide else MARKS[item.state]
        notes = ("⚑" * item.flagged) + ("✎" * item.commented) + ("?" * item.suggested)
        cells: list[tuple[str, int, bool]] = [
            (f"{item.number:,}", number, True),
            (item.key, key, False),
            (state, self.STATE if wide else 1, False),
            (f"{item.spans}" if item.spans else "", 3, True),
            (notes, 3, False),
        ]
        line = [run("›" if focus else " ", Look("key"))]
        look = Look("text", focus=focus)
        line += [run(f" {column(text, w, right=right)}", look) for text, w, right in cells]
        used = sum(w + 1 for _, w, _ in cells) + 1
        text = column(item.beginning, max(0, width - used - 2))
        return [*line, run(f" {text}", TEXT)]

    def _command_next(self) -> None:
        self._narrow(1)

    def _command_previous(self) -> None:
        self._narrow(-1)

    def _narrow(self, step: int) -> None:
        number = self.items[self.at].number if self.items else 1
        self.show = self.SHOWS[(self.SHOWS.index(self.show) + step) % len(self.SHOWS)]
        self.list_from(number)

    def _command_home(self) -> None:
        self.list_from(1)

    def _command_end(self) -> None:
        self.restart(None, self._stream(self._last + 1, backwards=True))

    def _command_search(self) -> None:
        self.ask_line("a document's key or number, or words to look for", self._find)

    def _find(self, typed: str) -> None:
        from tonemark.tui.screens.searching import SearchScreen

        words = typed.strip()
        number = self.desk.store.number_of(words)
        if number is None and words.isdecimal() and 0 < int(words) <= self._last:
            number = int(words)
        if number is not None:
            self.show = "all"
            self.list_from(number)
        elif words:
            self.app.push_screen(SearchScreen(words))
        else:
            self.paint()
