"""The one table of keys: what each does on a page, under which name it can be remapped.

The keyboard, the help, the footer and the user's remapping all read this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tonemark.errors import TonemarkError
from tonemark.tui.page import hints


class Action(NamedTuple):
    """Something a key does.

    `id` names it in the user's configuration; `keys` are those it has unless that says otherwise;
    `short` stands in the footer, `about` in the help; `menu` says that it comes after `more`.
    """

    id: str
    keys: tuple[str, ...]
    short: str
    about: str
    menu: bool = False


MORE = "more"

ACTIONS = (
    Action("accept", ("enter",), "accept", "accept what stands on the page, save, next page"),
    Action("next", ("space",), "next", "next candidate or suggestion"),
    Action("previous", ("backspace",), "previous", "previous one; takes back a half-typed hint"),
    Action("right_out", (".",), "right edge out", "right edge one token out"),
    Action("right_in", (",",), "right edge in", "right edge one token in"),
    Action("left_out", ("[", "<"), "left edge out", "left edge one token out"),
    Action("left_in", ("]", ">"), "left edge in", "left edge one token in"),
    Action("characters", ("'",), "characters", "edges by single characters, and back to tokens"),
    Action("unsnap", (";",), "single token", "drop the snap: the single token"),
    Action("delete", ("-",), "delete", "delete the span in focus, else the one labelled last"),
    Action("same", ("=",), "same", "its label on every other occurrence on the page"),
    Action("add", ("+",), "add", "then a label: add instead of replace (overlapping spans)"),
    Action("type_ahead", ("0",), "more", "all labels by typing, and new ones"),
    Action("undo", ("z",), "undo", "undo; on an untouched page, back to the last answered one"),
    Action("redo", ("Z",), "redo", "redo"),
    Action("reject", ("x",), "reject", "reject: the text itself is faulty"),
    Action("ignore", ("m",), "ignore", "ignore: leave this text out"),
    Action("later", ("n",), "later", "leave unanswered; it comes back at the end"),
    Action("back", ("b",), "back", "go back to the page answered before"),
    Action("search", ("/",), "search", "search the project's texts"),
    Action("concordance", ("v",), "concordance", "where else the focused words stand"),
    Action("comment", ("c",), "comment", "write a comment on this document"),
    Action("help", ("?",), "help", "this help"),
    Action("quit", ("q",), "quit", "quit; everything is saved"),
    Action(MORE, ("t",), "more", "more, by a second key:"),
    Action("flag", ("f",), "flag", "flag this document, and unflag it", menu=True),
    Action("split", ("s",), "split", "split the token at the edges of the focus", menu=True),
    Action("join", ("j",), "join", "join the tokens in focus", menu=True),
    Action("guidelines", ("g",), "guide", "the project's guidelines", menu=True),
    Action("metadata", ("i",), "info", "metadata and neighbouring documents", menu=True),
    Action("documents", ("d",), "docs", "the project's documents by state", menu=True),
    Action("drop", ("o",), "drop", "drop all suggestions of the page", menu=True),
    Action("bidi", ("b",), "list", "one token a row, and back", menu=True),
    Action("export", ("e",), "export", "export what is answered", menu=True),
    Action("left", ("left",), "left", "previous token"),
    Action("right", ("right",), "right", "next token"),
    Action("up", ("up",), "up", "row above"),
    Action("down", ("down",), "down", "row below"),
    Action("page_up", ("pageup",), "page up", "a screen up"),
    Action("page_down", ("pagedown",), "page down", "a screen down"),
    Action("home", ("home",), "home", "first token of the row"),
    Action("end", ("end",), "end", "last token of the row"),
)

FOOTER = ("accept", "reject", "ignore", "later", "undo", MORE, "help", "quit")
"""The actions whose keys stand in the last line of the screen."""

NEEDED = ("accept", "quit")
"""The actions that may not be left without a key."""

GLYPHS = {
    "enter": "⏎",
    "space": "Space",
    "backspace": "⌫",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}
"""How keys that are not one character are written."""


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Which key does what in one project for one user.

    `page` maps a key to the id of its action, `menu` one typed after `more`; `labels` a key to a
    label; `letters` are those that hints are made of.
    """

    page: Mapping[str, str]
    menu: Mapping[str, str]
    labels: Mapping[str, str]
    letters: str

    def key_of(self, action: str) -> str:
        """How the first key of an action is written; empty where it has none."""
        table = self.menu if ACTION[action].menu else self.page
        key = next((key for key, name in table.items() if name == action), "")
        return GLYPHS.get(key, key)

    def key_of_label(self, label: str) -> str:
        """The key of a label; empty where it has none."""
        return next((key for key, name in self.labels.items() if name == label), "")


ACTION = {action.id: action for action in ACTIONS}


def key_table(
    labels: Mapping[str, str], remapped: Mapping[str, str | list[str]] | None = None
) -> KeyTable:
    """The keys of a project whose label keys are `labels` (key to label), for a user who
    `remapped` actions (id to a key, or several).

    Raises TonemarkError, naming every clash and unknown name.
    """
    faults: list[str] = []
    page: dict[str, str] = {}
    menu: dict[str, str] = {}
    remapped = remapped or {}
    for name in remapped:
        if name not in ACTION:
            faults.append(f"there is no action {name!r}")
    for action in ACTIONS:
        wanted: Any = remapped.get(action.id, action.keys)  # as a person wrote it
        keys = wanted if isinstance(wanted, list | tuple) else [wanted]
        if not keys and action.id in NEEDED:
            faults.append(f"{action.id} needs a key")
        for key in ("space" if key == " " else key for key in keys):
            if not isinstance(key, str) or (len(key) != 1 and key not in GLYPHS):
                faults.append(f"{action.id}: {key!r} is not a key (one character, or a name)")
                continue
            table = menu if action.menu else page
            if key in table:
                faults.append(f"{key!r} is both {table[key]} and {action.id}")
            elif not action.menu and key in labels:
                faults.append(f"{key!r} is both the label {labels[key]} and {action.id}")
            else:
                table[key] = action.id
    letters = "".join(c for c in hints.LETTERS if c not in labels and c not in page)
    letters = "".join(c for c in letters if c.upper() not in page)
    if len(letters) < 2:
        faults.append("fewer than two letters are left for hints")
    if faults:
        raise TonemarkError(
            "The keys clash: " + "; ".join(faults) + ".",
            "Change keys.toml in your configuration, or the label keys in project.toml.",
        )
    return KeyTable(page, menu, dict(labels), letters)
