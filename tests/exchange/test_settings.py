"""What is exported, and how, kept for the next time: to JSON and back, in no file but its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from trapping import traps

from tonemark.exchange.settings import (
    LAST_FILE,
    SEEDS,
    Settings,
    last_settings,
    remember,
    settings_from_json,
    time_of,
)

SPLIT = (("train", 0.5), ("dev", 0.25), ("test", 0.25))


def test_settings_go_to_json_and_back() -> None:
    full = Settings(
        format="conllu", annotator="amina", all_documents=True, joined=True, answers=("reject",),
        since="7d", split=SPLIT, seed=7, fit=True, sidecar=False, offsets="UTF-16 units",
        name_key="NER", spreadsheet_safe=True,
    )  # fmt: skip
    for each in (full, Settings(gold=True, everyone=True), Settings(seed=SEEDS, split=SPLIT)):
        assert settings_from_json(json.loads(json.dumps(each.to_json()))) == each
    assert settings_from_json(json.loads(json.dumps(full.to_json()))) == full
    assert Settings().to_json() == {}


def test_a_time_ago_means_the_same_next_week() -> None:
    day = 86_400
    assert time_of("7d", 10 * day) == 3 * day
    assert time_of("7d", 17 * day) == 10 * day
    assert time_of("36h", 2 * day) == time_of("2160m", 2 * day) == day / 2
    assert time_of("1970-01-02T00:00+00:00", 10 * day) == day


STRANGE = (
    *("", "{", "[]", "null", '"jsonl"', "\x00", "[" * 10**4, '{"to": "/etc"}', '{"": 1}'),
    *('{"format": 3}', '{"format": ""}', '{"format": "a\\u001b[2J"}', '{"format": null}'),
    *('{"annotator": "../x"}', '{"annotator": ""}', '{"annotator": true}'),
    *(
        '{"gold": 1}',
        '{"gold": true, "annotator": "amina"}',
        '{"gold": true, "all_documents": true}',
    ),
    *('{"answers": ["yes"]}', '{"answers": "accept"}', '{"answers": [[]]}'),
    *('{"since": 5.0}', '{"since": "soon"}', '{"since": "9999999999d"}', '{"since": ""}'),
    *('{"split": [["../a", 1.0]]}', '{"split": [3]}', '{"split": {"a": 1.0}}', '{"split": []}'),
    *('{"split": [["a", NaN], ["b", 0.5]]}', '{"split": [["a", 0.5], ["A", 0.5]]}'),
    json.dumps({"split": [[f"p{n}", 1 / 101] for n in range(101)]}),
    *(
        f'{{"seed": {seed}, "split": [["a", 0.5], ["b", 0.5]]}}'
        for seed in ("-5", "18446744073709551616", "true", "1.0", '"7"', "9" * 5000)
    ),
    *('{"seed": 7}', '{"offsets": "bytes"}', '{"offsets": ["code points"]}', '{"offsets": null}'),
    *('{"name_key": "A=B"}', '{"name_key": "A B"}', '{"name_key": ""}', '{"name_key": 1}'),
)
"""What .export.json cannot be: none of it is half believed."""


@pytest.mark.parametrize("kept", STRANGE)
def test_settings_that_nobody_could_have_asked_for_are_those_of_no_export(
    kept: str, tmp_path: Path
) -> None:
    (tmp_path / LAST_FILE).write_text(kept)
    assert last_settings(tmp_path) == Settings()


def test_a_file_of_settings_that_leads_out_of_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "evil").write_text('{"format": "conll"}')
    (tmp_path / "p").mkdir()
    os.symlink(tmp_path / "evil", tmp_path / "p" / LAST_FILE)
    assert last_settings(tmp_path / "p") == Settings()


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Callable[[Path, str], None]]:
    with traps(tmp_path) as put:
        yield put


@pytest.mark.parametrize("how", ["terminal", "pipe", "file", "nowhere"])
def test_settings_are_remembered_in_a_file_and_in_nothing_else(
    tmp_path: Path, how: str, trap: Callable[[Path, str], None]
) -> None:
    (tmp_path / "p").mkdir()
    trap(tmp_path / "p" / LAST_FILE, how)
    remember(tmp_path / "p", Settings("conll"))


@pytest.mark.parametrize("is_link", [True, False])
def test_settings_are_remembered_in_no_pipe_that_somebody_reads(
    tmp_path: Path, is_link: bool
) -> None:
    path, folder = tmp_path / "pipe", tmp_path / "p"
    folder.mkdir()
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    (os.symlink if is_link else os.link)(path, folder / LAST_FILE)
    remember(folder, Settings("conll"))
    assert not os.read(reader, 1 << 16)
    os.close(reader)
