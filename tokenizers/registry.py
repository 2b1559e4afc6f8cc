"""Which tokenizers there are, by name and by language. Knows how to make one, not what it does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from tonemark.errors import TonemarkError
from tonemark.files import check_inside
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.bundled import BUNDLED, bundled_names, is_bundled
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.profiles.affixes import NO_AFFIXES, Affixes
from tonemark.tokenizers.rules import GENERAL_VERSION
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, SentenceRules, joined

if TYPE_CHECKING:
    from tonemark.tokenizers.profiles.profile import Profile

GENERAL = "general"

PROFILE_SUFFIX = ".toml"
LEARNED_SUFFIX = ".words"
"""How the files end that are tokenizers: a profile, and what `tokenizers learn` writes."""

SPACY = "spacy:"
"""Before the code of a language: the tokenizer that spaCy has for it."""

Kind = Literal["general", "profile", "plug-in"]


class Listed(NamedTuple):
    """A tokenizer that can be chosen: `languages` are the tags that get it by default; `origin` is
    the package of a plug-in, with its version."""

    name: str
    kind: Kind
    version: str
    languages: tuple[str, ...] = ()
    about: str = ""
    reviewed: str = ""
    origin: str = ""


def tokenizer_names() -> list[str]:
    """The names of the tokenizers that come with Tonemark, in order."""
    return sorted((GENERAL, *bundled_names()))


def listed() -> list[Listed]:
    """All that is bundled and all that is installed; nothing of a plug-in is imported."""
    from tonemark.tokenizers.bridges.plugged import plugged
    from tonemark.tokenizers.profiles.profile import bundled_profile

    about = "words, numbers and signs of any script"
    found = [Listed(GENERAL, "general", GENERAL_VERSION, about=about)]
    for name in bundled_names():
        profile = bundled_profile(name)
        about, languages = profile.about, profile.languages
        found.append(Listed(name, "profile", profile.version, languages, about, profile.reviewed))
    for plugin in plugged():
        found.append(Listed(plugin.known_as, "plug-in", plugin.version, origin=plugin.origin))
    return found


def tokenizer_for(language: str) -> str:
    """The name of the tokenizer that texts of a language get where nobody chose one.

    `language` is a tag in the form of `language_tag`. The profile that has the tag, or the longest
    front of it that one has: `yo-NG` gets that of `yo`. Without one it is "general".
    """
    from tonemark.tokenizers.profiles.profile import bundled_profile

    names = bundled_names()
    by_tag = None
    while language:
        if language in names:
            return language
        if by_tag is None:
            by_tag = {tag: name for name in names for tag in bundled_profile(name).languages}
        if language in by_tag:
            return by_tag[language]
        language = language.rpartition("-")[0]
    return GENERAL


def runs_code(name: str, folder: Path | None = None) -> bool:
    """Whether the tokenizer of that name, which may be that of a file in `folder`, is other
    people's code, or corrects such a one: the screen never runs such.

    Raises TonemarkError where the file is at fault.
    """
    if name.endswith(PROFILE_SUFFIX) and folder is not None:
        base = _profile_in(folder, name).base
        return bool(base) and runs_code(base, folder)
    return not (name == GENERAL or is_file_name(name) or is_bundled(name))


def code_package(name: str) -> str:
    """The package whose code a tokenizer that no file describes runs, with its version; nothing of
    the package is imported.

    Raises TonemarkError where there is none of that name.
    """
    if name.startswith(SPACY):
        from importlib.metadata import version

        from tonemark.tokenizers.bridges.spacy_tokenizers import check_language

        check_language(name.removeprefix(SPACY))
        return f"spacy {version('spacy')}"
    from tonemark.tokenizers.bridges.plugged import plugin_of

    plugin = plugin_of(name)
    if plugin is None:
        raise _unknown(name)
    return plugin.origin


def corrected_by(name: str, folder: Path) -> Profile | None:
    """The profile in a project's folder that corrects another tokenizer, its `base`; None where a
    tokenizer of that name is another kind.

    Raises TonemarkError where the file is at fault.
    """
    return _profile_in(folder, name) if name.endswith(PROFILE_SUFFIX) else None


def is_file_name(name: str) -> bool:
    """Whether a name means a file: in a project.toml, one beside it."""
    return name.endswith((PROFILE_SUFFIX, LEARNED_SUFFIX))


def load_tokenizer(name: str, folder: Path | None = None) -> Tokenizer:
    """The tokenizer of that name, which may be that of a file in `folder`, a project's.

    Raises TonemarkError where there is none, or where its file is at fault.
    """
    if is_file_name(name) and folder is not None:
        return read_tokenizer(_path_in(folder, name))
    if name == GENERAL:
        return GeneralTokenizer()
    if is_bundled(name):
        return read_tokenizer(BUNDLED / f"{name}{PROFILE_SUFFIX}", name)
    if name.startswith(SPACY):
        from tonemark.tokenizers.bridges.spacy_tokenizers import SpacyTokenizer

        return SpacyTokenizer(name.removeprefix(SPACY))
    from tonemark.tokenizers.bridges.plugged import PluggedTokenizer, plugin_of

    plugin = plugin_of(name)
    if plugin is None:
        raise _unknown(name)
    return PluggedTokenizer(plugin)


def read_tokenizer(path: Path, name: str = "") -> Tokenizer:
    """The tokenizer in a file: a profile (.toml), or one that was learned.

    Its name is the file's unless another is given. Raises TonemarkError where it cannot be read.
    """
    if path.suffix != PROFILE_SUFFIX:
        from tonemark.tokenizers.learned.segmenter import read_learned

        return read_learned(path)
    from tonemark.tokenizers.profiles.profile import line_of, place_of_phrase, read_profile
    from tonemark.tokenizers.words import LongWord

    profile = read_profile(path, name=name)
    try:
        return tokenizer_from(profile, path.parent)
    except LongWord as error:
        place = place_of_phrase(path, error.folded)
        raise TonemarkError(f"{place}: {error.title}", error.remedy) from None
    except TonemarkError as error:
        place = f"{path.name}, line {line_of(path, ('base',))}"
        raise TonemarkError(f"{place}: {error.title}", error.remedy) from None


def tokenizer_from(profile: Profile, folder: Path) -> Tokenizer:
    """The tokenizer that a profile, whose file lies in `folder`, describes."""
    name, version, sentence_rules = profile.name, profile.version, profile.sentences
    if not profile.base:
        return GeneralTokenizer(
            profile.rules, name=name, version=version, sentence_rules=sentence_rules
        )
    from tonemark.tokenizers.corrected import CorrectedTokenizer

    base = load_tokenizer(profile.base, folder)
    sentence_rules = joined(getattr(base, "sentence_rules", ANY_LANGUAGE), sentence_rules)
    return CorrectedTokenizer(
        base, profile.rules, name=name, version=version, sentence_rules=sentence_rules
    )


def tokenizer_at(name: str) -> Tokenizer:
    """The tokenizer that someone named on a command line: a name, or the path of a file."""
    path = Path(name)
    if is_file_name(name) or (path.name != name and os.path.exists(path)):
        return read_tokenizer(path)
    return load_tokenizer(name)


def sentence_rules_of(name: str, folder: Path | None = None) -> SentenceRules:
    """The sentence rules of the tokenizer of that name, which may be that of a file in `folder`: a
    profile's and those of its base, or what a learned one was learned over; else the general ones.

    Runs nobody's code. Raises TonemarkError where the file is at fault.
    """
    if name.endswith(PROFILE_SUFFIX) and folder is not None:
        profile = _profile_in(folder, name)
        return joined(sentence_rules_of(profile.base, folder), profile.sentences)
    if name.endswith(LEARNED_SUFFIX) and folder is not None:
        from tonemark.tokenizers.learned.segmenter import read_learned

        return read_learned(_path_in(folder, name)).sentence_rules
    from tonemark.tokenizers.profiles.profile import bundled_profile

    return bundled_profile(name).sentences if is_bundled(name) else SentenceRules()


def affixes_of(name: str, language: str, folder: Path | None = None) -> Affixes:
    """The affixes that names carry in a language, for a project with the tokenizer of that name,
    which may be that of a file in `folder`: what its profile says, else what the language's does.

    Raises TonemarkError where the file is at fault.
    """
    from tonemark.tokenizers.profiles.profile import bundled_profile

    if name.endswith(PROFILE_SUFFIX) and folder is not None:
        profile = _profile_in(folder, name)
        if profile.affixes != NO_AFFIXES:
            return profile.affixes
    known_as = name if is_bundled(name) else tokenizer_for(language)
    return bundled_profile(known_as).affixes if is_bundled(known_as) else NO_AFFIXES


def _path_in(folder: Path, name: str) -> Path:
    """The file of that name in a project's folder. Raises TonemarkError where it leads out."""
    path = folder / name
    if Path(name).name != name:
        raise TonemarkError(f"{name} is not the name of a file in {folder}.")
    check_inside(folder, path)
    return path


def _profile_in(folder: Path, name: str) -> Profile:
    from tonemark.tokenizers.profiles.profile import read_profile

    return read_profile(_path_in(folder, name))


def _unknown(name: str) -> TonemarkError:
    import difflib

    if language := _language_named(name):
        return TonemarkError(
            f"There is no tokenizer named {name!r}.",
            f"{name} is a language: take it with --lang {name}, which gives {language}.",
        )
    known = tokenizer_names()
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return TonemarkError(
        f"There is no tokenizer named {name!r}.",
        f"{hint}Known: {', '.join(known)}; spacy:CODE is one of spaCy's. List them, plug-ins too:\n"
        "    tonemark tokenizers",
    )


def _language_named(name: str) -> str:
    """The tokenizer of the language whose tag someone took for a name; empty where it is none."""
    from tonemark.tokenizers.languages import language_name, language_tag

    try:
        tag = language_tag(name)
    except TonemarkError:
        return ""
    return "" if language_name(tag) == tag else tokenizer_for(tag)
