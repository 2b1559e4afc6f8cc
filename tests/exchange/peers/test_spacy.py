"""spaCy reads what is written for it: its DocBin, its `debug data`, its examples for training."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example, biluo_tags_to_spans
from spacy.vocab import Vocab
from spanned_rows import corpus_rows

from tonemark.corpus.spans import Span
from tonemark.exchange.base import WriteOptions
from tonemark.exchange.formats.docbin.writing import label_fault, write_docbin
from tonemark.exchange.losses import SHAPES
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.general import GeneralTokenizer

LABELS = (*SHAPES, "-", "I-", "!X", "PERSON", "0", "|", "👋")


def accepted(text: str, *spans: Span) -> ExportRow:
    tokens = tuple(GeneralTokenizer().tokenize(text))
    return ExportRow("k", text, {}, tokens, spans, "accept", "amina")


def docs(path: Path, rows: Sequence[ExportRow]) -> list[Doc]:
    with path.open("wb") as stream:
        list(write_docbin(rows, stream, WriteOptions()))
    return list(DocBin().from_disk(path).get_docs(Vocab()))


def entities(spans: Sequence[object]) -> set[tuple[int, int, str]]:
    return {(s.start_char, s.end_char, s.label_) for s in spans}  # type: ignore[attr-defined]


@pytest.mark.parametrize("label", LABELS)
def test_labels_come_through_training_but_those_that_are_refused(
    label: str, tmp_path: Path
) -> None:
    row = accepted("Vaj Pov nyob Luang", Span(0, 7, label), Span(13, 18, "LOC"))
    [doc] = docs(tmp_path / "x.spacy", [row])
    nlp = spacy.blank("xx")
    ner = nlp.add_pipe("ner")
    example = Example(nlp.make_doc(doc.text), doc)
    if label_fault(label):
        nlp.initialize(lambda: [example])
        with pytest.raises(ValueError, match="E869"):
            nlp.update([example])
        return
    nlp.initialize(lambda: [example])
    assert set(ner.labels) == {label, "LOC"}  # type: ignore[attr-defined]
    assert nlp.update([example])["ner"] > 0
    wanted = {(0, 7, label), (13, 18, "LOC")}
    assert entities(biluo_tags_to_spans(doc, example.get_aligned_ner())) == wanted
    again = Example.from_dict(nlp.make_doc(doc.text), example.to_dict())
    assert entities(again.reference.ents) == wanted


def test_a_copy_of_every_document_can_be_written_by_spacy(tmp_path: Path) -> None:
    text = "👋 Vaj Pov nyob  Luang Prabang, Ẹ̀kọ́."
    row = accepted(text, Span(2, 9, "PER"), Span(16, 29, "LOC"), Span(16, 21, "X"))
    [doc] = docs(tmp_path / "x.spacy", [row])
    [again] = DocBin(store_user_data=True, docs=[doc]).get_docs(Vocab())
    assert again.user_data == doc.user_data
    assert entities(again.spans["sc"]) == {(s.start, s.end, s.label) for s in row.spans}
    assert Doc(Vocab()).from_json(doc.to_json()).text == text
    assert Doc(Vocab()).from_bytes(doc.to_bytes()).ents[0].text == "Vaj Pov"


def test_debug_data_finds_nothing_wrong(corpora: Path) -> None:
    """Its code is 1 for a small corpus, too: its lines are looked at."""
    rows = corpus_rows(corpora / "ner" / "swa" / "dev.conll")
    rows.append(accepted("  Vaj  Pov\n", Span(2, 10, "PER")))
    rows.append(ExportRow("open", "haijafanywa bado", {}, None))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, there in (("train", rows[:200]), ("dev", rows[200:])):
            docs(folder / f"{part}.spacy", there)
        config = folder / "config.cfg"
        nlp = spacy.blank("xx")
        nlp.add_pipe("ner")
        nlp.add_pipe("spancat")
        nlp.config.to_disk(config)
        paths = [f"--paths.{part}={folder / part}.spacy" for part in ("train", "dev")]
        done = subprocess.run(
            [sys.executable, "-m", "spacy", "debug", "data", str(config), *paths, "--no-format"],
            capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        )  # fmt: skip
    told = done.stdout + done.stderr
    assert "Traceback" not in told
    assert "200 training docs" in told, told
    assert "Corpus is loadable" in told
    lines = [line for line in told.splitlines() if "whitespace" in line or "misaligned" in line]
    assert any("No entities consisting of or starting/ending with whitespace" in x for x in lines)
    assert not any("invalid whitespace" in line for line in lines), lines
    assert "sc          {" in told
    assert "4 label(s)" in told


def test_nothing_is_dropped_with_a_warning(corpora: Path, tmp_path: Path) -> None:
    """spaCy leaves out an entity that is not on its tokens with no more than W030."""
    rows = corpus_rows(corpora / "ner" / "yor" / "dev.conll")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for row, doc in zip(rows, docs(tmp_path / "x.spacy", rows), strict=True):
            example = Example(Doc(doc.vocab, words=[t.text for t in doc],
                                  spaces=[bool(t.whitespace_) for t in doc]), doc)  # fmt: skip
            found = biluo_tags_to_spans(example.predicted, example.get_aligned_ner())
            assert entities(found) == {(s.start, s.end, s.label) for s in row.spans}
