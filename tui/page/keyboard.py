"""The keyboard's state machine: keys in, edits and movements on a view, commands and words out.

Pure: it needs no terminal, so that tests and the key bench play the very rules that people use.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tonemark.corpus.drafts import Edit
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Stretch
from tonemark.text import short
from tonemark.tui.page import labelling
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.page.labelling import Occurrence, Refusal
from tonemark.tui.page.view import Focus, View


class Reply(NamedTuple):
    """What a key came to: a command for the screen around the page (an action's id, or empty),
    and a message for the status line."""

    command: str = ""
    message: str = ""


class Confirmation(NamedTuple):
    """Edits that wait for Enter."""

    edits: list[Edit]
    done: str


class Keyboard:
    """Takes the keys of one page, one at a time.

    `pending` is a half-typed hint; `menu` says that `more` was pressed; `adding` that the next
    label adds; `charwise` that edges move by grapheme clusters.
    """

    def __init__(self, view: View, table: KeyTable, *, overlapping: bool = False) -> None:
        self.view = view
        self.table = table
        self.overlapping = overlapping
        self.pending = ""
        self.ending = False
        self.menu = False
        self.adding = False
        self.charwise = False
        self.confirmation: Confirmation | None = None

    def press(self, key: str) -> Reply:
        """Act on a key: one character, or a name such as `enter` or `left`.

        Raises what the journal raises (OSError, ClaimLost); nothing is then changed.
        """
        try:
            return self._press(key)
        except Refusal as refusal:
            return Reply(message=str(refusal))
        finally:
            self.view.refresh()

    def label(self, name: str) -> Reply:
        """Label the focus and go on to the next candidate."""
        view = self.view
        focus = view.focus
        edit = labelling.label(view.sheet, focus.start, focus.end, name, add=self.adding)
        view.page.perform([edit])
        self.adding = self.charwise = False
        if view.go_on(focus.sheet, focus.end):
            return Reply()
        return Reply(message=f"no more candidates below: {self.table.key_of('accept')} accepts")

    def comment(self, text: str) -> Reply:
        """Set the comment on the document in focus."""
        if text != self.view.sheet.draft.comment:
            self.view.page.perform([labelling.set_value(self.view.sheet, "comment", text)])
        return Reply(message="comment kept" if text else "no comment")

    def _press(self, key: str) -> Reply:
        if self.confirmation:
            confirmation, self.confirmation = self.confirmation, None
            if self.table.page.get(key) == "accept":
                self.view.page.perform(confirmation.edits)
                return Reply(message=confirmation.done)
            return Reply(message="left as it was")
        if self.menu:
            self.menu = False
            action = self.table.menu.get(key)
            return self._do(action) if action else Reply(message="nothing is on that key")
        if self.pending:
            return self._hint(key)
        if key in self.table.labels:
            return self.label(self.table.labels[key])
        if action := self.table.page.get(key):
            return self._do(action)
        if len(key) == 1 and key.lower() in self.table.letters:
            self.ending = key != key.lower()
            return self._hint(key.lower())
        if len(key) == 1 and key.isupper():
            return Reply(message="caps lock? capitals end a span at a hint")
        return Reply(message=f"nothing is on this key; {self.table.key_of('help')} for help")

    def _hint(self, key: str) -> Reply:
        if self.table.page.get(key) == "previous":
            self.pending = self.pending[:-1]
            return Reply()
        hints = self.view.hints().tokens
        typed = self.pending + key
        if token := hints.get(typed):
            self.pending = ""
            self.charwise = False
            if not self.ending:
                self.view.focus_token(*token)
            elif not self.view.end_at(*token):
                return Reply(message="that is before the focus: a span ends at or after its start")
            return Reply()
        if any(hint.startswith(typed) for hint in hints):
            self.pending = typed
            return Reply()
        self.pending = ""
        shown = short(typed.upper() if self.ending else typed, 8)
        if self.ending:
            return Reply(message=f"no hint {shown} in view; caps lock?")
        return Reply(message=f"no hint {shown} in view")

    def _do(self, action: str) -> Reply:
        handler: Callable[[], Reply | None] | None = getattr(self, f"_do_{action}", None)
        if handler is None:
            return Reply(command=action)
        return handler() or Reply()

    # The tour, and plain moves

    def _do_next(self) -> Reply:
        return self._toured(1)

    def _do_previous(self) -> Reply:
        return self._toured(-1)

    def _toured(self, step: int) -> Reply:
        self.charwise = False
        if not self.view.stops():
            return Reply(message="no candidates: type a hint to focus a word")
        if self.view.tour(step):
            return Reply()
        return Reply(message="round the page: from the " + ("top" if step > 0 else "end"))

    def _do_left(self) -> None:
        self._step(-1)

    def _do_right(self) -> None:
        self._step(1)

    def _step(self, step: int) -> None:
        """To the token beside the focus, over the borders of documents."""
        view = self.view
        sheet, anchor = view.focus.sheet, view.focus.anchor
        if step > 0:
            tokens = view.sheet.tokens
            anchor = bisect_left(tokens, max(view.focus.end, 1), key=lambda token: token.end)
        target = anchor + step
        if target < 0 and sheet > 0:
            sheet, target = sheet - 1, len(view.page.sheets[sheet - 1].tokens) - 1
        elif target >= len(view.sheet.tokens) and sheet + 1 < len(view.page.sheets):
            sheet, target = sheet + 1, 0
        self._to_token(sheet, target)

    def _to_token(self, sheet: int, token: int) -> None:
        tokens = self.view.page.sheets[sheet].tokens
        if tokens:
            token = max(0, min(token, len(tokens) - 1))
            self.charwise = False
            self.view.set_focus(Focus(sheet, *tokens[token], token))

    def _do_up(self) -> None:
        self._to_row(-1)

    def _do_down(self) -> None:
        self._to_row(1)

    def _do_page_up(self) -> None:
        self._to_row(-max(1, self.view.height // 2))

    def _do_page_down(self) -> None:
        self._to_row(max(1, self.view.height // 2))

    def _to_row(self, step: int) -> None:
        """To the token nearest by cells in a row `step` rows away."""
        view = self.view
        rows = view.layout.rows
        at = view.row_of(view.focus.sheet, view.focus.start)
        x = next((p.x for p in rows[at].pieces if p.end > view.focus.start), 0)
        target = max(0, min(at + step, len(rows) - 1))
        direction = 1 if step > 0 else -1
        while 0 <= target < len(rows):
            tokens = [piece for piece in rows[target].pieces if piece.token >= 0]
            if tokens and target != at:
                nearest = min(tokens, key=lambda piece: abs(piece.x - x))
                self._to_token(rows[target].sheet, nearest.token)
                return
            target += direction

    def _do_home(self) -> None:
        self._to_row_end(0)

    def _do_end(self) -> None:
        self._to_row_end(-1)

    def _to_row_end(self, which: int) -> None:
        view = self.view
        row = view.layout.rows[view.row_of(view.focus.sheet, view.focus.start)]
        if tokens := [piece.token for piece in row.pieces if piece.token >= 0]:
            self._to_token(row.sheet, tokens[which])

    # Edges

    def _do_characters(self) -> Reply:
        self.charwise = not self.charwise
        return Reply(message="edges move by " + ("characters" if self.charwise else "tokens"))

    def _do_unsnap(self) -> None:
        self.charwise = False
        self.view.unsnap()

    def _do_right_out(self) -> None:
        focus = self.view.focus
        ends = self._borders(right=True)
        at = bisect_right(ends, focus.end)
        if at == len(ends):
            raise Refusal("this is the end of the text")
        self._not_over_a_line(focus.end, ends[at])
        self.view.set_focus(focus._replace(end=ends[at]))

    def _do_right_in(self) -> None:
        focus = self.view.focus
        ends = self._borders(right=True)
        at = bisect_left(ends, focus.end) - 1
        if at < 0 or ends[at] <= focus.start:
            raise Refusal("it cannot get shorter; ' moves edges by characters")
        self.view.set_focus(focus._replace(end=ends[at]))

    def _do_left_out(self) -> None:
        focus = self.view.focus
        starts = self._borders(right=False)
        at = bisect_left(starts, focus.start) - 1
        if at < 0:
            raise Refusal("this is the beginning of the text")
        self._not_over_a_line(starts[at], focus.start)
        self.view.set_focus(focus._replace(start=starts[at], anchor=self._token(starts[at])))

    def _do_left_in(self) -> None:
        focus = self.view.focus
        starts = self._borders(right=False)
        at = bisect_right(starts, focus.start)
        if at == len(starts) or starts[at] >= focus.end:
            raise Refusal("it cannot get shorter; ' moves edges by characters")
        self.view.set_focus(focus._replace(start=starts[at], anchor=self._token(starts[at])))

    def _token(self, offset: int) -> int:
        return self.view.token_at(self.view.focus.sheet, offset)

    def _borders(self, *, right: bool) -> Sequence[int]:
        """Where an edge may stand near the focus, in order."""
        sheet = self.view.sheet
        if not self.charwise:
            return [token.end if right else token.start for token in sheet.tokens]
        focus = self.view.focus
        text = sheet.document.text
        # Clusters are cut within the lines around the focus: an edge moves one at a time.
        start = text.rfind("\n", 0, max(0, focus.start - 1)) + 1
        end = text.find("\n", focus.end + 1)
        edges = labelling.grapheme_edges(text, start, len(text) if end < 0 else end)
        return edges[1:] if right else edges[:-1]

    def _not_over_a_line(self, start: int, end: int) -> None:
        if "\n" in self.view.sheet.document.text[start:end]:
            raise Refusal("the line ends here; Shift and a hint ends the span beyond it")

    # Edits

    def _do_delete(self) -> Reply:
        view = self.view
        focus = view.focus
        edit = labelling.delete(view.sheet, focus.start, focus.end)
        if edit is None:
            last = labelling.labelled_last(view.page)
            if last is None:
                raise Refusal("there is no span in focus")
            sheet, span = last
            view.page.perform([Edit(view.page.sheets[sheet].document.number, removed=(span,))])
            view.go(sheet, span.start, span.end)
        else:
            view.page.perform([edit])
        return Reply(message="deleted")

    def _do_same(self) -> Reply:
        view = self.view
        focus = view.focus
        inside = [
            span
            for span in view.sheet.draft.spans
            if (span.start, span.end) == (focus.start, focus.end)
        ]
        target = (focus.sheet, inside[0]) if inside else labelling.labelled_last(view.page)
        if target is None:
            raise Refusal("label a span first: = then labels its other occurrences")
        sheet, span = target
        places: list[Occurrence] = labelling.other_occurrences(view.page, sheet, span)
        words = short(view.page.sheets[sheet].document.text[span.start : span.end], 30)
        name = short(span.label, 20)
        if not places:
            raise Refusal(f"{words} stands nowhere else on the page")
        edits = labelling.label_all(view.page, places, span.label)
        self.confirmation = Confirmation(edits, f"{len(places)} more labelled {name}")
        enter = self.table.key_of("accept")
        return Reply(message=f"{words}: {len(places)} more as {name}? {enter} does it")

    def _do_add(self) -> Reply:
        if not self.overlapping:
            raise Refusal("spans may not overlap in this project (overlapping in project.toml)")
        self.adding = not self.adding
        return Reply(message="the next label adds" if self.adding else "labels replace")

    def _do_undo(self) -> Reply:
        view = self.view
        if view.page.undoable:
            self._show(view.page.undo(), undone=True)
            return Reply(message="undone")
        if view.page.untouched:
            return Reply(command="back")
        raise Refusal("nothing is left to undo")

    def _do_redo(self) -> Reply:
        if edits := self.view.page.redo():
            self._show(edits, undone=False)
            return Reply(message="done again")
        raise Refusal("nothing to do again")

    def _show(self, edits: Sequence[Edit], *, undone: bool) -> None:
        """Put the focus where an edit was taken back or done again."""
        view = self.view
        view.refresh()
        for edit in edits[:1]:
            touched: list[Stretch] = [*edit.added, *edit.suggested, *edit.removed, *edit.dropped]
            index = [s.document.number for s in view.page.sheets].index(edit.document)
            if touched:
                view.go(index, touched[0].start, touched[0].end)
            elif index != view.focus.sheet:
                self._to_token(index, 0)

    def _do_reject(self) -> Reply:
        return self._answer_one("reject")

    def _do_ignore(self) -> Reply:
        return self._answer_one("ignore")

    def _answer_one(self, answer: Answer) -> Reply:
        """On a page of several documents an answer of its own for the one in focus."""
        view = self.view
        if len(view.page.sheets) == 1:
            return Reply(command=answer)
        view.page.perform([labelling.set_value(view.sheet, "answer", answer)])
        view.go_on(view.focus.sheet + 1, 0)
        return Reply(message=f"{answer}ed; {self.table.key_of('accept')} answers the others")

    def _do_drop(self) -> Reply:
        edits = labelling.drop_suggestions(self.view.page)
        if not edits:
            raise Refusal("there are no suggestions on the page")
        self.view.page.perform(edits)
        return Reply(message="all suggestions of the page dropped")

    def _do_flag(self) -> Reply:
        sheet = self.view.sheet
        self.view.page.perform([labelling.set_value(sheet, "flagged", not sheet.draft.flagged)])
        return Reply(message="flagged" if sheet.draft.flagged else "not flagged any more")

    def _do_split(self) -> Reply:
        focus = self.view.focus
        self.view.page.perform([labelling.split_token(self.view.sheet, focus.start, focus.end)])
        return Reply(message="token split")

    def _do_join(self) -> Reply:
        focus = self.view.focus
        self.view.page.perform([labelling.join_tokens(self.view.sheet, focus.start, focus.end)])
        return Reply(message="tokens joined")

    def _do_bidi(self) -> Reply:
        view = self.view
        view.mode = "logical" if view.mode == "list" else "list"
        view.resize(view.width, view.height)
        return Reply(message="one token a row" if view.mode == "list" else "running text")

    def _do_more(self) -> None:
        self.menu = True
