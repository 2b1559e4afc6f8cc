"""One annotator at work on a project: the page before her, and what happens when she leaves it.

Puts claims, journals, events and tokenizer together; knows nothing of the screen.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tonemark.corpus import places, queue
from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.events import Replayed
from tonemark.corpus.journal import ClaimHeld, ClaimLost, Journal
from tonemark.corpus.pages import Page, ReadOnlyLog, Sheet
from tonemark.corpus.project import Project
from tonemark.corpus.proposing import Proposer, Stored, offer_of
from tonemark.corpus.queue import Claim, Outcome
from tonemark.corpus.records import Answer
from tonemark.corpus.sheets import journal_read, open_journal, open_sheet, proposed, seized
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import (
    AnyTokenizer,
    TokensAwaited,
    check_there,
    package_loaded,
    tokenizer_anew,
    tokenizer_of,
)
from tonemark.corpus.turns import ANNOTATING, Turns
from tonemark.corpus.uncertain import set_order
from tonemark.corpus.unweighed import follow_evaluation
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token

RENEWAL = 0.2
"""Share of the lease after which a key prolongs it."""


class Desk:
    """An annotator's place at a project.

    `page` is the one before her, or None where her queue is empty or the next page could not be
    opened. Every method that opens a page raises ClaimHeld where another live process of hers has
    it (`take_over` then forces it), TokensAwaited where its tokens are still being made
    (`open_awaited` then tries again), and every one that leaves a page raises ClaimLost where a
    takeover happened to this one. Where the store refuses (TonemarkError), the page stays as it is;
    where the next page cannot be opened (OSError), `open_next` tries again.

    Documents of her queue that are damaged are passed over, and stay unanswered: `passed_over` has
    the words for those met on the way to this page.

    Where the store may only be read, `read_only` says why: pages can be looked at, and all that
    would change something raises TonemarkError.
    """

    turns: Turns = ANNOTATING
    """Which documents come to her."""

    def __init__(
        self,
        project: Project,
        store: Store,
        annotator: str,
        tokenizer: AnyTokenizer,
        proposer: Proposer | None = None,
    ) -> None:
        self.project = project
        self.store = store
        self.annotator = annotator
        self.tokenizer = tokenizer
        self.proposer = proposer or Stored(project, store)
        self.page: Page | None = None
        self.passed_over: list[str] = []
        self._pending: list[Claim] = []
        self._awaited: Callable[[], Page | None] = lambda: self.page
        self._awaiting: list[Claim] = []
        self._followed = ""
        self._renewed = 0.0
        self._placed: Project | None = None

    @property
    def size(self) -> int:
        """Documents that share a page."""
        return self.project.page

    @property
    def lease(self) -> float:
        """Seconds that a claim is hers without a key."""
        return self.project.lease_minutes * 60.0

    @property
    def read_only(self) -> str:
        """Why nothing can be changed here, in words; empty where it can."""
        return self.store.read_only

    def check_writable(self) -> None:
        """Raises TonemarkError where nothing can be changed."""
        if self.read_only:
            raise TonemarkError(f"Read-only, nothing is changed: {self.read_only}.")

    # Opening

    def open_next(self) -> Page | None:
        """Put the next page of her queue before her."""
        if self.read_only:
            return self._look_next()
        self._set_places()
        return self._turn_to_next(
            queue.claim_next(
                self.store, self.annotator, self.size, self.lease, self._outcomes(), self.turns
            )
        )

    def open_document(self, number: int) -> Page | None:
        """Put one document before her, whatever the queue says.

        Raises KeyError where there is none of that number.
        """
        if self.read_only:
            self.store.document(number)
            claim = Claim(self.annotator, number, 0)
            return self._open([queue.current(self.store, claim) or claim])
        self._set_places()
        claim = queue.claim_document(
            self.store, self.annotator, number, self.lease, self._outcomes()
        )
        return self._turn([claim])

    def take_over(self) -> Page | None:
        """Open the page that another live process of hers holds, and leave that one outside."""
        claims = self._pending
        for at, claim in enumerate(claims):
            now = queue.current(self.store, claim) or claim
            claims[at] = seized(self.store, self.project.folder, now, self.lease)
        return self._open(claims) if claims else self.page

    def open_awaited(self) -> Page | None:
        """Open the page of which the tokens were not there: cheap as long as they are not."""
        if package_loaded(self.store, self.tokenizer) not in ("", self._followed):
            # One may be upgraded under an open window.
            self._followed = package_loaded(self.store, self.tokenizer)
            with contextlib.suppress(TonemarkError):  # half of it is there
                self.tokenizer = tokenizer_anew(self.project)
        return self._awaited()

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed; pages that are open keep their tokens.

        Raises TonemarkError, and changes nothing, where its tokenizer cannot be had.
        """
        before, now = ((each.tokenizer, each.tokenizer_stamp) for each in (self.project, project))
        if now != before:
            self.tokenizer = tokenizer_of(project, loads_code=False)
        self.project = project
        self.proposer.use_project(project)

    # Leaving

    def answer(self, answer: Answer) -> Page | None:
        """Commit the page's answers and put the next page before her."""
        return self._leave_to_next(answer)

    def later(self) -> Page | None:
        """Leave the page unanswered: it comes back at the end of her queue."""
        return self._leave_to_next(None, defer=True)

    def back(self) -> Page | None:
        """Put the page that she answered before this one before her again; None if there is none.

        The page she leaves stays hers as it is.
        """
        self.check_writable()
        before = 0
        if self.page:
            before = max(sheet.claim.answered for sheet in self.page.sheets)
        claims = queue.claim_last_answered(self.store, self.annotator, before, self._outcomes())
        return self._turn(claims) if claims else None

    def keep_lease(self) -> None:
        """Prolong the leases of the page, at most every few minutes: called on keys.

        Where the store has no turn for it, the key still counts, and a later one tries again.
        Raises ClaimLost where the page was taken over.
        """
        # Not the monotonic clock: it stands still while a machine sleeps, and leases do not.
        now = time.time()
        if (
            self.page
            and not self.read_only
            and not 0 <= now - self._renewed <= self.lease * RENEWAL
        ):
            try:
                queue.renew(self.store, [sheet.claim for sheet in self.page.sheets], self.lease)
            except ClaimLost:
                raise
            except TonemarkError:
                pass
            self._renewed = now

    def close(self, *, cut_off: bool = False) -> None:
        """Leave for good, or until the next time, which begins with this page if it is still hers.
        What was not touched is others' to take, unless she was `cut_off`: then it is hers, with
        the focus where it was, while its lease lasts.

        Where the store refuses, the journals keep what it does not have: it is there when she
        returns. A page that was taken over has nothing to leave.
        """
        try:
            with contextlib.suppress(ClaimLost):
                if self.page and not self.read_only:
                    left = self.page.outcomes(None, give_back=not cut_off, returning=True)
                    queue.leave(self.store, left)
                self._close_journals(discard=True)
            if not cut_off:
                self._give_back_awaited()
        finally:
            self._close_journals(discard=False)

    def _give_back_awaited(self) -> None:
        """Let others have the documents that she waited for, those aside on which she had worked
        before, or of which another window of hers has got the tokens."""
        claims, self._awaiting = self._awaiting, []
        for claim in claims:
            with contextlib.suppress(ClaimHeld, ClaimLost):
                now, journal = self._journal_of(claim)
                kept = queue.events_of(self.store, now.annotator, now.document)
                done = any(each.kind not in ("open", "focus") for each in (*kept, *journal.events))
                try:
                    if not (done or now.answered):
                        queue.leave(self.store, [Outcome(now, (), give_back=True)])
                finally:
                    if journal.events and done:
                        journal.close()
                    else:
                        journal.discard()

    def _outcomes(self, answer: Answer | None = None, *, defer: bool = False) -> list[Outcome]:
        if not self.page:
            return []
        outcomes = self.page.outcomes(answer, defer=defer)
        return [
            self._weighed(outcome, sheet) if outcome.answer == "accept" else outcome
            for outcome, sheet in zip(outcomes, self.page.sheets, strict=True)
        ]

    def _weighed(self, outcome: Outcome, sheet: Sheet) -> Outcome:
        """An accept with what it says of entries and of what was suggested."""
        given = sheet.document, sheet.tokens, outcome.spans
        return replace(
            outcome,
            weighed=self.proposer.weighed(*given, sheet.state.shown),
            offer=offer_of(sheet.state, outcome.spans),
        )

    def _leave_to_next(self, answer: Answer | None, *, defer: bool = False) -> Page | None:
        if not self.page:
            raise TonemarkError("There is no page to leave.")
        self.check_writable()
        self._set_places()
        outcomes = self._outcomes(answer, defer=defer)
        return self._turn_to_next(
            queue.leave(
                self.store, outcomes, claim_next=self.size, lease=self.lease, turns=self.turns
            )
        )

    def _turn(self, claims: list[Claim]) -> Page | None:
        """Open the next page, the store having what was done on this one."""
        self._close_journals(discard=True)
        return self._open(claims)

    def _turn_to_next(self, claims: list[Claim]) -> Page | None:
        """Open the next page without what is damaged; only where all of it is, the one behind."""
        self._close_journals(discard=True)
        self.passed_over = []
        tried: set[int] = set()
        while True:
            page = self._open(claims, passing_over=True)
            if page or {claim.document for claim in claims} <= tried:
                return page
            tried |= {claim.document for claim in claims}
            claims = queue.claim_next(
                self.store, self.annotator, self.size, self.lease, turns=self.turns
            )

    def _look_next(self) -> Page | None:
        self._awaited = self._look_next
        self.page = None
        size, seen = self.size, -1
        while True:
            self.passed_over = []
            claims = queue.look_next(self.store, self.annotator, size, self.turns)
            sheets = []
            for claim in claims:
                try:
                    sheets.append(self._looked_at(claim))
                except Damaged as error:
                    self.passed_over.append(error.title)
                if len(sheets) == self.size:
                    break
            if sheets or len(claims) <= seen:
                self.page = Page(sheets) if sheets else None
                return self.page
            size, seen = size * 2 + len(claims), len(claims)

    def _set_places(self) -> None:
        """Let the store follow `overlap`, its share, `order` and `evaluation`, as project.toml now
        has them."""
        if self._placed is not self.project:
            places.set_places(self.store, self.project.overlap, self.project.overlap_share)
            set_order(self.store, self.project.order, self.project.evaluation)
            follow_evaluation(self.store, self.project.evaluation)
            self._placed = self.project

    def _close_journals(self, *, discard: bool) -> None:
        page, self.page = self.page, None
        for sheet in page.sheets if page else ():
            if isinstance(sheet.log, Journal):
                if discard:
                    sheet.log.discard()
                else:
                    sheet.log.close()

    def _open(self, claims: list[Claim], *, passing_over: bool = False) -> Page | None:
        try:
            check_there(self.store, (claim.document for claim in claims), self.tokenizer)
        except TokensAwaited:
            self.page = None
            self._awaiting = [] if self.read_only else claims
            opener = self._turn_to_next if passing_over else self._open
            self._awaited = lambda: opener(claims)
            raise
        self._awaiting = []
        self.proposer.turn_to([claim.document for claim in claims])
        if self.read_only:
            sheets = [self._looked_at(claim) for claim in claims]
            self.page = Page(sheets) if sheets else None
            return self.page
        self._pending = claims
        with contextlib.ExitStack() as undo:
            sheets = []
            for at, claim in enumerate(claims):
                claims[at], journal = self._journal_of(claim)
                undo.callback(journal.close)
                try:
                    sheets.append(self._opened(claims[at], journal))
                except Damaged as error:
                    if not passing_over:
                        raise
                    journal.close()
                    self.passed_over.append(error.title)
                    # To the end of her queue: the rest comes first.
                    queue.leave(self.store, [Outcome(claims[at], (), defer=True)])
            undo.pop_all()
        self._pending = []
        self._renewed = time.time()
        self.page = Page(sheets) if sheets else None
        return self.page

    def _journal_of(self, claim: Claim) -> tuple[Claim, Journal]:
        return open_journal(self.store, self.project.folder, claim, self.lease)

    def _looked_at(self, claim: Claim) -> Sheet:
        return self._opened(claim, journal_read(self.project.folder, claim, self.read_only))

    def _opened(self, claim: Claim, journal: Journal | ReadOnlyLog) -> Sheet:
        return open_sheet(self.store, claim, journal, self.tokenizer, self.opening)

    def opening(
        self, document: Document, tokens: tuple[Token, ...], state: Replayed
    ) -> dict[str, Any] | None:
        """What stands on a sheet when it is opened (`sheets.Opening`): what is suggested, the first
        time."""
        return proposed(self.proposer)(document, tokens, state)
