"""What Prodigy needs of a task, checked without it: the rules of tokens and spans, and spaCy, which
rebuilds the text from the tokens and finds each span in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from row_making import rows

from tonemark.corpus.records import Settled
from tonemark.corpus.spans import Span
from tonemark.exchange.formats.prodigy.writing import to_prodigy
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token

ODD = "  Vaj  Pov\u00a0nyob\n\tLuang Prabang "
GREETING = "👋 Vaj Pov nyob Luang Prabang, Ẹ̀kọ́."


def row(text: str, places: list[tuple[int, int]], *spans: Span) -> ExportRow:
    tokens = tuple(Token(*each) for each in places)
    return ExportRow("k", text, {}, tokens, spans, "accept", "amina")


EXAMPLES = {
    "greeting": row(
        GREETING,
        [(0, 1), (2, 5), (6, 9), (10, 14), (15, 20), (21, 28), (28, 29), (30, 35), (35, 36)],
        Span(2, 9, "PER"),
        Span(15, 28, "LOC"),
        Span(30, 35, "X"),
    ),
    "white space": row(
        ODD,
        [(2, 5), (7, 10), (11, 15), (17, 22), (23, 30)],
        Span(2, 10, "PER"),
        Span(17, 30, "LOC"),
        Span(7, 15, "X"),
    ),
    "Adlam": row("𞤀𞤣𞤤𞤢𞤥 𞤀", [(0, 5), (6, 7)], Span(0, 5, "LOC"), Span(6, 7, "LOC")),
    "a token with a space": row("Luang Prabang", [(0, 13)], Span(0, 13, "LOC")),
    "tokens left out": row("a xx b", [(0, 1), (5, 6)], Span(2, 6, "X")),
}


def check_as_prodigy_does(task: dict[str, Any]) -> None:
    """Every rule of a task of ner_manual; without tokens (character mode) those of its spans."""
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    text, tokens = task["text"], task.get("tokens")
    for span in task.get("spans", ()):
        assert 0 <= span["start"] < span["end"] <= len(text)
        assert ("token_start" in span, "token_end" in span) == (tokens is not None,) * 2
    if tokens is None:
        return
    for number, token in enumerate(tokens):
        assert token["id"] == number
        assert text[token["start"] : token["end"]] == token["text"]
        # One U+0020 alone: spaCy's Doc has no other space behind a word.
        assert not token["ws"] or text[token["end"]] == " "
    doc = Doc(Vocab(), words=[t["text"] for t in tokens], spaces=[t["ws"] for t in tokens])
    assert doc.text == text
    for span in task.get("spans", ()):
        assert span["start"] == tokens[span["token_start"]]["start"]
        assert span["end"] == tokens[span["token_end"]]["end"]
        found = doc.char_span(span["start"], span["end"], span["label"])
        assert found is not None
        assert (found.start, found.end - 1) == (span["token_start"], span["token_end"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_spacy_finds_every_span_in_the_rebuilt_text(name: str) -> None:
    task = to_prodigy(EXAMPLES[name], "ds")
    assert "tokens" in task
    check_as_prodigy_does(task)


@settings(max_examples=100, deadline=None)
@given(rows())
def test_whatever_the_row_its_task_keeps_the_rules(drawn: ExportRow) -> None:
    check_as_prodigy_does(to_prodigy(drawn, "ds"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_review_is_a_task_with_a_task_a_version(name: str) -> None:
    """As the recipe writes it, seen in a file of Prodigy 1.10: which fields, and what they hold."""
    first = EXAMPLES[name]
    second = replace(first, spans=first.spans[:1], annotator="juma")
    settled = replace(first, annotator="rosa", settled=Settled(), versions=(second, first))
    for reviewed in (settled, replace(settled, answer=None, spans=(), settled=None)):
        task = to_prodigy(reviewed, "ds")
        assert (task["_view_id"], task["view_id"]) == ("review", "ner_manual")
        assert sum(version["default"] for version in task["versions"]) == 1
        [default] = (version for version in task["versions"] if version["default"])
        assert task["sessions"] == default["sessions"]
        check_as_prodigy_does(task)
        for version in task["versions"]:
            check_as_prodigy_does(version)
            assert version["text"] == task["text"]
            assert version["tokens"] == task["tokens"]
            assert version["answer"] == "accept"
            assert version["_view_id"] == "ner_manual"
            assert version["_input_hash"] == task["_input_hash"]
            assert version["sessions"] == [version["_session_id"]]
