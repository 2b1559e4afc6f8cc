"""A reviewer's place at a project: the document before her, what annotators said of it, and what
becomes gold when she leaves it."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import replace
from typing import Any

from tonemark.corpus.annotators import annotates, person, reviewing
from tonemark.corpus.desk import Desk
from tonemark.corpus.documents import Document
from tonemark.corpus.events import Begun, Replayed
from tonemark.corpus.gold import Gold, gold_of
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.project import Project
from tonemark.corpus.queue import Outcome, SettledMeanwhile
from tonemark.corpus.records import Answer
from tonemark.corpus.reviews import Reviewing, Wanted, held_by_another, is_finished, newest
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer
from tonemark.errors import TonemarkError
from tonemark.review.catching_up import catch_up, cited, counted
from tonemark.review.decisions import closing, decided_answer
from tonemark.review.opening import Before, Reviewed, corrected_alike, opened, reviewed
from tonemark.tokenizers.base import Token

ORDERING = 2.0
"""Seconds that are spent on comparing first, where the largest differences are wanted: those of
some 30,000 documents."""

MANY = 1_000
"""Documents up to which those that wait are counted."""


class ReviewDesk(Desk):
    """A desk whose queue is that of reviews: a document a page, of which an answer makes gold.

    A document is frozen when it is opened: what an annotator changes later comes with the next
    opening, beside what was decided so far. `annotator` is the key of her claims, `reviewer` her
    name.
    """

    turns: Reviewing

    def __init__(
        self,
        project: Project,
        store: Store,
        reviewer: str,
        tokenizer: AnyTokenizer,
        wanted: Wanted | None = None,
        *,
        anonymous: bool = False,
    ) -> None:
        super().__init__(project, store, reviewing(reviewer), tokenizer)
        self.anonymous = anonymous
        self.want(wanted or Wanted())
        self._seen: tuple[Begun, Reviewed] | None = None

    @property
    def reviewer(self) -> str:
        """Who reviews."""
        return person(self.annotator)

    @property
    def size(self) -> int:
        """Documents that share a page: one."""
        return 1

    @property
    def wanted(self) -> Wanted:
        """Which documents she wants."""
        return self.turns.wanted

    def want(self, wanted: Wanted) -> None:
        """Ask for other documents from the next page on."""
        self.turns = Reviewing(wanted, annotates=annotates(self.project, self.reviewer))

    def waiting(self) -> int:
        """How many documents are still to come, this one included, counted up to MANY: of those
        that are compared by now."""
        return self.turns.waiting(self.store, self.annotator, MANY)

    @property
    def reviewed(self) -> Reviewed:
        """What annotators said of the document before her. Raises TonemarkError without one."""
        if not self.page:
            raise TonemarkError("There is no document to review.")
        sheet = self.page.sheets[0]
        begun = sheet.state.begun
        assert begun
        if self._seen is None or self._seen[0] is not begun:
            given = cited(self.store, sheet.document.number, begun.cites)
            key = sheet.document.key if self.anonymous else ""
            found = reviewed(given, sheet.given, begun.changed, anonymous=key)
            self._seen = begun, found
        return self._seen[1]

    @property
    def gold(self) -> Gold | None:
        """The gold of the document before her, as it stands in the store; None where it has
        none."""
        return gold_of(self.store, self.page.sheets[0].document.number) if self.page else None

    def open_next(self) -> Page | None:
        """Put the next document before her; what was answered meanwhile is compared first, as far
        as it takes to find one, but for so many seconds: the screen goes on (`Pace`)."""
        until = time.monotonic() + ORDERING
        more = self._compare(until if self.wanted.largest else 0.0)
        while super().open_next() is None and more and time.monotonic() < until:
            more = self._compare(0.0)
        return self.page

    def answer(self, answer: Answer) -> Page | None:
        """Make gold of the document before her, and put the next one there.

        Raises SettledMeanwhile where another reviewer did so since it was opened: nothing is
        overwritten, what she decided stands on the page, and the next answer is the newer one.
        """
        self.check_writable()
        page = self.page
        edit = page and closing(page.sheets[0], self.reviewed, answer)
        if page and edit:
            page.perform([edit])
        try:
            return super().answer(answer)
        except SettledMeanwhile:
            if page:
                sheet = page.sheets[0]
                if data := self.opening(sheet.document, sheet.given, sheet.state):
                    page.begin_again(data)
            raise
        except BaseException:
            if edit and page and self.page is page:  # it is not answered, so nothing is refused
                with contextlib.suppress(TonemarkError, OSError):
                    page.undo()
            raise

    def _leave_to_next(self, answer: Answer | None, *, defer: bool = False) -> Page | None:
        return super()._leave_to_next(answer, defer=defer) or self.open_next()

    def _compare(self, until: float) -> bool:
        """Compare until then, and once at least; whether there may be more. A store that has no
        turn for it is asked again by the next page."""
        with contextlib.suppress(TonemarkError, OSError):
            while catch_up(self.store, self.tokenizer):
                if time.monotonic() >= until:
                    return True
        return False

    def open_document(self, number: int) -> Page | None:
        """Put one document before her. Raises TonemarkError where another reviewer has it, and
        where answers to it are missing: they would no longer be given blind."""
        if not is_finished(self.store, number):
            raise TonemarkError(
                "Not all answers to this document are in.",
                "It can be reviewed when its annotators have answered it.",
            )
        if self.turns.hers_to_answer(self.store, self.annotator, number):
            raise TonemarkError(
                "You may still be asked to label this text yourself.",
                "Answer it first: what others said of it would be before you.",
            )
        if held := held_by_another(self.store, number, self.annotator):
            minutes = math.ceil((held.until - time.time()) / 60)
            raise TonemarkError(
                f"{held.reviewer} is reviewing this document.",
                f"It is free when she leaves it, or in {minutes} minutes if she does nothing.",
            )
        return super().open_document(number)

    def opening(
        self, document: Document, tokens: tuple[Token, ...], state: Replayed
    ) -> dict[str, Any] | None:
        """What the document begins with: anew where annotators or another reviewer changed what
        lay before her."""
        given = counted(self.store, document.number)
        gold = gold_of(self.store, document.number)
        cites = tuple((each.annotator, each.revision) for each in given)
        revision = gold.revision if gold else 0
        begun = state.begun
        if begun and begun.cites == cites and begun.gold == revision:
            return None
        before, draft = None, state.draft
        if begun and state.touched:
            # What she had done stays, whoever else has said something since.
            then = cited(self.store, document.number, begun.cites)
            before = Before(draft.spans, draft.decisions, then, gold=bool(begun.gold))
        elif gold:
            then = cited(self.store, document.number, gold.cites)
            before = Before(gold.spans, gold.decisions, then)
        spans, decisions, changed = opened(given, tokens, before)
        comment, flagged = draft.comment, draft.flagged
        if gold and not state.touched:
            comment, flagged = gold.comment, gold.flagged
        if before is None:
            made = list(corrected_alike(given, tokens))
        elif gold and before.spans is gold.spans:
            made = [token for token in gold.tokens or () if token not in set(tokens)]
        else:
            made = list(draft.made)
        return {
            "cites": cites,
            "gold": revision,
            "changed": changed,
            "spans": [span.to_json() for span in spans],
            "decisions": decisions,
            "made": made,
            "comment": comment,
            "flagged": flagged,
            "unfinished": state.touched,
            "shown": [],
        }

    def _outcomes(self, answer: Answer | None = None, *, defer: bool = False) -> list[Outcome]:
        if not self.page:
            return []
        return [
            self._with_gold(outcome, sheet) if outcome.answer else outcome
            for outcome, sheet in zip(
                self.page.outcomes(answer, defer=defer), self.page.sheets, strict=True
            )
        ]

    def _with_gold(self, outcome: Outcome, sheet: Sheet) -> Outcome:
        """An answer as the gold that it makes."""
        begun, draft = sheet.state.begun, sheet.draft
        assert begun
        answer = outcome.answer
        assert answer
        if answer == "accept":
            answer = decided_answer(draft) or answer
        gold = Gold(
            sheet.document.number,
            self.reviewer,
            answer,
            draft.spans,
            revision=begun.gold,
            comment=draft.comment,
            flagged=draft.flagged,
            tokens=sheet.tokens if draft.made else None,
            decisions=draft.decisions,
            cites=begun.cites,
            compared=newest(self.store, sheet.document.number, begun.cites),
        )
        *events, last = outcome.events
        last = replace(last, data={"answer": answer, "gold": begun.gold + 1})
        return replace(outcome, gold=gold, answer=answer, events=(*events, last))
