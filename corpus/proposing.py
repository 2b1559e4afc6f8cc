"""What a page is given when it opens, and what its answer says of that: the desk asks a proposer.

The rooms above make suggestions live; without one, those that lie in the store are all there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from tonemark.corpus.documents import Document
from tonemark.corpus.events import Replayed
from tonemark.corpus.evidence import Offer, Weighed
from tonemark.corpus.fates import fates
from tonemark.corpus.model_suggestions import (
    LEARNER,
    MODEL,
    Possible,
    is_of_model,
    possible,
    with_models,
)
from tonemark.corpus.project import Project
from tonemark.corpus.shares import is_blind, is_evaluation
from tonemark.corpus.spans import Span, Suggestion, apart
from tonemark.corpus.store import Store
from tonemark.tokenizers.base import Token

SAME_NAME = "rule:same-name"
"""The source of what joins a page because the same name was labelled on it."""


class Proposed(NamedTuple):
    """The suggestions that a page is frozen with, and those that a blind document would have had:
    one of both is empty. `possible` are candidates that models know of."""

    shown: tuple[Suggestion, ...] = ()
    hidden: tuple[Suggestion, ...] = ()
    possible: tuple[Possible, ...] = ()


class Told(NamedTuple):
    """A source in words for people: its name ("places.txt"), what it is ("gazetteer") where the
    name does not say it, and how its entry has done, so far as she may know of it who is told:
    `stood` of `seen` occurrences were true; None where nobody keeps count."""

    name: str
    kind: str = ""
    seen: float | None = None
    stood: float = 0.0

    @property
    def source(self) -> str:
        """What it is, with its name."""
        return f"{self.kind} {self.name}".lstrip()

    @property
    def record(self) -> str:
        """How it has done; empty where nobody keeps count."""
        if self.seen is None:
            return ""
        if self.seen < 0.5:
            return "not tried yet"
        return f"right {self.stood:.0f} of {self.seen:.0f}"

    def __str__(self) -> str:
        return f"{self.source}: {self.record}" if self.record else self.source


class Proposer(Protocol):
    """Makes suggestions for one annotator, and weighs what her answers say of them."""

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed."""
        ...

    def turn_to(self, documents: Sequence[int]) -> None:
        """A page of these documents is opened: what came since the one before is taken in, and what
        others did on one of them stays hidden on all."""
        ...

    def warm(self) -> None:
        """Load what keys will need: called once the first page stands."""
        ...

    def is_ready(self) -> bool:
        """Whether all that it knows could be looked for; a page is else frozen without the rest."""
        ...

    def proposed(self, document: Document, tokens: Sequence[Token]) -> Proposed:
        """What she is shown when she opens a document for the first time."""
        ...

    def weighed(
        self,
        document: Document,
        tokens: Sequence[Token],
        spans: Sequence[Span],
        shown: Iterable[Suggestion] = (),
    ) -> Weighed | None:
        """What her accept says of entries; None where it is to be weighed later."""
        ...

    def grown(
        self, document: Document, tokens: Sequence[Token], name: str, label: str
    ) -> Sequence[Suggestion]:
        """What a name that was just labelled suggests in a document of the page, wherever it
        stands; nothing where the document is blind."""
        ...

    def places(
        self, document: Document, tokens: Sequence[Token], name: str
    ) -> Sequence[tuple[int, int]]:
        """Where a name stands in a document of the page: code points, at the borders of tokens."""
        ...

    def about(self, source: str, document: Document) -> Told:
        """A source of a suggestion or a span of a document in a few words for people, telling
        nothing that she may not know of."""
        ...

    def rivals(
        self, document: Document, tokens: Sequence[Token], suggestion: Suggestion
    ) -> Sequence[Suggestion]:
        """What is suggested otherwise where a suggestion stands, and lost against it, the likeliest
        first; telling nothing that she may not know of."""
        ...


class Stored:
    """The proposer of the suggestions that lie in the store."""

    def __init__(self, project: Project, store: Store) -> None:
        self._project = project
        self._store = store

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed."""
        self._project = project

    def turn_to(self, documents: Sequence[int]) -> None:
        """Nothing: it knows no evidence."""

    def warm(self) -> None:
        """Nothing: the store is there."""

    def is_ready(self) -> bool:
        """Always: the store is there."""
        return True

    def proposed(self, document: Document, tokens: Sequence[Token]) -> Proposed:
        """Those for this document; of those that overlap the best, unless spans may overlap."""
        stored = self._store.suggestions(document)
        models = [each for each in stored if is_of_model(each)]
        settled: Iterable[Suggestion] = (each for each in stored if not is_of_model(each))
        overlapping = self._project.overlapping
        labels = {label.name for label in self._project.labels}
        settled = settled if overlapping else apart(settled)
        found = with_models(settled, models, labels, overlapping=overlapping)
        return as_blind(self._project, document, found, possible(models, labels))

    def weighed(
        self,
        document: Document,
        tokens: Sequence[Token],
        spans: Sequence[Span],
        shown: Iterable[Suggestion] = (),
    ) -> Weighed | None:
        """Nothing: it knows no entries."""
        return None

    def grown(
        self, document: Document, tokens: Sequence[Token], name: str, label: str
    ) -> Sequence[Suggestion]:
        """Nothing: it cannot look for names."""
        return ()

    def places(
        self, document: Document, tokens: Sequence[Token], name: str
    ) -> Sequence[tuple[int, int]]:
        """Nowhere: it cannot look for names."""
        return ()

    def about(self, source: str, document: Document) -> Told:
        """By its kind alone."""
        return plain(source)

    def rivals(
        self, document: Document, tokens: Sequence[Token], suggestion: Suggestion
    ) -> Sequence[Suggestion]:
        """The others in the store that overlap it."""
        return others_over(suggestion, self._store.suggestions(document))


def plain(source: str) -> Told:
    """A source in words, where nothing is known of it but its name."""
    kind, _, name = source.partition(":")
    match kind:
        case "manual":
            return Told("by hand")
        case "import":
            return Told(f"came with the data ({name})")
        case _ if source == LEARNER:
            return Told("the learner")
        case "model":
            return Told(name, MODEL.rstrip(":"))
        case _ if source == SAME_NAME:
            return Told("labelled on this page")
        case _:
            return Told(source)


def others_over(suggestion: Suggestion, found: Iterable[Suggestion]) -> list[Suggestion]:
    """Those that overlap a suggestion and say otherwise, the likeliest first, then the longest."""
    place = (suggestion.start, suggestion.end, suggestion.label)
    others = {
        (each.start, each.end, each.label): each
        for each in sorted(found, key=lambda s: s.score)
        if each.overlaps(suggestion.start, suggestion.end)
    }
    others.pop(place, None)
    return sorted(others.values(), key=lambda s: (-s.score, s.start - s.end, s.start, s.label))


def as_blind(
    project: Project,
    document: Document,
    found: tuple[Suggestion, ...],
    may_be: tuple[Possible, ...] = (),
) -> Proposed:
    """Suggestions and candidates as the project shows them: hidden where the document is a blind
    one."""
    if is_hidden(project, document):
        return Proposed(hidden=found)
    return Proposed(found, possible=may_be)


def is_hidden(project: Project, document: Document) -> bool:
    """Whether nothing is suggested on a document: it is a blind one, or one for evaluation."""
    if project.blind and is_blind(document.text, project.blind):
        return True
    return is_evaluation(document.text, document.meta, project.evaluation)


def offer_of(state: Replayed, spans: Sequence[Span]) -> Offer | None:
    """How the suggestions that a page was frozen with fared in an accept; None where there were
    none."""
    offered = state.hidden or state.frozen
    if not offered:
        return None
    return Offer(bool(state.hidden), len(offered), len(fates(offered, spans).kept))
