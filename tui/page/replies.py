"""What a key comes to: something for the screen to do, something to say, something to ask."""

from __future__ import annotations

from typing import NamedTuple

from tonemark.corpus.drafts import Edit
from tonemark.text import Safe, visible


class Reply(NamedTuple):
    """What a key came to: a command for the screen around the page (an action's id, or empty),
    and a message for the status line."""

    command: str = ""
    message: Safe = Safe("")


def said(message: str) -> Reply:
    """A message alone; it may hold data."""
    return Reply(message=visible(message))


class Confirmation(NamedTuple):
    """Edits that wait for Enter: what is asked, and what is said when they are done."""

    edits: list[Edit]
    question: Safe
    done: Safe
