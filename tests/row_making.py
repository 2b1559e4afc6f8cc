"""Rows as exports get them, drawn for properties: odd text, tokens given or not, any answer."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from tonemark.corpus.labels import label_fault
from tonemark.corpus.records import ANSWERS
from tonemark.corpus.spans import Span
from tonemark.exchange.formats.prodigy.writing import OWN_FIELDS
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token

CHARACTERS = st.one_of(
    st.sampled_from("ab \t\n\r\u00a0\u2028\u0085\u0300\u0323\u200d👋🏽𞤀ẹ"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)
TEXTS = st.text(CHARACTERS, min_size=1, max_size=30).filter(lambda text: not text.isspace())
NAMES = st.text(st.characters(categories=["L", "N", "M"]), min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> ExportRow:
    text = draw(TEXTS)
    borders = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    tokens = tuple(
        Token(start, end)
        for start, end in itertools.pairwise(borders)
        if draw(st.booleans()) and not text[start:end].isspace()
    )
    edges = st.integers(0, len(text))
    if tokens and draw(st.booleans()):
        edges = st.sampled_from(sorted({edge for token in tokens for edge in token}))
    labels = NAMES.filter(lambda name: label_fault(name) is None)
    places = draw(st.lists(st.tuples(edges, edges, labels), max_size=4, unique=True))
    spans = tuple(
        Span(start, end, label, draw(st.sampled_from([("manual",), ("rule:r", "model:m")])))
        for start, end, label in places
        if start < end
    )
    given_fields = draw(
        st.dictionaries(NAMES.filter(lambda n: n not in ("id", "key")), JSON, max_size=2)
    )
    given_fields = {n: v for n, v in given_fields.items() if n not in OWN_FIELDS}
    meta = draw(st.dictionaries(NAMES, JSON, max_size=2))
    return ExportRow(
        draw(NAMES),
        text,
        {**meta, "_given": given_fields} if given_fields else meta,
        draw(st.sampled_from([tokens, None])),
        spans,
        draw(st.sampled_from(ANSWERS)),
        draw(NAMES),
        draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
        draw(st.booleans()),
        draw(st.none() | st.floats(0, 1e11)),
    )
