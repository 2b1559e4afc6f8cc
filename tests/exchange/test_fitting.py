"""What formats cannot say: found for each reason, and mapped to what they can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import Format, Misfit
from tonemark.exchange.fitting import LabelMap, faults, mapped, on_common_tokens
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import pieces, spans_of, tags_of
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer

TEXT = "Dar es Salaam leo"
TAGS = Format("tags", "tags", on_tokens=True, overlaps=False, label_fault=lambda label: (
    "" if label.isupper() else "is not in capitals"
))  # fmt: skip
PLAIN = Format("plain", "offsets")


def row(*spans: tuple[int, int, str], text: str = TEXT) -> ExportRow:
    tokens = tuple(GeneralTokenizer().tokenize(text))
    made = tuple(Span(start, end, label, ("manual",)) for start, end, label in spans)
    return ExportRow("k", text, tokens=tokens, spans=made, answer="accept", annotator="amina")


def said(row: ExportRow) -> list[tuple[int, int, str]]:
    return [(each.start, each.end, each.label) for each in row.spans]


@pytest.mark.parametrize(
    ("spans", "kinds", "after"),
    [
        ([], [], []),
        ([(0, 13, "LOC")], [], [(0, 13, "LOC")]),
        ([(0, 2, "LOC")], ["inside"], [(0, 3, "LOC")]),
        ([(0, 4, "LOC")], ["inside"], [(0, 3, "LOC")]),
        ([(3, 6, "LOC")], ["inside"], [(4, 6, "LOC")]),
        ([(0, 3, "LOC"), (0, 13, "ORG")], ["overlapping"], [(0, 13, "ORG")]),
        ([(0, 6, "LOC"), (4, 13, "ORG")], ["overlapping"], [(4, 13, "ORG")]),
        ([(0, 3, "LOC"), (0, 3, "ORG")], ["overlapping"], [(0, 3, "LOC")]),
        ([(0, 2, "LOC"), (1, 3, "LOC")], ["inside", "inside"], [(0, 3, "LOC")]),
        ([(0, 3, "Loc")], ["label"], [(0, 3, "LOC_A")]),
        ([(0, 3, "LOC"), (4, 6, "Loc"), (7, 13, "loc")], ["label"] * 2,
         [(0, 3, "LOC"), (4, 6, "LOC_A"), (7, 13, "LOC_B")]),
    ],
)  # fmt: skip
def test_kinds_and_what_mapping_makes_of_them(
    spans: list[tuple[int, int, str]], kinds: list[str], after: list[tuple[int, int, str]]
) -> None:
    given = row(*spans)
    assert [fault.kind for fault in faults(TAGS, given)] == kinds
    found = mapped(TAGS, given, LabelMap(TAGS, ["LOC", "ORG"]))
    assert found is not None
    assert said(found.row) == after
    assert bool(found.changes) == bool(kinds)
    assert not faults(PLAIN, given)
    assert mapped(PLAIN, given, LabelMap(PLAIN, [])) == (given, [])


def test_white_space_alone_cannot_be_mapped() -> None:
    given = row((3, 4, "LOC"))
    assert [fault.kind for fault in faults(TAGS, given)] == ["inside"]
    assert mapped(TAGS, given, LabelMap(TAGS, [])) is None


def test_what_the_format_itself_refuses_is_found_and_not_mapped() -> None:
    odd = replace(PLAIN, misfits=lambda row: [Misfit(0, 3, "holds a Dar")])
    assert faults(odd, row()) == [(0, 3, "other", "holds a Dar")]
    assert mapped(odd, row(), LabelMap(odd, [])) is None


def test_a_label_is_the_same_all_through_an_export_and_of_no_other() -> None:
    labels = LabelMap(TAGS, ["PER", "LOC_A"])
    names = ("Per", "PER", "per", "Per", "Ọba", "ba", "LOC_A")
    written = [labels.of(name) for name in names]
    assert written == ["PER_A", "PER", "PER_B", "PER_A", "BA", "BA_A", "LOC_A"]
    assert labels.given == {"Per": "PER_A", "per": "PER_B", "Ọba": "BA", "ba": "BA_A"}
    taken = LabelMap(TAGS, {"loc", "LOC", "LOC_A"})
    assert taken.of("loc") == "LOC_B"


def test_what_stands_beside_the_answers_is_mapped_and_told_too() -> None:
    gold = replace(row((0, 4, "LOC")), versions=(row((0, 3, "LOC")), row((0, 3, "ORG"))))
    assert [fault.start for fault in faults(TAGS, gold)] == [0]
    found = mapped(TAGS, gold, LabelMap(TAGS, ["LOC", "ORG"]))
    assert found is not None
    assert said(found.row) == [(0, 3, "LOC")]
    assert [(each.kind, each.end) for each in found.changes] == [("inside", 4)]
    alike = replace(gold, versions=(row((0, 4, "LOC")),))
    again = mapped(TAGS, alike, LabelMap(TAGS, ["LOC"]))
    assert again is not None
    assert len(again.changes) == 1


def test_labels_of_suggestions_that_are_written_are_looked_at() -> None:
    proposed = (Suggestion(0, 2, "Loc", ("m",)), Suggestion(0, 3, "LOC", ("m",)))
    open_row = replace(row(), answer=None, annotator=None, suggestions=proposed)
    assert not faults(TAGS, open_row)
    writes = replace(TAGS, suggests=True)
    assert [fault.kind for fault in faults(writes, open_row)] == ["label"]
    found = mapped(writes, open_row, LabelMap(writes, ["LOC"]))
    assert found is not None
    assert [each.label for each in found.row.suggestions] == ["LOC_A", "LOC"]
    assert [each.kind for each in found.changes] == ["label"]
    assert not faults(writes, replace(row(), suggestions=proposed)), "an answer goes out instead"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), unique=True, max_size=12))
def test_of_spans_that_overlap_the_longest_stay(places: list[tuple[int, int]]) -> None:
    text = "a" * 50
    format = Format("plain", "offsets", overlaps=False)
    spans = tuple(Span(start, start + size, "X") for start, size in places)
    given_row = ExportRow("k", text, spans=spans, answer="accept", annotator="amina")
    found = mapped(format, given_row, LabelMap(format, ["X"]))
    assert found is not None
    kept: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start - each.end, each.start)):
        if not any(each.overlaps(span.start, span.end) for each in kept):
            kept.append(span)
    assert found.row.spans == tuple(sorted(kept))
    assert len(found.changes) == len(spans) - len(kept)


def test_many_spans_are_mapped_without_looking_at_all_for_each() -> None:
    """It took hours, not a second, for 100,000."""
    text = "neno " * 50_000
    tokens = tuple(Token(at, at + 4) for at in range(0, len(text), 5))
    spans = tuple(Span(at, at + 2, "LOC") for at in range(0, len(text), 5))
    long = ExportRow("k", text, tokens=tokens, spans=spans, answer="accept")
    found = mapped(TAGS, long, LabelMap(TAGS, ["LOC"]))
    assert found is not None
    assert said(found.row) == [(start, end, "LOC") for start, end in tokens]


def test_answers_side_by_side_stand_on_tokens_that_all_of_them_share() -> None:
    one = row((0, 2, "LOC"))
    cut = replace(one, tokens=(Token(0, 2), Token(2, 3), *one.tokens[1:]) if one.tokens else None)
    whole = replace(row(), spans=(), versions=(row((0, 3, "LOC")), cut))
    common = on_common_tokens(whole)
    assert common.tokens == cut.tokens
    assert {each.tokens for each in common.versions} == {cut.tokens}
    assert not faults(TAGS, common)


words = st.text(st.sampled_from("aẹ̀𞤀 \n,"), min_size=1, max_size=20).filter(str.strip)


@given(words, st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=6))
def test_mapped_rows_have_no_fault_and_tags_bring_their_spans_back(
    text: str, places: list[tuple[int, int]]
) -> None:
    spans = [(s, min(s + n, len(text)), "LOC") for s, n in places if s < len(text)]
    found = mapped(TAGS, row(*dict.fromkeys(spans), text=text), LabelMap(TAGS, []))
    if found is None:
        assert any(text[start:end].isspace() for start, end, _ in spans)
        return
    assert not faults(TAGS, found.row)
    placed = pieces(text, found.row.tokens or ())
    assert "".join(text[s:e] for s, e in placed) == "".join(text.split())
    back = spans_of(tags_of(placed, found.row.spans), placed, "manual")
    assert [(s.start, s.end, s.label) for s in back] == said(found.row)
