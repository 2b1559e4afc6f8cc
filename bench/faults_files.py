"""Faults of disks and files, tried on the real program: imports cut off, disks that are full."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from figures import Figure, lost
from material import PROGRAM, environment_in
from terminal import Terminal

from tonemark.corpus.intake import BATCH
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError

RECORDS = 60_000
PATIENCE = 60.0


class Ran(NamedTuple):
    """A command that has ended: what it said, its code, seconds, and the most memory in MiB."""

    out: str
    err: str
    code: int
    seconds: float
    peak: float


def run(folder: Path, *arguments: object) -> Ran:
    """`tonemark ARGUMENTS`."""
    begun = time.monotonic()
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            env=environment_in(folder),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begun
        out.seek(0)
        err.seek(0)
        said = out.read().decode(), err.read().decode()
    return Ran(*said, process.returncode, seconds, used.ru_maxrss / 1024)


def made(folder: Path, *files: Path, name: str = "p") -> Path:
    """A new project with these files."""
    for arguments in (
        ("new", folder / name, "--lang", "sw", "--labels", "PER,LOC"),
        *(("add", folder / name, file) for file in files),
    ):
        done = run(folder, *arguments)
        if done.code:
            raise TonemarkError(f"tonemark {arguments[0]} fails: {done.err or done.out}")
    return folder / name


# Imports that are cut off


def kill_import(folder: Path, times: int = 20) -> list[Figure]:
    """kill -9 at random moments of an import of records with spans and answers, again and again
    from where it was cut off; then beside the same import in one go."""
    path = folder / "in.jsonl"
    write(path, _records(RECORDS))
    begun = time.monotonic()
    once = made(folder, path, name="once")
    takes = time.monotonic() - begun
    target = made(folder)
    chance = random.Random(4)
    killed = whole = 0
    reached = [0]
    for _ in range(times):
        process = subprocess.Popen(
            [*PROGRAM, "add", str(target), str(path)],
            env=environment_in(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.3, max(0.5, takes / 4)))
        whole += process.poll() == 0
        killed += process.poll() is None
        process.kill()
        process.wait()
        reached.append(documents(target))
    last = run(folder, "add", target, path)
    between = len({n for n in reached if 0 < n < RECORDS})
    steps = {after - before for before, after in itertools.pairwise(reached)}
    return [
        Figure("imports killed", killed, ">=", times // 2),
        Figure("of them with some in and some to come", between, ">=", 3),
        lost("documents that went away", sum(step < 0 for step in steps)),
        lost("batches that came in half", sum(n % BATCH != 0 for n in reached if n < RECORDS)),
        lost("failures of the last run", last.code),
        lost("differences from an import in one go", int(_content(target) != _content(once))),
    ]


# Full disks


def full_disk(folder: Path) -> list[Figure]:
    """A disk of 3 MiB (tmpfs, in a mount namespace of its own) that fills up during add, export
    and annotate, is given room again, and goes on."""
    disk = folder / "disk"
    disk.mkdir()
    inside = f'mount -t tmpfs -o size=3m none "{disk}" && exec "$0" "$@"'
    ran = subprocess.run(
        ["unshare", "-rm", "sh", "-c", inside, sys.executable, __file__, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise TonemarkError("A disk of its own cannot be tried here.", ran.stderr.strip()[-1500:])
    return [Figure(*each) for each in json.loads(ran.stdout.splitlines()[-1])]


def _on_disk(folder: Path) -> list[Figure]:
    disk = folder / "disk"
    path = folder / "in.jsonl"
    write(path, _records(40_000))
    target = made(folder, name="disk/p")

    add = run(folder, "add", target, path)
    told = int(add.out.split(" added")[0].rpartition(" ")[2].replace(",", "") or 0)
    figures = [
        Figure("add: exit code", add.code, "=", 1),
        lost("add: tracebacks", add.err.count("Traceback")),
        lost("add: sentences missing", int("Check that the disk has room" not in add.err)),
        Figure("add: documents told to be in", told, ">=", 1),
        lost("add: documents told but not there", told - documents(target)),
    ]
    _fill(disk)
    old = disk / "out.jsonl"
    export = run(folder, "export", target, "--all", "-o", old)
    figures += [
        Figure("export: exit code", export.code, "=", 1),
        lost("export: tracebacks", export.err.count("Traceback")),
        lost("export: files left behind", len(_parts(disk)) + old.exists()),
    ]
    _grow(disk, "64m")
    run(folder, "export", target, "--all", "-o", old)
    before = old.read_bytes()
    _fill(disk)
    export = run(folder, "export", target, "--all", "-o", old)
    figures += [
        lost("export: old files changed", int(old.read_bytes() != before)),
        Figure("export over an old file: exit code", export.code, "=", 1),
        lost("export over an old file: files left behind", len(_parts(disk))),
    ]
    figures += _annotate_on(folder, disk, target)
    _empty(disk)
    again = run(folder, "add", target, path)
    whole = made(folder, path, name="whole")
    figures += [
        lost("with room again: failures", again.code),
        Figure("with room again: documents", documents(target), "=", documents(whole)),
        Figure("sound stores", int(_sound(target)), "=", 1),
    ]
    return figures


def _annotate_on(folder: Path, disk: Path, project: Path) -> list[Figure]:
    _empty(disk)
    command = [*PROGRAM, "annotate", str(project), "--as", "amina", "--document", "k1"]
    terminal = Terminal(command, environment_in(folder), 80, 24)
    refused = 0
    try:
        _see(terminal, "● saved")
        terminal.press("1")
        _see(terminal, "PER")
        terminal.rest()
        _fill(disk)
        # The journal's last page of the disk may have room left for keys: they then count.
        for _ in range(200):
            terminal.press("z" if "PER" in terminal.lines()[2] else "1")
            terminal.rest(0.05)
            if any("NOT SAVED" in line for line in terminal.lines()):
                refused = 1
                break
        stood = "PER" in terminal.lines()[2]
        _empty(disk)
        terminal.press("z" if stood else "1")
        _see(terminal, "● saved")
        terminal.rest()
        stands = "PER" in terminal.lines()[2]
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.ended(5.0)
    finally:
        terminal.close()
    terminal = Terminal(command, environment_in(folder), 80, 24)
    try:
        _see(terminal, "● saved")
        terminal.rest()
        kept = "PER" in terminal.lines()[2]
    finally:
        terminal.close()
    return [
        Figure("annotate: keys refused with NOT SAVED", refused, "=", 1),
        lost("annotate: keys that did nothing with room again", int(stands == stood)),
        lost("annotate: states that were seen and are gone", int(kept != stands)),
    ]


def _see(terminal: Terminal, wanted: str) -> None:
    if not terminal.wait(lambda lines: any(wanted in line for line in lines), seconds=PATIENCE):
        raise TonemarkError(f"The screen does not show {wanted}:", "\n".join(terminal.lines()))


def _fill(disk: Path) -> None:
    """Take all room that is left, to the last page."""
    with contextlib.suppress(OSError), (disk / "filler").open("ab", buffering=0) as stream:
        while True:
            stream.write(b"x" * 4096)


def _empty(disk: Path) -> None:
    (disk / "filler").unlink(missing_ok=True)


def _grow(disk: Path, size: str) -> None:
    _empty(disk)
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def _parts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".part")]


# Material


def _records(count: int) -> Iterator[bytes]:
    for n in range(1, count + 1):
        record: dict[str, Any] = {"text": f"leo Asha {n} yuko Kisumu", "id": f"k{n}"}
        if n % 3 == 0:
            record["spans"] = [{"start": 4, "end": 8, "label": "PER"}]
        if n % 6 == 0:
            record |= {"answer": "accept", "_annotator_id": "bello", "_timestamp": n}
        yield json.dumps(record).encode() + b"\n"


def write(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file of these parts."""
    with path.open("wb") as stream:
        stream.writelines(parts)


def documents(project: Path) -> int:
    """How many documents a project has."""
    store = Store(project / STORE_FILE)
    try:
        return store.document_count()
    finally:
        store.close()


def _sound(project: Path) -> bool:
    store = Store(project / STORE_FILE)
    try:
        return bool(store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        store.close()


def _content(project: Path) -> list[Sequence[Any]]:
    """All that an import brings."""
    store = Store(project / STORE_FILE)
    queries = (
        "SELECT id, key, record, text, digest, meta, places, taken FROM documents ORDER BY id",
        "SELECT * FROM suggestions ORDER BY document, start_char",
        "SELECT document, annotator, revision, answer FROM annotations ORDER BY document",
        "SELECT document, annotator, number, kind, data FROM events ORDER BY document, number",
        "SELECT start_char, end_char, label FROM spans ORDER BY annotation, start_char",
        "SELECT word, counts FROM words ORDER BY word",
    )
    try:
        return [store.db.execute(query).fetchall() for query in queries]
    finally:
        store.close()


FAULTS: dict[str, Callable[[Path], list[Figure]]] = {
    "kill-import": kill_import,
    "full-disk": full_disk,
}

if __name__ == "__main__":
    print(json.dumps([list(figure) for figure in _on_disk(Path(sys.argv[1]))]))
