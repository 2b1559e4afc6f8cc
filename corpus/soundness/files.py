"""What lies about a store: who may write what, where it lies, files left behind, journals."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import regex

from tonemark.corpus.annotators import is_reviewing, person
from tonemark.corpus.journal import JOURNALS, NAME, parse, read_journal
from tonemark.corpus.project import MODELS_FOLDER, SUGGESTER_FOLDER
from tonemark.corpus.soundness.findings import Checked, Finding
from tonemark.corpus.store import STORE_FILE
from tonemark.corpus.store_file import log_path, why_not_writable
from tonemark.errors import TonemarkError

LEFT_BEHIND = 3600.0
"""Seconds after which a half-written file is nobody's any more."""

ROOM = 64 * 1024 * 1024
"""Bytes that should be free: SQLite's log and a big import fit in."""

NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs 9p fuse.sshfs lustre gpfs beegfs ceph fuse.ceph afs"
    " fuse.glusterfs fuse.rclone fuse.s3fs".split()
)
"""File systems on which processes of several machines could meet: SQLite's log does not work
there (sqlite.org/wal.html)."""


def examine_files(folder: Path) -> Iterator[Finding]:
    """The folder, its disk, and the modes of its files."""
    path = folder / STORE_FILE
    if reason := why_not_writable(path) if path.exists() else "":
        yield Finding(
            "This project may only be read.", reason,
            "Who annotates must be able to write the folder and the store.", harmless=True,
        )  # fmt: skip
    kind = file_system(folder)
    if kind in NETWORK:
        yield Finding(
            "The project lies on a network file system, where a store is not safe.", kind,
            "Move the folder to a disk of the machine on which all annotate.",
        )  # fmt: skip
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(folder).free
        if free < ROOM:
            where = f"{free // (1024 * 1024)} MiB are free"
            yield Finding("The disk is nearly full.", where, "Make room before work goes on.")
    yield from _examine_modes(folder)
    yield from _examine_parts(folder)


def _examine_modes(folder: Path) -> Iterator[Finding]:
    """Where a group may write the folder, it must be able to write what is in it."""
    try:
        shared = folder.stat()
    except OSError:
        return
    quoted = shlex.quote(str(folder))
    if shared.st_mode & 0o002:
        yield Finding("Everybody on this machine may change the project.", str(folder),
                      f"chmod o-w {quoted}")  # fmt: skip
    if not shared.st_mode & 0o020:
        return
    if not shared.st_mode & stat.S_ISGID:
        yield Finding(
            "The folder is shared with a group, but what is made in it is not.", str(folder),
            f"chmod g+s {quoted}",
        )  # fmt: skip
    path = folder / STORE_FILE
    models = folder / MODELS_FOLDER
    names = [path, log_path(path), path.with_name(f"{path.name}-shm"), models, models / ".lock"]
    for shared_folder in (folder / JOURNALS, folder / SUGGESTER_FOLDER):
        names.append(shared_folder)
        with contextlib.suppress(OSError):
            names += sorted(shared_folder.iterdir())
    for name in names:
        try:
            status = name.lstat()
        except OSError:
            continue
        quoted = shlex.quote(str(name))
        if status.st_gid != shared.st_gid:
            yield Finding("A file of the project belongs to another group than its folder.",
                          str(name), f"chgrp --reference={shlex.quote(str(folder))} {quoted}",
                          )  # fmt: skip
        if status.st_mode & 0o060 != 0o060:
            yield Finding("The group may write the folder, but not a file of the project.",
                          str(name), f"chmod g+rw{'x' * name.is_dir()} {quoted}")  # fmt: skip


def _examine_parts(folder: Path) -> Iterator[Finding]:
    for place in (folder, folder / "exports"):
        for part in sorted(place.glob(".*.part")):
            with contextlib.suppress(OSError):
                if time.time() - part.lstat().st_mtime > LEFT_BEHIND:
                    yield Finding(
                        "A half-written file was left behind.", str(part),
                        _removing(part), harmless=True,
                    )  # fmt: skip
        for old in sorted(place.glob(".*.part.old")):
            yield _ended_export(old)
    yield from _examine_models(folder / MODELS_FOLDER)


def _examine_models(models: Path) -> Iterator[Finding]:
    """What is left of a training that was ended: one that goes on has the lock."""
    parts = sorted(models.glob(".making-*"))
    with contextlib.suppress(OSError):
        if parts and (models / ".lock").lstat().st_ino not in _held():
            for part in parts:
                yield Finding(
                    "A model was left half made; the next training takes it away.", str(part),
                    _removing(part), harmless=True,
                )  # fmt: skip


def _ended_export(old: Path) -> Finding:
    """What an export was to replace when its process was ended between two renames."""
    name = old.name[1:].rsplit(".", 3)[0]
    there = old.with_name(name)
    if len(name) >= 40:  # of longer names the beginning stands there
        return Finding("An export was ended while it took its place; this is what was there.",
                       str(old), "Look whether it is still needed, else delete it.")  # fmt: skip
    if os.path.lexists(there):
        return Finding("An export was ended while it took its place; this is what was there.",
                       str(old), f"Export again, then {_removing(old)}", harmless=True)  # fmt: skip
    return Finding("An export was ended while it took its place, and what was there is hidden.",
                   str(old), f"mv {shlex.quote(str(old))} {shlex.quote(str(there))}")  # fmt: skip


def _removing(path: Path) -> str:
    is_folder = path.is_dir() and not path.is_symlink()
    return f"rm {'-r ' * is_folder}{shlex.quote(str(path))}"


def file_system(folder: Path) -> str:
    """The kind of file system on which a folder lies; empty where the system does not say."""
    best, kind = -1, ""
    there = Path(os.path.realpath(folder))
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return ""
    for line in lines:
        fields = line.decode("utf-8", "surrogateescape").split()
        # Spaces and the like stand in octal (proc(5)).
        mount = regex.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[4])
        if there.is_relative_to(mount) and len(mount) >= best:
            best, kind = len(mount), fields[fields.index("-") + 1]
    return kind


# Journals


def examine_journals(db: sqlite3.Connection, folder: Path, checked: Checked) -> Iterator[Finding]:
    """The journals in the folder: whose they are, whether they are whole, what only they hold."""
    held = _held()
    for place in sorted((folder / JOURNALS).glob("*/*")):
        found = NAME.fullmatch(place.name)
        if not found:
            if not place.name.endswith(".part"):
                yield Finding("A file among the journals is none.", str(place), harmless=True)
            continue
        if found["kind"] == "damaged":
            yield Finding(
                "A journal was damaged, and what stood behind the damage was not taken.",
                str(place),
                "Its lines can be read (less FILE); when all is settled, delete it.",
            )
            continue
        checked.journals += 1
        try:
            data = read_journal(place)
            inode = place.stat().st_ino
            yield from _examine_journal(
                db, folder, place, data, int(found["document"]), int(found["claim"]), inode in held
            )
        except TonemarkError as error:
            yield Finding("A journal is larger than any that keys can make.", error.title,
                          error.remedy)  # fmt: skip
        except OSError as error:
            yield Finding("A journal cannot be read.", f"{place}: {error.strerror}",
                          "Look at its owner and mode.")  # fmt: skip
        except (ValueError, TypeError, KeyError) as error:
            yield Finding("A journal holds what no journal holds.", f"{place}: {error!r}",
                          "Move it out of the folder.")  # fmt: skip


def _examine_journal(
    db: sqlite3.Connection,
    folder: Path,
    place: Path,
    data: bytes,
    document: int,
    claim: int,
    in_use: bool,
) -> Iterator[Finding]:
    annotator = place.parent.name
    events = list(parse(data))
    if not in_use and data.count(b"\n") > len(events):
        yield Finding(
            "A journal has a damaged line.", f"{place}, line {len(events) + 1}",
            "Copy the folder first: what stands behind that line is set aside when it is opened.",
        )  # fmt: skip
    known = {
        (number, kind)
        for number, kind in db.execute(
            "SELECT number, kind FROM events WHERE document = ? AND annotator = ?",
            (document, annotator),
        )
    }
    only = sum(event.kind not in ("open", "focus") for event in events) - sum(
        (event.number, event.kind) in known and event.kind not in ("open", "focus")
        for event in events
    )
    row = db.execute(
        "SELECT c.number, d.key FROM claims c JOIN documents d ON d.id = c.document"
        " WHERE c.annotator = ? AND c.document = ?",
        (annotator, document),
    ).fetchone()
    if in_use:
        return  # a living process has it, and folds it in when it leaves the page
    if row is None or row[0] != claim:
        if not only:
            yield Finding("A journal of no claim was left behind; the store has its keys.",
                          str(place), f"rm {shlex.quote(str(place))}", harmless=True)  # fmt: skip
        elif place.suffix == ".taken":
            yield Finding("A takeover left keys behind that the store has not.",
                          f"{place}: {only:,}",
                          f"They can be read: less {shlex.quote(str(place))}. Where the store was"
                          " put back from a backup, they are of after it.")  # fmt: skip
        else:
            yield Finding("A journal of no claim has keys that the store has not.",
                          f"{place}: {only:,}", "They came after a takeover, and were not taken.",
                          harmless=True)  # fmt: skip
    elif only:
        key = shlex.quote(str(row[1]))
        verb = "review" if is_reviewing(annotator) else "annotate"
        yield Finding(
            "Keys stand in a journal only; opening the document brings them into the store.",
            f"{annotator}, document {document}: {only:,}",
            f"tonemark {verb} {shlex.quote(str(folder))} --as {person(annotator)} --document {key}",
            harmless=True,
        )


def _held() -> set[int]:
    """The inodes of files on which some process has a lock; asking for locks would disturb it."""
    held = set()
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if "FLOCK" in fields:
                held.add(int(fields[-3].rsplit(":", 1)[1]))
    return held
