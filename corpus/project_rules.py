"""Rules of a project's own tokenizer: a correction becomes one, in a profile beside project.toml.

Knows nothing of pages and of what the corrections were.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.corrections import rules_of
from tonemark.corpus.project import Project, read_project, set_tokenizer
from tonemark.corpus.project_file import locked
from tonemark.corpus.settling import Correction, settled
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, check_inside, typed
from tonemark.text import short
from tonemark.tokenizers.profiles.own_rules import Rule, base_of, new_profile_text, with_rule
from tonemark.tokenizers.profiles.profile import beside, parse_profile, read_text
from tonemark.tokenizers.registry import PROFILE_SUFFIX, runs_code, tokenizer_from

OWN_PROFILE = "tokenizer.toml"
"""The profile that is made for a project where its first rule is added."""


def add_rules(project: Project, rules: Sequence[Rule]) -> Project:
    """Add rules to the profile of a project, which is made and used where there was none; the
    project as it then is.

    Texts that are opened from then on are cut by them. Comments and order stay in both files, a
    rule that is there already changes nothing, and processes that add rules at once wait for each
    other. Whether `new_rules` allows it is for the caller to ask. Raises TonemarkError, the profile
    as it was, where a rule would not hold, and where a file is at fault or cannot be written.
    """
    project = read_project(project.folder)  # a window may be older than its file
    path = _own_profile(project)
    with locked(project.folder):
        text = _text_of(path, project)
        longer = text or new_profile_text(project.tokenizer)
        for rule in rules:
            longer = with_rule(longer, rule)
        if longer != text:
            _check(longer, path, rules)
            _write(path, longer)
    return set_tokenizer(project.folder, path.name)


def _own_profile(project: Project) -> Path:
    """The file of a project's own rules, which need not be there yet."""
    name = project.tokenizer if project.tokenizer.endswith(PROFILE_SUFFIX) else OWN_PROFILE
    path = project.folder / name
    check_inside(project.folder, path)
    return path


class Followed(NamedTuple):
    """What came of letting the profile follow a page: the project as it then is, the rules that
    were made, those that went, and those that were there already."""

    project: Project
    made: tuple[Rule, ...] = ()
    gone: tuple[Rule, ...] = ()
    there: tuple[Rule, ...] = ()


def follow(project: Project, corrections: Iterable[Correction]) -> Followed:
    """Let the profile of a project cut a text as it now stands on a page: by the first of these
    corrections of which a rule comes, or which stands against one that there is.

    So a correction becomes a rule, and what was corrected back takes its rule back. All else is as
    in `add_rules`.
    """
    project = read_project(project.folder)
    if not project.new_rules:
        raise TonemarkError("This project takes no new rules (new_rules in project.toml).")
    path = _own_profile(project)
    with locked(project.folder):
        text = _text_of(path, project)
        before = text or new_profile_text(project.tokenizer)
        for each in corrections:
            done = settled(before, path.name, project.folder, each)
            if done.profile != before:
                _check(done.profile, path, done.made)
                _write(path, done.profile)
                break
            if there := rules_of(*each):
                return Followed(project, there=tuple(there))
        else:
            return Followed(project)
    return Followed(set_tokenizer(project.folder, path.name), done.made, done.gone)


def _text_of(path: Path, project: Project) -> str:
    """The text of the profile; empty where there is none yet."""
    if not os.path.lexists(path) and project.tokenizer != path.name:
        return ""
    text = read_text(path)
    parse_profile(text, path.name, beside(path))
    if project.tokenizer != path.name:
        # Left by a process that was killed before project.toml named it, or put there by someone.
        base = base_of(text)
        if base != project.tokenizer:
            used = typed(project.folder)
            raise TonemarkError(
                f"{path.name} is in the project's folder and adds to {base}, but project.toml names"
                f" {project.tokenizer}.",
                f"Use it, or move it away:\n    tonemark tokenizers use {used} {path.name}",
            )
    return text


def _check(text: str, path: Path, rules: Sequence[Rule]) -> None:
    """Raises TonemarkError where the profile is at fault, or where a rule does not do what it says:
    others may stand in its way."""
    profile = parse_profile(text, path.name, beside(path))
    if profile.base and runs_code(profile.base, path.parent):
        return  # what is other people's code is not run here
    tokenizer = tokenizer_from(profile, path.parent)
    for rule in rules:
        pieces = tuple(rule.text[start:end] for start, end in tokenizer.tokenize(rule.text))
        if pieces != rule.pieces:
            said = short(" | ".join(pieces), 30)
            raise TonemarkError(
                f"No rule was made of {short(str(rule), 30)}: another one makes it {said}.",
                f"Look at {path}: docs/tokenizers.md explains each key.",
            )


def _write(path: Path, text: str) -> None:
    try:
        with atomic_writer(Path(os.path.realpath(path))) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise TonemarkError(
            f"{path.name} cannot be written: {error.strerror or error}.",
            f"Look at {path} and try again.",
        ) from None
