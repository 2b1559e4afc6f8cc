"""The terminal judged: its kind, size, colours, encoding, and how wide it draws our scripts."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Mapping, Sequence

from tonemark.cli.checks.check import Check, fault, note, ok
from tonemark.text import graphemes
from tonemark.tui.page.cells import cells, is_disputed
from tonemark.tui.terminal.facts import (
    COLOURS,
    SMALLEST,
    Encodings,
    Facts,
    TmuxClient,
    encodings,
    facts,
    is_utf8,
    terminal_streams,
    tmux_client,
)
from tonemark.tui.terminal.reports import Line, columns_after
from tonemark.tui.terminal.samples import SAMPLES, UTF8, Sample

Widths = Mapping[str, tuple[int, int | None]]
"""By the name of a sample: the cells that we count, and those that the terminal took."""

NO_SCREEN = ("", "dumb")
"""Values of TERM with which nothing can be painted, nor asked."""

MEASURABLE = 20
"""Columns below which a sample might wrap."""


def line_to_ask() -> Line | None:
    """The terminal, if there is one that can be written to and answers here."""
    streams = terminal_streams()
    sinks = [name for name in ("stdout", "stderr") if name in streams]
    if "stdin" not in streams or not sinks:
        return None
    source, output, sink = sys.__stdin__, sys.__stdout__, getattr(sys, f"__{sinks[0]}__")
    if source is None or output is None:
        return None
    if stat.S_ISFIFO(os.fstat(output.fileno()).st_mode):
        return None  # a pager at its other end sets, and reads, the same terminal
    line = Line(source.fileno(), sink.fileno())
    return line if line.is_in_front() else None


def terminal_checks(line: Line | None) -> tuple[list[Check], Widths]:
    """The checks of the terminal, and the widths that it was measured to have."""
    checks = stream_checks(terminal_streams())
    told = encodings()
    if line is None:
        if "stdin" in terminal_streams():
            checks.append(note("in the background, or in a pipe: the terminal was not asked"))
        return [*checks, *encoding_checks(told)], {}
    found = facts(line.sink)
    checks += [*kind_checks(found), *size_checks(found), colour_check(found)]
    checks += encoding_checks(told)
    tmux = tmux_client()
    if tmux is not None:
        checks += tmux_checks(tmux)
    answers, widths = asked(line, found)
    return [*checks, *answers], widths


def stream_checks(streams: Sequence[str]) -> list[Check]:
    """Textual reads stdin and paints on stderr; `annotate` asks for stdout too."""
    if len(streams) == 3:
        return []
    if not streams:
        return [note("no terminal here: what it can show was not looked at")]
    lacking = [name for name in ("stdin", "stdout", "stderr") if name not in streams]
    return [
        note(
            f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} no terminal here",
            "annotate needs all three: start it without < > | and 2>.",
        )
    ]


def kind_checks(found: Facts) -> list[Check]:
    """What terminal it is, and what stands between."""
    term = found.term
    inside = [t for t in found.through if not found.program.startswith(t)]
    name = ", ".join(filter(None, [term, found.program, *(f"over {each}" for each in inside)]))
    if term in NO_SCREEN:
        shown = f"TERM={term}" if term else "TERM is not set"
        return [
            fault(
                f"the terminal says that it can show no screen ({shown})",
                "If it can, say so: export TERM=xterm-256color",
            )
        ]
    checks = [ok(name)]
    if term == "linux":
        checks.append(
            note(
                "the console of Linux has no letters of Ethiopic, N'Ko, Adlam, Vai or Hmong",
                "Work in a graphical terminal, or over SSH from one; fbterm and kmscon draw more.",
            )
        )
    return checks


def size_checks(found: Facts) -> list[Check]:
    """Whether there is room, and whether the program would draw what there is."""
    columns, lines = found.size
    if not columns or not lines:
        return [
            fault(
                "the terminal does not tell its size",
                "Tell it yourself: stty cols 80 rows 24",
            )
        ]
    checks = []
    if found.drawn != found.size:
        checks.append(
            fault(
                f"COLUMNS or LINES says {found.drawn[0]} x {found.drawn[1]}, the terminal has"
                f" {columns} x {lines}: the page would be drawn for the former",
                "unset COLUMNS LINES",
            )
        )
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        checks.append(
            note(
                f"{columns} columns, {lines} lines: it works, but little fits",
                f"Make the window at least {SMALLEST[0]} x {SMALLEST[1]}, or its letters smaller.",
            )
        )
    elif not checks:
        checks.append(ok(f"{columns} columns, {lines} lines"))
    return checks


def colour_check(found: Facts) -> Check:
    """The colours that the screen will use."""
    words = COLOURS[found.colours]
    if found.colours == "none":
        why = "NO_COLOR" if "NO_COLOR" in os.environ else f"TERM={found.term}"
        words += f" ({why}): states are told by marks, underline and reverse"
    elif found.colours == "standard" and found.term.startswith(("screen", "tmux")):
        words += f" (TERM={found.term}; more with TERM={found.term.partition('.')[0]}-256color)"
    return ok(words)


def encoding_checks(told: Encodings) -> list[Check]:
    """Whether text leaves this process, and its surroundings, as UTF-8."""
    remedy = "export LC_ALL=C.UTF-8 (and unset PYTHONIOENCODING, PYTHONUTF8)"
    wrong = {name: value for name, value in told.streams.items() if not is_utf8(value)}
    if wrong:
        shown = ", ".join(f"{name} {encoding}" for name, encoding in wrong.items())
        return [fault(f"text is not written as UTF-8 ({shown}): letters would be lost", remedy)]
    if not told.is_known:
        return [
            note(
                f"this machine does not have the locale {told.locale_name}",
                "UTF-8 is used all the same; tmux and others may not: export LC_ALL=C.UTF-8",
            )
        ]
    if not is_utf8(told.locale_encoding):
        return [
            note(
                f"the locale {told.locale_name} is not UTF-8 ({told.locale_encoding})",
                "Tonemark writes UTF-8 all the same; a tmux or screen started in it shows _ for"
                " letters: export LC_ALL=C.UTF-8 before it.",
            )
        ]
    return [ok(f"text is UTF-8 (locale {told.locale_name})")]


def tmux_checks(tmux: TmuxClient) -> list[Check]:
    """Whether tmux shows on its own terminal what it is sent."""
    if tmux.is_utf8 is False:
        return [
            fault(
                f"tmux shows _ for letters beyond ASCII: it takes its terminal ({tmux.term})"
                " for one without UTF-8",
                "Detach, and attach with: tmux -u attach",
            )
        ]
    return []


def asked(line: Line, found: Facts) -> tuple[list[Check], Widths]:
    """Ask the terminal how wide it draws; to be called in `reports.quiet`."""
    if found.term in NO_SCREEN:
        return [], {}
    if found.size[0] < MEASURABLE:
        return [note("too few columns to measure the widths of letters")], {}
    begun = time.monotonic()
    (utf8,) = columns_after(line, [UTF8])
    took = time.monotonic() - begun
    if utf8 is None:
        return [
            note(
                "the terminal does not say where its cursor is: widths cannot be measured",
                "Where a line looks torn, show one token a row (t b on the page).",
            )
        ], {}
    if utf8 != 1:
        return [
            fault(
                f"the terminal does not take UTF-8: é stood in {utf8} cells",
                "Set its encoding (often: Preferences, Character encoding) to UTF-8.",
            )
        ], {}
    measured = columns_after(line, [sample.text for sample in SAMPLES])
    widths = {
        sample.name: (cells(sample.text), taken)
        for sample, taken in zip(SAMPLES, measured, strict=True)
    }
    answered = ok(f"é stands in one cell; the terminal answers in {took * 1000:.0f} ms")
    return [answered, *width_checks(widths)], widths


def width_checks(widths: Widths, samples: Sequence[Sample] = SAMPLES) -> list[Check]:
    """Where a terminal draws letters wider or narrower than we count.

    What is disputed among terminals is anchored anew after each word, so that it moves nothing
    else; what is not disputed is not, and a difference there tears the line.
    """
    by_name = {sample.name: sample for sample in samples}
    drift = {
        name: took - counted
        for name, (counted, took) in widths.items()
        if took is not None and took != counted
    }
    silent = [name for name, (_, took) in widths.items() if took is None]
    torn = [name for name in drift if not _is_disputed(by_name[name])]
    wider = [name for name in drift if name not in torn and drift[name] > 0]
    missing = [name for name in drift if name not in torn and widths[name][1] == 0]
    narrower = [n for n in drift if n not in torn and n not in missing and drift[n] < 0]
    checks = []
    if torn:
        checks.append(
            fault(
                f"drawn in other cells than every terminal should: {_with(torn, drift)};"
                " what follows them on a line is out of place",
                "Use a newer terminal (and tmux, if it runs in one), or one token a row: t b on"
                " the page.",
            )
        )
    if wider:
        checks.append(
            note(
                f"wider here than counted: {_with(wider, drift)}; the end of such a word may be"
                " hidden, the rest of the line is in place",
                "One token a row (t b on the page) shows such words whole.",
            )
        )
    if silent:
        checks.append(note(f"the terminal stopped answering at {silent[0]}"))
    right = len(widths) - len(drift) - len(silent)
    words = f"widths: {right} of {len(widths)} samples as counted"
    if narrower:
        words += f"; a gap may follow {', '.join(narrower)}, the rest stays in place"
    if missing:
        words += f"; letters of {', '.join(missing)} need a newer terminal"
    if narrower or missing:
        words += ". Nothing need be done"
    if not silent:
        checks.append(ok(words))
    return checks


def _is_disputed(sample: Sample) -> bool:
    return any(is_disputed(sample.text[start:end]) for start, end in graphemes(sample.text))


def _with(names: Sequence[str], drift: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({drift[name]:+})" for name in names)
