"""Prodigy's task format (interface ner_manual, and review), written: one JSON object a line.

Format: prodi.gy/docs/api-interfaces and recipes#review; `token_end` is inclusive, all other ends
are exclusive, and offsets count code points. `reading.py` reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import IO, Any

from tonemark.corpus.pieces import PIECE
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import WriteOptions
from tonemark.exchange.metadata import GIVEN, OURS
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.settled import GOLD, settled_json
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.bridges.spacing import Spaced, with_gaps

GAP = "_gap"
"""The mark of a token that only carries text which no token of the document covers."""

APART = "_tokens"
"""The field of the tokens, `[[start, end], ...]`, where a span does not lie on them."""

DOCUMENT = "_document_tokens"
"""The field of the document's own tokens, as in APART, where whoever answered corrected them."""

OWN_FIELDS = frozenset(
    "text tokens spans meta answer key comment flagged "
    f"_annotator_id _session_id _view_id _is_binary _timestamp {GOLD} {APART} {DOCUMENT}".split()
)
"""The fields that are ours to write; what the input had under other names is put back."""

REVIEW_FIELDS = frozenset(("versions", "sessions", "view_id", "default"))
"""The fields that are ours besides where several annotators' answers stand side by side."""


def write_jsonl(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """Write each row as a line of UTF-8, ended by LF.

    Raises UnicodeEncodeError where a row holds a lone surrogate (a stored document never does).
    """
    for row in rows:
        task = json.dumps(to_prodigy(row, options.dataset), ensure_ascii=False, allow_nan=False)
        stream.write(task.encode() + b"\n")
        yield 1


def to_prodigy(row: ExportRow, dataset: str) -> dict[str, Any]:
    """The row as a task of Prodigy's: what `json.dumps` takes.

    Tokens are there if the row has them and every span keeps to their borders; else the record is
    in Prodigy's character mode, with offsets alone: its reader refuses a record with a span that
    does not lie on the tokens beside it. Without an answer the suggestions stand as
    spans. `_annotator_id` is the annotator's name alone, `_session_id` has the data set before it.
    A row with versions is as the recipe `review` writes it. Tokens that an annotator corrected are
    the task's: her spans lie on them; the document's own stand apart.
    """
    given = row.meta.get(GIVEN, {})
    meta = {name: value for name, value in row.meta.items() if name not in OURS}
    task: dict[str, Any] = {"text": row.text, "key": row.key}
    if meta:
        task["meta"] = meta
    if PIECE in row.meta:
        task[PIECE] = row.meta[PIECE]
    own = OWN_FIELDS if row.answer else OWN_FIELDS - {"comment", "flagged"}
    if row.versions:
        task |= _review(row, dataset)
        own |= REVIEW_FIELDS
    else:
        task |= _said(row, dataset)
    if row.document_tokens is not None:
        task[DOCUMENT] = _places(row.document_tokens)
    for name, value in given.items():
        if name in ("_input_hash", "_task_hash"):
            # The input's own hashes stay: Prodigy knows by them what it has seen already. A piece
            # of the input it has not seen.
            if type(value) is int and PIECE not in row.meta:
                task[name] = value
        elif name not in own:
            task.setdefault(name, value)
    return task


def _said(row: ExportRow, dataset: str) -> dict[str, Any]:
    """What a row says of its text, as a task does."""
    task: dict[str, Any] = {}
    spans = row.shown()
    firsts: dict[int, int] = {}
    lasts: dict[int, int] = {}
    if row.tokens is not None and row.fits_tokens():
        placed = with_gaps(row.text, row.tokens)
        firsts = {token.start: index for index, token in enumerate(placed)}
        lasts = {token.end: index for index, token in enumerate(placed)}
        task["tokens"] = _tokens(row.text, placed)
    elif row.tokens is not None:
        task[APART] = _places(row.tokens)
    if row.answer or spans:
        task["spans"] = [_span(span, firsts, lasts) for span in spans]
    if row.answer:
        task["answer"] = row.answer
    task["_view_id"] = "ner_manual"
    task["_is_binary"] = False
    task["_input_hash"] = _hash(row.text)
    task["_task_hash"] = _hash([row.text, [[s.start, s.end, s.label] for s in spans]])
    if row.annotator is not None:
        task["_annotator_id"] = row.annotator
        task["_session_id"] = _session(row, dataset)
    if row.settled is not None:
        task[GOLD] = settled_json(row.annotator, row.settled)
    if row.time is not None:
        task["_timestamp"] = int(row.time) if row.time.is_integer() else row.time
    if row.comment:
        task["comment"] = row.comment
    if row.flagged:
        task["flagged"] = True
    return task


def _places(tokens: Sequence[Token]) -> list[list[int]]:
    return [[token.start, token.end] for token in tokens]


def _review(row: ExportRow, dataset: str) -> dict[str, Any]:
    """What a row with versions says, as the recipe `review` does: each version is a task, with the
    sessions that gave it, one of them the default: what most gave, the first where several are.

    The recipe makes the record of its default; ours says what stands of the versions, if anything
    does, and that all of them say so (`_gold` is null) where nobody settled it.
    """
    if row.answer and row.settled is None:
        row = replace(row, annotator=None, comment="", flagged=False, time=None)
    task = _said(row, dataset)
    if row.answer and row.settled is None:
        task[GOLD] = None
    told = [_content(each) for each in row.versions]
    default = told.index(max(told, key=Counter(told).__getitem__))
    task["versions"] = [
        {
            "text": row.text,
            **_said(version, dataset),
            "sessions": [] if version.annotator is None else [_session(version, dataset)],
            "default": at == default,
        }
        for at, version in enumerate(row.versions)
    ]
    task["sessions"] = task["versions"][default]["sessions"]
    task |= {"_view_id": "review", "view_id": "ner_manual"}
    return task


def _session(row: ExportRow, dataset: str) -> str:
    return f"{dataset}-{row.annotator}" if dataset else f"{row.annotator}"


def _content(row: ExportRow) -> tuple[object, ...]:
    """What an answer says, for comparing."""
    return row.answer, frozenset((span.start, span.end, span.label) for span in row.spans)


def _tokens(text: str, placed: Sequence[Spaced]) -> list[dict[str, Any]]:
    nexts = [start for start, _, _ in placed[1:]] + [len(text)]
    tokens = []
    for index, ((start, end, number), following) in enumerate(zip(placed, nexts, strict=True)):
        token = {"text": text[start:end], "start": start, "end": end, "id": index}
        token["ws"] = following > end
        if number is None and not text[start:end].isspace():
            token[GAP] = True
        tokens.append(token)
    return tokens


def _span(span: Span | Suggestion, firsts: dict[int, int], lasts: dict[int, int]) -> dict[str, Any]:
    task: dict[str, Any] = {"start": span.start, "end": span.end}
    if firsts:
        task |= {"token_start": firsts[span.start], "token_end": lasts[span.end]}
    task |= {"label": span.label, "sources": list(span.sources)}
    if isinstance(span, Suggestion):
        task["score"] = span.score
    return task


def _hash(value: object) -> int:
    """A 32-bit signed number, the same on every machine, as Prodigy's hashes are."""
    data = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    return int.from_bytes(hashlib.blake2b(data, digest_size=4).digest(), "big", signed=True)
