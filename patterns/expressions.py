"""Regular expressions with labels: checked, and run over a document's text within a time.

They are those of the module `regex` (its V0, which reads nearly all that Python's re reads, with
`\\p{...}`, `\\X` and more). Knows no store and no process.
"""

from __future__ import annotations

import contextlib
import resource
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

import regex

from tonemark.text import short
from tonemark.tokenizers.base import Token

LONGEST = 2_000
"""Code points that an expression may have."""

WRITTEN_OUT = 50_000
"""Code points that it may have with each of its `{n,m}` written out m times: the engine makes some
300 bytes of each. `(?:(?:(?:a?){70}){70}){70}` took 200 MB."""

MEMORY = 512 * 1024**2
"""Bytes that checking one may take: what is too large, and WRITTEN_OUT does not foresee."""

CHECKED = 0.25
"""Seconds that one may take for an empty text."""

GROUP = "span"
"""The group that is the span where an expression has one of that name: `(?P<span>...)`; the rest
of it says what must stand around."""

_PIECES = regex.compile(
    r"""
      (?P<skip> \(\?\#[^)]*\) | \s+ | [*+?] )
    | (?P<count> \{ \s* (?P<least>\d[\d\s]*)? (?:,\s*(?P<most>\d[\d\s]*)?)? \} )
    | (?P<call> \(\? (?: R | [+-]?\d+ | & | P> ) )
    | (?P<open> \( )
    | (?P<close> \) )
    | \\. | \[\^?\]? (?: \\. | [^\]\\] )* \] | .
    """,
    regex.VERBOSE | regex.DOTALL | regex.ASCII,
)
"""An expression, piece by piece; under `(?x)` white space may stand before and in a count."""


class ExpressionFault(Exception):
    """An expression cannot be taken; why, in words."""


def check_expression(text: str) -> str:
    """What is wrong with an expression, in words; empty where nothing is."""
    try:
        compiled(text)
    except ExpressionFault as fault:
        return str(fault)
    return ""


def compiled(text: str) -> regex.Pattern[str]:
    """An expression, checked and ready to be run. Raises ExpressionFault."""
    if not text.strip():
        raise ExpressionFault("the expression is empty")
    if len(text) > LONGEST:
        raise ExpressionFault(f"the expression has more than {LONGEST:,} characters")
    _check_size(text)
    try:
        text.encode()
        with _held_back():
            # Not kept by the module: hundreds of large ones that are only looked at add up.
            expression: regex.Pattern[str] = regex.compile(text, cache_pattern=False)
            is_anywhere = expression.match("", timeout=CHECKED)
    except UnicodeEncodeError:
        fault = "the expression has half a character (a lone surrogate)"
    except RecursionError:
        fault = "the expression is nested too deeply"
    except MemoryError:
        fault = f"the expression takes too much memory: {short(text, 60)}"
    except TimeoutError:
        fault = f"the expression takes longer than {CHECKED} s for an empty text"
    except (regex.error, ValueError, OverflowError, KeyError) as error:
        why = " ".join(str(error).split())[:100]
        fault = f"the expression does not compile ({why}): {short(text, 60)}"
    else:
        if not is_anywhere:
            return expression
        fault = f"the expression matches the empty text, everywhere: {short(text, 60)}"
    raise ExpressionFault(fault)


def _check_size(text: str) -> None:
    """Raises ExpressionFault where an expression has no end in itself, or is too large to be made.

    The engine is not asked: it takes all memory before it says so.
    """
    sums, last = [0], 0  # what each open group comes to; what a count would repeat
    for piece in _PIECES.finditer(text):
        if piece["call"]:
            raise ExpressionFault(f"the expression calls a part of itself: {piece[0]}...")
        if piece["count"]:
            times = max(1, _figure(piece["least"]), _figure(piece["most"]))
            sums[-1] += last * (times - 1)
            last *= times
        elif piece["open"]:
            sums.append(0)
        elif piece["close"]:
            last = 1 + sums.pop()
            sums = sums or [0]  # the engine will say that it was never opened
            sums[-1] += last
        else:
            last = last if piece["skip"] else 1
            sums[-1] += len(piece[0])
        if sums[-1] > WRITTEN_OUT:
            raise ExpressionFault(
                f"the expression repeats too much: with its counts written out it has more than"
                f" {WRITTEN_OUT:,} characters: {short(text, 60)}"
            )


def _figure(digits: str | None) -> int:
    """A count, as far as it is of use here: of ever so many digits nine."""
    return int("".join((digits or "0").split()).lstrip("0")[:9] or 0)


@contextlib.contextmanager
def _held_back() -> Iterator[None]:
    """Let this process take no more than MEMORY beside what it has, where the system can."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            most = pages * resource.getpagesize() + MEMORY
            if before[0] == resource.RLIM_INFINITY or most < before[0]:
                resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
                stack.callback(resource.setrlimit, resource.RLIMIT_AS, before)
        yield


def occurrences(
    expression: regex.Pattern[str],
    text: str,
    tokens: Sequence[Token],
    timeout: float,
    most: int | None = None,
) -> list[tuple[int, int]]:
    """Where an expression stands in a text: code points, end exclusive; in order, apart. The first
    `most` places, where that is told.

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
            if len(found) == most:
                break
    return found
