"""Labels by typing: all of a project's, and new ones where it takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tonemark.corpus.labels import label_fault
from tonemark.corpus.project import Project, add_label
from tonemark.text import Safe, short, visible
from tonemark.tui.page import words
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import GLYPHS
from tonemark.tui.page.render import Run
from tonemark.tui.page.replies import Reply
from tonemark.tui.page.typeahead import matching, new_name
from tonemark.tui.screens.questions import Questions
from tonemark.tui.screens.ways import Result

NO_SUCH_LABEL = Safe("no such label, and this project takes no new ones")


class TypedLabels(Questions[Result]):
    """A screen on which a label can be typed: while it is, those that are meant are shown."""

    keyboard: Keyboard | None = None
    """The keys of the page, where there is one."""

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed."""
        raise NotImplementedError

    def reply(self, act: Callable[[], Reply]) -> None:
        """Do something to the page, and say what came of it."""
        raise NotImplementedError

    def labels_line(self, names: Sequence[str], width: int) -> list[Run]:
        """All labels, or those that are meant while one is typed."""
        if self.prompt is None or self.prompt.done != self._typed_label:
            return words.labels_line(self.table, names, width)
        typed = self.prompt.text
        if meant := matching(names, typed):
            return words.labels_line(self.table, names, width, meant)
        if self.desk.project.new_labels:
            name = new_name(typed)
            if name and (fault := label_fault(name)):
                return words.message(visible(f"a label {fault}"), width)
            adds = visible(f"{GLYPHS['enter']} adds the label {short(name, 30)}")
            return words.message(adds, width)
        return words.message(NO_SUCH_LABEL, width)

    def _command_type_ahead(self) -> None:
        self.ask_line("label", self._typed_label)

    def _typed_label(self, typed: str) -> None:
        meant = matching([label.name for label in self.desk.project.labels], typed)
        keyboard = self.keyboard
        if not typed.strip() or keyboard is None:
            self.say("")
        elif meant:
            self.reply(lambda: keyboard.label(meant[0]))
        elif self.desk.project.new_labels and label_fault(new_name(typed)):
            self.ask_line("label", self._typed_label, text=typed)  # why, the line of labels says
        elif self.desk.project.new_labels:
            self.reply(lambda: self._new_label(keyboard, new_name(typed)))
        else:
            self.say(NO_SUCH_LABEL)

    def _new_label(self, keyboard: Keyboard, name: str) -> Reply:
        self.desk.check_writable()
        self.use_project(add_label(self.desk.project.folder, name))
        return keyboard.label(name)
