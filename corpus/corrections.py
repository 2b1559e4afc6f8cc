"""What an annotator's corrections make of a text's tokens, and what a correction says as a rule.

Knows no screen and no keys; tokens are code points of one text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.profiles.own_rules import LONGEST, Rule

_START, _END = itemgetter(0), itemgetter(1)


def corrected(text: str, given: Sequence[Token], made: Sequence[Token]) -> tuple[Token, ...]:
    """The `given` tokens of a text with those that an annotator `made` laid over them.

    What a made token leaves of a given one is a token of its own, blanks at its edges left out:
    corrections hold, whatever tokenizer the project has by now. Both are in order, without
    overlap.
    """
    tokens: list[Token] = []
    behind = at = 0
    for token in (*made, Token(len(text), len(text))):
        at = bisect_right(given, behind, lo=at, key=_END)
        until = bisect_left(given, token.start, lo=at, key=_START)
        if at < until:
            between = given[at:until]
            if between[0].start < behind:
                tokens += _piece(text, behind, min(between[0].end, token.start))
                between = between[1:]
            if between and between[-1].end > token.start:
                tokens += between[:-1]
                tokens += _piece(text, between[-1].start, token.start)
            else:
                tokens += between
        if token.start < token.end:
            tokens.append(token)
        behind, at = token.end, max(at, until - 1)
    return tuple(tokens)


def signs_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The grapheme clusters of a stretch that are not white space: start and end, code points."""
    clusters = ((start + left, start + right) for left, right in graphemes(text[start:end]))
    return [(left, right) for left, right in clusters if not text[left:right].isspace()]


def _piece(text: str, start: int, end: int) -> list[Token]:
    clusters = signs_in(text, start, end)
    return [Token(clusters[0][0], clusters[-1][1])] if clusters else []


def rules_of(
    text: str, given: Sequence[Token], tokens: Sequence[Token], start: int, end: int
) -> list[Rule]:
    """What the corrected `tokens` around a stretch say as rules, `given` being those that the
    tokenizer made: one for each shortest stretch in which they differ, where a rule can say it."""
    given, tokens = around(given, tokens, start, end)
    return [rule for rule, _ in said_in(text, given, tokens)]


def around(
    given: Sequence[Token], tokens: Sequence[Token], start: int, end: int
) -> tuple[Sequence[Token], Sequence[Token]]:
    """Of two ways in which a text is cut, the tokens of the shortest stretch around another one
    that begins and ends with tokens of both."""
    before = None
    while before != (start, end):
        before = start, end
        for each in (given, tokens):
            if here := touching(each, start, end):
                start, end = min(start, here[0].start), max(end, here[-1].end)
    return touching(given, start, end), touching(tokens, start, end)


def said_in(
    text: str, given: Sequence[Token], tokens: Sequence[Token]
) -> Iterator[tuple[Rule, tuple[str, ...]]]:
    """The rules of a whole text, or of a stretch of it that begins and ends with tokens of both
    kinds; each with what the tokenizer made of its text."""
    for before, after in shortest(given, tokens):
        rule = _rule(text, before, after)
        if rule:
            yield rule, tuple(text[slice(*each)] for each in before)


def shortest(
    given: Sequence[Token], tokens: Sequence[Token]
) -> Iterator[tuple[Sequence[Token], Sequence[Token]]]:
    """The tokens of a text, or of a stretch, cut in two ways: for each shortest stretch that ends
    with tokens of both."""
    ends = {token.end for token in given}
    at = first = 0
    for last, token in enumerate(tokens, 1):
        if token.end not in ends:
            continue
        until = bisect_right(given, token.end, lo=at, key=_END)
        yield given[at:until], tokens[first:last]
        at, first = until, last


def _rule(text: str, given: Sequence[Token], tokens: Sequence[Token]) -> Rule | None:
    start, end = tokens[0].start, tokens[-1].end
    if tuple(given) == tuple(tokens) or end - start > LONGEST or given[0].start != start:
        return None
    whole, *pieces = (" ".join(text[slice(*each)].split()) for each in ((start, end), *tokens))
    is_one = len(tokens) == 1 or len(given) == 1
    says = whole.isprintable() and (is_one or " " not in whole)
    return Rule(whole, tuple(pieces)) if says else None


def touching(tokens: Sequence[Token], start: int, end: int) -> Sequence[Token]:
    """The tokens, which are in order, that share a code point with a stretch: a bisection."""
    return tokens[bisect_right(tokens, start, key=_END) : bisect_left(tokens, end, key=_START)]
