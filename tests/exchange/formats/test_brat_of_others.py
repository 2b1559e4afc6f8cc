"""brat's folders as others make them, and hostile ones."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from brat_folders import one, put, read, stretches

from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.formats.brat.folder import is_brat
from tonemark.exchange.registry import guess_format, read_records
from tonemark.refusals import Refusal


def test_subfolders_are_read_by_name(tmp_path: Path) -> None:
    for name in ("b", "a/x", "a/b/y", ".git/z", "c"):
        path = tmp_path / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\n")
        path.with_suffix(".ann").write_text("T1\tX 0 4\ttext\n")
    put(tmp_path, readme__md="x", visual__conf="y", notes__a1="z")
    found = read(tmp_path)
    assert [each.key for each in found if isinstance(each, Record)] == ["b", "c", "a/x", "a/b/y"]
    assert found[0].text == "text\n"
    assert is_brat(tmp_path)


def test_files_without_the_other(tmp_path: Path) -> None:
    put(tmp_path, a__txt="text", b__ann="T1\tX 0 1\ta\n", c__txt="c", c__ann="")
    first, second, third = read(tmp_path, annotators=("amina",))
    assert isinstance(first, Record)
    assert (first.annotations, first.warnings) == (
        (),
        ("no a.ann stands beside it: taken as text alone",),
    )
    assert second == Refusal(1, "b.ann: no b.txt stands beside it")
    assert isinstance(third, Record)
    assert third.annotations[0].spans == ()
    assert third.warnings == ("c.ann: empty: taken as an accept of no span",)
    assert [each.warnings for each in read(tmp_path) if isinstance(each, Record)][1] == ()


@pytest.mark.parametrize(
    ("lines", "spans", "warning"),
    [
        ("T1\tX 0 3\tVaj\r\nT2\tY 4 7\tPov\r\n", [(0, 3, "X"), (4, 7, "Y")], ""),
        ("T1\tX 0 3\tVaj", [(0, 3, "X")], ""),
        ("\n\nT1\tX 0 3\tVaj\n  \n", [(0, 3, "X")], ""),
        ("T1\tX 0 3;4 7\tVaj Pov\n", [(0, 7, "X")], ""),
        ("T1\tX 4 7;0 3\tPov Vaj\n", [(0, 7, "X")], ""),
        ("T1\tX 0 3;4 7\tVajPov\n", [(0, 7, "X")], ""),
        ("T1\tX 0 8\tVaj Pov \n", [(0, 8, "X")], ""),
        ("T1\tX 7 12\t nyob\n", [(7, 12, "X")], ""),
        ("T1\tX 0 3\tVaj more\n", [(0, 3, "X")], ""),
        ("T1\tX 0 3;8 12\tVaj nyob\n", [(0, 3, "X"), (8, 12, "X")], "each taken as a span: T1"),
        ("T1\tX 0 3\t\n", [(0, 3, "X")], "nothing was checked: T1"),
        ("T1\tX 0 3\n", [(0, 3, "X")], "nothing was checked: T1"),
        ("T1\tX 0 3\tVaj\nT2\tX 0 3\tVaj\n", [(0, 3, "X")], ""),
        (
            "T1\tX 0 3\tVaj\nE1\tX:T1\nR1\ta Arg1:T1 Arg2:T1\nR2\ta Arg1:T1 Arg2:T1\nA1\tN T1\n"
            "M1\tN T1\nN1\tReference T1 W:1\tx\n*\tEquiv T1 T1\n#2\tSTATUS T1\tx\n",
            [(0, 3, "X")],
            "left out: 1 event, 2 relations, 2 attributes, 1 normalization, 1 equivalence, 1 other"
            " note",
        ),
    ],
)
def test_lines_of_others(
    tmp_path: Path, lines: str, spans: list[tuple[int, int, str]], warning: str
) -> None:
    record = one(put(tmp_path, k__txt="Vaj Pov nyob", k__ann=lines))
    assert stretches(record) == spans
    told = " ".join(record.warnings).replace("a span of its own", "a span")
    assert told.endswith(warning)
    assert bool(told) is bool(warning)


def test_notes_say_what_they_are_about(tmp_path: Path) -> None:
    lines = "T1\tX 0 3\tVaj\n#1\tAnnotatorNotes T1\tone\n#2\tAnnotatorNotes R9\ttwo\n"
    record = one(put(tmp_path, k__txt="Vaj Pov", k__ann=lines))
    assert record.meta == {"notes": "Vaj: one\ntwo"}


HIGH = "𞤀𞤣 Vaj Pov"


@pytest.mark.parametrize(
    ("text", "lines", "reason"),
    [
        (
            "Vaj",
            "T1\tX 0 9\tVaj\n",
            "k.ann: 'T1' 0-9 lies outside the text, which has 3 characters",
        ),
        ("Vaj", "T1\tX -1 2\tVa\n", "'-1 2' in 'T1' is not a start and an end"),
        ("Vaj", "T1\tX 2 2\t\n", "empty or runs backwards"),
        ("Vaj", "T1\tX 3 1\taj\n", "empty or runs backwards"),
        ("Vaj", "T1\tX 0 99999999999\tVaj\n", "is not a start and an end"),
        ("Vaj", "T1\tX 0 1.5\tVaj\n", "is not a start and an end"),
        ("Vaj", "T1\tX ٠ ٣\tVaj\n", "is not a start and an end"),
        ("Vaj", "T1\tX\tVaj\n", "'' in 'T1' is not a start and an end"),
        ("Vaj", "T1\tX 0 2;1 3\tVa aj\n", "the fragments of 'T1' overlap"),
        ("Vaj", "T1\tX 0 3\tPov\n", "'T1' quotes 'Pov', but 'Vaj' stands there"),
        ("Vaj", "T1\tX 0 3\tVajPov\n", "quotes 'VajPov'"),
        ("Vaj", "T1\tX 0 3\tVaj\nT1\tX 0 3\tVaj\n", "'T1' stands there twice"),
        ("Vaj", "T1 X 0 3 Vaj\n", "no tab stands behind"),
        ("Vaj", "X1\tX 0 3\tVaj\n", "'X1' is an id of no kind that brat has"),
        ("Vaj", "-\n", "does not begin with an id such as T1"),
        ("Vaj", f"T1\t{'a' * 101} 0 3\tVaj\n", "has 101 characters"),
        ("Vaj", "T1\ta|b 0 3\tVaj\n", "has a |"),
        ("Vaj", "T1\t 0 3\tVaj\n", "is empty"),
        ("Vaj", "\x00\x01\x02", "does not begin with an id"),
        ("Vaj", "T1\tX 0 3\tVaj\n\nT2\tX 0 3\tV", "quotes 'V', but 'Vaj'"),
        ("Vaj", b"T1\tX 0 3\tVaj\n\xff\n", "k.ann: not UTF-8: byte 0xFF at byte 1"),
        ("Vaj", "T1\tX 0 3\tVaj\n".encode("utf-16"), "k.ann: not UTF-8"),
        (HIGH, "T1\tX 5 8\tVaj\n", "the offsets count UTF-16 units, and must count code points"),
        (HIGH, "T1\tX 9 12\tPov\n", "code points, not UTF-16 units"),
        ("a\r\nVaj Pov", "T1\tX 2 5\tVaj\n", "the offsets count CR LF as one"),
        ("\ufeffVaj Pov", "T1\tX 0 3\tVaj\n", "the offsets do not count the byte order mark"),
        ("a\0b", "", "k.txt: the text holds NUL"),
        ("", "", "k.txt: the text is empty"),
        (" \n", "", "k.txt: the text is white space alone"),
        (b"caf\xe9", "", "k.txt: not UTF-8: byte 0xE9 at byte 4"),
        ("Vaj".encode("utf-16"), "", "k.txt: the text is UTF-16. Convert it with iconv"),
        (b"a" * (TEXT_LIMIT + 1), "", "k.txt: the text has 4,194,305 bytes, more than 4 MiB"),
    ],
)
def test_what_is_wrong_is_refused_with_its_file(
    tmp_path: Path, text: str | bytes, lines: str | bytes, reason: str
) -> None:
    put(tmp_path, k__txt=text, k__ann=lines, z__txt="good", z__ann="T1\tX 0 4\tgood\n")
    found, good = read(tmp_path)
    assert isinstance(found, Refusal), found
    assert reason in found.reason
    assert found.reason.startswith(("k.ann: ", "k.txt: "))
    assert isinstance(good, Record)


def test_a_refusal_has_the_line_of_its_file(tmp_path: Path) -> None:
    [found] = read(put(tmp_path, k__txt="Vaj", k__ann="T1\tX 0 3\tVaj\n\n\nT2\tX 0 9\tVaj\n"))
    assert isinstance(found, Refusal)
    assert found.line == 4


def test_links_pipes_and_depth(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    (outside / "sub").mkdir(parents=True)
    folder.mkdir()
    put(outside, secret__txt="secret", secret__ann="")
    put(folder, a__txt="inside", a__ann="", d__txt="d")
    (folder / "b.txt").symlink_to(outside / "secret.txt")
    (folder / "c.txt").symlink_to("a.txt")
    (folder / "d.ann").symlink_to("../outside/secret.ann")
    (folder / "e.txt").symlink_to("nowhere.txt")
    os.mkfifo(folder / "f.txt")
    (folder / "g.txt").mkdir()
    (folder / "loop").symlink_to(folder)
    (folder / "sub").symlink_to(outside / "sub")
    deep = folder / "deep"
    for _ in range(60):
        deep /= "d"
    deep.mkdir(parents=True)
    told = [each.reason if isinstance(each, Refusal) else each.key for each in read(folder)]
    assert told == [
        "a",
        "b.txt: it is a link that leads out of the folder",
        "c",
        "d.ann: it is a link that leads out of the folder",
        "e.txt: it cannot be read: No such file or directory",
        "f.txt: it cannot be read: it is not a file",
        f"deep{'/d' * 50}/: folders within folders, more than 50 deep",
        "loop/: a link to a folder is not followed: add that folder by itself",
        "sub/: a link to a folder is not followed: add that folder by itself",
    ]


def test_names_that_are_no_text_or_no_key(tmp_path: Path) -> None:
    for name in (b"caf\xe9", b"a\x1b[2J", b"x" * 230):
        (tmp_path / os.fsdecode(name + b".txt")).write_text("text")
    first, second, third = read(tmp_path)
    assert isinstance(first, Refusal)
    assert "control character" in first.reason
    assert second.key == "caf\\xe9"
    assert isinstance(third, Refusal)
    assert "has 230 characters" in third.reason


@pytest.mark.parametrize(
    "listed",
    [
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"name": "../secret", "key": "x"}\n{"name": 5}\n{"name": "a", "key": "a\\u001b"}\n',
        b'{"name": "a", "key": "a"}\n{"name": "a", "key": "again"}\n' * 100,
        b"x" * 1_000_000,
    ],
)
def test_a_list_of_documents_that_was_tampered_with(tmp_path: Path, listed: bytes) -> None:
    put(tmp_path, secret__txt="secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    put(folder, a__txt="a", a__ann="", b__txt="b", b__ann="", documents__jsonl=listed)
    assert [each.key for each in read(folder)] == ["a", "b"]


def test_a_file_of_a_gigabyte_is_refused_by_its_size(tmp_path: Path) -> None:
    put(tmp_path, a__txt="a", a__ann="", b__txt="")
    for name in ("a.ann", "b.txt"):
        with (tmp_path / name).open("r+b") as stream:
            stream.truncate(1 << 30)
    told = [each.reason for each in read(tmp_path) if isinstance(each, Refusal)]
    assert told == [
        "a.ann: the annotations have 1,073,741,824 bytes, more than 32 MiB",
        "b.txt: the text has 1,073,741,824 bytes, more than 4 MiB",
    ]


def test_folders_are_told(tmp_path: Path) -> None:
    assert not is_brat(tmp_path)
    (tmp_path / "sub").mkdir()
    put(tmp_path, a__txt="a", dataset__json=json.dumps({}))
    assert not is_brat(tmp_path)
    put(tmp_path / "sub", a__ann="")
    assert is_brat(tmp_path)
    assert guess_format(tmp_path) == "brat"
    with pytest.raises(TonemarkError, match=r"read from a folder\. Name the folder"):
        list(read_records(tmp_path / "sub" / "a.ann", format=None, options=ReadOptions()))
    with pytest.raises(TonemarkError, match="one set of annotations"):
        read(tmp_path, annotators=("a", "b"))
