"""What a word before a full stop is, where the stop ends no sentence: by its shape, by what most
languages share, and by `SentenceRules`.

Light: candidates on the screen ask it too. Where sentences end is for `sentences.py`.
"""

from __future__ import annotations

import functools
from typing import Literal

import regex

from tonemark.tokenizers.sentences.rules import LONGEST_WORD, SentenceRules

Abbreviated = Literal["", "short", "number", "initial", "dotted"]
"""Nothing of the kind; an abbreviation (Dkt., Mr.); one before a number (No. 5); the first letter
of a name (J.); one with stops inside (U.S.)."""

QUOTES = "\"'’‘‚‛“”„‟«»‹›＂＇"
_PREFIX = regex.compile(r"\A[\p{Ll}\p{M}'’\-]{1,5}+(?=\p{Lu})|\A.*[-'’](?=\p{L})", regex.DOTALL)
_INITIAL = regex.compile(r"\p{Lu}\p{M}*+|[\p{Ethiopic}\p{Arabic}\p{Hebrew}&&\p{L}]", regex.V1)
_DOTTED = regex.compile(r"(?:\p{L}\p{M}*+){1,2}(?:\.-?+(?:\p{L}\p{M}*+){1,2})++")
_NO_VOWEL = regex.compile(r"[B-DF-HJ-NP-TVXZ][b-df-hj-np-tvxz]{1,3}")

# Titles and the like as African and European languages share them; the rest is for profiles.
_ABBREVIATIONS = frozenset(
    "Mme. Mlle. Prof. Rev. Hon. Gen. Col. Capt. Gov. Sen. Rep. Eng. Pres. Insp. Sr. Jr. Bro. "
    "cf. vs. viz. e.g. i.e. eg. ie. al. ca. approx. Ph.D. M.Sc. B.Sc.".split()
)
_BEFORE_NUMBERS = frozenset(
    "No. no. Nos. nos. Nr. nr. N°. p. pp. P. art. Art. fig. Fig. vol. Vol. ch. Ch. cap. Cap. sec. "
    "Sec. par. tel. Tel. Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec.".split()
)


def word_before(text: str, stop: int, start: int = 0) -> str:
    """The word that ends at `stop`, from the white space before it or `start` on, without the
    brackets and quotes that open there; not more than LONGEST_WORD code points are looked at."""
    before = text[max(start, stop - LONGEST_WORD) : stop]
    if not before or before[-1].isspace():
        return ""
    return before.split()[-1].lstrip(QUOTES + "([{¿¡—–/")


@functools.lru_cache(4096)
def abbreviated(
    word: str, rules: SentenceRules, *, before_number: bool = False, cased: bool = True
) -> Abbreviated:
    """What a word (without the full stop behind it) is if that stop ends no sentence, else "".

    Prefixes are looked through: uDkt., is-Sur., n'Dr. In texts that have capitals (`cased`), p.m.
    and n.k. often stand last, U.S. and Ph.D. before a name.
    """
    bare = _PREFIX.sub("", word)
    for whole in (f"{word}.", f"{bare}."):
        if whole in rules.abbreviations or whole in _ABBREVIATIONS:
            return "short"
        if before_number and (whole in rules.before_numbers or whole in _BEFORE_NUMBERS):
            return "number"
    if _INITIAL.fullmatch(bare):
        return "initial"
    if _DOTTED.fullmatch(word):
        return "" if cased and word == word.lower() != word.upper() else "dotted"
    return "short" if _NO_VOWEL.fullmatch(bare) else ""
