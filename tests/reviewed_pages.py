"""A document that annotators differ on, as a reviewer's keys and eyes meet it, without a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft
from tonemark.corpus.events import Begun, Replayed
from tonemark.corpus.gold import Gold
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.queue import Claim
from tonemark.corpus.spans import Span
from tonemark.review.opening import Before, opened, reviewed
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tui.page.keys import key_table
from tonemark.tui.page.looks import Run
from tonemark.tui.page.render import render
from tonemark.tui.page.replies import Reply
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import ReviewView

LABELS = {"1": "PER", "2": "LOC", "3": "ORG"}

Given = Mapping[str, Any]
"""What each annotator has: spans as "PER:Asha" (first occurrence), or an Annotation."""


def span_of(text: str, said: str) -> Span:
    """ "PER:Asha" as a span of a text."""
    label, _, words = said.partition(":")
    start = text.index(words)
    return Span(start, start + len(words), label)


def annotation(text: str, name: str, given: Sequence[str] | Annotation) -> Annotation:
    """An annotator's accept, by the spans that it has."""
    if isinstance(given, Annotation):
        return given
    spans = tuple(sorted(span_of(text, said) for said in given))
    return Annotation(1, name, 1, "accept", spans)


class Reviewer:
    """A review keyboard on a document, and what a person would read off it."""

    def __init__(
        self,
        text: str,
        given: Given,
        *,
        tokens: Sequence[Token] | None = None,
        before: Before | None = None,
        anonymous: bool = False,
        log: Any = MemoryLog,
        gold: Gold | None = None,
        labels: Mapping[str, str] = LABELS,
        overlapping: bool = False,
        **window: Any,
    ) -> None:
        made = tuple(GeneralTokenizer().tokenize(text) if tokens is None else tokens)
        answers = [annotation(text, *each) for each in given.items()]
        spans, decisions, changed = opened(answers, made, before)
        state = Replayed(
            draft=Draft(spans=spans, decisions=decisions), opened=True, begun=Begun((), 0, changed)
        )
        sheet = Sheet(Document(1, "news-1", text), Claim("+rosa", 1, 1), made, log(), state)
        seen = reviewed(answers, made, changed, anonymous="news-1" if anonymous else "")
        self.view = ReviewView(Page([sheet]), seen, gold, **window)
        self.keyboard = ReviewKeyboard(self.view, key_table(labels), overlapping=overlapping)
        self.names = {name: place for place, name in enumerate(labels.values())}
        self.reply = Reply()

    def play(self, keys: str) -> Reviewer:
        """Press keys, parted by blanks; `@word` types the hint of a word in view, `^word` with
        Shift on its first letter."""
        for key in keys.split():
            if len(key) > 1 and key[0] in "@^":
                hint = self._hint_of(key[1:])
                for letter in (hint[0].upper() if key[0] == "^" else hint[0], *hint[1:]):
                    self.reply = self.keyboard.press(letter)
            else:
                self.reply = self.keyboard.press(key)
        return self

    def _hint_of(self, word: str) -> str:
        for (_, token), hint in sorted(self.view.hints().of.items()):
            if self.view.sheet.document.text[slice(*self.view.sheet.tokens[token])] == word:
                return hint
        raise AssertionError(f"no hint over {word}")

    @property
    def spans(self) -> list[str]:
        """What stands: "PER:Asha"."""
        text = self.view.sheet.document.text
        return [f"{s.label}:{text[s.start : s.end]}" for s in self.view.sheet.draft.spans]

    @property
    def choices(self) -> list[str]:
        """What was decided, difference by difference; "" where nothing was."""
        made = {each[:2]: each.choice for each in self.view.sheet.draft.decisions}
        return [made.get(each.place, "") for each in self.view.reviewed.differences]

    @property
    def focus(self) -> str:
        """The words in focus, in brackets where digits are annotators."""
        words = self.view.sheet.document.text[self.view.focus.start : self.view.focus.end]
        return f"[{words}]" if self.keyboard.in_question else words

    @property
    def runs(self) -> list[list[Run]]:
        """The lines of the window."""
        return render(self.view, self.names)

    @property
    def lines(self) -> list[str]:
        """The lines of the window as plain text, without the empty ones at the end."""
        drawn = ["".join(text for text, _ in line).rstrip() for line in self.runs]
        while drawn and not drawn[-1]:
            drawn.pop()
        return drawn
