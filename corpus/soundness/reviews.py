"""Reviews of a document: its gold, how its annotators differ, and what reviewers did on it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tonemark.corpus.annotators import is_annotator_name, is_reviewing, person
from tonemark.corpus.archive import is_dropped
from tonemark.corpus.documents import unpack_tokens
from tonemark.corpus.drafts import decision_from_json
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.gold import is_rule
from tonemark.corpus.records import ANSWERS
from tonemark.corpus.soundness.spans import BACKUP, Fault, Row
from tonemark.corpus.soundness.work import STATES, Work, holds
from tonemark.corpus.spans import Span
from tonemark.files import parsed

Rows = dict[str, list[tuple[Any, ...]]]
"""The rows of a document, by what they are (`soundness.documents`)."""


@dataclass
class Reviews:
    """Judges the reviews of one document at a time."""

    work: Work

    def faults(self, row: Row, rows: Rows) -> Iterator[Fault]:
        """What is wrong with a document's gold and differences, and with its reviewers' work."""
        yield from self.gold(row, rows)
        for each in rows["difference"]:
            yield from self._difference(each, rows["gold"])
        claims = {each[1]: each for each in rows["claim"]}
        work = {str(each[1]) for name in ("claim", "annotation", "event") for each in rows[name]}
        for key in sorted(filter(is_reviewing, work)):
            yield from self.of_reviewer(row, key, claims.get(key), rows)

    def gold(self, row: Row, rows: Rows) -> Iterator[Fault]:
        """The gold of a document, all revisions."""
        golden = rows["gold"]
        self.work.texts.checked.gold += len(golden)
        if [each[1] for each in golden] != list(range(1, len(golden) + 1)):
            yield Fault("Revisions of gold are not numbered without gaps.", "", BACKUP)
        if golden and [each[2] for each in golden] != [0] * (len(golden) - 1) + [1]:
            yield Fault("The last revision of gold is not the one that counts.", "", BACKUP)
        there = {(each[1], each[2]) for each in rows["annotation"]}
        for each in golden:
            cited = {*there, *self._dropped(row, each[9], there)}
            yield from self._revision(row, each, cited)

    def _dropped(
        self, row: Row, cites: Any, there: set[tuple[Any, Any]]
    ) -> Iterator[tuple[Any, Any]]:
        """Of the annotations that gold cites those that were dropped since."""
        with contextlib.suppress(*MALFORMED):
            for name, revision in parsed(cites):
                if (name, revision) not in there and is_dropped(
                    self.work.db, row.number, name, revision
                ):
                    yield name, revision

    def _revision(
        self, row: Row, gold: tuple[Any, ...], annotations: set[tuple[Any, Any]]
    ) -> Iterator[Fault]:
        _, revision, current, reviewer, answer, comment, flagged, tokens, *rest = gold
        decisions, cites, compared, weighed, time, number = rest
        who = "gold" if current else f"gold, revision {revision}"
        if not isinstance(reviewer, str) or not (is_annotator_name(reviewer) or is_rule(reviewer)):
            yield Fault("Gold is of nobody, and of no rule.", f"{who}: {reviewer}", BACKUP)
        if answer not in ANSWERS or not isinstance(comment, str) or flagged not in (0, 1):
            yield Fault("The answer of gold is none that there is.", f"{who}: {answer}", BACKUP)
        if not isinstance(time, float) or weighed not in (0, 1):
            yield Fault("When gold was settled cannot be read.", f"{who}: {time}", BACKUP)
        query = "SELECT start_char, end_char, label, sources FROM gold_spans WHERE gold = ?"
        found = self.work.db.execute(query, (number,)).fetchall()
        spans = yield from self.work.spans(row, found, who, lambda: BACKUP)
        yield from self.work.texts.tokens(row.text, tokens, who)
        if _overlap(spans) and not self.work.texts.overlapping:
            what = "Spans of gold overlap, in a project where they may not."
            yield Fault(what, who, "Look whether they were given so.", harmless=True)
        if not _are_decisions(decisions, len(row.text)):
            mend = f"UPDATE gold SET decisions = '[]' WHERE id = {number}"
            what = "What was taken where annotators differed cannot be read."
            yield Fault(what, who, self.work.by_sqlite("Leave it out; the spans stay", mend))
        if not _are_cites(cites, annotations) or not isinstance(compared, int) or compared < 0:
            mend = f"UPDATE gold SET cites = '[]', compared = 0 WHERE id = {number};"
            mend += f" UPDATE differences SET settled = 0 WHERE document = {row.number}"
            what = "Gold cites annotations that there are not."
            yield Fault(what, who, self.work.by_sqlite("Let it be reviewed again", mend))

    def _difference(
        self, difference: tuple[Any, ...], golden: list[tuple[Any, ...]]
    ) -> Iterator[Fault]:
        _, compared, accepts, agreed, *kinds, size, labels, annotators, settled = difference
        counts = (compared, accepts, agreed, *kinds, size)
        try:
            is_sound = all(isinstance(each, int) and each >= 0 for each in counts)
            names = [*_names(labels), *_names(annotators)]
            if is_sound and sum(kinds) == size and all(names) and settled in (0, 1):
                last = max((gold[10] for gold in golden if gold[2]), default=-1)
                if settled != (last >= compared):
                    what = "Whether the differences of a document are settled is noted wrongly."
                    yield self._anew(what)
                return
        except MALFORMED:
            pass
        yield self._anew("How the annotators of a document differ cannot be read.")

    def missing(self, row: Row, rows: Rows) -> Iterator[Fault]:
        """That a document should be compared by now, and is not: no reviewer would ever get it. Not
        to be asked of a damaged one, which cannot be compared."""
        counted = [each[9] for each in rows["annotation"] if each[3] and not each[8]]
        is_compared = counted and max(counted) <= self._compared
        if is_compared and len(counted) >= row.places and not rows["difference"]:
            yield self._anew("How the annotators of a document differ is missing.")

    @cached_property
    def _compared(self) -> int:
        """The number of the annotation up to which all are compared."""
        (compared,) = self.work.db.execute("SELECT min(compared) FROM ticket").fetchone()
        return compared if isinstance(compared, int) else 0

    def _anew(self, what: str) -> Fault:
        anew = "DELETE FROM differences; UPDATE ticket SET compared = 0"
        return Fault(what, "", self.work.by_sqlite("Have it worked out anew", anew))

    def of_reviewer(
        self, row: Row, key: str, claim: tuple[Any, ...] | None, rows: Rows
    ) -> Iterator[Fault]:
        """What one reviewer did on a document: her events make gold, and never an annotation."""
        checked = self.work.texts.checked
        events = [each for each in rows["event"] if each[1] == key]
        annotations = [each for each in rows["annotation"] if each[1] == key]
        checked.events += len(events)
        checked.annotations += len(annotations)
        if annotations or not is_annotator_name(person(key)):
            yield Fault("What a reviewer settled stands as an annotation.", key, BACKUP)
        made: list[int] = []
        replayed = yield from self.work.replayed(row, key, claim, events, made)
        if claim is None:
            yield Fault("There is a review of a document that nobody claimed.", key, BACKUP)
        else:
            checked.claims += 1
            yield from _claim(key, claim, replayed)
        golden = {each[1]: each for each in rows["gold"]}
        for revision, told in zip(made, replayed or (), strict=False):
            if not self._is_told(golden.get(revision), person(key), told):
                what = "Gold differs from what its reviewer's events give."
                yield Fault(what, f"{key}, revision {revision}", BACKUP)

    def _is_told(self, gold: tuple[Any, ...] | None, reviewer: str, told: tuple[Any, ...]) -> bool:
        if gold is None or gold[3] != reviewer:
            return False
        answer, spans, comment, flagged, made = told
        query = "SELECT start_char, end_char, label FROM gold_spans WHERE gold = ?"
        there = sorted(self.work.db.execute(query, (gold[-1],)))
        try:
            corrected = None if gold[7] is None else unpack_tokens(gold[7])
        except MALFORMED:
            return False
        return (
            gold[4:7] == (answer, comment, flagged)
            and there == sorted((each.start, each.end, each.label) for each in spans)
            and holds(corrected, made)
        )


def _claim(
    key: str, claim: tuple[Any, ...], replayed: list[tuple[Any, ...]] | None
) -> Iterator[Fault]:
    _, _, number, state, counted, reopened, *sequences = claim
    numbers = (number, counted, reopened, *sequences)
    if state not in STATES or not all(isinstance(each, int) and each >= 0 for each in numbers):
        yield Fault("A claim is in no state that there is.", f"{key}: {state} {numbers}", BACKUP)
    elif counted:
        yield Fault("A review has a place that is an annotator's.", key, BACKUP)
    elif replayed is not None and not (state == "answered") == bool(sequences[-1]) == bool(
        replayed
    ):
        what = "A claim says answered and there is no answer, or the other way round."
        yield Fault(what, f"{key}: {state}", BACKUP)


def _overlap(spans: list[Span]) -> bool:
    try:
        ordered = sorted(spans)
        return any(one.end > other.start for one, other in itertools.pairwise(ordered))
    except MALFORMED:
        return False


def _are_decisions(data: Any, length: int) -> bool:
    try:
        found = [decision_from_json(*each) for each in parsed(data)]
    except MALFORMED:
        return False
    return all(0 <= each.start <= each.end <= length and each.choice for each in found)


def _are_cites(data: Any, annotations: set[tuple[Any, Any]]) -> bool:
    try:
        return all((name, revision) in annotations for name, revision in parsed(data))
    except MALFORMED:
        return False


def _names(data: Any) -> list[Any]:
    found = parsed(data)
    if not isinstance(found, list):
        raise TypeError
    return [isinstance(each, str) and bool(each) for each in found]
