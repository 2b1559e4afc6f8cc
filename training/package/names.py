"""What a package may be called, and its version."""

from __future__ import annotations

import unicodedata

import regex

from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.training.runs.folders import Run

NAME_LIMIT = 60

_NAME = regex.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def package_name(given: str, lang: str, *, is_given: bool) -> str:
    """The name of a package: spaCy's code of the language, then lower-case ASCII letters, digits
    and single underscores (PEP 503 takes runs of `-`, `_` and `.` for one).

    A name that somebody chose (`is_given`) is taken as it is, or TonemarkError raised; a project's
    is mapped to one.
    """
    if is_given:
        said = given.lower().replace("-", "_")
        if not _NAME.fullmatch(said) or len(said) > NAME_LIMIT:
            raise TonemarkError(
                f'"{short(given, 40)}" cannot be the name of a package.',
                f"Take letters from a to z, digits and single underscores, a letter first, at most"
                f" {NAME_LIMIT}: --name names",
            )
    else:
        plain = unicodedata.normalize("NFKD", given).encode("ascii", "ignore").decode().lower()
        said = regex.sub(r"[^a-z0-9]+", "_", plain)[:NAME_LIMIT].strip("_") or "spans"
    return said if said.startswith(f"{lang}_") else f"{lang}_{said}"


def checked_version(given: str) -> str:
    """A version as PEP 440 writes it. Raises TonemarkError where it is none."""
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(given))
    except InvalidVersion:
        raise TonemarkError(
            f'"{short(given, 40)}" is no version.', "Take numbers with points: --version 1.0.0"
        ) from None


def usual_version(run: Run) -> str:
    """The version of a model where none is given: that of model-3 is 0.0.3."""
    number = regex.fullmatch(r"model-(\d{1,9})", run.name)
    return f"0.0.{int(number[1])}" if number else "0.0.1"
