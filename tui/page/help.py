"""What the keys do, in words: the help, made from the one table of keys and the project's labels.

Pure; whoever remapped a key sees that key.
"""

from __future__ import annotations

from collections.abc import Sequence

from tonemark.corpus.labels import Label
from tonemark.text import short
from tonemark.tui.page.cells import cells
from tonemark.tui.page.columns import wrap_runs
from tonemark.tui.page.keys import ACTION, ACTIONS, GLYPHS, MORE, KeyTable
from tonemark.tui.page.render import BLANK, Look, Run, run

TEXT = Look("text")
KEY = Look("key")
TITLE = Look("title")

NAMES = {
    "enter": "⏎ Enter",
    "space": "Space",
    "backspace": "⌫ Backspace",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "escape": "Esc",
}
"""Keys whose sign alone not everybody knows."""

GROUPS = (
    ("To a word", ("end_at", "next", "previous", "unsnap")),
    ("Its edges", ("right_out", "right_in", "left_out", "left_in", "characters")),
    ("Labels", ("type_ahead", "delete", "same", "add")),
    ("Undo", ("undo", "redo")),
    ("The page", ("accept", "reject", "ignore", "later", "back", "comment")),
    ("Around", ("search", "concordance", "help", "quit")),
    (
        "Plain moves",
        ("left", "right", "up", "down", "page_up", "page_down", "home", "end"),
    ),
)
"""Actions by what one wants; those of the menu follow, and any that a group lacks."""

_KEYS_WIDTH = 14


def help_lines(
    table: KeyTable,
    labels: Sequence[Label],
    width: int,
    here: tuple[str, Sequence[tuple[str, str]]] | None = None,
) -> list[list[Run]]:
    """The help in lines of `width` cells: labels, hints, then every action.

    `here` is what the keys do on the screen from which help was asked: its name, and the keys
    with their words.
    """
    lines: list[list[Run]] = []
    if here:
        lines += _group(here[0], here[1], width)
    lines += _group("This project's labels", _labels(table, labels), width)
    letters = " ".join(table.letters)
    first = table.letters[0]
    hints = [
        (
            f"{first} … {table.letters[-1]}",
            f"a hint: the letters above a word put it in focus ({letters})",
        ),
    ]
    if table.ends:
        hints.append((f"Shift {first}…", "the capital of a hint: end the focus at that word"))
    grouped = {name for _, names in GROUPS for name in names} | {MORE}
    rest = [a.id for a in ACTIONS if not a.menu and a.id not in grouped]
    for title, names in (*GROUPS, ("Besides", tuple(rest))):
        pairs = [
            (_keys_of(table, name), ACTION[name].about)
            for name in names
            if ACTION[name].keys or table.key_of(name)
        ]
        if title == "To a word":
            pairs = [*hints, *pairs]
        if title == "Around":
            pairs.append(("Ctrl+L", "draw the screen anew"))
        lines += _group(title, pairs, width)
        if title == "Labels":
            lines += _group("Suggestions", _suggested(table), width)
    menu = [(_keys_of(table, a.id), a.about) for a in ACTIONS if a.menu]
    lines += _group(f"More: {_keys_of(table, MORE)}, then", menu, width)
    return lines


def _suggested(table: KeyTable) -> list[tuple[str, str]]:
    accept, drop, following = (_keys_of(table, name) for name in ("accept", "delete", "next"))
    same = "what you label is suggested wherever else it stands on the page"
    return [
        ("?LABEL", f"suggested: {accept} accepts it with the page, a label replaces it"),
        ("", f"and {drop} drops it; {same}"),
        ("??LABEL", f"doubtful: {following} stops there; the others are passed by"),
    ]


def _labels(table: KeyTable, labels: Sequence[Label]) -> list[tuple[str, str]]:
    more = table.key_of("type_ahead")
    pairs = []
    for label in labels:
        key = table.key_of_label(label.name) or f"{more} and its name"
        about = f": {label.about}" if label.about else ""
        pairs.append((key, f"{short(label.name, 40)}{about}"))
    return pairs


def _keys_of(table: KeyTable, action: str) -> str:
    keys = (NAMES.get(key, GLYPHS.get(key, key)) for key in table.keys_of(action))
    return " ".join(keys) or "(no key)"


def _group(title: str, pairs: Sequence[tuple[str, str]], width: int) -> list[list[Run]]:
    if not pairs:
        return []
    lines = wrap_runs([run(f" {title}", TITLE)], width, 1)
    indent = 2 + min(_KEYS_WIDTH, max(6, width // 3))
    for key, about in pairs:
        space = " " * max(1, indent - 2 - cells(key))
        runs: list[Run] = [run("  ", BLANK), run(key, KEY), run(space, BLANK), run(about, TEXT)]
        lines += wrap_runs(runs, width, indent)
    lines.append([])
    return lines
