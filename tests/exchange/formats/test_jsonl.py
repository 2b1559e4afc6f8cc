"""What the JSON Lines reader makes of a good record."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.prodigy.reading import read_jsonl
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

FILE = ("import:f.jsonl",)
PER = {"start": 0, "end": 7, "label": "PER"}
VAJ_POV = {"text": "Vaj Pov", "spans": [PER]}


def read(*records: dict[str, Any], **options: Any) -> list[Record]:
    data = b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)
    given = list(read_jsonl(io.BytesIO(data), ReadOptions(source="f.jsonl", **options)))
    assert all(isinstance(each, Record) for each in given), given
    return [each for each in given if isinstance(each, Record)]


def read_one(record: dict[str, Any], **options: Any) -> Record:
    [only] = read(record, **options)
    return only


@pytest.mark.parametrize(
    "text",
    [
        "Vaj Pov",
        " both ends ",
        "E\u0323\u0300ko\u0323\u0301",  # decomposed
        "\u1eb8\u0300k\u1ecd\u0301",
        "𞤀𞤣𞤤𞤢𞤥 👋🏽",
        "a\u2028b\u0085c\u000bd\u000ce\u001cf\u2029g",
        "two\nlines\r\nand a carriage\rreturn",
        "\ufeffwith a mark",
        "\u202eright to left",
    ],
)
@pytest.mark.parametrize("escaped", [True, False])
def test_text_comes_through_to_the_code_point(text: str, escaped: bool) -> None:
    data = json.dumps({"text": text}, ensure_ascii=escaped).encode()
    for end in (b"", b"\n", b"\r\n"):
        assert list(read_jsonl(io.BytesIO(data + end), ReadOptions())) == [Record(1, 1, text)]


def test_lines_are_counted_with_the_blank_ones_and_records_with_the_refused() -> None:
    data = b'\xef\xbb\xbf{"text":"a"}\r\n\r\n  \n{"text":""}\n{"text":"b","meta":{"x":[1]}}'
    first, refused, last = read_jsonl(io.BytesIO(data), ReadOptions())
    assert first == Record(1, 1, "a")
    assert refused.line == 4
    assert last == Record(3, 5, "b", None, {"x": [1]})


@pytest.mark.parametrize("mark", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_utf16_is_refused_whole_with_what_to_do(mark: str) -> None:
    data = ("" if mark in ("utf-16", "utf-32") else "\ufeff").encode(
        mark
    ) + '{"text":"a"}\n'.encode(mark)
    with pytest.raises(TonemarkError) as caught:
        list(read_jsonl(io.BytesIO(data), ReadOptions(source="f.jsonl")))
    name = "UTF-32" if mark == "utf-32" else "UTF-16"
    assert caught.value.title == f"f.jsonl is {name}."
    assert f"iconv -f {name} -t UTF-8" in caught.value.remedy


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, None),
        ({"key": "a", "id": "b", "_input_hash": 1}, "a"),
        ({"id": "b", "_input_hash": 1}, "b"),
        ({"id": 7}, "7"),
        ({"id": -7}, "-7"),
        ({"id": 0}, "0"),
        ({"key": "", "id": "b"}, "b"),
        ({"key": None}, None),
        ({"id": " "}, None),
        ({"id": "x" * 200}, "x" * 200),
        ({"_input_hash": -12}, None),
        ({"_input_hash": -12, "answer": "accept"}, "-12"),
    ],
)
def test_identity(fields: dict[str, Any], key: str | None) -> None:
    assert read_one({"text": "a", **fields}).key == key


@pytest.mark.parametrize(
    ("fields", "named", "annotator"),
    [
        ({"_annotator_id": "ds-amina"}, (), "ds-amina"),
        ({"_annotator_id": "ds-amina"}, ("bo",), "ds-amina"),
        ({"_annotator_id": 5}, (), "5"),
        ({"_session_id": "s"}, ("bo",), "bo"),
        ({"_session_id": "s"}, (), "s"),
        ({"_annotator_id": " ", "_session_id": "s"}, (), "s"),
        ({}, (), "unknown"),
    ],
)
def test_whose_answer_it_is(fields: dict[str, Any], named: tuple[str, ...], annotator: str) -> None:
    record = read_one({**VAJ_POV, "answer": "accept", **fields}, annotators=named)
    assert [each.annotator for each in record.annotations] == [annotator]
    assert not record.suggestions
    assert bool(record.warnings) == (annotator == "unknown")


def test_an_answer_comes_in_whole() -> None:
    record = read_one(
        {
            **VAJ_POV,
            "answer": "reject",
            "_annotator_id": "a",
            "comment": "check\nthe name",
            "flagged": True,
            "_timestamp": 1795252135,
        }
    )
    assert record.annotations == (
        GivenAnnotation(
            "a", "reject", (Span(0, 7, "PER", FILE),), "check\nthe name", True, 1795252135.0
        ),
    )


@pytest.mark.parametrize("time", ["now", True, 10**400, [1]])
def test_a_time_that_is_none_is_left_out(time: object) -> None:
    record = read_one({"text": "a", "answer": "ignore", "_annotator_id": "a", "_timestamp": time})
    assert record.annotations == (GivenAnnotation("a", "ignore"),)
    assert "_timestamp" in record.warnings[0]


def test_an_accept_without_spans_is_an_answer() -> None:
    record = read_one({"text": "a", "answer": "accept", "_annotator_id": "a"})
    assert record.annotations == (GivenAnnotation("a", "accept"),)


def test_spans_without_an_answer() -> None:
    suggestion = Suggestion(0, 7, "PER", FILE, 1.0)
    assert read_one(VAJ_POV).suggestions == (suggestion,)
    assert read_one({**VAJ_POV, "answer": None}).suggestions == (suggestion,)
    by_name = read_one({**VAJ_POV, "comment": "c"}, annotators=("bo",))
    assert not by_name.suggestions
    assert by_name.annotations == (
        GivenAnnotation("bo", "accept", (Span(0, 7, "PER", FILE),), "c"),
    )
    none_found = read_one({"text": "a", "spans": []}, annotators=("bo",))
    assert none_found.annotations == (GivenAnnotation("bo", "accept"),)
    assert not read_one({"text": "a"}, annotators=("bo",)).annotations
    with pytest.raises(TonemarkError, match="2 annotators were named"):
        read(VAJ_POV, annotators=("bo", "ka"))


@pytest.mark.parametrize(
    ("score", "taken"),
    [(0.25, 0.25), (0, 0.0), (1, 1.0), (1.5, 1.0), (-1, 1.0), (True, 1.0), ("0.2", 1.0)],
)
def test_scores(score: object, taken: float) -> None:
    record = read_one({"text": "Vaj Pov", "spans": [{**PER, "score": score}]})
    assert [each.score for each in record.suggestions] == [taken]


@pytest.mark.parametrize(
    ("fields", "sources"),
    [
        ({}, FILE),
        ({"source": "model:m"}, ("model:m",)),
        ({"sources": ["manual", "gazetteer:x", "manual"]}, ("manual", "gazetteer:x")),
        ({"sources": [], "source": "rule:r"}, ("rule:r",)),
        ({"sources": [1, None, ""]}, FILE),
    ],
)
def test_an_answered_span_keeps_what_proposed_it(
    fields: dict[str, Any], sources: tuple[str, ...]
) -> None:
    task = {"text": "Vaj Pov", "spans": [{**PER, **fields}]}
    answered = read_one({**task, "answer": "accept", "_annotator_id": "a"})
    assert [span.sources for span in answered.annotations[0].spans] == [sources]
    assert [each.sources for each in read_one(task).suggestions] == [FILE]


def test_a_yes_or_no_to_one_span_is_not_an_answer_to_the_text() -> None:
    binary = {**VAJ_POV, "_annotator_id": "a", "_is_binary": True}
    yes, no = read({**binary, "answer": "accept"}, {**binary, "answer": "reject"})
    assert [each.label for each in yes.suggestions] == ["PER"]
    assert not no.suggestions
    assert not yes.annotations
    assert not no.annotations
    assert "_is_binary" in yes.warnings[0]


def test_an_answer_in_a_view_without_spans_is_none() -> None:
    record = read_one({"text": "a", "answer": "accept", "_view_id": "choice", "accept": ["x"]})
    assert not record.annotations
    assert "'choice'" in record.warnings[0]
    for view in (None, ["ner"], "ner_manual"):
        fields = {"text": "a", "answer": "accept", "_annotator_id": "a", "_view_id": view}
        assert len(read_one(fields).annotations) == 1
    assert record.meta == {"_given": {"accept": ["x"]}}


def test_tokens_are_ours_without_white_space_and_spans_may_name_them() -> None:
    given = [
        {"text": " ", "start": 0, "end": 1, "id": 0, "ws": False},
        {"text": "Vaj", "start": 1, "end": 4, "id": 1, "ws": True},
        {"text": " ", "start": 5, "end": 6, "id": 2, "ws": False},
        {"text": "Pov", "start": 6, "end": 9, "id": 3, "ws": False},
    ]
    record = read_one(
        {
            "text": " Vaj  Pov",
            "tokens": given,
            "spans": [{"token_start": 1, "token_end": 3, "label": "PER"}],
        }
    )
    assert record.tokens == (Token(1, 4), Token(6, 9))
    assert [(s.start, s.end) for s in record.suggestions] == [(1, 9)]
    assert not record.warnings


def test_code_points_are_trusted_before_token_numbers() -> None:
    span = {"start": 4, "end": 7, "token_start": 0, "token_end": 99, "label": "PER"}
    record = read_one({"text": "Vaj Pov", "tokens": [{"start": 0, "end": 3}], "spans": [span]})
    assert [(s.start, s.end) for s in record.suggestions] == [(4, 7)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"token_start": 0, "token_end": 1}, ""),
        ({"token_start": 0, "token_end": 2}, '"token_end" is the number of the token behind'),
        ({"token_start": 0, "token_end": 0, "text": "Vaj Pov"}, "taken where its text stands"),
        ({"token_start": "0", "token_end": 0}, ""),
        ({"token_start": 9, "token_end": 9}, ""),
    ],
)
def test_numbers_of_tokens_beside_a_place(fields: dict[str, Any], words: str) -> None:
    tokens = [{"start": start, "end": start + 3} for start in (0, 4, 8)]
    span = {"start": 0, "end": 7, "label": "PER", **fields}
    record = read_one({"text": "Vaj Pov leo", "tokens": tokens, "spans": [span]})
    assert [(s.start, s.end) for s in record.suggestions] == [(0, 7)]
    assert words in "".join(record.warnings)
    assert bool(record.warnings) == bool(words)


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "positive"},
        {"labels": ["a", "b"]},
        {"label": []},
        {"entities": ["Asha"]},
        {"annotations": [{"by": "amina"}]},
        {"ner": [["Asha", "PER", 1]]},
        {"label": [[0, 4, "PER"]], "_view_id": "ner_manual"},  # as it was given, in a task of ours
    ],
)
def test_what_is_no_labelled_stretch_is_kept(fields: dict[str, Any]) -> None:
    record = read_one({"text": "Asha yuko", **fields})
    assert record.meta == {"_given": {n: v for n, v in fields.items() if n != "_view_id"}}
    assert not record.warnings


@pytest.mark.parametrize(
    ("text", "tokens", "words"),
    [
        ("Vaj Pov", [(0, 3), (4, 7)], None),
        ("Ẹ̀kọ́", [(0, 5)], None),
        ("a\u00a0\tb", [(0, 1), (3, 4)], None),
        ("Vaj Pov", [(0, 3)], "given tokens: the character at 4 (U+0050) is in no token"),
        ("Vaj Pov", [(1, 3), (4, 7)], "the character at 0 (U+0056) is in no token"),
        (
            "Ẹ\u0300kọ",
            [(0, 1), (1, 4)],
            "token 0 (0 to 1) begins or ends inside a grapheme cluster",
        ),
        ("👋🏽", [(0, 1), (1, 2)], "grapheme cluster"),
        ("\u1100\u1161\u11a8", [(0, 1), (1, 3)], "grapheme cluster"),
        ("🇰🇪🇹🇿", [(0, 2), (2, 4)], None),
        ("🇰🇪", [(0, 1), (1, 2)], "grapheme cluster"),
    ],
)
def test_tokens_that_break_a_rule_are_taken_with_a_warning(
    text: str, tokens: list[tuple[int, int]], words: str | None
) -> None:
    given = [{"start": start, "end": end} for start, end in tokens]
    record = read_one({"text": text, "tokens": given})
    assert record.tokens == tuple(Token(*each) for each in tokens)
    assert len(record.warnings) == (words is not None)
    assert words is None or words in record.warnings[0]


def test_a_span_that_stands_twice_is_one() -> None:
    record = read_one({"text": "Vaj Pov", "spans": [PER, PER, PER, {**PER, "label": "ORG"}]})
    assert len(record.warnings) == 1
    assert [each.label for each in record.suggestions] == ["PER", "ORG"]
    assert "twice" in record.warnings[0]


def test_fields_that_are_not_of_the_format_are_kept_apart() -> None:
    record = read_one(
        {"text": "a", "id": 3, "meta": {"x": 1}, "_input_hash": 5, "html": "b", "_view_id": "ner"}
    )
    assert record.meta == {"x": 1, "_given": {"id": 3, "_input_hash": 5, "html": "b"}}
    assert read_one({"text": "a", "meta": "news"}).meta == {"meta": "news"}
    ours = read_one({"text": "a", "meta": {"_given": 1, "x": 2}})
    assert ours.meta == {"x": 2}
    assert "_given" in ours.warnings[0]
    commented = read_one({"text": "a", "comment": "c"})
    assert commented.meta == {"_given": {"comment": "c"}}


def test_the_text_may_stand_in_another_field() -> None:
    record = read_one({"sentence": "a", "text": "b"}, text_column="sentence")
    assert (record.text, record.meta) == ("a", {"_given": {"text": "b"}})


def test_memory_is_flat() -> None:
    line = b'{"text":"' + b"a" * 1000 + b'"}\n'

    class Endless(io.RawIOBase):
        left = 4_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if not self.left:
                return 0
            self.left -= 1
            buffer[: len(line)] = line
            return len(line)

    tracemalloc.start()
    try:
        stream = io.BufferedReader(Endless(), 8192)
        assert sum(1 for _ in read_jsonl(stream, ReadOptions())) == 4_000
        assert tracemalloc.get_traced_memory()[1] < 300_000
    finally:
        tracemalloc.stop()


def test_a_row_of_flags_takes_linear_time() -> None:
    # By `\X` alone each border looks back over the whole row: minutes for this text.
    text = "🇰🇪" * 100_000
    record = read_one(
        {"text": text, "tokens": [{"start": 0, "end": 1}, {"start": 1, "end": 200_000}]}
    )
    assert "grapheme cluster" in record.warnings[0]


FIELDS = [
    "text", "tokens", "spans", "meta", "answer", "key", "id", "comment", "flagged", "_given",
    "_input_hash", "_task_hash", "_annotator_id", "_session_id", "_view_id", "_is_binary",
    "_timestamp", "other",
]  # fmt: skip
INNER = ["start", "end", "label", "token_start", "token_end", "text", "source", "sources", "score"]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 8), st.integers(), st.text(max_size=4),
    st.floats(), st.sampled_from(["accept", "reject", "Vaj Pov", "ner_manual", "PER", "manual"]),
)  # fmt: skip
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(INNER), SCALARS | st.lists(SCALARS)), max_size=3),
    st.dictionaries(st.sampled_from(FIELDS), SCALARS, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given_by(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8), st.booleans())
def test_whatever_stands_in_a_field_is_a_record_or_a_refusal(
    fields: dict[str, Any], named: bool
) -> None:
    data = json.dumps({"text": "Vaj Pov", **fields}).encode()
    options = ReadOptions(source="f", annotators=("a",) if named else ())
    [found] = read_jsonl(io.BytesIO(data), options)
    if isinstance(found, Refusal):
        assert found.reason.isprintable()
        return
    found.text.encode()
    json.dumps(found.meta, ensure_ascii=False, allow_nan=False).encode()
    spans = [span for each in found.annotations for span in each.spans]
    for place in (*spans, *found.suggestions, *(found.tokens or ())):
        assert 0 <= place.start < place.end <= len(found.text)
