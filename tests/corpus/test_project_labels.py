"""Adding a label to a project.toml: all else in the file stays, whoever writes to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tonemark.corpus.labels import Label
from tonemark.corpus.project import (
    add_label,
    project_changed,
    read_project,
)
from tonemark.errors import TonemarkError

HEAD = 'language = "sw" # kept\n'
PLAIN = '[labels]\nPER = "people"\nORG = ""\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[labels]", '[labels]\nN = ""\n'),
        ("[labels] # c\n# d\n", '[labels] # c\nN = ""\n# d\n'),
        (
            '[labels]\nP = "" # p\n\n# of routing\n[routing]\noverlap = 1\n',
            '[labels]\nP = "" # p\nN = ""\n\n# of routing\n[routing]\noverlap = 1\n',
        ),
        (
            '[labels]\r\nP = ""\r\n[routing]\r\n',
            '[labels]\r\nP = ""\r\nN = ""\r\n[routing]\r\n',
        ),
        ("page = 1", 'page = 1\n\n[labels]\nN = ""\n'),
        ("labels = {} # x", 'labels = {N = ""} # x'),
        ('labels = { P = "}" }\npage = 1\n', 'labels = { P = "}", N = ""}\npage = 1\n'),
        (
            'labels.P = ""\nlabels.Q.key = "o"\npage = 1\n',
            'labels.P = ""\nlabels.Q.key = "o"\nlabels.N = ""\npage = 1\n',
        ),
        (
            '[labels]\nP = ""\n[routing]\n[labels.Q]\nkey = "o" # o\n# end',
            '[labels]\nP = ""\n[routing]\n[labels.Q]\nkey = "o" # o\n'
            '\n[labels.N]\nabout = ""\n# end',
        ),
    ],
)
def test_a_label_goes_to_the_end_and_all_else_stays(
    written: Callable[[str], Path], before: str, after: str
) -> None:
    folder = written(HEAD + before)
    old = read_project(folder)
    project = add_label(folder, "N")
    assert (folder / "project.toml").read_bytes().decode() == HEAD + after
    assert project.labels == (*old.labels, Label("N"))
    assert project == read_project(folder)


def test_a_label_that_is_there_changes_nothing(written: Callable[[str], Path]) -> None:
    folder = written(HEAD + PLAIN)
    before = read_project(folder)
    assert add_label(folder, "ORG") == before
    assert not project_changed(before)
    assert list(folder.iterdir()) == [folder / "project.toml"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a b", 'The label "a b" has white space'),
        ("", "is empty"),
        ("e\u0301", "looks the same"),
    ],
)
def test_labels_that_cannot_be_added(written: Callable[[str], Path], name: str, words: str) -> None:
    folder = written('language = "sw"\n[labels]\n"é" = ""\n')
    before = read_project(folder)
    with pytest.raises(TonemarkError) as caught:
        add_label(folder, name)
    assert words in caught.value.title
    assert not project_changed(before)


def test_a_full_disk_leaves_the_file_as_it_was(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    folder = written(HEAD + PLAIN)
    before = read_project(folder)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TonemarkError, match="No space left on device"):
            add_label(folder, "NEW")
    assert not project_changed(before)
    assert not list(folder.glob("*.part")) + list(folder.glob(".*.part"))
    assert add_label(folder, "NEW").labels[-1] == Label("NEW")


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "real.toml").write_text(HEAD + PLAIN)
    (tmp_path / "p" / "project.toml").symlink_to(tmp_path / "real.toml")
    add_label(tmp_path / "p", "NEW")
    assert (tmp_path / "p" / "project.toml").is_symlink()
    assert "NEW" in (tmp_path / "real.toml").read_text()


def test_processes_that_add_labels_at_once_lose_none(written: Callable[[str], Path]) -> None:
    folder = written(HEAD)
    script = (
        "import sys\nfrom tonemark.corpus.project import add_label\n"
        "for at in range(10): add_label(sys.argv[1], f'{sys.argv[2]}{at}')"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(folder), name]) for name in "abc"
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    names = [label.name for label in read_project(folder).labels]
    assert sorted(names) == sorted(f"{name}{at}" for name in "abc" for at in range(10))
