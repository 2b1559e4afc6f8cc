"""`tonemark match`: records come out as they came, with spans; bad lines, pipes, killed workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from making import run_here
from suggesters import is_alive, until

from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.project import create_project
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.files import LINE_LIMIT

NAMES = [
    NewEntry("PER", "Samia Suluhu", given="Q1"),
    NewEntry("LOC", "Nairobi"),
    NewEntry("LOC", "Kisumu"),
]
SAMIA = {"start": 0, "end": 12, "label": "PER", "source": "gazetteer:1", "entry": 1, "id": "Q1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_project(tmp_path / "p", language="sw", labels=["PER", "LOC", "DATE"])
    create_store(tmp_path / "p" / STORE_FILE)
    add(tmp_path / "p", *NAMES)
    return tmp_path / "p"


def add(folder: Path, *entries: NewEntry) -> None:
    store = Store(folder / STORE_FILE)
    add_entries(store, "names", entries)
    store.close()


def nairobi(start: int) -> dict[str, Any]:
    place = {"start": start, "end": start + 7, "label": "LOC"}
    return {**place, "source": "gazetteer:2", "entry": 2}


def written(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"".join(e.encode() if isinstance(e, str) else e for e in lines))
    return path


@pytest.mark.parametrize(
    ("given", "before", "spans"),
    [
        ('{"text":"Samia Suluhu yuko Nairobi"}', '{"text":"Samia Suluhu yuko Nairobi", "spans": ',
         [SAMIA, nairobi(18)]),
        ('{"n":1.50, "text": "hapana\\u0021" , "m":{"a":[]} } ',
         '{"n":1.50, "text": "hapana\\u0021" , "m":{"a":[]}, "spans": ', []),
        ('{"text":"Nairobi", "n":1}\r', '{"text":"Nairobi", "n":1, "spans": ', [nairobi(0)]),
        ('{"spans":null,"text":"👩 Nairobi"}', None, [nairobi(2)]),
        ('{"text":"Nairobi Nairobi","spans":[{"start":8,"end":15,"label":"LOC","by":"me"}]}', None,
         [nairobi(0), {"start": 8, "end": 15, "label": "LOC", "by": "me"}]),
        ('{"text":"Nairobi","tokens":[{"start":0,"end":3},{"start":3,"end":7}]}', None,
         [nairobi(0)]),
        ('{"text":"jijiniNairobi"}', None, []),
        ('{"text":"jijiniNairobi","tokens":[{"start":0,"end":6},{"start":6,"end":13}]}', None,
         [nairobi(6)]),
    ],
)  # fmt: skip
def test_a_record_comes_out_as_it_came_with_its_spans(
    given: str, before: str | None, spans: list[Any], folder: Path, tmp_path: Path
) -> None:
    done = run_here("match", folder, written(tmp_path / "in.jsonl", given, "\n"))
    assert (done.returncode, done.stderr) == (0, "")
    if before:
        assert done.stdout.startswith(before)
    made = json.loads(done.stdout)
    assert made.pop("spans") == spans
    came = json.loads(given)
    came.pop("spans", None)
    assert made == came


@pytest.mark.parametrize(
    "line",
    [
        '{"text":"Samia Suluhu yuko Nairobi", "n":1.50}',
        ' {"a":[ 1,{}],"spans" : [ {"start":14 ,"end":18,"label":"X","p":0.10} ],"text":"Samia '
        'Suluhu, yuko Nairobi" } ',
        '{"spans":[],"spans": null ,"text":"\\u004eairobi"}',
        '{"spans":[ ],"text":"hapana"}',
    ],
)
def test_what_was_matched_comes_out_again_as_it_is(line: str, folder: Path, tmp_path: Path) -> None:
    once = run_here("match", folder, written(tmp_path / "in.jsonl", line, "\n"))
    again = run_here("match", folder, written(tmp_path / "in.jsonl", once.stdout))
    assert (again.returncode, again.stdout) == (0, once.stdout)
    kept, found = json.loads(line), json.loads(once.stdout)
    for span in kept.pop("spans", None) or []:
        assert span in found["spans"]
    found.pop("spans")
    assert found == kept
    for words in ("1.50", "[ 1,{}]", '{"start":14 ,"end":18,"label":"X","p":0.10}', "\\u004e"):
        assert (words in line) == (words in once.stdout)


REFUSED = [
    ('{"text": ', "not JSON"),
    ('{"txt": "a"}', 'no "text"'),
    ('{"text": ""}', "the text is empty"),
    ('{"text": "a\\u0000"}', "NUL"),
    (b'{"text": "\xff"}', "not UTF-8"),
    (b"\xff\xfe{", "not UTF-8"),
    (f'{{"text": "a", "m": {"[" * 200}{"]" * 200}}}', "nested more than"),
    ('{"text": "a", "tokens": [{"start": 0, "end": 2}]}', "token 0"),
    ('{"text": "a", "spans": 1}', '"spans" is 1, not a list'),
    ('{"text": "a", "spans": [1]}', "span 0 is 1, not an object"),
    ('{"text": "a", "spans": [{"start": 0, "end": 2}]}', "span 0 has no start and end"),
    ('{"text": "a", "spans": [{"start": false, "end": 1}]}', "span 0 has no start and end"),
    (json.dumps({"text": "a" * (4 << 20) + "b"}), "more than 4 MiB"),
]


@pytest.mark.parametrize("jobs", [1, 2])
def test_bad_lines_are_told_by_number_and_the_rest_goes_on(
    jobs: int, folder: Path, tmp_path: Path
) -> None:
    good = b'{"text":"Kisumu"}\n'
    lines = [b"\xef\xbb\xbf" + good]
    for line, _ in REFUSED:
        lines += [line if isinstance(line, bytes) else line.encode(), b"\n", good, b" \n"]
    lines += [b" " * (LINE_LIMIT + 1), b"\n", good]
    done = run_here("match", folder, written(tmp_path / "in.jsonl", *lines), "--jobs", jobs)
    assert done.returncode == 1
    assert [len(json.loads(line)["spans"]) for line in done.stdout.splitlines()] == (
        [1] * (len(REFUSED) + 2)
    )
    told = done.stderr.splitlines()
    for number, ((_, reason), line) in enumerate(zip(REFUSED[:10], told, strict=False)):
        assert line.startswith(f"in.jsonl, line {2 + 3 * number}: ")
        assert reason in line
    assert told[10:] == [f"in.jsonl: and {len(REFUSED) + 1 - 10} more lines"]


@pytest.mark.parametrize(("line", "reason"), [each for each in REFUSED if each[0][:1] != b"\xff"])
def test_a_bad_line_alone_is_told_in_one_sentence_and_no_file_is_made(
    line: str | bytes, reason: str, folder: Path, tmp_path: Path
) -> None:
    path = written(tmp_path / "in.jsonl", line, "\n")
    done = run_here("match", folder, path, "-o", tmp_path / "out.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in " ".join(done.stderr.split())
    assert "It takes JSON Lines" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_plain_text_is_refused_in_one_line(jobs: int, folder: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "in.txt", *["Samia yuko Nairobi.\n"] * 2_500)
    out = written(tmp_path / "out.jsonl", "before")
    done = run_here("match", folder, path, "-o", out, "--jobs", jobs)
    assert done.returncode == 1
    assert "in.txt: none of its 2,500 lines can be read; line 1: not JSON" in done.stderr
    assert len(done.stderr.splitlines()) < 5
    assert out.read_text() == "before"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_of_another_encoding_is_refused_whole(
    jobs: int, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text":"Nairobi"}\n', encoding="utf-16")
    done = run_here("match", folder, path, "--jobs", jobs)
    assert (done.returncode, done.stdout) == (1, "")
    assert "in.jsonl is UTF-16" in done.stderr


def test_processes_keep_the_order(folder: Path, tmp_path: Path) -> None:
    lines = [
        f'{{"n": {n}, "text": "{"Samia Suluhu " * (n % 7)}na {n}"}}\n' if n % 501 else "no\n"
        for n in range(1, 4_000)
    ]
    path = written(tmp_path / "in.jsonl", *lines)
    one, three = (run_here("match", folder, path, "--jobs", jobs) for jobs in (1, 3))
    assert [json.loads(line)["n"] for line in one.stdout.splitlines()] == [
        n for n in range(1, 4_000) if n % 501
    ]
    assert (one.returncode, one.stdout, one.stderr) == (1, three.stdout, three.stderr)


def test_entries_that_stopped_and_other_labels_find_nothing(folder: Path, tmp_path: Path) -> None:
    store = Store(folder / STORE_FILE)
    store.db.execute("UPDATE entries SET seen = 9, stood = 1 WHERE id = 1")
    store.db.execute("UPDATE entries SET label = 'GONE' WHERE id = 2")
    store.close()
    path = written(tmp_path / "in.jsonl", '{"text":"Samia Suluhu, Nairobi, Kisumu"}\n')
    found = json.loads(run_here("match", folder, path).stdout)["spans"]
    assert [span["entry"] for span in found] == [3]


PATTERNS = [
    NewEntry("DATE", r"\d{1,2} Mei", "regex", "d1"),
    NewEntry("PER", '[{"LOWER": "bi"}, {"IS_TITLE": true}]', "tokens"),
    NewEntry("DATE", "(?:a|aa)+$", "regex"),
]


@pytest.mark.parametrize("jobs", [1, 2])
def test_patterns_and_expressions_are_run_and_one_without_an_end_is_left_out(
    jobs: int, folder: Path, tmp_path: Path
) -> None:
    add(folder, *PATTERNS)
    lines = [
        '{"text":"Bi Amina wa Nairobi, 3 Mei"}\n', json.dumps({"text": "a" * 60 + "b"}) + "\n",
        '{"text":"4 Mei"}\n',
    ]  # fmt: skip
    path = written(tmp_path / "in.jsonl", *lines)
    done = run_here("match", folder, path, "--jobs", jobs)
    spans = [json.loads(line)["spans"] for line in done.stdout.splitlines()]
    assert [(s["start"], s["end"], s["label"], s["source"], s.get("id")) for s in spans[0]] == [
        (0, 8, "PER", "pattern:5", None),
        (12, 19, "LOC", "gazetteer:2", None),
        (21, 26, "DATE", "pattern:4", "d1"),
    ]
    assert [span["entry"] for span in spans[2]] == [4]
    assert done.returncode == 0, "a line that is matched by the others is not refused"
    assert "in.jsonl, line 2: pattern 6 is left out from here on: it ran longer" in done.stderr


def test_spacy_is_imported_for_token_patterns_alone(folder: Path, tmp_path: Path) -> None:
    add(folder, PATTERNS[0])
    path = written(tmp_path / "in.jsonl", '{"text":"3 Mei"}\n')
    code = (
        "import sys\nfrom tonemark.cli.commands import run\n"
        f"code = run(['match', {str(folder)!r}, {str(path)!r}])\n"
        "assert not {'spacy', 'numpy', 'textual'} & set(sys.modules)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"source": "pattern:4"' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["p", "none.jsonl"], 1, "cannot be read"),
        (["p", "."], 1, "is a directory"),
        (["none", "-"], 1, "There is no folder none"),
        (["p", "in.jsonl", "-o", "none/out"], 1, "none/out cannot be written"),
        (["p", "in.jsonl", "--jobs", "-1"], 2, "--jobs"),
        (["p"], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: list[str], code: int, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    written(Path("in.jsonl"), '{"text":"a"}\n')
    done = run_here("match", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in " ".join(done.stderr.split())


def test_a_file_is_written_whole(folder: Path, tmp_path: Path) -> None:
    path, out = written(tmp_path / "in.jsonl", '{"text":"Nairobi"}\n' * 2), tmp_path / "out.jsonl"
    done = run_here("match", folder, path, "-o", out)
    assert done.stdout == f"2 texts matched into {out}\n"
    assert out.read_text().count("gazetteer:2") == 2


# Pipes and processes


LINE = b'{"text":"Samia Suluhu yuko Nairobi"}\n'
MANY = 100_000
"""Lines that take seconds, and whose output is more than a pipe takes: none is done unread."""


@pytest.fixture
def started(folder: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `tonemark match DIR`, by itself with MANY lines, and pipes at all ends."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*options: object, file: object = "") -> subprocess.Popen[bytes]:
        file = file or written(tmp_path / "in.jsonl", LINE * MANY)
        command = [sys.executable, "-m", "tonemark", "match", folder, file, *options]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        running.append(subprocess.Popen([*map(str, command)], **pipes))
        return running[-1]

    yield start
    for each in running:
        each.kill()
        each.wait()
        for stream in (each.stdin, each.stdout, each.stderr):
            stream.close()


def children(process: subprocess.Popen[bytes]) -> list[int]:
    there = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(each) for each in there.split()]


def at_work(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes of one of which the first line was read."""
    assert json.loads(process.stdout.readline())["spans"][0] == SAMIA
    return children(process)


def test_each_line_comes_back_as_soon_as_it_is_written(started: Callable[..., Any]) -> None:
    process = started(file="-")
    for _ in range(3):
        process.stdin.write(LINE)
        process.stdin.flush()
        at_work(process)
    process.stdin.close()
    assert process.wait(60) == 0
    assert (process.stdout.read(), process.stderr.read()) == (b"", b"")


@pytest.mark.parametrize(("jobs", "workers"), [(1, 0), (2, 2)])
def test_a_reader_that_goes_away_ends_it(
    jobs: int, workers: int, started: Callable[..., Any]
) -> None:
    process = started("--jobs", jobs)
    there = at_work(process)
    assert len(there) == workers
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == b""
    until(lambda: not any(map(is_alive, there)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_can_be_stopped(jobs: int, started: Callable[..., Any]) -> None:
    process = started("--jobs", jobs)
    there = at_work(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 1
    assert process.stderr.read().split() == [b"stopped"]
    until(lambda: not any(map(is_alive, there)))


def test_a_process_that_is_killed_is_told_and_what_came_before_is_written(
    started: Callable[..., Any],
) -> None:
    process = started("--jobs", 2)
    for worker in at_work(process):
        os.kill(worker, signal.SIGKILL)
        until(lambda worker=worker: not is_alive(worker))  # before it is given anything
    out, err = process.stdout.read(), process.stderr.read()
    assert process.wait(60) == 1
    told = " ".join(err.decode().split())
    assert "in.jsonl was not matched from line" in told
    assert "it crashed (signal 9)" in told
    assert "Traceback" not in told
    first = int(told.split("from line ")[1].split()[0])
    assert 1 + out.count(b"\n") == first - 1 < MANY


def test_workers_do_not_outlive_whoever_started_them(started: Callable[..., Any]) -> None:
    process = started("--jobs", 2)
    there = at_work(process)
    process.kill()
    until(lambda: not any(map(is_alive, there)))
