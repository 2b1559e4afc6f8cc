"""A line to type into, in the place of the status line."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Input


class Prompt(Input):
    """One line of text with a question before it; Enter gives it, Escape gives it up."""

    DEFAULT_CSS = """
    Prompt, Prompt:focus {
        height: 1; border: none; padding: 0 2; background: ansi_default; color: ansi_default;
    }
    """

    @dataclass
    class Given(Message):
        """The line was given."""

        prompt: Prompt
        text: str

    @dataclass
    class GivenUp(Message):
        """The line was given up."""

        prompt: Prompt

    def __init__(self, question: str, value: str = "") -> None:
        super().__init__(value, placeholder=question, select_on_focus=False)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "enter"):
            event.stop()
            event.prevent_default()
            given = self.Given(self, self.value) if event.key == "enter" else self.GivenUp(self)
            self.post_message(given)
            return
        await super()._on_key(event)
