"""Profiles: TOML files that say how one language differs from the general tokenizer.

Reads them and names every fault with its line; what the rules do is in `rules` and `sentences`.
"""

from __future__ import annotations

import codecs
import dataclasses
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tonemark.errors import TonemarkError
from tonemark.files import check_inside, read_at_most
from tonemark.tokenizers.bundled import BUNDLED, is_bundled
from tonemark.tokenizers.profiles.affixes import NO_AFFIXES, Affixes
from tonemark.tokenizers.profiles.keys import Keys
from tonemark.tokenizers.rule_limits import PHRASES_LIMIT, count_faults, phrase_fault
from tonemark.tokenizers.rules import (
    GENERAL_VERSION,
    Rules,
    folded_phrase,
    needs_join,
)
from tonemark.tokenizers.sentences.rules import SentenceRules, sentence_rules
from tonemark.toml_files import Faults, KeyPath, parse_toml, shown

FILE_LIMIT = 4 * 1024 * 1024
"""Bytes that a profile may have, and a file of phrases."""


class Example(NamedTuple):
    """A text and the tokens that it must give, as strings, in order: a profile's test of itself.

    `sentences`, where they are given, are the stretches it must be divided into.
    """

    text: str
    tokens: tuple[str, ...]
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile says, the one it is based on included, checked.

    `base` is the name of a tokenizer that has no rules of ours (a plug-in, a learned file), to
    whose tokens only exceptions and phrases apply; empty where all is in `rules`. `version` changes
    with every rule. `reviewed` is empty where no speaker has looked at it. `notes` say what stands
    there twice. `affixes` are those of names, which no token hangs on.
    """

    name: str
    version: str
    base: str
    languages: tuple[str, ...]
    about: str
    sources: tuple[str, ...]
    reviewed: str
    rules: Rules
    sentences: SentenceRules
    examples: tuple[Example, ...]
    notes: tuple[str, ...] = ()
    affixes: Affixes = NO_AFFIXES


_KEYS = (
    "version base languages about sources reviewed words clitics exceptions phrases sentences"
    " names examples"
).split()
_WORDS = (
    "letters initial final join join_numbers endings doubled split decimals times thousands"
).split()
_AFFIXES = ("prefixes", "suffixes")
_SIGNS = ("letters", "join", "split")
_ONLY_WITH_RULES = ("words", "clitics")
_PLACES: dict[str, KeyPath] = {
    **{key: ("words", key) for key in _WORDS},
    **{key: ("clitics", key) for key in ("front", "back")},
    "exceptions": ("exceptions",),
    "phrases": ("phrases",),
    "apart": ("phrases", "apart"),
}
"""Where each field of `Rules` stands in a file."""


def bundled_profile(name: str) -> Profile:
    """The profile of that name, one of `bundled.bundled_names`."""
    return read_profile(BUNDLED / f"{name}.toml", name=name)


def read_profile(path: Path, *, name: str = "") -> Profile:
    """The profile in a file; `name` is the file's by default.

    Raises TonemarkError, all faults named with their lines, where it is not a profile or cannot
    be read. A file of phrases that it names must be in the same folder, or a bundled one.
    """
    text = read_text(path)
    return parse_profile(text, name or path.name, beside(path), file=path.name)


def is_bundled_list(file: str, folder: Path) -> bool:
    """Whether a file that a profile in `folder` names is not there, but among those that come with
    Tonemark: a copy of a bundled profile works anywhere."""
    return not os.path.lexists(folder / file) and (BUNDLED / file).is_file()


def beside(path: Path) -> Callable[[str], str]:
    """What reads the files that a profile names, which stand beside it, or are bundled ones."""

    def read(file: str) -> str:
        there = path.parent / file
        if Path(file).name != file:
            raise TonemarkError(f"{shown(file)} is not the name of a file beside {path.name}.")
        if is_bundled_list(file, path.parent):
            there = BUNDLED / file
        check_inside(there.parent, there)
        return read_text(there)

    return read


def parse_profile(
    text: str, name: str, read_beside: Callable[[str], str], *, file: str = ""
) -> Profile:
    """The profile that a TOML text holds.

    `read_beside` gives the text of a file that stands beside it. Raises TonemarkError as
    `read_profile` does; `file` is what it calls the text.
    """
    file = file or name
    data = parse_toml(text, file)
    reader = _Reader(data, Faults(text), read_beside)
    profile = reader.profile(name)
    reader.faults.raise_any(file, f"Mend it in {file}; docs/tokenizers.md explains each key.")
    return profile


def read_text(path: Path) -> str:
    """The text of a profile, or of a file that it names. Raises TonemarkError where it is none."""
    too_large = TonemarkError(
        f"{path} has more than {FILE_LIMIT // 1024**2} MiB: that is no profile.",
        "Name the file with the rules.",
    )
    data = read_at_most(path, FILE_LIMIT, too_large)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TonemarkError(
            f"{path.name} is UTF-16, not UTF-8.", f"Save {path} as UTF-8 in an editor."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TonemarkError(
            f"{path.name}, line {line}: this is not UTF-8.", f"Save {path} as UTF-8 in an editor."
        ) from None


def line_of(path: Path, key: KeyPath) -> int:
    """The line of a key in the file of a profile that was read without complaint."""
    return Faults(read_text(path)).line(key)


def place_of_phrase(path: Path, folded: str) -> str:
    """The file and line at which a phrase, given as `folded_phrase` makes it, stands in the file of
    a profile that was read without complaint, or in one that it names."""
    text = read_text(path)
    for file in parse_toml(text, path.name)["phrases"].get("files", ()):
        for number, phrase in listed_phrases(beside(path)(file)):
            if folded_phrase(phrase) == folded:
                return f"{file}, line {number}"
    return f"{path.name}, line {Faults(text).line(('phrases', 'words'))}"


def listed_phrases(text: str) -> list[tuple[int, str]]:
    """The phrases in a file of them, one a line, each with its line; # begins a comment."""
    lines = enumerate(map(str.strip, text.splitlines()), 1)
    return [(number, line) for number, line in lines if line and line[0] != "#"]


class _Reader:
    """Reads the data of one file, and notes what may not stand in it."""

    def __init__(
        self, data: dict[str, Any], faults: Faults, read_beside: Callable[[str], str]
    ) -> None:
        self.data = data
        self.faults = faults
        self.keys = Keys(faults)
        self.read_beside = read_beside
        self.notes: list[str] = []

    def profile(self, name: str) -> Profile:
        self.keys.known(self.data, (), _KEYS)
        base_name, base = self._base()
        rules = self._rules(base.rules if base else Rules())
        sentences = sentence_rules(
            self.keys.table(self.data, "sentences"),
            lambda words, key: self.faults.add(f"{key}: {words}", ("sentences", key)),
            base.sentences if base else SentenceRules(),
        )
        number = self.data.get("version", 1)
        if type(number) is not int or not 1 <= number <= 1_000_000:
            self.faults.add(
                f"version must be a whole number from 1, not {shown(number)}", ("version",)
            )
        return Profile(
            name=name,
            version=f"{GENERAL_VERSION}.{number}+{digest(rules)}",
            base="" if base or base_name == "general" else base_name,
            languages=self._languages(),
            about=self.keys.text(self.data, ("about",)),
            sources=self.keys.texts(self.data, ("sources",)),
            reviewed=self.keys.text(self.data, ("reviewed",)),
            rules=rules,
            sentences=sentences,
            examples=self._examples(),
            notes=tuple(self.notes),
            affixes=self._affixes(base.affixes if base else NO_AFFIXES),
        )

    def _base(self) -> tuple[str, Profile | None]:
        """The tokenizer that this one adds to: its name, and its rules if they are a profile's."""
        name = self.keys.text(self.data, ("base",)) or "general"
        if name == "general":
            return name, None
        if is_bundled(name):
            return name, bundled_profile(name)
        if name.endswith(".toml"):
            self.faults.add("base cannot be another file of rules: put them together", ("base",))
        for table in _ONLY_WITH_RULES:
            if self.data.get(table):
                self.faults.add(
                    f"[{table}] adds to the rules of a profile, and {shown(name)} is none", (table,)
                )
        return name, None

    def _rules(self, base: Rules) -> Rules:
        words, clitics, exceptions = (
            self.keys.table(self.data, key) for key in ("words", "clitics", "exceptions")
        )
        self.keys.known(words, ("words",), _WORDS)
        self.keys.known(clitics, ("clitics",), ("front", "back"))
        changed: dict[str, Any] = {
            "exceptions": {**base.exceptions, **self.keys.exceptions(exceptions)},
            **self._phrases_with(base),
        }
        changed |= self._signs(words, base)
        for key in ("initial", "final"):
            changed[key] = _joined(getattr(base, key), self.keys.signs(words, ("words", key)))
        changed["endings"] = _joined(base.endings, self.keys.words(words, ("words", "endings")))
        for key in ("join_numbers", "doubled", "decimals", "times", "thousands"):
            if key in words:
                changed[key] = self.keys.flag(words, ("words", key))
        for key in ("front", "back"):
            changed[key] = _joined(getattr(base, key), self.keys.words(clitics, ("clitics", key)))
        rules = dataclasses.replace(base, **changed)
        for fault in count_faults(rules):
            self.faults.add(fault.words, _PLACES[fault.field])
        for key, own in clitics.items():
            for each in own if isinstance(own, list) else ():
                if isinstance(each, str) and needs_join(each, rules, at_front=key == "front"):
                    self.faults.add(
                        f'{key}: {shown(each)} needs join = "-" in [words]', ("clitics", key)
                    )
        return rules

    def _signs(self, words: dict[str, Any], base: Rules) -> dict[str, str]:
        """What is said of single characters; what this profile says of one counts."""
        given = {
            key: "".join(self.keys.signs(words, ("words", key))) for key in _SIGNS if key in words
        }
        split = given.get("split", base.split)
        for key in ("letters", "join"):
            both = [each for each in given.get(key, getattr(base, key)) if each in split]
            if both and key in given and "split" in given:
                self.faults.add(f"{shown(both[0])} is in {key} and in split", ("words", "split"))
            elif both and key in given:
                split = given["split"] = "".join(each for each in split if each not in both)
            elif both:
                kept = (each for each in getattr(base, key) if each not in both)
                given[key] = "".join(kept)
        return given

    def _phrases_with(self, base: Rules) -> dict[str, tuple[str, ...]]:
        """Words with white space and those that are none, the base's included: what this profile
        says of one counts."""
        own = self._phrases()
        apart = self.keys.words(self.keys.table(self.data, "phrases"), ("phrases", "apart"))
        said, unsaid = set(map(folded_phrase, own)), set(map(folded_phrase, apart))
        if both := said & unsaid:
            what = f"{shown(min(both))} is in words and in apart"
            self.faults.add(what, ("phrases", "apart"))
        if len(said) < len(own):
            self.notes.append(f"phrases: {shown(_repeated(own))} stands twice")
        phrases = _joined(base.phrases, own)
        if unsaid:
            phrases = tuple(each for each in phrases if folded_phrase(each) not in unsaid)
        kept = tuple(each for each in base.apart if folded_phrase(each) not in said)
        return {"phrases": phrases, "apart": _joined(kept, apart)}

    def _phrases(self) -> tuple[str, ...]:
        table = self.keys.table(self.data, "phrases")
        self.keys.known(table, ("phrases",), ("words", "files", "apart"))
        phrases = list(self.keys.texts(table, ("phrases", "words")))
        at = ("phrases", "files")
        for phrase in phrases:
            if words := phrase_fault(phrase):
                self.faults.add(words, ("phrases", "words"))
        for file in self.keys.texts(table, at):
            try:
                found = listed_phrases(self.read_beside(file))
            except TonemarkError as error:
                self.faults.add(error.title.rstrip("."), at)
                continue
            for number, phrase in found:
                if words := phrase_fault(phrase):
                    self.faults.add(f"{file}, line {number}: {words}", at)
            phrases += [phrase for _, phrase in found]
            if len(phrases) > PHRASES_LIMIT:
                break
        return tuple(phrases)

    def _examples(self) -> tuple[Example, ...]:
        given = self.data.get("examples", [])
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            self.faults.add("examples must be tables, [[examples]]", ("examples",))
            return ()
        taken = []
        for number, each in enumerate(given):
            at = ("examples", str(number))
            self.keys.known(each, at, ("text", "tokens", "sentences"))
            text = self.keys.text(each, (*at, "text"), long=True)
            tokens = self.keys.texts(each, (*at, "tokens"))
            taken.append(Example(text, tokens, self.keys.texts(each, (*at, "sentences"))))
        return tuple(taken)

    def _affixes(self, base: Affixes) -> Affixes:
        """The affixes of names: a list takes the place of the base's, which may be of another
        language (Tigrinya is based on Amharic)."""
        table = self.keys.table(self.data, "names")
        self.keys.known(table, ("names",), _AFFIXES)
        given = {key: self.keys.affixes(table, ("names", key)) for key in table if key in _AFFIXES}
        return base._replace(**given)

    def _languages(self) -> tuple[str, ...]:
        from tonemark.tokenizers.languages import language_tag

        at = ("languages",)
        return tuple(
            self.faults.taken(language_tag, each, at, default="und")
            for each in self.keys.texts(self.data, at)
        )


def _repeated(phrases: Sequence[str]) -> str:
    """One of some phrases that means the same as another, which must be there."""
    times = Counter(map(folded_phrase, phrases))
    return [each for each in phrases if times[folded_phrase(each)] > 1][1]


def digest(rules: Rules) -> str:
    """Eight characters that change with what may give some text other tokens."""
    fields = {each.name: _sorted(getattr(rules, each.name)) for each in dataclasses.fields(Rules)}
    return hashlib.blake2s(json.dumps(fields).encode()).hexdigest()[:8]


def _sorted(value: object) -> object:
    """A field of `Rules` without the order that its entries are given in, which changes nothing."""
    if isinstance(value, Mapping):
        return sorted(value.items())
    return sorted(set(value)) if isinstance(value, tuple | str) else value


def _joined(base: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*base, *more))) if more else base
