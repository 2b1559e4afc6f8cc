"""The cache of a project's names: made from its store, known to be out of date, made by one."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from making import made_project

from tonemark.corpus.gazetteers import NewEntry, add_entries, entries_after, remove_gazetteer
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns import building
from tonemark.patterns.building import (
    FEW,
    build,
    cache_folder,
    covered,
    locked,
    opened,
    stale,
    start_building,
)
from tonemark.patterns.folding import folding_of
from tonemark.patterns.folds import Folding
from tonemark.patterns.matcher import Matcher, Overlay
from tonemark.patterns.trie import HEADER, read_header
from tonemark.tokenizers.base import Token

FOLDING = Folding(("nfc", "case"))


def store_in(folder: Path, *names: str, gazetteer: str = "g") -> Store:
    folder.mkdir(exist_ok=True)
    create_store(folder / "store.db")
    store = Store(folder / "store.db")
    add(store, *names, gazetteer=gazetteer)
    return store


def add(store: Store, *names: str, gazetteer: str = "g") -> None:
    add_entries(store, gazetteer, [NewEntry("LOC", name) for name in names])


def found(store: Store, folder: Path, text: str) -> list[int]:
    trie = opened(store, FOLDING, folder)
    matcher = Matcher(FOLDING, trie, Overlay())
    return [n for each in matcher.found(text, [Token(0, len(text))]) for n in each.entries]


def test_names_of_a_store_are_found(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba", "Kano", "-", "Dar es Salaam")
    add_entries(store, "g", [NewEntry("DATE", "[]", "tokens"), NewEntry("LOC", "Juba", "regex")])
    told: list[tuple[int, int]] = []
    folder = tmp_path / "cache" / "deep"
    assert build(store, FOLDING, folder, lambda done, total: told.append((done, total))) == 4
    numbers = {name: number for number, name in entries_after(store, 0)}
    assert found(store, folder, "JUBA") == [numbers["Juba"]]
    assert found(store, folder, "dar es salaam") == []
    assert found(store, folder, "DAR ES SALAAM") == [numbers["Dar es Salaam"]]
    assert told == [(0, 6)]
    assert covered(opened(store, FOLDING, folder)) == 6


def test_names_without_a_key_are_left_out(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba", "-", "a " * 40)
    assert build(store, Folding(("hyphens",)), tmp_path) == 1


def test_another_folding_is_another_trie(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba")
    build(store, FOLDING, tmp_path)
    assert opened(store, FOLDING, tmp_path)
    assert opened(store, Folding(()), tmp_path) is None


def test_the_trie_of_another_store_is_none_of_ours(tmp_path: Path) -> None:
    """A project deleted and made again at the same place has the same cache folder."""
    store = store_in(tmp_path / "one", "Juba", "Kano")
    build(store, FOLDING, tmp_path)
    same = store_in(tmp_path / "two", "Juba", "Kano")
    assert opened(same, FOLDING, tmp_path) is None


def test_a_store_put_back_that_went_on_otherwise(tmp_path: Path) -> None:
    store = store_in(tmp_path / "one", *(f"Mji {n}" for n in range(200)))
    (tmp_path / "two").mkdir()
    store.db.execute("VACUUM INTO ?", (str(tmp_path / "two" / "store.db"),))
    copy = Store(tmp_path / "two" / "store.db")
    add(store, "Kano")
    build(store, FOLDING, tmp_path)
    assert opened(copy, FOLDING, tmp_path)  # it lacks an entry, and nothing is wrong
    add(copy, "Lagos")  # with the number that Kano has in the trie
    assert opened(copy, FOLDING, tmp_path) is None


def test_what_is_added_and_removed_leaves_it_of_use(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba", "Kano", gazetteer="first")
    add(store, "Lagos", gazetteer="second")
    build(store, FOLDING, tmp_path)
    add(store, "Abuja", gazetteer="third")
    remove_gazetteer(store, "second")
    trie = opened(store, FOLDING, tmp_path)
    assert covered(trie) == 3
    assert [name for _, name in entries_after(store, covered(trie))] == ["Abuja"]


def test_what_is_added_meanwhile_is_left_to_the_overlay(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba")
    other = Store(tmp_path / "store" / "store.db")
    build(store, FOLDING, tmp_path, lambda done, total: add(other, "Kano"))
    trie = opened(store, FOLDING, tmp_path)
    assert trie is not None
    assert (len(trie), covered(trie)) == (1, 1)


def test_more_names_than_any_overlay_takes_are_never_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.patterns.building.FEW", 2)
    monkeypatch.setattr("tonemark.patterns.building.MOST", 4)
    store = store_in(tmp_path / "store", *(f"Name {n}" for n in range(1000)))
    build(store, FOLDING, tmp_path)
    add(store, *(f"More {n}" for n in range(4)))
    assert not stale(store, FOLDING, tmp_path)
    add(store, "Kano")  # far fewer than one in twenty
    assert stale(store, FOLDING, tmp_path)


def test_when_it_is_stale(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba")
    assert not stale(store, FOLDING, tmp_path)  # so few are no trie's work
    add(store, *(f"Name {n}" for n in range(FEW)))
    assert stale(store, FOLDING, tmp_path)
    build(store, FOLDING, tmp_path)
    assert not stale(store, FOLDING, tmp_path)
    assert stale(store, Folding(()), tmp_path)
    add(store, *(f"More {n}" for n in range(FEW)))
    assert not stale(store, FOLDING, tmp_path)
    add(store, "Kano")
    assert stale(store, FOLDING, tmp_path)


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba")
    build(store, FOLDING, tmp_path)
    (rows,) = tmp_path.glob("rows-*")
    rows.write_bytes(b"x" * rows.stat().st_size)
    assert opened(store, FOLDING, tmp_path) is None
    build(store, FOLDING, tmp_path)
    assert found(store, tmp_path, "Juba") == [1]


def test_a_header_that_lies_is_none_of_ours(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store", "Juba")
    build(store, FOLDING, tmp_path)
    header = read_header(tmp_path)
    assert header is not None
    assert header["samples"]
    for changed in (
        {"samples": {"9" * 30: "x"}},
        {"samples": {str(1 << 63): "x"}},
        {"samples": ["x"]},
        {"last": 10**30},
        {"last": float("inf")},
        {"last": -1},
        {"last": "1"},
        {"items": float("nan")},
        {"items": None},
        {"origin": 1},
    ):
        (tmp_path / HEADER).write_text(json.dumps(header | changed))
        assert opened(store, FOLDING, tmp_path) is None, changed
        assert not stale(store, FOLDING, tmp_path)  # so few need none
    build(store, FOLDING, tmp_path)
    assert opened(store, FOLDING, tmp_path)


@pytest.mark.parametrize("added", ["abc", b"\xff", 1e300, float("inf"), None])
def test_a_store_with_a_damaged_gazetteer_has_a_cache(tmp_path: Path, added: object) -> None:
    store = store_in(tmp_path / "store", "Juba")
    store.db.execute("PRAGMA ignore_check_constraints = 1")
    with contextlib.suppress(sqlite3.IntegrityError):  # None, where that may not be
        store.db.execute("UPDATE gazetteers SET added = ?", (added,))
    build(store, FOLDING, tmp_path)
    assert opened(store, FOLDING, tmp_path)


def _link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def _dangling(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere.with_name("nowhere"))


def _pipe(path: Path, elsewhere: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path, elsewhere: Path) -> None:
    path.mkdir()


def _full_folder(path: Path, elsewhere: Path) -> None:
    path.mkdir()
    (path / "a").touch()


PARTS = ("lock", "log", HEADER, "names-*", "rows-*")


@pytest.mark.parametrize("put", [_link, _dangling, _pipe, _folder])
@pytest.mark.parametrize("part", PARTS)
def test_what_is_no_file_gives_way_to_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, put: Callable[[Path, Path], None]
) -> None:
    started: list[int] = []
    monkeypatch.setattr(
        "tonemark.background.start_module", lambda *_, log: started.append(os.write(log, b"begun"))
    )
    store, elsewhere = store_in(tmp_path / "store", "Juba"), tmp_path / "mine"
    elsewhere.write_text("mine")
    folder = cache_folder(tmp_path / "store")
    build(store, FOLDING, folder)
    start_building(tmp_path / "store")
    (path,) = folder.glob(part)
    path.unlink()
    put(path, elsewhere)
    start_building(tmp_path / "store")
    build(store, FOLDING, folder)
    assert found(store, folder, "Juba") == [1]
    assert elsewhere.read_text() == "mine"
    assert not elsewhere.with_name("nowhere").exists()
    assert stat.S_ISREG(path.lstat().st_mode)
    assert (folder / "log").read_text() == "begun"
    assert started == [5, 5]


@pytest.mark.parametrize("part", PARTS)
def test_a_folder_with_something_in_it_is_told_and_not_removed(tmp_path: Path, part: str) -> None:
    store = store_in(tmp_path / "store", "Juba")
    folder = cache_folder(tmp_path / "store")
    build(store, FOLDING, folder)
    (folder / "log").touch()
    (path,) = folder.glob(part)
    path.unlink()
    _full_folder(path, tmp_path)
    with pytest.raises(OSError, match="not empty") as error:
        start_building(tmp_path / "store") if part == "log" else build(store, FOLDING, folder)
    assert error.value.filename == str(path)
    assert (path / "a").exists()
    assert not list(folder.glob("*.part"))


def test_a_first_page_without_names_waits_for_none_of_what_many_need() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, tonemark.patterns.gazetteer; from tonemark.patterns.atoms import compiled;"
            "print({'marisa_trie', 'tonemark.background'} & set(sys.modules),"
            " compiled.cache_info().currsize)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "set() 0\n"


def test_one_builds_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path, wait=False) as ours, locked(tmp_path, wait=False) as theirs:
        assert ours
        assert not theirs
    with locked(tmp_path, wait=False) as again:
        assert again


def test_every_project_has_a_folder_of_its_own_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "link").symlink_to("one")
    assert cache_folder(tmp_path / "one") == cache_folder(tmp_path / "link")
    assert cache_folder(tmp_path / "one") != cache_folder(tmp_path / "two")
    monkeypatch.chdir(tmp_path)
    assert cache_folder(Path("one")) == cache_folder(tmp_path / "one")
    assert not cache_folder(tmp_path / "one").is_relative_to(tmp_path / "one")


def test_a_process_in_the_background_builds_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made_project(tmp_path / "habari")
    store = Store(folder / STORE_FILE)
    add(store, *(f"Jina {n}" for n in range(FEW + 1)))
    folding = folding_of(read_project(folder))
    start_building(folder)
    deadline = time.monotonic() + 60
    while (trie := opened(store, folding, cache_folder(folder))) is None:
        assert time.monotonic() < deadline, (cache_folder(folder) / "log").read_text()
        time.sleep(0.02)
    assert len(trie) == FEW + 1
    # It does not build again what is not stale.
    monkeypatch.setattr(building, "build", None)
    monkeypatch.setattr(building.os, "nice", lambda _: 0)
    building.main(folder)
