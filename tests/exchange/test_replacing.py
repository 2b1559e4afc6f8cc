"""What lies where an export goes: a device, a link, what an earlier export wrote, what people put
there, and another export at the same time."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from making import run_here
from placing import SPLIT, export, made_project, project_to_export, put_in, there

from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.exchange import export as exporting
from tonemark.exchange.formats.label_studio.config import SUFFIX as CONFIGURATION
from tonemark.exchange.registry import sidecar_header
from tonemark.exchange.settings import Settings
from tonemark.exchange.sidecar import is_unchanged, sidecar_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project_to_export(tmp_path / "p")


# What is in the way


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """A pipe that somebody reads, as a terminal is read, and what came out of it."""
    path = tmp_path / "terminal"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, lambda: os.read(reader, 1 << 16)
    os.close(reader)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings("csv"), "p.csv"),
        (Settings("csv"), "p.csv.tonemark"),
        (Settings("csv", split=SPLIT), "p.train.csv"),
        (Settings("label-studio-min"), f"p{CONFIGURATION}"),
        (Settings("brat"), "p.csv"),
        (Settings("brat"), "p.csv.tonemark"),
    ],
)
@pytest.mark.parametrize("is_link", [True, False])
def test_no_device_in_a_project_is_written_to(
    folder: Path,
    terminal: tuple[Path, Callable[[], bytes]],
    settings: Settings,
    name: str,
    is_link: bool,
) -> None:
    path, read = terminal
    beside = folder / "exports" / name
    if is_link:
        os.symlink(path, beside)
    else:
        os.link(path, beside)
    target = folder / "exports" / "p.csv"
    with pytest.raises(TonemarkError) as error:
        export(folder, settings, target)
    assert "Nothing was written" in error.value.remedy
    assert not read()
    assert len(list((folder / "exports").iterdir())) == 1


def test_a_pipe_that_was_typed_gets_the_documents_and_nothing_lies_beside(
    folder: Path, terminal: tuple[Path, Callable[[], bytes]]
) -> None:
    path, read = terminal
    before = set(path.parent.iterdir())
    export(folder, Settings("label-studio-min"), path)
    assert read().startswith(b"[")
    assert set(path.parent.iterdir()) == before


@pytest.mark.parametrize("settings", [Settings("conll"), Settings("brat")])
def test_scratch_files_lie_beside_the_export(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "none"))
    assert export(folder, settings, folder.parent / "o.conll").written == 8


# Parts without documents


def few(tmp_path: Path) -> Path:
    """A project with one document."""
    made = made_project(tmp_path / "few")
    put_in(made, 10, 1)
    return made


@pytest.mark.parametrize("format", ["conll", "brat", "hf"])
def test_what_an_earlier_export_wrote_for_a_part_that_is_empty_now_goes(
    folder: Path, tmp_path: Path, format: str
) -> None:
    target = tmp_path / "out" / "o.conll"
    target.parent.mkdir()
    export(folder, Settings(format, split=SPLIT), target)
    assert len(export(few(tmp_path), Settings(format, split=SPLIT), target).to) == 1
    left = {name for name in there(target.parent) if "/" not in name}
    assert len(left) == 2
    if format == "hf":
        assert len(list(target.rglob("*.jsonl"))) == 1


def test_a_part_that_is_empty_now_and_has_no_sidecar_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "o.jsonl"
    settings = Settings("jsonl", split=SPLIT, sidecar=False)
    export(folder, settings, target)
    other = few(tmp_path)
    before = there(tmp_path)
    with pytest.raises(TonemarkError, match="has no documents now"):
        export(other, settings, target)
    after = {name: data for name, data in there(tmp_path).items() if "few/" not in name}
    assert after == {name: data for name, data in before.items() if "few/" not in name}


def test_where_no_part_has_documents_all_stays(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "o.conll"
    settings = Settings("conll", split=SPLIT)
    export(folder, settings, target)
    before = {name: data for name, data in there(tmp_path).items() if name[:2] == "o."}
    empty = made_project(tmp_path / "empty")
    assert not export(empty, settings, target).written
    assert {name: data for name, data in there(tmp_path).items() if name[:2] == "o."} == before


# Folders


@pytest.mark.parametrize("kind", ["file", "link"])
def test_no_sidecar_makes_a_folder_of_a_file_or_a_link(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "corpus"
    export(folder, Settings("brat"), target)
    moved = tmp_path / "moved"
    target.rename(moved)
    if kind == "file":
        target.write_text("mine")
    else:
        os.symlink(moved, target)
    with pytest.raises(TonemarkError, match="is no folder"):
        export(folder, Settings("brat"), target)
    assert target.is_symlink() or target.read_text() == "mine"


def test_what_people_put_into_an_exported_folder_is_not_lost(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "corpus"
    export(folder, Settings("brat"), target)
    (target / "sub").mkdir()
    (target / "sub" / "thesis.txt").write_text("years of work")
    before = there(target)
    with pytest.raises(TonemarkError, match=r"holds what no export wrote there: sub/thesis.txt\."):
        export(folder, Settings("brat"), target)
    assert there(target) == before
    assert not list(tmp_path.glob(".*"))


def test_what_comes_into_a_folder_while_it_is_exported_is_not_lost(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "corpus"
    export(folder, Settings("brat"), target)
    finished = exporting.put_in_place

    def later(*arguments: Any) -> None:
        (target / "late.txt").write_text("mine")
        finished(*arguments)

    monkeypatch.setattr(exporting, "put_in_place", later)
    with pytest.raises(TonemarkError, match="late"):
        export(folder, Settings("brat"), target)
    assert (target / "late.txt").read_text() == "mine"


def test_a_sidecar_of_another_format_gives_no_folder_away(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "corpus"
    export(folder, Settings("brat"), target)
    with pytest.raises(TonemarkError, match="no export with a sidecar made it"):
        export(folder, Settings("hf"), target)


def test_a_folder_without_a_sidecar_is_exported_as_last_again(folder: Path) -> None:
    settings = Settings("brat", sidecar=False)
    target = folder / "exports" / "p"
    export(folder, settings, target)
    put_in(folder, 30, 1)
    export(folder, settings, target)
    assert "k30.ann" in there(target)
    (target / "mine.txt").write_text("mine")
    with pytest.raises(TonemarkError, match="mine"):
        export(folder, settings, target)
    assert not sidecar_of(target).exists()


def test_two_exports_at_once_leave_one_that_fits_its_sidecar(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "corpus"
    target.parent.mkdir()
    export(folder, Settings("brat"), target)
    other = made_project(tmp_path / "other")
    put_in(other, 10, 19)
    faults: list[BaseException] = []

    def run(which: Path) -> None:
        try:
            for _ in range(3):
                export(which, Settings("brat"), target)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in (folder, other, folder)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    # One that finds the other's files there says so; nothing is hidden or mixed.
    assert all(isinstance(each, TonemarkError) for each in faults), faults
    header = sidecar_header(target)
    assert header
    assert is_unchanged(target, header)
    assert {path.name for path in target.parent.iterdir()} == {"corpus", "corpus.tonemark"}


def test_who_has_answers_is_asked_of_the_state_that_is_exported(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = exporting.counted_progress

    def inside(store: Store) -> Any:
        assert store.db.in_transaction
        return asked(store)

    monkeypatch.setattr(exporting, "counted_progress", inside)
    assert export(folder, Settings("jsonl", everyone=True), tmp_path / "o.jsonl").written == 8


def test_a_file_that_cannot_be_written_is_told_once(folder: Path, tmp_path: Path) -> None:
    done = run_here("export", folder, "-o", tmp_path / "none" / "o.jsonl")
    assert done.returncode == 1
    assert "o.jsonl cannot be written" in done.stderr
