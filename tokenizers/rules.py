"""The rules that cut text into words, numbers and signs: the general ones, by Unicode properties
alone, and what a language adds to them. Knows patterns, no files.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

import regex

from tonemark.tokenizers.alternatives import longest_of

Span: TypeAlias = tuple[int, int]

# A character of each version of Unicode that was in none before it.
_FIRSTS = (("17", "\u20c1"), ("16", "\u1c89"), ("15.1", "\u2ffc"), ("15", "\u0cf3"))
_UNICODE = next((name for name, first in _FIRSTS if regex.match(r"\P{Cn}", first)), "14")

GENERAL_VERSION = f"2-u{_UNICODE}"
"""Changes whenever the general rules give some text other tokens: with their number, and with the
version of Unicode that `regex` knows, by which letters and grapheme clusters are told."""

APOSTROPHES = "'’‘ʼ`´＇ꞌ"
"""What people type for one apostrophe: ASCII, quotes, U+02BC, the accents, U+FF07, U+A78C."""

HYPHENS = "-\u2010\u2011"

# Letters with their marks, digits, ZWJ and ZWNJ (`\w`); other numbers (Ethiopic ፪ኛ); geresh; and
# the modifier symbols that write tone or length as letters do (UAX 29 counts them as ALetter).
LETTERS = (
    r"\w\p{No}\u05F3\u02C2-\u02C5\u02D2-\u02D7\u02DE\u02DF\u02E5-\u02EB\u02ED\u02EF-\u02FF"
    r"\uA700-\uA721\uA789\uA78A\uAB5B"
)

# What joins two of the former: apostrophes as people type them, the middle dots, gershayim and
# Armenian accents of UAX 29, and what nobody sees: soft hyphen, word joiner, BOM, LRM, RLM, ALM.
_INNER = "'’‘`´＇\u00b7\u2027\u05f4\u055a\u055b\u055c\u055e\u00ad\u2060\ufeff\u200e\u200f\u061c"


@dataclass(frozen=True, slots=True)
class Rules:
    """What one language adds to the general rules, which are `Rules()`.

    `letters` are letters wherever they stand, `split` are characters that never join. `initial` and
    `final` are letters at the front and at the end of a word, each as a string: its first (for
    `final` its last) character is the one in question, the others must stand beside it: "'y" makes
    'yan a word, and leaves 'a as it is; one alone needs any letter there. `join` holds characters
    that join letters on both sides; with `join_numbers`, digits too. `endings` are ends of words
    that a hyphen sets off, with what must stand before it: "n-ún" makes kárùn-ún one word, and
    leaves mú-un as it is; composed or decomposed is the same. With `doubled`, a word said twice is
    one: kelen-kelen. Without `decimals`, 3.5 is three tokens, without `times` 10:30; with
    `thousands`, 29,000 is one. `front` and `back` are clitics to be split off a word that goes on
    with a letter, letter case ignored, composed or decomposed being the same; an apostrophe or a
    hyphen in them stands for all its forms. One that ends (`back`: begins) in a hyphen takes it
    along where the hyphen would be a token: yefka | -yas | -t. `exceptions` maps a stretch without
    white space to its pieces. `phrases` are words that hold white space, those of them that are
    `apart` left out: where others made a token of one, it is cut at its blanks.
    """

    letters: str = ""
    initial: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    join: str = ""
    join_numbers: bool = False
    endings: tuple[str, ...] = ()
    doubled: bool = False
    split: str = ""
    decimals: bool = True
    times: bool = True
    thousands: bool = False
    front: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    exceptions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


def folded_phrase(phrase: str) -> str:
    """A phrase as it is compared: letter case, the coding of accents and kinds of white space do
    not matter (`words.Phrases`)."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", phrase).casefold())
    return " ".join(folded.split())


class Cutter:
    """Cuts text by rules, grapheme clusters not looked at: see `GeneralTokenizer` for what is done.

    What saves the pattern for most words: `plain` matches a stretch of letters that surely is one
    token, unless it is among `excepted` or holds one of the letters in `wary`; each of `signs`
    ahead of it and behind it surely is another, but for dots in a row.
    """

    __slots__ = (
        *("_back", "_exceptions", "_front", "_pattern", "_set_off"),
        *("excepted", "plain", "signs", "wary"),
    )

    def __init__(self, rules: Rules) -> None:
        self._pattern = _pattern(rules)
        self._exceptions = rules.exceptions
        word = _word_class(rules)
        self._front = self._back = None
        if rules.front:
            self._front = regex.compile(
                rf"(?i:{_clitics(rules.front)})"
                r"(?=[\p{L}\p{Nd}])(?![\p{GCB=Extend}\p{GCB=SpacingMark}])"
            )
        if rules.back:
            self._back = regex.compile(rf"(?<={word})(?i:{_clitics(rules.back)})\Z")
        self._set_off = _set_off(rules)
        clitics = (*rules.front, *rules.back)
        cuts_words = any(all(_LETTER.match(c) for c in clitic) for clitic in clitics)
        self.plain = _NEVER if cuts_words else PLAIN
        self.wary = frozenset(rules.split).union(APOSTROPHES if clitics else ())
        letters = "".join((rules.letters, *rules.initial, *rules.final))
        self.signs = frozenset(_EDGES).difference(letters)
        self.excepted = frozenset(each.strip(_EDGES) for each in rules.exceptions)
        if "" in self.excepted:
            self.signs = frozenset()

    @property
    def _has_parts(self) -> bool:
        return bool(self._exceptions or self._front or self._back)

    def spans(self, text: str) -> Iterator[Span]:
        """The borders of the tokens of `text`, in code points."""
        found: Iterator[Span] = (match.span() for match in self._pattern.finditer(text))
        if self._set_off:
            found = _with_hyphens(text, found, *self._set_off)
        return self._parts(text, found) if self._has_parts else found

    def _parts(self, text: str, found: Iterable[Span]) -> Iterator[Span]:
        for start, end in found:
            pieces = self._exceptions.get(text[start:end])
            if pieces:
                for piece in pieces:
                    yield start, start + len(piece)
                    start += len(piece)
                continue
            if self._front:
                for _ in range(_CLITICS):
                    cut = self._front.match(text, start, end)
                    if not cut:
                        break
                    yield cut.span()
                    start = cut.end()
            tail = []
            if self._back:
                for _ in range(_CLITICS):
                    cut = self._back.search(text, max(start, end - LONGEST_CLITIC), end)
                    if not cut or cut.start() <= start:
                        break
                    tail.append(cut.span())
                    end = cut.start()
            yield start, end
            yield from reversed(tail)


def needs_join(clitic: str, rules: Rules, *, at_front: bool) -> bool:
    """Whether a clitic holds a hyphen that nothing joins to it: one at its outer end does so by
    itself (`_with_hyphens`)."""
    outer = len(clitic) - 1 if at_front else 0
    joins = not {*rules.join, *rules.letters}.isdisjoint(HYPHENS)
    return not joins and any(c in HYPHENS and at != outer for at, c in enumerate(clitic))


def _set_off(rules: Rules) -> tuple[regex.Pattern[str], regex.Pattern[str]] | None:
    """What matches the clitics at the front and those at the end that a hyphen sets off; None where
    there are none, or where every hyphen between letters is part of its word."""
    front = [each for each in rules.front if each and each[-1] in HYPHENS]
    back = [each for each in rules.back if each and each[0] in HYPHENS]
    if not (front or back) or {*rules.join}.issuperset(HYPHENS):
        return None
    return regex.compile(f"(?i:{_clitics(front)})"), regex.compile(f"(?i:{_clitics(back)})")


def _with_hyphens(
    text: str,
    found: Iterator[Span],
    front: regex.Pattern[str],
    back: regex.Pattern[str],
) -> Iterator[Span]:
    """The tokens, a hyphen that sets a clitic off being part of it: t- | udert, yefka | -yas."""
    held: list[Span] = []
    for token in found:
        held.append(token)
        start, end = token
        if len(held) == 2 and held[0][1] == start == end - 1 and text[start] in HYPHENS:
            held += islice(found, 1)
        if len(held) == 3 and held[2][0] == end:
            before, _, behind = held
            if front.fullmatch(text, before[0], end) and _BEGINS.match(text, end):
                held = [(before[0], end), behind]
            elif _ENDS.match(text, start - 1) and back.fullmatch(text, start, behind[1]):
                held = [before, (start, behind[1])]
        yield from held[:-1]
        del held[:-1]
    yield from held


PLAIN = regex.compile(
    r"(?![\p{GCB=Extend}\p{GCB=SpacingMark}])\p{L}[\p{L}\p{Mn}]*+(?<!\p{GCB=Prepend})"
)
"""Letters with their marks that join nothing beside them: a word, and a grapheme cluster's end."""

_BEGINS = regex.compile(r"[\p{L}\p{Nd}](?![\p{GCB=Extend}\p{GCB=SpacingMark}])")
_ENDS = regex.compile(f"[{LETTERS}]")
_NEVER = regex.compile(r"(?!)")
_LETTER = regex.compile(r"[\p{L}\p{M}]")

_EDGES = ".,:;?!()[]\"“”„«»‹›'‘’"
"""Signs of their own at the edges of a word."""

_CLITICS = 4
"""Clitics that may stand one behind the other."""

LONGEST_CLITIC = 32
"""Code points a clitic may have, the letter beside it included."""

_URL = (
    rf"(?:[\-.~:?#@!$&'()*+,;%\[\]]*+[{LETTERS}/=]++)++"  # does not end in a sign of the sentence
)
_TOP = r"(?:com|org|net|edu|gov|info|(?:com|org|net|edu|gov|co|ac|or|go)\.[a-z]{2})"

# Tried where a word has just ended, in this order. Whatever can fail after it has read is bounded,
# so that hostile text (a.a.a.a...) is still read a fixed number of times.
_LONGER = (
    rf"(?<=\b(?:https?|ftp)):/{_URL}",
    rf"(?<=\b[Ww][Ww][Ww])\.{_URL}",
    # amina@redio.or.tz
    rf"(?:[.+\-][{LETTERS}]++){{0,8}}+@[{LETTERS}]++(?:[.\-][{LETTERS}]++){{1,8}}+(?<=\.\p{{L}}{{2,24}})",
    # habari.co.tz/leo: without "www" only under a few top-level domains, because a full stop
    # with its space forgotten is commoner in raw text than any other domain.
    rf"(?:[.\-][{LETTERS}]++){{1,8}}+(?<=\.{_TOP})(?:/(?:{_URL})?+)?+",
    # 2021-03-04, 4-3-2021, 4/3/2021
    rf"(?<=\p{{Nd}}{{4}})-\p{{Nd}}{{1,2}}-\p{{Nd}}{{1,2}}(?![{LETTERS}])",
    rf"(?<=\p{{Nd}})(?P<bar>[\-/])\p{{Nd}}{{1,2}}(?P=bar)\p{{Nd}}{{2,4}}(?![{LETTERS}])",
)
# 10:30, 10:30:15
_TIMES = rf"(?<=\p{{Nd}})(?::\p{{Nd}}{{2}}(?!\p{{Nd}}))++[{LETTERS}]*+"
_DECIMALS = (
    # 3.5, 1.2.3, 4.12.2021, ٣٫٥
    rf"(?<=\p{{Nd}})(?:[.\u066B\u066C]\p{{Nd}}++)++[{LETTERS}]*+",
    # 1,000.50
    rf"(?<=\p{{Nd}})(?:,\p{{Nd}}{{3}}){{1,9}}+\.\p{{Nd}}++[{LETTERS}]*+",
)
_THOUSANDS = rf"(?<=\p{{Nd}})(?:,\p{{Nd}}{{3}}(?!\p{{Nd}})){{1,9}}+(?:\.\p{{Nd}}++)?+[{LETTERS}]*+"


@functools.cache
def _general_pattern() -> regex.Pattern[str]:
    return _compiled(Rules())


def _pattern(rules: Rules) -> regex.Pattern[str]:
    return _general_pattern() if rules == Rules() else _compiled(rules)


def _compiled(rules: Rules) -> regex.Pattern[str]:
    word = _word_class(rules)
    inner = "".join(c for c in _INNER if c not in rules.split)
    inner += rules.join if rules.join_numbers else ""
    joined = rf"[{regex.escape(inner)}]{word}++"
    if rules.join and not rules.join_numbers:
        joined += rf"|(?<=[\p{{L}}\p{{M}}])[{regex.escape(rules.join)}](?=\p{{L}}){word}++"
    longer = _LONGER + ((_TIMES,) if rules.times else ())
    longer += _DECIMALS if rules.decimals else ()
    longer += (_THOUSANDS,) if rules.thousands else ()
    tail = rf"{word}*+" if rules.letters else ""  # 3.5% as 30%, where % is a letter
    first = _doubled(word) if rules.doubled else rf"{word}++"
    alternatives = [
        *_exceptions(rules.exceptions),
        rf"{_initial(rules.initial)}{first}(?:{joined})*+"
        rf"{_endings(rules.endings, word)}{_final(rules.final, word)}"
        rf"(?:(?=[.,:/@+\-\u066B\u066C])(?:{'|'.join(longer)}){tail})?+",
        r"\.{3,}+|(?P<sign>[\-=*~–—])(?P=sign)*+",
        r"\p{Cf}++|\p{Cn}++",
        # White space is what `str.isspace` says, as in Python and spaCy: `\s` lacks some controls.
        r"[^\s\x1C-\x1F]",
    ]
    return regex.compile("|".join(alternatives))


def _word_class(rules: Rules) -> str:
    """What matches one character of a word."""
    letters = f"[{LETTERS}{regex.escape(rules.letters)}]"
    split = "".join(regex.findall(letters, rules.split))
    return f"(?:(?![{regex.escape(split)}]){letters})" if split else letters


def _initial(starts: Iterable[str]) -> str:
    options = [
        rf"{regex.escape(s[0])}(?=(?i:{regex.escape(s[1:])}))"
        if s[1:]
        else rf"{regex.escape(s)}(?=\p{{L}})"
        for s in starts
    ]
    return rf"(?:{'|'.join(options)})?+" if options else ""


def _final(ends: Iterable[str], word: str) -> str:
    options = [
        rf"(?<=(?i:{regex.escape(e[:-1])})){regex.escape(e[-1])}"
        if e[:-1]
        else rf"(?<=[\p{{L}}\p{{M}}]){regex.escape(e)}"
        for e in ends
    ]
    return rf"(?:(?:{'|'.join(options)})(?!{word}))?+" if options else ""


def _doubled(word: str) -> str:
    return rf"(?:(?P<half>\p{{L}}{word}++)(?:[{HYPHENS}](?i:(?P=half))(?!{word}))*+|{word}++)"


def _endings(endings: Iterable[str], word: str) -> str:
    options = []
    for ending in _longest(_in_both_forms(endings)):
        at = next(i for i, character in enumerate(ending) if character in HYPHENS)
        before = regex.escape(ending[:at]) or r"[\p{L}\p{M}]"
        options.append(rf"(?<=(?i:{before}))(?i:{_typed_alike(ending[at:])})")
    return rf"(?:(?:{'|'.join(options)})(?!{word}))?+" if options else ""


def _in_both_forms(texts: Iterable[str]) -> set[str]:
    """Texts composed and decomposed (NFC, NFD), as people's keyboards give the one or the other."""
    return {unicodedata.normalize(form, text) for text in texts for form in ("NFC", "NFD")}


def _exceptions(exceptions: Iterable[str]) -> Iterator[str]:
    """Patterns for stretches that are cut just so, none inside a longer word."""
    edge = regex.compile(f"[{LETTERS}]")
    found: dict[str, dict[str, str]] = {}
    for entry in exceptions:
        before = rf"(?<![{LETTERS}])" if edge.match(entry[0]) else ""
        # An apostrophe joins what follows: "n'" stands alone in n' ụlọ, not in n'ụlọ.
        joins = edge.match(entry[-1]) or entry[-1] in APOSTROPHES
        after = rf"(?![{LETTERS}])" if joins else r"(?!\p{M})"
        found.setdefault(before, {})[entry] = after
    for before, entries in found.items():
        yield before + longest_of(entries)


def _clitics(clitics: Iterable[str]) -> str:
    return _any_of(map(_typed_alike, _longest(_in_both_forms(clitics))))


def _typed_alike(clitic: str) -> str:
    parts = []
    for character in clitic:
        for alike in (APOSTROPHES, HYPHENS):
            if character in alike:
                parts.append(f"[{regex.escape(alike)}]")
                break
        else:
            parts.append(regex.escape(character))
    return "".join(parts)


def _any_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))
