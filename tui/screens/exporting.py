"""The export that a key starts: `tonemark export --as-last` in another process, followed while it
writes, and in words what came of it. Knows no Textual."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from tonemark.exchange.names import EXPORTS, file_name
from tonemark.files import check_inside
from tonemark.text import counted, short
from tonemark.tui.page.cells import cells
from tonemark.tui.screens.following import follow, inside, ours

LEFT_OUT = (
    ("differing", "differing"),
    ("rejected", "rejected"),
    ("ignored", "ignored"),
    ("accepted", "accepted"),
    ("unanswered", "unanswered"),
    ("without_gold", "without gold"),
    ("earlier", "answered earlier"),
    ("in_part", "in part"),
    ("open_texts", "open"),
)
"""Of what an export reports, documents that were left out as the settings say, and the word for
each."""

MISSING = (("damaged", "damaged in the store"), ("unfit", "that the format cannot say"))
"""Documents that should be there and are not."""

ENTRIES = 1_000
"""Files of the folder of exports that are looked at for the last one: a stranger may have filled
it."""


def command(folder: Path) -> list[str]:
    """What is run."""
    return ours("export", str(folder), "--as-last", "--json", "--progress")


async def export(folder: Path, progress: Callable[[int], None]) -> dict[str, Any]:
    """Export a project as it was exported last, in another process: what that reports.

    `progress` is told how many documents are written, as they are. A report says what was written
    also where documents are missing from it, so that the process failed. Raises OSError where it
    cannot be started, ValueError with its words where it wrote nothing for another reason than that
    there is nothing to write, and TonemarkError where a link leads the file out of the project.
    """
    check_inside(folder, folder / EXPORTS)
    reports: list[dict[str, Any]] = []

    def heard(found: dict[str, Any]) -> None:
        if type(written := found.get("progress")) is int:
            progress(written)
        elif "written" in found:
            reports.append(found)

    ended = await follow(command(folder), heard, _stop)
    if not reports:
        raise ValueError(inside(ended.said, folder) or f"the export ended with {ended.code}")
    return reports[-1]


def _stop(process: Process) -> None:
    # As Ctrl-C does: what is half written is then taken away.
    process.send_signal(signal.SIGINT)


def exporting(written: int) -> str:
    """How far it is, in words."""
    return f"exporting… {written:,}" if written else "exporting…"


def told(report: dict[str, Any], folder: Path, width: int = sys.maxsize) -> str:
    """What came of an export, in words: what was written and where to, what is missing, which
    somebody has to see to, and what was left out.

    Where that takes more than `width` cells, totals stand for the reasons; where it still does, the
    path is last, to be cut.
    """
    full, totals = _lacks(report)
    written = _number(report["written"])
    if written:
        first, *others = [inside(str(each), folder) for each in report.get("to") or ("?",)]
        where = f"to {short(first, 60)}" + (f" and {len(others):,} more" if others else "")
        done = f"{counted(written, 'document')} written"
        ways = [[f"{done} {where}", *full], [f"{done} {where}", *totals], [done, *totals, where]]
    else:
        none = "nothing was exported: "
        ways = [[none + "; ".join(each or ["there are no documents"])] for each in (full, totals)]
    said = ["; ".join(each) for each in ways]
    return next((each for each in said if cells(each) <= width), said[-1])


def _lacks(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What is missing, left out and changed: with the reasons, and in totals."""
    full, totals = [], []
    for what, names in (("missing", MISSING), ("left out", LEFT_OUT)):
        counts = [(count, why) for name, why in names if (count := _number(report.get(name)))]
        if counts:
            full.append(f"{what}: {', '.join(f'{count:,} {why}' for count, why in counts)}")
            totals.append(f"{what}: {sum(count for count, _ in counts):,}")
    if answers := _number(report.get("answers_in_part")):  # to pieces of a text that is there
        full.append(f"answers left out: {answers:,}")
        totals.append(full[-1])
    if without := _number(report.get("without_tokens")):
        full.append(f"without tokens: {without:,}")
        totals.append(full[-1])
    if changed := sum(map(_number, (report.get("mapped") or {}).values())):
        full.append(f"{counted(changed, 'span')} changed to fit")
        totals.append(f"{counted(changed, 'span')} changed")
    return full, totals


def _number(value: Any) -> int:
    """A count, or how many are named."""
    if isinstance(value, int):
        return value
    return len(value) if isinstance(value, list) else 0


def last_export(folder: Path, name: str) -> str:
    """When a project of that name was last exported into its folder, where to and as what, in
    words; empty where it never was."""
    from tonemark.exchange.sidecar import SUFFIX, format_told

    stem = file_name(name)
    times: dict[str, float] = {}
    formats: dict[str, str] = {}
    with contextlib.suppress(OSError), os.scandir(folder / EXPORTS) as entries:
        for entry in islice(entries, ENTRIES):
            if not f"{entry.name}.".startswith(f"{stem}."):
                continue
            if entry.name.endswith(SUFFIX):
                formats[entry.name.removesuffix(SUFFIX)] = format_told(Path(entry.path))
                continue
            with contextlib.suppress(OSError):
                times[entry.name] = entry.stat(follow_symlinks=False).st_mtime
    for found, format in formats.items():
        for companion in _companions(found, format):
            times.pop(companion, None)
    if not times:
        return ""
    found = max(times, key=times.__getitem__)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(times[found]))
    format = formats.get(found, "")
    how = f" as {short(format, 40)}" if format else ""
    return f"last exported {when} to {EXPORTS}/{short(found, 60)}{how}"


def _companions(name: str, format: str) -> list[str]:
    """The small files that an export as that format wrote beside; of other packages' formats none
    are known, whose code a screen does not run."""
    from tonemark.corpus.labels import Label
    from tonemark.exchange.base import WriteOptions
    from tonemark.exchange.registry import OWN, format_named

    companions = format_named(format).companions if format in OWN else None
    if companions is None:
        return []
    options = WriteOptions(labels=(Label("X"),))  # of a project without labels there is none
    return [f"{Path(name).stem}{end}" for end in companions(options)]
