"""Texts that are no documents are matched as a page would be for nobody in particular."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import regex

from tonemark.corpus.gazetteers import NewEntry, add_entries, patterns
from tonemark.corpus.intake import add_records
from tonemark.corpus.produced import PATTERNS, Produced, producer_id, put_produced
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.building import build, cache_folder
from tonemark.patterns.bulk import Bulk
from tonemark.patterns.folding import folding_of
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer

LABELS = ["PER", "LOC", "ORG"]
WORDS = "Juma Kano juma City of Lamu n'Lamu Kanoni".split()


@pytest.mark.parametrize("overlapping", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_text_gets_what_its_page_gets(seed: int, overlapping: bool, tmp_path: Path) -> None:
    draw = random.Random(seed)
    create_project(tmp_path / "p", language="sw", labels=LABELS)
    if overlapping:
        path = tmp_path / "p" / "project.toml"
        path.write_text(path.read_text().replace("overlapping = false", "overlapping = true"))
    project = read_project(tmp_path / "p")
    assert project.overlapping == overlapping
    create_store(tmp_path / "p" / STORE_FILE)
    store = Store(tmp_path / "p" / STORE_FILE)

    def some(most: int) -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(1, most)))

    names = [NewEntry(draw.choice(LABELS), some(3)) for _ in range(12)]
    expressions = [NewEntry(draw.choice(LABELS), some(2), "regex") for _ in range(8)]
    add_entries(store, "names", names[:6])
    if seed % 2:
        build(store, folding_of(project), cache_folder(project.folder))
    if seed % 3:
        add_entries(store, "names", names[6:])
    add_entries(store, "others", expressions)
    for number in range(1, 21):
        seen = draw.randint(0, 4)
        store.db.execute(
            "UPDATE entries SET seen = ?, stood = ? WHERE id = ?",
            (seen, draw.randint(0, seen), number),
        )
    there = patterns(store)

    def matches(text: str, tokens: Sequence[Token]) -> Iterator[Suggestion]:
        starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
        for each in there:
            for found in regex.finditer(each.pattern, text, overlapped=True):
                if found.start() in starts and found.end() in ends:
                    yield Suggestion(found.start(), found.end(), each.label, (each.source,))

    def run(text: str, tokens: Sequence[Token]) -> list[Suggestion]:
        return sorted(matches(text, tokens))  # as the child's are

    records = (Record(n, n, some(9)) for n in range(1, 60))
    add_records(store, "texts", records, Report())
    bulk, page = Bulk(project, store, run), Gazetteer(project, store)
    tokenizer = load_tokenizer("general")
    producer = producer_id(store, PATTERNS, "1")
    made = 0
    for number in range(1, 60):
        document = store.document(number)
        tokens = tokenizer.tokenize(document.text)
        ran = tuple(run(document.text, tokens))
        put_produced(store, producer, [Produced(number, ran)])
        page.turn_to([number])
        shown = page.proposed(document, tokens).shown
        assert bulk.found(document.text, tokens) == shown
        made += len(shown)
    assert made > 30
    store.close()
