"""Regular expressions with labels: checked, and run over a document's text within a time.

They are those of the module `regex` (its V0, which reads nearly all that Python's re reads, with
`\\p{...}`, `\\X` and more). Knows no store and no process.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

import regex

from tonemark.text import short
from tonemark.tokenizers.base import Token

LONGEST = 2_000
"""Code points that an expression may have."""

GROUP = "span"
"""The group that is the span where an expression has one of that name: `(?P<span>...)`; the rest
of it says what must stand around."""


def check_expression(text: str) -> str:
    """What is wrong with an expression, in words; empty where nothing is."""
    if not text.strip():
        return "the expression is empty"
    if len(text) > LONGEST:
        return f"the expression has more than {LONGEST:,} characters"
    try:
        text.encode()
        expression = compiled(text)
    except UnicodeEncodeError:
        return "the expression has half a character (a lone surrogate)"
    except RecursionError:
        return "the expression is nested too deeply"
    except (regex.error, ValueError, OverflowError, KeyError) as error:
        why = " ".join(str(error).split())[:100]
        return f"the expression does not compile ({why}): {short(text, 60)}"
    try:
        if expression.match("", timeout=1.0):
            return f"the expression matches the empty text, everywhere: {short(text, 60)}"
    except TimeoutError:
        return "the expression takes longer than 1 s for an empty text"
    return ""


@lru_cache(4096)
def compiled(text: str) -> regex.Pattern[str]:
    """An expression, ready to be run. Raises what `regex.compile` raises."""
    return regex.compile(text)


def occurrences(
    expression: regex.Pattern[str], text: str, tokens: Sequence[Token], timeout: float
) -> list[tuple[int, int]]:
    """Where an expression stands in a text: code points, end exclusive; in order, apart.

    What begins or ends inside a token is widened to the whole of it: spans lie on the borders of
    tokens unless an annotator moves them off, and a suggestion that does not could not be trained
    on. What holds no part of a token (white space, nothing at all) is left out.

    Raises TimeoutError after `timeout` seconds of processor time, its parts being dropped: what
    would come of them is chance.
    """
    group = GROUP if GROUP in expression.groupindex else 0
    starts = [token.start for token in tokens]
    ends = [token.end for token in tokens]
    found: list[tuple[int, int]] = []
    covered = 0
    for match in expression.finditer(text, timeout=timeout):
        start, end = match.span(group)
        if not 0 <= start < end:
            continue
        first, last = bisect_right(ends, start), bisect_left(starts, end) - 1
        if first <= last and starts[first] >= covered:
            covered = ends[last]
            found.append((starts[first], covered))
    return found
