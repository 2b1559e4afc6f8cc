"""Records into the store: what is new, what is there; files grown, runs cut off and repeated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from making import given, keyed, numbered

from tonemark.corpus import intake, reports
from tonemark.corpus.documents import digest
from tonemark.corpus.intake import Match, add_records
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import Store, create_store
from tonemark.refusals import Refusal

PER = Span(0, 4, "PER", ("import:f",))
LOC = Span(5, 9, "LOC", ("import:f",))


def add(
    store: Store,
    records: Iterable[Record | Refusal],
    source: str = "a.jsonl",
    places: int = 1,
    match: Match | None = None,
) -> Report:
    report = Report()
    add_records(store, source, records, report, places=places, match=match)
    return report


def keys(store: Store) -> list[str]:
    return [key for (key,) in store.db.execute("SELECT key FROM documents ORDER BY id")]


def content(store: Store) -> list[list[tuple[Any, ...]]]:
    """All that a run leaves, but the clock."""
    return [
        store.db.execute(query).fetchall()
        for query in (
            "SELECT * FROM sources ORDER BY id",
            "SELECT * FROM documents ORDER BY id",
            "SELECT * FROM suggestions ORDER BY 1, 2, 3, 4",
            "SELECT annotator, document, state, counted FROM claims ORDER BY 1, 2",
            "SELECT document, annotator, revision, answer, extra, time FROM annotations",
            "SELECT * FROM ticket",
        )
    ]


# Which records are new


def test_the_same_file_twice_adds_nothing(store: Store) -> None:
    records = numbered(f"habari {n}" for n in range(5))
    assert add(store, records).added == 5
    before = content(store)
    report = add(store, records)
    assert (report.added, report.already_there, report.refused_count) == (0, 5, 0)
    assert content(store) == before


@pytest.mark.parametrize("size", [1, 99, 250])
def test_a_grown_file_adds_its_new_records(store: Store, size: int) -> None:
    texts = [f"habari {n}" for n in range(size + 3)]
    add(store, numbered(texts[:size]))
    report = add(store, numbered(texts))
    assert (report.added, report.already_there) == (3, size)
    assert keys(store) == [f"a.jsonl:{n}" for n in range(1, size + 4)]


def test_a_file_with_ids_may_grow_at_its_beginning(store: Store) -> None:
    old = [(f"d{n}", f"habari {n}") for n in range(200)]
    new = [(f"e{n}", f"mpya {n}") for n in range(150)]
    add(store, keyed(*old))
    report = add(store, keyed(*new, *old))
    assert (report.added, report.already_there, report.refused_count) == (150, 200, 0)


def test_refusals_before_the_first_record_do_not_hide_the_file(store: Store) -> None:
    records = [*(Refusal(n, "not JSON") for n in range(1, 301)), Record(301, 301, "habari")]
    assert add(store, records).added == 1
    report = add(store, records)
    assert (report.added, report.already_there, report.refused_count) == (0, 1, 300)


def test_a_file_of_which_nothing_is_taken_leaves_nothing(store: Store) -> None:
    for records in ([], [Refusal(1, "not JSON")]):
        assert add(store, records).added == 0
    assert content(store)[0] == []


def test_two_different_files_of_the_same_name_are_both_there_and_both_known(store: Store) -> None:
    one = numbered(f"moja {n}" for n in range(4))
    two = numbered(f"mbili {n}" for n in range(6))
    add(store, one)
    assert add(store, two).added == 6
    assert keys(store)[4:6] == ["a.jsonl-2:1", "a.jsonl-2:2"]
    for records in (one, two):
        report = add(store, records)
        assert (report.added, report.already_there) == (0, len(records))


def test_a_file_that_shares_a_line_with_one_of_its_name_is_another_file(store: Store) -> None:
    add(store, numbered(["Habari za leo", "moja", "mbili"]))
    report = add(store, numbered(["Habari za leo", "tatu", "nne"]))
    assert (report.added, report.equal_texts, report.refused_count) == (3, 1, 0)


def test_changed_lines_of_a_known_file_are_refused_and_the_rest_stays(store: Store) -> None:
    texts = [f"habari {n}" for n in range(5)]
    add(store, numbered(texts))
    report = add(store, numbered([*texts[:3], "kingine", texts[4], "mpya"]))
    assert (report.added, report.already_there) == (1, 4)
    assert [(r.line, "record 4" in r.reason) for r in report.refused] == [(4, True)]


def test_an_id_that_stands_twice_in_a_file_for_different_texts_is_refused(store: Store) -> None:
    records = keyed(("a", "moja"), ("b", "mbili"), ("a", "tatu"), ("b", "mbili"))
    report = add(store, records)
    assert (report.added, report.already_there) == (2, 1)
    assert [r.line for r in report.refused] == [3]
    assert add(store, records).added == 0


def test_ids_that_are_equal_in_two_files_name_two_documents(store: Store) -> None:
    add(store, keyed(("1", "moja"), ("2", "mbili")))
    report = add(store, keyed(("1", "uno"), ("2", "mbili")), "b.jsonl")
    assert (report.added, report.equal_texts) == (2, 1)
    assert keys(store) == ["1", "2", "b.jsonl:1", "b.jsonl:2"]
    assert add(store, keyed(("1", "uno"), ("2", "mbili")), "b.jsonl").already_there == 2


def test_keys_stay_unique_and_short_whatever_is_given(store: Store) -> None:
    long = "x" * 195
    add(store, keyed(("b.txt:1", "moja"), ("b.txt:1~2", "mbili"), (long, "tatu")))
    add(store, numbered(["nne"]), "b.txt")
    add(store, keyed((long, "tano")), "c.jsonl")
    assert keys(store)[3:] == ["b.txt:1~3", "c.jsonl:1"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("a\nb\x1b.txt", "a_b_.txt"), ("\udcff.txt", "\\udcff.txt"), ("x" * 400, "x" * 150)],
)
def test_a_file_name_becomes_part_of_a_key_that_can_be_written(
    store: Store, name: str, kept: str
) -> None:
    for _ in range(2):
        add(store, numbered(["habari"]), name)
    assert keys(store) == [f"{kept}:1"]


def test_equal_texts_stay_and_are_counted(store: Store) -> None:
    report = add(store, numbered(["habari", "leo", "habari", "habari"]))
    assert (report.added, report.equal_texts) == (4, 2)
    report = add(store, numbered(["leo", "kesho"]), "b.txt")
    assert (report.added, report.equal_texts) == (2, 1)


def test_texts_come_out_as_they_came_in(store: Store) -> None:
    texts = ["Yoru\u0300ba\u0301 ẹ̀kọ́", "𞤊𞤵𞤤𞤬𞤵𞤤𞤣𞤫 😀", "a\r\nb\tc\u200b\ufeff", " x "]
    meta = {"z": [1, {"ß": None}], "a": 1.5}
    add(store, numbered(texts, meta=meta))
    found = list(store.documents(range(1, 5)))
    assert [document.text for document in found] == texts
    assert all(document.meta == meta for document in found)


def test_a_lone_surrogate_is_refused_with_its_line_and_the_rest_goes_in(store: Store) -> None:
    report = add(store, [Record(1, 1, "a\ud800"), Record(2, 2, "b"), Record(3, 3, "c", "\udfff")])
    assert report.added == 1
    assert [r.line for r in report.refused] == [1, 3]


def test_refusals_of_reader_and_store_come_in_the_order_of_their_lines(store: Store) -> None:
    records = keyed(("a", "moja"), ("a", "mbili"), ("c", "tatu"), ("c", "nne"))
    report = add(store, [records[0], records[1], Refusal(3, "x"), *records[2:], Refusal(9, "y")])
    assert [r.line for r in report.refused] == [2, 3, 4, 9]
    assert report.refused_count == 4


def test_more_refusals_and_warnings_than_are_kept_are_still_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "KEPT", 10)
    monkeypatch.setattr(intake, "BATCH", 7)
    report = add(store, (Refusal(n, "x") for n in range(1, 51)))
    assert (report.refused_count, len(report.refused)) == (50, 10)
    report = add(store, numbered([f"t{n}" for n in range(30)], warnings=("w",)))
    assert (report.warned_count, len(report.warnings)) == (30, 10)


def test_several_batches_go_from_the_log_to_the_store_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH", 500)
    size = store.path.stat().st_size
    grown = []
    texts = numbered([f"{n} " + "maji " * 1000 for n in range(2000)])
    add_records(
        store, "a.txt", texts, Report(), progress=lambda _: grown.append(store.path.stat().st_size)
    )
    assert len(grown) == 4
    assert grown[:3] == [size] * 3, "1,000 pages of the log were too many"


# Runs that are cut off


def with_everything(count: int) -> Iterator[Record | Refusal]:
    for n in range(1, count + 1):
        if n % 11 == 0:
            yield Refusal(n, "not JSON")
            continue
        yield Record(
            n,
            n,
            f"Asha Voi {n % 40}",
            f"k{n}" if n % 3 else None,
            suggestions=(Suggestion(0, 4, "PER", ("import:f",)),) if n % 5 == 0 else (),
            annotations=(given("amina", PER, time=float(n)),) if n % 7 == 0 else (),
        )


def test_a_run_cut_off_and_repeated_ends_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH", 20)

    def cut(at: int) -> Iterator[Record | Refusal]:
        for n, item in enumerate(with_everything(200)):
            if n == at:
                raise OSError("the stick was pulled out")
            yield item

    stores = []
    for name, cuts in (("whole", ()), ("cut", (0, 19, 20, 73, 74, 199))):
        create_store(tmp_path / name)
        store = Store(tmp_path / name)
        for at in cuts:
            report = Report()
            before = store.document_count()
            with pytest.raises(OSError, match="stick"):
                add_records(store, "a.jsonl", cut(at), report)
            assert before + report.added == store.document_count()
        add(store, with_everything(200))
        stores.append(content(store))
        store.close()
    assert stores[0] == stores[1]


def test_a_transaction_that_fails_is_not_counted(store: Store) -> None:
    store.db.execute("PRAGMA max_page_count = 60")  # a disk with 60 pages
    report = Report()
    with pytest.raises(Exception, match="full"):
        add_records(store, "a.txt", numbered([f"{n} " * 300 for n in range(400)]), report)
    assert (report.added, store.document_count()) == (0, 0)


CHILD = """
import sys
from pathlib import Path
from tonemark.corpus import intake, reports
from tonemark.corpus.records import Record
from tonemark.corpus.store import Store
intake.BATCH = 50
store = Store(Path(sys.argv[1]))
records = (Record(n, n, f"habari {n}") for n in range(1, 20_001))
intake.add_records(store, "a.txt", records, reports.Report())
"""


def test_kill_9_during_an_add_leaves_whole_batches_and_the_next_run_the_rest(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.sqlite"
    create_store(path)
    store = Store(path)
    reached = 0
    for _ in range(2):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)])
        deadline = time.monotonic() + 60
        while store.document_count() <= reached and time.monotonic() < deadline:
            assert child.poll() is None
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert store.document_count() > reached
        reached = store.document_count()
    assert reached % 50 == 0
    assert reached < 20_000, "it was killed in time"
    report = add(store, numbered(f"habari {n}" for n in range(1, 20_001)), "a.txt")
    assert (report.added, report.already_there) == (20_000 - reached, reached)
    wrong = "SELECT count(*) FROM documents WHERE key <> 'a.txt:' || id OR text <> 'habari ' || id"
    assert store.db.execute(wrong).fetchone() == (0,)
    assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH", 500)

    def peak(count: int, size: int) -> int:
        path = tmp_path / f"{count}.sqlite"
        create_store(path)
        store = Store(path)
        records = (Record(n, n, f"{n} ".ljust(size, "x")) for n in range(1, count + 1))
        tracemalloc.start()
        add(store, records)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        store.close()
        return highest

    short = peak(2_000, 40)
    assert peak(25_000, 40) < 1.3 * short
    assert peak(60, 1 << 20) < 30 << 20, "60 MiB of long texts go in by and by"


def test_the_digest_of_a_text_is_the_same_on_every_machine() -> None:
    assert digest("Yorùbá") == 832131511439499982
    assert digest("Yoru\u0300ba\u0301") != digest("Yorùbá")
