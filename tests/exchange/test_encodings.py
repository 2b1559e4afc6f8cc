"""Encodings and odd characters: each is taken or refused by a rule that is told, and what is taken
comes out of an export byte by byte as it came in."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.export import export_project
from tonemark.exchange.registry import format_named
from tonemark.exchange.settings import Settings
from tonemark.refusals import Refusal

Files = dict[str, Callable[[bytes], bytes]]

FILES: Files = {
    "text": lambda text: text + b"\nleo\n",
    "per-file": lambda text: text,
    "jsonl": lambda text: b'{"text":"' + text + b'"}\n{"text":"leo"}\n',
    "csv": lambda text: b'text,x\n"' + text + b'",1\nleo,2\n',
    "tsv": lambda text: b'text\tx\n"' + text + b'"\t1\nleo\t2\n',
    "conll": lambda text: text + b" O\n\nleo O\n",
}
"""Each format with one text in it, and an innocent one after it where there is room."""

TAKEN = {
    "NFC": "Ọ̀jọ̀gbọ́n",
    "NFD": "O\u0323\u0300jo\u0323\u0300gbo\u0323\u0301n",
    "both forms": "ée\u0301",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥",
    "emoji": "👩🏾‍🌾x",
    "NEL": "a\x85b",
    "LS": "a\u2028b",
    "PS": "a\u2029b",
    "NBSP": "a\u00a0b",
    "BOM inside": "a\ufeffb",
    "bidi override": "a\u202eb",
    "noncharacter": "a\uffffb",
    "private use": "a\ue000b",
    "unassigned": "a\u0378b",
    "tags": "a\U000e0041b",
    "200 marks": "a" + "\u0301" * 200,
    "lone mark": "\u0301a",
    "joiners": "a\u200db\u200c",
    "C1": "a\x9bb",
}

CONTROLS = {
    "CR": "a\rb",
    "VT": "a\x0bb",
    "FF": "a\x0cb",
    "FS": "a\x1cb",
    "ESC": "a\x1b[31mb",
    "DEL": "a\x7fb",
    "SO": "a\x0eb",
}
"""Line ends of others, and what steers a terminal: text like any other, but JSON escapes it."""

BAD_BYTES = {
    "Latin-1": (b"caf\xe9 leo", "0xE9 at byte"),
    "overlong": (b"a\xc0\x80b", "0xC0 at byte"),
    "CESU-8": (b"a\xed\xa0\xbd\xed\xb8\x80b", "0xED at byte"),
    "lone surrogate": (b"a\xed\xa0\x80b", "0xED at byte"),
    "beyond Unicode": (b"a\xf4\x90\x80\x80b", "0xF4 at byte"),
    "cut off": (b"a\xe1\x88", "0xE1 at byte"),
    "Windows-1252 quotes": (b"a\x93b\x94", "0x93 at byte"),
}


class Room:
    """A project that takes files and gives their texts back through an export."""

    def __init__(self, folder: Path) -> None:
        self.project = create_project(folder, language="und", labels=["X"])
        create_store(self.project.folder / STORE_FILE)
        self.store = Store(self.project.folder / STORE_FILE)

    def add(self, format_: str, data: bytes, name: str = "f") -> Report:
        per_file = format_ == "per-file"
        options = ReadOptions(source=name, per_file=per_file)
        read = format_named("text" if per_file else format_).read
        assert read
        report = Report()
        add_records(self.store, name, read(io.BytesIO(data), options), report)
        return report

    def exported(self) -> list[bytes]:
        out = io.BytesIO()
        project = read_project(self.project.folder)
        export_project(project, self.store, Settings(all_documents=True), out)
        return out.getvalue().splitlines(keepends=True)

    def texts(self) -> list[bytes]:
        return [json.loads(line)["text"].encode() for line in self.exported()]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "p")


def escaped(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("text", [*TAKEN.values(), *CONTROLS.values()], ids=[*TAKEN, *CONTROLS])
def test_what_is_taken_comes_out_byte_by_byte(room: Room, format_: str, text: str) -> None:
    data = escaped(text) if format_ == "jsonl" else text.encode()
    report = room.add(format_, FILES[format_](data))
    assert report.refused == []
    found = room.texts()
    assert found[0] == text.encode()
    assert found[1:] == [] if format_ == "per-file" else [b"leo"]


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("case", BAD_BYTES.values(), ids=list(BAD_BYTES))
def test_bytes_that_are_not_utf8_are_refused_and_the_rest_goes_in(
    room: Room, format_: str, case: tuple[bytes, str]
) -> None:
    data, where = case
    report = room.add(format_, FILES[format_](data))
    (refusal,) = report.refused
    assert "not UTF-8: byte " + where in refusal.reason
    assert refusal.line == (2 if format_ in ("csv", "tsv") else 1)
    assert room.texts() == ([] if format_ == "per-file" else [b"leo"])


@pytest.mark.parametrize("format_", FILES)
def test_nul_is_refused_and_the_rest_goes_in(room: Room, format_: str) -> None:
    data = b"a\\u0000b" if format_ == "jsonl" else b"a\0b"
    (refusal,) = room.add(format_, FILES[format_](data)).refused
    assert refusal.reason == "the text holds NUL (U+0000) at 1"
    assert room.texts() == ([] if format_ == "per-file" else [b"leo"])


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"a\\ud800b", "a lone surrogate (U+D800) in 'text'"),
        (b"a\\udfffb", "a lone surrogate (U+DFFF) in 'text'"),
        (b"a\\ude00\\ud83db", "a lone surrogate (U+DE00) in 'text'"),
        (b"a\x1bb", "Invalid control character"),
        (b"a\rb", "Invalid control character"),
    ],
)
def test_json_has_rules_of_its_own(room: Room, written: bytes, reason: str) -> None:
    (refusal,) = room.add("jsonl", FILES["jsonl"](written)).refused
    assert reason in refusal.reason
    assert room.texts() == [b"leo"]


def test_a_pair_of_surrogates_in_json_is_one_code_point(room: Room) -> None:
    record = b'{"text":"\\ud83d\\ude00 Asha","spans":[{"start":2,"end":6,"label":"X"}]}\n'
    assert room.add("jsonl", record).refused == []
    (row,) = map(json.loads, room.exported())
    assert row["text"] == "😀 Asha"
    assert [(span["start"], span["end"]) for span in row["spans"]] == [(2, 6)]


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
        (b"\xff\xfe\x00\x00", "UTF-32"),
        (b"\x00\x00\xfe\xff", "UTF-32"),
    ],
)
def test_other_encodings_are_refused_whole_with_what_to_do(
    room: Room, format_: str, mark: bytes, name: str
) -> None:
    with pytest.raises(TonemarkError) as caught:
        room.add(format_, mark + "habari\n".encode("utf-16-le"))
    assert caught.value.title == f"f is {name}."
    assert f"iconv -f {name} -t UTF-8" in caught.value.remedy
    assert room.texts() == []


@pytest.mark.parametrize("format_", ["text", "per-file", "conll"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_brings_nothing_in(room: Room, format_: str, encoding: str) -> None:
    report = room.add(format_, "habari leo\nna kesho\n".encode(encoding))
    assert report.refused
    assert room.texts() == []


@pytest.mark.parametrize("format_", FILES)
def test_a_byte_order_mark_is_none_of_the_text(room: Room, format_: str) -> None:
    assert room.add(format_, b"\xef\xbb\xbf" + FILES[format_](b"Asha")).refused == []
    assert room.texts()[0] == b"Asha"


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\r\n \n"], ids=["", "BOM", "blank"])
def test_an_empty_file_is_no_fault_unless_it_is_the_document(
    room: Room, format_: str, data: bytes
) -> None:
    report = room.add(format_, data)
    reasons = [refusal.reason for refusal in report.refused]
    if format_ == "per-file":
        assert reasons == ["the text is empty" if not data.strip(b"\xef\xbb\xbf") else BLANK]
    else:
        assert reasons == []
    assert room.texts() == []


BLANK = "the text is white space alone"


@pytest.mark.parametrize(
    ("format_", "data", "texts"),
    [
        ("text", b"a\r\nb\r\n", [b"a", b"b"]),
        ("text", b"a\nb\r\nc", [b"a", b"b", b"c"]),
        ("text", b"a\r\r\nb\n", [b"a\r", b"b"]),
        ("text", b"a\rb\r", [b"a\rb\r"]),
        ("text", " a \u3000\n\ta\t\n".encode(), [" a \u3000".encode(), b"\ta\t"]),
        ("per-file", b"a\r\nb\rc\n\n", [b"a\r\nb\rc\n\n"]),
        ("jsonl", b'{"text":"a"}\r\n{"text":"b"}\r\n', [b"a", b"b"]),
        ("jsonl", b'{"text":"a\\r\\nb\\r"}\n', [b"a\r\nb\r"]),
        ("csv", b'text\r\n"a\r\nb"\r\nc\r\n', [b"a\r\nb", b"c"]),
        ("csv", b'text\n"a\nb\r"\nc\n', [b"a\nb\r", b"c"]),
        ("tsv", b"text\r\n a \r\n", [b" a "]),
        ("conll", b"a O\r\nb O\r\n\r\nc O\r\n", [b"a b", b"c"]),
    ],
)
def test_line_ends_are_lf_and_crlf_alone(
    room: Room, format_: str, data: bytes, texts: list[bytes]
) -> None:
    assert room.add(format_, data).refused == []
    assert room.texts() == texts


@pytest.mark.parametrize(
    ("format_", "data", "reason"),
    [
        ("text", b"x " * (6 << 20) + "😀".encode() + b"\n", "the text has 12,582,916 bytes"),
        ("conll", b"x " * (6 << 20) + "😀".encode() + b"\n", "the line has 12,582,916 bytes"),
    ],
)
def test_what_is_too_long_is_refused_before_it_is_held_several_times(
    room: Room, format_: str, data: bytes, reason: str
) -> None:
    read = format_named(format_).read
    assert read
    stream = io.BytesIO(data)
    tracemalloc.start()
    first = next(read(stream, ReadOptions(source="f")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(first, Refusal)
    assert reason in first.reason
    assert peak < 3 * len(data)


ODD = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",), exclude_characters="\0"),
        st.sampled_from("\r\n\x0b\x0c\x1c\x85\u2028\u2029\ufeff\u0301\u202e\u200d𞤀é\xa0 "),
    ),
    min_size=1,
    max_size=40,
).filter(lambda text: not text.isspace())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(ODD, min_size=1, max_size=5, unique=True), data=st.data())
def test_texts_and_offsets_come_back_from_our_own_export(
    texts: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    room = Room(tmp_path_factory.mktemp("room") / "p")
    places = []
    lines = []
    for text in texts:
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        places.append((start, end))
        span = {"start": start, "end": end, "label": "X", "text": text[start:end]}
        lines.append(json.dumps({"text": text, "spans": [span]}, ensure_ascii=False) + "\n")
    assert room.add("jsonl", "".join(lines).encode()).refused == []
    first = room.exported()
    rows = [json.loads(line) for line in first]
    assert [row["text"] for row in rows] == texts
    assert [(s["start"], s["end"]) for row in rows for s in row["spans"]] == places
    again = Room(tmp_path_factory.mktemp("again") / "p")
    assert again.add("jsonl", b"".join(first)).refused == []
    assert again.exported() == first
