"""Label Studio's JSON: a list of tasks, each a text with annotations and predictions.

Format: labelstud.io/guide/tasks (import), labelstud.io/guide/export (JSON). What is asked of each
label, region and answer is told by the modules beside this one.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import IO, Any

import regex

from tonemark.corpus.records import Record
from tonemark.exchange.base import Format, Given, ReadOptions, WriteOptions
from tonemark.exchange.checks import checked_key, checked_priority, checked_text, one_name
from tonemark.exchange.formats.label_studio.answers import (
    annotations_of,
    predictions_of,
    read_annotations,
    read_predictions,
)
from tonemark.exchange.formats.label_studio.config import configuration, label_fault
from tonemark.exchange.formats.label_studio.regions import OBJECT
from tonemark.exchange.metadata import OURS, as_metadata, checked_metadata, refuse_stretches
from tonemark.exchange.rows import ExportRow
from tonemark.json_arrays import array_objects
from tonemark.refusals import Refusal, Refused, quoted

KEY = "key"
"""The field of a task's data that holds the document's key."""

_APART = frozenset((OBJECT, KEY)) | OURS
"""Names of metadata that stand in a task's `meta`: in its data they would be something else."""

_NOT_DATA = frozenset("annotations completions predictions spans tokens answer".split())
"""Fields of a task, and of Prodigy's records, that say more than a text and its metadata do."""

_NOT_OF_TASKS = frozenset("result spans entities label labels".split())
"""Fields that no task has beside its data."""

_TASKS = regex.compile(rb'"(?:data|annotations|predictions)"\s*:\s*[\[{]')


def write_label_studio(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """Write each row as a task, a line each. `data` holds text, key and metadata; without an answer
    the suggestions stand as predictions.

    Raises UnicodeEncodeError where a row holds a lone surrogate (a stored document never does).
    """
    numbers = count(1)
    tasks = ([_task(row, at, numbers)] for at, row in enumerate(rows, start=1))
    yield from write_list(tasks, stream)


def write_list(groups: Iterable[list[dict[str, Any]]], stream: IO[bytes]) -> Iterator[int]:
    """Write objects into one JSON list, in UTF-8, a line each; after each group, 1."""
    between = b"[\n"
    for group in groups:
        for each in group:
            written = json.dumps(each, ensure_ascii=False, allow_nan=False)
            stream.write(between + written.encode())
            between = b",\n"
        yield 1
    stream.write(b"\n]\n" if between == b",\n" else b"[]\n")


def _task(row: ExportRow, number: int, numbers: Iterator[int]) -> dict[str, Any]:
    shown, apart = parted(row.meta, _APART)
    task: dict[str, Any] = {"id": number, "data": {OBJECT: row.text, KEY: row.key, **shown}}
    task["annotations"] = annotations_of(row, numbers)
    task["predictions"] = predictions_of(row)
    if apart:
        task["meta"] = apart
    return task


def parted(meta: Mapping[str, Any], names: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metadata, without those of `names`, and those alone."""
    return (
        {name: value for name, value in meta.items() if name not in names},
        {name: value for name, value in meta.items() if name in names},
    )


def read_label_studio(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A task a record. Objects without `data` are the data themselves.

    The text is the field `text_column` of the data, else `text`, else the only string; the key is
    `key` or `id` there, else the task's own id. Other data and the task's `meta` are metadata.

    Raises TonemarkError where the file is UTF-16 or no list, or where more than one annotator is
    named.
    """
    check_annotators(options)
    told = False
    for number, item in enumerate(array_objects(stream, options.source), start=1):
        if isinstance(item, Refusal):
            yield item
            continue
        line, task = item
        try:
            record = _record(task, number, line, options)
        except Refused as refused:
            yield Refusal(line, str(refused))
            continue
        predictions = task.get("predictions")
        if not told and isinstance(predictions, list) and any(type(p) is int for p in predictions):
            told = True
            note = "predictions are left out: the file has their numbers alone"
            record = record._replace(warnings=(*record.warnings, note))
        yield record


def check_annotators(options: ReadOptions) -> None:
    """Raises TonemarkError where more than one annotator is named."""
    one_name(
        options,
        "Label Studio says whose each annotation is",
        "Give one name at most: of those annotations that nobody is named for.",
    )


def _record(given: dict[str, Any], number: int, line: int, options: ReadOptions) -> Record:
    data, task = _data(given)
    field = text_field(data, options.text_column)
    text = checked_text(data[field])
    key = key_of(data) or checked_key(task.get("id"), "id")
    warnings: list[str] = []
    annotations = task.get("annotations", task.get("completions"))
    said = read_annotations(annotations, text, options, warnings)
    foreseen = read_predictions(task.get("predictions"), text, options.origin, warnings)
    if drafts := task.get("drafts"):
        amount = len(drafts) if isinstance(drafts, list) else 1
        warnings.append(f"left out: {amount} draft{'s' * (amount > 1)}")
    meta = metadata(data, task.get("meta"), frozenset((field, KEY)), warnings)
    priority = checked_priority(meta.get("priority"), warnings)
    return Record(
        number,
        line,
        text,
        key,
        meta,
        suggestions=said.suggestions + foreseen,
        annotations=said.annotations,
        warnings=tuple(dict.fromkeys(warnings)),
        priority=priority,
    )


def _data(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data of a task, and the task: nothing where the data stand alone. Raises Refused."""
    if "data" not in given:
        refuse_stretches(given)
        if field := next((name for name in given if name in _NOT_DATA), None):
            raise Refused(
                f"{quoted(field)} without \"data\": no task of Label Studio (jq -c '.[]' makes JSON"
                " Lines of a list)"
            )
        return given, {}
    data = given["data"]
    if not isinstance(data, dict):
        raise Refused(f'"data" is {quoted(data)}, not an object')
    refuse_stretches({name: value for name, value in given.items() if name in _NOT_OF_TASKS})
    return data, given


def text_field(data: Mapping[str, Any], column: str | None) -> str:
    """The field that holds the text. Raises Refused."""
    name = column or OBJECT
    if name in data:
        return name
    texts = [field for field, value in data.items() if isinstance(value, str)]
    texts = [field for field in texts if field not in (KEY, "id")]
    if column is None and len(texts) == 1:
        return texts[0]
    named = ", ".join(map(quoted, texts[:5]))
    hint = f"; --text-column names the field of the text: {named}" if texts else ""
    raise Refused(f"no {quoted(name)}{hint}")


def key_of(data: Mapping[str, Any]) -> str | None:
    """The key that the data name. Raises Refused."""
    return checked_key(data.get(KEY), KEY) or checked_key(data.get("id"), "id")


def metadata(
    data: Mapping[str, Any], apart: Any, own: frozenset[str], warnings: list[str]
) -> dict[str, Any]:
    """What the data hold besides the fields `own`, and the `meta` that stand apart from them."""
    kept = checked_metadata(as_metadata(apart), warnings)
    for name, value in data.items():
        if name in own:
            continue
        if name in OURS:
            warnings.append(f"the field {quoted(name)} is left out: the name is ours")
            continue
        if name in kept and kept[name] != value:
            warnings.append(f'{quoted(name)} of the data is taken, that of "meta" left out')
        kept[name] = value
    return kept


def recognise(head: bytes) -> bool | None:
    """Whether the beginning of a file is that of a list of JSON whose objects are each an
    annotation (JSON_MIN); None where it is no list."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"[":
        return None
    first = next(array_objects(io.BytesIO(head), ""), None)
    if isinstance(first, tuple):
        given = first[1]
        return "data" not in given and not given.keys().isdisjoint(("annotator", "annotation_id"))
    # It is longer than what is looked at, or broken. Data alone are read by both in the same way.
    return b"{" in head and not _TASKS.search(head)


FORMAT = Format(
    "label-studio",
    "Label Studio's JSON: annotations and predictions",
    (".json",),
    read_label_studio,
    write_label_studio,
    recognises=lambda head: recognise(head) is False,
    versions=True,
    suggests=True,
    holds=frozenset(("text", "keys", "metadata", "annotators", "answers", "comments")),
    cannot=(
        "once Label Studio itself has had it: comments, reject told from ignore, and who annotated"
        " (all is the user's who imported it, and of several answers to a text the last is taken)",
    ),
    label_fault=label_fault,
    companions=configuration,
)
