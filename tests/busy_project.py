"""A project in which everything has happened that may, and what is seen of it from outside."""

from __future__ import annotations

from pathlib import Path

from tests.making import run_here
from tests.reviewing import review, settle

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer

TEXT = "Ọ̀jọ̀gbọ́n Asha dé sí Ìbàdàn"
ASHA = Span(11, 15, "PER", ("import:a.txt",))
assert TEXT[11:15] == "Asha"
assert TEXT[10] == " "


def make_busy(folder: Path) -> Path:
    """A project in which everything happens that may: answers from files and by hand, corrected,
    reopened, put off, taken over, cut off."""
    create_project(folder, language="yo", labels=["PER", "LOC"], overlap=2)
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    given = GivenAnnotation("Chidi", "accept", (ASHA,), "eh", True)
    records = [
        Record(n, n, f"{TEXT} {n}", meta={"n": n}, suggestions=(Suggestion(11, 15, "PER", ("x",)),))
        for n in range(1, 9)
    ]
    records += [
        Record(9, 9, TEXT, tokens=(Token(0, 10), Token(11, 15)), annotations=(given,)),
        Record(10, 10, TEXT, key="same text"),
    ]
    add_records(store, "a.txt", records, Report(), places=2)
    store.put_words([("asha", (1, 2, 3))])
    store.close()
    for name in ("amina", "bello"):
        desk = open_desk(folder, name)
        page = desk.open_next()
        assert page
        page.perform([Edit(page.sheets[0].document.number, added=(Span(22, 28, "LOC"),))])
        page.undo()
        page.redo()
        desk.answer("accept")
        desk.answer("reject" if name == "amina" else "ignore")
        desk.later()
        desk.back()
        assert desk.page
        number = desk.page.sheets[0].document.number
        desk.page.perform([Edit(number, values=(("comment", "", "hm\ud800"),))])
        desk.answer("accept")
        desk.open_document(1)
        assert desk.page
        desk.page.perform([Edit(1, made=(Token(16, 21),))])
        desk.answer("accept")
        desk.open_document(9)
        desk.close(cut_off=True)
        desk.open_document(1)
        assert desk.page
        desk.page.perform([Edit(1, added=(Span(0, 10, "PER"),))])
        if name == "bello":  # killed here
            for sheet in desk.page.sheets:
                sheet.log.close()  # type: ignore[attr-defined]
            desk.page = None
        desk.close()
        desk.store.close()
    return folder


def open_desk(folder: Path, name: str) -> Desk:
    project = read_project(folder)
    return Desk(project, Store(folder / STORE_FILE), name, load_tokenizer(project.tokenizer))


def opened(folder: Path) -> Store:
    return Store(folder / STORE_FILE)


def exported(folder: Path, *arguments: str) -> str:
    """What `export` writes of a project; nothing where it writes no file."""
    out = folder.parent / "out.jsonl"
    out.unlink(missing_ok=True)
    run_here("export", folder, "-o", out, *arguments)
    return out.read_bytes().decode() if out.exists() else ""


def settle_first(folder: Path) -> None:
    """A reviewer makes gold of the first document that comes to her."""
    desk = review(folder)
    desk.open_next()
    settle(desk)
    desk.answer("accept")
    desk.close()
