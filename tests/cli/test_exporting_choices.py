"""What `export` is asked for: whose answers, which, since when, in which parts, how fitted; and how
it is remembered."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from making import run_here

from tonemark.corpus.project import read_project
from tonemark.corpus.shares import part_of
from tonemark.exchange.settings import (
    LAST_FILE,
    SEEDS,
    Settings,
    last_settings,
    remember,
    settings_from_json,
    time_of,
)

ANSWERS = [
    ("both", "Asha yuko Kisumu", {"amina": ("accept", 0, 100.0), "baraka": ("accept", 0, 900.0)}),
    (
        "differ",
        "Juma yuko Kisumu",
        {"amina": ("accept", 0, 100.0), "baraka": ("accept", 10, 100.0)},
    ),
    ("one", "Samia yuko Kisumu", {"amina": ("accept", 0, 500.0)}),
    ("refused", "Nani yuko Kisumu", {"amina": ("reject", 0, 500.0)}),
    ("left", "Kito yuko Kisumu", {"baraka": ("ignore", 0, 500.0)}),
]


@pytest.fixture
def folder(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """A project with a document for each of ANSWERS, and `open`, which nobody answered."""
    made = tmp_path / "p"
    tonemark("new", made, "--lang", "sw", "--labels", "PER,LOC", "--overlap", 2)
    lines = [{"id": "open", "text": "Zawadi yuko Kisumu"}]
    for key, text, answers in ANSWERS:
        for name, (answer, start, time) in answers.items():
            spans = [{"start": start, "end": start + 4, "label": "PER"}]
            line = {"id": key, "text": text, "answer": answer, "_annotator_id": name}
            lines.append({**line, "_timestamp": time, "spans": spans})
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    tonemark("add", made, path)
    return made


def keys(folder: Path, *how: str) -> list[str]:
    """The keys of the documents that an export has, in alphabetical order."""
    out = folder.parent / "out.jsonl"
    out.unlink(missing_ok=True)
    run_here("export", folder, "-o", out, *how)
    if not out.exists():
        return []
    return sorted(json.loads(line)["key"] for line in out.read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("", ["both", "one"]),
        ("--answers reject", ["refused"]),
        ("--answers accept,ignore", ["both", "left", "one"]),
        ("--answers reject,ignore,accept", ["both", "left", "one", "refused"]),
        ("--all", ["both", "one", "open"]),
        ("--annotator amina", ["both", "differ", "one", "refused"]),
        ("--annotator amina --answers accept", ["both", "differ", "one"]),
        ("--annotator baraka --since 1970-01-01T00:10:00+00:00", ["both"]),
        ("--since 1970-01-01T00:05:00+00:00", ["one"]),
        ("--since 2d", []),
        ("--everyone", ["both", "differ", "left", "one", "refused"]),
        ("--everyone --answers accept", ["both", "differ", "one"]),
        ("--everyone --since 1970-01-01T00:10:00+00:00", ["both"]),
        ("--everyone --all", ["both", "differ", "left", "one", "open", "refused"]),
    ],
)
def test_whose_answers_which_and_since_when(folder: Path, how: str, wanted: list[str]) -> None:
    assert keys(folder, *how.split()) == wanted


def test_everyones_answers_stand_side_by_side_and_what_stands_at_the_top(folder: Path) -> None:
    out = folder.parent / "o.jsonl"
    run_here("export", folder, "--everyone", "-o", out)
    rows = {row["key"]: row for row in map(json.loads, out.read_text().splitlines())}
    for key, _, answers in ANSWERS:
        sessions = [name for each in rows[key]["versions"] for name in each["sessions"]]
        assert sorted(sessions) == [f"p-{name}" for name in sorted(answers)], key
    assert "answer" not in rows["differ"]
    assert rows["both"]["answer"] == "accept"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("--answers yes", "names no answers"),
        ("--since yesterday", "is no time"),
        (f"--since {'9' * 30}d", "is no time"),
        (f"--since {'9' * 5000}d", "is no time"),
        ("--seed 7", "there is no --split"),
        ("--seed -1 --split a=0.5,b=0.5", "is not between"),
        ("--split a=0.5,A=0.5", "no part of a split"),
        ("--split train=0.8,dev=0.1", "add up to 0.9"),
        ("--split train=0.8,train=0.2", "no part of a split"),
        ("--split ../x=1", "no part of a split"),
        ("--split train=-1,dev=2", "no part of a split"),
        ("--split train=x", "no part of a split"),
        ("--split train=nan", "no part of a split"),
        ("--everyone --annotator amina", "--annotator and --everyone"),
        ("--everyone --format brat", "holds one answer"),
        ("--offsets utf16 --format conll", "count tokens"),
        ("--format nothing", "is no format"),
        ("--annotator rosa", "has no answers"),
    ],
)
def test_what_cannot_be_asked_for_is_said_and_nothing_written(
    folder: Path, how: str, said: str
) -> None:
    out = folder.parent / "out"
    done = run_here("export", folder, "-o", out, *how.split())
    assert done.returncode
    assert said in done.stderr, done.stderr
    assert not list(folder.parent.glob("out*"))


SPLIT = (("train", 0.5), ("dev", 0.25), ("test", 0.25))


def texts_of(path: Path) -> dict[str, str]:
    return {
        row["key"]: row["text"] for row in map(json.loads, path.read_text("utf-8").splitlines())
    }


def test_a_split_is_a_file_a_part_stable_when_documents_are_added(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    made = tmp_path / "p"
    tonemark("new", made, "--lang", "sw", "--labels", "PER")
    where: list[dict[str, str]] = []
    for count in (60, 90):
        lines = [
            {"id": str(n), "text": f"Hati {n % 80}", "answer": "accept", "spans": []}
            for n in range(count)
        ]
        source = tmp_path / "in.jsonl"
        source.write_text("\n".join(map(json.dumps, lines)))
        tonemark("add", made, source)
        how = ",".join(f"{name}={share}" for name, share in SPLIT)
        out = tmp_path / "o.jsonl"
        done = tonemark("export", made, "-o", out, "--split", how, "--json")
        report = json.loads(done.stdout)
        parts = {name: texts_of(tmp_path / f"o.{name}.jsonl") for name, _ in SPLIT}
        assert report["parts"] == {name: len(texts) for name, texts in parts.items()}
        assert sum(report["parts"].values()) == report["written"] == count
        assert not out.exists()
        for name, texts in parts.items():
            assert texts
            assert all(part_of(text, SPLIT) == name for text in texts.values())
        where.append({key: name for name, texts in parts.items() for key in texts})
    assert where[0].items() <= where[1].items()
    assert where[1]["0"] == where[1]["80"], "equal texts stay together"
    tonemark("export", made, "-o", out, "--split", how, "--seed", 7)
    other = set(texts_of(tmp_path / "o.test.jsonl"))
    assert other != {key for key, name in where[1].items() if name == "test"}


def test_a_part_without_documents_is_said_and_has_no_file(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    made = tmp_path / "p"
    tonemark("new", made, "--lang", "sw", "--labels", "PER")
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"text": "Hati", "answer": "accept", "spans": []}))
    tonemark("add", made, source)
    done = tonemark("export", made, "-o", tmp_path / "o.jsonl", "--split", "a=0.5,b=0.5")
    there = {path.name for path in tmp_path.glob("o.*.jsonl")}
    assert len(there) == 1
    assert "1 document written to" in done.stdout
    assert "no documents, and so no file" in done.stdout


@pytest.mark.parametrize("format", ["jsonl", "conll", "label-studio", "brat", "hf"])
def test_what_an_earlier_export_wrote_for_a_part_does_not_stay_beside_the_others(
    tmp_path: Path, tonemark: Callable[..., Any], format: str
) -> None:
    made = tmp_path / "p"
    tonemark("new", made, "--lang", "sw", "--labels", "PER")
    lines = [
        {"id": str(n), "text": f"Hati {n}", "answer": "accept", "spans": []} for n in range(30)
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)))
    tonemark("add", made, source)
    how = ("export", made, "--format", format, "-o", tmp_path / "out" / "o", "--split")
    (tmp_path / "out").mkdir()
    tonemark(*how, "train=0.5,dev=0.1,test=0.4")
    before = [path.relative_to(tmp_path) for path in tmp_path.glob("out/**/*")]
    assert any("train" in str(path) for path in before)
    assert any("test" in str(path) for path in before)
    done = tonemark(*how, "train=0.9999,dev=0.00005,test=0.00005")
    assert "train: 30 documents" in done.stdout
    assert "test: no documents, and so no file" in done.stdout
    there = [path.relative_to(tmp_path) for path in tmp_path.glob("out/**/*")]
    assert any("train" in str(path) for path in there)
    assert not [path for path in there if "test" in path.name or "dev" in path.name]


def test_a_text_that_is_there_stays_where_all_parts_cannot_be_written(folder: Path) -> None:
    out = folder.parent / "o.jsonl"
    done = run_here("export", folder, "-o", out)
    assert done.returncode == 0
    before = out.read_bytes()
    done = run_here("export", folder, "-o", out, "--since", "1h")
    assert done.returncode == 1
    assert "2 answered before that time" in done.stderr
    assert out.read_bytes() == before


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


def test_a_time_ago_means_the_same_next_week(folder: Path) -> None:
    run_here("export", folder, "-o", folder.parent / "o.jsonl", "--since", "99999d")
    kept = last_settings(folder)
    assert kept.since == "99999d"
    day = 86_400
    assert time_of("7d", 10 * day) == 3 * day
    assert time_of("7d", 17 * day) == 10 * day
    assert time_of("36h", 2 * day) == time_of("2160m", 2 * day) == day / 2
    assert time_of("1970-01-02T00:00+00:00", 10 * day) == day


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


@pytest.mark.parametrize("kept", STRANGE)
def test_settings_that_nobody_could_have_asked_for_are_those_of_no_export(
    kept: str, tmp_path: Path
) -> None:
    (tmp_path / LAST_FILE).write_text(kept)
    assert last_settings(tmp_path) == Settings()


@pytest.mark.parametrize("kept", ["{", '{"split": [["../a", 1.0]]}', STRANGE[-9]])
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
    """Puts something dangerous in a place; in the end, no byte has come out at the other side."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    secret, kinds = tmp_path / "secret", {}
    secret.write_text("{}")

    def put(path: Path, how: str) -> None:
        if how == "pipe":
            os.mkfifo(path)
        else:
            leads = {"terminal": os.ttyname(theirs), "file": secret, "folder": tmp_path}
            os.symlink(leads.get(how, tmp_path / "nowhere"), path)
        kinds[path] = path.lstat().st_mode

    yield put
    for path, kind in kinds.items():
        assert path.lstat().st_mode == kind
    with pytest.raises(BlockingIOError):
        os.read(ours, 1)
    os.close(ours)
    os.close(theirs)
    assert secret.read_text() == "{}"
    assert not (tmp_path / "nowhere").exists()


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


@pytest.mark.parametrize("how", ["terminal", "pipe", "file", "nowhere"])
def test_settings_are_remembered_in_a_file_and_in_nothing_else(
    tmp_path: Path, how: str, trap: Callable[[Path, str], None]
) -> None:
    (tmp_path / "p").mkdir()
    trap(tmp_path / "p" / LAST_FILE, how)
    remember(tmp_path / "p", Settings("conll"))


def test_an_export_changes_nothing_in_the_store(folder: Path) -> None:
    def data() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in folder.glob("store.sqlite*[!m]")}

    before = data()
    run_here("export", folder, "--everyone", "-o", folder.parent / "o.jsonl")
    assert data() == before


def test_a_file_of_settings_that_leads_out_of_the_project_is_not_read(folder: Path) -> None:
    (folder.parent / "evil").write_text('{"format": "conll"}')
    os.symlink(folder.parent / "evil", folder / LAST_FILE)
    assert last_settings(folder) == Settings()


def test_exports_that_is_a_link_out_of_the_project_is_refused(folder: Path) -> None:
    os.symlink(folder.parent, folder / "exports")
    done = run_here("export", folder, "--as-last")
    assert done.returncode == 1
    assert "leads out of the project's folder" in done.stderr
    assert not (folder.parent / "p.jsonl").exists()


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


def test_a_folder_is_replaced_only_where_an_export_made_it(folder: Path) -> None:
    out = folder.parent / "corpus"
    assert run_here("export", folder, "--format", "brat", "-o", out).returncode == 0
    assert run_here("export", folder, "--format", "brat", "-o", out).returncode == 0
    mine = folder.parent / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    done = run_here("export", folder, "--format", "brat", "-o", mine)
    assert done.returncode == 1
    assert "no export with a sidecar made it" in done.stderr
    assert (mine / "thesis.txt").read_text() == "years of work"
    assert not list(folder.parent.glob(".*part*"))


@pytest.mark.parametrize(
    ("name", "format"),
    [("o.conll", "conll"), ("o.conllu", "conllu"), ("o.jsonl", "jsonl"), ("o.json", "label-studio"),
     ("o.csv", "csv"), ("o.spacy", "spacy"), ("o", "jsonl"), ("o.bin", "jsonl"),
     ("o.CONLL", "conll")],
)  # fmt: skip
def test_the_format_goes_by_the_name_of_the_file(folder: Path, name: str, format: str) -> None:
    assert run_here("export", folder, "-o", folder.parent / name, "--map").returncode == 0
    header = (folder.parent / f"{name}.tonemark").read_text("utf-8").splitlines()[0]
    assert json.loads(header)["format"] == format


@pytest.mark.parametrize(
    "name", ["store.sqlite", "project.toml", "store.sqlite-wal", ".project.lock", "journal/x.jsonl"]
)
def test_a_part_of_a_project_is_never_overwritten(folder: Path, name: str) -> None:
    other = folder.parent / "other"
    run_here("new", other, "--lang", "sw", "--labels", "PER")
    for whose in (folder, other):
        before = (whose / "project.toml").read_bytes(), (whose / "store.sqlite").read_bytes()
        done = run_here("export", folder, "-o", whose / name)
        assert done.returncode == 1
        assert "is a part of the project" in done.stderr
        now = (whose / "project.toml").read_bytes(), (whose / "store.sqlite").read_bytes()
        assert now == before


def test_what_is_written_beside_takes_no_file_of_others(folder: Path) -> None:
    mine = folder.parent / "mine.config.xml"
    mine.write_text("<mine/>")
    out = folder.parent / "mine.json"
    done = run_here("export", folder, "--format", "label-studio", "-o", out)
    assert done.returncode == 1
    assert "no export made it" in done.stderr
    assert mine.read_text() == "<mine/>"
    assert not out.exists()
    mine.unlink()
    for _ in range(2):
        assert run_here("export", folder, "--format", "label-studio", "-o", out).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_one_that_is_stopped_leaves_nothing_half_written(
    folder: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tonemark.exchange import verifying

    out = folder.parent / "deep" / "o.conll"
    out.parent.mkdir()
    monkeypatch.setattr(verifying.Expected, "check", lambda *_: os.kill(os.getpid(), number))
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    with contextlib.suppress(SystemExit, KeyboardInterrupt):
        run_here("export", folder, "-o", out)
    assert list(out.parent.iterdir()) == []
    assert {each: signal.getsignal(each) for each in handlers} == handlers
