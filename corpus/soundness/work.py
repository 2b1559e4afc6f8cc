"""What annotators did on a document: places, claims, and each annotation against its events."""

from __future__ import annotations

import itertools
import shlex
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from tonemark.corpus.annotators import is_reviewing
from tonemark.corpus.documents import unpack_tokens
from tonemark.corpus.events import MALFORMED, Event, Kind, Replayed
from tonemark.corpus.records import ANSWERS
from tonemark.corpus.soundness.spans import BACKUP, Fault, Row, Texts, place_of
from tonemark.corpus.spans import Span, parsed_sources
from tonemark.corpus.store import STORE_FILE
from tonemark.files import parsed
from tonemark.tokenizers.base import Token

STATES = ("open", "lapsed", "answered")
KINDS = get_args(Kind)

LONGEST = 1e9
"""Seconds that no answer takes."""


@dataclass
class Work:
    """Judges the work on one document at a time."""

    db: sqlite3.Connection
    folder: Path
    texts: Texts

    def faults(self, row: Row, rows: dict[str, list[tuple[Any, ...]]]) -> Iterator[Fault]:
        """What is wrong with the rows of a document in `claim`, `annotation` and `event`."""
        counted = sum(claim[4] == 1 for claim in rows["claim"])
        if row.taken != counted:
            query = (
                "UPDATE documents SET taken = (SELECT count(*) FROM claims"
                " WHERE document = documents.id AND counted)"
            )
            yield Fault(
                "The places of a document that are taken are counted wrongly.",
                f"{row.taken} instead of {counted}",
                self.by_sqlite("Count them anew", query),
            )
        if not isinstance(row.places, int) or row.places < 1:
            yield Fault("A document has no places.", str(row.places), BACKUP)
        claims = {claim[1]: claim for claim in rows["claim"]}
        annotations = _by_annotator(rows["annotation"])
        events = _by_annotator(rows["event"])
        for annotator in {**claims, **annotations, **events}:
            if is_reviewing(str(annotator)):
                continue  # told with reviews
            yield from self.of_annotator(
                row, str(annotator), claims.get(annotator), annotations.get(annotator, []),
                events.get(annotator, []),
            )  # fmt: skip

    def by_sqlite(self, told: str, statement: str) -> str:
        """A remedy that is a command."""
        path = shlex.quote(str(self.folder / STORE_FILE))
        return f"{told}:\n    sqlite3 {path} {shlex.quote(statement)}"

    def of_annotator(
        self,
        row: Row,
        annotator: str,
        claim: tuple[Any, ...] | None,
        annotations: list[tuple[Any, ...]],
        events: list[tuple[Any, ...]],
    ) -> Iterator[Fault]:
        """What one annotator did on a document."""
        self.texts.checked.annotations += len(annotations)
        self.texts.checked.events += len(events)
        answered = bool(annotations)
        replayed = yield from self.replayed(row, annotator, claim, events)
        # Opened without its events, a document would show nothing, and lose what it has.
        is_whole = replayed is not None and len(replayed) == len(annotations)

        def mend() -> str:
            return self._again(row, annotator) if is_whole else BACKUP

        if claim is None:
            what = "There is work on a document that its annotator never claimed."
            yield Fault(what, annotator, mend())
        else:
            self.texts.checked.claims += 1
            yield from self._claim(row, claim, answered, mend)
        revisions = [annotation[2] for annotation in annotations]
        if revisions != list(range(1, len(revisions) + 1)):
            yield Fault("Revisions are not numbered without gaps.", annotator, BACKUP)
        if answered and [each[3] for each in annotations] != [0] * (len(annotations) - 1) + [1]:
            yield Fault("The last revision is not the one that counts.", annotator, BACKUP)
        if answered and claim and bool(annotations[-1][8]) == (claim[4] == 1):
            what = "An answer is extra, and has a place; or has none, and is not extra."
            yield Fault(what, annotator, mend())
        if answered and replayed is not None and not is_whole:
            what = "An annotator's events have not as many answers as she gave."
            yield Fault(what, f"{annotator}: {len(replayed)} of {len(annotations)}", mend())
        for place, annotation in enumerate(annotations):
            told = replayed[place] if replayed and is_whole else None
            yield from self._annotation(row, annotator, annotation, told, mend)

    def _claim(
        self, row: Row, claim: tuple[Any, ...], answered: bool, mend: Callable[[], str]
    ) -> Iterator[Fault]:
        _, annotator, number, state, counted, reopened, *sequences = claim
        numbers = (number, counted, reopened, *sequences)
        if (
            state not in STATES
            or not all(isinstance(each, int) and each >= 0 for each in numbers)
            or number < 1
            or counted > 1
            or (state == "lapsed" and counted)
        ):
            what = "A claim is in no state that there is."
            yield Fault(what, f"{annotator}: {state} {numbers}", BACKUP)
        elif (state == "answered") != answered or (sequences[-1] > 0) != answered:
            what = "A claim says answered and there is no answer, or the other way round."
            yield Fault(what, f"{annotator}: {state}", mend())

    def replayed(
        self,
        row: Row,
        annotator: str,
        claim: tuple[Any, ...] | None,
        events: list[tuple[Any, ...]],
        made: list[int] | None = None,
    ) -> Generator[Fault, None, list[tuple[Any, ...]] | None]:
        """The content of each answer that replaying the events gives; None where that fails. `made`
        is filled with the revisions of gold that a reviewer's answers made."""
        contents: list[tuple[Any, ...]] = []
        state = Replayed()
        last = 0
        try:
            # By number, not by claim: so they are replayed (annotations.events_of).
            for _, _, number_of_claim, number, kind, data in sorted(events, key=lambda e: e[3]):
                if kind not in KINDS or (claim and number_of_claim > claim[2]):
                    raise ValueError
                if number <= last:
                    yield Fault("Two events have one number.", f"{annotator}: {number}",
                                 BACKUP)  # fmt: skip
                last = number
                event = Event(number, kind, parsed(data))
                state.take(row.number, event)
                if kind == "answer":
                    draft = state.draft
                    spans = draft.accepted() if state.answer == "accept" else draft.spans
                    contents.append(
                        (state.answer, sorted(spans), _stored(draft.comment), draft.flagged,
                         draft.made)
                    )  # fmt: skip
                    if made is not None:
                        made.append(event.data["gold"])
            for each in state.draft.spans:
                if not 0 <= each.start < each.end <= len(row.text):
                    raise ValueError
        except MALFORMED:
            what = "The events of an annotator cannot be replayed."
            yield Fault(what, f"{annotator}, event {last}", BACKUP)
            return None
        return contents

    def _annotation(
        self,
        row: Row,
        annotator: str,
        annotation: tuple[Any, ...],
        told: tuple[Any, ...] | None,
        mend: Callable[[], str],
    ) -> Iterator[Fault]:
        """One revision: its spans against the text, and all of it against what the events have
        `told`, if they have."""
        _, _, revision, current, answer, comment, flagged, tokens, _, number, seconds = annotation
        who = annotator if current else f"{annotator}, revision {revision}"
        again = mend if current else _backup
        if answer not in ANSWERS:
            yield Fault("An answer is none that there is.", f"{who}: {answer}", again())
        if not isinstance(seconds, float) or not 0 <= seconds < LONGEST:
            change = f"UPDATE annotations SET seconds = 0 WHERE id = {number}"
            what = "How long an answer took cannot be read."
            yield Fault(what, f"{who}: {seconds}", self.by_sqlite("Leave it out", change))
        rows = self.db.execute(
            "SELECT start_char, end_char, label, sources FROM spans WHERE annotation = ?", (number,)
        ).fetchall()
        self.texts.checked.spans += len(rows)
        spans = yield from self.spans(row, rows, who, again)
        yield from self.texts.tokens(row.text, tokens, who)
        try:
            spans.sort()
            overlap = any(one.end > other.start for one, other in itertools.pairwise(spans))
            corrected = None if tokens is None else unpack_tokens(tokens)
        except MALFORMED:
            return
        if overlap and not self.texts.overlapping:
            what = "Spans of an answer overlap, in a project where they may not."
            yield Fault(what, who, "Look whether they were given so.", harmless=True)
        if told and (
            told[:-1] != (answer, spans, comment, bool(flagged)) or not holds(corrected, told[-1])
        ):
            what = "An answer differs from what its events give."
            yield Fault(what, who, again())

    def spans(
        self, row: Row, rows: list[tuple[Any, ...]], who: str, again: Callable[[], str]
    ) -> Generator[Fault, None, list[Span]]:
        """Spans against their text: those that can be read."""
        spans = []
        for start, end, label, sources in rows:
            yield from self.texts.stretch(row.text, start, end, label, "span", who, again)
            try:
                spans.append(Span(start, end, label, parsed_sources(sources)))
            except MALFORMED:
                yield Fault(
                    "The sources of a span cannot be read.", place_of(who, start, end), again()
                )
        return spans

    def _again(self, row: Row, annotator: str) -> str:
        folder, key = shlex.quote(str(self.folder)), shlex.quote(str(row.key))
        return (
            "Copy the folder first. Her events are whole: open the document, look, and answer it"
            " again:"
            f"\n    tonemark annotate {folder} --as {shlex.quote(annotator)} --document {key}"
        )


def _backup() -> str:
    return BACKUP


def holds(tokens: tuple[Token, ...] | None, made: tuple[Token, ...]) -> bool:
    """Whether the tokens of an answer are there where some were corrected, and these among them."""
    return bool(made) == (tokens is not None) and set(made) <= set(tokens or ())


def _by_annotator(rows: Iterable[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(row)
    return found


def _stored(comment: str) -> str:
    """A comment as `annotations.write_revision` keeps it."""
    return comment.encode("utf-8", "replace").decode()
