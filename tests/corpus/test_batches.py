"""Runs of records for one transaction, and the one read while another is committed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from making import numbered

from tonemark.corpus import intake
from tonemark.corpus.batches import Batch, Following, batches
from tonemark.corpus.intake import add_records
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import Store, create_store
from tonemark.refusals import Refusal


@pytest.mark.parametrize(
    ("lengths", "lines"),
    [
        ([], []),
        ([1], [[1]]),
        ([1, 1, 1], [[1, 2, 3]]),
        ([1, 1, 1, 1], [[1, 2, 3], [4]]),
        ([10], [[1]]),
        ([99, 1], [[1], [2]]),
        ([4, 6, 1], [[1, 2], [3]]),
        ([None, 1, None, 1], [[1, 2, 3], [4]]),
        ([None, None, None], [[1, 2, 3]]),
    ],
)
def test_a_batch_ends_where_it_is_full(lengths: list[int | None], lines: list[list[int]]) -> None:
    records = [
        Refusal(n, "no") if length is None else Record(n, n, "x" * length)
        for n, length in enumerate(lengths, 1)
    ]
    found = list(batches(records, 3, 10))
    assert [
        sorted([i.record.line for i in batch.items] + [r.line for r in batch.refused])
        for batch in found
    ] == lines
    assert [batch.line for batch in found] == [each[-1] for each in lines]


def test_what_follows_is_a_batch_the_end_or_the_error_of_the_reader() -> None:
    def reader() -> Iterator[Batch]:
        yield Batch([], [Refusal(1, "no")], 1)
        yield Batch([], [Refusal(2, "no")], 2)
        raise OSError("gone")

    def lines(found: Batch | None) -> int | None:
        return found.line if found else None

    ready = reader()
    assert lines(Following(ready).wait()) == 1
    assert lines(Following(ready).wait()) == 2
    with pytest.raises(OSError, match="gone"):
        Following(ready).wait()
    assert Following(ready).wait() is None


def test_a_batch_is_committed_while_the_reader_waits_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH", 5)
    path = tmp_path / "store.sqlite"
    create_store(path)
    store = Store(path)
    seen = []

    def reader() -> Iterator[Record]:
        for record in numbered(f"habari {n}" for n in range(12)):
            if record.number % 5 == 1:
                other = Store(path)
                deadline = time.monotonic() + 60
                while other.document_count() < record.number - 1 and time.monotonic() < deadline:
                    pass
                seen.append(other.document_count())
                other.close()
            yield record

    add_records(store, "a.txt", reader(), Report())
    assert seen == [0, 5, 10]
    assert store.document_count() == 12
    store.close()


def test_a_reader_that_waits_holds_up_no_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH", 5)
    over = threading.Event()

    def reader() -> Iterator[Record]:
        yield from numbered(f"habari {n}" for n in range(5))
        over.wait(60)

    def full(line: int) -> None:
        raise OSError("no space left")

    begun = time.monotonic()
    with pytest.raises(OSError, match="no space"):
        add_records(store, "a.txt", reader(), Report(), progress=full)
    assert time.monotonic() - begun < 60
    over.set()
