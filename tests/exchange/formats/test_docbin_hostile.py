"""A DocBin that was cut, changed or made to do harm: refused with its place, and nothing in it is
run."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import srsly
from docbin_damage import TEXT, answer, changed, good, layer, own, put, read, say, span, token

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.refusals import Refusal

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
