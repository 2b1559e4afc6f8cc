"""The trie on the disk: what was written is found, and what is damaged counts as none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.patterns.folds import ACRONYM, CAPITAL, END, STRIPPED
from tonemark.patterns.trie import BITS, HEADER, SHIFT, open_trie, read_header, row_of, write_trie


def key_of(*atoms: str) -> str:
    return "".join(atom + END for atom in atoms)


ITEMS = [
    (key_of("dar"), 1),
    (key_of("dar", "es", "salaam"), 2),
    (key_of("dar", "es", "salaam") + CAPITAL, 7),
    (key_of("ọ̀ṣun"), 1 << 40),
]


def test_what_was_written_is_found(tmp_path: Path) -> None:
    write_trie(tmp_path, ITEMS, {"stamp": "x"})
    trie = open_trie(tmp_path)
    assert trie is not None
    assert (len(trie), trie.longest, trie.header["stamp"]) == (3, 3, "x")
    assert [key for key, _ in trie.prefixes(key_of("dar", "es", "salaam", "na"))] == [
        key_of("dar"),
        key_of("dar", "es", "salaam"),
    ]
    rows = trie.rows(key_of("dar", "es", "salaam"))
    assert sorted(rows) == [2 << SHIFT, 7 << SHIFT | BITS[CAPITAL]]
    assert list(trie.rows(key_of("ọ̀ṣun"))) == [1 << 40 << SHIFT]
    assert list(trie.rows(key_of("es"))) == []
    assert trie.begins(key_of("dar", "es"))
    assert not trie.begins(key_of("es"))


KEYS = st.lists(st.text("ab\u0323", min_size=1, max_size=2), min_size=1, max_size=3).map(
    lambda atoms: key_of(*atoms)
)


@given(
    st.lists(st.tuples(KEYS, st.sampled_from(["", CAPITAL, ACRONYM, STRIPPED]), st.integers(1, 9)))
)
def test_rows_are_those_of_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, items: list[tuple[str, str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("trie")
    write_trie(folder, ((key + mark, number) for key, mark, number in items), {})
    trie = open_trie(folder)
    assert trie is not None
    wanted: dict[str, list[int]] = {}
    for key, mark, number in items:
        wanted.setdefault(key, []).append(row_of(key + mark, number))
    assert len(trie) == len(wanted)
    assert {key: list(trie.rows(key)) for key in wanted} == wanted
    for key in wanted:
        assert [k for k, _ in trie.prefixes(key)] == sorted(
            (other for other in wanted if key.startswith(other)), key=len
        )


def test_an_open_trie_outlives_its_replacement(tmp_path: Path) -> None:
    write_trie(tmp_path, ITEMS, {})
    before = open_trie(tmp_path)
    files = set(os.listdir(tmp_path))
    write_trie(tmp_path, [(key_of("kano"), 3)], {})
    after = open_trie(tmp_path)
    assert before is not None
    assert after is not None
    assert list(before.rows(key_of("dar"))) == [1 << SHIFT]
    assert list(after.rows(key_of("kano"))) == [3 << SHIFT]
    assert len(os.listdir(tmp_path)) == len(files)  # nothing is left behind


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _remove(path: Path) -> None:
    path.unlink()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("damage", [_cut, _flip, _empty, _remove, _pipe])
@pytest.mark.parametrize("part", ["names-*", "rows-*", HEADER])
def test_what_is_damaged_counts_as_none(tmp_path: Path, part: str, damage: object) -> None:
    write_trie(tmp_path, ITEMS, {})
    (path,) = tmp_path.glob(part)
    damage(path)
    if part == HEADER and damage is _flip:  # what it says is still said, or it is no header
        assert open_trie(tmp_path) is None or read_header(tmp_path) is not None
    else:
        assert open_trie(tmp_path) is None
    write_trie(tmp_path, ITEMS, {})
    assert open_trie(tmp_path) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 0},
        {"order": "middle"},
        {"keys": 2},
        {"keys": -1},
        {"items": 3},
        {"longest": None},
        {"files": {}},
        {"files": {"names": {"name": "../names", "size": 1, "crc": 1}}},
        {"files": 3},
    ],
)
def test_a_header_that_lies_counts_as_none(tmp_path: Path, changed: dict[str, object]) -> None:
    write_trie(tmp_path, ITEMS, {})
    header = read_header(tmp_path)
    assert header is not None
    (tmp_path / HEADER).write_text(json.dumps(header | changed))
    assert open_trie(tmp_path) is None


def test_no_header_leads_to_another_folder(tmp_path: Path) -> None:
    write_trie(tmp_path, ITEMS, {})
    header = read_header(tmp_path)
    assert header is not None
    (tmp_path / "inner").mkdir()
    for each in header["files"].values():
        each["name"] = f"../{each['name']}"
    (tmp_path / "inner" / HEADER).write_text(json.dumps(header))
    assert open_trie(tmp_path / "inner") is None


def test_no_names_are_a_trie_too(tmp_path: Path) -> None:
    assert open_trie(tmp_path) is None
    write_trie(tmp_path, [], {})
    trie = open_trie(tmp_path)
    assert trie is not None
    assert len(trie) == 0
    assert list(trie.prefixes(key_of("a"))) == []


def test_what_fails_leaves_the_one_before(tmp_path: Path) -> None:
    write_trie(tmp_path, ITEMS, {})
    with pytest.raises(ZeroDivisionError):
        write_trie(tmp_path, ((key_of("a"), 1 // each) for each in (1, 0)), {})
    trie = open_trie(tmp_path)
    assert trie is not None
    assert len(trie) == 3
    assert len(os.listdir(tmp_path)) == 3
