"""How pages turn: one is left and the next one opened, or asked for, or waited for; and the project
file is taken in on the way.

Knows no key but by the command that it comes to, and nothing of how lines are painted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from tonemark.corpus.journal import ClaimHeld, ClaimLost
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.produced import lack_patterns
from tonemark.corpus.project import Project, project_changed, read_project
from tonemark.corpus.proposing import Told, plain
from tonemark.corpus.queue import SettledMeanwhile
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.tokens import TokensAwaited, sentence_rules_with
from tonemark.errors import TonemarkError
from tonemark.patterns.candidates import WordCount, fold_word
from tonemark.tui.page import moves
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.layout import Mode, opening_mode, window
from tonemark.tui.page.preview import is_long, preview
from tonemark.tui.page.render import Kept, Run
from tonemark.tui.page.view import View
from tonemark.tui.screens.new_rules import NewRules
from tonemark.tui.screens.questions import reason
from tonemark.tui.screens.waiting import Waiting
from tonemark.tui.screens.ways import Place
from tonemark.tui.widgets.tutor import TutorLines

_COUNTS = len(WordCount._fields)


class Turning(NewRules[None], Waiting[None]):
    """A screen that has a page before it: `view` and `keyboard` are that page's, None without."""

    def __init__(self) -> None:
        super().__init__()
        self._tutor = TutorLines()
        self.view = None
        self.keyboard: Keyboard | None = None
        self._total = 0
        self._saved = True
        self._fresh = False
        self._mode: Mode | None = None
        self._drawn: Kept = {}
        self._beginning: list[list[Run]] | None = None

    def go_to(self, place: Place | None) -> None:
        """Open a document that another screen led to, with its place in focus."""
        if place is None:
            return
        self._turn(lambda: self._brought(place.document))
        self._read_page()
        if place.focus and self.view and self.view.sheet.document.number == place.document:
            moves.to_words(self.view, *place.focus)
            self.paint()

    def _brought(self, document: int) -> Page | None:
        try:
            return self.desk.open_document(document)
        except KeyError:  # a list shows what there was a moment ago
            raise TonemarkError("This document was dropped from the project meanwhile.") from None

    def _turn(self, turn: Callable[[], Page | None]) -> bool:
        """Leave the page for the one that `turn` opens, and show that; whether it was done."""
        self._reread_project()
        try:
            turn()
        except TokensAwaited as awaited:
            if self.wait(awaited, self._turning(self.desk.open_awaited)):
                self._saved = True
                self._show()
            return False
        except ClaimHeld as held:
            self.ask(held.title, {"accept": ("takes it over", self._turning(self.desk.take_over))})
            self._show()
            return False
        except ClaimLost as lost:
            self.ask(lost.title, {})
            return False
        except (TonemarkError, OSError) as error:
            if self.desk.page:
                self._refused(error)
                # What she did is in its journal: it is an answer of another that stands before it.
                self._saved = isinstance(error, SettledMeanwhile)
                self.paint()
                return False
            # The answer is in, but the next page could not be opened.
            again = self._turning(self.desk.open_next)
            self.ask(reason(error), {"accept": ("tries again", again)})
            self._show()
            return False
        self._saved = True
        self._show()
        if maker := self.app.maker:
            maker.tend()
        if passed := self.desk.passed_over:
            more = f" ({len(passed)} documents)" if len(passed) > 1 else ""
            self.desk.passed_over = []
            self.say(f"Passed over{more}: {passed[0]}")
        elif late := "" if self.faulty else self._late():
            self.say(late)
        return True

    def _late(self) -> str:
        """Why a page that is still to be answered was opened before all suggestions could be made:
        it is then shown without. Empty where it has all."""
        page = self.desk.page
        if page is None or not page.untouched or any(s.claim.answered for s in page.sheets):
            return ""
        with suppress(TonemarkError):
            if not self.desk.proposer.is_ready():
                return "the names of the gazetteers are still being made ready"
            numbers = [sheet.document.number for sheet in page.sheets]
            if lack_patterns(self.desk.store, numbers):
                return "patterns have not yet looked at this page"
        return ""

    def _turning(self, turn: Callable[[], Page | None]) -> Callable[[], bool]:
        return lambda: self._turn(turn)

    def _show(self) -> None:
        page = self.desk.page
        self.view = self.keyboard = None
        self._drawn.clear()
        self._beginning = None
        if page and self.begins_early(page):
            self._beginning = preview(page, *self._window(), self._opening_mode(page))
            self.call_after_refresh(self._read_page)
        elif page:
            self._view_page(page)
        self._total = self.desk.store.last_document()
        self._dropped = 0
        self._fresh = True
        self._opened = time.monotonic()
        self.paint()

    def begins_early(self, page: Page) -> bool:
        """Whether the beginning of a page is shown before the whole of it is read."""
        return is_long(page)

    def _read_page(self) -> None:
        """Take in the whole of a page of which the beginning is shown; no key comes before."""
        if self._beginning and self.desk.page:
            self._beginning = None
            self._view_page(self.desk.page)
            self.paint()

    def _view_page(self, page: Page) -> None:
        self.view = View(
            page,
            self._counts(page),
            width=self._window()[0],
            height=self._window()[1],
            letters=self.table.letters,
            mode=self._opening_mode(page),
            rules=sentence_rules_with(self.desk.tokenizer),
            doubt=self.desk.project.doubt,
        )
        project = self.desk.project
        self.keyboard = Keyboard(
            self.view,
            self.table,
            overlapping=project.overlapping,
            rules=project.new_rules,
            grow=self._grown,
            places=self._places,
        )

    def _grown(self, sheet: Sheet, name: str, label: str) -> Sequence[Suggestion]:
        with suppress(TonemarkError):  # a label counts whether names can be looked up or not
            return self.desk.proposer.grown(sheet.document, sheet.tokens, name, label)
        return ()

    def about(self, source: str) -> Told:
        """A source of what is in focus, in words."""
        with suppress(TonemarkError):
            if self.view:
                return self.desk.proposer.about(source, self.view.sheet.document)
        return plain(source)

    def rivals(self, suggestion: Suggestion) -> Sequence[Suggestion]:
        """What is suggested otherwise where one on the sheet in focus stands."""
        with suppress(TonemarkError):
            if self.view:
                sheet = self.view.sheet
                return self.desk.proposer.rivals(sheet.document, sheet.tokens, suggestion)
        return ()

    def _places(self, sheet: Sheet, name: str) -> Sequence[tuple[int, int]]:
        return self.desk.proposer.places(sheet.document, sheet.tokens, name)

    def _opening_mode(self, page: Page) -> Mode:
        if self._mode:
            return self._mode
        project = self.desk.project
        return opening_mode(
            self.app.bidi or project.bidi, project.language, page.sheets[0].document
        )

    def _counts(self, page: Page) -> dict[str, WordCount]:
        folded = {
            fold_word(sheet.document.text[start:end])
            for sheet in page.sheets
            for start, end in sheet.tokens
        }
        return {word: WordCount(*n[:_COUNTS]) for word, n in self.desk.store.words(folded).items()}

    def _choose(self, view: View) -> None:
        """Lay out the pages that follow as she had this one; as each is at first, where she came
        round to that."""
        chosen, self._mode = view.mode, None
        if chosen != self._opening_mode(view.page):
            self._mode = chosen

    def _window(self) -> tuple[int, int]:
        return window(self.size.width, self.size.height, self._tutor.high)

    # What leaves a page

    def _command_accept(self) -> None:
        self._answer("accept")

    def _command_reject(self) -> None:
        self._answer("reject")

    def _command_ignore(self) -> None:
        self._answer("ignore")

    def _answer(self, answer: Answer) -> None:
        if self.desk.page:
            if answer == "accept":
                self._tutor.accepted(self.desk)
            self._turn(lambda: self.desk.answer(answer))
        elif answer == "accept":
            self._turn(self.desk.open_next)

    def _command_later(self) -> None:
        before = self.desk.page
        if before:
            numbers = [sheet.document.number for sheet in before.sheets]
            done = self._turn(self.desk.later)
            after = self.desk.page
            if done and after and [sheet.document.number for sheet in after.sheets] == numbers:
                self.say("nothing else is left: this page is the end of your queue")

    def _command_back(self) -> None:
        before = self.desk.page
        if self._turn(lambda: self.desk.back() or before) and self.desk.page is before:
            self.say("there is no page before this one")

    def _refused(self, error: Exception) -> None:
        self._saved = self._saved and not isinstance(error, OSError)
        self.say(reason(error))

    # The project file

    def _reread_project(self) -> None:
        self.faulty = None
        if project_changed(self.desk.project):
            try:
                self.use_project(read_project(self.desk.project.folder))
            except TonemarkError as error:
                self.faulty = error
                if not self.waits:  # then it stands in the place of the page
                    # The folder alone may be longer than the line, and she knows where she is.
                    self.say(error.title.replace(f"{self.desk.project.folder}/", ""))

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed: the pages beneath this one, too."""
        self.app.use_project(project)
        for screen in self.app.screen_stack:
            if isinstance(screen, Turning) and screen.keyboard:
                screen.keyboard.table = self.table
                offers = "rule" in screen.keyboard.offered
                screen.keyboard.rules = offers and project.new_rules
