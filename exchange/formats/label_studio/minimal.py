"""Label Studio's JSON_MIN: a list of annotations, each with the data of its task.

Format: labelstud.io/guide/export (JSON_MIN), as the SDK's converter writes it
(label_studio_sdk.converter, convert_to_json_min).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import IO, Any

from tonemark.corpus.records import Record
from tonemark.exchange.base import Format, Given, ReadOptions, WriteOptions
from tonemark.exchange.checks import checked_key, checked_priority, checked_text
from tonemark.exchange.formats.label_studio.answers import (
    OURS,
    iso_time,
    ours_of,
    read_annotations,
)
from tonemark.exchange.formats.label_studio.config import configuration, label_fault
from tonemark.exchange.formats.label_studio.regions import (
    CONTROL,
    OBJECT,
    VALUES,
    is_list_of_values,
    region_values,
)
from tonemark.exchange.formats.label_studio.tasks import (
    KEY,
    check_annotators,
    key_of,
    metadata,
    parted,
    recognise,
    text_field,
    write_list,
)
from tonemark.exchange.metadata import OURS as OUR_NAMES
from tonemark.exchange.metadata import holder, refuse_stretches
from tonemark.exchange.rows import ExportRow
from tonemark.json_arrays import array_objects
from tonemark.refusals import Refusal, Refused

_SAID = {
    *("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement"),
    *("was_cancelled", OURS),
}
"""The fields of an annotation, beside its lists of labelled stretches."""

_APART = frozenset((OBJECT, CONTROL, KEY, "id", "meta")) | OUR_NAMES | _SAID
"""Names of metadata that stand in `meta`: as fields they would be something else."""

_TOGETHER = 1000
"""Annotations of one task that become one record; more are records with the same key."""


def write_label_studio_min(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """Write each answer of a row as an object, a line each, those of a row one after the other; a
    row without an answer as an object without an annotation.

    Raises UnicodeEncodeError where a row holds a lone surrogate (a stored document never does).
    """
    numbers = count(1)
    groups = (_annotations(row, at, numbers) for at, row in enumerate(rows, start=1))
    yield from write_list(groups, stream)


def _annotations(row: ExportRow, number: int, numbers: Iterator[int]) -> list[dict[str, Any]]:
    hidden = {
        name for name, value in row.meta.items() if is_list_of_values(value) or holder(name, value)
    }
    shown, apart = parted(row.meta, _APART | hidden)
    task: dict[str, Any] = {"id": number, OBJECT: row.text, KEY: row.key, **shown}
    if apart:
        task["meta"] = apart
    return [
        task
        | {
            CONTROL: region_values(answer.spans, row.text),
            "annotator": answer.annotator,
            "annotation_id": next(numbers),
            "created_at": (time := iso_time(answer.time)),
            "updated_at": time,
            "was_cancelled": answer.answer != "accept",
            OURS: ours_of(answer),
        }
        for answer in row.answers_and_gold()
    ] or [task]


def read_label_studio_min(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A record for each task: annotations that follow each other and have its number, key and text
    are its answers. Text, key and metadata are as `read_label_studio` finds them.

    Raises TonemarkError where the file is UTF-16 or no list, or where more than one annotator is
    named.
    """
    check_annotators(options)
    number = 1
    task: _Task | None = None
    for item in array_objects(stream, options.source):
        found: _Task | Refusal
        if isinstance(item, Refusal):
            found = item
        else:
            try:
                found = _Task(*item, options)
                if task and task.is_same(found):
                    task.add(found)
                    continue
            except Refused as refused:
                found = Refusal(item[0], str(refused))
        if task:
            yield task.record(number)
            number += 1
        task = found if isinstance(found, _Task) else None
        if isinstance(found, Refusal):
            yield found
            number += 1
    if task:
        yield task.record(number)


class _Task:
    """A task, from its first annotation on. Raises Refused where that cannot be read."""

    def __init__(self, line: int, given: dict[str, Any], options: ReadOptions) -> None:
        self.line = line
        self.given = given
        self.options = options
        self.field = text_field(given, options.text_column)
        self.text = checked_text(given[self.field])
        self._refuse_stretches()
        self.number = checked_key(given.get("id"), "id")
        self.key = key_of(given)
        self.annotations = self._annotations()
        self.warnings: list[str] = []
        self.said = read_annotations(self.annotations, self.text, options, self.warnings)

    def _refuse_stretches(self) -> None:
        """Raise Refused where labelled stretches of another format would be metadata: in data alone
        any; beside an annotation those in the place of its own."""
        given, results = self.given, self._results()
        said = given.keys() & {"annotator", "annotation_id", OURS}
        names = {CONTROL} if said else given.keys()
        refuse_stretches({name: given.get(name) for name in names if name not in results})

    def is_same(self, other: _Task) -> bool:
        """Whether another object is of the same task, and there is room for it."""
        own = (self.number, self.key, self.text)
        return (
            self.key is not None
            and own == (other.number, other.key, other.text)
            and bool(self.annotations)
            and bool(other.annotations)
            and len(self.annotations) < _TOGETHER
        )

    def add(self, other: _Task) -> None:
        """Take the annotation of another object that is of the same task."""
        self.annotations += other.annotations

    def record(self, number: int) -> Record:
        """What all annotations of the task say."""
        if len(self.annotations) > 1:
            self.warnings = []
            self.said = read_annotations(self.annotations, self.text, self.options, self.warnings)
        own = frozenset((*_SAID, *self._results(), "id", "meta", KEY, self.field))
        meta = metadata(self.given, self.given.get("meta"), own, self.warnings)
        return Record(
            number,
            self.line,
            self.text,
            self.key,
            meta,
            suggestions=self.said.suggestions,
            annotations=self.said.annotations,
            priority=checked_priority(meta.get("priority"), self.warnings),
            warnings=tuple(dict.fromkeys(self.warnings)),
        )

    def _results(self) -> dict[str, list[Any]]:
        """The lists of labelled stretches, by the name of their tag."""
        return {
            name: value
            for name, value in self.given.items()
            if name != self.field
            and (is_list_of_values(value) or (name == CONTROL and _has_objects(value)))
        }

    def _annotations(self) -> list[dict[str, Any]]:
        """The annotation of an object, in the form that a task of Label Studio's has it; none where
        the task has none (Label Studio writes the fields then, with null in them)."""
        results = self._results()
        said = {name: self.given.get(name) for name in ("annotator", "annotation_id", OURS)}
        if not results and all(value is None for value in said.values()):
            return []
        result = [
            {"type": _type(value), "value": value}
            for values in results.values()
            for value in values
        ]
        fields = {name: self.given[name] for name in _SAID if name in self.given}
        return [{**fields, "completed_by": said["annotator"], "result": result}]


def _has_objects(value: Any) -> bool:
    """Whether it is a list that may be one of labelled stretches, if a broken one."""
    return isinstance(value, list) and not any(isinstance(each, list) for each in value)


def _type(value: Any) -> str:
    found = value if isinstance(value, dict) else {}
    return next((kind for kind in VALUES if kind in found), VALUES[0])


FORMAT = Format(
    "label-studio-min",
    "Label Studio's JSON_MIN: an annotation an object",
    (".json",),
    read_label_studio_min,
    write_label_studio_min,
    recognises=lambda head: recognise(head) is True,
    versions=True,
    holds=frozenset(("text", "keys", "metadata", "annotators", "answers", "comments")),
    cannot=("suggestions", "what proposed a span"),
    label_fault=label_fault,
    companions=configuration,
)
