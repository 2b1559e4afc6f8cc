"""What an export puts in its place when the disk fails or the process is killed: all old, all new,
or what is half is told."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from placing import SPLIT, export, project_to_export, put_in, there

from tonemark.corpus.soundness.files import examine_files
from tonemark.errors import TonemarkError
from tonemark.exchange.registry import sidecar_header
from tonemark.exchange.settings import Settings
from tonemark.exchange.sidecar import is_unchanged

EXPORTS = {
    "a file": Settings("conll"),
    "parts": Settings("conll", split=SPLIT),
    "a file with another beside it": Settings("label-studio-min"),
    "a folder": Settings("brat"),
    "a folder a part": Settings("brat", split=SPLIT),
    "no sidecar": Settings("conll", sidecar=False),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project_to_export(tmp_path / "p")


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
