"""spaCy's DocBin, unpacked within bounds. Knows neither records nor projects.

Format: see `packing.py`. It is read here and not by spaCy, which trusts what it reads: offsets
of layers go unchecked into its C, and a file of 1 MB may unpack to 1 GB. Nothing in it is ever run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

from tonemark.corpus.records import TEXT_LIMIT
from tonemark.errors import TonemarkError
from tonemark.exchange.formats.docbin.inflating import FLOOR, Inflated, Unreadable
from tonemark.exchange.formats.docbin.packing import NO_LAYERS, SPAN, Layer, LayerSpan, Packed
from tonemark.files import LINE_LIMIT
from tonemark.refusals import Refused, quoted

if TYPE_CHECKING:
    import numpy as np

DATA_LIMIT = 4 << 20
"""Bytes of layers, and of user data, that a document may have, and TOKEN_DATA a token besides."""

TOKEN_DATA = 500

_CONTAINERS = 500_000
"""Lists and objects in the layers or the user data of one document."""

_KEPT_RATIO = 100
"""Bytes of memory that each compressed byte may take, beyond four times FLOOR."""

_TEXT_RATIO = 200
"""Code points of text that each compressed byte may stand for, beyond four times FLOOR: a word is
in the file once, however often it occurs."""

_LAYERS = 200
"""Layers of spans that a document may have."""

_SPANS = 100_000
"""Spans that all layers of a document may have together, those of one that has many names as often
as it has, and _TOKEN_SPANS a token besides."""

_TOKEN_SPANS = 20

_DAMAGED = "its layers of spans (doc.spans) are damaged"
_ROWS = 1 << 15
_LEFT_OUT = {
    "LEMMA": "lemmas",
    "POS": "parts of speech",
    "TAG": "tags",
    "DEP": "dependencies",
    "MORPH": "morphology",
    "ENT_KB_ID": "links to a knowledge base",
}


class BinReader:
    """A DocBin, unpacked but for the layers and the user data of its documents.

    Raises TonemarkError where the stream is none, is damaged or a bomb; `source` names it there.
    `left_out` is what its tokens hold that is not read, in words.
    """

    def __init__(self, stream: IO[bytes], source: str) -> None:
        from srsly.msgpack import ExtType, UnpackException  # type: ignore[import-untyped]
        from srsly.msgpack._unpacker import Unpacker  # type: ignore[import-untyped]

        self._source = source or "The file"
        self._inflated = Inflated(stream)
        self._unpacker = Unpacker(
            self._inflated,
            raw=False,
            max_buffer_size=LINE_LIMIT,
            max_array_len=0,
            max_map_len=0,
            ext_hook=ExtType,
        )
        self._kept = 0
        self.left_out: tuple[str, ...] = ()
        try:
            self._read()
            self._name()
        except (ValueError, UnpackException, TypeError, OverflowError) as error:
            raise self._broken(error) from None

    def _broken(self, error: Exception) -> TonemarkError:
        words = str(error) if isinstance(error, Unreadable) else ""
        return TonemarkError(
            f"{self._source} {words or 'is not as DocBin writes it, or is damaged'}.",
            "A .spacy file is what DocBin.to_disk of spaCy 3 writes: write it again.",
        )

    def __len__(self) -> int:
        return len(self._ends)

    def _read(self) -> None:
        self._tokens: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._ends: list[int] = []
        self._strings: set[str] = set()
        self._cats: set[int] = set()
        self._unspaced: set[int] = set()
        self._layers: list[bytes] = []
        self._user_data: list[bytes] = []
        attrs: list[int] | None = None
        lengths: list[int] | None = None
        spaces = b""
        read = self._unpacker
        for _ in range(read.read_map_header()):
            name = read.unpack()
            if name == "attrs":
                attrs = [read.unpack() for _ in self._counted(100)]
            elif name == "tokens":
                self._read_tokens(attrs)
            elif name == "spaces":
                spaces = self._bytes()
            elif name == "lengths":
                lengths = self._lengths(self._bytes())
            elif name == "strings":
                for _ in self._counted(1_000_000 + 20 * sum(lengths or ())):
                    string = read.unpack()
                    if not isinstance(string, str):
                        raise ValueError
                    if string not in self._strings:
                        self._strings.add(string)
                        self._keep(100 + sys.getsizeof(string))
            elif name in ("cats", "flags", "span_groups", "user_data") and lengths is not None:
                self._read_of_documents(name, len(lengths))
            else:
                read.skip()
        self._spaces = spaces
        if lengths is None or sum(lengths) != len(spaces) or len(spaces) != self._count():
            raise ValueError
        end = 0
        for length in lengths:
            end += length
            self._ends.append(end)
        for listed in (self._layers, self._user_data):
            if len(listed) not in (0, len(lengths)):
                raise ValueError

    def _keep(self, size: int) -> None:
        self._kept += size
        if self._kept > 4 * FLOOR + _KEPT_RATIO * self._inflated.taken:
            raise Unreadable("unpacks to far more than its size")

    def _count(self) -> int:
        return sum(len(ids) for ids, _, _ in self._tokens)

    def _counted(self, most: int) -> Iterator[int]:
        count = self._unpacker.read_array_header()
        if count > most:
            raise ValueError
        return iter(range(count))

    def _size(self) -> int:
        """The size of the bytes that follow."""
        head = self._unpacker.read_bytes(1)
        width = {b"\xc4": 1, b"\xc5": 2, b"\xc6": 4}.get(head)
        if width is None:
            raise ValueError
        return int.from_bytes(self._unpacker.read_bytes(width), "big")

    def _bytes(self) -> bytes:
        return self._exactly(self._size())

    def _exactly(self, size: int) -> bytes:
        data: bytes = self._unpacker.read_bytes(size)
        if len(data) != size:
            raise Unreadable("is cut short")
        self._keep(size)
        return data

    def _read_tokens(self, attrs: list[int] | None) -> None:
        """The columns that are wanted, in pieces: those of no interest are not kept."""
        import numpy as np
        from spacy.attrs import ENT_IOB, ENT_TYPE, IDS, ORTH  # type: ignore[import-not-found]

        if not attrs or ORTH not in attrs or not all(type(each) is int for each in attrs):
            raise ValueError
        size, width = self._size(), 8 * len(attrs)
        if size % width:
            raise ValueError
        others = {attrs.index(IDS[name]): name for name in _LEFT_OUT if IDS[name] in attrs}
        told = set()
        while size:
            part = min(size, _ROWS * width)
            data = self._unpacker.read_bytes(part)
            if len(data) != part:
                raise Unreadable("is cut short")
            table = np.frombuffer(data, "<u8").reshape(-1, len(attrs))
            none = np.zeros(len(table), "<u8")
            iob = table[:, attrs.index(ENT_IOB)] if ENT_IOB in attrs else none
            label = table[:, attrs.index(ENT_TYPE)] if ENT_TYPE in attrs else none
            self._tokens.append(
                (table[:, attrs.index(ORTH)].copy(), np.minimum(iob, 4).astype("u1"), label.copy())
            )
            told |= {name for at, name in others.items() if table[:, at].any()}
            self._keep(17 * len(table))
            size -= part
        self.left_out = tuple(words for name, words in _LEFT_OUT.items() if name in told)

    def _lengths(self, data: bytes) -> list[int]:
        import numpy as np

        lengths: list[int] = np.frombuffer(data, "<i4").tolist()
        if any(each < 0 for each in lengths) or len(lengths) > self._count() + 10_000:
            raise ValueError
        return lengths

    def _read_of_documents(self, name: str, count: int) -> None:
        read = self._unpacker
        if read.read_array_header() != count:
            raise ValueError
        for at in range(count):
            if name == "cats":
                size = read.read_map_header()
                if size:
                    self._cats.add(at)
                for _ in range(2 * size):
                    read.skip()
            elif name == "flags":
                for _ in range(read.read_map_header()):
                    flag, value = read.unpack(), read.unpack()
                    if flag == "has_unknown_spaces" and value is True:
                        self._unspaced.add(at)
            else:
                data = read.unpack()
                if not isinstance(data, bytes | None):
                    raise ValueError
                self._keep(40 + len(data or b""))
                (self._layers if name == "span_groups" else self._user_data).append(data or b"")

    def _name(self) -> None:
        """What each string's number stands for, and whether the texts are of a bearable size."""
        import numpy as np
        from spacy.strings import get_string_id

        self._names = {get_string_id(each): each for each in self._strings}
        self._names[0] = ""
        if not self._tokens:
            return
        ids, iob, labels = (np.concatenate(column) for column in zip(*self._tokens, strict=True))
        self._tokens = [(ids, iob, labels)]
        size = sum(
            len(self._names.get(each, "")) * count
            for each, count in zip(
                *(found.tolist() for found in np.unique(ids, return_counts=True)), strict=True
            )
        )
        if size > 4 * FLOOR + _TEXT_RATIO * self._inflated.taken:
            raise Unreadable("stands for texts far longer than itself")

    def layer_names(self) -> set[str]:
        """The names of the layers of all documents; what is damaged has none."""
        found: set[str] = set()
        for at in range(len(self)):
            try:
                found.update(self._layers_of(at, self._places(at)[1]))
            except Refused:
                continue
        return found

    def documents(self) -> Iterator[Packed | Refused]:
        """The documents in order, or why one is not taken."""
        for at in range(len(self)):
            try:
                yield self._document(at)
            except Refused as refused:
                yield refused

    def _places(self, at: int) -> tuple[int, int]:
        """Where the tokens of a document begin among all, and how many they are."""
        start = self._ends[at - 1] if at else 0
        return start, self._ends[at] - start

    def _document(self, at: int) -> Packed:
        start, count = self._places(at)
        if not count:
            raise Refused("the text is empty")
        ids, iob, labels = (column[start : start + count].tolist() for column in self._tokens[0])
        words = self._looked_up(ids)
        if not all(words):
            raise Refused(f"token {words.index('')} is empty")
        if (size := sum(map(len, words))) > TEXT_LIMIT:
            raise Refused(
                f"the text has {size:,} characters, more than {TEXT_LIMIT >> 20} MiB can hold"
            )
        spaces = [byte != 0 for byte in self._spaces[start : start + count]]
        if at in self._unspaced:
            spaces = [True] * (count - 1) + [False]
        if 4 in iob:
            raise Refused(f"ENT_IOB of token {iob.index(4)} is none of 0, 1, 2, 3")
        data = self._unpacked(self._user_data[at], count) if self._user_data else {}
        return Packed(
            words,
            spaces,
            iob,
            self._looked_up(labels),
            self._layers_of(at, count),
            data if isinstance(data, dict) else {},
            at in self._cats,
        )

    def _looked_up(self, ids: list[int]) -> list[str]:
        try:
            return [self._names[each] for each in ids]
        except KeyError as unknown:
            at = ids.index(unknown.args[0])
            raise Refused(f"token {at} has a string that is not in the file") from None

    def _layers_of(self, at: int, tokens: int) -> dict[str, Layer]:
        data = self._layers[at] if self._layers else b""
        if data in (b"", NO_LAYERS):
            return {}
        found: dict[str, Layer] = {}
        left = _SPANS + _TOKEN_SPANS * tokens
        packed = self._unpacked(data, tokens)
        # Before spaCy 3.4 a list of groups, since then a map of groups to their names.
        groups = packed.items() if isinstance(packed, dict) else [(g, None) for g in _list(packed)]
        for group, names in groups:
            layer = self._unpacked(group, tokens) if isinstance(group, bytes) else None
            if not isinstance(layer, dict):
                raise Refused(_DAMAGED)
            names = _list(names) if isinstance(packed, dict) else (layer.get("name"),)
            attrs = layer.get("attrs")
            listed = _list(layer.get("spans"))
            left -= len(listed) * max(1, len(names))
            if left < 0:
                raise Refused("its layers (doc.spans) have too many spans for its length")
            spans = [self._span(span, names, tokens) for span in listed]
            whole = Layer(spans, attrs if isinstance(attrs, dict) else {})
            for name in names:
                if not isinstance(name, str):
                    raise Refused(f"the name of a layer is {quoted(name)}, not a string")
                found[name] = whole
            if len(found) > _LAYERS:
                raise Refused(f"it has more than {_LAYERS} layers of spans (doc.spans)")
        return found

    def _span(self, data: Any, names: Sequence[Any], tokens: int) -> LayerSpan:
        name = names[0] if names else None
        if not isinstance(data, bytes) or len(data) != SPAN.size:
            raise Refused(f"a span of the layer {quoted(name)} is damaged")
        _, _, label, first, end, start_char, end_char = SPAN.unpack(data)
        if not 0 <= first < end <= tokens:
            raise Refused(
                f"a span of the layer {quoted(name)} has the tokens {first}-{end}, where the "
                f"document has {tokens}"
            )
        if label not in self._names:
            raise Refused(f"a label of the layer {quoted(name)} is not in the file")
        return LayerSpan(first, end, self._names[label], start_char, end_char)

    def _unpacked(self, data: bytes, tokens: int) -> Any:
        """What stands in packed data; lists are tuples, so that they may be keys."""
        from srsly.msgpack import UnpackException
        from srsly.msgpack._unpacker import unpackb

        if not data:
            return None
        if len(data) > DATA_LIMIT + TOKEN_DATA * tokens:
            raise Refused(f"its layers or user data have {len(data):,} bytes, too many to be read")
        left = _CONTAINERS

        def count(value: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise ValueError
            # srsly packs a number of numpy's as a map; skweak has them as names of its "probs".
            return b"" if isinstance(value, dict) and b"nd" in value else value

        try:
            return unpackb(data, raw=False, use_list=False, list_hook=count, object_hook=count)
        except (ValueError, UnpackException, TypeError, OverflowError):
            raise Refused("its layers or user data are damaged") from None


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, tuple):
        raise Refused(_DAMAGED)
    return value
