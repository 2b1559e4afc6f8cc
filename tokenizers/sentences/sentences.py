"""Where sentences and paragraphs end: rules good for any language, and what `SentenceRules` add.

Knows no file format and no project; `line_ends.py` says which line ends mean something.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

import regex

from tonemark.tokenizers.base import Token
from tonemark.tokenizers.clusters import whole_clusters
from tonemark.tokenizers.sentences.abbreviations import QUOTES, abbreviated, word_before
from tonemark.tokenizers.sentences.line_ends import line_ends
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, LONGEST_WORD, SentenceRules

# Signs that are used inside sentences and words too (.com, !Xun, 3.5): they end a sentence where
# white space or the end of the text follows. All others need none.
_SPACED = ".!?…‼‽⁇⁈⁉⸮․"

# Sentence_Terminal of UAX #29 with the ellipsis; without U+104A, which is Myanmar's comma.
_GENERAL = r"\p{Sentence_Terminal}…--\u104A"

_WHITE = r"\s\x1C-\x1F"
_BIDI = "\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069"

# What stands before the first word of a sentence: brackets, quotes, ¿ ¡ and their like in Adlam,
# dashes of dialogues, bullets.
_OPENING = rf"{_WHITE}{_BIDI}{QUOTES}\p{{Ps}}\p{{Pi}}\p{{Pd}}¿¡𞥞𞥟*•"
_NO_OPENING = regex.compile(rf"[^{_OPENING}]")
_NO_SPACE = regex.compile(rf"[^{_WHITE}{_BIDI}]")

# What no sentence begins with. !Kung begins one.
_CONTINUING = regex.compile(r"[\p{Terminal_Punctuation}\p{Pe}/&=--.!?]|[.!?…](?!\w)", regex.V1)

_LOWER = regex.compile(r"[\p{Ll}--\p{Georgian}]", regex.V1)
_WORD = regex.compile(r"\w")
_CAPITAL = regex.compile(r"\p{Lu}")
_MIXED = regex.compile(r"[\p{Ll}\p{M}'’\-]{1,5}+\p{Lu}")

_ELLIPSIS = regex.compile(r"\.{2,}+|\.*+…[.…]*+")
_NUMBER = regex.compile(r"\p{Nd}{1,9}")
_ROMAN = regex.compile(r"[IVXLC]{1,7}")
_LETTERED = regex.compile(r"[a-z]")


def sentences(text: str, rules: SentenceRules = ANY_LANGUAGE) -> list[Token]:
    """The sentences of `text`: in order, without overlap, without white space at their ends, every
    other character in exactly one of them, no grapheme cluster cut. In linear time.

    - A sentence ends behind a sign of Unicode's Sentence_Terminal, and the quotes, brackets and
      footnote marks that close there. Signs of cased scripts (. ? ! …) need white space behind
      them; ። ؟ । 。 and others do not. ፡፡ and :: stand for ። after an Ethiopic letter. N'Ko's ߸
      is a comma (Unicode), and ends one only where a profile says so.
    - It goes on where the next word begins in lower case (in texts that have capitals), or with a
      comma and the like; uMandela and i-ANC count as capitals behind a plain full stop. Behind an
      ellipsis it goes on before any letter but a capital, in scripts without case too.
    - A full stop ends none behind an initial (J. K.), an abbreviation of the rules or one that
      most languages share, one with stops inside (U.S., ዓ.ም.; p.m. ends one before a capital),
      a capital and consonants (Dr., St.), nor a number that begins the sentence (3. Mwanzo).
    - Empty lines end sentences, and other line ends by `line_ends.line_ends`, unless the next line
      begins in lower case.

    Where nothing decides, the sentence goes on: what was cut in two is worse than what was not.
    """
    return _stretches(text, _cuts(text, rules))


def paragraphs(text: str) -> list[Token]:
    """The paragraphs of `text`, kept as `sentences` keeps them: stretches between empty lines.

    In a block with a line of more than `line_ends.WIDEST` code points nothing was wrapped, and each
    line is a paragraph.
    """
    cuts = (each.start for each in line_ends(text) if each.is_blank or each.is_long)
    return _stretches(text, cuts)


def _cuts(text: str, rules: SentenceRules) -> Iterator[int]:
    """Offsets that part sentences: white space around them is nobody's."""
    ahead = _Ahead(text)
    lines = line_ends(text)
    line = next(lines, None)
    start = word = 0
    quotes = _Quotes(text)
    for match in _pattern(rules.ends, rules.not_ends).finditer(text):
        while line and line.start < match.end():
            if line.is_blank or (line.is_set and not ahead.goes_on(line.end)):
                yield (start := line.start)
            if line.is_blank:
                quotes.forget(line.start)
            line = next(lines, None)
        if word < start:
            word = start
        if word < match.start():
            found = _WORD.search(text, word)
            word = found.start() if found else len(text)
        if word >= match.start():
            continue
        end = quotes.closed(match.end())
        if _is_end(text, match, end, start, rules, ahead):
            yield (start := end)
    while line:
        if line.is_blank or (line.is_set and not ahead.goes_on(line.end)):
            yield line.start
        line = next(lines, None)


@functools.lru_cache(64)
def _pattern(ends: frozenset[str], not_ends: frozenset[str]) -> regex.Pattern[str]:
    """A run of signs, with what closes behind it."""
    own, no = (
        "".join(f"\\U{ord(each):08X}" for each in sorted(group)) for group in (ends, not_ends)
    )
    general = f"[{_GENERAL}{no}]" if no else f"[{_GENERAL}]"
    signs = f"[{general}{own}]"
    close = rf"[\p{{Pe}}\p{{Pf}}{_BIDI}]|[{QUOTES}\p{{Pi}}](?!\w)"
    note = r"\[\p{Nd}{1,3}+\]|[\u00B9\u00B2\u00B3\u2070\u2074-\u2079]{1,3}+"
    picture = r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D]"
    apart = rf"[ \xA0\u202F](?:\p{{Pe}}|[»›”’])(?=[{_WHITE}\p{{P}}]|\Z)"
    return regex.compile(
        rf"(?P<signs>(?:{signs}|(?<=\p{{Ethiopic}})(?:፡፡|::))++)"
        rf"(?P<closers>(?:{close}|{note}|{picture}|{apart})*+)",
        regex.V1,
    )


class _Run:
    """Where the characters end among which one stands: asked in order, each is looked at once, for
    a sign or a line end may stand before each of them."""

    def __init__(self, text: str, other: regex.Pattern[str]) -> None:
        self.text, self.other = text, other
        self.start = self.stop = 0

    def end(self, at: int) -> int:
        """The offset, from `at` on, of the first character that is another, or the text's end."""
        if not self.start <= at < self.stop:
            found = self.other.search(self.text, at)
            self.start, self.stop = at, found.start() if found else len(self.text)
        return self.stop


class _Ahead:
    """What comes behind a place in `text`, places being asked for in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cased = _CAPITAL.search(text) is not None
        self._openers, self._space = _Run(text, _NO_OPENING), _Run(text, _NO_SPACE)

    def first(self, at: int) -> int:
        """The offset of what a sentence at `at` begins with, behind all that opens."""
        return self._openers.end(at)

    def goes_on(self, at: int, *, mixed: bool = False) -> bool:
        """Whether what comes at `at` cannot begin a sentence. `mixed`: uMandela can."""
        first = self.first(at)
        if first == len(self.text) or _CONTINUING.match(self.text, self._space.end(at)):
            return True
        if not self.cased or not _LOWER.match(self.text, first):
            return False
        return not (mixed and _MIXED.match(self.text, first))


class _Quotes:
    """Tells a straight quote between spaces (as in tokens put together again) that closes from one
    that opens, by counting those before it in the block."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = self.count = 0

    def forget(self, at: int) -> None:
        """A block ends at `at`: a quote that was not closed says nothing of the next one."""
        self.at, self.count = at, 0

    def closed(self, end: int) -> int:
        """`end`, or the end of the quote that stands apart behind it and closes."""
        if not self.text.startswith(' "', end) or not self.text[end + 2 : end + 3].isspace():
            return end
        self.count += self.text.count('"', self.at, end)
        self.at = end
        return end + 2 if self.count % 2 else end


def _is_end(
    text: str,
    match: regex.Match[str],
    end: int,
    start: int,
    rules: SentenceRules,
    ahead: _Ahead,
) -> bool:
    """Whether signs, with what closes up to `end`, end the sentence that began at `start`."""
    if end == len(text):
        return False
    signs = match["signs"]
    is_apart = text[end].isspace()
    if not is_apart and all(sign in _SPACED or sign in rules.ends for sign in signs):
        return False
    is_plain = end == match.end("signs")
    if ahead.goes_on(end, mixed=signs == "." and is_plain):
        return False
    following = text[ahead.first(end)]
    if signs == "．" and following.isdecimal() and not is_apart:
        return False
    if _ELLIPSIS.fullmatch(signs):
        return bool(_CAPITAL.match(following)) or not following.isalpha()
    if signs == "." and is_plain:
        return not _is_abbreviation(text, start, match.start(), following, rules, ahead.cased)
    return True


def _is_abbreviation(
    text: str, start: int, stop: int, following: str, rules: SentenceRules, cased: bool
) -> bool:
    """Whether the word before the full stop at `stop` keeps the sentence going."""
    word = word_before(text, stop, start)
    if not word:
        return False
    if abbreviated(word, rules, before_number=following.isdecimal(), cased=cased):
        return True
    before = text[max(start, stop - LONGEST_WORD) : stop]
    is_first = len(before.strip()) - len(word) <= 1 and stop - start <= len(before) + 1
    if _NUMBER.fullmatch(word):
        is_short = len(word) <= 2
        return is_first or (is_short and (rules.ordinals or following.isdecimal()))
    if rules.ordinals and _ROMAN.fullmatch(word):
        return True
    return is_first and _LETTERED.fullmatch(word) is not None


_REACHES_OUT = regex.compile(
    r"(?:[^\p{L}\p{M}\p{Nd}]|ℹ)[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]|\p{GCB=Prepend}"
    r"|\A[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]"
)
"""Where a cluster may hold a sign, what closes behind it, or white space with something else: of
letters only ℹ, a picture, can close, and of numbers only ¹ and its like, which are no digits."""


def _stretches(text: str, cuts: Iterable[int]) -> list[Token]:
    """What lies between the cuts, without the white space around it."""
    found: list[Token] = []
    for start, end in pairwise(chain((0,), cuts, (len(text),))):
        piece = text[start:end].rstrip()
        if bare := piece.lstrip():
            found.append(Token(start + len(piece) - len(bare), start + len(piece)))
    return whole_clusters(text, found) if _REACHES_OUT.search(text) else found
