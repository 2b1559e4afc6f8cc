"""What `export` is asked for: whose answers, which, since when, in which parts, how fitted."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answered import ANSWERS, answered_project, texts_of
from making import run_here

from tonemark.corpus.shares import part_of
from tonemark.corpus.store import STORE_FILE, Store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return answered_project(tmp_path_factory.mktemp("answered") / "p")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "p"))


def keys(folder: Path, *how: str) -> list[str]:
    """The keys of the documents that an export has, in alphabetical order."""
    out = folder.parent / "out.jsonl"
    out.unlink(missing_ok=True)
    run_here("export", folder, "-o", out, *how)
    if not out.exists():
        return []
    return sorted(json.loads(line)["key"] for line in out.read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("", ["both", "one"]),
        ("--answers reject", ["refused"]),
        ("--answers accept,ignore", ["both", "left", "one"]),
        ("--answers reject,ignore,accept", ["both", "left", "one", "refused"]),
        ("--all", ["both", "one", "open"]),
        ("--annotator amina", ["both", "differ", "one", "refused"]),
        ("--annotator amina --answers accept", ["both", "differ", "one"]),
        ("--annotator baraka --since 1970-01-01T00:10:00+00:00", ["both"]),
        ("--since 1970-01-01T00:05:00+00:00", ["one"]),
        ("--since 2d", []),
        ("--everyone", ["both", "differ", "left", "one", "refused"]),
        ("--everyone --answers accept", ["both", "differ", "one"]),
        ("--everyone --since 1970-01-01T00:10:00+00:00", ["both"]),
        ("--everyone --all", ["both", "differ", "left", "one", "open", "refused"]),
    ],
)
def test_whose_answers_which_and_since_when(folder: Path, how: str, wanted: list[str]) -> None:
    assert keys(folder, *how.split()) == wanted


def test_everyones_answers_stand_side_by_side_and_what_stands_at_the_top(folder: Path) -> None:
    out = folder.parent / "o.jsonl"
    run_here("export", folder, "--everyone", "-o", out)
    rows = {row["key"]: row for row in map(json.loads, out.read_text().splitlines())}
    for key, _, answers in ANSWERS:
        sessions = [name for each in rows[key]["versions"] for name in each["sessions"]]
        assert sorted(sessions) == [f"p-{name}" for name in sorted(answers)], key
    assert "answer" not in rows["differ"]
    assert rows["both"]["answer"] == "accept"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("--answers yes", "names no answers"),
        ("--since yesterday", "is no time"),
        (f"--since {'9' * 30}d", "is no time"),
        (f"--since {'9' * 5000}d", "is no time"),
        ("--seed 7", "there is no --split"),
        ("--seed -1 --split a=0.5,b=0.5", "is not between"),
        ("--split a=0.5,A=0.5", "no part of a split"),
        ("--split train=0.8,dev=0.1", "add up to 0.9"),
        ("--split train=0.8,train=0.2", "no part of a split"),
        ("--split ../x=1", "no part of a split"),
        ("--split train=-1,dev=2", "no part of a split"),
        ("--split train=x", "no part of a split"),
        ("--split train=nan", "no part of a split"),
        ("--everyone --annotator amina", "--annotator and --everyone"),
        ("--everyone --format brat", "holds one answer"),
        ("--offsets utf16 --format conll", "count tokens"),
        ("--format nothing", "is no format"),
        ("--annotator rosa", "has no answers"),
    ],
)
def test_what_cannot_be_asked_for_is_said_and_nothing_written(
    folder: Path, how: str, said: str
) -> None:
    out = folder.parent / "out"
    done = run_here("export", folder, "-o", out, *how.split())
    assert done.returncode
    assert said in done.stderr, done.stderr
    assert not list(folder.parent.glob("out*"))


SPLIT = (("train", 0.5), ("dev", 0.25), ("test", 0.25))


def test_a_split_is_a_file_a_part_stable_when_documents_are_added(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    made = tmp_path / "p"
    tonemark("new", made, "--lang", "sw", "--labels", "PER")
    where: list[dict[str, str]] = []
    for count in (60, 90):
        lines = [
            {"id": str(n), "text": f"Hati {n % 80}", "answer": "accept", "spans": []}
            for n in range(count)
        ]
        source = tmp_path / "in.jsonl"
        source.write_text("\n".join(map(json.dumps, lines)))
        tonemark("add", made, source)
        how = ",".join(f"{name}={share}" for name, share in SPLIT)
        out = tmp_path / "o.jsonl"
        done = tonemark("export", made, "-o", out, "--split", how, "--json")
        report = json.loads(done.stdout)
        parts = {name: texts_of(tmp_path / f"o.{name}.jsonl") for name, _ in SPLIT}
        assert report["parts"] == {name: len(texts) for name, texts in parts.items()}
        assert sum(report["parts"].values()) == report["written"] == count
        assert not out.exists()
        for name, texts in parts.items():
            assert texts
            assert all(part_of(text, SPLIT) == name for text in texts.values())
        where.append({key: name for name, texts in parts.items() for key in texts})
    assert where[0].items() <= where[1].items()
    assert where[1]["0"] == where[1]["80"], "equal texts stay together"
    tonemark("export", made, "-o", out, "--split", how, "--seed", 7)
    other = set(texts_of(tmp_path / "o.test.jsonl"))
    assert other != {key for key, name in where[1].items() if name == "test"}


def test_a_part_without_documents_is_said_and_has_no_file(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    made = tmp_path / "p"
    tonemark("new", made, "--lang", "sw", "--labels", "PER")
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"text": "Hati", "answer": "accept", "spans": []}))
    tonemark("add", made, source)
    done = tonemark("export", made, "-o", tmp_path / "o.jsonl", "--split", "a=0.5,b=0.5")
    there = {path.name for path in tmp_path.glob("o.*.jsonl")}
    assert len(there) == 1
    assert "1 document written to" in done.stdout
    assert "no documents, and so no file" in done.stdout


@pytest.mark.parametrize("format", ["jsonl", "conll", "label-studio", "brat", "hf"])
def test_what_an_earlier_export_wrote_for_a_part_does_not_stay_beside_the_others(
    tmp_path: Path, tonemark: Callable[..., Any], format: str
) -> None:
    made = tmp_path / "p"
    tonemark("new", made, "--lang", "sw", "--labels", "PER")
    lines = [
        {"id": str(n), "text": f"Hati {n}", "answer": "accept", "spans": []} for n in range(30)
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)))
    tonemark("add", made, source)
    how = ("export", made, "--format", format, "-o", tmp_path / "out" / "o", "--split")
    (tmp_path / "out").mkdir()
    tonemark(*how, "train=0.5,dev=0.1,test=0.4")
    before = [path.relative_to(tmp_path) for path in tmp_path.glob("out/**/*")]
    assert any("train" in str(path) for path in before)
    assert any("test" in str(path) for path in before)
    done = tonemark(*how, "train=0.9999,dev=0.00005,test=0.00005")
    assert "train: 30 documents" in done.stdout
    assert "test: no documents, and so no file" in done.stdout
    there = [path.relative_to(tmp_path) for path in tmp_path.glob("out/**/*")]
    assert any("train" in str(path) for path in there)
    assert not [path for path in there if "test" in path.name or "dev" in path.name]


def test_a_text_that_is_there_stays_where_all_parts_cannot_be_written(folder: Path) -> None:
    out = folder.parent / "o.jsonl"
    done = run_here("export", folder, "-o", out)
    assert done.returncode == 0
    before = out.read_bytes()
    done = run_here("export", folder, "-o", out, "--since", "1h")
    assert done.returncode == 1
    assert "2 answered before that time" in done.stderr
    assert out.read_bytes() == before


def test_an_export_changes_nothing_in_the_store(folder: Path) -> None:
    def data() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in folder.glob("store.sqlite*[!m]")}

    store = Store(folder / STORE_FILE)
    assert store.document_count()  # its log is there from now on
    before = data()
    run_here("export", folder, "--everyone", "-o", folder.parent / "o.jsonl")
    assert data() == before
    store.close()


def test_a_folder_is_replaced_only_where_an_export_made_it(folder: Path) -> None:
    out = folder.parent / "corpus"
    assert run_here("export", folder, "--format", "brat", "-o", out).returncode == 0
    assert run_here("export", folder, "--format", "brat", "-o", out).returncode == 0
    mine = folder.parent / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    done = run_here("export", folder, "--format", "brat", "-o", mine)
    assert done.returncode == 1
    assert "no export with a sidecar made it" in done.stderr
    assert (mine / "thesis.txt").read_text() == "years of work"
    assert not list(folder.parent.glob(".*part*"))


@pytest.mark.parametrize(
    ("name", "format"),
    [("o.conll", "conll"), ("o.conllu", "conllu"), ("o.jsonl", "jsonl"), ("o.json", "label-studio"),
     ("o.csv", "csv"), ("o.spacy", "spacy"), ("o", "jsonl"), ("o.bin", "jsonl"),
     ("o.CONLL", "conll")],
)  # fmt: skip
def test_the_format_goes_by_the_name_of_the_file(folder: Path, name: str, format: str) -> None:
    assert run_here("export", folder, "-o", folder.parent / name, "--map").returncode == 0
    header = (folder.parent / f"{name}.tonemark").read_text("utf-8").splitlines()[0]
    assert json.loads(header)["format"] == format


@pytest.mark.parametrize(
    "name", ["store.sqlite", "project.toml", "store.sqlite-wal", ".project.lock", "journal/x.jsonl"]
)
def test_a_part_of_a_project_is_never_overwritten(folder: Path, name: str) -> None:
    other = folder.parent / "other"
    run_here("new", other, "--lang", "sw", "--labels", "PER")
    for whose in (folder, other):
        before = (whose / "project.toml").read_bytes(), (whose / "store.sqlite").read_bytes()
        done = run_here("export", folder, "-o", whose / name)
        assert done.returncode == 1
        assert "is a part of the project" in done.stderr
        now = (whose / "project.toml").read_bytes(), (whose / "store.sqlite").read_bytes()
        assert now == before


def test_what_is_written_beside_takes_no_file_of_others(folder: Path) -> None:
    mine = folder.parent / "mine.config.xml"
    mine.write_text("<mine/>")
    out = folder.parent / "mine.json"
    done = run_here("export", folder, "--format", "label-studio", "-o", out)
    assert done.returncode == 1
    assert "no export made it" in done.stderr
    assert mine.read_text() == "<mine/>"
    assert not out.exists()
    mine.unlink()
    for _ in range(2):
        assert run_here("export", folder, "--format", "label-studio", "-o", out).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_one_that_is_stopped_leaves_nothing_half_written(
    folder: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tonemark.exchange import verifying

    out = folder.parent / "deep" / "o.conll"
    out.parent.mkdir()
    monkeypatch.setattr(verifying.Expected, "check", lambda *_: os.kill(os.getpid(), number))
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    with contextlib.suppress(SystemExit, KeyboardInterrupt):
        run_here("export", folder, "-o", out)
    assert list(out.parent.iterdir()) == []
    assert {each: signal.getsignal(each) for each in handlers} == handlers
