"""What may stand in project.toml, key by key, and the collecting of everything that may not.

Knows the file's data, not how it is stored.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Any, Literal, get_args

import regex

from tonemark.corpus.annotators import annotator_name
from tonemark.corpus.labels import (
    HINT_LETTERS,
    HINT_LETTERS_KEPT,
    Label,
    key_fault,
    label_fault,
)
from tonemark.tokenizers.languages import language_tag
from tonemark.toml_files import Faults, KeyPath, shown

FORMAT_VERSION = 1
"""The version of the file's format that this program writes, and the newest that it reads."""

Bidi = Literal["auto", "logical", "visual", "list"]
"""auto: by the text; logical: as stored, turned by the terminal if by anyone; visual: ordered here,
for terminals that turn nothing; list: one token a row."""

FOLDS = (
    "case", "nfc", "tones", "marks", "apostrophes", "hyphens", "clicks", "rpa", "ethiopic",
)  # fmt: skip
"""The folds that a project may choose: what they do is told in the room of patterns."""

Order = Literal["given", "uncertain"]
"""given: as documents were added; uncertain: first what the learner is least sure of."""

_NAME_LENGTH = 200
_ABOUT_LENGTH = 1000
_TOKENIZER = regex.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}(?::[A-Za-z][A-Za-z0-9_.-]{0,63})?")
"""A name, a file beside project.toml, or `package:name`, `spacy:yo`: never a path."""

_MODEL = regex.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
"""The name of a package, or of a folder in the project's models: never a path."""

_KEYS = (
    "version",
    "name",
    "language",
    "tokenizer",
    "guidelines",
    "page",
    "overlapping",
    "new_labels",
    "new_rules",
    "bidi",
    "licence",
    "labels",
    "routing",
    "suggestions",
    "training",
)
_ROUTING_KEYS = ("overlap", "overlap_share", "team", "reviewers", "lease_minutes", "order")
_SUGGESTION_KEYS = ("folds", "threshold", "doubt", "blind", "learner", "model")
_TRAINING_KEYS = ("evaluation",)
_LABEL_KEYS = ("about", "key")


def check_version(data: dict[str, Any], text: str) -> None:
    """Raises TonemarkError where the file's version is one that only a newer program knows."""
    version = data.get("version")
    if type(version) is int and version > FORMAT_VERSION:
        faults = Faults(text)
        faults.add(
            f"made by a newer Tonemark (version {shown(version)}; this one reads {FORMAT_VERSION})",
            ("version",),
        )
        faults.raise_any("project.toml", "Install a newer Tonemark.")


def read_settings(data: dict[str, Any], folder: Path, faults: Faults) -> dict[str, Any]:
    """The fields of a Project but its folder, from the data of its file.

    Every fault is noted, and a value that may stand there is put in its place. `folder` is
    resolved; `name` is "" where the file gives none.
    """
    _known(data, (), _KEYS, faults)
    routing = _table(data, "routing", faults)
    _known(routing, ("routing",), _ROUTING_KEYS, faults)
    suggestions = _table(data, "suggestions", faults)
    _known(suggestions, ("suggestions",), _SUGGESTION_KEYS, faults)
    training = _table(data, "training", faults)
    _known(training, ("training",), _TRAINING_KEYS, faults)
    _whole(data, ("version",), 1, FORMAT_VERSION, 1, faults)
    new_labels = _flag(data, ("new_labels",), True, faults)
    labels = _labels(_table(data, "labels", faults), faults)
    if not labels and not new_labels and not data.get("labels"):
        faults.add("there are no labels, and new_labels = false allows none", ("new_labels",))
    return {
        "name": _name(data, faults),
        "language": _language(data, faults),
        "tokenizer": _tokenizer(data, faults),
        "labels": labels,
        "guidelines": _guidelines(data, folder, faults),
        "page": _whole(data, ("page",), 1, 20, 1, faults),
        "overlapping": _flag(data, ("overlapping",), False, faults),
        "new_labels": new_labels,
        "new_rules": _flag(data, ("new_rules",), True, faults),
        "bidi": _choice(data, ("bidi",), get_args(Bidi), faults),
        "licence": _licence(data, faults),
        "overlap": _whole(routing, ("routing", "overlap"), 1, 50, 1, faults),
        "overlap_share": _share(routing, ("routing", "overlap_share"), 1.0, faults),
        "team": _people(routing, ("routing", "team"), faults),
        "reviewers": _people(routing, ("routing", "reviewers"), faults),
        "lease_minutes": _whole(routing, ("routing", "lease_minutes"), 1, 1440, 30, faults),
        "order": _choice(routing, ("routing", "order"), get_args(Order), faults),
        "folds": _folds(suggestions, faults),
        "threshold": _share(suggestions, ("suggestions", "threshold"), 0.5, faults),
        "doubt": _share(suggestions, ("suggestions", "doubt"), 0.75, faults),
        "blind": _share(suggestions, ("suggestions", "blind"), 0.0, faults),
        "learner": _flag(suggestions, ("suggestions", "learner"), True, faults),
        "model": _model(suggestions, faults),
        "evaluation": _share(training, ("training", "evaluation"), 0.0, faults),
    }


def _known(table: dict[str, Any], at: KeyPath, keys: tuple[str, ...], faults: Faults) -> None:
    for key in table:
        if key in keys:
            continue
        words = f"unknown key {shown(key)}"
        if faults.is_full:
            pass
        elif key in _ROUTING_KEYS and not at:
            words += ", which belongs under [routing]"
        elif key in _SUGGESTION_KEYS and not at:
            words += ", which belongs under [suggestions]"
        elif key in _TRAINING_KEYS and not at:
            words += ", which belongs under [training]"
        elif key in _KEYS:
            words += ", which belongs above the first [table]"
        else:
            import difflib

            near = difflib.get_close_matches(key[:40], keys, n=1, cutoff=0.5)
            words += f' (did you mean "{near[0]}"?)' if near else f" (known: {', '.join(keys)})"
        faults.add(words, (*at, key))


def _table(data: dict[str, Any], key: str, faults: Faults) -> dict[str, Any]:
    value = data.get(key, {})
    if isinstance(value, dict):
        return value
    faults.add(f"{key} must be a table, [{key}], not {shown(value)}", (key,))
    return {}


def _whole(
    table: dict[str, Any], at: KeyPath, low: int, high: int, default: int, faults: Faults
) -> int:
    value = table.get(at[-1], default)
    if type(value) is int and low <= value <= high:
        return value
    wanted = f"a whole number from {low} to {high}" if low < high else str(low)
    faults.add(f"{at[-1]} must be {wanted}, not {shown(value)}", at)
    return default


def _share(table: dict[str, Any], at: KeyPath, default: float, faults: Faults) -> float:
    value = table.get(at[-1], default)
    if type(value) in (int, float) and 0 <= value <= 1:
        return float(value)
    faults.add(f"{at[-1]} must be a share from 0 to 1, not {shown(value)}", at)
    return default


def _folds(table: dict[str, Any], faults: Faults) -> tuple[str, ...] | None:
    """None where the file leaves it to the language."""
    value = table.get("folds")
    if value is None:
        return None
    if not isinstance(value, list):
        faults.add(
            f'folds must be a list, ["case", "nfc"], not {shown(value)}', ("suggestions", "folds")
        )
        return None
    for each in value:
        if each not in FOLDS:
            words = f"unknown fold {shown(each)} (known: {', '.join(FOLDS)})"
            faults.add(words, ("suggestions", "folds"))
    return tuple(name for name in FOLDS if name in value)


def _flag(table: dict[str, Any], at: KeyPath, default: bool, faults: Faults) -> bool:
    value = table.get(at[-1], default)
    if isinstance(value, bool):
        return value
    faults.add(f"{at[-1]} must be true or false, without quotes, not {shown(value)}", at)
    return default


def _choice(table: dict[str, Any], at: KeyPath, choices: tuple[str, ...], faults: Faults) -> str:
    value = table.get(at[-1], choices[0])
    if isinstance(value, str) and value in choices:
        return value
    wanted = ", ".join(f'"{choice}"' for choice in choices)
    faults.add(f"{at[-1]} must be one of {wanted}, not {shown(value)}", at)
    return choices[0]


def _line(value: object, what: str, limit: int, at: KeyPath, faults: Faults) -> str:
    """A line of text for people: it may hold anything but control characters and surrogates."""
    if not isinstance(value, str):
        faults.add(f'{what} must be text in "quotes", not {shown(value)}', at)
    elif len(value) > limit:
        faults.add(f"{what} has {len(value)} characters (at most {limit} are allowed)", at)
    elif bad := next((c for c in value if unicodedata.category(c) in _NOT_IN_A_LINE), None):
        faults.add(f"{what} has the control character U+{ord(bad):04X}", at)
    else:
        return value
    return ""


_NOT_IN_A_LINE = ("Cc", "Cs", "Zl", "Zp")


def _name(data: dict[str, Any], faults: Faults) -> str:
    if "name" not in data:
        return ""
    name = _line(data["name"], "name", _NAME_LENGTH, ("name",), faults)
    if isinstance(data["name"], str) and not data["name"].strip():
        faults.add("name is empty", ("name",))
    return name


def _language(data: dict[str, Any], faults: Faults) -> str:
    at = ("language",)
    if "language" not in data:
        faults.add('language is missing (write language = "sw", or the like)')
    elif not isinstance(data["language"], str):
        faults.add(f'language must be text in "quotes", not {shown(data["language"])}', at)
    else:
        return faults.taken(language_tag, data["language"], at, default="und")
    return "und"


def _licence(data: dict[str, Any], faults: Faults) -> str:
    return _line(data.get("licence", ""), "licence", _NAME_LENGTH, ("licence",), faults)


def _model(table: dict[str, Any], faults: Faults) -> str:
    value = table.get("model", "")
    if isinstance(value, str) and (not value or _MODEL.fullmatch(value)):
        return value
    faults.add(
        "model must be the name of an installed spaCy pipeline, or of a model that was trained here"
        f' ("model-1"), or "" for none; not {shown(value)}',
        ("suggestions", "model"),
    )
    return ""


def is_tokenizer_name(name: str) -> bool:
    """Whether a tokenizer of that name, or a file in the project's folder, can be named."""
    return _TOKENIZER.fullmatch(name) is not None


def _tokenizer(data: dict[str, Any], faults: Faults) -> str:
    value = data.get("tokenizer", "general")
    if isinstance(value, str) and is_tokenizer_name(value):
        return value
    faults.add(
        "tokenizer must be the name of an installed one, or of a file of rules in this folder"
        f" (letters, digits, _ . - and one :), not {shown(value)}",
        ("tokenizer",),
    )
    return "general"


def _guidelines(data: dict[str, Any], folder: Path, faults: Faults) -> Path | None:
    at = ("guidelines",)
    if "guidelines" not in data:
        return None
    value = data["guidelines"]
    if value == "":
        faults.add("guidelines is empty: name a file in the folder, or leave it out", at)
        return None
    relative = _line(value, "guidelines", _ABOUT_LENGTH, at, faults)
    if not relative:
        return None
    path = Path(os.path.realpath(folder / relative))
    if path == folder or not path.is_relative_to(folder) or os.path.isabs(relative):
        faults.add(f"guidelines must be a file inside the project's folder, not {shown(value)}", at)
        return None
    return path


def _people(table: dict[str, Any], at: KeyPath, faults: Faults) -> tuple[str, ...]:
    value = table.get(at[-1], [])
    if not isinstance(value, list):
        faults.add(f'{at[-1]} must be a list, ["amina", "juma"], not {shown(value)}', at)
        return ()
    people: dict[str, None] = {}
    for person in value:
        if not isinstance(person, str):
            faults.add(f'{at[-1]} must hold names in "quotes", not {shown(person)}', at)
        elif annotator_name(person) != person:
            faults.add(
                f"{at[-1]}: {shown(person)} cannot be an annotator's name (write "
                f'"{annotator_name(person)}")',
                at,
            )
        elif person in people:
            faults.add(f"{at[-1]}: {shown(person)} stands twice", at)
        else:
            people[person] = None
    return tuple(people)


def _labels(table: dict[str, Any], faults: Faults) -> tuple[Label, ...]:
    labels: list[Label] = []
    alike: dict[str, str] = {}
    keys: dict[str, str] = {}
    for name, value in table.items():
        at = ("labels", name)
        fault = label_fault(name)
        if fault:
            faults.add(f"the label {shown(name)} {fault}", at)
        twin = alike.setdefault(unicodedata.normalize("NFC", name), name)
        if twin != name:
            faults.add(
                f"the label {shown(name)} looks the same as another: only the coding of their "
                "accents differs",
                at,
            )
        about, key = _label(name, value, faults)
        if key is not None and (holder := keys.setdefault(key, name)) != name:
            faults.add(
                f'the labels {shown(holder)} and {shown(name)} have the same key "{key}"',
                (*at, "key"),
            )
            key = None
        labels.append(Label(name, about, key))
    letters = sorted(key for key in keys if key in HINT_LETTERS)
    if len(HINT_LETTERS) - len(letters) < HINT_LETTERS_KEPT:
        faults.add(
            f"labels have taken {len(letters)} of the {len(HINT_LETTERS)} letters of the hints, "
            f"which need {HINT_LETTERS_KEPT}",
            ("labels",),
        )
    return tuple(labels)


def _label(name: str, value: object, faults: Faults) -> tuple[str, str | None]:
    at: KeyPath = ("labels", name)
    what = f"the label {shown(name)}"
    if isinstance(value, str):
        return _line(value, f"the text of {what}", _ABOUT_LENGTH, at, faults), None
    if not isinstance(value, dict):
        faults.add(
            f'{what} must be text, "", or {{ about = "", key = "o" }}, not {shown(value)}', at
        )
        return "", None
    _known(value, at, _LABEL_KEYS, faults)
    about = _line(value.get("about", ""), f"about of {what}", _ABOUT_LENGTH, (*at, "about"), faults)
    key = value.get("key")
    at = (*at, "key")
    if key is None:
        return about, None
    if not isinstance(key, str):
        faults.add(f'key of {what} must be text in "quotes", not {shown(key)}', at)
        return about, None
    if fault := key_fault(key):
        faults.add(f"key of {what}: {shown(key)} {fault}", at)
        return about, None
    return about, key
