"""The bench of the store: a small run whole, and faults that it must see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import processes
import pytest
import store
import store_clients
import store_load
import store_sittings

from tonemark.corpus import queue
from tonemark.corpus.intake import add_records
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import Store, create_store
from tonemark.errors import TonemarkError

BENCH = Path(store.__file__).parent
DOCUMENTS = 5000
"""More than fast clients can answer in their part of a second."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BENCH, "store", *arguments]
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def report(kept: Path) -> dict[str, Any]:
    few = ("--clients", "1,3", "--seconds", "0.9", "--rounds", "1", "--at-once", "2")
    done = bench("--documents", DOCUMENTS, *few, "--keep", kept, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_documents_went_in(report: dict[str, Any]) -> None:
    add = report["add"]
    assert add["documents"] == report["documents"] == DOCUMENTS
    assert 0 < add["command_per_second"] < add["inside_per_second"], "the start takes time"
    for name in ("command", "inside", "rival"):
        assert 0 < add[f"{name}_per_second"] <= 1.2 * add[f"{name}_per_cpu_second"]


def test_clients_answered_and_nothing_is_wrong(report: dict[str, Any]) -> None:
    runs = [*report["saturated"], report["paced"]]
    assert [each["clients"] for each in runs] == [1, 3, 3]
    for each in runs:
        for name in ("ours", "rival"):
            found = each[name]
            assert found["errors"] == 0, found["said"]
            assert found["tasks"] > 0
            assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert report["paced"]["ours"]["tasks"] <= 3 * 5, "people think"
    assert set(report["check"].values()) == {0, "ok"}


def test_screens_were_painted_and_weighed(report: dict[str, Any]) -> None:
    paint, memory = report["first_paint"], report["memory"]
    assert all(0 < paint[name] < store_sittings.PATIENCE for name in ("bare", "small", "large"))
    for name in ("bare", "one", "bare_at_once", "at_once"):
        each = memory[name]
        assert 1 < each["private_mib"] <= each["pss_mib"] <= each["rss_mib"] < 1000


def test_each_budget_says_whether_it_holds(report: dict[str, Any]) -> None:
    assert len(report["budgets"]) == 7
    for each in report["budgets"]:
        assert set(each) == {"budget", "bound", "measured", "holds"}
        assert "ms" in each["bound"] or each["bound"].split()[0] in ("=", "<=", ">=")
    intake = report["budgets"][0]
    assert intake["measured"] == report["add"]["command_per_second"]
    assert intake["holds"] == (intake["measured"] >= 30_000)


def test_a_kept_project_is_used_again(
    kept: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sat = {name: report[name] for name in ("first_paint", "memory")}
    monkeypatch.setattr(store, "_sit", lambda *arguments: sat)
    given = ["--documents", str(DOCUMENTS), "--clients", "2", "--seconds", "0.4"]
    again = store.run(store._parser().parse_args(given), kept)
    assert again["add"] is None
    assert set(again["check"].values()) == {0, "ok"}
    assert again["budgets"][0]["budget"] == "errors of clients"
    assert any("paced     2 clients  ours" in line for line in store.table(again))


def test_a_kept_project_of_another_size_is_refused(kept: Path, report: dict[str, Any]) -> None:
    done = bench("--documents", 7, "--keep", kept)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"has {DOCUMENTS:,} documents, not 7" in done.stderr


# What the check must see


@pytest.fixture
def answered(tmp_path: Path) -> Path:
    """A store whose one document has the two answers that it may have."""
    path = tmp_path / "store.sqlite"
    create_store(path)
    opened = Store(path)
    add_records(opened, "a.txt", [Record(1, 1, "Asha na Juma")], Report(), places=2)
    for name in ("amina", "baraka"):
        claims = queue.claim_next(opened, name, 1)
        queue.leave(opened, store_clients.page_of(opened, claims).outcomes("accept"))
    opened.close()
    return path


@pytest.mark.parametrize(
    ("fault", "figure"),
    [
        ("UPDATE annotations SET annotator = annotator", None),
        ("UPDATE annotations SET revision = 2 WHERE annotator = 'amina'", "answered_twice"),
        ("DELETE FROM annotations WHERE annotator = 'amina'", "answers_missing"),
        ("DELETE FROM events WHERE kind = 'answer'", "events_missing"),
        ("UPDATE documents SET taken = 1", "places_wrong"),
    ],
)
def test_what_is_wrong_is_seen(answered: Path, fault: str, figure: str | None) -> None:
    opened = Store(answered)
    opened.db.execute("PRAGMA foreign_keys = OFF")
    opened.db.execute(fault)
    opened.close()
    found = store_clients.check(answered, 2, store_clients.Tally(0, 0), 2)
    assert found.pop("integrity") == "ok"
    assert [name for name, value in found.items() if value] == ([figure] if figure else [])


def test_more_answers_than_places_are_seen(answered: Path) -> None:
    found = store_clients.check(answered, 1, store_clients.Tally(0, 0), 2)
    assert found["answered_too_often"] == 1


# Parts


@pytest.mark.parametrize(
    ("count", "share", "found"),
    [(0, 0.5, 0.0), (1, 0.99, 1.0), (100, 0.5, 50.0), (100, 0.99, 99.0), (100, 1.0, 100.0)],
)
def test_a_percentile_is_a_value_that_was_measured(count: int, share: float, found: float) -> None:
    values = [number / 1000 for number in range(1, count + 1)]
    assert store_clients.milliseconds(values, share) == found


def test_the_same_texts_each_time_and_none_twice(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        store_load.write_texts(path, 300)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    records = [json.loads(line) for line in paths[0].read_text("utf-8").splitlines()]
    assert len({record["text"] for record in records}) == len(records) == 300
    assert any(not record["text"].isascii() for record in records)


def test_processes_answer_in_order_and_a_death_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert processes.in_processes(divmod, [(7, 2), (9, 4)]) == [(3, 1), (2, 1)]
    with pytest.raises(TonemarkError, match="without an answer"):
        processes.in_processes(divmod, [(7, 2), (1, 0)])
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_the_memory_of_a_process_is_read() -> None:
    taken = store_sittings.rollup(os.getpid())
    assert 0 < taken["Pss"] <= taken["Rss"]
