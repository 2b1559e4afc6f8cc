"""Search and concordance: every place of some words, each in its line, the words in the middle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from tonemark.corpus.listing import labels_given
from tonemark.corpus.search import Hit, folds_by_itself, scan
from tonemark.text import short
from tonemark.tui.page.cells import blanks
from tonemark.tui.page.columns import column, kwic
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.screens.listing import ListScreen
from tonemark.tui.screens.reading import QUIET, TEXT
from tonemark.tui.screens.ways import Place

LIMIT = 5000
"""Hits that are listed; more would not be read."""


class SearchScreen(ListScreen[Hit]):
    """Lists the hits of a query; asks for it where none is given.

    A search takes lower-case ASCII as a wish to fold case and accents, anything else as typed; a
    concordance is of whole words, as they stand. A key changes that. It says how often this
    annotator gave each label to the very words.
    """

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("accept", "open"),
        ("same", "fold accents, case"),
        ("search", "search"),
        ("help", "help"),
        ("quit", "back"),
    )

    def __init__(self, query: str = "", *, concordance: bool = False) -> None:
        super().__init__()
        self._query = query
        self._concordance = concordance
        self._fold = folds_by_itself(query) and not concordance
        self._labels: Counter[str] = Counter()
        self._given: dict[tuple[int, int, int], tuple[str, ...]] = {}

    def on_mount(self) -> None:
        """Search, or ask for what."""
        if self._query:
            self._search()
        else:
            self.paint()
            self._ask()

    def _ask(self) -> None:
        if self._query:
            self.ask_line("search for", self._asked)
        else:
            self.ask_line("search for", self._asked, given_up=self._command_quit)

    def _asked(self, typed: str) -> None:
        if typed.strip():
            self._query = typed.strip()
            self._concordance = False
            self._fold = folds_by_itself(self._query)
            self._search()
        elif self._query:
            self.paint()
        else:
            self._command_quit()

    def _search(self) -> None:
        self._labels.clear()
        self._given.clear()
        self.restart(self._hits())

    def _hits(self) -> Iterator[Hit | None]:
        return scan(self.desk.store, self._query, fold=self._fold, words=self._concordance)

    def wants_below(self) -> bool:
        """All hits are counted, as far as the limit goes."""
        return len(self.items) < LIMIT

    def taken(self, item: Hit) -> None:
        """Look up what she labelled there."""
        given = labels_given(
            self.desk.store, self.desk.annotator, item.document, item.start, item.end
        )
        if given:
            self._given[item.document, item.start, item.end] = given
            self._labels.update(given)

    def place(self, item: Hit) -> Place:
        """The document, with the focus on the hit."""
        return Place(item.document, (item.start, item.end))

    def heading(self) -> tuple[str, str]:
        """What is looked for, and how."""
        name = "concordance" if self._concordance else "search"
        how = "whole words, " * self._concordance
        how += "accents and case folded" if self._fold else "as typed"
        return (f"{name} · {short(self._query, 40)}", how) if self._query else (name, "")

    def nothing(self) -> str:
        """Where nothing was found."""
        if not self._query:
            return ""
        hint = "" if self._fold else f"; {self.table.key_of('same')} folds accents and case"
        return f"not in the project's texts{hint}"

    def status(self) -> tuple[list[Run], list[Run]]:
        """How many hits, and which labels she gave to these words."""
        count = len(self.items)
        if not self._query:
            return [], []
        hits = f"{count:,} hit{'s' * (count != 1)}"
        if self.looking:
            hits += " so far…"
        elif count >= LIMIT:
            hits = f"the first {count:,} hits"
        left: list[Run] = [run(f"  {hits}", TEXT)]
        if self._labels:
            said = ", ".join(f"{short(name, 16)} {n:,}" for name, n in self._labels.most_common(5))
            left.append(run(f" · labelled by you: {said}", QUIET))
        elif count and not self.looking:
            left.append(run(" · not labelled by you so far", QUIET))
        return left, [run(f"{self.at + 1:,} of {count:,} ", QUIET)] if count else []

    def line(self, item: Hit, width: int, focus: bool) -> list[Run]:
        """The hit in its context; at the right the label she gave, and the document's key."""
        key = min(20, width // 5)
        tag = 7 if width >= 60 else 0
        room = max(3, width - key - tag - 4)
        left, hit, right = kwic(item.left, item.text, item.right, room)
        given = self._given.get((item.document, item.start, item.end), ())
        names = [label.name for label in self.desk.project.labels]
        look = Look("tag", names.index(given[0]) if given and given[0] in names else -1)
        line: list[Run] = [
            run("›" if focus else " ", Look("key")),
            (left, TEXT),
            (hit, Look("span", focus=focus)),
            run(f"{right} ", TEXT),
        ]
        if tag and given:
            line += [(column(given[0], tag - 1), look), run(" ", BLANK)]
        elif tag:
            line.append((blanks(tag), BLANK))
        return [*line, (column(item.key, key), QUIET)]

    def footer(self) -> list[tuple[str, str]]:
        """The keys; one of them says what it would change."""
        same = self.table.key_of("same")
        return [(k, "as typed" if k == same and self._fold else w) for k, w in super().footer()]

    def _command_same(self) -> None:
        if self._query:
            self._fold = not self._fold
            self._search()

    def _command_search(self) -> None:
        self._ask()
