"""The tutor's lines on the annotate screen: they take room while it lasts, and none after."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tonemark.corpus.desk import Desk
from tonemark.errors import TonemarkError
from tonemark.tui.page import tutor
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.page.view import View
from tonemark.tui.widgets.lines import Lines

PREFERENCE = "tutor"


class TutorLines(Lines):
    """Says what to try next; `high` is how many lines it takes now."""

    DEFAULT_CSS = """
    TutorLines { height: 0; }
    """

    def __init__(self) -> None:
        super().__init__(id="tutor")
        self.high = 0
        self._progress: tutor.Progress | None = None
        self._room = (0, 0)

    def begin(self, desk: Desk) -> None:
        """Take up the tutor where this annotator left it in the project."""
        if desk.read_only:
            return  # there is nothing to practise on
        kept = desk.store.preference(desk.annotator, PREFERENCE)
        if kept == tutor.AGAIN or self._progress is None:
            self._progress = tutor.begun(kept)

    def put_away(self, desk: Desk) -> None:
        """Put the tutor away for good; the help brings it back."""
        self._progress = None
        self._keep(desk)

    def accepted(self, desk: Desk) -> None:
        """Count a page that was accepted: after a few the tutor goes."""
        if self._progress:
            done = self._progress._replace(pages=self._progress.pages + 1)
            self._progress = None if done.pages >= tutor.PAGES else done
            self._keep(desk)

    def _keep(self, desk: Desk) -> None:
        with contextlib.suppress(TonemarkError):  # a full disk is told of where work is at stake
            desk.store.set_preference(desk.annotator, PREFERENCE, tutor.kept(self._progress))

    @property
    def shown(self) -> bool:
        """Whether there is something to put away."""
        return self.high > 0

    @contextlib.contextmanager
    def watching(self, key: str, table: KeyTable, view: View) -> Iterator[None]:
        """Look at what a key does to the page."""
        if self._progress is None:
            yield
            return
        before = tutor.seen(view)
        yield
        self._progress = tutor.after_key(self._progress, key, table, before, view)

    def show(self, view: View | None, table: KeyTable, width: int, height: int) -> bool:
        """Say what comes next beside a page, in a screen with `height` lines for both.

        Returns whether the lines that are left for the page are now others.
        """
        lines = []
        if self._progress and view:
            lines = tutor.tutor_lines(view, table, self._progress, width, height)
        high = len(lines)
        if lines and self._room == (width, height):
            # The page does not jump where a step takes a line less than the one before.
            high = max(high, self.high)
        self._room = (width, height) if lines else (0, 0)
        changed = high != self.high
        if changed:
            self.high = high
            self.styles.height = high
        self.set_lines(lines)
        return changed
