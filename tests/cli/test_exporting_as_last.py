"""`export --as-last`: done again as it was, inside the project, which may be a stranger's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from answered import answered_project, texts_of
from making import run_here
from trapping import traps

from tonemark.corpus.project import read_project
from tonemark.exchange.settings import (
    LAST_FILE,
    Settings,
    last_settings,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return answered_project(tmp_path_factory.mktemp("answered") / "p")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "p"))


def test_the_last_export_is_remembered_and_done_again_inside_the_project(folder: Path) -> None:
    assert run_here("export", folder, "--as-last").returncode == 0
    assert (folder / "exports" / "p.jsonl").is_file()
    out = folder.parent / "elsewhere.conll"
    how = ("--format", "conll", "--annotator", "amina", "--answers", "accept", "--map")
    assert run_here("export", folder, "-o", out, *how).returncode == 0
    done = run_here("export", folder, "--as-last", "--json")
    report = json.loads(done.stdout)
    assert report["to"] == [str(read_project(folder).folder / "exports" / "p.conll")]
    assert (folder / "exports" / "p.conll").read_bytes() == out.read_bytes()
    # Standard output is no export to do again.
    assert run_here("export", folder).returncode == 0
    kept = Settings("conll", annotator="amina", answers=("accept",), fit=True)
    assert last_settings(folder) == kept


def test_a_time_ago_is_kept_as_it_was_typed(folder: Path) -> None:
    run_here("export", folder, "-o", folder.parent / "o.jsonl", "--since", "99999d")
    kept = last_settings(folder)
    assert kept.since == "99999d"


@pytest.mark.parametrize(
    "how",
    ["-o x", "--format conll", "--annotator amina", "--everyone", "--gold", "--answers accept",
     "--all", "--since 7d", "--joined", "--split a=0.5,b=0.5", "--seed 0", "--map", "--no-sidecar",
     "--offsets utf16", "--name-key NE", "--spreadsheet-safe"],
)  # fmt: skip
def test_as_last_takes_no_other_option(folder: Path, how: str) -> None:
    done = run_here("export", folder, "--as-last", *how.split())
    assert done.returncode == 2
    option = "--output" if how == "-o x" else how.split()[0]
    assert f"goes without {option}" in done.stderr
    assert not (folder / "exports").exists()


NO_SEED = f'{{"seed": {"9" * 5000}, "split": [["a", 0.5], ["b", 0.5]]}}'


@pytest.mark.parametrize("kept", ["{", '{"split": [["../a", 1.0]]}', NO_SEED])
def test_what_a_stranger_wrote_there_leads_nowhere(folder: Path, kept: str) -> None:
    def there() -> set[Path]:
        return {path for path in folder.parent.rglob("*") if not path.name.startswith("store.")}

    (folder / LAST_FILE).write_text(kept)
    before = there()
    assert run_here("export", folder, "--as-last").returncode == 0
    names = {"exports", "p.jsonl", "p.jsonl.tonemark"}
    assert {path.name for path in there() - before} == names
    assert len(texts_of(folder / "exports" / "p.jsonl")) == 2


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ('{"format": "nothing"}', '"nothing" is no format'),
        ('{"format": "../x"}', '"../x" is no format'),
        ('{"format": "text"}', "can only be read"),
        ('{"format": "brat", "everyone": true}', "holds one answer"),
        ('{"annotator": "rosa"}', "rosa has no answers"),
        ('{"offsets": "tokens"}', "count code points"),
    ],
)
def test_settings_that_do_not_fit_here_are_told_without_a_file(
    folder: Path, kept: str, said: str
) -> None:
    (folder / LAST_FILE).write_text(kept)
    done = run_here("export", folder, "--as-last")
    assert done.returncode == 1
    assert said in done.stderr
    assert not [*folder.glob("exports/*")]


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Callable[[Path, str], None]]:
    with traps(tmp_path) as put:
        yield put


TRAPS = [
    ("p.jsonl", "{}"),
    ("p.jsonl.tonemark", "{}"),
    ("p.a.jsonl", '{"split": [["a", 0.5], ["b", 0.5]]}'),
    ("p.b.jsonl.tonemark", '{"split": [["a", 0.5], ["b", 0.5]]}'),
    ("p.config.xml", '{"format": "label-studio"}'),
    ("p.brat", '{"format": "brat"}'),
    ("p.brat.tonemark", '{"format": "brat"}'),
]
"""Names that an export writes, and the settings with which it does."""


@pytest.mark.parametrize("how", ["terminal", "pipe", "file", "nowhere", "folder"])
@pytest.mark.parametrize(("name", "kept"), TRAPS)
def test_a_strangers_link_or_device_is_not_written_into(
    folder: Path, name: str, kept: str, how: str, trap: Callable[[Path, str], None]
) -> None:
    (folder / LAST_FILE).write_text(kept)
    (folder / "exports").mkdir()
    trap(folder / "exports" / name, how)
    done = run_here("export", folder, "--as-last")
    assert done.returncode == 1
    assert "Nothing was written" in done.stderr
    assert [path.name for path in (folder / "exports").iterdir()] == [name]


def test_exports_that_is_a_link_out_of_the_project_is_refused(folder: Path) -> None:
    os.symlink(folder.parent, folder / "exports")
    done = run_here("export", folder, "--as-last")
    assert done.returncode == 1
    assert "leads out of the project's folder" in done.stderr
    assert not (folder.parent / "p.jsonl").exists()
