"""Several annotators' answers side by side: as Prodigy's `review` writes them, and as we do."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from row_making import NAMES, rows

from tonemark.corpus.corrections import corrected
from tonemark.corpus.drafts import Decision
from tonemark.corpus.records import ANSWERS, Cite, GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.prodigy.reading import read_jsonl
from tonemark.exchange.formats.prodigy.writing import to_prodigy, write_jsonl
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

FILE = ("import:f",)
TEXT = "Vaj Pov nyob Laos"
TOKENS = (Token(0, 3), Token(4, 7), Token(8, 12), Token(13, 17))
PER = {"start": 0, "end": 7, "token_start": 0, "token_end": 1, "label": "PER"}
LOC = {"start": 13, "end": 17, "token_start": 3, "token_end": 3, "label": "LOC"}


def task(session: str, *spans: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A version as Prodigy writes it: a whole task."""
    tokens = [
        {"text": TEXT[start:end], "start": start, "end": end, "id": at, "ws": end < len(TEXT)}
        for at, (start, end) in enumerate(TOKENS)
    ]
    return {
        "text": TEXT, "tokens": tokens, "spans": list(spans), "_input_hash": 1, "_task_hash": 2,
        "_session_id": session, "_view_id": "ner_manual", "answer": "accept",
        "sessions": [session], "default": False, **more,
    }  # fmt: skip


def review(*versions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A record of the recipe: its default version, with all of them in it."""
    top = {name: value for name, value in versions[0].items() if name != "default"}
    top |= {"_session_id": None, "_view_id": "review", "view_id": "ner_manual"}
    return {**top, "versions": list(versions), **more}


def read(record: dict[str, Any], *names: str) -> Record:
    data = json.dumps(record, ensure_ascii=False).encode()
    [found] = read_jsonl(io.BytesIO(data), ReadOptions(source="f", annotators=names))
    assert isinstance(found, Record), found
    return found


def given_by(name: str, *spans: dict[str, Any], **more: Any) -> GivenAnnotation:
    placed = tuple(Span(each["start"], each["end"], each["label"], FILE) for each in spans)
    return GivenAnnotation(name, "accept", placed, **more)


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


def test_what_prodigy_reviewed_is_gold_beside_its_versions() -> None:
    """A record as Prodigy 1.10 wrote it; later ones name the reviewer."""
    first, second = task("ds-ann1", PER, LOC, default=True), task("ds-ann2", PER)
    found = read(review(first, second))
    gold = replace(given_by("unknown", PER, LOC), settled=Settled())
    assert found.annotations == (given_by("ds-ann1", PER, LOC), given_by("ds-ann2", PER), gold)
    assert (found.tokens, found.suggestions) == (TOKENS, ())
    assert found.meta == {"_given": {"_input_hash": 1, "_task_hash": 2}}
    assert any("taken as gold of 'unknown'" in each for each in found.warnings)
    named = read(review(first, second, _annotator_id="rv-rosa", _timestamp=7))
    assert named.annotations[-1] == replace(gold, annotator="rv-rosa", time=7.0)
    assert read(review(first, second), "rosa").annotations[-1].annotator == "rosa"


def test_gold_cites_what_the_reviewer_saw() -> None:
    found = read(review(task("a", PER, _timestamp=5), task("b", LOC), _annotator_id="r"))
    assert found.annotations[-1].settled == Settled(cites=(Cite("a", 1, 5.0),))


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ((["d-a", "d-b"], "d-b", None), ["d-b", "d-a"]),
        ((["d-a", "d-b"], "d-b", "b"), ["b", "d-a"]),
        ((["d-a"], None, "a"), ["a"]),
        ((["d-a", "d-b"], None, "a"), ["d-a", "d-b"]),
        ((["d-a", "d-a", "", None, 3], "x", None), ["d-a", "3"]),
        (([], "x", None), ["x"]),
        ((None, "x", "y"), ["y"]),
        (([], None, None), ["unknown"]),
    ],
)
def test_a_version_of_several_is_the_answer_of_each(
    fields: tuple[Any, Any, Any], names: list[str]
) -> None:
    said = dict(zip(("sessions", "_session_id", "_annotator_id"), fields, strict=True))
    version = {**task("", PER, _timestamp=5, comment="c", flagged=True), **said}
    found = read(without(review(version), "answer"), "bo").annotations
    assert [each.annotator for each in found] == names
    assert {(each.answer, each.spans) for each in found} == {("accept", given_by("", PER).spans)}
    assert [(each.comment, each.flagged, each.time) for each in found] == [
        ("c", True, 5.0), *[("", False, None)] * (len(names) - 1)
    ]  # fmt: skip


def test_many_versions_of_many_tokens_take_linear_time() -> None:
    """The tokens were gone through for each version: 20,000 of each took half a minute."""
    tokens = [{"start": at, "end": at + 1} for at in range(0, 40_000, 2)]
    top = {"text": "a " * 20_000, "tokens": tokens, "_view_id": "review"}
    began = time.process_time()
    found = read({**top, "versions": [{"sessions": [f"s{at}"]} for at in range(20_000)]})
    assert len(found.annotations) == 20_000
    assert time.process_time() - began < 10


def test_a_review_that_is_not_done_has_the_versions_alone() -> None:
    versions = [task("a", PER), without(task("b", LOC), "answer"), task("c", answer="reject")]
    for without_view in (False, True):
        record = without(review(*versions), "answer", *["_view_id"] * without_view)
        found = read(record)
        assert found.annotations == (
            given_by("a", PER), given_by("b", LOC), GivenAnnotation("c", "reject")
        )  # fmt: skip
        assert not found.suggestions, "the default version's spans are hers"
    shown = {**LOC, "label": "GPE", "score": 0.5}
    found = read({**record, "spans": [PER, shown]})
    assert found.suggestions == (Suggestion(13, 17, "GPE", FILE, 0.5),)


def test_versions_that_answer_single_spans_are_suggestions() -> None:
    record = without(review(task("a", PER, _is_binary=True), task("b", LOC)), "answer")
    found = read(record)
    assert found.annotations == (given_by("b", LOC),)
    assert [each.label for each in found.suggestions] == ["PER"]
    other = without(task("a", _view_id="choice"), "spans")
    assert not read(without(review(other), "answer")).annotations


def test_versions_of_something_else_are_no_review() -> None:
    for versions in (["1.0"], [], {"a": 1}, None, [{"text": TEXT}]):
        found = read({"text": TEXT, "versions": versions})
        assert found == Record(1, 1, TEXT, meta={"_given": {"versions": versions}})


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        ({}, '"versions" is an object, not a list'),
        ([5], "version 0: it is 5, not an object"),
        ([task("a"), {**task("b"), "text": "Vaj"}], "version 1: its text is another"),
        ([{**task("a"), "answer": "yes"}], "version 0: the answer is 'yes', not one of"),
        ([{**task("a"), "sessions": "a"}], "version 0: \"sessions\" is 'a', not a list"),
        ([task("a", {**PER, "end": 99})], "version 0: the span 0-99 lies outside the text"),
        ([task("a", {**PER, "text": "Vaj P"})], "version 0: the span 0-7 is said to be 'Vaj P'"),
        ([task("a", {**PER, "label": "A B"})], "version 0: the label 'A B' has white space"),
        ([{**task("a"), "tokens": [{"start": 0, "end": 99}]}], "version 0: token 0 (0-99) lies"),
        ([{**task("a"), "comment": 5}], "version 0: the comment is 5, not a string"),
    ],
)
def test_what_no_review_can_be_is_refused_with_its_place(versions: Any, words: str) -> None:
    record = {"text": TEXT, "_view_id": "review", "versions": versions}
    data = json.dumps(record).encode()
    [found] = read_jsonl(io.BytesIO(data), ReadOptions(source="f"))
    assert isinstance(found, Refusal)
    assert words in found.reason


def answered(name: str, *spans: Span, **more: Any) -> ExportRow:
    return ExportRow("k", TEXT, {}, TOKENS, spans, "accept", name, **more)


def test_a_row_with_versions_is_written_as_the_recipe_does() -> None:
    per, loc = Span(0, 7, "PER"), Span(13, 17, "LOC")
    versions = (answered("amina", loc), answered("juma", per), answered("neema", per, time=5.0))
    row = replace(answered("rosa", per, loc, settled=Settled()), versions=versions)
    found = to_prodigy(row, "ds")
    assert (found["_view_id"], found["view_id"]) == ("review", "ner_manual")
    assert (found["answer"], found["_annotator_id"]) == ("accept", "rosa")
    sessions = [each["sessions"] for each in found["versions"]]
    assert sessions == [["ds-amina"], ["ds-juma"], ["ds-neema"]]
    assert [each["default"] for each in found["versions"]] == [False, True, False]
    assert found["sessions"] == ["ds-juma"]
    [span] = found["versions"][1]["spans"]
    assert span == {**PER, "sources": ["manual"]}
    names = set(task("x")) | {"_is_binary", "_annotator_id"}
    assert set(found["versions"][0]) == names
    assert set(found["versions"][2]) == names | {"_timestamp"}


def test_what_all_say_is_nobodys_gold() -> None:
    per = Span(0, 7, "PER")
    versions = (answered("amina", per, comment="c"), answered("juma", per))
    found = to_prodigy(replace(answered("amina", per, comment="c"), versions=versions), "ds")
    assert (found["answer"], found["_gold"]) == ("accept", None)
    assert not {"_annotator_id", "_session_id", "comment"} & set(found)
    back = read(found)
    assert [(each.annotator, each.settled) for each in back.annotations] == [
        ("amina", None), ("juma", None)
    ]  # fmt: skip
    assert (back.suggestions, back.meta.get("_given", {}).keys()) == (
        (), {"_input_hash", "_task_hash"}
    )  # fmt: skip


@st.composite
def reviewed(draw: st.DrawFn) -> ExportRow:
    """A row with versions, their tokens corrected or not; gold, or what all say, or open."""
    row = draw(rows())
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    versions = []
    for name in names:
        tokens = row.tokens
        if tokens is not None and draw(st.booleans()):
            start = draw(st.integers(0, len(row.text) - 1))
            end = draw(st.integers(start + 1, len(row.text)))
            if not row.text[start:end].isspace():
                tokens = corrected(row.text, tokens, (Token(start, end),))
        version = replace(
            draw(rows()), key=row.key, text=row.text, meta={}, tokens=tokens, annotator=name,
            spans=tuple(each for each in row.spans if draw(st.booleans())),
            answer=draw(st.sampled_from(ANSWERS)),
        )  # fmt: skip
        versions.append(version)
    kind = draw(st.sampled_from(["gold", "agreed", "open"]))
    if kind != "open" and versions[0].tokens not in (None, row.tokens) and draw(st.booleans()):
        # What stands lies on the tokens that one of them corrected.
        row = replace(row, tokens=versions[0].tokens, document_tokens=row.tokens)
    if kind == "gold":
        decisions = (Decision(0, len(row.text), names[0]),)
        row = replace(row, settled=Settled(decisions, (Cite(names[0], 2, 5.0), Cite("x", 1))))
    elif kind == "open":
        row = replace(row, spans=(), answer=None, annotator=None, comment="", flagged=False)
    return replace(row, versions=tuple(versions))


def annotation_of(row: ExportRow, document: tuple[Token, ...] | None) -> GivenAnnotation:
    """What a row says, as the file must bring it back."""
    assert row.annotator
    assert row.answer
    said = (row.annotator, row.answer, row.spans, row.comment, row.flagged, row.time)
    made = tuple(each for each in row.tokens or () if each not in set(document or ()))
    tokens = row.tokens if made else None
    return GivenAnnotation(*said, tokens=tokens, made=made, settled=row.settled)


@settings(max_examples=60, deadline=None)
@given(reviewed())
def test_versions_read_back_equal(row: ExportRow) -> None:
    stream = io.BytesIO()
    assert list(write_jsonl([row], stream, WriteOptions("ds"))) == [1]
    [record] = read_jsonl(io.BytesIO(stream.getvalue()), ReadOptions(source="f"))
    assert isinstance(record, Record), record
    wanted = [annotation_of(each, row.own_tokens()) for each in row.versions]
    if row.settled:
        wanted.append(annotation_of(row, row.own_tokens()))
    assert list(record.annotations) == wanted
    assert (record.text, record.key, record.tokens) == (row.text, row.key, row.own_tokens())
    assert not record.suggestions
    meta = dict(record.meta)
    rest = {n: v for n, v in meta.pop("_given").items() if n not in ("_input_hash", "_task_hash")}
    assert {**meta, **({"_given": rest} if rest else {})} == dict(row.meta)
