"""The proposer of an annotator's desk: her gazetteer, loaded when there is anything for it to find.

It takes 13 ms to load, which a project without entries need not wait for before its first page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tonemark.corpus.documents import Document
from tonemark.corpus.evidence import Weighed
from tonemark.corpus.gazetteers import last_number
from tonemark.corpus.project import Project
from tonemark.corpus.proposing import Proposed, Stored, Told
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.unweighed import unweighed
from tonemark.tokenizers.base import Token

if TYPE_CHECKING:
    from tonemark.patterns.gazetteer import Gazetteer


class GazetteerProposer:
    """A `Gazetteer` that builds its trie, or, until there is an entry or she labels something, what
    lies in the store (`corpus.proposing`)."""

    def __init__(self, project: Project, store: Store, annotator: str) -> None:
        self._stored = Stored(project, store)
        self._project = project
        self._store = store
        self._annotator = annotator
        self._page: Sequence[int] = ()
        self._made: Gazetteer | None = None

    @property
    def _gazetteer(self) -> Gazetteer:
        if self._made is None:
            from tonemark.patterns.gazetteer import Gazetteer

            self._made = Gazetteer(self._project, self._store, self._annotator, builds=True)
            self._made.turn_to(self._page)
        return self._made

    @property
    def _now(self) -> Gazetteer | Stored:
        """Whichever can say all that there is to say."""
        is_needed = self._made or last_number(self._store) or unweighed(self._store, 1)
        return self._gazetteer if is_needed else self._stored

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed."""
        self._project = project
        self._stored.use_project(project)
        if self._made:
            self._made.use_project(project)

    def turn_to(self, documents: Sequence[int]) -> None:
        """A page of these documents is opened: what others did on one stays hidden on all."""
        self._page = documents
        self._now.turn_to(documents)

    def warm(self) -> None:
        """Load the gazetteer: her first label would else wait for it."""
        self._gazetteer.warm()

    def is_ready(self) -> bool:
        """Whether no name waits for the trie to be built."""
        return self._now.is_ready()

    def proposed(self, document: Document, tokens: Sequence[Token]) -> Proposed:
        """What she is shown when she opens a document for the first time."""
        return self._now.proposed(document, tokens)

    def weighed(
        self,
        document: Document,
        tokens: Sequence[Token],
        spans: Sequence[Span],
        shown: Iterable[Suggestion] = (),
    ) -> Weighed | None:
        """What her accept says of the entries that occur in a document."""
        return self._gazetteer.weighed(document, tokens, spans, shown)

    def grown(
        self, document: Document, tokens: Sequence[Token], name: str, label: str
    ) -> Sequence[Suggestion]:
        """What a name that was just labelled suggests in a document of the page."""
        return self._gazetteer.grown(document, tokens, name, label)

    def places(
        self, document: Document, tokens: Sequence[Token], name: str
    ) -> Sequence[tuple[int, int]]:
        """Where a name stands in a document, by the folds of the project."""
        return self._gazetteer.places(document, tokens, name)

    def about(self, source: str, document: Document) -> Told:
        """A source of a suggestion in words for people."""
        return self._now.about(source, document)

    def rivals(
        self, document: Document, tokens: Sequence[Token], suggestion: Suggestion
    ) -> Sequence[Suggestion]:
        """What else is suggested over a suggestion."""
        return self._now.rivals(document, tokens, suggestion)
