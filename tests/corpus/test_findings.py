"""Findings as a stream, and where grapheme clusters begin: what an examination stands on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.soundness.findings import EACH, KINDS, Finding, first_of_each
from tonemark.corpus.soundness.spans import inside_cluster
from tonemark.text import graphemes


def test_of_each_kind_the_first_are_given_and_the_others_counted() -> None:
    many = [Finding("a", str(n), "r") for n in range(EACH + 5)] + [Finding("b")]
    found = list(first_of_each(many))
    assert [each.where for each in found[:EACH]] == [str(n) for n in range(EACH)]
    assert found[EACH:] == [Finding("b"), Finding("a", "5 more like this", "r")]
    kinds = list(first_of_each(Finding(f"kind {n}") for n in range(KINDS * 10)))
    assert len(kinds) == KINDS + EACH + 1


@given(st.text(st.sampled_from("a ọ̀\u0301\u200d👩🇳🇬\r\nक्षि"), max_size=40))
def test_inside_a_cluster_is_where_no_cluster_begins(text: str) -> None:
    starts = {start for start, _ in graphemes(text)} | {len(text)}
    assert [inside_cluster(text, at) for at in range(len(text) + 1)] == [
        at not in starts for at in range(len(text) + 1)
    ]
