"""The keys that edit what stands on the page: labels, edges, undo, the answers of single documents.

A part of the keyboard's state machine, as pure as that.
"""

from __future__ import annotations

from tonemark.corpus.drafts import Edit
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Span
from tonemark.text import short, visible
from tonemark.tui.page import labelling, moves
from tonemark.tui.page.growing import Grow, grown
from tonemark.tui.page.labelling import ANSWERED, Occurrence, Places, Refusal
from tonemark.tui.page.performing import perform, redo, undo
from tonemark.tui.page.replies import Confirmation, Reply, said
from tonemark.tui.page.token_keys import TokenKeys
from tonemark.tui.page.view import Focus


class EditKeys(TokenKeys):
    """Edits the spans and values of a view.

    `adding` says that the next label adds; `confirmation` is what waits for Enter. `grow` makes
    suggestions of the names that are labelled, `places` finds them for `=`.
    """

    FREE = "without a span"
    """Of which places `=` labels those that read like a span."""

    grow: Grow
    places: Places | None
    overlapping = False
    adding = False
    confirmation: Confirmation | None = None

    def _label(self, name: str) -> Reply:
        view = self.view
        sheet, start, end, _ = view.focus
        if edit := labelling.label(view.sheet, start, end, name, add=self.adding):
            edits = self._with_others([edit])
            went_on = perform(view, edits, lambda: view.stop_from(sheet, end))
        else:  # it has that label
            stop = view.stop_from(sheet, end)
            went_on = stop is not None
            view.set_focus(stop or view.focus)
        self.adding = self.charwise = False
        return Reply() if went_on else said(self._no_more())

    def _with_others(self, edits: list[Edit]) -> list[Edit]:
        """The edits of a key, and what follows of them."""
        return grown(self.view.page, edits, self.grow)

    def _no_more(self) -> str:
        left = self.view.place_in_tour()[1]
        accept, following = self.table.key_of("accept"), self.table.key_of("next")
        if left:
            return f"no more below; {left} above: {following} goes there, {accept} accepts"
        suggested = self.view.suggested()
        too = f", {suggested} suggested too" if suggested else ""
        return f"no more candidates: {accept} accepts{too}"

    def comment(self, text: str) -> Reply:
        """Set the comment on the document in focus. Raises what the journal raises."""
        if text != self.view.sheet.draft.comment:
            perform(self.view, [labelling.set_value(self.view.sheet, "comment", text)])
        return said("comment kept" if text else "no comment")

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
            perform(view, self._with_others([edit]), lambda: focus)

    # Edits

    def _do_delete(self) -> Reply:
        view = self.view
        sheet, start, end, _ = view.focus
        if edit := labelling.delete(view.sheet, start, end):
            perform(view, self._with_others([edit]))
        elif last := labelling.labelled_last(view.page):
            sheet, span = last
            edit = Edit(view.page.sheets[sheet].document.number, removed=(span,))
            edits = self._with_others([edit])
            perform(view, edits, lambda: view.at(sheet, span.start, span.end))
        else:
            raise Refusal("there is no span in focus")
        done = "dropped" if labelling.only_drop([edit]) else "deleted"
        return said(f"{done}: {labelling.described(view.page, [edit])}")

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
        places = self._other_places(sheet, span)
        words = short(view.page.sheets[sheet].document.text[span.start : span.end], 30)
        name = short(span.label, 20)
        if not places:
            raise Refusal(f"{words} stands nowhere else on the page {self.FREE}")
        edits = self._with_others(labelling.label_all(view.page, places, span.label))
        enter = self.table.key_of("accept")
        question = visible(f"{words}: {len(places)} more as {name}? {enter} does it")
        done = visible(f"{len(places)} more labelled {name}")
        self.confirmation = Confirmation(edits, question, done)
        return Reply(message=question)

    def _other_places(self, sheet: int, span: Span) -> list[Occurrence]:
        """Where `=` labels what a span has the text of."""
        return labelling.other_occurrences(self.view.page, sheet, span, self.places)

    def _do_add(self) -> Reply:
        if not self.overlapping:
            raise Refusal("spans may not overlap in this project (overlapping in project.toml)")
        self.adding = not self.adding
        return said("the next label adds" if self.adding else "labels replace")

    def _described(self, edits: list[Edit]) -> str:
        """What a step was about that was taken back or done again."""
        return labelling.described(self.view.page, edits)

    def _do_undo(self) -> Reply:
        page = self.view.page
        if page.undoable:
            edits = undo(self.view)
            done = "back" if labelling.only_drop(edits) else "undone"
            return said(f"{done}: {self._described(edits)}")
        if page.untouched:
            return Reply(command="back")
        raise Refusal("nothing is left to undo")

    def _do_redo(self) -> Reply:
        if edits := redo(self.view):
            done = "dropped" if labelling.only_drop(edits) else "done again"
            return said(f"{done}: {self._described(edits)}")
        raise Refusal("nothing to do again")

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
            perform(view, [labelling.set_value(view.sheet, "answer", None)])
            return said(f"not {ANSWERED[answer]} any more")
        sheet = view.focus.sheet
        unanswered = [
            i for i, other in enumerate(view.page.sheets) if i != sheet and not other.draft.answer
        ]
        following = [i for i in unanswered if i > sheet] or unanswered
        perform(
            view,
            [labelling.set_value(view.sheet, "answer", answer)],
            lambda: view.first_of(following[0]) if following else None,
        )
        enter = self.table.key_of("accept")
        rest = f"{enter} answers the others" if following else f"{enter} goes on"
        return said(f"{ANSWERED[answer]}; {rest}")

    def _do_drop(self) -> Reply:
        edits = labelling.drop_suggestions(self.view.page)
        if not edits:
            raise Refusal("there are no suggestions on the page")
        perform(self.view, edits)
        return said("all suggestions of the page dropped")

    def _do_flag(self) -> Reply:
        sheet = self.view.sheet
        perform(self.view, [labelling.set_value(sheet, "flagged", not sheet.draft.flagged)])
        return said("flagged" if sheet.draft.flagged else "not flagged any more")
