"""The one exception that a person may see: what is wrong, where, and what to do about it."""

from __future__ import annotations


class TonemarkError(Exception):
    """Something a person can mend.

    `title` says what is wrong and where, in one sentence; `remedy` says what to do, or is empty.
    Both may quote names and data: whoever prints them passes them through `text.visible()`.
    """

    def __init__(self, title: str, remedy: str = "") -> None:
        super().__init__(f"{title} {remedy}".rstrip())
        self.title = title
        self.remedy = remedy
