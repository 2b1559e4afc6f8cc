"""Edits done on a view, each written down together with the place to which it leads: a program that
is killed between the two would come back on a word that was dealt with.

Knows no keys; what edits there are, others say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tonemark.corpus.drafts import Edit
from tonemark.corpus.pages import Focused
from tonemark.corpus.spans import Stretch
from tonemark.tui.page.correcting import corrected_stretch
from tonemark.tui.page.view import Focus, View

Leads = Callable[[], Focus | None]
"""Where an edit leads, asked when it stands; None: the focus stays."""


def perform(view: View, edits: Sequence[Edit], leads: Leads = lambda: None) -> bool:
    """Do the edits of a key and go where they lead; whether they lead somewhere.

    Raises what the log raises; nothing is then changed, and the focus is where it was.
    """
    landing = _Landing(view)
    view.page.perform(edits, lambda: landing.chosen(leads()))
    return landing.land()


def undo(view: View) -> list[Edit]:
    """Take the last step back and go where it was; its edits. Raises what the log raises."""
    landing = _Landing(view)
    edits = view.page.undo(lambda edits: landing.chosen(_place_of(view, edits)))
    landing.land()
    return edits


def redo(view: View) -> list[Edit]:
    """Do the step that was taken back last again and go there; its edits. Raises as `undo`."""
    landing = _Landing(view)
    edits = view.page.redo(lambda edits: landing.chosen(_place_of(view, edits)))
    landing.land()
    return edits


class _Landing:
    """The focus that a step leads to: chosen before it is written down, taken up after."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.focus: Focus | None = None

    def chosen(self, focus: Focus | None) -> Focused:
        self.focus = focus
        return (focus or self.view.focus)[:3]

    def land(self) -> bool:
        if self.focus:
            self.view.land(self.focus)
        else:
            self.view.refresh()
        return self.focus is not None


def _place_of(view: View, edits: Sequence[Edit]) -> Focus | None:
    """Where a step was taken back or done again: a difference that it settled comes first, then
    what a person set or took away."""
    edit = next((edit for edit in edits if edit.added or edit.removed), edits[0])
    sheet = [each.document.number for each in view.page.sheets].index(edit.document)
    if decided := (*edit.decided, *edit.undecided):
        return view.at(sheet, decided[0].start, decided[0].end)
    touched: list[Stretch] = [*edit.added, *edit.removed, *edit.dropped, *edit.suggested]
    if touched:
        return view.at(sheet, touched[0].start, touched[0].end)
    if corrected := corrected_stretch(edit):
        return view.at(sheet, *corrected)
    return None if sheet == view.focus.sheet else view.first_of(sheet)
