"""The annotate screen: a page, its labels, its status, and the keys, dispatched to the rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from tonemark.corpus.journal import ClaimHeld, ClaimLost
from tonemark.corpus.pages import Page
from tonemark.corpus.project import Project, project_changed, read_project
from tonemark.corpus.records import Answer
from tonemark.corpus.tokens import TokensAwaited, sentence_rules_with
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.patterns.candidates import WordCount, fold_word
from tonemark.text import Safe, visible
from tonemark.tui.page import moves, words
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import FOOTER
from tonemark.tui.page.layout import Mode, opening_mode, window
from tonemark.tui.page.preview import is_long, preview
from tonemark.tui.page.render import Kept, Run, render
from tonemark.tui.page.replies import Reply
from tonemark.tui.page.tutor import PUT_AWAY
from tonemark.tui.page.view import View
from tonemark.tui.screens.new_rules import NewRules
from tonemark.tui.screens.questions import reason
from tonemark.tui.screens.waiting import Waiting
from tonemark.tui.screens.ways import Place, key_name
from tonemark.tui.widgets.tutor import TutorLines

READING = 0.25
"""Seconds that a new page must have stood before its first key may be the one that accepts it."""


_COUNTS = len(WordCount._fields)


class AnnotateScreen(NewRules[None], Waiting[None]):
    """One page after another, until the queue is empty or she quits."""

    def __init__(self, document: int | None = None, focus: tuple[int, int] | None = None) -> None:
        super().__init__()
        self._first = Place(document, focus) if document is not None else None
        self._tutor = TutorLines()
        self.view = None
        self.keyboard: Keyboard | None = None
        self._total = 0
        self._message = Safe("")
        self._saved = True
        self._opened = 0.0
        self._fresh = False
        self._dropped = 0
        self._mode: Mode | None = None
        self._drawn: Kept = {}
        self._beginning: list[list[Run]] | None = None
        self._made: dict[str, object] = {}

    def compose(self) -> ComposeResult:
        """Title, text, labels, status, keys."""
        yield from self.made_lines("title", "rule", "document")
        yield self._tutor
        yield from self.made_lines("rule2", "labels", "status", "footer")

    def on_mount(self) -> None:
        """Open the first page."""
        self._tutor.begin(self.desk)
        if self._first:
            self.go_to(self._first)
        else:
            self._turn(self.desk.open_next)

    def on_screen_resume(self) -> None:
        """Come back from another screen."""
        self._tutor.begin(self.desk)
        self.paint()

    def go_to(self, place: Place | None) -> None:
        """Open a document that another screen led to, with its place in focus."""
        if place is None:
            return
        self._turn(lambda: self.desk.open_document(place.document))
        self._read_page()
        if place.focus and self.view and self.view.sheet.document.number == place.document:
            moves.to_words(self.view, *place.focus)
            self.paint()

    def on_resize(self) -> None:
        """Lay the page out anew."""
        self.fit_frame()
        if self.view and (self.view.width, self.view.height) != self._window():
            self.view.resize(*self._window())
        self.paint()

    def takes(self, event: events.Key) -> bool:
        """Whether a key was typed with this page in view: what was typed ahead is dropped.

        So is an Enter that follows at once, as a key held down sends it: nobody read the page.
        """
        self._read_page()
        accepts = self.table.page.get(key_name(event)) == "accept"
        if event.time < self._opened:
            self._dropped += 1
            self.say(f"{self._dropped} key{'s' * (self._dropped > 1)} typed ahead dropped")
        elif self._fresh and accepts and self.view and event.time - self._opened < READING:
            self._opened = event.time
            self.say(f"a new page: {self.table.key_of('accept')} again accepts this one too")
        else:
            self._fresh = False
            return True
        return False

    def press(self, key: str) -> None:
        """One key."""
        self._message = Safe("")
        if self.asking:
            self.answer(key)
        elif self.keyboard is None:
            self._command(self.table.page.get(key) or self.table.menu.get(key, ""))
        elif key == PUT_AWAY and self._tutor.shown and not self.keyboard.waits:
            self._tutor.put_away(self.desk)
            self.paint()
        else:
            self._press(self.keyboard, key)

    # Painting

    def say(self, message: str) -> None:
        """Put a message in the place of the status until the next key."""
        self._message = visible(message)
        self.paint()

    def paint(self) -> None:
        """Bring all lines up to date; only what differs is sent."""
        width = self.size.width
        if not width:
            return
        project, page = self.desk.project, self.desk.page
        name, total = project.name, self._total
        left, right = words.title(
            name, page, total, self.desk.annotator, self._saved,
            read_only=bool(self.desk.read_only), without="not open" if self.asking else "done",
        )  # fmt: skip
        self._set("title", words.spread(left, right, width))
        names = tuple(label.name for label in project.labels)
        if self.prompt:
            self._made.pop("labels", None)
            self._set("labels", self.labels_line(names, width))
        else:
            self._keep("labels", words.labels_line, self.table, names, width)
        room = window(width, self.size.height)[1]
        changed = self._tutor.show(self.view, self.table, width, room)
        if changed and self.view:
            self.view.resize(*self._window())
        above, below = (self.view.top, self.view.below) if self.view else (0, 0)
        self._set("rule", words.rule(width, "more above ↑" if above else ""))
        self._set("rule2", words.rule(width, "more below ↓" if below else ""))
        if self.view is None or self.keyboard is None:
            self.lines["document"].set_lines(self._beginning or self._nothing_here())
            self._set("status", self._status(width))
            self._keep("footer", words.footer, self.table, width, self._actions_here())
            return
        self.app.let_turn_text(self.view.mode != "visual")
        places = {name: place for place, name in enumerate(names)}
        self.lines["document"].set_lines(render(self.view, places, self._drawn))
        self._set("status", self._status(width))
        if self.prompt:
            self._keep("footer", words.prompt_footer, width)
        elif self.keyboard.menu:
            self._keep("footer", words.menu_line, self.table, width)
        else:
            self._keep("footer", words.footer, self.table, width)

    def _keep(self, line: str, made: Callable[..., list[Run]], *of: object) -> None:
        """Show a line that few keys change: it is made anew only of something new."""
        if self._made.get(line) != (made, of):
            self._made[line] = made, of
            self._set(line, made(*of))

    def _set(self, line: str, runs: list[Run]) -> None:
        self.lines[line].set_line(runs)

    def _status(self, width: int) -> list[Run]:
        if self.prompt:
            return self.prompt.runs(width)
        if self.question:
            return words.message(self.question)
        if self._fresh and self.desk.read_only and not self._message:
            return words.only_read(self.desk.read_only)
        if self._message or self.view is None or self.keyboard is None:
            return words.message(self._message)
        return words.spread(*words.status(self.view, self.keyboard), width)

    def _actions_here(self) -> Sequence[str]:
        """The actions that there are without a page."""
        if self._beginning:
            return FOOTER
        return () if self.asking else ("back", "documents", "export", "help", "quit")

    def _nothing_here(self) -> list[list[Run]]:
        """What stands in the place of a page."""
        if self.awaited:
            return self.waiting_lines(self.size.width)
        if self.asking:
            return words.notice("Your page is not open here.")
        if not self._total:
            adding = f"tonemark add {typed(self.desk.project.folder)} FILE"
            return words.notice("There are no documents yet. Add some:", adding)
        again = self.table.key_of("accept")
        return words.notice(
            "Nothing is left in your queue.",
            f"Every document is answered, or is with another annotator; {again} looks again.",
        )

    def _window(self) -> tuple[int, int]:
        return window(self.size.width, self.size.height, self._tutor.high)

    # Pages

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
                self._saved = False
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
        return True

    def _turning(self, turn: Callable[[], Page | None]) -> Callable[[], bool]:
        return lambda: self._turn(turn)

    def _show(self) -> None:
        page = self.desk.page
        self.view = self.keyboard = None
        self._drawn.clear()
        self._beginning = None
        if page and is_long(page):
            self._beginning = preview(page, *self._window(), self._opening_mode(page))
            self.call_after_refresh(self._read_page)
        elif page:
            self._view_page(page)
        self._total = self.desk.store.document_count()
        self._dropped = 0
        self._fresh = True
        self._opened = time.monotonic()
        self.paint()

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
        )
        project = self.desk.project
        self.keyboard = Keyboard(
            self.view, self.table, overlapping=project.overlapping, rules=project.new_rules
        )

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

    # Keys

    def _press(self, keyboard: Keyboard, key: str) -> None:
        try:
            self.desk.keep_lease()
            mode = keyboard.view.mode
            with self._tutor.watching(key, self.table, keyboard.view):
                reply = keyboard.press(key)
            self._saved = True
        except ClaimLost as lost:
            self.ask(lost.title, {})
            return
        except (OSError, TonemarkError) as error:
            self._refused(error)
            return
        if keyboard.view.mode != mode:
            self._choose(keyboard.view)
        if reply.command:
            self._command(reply.command)
        else:
            self.say(reply.message)

    def _choose(self, view: View) -> None:
        """Lay out the pages that follow as she had this one; as each is at first, where she came
        round to that."""
        chosen, self._mode = view.mode, None
        if chosen != self._opening_mode(view.page):
            self._mode = chosen

    def _refused(self, error: Exception) -> None:
        self._saved = self._saved and not isinstance(error, OSError)
        self.say(reason(error))

    def _command(self, command: str) -> None:
        handler: Callable[[], None] | None = getattr(self, f"_command_{command}", None)
        if handler:
            handler()
        else:
            self.paint()

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

    def _command_quit(self) -> None:
        if len(self.app.screen_stack) == 1:
            self.app.exit()
            return
        self.desk.close()
        self.dismiss(None)

    def _command_comment(self) -> None:
        if self.keyboard and self.view:
            keyboard = self.keyboard

            def done(text: str) -> None:
                try:
                    message = keyboard.comment(text).message
                    self._saved = True
                    self.say(message)
                except (OSError, TonemarkError) as error:
                    self._refused(error)
                    why = getattr(error, "strerror", None) or reason(error)
                    self.ask_line(f"not kept: {why}", done, text=text)

            text = self.view.sheet.draft.comment
            self.ask_line("comment on this document", done, text=text)

    def reply(self, act: Callable[[], Reply]) -> None:
        """Do something to the page, and say what came of it."""
        try:
            message = act().message
            self._saved = True
            self.say(message)
        except (OSError, TonemarkError) as error:
            self._refused(error)

    # The project file

    def _reread_project(self) -> None:
        self.faulty = None
        if project_changed(self.desk.project):
            try:
                self.use_project(read_project(self.desk.project.folder))
            except TonemarkError as error:
                self.faulty = error
                if not self.waits:  # then it stands in the place of the page
                    self.say(error.title)

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed."""
        self.app.use_project(project)
        if self.keyboard:
            self.keyboard.table = self.table
            self.keyboard.rules = project.new_rules
