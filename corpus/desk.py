"""One annotator at work on a project: the page before her, and what happens when she leaves it.

Puts claims, journals, events and tokenizer together; knows nothing of the screen.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from tonemark.corpus import queue
from tonemark.corpus.events import Event, replay
from tonemark.corpus.journal import Journal, seize
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.project import Project
from tonemark.corpus.queue import Claim, Outcome
from tonemark.corpus.records import Answer
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Tokenizer

RENEWAL = 0.2
"""Share of the lease after which a key prolongs it."""


class Desk:
    """An annotator's place at a project.

    `page` is the one before her, or None where her queue is empty. Every method that opens a page
    raises ClaimHeld where another live process of hers has it (`take_over` then forces it), and
    every one that leaves a page raises ClaimLost where that happened to this one.
    """

    def __init__(
        self, project: Project, store: Store, annotator: str, tokenizer: Tokenizer
    ) -> None:
        self.project = project
        self.store = store
        self.annotator = annotator
        self.tokenizer = tokenizer
        self.page: Page | None = None
        self._pending: list[Claim] = []
        self._renewed = 0.0

    @property
    def lease(self) -> float:
        """Seconds that a claim is hers without a key."""
        return self.project.lease_minutes * 60.0

    # Opening

    def open_next(self) -> Page | None:
        """Put the next page of her queue before her."""
        return self._open(
            queue.claim_next(self.store, self.annotator, self.project.page, self.lease)
        )

    def open_document(self, number: int) -> Page | None:
        """Put one document before her, whatever the queue says."""
        self.set_aside()
        return self._open([queue.claim_document(self.store, self.annotator, number, self.lease)])

    def take_over(self) -> Page | None:
        """Open the page that another live process of hers holds, and leave that one outside."""
        claims = self._pending
        for at, claim in enumerate(claims):
            path = self._journal_path(claim)
            claims[at] = queue.take_over(self.store, claim, seize(path))
            path.with_suffix(".taken").unlink(missing_ok=True)
        return self._open(claims)

    # Leaving

    def answer(self, answer: Answer) -> Page | None:
        """Commit the page's answers and put the next page before her."""
        return self._leave_to_next(self._outcomes(answer))

    def later(self) -> Page | None:
        """Leave the page unanswered: it comes back at the end of her queue."""
        return self._leave_to_next(self._outcomes(None, defer=True))

    def back(self) -> Page | None:
        """Put the page that she answered before this one before her again; None if there is none.

        The page she leaves stays hers as it is.
        """
        before = 0
        if self.page:
            before = max(sheet.claim.answered for sheet in self.page.sheets)
        claims = queue.claim_last_answered(self.store, self.annotator, before)
        if not claims:
            return None
        self.set_aside()
        return self._open(claims)

    def set_aside(self) -> None:
        """Leave the page as it is, its keys folded into the store; it is hers when she returns."""
        if self.page:
            queue.leave(self.store, self._outcomes(None))
            self._close_journals(discard=True)

    def keep_lease(self) -> None:
        """Prolong the leases of the page, at most every few minutes: called on keys."""
        now = time.monotonic()
        if self.page and now - self._renewed > self.lease * RENEWAL:
            self._renewed = now
            queue.renew(self.store, [sheet.claim for sheet in self.page.sheets], self.lease)

    def close(self) -> None:
        """Leave for good, or until the next time."""
        try:
            self.set_aside()
        finally:
            self._close_journals(discard=False)

    def _outcomes(self, answer: Answer | None, *, defer: bool = False) -> list[Outcome]:
        if not self.page:
            raise TonemarkError("There is no page to leave.")
        return self.page.outcomes(answer, defer=defer)

    def _leave_to_next(self, outcomes: Sequence[Outcome]) -> Page | None:
        claims = queue.leave(self.store, outcomes, claim_next=self.project.page, lease=self.lease)
        self._close_journals(discard=True)
        return self._open(claims)

    def _close_journals(self, *, discard: bool) -> None:
        page, self.page = self.page, None
        for sheet in page.sheets if page else ():
            if isinstance(sheet.log, Journal):
                if discard:
                    sheet.log.discard()
                else:
                    sheet.log.close()

    def _open(self, claims: list[Claim]) -> Page | None:
        self._pending = claims
        opened: list[Journal] = []
        with contextlib.ExitStack() as undo:
            sheets = []
            for at, claim in enumerate(claims):
                claims[at], journal = self._open_journal(claim)
                opened.append(journal)
                undo.callback(journal.close)
                sheets.append(self._open_sheet(claims[at], journal))
            undo.pop_all()
        self._renewed = time.monotonic()
        self.page = Page(sheets) if sheets else None
        return self.page

    def _open_journal(self, claim: Claim) -> tuple[Claim, Journal]:
        path = self._journal_path(claim)
        taken = path.with_suffix(".taken")
        if taken.exists():  # a takeover that was cut off after its first step
            claim = queue.take_over(self.store, claim, seize(path))
            taken.unlink()
            path = self._journal_path(claim)
        return claim, Journal(path)

    def _open_sheet(self, claim: Claim, journal: Journal) -> Sheet:
        document = self.store.document(claim.document)
        events = queue.events_of(self.store, claim.annotator, claim.document)
        folded = {(event.number, event.kind) for event in events}
        events += [event for event in journal.events if (event.number, event.kind) not in folded]
        state = replay(document.number, events)
        if not state.opened:
            shown = [suggestion.to_json() for suggestion in self.store.suggestions(document.number)]
            event = Event(state.last + 1, "open", {"shown": shown}, time.time())
            journal.append(event)
            state.take(document.number, event)
        given = document.tokens
        if given is None:
            given = tuple(self.tokenizer.tokenize(document.text))
        return Sheet(document, claim, given, journal, state)

    def _journal_path(self, claim: Claim) -> Path:
        folder = self.project.folder / "journal" / claim.annotator
        return folder / f"{claim.document}.{claim.number}.log"
