"""What an export puts in its place when the disk fails, the process is killed, or something else is
there: all old, all new, or what is half is told."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from making import given, run_here

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness_files import examine_files
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.exchange import export as exporting
from tonemark.exchange.export import export_project
from tonemark.exchange.exported import Exported
from tonemark.exchange.formats.label_studio.config import SUFFIX as CONFIGURATION
from tonemark.exchange.registry import sidecar_header
from tonemark.exchange.settings import LAST_FILE, Settings, remember
from tonemark.exchange.sidecar import is_unchanged, sidecar_of

SPLIT = (("train", 0.6), ("test", 0.4))

EXPORTS = {
    "a file": Settings("conll"),
    "parts": Settings("conll", split=SPLIT),
    "a file with another beside it": Settings("label-studio-min"),
    "a folder": Settings("brat"),
    "a folder a part": Settings("brat", split=SPLIT),
    "no sidecar": Settings("conll", sidecar=False),
}


def made_project(folder: Path) -> Path:
    create_project(folder, language="sw", labels=["PER", "LOC"])
    create_store(folder / STORE_FILE)
    return folder


def answer(n: int) -> GivenAnnotation:
    return given("amina", Span(0, 6, "PER"), comment=f"of {n}" * (n % 2))


def put_in(folder: Path, first: int, count: int) -> None:
    """Documents of which amina answered each, one with a comment."""
    store = Store(folder / STORE_FILE)
    records = (
        Record(n, n, f"Juma{n} yuko Kisumu", f"k{n}", annotations=(answer(n),))
        for n in range(first, first + count)
    )  # fmt: skip
    add_records(store, "a.jsonl", records, Report())
    store.close()


def export(folder: Path, settings: Settings, target: Path) -> Exported:
    store = Store(folder / STORE_FILE)
    try:
        return export_project(read_project(folder), store, settings, target)
    finally:
        store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = made_project(tmp_path / "p")
    put_in(made, 10, 8)
    (made / "exports").mkdir()
    return made


def there(folder: Path) -> dict[str, bytes]:
    """All that lies in a folder, hidden or not."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def failing_at(number: int, call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, which fails the `number`th time, as on a full disk."""
    count = 0

    def failing(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return call(*arguments, **named)

    return failing


@pytest.mark.parametrize("settings", EXPORTS.values(), ids=EXPORTS)
@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
def test_where_the_disk_fails_all_is_as_it_was(
    folder: Path, settings: Settings, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "exports" / "o.conll"
    export(folder, settings, target)
    before = there(target.parent)
    put_in(folder, 30, 1)
    for number in range(1, 200):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing_at(number, getattr(os, call)))
            try:
                export(folder, settings, target)
            except TonemarkError as error:
                said = error
            else:
                break
        assert "No space left on device" in said.title
        assert said.remedy == "Nothing was written."
        assert there(target.parent) == before
    assert number > 1 or (call == "fchmod" and settings.format == "brat" and not settings.sidecar)
    after = there(target.parent)
    assert after != before
    assert not [name for name in after if ".part" in name]


@pytest.mark.parametrize("settings", EXPORTS.values(), ids=EXPORTS)
def test_where_the_disk_fails_at_first_nothing_is_left(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "exports" / "o.conll"
    for number in range(1, 200):
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", failing_at(number, os.replace))
            try:
                export(folder, settings, target)
            except TonemarkError:
                assert not there(target.parent)
            else:
                break
    assert there(target.parent)


def killed_at(renames: int, folder: Path, settings: Settings, target: Path) -> bool:
    """Export in a process of its own that is killed at its next rename after so many; whether it
    came that far."""
    process = os.fork()
    if not process:
        left = iter(range(renames))
        replace = os.replace

        def killed(*arguments: Any) -> None:
            if next(left, None) is None:
                os._exit(9)
            replace(*arguments)

        try:
            os.replace = killed  # type: ignore[assignment]
            export(folder, settings, target)
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert code in (0, 9)
    return code == 9


@pytest.mark.parametrize("how", ["a file", "parts", "a folder"])
def test_killed_between_two_renames_what_is_half_is_told(folder: Path, how: str) -> None:
    target = folder / "exports" / "o.conll"
    export(folder, EXPORTS[how], target)
    old = there(target.parent)
    put_in(folder, 30, 4)
    names = {name for name in old if not name.endswith(".tonemark") and "/" not in name}
    for renames in range(100):
        if not killed_at(renames, folder, EXPORTS[how], target):
            break
        is_new, is_fit = [], []
        for name in names:
            path = target.with_name(name)
            is_new.append(not path.exists() or there(path) != _under(old, name) if path.is_dir()
                          else not path.exists() or path.read_bytes() != old[name])  # fmt: skip
            header = sidecar_header(path)
            assert header
            is_fit.append(is_unchanged(path, header))
        if not all(is_fit):
            assert renames, "before the first rename nothing has changed"
        hidden = sorted(target.parent.glob(".*.part*"))
        for path in hidden:
            os.utime(path, (0, 0))
        told = " ".join(f"{each.where} {each.remedy}" for each in examine_files(folder))
        assert hidden
        assert all(str(path) in told for path in hidden)
        assert any(is_new) or not all(is_fit) or renames == 0
        # What was half is whole again when it is done again.
        export(folder, EXPORTS[how], target)
        for name in names:
            header = sidecar_header(target.with_name(name))
            assert header
            assert is_unchanged(target.with_name(name), header)
        for path in hidden:
            subprocess.run(["rm", "-r", str(path)], check=True)
        _restore(target.parent, old)
    assert renames >= 2


def _under(old: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {
        key.removeprefix(f"{name}/"): value
        for key, value in old.items()
        if key.startswith(f"{name}/")
    }


def _restore(folder: Path, old: dict[str, bytes]) -> None:
    subprocess.run(["rm", "-r", str(folder)], check=True)
    folder.mkdir()
    for name, data in sorted(old.items()):
        if any(other.startswith(f"{name}/") for other in old):
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)


def test_a_folder_that_is_hidden_after_a_kill_is_told_with_its_way_back(folder: Path) -> None:
    place = folder / "exports"
    (place / ".corpus.abcdef12.part.old").mkdir()
    [found] = [each for each in examine_files(folder) if "hidden" in each.what]
    assert not found.harmless
    assert found.remedy == f"mv {place}/.corpus.abcdef12.part.old {place}/corpus"
    (place / "corpus").mkdir()
    [found] = [each for each in examine_files(folder) if "Export again" in each.remedy]
    assert found.harmless
    assert found.remedy.endswith(f"rm -r {place}/.corpus.abcdef12.part.old")


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


@pytest.mark.parametrize("is_link", [True, False])
def test_settings_are_remembered_in_no_device(
    folder: Path, terminal: tuple[Path, Callable[[], bytes]], is_link: bool
) -> None:
    path, read = terminal
    (os.symlink if is_link else os.link)(path, folder / LAST_FILE)
    remember(folder, Settings("conll"))
    assert not read()


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
