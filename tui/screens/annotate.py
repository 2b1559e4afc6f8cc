"""The annotate screen: a page, its labels, its status, and the keys, dispatched to the rules."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual import events
from textual.app import ComposeResult

from tonemark.corpus.journal import ClaimHeld, ClaimLost
from tonemark.corpus.pages import Page
from tonemark.corpus.project import Project, add_label, project_changed, read_project
from tonemark.corpus.records import Answer
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.patterns.candidates import WordCount, fold_word
from tonemark.text import Safe, short, visible
from tonemark.tui.page import moves, words
from tonemark.tui.page.keyboard import Keyboard, Reply
from tonemark.tui.page.keys import GLYPHS
from tonemark.tui.page.layout import Mode, opening_mode, window
from tonemark.tui.page.render import Kept, Run, render
from tonemark.tui.page.tutor import PUT_AWAY
from tonemark.tui.page.typeahead import matching, new_name
from tonemark.tui.page.view import View
from tonemark.tui.screens.ways import Place, Ways, key_name
from tonemark.tui.widgets.lines import Lines
from tonemark.tui.widgets.tutor import TutorLines

READING = 0.25
"""Seconds that a new page must have stood before its first key may be the one that accepts it."""


NO_SUCH_LABEL = Safe("no such label, and this project takes no new ones")


class AnnotateScreen(Ways[None]):
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
        self._question = Safe("")
        self._answers: dict[str, Callable[[], object]] = {}
        self._mode: Mode | None = None
        self._drawn: Kept = {}

    def compose(self) -> ComposeResult:
        """Title, text, labels, status, keys."""
        yield Lines(id="title")
        yield Lines(id="rule")
        yield Lines(id="document")
        yield self._tutor
        yield Lines(id="rule2")
        yield Lines(id="labels")
        yield Lines(id="status")
        yield Lines(id="footer")

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
        if place.focus and self.view and self.view.sheet.document.number == place.document:
            moves.to_words(self.view, *place.focus)
            self.paint()

    def on_resize(self) -> None:
        """Lay the page out anew."""
        if self.view and (self.view.width, self.view.height) != self._window():
            self.view.resize(*self._window())
        self.paint()

    def takes(self, event: events.Key) -> bool:
        """Whether a key was typed with this page in view: what was typed ahead is dropped.

        So is an Enter that follows at once, as a key held down sends it: nobody read the page.
        """
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
        if self._answers:
            self._answer_question(key)
        elif self.keyboard is None:
            self._command(self.table.page.get(key) or self.table.menu.get(key, ""))
        elif key == PUT_AWAY and self._tutor.shown:
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
            read_only=bool(self.desk.read_only),
        )  # fmt: skip
        self._set("title", words.spread(left, right, width))
        names = [label.name for label in project.labels]
        self._set("labels", self._labels_line(names, width))
        room = window(width, self.size.height)[1]
        changed = self._tutor.show(self.view, self.table, width, room)
        if changed and self.view:
            self.view.resize(*self._window())
        above, below = (self.view.top, self.view.below) if self.view else (0, 0)
        self._set("rule", words.rule(width, "more above ↑" if above else ""))
        self._set("rule2", words.rule(width, "more below ↓" if below else ""))
        if self.view is None or self.keyboard is None:
            self.query_one("#document", Lines).set_lines(self._nothing_here())
            self._set("status", self._status(width))
            actions = () if self._answers else ("back", "documents", "export", "help", "quit")
            self._set("footer", words.footer(self.table, width, actions))
            return
        self.app.let_turn_text(self.view.mode != "visual")
        places = {name: place for place, name in enumerate(names)}
        self.query_one("#document", Lines).set_lines(render(self.view, places, self._drawn))
        self._set("status", self._status(width))
        if self.prompt:
            self._set("footer", words.prompt_footer(width))
        elif self.keyboard.menu:
            self._set("footer", words.menu_line(self.table))
        else:
            self._set("footer", words.footer(self.table, width))

    def _set(self, line: str, runs: list[Run]) -> None:
        self.query_one(f"#{line}", Lines).set_line(runs)

    def _status(self, width: int) -> list[Run]:
        if self.prompt:
            return self.prompt.runs(width)
        if self._question:
            return words.message(self._question)
        if self._fresh and self.desk.read_only and not self._message:
            return words.only_read(self.desk.read_only)
        if self._message or self.view is None or self.keyboard is None:
            return words.message(self._message)
        return words.spread(*words.status(self.view, self.keyboard), width)

    def _nothing_here(self) -> list[list[Run]]:
        """What stands in the place of a page."""
        if self._answers:
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
        try:
            turn()
        except ClaimHeld as held:
            self._ask(held.title, {"accept": ("takes it over", self.desk.take_over)})
            self._show()
            return False
        except ClaimLost as lost:
            self._ask(lost.title, {})
            return False
        except (TonemarkError, OSError) as error:
            if self.desk.page:
                self._refused(error)
                return False
            # The answer is in, but the next page could not be opened.
            self._ask(reason(error), {"accept": ("tries again", self.desk.open_next)})
            self._show()
            return False
        self._saved = True
        self._show()
        return True

    def _show(self) -> None:
        page = self.desk.page
        self._reread_project()
        self.view = self.keyboard = None
        self._drawn.clear()
        if page:
            self.view = View(
                page,
                self._counts(page),
                width=self._window()[0],
                height=self._window()[1],
                letters=self.table.letters,
                mode=self._mode or self._opening_mode(page),
            )
            self.keyboard = Keyboard(
                self.view, self.table, overlapping=self.desk.project.overlapping
            )
        self._total = self.desk.store.document_count()
        self._dropped = 0
        self._fresh = True
        self._opened = time.monotonic()
        self.paint()

    def _opening_mode(self, page: Page) -> Mode:
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
        return {word: WordCount(*n) for word, n in self.desk.store.words(folded).items()}

    # Keys

    def _press(self, keyboard: Keyboard, key: str) -> None:
        try:
            self.desk.keep_lease()
            mode = keyboard.view.mode
            with self._tutor.watching(key, self.table, keyboard.view):
                reply = keyboard.press(key)
            self._saved = True
        except ClaimLost as lost:
            self._ask(lost.title, {})
            return
        except (OSError, TonemarkError) as error:
            self._refused(error)
            return
        if keyboard.view.mode != mode:
            self._mode = keyboard.view.mode  # on the pages that follow, too
        if reply.command:
            self._command(reply.command)
        else:
            self.say(reply.message)

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

    def _command_type_ahead(self) -> None:
        self.ask_line("label", self._typed_label)

    def _command_comment(self) -> None:
        if self.keyboard and self.view:
            keyboard = self.keyboard
            self.ask_line(
                "comment on this document",
                lambda text: self._reply(lambda: keyboard.comment(text)),
                text=self.view.sheet.draft.comment,
            )

    def _reply(self, act: Callable[[], Reply]) -> None:
        try:
            self.say(act().message)
        except (OSError, TonemarkError) as error:
            self._refused(error)

    # Labels by typing

    def _labels_line(self, names: list[str], width: int) -> list[Run]:
        """All labels, or those that are meant while one is typed."""
        if self.prompt is None or self.prompt.done != self._typed_label:
            return words.labels_line(self.table, names, width)
        typed = self.prompt.text
        if meant := matching(names, typed):
            return words.labels_line(self.table, names, width, meant)
        if self.desk.project.new_labels:
            name = short(new_name(typed), 30)
            return words.message(visible(f"{GLYPHS['enter']} adds the label {name}"))
        return words.message(NO_SUCH_LABEL)

    def _typed_label(self, typed: str) -> None:
        meant = matching([label.name for label in self.desk.project.labels], typed)
        keyboard = self.keyboard
        if not typed.strip() or keyboard is None:
            self.say("")
        elif meant:
            self._reply(lambda: keyboard.label(meant[0]))
        elif self.desk.project.new_labels:
            self._reply(lambda: self._new_label(keyboard, new_name(typed)))
        else:
            self.say(NO_SUCH_LABEL)

    def _new_label(self, keyboard: Keyboard, name: str) -> Reply:
        self.desk.check_writable()
        self._use_project(add_label(self.desk.project.folder, name))
        return keyboard.label(name)

    def _reread_project(self) -> None:
        if project_changed(self.desk.project):
            try:
                self._use_project(read_project(self.desk.project.folder))
            except TonemarkError as error:
                self.say(error.title)

    def _use_project(self, project: Project) -> None:
        self.app.use_project(project)
        if self.keyboard:
            self.keyboard.table = self.table

    # Questions

    def _ask(self, said: str, ways: dict[str, tuple[str, Callable[[], Page | None]]]) -> None:
        """Say what is the matter until one of these actions (or quit) is chosen by its key."""
        self._answers = {"quit": self.app.exit}
        for action, (_, turn) in ways.items():
            self._answers[action] = lambda turn=turn: self._turn(turn)  # type: ignore[misc]
        offers = {**{action: word for action, (word, _) in ways.items()}, "quit": "quits"}
        keys = ", ".join(f"{self.table.key_of(action)} {word}" for action, word in offers.items())
        self._question = visible(f"{said} {keys}")
        self.paint()

    def _answer_question(self, key: str) -> None:
        """Any other key leaves the question standing."""
        if act := self._answers.get(self.table.page.get(key, "")):
            self._question, self._answers = Safe(""), {}
            act()
        else:
            self.paint()


def reason(error: Exception) -> Safe:
    """Why a key was not taken, for the status line."""
    if isinstance(error, TonemarkError):
        return visible(error.title)
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return visible(f"this key was not taken: {why}.")
