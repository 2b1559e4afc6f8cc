"""Who annotates: names that are safe in file names and exports, and whom a project lets in.

Knows nothing of passwords: a name is what its bearer says it is, as in a lab book.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

import regex

from tonemark.errors import TonemarkError

if TYPE_CHECKING:
    from tonemark.corpus.project import Project

ENVIRONMENT = "TONEMARK_ANNOTATOR"
"""The environment variable that names the annotator where `--as` does not."""

NAME_LENGTH = 32
"""Characters that an annotator's name may have."""

_NAME = regex.compile(rf"[A-Za-z][A-Za-z0-9_.-]{{0,{NAME_LENGTH - 1}}}")
_OUTSIDE = r"[^A-Za-z0-9_.-]+"
_LEADING = r"^[^A-Za-z]+"

# Letters that no decomposition takes to a-z: those of African and European alphabets.
_PLAIN = {
    **dict(
        zip(
            "ɓƁɗƊɖƉđĐɛƐǝƎəƏɣƔħĦɩƖıƙƘłŁŋŊɲƝɔƆøØʋƲƴƳ",
            "bBdDdDdDeEeEeEgGhHiIikKlLnNnNoOoOvVyY",
            strict=True,
        )
    ),
    **{"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss", "þ": "th", "Þ": "Th"},
}
_TO_PLAIN = str.maketrans(_PLAIN)

_DIGEST = 6
"""Hexadecimal digits that tell apart what would map to one name: among a hundred people whose
names look alike once mapped, two meet by chance once in 3,000 projects."""


_REVIEWING = "+"


def reviewing(name: str) -> str:
    """The key under which a reviewer's claims, events and journals are kept: what she does as a
    reviewer is apart from what she does as an annotator. No annotator's name begins so."""
    return f"{_REVIEWING}{name}"


def is_reviewing(key: str) -> bool:
    """Whether a key is a reviewer's."""
    return key.startswith(_REVIEWING)


def person(key: str) -> str:
    """Whose key it is: the name of an annotator, or of a reviewer."""
    return key.removeprefix(_REVIEWING)


def is_annotator_name(name: str) -> bool:
    """Whether it is `[A-Za-z][A-Za-z0-9_.-]{0,31}` (DESIGN.md, "Words")."""
    return _NAME.fullmatch(name) is not None


def annotator_name(raw: str) -> str:
    """The name under which the work of `raw` is kept: itself where it can be, else mapped.

    White space at the ends goes. Accents go (canonical decomposition, class M): `Adélaïde` gives
    `Adelaide`, composed or not, and two people whose names differ in accents alone need different
    names. Where anything else is lost, six hexadecimal digits of a hash of the name stay behind,
    so that different people stay different: `Amina Juma` gives `Amina-Juma-` and the digits, a
    name in another script `a-` and the digits. The same name gives the same result for ever, on
    every machine, and a result maps to itself.
    """
    name = raw.strip()
    if is_annotator_name(name):
        return name
    plain = "".join(
        c for c in unicodedata.normalize("NFD", name) if unicodedata.category(c)[0] != "M"
    )
    if is_annotator_name(plain):
        return plain
    import hashlib

    # surrogatepass: a name from the command line may hold bytes that are not UTF-8.
    identity = unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(identity).hexdigest()[:_DIGEST]
    kept = regex.sub(_OUTSIDE, "-", plain.translate(_TO_PLAIN))
    kept = regex.sub(_LEADING, "", kept)[: NAME_LENGTH - _DIGEST - 1].rstrip("-") or "a"
    return f"{kept}-{digest}"


def check_name(given: str, option: str = "") -> None:
    """Raises TonemarkError where nobody can have this name: nobody should find out afterwards under
    which name something was kept, or looked for. `option` is what it was given with."""
    name = annotator_name(given)
    if name != given:
        raise TonemarkError(
            f"{given} cannot be an annotator's name.",
            "Names are letters, digits, _ . and -, beginning with a letter. Perhaps:\n"
            f"    {f'{option} {name}'.strip()}",
        )


def given_name(as_name: str | None, environ: Mapping[str, str]) -> str:
    """The name as the person gave it: `--as`, else TONEMARK_ANNOTATOR, else the login name.

    The login name is that of the user id, since USER may be left over from another login. Raises
    TonemarkError where `--as` is blank (an unset variable in a script would otherwise put work
    under another's name), and where there is no login name.
    """
    if as_name is not None:
        if not as_name.strip():
            raise TonemarkError("--as was given no name.", "Write --as NAME, or leave it out.")
        return as_name
    if environ.get(ENVIRONMENT, "").strip():
        return environ[ENVIRONMENT]
    import os
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise TonemarkError(
            "This login has no name.", f"Say who annotates: --as NAME, or set {ENVIRONMENT}."
        ) from None


def check_member(project: Project, name: str) -> None:
    """Raises TonemarkError where the project has a team and `name` is not of it, nor a reviewer."""
    if not project.team or name in project.team or name in project.reviewers:
        return
    people = f"The team is {', '.join(project.team)}"
    if project.reviewers:
        people += f"; the reviewers are {', '.join(project.reviewers)}"
    raise TonemarkError(
        f"{name} is not in the team of {project.name}.",
        f"{people}. Give one of these names with --as, "
        f'or add "{name}" to team in {project.folder / "project.toml"}.',
    )


def check_reviewer(project: Project, name: str) -> None:
    """Raises TonemarkError where the project names reviewers and `name` is none of them, or has a
    team without reviewers that `name` is not of."""
    if not project.reviewers:
        check_member(project, name)
    elif name not in project.reviewers:
        raise TonemarkError(
            f"{name} does not review {project.name}.",
            f"Its reviewers are {', '.join(project.reviewers)}. Give one of these names with --as, "
            f'or add "{name}" to reviewers in {project.folder / "project.toml"}.',
        )


def annotates(project: Project, name: str) -> bool:
    """Whether somebody answers documents, as far as the project tells: who is of its team, or where
    it has none, who is not named as a reviewer."""
    return name in project.team if project.team else name not in project.reviewers


def may_review(project: Project, name: str) -> bool:
    """Whether `check_reviewer` lets one in."""
    try:
        check_reviewer(project, name)
    except TonemarkError:
        return False
    return True
