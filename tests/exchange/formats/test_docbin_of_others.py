"""What is made of a DocBin that anybody wrote with spaCy."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docbin_rows import FILE, PER, annotation, docs, read, row, written
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as SpacySpan
from spacy.vocab import Vocab

from tonemark.corpus.records import GivenAnnotation
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.docbin.records import read_docbin
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token


def made(*given_docs: Doc, **options: Any) -> bytes:
    return DocBin(docs=given_docs, **{"store_user_data": True, **options}).to_bytes()


def doc_of(
    words: str, *ents: tuple[int, int, str], spaces: list[bool] | None = None, **layers: Any
) -> Doc:
    doc = Doc(Vocab(), words=words.split(), spaces=spaces)
    doc.set_ents([SpacySpan(doc, *ent) for ent in ents])
    for name, spans in layers.items():
        doc.spans[name] = [SpacySpan(doc, *span) for span in spans]
    return doc


def test_entities_of_others_are_suggestions_or_the_named_annotators() -> None:
    doc = doc_of("Vaj Pov nyob .", (0, 2, "PER"), spaces=[True, True, False, False])
    [record] = read(made(doc))
    assert record.text == "Vaj Pov nyob."
    assert record.tokens == (Token(0, 3), Token(4, 7), Token(8, 12), Token(12, 13))
    assert record.suggestions == (Suggestion(0, 7, "PER", (FILE,)),)
    [record] = read(made(doc), "amina")
    assert record.annotations == (
        GivenAnnotation("amina", "accept", (Span(0, 7, "PER", (FILE,)),)),
    )
    assert record.suggestions == ()


@pytest.mark.parametrize("attrs", [["ENT_IOB", "ENT_TYPE"], ["LEMMA"], ["TAG", "ENT_TYPE", "DEP"]])
def test_columns_that_are_not_there_are_missing(attrs: list[str]) -> None:
    doc = doc_of("Vaj Pov", (0, 2, "PER"), spaces=[True, False])
    [record] = read(made(doc, attrs=attrs), "amina")
    assert bool(record.annotations) == ("ENT_IOB" in attrs)


def test_missing_is_no_answer() -> None:
    doc = Doc(Vocab(), words=["Vaj", "Pov"], spaces=[True, False])
    part = Doc(Vocab(), words=["Vaj", "Pov"], spaces=[True, False])
    part.set_ents([SpacySpan(part, 0, 1, "PER")], default="missing")
    none, partly = read(made(doc, part), "amina")
    assert none.annotations == partly.annotations == ()
    assert partly.suggestions == (Suggestion(0, 3, "PER", (FILE,)),)
    assert any("missing for 1 of 2 tokens" in each for each in partly.warnings)


def test_layers_of_others_are_suggestions_each_from_its_layer() -> None:
    doc = doc_of("Vaj Pov nyob", (0, 2, "PER"), lf1=[(0, 2, "PER"), (0, 1, "X")], sc=[(2, 3, "Y")])
    [record] = read(made(doc))
    assert record.suggestions == (
        Suggestion(0, 3, "X", (f"{FILE}:lf1",)),
        Suggestion(0, 7, "PER", (FILE, f"{FILE}:lf1")),
        Suggestion(8, 12, "Y", (f"{FILE}:sc",)),
    )


def test_layers_of_named_annotators_are_their_accepts() -> None:
    doc = doc_of("Vaj Pov nyob", amina=[(0, 2, "PER")], b=[], model=[(0, 1, "X")])
    [record] = read(made(doc), "amina", "b")
    told = {
        each.annotator: [s[:3] for s in map(tuple_of, each.spans)] for each in record.annotations
    }
    assert told == {"amina": [(0, 7, "PER")], "b": []}
    assert [s.sources for s in record.suggestions] == [(f"{FILE}:model",)]
    with pytest.raises(TonemarkError, match=r"no layer of spans .* named c; its layers: 'amina'"):
        read(made(doc), "amina", "c")


def tuple_of(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def test_spans_for_spancat_are_the_named_annotators_where_there_are_no_entities() -> None:
    doc = Doc(Vocab(), words=["Vaj", "Pov"], spaces=[True, False])
    doc.spans["sc"] = [SpacySpan(doc, 0, 2, "PER"), SpacySpan(doc, 0, 1, "X")]
    [record] = read(made(doc), "amina")
    [given_] = record.annotations
    assert [tuple_of(s) for s in given_.spans] == [(0, 3, "X"), (0, 7, "PER")]


def test_user_data_of_others_are_metadata_as_far_as_json_goes() -> None:
    doc = doc_of("Vaj")
    doc.user_data = {"id": 7, "x": {"a": [1, 2]}, ("._.", "y", None, None): 1, "b": b"\xff"}
    doc.cats = {"sport": 1.0}
    doc[0].lemma_ = "vaj"
    [record, second] = read(made(doc, doc))
    assert (record.key, record.meta) == ("7", {"id": 7, "x": {"a": [1, 2]}})
    told = " ".join(record.warnings)
    assert "lemmas" in told
    assert "doc.cats" in told
    assert "user_data" in told
    assert "lemmas" not in " ".join(second.warnings)


def test_unknown_spaces_are_one_each() -> None:
    [record] = read(made(Doc(Vocab(), words=["Vaj", "Pov"])))
    assert record.text == "Vaj Pov"


def test_white_space_tokens_are_not_ours() -> None:
    doc = Doc(Vocab(), words=["a", "  ", "b", "\n"], spaces=[True, False, True, False])
    [record] = read(made(doc))
    assert (record.text, record.tokens) == ("a   b \n", (Token(0, 1), Token(4, 5)))


def test_what_was_added_to_our_documents_is_suggested() -> None:
    data = written(row(spans=[PER]))
    [doc] = docs(data)
    doc.spans["lf"] = [SpacySpan(doc, 0, 1, "X")]
    doc.set_ents([SpacySpan(doc, 5, 7, "NEW"), *doc.ents])
    [record] = read(made(doc))
    assert record.annotations == (annotation(row(spans=[PER])),)
    assert record.suggestions == (
        Suggestion(0, 1, "X", (f"{FILE}:lf",)),
        Suggestion(16, 29, "NEW", (FILE,)),
    )


def test_files_of_older_versions_of_spacy() -> None:
    """Before 3.4 the layers were a list, before 3.1 there were none."""
    import srsly

    doc = doc_of("Vaj Pov", lf=[(0, 1, "X")])
    old = DocBin(docs=[doc])
    old.span_groups = [srsly.msgpack_dumps([doc.spans["lf"].to_bytes()])]
    [record] = read(old.to_bytes())
    assert [tuple_of(s) for s in record.suggestions] == [(0, 3, "X")]  # type: ignore[arg-type]
    old.span_groups = [b""]
    assert read(old.to_bytes())[0].suggestions == ()


def test_records_count_documents() -> None:
    good, empty = doc_of("a"), Doc(Vocab(), words=[])
    given_ = list(read_docbin(io.BytesIO(made(good, empty, good)), ReadOptions()))
    assert given_[1] == Refusal(2, "document 2: the text is empty")
    assert [each.line for each in given_] == [1, 2, 3]


def test_no_documents() -> None:
    assert read(DocBin().to_bytes()) == read(written()) == []
