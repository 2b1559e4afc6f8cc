"""The Python door: a project's documents and annotations for notebooks and scripts.

Reads only; the store is shared with whoever annotates meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from tonemark.corpus.annotations import Annotation, annotated_documents, annotations_of
from tonemark.corpus.documents import Document
from tonemark.corpus.gold import Gold, gold_of
from tonemark.corpus.model_suggestions import without_unlikely
from tonemark.corpus.people import Person, people
from tonemark.corpus.progress import Progress, progress
from tonemark.corpus.project import Project, read_project
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import tokenizer_of, tokens_of
from tonemark.tokenizers.base import Token

__all__ = ["Annotation", "Document", "Gold", "OpenProject", "Suggestion", "Token"]


class OpenProject:
    """An open project. Offsets everywhere are code points of a document's text, end exclusive.

    Usable in a `with` statement, which closes it.

    >>> with tonemark.open("habari") as project:            # doctest: +SKIP
    ...     for document, annotations in project.annotated():
    ...         for span in annotations[0].spans:
    ...             print(document.text[span.start:span.end], span.label)
    """

    def __init__(self, path: str | Path) -> None:
        self.project: Project = read_project(Path(path))
        """What project.toml says: name, language, labels, routing."""
        self._store = Store(self.project.folder / STORE_FILE)
        self._tokenizer = tokenizer_of(self.project, loads_code=True)

    def __enter__(self) -> OpenProject:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many documents there are."""
        return self._store.document_count()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels, in the order of their keys."""
        return tuple(label.name for label in self.project.labels)

    def documents(self) -> Iterator[Document]:
        """All documents, in order: a stream."""
        return self._store.documents(range(1, len(self) + 1))

    def document(self, key: str) -> Document:
        """The document with this key. Raises KeyError where there is none."""
        number = self._store.number_of(key)
        if number is None:
            raise KeyError(key)
        return self._store.document(number)

    def tokens(self, document: Document) -> tuple[Token, ...]:
        """The tokens given with a document, or those of the project's tokenizer."""
        return tokens_of(self._store, document, self._tokenizer)

    def annotated(
        self, annotator: str | None = None
    ) -> Iterator[tuple[Document, list[Annotation]]]:
        """Each answered document with its current annotations, in order: a stream.

        With `annotator`, only hers.
        """
        return annotated_documents(self._store, annotator=annotator)

    def annotations(self, document: Document) -> list[Annotation]:
        """The current annotations of one document, by annotator."""
        return annotations_of(self._store, document.number)

    def gold(self, document: Document) -> Gold | None:
        """The gold of one document, or None where nobody settled it."""
        return gold_of(self._store, document.number)

    def suggestions(self, document: Document) -> tuple[Suggestion, ...]:
        """What is proposed for a document, without what models hold for too unlikely to show."""
        return without_unlikely(self._store.suggestions(document))

    def progress(self) -> Progress:
        """How far the project is, by annotator and by label."""
        return progress(self._store, self.project.team)

    def people(self) -> dict[str, Person]:
        """Who answered: hours, entities an hour, agreement with gold and with the others."""
        return people(self._store)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()
