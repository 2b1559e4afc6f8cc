"""`new` and `demo`: what is told of a project when it is made, and runs that were cut off."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.cli import adding
from tonemark.cli.projects import make_demo
from tonemark.corpus.project import read_project
from tonemark.corpus.project_file import PROJECT_FILE
from tonemark.corpus.store import STORE_FILE, Store


def test_new_goes_on_where_it_was_cut_off_before_the_store(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER")
    (folder / STORE_FILE).unlink()
    before = (folder / PROJECT_FILE).read_bytes()
    told = tonemark("new", folder, "--lang", "yo", "--labels", "X").stdout
    assert "was there already and stays as it is" in told
    assert (folder / PROJECT_FILE).read_bytes() == before
    tonemark("status", folder)
    tonemark("new", folder, "--lang", "sw", "--labels", "PER", code=1)


@pytest.mark.parametrize("cut", ["add_records", "count_words_in", "add_file"])
def test_a_demo_that_was_cut_off_is_made_again(
    cut: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    make_demo(whole)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(adding, cut, interrupted)
        with pytest.raises(KeyboardInterrupt):
            make_demo(tmp_path / "demo")
    assert not (tmp_path / "demo" / PROJECT_FILE).exists()  # so that `demo` makes it again
    make_demo(tmp_path / "demo")
    assert read_project(tmp_path / "demo").labels == read_project(whole).labels
    stores = [Store(folder / STORE_FILE) for folder in (whole, tmp_path / "demo")]
    counts = [(s.document_count(), words_of(s)) for s in stores]
    assert counts[0] == counts[1]
    assert counts[0][0]
    for store in stores:
        store.close()


def words_of(store: Store) -> list[Any]:
    return store.db.execute("SELECT word, counts FROM words ORDER BY word").fetchall()


def test_what_is_made_otherwise_than_asked_is_told(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    arguments = ("--lang", "xyz", "--labels", "PER", "--team", "Amina Juma,bello")
    told = tonemark("new", tmp_path / "p", *arguments).stdout
    assert "docs/languages.md has nothing on the language xyz" in told
    name = read_project(tmp_path / "p").team[0]
    assert f"The annotator Amina Juma is written {name} here." in told
    assert "bello is written" not in told
    report = json.loads(tonemark("new", tmp_path / "q", *arguments, "--json").stdout)
    assert len(report["notes"]) == 2
    report = json.loads(
        tonemark("new", tmp_path / "r", "--lang", "sw", "--labels", "PER", "--json").stdout
    )
    assert report["notes"] == []


@pytest.mark.parametrize(
    ("language", "tokenizer"),
    [("sw", "sw"), ("sw-KE", "sw"), ("kab", "general"), ("xuu", "naq"), ("xyz", "general")],
)
def test_the_tokenizer_that_was_taken_is_told(
    tmp_path: Path, tonemark: Callable[..., Any], language: str, tokenizer: str
) -> None:
    arguments = ("--lang", language, "--labels", "PER")
    told = tonemark("new", tmp_path / "p", *arguments).stdout
    assert f": {language}, tokenizer {tokenizer}, labels PER." in told
    assert ("docs/languages.md has nothing" in told) is (language == "xyz")
    report = json.loads(tonemark("new", tmp_path / "q", *arguments, "--json").stdout)
    assert report["tokenizer"] == tokenizer
    assert len(report["notes"]) == (language == "xyz")


def test_a_tokenizer_in_a_file_is_copied_into_the_project(
    tmp_path: Path, tonemark: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kab.toml").write_text('[words]\njoin = "-"\n[phrases]\nfiles = ["kab.txt"]\n')
    Path("kab.txt").write_text("Tizi Wezzu\n")
    arguments = ("--lang", "kab", "--labels", "PER", "--tokenizer")
    for folder, given in (("p", "kab.toml"), ("q", tmp_path / "kab.toml"), ("r", "./kab.toml")):
        told = tonemark("new", folder, *arguments, given).stdout
        assert "tokenizer kab.toml," in told
        for name in ("kab.toml", "kab.txt"):
            assert Path(folder, name).read_bytes() == Path(name).read_bytes()
        assert read_project(Path(folder)).tokenizer == "kab.toml"
        tonemark("doctor", folder)
    Path("kab.toml").write_text("[words]\njion = 1\n")
    for given, code, said in (
        ("kab.toml", 1, "kab.toml, line 2"),
        ("none.toml", 2, "There is no file none.toml"),
        ("none", 2, "There is no tokenizer named"),
        ("kab", 2, "kab is a language"),
        ("spacy:zz", 2, "spaCy has no tokenizer"),
    ):
        done = tonemark("new", "s", *arguments, given, code=code)
        assert said in done.stderr
        assert not Path("s").exists()
    # A project that is there stays as it is, and gets no file.
    tonemark("new", "t", "--lang", "kab", "--labels", "PER")
    Path("kab.toml").write_text("")
    tonemark("new", "t", *arguments, "kab.toml", code=1)
    assert not Path("t", "kab.toml").exists()


def test_a_name_of_a_tokenizer_is_no_language(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    done = tonemark("new", tmp_path / "p", "--lang", "hmn-syllables", "--labels", "A", code=2)
    assert "take it with --tokenizer hmn-syllables" in done.stderr


def test_a_folder_alone_has_help_of_its_own(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    text = tonemark(tmp_path, "--help").stdout
    assert text.startswith("Usage: tonemark DIR")
    assert "tonemark open" not in text
    assert "Example: tonemark habari" in text
