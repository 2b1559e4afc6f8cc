"""What tests of the rules share: a page made of texts, and keys played on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft
from tonemark.corpus.events import Replayed
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.queue import Claim
from tonemark.corpus.spans import Span, Suggestion
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import key_table
from tonemark.tui.page.render import render
from tonemark.tui.page.replies import Reply
from tonemark.tui.page.view import View

LABELS = {"1": "PER", "2": "LOC", "3": "ORG"}


def stretch_of(text: str, said: str) -> tuple[int, int, str]:
    """Where `said` ("LOC:Nairobi", first occurrence) stands in a text, and its label."""
    label, _, words = said.partition(":")
    start = text.index(words)
    return start, start + len(words), label


def suggestion_of(text: str, said: str) -> Suggestion:
    """A suggestion as `stretch_of` reads it; with "?" before it, a doubtful one."""
    place = stretch_of(text, said.removeprefix("?"))
    return Suggestion(*place, ("gazetteer:x",), 0.3 if said.startswith("?") else 1.0)


def page_of(
    texts: Sequence[str],
    spans: Sequence[str] = (),
    suggestions: Sequence[str] = (),
    tokens: Sequence[Token] | None = None,
    log: Callable[[], Any] = MemoryLog,
) -> Page:
    """A page of texts; spans and suggestions stand on the first."""
    sheets = []
    for number, text in enumerate(texts, 1):
        draft = Draft()
        if number == 1:
            draft = Draft(
                spans=tuple(sorted(Span(*stretch_of(text, said)) for said in spans)),
                suggestions=tuple(sorted(suggestion_of(text, said) for said in suggestions)),
            )
        given = GeneralTokenizer().tokenize(text) if tokens is None else tokens
        state = Replayed(draft=draft, frozen=draft.suggestions, opened=True)
        document = Document(number, f"news-{number}", text)
        sheets.append(Sheet(document, Claim("amina", number, 1), tuple(given), log(), state))
    return Page(sheets)


class Player:
    """A keyboard on a page, and what a person would read off it."""

    def __init__(self, keyboard: Keyboard) -> None:
        self.keyboard = keyboard
        self.view = keyboard.view
        self.reply = Reply()

    def play(self, keys: str) -> Player:
        """Press keys, parted by blanks; `@word` types the hint of a word in view, `^word` with
        Shift on its first letter."""
        for key in keys.split():
            if len(key) > 1 and key[0] in "@^":
                hint = self.hint_of(key[1:])
                for letter in (hint[0].upper() if key[0] == "^" else hint[0], *hint[1:]):
                    self.reply = self.keyboard.press(letter)
            else:
                self.reply = self.keyboard.press(key)
        return self

    def hint_of(self, word: str) -> str:
        """The hint of the first token in view that reads so."""
        for (sheet, token), hint in sorted(self.view.hints().of.items()):
            start, end = self.view.page.sheets[sheet].tokens[token]
            if self.view.page.sheets[sheet].document.text[start:end] == word:
                return hint
        raise AssertionError(f"no hint over {word}")

    @property
    def focus(self) -> str:
        """The words in focus."""
        return self.view.sheet.document.text[self.view.focus.start : self.view.focus.end]

    @property
    def spans(self) -> list[str]:
        """The spans of the page in order: "PER:Samia"."""
        return [
            f"{span.label}:{sheet.document.text[span.start : span.end]}"
            for sheet in self.view.page.sheets
            for span in sheet.draft.spans
        ]

    @property
    def lines(self) -> list[str]:
        """The lines of the window as plain text."""
        names = {name: place for place, name in enumerate(LABELS.values())}
        return ["".join(text for text, _ in line).rstrip() for line in render(self.view, names)]


def player_of(*texts: str, **options: Any) -> Player:
    """A page of texts, ready for keys; `options` go to the page, the view and the keyboard."""
    for_page = {
        k: options.pop(k) for k in ("spans", "suggestions", "tokens", "log") if k in options
    }
    for_keys = {k: options.pop(k) for k in ("overlapping", "grow", "places") if k in options}
    table = key_table(options.pop("labels", LABELS), options.pop("remapped", None))
    view = View(page_of(texts, **for_page), {}, letters=table.letters, **options)
    return Player(Keyboard(view, table, **for_keys))


@pytest.fixture(scope="session")
def player() -> Callable[..., Player]:
    """Makes a page of texts that keys are played on."""
    return player_of
