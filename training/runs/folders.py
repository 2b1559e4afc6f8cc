"""The models that were trained in a project: a folder each in models/, complete or not there. Knows
what lies where and how a model comes to lie there, not how one is trained.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import regex

from tonemark.corpus.project import MODELS_FOLDER
from tonemark.errors import TonemarkError
from tonemark.files import (
    check_inside,
    make_folders,
    open_own,
    open_regular,
    parsed,
    read_at_most,
    share,
    sync_folder,
)
from tonemark.text import short
from tonemark.training.outcome import PIPELINE

ABOUT = "model.json"
"""The file of a model that says what it is: without it there is none."""

HASHES = "texts.json"
"""The hashes of the texts that taught a model (`shares.hash_of`): apart from the rest, for they are
many, and few who look at a model ask for them."""

ABOUT_LIMIT = 64 * 1024 * 1024
"""Bytes of each of the two that are read."""

ENTRIES = 10_000
"""Entries of a folder that are looked at: a stranger may have filled it."""

LOCK = ".lock"
"""The file that is locked while a model is trained."""

MAKING = ".making-"
"""What the folder begins with in which a model is made."""

NAME = regex.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
"""What a model may be called, as project.toml names it."""

_NUMBERED = regex.compile(r"model-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Run:
    """A trained model: `about` is what its model.json says (`outcome.Outcome.to_json`), with when
    it was `made` (Unix seconds) and by which version of ours.

    Whose words they are, in a project from elsewhere, nobody knows.
    """

    path: Path
    made: float
    about: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.name

    @property
    def pipeline(self) -> Path:
        """What spaCy loads."""
        return self.path / PIPELINE

    def figure(self, name: str) -> float:
        """A number of its model.json, such as `f1`; 0 where there is none."""
        value = self.about.get(name)
        return float(value) if isinstance(value, int | float) and 0 <= value < 2**53 else 0.0

    def share(self, name: str) -> float | None:
        """A number from 0 to 1 of its model.json, such as `f1`; None where there is none: it was
        not scored, or there were no spans of which it would be a share."""
        value = self.about.get(name) if self.figure("scored") else None
        return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None

    def words(self, name: str) -> str:
        """A text of its model.json, such as `kind`; empty where there is none."""
        value = self.about.get(name)
        return value if isinstance(value, str) else ""


def models_in(folder: Path) -> Path:
    """Where the models of the project in a folder are."""
    return folder / MODELS_FOLDER


def runs(folder: Path) -> list[Run]:
    """The models of the project in a folder, the oldest first; what is none is passed over."""
    found = [run for each in _entries(models_in(folder)) if (run := read_run(Path(each)))]
    return sorted(found, key=lambda run: (run.made, _number(run.name), run.name))


def damaged(folder: Path) -> list[str]:
    """The names of what stands in the place of models of the project in a folder, and whose
    model.json is not there or cannot be read, sorted."""
    return sorted(
        entry.name
        for entry in _entries(models_in(folder))
        if NAME.fullmatch(entry.name)
        and entry.is_dir(follow_symlinks=False)
        and any(os.path.lexists(Path(entry, name)) for name in (ABOUT, PIPELINE))
        and not read_about(Path(entry))
    )


def unreadable(names: Sequence[str]) -> TonemarkError:
    """The error of models that are damaged."""
    files = ", ".join(f"{MODELS_FOLDER}/{name}/{ABOUT}" for name in names[:10])
    return TonemarkError(
        f"{', '.join(names[:10])} cannot be read: {files} is not there or damaged.",
        "Put it back from a copy, or delete the model's folder and train once more:"
        " tonemark train DIR",
    )


def last_run(folder: Path) -> Run | None:
    """The one that was made last."""
    return next(reversed(runs(folder)), None)


def newest(folder: Path) -> str:
    """The name of the model that was written last; empty where there is none. It reads none of
    them: what stands in a model.json may be long."""
    written: dict[str, float] = {}
    for entry in _entries(models_in(folder)):
        if NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            with contextlib.suppress(OSError):
                written[entry.name] = os.lstat(Path(entry, ABOUT)).st_mtime
    return max(written, key=written.__getitem__, default="")


def run_named(folder: Path, name: str) -> Run | None:
    """The model of a name; None where there is none."""
    return read_run(models_in(folder) / name) if NAME.fullmatch(name) else None


def chosen_run(folder: Path, name: str = "") -> Run:
    """The model of a name, or without one the last. Raises TonemarkError where there is none."""
    run = run_named(folder, name) if name else last_run(folder)
    if run is not None:
        return run
    known = [each.name for each in runs(folder)]
    broken = damaged(folder)
    if name in broken or (broken and not known):
        raise unreadable([name] if name in broken else broken)
    if not known:
        raise TonemarkError(
            "No model has been trained in this project yet.",
            "Train one: tonemark train DIR",
        )
    raise TonemarkError(
        f'There is no model "{short(name, 64)}" in this project.',
        f"It has: {', '.join(known[-10:])}.",
    )


def read_run(path: Path) -> Run | None:
    """The model in a folder; None where there is none, and where the folder is a link."""
    if not NAME.fullmatch(path.name) or path.is_symlink():
        return None
    about = read_about(path)
    return Run(path, Run(path, 0.0, about).figure("made"), about) if about else None


def read_about(path: Path) -> dict[str, Any]:
    """The model.json of the model in a folder; empty where there is none that can be read."""
    try:
        with open_regular(path / ABOUT) as stream:
            data = stream.read(ABOUT_LIMIT + 1)
        about = parsed(data.decode()) if len(data) <= ABOUT_LIMIT else None
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def hashes_of(run: Run) -> frozenset[str]:
    """The hashes of the texts that taught a model. Raises TonemarkError where they cannot be read:
    a model that nobody knows to have learnt from a text would tell what others answered there."""
    path = run.path / HASHES
    wrong = TonemarkError(
        f"{path} cannot be read: which texts taught {run.name} is not known.",
        "Put it back from a copy, or train once more: tonemark train DIR",
    )
    try:
        found = parsed(read_at_most(path, ABOUT_LIMIT, wrong).decode())
    except (TonemarkError, ValueError):
        raise wrong from None
    if not isinstance(found, list):
        raise wrong
    return frozenset(map(str, found))


def write_about(path: Path, about: Mapping[str, Any]) -> None:
    """Write the model.json of the model in a folder, and its `hashes` into a file of their own.
    Raises OSError."""
    from importlib.metadata import version

    about = dict(about)
    (path / HASHES).write_text(json.dumps(list(about.pop("hashes", ()))) + "\n", encoding="ascii")
    made = {**about, "made": round(time.time(), 3), "tonemark": version("tonemark")}
    (path / ABOUT).write_text(json.dumps(made, indent=1) + "\n", encoding="ascii")


def size_of(path: Path) -> int:
    """Bytes that the files of a folder take."""
    total = 0
    for entry in _entries(path):
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                total += size_of(Path(entry))
            else:
                total += entry.stat(follow_symlinks=False).st_size
    return total


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return list(islice(entries, ENTRIES))
    return []


def _number(name: str) -> int:
    found = _NUMBERED.fullmatch(name)
    return int(found[1]) if found else 0


# How a model comes to lie there


@dataclass(frozen=True, slots=True)
class Making:
    """A model that is being made: in the folder `path`, which `finish` gives its place, `place`.

    `lock` is the number of the open file that says so: whoever writes into the folder is to have it
    open, too.
    """

    path: Path
    place: Path
    lock: int

    def finish(self) -> Run:
        """Have all of it on the disk, then rename it. Raises OSError."""
        _settle(self.path)
        os.rename(self.path, self.place)
        sync_folder(self.place.parent)
        run = read_run(self.place)
        assert run is not None
        return run


@contextlib.contextmanager
def making(folder: Path) -> Iterator[Making]:
    """An empty folder for a new model of the project in a folder; what is in it when the block ends
    without `finish` is gone.

    What others left half there, whose process has ended, is taken away. Raises TonemarkError where
    another one is being made, where a link leads out of the project, and where the folder cannot be
    written.
    """
    models = models_in(folder)
    check_inside(folder, models)
    try:
        make_folders(models)
        lock = _locked(models)
    except OSError as error:
        raise not_written(models, error) from None
    try:
        _clear(models)
        number = 1 + max((_number(entry.name) for entry in _entries(models)), default=0)
        path = models / f"{MAKING}{secrets.token_hex(4)}"
        try:
            path.mkdir()
            share(path, models)
        except OSError as error:
            raise not_written(models, error) from None
        try:
            yield Making(path, models / f"model-{number}", lock)
        finally:
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(lock)


def not_written(place: Path, error: OSError) -> TonemarkError:
    """The error of a disk or a folder that takes no model."""
    return TonemarkError(
        f"The model cannot be written to {place}: {error.strerror or error}.",
        "The models that were there, and the project, are as they were. Whoever trains must be able"
        " to write the project's folder, and have room on its disk.",
    )


def _locked(models: Path) -> int:
    path = models / LOCK
    try:
        lock = open_own(path, os.O_RDWR | os.O_CREAT, 0o660)
        share(lock, models)
    except PermissionError:
        # Another login's file can still be locked, except over NFS.
        lock = open_own(path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise TonemarkError(
            "A model is being trained in this project already.",
            "One is trained at a time: wait until it is there, or end that training.",
        ) from None
    except BaseException:
        os.close(lock)
        raise
    return lock


def _clear(models: Path) -> None:
    """Away with what nobody makes any more: who makes a model has the lock."""
    for entry in _entries(models):
        if entry.name.startswith(MAKING) and entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry, ignore_errors=True)  # another login's may stay


def _settle(path: Path) -> None:
    """Sync all files and folders in a folder, open to the group where the folder is."""
    for at, _, names in os.walk(path, topdown=False):
        for name in names:
            file = open_own(Path(at, name), os.O_RDONLY)
            try:
                share(file, path)
                os.fsync(file)
            finally:
                os.close(file)
        if Path(at) != path:
            share(Path(at), path)
        sync_folder(Path(at))
