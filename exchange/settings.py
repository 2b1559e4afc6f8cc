"""What is exported, and how: the same from the command line and from a key, and remembered in the
project's folder for the next time. Knows nothing of where it goes: a stranger's project must not
say where we write."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from tonemark.corpus.records import ANSWERS, Answer
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Unit
from tonemark.files import atomic_writer, check_inside, parsed, read_at_most

_PART = regex.compile(r"[A-Za-z0-9_]{1,40}")

LAST_FILE = ".export.json"
"""The file of a project that keeps the settings of its last export: an export reads the store, and
changes nothing in it."""

_LIMIT = 1 << 16
"""Bytes that it may have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an export takes, and how it is written.

    `annotator` alone, `gold` alone or `everyone` side by side; else what stands. `answers` are
    those that go out (empty: accept; with `annotator`, `everyone` or `gold`, all). `since` (Unix
    seconds) leaves out what was answered before. `split` are names and shares, `seed` draws
    another split. `fit` maps what the format cannot say, else it is left out. `offsets`,
    `name_key` and `spreadsheet_safe` are as in WriteOptions.
    """

    format: str = "jsonl"
    annotator: str | None = None
    gold: bool = False
    everyone: bool = False
    all_documents: bool = False
    joined: bool = False
    answers: tuple[Answer, ...] = ()
    since: float | None = None
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
    """What `Settings.to_json` wrote. Raises ValueError where it is anything else."""
    if not isinstance(data, dict):
        raise ValueError("settings are an object")
    kinds: dict[str, Any] = {
        **dict.fromkeys(("format", "annotator", "name_key"), str),
        **dict.fromkeys(
            ("gold", "everyone", "all_documents", "joined", "fit", "sidecar", "spreadsheet_safe"),
            bool,
        ),
        "since": float,
        "seed": int,
    }
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name == "answers":
            found[name] = tuple(ANSWERS[ANSWERS.index(each)] for each in value)
        elif name == "split":
            found[name] = checked_split((part, share) for part, share in value)
        elif name == "offsets":
            if value not in ("code points", "UTF-16 units", "tokens"):
                raise ValueError(value)
            found[name] = value
        elif name in kinds and type(value) is kinds[name]:
            found[name] = value
        else:
            raise ValueError(name)
    return Settings(**found)


def checked_split(parts: Iterable[tuple[Any, Any]]) -> tuple[tuple[str, float], ...]:
    """Names and shares of the parts of a split. Raises ValueError, with what is wrong, where a name
    could not stand in a file's name, stands twice, or the shares are not shares of 1."""
    found: dict[str, float] = {}
    for name, share in parts:
        is_name = isinstance(name, str) and _PART.fullmatch(name)
        if not is_name or name in found or type(share) is not float or not 0 < share <= 1:
            raise ValueError(
                f"{name!r} is no part of a split: NAME=SHARE, the names differ (letters, digits,"
                " _), the shares are over 0 and at most 1"
            )
        found[name] = share
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
    """Keep the settings for the next export, if the folder may be written: the export itself is
    done, and worth more than they."""
    if last_settings(folder) == settings:
        return
    with contextlib.suppress(OSError), atomic_writer(folder / LAST_FILE) as stream:
        stream.write(json.dumps(settings.to_json()).encode() + b"\n")
