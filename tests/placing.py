"""Projects whose exports are put in a place, and what lies there."""

from __future__ import annotations

from pathlib import Path

from making import given

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.exchange.export import export_project
from tonemark.exchange.exported import Exported
from tonemark.exchange.settings import Settings

SPLIT = (("train", 0.6), ("test", 0.4))


def made_project(folder: Path) -> Path:
    create_project(folder, language="sw", labels=["PER", "LOC"])
    create_store(folder / STORE_FILE)
    return folder


def answer(n: int) -> GivenAnnotation:
    return given("amina", Span(0, 6, "PER"), comment=f"of {n}" * (n % 2))


def put_in(folder: Path, first: int, count: int) -> None:
    """Documents of which amina answered each, one with a comment."""
    store = Store(folder / STORE_FILE)
    records = (
        Record(n, n, f"Juma{n} yuko Kisumu", f"k{n}", annotations=(answer(n),))
        for n in range(first, first + count)
    )  # fmt: skip
    add_records(store, "a.jsonl", records, Report())
    store.close()


def export(folder: Path, settings: Settings, target: Path) -> Exported:
    store = Store(folder / STORE_FILE)
    try:
        return export_project(read_project(folder), store, settings, target)
    finally:
        store.close()


def project_to_export(folder: Path) -> Path:
    """A project with eight documents, and an empty folder of exports."""
    made = made_project(folder)
    put_in(made, 10, 8)
    (made / "exports").mkdir()
    return made


def there(folder: Path) -> dict[str, bytes]:
    """All that lies in a folder, hidden or not."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }
