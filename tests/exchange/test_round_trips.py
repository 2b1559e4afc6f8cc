"""Each format, out of one project and into another: with its sidecar all comes back, without it
what the format holds. New formats are covered as they are registered."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import run_here

from tonemark.exchange.base import ReadOptions
from tonemark.exchange.export import output_suffix
from tonemark.exchange.registry import format_named, read_records, writable
from tonemark.exchange.sidecar import sidecar_of

WAVE = "\N{WAVING HAND SIGN}"
ADLAM = "\U0001e900\U0001e923\U0001e924 \U0001e926\U0001e922"
DECOMPOSED = unicodedata.normalize("NFD", "Ẹ̀kọ́ ní Ọ̀yọ́.")


def task(text: str, spans: list[tuple[str, str]], **more: Any) -> dict[str, Any]:
    """A record with a span at each of these stretches of its text, accepted by amina."""
    made = [
        {"start": text.index(part), "end": text.index(part) + len(part), "label": label}
        for part, label in spans
    ]
    who = {"answer": "accept", "_annotator_id": "amina", "_timestamp": 1700000000.5}
    return {"text": text, "spans": made, **who, **more}


CASES: dict[str, dict[str, Any]] = {
    "above-bmp": task(f"{WAVE} Vaj Pov {WAVE} nyob {ADLAM}.", [("Vaj Pov", "PER"), (ADLAM, "LOC")]),
    "decomposed": task(
        DECOMPOSED, [(DECOMPOSED.split()[0], "LOC"), (DECOMPOSED.split()[2][:-1], "PER")]
    ),
    "spaces": task("  Rais  Samia\tyuko\u00a0Dar es Salaam  ", [("Samia", "PER"), ("Dar", "LOC")]),
    "lines": task("Samia alikuja.\nAsha alienda.\n\nJuma!", [("Samia", "PER"), ("Juma", "PER")]),
    "said": task("Asha yuko Kisumu", [("Kisumu", "LOC")], comment='why?\n\t"ok"', flagged=True),
    "meta": task("Juma", [], meta={"source": "a, b", "n": 3}, url="x"),
    "none": task("Hakuna jina hapa.", []),
    "reject": task("!!! ???", [], answer="reject"),
    "ignore": task("Samia tena", [("Samia", "PER")], answer="ignore"),
    "sources": {
        **task("Samia na Juma", [("Samia", "PER")]),
        "spans": [
            {"start": 0, "end": 5, "label": "PER", "sources": ["model:m", "manual"]},
            {"start": 9, "end": 13, "label": "PER", "sources": ["gazetteer:g"]},
        ],
    },
    "open": {"text": "Samia leo", "spans": [{"start": 0, "end": 5, "label": "PER", "score": 0.5}]},
    "words": {
        **task("Kuv nyob Luang Prabang.", [("Luang Prabang", "LOC")]),
        "tokens": [
            {"text": "Kuv", "start": 0, "end": 3, "id": 0},
            {"text": "nyob", "start": 4, "end": 8, "id": 1},
            {"text": "Luang Prabang", "start": 9, "end": 22, "id": 2},
            {"text": ".", "start": 22, "end": 23, "id": 3},
        ],
    },
    "overlap": task(
        "Dar es Salaam Port", [("Dar es Salaam Port", "ORG"), ("Dar es Salaam", "LOC")]
    ),
    "inside": task("Nairobini leo", [("Nairobi", "LOC")]),
    "label": task("Samia", [("Samia", "Per-1")]),
}


@pytest.fixture
def full(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """A project in a folder `a/p` with a document for each case, and one that two answered."""
    lines = [json.dumps({"id": key, **case}) for key, case in CASES.items()]
    for name, label in (("amina", "PER"), ("baraka", "ORG")):
        two = task("Wizara ya Afya", [("Wizara", label)], id="two", _annotator_id=name)
        lines.append(json.dumps(two))
    folder = project(tmp_path / "a" / "p", tonemark)
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    tonemark("add", folder, path)
    return folder


def project(folder: Path, tonemark: Callable[..., Any]) -> Path:
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,LOC,ORG,Per-1", "--overlap", 2)
    return folder


def exported(folder: Path, target: Path, tonemark: Callable[..., Any], *how: str) -> dict[str, Any]:
    """What JSON Lines say of a project, by key."""
    tonemark("export", folder, "-o", target, *how)
    rows = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    return {row["key"]: row for row in rows}


def there(tmp_path: Path, name: str) -> Path:
    return tmp_path / f"out{output_suffix(format_named(name))}"


ALL = ("--all", "--answers", "accept,reject,ignore")


@pytest.mark.parametrize("name", writable())
def test_with_its_sidecar_everything_comes_back(
    name: str, full: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    out = there(tmp_path, name)
    format = format_named(name)
    options = ("--format", name, "--map", "--json", *ALL)
    done = run_here("export", full, "-o", out, *options)
    without = {place.split(":")[0] for place in json.loads(done.stdout)["places"]}
    # Tags say nothing of a document of which nobody said anything; O would be a lie.
    assert without <= ({"open"} if format.on_tokens else set())
    assert done.returncode == bool(without)
    again = project(tmp_path / "b" / "p", tonemark)
    tonemark("add", again, out)
    was = exported(full, tmp_path / "was.jsonl", tonemark, *ALL)
    now = exported(again, tmp_path / "now.jsonl", tonemark, *ALL)
    assert was.keys() == CASES.keys()
    assert now.keys() == was.keys() - without
    for key, row in now.items():
        assert row == was[key], key


@pytest.mark.parametrize("name", [each for each in writable() if format_named(each).versions])
def test_with_its_sidecar_everyones_answers_come_back(
    name: str, full: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    out = there(tmp_path, name)
    tonemark("export", full, "--format", name, "-o", out, "--map", "--everyone")
    again = project(tmp_path / "b" / "p", tonemark)
    tonemark("add", again, out)
    for who in ("amina", "baraka"):
        was = exported(full, tmp_path / "was.jsonl", tonemark, "--annotator", who)
        assert was == exported(again, tmp_path / "now.jsonl", tonemark, "--annotator", who), who


@pytest.mark.parametrize("whose", [(), ("--everyone",)])
@pytest.mark.parametrize("name", writable())
def test_a_file_that_may_have_been_changed_and_was_not_comes_back_the_same(
    name: str, whose: tuple[str, ...], full: Path, tmp_path: Path
) -> None:
    """Found record by record, and what the file says compared, it is what it is line by line."""
    if whose and not format_named(name).versions:
        pytest.skip("holds one answer to a document")
    out = there(tmp_path, name)
    run_here("export", full, "--format", name, "-o", out, "--map", *ALL, *whose)
    side = sidecar_of(out)
    header, lines = side.read_text(encoding="utf-8").split("\n", 1)
    found = []
    for digest in (json.loads(header)["digest"], ""):
        side.write_text(f"{json.dumps({**json.loads(header), 'digest': digest})}\n{lines}")
        found.append(list(read_records(out, format=None, options=ReadOptions())))
    assert found[0] == found[1]
    assert len(found[0]) >= len(CASES) - 1


@pytest.mark.parametrize("name", [each for each in writable() if format_named(each).versions])
def test_gold_beside_everyones_answers_comes_back(
    name: str, full: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    gold = {"reviewer": "rosa", "decisions": [], "cites": []}
    line = task("Wizara ya Afya", [("Wizara ya Afya", "ORG")], id="two", _gold=gold, comment="so")
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(line))
    tonemark("add", full, path, "--match", "key")
    out = there(tmp_path, name)
    tonemark("export", full, "--format", name, "-o", out, "--map", "--everyone")
    again = project(tmp_path / "b" / "p", tonemark)
    tonemark("add", again, out)
    was = exported(full, tmp_path / "was.jsonl", tonemark, "--gold")
    assert list(was) == ["two"]
    now = exported(again, tmp_path / "now.jsonl", tonemark, "--gold")
    assert now["two"]["spans"] == was["two"]["spans"]
    for field in ("answer", "_annotator_id", "comment"):
        assert now["two"][field] == was["two"][field]
    for who in ("amina", "baraka"):
        was = exported(full, tmp_path / "was.jsonl", tonemark, "--annotator", who)
        assert was == exported(again, tmp_path / "now.jsonl", tonemark, "--annotator", who), who


@pytest.mark.parametrize("name", writable())
def test_without_its_sidecar_what_the_format_holds_comes_back(
    name: str, full: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    """Of documents that any format can say: their texts (white space aside, where it does not hold
    them), and every span."""
    format = format_named(name)
    out = there(tmp_path, name)
    tonemark("export", full, "--format", name, "-o", out, "--map", "--no-sidecar")
    again = project(tmp_path / "b" / "p", tonemark)
    tonemark("add", again, out, "--annotators", "amina")
    was = list(exported(full, tmp_path / "was.jsonl", tonemark).values())
    now = list(exported(again, tmp_path / "now.jsonl", tonemark).values())
    lost = {"overlap", "inside", "label"} if format.on_tokens else set()
    if "text" in format.holds:
        assert [row["text"] for row in now] == [row["text"] for row in was]
        for row, after in zip(was, now, strict=True):
            if row["key"] not in lost:
                assert stretches(after) == stretches(row), row["key"]
    else:
        assert "".join("".join(row["text"].split()) for row in now) == "".join(
            "".join(row["text"].split()) for row in was
        )
        kept = [row for row in was if row["key"] not in lost]
        assert {said(row, span) for row in kept for span in row["spans"]} <= {
            said(row, span) for row in now for span in row["spans"]
        }


def stretches(row: dict[str, Any]) -> set[tuple[int, int, str]]:
    return {(span["start"], span["end"], span["label"]) for span in row["spans"]}


def said(row: dict[str, Any], span: dict[str, Any]) -> tuple[str, str]:
    return "".join(row["text"][span["start"] : span["end"]].split()), span["label"]


@pytest.mark.parametrize("name", writable())
def test_what_a_format_cannot_say_is_left_out_counted_and_placed(
    name: str, full: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    format = format_named(name)
    lost = {
        "overlap": not format.overlaps,
        "inside": format.on_tokens,
        "label": bool(format.label_fault and format.label_fault("Per-1")),
    }
    wanted = {key for key, is_lost in lost.items() if is_lost}
    out = there(tmp_path, name)
    code = 1 if wanted else 0
    done = tonemark("export", full, "--format", name, "-o", out, "--json", code=code)
    report = json.loads(done.stdout)
    assert {place.split(" ")[0] for place in report["places"]} == wanted
    assert report["unfit"] == len(wanted)
    again = project(tmp_path / "b" / "p", tonemark)
    tonemark("add", again, out)
    now = exported(again, tmp_path / "now.jsonl", tonemark)
    assert not now.keys() & wanted
    assert {"above-bmp", "decomposed", "spaces", "words"} <= now.keys()
