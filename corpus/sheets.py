"""How a claim comes before its annotator: its journal taken up, and the sheet that its events make.

Knows no queue: whose turn it is has been settled before.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from tonemark.corpus import queue
from tonemark.corpus.documents import Document, damaged
from tonemark.corpus.events import MALFORMED, Event, Replayed, replay
from tonemark.corpus.journal import ClaimHeld, Journal, parse, read_journal, seize, taken_path
from tonemark.corpus.pages import ReadOnlyLog, Sheet
from tonemark.corpus.proposing import Proposer
from tonemark.corpus.queue import Claim
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokens_of
from tonemark.files import check_inside
from tonemark.tokenizers.base import Token

Opening: TypeAlias = Callable[[Document, tuple[Token, ...], Replayed], dict[str, Any] | None]
"""What the `open` event of a sheet has to say, of a document, its tokens and what her events so far
add up to; None where it stays as it was opened before."""


def open_journal(store: Store, folder: Path, claim: Claim, lease: float) -> tuple[Claim, Journal]:
    """Take up the journal of a claim in a project's folder: the claim as it then is, and the file.

    Raises ClaimHeld where another process has it, and what `Journal` raises. `lease` is in seconds.
    """
    if taken_path(_path(folder, claim)).exists():
        # A takeover that was cut off after its first step.
        claim = seized(store, folder, claim, lease)
    path = _path(folder, claim)
    journal = Journal(path)
    # Another window may have taken the claim over since it was read, or given it back: then
    # the lock that this one has got is on a new file, of which that window knows nothing.
    # In this order: that window deletes the one after it has raised the other.
    is_seized = taken_path(path).exists()
    now = queue.current(store, claim)
    if is_seized or now is None or now.number != claim.number:
        if journal.events:
            journal.close()
        else:
            journal.discard()
        raise ClaimHeld
    return claim, journal


def journal_read(folder: Path, claim: Claim, reason: str) -> ReadOnlyLog:
    """What stands in a journal, which stays as it is, for one who may only read for some reason."""
    path = _path(folder, claim)
    events: list[Event] = []
    for each in (taken_path(path), path):
        with contextlib.suppress(OSError):
            events += parse(read_journal(each))
    return ReadOnlyLog(events, reason)


def seized(store: Store, folder: Path, claim: Claim, lease: float) -> Claim:
    """Take a claim over from a process that may be alive: the claim as it then is."""
    path = _path(folder, claim)
    claim = queue.take_over(store, claim, seize(path), lease)
    taken_path(path).unlink(missing_ok=True)
    return claim


def open_sheet(
    store: Store,
    claim: Claim,
    journal: Journal | ReadOnlyLog,
    tokenizer: AnyTokenizer,
    opening: Opening,
) -> Sheet:
    """The sheet of a claim. What stands on it when it is opened, for the first time or anew, is
    frozen as `opening` says it.

    Raises Damaged where the document, or her work on it, cannot be read, and TokensAwaited.
    """
    document = store.document(claim.document)
    given = tokens_of(store, document, tokenizer)
    try:
        events = queue.events_of(store, claim.annotator, claim.document)
        folded = {(event.number, event.kind) for event in events}
        events += [each for each in journal.events if (each.number, each.kind) not in folded]
        state = replay(document.number, events)
        state.check(document.number, len(document.text))
    except MALFORMED:
        raise damaged(document.number, "your work on ") from None
    data = opening(document, given, state)
    if data is not None:
        event = Event(state.last + 1, "open", data, time.time())
        journal.append(event)
        state.take(document.number, event)
    return Sheet(document, claim, given, journal, state)


def proposed(proposer: Proposer) -> Opening:
    """The opening of an annotator: what is suggested at the first time."""

    def opening(
        document: Document, given: tuple[Token, ...], state: Replayed
    ) -> dict[str, Any] | None:
        if state.opened:
            return None
        found = proposer.proposed(document, given)
        data = {"shown": [suggestion.to_json() for suggestion in found.shown]}
        if found.hidden:
            data["hidden"] = [suggestion.to_json() for suggestion in found.hidden]
        if found.possible:
            data["possible"] = [list(each) for each in found.possible]
        return data

    return opening


def _path(folder: Path, claim: Claim) -> Path:
    journals = folder / "journal" / claim.annotator
    check_inside(folder, journals)
    return journals / f"{claim.document}.{claim.number}.log"
