"""Token patterns: lists of dictionaries in the language of spaCy's Matcher, checked and run over
the project's own tokens.

Knows no store and no process. Checking imports no spaCy; running does, and may take for ever (a
REGEX is run by Python's own engine, in C): whoever runs them bounds the process.
"""

from __future__ import annotations

import re  # only to ask what spaCy will ask: whether it compiles a REGEX
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import regex

from tonemark.text import short
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.bridges.spacing import with_gaps, words_and_spaces
from tonemark.tokenizers.bridges.spacy_tokenizers import spacy_languages

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

TOKENS = 200
"""Tokens that a pattern may ask for, `{n,m}` written out: spaCy makes a state of each."""

LONGEST = 2_000
"""Code points that a text in a pattern may have."""

_NUMBER_LIMIT = 10**9

# spaCy 3.8, matcher/matcher.pyx and schemas.py (TokenPattern), its validation on.
_STRINGS = frozenset(("ORTH", "TEXT", "LOWER", "NORM", "SHAPE"))
_FLAGS = frozenset(
    ("SPACY", "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT",
     "IS_SPACE", "IS_BRACKET", "IS_QUOTE", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT", "IS_CURRENCY",
     "IS_STOP", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL")
)  # fmt: skip
_OF_A_MODEL = {
    **dict.fromkeys(("POS", "TAG", "MORPH", "DEP", "LEMMA"), "a tagger or parser"),
    **dict.fromkeys(("ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID"), "a recognizer of entities"),
    **dict.fromkeys(("IS_SENT_START", "SENT_START"), "a cutter of sentences"),
    "_": "code",
}
_SETS = frozenset(("IN", "NOT_IN"))
_SUBSETS = frozenset(("IS_SUBSET", "IS_SUPERSET", "INTERSECTS"))
_FUZZY = frozenset(("FUZZY", *(f"FUZZY{n}" for n in range(1, 10))))
_COMPARISONS = frozenset(("==", "!=", ">=", "<=", ">", "<"))
_TIMES: Final = regex.compile(r"\{(?:(\d{1,9})|(\d{1,9}),(\d{0,9})|,(\d{1,9}))\}")


class _Fault(Exception):
    """Why a pattern cannot be taken, in words."""


# Checking


def check_token_pattern(data: Any) -> str:
    """What is wrong with a token pattern as it is read from JSON, in words; empty where nothing is.

    Taken is what spaCy 3.8's Matcher takes and can answer from the tokens alone. Attributes that a
    trained model would have to set are refused: here there is none, and they would never match.
    """
    try:
        _check(data)
    except _Fault as fault:
        return str(fault)
    return ""


def _check(data: Any) -> None:
    if not isinstance(data, list) or not data:
        raise _Fault("a token pattern is a list of dictionaries, one a token, and at least one")
    tokens, conditions = 0, 0
    for number, spec in enumerate(data, 1):
        try:
            if not isinstance(spec, dict):
                raise _Fault("it is no dictionary")
            tokens += _times(_value_of(spec, "OP", "1"))
            conditions += sum(_check_attribute(key, value) for key, value in spec.items())
        except _Fault as fault:
            raise _Fault(f"token {number}: {fault}") from None
        if tokens > TOKENS:
            raise _Fault(f"it asks for more than {TOKENS} tokens")
    if not conditions:
        raise _Fault("it says nothing of any token, and would stand everywhere")


def _value_of(spec: dict[Any, Any], name: str, default: Any) -> Any:
    return spec.get(name, spec.get(name.lower(), default))


def _times(operator: Any) -> int:
    """How many tokens an operator asks for, at most: `*` and `+` are one in spaCy's states."""
    if operator in ("1", "!", "?", "*", "+"):
        return 1
    found = _TIMES.fullmatch(operator) if isinstance(operator, str) else None
    if not found:
        raise _Fault(
            f"OP is {_said(operator)}, and may be !, ?, *, +, {{n}}, {{n,m}}, {{n,}} or {{,m}}"
        )
    numbers = [int(each) for each in found.groups() if each]
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        raise _Fault(f"OP is {_said(operator)}: the first number is the larger one")
    return max(numbers)


def _check_attribute(key: Any, value: Any) -> bool:
    """Whether it is a condition; raises where it is none that can be had."""
    name = key.upper() if isinstance(key, str) else ""
    if name == "OP" and key in ("OP", "op"):
        if value == "1":
            raise _Fault('OP is "1": without OP a token stands once')
        return False
    if needs := _OF_A_MODEL.get(name):
        raise _Fault(
            f"{short(str(key), 40)} needs {needs}, and patterns are run without one."
            " Say it with TEXT, LOWER, SHAPE, REGEX or IN"
        )
    if name not in _STRINGS | _FLAGS | {"LENGTH"} or key not in (name, name.lower()):
        raise _Fault(
            f"there is no attribute {_said(key)}. There are"
            f" {', '.join(sorted(_STRINGS | {'LENGTH', 'OP'}))}, {', '.join(sorted(_FLAGS))}"
        )
    try:
        if name in _STRINGS:
            _check_string(value)
        elif name == "LENGTH":
            _check_number(value)
        elif not isinstance(value, bool):
            raise _Fault(f"it is {_said(value)}, and may be true or false")
    except _Fault as fault:
        raise _Fault(f"{key}: {fault}") from None
    return True


def _check_string(value: Any) -> None:
    if not isinstance(value, dict):
        _check_text(value)
        return
    if not value:
        raise _Fault("it names no condition")
    for key, each in value.items():
        name = _predicate(key)
        if name in _SETS | _SUBSETS:
            _check_texts(key, each)
        elif name == "REGEX":
            for text in _inside(key, each):
                _check_regex(text)
        elif name in _FUZZY:
            _inside(key, each)
        else:
            raise _Fault(
                f"there is no condition {_said(key)} for texts. There are REGEX, IN, NOT_IN,"
                " IS_SUBSET, IS_SUPERSET, INTERSECTS, FUZZY and FUZZY1 to FUZZY9"
            )


def _check_number(value: Any) -> None:
    if not isinstance(value, dict):
        _check_figure(value)
        return
    if not value:
        raise _Fault("it names no condition")
    for key, each in value.items():
        if key in _COMPARISONS:
            _check_figure(each)
        elif _predicate(key) in _SETS:
            if not isinstance(each, list):
                raise _Fault(f"{key} takes a list of whole numbers")
            for figure in each:
                _check_figure(figure)
        else:
            raise _Fault(
                f"there is no condition {_said(key)} for numbers. There are"
                " ==, !=, >=, <=, >, <, IN and NOT_IN"
            )


def _predicate(key: Any) -> str:
    """The name of a condition, which stands in capitals or in small letters."""
    name = key.upper() if isinstance(key, str) else ""
    return name if key in (name, name.lower()) else ""


def _inside(key: str, value: Any) -> list[str]:
    """The texts that REGEX and FUZZY are of: one, or those of an IN or NOT_IN."""
    if not isinstance(value, dict):
        _check_text(value)
        return [value]
    if len(value) != 1 or _predicate(next(iter(value))) not in _SETS:
        raise _Fault(f"{key} takes a text, or IN or NOT_IN with a list of them")
    (texts,) = value.values()
    _check_texts(next(iter(value)), texts)
    return list(texts)


def _check_texts(key: str, value: Any) -> None:
    if not isinstance(value, list):
        raise _Fault(f"{key} takes a list of texts")
    for each in value:
        _check_text(each)


def _check_text(value: Any) -> None:
    if not isinstance(value, str):
        raise _Fault(f"{_said(value)} is no text")
    if len(value) > LONGEST:
        raise _Fault(f"a text of more than {LONGEST:,} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Fault(f"{_said(value)} has half a character (a lone surrogate)") from None


def _check_figure(value: Any) -> None:
    if type(value) is not int or not 0 <= value < _NUMBER_LIMIT:
        raise _Fault(f"{_said(value)} is no number of characters")


def _check_regex(text: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, ValueError, OverflowError, RecursionError, MemoryError) as error:
        why = " ".join(str(error).split())[:100] or type(error).__name__
        raise _Fault(
            f"REGEX does not compile ({why}): {_said(text)}. spaCy takes those of Python's re"
        ) from None


def _said(value: Any) -> str:
    return short(str(value), 40)


# Running


class TokenPatterns:
    """Makes token patterns of a language, and the Docs over which they run.

    Words have the attributes that spaCy's data for the language give them (what is like a number,
    what is a stop word), where it has that language; else those of all languages. Imports spaCy.
    """

    def __init__(self, language: str) -> None:
        import spacy.util
        from spacy.vocab import create_vocab

        primary = language.partition("-")[0].lower()
        name = primary if primary in spacy_languages() else "xx"
        # Its vocabulary alone: the tokenizers of some languages need packages of their own.
        self.vocab: Vocab = create_vocab(name, spacy.util.get_lang_class(name).Defaults)

    def pattern(self, data: Sequence[dict[str, Any]]) -> Matcher:
        """What `data`, which `check_token_pattern` finds nothing wrong with, is to spaCy.

        Each has a Matcher of its own, so that one that takes too long can be named: over 200 tokens
        900 of them take 0.2 s, and 0.1 s in one Matcher.
        """
        from spacy.matcher import Matcher

        matcher = Matcher(self.vocab)
        matcher.add("pattern", [list(data)], greedy="LONGEST")
        return matcher

    def doc(self, text: str, tokens: Sequence[Token]) -> Spread:
        """A document's text, cut as the project cuts it, for `occurrences`."""
        from spacy.tokens import Doc

        words, spaces = words_and_spaces(text, tokens)
        placed = with_gaps(text, tokens)
        return Spread(
            Doc(self.vocab, words=words, spaces=spaces),
            [None if each.number is None else Token(each.start, each.end) for each in placed],
        )


class Spread(NamedTuple):
    """A Doc, and where each of its tokens stands in the untouched text: None for the white space
    that is a token only to spaCy."""

    doc: Doc
    tokens: Sequence[Token | None]


def occurrences(pattern: Matcher, spread: Spread) -> list[tuple[int, int]]:
    """Where a token pattern stands: code points, end exclusive; in order, apart.

    Of what overlaps the longest is taken. White space at the ends, which is a token to spaCy, is
    left off, and white space alone left out.
    """
    found = []
    for _, first, end in pattern(spread.doc):
        inside = [token for token in spread.tokens[first:end] if token]
        if inside:
            found.append((inside[0].start, inside[-1].end))
    return sorted(found)
