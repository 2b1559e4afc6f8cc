"""Annotations and predictions of a task of Label Studio's: who said what of its text, and when.
Keys and metadata are not known here.

Label Studio knows annotators as its own users, and one way to leave a text out (`was_cancelled`).
What else we say of an answer stands under a name of ours, which it passes over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, groupby
from typing import Any, NamedTuple

from tonemark.corpus.records import ANSWERS, Answer, GivenAnnotation, Settled
from tonemark.corpus.spans import Suggestion
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.label_studio.regions import (
    Region,
    read_result,
    result_of,
    score_of,
)
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.settled import parsed_settled, settled_json
from tonemark.refusals import Refused, quoted

OURS = "tonemark"
"""The field of an annotation that is ours: {"annotator", "answer", "time", "comment", "flagged",
"gold"}, all but the first two where there is something to say; the time in Unix seconds."""


def annotations_of(row: ExportRow, numbers: Iterator[int]) -> list[dict[str, Any]]:
    """The annotations of a row's answers, each with the next of `numbers` as its id."""
    answers = row.answers_and_gold()
    # The SDK's converter sorts a task's annotations by `created_at`, and fails where one has none.
    times = [iso_time(each.time) for each in answers]
    found = []
    for answer, time, place in zip(answers, times, count()):
        annotation: dict[str, Any] = {
            "id": next(numbers),
            "was_cancelled": answer.answer != "accept",
            # Without the field, Label Studio takes an annotation for ground truth.
            "ground_truth": answer.settled is not None,
            "result": result_of(answer.spans, row.text, f"a{place}"),
            OURS: ours_of(answer),
        }
        if time and all(times):
            annotation |= {"created_at": time, "updated_at": time}
        found.append(annotation)
    return found


def ours_of(answer: ExportRow) -> dict[str, Any]:
    """The field OURS of an answer."""
    ours: dict[str, Any] = {"annotator": answer.annotator, "answer": answer.answer}
    if answer.time is not None:
        ours["time"] = answer.time
    if answer.comment:
        ours["comment"] = answer.comment
    if answer.flagged:
        ours["flagged"] = True
    if answer.settled is not None:
        ours["gold"] = settled_json(answer.annotator, answer.settled)
    return ours


def predictions_of(row: ExportRow) -> list[dict[str, Any]]:
    """The suggestions of a row: a prediction for each model, and each other kind of source. Its
    score is the mean of theirs, which stand in its regions."""
    found = []
    by_maker = sorted(row.suggestions, key=lambda each: (_maker(each), each))
    for place, (maker, grouped) in enumerate(groupby(by_maker, key=_maker)):
        group = list(grouped)
        score = math.fsum(each.score for each in group) / len(group)
        result = result_of(group, row.text, f"p{place}")
        found.append({"model_version": maker, "score": score, "result": result})
    return found


def _maker(suggestion: Suggestion) -> str:
    """What made it: the model, or the kind of source, of which there may be a million entries."""
    names = []
    for source in suggestion.sources:
        kind, _, name = source.partition(":")
        names.append(name if kind == "model" and name else kind)
    return "+".join(dict.fromkeys(names)) or "unknown"


def iso_time(time: float | None) -> str | None:
    """Unix seconds as Label Studio writes a time; None where a calendar has none."""
    try:
        when = datetime.fromtimestamp(time, UTC) if time is not None else None
    except (OverflowError, ValueError, OSError):
        when = None
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z") if when else None


class Said(NamedTuple):
    """What a task says of its text."""

    annotations: tuple[GivenAnnotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


def read_annotations(given: Any, text: str, options: ReadOptions, warnings: list[str]) -> Said:
    """The annotations of a task as answers of those who gave them, else of the one name in
    `annotators`; what nobody gave is suggestions.

    Of several of one annotator the last is hers. An annotation that is marked as ground truth is
    gold besides; one that our files call gold is nothing else. Raises Refused.
    """
    if given is None:
        return Said()
    if not isinstance(given, list):
        raise Refused(f'"annotations" is {quoted(given)}, not a list')
    answers: dict[str, GivenAnnotation] = {}
    gold: list[GivenAnnotation] = []
    suggestions: list[Suggestion] = []
    again: dict[str, None] = {}
    unnamed = 0
    for each in given:
        if not isinstance(each, dict):
            raise Refused(f"an annotation is {quoted(each)}, not an object")
        regions = read_result(each.get("result"), text, warnings)
        ours = each.get(OURS)
        ours = ours if isinstance(ours, dict) else {}
        name = _annotator(each, ours, options.annotators)
        if name is None:
            unnamed += 1
            suggestions += _suggested(regions, (options.origin,), 1.0)
            continue
        settled = parsed_settled(ours.get("gold"), len(text))
        if settled is None and ours.get("gold") is not None:
            warnings.append(f'"gold" of "{OURS}" is not as export writes it: left out')
        read = _annotation(each, ours, regions, options.origin, warnings)
        if settled:
            gold.append(_as(read, settled[0], settled[1]))
            continue
        if name in answers:
            again[name] = None
        if name not in answers or not _is_older(read, answers[name]):
            answers[name] = _as(read, name, None)
        if each.get("ground_truth") is True and not ours:
            gold.append(_as(read, name, Settled()))
    warnings += [f"{quoted(name)} has several annotations: the last is taken" for name in again]
    if unnamed:
        warnings.append(
            f'{unnamed} annotation{"s" * (unnamed > 1)} without "completed_by": taken as'
            " suggestions (--annotators names who gave them)"
        )
    if len(gold) > 1:
        warnings.append(f"{len(gold)} annotations are gold: the last is taken")
    return Said((*answers.values(), *gold[-1:]), tuple(suggestions))


def read_predictions(
    given: Any, text: str, origin: str, warnings: list[str]
) -> tuple[Suggestion, ...]:
    """The predictions of a task as suggestions, each from what made it. Label Studio may export
    their numbers alone: those are nothing. Raises Refused."""
    if given is None:
        return ()
    if not isinstance(given, list):
        raise Refused(f'"predictions" is {quoted(given)}, not a list')
    found: list[Suggestion] = []
    for each in given:
        if type(each) is int:
            continue
        if not isinstance(each, dict):
            raise Refused(f"a prediction is {quoted(each)}, not an object")
        regions = read_result(each.get("result"), text, warnings)
        model, score = each.get("model_version"), score_of(each)
        known = isinstance(model, str) and bool(model) and not model.isspace()
        sources = (f"model:{model}",) if known else (origin,)
        found += _suggested(regions, sources, 1.0 if score is None else score)
    return tuple(found)


def _suggested(
    regions: Iterable[Region], sources: tuple[str, ...], score: float
) -> Iterator[Suggestion]:
    for each in regions:
        own = score if each.score is None else each.score
        yield Suggestion(each.start, each.end, each.label, each.sources or sources, own)


def _annotation(
    given: dict[str, Any],
    ours: dict[str, Any],
    regions: Sequence[Region],
    origin: str,
    warnings: list[str],
) -> GivenAnnotation:
    """An annotation, nobody's yet. Raises Refused."""
    comment, flagged = ours.get("comment", ""), ours.get("flagged", False)
    if not isinstance(comment, str):
        raise Refused(f"the comment is {quoted(comment)}, not a string")
    if not isinstance(flagged, bool):
        raise Refused(f'"flagged" is {quoted(flagged)}, neither true nor false')
    spans = tuple(each.span(origin) for each in regions)
    time = _time(given, ours, warnings)
    return GivenAnnotation("", _answer(given, ours), spans, comment, flagged, time)


def _as(read: GivenAnnotation, name: str, settled: Settled | None) -> GivenAnnotation:
    return GivenAnnotation(
        name, read.answer, read.spans, read.comment, read.flagged, read.time, settled=settled
    )


def _is_older(one: GivenAnnotation, other: GivenAnnotation) -> bool:
    return one.time is not None and other.time is not None and one.time < other.time


def _answer(given: dict[str, Any], ours: dict[str, Any]) -> Answer:
    cancelled = given.get("was_cancelled", False)
    if cancelled is not None and not isinstance(cancelled, bool):
        raise Refused(f'"was_cancelled" is {quoted(cancelled)}, neither true nor false')
    said = ours.get("answer")
    if said is not None and said not in ANSWERS:
        raise Refused(f"the answer is {quoted(said)}, not one of {', '.join(ANSWERS)}")
    if not cancelled:
        return "accept"
    return "reject" if said == "reject" else "ignore"


def _annotator(given: dict[str, Any], ours: dict[str, Any], named: Sequence[str]) -> str | None:
    """Whose it is: as our files say, else a user of Label Studio by address or number."""
    user = given.get("completed_by")
    names = [ours.get("annotator")]
    if isinstance(user, dict):
        names += [user.get(field) for field in ("email", "username", "id")]
    else:
        names.append(user)
    for name in (*names, *named):
        if type(name) is int:
            return f"user-{name}"
        if isinstance(name, str) and name and not name.isspace():
            return name
    return "unknown" if ours else None


def _time(given: dict[str, Any], ours: dict[str, Any], warnings: list[str]) -> float | None:
    """When it was given, in Unix seconds."""
    own = ours.get("time")
    if isinstance(own, int | float) and not isinstance(own, bool):
        try:
            return float(own)
        except OverflowError:
            pass
    for field in ("updated_at", "created_at"):
        said = given.get(field)
        if said is None:
            continue
        try:
            when = datetime.fromisoformat(said)
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, OverflowError):
            warnings.append(f'"{field}" is {quoted(said)}, not a time: left out')
    return None
