"""The keyboard's state machine: keys in, edits and movements on a view, commands and words out.

Pure: it needs no terminal, so that tests and the key bench play the very rules that people use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tonemark.text import short
from tonemark.tui.page import moves
from tonemark.tui.page.edit_keys import EditKeys
from tonemark.tui.page.growing import Grow, no_growth
from tonemark.tui.page.keys import ANNOTATING, GLYPHS, MORE, KeyTable
from tonemark.tui.page.labelling import Places, Refusal
from tonemark.tui.page.layout import MODES, following_mode
from tonemark.tui.page.performing import perform
from tonemark.tui.page.replies import Reply, said
from tonemark.tui.page.view import View

MOVES: dict[str, Callable[[View], None]] = {
    "left": lambda view: moves.step(view, -1),
    "right": lambda view: moves.step(view, 1),
    "up": lambda view: moves.by_rows(view, -1),
    "down": lambda view: moves.by_rows(view, 1),
    "page_up": lambda view: moves.by_screens(view, -1),
    "page_down": lambda view: moves.by_screens(view, 1),
    "home": lambda view: moves.to_row_end(view, 0),
    "end": lambda view: moves.to_row_end(view, -1),
}
"""The actions that only move the focus."""


class Keyboard(EditKeys):
    """Takes the keys of one page, one at a time.

    `pending` is a half-typed hint, and `ending` says that it began with Shift; `menu` says that
    `more` was pressed; `adding` that the next label adds; `charwise` that edges move by grapheme
    clusters; `choice` is a token of which a letter chooses where it is split. With `rules`,
    corrections of tokens can become rules of the project.

    `grow(sheet, name, label)` gives the suggestions of a name that was just labelled for any sheet
    of the page, the labelled one included (`growing.Grow`): `Gazetteer.grown` behind it. What is
    taken, or would overlap, is left out here. `places(sheet, name)` says where a name stands for
    `=` (`labelling.Places`): `matcher.places` behind it; without it, its very text.
    """

    offered = ANNOTATING
    """The actions that come after `more`."""

    def __init__(
        self,
        view: View,
        table: KeyTable,
        *,
        overlapping: bool = False,
        rules: bool = False,
        grow: Grow = no_growth,
        places: Places | None = None,
    ) -> None:
        self.view = view
        self.table = table
        self.overlapping = overlapping
        self.rules = rules
        self.grow = grow
        self.places = places
        self.pending = ""
        self.ending = False
        self.menu = False
        self.adding = False
        self.charwise = False
        self.confirmation = None
        self.choice = None
        self._asked = False
        self._ends_next = False

    @property
    def table(self) -> KeyTable:
        """Which key does what; the view makes its hints of the letters that it leaves."""
        return self._table

    @table.setter
    def table(self, table: KeyTable) -> None:
        self._table = table
        self.view.use_letters(table.letters, table.prefixes)

    @property
    def waits(self) -> bool:
        """Whether the next key is the rest of something begun: an answer, a second letter."""
        return any((self.confirmation, self.choice, self.menu, self.pending, self._ends_next))

    def press(self, key: str) -> Reply:
        """Act on a key: one character, or a name such as `enter` or `left`.

        Raises what the journal raises (OSError, ClaimLost); no annotation is then changed.
        """
        return self._acting(lambda: self._press(key))

    def label(self, name: str) -> Reply:
        """Label the focus and go on to the next candidate. Raises what the journal raises."""
        return self._acting(lambda: self._label(name))

    def _acting(self, act: Callable[[], Reply]) -> Reply:
        try:
            return act()
        except Refusal as refusal:
            return said(refusal.said(self.table.key_of))
        finally:
            self.view.refresh()

    def _press(self, key: str) -> Reply:
        if self.confirmation:
            return self._confirm(key)
        if self.choice:
            return self._split_by(key)
        if key == "escape" and (self.menu or self._ends_next):
            self.menu = self._ends_next = False
            return Reply()
        if self.menu:
            self.menu = False
            chosen = self.table.menu.get(key, "")
            if chosen in self.offered:
                return self._do(chosen)
            return said(self._nothing_on(key, after=MORE))
        ends, self._ends_next = self._ends_next, False
        if self.pending:
            return self._hint(key)
        if ends and key in self.table.typed:
            self.ending = True
            return self._hint(key)
        if key in self.table.labels:
            return self._label(self.table.labels[key])
        if action := self.table.page.get(key):
            return self._do(action)
        if key in self.table.typed or key in self.table.ends:
            self.ending = key in self.table.ends
            return self._hint(key)
        return said(self._nothing_on(key))

    def _nothing_on(self, key: str, after: str = "") -> str:
        shown: str = short(GLYPHS.get(key, key), 12)
        if self.table.is_stray_capital(key):
            return "caps lock? capitals end a span at a hint"
        if len(key) == 1 and not (key.isascii() or self.table.keyboard.sends(key)):
            return f"{shown} is on no key of this page: is the keyboard set to another layout?"
        if after:
            shown = f"{self.table.key_of(after)} {shown}"
        return f"nothing is on {shown}; {self.table.key_of('help')} for help"

    def _hint(self, key: str) -> Reply:
        """One more letter of a hint. Shift counts at the first, and may be held down."""
        if self.table.page.get(key) == "previous":
            self.pending = self.pending[:-1]
            return Reply()
        typed = self.pending + self.table.letter_of(key)
        shown = short(typed.upper() if self.ending else typed, 8)
        if len(key) > 1:
            begun, self.pending = self.pending, ""
            return said(f"the half-typed hint {begun} is dropped")
        hints = self.view.hints().tokens
        if token := hints.get(typed):
            self.pending = ""
            if not self.ending:
                self.view.focus_token(*token)
            elif token[0] != self.view.focus.sheet:
                raise Refusal("a span ends in the document in which it begins; caps lock?")
            elif (focus := self.view.ended_at(*token)) is None:
                raise Refusal(f"{shown} is before the focus, where a span cannot end; caps lock?")
            else:
                self._reshape(focus)
            self.charwise = False
            return Reply()
        if any(hint.startswith(typed) for hint in hints):
            self.pending = typed
            return Reply()
        self.pending = ""
        return said(f"no hint {shown} in view" + "; caps lock?" * self.ending)

    def _confirm(self, key: str) -> Reply:
        """Enter does what was asked for; any other key leaves it, and does nothing else."""
        assert self.confirmation
        edits, _, done = self.confirmation
        if self.table.page.get(key) != "accept":
            self.confirmation = None
            return said("left as it was")
        perform(self.view, edits)
        self.confirmation = None
        return Reply(message=done)

    def _do(self, action: str) -> Reply:
        if move := MOVES.get(action):
            self._move(move)
            return Reply()
        handler: Callable[[], Reply | None] | None = getattr(self, f"_do_{action}", None)
        if handler is None:
            return Reply(command=action)
        return handler() or Reply()

    def _do_accept(self) -> Reply:
        """A page whose end was never in view is accepted at the second time of asking."""
        view = self.view
        unseen = view.layout.height - view.seen
        if unseen > 0 and not self._asked and not any(s.claim.answered for s in view.page.sheets):
            self._asked = True
            down, accept = self.table.key_of("page_down"), self.table.key_of("accept")
            raise Refusal(f"the text goes on below: {down} shows it, {accept} again accepts")
        return Reply(command="accept")

    # The tour, and plain moves

    def _do_next(self) -> Reply:
        return self._tour(1)

    def _do_previous(self) -> Reply:
        return self._tour(-1)

    def _tour(self, step: Literal[-1, 1]) -> Reply:
        place, total = self.view.place_in_tour()
        if not total:
            raise Refusal("no candidates: type a hint to focus a word")
        went_on = self.view.tour(step)
        self.charwise = False
        if went_on:
            return Reply()
        if place and total == 1:
            return said("there is no other candidate on the page")
        return said("round the page: from the " + ("top" if step > 0 else "end"))

    def _move(self, move: Callable[[View], None]) -> None:
        move(self.view)
        self.charwise = False

    def _do_end_at(self) -> Reply:
        self._ends_next = True
        return said("a hint now ends the focus at its word")

    def _do_unsnap(self) -> None:
        self._move(View.unsnap)

    def _do_bidi(self) -> Reply:
        view = self.view
        view.mode = following_mode(view.mode)
        view.resize(view.width, view.height)
        return said(MODES[view.mode])

    def _do_more(self) -> None:
        self.menu = True
