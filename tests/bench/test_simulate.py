"""A sitting without a terminal: what is learnt on one page is there on the next, and the answers
are the gold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import keys
import pytest
import simulate
from rehearsal import Gold, Maker

from tonemark.corpus.annotations import current_annotation
from tonemark.corpus.documents import Document
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import sentence_rules_with
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.tokenizers.registry import load_tokenizer

TEXTS = {
    "leo mto Ruvu umejaa": [("Ruvu", "LOC")],
    "kesho Ruvu na Leo watafika": [("Ruvu", "LOC"), ("Leo", "PER")],
    "Leo na Juma walipita Ruvu": [("Leo", "PER"), ("Juma", "PER"), ("Ruvu", "LOC")],
    "Juma ni mtu": [],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    project = create_project(tmp_path / "p", language="sw", labels=["PER", "LOC"])
    create_store(project.folder / STORE_FILE)
    with closing(Store(project.folder / STORE_FILE)) as store:
        records = (Record(number, number, text) for number, text in enumerate(TEXTS, 1))
        add_records(store, "texts.txt", records, Report())
        add_entries(store, "names", [NewEntry("PER", "Juma")])
        yield project, store


def golds(page: Sequence[Document]) -> list[Any]:
    return [
        Gold(index, each.text.index(part), each.text.index(part) + len(part), label)
        for index, each in enumerate(page)
        for part, label in TEXTS[each.text]
    ]


def test_what_is_learnt_on_a_page_is_on_the_next(store: Any) -> None:
    project, opened = store
    rules = sentence_rules_with(load_tokenizer(project.tokenizer))
    names = Gazetteer(project, opened, keys.ANNOTATOR)
    maker = Maker(project, {}, rules, names, (80, 24))
    pages = []
    for turn, page in enumerate(simulate.sit(maker, opened, keys.ANNOTATOR, golds, 4), 1):
        pages.append(page)
        written = keys.opened_with(maker, turn)
        places = {(each.start, each.end, each.label) for each in written.frozen}
        assert places == {each[1:] for each in page[0].opened()}
    found = [
        sorted(page.page.sheets[0].document.text[each.start : each.end] for each in page.opened())
        for page, _, _ in pages
    ]
    assert found == [[], ["Ruvu"], ["Juma", "Leo", "Ruvu"], ["Juma"]]
    assert [actions for _, _, actions in pages][2] == []
    assert [action.kind for action in pages[3][2]] == ["delete"]
    for number, text in enumerate(TEXTS, 1):
        annotation = current_annotation(opened.db, number, keys.ANNOTATOR)
        assert annotation
        assert annotation.answer == "accept"
        spans = [(text[span.start : span.end], span.label) for span in annotation.spans]
        assert sorted(spans) == sorted(TEXTS[text])
