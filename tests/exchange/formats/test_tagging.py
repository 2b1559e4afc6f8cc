"""Pieces, and the sentences they stand in: cut where readers cut, and never inside a span."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from tagged_rows import TEXT, tagged_rows

from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import pieces, sentences_of
from tonemark.tokenizers.base import Token


@given(TEXT | st.text(st.sampled_from("ab \x1c\x1d\x1e\x1f\x85\xa0\u2028\u3000\u200b\ufeff")))
def test_pieces_are_what_python_splits(text: str) -> None:
    assert [text[start:end] for start, end in pieces(text, ())] == text.split()


def test_every_white_space_of_python_is_cut_at() -> None:
    everything = "a".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    assert [everything[slice(*each)] for each in pieces(everything, ())] == everything.split()


@given(tagged_rows(st.just("X")), st.lists(st.integers(0, 60)))
def test_a_sentence_ends_at_borders_outside_spans(row: ExportRow, borders: list[int]) -> None:
    borders = sorted(borders)
    placed = pieces(row.text, row.tokens or ())
    cut = [Token(start, start + 1) for start in borders]
    sentences = sentences_of(row.text, placed, row.spans, lambda text: cut)
    assert [piece for sentence in sentences for piece in sentence] == placed
    begin = {sentence[0].start for sentence in sentences[1:]}
    free = [at for at in borders if not any(s.start < at < s.end for s in row.spans)]
    for before, piece in itertools.pairwise(placed):
        cuts = any(before.start < at <= piece.start for at in free)
        assert (piece.start in begin) == cuts, (before, piece, free)
