"""A project of short documents on which three annotators differ, for tests of the review screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from making import given

from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store

TEXTS = ("leo Asha Juma yuko Kisumu", "kesho Juma tena", "hapa hakuna jina", "UN na Nairobi")
ASHA, ASHA_JUMA, KISUMU = Span(4, 8, "PER"), Span(4, 13, "PER"), Span(19, 25, "LOC")
SAID: dict[int, Any] = {
    1: ((ASHA, KISUMU), (ASHA_JUMA, KISUMU), (ASHA, KISUMU)),
    2: ((Span(6, 10, "PER"),), (Span(6, 10, "LOC"),), ()),
    3: ((), (), ()),
    4: ((Span(0, 2, "LOC"),), (), (Span(6, 13, "LOC"),)),
}
NAMES = ("amina", "juma", "rosa")


def made(folder: Path, said: Any = SAID, **routing: Any) -> Path:
    project = create_project(folder, name="habari", language="sw", labels=["PER", "LOC"])
    path = folder / "project.toml"
    told = path.read_text().replace("overlap = 1", "overlap = 3")
    for name, value in routing.items():
        told = told.replace(f"{name} = []", f"{name} = {value}")
    path.write_text(told)
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    records = [
        Record(n, n, TEXTS[n - 1], annotations=tuple(
            each if not isinstance(each, tuple) else given(name, *each)
            for name, each in zip(NAMES, spans, strict=True)
        ))
        for n, spans in said.items()
    ]  # fmt: skip
    add_records(store, "t.txt", records, Report(), places=3)
    store.close()
    return folder


def gold(folder: Path, number: int) -> Any:
    """Answer, spans as text, and choices of a document's gold; None where it has none."""
    store = Store(folder / STORE_FILE)
    found = gold_of(store, number)
    store.close()
    if found is None:
        return None
    text = TEXTS[number - 1]
    spans = [f"{span.label}:{text[span.start : span.end]}" for span in found.spans]
    return found.answer, spans, [decision.choice for decision in found.decisions]
