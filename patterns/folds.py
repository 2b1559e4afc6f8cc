"""Folds: what a project takes for the same name. Names and texts become keys of folded atoms, which
are compared and nothing else; offsets are never those of a key. Knows no entries and no store.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from tonemark.patterns.affixes import cuts
from tonemark.patterns.atoms import ATOM, compiled
from tonemark.patterns.spelling import (
    amharic,
    bare,
    clicks,
    is_hyphen,
    syllables,
    toneless,
    unseen,
    without_apostrophes,
)
from tonemark.tokenizers.profiles.affixes import NO_AFFIXES, Affixes

Made = TypeVar("Made")

END = "\x1f"
"""What follows every atom of a key."""

CAPITAL = "\x1e"
"""Behind a key: found only where a letter of the text is a capital (Juba, JUBA; not juba)."""

ACRONYM = "\x1c"
"""Behind a key: found only where no letter of the text is a small one (ANA; not Ana)."""

STRIPPED = "\x1d"
"""Behind a key: the name without an affix, found only where the text has one, too."""

LONGEST = 32
"""Atoms that a name may have: what bounds the work done for each token of a text."""

FOLDS: Mapping[str, str] = MappingProxyType(
    {
        "nfc": "composed and decomposed letters, which look the same",
        "tones": "without tone marks: ọ̀ as ọ, á as a; marks that make letters stay",
        "marks": "without any marks: ọ̀ as o, ṣ as s, é as e",
        "apostrophes": "apostrophes of all kinds, or none: ng'ombe, ng’ombe, ngombe",
        "hyphens": "with hyphens or without: Dar-es-Salaam, Dar es Salaam",
        "ethiopic": "letters that sound alike in Amharic: ሀ ሐ ኀ ኸ, ሰ ሠ, አ ዐ, ጸ ፀ",
        "clicks": "click letters as the signs typed for them: ǃ as !, ǀ as | or /, ǁ as ||, ǂ as ≠",
        "rpa": "Hmong syllables together, apart or with a hyphen: VajPov, Vaj Pov, Vaj-Pov",
        "case": "capitals as small letters; but Juba never as juba, and ANA never as Ana",
    }
)
"""The folds there are, in the order in which they are applied, each with a line for people."""

_VERSION = 1
"""Changes with what a key is made of: it makes tries of older keys out of date."""

_MEMO = 1 << 17
"""Stretches whose keys are remembered: twenty mebibytes or so. A million tokens of six languages
have 84,000 kinds."""

_LONGEST_REMEMBERED = 100
"""Code points: a token longer than that seldom comes twice."""

_CAPITALS = r"[\p{Lu}\p{Lt}]"
_SMALL = r"\p{Ll}"
_CASE = r"[\p{Lu}\p{Lt}\p{Ll}]"
_ACRONYM = r"(?:[^\p{Ll}\p{Lt}]*\p{Lu}){2}[^\p{Ll}\p{Lt}]*"


_EVERYWHERE = ("nfc", "apostrophes", "hyphens", "case")
_AMHARIC = frozenset("am gez sgw stv gru".split())
_RPA = frozenset("hmn mww hnj hmv".split())
_KHOISAN = frozenset("naq hgm ktz knw xuu vaj mwj nmn ngh gwj gnk huc xam xeg hio shg tyu".split())


def default_folds(language: str) -> tuple[str, ...]:
    """The folds that a project in a language, by its BCP 47 tag, has unless its file says
    otherwise, in the order of `FOLDS`.

    By MasakhaNER's dev parts, names of its train parts looked up, F1 exact and so: Swahili 0.741
    and 0.733, Yorùbá 0.359 and 0.373, Hausa 0.791 and 0.802, Zulu 0.296 and 0.354, Wolof 0.585 and
    0.580, Amharic 0.402 and 0.425. Without tone marks Yorùbá loses five hundredths of its precision
    and finds nothing more: `tones` and `marks` are for texts that are not written with them. In
    Tigrinya ሐ and ኀ are sounds of their own.
    """
    first, *rest = language.lower().split("-")
    own = {
        "clicks": first in _KHOISAN,
        "rpa": first in _RPA and not {"hmng", "hmnp"} & set(rest),
        "ethiopic": first in _AMHARIC,
    }
    return tuple(name for name in FOLDS if name in _EVERYWHERE or own.get(name))


class Way(NamedTuple):
    """How a word may carry affixes: the code points of its prefix and of its suffix, and the folded
    atoms of what is between."""

    front: int
    back: int
    key: str


@dataclass(frozen=True)
class Folding:
    """How names and texts are folded: names of `FOLDS`, and the affixes that names may carry.

    Without any it is exact: atoms are compared as they are. Raises ValueError for a name that is no
    fold's.
    """

    names: tuple[str, ...]
    affixes: Affixes = NO_AFFIXES

    def __post_init__(self) -> None:
        """Check the names, and put them into the order in which they are applied."""
        if unknown := [name for name in self.names if name not in FOLDS]:
            raise ValueError(f"there is no fold {unknown[0]!r}")
        object.__setattr__(self, "names", tuple(name for name in FOLDS if name in self.names))

    def key(self, name: str) -> str:
        """The folded atoms of a name, each followed by `END`, and behind them perhaps `CAPITAL` or
        `ACRONYM`; empty where nothing is left, or more than `LONGEST` atoms."""
        key = self.fold(name)
        if not key or key.count(END) > LONGEST:
            return ""
        return key + self._marks(name)

    def keys(self, name: str) -> tuple[str, ...]:
        """`key`, then the keys of the name without an affix, each marked with `STRIPPED`; none
        where `key` is empty.

        Names of scripts without capitals have `key` alone: nothing tells a letter of the name from
        an affix there. (Amharic on dev: taken off the text only, 14 of 20 found are right; off the
        entry, 17 of 39. Zulu's bare names, taken off the entry only, were right 5 times in 49.)
        """
        key = self.key(name)
        if not key:
            return ()
        if not has_case(name):
            return (key,)
        rests = [name[f : len(name) - b] for f, b in cuts(self.affixes, name)]
        stripped = [self.fold(rest) + self._marks(rest) + STRIPPED for rest in rests]
        return (key, *dict.fromkeys(stripped))

    @cached_property
    def stamp(self) -> str:
        """Changes with all that keys depend on, but the text: 16 hexadecimal digits."""
        parts = (str(_VERSION), unicodedata.unidata_version, *self.names, "", *self.affixes.parts())
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()

    @cached_property
    def ways(self) -> Memo[tuple[Way, ...]]:
        """The ways in which a word may carry affixes."""
        return Memo(self._ways)

    def _ways(self, word: str) -> tuple[Way, ...]:
        found = cuts(self.affixes, word)
        rests = [(f, b, self.folded[word[f : len(word) - b]]) for f, b in found]
        return tuple(Way(front, back, key) for front, back, key in rests if key)

    def _marks(self, name: str) -> str:
        if "case" not in self.names:
            return ""
        if (
            name[:2].isupper()
            and compiled(_ACRONYM).fullmatch(name)
            and len(ATOM.findall(name)) == 1
        ):
            return ACRONYM
        return CAPITAL if has_capital(name) else ""

    @cached_property
    def folded(self) -> Memo[str]:
        """The folded atoms of any stretch of text, each followed by `END`."""
        return Memo(self.fold)

    def fold(self, text: str) -> str:
        """The same, without remembering the stretch: for what hardly comes twice, such as names."""
        atoms = self._atoms
        return "".join([atoms[atom] for atom in ATOM.findall(text)])

    @cached_property
    def _atoms(self) -> Memo[str]:
        return Memo(self._fold_atom)

    def _fold_atom(self, atom: str) -> str:
        if atom.isascii() and atom.isalnum() and "rpa" not in self.names:
            # Other folds leave these as they are: a third of the time of a list of names.
            return (atom.lower() if "case" in self.names else atom) + END
        pieces = [unseen(atom)] if self.names else [atom]
        # Until nothing changes: small ŉ is an apostrophe and n, and what stood around a sign that
        # is left out may compose.
        while (folded := self._folded_once(pieces)) != pieces:
            pieces = folded
        return "".join([piece + END for piece in pieces])

    def _folded_once(self, pieces: list[str]) -> list[str]:
        for name in self.names:
            if name in _TO_PIECES:
                pieces = [each for piece in pieces for each in _TO_PIECES[name](piece)]
            else:
                pieces = [_TO_ONE[name](piece) for piece in pieces]
        return [piece for piece in pieces if piece]


class Memo(dict[str, Made]):
    """What `make` gives for strings, the short ones remembered; forgets all where it is full."""

    def __init__(self, make: Callable[[str], Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> Made:
        """Make what is not remembered."""
        made = self._make(text)
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self) >= _MEMO:
                self.clear()
            self[text] = made
        return made


def has_capital(text: str) -> bool:
    """Whether any letter of a text is a capital."""
    return text[:1].isupper() or compiled(_CAPITALS).search(text) is not None


def has_small(text: str) -> bool:
    """Whether any letter of a text is a small one."""
    return compiled(_SMALL).search(text) is not None


def has_case(text: str) -> bool:
    """Whether any letter of a text is a small or a capital one."""
    return compiled(_CASE).search(text) is not None


def _composed(piece: str) -> str:
    return unicodedata.normalize("NFC", piece)


def _caseless(piece: str) -> str:
    return _composed(unicodedata.normalize("NFD", piece).casefold())


_TO_ONE: dict[str, Callable[[str], str]] = {
    "ethiopic": amharic,
    "nfc": _composed,
    "tones": lambda piece: _composed(toneless(piece)),
    "marks": lambda piece: _composed(bare(piece)),
    "apostrophes": without_apostrophes,
    "hyphens": lambda piece: "" if is_hyphen(piece) else piece,
    "case": _caseless,
}
_TO_PIECES: dict[str, Callable[[str], list[str]]] = {
    "clicks": clicks,
    "rpa": lambda piece: [] if is_hyphen(piece) else syllables(piece),
}
