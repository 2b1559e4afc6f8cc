"""What lies before a reviewer when a document is opened: what is agreed, what stands since it was
reviewed before, and the differences, each with every annotator's version.

Pure: annotations in, the data of an `open` event and the differences out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, NamedTuple, TypeAlias

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.drafts import Decision
from tonemark.corpus.records import ANSWERS, Answer
from tonemark.corpus.spans import Span
from tonemark.review.compare import Cluster, Kind, Marked, Version, clusters
from tonemark.tokenizers.base import Token

DifferenceKind: TypeAlias = Kind | Literal["answers"]
"""As clusters differ, or `answers`: about the whole document, accept, reject or ignore."""

Place: TypeAlias = tuple[int, int]
"""Start and end in code points."""


class VersionRow(NamedTuple):
    """One annotator's answer, as a reviewer is shown it; `shown` stands for her name where that is
    kept from the reviewer."""

    annotator: str
    shown: str
    answer: Answer
    spans: tuple[Span, ...]
    tokens: tuple[Token, ...]
    comment: str = ""
    flagged: bool = False
    revision: int = 0


class Difference(NamedTuple):
    """A place where annotators differ, or one that `changed` since it was settled (they may agree
    by now).

    `versions` has one for each row, None for those who did not accept the document. Where the
    answers differ (`kind` "answers") it reaches from 0 to 0 and has no versions.
    """

    start: int
    end: int
    kind: DifferenceKind
    versions: tuple[Version | None, ...] = ()
    changed: bool = False

    @property
    def place(self) -> Place:
        """Start and end."""
        return self.start, self.end

    def majority(self) -> Version | None:
        """What more than half of those who accepted have there; None where no version is."""
        given = tuple(version for version in self.versions if version is not None)
        return Cluster(self.start, self.end, "presence", given).majority() if given else None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The annotators' answers to the document before a reviewer, and where they differ, in order:
    the answers first. `agreed` are the clusters on which all agree."""

    rows: tuple[VersionRow, ...]
    differences: tuple[Difference, ...]
    agreed: tuple[Cluster, ...]

    def majority_answer(self) -> Answer | None:
        """The answer that more than half gave, or None."""
        for answer in ANSWERS:
            if 2 * sum(row.answer == answer for row in self.rows) > len(self.rows):
                return answer
        return None

    def sources(self, marked: Marked) -> tuple[str, ...]:
        """All that proposed a span, by whichever annotator."""
        return tuple(
            dict.fromkeys(
                source
                for row in self.rows
                for span in row.spans
                if row.answer == "accept" and (span.start, span.end, span.label) == marked
                for source in span.sources
            )
        )

    def span(self, marked: Marked) -> Span:
        """A span that annotators gave, with all that proposed it."""
        return Span(*marked, self.sources(marked))


class Before(NamedTuple):
    """What stood when a document was reviewed before: spans, decisions, and the answers that had
    been looked at. It was made `gold`, or left before that."""

    spans: tuple[Span, ...]
    decisions: tuple[Decision, ...]
    annotations: Sequence[Annotation]
    gold: bool = True


def reviewed(
    annotations: Iterable[Annotation],
    tokens: tuple[Token, ...],
    changed: Iterable[Place] = (),
    *,
    anonymous: str = "",
) -> Reviewed:
    """Put annotators' answers to one document side by side, by name. `tokens` are the document's;
    places that are `changed` are differences even where all agree by now.

    With `anonymous`, which is a document's key, the rows are numbered, in an order that only the
    document knows.
    """
    given = sorted(annotations, key=lambda a: _drawn(anonymous, a.annotator))
    rows = tuple(
        VersionRow(
            each.annotator,
            f"annotator {number}" if anonymous else each.annotator,
            each.answer,
            each.spans,
            each.tokens or tokens,
            each.comment,
            each.flagged,
            each.revision,
        )
        for number, each in enumerate(given, 1)
    )
    accepts = [at for at, row in enumerate(rows) if row.answer == "accept"]
    found = compared([rows[at] for at in accepts])
    again = set(changed)
    differences = []
    if len({row.answer for row in rows}) > 1:
        differences.append(Difference(0, 0, "answers", changed=(0, 0) in again))
    for cluster in found:
        place = cluster.start, cluster.end
        if cluster.agreed and place not in again:
            continue
        versions: list[Version | None] = [None] * len(rows)
        for at, version in zip(accepts, cluster.versions, strict=True):
            versions[at] = version
        differences.append(Difference(*place, cluster.kind, tuple(versions), place in again))
    there = {difference.place for difference in differences}
    # Of an earlier review there may be spans where nobody has any by now.
    differences += [
        Difference(*place, "agreed", tuple(() if row.answer == "accept" else None for row in rows),
                   changed=True)
        for place in again - there
        if place != (0, 0)
    ]  # fmt: skip
    agreed = tuple(cluster for cluster in found if cluster.agreed)
    return Reviewed(rows, tuple(sorted(differences, key=lambda each: each[:2])), agreed)


def alike(annotations: Iterable[Annotation]) -> bool:
    """Whether all say the same of a document, and none of them corrected its tokens: there is then
    nothing to align."""
    first: Annotation | None = None
    for each in annotations:
        if each.tokens is not None or (first and each.answer != first.answer):
            return False
        if first is None:
            first = each
        elif first.answer == "accept" and _marked(each.spans) != _marked(first.spans):
            return False
    return True


def merged(annotations: Iterable[Annotation]) -> tuple[Span, ...]:
    """The spans of annotations that are `alike`, each with all that proposed it."""
    sources: dict[Marked, dict[str, None]] = {}
    for each in sorted(annotations, key=lambda a: a.annotator):
        for span in each.spans:
            sources.setdefault((span.start, span.end, span.label), {}).update(
                dict.fromkeys(span.sources)
            )
    return tuple(Span(*marked, tuple(found)) for marked, found in sorted(sources.items()))


def corrected_alike(
    annotations: Iterable[Annotation], tokens: tuple[Token, ...]
) -> tuple[Token, ...]:
    """The tokens, besides those of the document, that all who accepted it have."""
    first, *others = [each.tokens for each in annotations if each.answer == "accept"] or [None]
    if not first or not all(others):
        return ()
    common = set(first).intersection(*filter(None, others)).difference(tokens)
    return tuple(token for token in first if token in common)


def compared(rows: Sequence[VersionRow]) -> tuple[Cluster, ...]:
    """The clusters of those who accepted a document; none where nobody did."""
    if not rows:
        return ()
    return clusters([_marked(row.spans) for row in rows], [row.tokens for row in rows])


def opened(
    annotations: Sequence[Annotation], tokens: tuple[Token, ...], before: Before | None
) -> tuple[tuple[Span, ...], tuple[Decision, ...], tuple[Place, ...]]:
    """What stands when a document is opened for review: spans, decisions that hold, and the places
    that changed since they were settled.

    Without an earlier review, what all agree on. After one, what it settled: where an annotator
    changed something there since, it stands still, but is to be settled again. Gold settled all
    that annotators agreed on, too.
    """
    now = reviewed(annotations, tokens)
    fresh = sorted(now.span(marked) for each in now.agreed for marked in each.versions[0])
    if before is None:
        return tuple(fresh), (), ()
    then = reviewed(before.annotations, tokens)
    known = {_said(each, then) for each in then.differences}
    known |= {_said(each, then) for each in then.agreed}
    settled = _settled(before, then)
    spans = [
        span for span in before.spans if before.gold or _meets((span.start, span.end), settled)
    ]
    changed: dict[Place, None] = {}
    for difference in now.differences:
        place = difference.place
        if place != (0, 0) and _said(difference, now) not in known and _meets(place, settled):
            changed[place] = None
    for cluster in now.agreed:
        place = cluster.start, cluster.end
        if before.gold or _meets(place, settled):
            stand = {each for each in _marked(spans) if _meets(each[:2], [place])}
            if _said(cluster, now) not in known and stand != set(cluster.versions[0]):
                changed[place] = None
        else:
            spans += [now.span(marked) for marked in cluster.versions[0]]
    here = [each.place for each in now.differences] + [(c.start, c.end) for c in now.agreed]
    for difference in then.differences:
        place = difference.place
        stand = {each for each in _marked(spans) if _meets(each[:2], [place])}
        if stand and not _meets(place, here):
            changed[place] = None  # its spans were taken back by all
    places = {each.place for each in now.differences} - set(changed)
    answers = {(row.annotator, row.answer) for row in now.rows}
    if answers == {(row.annotator, row.answer) for row in then.rows}:
        places.add((0, 0))  # what she refused is refused, whatever annotators agree on
    else:
        places.discard((0, 0))
    decisions = tuple(each for each in before.decisions if each[:2] in places)
    return tuple(sorted(spans)), decisions, tuple(changed)


def _settled(before: Before, then: Reviewed) -> list[Place]:
    """The places of a document that an earlier review settled."""
    places = [each[:2] for each in before.decisions if each[:2] != (0, 0)]
    marked = _marked(before.spans)
    for cluster in then.agreed:
        place = cluster.start, cluster.end
        stand = {each for each in marked if _meets(each[:2], [place])}
        if before.gold or stand != set(cluster.versions[0]):
            places.append(place)
    there = [each.place for each in then.differences] + [(c.start, c.end) for c in then.agreed]
    return places + [each[:2] for each in marked if not _meets(each[:2], there)]


def _meets(place: Place, places: Iterable[Place]) -> bool:
    """Whether a place shares a code point with one of others."""
    return any(start < place[1] and place[0] < end for start, end in places)


def _said(each: Difference | Cluster, among: Reviewed) -> tuple[object, ...]:
    """A place with what everyone says there."""
    if isinstance(each, Difference) and each.kind == "answers":
        return tuple(sorted((row.annotator, row.answer) for row in among.rows))
    names = [row.annotator for row in among.rows]
    if isinstance(each, Cluster):
        names = [row.annotator for row in among.rows if row.answer == "accept"]
    pairs: Mapping[str, Version | None] = dict(zip(names, each.versions, strict=True))
    said = sorted((name, version) for name, version in pairs.items() if version is not None)
    return each.start, each.end, *said


def _marked(spans: Iterable[Span]) -> list[Marked]:
    return [(span.start, span.end, span.label) for span in spans]


def _drawn(key: str, name: str) -> tuple[bytes, str]:
    if not key:
        return b"", name
    seed = f"{key}\n{name}".encode("utf-8", "surrogatepass")
    return blake2b(seed, digest_size=8).digest(), name
