"""The tokens and the spans of a task of Prodigy's, checked against its text; whose they are is not
known here."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from tonemark.corpus.spans import Span
from tonemark.exchange.checks import check_place, checked_label
from tonemark.exchange.formats.prodigy.writing import APART, DOCUMENT, GAP
from tonemark.refusals import Refused, quoted
from tonemark.tokenizers.base import Token

_Places: TypeAlias = list[tuple[int, int]]


def task_tokens(task: dict[str, Any], text: str) -> tuple[tuple[Token, ...] | None, _Places]:
    """The tokens of ours that a task has, also where a span does not lie on them (`APART`), and the
    places of those that its spans may name. Raises Refused."""
    if task.get("tokens") is None and task.get(APART) is not None:
        return _listed(task[APART], APART, text), []
    return given_tokens(task.get("tokens"), text)


def document_tokens(task: dict[str, Any], text: str) -> tuple[Token, ...] | None:
    """The tokens of the document, where a task says that its answer has others (`DOCUMENT`).
    Raises Refused."""
    given = task.get(DOCUMENT)
    return None if given is None else _listed(given, DOCUMENT, text)


def given_tokens(given: Any, text: str) -> tuple[tuple[Token, ...] | None, _Places]:
    """The tokens of ours among a record's, and the places of all, by the given index.

    White space, and what the writer put between tokens to rebuild the text, is not of ours. Raises
    Refused.
    """
    places: _Places = []
    if given is None:
        return None, places
    if not isinstance(given, list):
        raise Refused(f'"tokens" is {quoted(given)}, not a list')
    tokens = []
    position = 0
    for index, token in enumerate(given):
        if not isinstance(token, dict):
            raise Refused(f"token {index} is {quoted(token)}, not {_as_wanted(token, text)}")
        placed = _token(index, token.get("start"), token.get("end"), position, text)
        start, position = placed
        there = text[start:position]
        if token.get("text", there) != there:
            _check_same(token["text"], there, _named(index, *placed))
        places.append(placed)
        if not token.get(GAP) and not there.isspace():
            tokens.append(placed)
    return tuple(tokens), places


def _listed(given: Any, name: str, text: str) -> tuple[Token, ...]:
    """The tokens under a field that holds their places alone. Raises Refused."""
    if not isinstance(given, list):
        raise Refused(f'"{name}" is {quoted(given)}, not a list')
    position = 0
    tokens = []
    for index, pair in enumerate(given):
        if not isinstance(pair, list) or len(pair) != 2:
            raise Refused(f"token {index} is {quoted(pair)}, not a start and an end")
        placed = _token(index, pair[0], pair[1], position, text)
        start, position = placed
        if not text[start:position].isspace():
            tokens.append(placed)
    return tuple(tokens)


def _token(index: int, start: Any, end: Any, position: int, text: str) -> Token:
    """The token that is given there; raises Refused where none can stand there, behind
    `position`."""
    if type(start) is not int or type(end) is not int:
        raise Refused(f"token {index} has no whole numbers as start and end")
    if not 0 <= start <= end <= len(text):
        raise Refused(
            f"{_named(index, start, end)} lies outside the text, which has {len(text)} characters"
        )
    if start == end:
        raise Refused(f"{_named(index, start, end)} is empty")
    if start < position:
        raise Refused(
            f"{_named(index, start, end)} overlaps the token before it, or comes before it"
        )
    return Token(start, end)


def _named(index: int, start: int, end: int) -> str:
    return f"token {index} ({quoted(start)}-{quoted(end)})"


def _as_wanted(token: Any, text: str) -> str:
    """How a token is written, by the one that was given as a text, if it is in the text."""
    start = text.find(token) if isinstance(token, str) else -1
    if start < 0:
        return 'an object, {"start": 0, "end": 3}'
    return f'{{"start": {start}, "end": {start + len(token)}}}'


def _check_same(said: Any, there: str, place: str) -> None:
    """A text given beside offsets must be what stands there: else they count other units."""
    if said is not None and said != there:
        raise Refused(
            f"{place} is said to be {quoted(said)}, but {quoted(there)} stands there; offsets "
            "must count code points"
        )


class Parsed(NamedTuple):
    """A span as a task gives it; without `sources`, the file is its source."""

    start: int
    end: int
    label: str
    sources: tuple[str, ...]
    score: float

    def span(self, origin: str) -> Span:
        """The span of an answer."""
        return Span(self.start, self.end, self.label, self.sources or (origin,))


def parsed_spans(given: Any, text: str, places: _Places, warnings: list[str]) -> list[Parsed]:
    """The spans of a task, each once. `places` are those of its tokens. Raises Refused."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused(f'"spans" is {quoted(given)}, not a list')
    parsed: dict[tuple[int, int, str], Parsed] = {}
    twice = ""
    for span in given:
        if not isinstance(span, dict):
            raise Refused(f"a span is {quoted(span)}, not an object")
        start, end = _place(span, text, places, warnings)
        if "label" not in span:
            raise Refused(f"the span {start}-{end} has no label")
        label = checked_label(span["label"])
        if (start, end, label) in parsed:
            twice = twice or f"the span {start}-{end} {quoted(label)} stands there twice"
            continue
        parsed[start, end, label] = Parsed(start, end, label, _sources(span), _score(span))
    if twice:
        warnings.append(twice)
    return list(parsed.values())


def _place(
    span: dict[str, Any], text: str, places: _Places, warnings: list[str]
) -> tuple[int, int]:
    """Start and end of a span in code points: what it says, else those of its tokens. Raises
    Refused, also where it says both and they differ: the text of a token was compared, and of the
    span nobody may have said what stands there."""
    start, end = span.get("start"), span.get("end")
    if start is None and end is None and "token_start" in span:
        first, last = span["token_start"], span.get("token_end")
        name = f"the span of tokens {quoted(first)} to {quoted(last)}"
        if type(first) is not int or type(last) is not int:
            raise Refused(f"{name}: the numbers of tokens must be whole numbers")
        if not 0 <= first <= last < len(places):
            raise Refused(f"{name}: the record has {len(places)} tokens, counted from 0")
        return places[first][0], places[last][1]
    check_place(start, end, span.get("text"), text)
    assert isinstance(start, int)
    assert isinstance(end, int)
    _check_tokens(start, end, span, places, warnings)
    return start, end


def _check_tokens(
    start: int, end: int, span: dict[str, Any], places: _Places, warnings: list[str]
) -> None:
    """Raise Refused where a place is not that of the tokens which the span names besides, and
    nothing says what stands there. Numbers of tokens that are not there are passed over."""
    first, last = span.get("token_start"), span.get("token_end")
    if type(first) is not int or type(last) is not int or not 0 <= first <= last <= len(places):
        return
    there = (places[first][0], places[last][1]) if last < len(places) else (start, end)
    if there == (start, end):
        return
    if first < last and (places[first][0], places[last - 1][1]) == (start, end):
        warnings.append('"token_end" is the number of the token behind a span, not of its last')
        return
    fault = f"the span {start}-{end} is said to be tokens {first} to {last}, {there[0]}-{there[1]}"
    if span.get("text") is None:
        raise Refused(f"{fault}; offsets must count code points, not UTF-16 units")
    warnings.append(f"{fault}: taken where its text stands")


def _sources(span: dict[str, Any]) -> tuple[str, ...]:
    sources = span.get("sources")
    if not isinstance(sources, list) or not sources:
        sources = [span.get("source")]
    return tuple(dict.fromkeys(each for each in sources if isinstance(each, str) and each))


def _score(span: dict[str, Any]) -> float:
    score = span.get("score")
    if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1:
        return float(score)
    return 1.0
