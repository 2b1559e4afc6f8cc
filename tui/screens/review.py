"""The review screen: documents on which annotators differ, one by one, until each is gold.

A reviewer has a desk of her own, for the annotator she may be too has other claims.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import ClassVar

from tonemark.corpus.pages import Page
from tonemark.corpus.reviews import counts
from tonemark.errors import TonemarkError
from tonemark.review.asking import Known, asked_for, known, said_of
from tonemark.review.catching_up import Pace
from tonemark.review.desk import MANY, ReviewDesk
from tonemark.text import Safe, visible
from tonemark.tui.page import review_words, words
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import ACTION, REVIEWING
from tonemark.tui.page.render import Run
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import ReviewView
from tonemark.tui.page.view import View
from tonemark.tui.screens.paging import PageScreen
from tonemark.tui.screens.questions import reason
from tonemark.tui.screens.ways import Place

PAUSE = 0.2
"""Seconds between two times that answers are compared."""

AGAIN = 5.0
"""Seconds after which they are compared again where the store had no turn for it."""


class ReviewScreen(PageScreen):
    """A reviewer's documents, one after another; the first one may be one that she asked for.

    The app's desk is a `ReviewDesk` when it opens.
    """

    NAMED: ClassVar[tuple[tuple[str, str], ...]] = (("accept", "gold"),)

    def __init__(self, document: int | None = None) -> None:
        super().__init__()
        self._first = document
        self._left = ""
        self._told = Safe("")
        self._comparing = True
        self._pace = Pace()

    @property
    def desk(self) -> ReviewDesk:
        """The reviewer's place at the project."""
        desk = super().desk
        assert isinstance(desk, ReviewDesk)
        return desk

    def on_mount(self) -> None:
        """Open the first document."""
        if self._first is None:
            self._turn(self.desk.open_next)
        else:
            self.go_to(Place(self._first))
        self._compare()

    def _compare(self) -> None:
        """Compare a few answers more, so that what is left can be told."""
        pause = AGAIN
        with suppress(TonemarkError, sqlite3.Error):  # turning the page says it
            more = self._pace.step(self.desk.store, self.desk.tokenizer)
            pause = PAUSE if more else 0.0
        self._comparing = pause > 0
        if self._comparing:
            self.set_timer(pause, self._compare)
        else:
            self._left = self._waiting()
            self.paint()

    # A document

    def begins_early(self, page: Page) -> bool:
        """Never: what differs may stand anywhere."""
        return False

    def _show(self) -> None:
        self._left = self._waiting()
        super()._show()

    def _waiting(self) -> str:
        waiting = self.desk.waiting()
        more = "+" * (waiting >= MANY or self._comparing)
        return f"{waiting:,}{more} left"

    def _view_page(self, page: Page) -> None:
        width, height = self._window()
        view = ReviewView(
            page,
            self.desk.reviewed,
            width=width,
            height=height,
            letters=self.table.letters,
            mode=self._opening_mode(page),
        )
        overlapping = self.desk.project.overlapping
        self.view, self.keyboard = view, ReviewKeyboard(view, self.table, overlapping=overlapping)

    def _late(self) -> str:
        return ""

    # What stands around it

    def offered(self) -> Collection[str]:
        """What comes after `more`."""
        return REVIEWING

    def heading(self) -> tuple[list[Run], list[Run]]:
        """Project, what is wanted, how many are left, reviewer; whether all is saved."""
        desk = self.desk
        left = "not open" if self.asking else self._left
        line = review_words.title(desk.project.name, desk.wanted, left, desk.reviewer)
        return line, words.kept(self._saved, read_only=bool(desk.read_only))

    def said_above(self) -> str:
        """How many differences of each kind the document has, and that it is gold."""
        view = self.view
        if not isinstance(view, ReviewView):
            return ""
        kinds = review_words.kinds_line(view.reviewed.differences)
        gold = "gold" if view.sheet.state.answer and view.page.untouched else ""
        return " · ".join(filter(None, (gold, kinds or "all agree")))

    def show_labels(self, names: tuple[str, ...], width: int) -> None:
        """Whose version a digit takes while a difference is in question, else the labels."""
        keyboard = self.keyboard
        if isinstance(keyboard, ReviewKeyboard) and keyboard.in_question:
            people = tuple(keyboard.view.people)
            self._keep("labels", review_words.people_line, self.table, people, width)
        else:
            super().show_labels(names, width)

    def told(self, view: View, keyboard: Keyboard) -> tuple[list[Run], list[Run]]:
        """What is in question or in focus, and how much is open."""
        assert isinstance(view, ReviewView)
        assert isinstance(keyboard, ReviewKeyboard)
        return review_words.status(view, keyboard, super().told(view, keyboard))

    def nothing_left(self) -> list[list[Run]]:
        """Why there is nothing to review."""
        store = self.desk.store
        said = review_words.queue_lines(
            counts(store), store.document_count(), self.desk.wanted, self.table
        )
        return words.notice(*said)

    def _keys_here(self) -> tuple[str, list[tuple[str, str]]]:
        key_of = self.table.key_of
        return "In review", [
            ("1 … 9", "that annotator's version of the difference in question"),
            (key_of("majority"), ACTION["majority"].about.removeprefix("in review: ")),
            (key_of("delete"), "nobody was right: nothing stands there"),
            (key_of("next"), f"the next open difference; {key_of('previous')} the one before"),
            ("a hint", "your own answer: digits and label keys then are labels"),
            (key_of("accept"), "make it gold, and go on"),
            ("✓ ✗ •", "her version stands; it was decided otherwise; most have it"),
        ]

    # Keys

    def _command_documents(self) -> None:
        from tonemark.tui.screens.listing_reviews import ReviewsScreen

        self.app.push_screen(ReviewsScreen())

    def _command_wanted(self) -> None:
        wanted = said_of(self.desk.wanted, self._known().labels)
        told = review_words.wanted_words(counts(self.desk.store))
        self._ask_wanted(f"{wanted} " if wanted else "", told)

    def _ask_wanted(self, said: str, told: str) -> None:
        self._told = visible(told)
        self.ask_line("which differences", self._want, text=said)

    def _known(self) -> Known:
        there = known(self.desk.project, self.desk.store)
        return there._replace(annotators=()) if self.desk.anonymous else there

    def _want(self, said: str) -> None:
        try:
            wanted = asked_for(said, self._known())
        except TonemarkError as error:
            self._ask_wanted(said, reason(error))
            return
        self.desk.want(wanted)
        self._turn(self._open_wanted)

    def _open_wanted(self) -> Page | None:
        """What was not touched is given back: it comes again where it is wanted."""
        self.desk.close()
        return self.desk.open_next()

    def labels_line(self, names: Sequence[str], width: int) -> list[Run]:
        """The words for what is wanted while that is typed, else labels."""
        if self.prompt and self.prompt.done == self._want:
            return words.message(self._told, width)
        return super().labels_line(names, width)

    def _command_quit(self) -> None:
        super()._command_quit()
        if len(self.app.desks) > 1:
            self.app.desks.remove(self.desk)
