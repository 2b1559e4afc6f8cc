"""spaCy's DocBin, written: doc.ents and doc.spans of every document, what else we know of it in
doc.user_data. `records.py` reads it.

Format: spacy.io/api/docbin. What stands is in doc.ents, and in doc.spans["sc"], the key of spaCy's
spancat, where it may overlap: under tokens of spans that do doc.ents is missing, and so it is all
through a document that is not done. Each annotator of several has a layer of her own, and each kind
of suggestion one; skweak takes them for labelling functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from tonemark.corpus.spans import Stretch, Suggestion
from tonemark.exchange.base import HELD_WHOLE, Format, Misfit, WriteOptions
from tonemark.exchange.fitting import on_common_tokens
from tonemark.exchange.formats.docbin.packing import (
    BEGINS,
    INSIDE,
    MISSING,
    OUTSIDE,
    BinWriter,
    Layer,
    LayerSpan,
    Packed,
    packed_size,
)
from tonemark.exchange.formats.docbin.records import (
    ANNOTATOR,
    FIELD,
    GOLD_LAYER,
    STANDS,
    SUGGESTED,
    read_docbin,
)
from tonemark.exchange.formats.docbin.unpacking import DATA_LIMIT
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.settled import GOLD, settled_json
from tonemark.exchange.tagging import pieces
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.bridges.spacing import Spaced, with_gaps


def write_docbin(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """Write the rows, all at the end: a DocBin is compressed as one.

    Raises TonemarkError where they have more tokens than one holds (178 million).
    """
    written = BinWriter()
    for row in rows:
        written.add(packed(row))
        yield 1
    written.write(stream)


def spaced(text: str, tokens: Sequence[Token]) -> list[Spaced]:
    """The tokens of the Doc: ours, and white space and all else that is in none of them; pieces of
    the text where there are no tokens of ours."""
    return with_gaps(text, tokens or pieces(text, ()))


def packed(row: ExportRow) -> Packed:
    """A row as the document of a DocBin. Raises KeyError where a span does not lie on its tokens
    (`spaced`), or on those that all its versions share."""
    text = row.text
    placed = spaced(text, on_common_tokens(row).tokens or ())
    layers, own = _layers(row, placed)
    iob, labels = _entities(row, layers, len(placed))
    nexts = [each.start for each in placed[1:]] + [len(text)]
    return Packed(
        [text[start:end] for start, end, _ in placed],
        [each.end < start for each, start in zip(placed, nexts, strict=True)],
        iob,
        labels,
        layers,
        {FIELD: own},
    )


def _layers(row: ExportRow, placed: Sequence[Spaced]) -> tuple[dict[str, Layer], dict[str, Any]]:
    """doc.spans, and what stands of the row in doc.user_data."""
    starts = {each.start: at for at, each in enumerate(placed)}
    ends = {each.end: at + 1 for at, each in enumerate(placed)}

    def layer(spans: Sequence[Stretch], **attrs: Any) -> Layer:
        found = [LayerSpan(starts[s.start], ends[s.end], s.label, s.start, s.end) for s in spans]
        return Layer(found, {"sources": [list(each.sources) for each in spans], **attrs})

    layers: dict[str, Layer] = {}
    answers = []
    if row.answer == "accept":
        # Else skweak's voters would count what was settled as one more vote.
        layers[STANDS] = layer(row.spans, avoid_in_aggregation=True)
    for each in row.answers():
        name = STANDS
        if each is not row or row.answer != "accept":
            name = _free(f"{ANNOTATOR}{each.annotator or ''}", layers)
            layers[name] = layer(each.spans)
        answers.append(_answer(each, name, row))
    if row.versions and row.settled:
        if row.answer != "accept":
            layers[GOLD_LAYER] = layer(row.spans)
        name = STANDS if row.answer == "accept" else GOLD_LAYER
        answers.append(_answer(row, name, row))
    own: dict[str, Any] = {"key": row.key, "answers": answers}
    if row.meta:
        own["meta"] = _meta(row)
    tokens = row.own_tokens()
    if tokens is None:
        own["tokens"] = None
    elif tuple(Token(s, e) for s, e, _ in placed if not row.text[s:e].isspace()) != tokens:
        own["tokens"] = _flat(tokens)
    if not row.answers():
        off = _suggested(row.suggestions, starts, ends, layers)
        own |= {"suggestions": off} if off else {}
    return layers, own


def _free(name: str, taken: dict[str, Layer]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}:{number}"
    return free


def _suggested(
    suggestions: Sequence[Suggestion],
    starts: dict[int, int],
    ends: dict[int, int],
    layers: dict[str, Layer],
) -> list[Any]:
    """Put suggestions into layers by their kinds; those that do not lie on tokens are given back,
    as they stand in doc.user_data."""
    kinds: dict[str, list[Suggestion]] = {}
    off = []
    for each in suggestions:
        if each.start not in starts or each.end not in ends:
            off.append(each.to_json())
            continue
        for kind in dict.fromkeys(map(_kind, each.sources or ("",))):
            kinds.setdefault(kind, []).append(each)
    for kind, found in kinds.items():
        spans = [LayerSpan(starts[s.start], ends[s.end], s.label, s.start, s.end) for s in found]
        attrs = {"sources": [list(s.sources) for s in found], "scores": [s.score for s in found]}
        layers[f"{SUGGESTED}{kind}"] = Layer(spans, attrs)
    return off


def _kind(source: str) -> str:
    """A layer for all of a gazetteer's entries, and of the patterns, and one for each model."""
    kind = source.partition(":")[0]
    return kind if kind in ("gazetteer", "pattern", "rule") else source[:100]


def _answer(each: ExportRow, layer: str, row: ExportRow) -> dict[str, Any]:
    said: dict[str, Any] = {"annotator": each.annotator, "answer": each.answer, "layer": layer}
    if each.comment:
        said["comment"] = each.comment
    if each.flagged:
        said["flagged"] = True
    if each.time is not None:
        said["time"] = each.time
    if each.settled is not None:
        said[GOLD] = settled_json(each.annotator, each.settled)
    if each.tokens is not None and each.tokens != row.own_tokens():
        said["tokens"] = _flat(each.tokens)
    return said


def _flat(tokens: Sequence[Token]) -> list[int]:
    return [place for token in tokens for place in token]


def _meta(row: ExportRow) -> Any:
    """Metadata, as JSON where msgpack cannot say them: it knows no number of more than 64 bits."""
    meta = dict(row.meta)
    try:
        packed_size(meta)
    except (OverflowError, ValueError):
        return json.dumps(meta, ensure_ascii=False)
    return meta


def _entities(row: ExportRow, layers: dict[str, Layer], count: int) -> tuple[list[int], list[str]]:
    """ENT_IOB and label of each token."""
    labels = [""] * count
    if row.answer != "accept":
        return [MISSING] * count, labels
    iob = [OUTSIDE] * count
    spans = sorted(layers[STANDS].spans)
    reached = 0
    for at, span in enumerate(spans):
        following = spans[at + 1].first if at + 1 < len(spans) else count
        overlaps = span.first < reached or following < span.end
        reached = max(reached, span.end)
        if overlaps:
            iob[span.first : span.end] = [MISSING] * (span.end - span.first)
            continue
        iob[span.first] = BEGINS
        iob[span.first + 1 : span.end] = [INSIDE] * (span.end - span.first - 1)
        labels[span.first : span.end] = [span.label] * (span.end - span.first)
    return iob, labels


def label_fault(label: str) -> str:
    """Why spaCy's NER would refuse a label; nothing where it would not."""
    if label.startswith("!"):
        return "begins with !, which means to spaCy that it is not there (its error E869)"
    return ""


def misfits(row: ExportRow) -> Iterator[Misfit]:
    """White space at the edge of a span, which is an error to spaCy's `debug data`; versions whose
    tokens do not go together; metadata beyond what we read back."""
    for each in row.answers():
        for span in each.spans:
            if row.text[span.start].isspace() or row.text[span.end - 1].isspace():
                yield Misfit(span.start, span.end, "has white space at its edge")
    if row.versions:
        placed = spaced(row.text, on_common_tokens(row).tokens or ())
        starts, ends = {each.start for each in placed}, {each.end for each in placed}
        for each in (row, *row.versions):
            for span in each.spans:
                if span.start not in starts or span.end not in ends:
                    reason = "begins or ends inside a token of another annotator"
                    yield Misfit(span.start, span.end, reason)
    if row.meta and packed_size(_meta(row)) > DATA_LIMIT // 2:
        yield Misfit(0, 0, f"has metadata of more than {DATA_LIMIT >> 21} MiB")


FORMAT = Format(
    "spacy",
    "spaCy's DocBin, for spacy train and skweak",
    (".spacy",),
    read_docbin,
    write_docbin,
    unit="tokens",
    on_tokens=True,
    borders=spaced,
    versions=True,
    suggests=True,
    holds=HELD_WHOLE,
    cannot=(
        "spans that overlap in doc.ents (they are in doc.spans alone)",
        "white space at the edge of a span",
        "doc.cats, parts of speech and parses, when read",
    ),
    label_fault=label_fault,
    misfits=misfits,
)
