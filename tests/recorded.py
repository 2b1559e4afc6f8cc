"""A terminal that keeps all that it was sent, for tests of what may come through it."""

from __future__ import annotations

from typing import Any

import hostile
from sequences import Sent, parse
from terminal import Terminal

DEADLINE = 60.0


class Recorded(Terminal):
    """A terminal that keeps all that it was sent."""

    def __init__(self, *arguments: Any) -> None:
        self._kept = bytearray()
        super().__init__(*arguments)

    def _read(self, timeout: float) -> int:
        before = self.received
        came = super()._read(timeout)
        if self.received > before:
            self._kept += self._unread[before - self.received :]
        return came

    def sent(self) -> Sent:
        """All that it was sent, taken apart."""
        return parse(bytes(self._kept))

    def see(self, *wanted: str) -> None:
        """Wait until the screen holds these texts."""
        if not self.wait(lambda lines: all(each in "\n".join(lines) for each in wanted),
                         seconds=DEADLINE):  # fmt: skip
            raise AssertionError(
                f"{wanted} did not come; the screen is\n" + "\n".join(self.lines())
            )

    def play(self, script: str) -> None:
        """Steps, one a line: keys with blanks between them, `=>` and what must come of them. PASTE
        is a hostile paste."""
        for step in script.strip().splitlines():
            keys, _, wanted = step.partition("=>")
            for key in keys.split():
                if key == "PASTE":
                    self.send(hostile.PASTE)
                else:
                    self.press(key)
                self.settle(first=0.02)
            if wanted:
                self.see(wanted.strip())
