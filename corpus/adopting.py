"""A tokenizer's file taken into a project's folder, with the files that it names.

Knows nothing of project.toml.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from tonemark.corpus.project_checks import is_tokenizer_name
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, check_inside, read_at_most
from tonemark.tokenizers.profiles.profile import is_bundled_list
from tonemark.tokenizers.registry import PROFILE_SUFFIX, is_file_name, read_tokenizer

LIMIT = 256 * 1024 * 1024
"""Bytes that a file may have to be copied: learned ones have a few million at most."""


def file_named(folder: Path, name: str) -> Path | None:
    """The file that someone means by `name`: one at that path, else one in the project's folder.

    None where the name is not that of a file. Raises TonemarkError where there is no such file.
    """
    path = Path(name)
    if not is_file_name(name) and not (path.name != name and os.path.exists(path)):
        return None
    found = next((each for each in (path, folder / path) if os.path.exists(each)), None)
    if found is None:
        raise TonemarkError(f"There is no file {name}.", "Look at its name and its folder.")
    if not is_file_name(found.name) or not is_tokenizer_name(found.name):
        raise TonemarkError(
            f"{found.name} cannot be named in project.toml.",
            "Call it by letters, digits, _ and -, and .toml at its end (.words if it was learned).",
        )
    return found


def adopt(folder: Path, path: Path) -> str:
    """Copy a tokenizer's file, and those that a profile names, into a project's folder; its name.

    What is there already with the same bytes stays. Raises TonemarkError, nothing copied, where
    the file is at fault, or where another of its name is there.
    """
    files = {folder / name: data for name, data in files_of(path).items()}
    for there, data in files.items():
        check_inside(folder, there)
        if os.path.lexists(there) and _bytes(there) != data:
            raise TonemarkError(
                f"There is another {there.name} in {folder}.",
                "Nothing was changed. Give one of the two another name.",
            )
    for there, data in files.items():
        if not os.path.lexists(there):
            try:
                with atomic_writer(there) as stream:
                    stream.write(data)
            except OSError as error:
                why = error.strerror or str(error)
                raise TonemarkError(f"{there} cannot be written: {why}.") from None
    return path.name


def files_of(path: Path) -> dict[str, bytes]:
    """A tokenizer's file, and those that a profile names, by name. Raises TonemarkError where the
    file is at fault, or one cannot be read."""
    read_tokenizer(path)
    return {each: _bytes(path.parent / each) for each in (*_named(path), path.name)}


def _named(path: Path) -> list[str]:
    """The files that a profile, which is sound, names, but for those that come with Tonemark."""
    if path.suffix != PROFILE_SUFFIX:
        return []
    data: Any = tomllib.loads(_bytes(path).decode("utf-8-sig"))
    files: list[str] = data.get("phrases", {}).get("files", [])
    return [each for each in files if not is_bundled_list(each, path.parent)]


def _bytes(path: Path) -> bytes:
    too_large = TonemarkError(f"{path} has more than {LIMIT >> 20} MiB.", "That is no tokenizer.")
    return read_at_most(path, LIMIT, too_large)
