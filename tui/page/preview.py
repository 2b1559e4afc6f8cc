"""The beginning of a long page, to be shown while the whole of it is still being read.

What takes long is what concerns the whole: rows to its end, every candidate, all hints by weight.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from operator import itemgetter

from tonemark.corpus.events import Replayed
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.tui.page.cells import blanks, cells
from tonemark.tui.page.layout import Mode
from tonemark.tui.page.render import BLANK, Run, render
from tonemark.tui.page.view import View

LONG = 4000
"""Tokens of a page from which on its beginning is shown first: they take 30 ms."""

_NOT_YET = ("hint", "tag", "maybe")


def is_long(page: Page) -> bool:
    """Whether a page takes so long to open that its beginning is shown first. Where she was on it
    before, she may be anywhere; and several documents are never that long."""
    (first, *others) = page.sheets
    return not others and page.focus() is None and len(first.tokens) > LONG


def preview(page: Page, width: int, height: int, mode: Mode) -> list[list[Run]]:
    """The text that a window of `width` x `height` cells begins with, without hints and looks."""
    beginning = Page([_beginning(page.sheets[0], width * height)])
    view = View(beginning, {}, width=width, height=height, mode=mode)
    return [[_plain(run) for run in line] for line in render(view, {})]


def _plain(run: Run) -> Run:
    text, look = run
    if look.role in _NOT_YET:
        return blanks(cells(text)), BLANK
    return text, look._replace(role="text", label=-1, focus=False)


def _beginning(sheet: Sheet, length: int) -> Sheet:
    """The beginning of a sheet: `length` code points and what is left of the token there."""
    tokens = sheet.tokens[: bisect_left(sheet.tokens, length, key=itemgetter(1)) + 1]
    document = replace(sheet.document, text=sheet.document.text[: tokens[-1].end])
    return Sheet(document, sheet.claim, tokens, MemoryLog(), Replayed())
