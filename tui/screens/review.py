"""The review screen: documents on which annotators differ, one by one, until each is gold.

A reviewer has a desk of her own, for the annotator she may be too has other claims.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from tonemark.corpus.gold import Gold
from tonemark.corpus.pages import Page
from tonemark.corpus.queue import SettledMeanwhile
from tonemark.corpus.reviews import Counts, counts
from tonemark.errors import TonemarkError
from tonemark.review.asking import Known, asked_for, known, said_of
from tonemark.review.catching_up import Pace
from tonemark.review.desk import MANY, ReviewDesk
from tonemark.text import Safe, short, visible
from tonemark.tui.page import review_words, words
from tonemark.tui.page.cells import cells
from tonemark.tui.page.columns import wrapped
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import ACTION, REVIEWING
from tonemark.tui.page.looks import BLANK, Look, Run, run
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import ReviewView
from tonemark.tui.page.view import View
from tonemark.tui.screens.paging import PageScreen
from tonemark.tui.screens.questions import reason
from tonemark.tui.screens.ways import Place

PAUSE = 0.2
"""Seconds between two times that answers are compared."""

AGAIN = 4.0
"""The same where there was nothing to compare, or the store had no turn for it."""


class ReviewScreen(PageScreen):
    """A reviewer's documents, one after another; the first one may be one that she asked for.

    The app's desk is a `ReviewDesk` when it opens.
    """

    NAMED: ClassVar[tuple[tuple[str, str], ...]] = (("accept", "gold"),)

    def __init__(self, document: int | None = None) -> None:
        super().__init__()
        self._first = document
        self._left = ""
        self._gold: Gold | None = None
        self._meanwhile = False
        self._fault = Safe(""), ""
        self._there: tuple[Counts, Known]
        self._comparing = True
        self._shown = False
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
        """Compare a few answers more, so that what is left can be told; and open what came, for
        one who waits."""
        more, left = False, self._left
        with suppress(TonemarkError, sqlite3.Error):  # turning the page says it
            self._comparing = more = self._pace.step(self.desk.store, self.desk.tokenizer)
            left = self._waiting()
        self.set_timer(PAUSE if more else AGAIN, self._compare)
        waits = self.view is None and not (self.asking or self.awaited or self.prompt)
        if self.app.screen is not self:
            self._left = left
        elif waits and self._shown and not left.startswith("0"):
            self._turn(self.desk.open_next)
        elif left != self._left or waits:
            self._left = left
            self.paint()

    # A document

    def begins_early(self, page: Page) -> bool:
        """Never: what differs may stand anywhere."""
        return False

    def _show(self) -> None:
        self._left = self._waiting()
        self._meanwhile = False
        super()._show()
        self._shown = True

    def _waiting(self) -> str:
        waiting = self.desk.waiting()
        more = "+" * (waiting >= MANY or self._comparing)
        return f"{waiting:,}{more} left"

    def _refused(self, error: Exception) -> None:
        """Where another settled it first, the same page stands anew, beside what is gold now."""
        if isinstance(error, SettledMeanwhile) and self.desk.page:
            self._drawn.clear()
            self._view_page(self.desk.page)
            self._meanwhile = True
            keys = self.table.key_of("accept"), self.table.key_of("later")
            ways = "{} makes yours gold, {} keeps that".format(*keys)
            self.say(f"{reason(error).removesuffix('.')}: {ways}")
        else:
            super()._refused(error)

    def _view_page(self, page: Page) -> None:
        width, height = self._window()
        self._gold = self.desk.gold
        view = ReviewView(
            page,
            self.desk.reviewed,
            self._gold,
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
        kept = words.kept(self._saved, read_only=bool(desk.read_only))
        if self._meanwhile and self._saved and not desk.read_only:
            kept = [run("● saved, not gold ", Look("warning"))]
        room = self.size.width - 1 - sum(cells(text) for text, _ in kept)
        return review_words.title(desk.project.name, desk.wanted, left, desk.reviewer, room), kept

    def said_above(self) -> str:
        """Who made the document gold, if it is; whether that is of before something changed; how
        many differences of each kind there are."""
        view = self.view
        if not isinstance(view, ReviewView):
            return ""
        differences = view.reviewed.differences
        changed = "changed since" if any(each.changed for each in differences) else ""
        kinds = review_words.kinds_line(differences) or "all agree"
        return " · ".join(filter(None, (view.gold_by, changed, kinds)))

    def drawn(self, view: View, places: Mapping[str, int]) -> list[list[Run]]:
        """The lines of the page; where no two versions have room, a sentence."""
        if not (isinstance(view, ReviewView) and view.too_low):
            return super().drawn(view, places)
        self._drawn.clear()
        said = wrapped("This window is too low to review in: make it higher.", view.width - 1)
        return [[run(" ", BLANK), (line, Look("message"))] for line in said]

    def show_labels(self, names: tuple[str, ...], width: int) -> None:
        """Whose version a digit takes while a difference is in question, else the labels."""
        self._keep("labels", *self._keys_line(names, width))

    def _keys_line(self, names: Sequence[str], width: int) -> tuple[Any, ...]:
        """What makes the line that says what digits do, and of what."""
        view, keyboard = self.view, self.keyboard
        if not isinstance(view, ReviewView) or keyboard is None:
            return words.labels_line, self.table, names, width
        if (difference := view.in_question) and not keyboard.adding:
            people, usual = tuple(view.people), view.has_majority(difference)
            return review_words.people_line, self.table, people, width, usual, view.anonymous
        differ = bool(view.reviewed.differences)
        return review_words.labels_line, self.table, names, width, differ

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
            (key_of("type_ahead"), "of more than nine annotators: one by her name or number"),
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
        self._there = counts(self.desk.store), self._known()
        self._ask_wanted(f"{wanted} " if wanted else "", "")

    def _ask_wanted(self, said: str, fault: str) -> None:
        self._fault = visible(fault), said if fault else "\n"  # which no line has
        self.ask_line("which differences", self._want, text=said)

    def _command_whose(self) -> None:
        self.ask_line("whose version, by name or number", self._take_from)

    def _take_from(self, typed: str) -> None:
        keyboard = self.keyboard
        assert isinstance(keyboard, ReviewKeyboard)
        if meant := review_words.whose(keyboard.view, typed) if typed.strip() else []:
            self.reply(lambda: keyboard.take(meant[0]))
        else:
            self.say("nobody is called that here" if typed.strip() else "")

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
        """The words for what is wanted while that is typed, or who is meant; labels while one is
        typed; else what stands there without a line being typed."""
        prompt, view = self.prompt, self.view
        assert prompt
        if prompt.done == self._want:
            fault, of = self._fault
            kinds, named = review_words.wanted_words(*self._there, prompt.text)
            said = kinds or ("" if named else "nothing is called that here")
            return words.message(fault if prompt.text == of else visible(said), width)
        if isinstance(view, ReviewView) and prompt.done == self._take_from:
            difference = view.in_question
            assert difference
            return review_words.whose_line(self.table, view, difference, prompt.text, width)
        if prompt.done == self._typed_label:
            return super().labels_line(names, width)
        made, *of_what = self._keys_line(names, width)
        line: list[Run] = made(*of_what)
        return line

    def paint(self) -> None:
        """Bring all lines up to date; only what differs is sent."""
        super().paint()
        if self.size.width and self.prompt and self.prompt.done == self._want:
            named = review_words.wanted_words(*self._there, self.prompt.text)[1]
            self._set("rule2", words.rule(self.size.width, short(named, self.size.width - 4)))

    def _command_quit(self) -> None:
        super()._command_quit()
        if len(self.app.desks) > 1:
            self.app.desks.remove(self.desk)
