"""Rows to export whose spans may lie anywhere: of the corpora's CoNLL files, and drawn ones."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.columns.conll import read_conll
from tonemark.exchange.rows import ExportRow

LETTERS = "ab Zé\u0301ẹ̀ɓ\n\t\r\u2028\x85\x0b\x0c\x1c.,-\u200d\u00a0ﷺ👋𖬀𞤀𞤣\U0001e100ሰ\ufeff\"\\'"


def corpus_rows(path: Path) -> list[ExportRow]:
    """A row a sentence of a file, or of all files of a folder: the spans of its first column."""
    rows = []
    for file in sorted(path.glob("*.conll")) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            for record in read_conll(stream, ReadOptions(source=file.name)):
                assert isinstance(record, Record)
                spans = tuple(Span(s.start, s.end, s.label) for s in record.suggestions)
                key = f"{file.stem}:{record.number}"
                rows.append(
                    ExportRow(key, record.text, {}, record.tokens, spans, "accept", "amina")
                )
    return rows


@st.composite
def span_rows(draw: st.DrawFn, labels: str = "[A-Za-z0-9_ẹ𞤀-]{1,9}") -> ExportRow:
    """A row of an accept: any text of LETTERS that a document may have, any spans."""
    text = draw(st.text(LETTERS, min_size=1, max_size=30).filter(lambda each: not each.isspace()))
    place = st.integers(0, len(text))
    pairs = st.tuples(place, place).filter(lambda each: each[0] < each[1])
    names = st.from_regex(labels, fullmatch=True)
    spans = draw(st.lists(st.builds(lambda p, name: Span(*p, name), pairs, names), max_size=5))
    return ExportRow("k", text, {}, None, tuple(spans), "accept", "amina")
