"""spaCy's DocBin, packed: words, spaces, entities, layers of spans and user data of documents into
bytes. Knows neither records nor projects; `unpacking.py` has the way back.

Format: spacy.io/api/docbin; spaCy 3.8, tokens/_serialize.py, tokens/_dict_proxies.py and
tokens/span_group.pyx. No Doc is made: of 100,000 documents that takes longer than all else.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence
from typing import IO, Any, NamedTuple

from tonemark.errors import TonemarkError

MISSING, INSIDE, OUTSIDE, BEGINS = range(4)
"""The values of a token's ENT_IOB."""

SPAN = struct.Struct(">QQQllll")
"""A span: id, knowledge base id, label; first token and the one behind the last; code points."""

NO_LAYERS = b"\x90"
"""What stands for a document without any."""

_BIN32 = struct.Struct(">BI")


class LayerSpan(NamedTuple):
    """A span of a layer: its tokens from 0, end exclusive, label, code points of the text."""

    first: int
    end: int
    label: str
    start_char: int
    end_char: int


class Layer(NamedTuple):
    """A group of doc.spans, and what it says of itself."""

    spans: Sequence[LayerSpan]
    attrs: Mapping[Any, Any]


class Packed(NamedTuple):
    """A document: its words and whether each carries a space, ENT_IOB and the label of each, its
    layers by name, doc.user_data, and whether it has doc.cats."""

    words: Sequence[str]
    spaces: Sequence[bool]
    iob: Sequence[int]
    labels: Sequence[str]
    layers: Mapping[str, Layer]
    user_data: Mapping[Any, Any]
    has_cats: bool = False


class BinWriter:
    """Collects documents, and writes them: 24 bytes of memory a token, besides layers and data."""

    def __init__(self) -> None:
        from srsly.msgpack import Packer  # type: ignore[import-untyped]

        self._packer = Packer(use_bin_type=True)
        self._ids = _Ids()
        self._tokens = array("Q")
        self._spaces = bytearray()
        self._lengths = array("i")
        self._layers: list[bytes] = []
        self._user_data: list[bytes] = []

    def add(self, document: Packed) -> None:
        """Take a document."""
        ids = self._ids
        tokens = self._tokens
        for word, iob, label in zip(document.words, document.iob, document.labels, strict=True):
            tokens.extend((ids[word], iob, ids[label]))
        self._spaces += bytes(document.spaces)
        self._lengths.append(len(document.words))
        self._layers.append(self._packed_layers(document.layers))
        self._user_data.append(self._packer.pack(document.user_data))

    def _packed_layers(self, layers: Mapping[str, Layer]) -> bytes:
        packed: dict[bytes, list[str]] = {}
        for name, layer in layers.items():
            spans = [
                SPAN.pack(0, 0, self._ids[span.label], *span[:2], *span[3:]) for span in layer.spans
            ]
            group = {"name": name, "attrs": layer.attrs, "spans": spans}
            packed[self._packer.pack(group)] = [name]
        return self._packer.pack(packed) if packed else NO_LAYERS

    def write(self, stream: IO[bytes]) -> None:
        """Write all, as one DocBin. Raises TonemarkError where it is more than one can hold."""
        from spacy.attrs import ENT_IOB, ENT_TYPE, ORTH  # type: ignore[import-not-found]

        if len(self._tokens) * 8 >= 1 << 32:
            raise TonemarkError(
                f"{len(self._lengths):,} documents have more tokens than one DocBin holds.",
                "Export them in parts with --split.",
            )
        if sys.byteorder == "big":
            self._tokens.byteswap()
            self._lengths.byteswap()
        compress = zlib.compressobj()
        pack = self._packer.pack
        count = len(self._lengths)
        flags = pack({"has_unknown_spaces": False})

        def put(*parts: bytes) -> None:
            for part in parts:
                stream.write(compress.compress(part))

        def put_bytes(name: str, data: array[int] | bytearray) -> None:
            view = memoryview(data).cast("B")
            put(pack(name), _BIN32.pack(0xC6, len(view)), view)  # type: ignore[arg-type]

        put(self._packer.pack_map_header(10))
        put(pack("version"), pack("0.1"), pack("attrs"), pack([ORTH, ENT_IOB, ENT_TYPE]))
        put_bytes("tokens", self._tokens)
        put_bytes("spaces", self._spaces)
        put_bytes("lengths", self._lengths)
        put(pack("strings"), pack(sorted(self._ids)))
        put(pack("cats"), self._packer.pack_array_header(count), *[b"\x80"] * count)
        put(pack("flags"), self._packer.pack_array_header(count), *[flags] * count)
        put(pack("span_groups"), pack(self._layers), pack("user_data"), pack(self._user_data))
        stream.write(compress.flush())


class _Ids(dict[str, int]):
    """The number by which spaCy knows a string."""

    def __missing__(self, string: str) -> int:
        from spacy.strings import get_string_id

        found: int = get_string_id(string)
        self[string] = found
        return found


def packed_size(value: Any) -> int:
    """Bytes that a document's user data take."""
    from srsly.msgpack import packb

    return len(packb(value, use_bin_type=True))
