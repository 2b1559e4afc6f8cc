"""A page on the screen: its text, its labels, its status, and the keys, dispatched to the rules.

What annotating and reviewing have in common; what each says around the text, its own screen tells.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from tonemark.corpus.journal import ClaimLost
from tonemark.errors import TonemarkError
from tonemark.text import Safe, visible
from tonemark.tui.page import words
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import ACTION, ANNOTATING, FOOTER, MORE
from tonemark.tui.page.layout import window
from tonemark.tui.page.render import Run, render
from tonemark.tui.page.replies import Reply
from tonemark.tui.page.tutor import PUT_AWAY
from tonemark.tui.page.view import View
from tonemark.tui.screens.questions import reason
from tonemark.tui.screens.turning import Turning
from tonemark.tui.screens.ways import Ways, key_name

READING = 0.25
"""Seconds that a new page must have stood before its first key may be the one that accepts it."""


class PageScreen(Turning):
    """One page after another, until the queue is empty or she quits."""

    NAMED: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Actions that are called otherwise here than on a page that is annotated."""

    def __init__(self) -> None:
        super().__init__()
        self._message = Safe("")
        self._more = False
        self._made: dict[str, object] = {}

    def compose(self) -> ComposeResult:
        """Title, text, labels, status, keys."""
        yield from self.made_lines("title", "rule", "document")
        yield self._tutor
        yield from self.made_lines("rule2", "labels", "status", "footer")

    def on_screen_resume(self) -> None:
        """Come back from another screen: the key that led there is not painted yet."""
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
        if not super().takes(event):
            return False
        accepts = self.table.page.get(key_name(event)) == "accept"
        if self._fresh and accepts and self.view and event.time - self._opened < READING:
            self._opened = event.time
            self.say(f"a new page: {self.table.key_of('accept')} again accepts this one too")
            return False
        self._fresh = False
        return True

    def press(self, key: str) -> None:
        """One key."""
        self._message = Safe("")
        if self.asking:
            self.answer(key)
        elif self.keyboard is None:
            self._press_without_page(key)
        elif key == PUT_AWAY and self._tutor.shown and not self.keyboard.waits:
            self._tutor.put_away(self.desk)
            self.paint()
        else:
            self._press(self.keyboard, key)

    def _press_without_page(self, key: str) -> None:
        """What comes after `more` comes at once, but where the key of `more` has it, too."""
        chosen, command = self.table.menu.get(key, ""), self.table.page.get(key, "")
        if command == MORE and chosen in self.offered():
            command = chosen if self._more else ""
            if not command:
                self._more = True
                self.say(f"{key} once more: {ACTION[chosen].about}")
                return
        self._more = False
        self._command(command or (chosen if chosen in self.offered() else ""))

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
        self._set("title", words.spread(*self.heading(), width))
        names = tuple(label.name for label in self.desk.project.labels)
        if self.prompt:
            self._made.pop("labels", None)
            self._set("labels", self.labels_line(names, width))
        else:
            self.show_labels(names, width)
        room = window(width, self.size.height)[1]
        changed = self._tutor.show(self.view, self.table, width, room)
        if changed and self.view:
            self.view.resize(*self._window())
        above, below = (self.view.top, self.view.below) if self.view else (0, 0)
        said = filter(None, (self.said_above(), "more above ↑" if above else ""))
        self._set("rule", words.rule(width, " · ".join(said)))
        self._set("rule2", words.rule(width, "more below ↓" if below else ""))
        if self.view is None or self.keyboard is None:
            self.lines["document"].set_lines(self._beginning or self.nothing_here())
            self._set("status", self._status(width))
            self._keep("footer", words.footer, self.table, width, self._actions_here(), *self.NAMED)
            return
        self.app.let_turn_text(self.view.mode != "visual")
        places = {name: place for place, name in enumerate(names)}
        self.lines["document"].set_lines(self.drawn(self.view, places))
        self._set("status", self._status(width))
        if self.prompt:
            self._keep("footer", words.prompt_footer, width)
        elif self.keyboard.menu:
            self._keep("footer", words.menu_line, self.table, width, self.offered())
        else:
            self._keep("footer", words.footer, self.table, width, FOOTER, *self.NAMED)

    def drawn(self, view: View, places: Mapping[str, int]) -> list[list[Run]]:
        """The lines of the page, `places` being those of labels in the project."""
        return render(view, places, self._drawn)

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
            return words.message(self.question, width)
        if self._fresh and self.desk.read_only and not self._message:
            return words.only_read(self.desk.read_only, width)
        if self._message or self.view is None or self.keyboard is None:
            return words.message(self._message, width)
        return words.spread(*self.told(self.view, self.keyboard), width)

    def _actions_here(self) -> Sequence[str]:
        """The actions that there are without a page."""
        if self._beginning:
            return FOOTER
        if self.asking:
            return ()
        here = ("undo", "back", "documents", "export", "review", "wanted", "help", "quit")
        return [name for name in here if not ACTION[name].menu or name in self.offered()]

    # What each screen says around the text

    def offered(self) -> Collection[str]:
        """The actions that are shown after `more`."""
        return ANNOTATING

    def heading(self) -> tuple[list[Run], list[Run]]:
        """The left and the right part of the title line."""
        raise NotImplementedError

    def show_labels(self, names: tuple[str, ...], width: int) -> None:
        """Show the project's labels, or whatever else digits mean."""
        self._keep("labels", words.labels_line, self.table, names, width)

    def said_above(self) -> str:
        """What stands at the right of the line above the text."""
        return ""

    def told(self, view: View, keyboard: Keyboard) -> tuple[list[Run], list[Run]]:
        """The left and the right part of the status line."""
        return words.status(view, keyboard, self.about, self.rivals)

    def nothing_here(self) -> list[list[Run]]:
        """What stands in the place of a page."""
        if self.awaited:
            return self.waiting_lines(self.size.width)
        if self.asking:
            return words.notice("Your page is not open here.")
        return self.nothing_left()

    def nothing_left(self) -> list[list[Run]]:
        """That the queue is empty, and why."""
        raise NotImplementedError

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

    def _command(self, command: str) -> None:
        handler: Callable[[], None] | None = getattr(self, f"_command_{command}", None)
        if handler:
            handler()
        else:
            self.paint()

    def _command_undo(self) -> None:
        """Of an empty queue, back to what she answered last."""
        if self.desk.page is None:
            self._command_back()

    def _command_quit(self) -> None:
        if len(self.app.screen_stack) == 1:
            self.quit_program()
            return
        kept = self._close()
        self.leave()
        beneath = self.app.screen
        if kept and isinstance(beneath, Ways):
            beneath.say(kept)

    def _close(self) -> str:
        """Leave the desk; what she is to know where the store refuses."""
        try:
            self.desk.close()
        except TonemarkError as error:
            return f"kept in the journal: {error.title}"
        except OSError as error:
            return f"kept in the journal: {error.strerror}"
        return ""

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
