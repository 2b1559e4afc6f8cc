"""A DocBin that was cut, changed or made to do harm: refused with its place, cheaply, and nothing
in it is run."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import srsly
from spacy.strings import get_string_id
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as SpacySpan
from spacy.vocab import Vocab

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions, WriteOptions
from tonemark.exchange.formats.docbin.records import read_docbin
from tonemark.exchange.formats.docbin.writing import write_docbin
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

TEXT = "Vaj 👋 Pov"
PER = get_string_id("PER")


def good() -> bytes:
    """Two documents, of which the first is what a test changes."""
    tokens = (Token(0, 3), Token(4, 5), Token(6, 9))
    rows = [
        ExportRow("k", TEXT, {"m": 1}, tokens, (Span(0, 5, "PER"),), "accept", "amina"),
        ExportRow("l", "leo", {}, (Token(0, 3),), (), "accept", "amina"),
    ]
    stream = io.BytesIO()
    list(write_docbin(rows, stream, WriteOptions()))
    return stream.getvalue()


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    given = srsly.msgpack_loads(zlib.decompress(good()))
    change(given)
    return zlib.compress(srsly.msgpack_dumps(given))


def read(data: bytes, *annotators: str) -> list[Given]:
    options = ReadOptions(source="f.spacy", annotators=annotators)
    return list(read_docbin(io.BytesIO(data), options))


def own(**fields: Any) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        data = srsly.msgpack_loads(given["user_data"][0])["tonemark"]
        given["user_data"][0] = srsly.msgpack_dumps({"tonemark": data | fields})

    return change


def answer(**fields: Any) -> Callable[[dict[str, Any]], None]:
    said = {"annotator": "amina", "answer": "accept", "layer": "sc"}
    return own(answers=[said | fields])


def layer(*spans: Any, **more: Any) -> Callable[[dict[str, Any]], None]:
    group = {"name": "sc", "attrs": {}, "spans": list(spans)} | more

    def change(given: dict[str, Any]) -> None:
        given["span_groups"][0] = srsly.msgpack_dumps({srsly.msgpack_dumps(group): ["sc"]})

    return change


def span(first: int, end: int, start_char: int, end_char: int, label: int = PER) -> bytes:
    return struct.pack(">QQQllll", 0, 0, label, first, end, start_char, end_char)


def put(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        if isinstance(given[name], list) and name in ("span_groups", "user_data", "cats", "flags"):
            given[name][0] = value
        else:
            given[name] = value

    return change


def token(column: int, value: int) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        table = bytearray(given["tokens"])
        struct.pack_into("<Q", table, 8 * column, value)
        given["tokens"] = bytes(table)

    return change


def say(change: Callable[[dict[str, Any]], None], string: str) -> Callable[[dict[str, Any]], None]:
    """With a string in place of the first word."""

    def changes(given: dict[str, Any]) -> None:
        given["strings"].append(string)
        token(0, get_string_id(string))(given)
        change(given)

    return changes


REFUSED: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (layer(span(0, 9, 0, 9)), "tokens 0-9, where the document has 3"),
    (layer(span(-1, 2, 0, 5)), "tokens -1-2, where"),
    (layer(span(2, 1, 6, 5)), "tokens 2-1, where"),
    (layer(span(1, 1, 4, 4)), "tokens 1-1, where"),
    (layer(span(0, 2**31 - 1, 0, 5)), "where the document has 3"),
    (layer(span(2, 3, 7, 10)), "7-10, but its tokens are 6-9; offsets must count code points"),
    (layer(span(0, 1, 0, 3, 12345)), "a label of the layer 'sc' is not in the file"),
    (layer(span(0, 1, 0, 3, 0)), "the label '' is empty"),
    (layer(b"short"), "a span of the layer 'sc' is damaged"),
    (layer("text"), "a span of the layer 'sc' is damaged"),
    (layer(spans=5), "layers of spans (doc.spans) are damaged"),
    (layer(spans=None), "layers of spans (doc.spans) are damaged"),
    (put("span_groups", b"\xc1"), "are damaged"),
    (put("span_groups", b"\xff"), "layers of spans (doc.spans) are damaged"),
    (put("span_groups", srsly.msgpack_dumps({b"x": ["sc"]})), "are damaged"),
    (put("span_groups", srsly.msgpack_dumps([["x"]])), "are damaged"),
    (put("span_groups", srsly.msgpack_dumps({"x": 1})), "are damaged"),
    (put("span_groups", b"\xdd\xff\xff\xff\xff" * 99), "are damaged"),
    (put("user_data", b"\x91" * 5000 + b"\x01"), "are damaged"),
    (put("user_data", b"\x81\x81\x01\x01\x01"), "are damaged"),
    (put("user_data", b"\xc6\x00\x7f\xff\xff" + bytes(0x7FFFFF)), "bytes, too many to be read"),
    (put("user_data", b"\xdd\x00\x08\x00\x00" + b"\x90" * 0x80000), "are damaged"),
    (token(0, 99999), "token 0 has a string that is not in the file"),
    (token(0, 0), "token 0 is empty"),
    (token(1, 7), "ENT_IOB of token 0"),
    (token(1, 2**64 - 1), "ENT_IOB of token 0"),
    (token(2, 99999), "token 0 has a string that is not in the file"),
    (say(put("version", "0.1"), "a\0b"), "the text holds NUL (U+0000) at 1"),
    (own(key=["x"]), "its key is a list"),
    (own(key="a\nb"), "its key holds a control character"),
    (own(meta=[1]), "its metadata are not as export writes them"),
    (own(meta={1: 2}), "its metadata are not as export writes them"),
    (own(meta={"a": b"x"}), "its metadata are not as export writes them"),
    (own(meta="[1]"), "not an object"),
    (own(meta='{"a": 1e999}'), "too large"),
    (own(tokens=[0]), "not start and end of each"),
    (own(tokens=[0, "3"]), "not start and end of each"),
    (own(tokens=[0, 3, 2, 5]), "the token 2-5 of its user data"),
    (own(tokens=[-1, 3]), "the token -1-3 of its user data"),
    (own(tokens=[0, 11]), "the text, which has 9 characters"),
    (own(tokens="x"), "\"tokens\" of its user data is 'x', not a list"),
    (own(answers=5), '"answers" of its user data is 5, not a list'),
    (own(answers=[5]), "an answer in its user data is 5, not an object"),
    (own(suggestions=[[0, 99, "X", [], 1.0]]), "the suggestion 0-99 lies outside the text"),
    (own(suggestions=[[0, 1, "X Y", [], 1.0]]), "white space"),
    (own(suggestions=[[0, 1]]), "not as export writes it"),
    (answer(layer="none"), "has the layer 'none': there is none"),
    (answer(layer=["x"]), "has the layer"),
    (answer(answer="yes"), "the answer is 'yes', not one of accept"),
    (answer(answer=["accept"]), "the answer is a list"),
    (answer(comment=5), "a comment or flag"),
    (answer(flagged="no"), "a comment or flag"),
    (answer(tokens=[5, 4]), "the token 5-4"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_a_document_is_refused_and_the_next_is_read(change: Any, words: str) -> None:
    refusal, after = read(changed(change))
    assert isinstance(refusal, Refusal)
    assert refusal.line == 1
    assert refusal.reason.startswith("document 1: ")
    assert words in refusal.reason
    assert isinstance(after, Record)
    assert after.text == "leo"


@pytest.mark.parametrize(
    "change",
    [
        own(**{"key": None, "time": "x"}),
        answer(annotator=None),
        answer(annotator=["x"]),
        answer(time=float("inf")),
        answer(time="x"),
        answer(_gold={"reviewer": 5}),
        answer(_gold=b"x"),
        own(meta={"_given": 5, "_piece": "x"}),
        own(suggestions=[[0, 1, "X", "src", "high"]]),
        layer(span(0, 1, 0, 3), attrs={"sources": 5, "scores": "x"}),
        layer(span(0, 1, 0, 3), attrs={"sources": [5]}),
        layer(span(0, 1, 0, 3), attrs=5),
        put("user_data", b"\x05"),
        put("user_data", b"\xd4\x05\x05"),
        put("user_data", srsly.msgpack_dumps({"x": 1j})),
        put("user_data", b"\x81\xc4\x02nd\xc3"),
    ],
)
def test_what_is_odd_is_left_out(change: Any) -> None:
    first, _ = read(changed(change))
    assert isinstance(first, Record), first
    assert first.text == TEXT


def drop(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda given: given.pop(name)


WHOLE: list[Callable[[dict[str, Any]], Any]] = [
    drop("attrs"),
    drop("tokens"),
    drop("lengths"),
    drop("spaces"),
    put("attrs", []),
    put("attrs", [77]),
    put("attrs", ["ORTH"]),
    put("attrs", [[65]]),
    put("attrs", list(range(101))),
    put("tokens", b"\0" * 7),
    put("tokens", b""),
    put("tokens", "text"),
    put("tokens", [1, 2]),
    put("spaces", b"\0"),
    put("spaces", None),
    put("lengths", struct.pack("<2i", -1, 5)),
    put("lengths", struct.pack("<2i", 4, 4)),
    put("lengths", struct.pack("<2i", 2**31 - 1, 2**31 - 1)),
    put("lengths", b"\0\0\0"),
    put("lengths", bytes(4 * 20_000)),
    put("strings", [b"x"]),
    put("strings", [["x"]]),
    put("strings", 5),
    put("strings", {"x": 1}),
    lambda given: given["cats"].pop(),
    lambda given: given["flags"].append({}),
    lambda given: given["span_groups"].append(b""),
    lambda given: given["user_data"].pop(),
    put("cats", 5),
    put("flags", 5),
    put("flags", {"has_unknown_spaces": [True]}),
    put("flags", {"x": {"y": 1}}),
    put("span_groups", "text"),
    put("user_data", {"x": 1}),
]


@pytest.mark.parametrize("change", WHOLE)
def test_a_file_is_refused_whole(change: Any) -> None:
    with pytest.raises(TonemarkError, match=r"^f\.spacy .*DocBin"):
        read(changed(change))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"text\n", "is not compressed with zlib"),
        ("text".encode("utf-16"), "is not compressed with zlib"),
        (b"\x1f\x8b\x08\x00", "is not compressed with zlib"),
        (good()[:-20], "is cut short"),
        (good()[:40], "is cut short"),
        (good()[:200] + b"\0\0\0\0" + good()[204:], "is damaged"),
        (zlib.compress(b""), "is damaged"),
        (zlib.compress(b"\x80"), "is damaged"),
        (zlib.compress(b"[]"), "is damaged"),
        (zlib.compress(b"\xc1"), "is damaged"),
        (zlib.compress(b"\x91" * 100_000), "is damaged"),
        (zlib.compress(b"\xdf\xff\xff\xff\xff"), "is damaged"),
        (zlib.compress(b"\x81\xa5attrs\xdd\xff\xff\xff\xff"), "is damaged"),
        (zlib.compress(b"\x81\xa6tokens\xc6\xff\xff\xff\xff"), "is damaged"),
        (zlib.compress(b"\x82\xa5attrs\x91\x41\xa6tokens\xc6\xff\xff\xff\xf8"), "is cut short"),
        (zlib.compress(b"\x81\xa1x\xdb\xff\xff\xff\xff"), "is damaged"),
    ],
)
def test_what_is_no_docbin(data: bytes, words: str) -> None:
    with pytest.raises(TonemarkError, match=words):
        read(data)


def test_any_damage_is_refused_in_words() -> None:
    """Bytes flipped before and after compression: whatever comes of it, it is no traceback."""
    draw = random.Random(7)
    whole = zlib.decompress(good())
    for _ in range(1500):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 1, 2, 8))):
            data[draw.randrange(len(data))] = draw.choice(
                (0, 1, 0x80, 0xC1, 0xFF, draw.randrange(256))
            )
        cut = data[: draw.randrange(len(data))] if draw.random() < 0.2 else data
        for names in ((), ("amina",)):
            try:
                given = read(zlib.compress(cut), *names)
            except TonemarkError:
                continue
            for each in given:
                assert isinstance(each, Record | Refusal)
                if isinstance(each, Record):
                    each.text.encode()


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return open, (str(tmp_path / "ran"), "w")

    import pickle

    data = pickle.dumps(Bomb())
    numpy_of_objects = {b"nd": True, b"type": "O", b"kind": b"", b"shape": [1], b"data": data}
    for value in (data, numpy_of_objects):
        packed = srsly.msgpack_dumps({"x": value})
        read(changed(put("user_data", packed)))
        read(changed(layer(span(0, 1, 0, 3), attrs={"x": value})))
    for kind in (0, 1, 127):
        read(
            changed(put("user_data", b"\x81\xa1x\xc7" + bytes((min(len(data), 255), kind)) + data))
        )
    assert not (tmp_path / "ran").exists()


# Bombs

_MEASURE = """
import resource, sys
import numpy, spacy.strings
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.docbin.records import read_docbin
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    with open(path, "rb") as stream:
        try:
            for each in read_docbin(stream, ReadOptions(source="f.spacy")):
                pass
            print("read")
        except TonemarkError as error:
            print(error.title)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def squeezed(*parts: tuple[bytes, int]) -> bytes:
    """The parts, each so many times, compressed piece by piece."""
    compress = zlib.compressobj()
    return (
        b"".join(compress.compress(p) for p, times in parts for _ in range(times))
        + compress.flush()
    )


MIB = bytes(1 << 20)
HEAD = b"\x8a\xa7version\xa30.1\xa5attrs\x91\x41"


def columns(tokens: int, lengths: bytes) -> bytes:
    return b"".join(
        (
            HEAD,
            b"\xa6tokens\xc6" + struct.pack(">I", 8 * tokens) + struct.pack("<Q", 380) * tokens,
            b"\xa6spaces\xc6" + struct.pack(">I", tokens) + bytes(tokens),
            b"\xa7lengths\xc6" + struct.pack(">I", len(lengths)) + lengths,
        )
    )


ONE = columns(1, struct.pack("<i", 1))
GROWS = "f.spacy unpacks to more than 50 times its size."
ODD = "f.spacy is not as DocBin writes it, or is damaged."
BOMBS = (
    (squeezed((HEAD + b"\xa6tokens\xc6\xf0\0\0\0", 1), (MIB, 300)), GROWS),
    (squeezed((b"\x81\xa1x\xdd\xff\xff\xff\xff", 1), (b"\x90" * 65536, 3000)), GROWS),
    (squeezed((b"\x81\xa1x\xc6\xf0\0\0\0", 1), (MIB, 300)), GROWS),
    (squeezed((ONE + b"\xa7strings\xdd\x0f\0\0\0", 1), (b"\xa2ab" * 32768, 300)), ODD),
    (squeezed((ONE + b"\xa4cats\xdd\x0f\0\0\0", 1), (MIB, 100)), ODD),
    (squeezed((columns(1, bytes(4_000_000)), 1)), ODD),
)
"""Files of at most 1 MB that unpack to 300, and what is said of them."""


def test_bombs_take_little_memory(tmp_path: Path) -> None:
    """Measured on a process of its own."""
    paths = []
    for number, (data, _) in enumerate(BOMBS):
        assert len(data) < 1 << 20
        paths.append(tmp_path / f"{number}.spacy")
        paths[-1].write_bytes(data)
    command = [sys.executable, "-c", _MEASURE, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    *told, grown = done.stdout.splitlines()
    assert told == [words for _, words in BOMBS]
    assert int(grown) < 200


def test_a_long_word_that_occurs_often_is_no_text() -> None:
    """One string of 1 MB, 4,000 documents of it: 4 GB of text out of 30 kB."""
    word = "a" * 1_000_000
    binned = DocBin(attrs=["ORTH"], docs=[Doc(Vocab(), words=[word])])
    binned.tokens *= 4000
    binned.spaces *= 4000
    for listed in (binned.cats, binned.flags, binned.span_groups):
        listed *= 4000
    with pytest.raises(TonemarkError, match="stands for texts far longer than itself"):
        read(binned.to_bytes())


def test_a_text_too_long_is_refused() -> None:
    doc = Doc(Vocab(), words=["a" * 1_500_000] * 3)
    [refusal] = read(DocBin(docs=[doc]).to_bytes())
    assert isinstance(refusal, Refusal)
    assert "4,500,000 characters, more than 4 MiB" in refusal.reason


def test_layers_without_end_are_refused() -> None:
    doc = Doc(Vocab(), words=["a"])
    for number in range(201):
        doc.spans[str(number)] = [SpacySpan(doc, 0, 1, "X")]
    [refusal] = read(DocBin(docs=[doc]).to_bytes())
    assert isinstance(refusal, Refusal)
    assert "more than 200 layers" in refusal.reason


def test_one_layer_under_many_names_is_bounded() -> None:
    """9 kB with 30,000 spans under 150 names took 30 s."""
    group = {"name": "a", "attrs": {}, "spans": [span(0, 1, 0, 3)] * 30_000}

    def change(given: dict[str, Any]) -> None:
        names = [f"n{number}" for number in range(150)]
        given["span_groups"][0] = srsly.msgpack_dumps({srsly.msgpack_dumps(group): names})

    refusal, last = read(changed(change))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "document 1: its layers (doc.spans) have too many spans for its length"
    assert isinstance(last, Record)
