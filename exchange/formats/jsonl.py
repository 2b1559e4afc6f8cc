"""JSON Lines, read: Prodigy's task format, and plain records of a text and its metadata.

Format: prodi.gy/docs/api-interfaces (ner_manual); `prodigy.py` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from tonemark.corpus.pieces import PIECE, parsed_piece
from tonemark.corpus.records import ANSWERS, Answer, GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import HELD, Format, Given, ReadOptions
from tonemark.exchange.checks import (
    checked_key,
    checked_label,
    checked_priority,
    checked_text,
    token_warnings,
)
from tonemark.exchange.formats.prodigy import GAP, GIVEN, OWN_FIELDS, write_jsonl
from tonemark.exchange.formats.settled import GOLD, parsed_settled
from tonemark.json_lines import json_object
from tonemark.lines import numbered_lines
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.tokenizers.base import Token

_ANNOTATED = ("answer", "spans", "tokens")
"""The fields that make more of a record than a text, its key and its metadata."""

_UNANSWERED = OWN_FIELDS - {"comment", "flagged"}
"""The fields that are ours where a record is no answer."""

_SPAN_VIEWS = frozenset(("ner", "ner_manual", "spans", "spans_manual", "relations", "blocks"))
"""Prodigy's interfaces in which no span at all is an answer."""


def read_jsonl(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A record a line; blank lines are skipped.

    A record with an `answer` is an annotation of `_annotator_id`, else of the one name in
    `annotators`, else of `_session_id`. Spans without an answer are the accept of the one name
    in `annotators`, else suggestions. Fields that are not of the format stand in
    `meta["_given"]`.

    Raises TonemarkError where the file is UTF-16, or more than one annotator is named.
    """
    if len(options.annotators) > 1:
        raise TonemarkError(
            f"{options.source or 'The file'}: a record of JSON Lines holds one set of spans, but "
            f"{len(options.annotators)} annotators were named.",
            "Give one name, or an answer and _annotator_id in each record.",
        )
    field = options.text_column or "text"
    for number, item in numbered_lines(stream, options.source):
        if isinstance(item, Refusal):
            yield item
            continue
        line, source = item
        try:
            yield _record(json_object(source), field, number, line, options)
        except Refused as refused:
            yield Refusal(line, str(refused))


def _record(
    given: dict[str, Any], field: str, number: int, line: int, options: ReadOptions
) -> Record:
    if field not in given:
        raise Refused(f"no {quoted(field)}")
    text = checked_text(given[field])
    warnings: list[str] = []
    if given.keys().isdisjoint(_ANNOTATED):
        key = _key(given, None)
        meta = _meta(given, field, False, warnings)
        priority = _priority(given, warnings)
        return Record(number, line, text, key, meta, warnings=tuple(warnings), priority=priority)
    answer = _answer(given)
    key = _key(given, answer)
    tokens, places = given_tokens(given.get("tokens"), text)
    if tokens is not None:
        warnings += token_warnings(text, tokens)
    parsed = _spans(given.get("spans"), text, places, warnings)
    if answer and given.get("_is_binary") is True:
        # A yes or no to the spans shown says nothing of the rest of the text.
        warnings.append(f'"{answer}" answers single spans (_is_binary): taken as suggestions')
        parsed, answer = (parsed if answer == "accept" else []), None
    elif answer and "spans" not in given and _is_other_view(given.get("_view_id")):
        view = quoted(given["_view_id"])
        warnings.append(f"answered in the view {view}, which shows no spans: taken as text")
        answer = None
    named = options.annotators[0] if options.annotators else None
    settled = _settled(given, text, warnings) if answer else None
    name = _annotator(given, named, warnings) if answer and not settled else None
    if named and isinstance(given.get("spans"), list) and given.get("answer") is None:
        name, answer = named, "accept"
    annotations: tuple[GivenAnnotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    if answer:
        spans = tuple(each.span(options.origin) for each in parsed)
        said = (_comment(given), _flagged(given), _time(given, warnings))
        by, how = settled or (name, None)
        assert by
        annotations = (GivenAnnotation(by, answer, spans, *said, settled=how),)
    else:
        suggestions = tuple(
            Suggestion(each.start, each.end, each.label, (options.origin,), each.score)
            for each in parsed
        )
    meta = _meta(given, field, bool(answer), warnings)
    priority = _priority(given, warnings)
    return Record(
        number,
        line,
        text,
        key,
        meta,
        tokens,
        suggestions,
        annotations,
        tuple(warnings),
        priority=priority,
    )


def _is_other_view(view: Any) -> bool:
    return isinstance(view, str) and view not in _SPAN_VIEWS


def _answer(given: dict[str, Any]) -> Answer | None:
    value = given.get("answer")
    if value is None:
        return None
    for answer in ANSWERS:
        if value == answer:
            return answer
    raise Refused(f"the answer is {quoted(value)}, not one of {', '.join(ANSWERS)}")


def _key(given: dict[str, Any], answer: Answer | None) -> str | None:
    for name in ("key", "id"):
        key = checked_key(given.get(name), name)
        if key is not None:
            return key
    return checked_key(given.get("_input_hash"), "_input_hash") if answer else None


def given_tokens(given: Any, text: str) -> tuple[tuple[Token, ...] | None, list[tuple[int, int]]]:
    """The tokens of ours among a record's, and the places of all, by the given index.

    White space, and what the writer put between tokens to rebuild the text, is not of ours. Raises
    Refused.
    """
    places: list[tuple[int, int]] = []
    if given is None:
        return None, places
    if not isinstance(given, list):
        raise Refused(f'"tokens" is {quoted(given)}, not a list')
    tokens = []
    position = 0
    for index, token in enumerate(given):
        if not isinstance(token, dict):
            raise Refused(f"token {index} is {quoted(token)}, not {_as_wanted(token, text)}")
        start, end = token.get("start"), token.get("end")
        if type(start) is not int or type(end) is not int:
            raise Refused(f"token {index} has no whole numbers as start and end")
        place = f"token {index} ({quoted(start)}-{quoted(end)})"
        if not 0 <= start <= end <= len(text):
            raise Refused(f"{place} lies outside the text, which has {len(text)} characters")
        if start == end:
            raise Refused(f"{place} is empty")
        if start < position:
            raise Refused(f"{place} overlaps the token before it, or comes before it")
        position = end
        _check_same(token.get("text"), text[start:end], place)
        places.append((start, end))
        if not token.get(GAP) and not text[start:end].isspace():
            tokens.append(Token(start, end))
    return tuple(tokens), places


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


class _Parsed(NamedTuple):
    start: int
    end: int
    label: str
    sources: tuple[str, ...]
    score: float

    def span(self, origin: str) -> Span:
        return Span(self.start, self.end, self.label, self.sources or (origin,))


def _spans(
    given: Any, text: str, places: list[tuple[int, int]], warnings: list[str]
) -> list[_Parsed]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused(f'"spans" is {quoted(given)}, not a list')
    parsed: dict[tuple[int, int, str], _Parsed] = {}
    twice = ""
    for span in given:
        if not isinstance(span, dict):
            raise Refused(f"a span is {quoted(span)}, not an object")
        start, end = _place(span, text, places)
        if "label" not in span:
            raise Refused(f"the span {start}-{end} has no label")
        label = checked_label(span["label"])
        if (start, end, label) in parsed:
            twice = twice or f"the span {start}-{end} {quoted(label)} stands there twice"
            continue
        parsed[start, end, label] = _Parsed(start, end, label, _sources(span), _score(span))
    if twice:
        warnings.append(twice)
    return list(parsed.values())


def _place(span: dict[str, Any], text: str, places: list[tuple[int, int]]) -> tuple[int, int]:
    """Start and end of a span in code points: what it says, else those of its tokens."""
    start, end = span.get("start"), span.get("end")
    if start is None and end is None and "token_start" in span:
        first, last = span["token_start"], span.get("token_end")
        name = f"the span of tokens {quoted(first)} to {quoted(last)}"
        if type(first) is not int or type(last) is not int:
            raise Refused(f"{name}: the numbers of tokens must be whole numbers")
        if not 0 <= first <= last < len(places):
            raise Refused(f"{name}: the record has {len(places)} tokens, counted from 0")
        return places[first][0], places[last][1]
    name = f"the span {quoted(start)}-{quoted(end)}"
    if type(start) is not int or type(end) is not int:
        raise Refused(f"{name}: start and end must be whole numbers")
    if start >= end:
        raise Refused(f"{name} is empty or runs backwards")
    if start < 0 or end > len(text):
        raise Refused(f"{name} lies outside the text, which has {len(text)} characters")
    _check_same(span.get("text"), text[start:end], name)
    return start, end


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


def _annotator(given: dict[str, Any], named: str | None, warnings: list[str]) -> str:
    for name in (given.get("_annotator_id"), named, given.get("_session_id")):
        if type(name) is int:
            return str(name)
        if isinstance(name, str) and name and not name.isspace():
            return name
    warnings.append('no "_annotator_id": taken as the answer of "unknown"')
    return "unknown"


def _settled(given: dict[str, Any], text: str, warnings: list[str]) -> tuple[str, Settled] | None:
    """Who settled an answer that is gold, and how; None of an annotator's answer."""
    settled = parsed_settled(given.get(GOLD), len(text))
    if settled is None and given.get(GOLD) is not None:
        warnings.append(f'"{GOLD}" is not as export writes it: left out, and taken as an answer')
    return settled


def _comment(given: dict[str, Any]) -> str:
    comment = given.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise Refused(f"the comment is {quoted(comment)}, not a string")
    return comment or ""


def _flagged(given: dict[str, Any]) -> bool:
    flagged = given.get("flagged")
    if flagged is not None and not isinstance(flagged, bool):
        raise Refused(f'"flagged" is {quoted(flagged)}, neither true nor false')
    return bool(flagged)


def _time(given: dict[str, Any], warnings: list[str]) -> float | None:
    time = given.get("_timestamp")
    if time is None:
        return None
    try:
        if type(time) in (int, float):
            return float(time)
    except OverflowError:
        pass
    warnings.append(f'"_timestamp" is {quoted(time)}, not seconds: left out')
    return None


def _priority(given: dict[str, Any], warnings: list[str]) -> int | None:
    """The field `priority` of the record, else of its `meta`."""
    meta = given.get("meta")
    value = given.get("priority", meta.get("priority") if isinstance(meta, dict) else None)
    return checked_priority(value, warnings)


def _meta(given: dict[str, Any], field: str, answered: bool, warnings: list[str]) -> dict[str, Any]:
    """`meta`, and what else the record holds under `_given`, to be written back."""
    meta = given.get("meta")
    if meta is None:
        meta = {}
    elif not isinstance(meta, dict):
        meta = {"meta": meta}
    for ours in (GIVEN, PIECE):
        if ours in meta:
            warnings.append(f'the field "{ours}" of "meta" is left out: the name is ours')
            meta = {name: value for name, value in meta.items() if name != ours}
    own = OWN_FIELDS if answered else _UNANSWERED
    if parsed_piece(given.get(PIECE)):
        meta = {**meta, PIECE: given[PIECE]}
        own |= {PIECE}
    rest = {
        name: value
        for name, value in given.items()
        if (name not in own or name == "text") and name != field
    }
    return {**meta, GIVEN: rest} if rest else meta


FORMAT = Format(
    "jsonl",
    "JSON Lines, Prodigy's task format",
    (".jsonl", ".ndjson", ".json"),
    read_jsonl,
    write_jsonl,
    holds=frozenset(HELD) - {"settings"},
)
