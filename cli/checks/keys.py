"""The keys judged: the user's keys.toml, and which keys of the table arrive from a keyboard."""

from __future__ import annotations

from collections.abc import Collection

import click

from tonemark.cli.checks.check import Check, fault, note, ok
from tonemark.corpus.project import Project, label_keys
from tonemark.errors import TonemarkError
from tonemark.tui.configuration import keys_path, own_keys
from tonemark.tui.page.columns import wrapped
from tonemark.tui.page.keys import GLYPHS, KeyTable, key_table, keyboard_said
from tonemark.tui.terminal.presses import Press, Reader, judge, keys_to_come, likely_keyboards
from tonemark.tui.terminal.reports import CLEAR, Line

ASKED = (
    "Press every key that you have, with and without Shift, and the arrows.\n"
    "What is still to come is listed below. Enter twice ends, Ctrl-C stops."
)

ESC_WAIT = 0.5
"""Seconds after which an Esc that nothing follows was the Esc key."""


def keys_checks(project: Project | None) -> tuple[list[Check], KeyTable | None]:
    """Whether keys.toml can be read and clashes with nothing; the table of keys, if it can."""
    path = keys_path()
    try:
        keyboard, remapped = own_keys()
        table = key_table(_labels(project), remapped, keyboard)
    except TonemarkError as error:
        what = error.title.removeprefix(f"{path}: ")
        where = "" if str(path) in what else str(path)
        return [fault(what, error.remedy, where)], None
    if not path.exists():
        of_file = "no keys.toml, every key is the usual one"
    elif remapped:
        of_file = f"other keys for {', '.join(remapped)} ({path})"
    else:
        of_file = f"no action has another key of its own ({path})"
    return [ok(f"{keyboard_said(table)}; {of_file}")], table


def _labels(project: Project | None) -> dict[str, str]:
    if project:
        return label_keys(project)
    return {digit: f"label {digit}" for digit in "123456789"}


def pressed(line: Line, table: KeyTable, width: int) -> list[str]:
    """Keys that a person presses, until Enter twice in turn; to be called in `reports.quiet`.

    Shows what arrives and which keys of the table are still to come.
    """
    for row in wrapped(ASKED, width):
        click.echo(row)
    reader, arrived, last, back = Reader(), dict[str, None](), "", CLEAR
    while True:
        to_come = " ".join(GLYPHS.get(key, key) for key in keys_to_come(table, arrived))
        shown = f"{_written(last):<12} to come: {to_come or 'nothing'}"
        rows = [f"  {row}" for row in wrapped(shown, width - 3)]
        line.send(back + "\r\n".join(rows).encode())
        back = f"\x1b[{len(rows) - 1}A\r\x1b[J".encode() if len(rows) > 1 else CLEAR
        for press in _next_presses(line, reader):
            if press.name == last == "enter":
                line.send(back)
                return list(arrived)
            last = press.name
            if press.is_usable:
                arrived[press.name] = None


def _next_presses(line: Line, reader: Reader) -> list[Press]:
    data = line.read(ESC_WAIT if reader.is_waiting else 3600)
    return reader.feed(data) if data else reader.give_up()


def _written(key: str) -> str:
    return f"{key} ({len(key)} characters)" if _is_several(key) else GLYPHS.get(key, key)


def _is_several(key: str) -> bool:
    return len(key) > 1 and not key[0].isascii()


def arrival_checks(
    project: Project | None, table: KeyTable, arrived: Collection[str]
) -> list[Check]:
    """What the keyboard lacks: a layout to name in keys.toml, or other keys to write there."""
    if not set(arrived) - {"enter"}:
        return [note("no keys were pressed: which arrive is not known")]
    checks = []
    likely = likely_keyboards(_labels(project), own_keys().remapped, arrived)
    if likely and table.keyboard.name not in likely:
        checks.append(
            note(
                f"these keys are those of {' or '.join(likely)}, not of {table.keyboard.name}",
                f'To have the keys by their place, into {keys_path()}:\nkeyboard = "{likely[0]}"',
            )
        )
    verdict = judge(table, arrived)
    if verdict.is_complete:
        return [*checks, ok("every key of the table arrives from this keyboard")]
    if verdict.letters:
        checks.append(
            fault(
                f"letters of hints that did not arrive: {' '.join(verdict.letters)}",
                "Switch the input method to Latin letters while you annotate.",
            )
        )
    if verdict.labels:
        checks.append(
            note(
                f"labels whose keys did not arrive: {', '.join(verdict.labels)}",
                "Give them other keys (key = in project.toml), or use 0 and their names.",
            )
        )
    if verdict.actions:
        names = ", ".join(f"{name} ({' '.join(table.keys_of(name))})" for name in verdict.actions)
        offered = "\n".join([f"Into {keys_path()}:", *verdict.instead]) if verdict.instead else ""
        checks.append(
            fault(
                f"no key arrived for: {names}",
                offered or "Press free keys too (y, capitals, signs), to be offered them instead.",
            )
        )
    return checks
