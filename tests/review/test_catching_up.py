"""Documents are compared a part at a time, and a reviewer's queue does not end before the last."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.making import given

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.review import catching_up, desk
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer


def test_the_queue_goes_on_with_what_was_not_compared_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "BATCH", 4)
    monkeypatch.setattr(
        desk, "catch_up", lambda store, tokenizer: catching_up.catch_up(store, tokenizer, 4)
    )
    project = create_project(tmp_path / "p", language="sw", labels=["PER"], overlap=2)
    create_store(project.folder / STORE_FILE)
    with closing(Store(project.folder / STORE_FILE)) as store:
        answers = given("amina", Span(0, 4, "PER")), given("juma")
        alike = given("amina"), given("juma")
        records = [
            Record(n, n, f"Asha {n}", annotations=alike if 5 < n < 25 else answers)
            for n in range(1, 31)
        ]
        add_records(store, "t", records, Report(), places=2)
        with closing(ReviewDesk(project, store, "rosa", load_tokenizer("general"))) as seat:
            found = []
            page = seat.open_next()
            while page:
                found.append(page.sheets[0].document.number)
                page = seat.answer("accept")
    assert found == [*range(1, 6), *range(25, 31)]
