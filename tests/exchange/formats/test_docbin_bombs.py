"""A small DocBin that would fill the memory or take for ever is refused cheaply."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
import srsly
from docbin_damage import changed, read, span
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as SpacySpan
from spacy.vocab import Vocab

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.refusals import Refusal

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
