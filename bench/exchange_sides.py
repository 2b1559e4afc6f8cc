"""The sides of the bench of formats: Tonemark's export, its reader and `add`, and a rival's writing
and reading; what each costs a process of its own.

`python exchange_sides.py ACTION FORMAT FOLDER` prints it as JSON; FOLDER is what `exchange` made.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PROJECT, MATERIAL = "project", "rows.pickle"

Row = tuple[str, str, list[tuple[int, int]], list[tuple[int, int, str]]]
"""A document: key, text, tokens, spans; offsets are code points."""


def main(action: str, name: str, folder: Path) -> None:
    """Measure one action: seconds by the clock and of the processor, the highest memory in MiB."""
    made = _ACTIONS[action](name, folder)
    begun, busy = time.perf_counter(), time.process_time()
    found = made()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - busy
    print(
        json.dumps(
            {
                "seconds": round(seconds, 3),
                "cpu": round(cpu, 3),
                "per_second": round(found["documents"] / seconds),
                "per_cpu_second": round(found["documents"] / cpu),
                "peak_mib": round(_peak(), 1),
                **found,
            }
        )
    )


def _peak() -> float:
    """MiB that this program had in memory at most. Not ru_maxrss, which counts in what the process
    was before its exec (Linux, kernel/exec.c: setmax_mm_hiwater_rss)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError("Linux tells")


Found = dict[str, Any]
Measured = Callable[[], Found]


def _output(name: str, folder: Path) -> Path:
    from tonemark.exchange.export import output_suffix
    from tonemark.exchange.registry import format_named

    return folder / f"{name}-out{output_suffix(format_named(name))}"


def _export(name: str, folder: Path) -> Measured:
    from tonemark.corpus.project import read_project
    from tonemark.corpus.store import STORE_FILE, Store
    from tonemark.exchange.export import export_project
    from tonemark.exchange.settings import Settings

    project = read_project(folder / PROJECT)
    store = Store(project.folder / STORE_FILE)
    output = _output(name, folder)

    def export() -> Found:
        found = export_project(project, store, Settings(format=name), output)
        return {"documents": found.written, "bytes": _size(output)}

    return export


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files if each.is_file())


def _given(name: str, folder: Path, *, sidecar: bool) -> Iterator[Any]:
    from tonemark.exchange.base import ReadOptions
    from tonemark.exchange.registry import read_records

    path = _output(name, folder)
    return read_records(path, format=name, options=ReadOptions(), sidecar=sidecar)


def _read(name: str, folder: Path) -> Measured:
    """The reader alone, without the sidecar: what a rival's has to be held against."""

    _output(name, folder)  # loads the format
    return lambda: {"documents": sum(1 for _ in _given(name, folder, sidecar=False))}


def _add(name: str, folder: Path) -> Measured:
    from tonemark.corpus.intake import add_records
    from tonemark.corpus.reports import Report
    from tonemark.corpus.store import Store, create_store

    _output(name, folder)
    path = folder / f"{name}.sqlite"
    create_store(path)
    store = Store(path)

    def add() -> Found:
        add_records(store, name, _given(name, folder, sidecar=True), Report())
        query = "SELECT count(*) FROM spans"
        (spans,) = store.db.execute(query).fetchone()
        return {"documents": store.document_count(), "spans": spans}

    return add


def _rows(folder: Path) -> Iterator[Row]:
    with (folder / MATERIAL).open("rb") as stream:
        while True:
            try:
                yield pickle.load(stream)
            except EOFError:
                return


def _rival_write(name: str, folder: Path) -> Measured:
    from exchange_rivals import RIVALS

    write, place = RIVALS[name].writes(folder), folder / f"{name}-rival"
    return lambda: {"documents": write(_rows(folder), place), "bytes": _size(place)}


def _rival_read(name: str, folder: Path) -> Measured:
    from exchange_rivals import RIVALS

    read = RIVALS[name].reads(folder)
    return lambda: {"documents": read(folder / f"{name}-rival")}


_ACTIONS: dict[str, Callable[[str, Path], Measured]] = {
    "export": _export,
    "read": _read,
    "add": _add,
    "rival_write": _rival_write,
    "rival_read": _rival_read,
}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
