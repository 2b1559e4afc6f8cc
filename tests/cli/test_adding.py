"""`add`: files that are not there, and runs that were cut off."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import pytest

from tonemark.cli import adding
from tonemark.corpus.intake import BATCH
from tonemark.corpus.store import STORE_FILE, Store


@pytest.fixture
def folder(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    tonemark("new", tmp_path / "p", "--lang", "sw", "--labels", "PER,LOC")
    return tmp_path / "p"


def words(folder: Path) -> list[Any]:
    store = Store(folder / STORE_FILE)
    found = store.db.execute("SELECT word, counts FROM words ORDER BY word").fetchall()
    store.close()
    return found


def test_a_file_that_is_missing_is_told_once(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    (tmp_path / "t.txt").write_text("leo\n", encoding="utf-8")
    files = (tmp_path / "none.txt", tmp_path / "t.txt")
    done = tonemark("add", folder, *files, code=1)
    told = done.stdout + done.stderr
    assert told.count("none.txt") == 1
    assert "cannot be read: No such file" in done.stderr
    assert "line" not in told
    assert "t.txt: 1 added" in told
    (refusal,) = json.loads(tonemark("add", folder, *files, "--json", code=1).stdout)["refused"]
    assert (refusal["file"], refusal["line"]) == ("none.txt", None)


def test_words_are_counted_where_the_run_before_was_cut_off(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.txt"
    path.write_text("Asha yuko Kisumu\nleo\n", encoding="utf-8")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    def add() -> int:
        arguments = [str(folder), str(path)]
        return click.testing.CliRunner().invoke(adding.add_command, arguments).exit_code

    with monkeypatch.context() as patch:
        patch.setattr(adding, "count_words_in", cut)
        assert add() == 1
    assert words(folder) == []
    assert add() == 0
    counted = words(folder)
    assert any(word == "kisumu" or word == "Kisumu" for word, _ in counted)
    monkeypatch.setattr(Store, "put_words", cut)  # nothing new: nothing is counted again
    assert add() == 0
    assert words(folder) == counted


def test_equal_texts_are_said_to_be_added(
    folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    for name, text in (("a.txt", "leo\njana\n"), ("b.txt", "leo\nkesho\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    told = tonemark("add", folder, tmp_path / "a.txt").stdout
    assert "a.txt: 2 added\n" in told
    assert "another document" not in told
    told = tonemark("add", folder, tmp_path / "b.txt").stdout
    assert "  1 has the text of another document: added all the same" in told


@pytest.mark.parametrize("name", ["f.txt", "f.csv"])
def test_what_comes_through_a_pipe_is_added_and_checked_whole(
    name: str, folder: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    lines = [f"leo {n}" for n in range(BATCH + 1)]
    if path.suffix == ".csv":
        header = "key,text,annotator,answer,start,end,label,span"
        lines = [header, *(f"{n},{line},asha,accept,0,3,PER,leo" for n, line in enumerate(lines))]
    for command in (("add", folder, path), ("check", path)):
        writer = threading.Thread(target=path.write_text, args=("\n".join(lines),), daemon=True)
        writer.start()
        told = tonemark(*command).stdout
        writer.join(30)
        assert f"{BATCH + 1:,} {'added' if command[0] == 'add' else 'documents'}" in told
