"""What a screen asks when it cannot go on by itself: a page that is open elsewhere, a refusal.

A question stands until a key for one of the ways out of it is pressed; any other key changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tonemark.errors import TonemarkError
from tonemark.text import Safe, visible
from tonemark.tui.screens.ways import Result, Ways


class Questions(Ways[Result]):
    """A screen that asks; `question` stands in the place of the status while it does."""

    def __init__(self) -> None:
        super().__init__()
        self.question = Safe("")
        self._answers: dict[str, Callable[[], object]] = {}

    @property
    def asking(self) -> bool:
        """Whether a question stands."""
        return bool(self._answers)

    def ask(self, said: str, ways: Mapping[str, tuple[str, Callable[[], object]]]) -> None:
        """Say what is the matter until one of these actions, each with a word for it and what it
        does, is chosen by its key; to quit is always one."""
        every = {**ways, "quit": ("quits", self.app.exit)}
        self._answers = {action: act for action, (_, act) in every.items()}
        keys = [f"{self.table.key_of(action)} {word}" for action, (word, _) in every.items()]
        self.question = visible(f"{said} {', '.join(keys)}")
        self.paint()

    def answer(self, key: str) -> None:
        """A key while a question stands."""
        if act := self._answers.get(self.table.page.get(key, "")):
            self.question, self._answers = Safe(""), {}
            act()
        else:
            self.paint()


def reason(error: Exception) -> Safe:
    """Why a key was not taken, for the status line."""
    if isinstance(error, TonemarkError):
        return visible(error.title)
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return visible(f"this key was not taken: {why}.")
