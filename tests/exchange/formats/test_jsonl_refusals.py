"""What the JSON Lines reader does not take, and the words it says so with."""

from __future__ import annotations

import io
import json

import pytest

from tonemark import lines
from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.prodigy.reading import read_jsonl
from tonemark.refusals import Refusal

GOOD = b'{"text":"good"}\n'

TOKENS = '"tokens":[{"start":0,"end":3},{"start":4,"end":7}]'


def span(**fields: object) -> str:
    """A record of the text "Vaj Pov" with one span."""
    return json.dumps({"text": "Vaj Pov", "spans": [fields]})


def tokens(*given: object) -> str:
    return json.dumps({"text": "Vaj Pov", "tokens": given})


CASES: list[tuple[str, str | bytes, str]] = [
    # the line
    ("invalid UTF-8", b'{"text":"caf\xe9"}', "not UTF-8: byte 0xE9 at byte 13"),
    ("surrogate bytes", b'{"text":"\xed\xa0\x80"}', "not UTF-8: byte 0xED at byte 10"),
    ("not JSON", "Vaj Pov", "not JSON"),
    ("cut off", '{"text":"Vaj', "not JSON: Unterminated string at character 9"),
    ("two objects", '{"text":"a"}{"text":"b"}', "not JSON: Extra data"),
    (
        "a control character in a string",
        '{"text":"a\tb"}',
        "not JSON: Invalid control character at character 11",
    ),
    ("NaN", '{"text":"a","meta":{"x":NaN}}', "NaN is not a number"),
    ("infinity", '{"text":"a","score":-Infinity}', "-Infinity is not a number"),
    ("infinite by size", '{"text":"a","x":1e999}', "'1e999' is too large"),
    ("too many digits", '{"text":"a","x":' + "1" * 5000 + "}", "too many digits"),
    ("an array", "[1,2]", "a list, not an object (jq"),
    ("the first line of an array", '[{"text":"a"},', "jq -c '.[]'"),
    ("the first line of a printed object", "{", "jq -c '.[]'"),
    ("a string", '"Vaj"', "'Vaj', not an object"),
    ("null", "null", "null, not an object"),
    ("too deep for the parser", '{"text":' + "[" * 100_000, "nested more than 100 deep"),
    (
        "too deep for what is done later",
        '{"text":"a","meta":{"x":' + "[" * 300 + "]" * 300 + "}}",
        "nested more than 100 deep",
    ),
    # the text
    ("no text", '{"txt":"a"}', "no 'text'"),
    ("text null", '{"text":null}', "the text is null, not a string"),
    ("text a number", '{"text":5}', "the text is 5, not a string"),
    ("text a list", '{"text":["a"]}', "the text is a list, not a string"),
    ("empty", '{"text":""}', "the text is empty"),
    ("white space", '{"text":" \\t\u00a0\\n"}', "white space alone"),
    ("NUL", '{"text":"ab\\u0000c"}', "NUL (U+0000) at 2"),
    ("lone surrogate", '{"text":"a\\ud83d"}', "lone surrogate (U+D83D) in 'text'"),
    ("lone low surrogate", '{"text":"\\udc4b a"}', "lone surrogate (U+DC4B)"),
    ("lone surrogate elsewhere", '{"text":"a","meta":{"b":"\\uD800"}}', "in 'meta'"),
    ("lone surrogate in a name", '{"text":"a","\\ud800":1}', "lone surrogate"),
    # the key
    ("id too long", json.dumps({"text": "a", "id": "x" * 201}), "id has 201 characters"),
    (
        "id with a control",
        '{"text":"a","id":"a\\u001b[2J"}',
        "id holds a control character: 'a\\x1b",
    ),
    ("key with a line end", '{"text":"a","key":"a\\nb"}', "key holds a control character"),
    ("id a fraction", '{"text":"a","id":1.5}', "id is 1.5, neither"),
    ("id true", '{"text":"a","id":true}', "id is true, neither"),
    ("id a list", '{"text":"a","id":[1]}', "id is a list, neither"),
    # the answer
    ("unknown answer", '{"text":"a","answer":"yes"}', "the answer is 'yes', not one of accept"),
    ("answer true", '{"text":"a","answer":true}', "the answer is true"),
    ("answer empty", '{"text":"a","answer":""}', "the answer is ''"),
    ("comment a number", '{"text":"a","answer":"accept","comment":5}', "comment is 5"),
    ("flagged a string", '{"text":"a","answer":"accept","flagged":"no"}', "'no', neither true"),
    # spans
    ("spans an object", '{"text":"a","spans":{}}', '"spans" is an object, not a list'),
    ("span a list", '{"text":"abc","spans":[[0,1,"X"]]}', "a span is a list, not an object"),
    ("span outside", span(start=0, end=8, label="PER"), "0-8 lies outside the text, which has 7"),
    ("span before", span(start=-1, end=2, label="PER"), "-1-2 lies outside"),
    ("span empty", span(start=2, end=2, label="PER"), "2-2 is empty or runs backwards"),
    ("span backwards", span(start=3, end=2, label="PER"), "3-2 is empty or runs backwards"),
    ("start true", span(start=True, end=2, label="PER"), "true-2: start and end must be whole"),
    ("end a fraction", span(start=0, end=2.0, label="PER"), "0-2.0: start and end"),
    ("end a string", span(start=0, end="3", label="PER"), "0-'3': start and end"),
    ("no end", span(start=0, label="PER"), "0-null: start and end"),
    ("no place", span(label="PER"), "null-null: start and end"),
    ("no label", span(start=0, end=3), "0-3 has no label"),
    ("label null", span(start=0, end=3, label=None), "label of a span is null"),
    ("label a number", span(start=0, end=3, label=1), "label of a span is 1"),
    ("label empty", span(start=0, end=3, label=""), "the label '' is empty"),
    ("label blank", span(start=0, end=3, label=" "), "label of a span is empty"),
    (
        "label with a control",
        span(start=0, end=3, label="P\x07"),
        "'P\\x07' has U+0007, which",
    ),
    ("label with LS", span(start=0, end=3, label="P\u2028"), "'P\\u2028' has white space"),
    ("label too long", span(start=0, end=3, label="P" * 101), "has 101 characters (at most 100"),
    ("label of two words", span(start=0, end=3, label="BIG CITY"), "'BIG CITY' has white space"),
    ("label with a bar", span(start=0, end=3, label="A|B"), "'A|B' has a |, which stands between"),
    (
        "the text of the span is another",
        span(start=0, end=3, label="PER", text="Pov"),
        "0-3 is said to be 'Pov', but 'Vaj' stands there",
    ),
    ("tokens named, none given", span(token_start=0, token_end=0, label="PER"), "has 0 tokens"),
    (
        "tokens named that are not there",
        '{"text":"Vaj Pov",' + TOKENS + ',"spans":[{"token_start":1,"token_end":2,"label":"P"}]}',
        "tokens 1 to 2: the record has 2 tokens",
    ),
    (
        "tokens named backwards",
        '{"text":"Vaj Pov",' + TOKENS + ',"spans":[{"token_start":1,"token_end":0,"label":"P"}]}',
        "tokens 1 to 0",
    ),
    (
        "token number true",
        '{"text":"Vaj Pov",' + TOKENS + ',"spans":[{"token_start":true,"token_end":1}]}',
        "tokens true to 1: the numbers of tokens must be whole numbers",
    ),
    # tokens
    ("tokens a string", '{"text":"a","tokens":"a"}', "\"tokens\" is 'a', not a list"),
    ("token a string", tokens("Vaj"), 'token 0 is \'Vaj\', not {"start": 0, "end": 3}'),
    ("token not there", tokens("Yaj"), 'token 0 is \'Yaj\', not an object, {"start": 0, "end": 3}'),
    ("token without end", tokens({"start": 0}), "token 0 has no whole numbers"),
    ("token true", tokens({"start": False, "end": True}), "token 0 has no whole numbers"),
    ("token outside", tokens({"start": 4, "end": 8}), "token 0 (4-8) lies outside"),
    ("token before", tokens({"start": -1, "end": 3}), "token 0 (-1-3) lies outside"),
    ("token empty", tokens({"start": 3, "end": 3}), "token 0 (3-3) is empty"),
    (
        "tokens overlap",
        tokens({"start": 0, "end": 3}, {"start": 2, "end": 7}),
        "token 1 (2-7) overlaps",
    ),
    (
        "tokens out of order",
        tokens({"start": 4, "end": 7}, {"start": 0, "end": 3}),
        "token 1 (0-3) overlaps the token before it, or comes before it",
    ),
    (
        "UTF-16 offsets",
        json.dumps({"text": "👋 Vaj", "tokens": [{"start": 0, "end": 2, "text": "👋"}]}),
        "is said to be '👋', but '👋 ' stands there",
    ),
]


LOST = "holds labelled stretches, which would be lost: "
ADLAM = [{"text": "𞤀𞤣", "start": 0, "end": 2}, {"text": "Asha", "start": 3, "end": 7}]


def beside_tokens(**fields: object) -> str:
    """A span of "Asha", with what it says beside its tokens."""
    span = {"token_start": 1, "token_end": 1, "label": "PER", **fields}
    return json.dumps({"text": "𞤀𞤣 Asha leo", "tokens": ADLAM, "spans": [span]})


CASES += [
    (
        "UTF-16 offsets beside the numbers of tokens",
        beside_tokens(start=5, end=9),
        "the span 5-9 is said to be tokens 1 to 1, 3-7; offsets must count code points, not UTF-16",
    ),
    ("doccano's spans", '{"text":"Asha","label":[[0,4,"PER"]]}', LOST + "--format doccano"),
    ("spaCy's", '{"text":"Asha","entities":[[0,4,"PER"]]}', LOST + "--format doccano"),
    ("anybody's", '{"text":"Asha","ner":[[0,4,"PER"]]}', LOST + 'JSON Lines have them as "spans"'),
    (
        "anybody's objects",
        '{"text":"Asha","entities":[{"start":0,"end":4,"label":"PER"}]}',
        LOST + 'JSON Lines have them as "spans"',
    ),
    (
        "JSON_MIN's",
        '{"text":"Asha","label":[{"start":0,"end":4,"labels":["PER"]}]}',
        LOST + "--format label-studio-min",
    ),
    ("the document's tokens", '{"text":"a","answer":"accept","_document_tokens":[[0,9]]}', "lies"),
    ("no list of them", '{"text":"a","spans":[],"_document_tokens":"a"}', "not a list"),
]


@pytest.mark.parametrize(("line", "words"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_bad_line_is_refused_in_words_and_the_rest_goes_in(line: str | bytes, words: str) -> None:
    data = line if isinstance(line, bytes) else line.encode()
    given = list(read_jsonl(io.BytesIO(GOOD + data + b"\n" + GOOD), ReadOptions(source="f.jsonl")))
    first, refusal, last = given
    assert isinstance(first, Record)
    assert isinstance(refusal, Refusal)
    assert refusal.line == 2
    assert words in refusal.reason
    assert refusal.reason.isprintable()
    assert len(refusal.reason) < 300
    assert isinstance(last, Record)
    assert (last.number, last.line, last.text) == (3, 3, "good")


@pytest.mark.parametrize("letter", ["a", "ẹ", "𞤀"])
def test_a_text_may_have_the_limit_in_bytes_and_no_more(letter: str) -> None:
    fits = letter * (TEXT_LIMIT // len(letter.encode()))
    fits += "a" * (TEXT_LIMIT - len(fits.encode()))
    data = b"\n".join(json.dumps({"text": text}).encode() for text in (fits, fits + "a"))
    taken, refusal = read_jsonl(io.BytesIO(data), ReadOptions())
    assert isinstance(taken, Record)
    assert taken.text == fits
    assert refusal == Refusal(2, "the text has 4,194,305 bytes, more than 4 MiB")


def test_a_line_over_the_limit_is_skipped_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = lines.read_lines
    monkeypatch.setattr(lines, "read_lines", lambda stream: cut(stream, 100))
    data = GOOD + b'{"text":"' + b"a" * 3_000_000 + b'"}\n' + GOOD
    first, refusal, last = read_jsonl(io.BytesIO(data), ReadOptions())
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert last.line == 3
    assert refusal == Refusal(2, "the line is longer than 64 MiB")
