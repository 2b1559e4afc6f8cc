"""The one table of keys: what each does on a page, under which name it can be remapped.

The keyboard, the help, the footer and the user's remapping all read this table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tonemark.errors import TonemarkError
from tonemark.text import Safe, visible
from tonemark.tui.page import hints
from tonemark.tui.page.keyboards import DIGITS, QWERTY, Keyboard


class Action(NamedTuple):
    """Something a key does.

    `id` names it in the user's configuration; `keys` are those it has unless that says otherwise,
    by their place on a qwerty board; `short` stands in the footer, `about` in the help; `menu`
    says that it comes after `more`, `review` that it is there in review alone, where a difference
    is in question.
    """

    id: str
    keys: tuple[str, ...]
    short: str
    about: str
    menu: bool = False
    review: bool = False


MORE = "more"

ACTIONS = (
    Action("accept", ("enter",), "accept", "accept what stands on the page, save, next page"),
    Action("next", ("space",), "next", "next candidate or doubtful suggestion"),
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
    Action("end_at", (), "end at", "then a hint: end the focus at that word, as Shift does"),
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
    Action("split", ("s",), "split", "split the token: where, a letter says", menu=True),
    Action("join", ("j",), "join", "join the tokens in focus; one alone, with the next", menu=True),
    Action("rule", ("p",), "rule", "make the last split or join a rule of the project", menu=True),
    Action("guidelines", ("g",), "guide", "the project's guidelines", menu=True),
    Action("metadata", ("i",), "info", "metadata and neighbouring documents", menu=True),
    Action("documents", ("d",), "docs", "the project's documents by state", menu=True),
    Action("drop", ("o",), "drop", "drop all suggestions of the page", menu=True),
    Action(
        "bidi",
        ("b",),
        "order",
        "right-to-left text: one token a row, as the terminal orders it, or ordered here",
        menu=True,
    ),
    Action("export", ("e",), "export", "export, as the last time", menu=True),
    Action("train", ("t",), "train", "train a model on what is answered", menu=True),
    Action("review", ("r",), "review", "review what annotators differ on", menu=True),
    Action("wanted", ("w",), "wanted", "in review: which differences you want", menu=True),
    Action("majority", ("y",), "majority", "in review: what more than half have", review=True),
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

ANNOTATING = frozenset(action.id for action in ACTIONS if action.menu) - {"wanted"}
"""What comes after `more` on a page that is annotated."""

REVIEWING = ANNOTATING - {"review", "drop", "rule"} | {"wanted"}
"""And in review, where nothing is suggested."""

NEEDED = ("accept", "quit")
"""The actions that may not be left without a key."""

KNOWN_BY_SIGN = ("help",)
"""The actions whose usual sign is shown first wherever it works, though another key has its place:
people know the sign."""

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
    """Which key does what in one project for one user, by the characters that her keys send.

    `page` maps a key to the id of its action, `menu` one typed after `more`, `review` one for a
    difference in question, which comes before labels there; `labels` a key to a label. `letters`
    are those that hints are made of and `prefixes` the same as they are given up to begin longer
    ones; `typed` maps a key to its letter, `ends` one with Shift.
    """

    page: Mapping[str, str]
    menu: Mapping[str, str]
    review: Mapping[str, str]
    labels: Mapping[str, str]
    letters: str
    prefixes: str
    typed: Mapping[str, str]
    ends: Mapping[str, str]
    keyboard: Keyboard

    def keys_of(self, action: str) -> tuple[str, ...]:
        """The keys of an action as they are written, the one to show first."""
        tables = (self.menu,) if ACTION[action].menu else (self.page, self.review)
        keys = [key for table in tables for key, name in table.items() if name == action]
        if action in KNOWN_BY_SIGN:
            usual = [key for key in ACTION[action].keys if self.keyboard.sends(key)]
            keys.sort(key=lambda key: key not in usual)
        return self._written(keys)

    def key_of(self, action: str) -> Safe:
        """How the first key of an action is written; empty where it has none."""
        return visible(next((GLYPHS.get(key, key) for key in self.keys_of(action)), ""))

    def key_of_label(self, label: str) -> Safe:
        """The key of a label; empty where it has none."""
        keys = self._written(key for key, name in self.labels.items() if name == label)
        return visible(next(iter(keys), ""))

    def key_at(self, place: str) -> Safe:
        """How the key is written that is `place` on a qwerty board."""
        return visible(next(iter(self._written(self.keyboard.sent(place))), ""))

    def is_at(self, key: str, place: str) -> bool:
        """Whether what arrived is from the key that is `place` on a qwerty board."""
        return key in self.keyboard.sent(place)

    def letter_of(self, key: str) -> str:
        """The letter of hints that a key means, with Shift or without; else the key itself."""
        return self.typed.get(key) or self.ends.get(key) or key.lower()

    def is_stray_capital(self, key: str) -> bool:
        """Whether a key that means nothing may be there for Caps Lock."""
        if len(key) != 1 or not key.isupper():
            return False
        known = (self.page, self.labels, self.typed)
        return key.isascii() or any(key.lower() in keys for keys in known)

    def _written(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.keyboard.signs.get(key, key) for key in keys))


ACTION = {action.id: action for action in ACTIONS}


def key_table(
    labels: Mapping[str, str],
    remapped: Mapping[str, str | list[str]] | None = None,
    keyboard: Keyboard = QWERTY,
) -> KeyTable:
    """The keys of a project whose label keys are `labels` (key to label), for a user who
    `remapped` actions (id to a key, or several) and has this keyboard.

    Keys of labels and actions go by their place on the board, remapped ones by what they send. A
    sign that means nothing by its place keeps the meaning it has on a qwerty board.

    Raises TonemarkError, naming every clash and unknown name.
    """
    faults: list[str] = []
    page: dict[str, str] = {}
    menu: dict[str, str] = {}
    review: dict[str, str] = {}
    remapped = remapped or {}
    for name in remapped:
        if name not in ACTION:
            faults.append(no_action(name))
    named = {key: name for place, name in labels.items() for key in keyboard.sent(place)}
    for action in ACTIONS:
        own: Any = remapped.get(action.id)  # as a person wrote it
        keys = own if isinstance(own, list | tuple) else [own]
        if own is None:
            keys = _keys_on(keyboard, action)
        if not keys and action.id in NEEDED:
            faults.append(f"{action.id} needs a key")
        for key in ("space" if key == " " else key for key in keys):
            if not isinstance(key, str) or (len(key) != 1 and key not in GLYPHS):
                faults.append(f"{action.id}: {key!r} is not a key (one character, or a name)")
                continue
            table = menu if action.menu else review if action.review else page
            if key in table:
                faults.append(f"{key!r} is both {table[key]} and {action.id}")
            elif table is page and key in named:
                faults.append(f"{key!r} is both the label {named[key]} and {action.id}")
            else:
                table[key] = action.id
    for key in [key for key in review if key in page]:
        name = review.pop(key)  # y is free on a page: who uses it there keeps it in review
        if name in remapped:
            faults.append(f"{key!r} is both {page[key]} and {name}")
    letters = _letters(keyboard, {*page, *review, *named})
    if len(letters) < 2:
        faults.append("fewer than two letters are left for hints")
    if faults:
        raise TonemarkError(
            "The keys clash: " + "; ".join(faults) + ".",
            "Change keys.toml in your configuration, or the label keys in project.toml.",
        )
    typed = {key: letter for place, letter in letters.items() for key in keyboard.sent(place)}
    ends = {}
    if keyboard.cased:
        ends = {
            key: letter
            for place, letter in letters.items()
            for key in keyboard.sent(place.upper())
            if key not in typed
        }
    # What some project's labels have must do nothing else in the others.
    places = f"{DIGITS}{hints.LETTERS}{hints.LETTERS.upper()}"
    taken = {*page, *review, *named, *typed, *ends, *map(keyboard.at, places)}
    for action in ACTIONS:
        for key in action.keys if action.id not in remapped else ():
            if not key.isalnum() and key not in taken:
                page[key] = action.id
    return KeyTable(
        page,
        menu,
        review,
        named,
        letters="".join(letters.values()),
        prefixes="".join(letters[place] for place in hints.PREFIXES if place in letters),
        typed=typed,
        ends=ends,
        keyboard=keyboard,
    )


def no_action(name: str) -> str:
    """That no action has this name, and which have one like it."""
    from difflib import get_close_matches

    near = get_close_matches(name, ACTION, n=3, cutoff=0.6)
    return f"there is no action {name!r}" + (f" (is it {' or '.join(near)}?)" if near else "")


def _keys_on(keyboard: Keyboard, action: Action) -> list[str]:
    """The keys of an action by their place, and first the one that stands in for silent ones."""
    keys = [keyboard.alternates[action.id]] if action.id in keyboard.alternates else []
    for key in action.keys:
        keys += keyboard.sent(key) if len(key) == 1 else [key]
    return list(dict.fromkeys(keys))


def _letters(keyboard: Keyboard, taken: Collection[str]) -> dict[str, str]:
    """The letters of hints by their place on a qwerty board, as they are written.

    Left out is what labels or actions use, what is no letter, and what Shift does not change into
    a key of its own.
    """
    letters: dict[str, str] = {}
    used = set(taken)
    for place in hints.LETTERS:
        key, capital = keyboard.at(place), keyboard.at(place.upper())
        if not keyboard.cased:
            capital = key
        if key and capital and key.isalpha() and not {key, capital} & used:
            letters[place] = keyboard.signs.get(key, key)
            used |= {key, capital}
    return letters


def keyboard_said(table: KeyTable) -> Safe:
    """The keyboard in words, and the keys that stand in where its own are silent."""
    instead = [f"{name} is {key}" for name, key in table.keyboard.alternates.items()]
    silent = f"; some of its keys are dead: {', '.join(instead)}" if instead else ""
    return visible(f"the keyboard is {table.keyboard.name}{silent}")
