"""The keyboard's state machine: keys in, edits and movements on a view, commands and words out.

Pure: it needs no terminal, so that tests and the key bench play the very rules that people use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from tonemark.corpus.drafts import Edit
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Stretch
from tonemark.text import short, visible
from tonemark.tui.page import correcting, labelling, moves
from tonemark.tui.page.keys import GLYPHS, MORE, KeyTable
from tonemark.tui.page.labelling import ANSWERED, Refusal
from tonemark.tui.page.layout import MODES, following_mode
from tonemark.tui.page.replies import Confirmation, Reply, said
from tonemark.tui.page.token_keys import TokenKeys
from tonemark.tui.page.view import Focus, View

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


class Keyboard(TokenKeys):
    """Takes the keys of one page, one at a time.

    `pending` is a half-typed hint, and `ending` says that it began with Shift; `menu` says that
    `more` was pressed; `adding` that the next label adds; `charwise` that edges move by grapheme
    clusters; `choice` is a token of which a letter chooses where it is split. With `rules`,
    corrections of tokens can become rules of the project.
    """

    def __init__(
        self, view: View, table: KeyTable, *, overlapping: bool = False, rules: bool = False
    ) -> None:
        self.view = view
        self.table = table
        self.overlapping = overlapping
        self.rules = rules
        self.pending = ""
        self.ending = False
        self.menu = False
        self.adding = False
        self.charwise = False
        self.confirmation: Confirmation | None = None
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

    def comment(self, text: str) -> Reply:
        """Set the comment on the document in focus. Raises what the journal raises."""
        if text != self.view.sheet.draft.comment:
            self.view.page.perform([labelling.set_value(self.view.sheet, "comment", text)])
        return said("comment kept" if text else "no comment")

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
            action = self.table.menu.get(key)
            return self._do(action) if action else said(self._nothing_on(key, after=MORE))
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
        self.view.page.perform(edits)
        self.confirmation = None
        return Reply(message=done)

    def _label(self, name: str) -> Reply:
        view = self.view
        sheet, start, end, _ = view.focus
        view.page.perform([labelling.label(view.sheet, start, end, name, add=self.adding)])
        self.adding = self.charwise = False
        with self._following():
            if not view.go_on(sheet, end):
                return said(self._no_more())
        return Reply()

    def _no_more(self) -> str:
        left = self.view.place_in_tour()[1]
        accept, following = self.table.key_of("accept"), self.table.key_of("next")
        if left:
            return f"no more below; {left} above: {following} goes there, {accept} accepts"
        return f"no more candidates: {accept} accepts"

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

    # Edges

    def _do_characters(self) -> Reply:
        self.charwise = not self.charwise
        return said("edges move by " + ("characters" if self.charwise else "tokens"))

    def _do_right_out(self) -> None:
        self._reshape(moves.right_edge(self.view, out=True, charwise=self.charwise))

    def _do_right_in(self) -> None:
        self._reshape(moves.right_edge(self.view, out=False, charwise=self.charwise))

    def _do_left_out(self) -> None:
        self._reshape(moves.left_edge(self.view, out=True, charwise=self.charwise))

    def _do_left_in(self) -> None:
        self._reshape(moves.left_edge(self.view, out=False, charwise=self.charwise))

    def _reshape(self, focus: Focus) -> None:
        """Give the focus other edges, and with it the span that it lies on; but not after `add`,
        when the focus is to become a span of its own."""
        view = self.view
        edit = None
        if not self.adding:
            edit = labelling.resize(
                view.sheet, view.focus[1:3], *focus[1:3], overlapping=self.overlapping
            )
        if edit is None:
            view.set_focus(focus)
        else:
            view.page.perform([edit])
            with self._following():
                view.set_focus(focus)

    # Edits

    def _do_delete(self) -> Reply:
        view = self.view
        sheet, start, end, _ = view.focus
        if edit := labelling.delete(view.sheet, start, end):
            view.page.perform([edit])
        elif last := labelling.labelled_last(view.page):
            sheet, span = last
            edit = Edit(view.page.sheets[sheet].document.number, removed=(span,))
            view.page.perform([edit])
            with self._following():
                view.go(sheet, span.start, span.end)
        else:
            raise Refusal("there is no span in focus")
        return said(f"deleted: {labelling.described(view.page, [edit])}")

    def _do_same(self) -> Reply:
        view = self.view
        sheet, start, end, _ = view.focus
        draft = view.sheet.draft
        suggested = [s.to_span() for s in draft.suggestions]
        exact = [s for s in (*draft.spans, *suggested) if (s.start, s.end) == (start, end)]
        target = (sheet, exact[0]) if exact else labelling.labelled_last(view.page)
        if target is None:
            raise Refusal("label a span first: {} then labels its other occurrences", "same")
        sheet, span = target
        places = labelling.other_occurrences(view.page, sheet, span)
        words = short(view.page.sheets[sheet].document.text[span.start : span.end], 30)
        name = short(span.label, 20)
        if not places:
            raise Refusal(f"{words} stands nowhere else on the page without a span")
        edits = labelling.label_all(view.page, places, span.label)
        enter = self.table.key_of("accept")
        question = visible(f"{words}: {len(places)} more as {name}? {enter} does it")
        done = visible(f"{len(places)} more labelled {name}")
        self.confirmation = Confirmation(edits, question, done)
        return Reply(message=question)

    def _do_add(self) -> Reply:
        if not self.overlapping:
            raise Refusal("spans may not overlap in this project (overlapping in project.toml)")
        self.adding = not self.adding
        return said("the next label adds" if self.adding else "labels replace")

    def _do_undo(self) -> Reply:
        page = self.view.page
        if page.undoable:
            edits = page.undo()
            self._show(edits)
            return said(f"undone: {labelling.described(page, edits)}")
        if page.untouched:
            return Reply(command="back")
        raise Refusal("nothing is left to undo")

    def _do_redo(self) -> Reply:
        page = self.view.page
        if edits := page.redo():
            self._show(edits)
            return said(f"done again: {labelling.described(page, edits)}")
        raise Refusal("nothing to do again")

    def _show(self, edits: Sequence[Edit]) -> None:
        """Put the focus where an edit was taken back or done again."""
        view, edit = self.view, edits[0]
        view.refresh()
        sheet = [s.document.number for s in view.page.sheets].index(edit.document)
        touched: list[Stretch] = [*edit.added, *edit.suggested, *edit.removed, *edit.dropped]
        with self._following():
            if touched:
                view.go(sheet, touched[0].start, touched[0].end)
            elif retokenized := correcting.corrected_stretch(edit):
                view.go(sheet, *retokenized)
            elif sheet != view.focus.sheet:
                view.enter(sheet)

    def _do_reject(self) -> Reply:
        return self._answer_one("reject")

    def _do_ignore(self) -> Reply:
        return self._answer_one("ignore")

    def _answer_one(self, answer: Answer) -> Reply:
        """On a page of several documents an answer of its own for the one in focus; the same key
        once more takes it back."""
        view = self.view
        if len(view.page.sheets) == 1:
            return Reply(command=answer)
        if view.sheet.draft.answer == answer:
            view.page.perform([labelling.set_value(view.sheet, "answer", None)])
            return said(f"not {ANSWERED[answer]} any more")
        view.page.perform([labelling.set_value(view.sheet, "answer", answer)])
        sheet = view.focus.sheet
        unanswered = [i for i, other in enumerate(view.page.sheets) if not other.draft.answer]
        following = [i for i in unanswered if i > sheet] or unanswered
        with self._following():
            if following:
                view.enter(following[0])
        enter = self.table.key_of("accept")
        rest = f"{enter} answers the others" if following else f"{enter} goes on"
        return said(f"{ANSWERED[answer]}; {rest}")

    def _do_drop(self) -> Reply:
        edits = labelling.drop_suggestions(self.view.page)
        if not edits:
            raise Refusal("there are no suggestions on the page")
        self.view.page.perform(edits)
        return said("all suggestions of the page dropped")

    def _do_flag(self) -> Reply:
        sheet = self.view.sheet
        self.view.page.perform([labelling.set_value(sheet, "flagged", not sheet.draft.flagged)])
        return said("flagged" if sheet.draft.flagged else "not flagged any more")

    def _do_bidi(self) -> Reply:
        view = self.view
        view.mode = following_mode(view.mode)
        view.resize(view.width, view.height)
        return said(MODES[view.mode])

    def _do_more(self) -> None:
        self.menu = True
