"""`tonemark gazetteer build` where the cache cannot be written: an error, and never success."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from making import made_project, run_here

from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.patterns.building import cache_folder
from tonemark.patterns.trie import HEADER


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = made_project(tmp_path / "habari")
    store = Store(made / STORE_FILE)
    add_entries(store, "g", [NewEntry("PER", "Asha")])
    store.close()
    return made


@pytest.mark.parametrize("part", ["", "lock", HEADER])
def test_a_cache_that_cannot_be_written_is_an_error(folder: Path, part: str) -> None:
    place = cache_folder(folder)
    if part:
        (place / part / "full").mkdir(parents=True)
    else:
        place.parent.mkdir(parents=True)
        place.write_text("a file where the folder belongs")
    done = run_here("gazetteer", "build", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "The cache of names cannot be written: " in done.stderr
    assert str(place / part) in done.stderr
    assert str(place) in done.stderr[done.stderr.index("remove") :]
    assert run_here("gazetteer", "build", folder, "--json").returncode == 1
    (place.rename(place.with_name("gone")))
    done = run_here("gazetteer", "build", folder, "--json")
    assert json.loads(done.stdout)["names"] == 1


def test_names_go_in_all_the_same(folder: Path, tmp_path: Path) -> None:
    (cache_folder(folder) / "lock" / "full").mkdir(parents=True)
    (tmp_path / "names.txt").write_text("".join(f"Jina {n}\n" for n in range(2_100)))
    done = run_here("gazetteer", "add", folder, tmp_path / "names.txt", "--label", "PER")
    assert done.returncode == 0
    assert "2,100 new" in done.stdout
    assert "The cache of names cannot be written: " in done.stderr
