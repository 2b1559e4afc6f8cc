"""Projects of a few documents that are put together, and what is then in the one that was made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from damaging import faults
from tests.making import given

from tonemark.corpus.annotations import annotated_documents
from tonemark.corpus.documents import Document
from tonemark.corpus.merging.projects import Wishes, merge
from tonemark.corpus.merging.reports import Merged
from tonemark.corpus.records import GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store

Make = Callable[..., Path]
TEXT = "Asha yuko Kisumu"
LONGER = "Asha Juma yuko Kisumu"
"""What `reviewing.ANSWERS` are of."""
PER, LOC, ORG = Span(0, 4, "PER"), Span(10, 16, "LOC"), Span(10, 16, "ORG")


def gold(name: str, *spans: Span, **more: Any) -> GivenAnnotation:
    return given(name, *spans, settled=Settled(), **more)


def records(*texts: str, **more: Any) -> list[Record]:
    return [Record(n, n, text, **more) for n, text in enumerate(texts, 1)]


def joined(*folders: Path, code: int = 0, **wishes: Any) -> tuple[Path, Merged]:
    """The projects put together, which then are sound; those they are made of are as they were."""
    target = folders[0].parent / f"joined{len(list(folders[0].parent.glob('joined*')))}"
    before = [_state(folder) for folder in folders]
    merged = merge(folders, target, Wishes(**wishes))
    assert before == [_state(folder) for folder in folders]
    assert faults(target) == []
    assert not list(target.parent.glob(".*.part"))
    return target, merged


def _state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def opened(folder: Path) -> Store:
    return Store(folder / STORE_FILE)


def documents(folder: Path) -> dict[str, Document]:
    store = opened(folder)
    found = {each.key: each for each in store.documents(range(1, store.document_count() + 1))}
    store.close()
    return found


def answers(folder: Path) -> dict[str, dict[str, set[tuple[int, int, str]]]]:
    """The spans of each accept, by document and annotator."""
    store = opened(folder)
    found = {
        document.key: {each.annotator: each.stretches() for each in given}
        for document, given in annotated_documents(store)
    }
    store.close()
    return found
