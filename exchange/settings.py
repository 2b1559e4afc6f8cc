"""What is exported, and how: the same from the command line and from a key, and remembered in the
project's folder for the next time. Knows nothing of where it goes: a stranger's project must not
say where we write."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import regex

from tonemark.corpus.annotators import check_name
from tonemark.corpus.records import ANSWERS, Answer
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Unit
from tonemark.files import atomic_writer, check_inside, parsed, read_at_most

_PART = regex.compile(r"[A-Za-z0-9_]{1,40}")
_WORD = regex.compile(r"[^\s\p{C}=|]{1,200}")
_AGO = regex.compile(r"([0-9]{1,9})([dhm])")
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60}

PARTS = 100
"""Parts that a split may have: each is a file."""

SEEDS = 2**63
"""The highest seed of a split."""

LAST_FILE = ".export.json"
"""The file of a project that keeps the settings of its last export: an export reads the store, and
changes nothing in it."""

_LIMIT = 1 << 16
"""Bytes that it may have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an export takes, and how it is written.

    `annotator` alone, `gold` alone or `everyone` side by side; else what stands. `answers` are
    those that go out (empty: accept; with `annotator`, `everyone` or `gold`, all). `since` leaves
    out what was answered before: as it was typed (`time_of`), so that "7d" means the week before
    each export. `split` are names and shares, `seed` draws another split. `fit` maps what the
    format cannot say, else it is left out. `offsets`, `name_key` and `spreadsheet_safe` are as in
    WriteOptions.
    """

    format: str = "jsonl"
    annotator: str | None = None
    gold: bool = False
    everyone: bool = False
    all_documents: bool = False
    joined: bool = False
    answers: tuple[Answer, ...] = ()
    since: str | None = None
    split: tuple[tuple[str, float], ...] = ()
    seed: int = 0
    fit: bool = False
    sidecar: bool = True
    offsets: Unit | None = None
    name_key: str = "NE"
    spreadsheet_safe: bool = False

    def to_json(self) -> dict[str, Any]:
        """What differs from the defaults, for `settings_from_json`."""
        usual = Settings()
        return {
            each.name: value
            for each in dataclasses.fields(self)
            if (value := getattr(self, each.name)) != getattr(usual, each.name)
        }


def settings_from_json(data: Any) -> Settings:
    """What `Settings.to_json` wrote. Raises ValueError where it is anything else, or what nobody
    could have asked for: a stranger may have written it."""
    if not isinstance(data, dict):
        raise ValueError("settings are an object")
    found = Settings(**{name: _value(name, value) for name, value in data.items()})
    if wrong := contradiction(found):
        raise ValueError(wrong)
    return found


def _value(name: str, value: Any) -> Any:
    """The value of a field as JSON has it, checked as the command line does."""
    kind = type(value)
    if kind is not _KINDS.get(name):
        raise ValueError(f"{name} is no {kind.__name__}")
    match name:
        case "answers":
            return tuple(ANSWERS[ANSWERS.index(each)] for each in value)
        case "split":
            return checked_split((part, share) for part, share in value)
        case "since":
            time_of(value, 0)
        case "seed" if not 0 <= value <= SEEDS:
            raise ValueError(f"{value} is no seed")
        case "format" | "name_key" if not _WORD.fullmatch(value):
            raise ValueError(f"{value!r} is no name")
        case "annotator":
            try:
                check_name(value)
            except TonemarkError as error:
                raise ValueError(error.title) from None
        case "offsets" if value not in get_args(Unit):
            raise ValueError(f"{value!r} is no unit")
    return value


_KINDS: dict[str, type] = {
    **dict.fromkeys(("format", "annotator", "name_key", "since", "offsets"), str),
    **dict.fromkeys(("answers", "split"), list),
    "seed": int,
    **{each.name: bool for each in dataclasses.fields(Settings) if type(each.default) is bool},
}


def contradiction(settings: Settings) -> str:
    """Which settings ask for different documents, or do nothing, in words; empty if none do."""
    asked = [
        option
        for option, given in (
            ("--gold", settings.gold),
            ("--annotator", settings.annotator is not None),
            ("--everyone", settings.everyone),
            ("--all", settings.gold and settings.all_documents),
        )
        if given
    ]
    if len(asked) > 1 and set(asked) != {"--gold", "--everyone"}:
        return f"{' and '.join(asked)} ask for different documents: give one of them."
    if settings.seed and not settings.split:
        return "--seed draws another split, and there is no --split."
    return ""


def time_of(since: str, now: float) -> float:
    """What `--since` means, in Unix seconds: an ISO 8601 date or time (of here, where it names no
    zone), or days, hours or minutes before `now`: 7d, 12h, 30m. Raises ValueError for anything
    else."""
    if ago := _AGO.fullmatch(since):
        return now - int(ago[1]) * _SECONDS[ago[2]]
    try:
        return datetime.fromisoformat(since).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(
            f"{since[:40]!r} is no time: give 2026-11-01, 2026-11-01T14:30, or 7d, 12h, 30m ago"
        ) from None


def checked_split(parts: Iterable[tuple[Any, Any]]) -> tuple[tuple[str, float], ...]:
    """Names and shares of the parts of a split. Raises ValueError, with what is wrong, where a name
    could not stand in a file's name, stands twice (some disks do not tell case apart), or the
    shares are not shares of 1."""
    found: dict[str, float] = {}
    folded: set[str] = set()
    for name, share in parts:
        is_name = isinstance(name, str) and _PART.fullmatch(name) and name.lower() not in folded
        if not is_name or type(share) is not float or not 0 < share <= 1:
            raise ValueError(
                f"{name!r} is no part of a split: NAME=SHARE, the names differ (letters, digits,"
                " _), the shares are over 0 and at most 1"
            )
        found[name] = share
        folded.add(name.lower())
    if len(found) > PARTS:
        raise ValueError(f"a split has at most {PARTS} parts")
    if abs(sum(found.values()) - 1) > 1e-6:
        whole = sum(found.values())
        raise ValueError(f"the shares add up to {whole:.4g}, not to 1: train=0.8,dev=0.1,test=0.1")
    return tuple(found.items())


def last_settings(folder: Path) -> Settings:
    """Those of the last export of the project in `folder`, or the defaults where there was none or
    they cannot be read."""
    path = folder / LAST_FILE
    try:
        check_inside(folder, path)
        kept = read_at_most(path, _LIMIT, TonemarkError("It is too long."))
        return settings_from_json(parsed(kept.decode()))
    except (ValueError, TypeError, TonemarkError):
        return Settings()


def remember(folder: Path, settings: Settings) -> None:
    """Keep the settings for the next export, if the folder may be written and nothing but a file is
    in their place: the export itself is done, and worth more than they."""
    path = folder / LAST_FILE
    if last_settings(folder) == settings:
        return
    with contextlib.suppress(OSError), atomic_writer(path, plain=True) as stream:
        stream.write(json.dumps(settings.to_json()).encode() + b"\n")
