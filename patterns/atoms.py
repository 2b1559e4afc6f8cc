"""What names and texts are compared by: atoms, the words and signs that one pattern cuts, whatever
tokenizer a project has. Knows no names and no folds.
"""

from __future__ import annotations

from functools import cache

import regex

APOSTROPHES = "'`´‘’‛ʹʻʼʽʾʿˈˊˋꞋꞌ′＇"
"""What is written for the apostrophe of a word (ng'ombe, ng’ombe, ꞌOma), the letters among them."""

INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Characters that cannot be seen, as the inside of a character class: soft hyphen, zero width
space and joiners, directions."""

# Scripts that put no space between words: a cluster is an atom, as their words cannot be known.
_SPACELESS = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Bopomofo}]"
)
_WORD = rf"[[\p{{L}}\p{{M}}\p{{N}}{INVISIBLE}]--{_SPACELESS}]"
_SIGNS = "".join(each for each in APOSTROPHES if not each.isalpha())

ATOM = regex.compile(
    rf"{_WORD}+(?:[{_SIGNS}]{_WORD}+)*|{_SPACELESS}\p{{M}}*|[^\s\x1C-\x1F]", regex.V1
)
"""An atom: letters, marks and digits with the apostrophes between them; a cluster of a script that
writes no spaces; any other character but white space. U+001C to U+001F, which keys are made with,
count as white space."""


@cache
def compiled(pattern: str, flags: int = 0) -> regex.Pattern[str]:
    """A regular expression, compiled where it is first needed: those of all folds together would
    keep the first page waiting for three milliseconds."""
    return regex.compile(pattern, flags)


def atoms(text: str) -> list[tuple[int, int]]:
    """The atoms of a text, in order: code points in it, end exclusive."""
    return [atom.span() for atom in ATOM.finditer(text)]
