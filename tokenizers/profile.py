"""Profiles: TOML files that say how one language differs from the general tokenizer.

Reads them and names every fault with its line; what the rules do is in `rules` and `sentences`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import regex

from tonemark.errors import TonemarkError
from tonemark.files import check_inside, open_regular
from tonemark.text import graphemes
from tonemark.tokenizers.rules import GENERAL_VERSION, LONGEST_CLITIC, Rules, folded_phrase
from tonemark.tokenizers.sentence_rules import SentenceRules, sentence_rules
from tonemark.toml_files import Faults, KeyPath, parse_toml, shown

BUNDLED = Path(__file__).parent / "profiles"
"""The folder of the profiles that come with Tonemark, `TAG.toml` each."""

FILE_LIMIT = 4 * 1024 * 1024
"""Bytes that a profile may have, and a file of phrases."""

EXCEPTIONS_LIMIT = 20_000
PHRASES_LIMIT = 500_000


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
    with every rule. `reviewed` is empty where no speaker has looked at it.
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


_KEYS = (
    "version base languages about sources reviewed words clitics exceptions phrases sentences"
    " examples"
).split()
_WORDS = (
    "letters initial final join join_numbers endings doubled split decimals times thousands"
).split()
_ENDING = regex.compile(r"[\p{L}\p{M}]*(?:[-\u2010\u2011]\p{L}[\p{L}\p{M}]*)+")
_ONLY_WITH_RULES = ("words", "clitics")


def bundled_names() -> list[str]:
    """The names of the profiles that come with Tonemark, in order."""
    return sorted(path.stem for path in BUNDLED.glob("*.toml"))


def bundled_profile(name: str) -> Profile:
    """The profile of that name, one of `bundled_names`."""
    return read_profile(BUNDLED / f"{name}.toml", name=name)


def read_profile(path: Path, *, name: str = "") -> Profile:
    """The profile in a file; `name` is the file's by default.

    Raises TonemarkError, all faults named with their lines, where it is not a profile or cannot
    be read. A file of phrases that it names must be in the same folder.
    """
    text = read_text(path)
    return parse_profile(text, name or path.name, beside(path), file=path.name)


def beside(path: Path) -> Callable[[str], str]:
    """What reads the files that a profile names, which stand beside it."""

    def read(file: str) -> str:
        there = path.parent / file
        if Path(file).name != file:
            raise TonemarkError(f"{shown(file)} is not the name of a file beside {path.name}.")
        check_inside(path.parent, there)
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
    try:
        with open_regular(path) as stream:
            data = stream.read(FILE_LIMIT + 1)
    except OSError as error:
        raise TonemarkError(
            f"{path} cannot be read: {error.strerror or error}.", "Look at it and try again."
        ) from None
    if len(data) > FILE_LIMIT:
        raise TonemarkError(
            f"{path} has more than {FILE_LIMIT // 1024**2} MiB: that is no profile.",
            "Name the file with the rules.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TonemarkError(
            f"{path.name}, line {line}: this is not UTF-8.", f"Save {path} as UTF-8 in an editor."
        ) from None


class _Reader:
    """Reads the data of one file, and notes what may not stand in it."""

    def __init__(
        self, data: dict[str, Any], faults: Faults, read_beside: Callable[[str], str]
    ) -> None:
        self.data = data
        self.faults = faults
        self.read_beside = read_beside

    def profile(self, name: str) -> Profile:
        self._known(self.data, (), _KEYS)
        base_name, base = self._base()
        rules = self._rules(base.rules if base else Rules())
        sentences = sentence_rules(
            self._table("sentences"),
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
            version=f"{GENERAL_VERSION}.{number}+{digest(rules, sentences)}",
            base="" if base or base_name == "general" else base_name,
            languages=self._languages(),
            about=self._text(self.data, ("about",)),
            sources=self._texts(self.data, ("sources",)),
            reviewed=self._text(self.data, ("reviewed",)),
            rules=rules,
            sentences=sentences,
            examples=self._examples(),
        )

    def _base(self) -> tuple[str, Profile | None]:
        """The tokenizer that this one adds to: its name, and its rules if they are a profile's."""
        name = self._text(self.data, ("base",)) or "general"
        if name == "general":
            return name, None
        if name in bundled_names():
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
        words, clitics = self._table("words"), self._table("clitics")
        self._known(words, ("words",), _WORDS)
        self._known(clitics, ("clitics",), ("front", "back"))
        changed: dict[str, Any] = {
            "exceptions": {**base.exceptions, **self._exceptions()},
            **self._phrases_with(base),
        }
        for key in ("letters", "join", "split"):
            if key in words:
                changed[key] = "".join(self._signs(words, ("words", key)))
        for key in ("initial", "final"):
            changed[key] = _joined(getattr(base, key), self._signs(words, ("words", key)))
        changed["endings"] = _joined(base.endings, self._endings(words, ("words", "endings")))
        for key in ("join_numbers", "doubled", "decimals", "times", "thousands"):
            if key in words:
                changed[key] = self._flag(words, ("words", key))
        for key in ("front", "back"):
            changed[key] = _joined(getattr(base, key), self._clitics(clitics, ("clitics", key)))
        return dataclasses.replace(base, **changed)

    def _signs(self, table: dict[str, Any], at: KeyPath) -> tuple[str, ...]:
        """Characters: a string of them, or (where one needs a letter beside it) a list."""
        value = table.get(at[-1], "")
        given = list(value) if isinstance(value, str) else value
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            self.faults.add(f'{at[-1]} must be text in "quotes", not {shown(value)}', at)
            return ()
        for each in given:
            if not each or len(each) > 8 or _unseen(each):
                self.faults.add(f"{at[-1]}: {shown(each)} holds no characters that can be seen", at)
                return ()
        if at[-1] in ("letters", "join", "split") and any(len(each) > 1 for each in given):
            self.faults.add(f"{at[-1]} holds single characters", at)
            return ()
        return tuple(given)

    def _endings(self, table: dict[str, Any], at: KeyPath) -> tuple[str, ...]:
        taken = self._texts(table, at)
        for each in taken:
            if not _ENDING.fullmatch(each) or len(each) >= LONGEST_CLITIC:
                self.faults.add(f"{at[-1]}: {shown(each)} is not an ending with a hyphen", at)
                return ()
        return taken

    def _clitics(self, table: dict[str, Any], at: KeyPath) -> tuple[str, ...]:
        taken = []
        for each in self._texts(table, at):
            if not each or _unseen(each) or len(each) >= LONGEST_CLITIC or not _is_whole(each):
                self.faults.add(f"{at[-1]}: {shown(each)} cannot be a clitic", at)
            else:
                taken.append(each)
        return tuple(taken)

    def _exceptions(self) -> dict[str, tuple[str, ...]]:
        table = self._table("exceptions")
        if len(table) > EXCEPTIONS_LIMIT:
            self.faults.add(f"more than {EXCEPTIONS_LIMIT:,} exceptions", ("exceptions",))
            return {}
        taken: dict[str, tuple[str, ...]] = {}
        for key, value in table.items():
            at = ("exceptions", key)
            pieces = [value] if isinstance(value, str) else value
            if not isinstance(pieces, list) or not all(isinstance(p, str) and p for p in pieces):
                self.faults.add(f'{shown(key)} must be a list of its pieces, ["a", "b"]', at)
            elif "".join(pieces) != key or not all(map(_is_whole, pieces)):
                self.faults.add(f"the pieces of {shown(key)} do not make it up", at)
            elif not key or _unseen(key):
                self.faults.add(f"{shown(key)} holds white space: such words are [phrases]", at)
            else:
                taken[key] = tuple(pieces)
        return taken

    def _phrases_with(self, base: Rules) -> dict[str, tuple[str, ...]]:
        """Words with white space and those that are none, the base's included: what this profile
        says of one counts."""
        own = self._phrases()
        apart = self._texts(self._table("phrases"), ("phrases", "apart"))
        said, unsaid = set(map(folded_phrase, own)), set(map(folded_phrase, apart))
        if both := said & unsaid:
            what = f"{shown(min(both))} is in words and in apart"
            self.faults.add(what, ("phrases", "apart"))
        phrases = _joined(base.phrases, own)
        if unsaid:
            phrases = tuple(each for each in phrases if folded_phrase(each) not in unsaid)
        kept = tuple(each for each in base.apart if folded_phrase(each) not in said)
        return {"phrases": phrases, "apart": _joined(kept, apart)}

    def _phrases(self) -> tuple[str, ...]:
        table = self._table("phrases")
        self._known(table, ("phrases",), ("words", "files", "apart"))
        phrases = list(self._texts(table, ("phrases", "words")))
        at = ("phrases", "files")
        for file in self._texts(table, at):
            try:
                lines = self.read_beside(file).splitlines()
            except TonemarkError as error:
                self.faults.add(error.title.rstrip("."), at)
                continue
            phrases += [line for line in map(str.strip, lines) if line and line[0] != "#"]
        if len(phrases) > PHRASES_LIMIT:
            self.faults.add(f"more than {PHRASES_LIMIT:,} phrases", ("phrases",))
            return ()
        for phrase in phrases:
            if not phrase.strip() or len(phrase.splitlines()) > 1:
                self.faults.add(f"{shown(phrase)} is not one line of text", ("phrases", "words"))
        return tuple(phrases)

    def _examples(self) -> tuple[Example, ...]:
        given = self.data.get("examples", [])
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            self.faults.add("examples must be tables, [[examples]]", ("examples",))
            return ()
        taken = []
        for each in given:
            self._known(each, ("examples",), ("text", "tokens", "sentences"))
            text = self._text(each, ("examples", "text"), long=True)
            tokens = self._texts(each, ("examples", "tokens"))
            taken.append(Example(text, tokens, self._texts(each, ("examples", "sentences"))))
        return tuple(taken)

    def _languages(self) -> tuple[str, ...]:
        from tonemark.tokenizers.languages import language_tag

        at = ("languages",)
        return tuple(
            self.faults.taken(language_tag, each, at, default="und")
            for each in self._texts(self.data, at)
        )

    def _table(self, key: str) -> dict[str, Any]:
        value = self.data.get(key, {})
        if isinstance(value, dict):
            return value
        self.faults.add(f"{key} must be a table, [{key}], not {shown(value)}", (key,))
        return {}

    def _text(self, table: Mapping[str, Any], at: KeyPath, *, long: bool = False) -> str:
        value = table.get(at[-1], "")
        if isinstance(value, str) and (long or (len(value) < 500 and value.isprintable())):
            return value
        self.faults.add(f'{at[-1]} must be a line of text in "quotes", not {shown(value)}', at)
        return ""

    def _texts(self, table: Mapping[str, Any], at: KeyPath) -> tuple[str, ...]:
        value = table.get(at[-1], [])
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        self.faults.add(f'{at[-1]} must be a list, ["one", "two"], not {shown(value)}', at)
        return ()

    def _flag(self, table: Mapping[str, Any], at: KeyPath) -> bool:
        value = table[at[-1]]
        if isinstance(value, bool):
            return value
        self.faults.add(f"{at[-1]} must be true or false, not {shown(value)}", at)
        return False

    def _known(
        self, table: Mapping[str, Any], at: KeyPath, keys: tuple[str, ...] | list[str]
    ) -> None:
        for key in table:
            if key not in keys and not self.faults.is_full:
                import difflib

                near = difflib.get_close_matches(key[:40], keys, n=1, cutoff=0.5)
                hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(keys)}"
                self.faults.add(f"unknown key {shown(key)} ({hint})", (*at, key))


def digest(*rules: Rules | SentenceRules) -> str:
    """Eight characters that change with the rules."""
    parts = [_written(getattr(each, f.name)) for each in rules for f in dataclasses.fields(each)]
    return hashlib.blake2s("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        return "\x1f".join(f"{key}\x1d{chr(29).join(value[key])}" for key in sorted(value))
    if isinstance(value, frozenset):
        return "\x1f".join(sorted(value))
    return "\x1f".join(value) if isinstance(value, tuple) else str(value)


def _joined(base: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*base, *more))) if more else base


def _unseen(text: str) -> bool:
    return any(character.isspace() for character in text) or not text.isprintable()


def _is_whole(piece: str) -> bool:
    """Whether it does not begin with what belongs to the cluster of a letter before it."""
    return next(iter(graphemes("x" + piece)))[1] == 1
