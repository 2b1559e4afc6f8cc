"""Name-like runs of tokens, and which tokens deserve a cheap hint: read from scripts, case and
the counts of raw text alone. Knows no labels and no screen, and of a language only its
abbreviations.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import regex

from tonemark.tokenizers.base import Token, common_ends
from tonemark.tokenizers.sentences.abbreviations import Abbreviated, abbreviated, word_before
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, LONGEST_WORD, SentenceRules

# Shapes of a token. Letters without case (Ethiopic, Arabic) have a shape of their own.
_PUNCT, _LOWER, _CASELESS, _CAPITAL, _PREFIXED, _CAMEL, _NUMBER = "placxmn"
_WORDS = _LOWER + _CASELESS
_NAMES = _CAPITAL + _PREFIXED + _CAMEL
_INSIDE = _CAPITAL + _CAMEL  # a name can go on with these; a class prefix begins a new one

_ALNUM = regex.compile(r"[\p{L}\p{N}]")
_UPPER_FIRST = regex.compile(r"[^\p{Lu}\p{Lt}\p{Ll}\p{N}]*[\p{Lu}\p{Lt}]")
# "eNingizimu", "kwaZulu", "i-Pirates"; then "UMthethwa", "ISundowns", "McDonald", "d'Ivoire".
_CLASS_PREFIX = regex.compile(r"\p{Ll}\p{M}*[-‐‑]?[\p{Lu}\p{Lt}]")
_INNER_CAPITAL = regex.compile(
    r"[\p{Lu}\p{Lt}][\p{L}\p{M}]*?[\p{Lu}\p{Lt}]\p{M}*\p{Ll}|\p{Ll}+\p{M}*['’ʼ][\p{Lu}\p{Lt}]"
)
_LINE_BREAK = regex.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SHORT_NUMBER = regex.compile(r"\p{Nd}{1,2}(?!\p{Nd})")
# A capital after one of these says nothing: the sentence, quotation or item begins there.
_OPENERS = frozenset(".?!:…።፧፡՞؟۔।\"“”„«»‘'‹›*•")
_HYPHENS = frozenset("-‐‑")
# Behind a name they belong to it, whatever follows; all other abbreviations there are titles.
_BEHIND_NAMES = frozenset(("Jr", "Jnr", "Snr", "Ltd"))

# A sentence whose words have capitals in this share is a headline: its capitals say nothing.
# From five words on: shorter ones are as often lists of names.
_HEADLINE_SHARE, _HEADLINE_WORDS = 2 / 3, 5
# Where a capital says nothing, the word must have one elsewhere twice as often as not.
_START_ODDS = 2.0
# "de", "bin", "of": a third of the uses stand between capitals, at least twice. Words such as
# Swahili "ya" stand there too, but join a title to a place more often than two parts of a name.
_LINK_SHARE, _LINK_SEEN = 0.3, 2
# Two names side by side: one likely to end a run, then one likely to begin one.
_SPLIT = 0.4
# Words that stand near a year this often are of dates (months, "year"): one in seven, twice.
_DATE_SHARE, _DATE_SEEN, _DATE_REACH = 0.15, 2, 3
_YEARS = range(1000, 2100)
# Scripts without case: a letter is a proclitic if it makes a word of one in a hundred words;
# names take nearly all of the few there are (Amharic: four, and none), verbs hardly any.
_PROCLITIC_SHARE, _FORMS_SEEN = 0.01, 4
RUN_WEIGHT = 10.0
"""What a token of a run weighs more: above all that the other reasons can add up to."""


class WordCount(NamedTuple):
    """How often one folded word was used so in raw text, headlines' capitals left out."""

    lower: int = 0  # without an initial capital; letters without case included
    capital: int = 0  # with an initial capital where no sentence begins, or with an inner one
    initial: int = 0  # with an initial capital where a sentence begins
    begins: int = 0  # of `capital`: no capitalised word just before
    ends: int = 0  # of `capital`: no capitalised word just after
    links: int = 0  # of `lower`: between two capitalised words
    before_number: int = 0
    near_year: int = 0  # a year at most three tokens away
    forms: int = 0  # not occurrences: forms seen of a word without case, see _FORMS_SEEN


class Candidates(NamedTuple):
    """What looks like a name; of tokens that weigh the same, the left one comes first."""

    runs: tuple[tuple[int, int], ...]  # token indexes, end exclusive, in order, disjoint
    weight: tuple[float, ...]  # a token: how likely a name begins or ends there; 0 punctuation


class _Reading(NamedTuple):
    """A document's tokens: their words, shapes, and where capitals say nothing."""

    words: list[str]
    shapes: list[str]
    breaks: list[bool]  # a line break lies before the token, or in it
    opens: list[bool]  # a sentence or quotation begins here
    titles: list[bool]  # an abbreviation (Dkt., Mr.) before a name: outside it
    initials: list[bool]  # the full stop of a name's first letter
    headline: list[bool]


_Uses = list[WordCount]  # one a token


def fold_word(word: str) -> str:
    """The key of `word` in the counts: NFC, case folded."""
    return unicodedata.normalize("NFC", word).casefold()


def count_words(
    documents: Iterable[tuple[str, Sequence[Token]]], rules: SentenceRules = ANY_LANGUAGE
) -> dict[str, WordCount]:
    """The use of every word of raw text, by `fold_word`. Linear in the text."""
    figures: dict[str, Counter[str]] = {}
    for text, tokens in documents:
        reading = _read(text, tokens, rules)
        words, shapes = reading.words, reading.shapes
        years = [_is_year(word) for word in words]
        for i, shape in enumerate(shapes):
            if shape in (_PUNCT, _NUMBER) or (shape in _NAMES and reading.headline[i]):
                continue
            figure = figures.setdefault(fold_word(words[i]), Counter())
            before = shapes[i - 1] if i else _PUNCT
            after = shapes[i + 1] if i + 1 < len(shapes) else _PUNCT
            if shape in _WORDS:
                figure["lower"] += 1
                named_before = before in _NAMES and not reading.opens[i - 1]
                figure["links"] += named_before and after in _NAMES
            elif shape == _CAPITAL and reading.opens[i]:
                figure["initial"] += 1
            else:
                figure["capital"] += 1
                figure["begins"] += before not in _NAMES or shape == _PREFIXED
                figure["ends"] += after not in _INSIDE
            figure["before_number"] += after == _NUMBER
            figure["near_year"] += any(years[max(0, i - _DATE_REACH) : i + _DATE_REACH + 1])
    forms = _forms({word for word in figures if _shape(word) == _CASELESS})
    return {word: WordCount(**figure, forms=forms.get(word, 0)) for word, figure in figures.items()}


def candidates(
    text: str,
    tokens: Sequence[Token],
    counts: Mapping[str, WordCount],
    rules: SentenceRules = ANY_LANGUAGE,
) -> Candidates:
    """What looks like a name in `text`; where `counts` lack a word, its shape alone decides.

    Abbreviations, those of `rules` and those that most languages share, end no sentence; as titles
    they stand outside the name, as in annotators' guidelines (MUC-6, Masakhane's).
    """
    reading = _read(text, tokens, rules)
    uses = [counts.get(fold_word(word), WordCount()) for word in reading.words]
    named = [_is_name_like(reading, uses, i) for i in range(len(tokens))]
    cuts = list(reading.breaks)
    _mark_dates(reading, uses, named, cuts)
    _mark_links(reading, uses, named, cuts)
    _cut_names(reading, uses, named, cuts)
    runs = [
        (first, end)
        for first, end in _stretches(named, cuts)
        if end - first > 1 or reading.shapes[first] != _CAPITAL or not _is_common(uses[first])
    ]
    return Candidates(tuple(runs), _weights(reading, uses, runs))


def candidates_again(
    text: str,
    before: Sequence[Token],
    known: Candidates,
    after: Sequence[Token],
    counts: Mapping[str, WordCount],
    rules: SentenceRules = ANY_LANGUAGE,
) -> Candidates:
    """What `candidates` makes of the tokens `after`, from what is `known` of those `before`.

    Lines are read apart but for the words at their ends, so that only those around what changed
    are read again.
    """
    first, last = common_ends(before, after)
    left = _line_start(text, after, first - _BESIDE)
    right = _line_start(text, after, len(after) - last + _BESIDE, step=1)
    begin = _line_start(text, after, left - _BESIDE)
    end = _line_start(text, after, right + _BESIDE, step=1)
    part = candidates(text, after[begin:end], counts, rules)
    moved = len(after) - len(before)
    runs = [run for run in known.runs if run[1] <= left]
    runs += [
        (a + begin, b + begin) for a, b in part.runs if left <= a + begin and b + begin <= right
    ]
    runs += [(a + moved, b + moved) for a, b in known.runs if a + moved >= right]
    weight = part.weight[left - begin : right - begin]
    return Candidates(tuple(runs), (*known.weight[:left], *weight, *known.weight[right - moved :]))


_BESIDE = 8
"""Tokens on both sides of a line that what is said of it may hang on, and more."""


def _line_start(text: str, tokens: Sequence[Token], at: int, step: int = -1) -> int:
    """The token that begins a line: `at`, or the nearest before it, or behind it with `step` 1."""
    at = max(0, min(at, len(tokens)))
    while 0 < at < len(tokens) and not _LINE_BREAK.search(text, tokens[at - 1].end, tokens[at].end):
        at += step
    return at


def _read(text: str, tokens: Sequence[Token], rules: SentenceRules) -> _Reading:
    words = [text[start:end] for start, end in tokens]
    shapes = [_shape(word) for word in words]
    breaks, opens = [], []
    titles, initials = [False] * len(words), [False] * len(words)
    opening, last = True, 0
    for i, ((_, end), word, shape) in enumerate(zip(tokens, words, shapes, strict=True)):
        breaks.append(_LINE_BREAK.search(text, last, end) is not None)
        opening = opening or breaks[-1]
        opens.append(opening)
        stopped: Abbreviated = ""
        if word == "." and i and not breaks[-1]:
            stopped = _abbreviation(text, tokens, i, rules)
            initials[i] = stopped == "initial"
            titles[i - 1] = stopped == "short" and not _ends_name(words, shapes, titles, i - 1, 2)
        elif word[-1:] == "." and shape in _NAMES and len(word) <= LONGEST_WORD:
            short = abbreviated(word[:-1], rules) == "short"
            titles[i] = short and not _ends_name(words, shapes, titles, i, 1)
        opening = shape == _PUNCT and (opening or (word[:1] in _OPENERS and not stopped))
        last = end
    headline = _headlines(shapes, opens, titles)
    return _Reading(words, shapes, breaks, opens, titles, initials, headline)


def _abbreviation(
    text: str, tokens: Sequence[Token], stop: int, rules: SentenceRules
) -> Abbreviated:
    """What stands before the token `stop`, a full stop: the token there, which white space may
    part from it, or all from the white space before that (k.m.)."""
    start, end = tokens[stop - 1]
    if end - start > LONGEST_WORD:
        return ""
    number = stop + 1 < len(tokens) and text[tokens[stop + 1].start].isdecimal()
    found = abbreviated(text[start:end], rules, before_number=number)
    if found or not start or text[start - 1].isspace():
        return found
    return abbreviated(word_before(text, end), rules, before_number=number)


def _ends_name(words: list[str], shapes: list[str], titles: list[bool], i: int, reach: int) -> bool:
    """Whether the abbreviation `i` belongs to the name before it (Juma Jr. spoke) and not, as a
    title, to one that begins `reach` tokens behind it (Rais Dkt. Samia)."""
    if not i or shapes[i - 1] not in _NAMES or titles[i - 1]:
        return False
    follower = shapes[i + reach] if i + reach < len(shapes) else _PUNCT
    return follower not in _NAMES or words[i].rstrip(".") in _BEHIND_NAMES


@lru_cache(maxsize=65536)
def _shape(word: str) -> str:
    if not _ALNUM.search(word) or _LINE_BREAK.search(word):
        return _PUNCT
    if _INNER_CAPITAL.match(word):
        return _CAMEL
    if _UPPER_FIRST.match(word):
        return _CAPITAL
    if any(character.isdecimal() for character in word):
        return _NUMBER
    if _CLASS_PREFIX.search(word):
        return _PREFIXED
    return _LOWER if any(character.islower() for character in word) else _CASELESS


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdecimal() and int(word) in _YEARS


def _headlines(shapes: list[str], opens: list[bool], titles: list[bool]) -> list[bool]:
    marks = [False] * len(shapes)
    firsts = [i for i, opening in enumerate(opens) if opening and (not i or not opens[i - 1])]
    for first, end in pairwise([*firsts, len(shapes)]):
        part = [shapes[i] for i in range(first, end) if not titles[i]]
        capitals = sum(shape in _INSIDE for shape in part)
        cased = capitals + sum(shape in (_LOWER, _PREFIXED) for shape in part)
        if cased >= _HEADLINE_WORDS and capitals >= _HEADLINE_SHARE * cased:
            marks[first:end] = [True] * (end - first)
    return marks


def _forms(vocabulary: set[str]) -> dict[str, int]:
    prefixes = Counter(word[0] for word in vocabulary if word[1:] in vocabulary)
    least = _PROCLITIC_SHARE * len(vocabulary)
    proclitics = [letter for letter, seen in prefixes.items() if seen >= least]

    def family(stem: str) -> int:
        return sum(letter + stem in vocabulary for letter in ("", *proclitics))

    return {w: max(family(w), (w[0] in proclitics) * family(w[1:])) for w in vocabulary}


def _is_name_like(reading: _Reading, uses: _Uses, i: int) -> bool:
    shape, use = reading.shapes[i], uses[i]
    if reading.titles[i]:
        return False
    if shape in (_PREFIXED, _CAMEL):
        return True
    if shape == _NUMBER:
        return _is_year(reading.words[i])
    if shape == _CASELESS:
        return use.forms >= _FORMS_SEEN
    if shape != _CAPITAL:
        return False
    if reading.opens[i]:
        has_next = i + 1 < len(uses) and not reading.titles[i + 1]
        follower = reading.shapes[i + 1] if has_next else _PUNCT
        if follower in _INSIDE and not reading.headline[i] and not use.lower:
            return True  # "Umar Faruk said": no reason for the second capital but a name
        return use.capital >= max(1.0, _START_ODDS * use.lower)
    return not reading.headline[i] or use.capital >= use.lower


def _mark_dates(reading: _Reading, uses: _Uses, named: list[bool], cuts: list[bool]) -> None:
    """Adds days and the words of dates to a year or to one another: "5 Novemba", "ọdún 2019"."""
    words, shapes = reading.words, reading.shapes
    timely = [
        shape in _WORDS + _INSIDE
        and use.near_year >= max(_DATE_SEEN, _DATE_SHARE * (use.lower + use.capital + use.initial))
        for shape, use in zip(shapes, uses, strict=True)
    ]
    dated = [word or _is_year(words[i]) for i, word in enumerate(timely)]
    for i, shape in enumerate(shapes):
        beside = timely[i - 1 : i] + timely[i + 1 : i + 2]
        if shape == _NUMBER and _SHORT_NUMBER.match(words[i]) and any(beside):
            dated[i] = True
        elif words[i] in _HYPHENS and beside == [True, True] and not any(reading.breaks[i : i + 2]):
            dated[i] = True  # one word of a date in two tokens: "ọdún-un"
    for first, end in _stretches(dated, reading.breaks):
        if _NUMBER in shapes[first:end]:
            named[first:end] = [True] * (end - first)
            cuts[first] = True


def _mark_links(reading: _Reading, uses: _Uses, named: list[bool], cuts: list[bool]) -> None:
    """Joins capitalised parts of a name over a hyphen, an initial's dot or a linking word."""
    words, shapes = reading.words, reading.shapes
    for i in range(1, len(words) - 1):
        sides = shapes[i - 1] in _INSIDE and shapes[i + 1] in _INSIDE
        if not (sides and named[i - 1] and named[i + 1]) or cuts[i] or cuts[i + 1]:
            continue
        linking = uses[i].links >= max(_LINK_SEEN, _LINK_SHARE * uses[i].lower)
        named[i] = named[i] or words[i] in _HYPHENS or reading.initials[i] or linking


def _cut_names(reading: _Reading, uses: _Uses, named: list[bool], cuts: list[bool]) -> None:
    """Cuts where a class prefix begins a name, and between two names side by side."""
    for i in range(1, len(named)):
        if reading.shapes[i] == _PREFIXED:
            cuts[i] = True
        pair = reading.shapes[i - 1] in _NAMES and reading.shapes[i] in _INSIDE
        if not pair or not (named[i - 1] and named[i]) or reading.headline[i]:
            continue
        left, right = uses[i - 1], uses[i]
        if _is_common(left) or _is_common(right):
            continue  # "Majalisar Dinkin Duniya": institutions are made of common words
        # Half an occurrence each way for the unseen; this one, side by side, is left out.
        ends = (left.ends + 0.5) / max(left.capital, 1)
        begins = (right.begins + 0.5) / max(right.capital, 1)
        cuts[i] = cuts[i] or ends * begins >= _SPLIT


def _is_common(use: WordCount) -> bool:
    """At least as often without a capital as with one: a capital makes no name of it."""
    return use.lower > 0 and use.lower >= use.capital


def _stretches(marks: list[bool], cuts: list[bool]) -> list[tuple[int, int]]:
    """The stretches of marked tokens, each ending before a cut."""
    found: list[tuple[int, int]] = []
    for i, marked in enumerate(marks):
        if marked and found and found[-1][1] == i and not cuts[i]:
            found[-1] = (found[-1][0], i + 1)
        elif marked:
            found.append((i, i + 1))
    return found


def _weights(reading: _Reading, uses: _Uses, runs: list[tuple[int, int]]) -> tuple[float, ...]:
    """Runs; then capitals, the words of dates and numbers, and the two words before a run, for
    many names begin with a common word ("ìjọba Nàìjíríà")."""
    weights = [0.0] * len(uses)
    for i, use in enumerate(uses):
        if reading.shapes[i] == _PUNCT:
            continue
        seen = 1 + use.lower + use.capital + use.initial
        weights[i] = (use.capital + 2 * use.before_number + 2 * use.near_year) / seen
        weights[i] += reading.shapes[i] not in _WORDS
    for first, end in runs:
        for i, more in ((first - 1, 1.0), (first - 2, 0.5)):
            if i >= 0 and reading.shapes[i] != _PUNCT:
                weights[i] += more
        for i in range(first, end):
            weights[i] += RUN_WEIGHT
    return tuple(weights)
