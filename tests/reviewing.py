"""A project whose two annotators differ in every way, and reviewers at work on it."""

from __future__ import annotations

from pathlib import Path

from tests.making import given

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.project import read_project
from tonemark.corpus.reviews import Wanted
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.review.decisions import taken, undecided
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer

ASHA, ASHA_JUMA = Span(0, 4, "PER", ("manual",)), Span(0, 9, "PER", ("manual",))
KISUMU = Span(15, 21, "LOC", ("manual",))
KISUMU_ORG = Span(15, 21, "ORG", ("manual",))

ANSWERS = {
    "agreed": [given("amina", KISUMU), given("juma", KISUMU)],
    "label": [given("amina", KISUMU), given("juma", KISUMU_ORG)],
    "boundary": [given("amina", ASHA, KISUMU), given("juma", ASHA_JUMA, KISUMU)],
    "presence": [given("amina", KISUMU, ASHA), given("juma")],
    "answers": [given("amina", KISUMU), given("juma", answer="reject")],
}


def review(folder: Path, name: str = "rosa", wanted: Wanted | None = None) -> ReviewDesk:
    store = Store(folder / STORE_FILE)
    return ReviewDesk(read_project(folder), store, name, load_tokenizer("general"), wanted)


def settle(desk: ReviewDesk, row: int = 0) -> None:
    """Take one annotator's version everywhere."""
    sheet = desk.page.sheets[0]
    for difference in undecided(sheet.draft, desk.reviewed):
        if edit := taken(sheet, desk.reviewed, difference, row):
            desk.page.perform([edit])


def keys_in_turn(desk: ReviewDesk) -> list[str]:
    found = []
    desk.open_next()
    while desk.page:
        found.append(desk.page.sheets[0].document.key)
        settle(desk)
        desk.answer("accept")
    return found


def answer_again(folder: Path, name: str, key: str, *spans: Span) -> None:
    """An annotator opens what she answered and says something else."""
    store = Store(folder / STORE_FILE)
    desk = Desk(read_project(folder), store, name, load_tokenizer("general"))
    desk.open_document(store.number_of(key))
    sheet = desk.page.sheets[0]
    desk.page.perform([Edit(sheet.document.number, removed=sheet.draft.spans, added=spans)])
    desk.answer("accept")
    desk.close()
    store.close()
