"""Windows of one annotator on the same documents, each a process: edits, and takeovers of which
nobody asked the other window.

Started as `python windows.py FOLDER NAME EDITS FILE`, it is one of these windows: it writes each
edit that was taken to FILE, before it makes the next.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple, TextIO

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.journal import ClaimHeld, ClaimLost
from tonemark.corpus.pages import Page
from tonemark.corpus.project import read_project
from tonemark.corpus.queue import events_of
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer

ANNOTATOR = "amina"
DOCUMENTS = 8
PATIENCE = 1200.0


class Found(NamedTuple):
    """What came of it: `taken` edits were acknowledged, `kept` of them are in the store, `broken`
    counts edits that do not follow on what stood before them, `unasked` those in the store that no
    window was told of; `told` how often a window learnt that its page had been taken over."""

    taken: int
    kept: int
    broken: int
    unasked: int
    told: int
    takeovers: int


def run(folder: Path, edits: int, windows: int = 2) -> Found:
    """Let `windows` processes make `edits` edits together; raises TonemarkError where one fails."""
    files = [folder / f"window-{number}" for number in range(windows)]
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, str(folder / "p"), str(number), str(edits // windows), file],
            stderr=subprocess.PIPE,
        )
        for number, file in enumerate(files)
    ]
    for process in processes:
        _, said = process.communicate(timeout=PATIENCE)
        if process.returncode:
            raise TonemarkError(f"A window failed: {said.decode(errors='replace')[-2000:]}")
    lines = [line for file in files for line in file.read_text().splitlines()]
    taken = {line.removeprefix("taken ") for line in lines if line.startswith("taken ")}
    store = Store(folder / "p" / STORE_FILE)
    broken = 0
    kept: list[str] = []
    for document in range(1, DOCUMENTS + 1):
        stands = ""
        for event in events_of(store, ANNOTATOR, document):
            if event.kind == "edit":
                ((_, before, after),) = event.data["values"]
                broken += before != stands
                stands = after
                kept.append(after)
    store.close()
    return Found(
        len(taken),
        len(taken & set(kept)),
        broken + len(kept) - len(set(kept)),
        len(set(kept) - taken),
        lines.count("told"),
        lines.count("took over"),
    )


def _window(folder: Path, name: str, edits: int, file: Path) -> None:
    chance = random.Random(name)
    project = read_project(folder)
    desk = Desk(project, Store(folder / STORE_FILE), ANNOTATOR, load_tokenizer(project.tokenizer))
    with file.open("w", buffering=1) as written:
        done = 0
        while done < edits:
            page = _open(desk, chance, written)
            try:
                for _ in range(chance.randint(1, 20)):
                    if done == edits:
                        break
                    _edit(page, f"{name}-{done}")
                    written.write(f"taken {name}-{done}\n")
                    done += 1
                if chance.random() < 0.1:
                    desk.close(cut_off=True)
            except ClaimLost:
                desk.close(cut_off=True)  # all that a window can do then
                written.write("told\n")
                done += 1  # this edit is not made again: it must be nowhere
    desk.close(cut_off=True)
    desk.store.close()


def _open(desk: Desk, chance: random.Random, written: TextIO) -> Page:
    """The page, taken over where the other window has it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            page = desk.open_document(_document_of_the_moment())
        except ClaimHeld:
            try:
                page = desk.take_over() if chance.random() < 0.7 else None
                if page:
                    written.write("took over\n")
            except (ClaimHeld, ClaimLost):
                page = None
        except ClaimLost:  # since its last edit, or between its claim and its first write
            desk.close(cut_off=True)
            page = None
        if page:
            return page
        time.sleep(chance.uniform(0.0, 0.01))
    raise TimeoutError("the page could not be opened")


def _document_of_the_moment() -> int:
    """The same for all windows, which meet there."""
    return 1 + int(time.monotonic() * 2) % DOCUMENTS


def _edit(page: Page, comment: str) -> None:
    (sheet,) = page.sheets
    values = (("comment", sheet.draft.comment, comment),)
    page.perform([Edit(sheet.document.number, values=values)])


if __name__ == "__main__":
    _window(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
