"""Rows that formats of tokens and tags can write, drawn: odd text, spans on pieces."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st
from row_making import NAMES, TEXTS

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span
from tonemark.exchange.alignment import aligned
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import pieces
from tonemark.tokenizers.base import Token

SHAPES = ("PER", "O", "B-PER", "NP", "X_", "_", "a=b", "I-", "1", "#", "ክልል")
"""Labels that a reader of tags may take for something else."""

ODD = (
    "# ",
    "\ufeff",
    "B-PER O\n",
    "_ _ ",
    "O\tO",
    "a\x1cb",
    "-X- ",
    "1\t2",
    "\u3000\u00a0",
    "|=\\s",
)
"""Stretches of text that a reader of columns may take for something else."""

TEXT = st.lists(st.one_of(TEXTS, st.sampled_from(ODD)), min_size=1, max_size=4).map("".join)


@st.composite
def tagged_rows(
    draw: st.DrawFn, labels: st.SearchStrategy[str], names: Sequence[str] = ()
) -> ExportRow:
    """A row whose spans lie on its pieces and do not overlap; answered, but for a few. With `names`
    each of those may have a version."""
    text = draw(TEXT.filter(lambda text: not text.isspace()))
    borders = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    tokens = tuple(
        Token(start, end)
        for start, end in itertools.pairwise(borders)
        if draw(st.booleans()) and not text[start:end].isspace()
    )
    tokens_or_none = draw(st.sampled_from([tokens, None]))
    placed = pieces(text, tokens_or_none or ())

    def answer(name: str) -> ExportRow:
        cuts = sorted(draw(st.sets(st.integers(0, len(placed)), max_size=6)))
        spans = tuple(
            Span(placed[first].start, placed[last - 1].end, draw(labels))
            for first, last in itertools.pairwise(cuts)
            if draw(st.booleans())
        )
        return replace(row, spans=spans, answer="accept", annotator=name)

    row = ExportRow(draw(NAMES), text, tokens=tokens_or_none)
    if names:
        there = [name for name in names if draw(st.integers(0, 3))]
        return replace(row, versions=tuple(answer(name) for name in there))
    return answer("amina") if draw(st.integers(0, 5)) else row


def found(row: ExportRow, records: Sequence[Record]) -> dict[str | None, set[tuple[int, int, str]]]:
    """The spans of the records that were made of a row, where they stand in its text, by annotator
    (None: suggestions). Fails where the records' texts are not the row's, white space aside."""
    texts = [record.text for record in records]
    alignment = aligned(texts, row.text)
    assert alignment is not None, (texts, row.text)
    told: dict[str | None, set[tuple[int, int, str]]] = {}
    for at, record in enumerate(records):
        for name, spans in (
            (None, record.suggestions),
            *((each.annotator, each.spans) for each in record.annotations),
        ):
            told.setdefault(name, set()).update(
                (*alignment.placed(at, span.start, span.end), span.label) for span in spans
            )
    return told


def said(row: ExportRow) -> set[tuple[int, int, str]]:
    """The spans of a row's answer."""
    return {(span.start, span.end, span.label) for span in row.spans}
