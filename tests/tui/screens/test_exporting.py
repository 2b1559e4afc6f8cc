"""The key that exports: as the project was exported last, told while it goes on and in the end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tonemark.corpus.desk import Desk
from tonemark.corpus.gold import Gold, write_gold
from tonemark.exchange.settings import Settings, remember
from tonemark.tui.page.cells import cells
from tonemark.tui.screens import exporting, following
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard
from tonemark.tui.screens.exporting import export, last_export, told

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]
Fake = Callable[..., None]

FOLDER = Path("/projects/habari")
TO = [str(FOLDER / "exports" / "habari.jsonl")]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Has this code run in the place of `tonemark export`; `say(object)` prints JSON there."""

    def put(code: str) -> None:
        begin = "import json, os, sys, time\ndef say(o): print(json.dumps(o), flush=True)\n"
        monkeypatch.setattr(exporting, "command", lambda _: [sys.executable, "-c", begin + code])

    return put


def test_it_says_how_many_went_where(desk_at: DeskAt, play: Play) -> None:
    """Gold is written, and is not told as left out."""
    desk = desk_at()
    with desk.store.transaction() as db:
        write_gold(db, Gold(3, "rosa", "accept", ()))

    async def script(stage: Any) -> None:
        assert "nothing was exported" in stage.text()
        await stage.press("enter", "1", "enter", "q", "e")
        said = "2 documents written to exports/habari.jsonl; left out: 2 unanswered"
        assert f"{said}," not in await stage.until(said)
        shown = await stage.until("last exported 2")
        assert "to exports/habari.jsonl as jsonl" in shown

    play(desk, Dashboard(), script)
    rows = (desk.project.folder / "exports" / "habari.jsonl").read_text(encoding="utf-8")
    assert [json.loads(row)["text"] for row in rows.splitlines()] == [
        "Rais Samia Suluhu alikutana na waziri mkuu jijini Nairobi.",
        "Mji wa Nairobi una watu wengi. nairobi ni mji mkuu.",
    ]


def test_it_exports_as_the_project_was_exported_last(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at()
    remember(desk.project.folder, Settings(all_documents=True, annotator=None, sidecar=False))

    async def script(stage: Any) -> None:
        await stage.press("e")
        await stage.until("4 documents written to exports/habari.jsonl")
        await stage.until("last exported 2")
        assert "as jsonl" not in stage.text(), "without the sidecar nothing says so"

    play(desk, Dashboard(), script)


@pytest.mark.parametrize("first", [Dashboard, AnnotateScreen])
def test_one_that_fails_says_why(first: type[Any], desk_at: DeskAt, play: Play) -> None:
    desk = desk_at()
    (desk.project.folder / "exports").write_text("in the way")

    async def script(stage: Any) -> None:
        await stage.press(*(["e"] if first is Dashboard else ["t", "e"]))
        await stage.until("not exported: exports is no folder.")

    play(desk, first(), script)


def test_what_is_in_the_way_is_named_as_it_stands_in_the_project(
    desk_at: DeskAt, play: Play
) -> None:
    desk = desk_at()
    remember(desk.project.folder, Settings(all_documents=True))
    (desk.project.folder / "exports").mkdir()
    os.mkfifo(desk.project.folder / "exports" / "habari.jsonl")

    async def script(stage: Any) -> None:
        await stage.press("e")
        await stage.until("not exported: exports/habari.jsonl cannot be written: it is no regular")
        assert "…" not in stage.line("status")

    play(desk, Dashboard(), script, size=(80, 24))


def test_its_key_is_in_the_footer(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        assert "e export" in stage.line("footer")

    play(desk_at(), Dashboard(), script)


def test_nothing_to_write_is_no_failure(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        await stage.press("e")
        shown = await stage.until("nothing was exported: left out: 4 unanswered")
        assert "not exported:" not in shown

    play(desk_at(), Dashboard(), script)


def test_what_was_written_is_said_also_where_documents_are_missing(
    desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    fake("say({'written': 3, 'to': ['exports/a.conll'], 'damaged': ['k'], 'unfit': 2})\nexit(1)")

    async def script(stage: Any) -> None:
        await stage.press("e")
        shown = await stage.until("3 documents written to exports/a.conll; missing: 1 damaged")
        assert "2 that the format cannot say" in shown
        assert "not exported" not in shown

    play(desk_at(), Dashboard(), script, size=(120, 24))


HELD_UP = """
say({'progress': 1200})
go, = [os.path.join(os.environ['GO'], name) for name in ('go',)]
while not os.path.exists(go): time.sleep(0.01)
say({'progress': 12000})
while not os.path.exists(go + '2'): time.sleep(0.01)
say({'written': 13000, 'to': ['exports/a.jsonl']})
"""
"""Goes on when it is let."""


def test_keys_are_taken_while_it_goes_on(
    desk_at: DeskAt, play: Play, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GO", str(tmp_path))
    fake(HELD_UP)

    async def script(stage: Any) -> None:
        await stage.press("t", "e")
        await stage.until("exporting… 1,200")
        await stage.press("1")
        assert "exporting" not in stage.text()
        (tmp_path / "go").touch()
        await stage._until(lambda: stage.app.exporting == "exporting… 12,000", "more of it")
        assert "exporting" not in stage.text(), "what a key said is not painted over"
        await stage.press("t", "e")  # it says how far that one is, and begins no other
        assert "exporting… 12,000" in stage.text()
        await stage.press("space")
        said = stage.text()
        assert "exporting" not in said
        (tmp_path / "go2").touch()
        await stage.until("13,000 documents written to exports/a.jsonl")

    play(desk_at(), AnnotateScreen(), script)


def test_it_goes_on_where_its_screen_is_left(
    desk_at: DeskAt, play: Play, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GO", str(tmp_path))
    fake(HELD_UP)

    async def script(stage: Any) -> None:
        await stage.press("enter", "t", "e")
        await stage.until("exporting… 1,200")
        await stage.press("q")
        assert isinstance(stage.app.screen, Dashboard)
        for name in ("go", "go2"):
            (tmp_path / name).touch()
        await stage.until("13,000 documents written to exports/a.jsonl")

    play(desk_at(), Dashboard(), script)


def test_to_quit_ends_it_as_ctrl_c_does(
    desk_at: DeskAt, play: Play, fake: Fake, tmp_path: Path
) -> None:
    fake(f"""
import pathlib
try:
    say({{'progress': 7}})
    while True: time.sleep(0.01)
except KeyboardInterrupt:
    pathlib.Path({str(tmp_path / "stopped")!r}).touch()
""")

    async def script(stage: Any) -> None:
        await stage.press("e")
        await stage.until("exporting… 7")
        await stage.press("q")
        await stage._until((tmp_path / "stopped").exists, "the end of the export")

    play(desk_at(), Dashboard(), script)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('tonemark: the disk is full', file=sys.stderr)\nexit(1)", "the disk is full"),
        ("exit(3)", "ended with 3"),
        ("print('[1]\\n{\\nnull')\nexit(1)", "ended with 1"),
        ("sys.stderr.write('x' * 10**7)\nexit(1)", "x" * 40),
        ("say({'progress': 'x', 'to': 1})\nexit(0)", "ended with 0"),
    ],
)
def test_a_process_that_reports_nothing_is_answered_in_words(
    code: str, said: str, fake: Fake, tmp_path: Path
) -> None:
    fake(code)
    with pytest.raises(ValueError, match=said) as caught:
        asyncio.run(export(tmp_path, lambda written: None))
    assert len(str(caught.value)) <= 1000


class Chunks:
    """What a pipe gives, piece by piece."""

    def __init__(self, *given: bytes) -> None:
        self.left = [*given, b""]

    async def read(self, size: int) -> bytes:
        """The next piece."""
        return self.left.pop(0)


def test_what_it_said_is_told_and_what_to_do() -> None:
    """However it comes through the pipe: a letter may come in two halves."""
    said = Chunks(b"\n tone", b"mark: no \xe2\x80", b"\xa6 place\n", b"  Nothing was written.\n")
    process: Any = SimpleNamespace(stderr=said)
    assert asyncio.run(following._said(process)) == ("no … place", "Nothing was written.")


def test_progress_is_told_in_order(fake: Fake, tmp_path: Path) -> None:
    fake("for n in range(5): say({'progress': n})\nsay({'written': 9})")
    seen: list[int] = []
    report = asyncio.run(export(tmp_path, seen.append))
    assert report == {"written": 9}
    assert seen == list(range(5))


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"written": 1, "to": TO}, "1 document written to exports/habari.jsonl"),
        (
            {"written": 1200, "to": ["/else/a.conll"], "rejected": 2, "differing": 1},
            "1,200 documents written to /else/a.conll; left out: 1 differing, 2 rejected",
        ),
        (
            {"written": 9, "to": TO * 3, "unfit": 2, "damaged": ["a", "b"], "unanswered": 1},
            "9 documents written to exports/habari.jsonl and 2 more; missing: 2 damaged in the"
            " store, 2 that the format cannot say; left out: 1 unanswered",
        ),
        (
            {"written": 9, "to": TO, "mapped": {"inside": 1, "label": 3}, "without_tokens": ["k"]},
            "9 documents written to exports/habari.jsonl; without tokens: 1; 4 spans changed to"
            " fit",
        ),
        (
            {"written": 2, "to": TO, "answers_in_part": 3, "earlier": 1},
            "2 documents written to exports/habari.jsonl; left out: 1 answered earlier; answers"
            " left out: 3",
        ),
        ({"written": 0}, "nothing was exported: there are no documents"),
        ({"written": 0, "unfit": 3}, "nothing was exported: missing: 3 that the format cannot say"),
    ],
)
def test_what_came_of_it_in_words(report: dict[str, Any], said: str) -> None:
    assert told(report, FOLDER) == said


MUCH = {"written": 124, "to": TO, "unfit": 33, "rejected": 54, "ignored": 80, "unanswered": 80}


@pytest.mark.parametrize(
    ("report", "width", "said"),
    [
        (
            MUCH, 140, "124 documents written to exports/habari.jsonl; missing: 33 that the format"
            " cannot say; left out: 54 rejected, 80 ignored, 80 unanswered",
        ),
        (MUCH, 78, "124 documents written to exports/habari.jsonl; missing: 33; left out: 214"),
        (
            {**MUCH, "mapped": {"label": 3000}}, 78, "124 documents written; missing: 33; left out:"
            " 214; 3,000 spans changed; to exports/habari.jsonl",
        ),
        (
            {**MUCH, "written": 0}, 40, "nothing was exported: missing: 33; left out: 214",
        ),
    ],
)  # fmt: skip
def test_what_came_of_it_fits_the_line(report: dict[str, Any], width: int, said: str) -> None:
    assert told(report, FOLDER, width) == said


def test_on_a_common_terminal_the_line_is_not_cut(desk_at: DeskAt, play: Play, fake: Fake) -> None:
    fake(f"say({MUCH | {'to': ['exports/a.conll']}})")

    async def script(stage: Any) -> None:
        await stage.press("e")
        await stage.until("124 documents written to exports/a.conll; missing: 33; left out: 214")
        assert "…" not in stage.line("status")

    play(desk_at(), Dashboard(), script, size=(80, 24))


def test_every_count_of_a_report_has_its_word() -> None:
    from tonemark.exchange.selecting import COUNTED

    named = {name for name, _ in exporting.LEFT_OUT}
    of_what_is_there = {"open_pieces", "unanswered_pieces", "answers_in_part", "of_several"}
    assert named == set(COUNTED) - of_what_is_there


def written(folder: Path, name: str, time: float, data: str = "") -> None:
    path = folder / "exports" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(data)
    os.utime(path, (time, time))


def test_the_last_export_is_the_newest_of_the_project(tmp_path: Path) -> None:
    assert last_export(tmp_path, "habari") == ""
    for at, name in enumerate(
        ("habari.jsonl", "habari.conll", "habari2.jsonl", ".habari.conll.part"), 1
    ):
        written(tmp_path, name, 10**9 * at / 5)
    header = '{"tonemark":"sidecar","version":1,"format":"conll","project":"\\ud800'
    written(tmp_path, "habari.conll.tonemark", 2 * 10**9, header)
    said = last_export(tmp_path, "habari")
    assert said.startswith("last exported 1982-")
    assert said.endswith(" to exports/habari.conll as conll")


@pytest.mark.parametrize("name", ["label-studio", "label-studio-min", "spacy", "brat", "odd"])
def test_what_is_written_beside_an_export_is_not_taken_for_one(name: str, tmp_path: Path) -> None:
    header = f'{{"tonemark":"sidecar","version":1,"format":"{name}"'
    written(tmp_path, "p.json", 10**9)
    written(tmp_path, "p.json.tonemark", 10**9 + 1, header)
    assert last_export(tmp_path, "p").endswith(f"to exports/p.json as {name}")
    written(tmp_path, "p.config.xml", 10**9 + 2)
    is_companion = name.startswith("label-studio")
    assert last_export(tmp_path, "p").endswith("p.config.xml") is not is_companion


def test_a_report_of_a_million_keys_is_taken(fake: Fake, tmp_path: Path) -> None:
    from tonemark.exchange.exported import Exported

    keys = tuple(f"{n:030}" for n in range(10**6))
    long = Exported(1, 0, 0, 0, 0, damaged=keys, without_tokens=keys, places=keys[:1000])
    fake(f"say({json.dumps(long.counts())})")
    report = asyncio.run(export(tmp_path, lambda written: None))
    assert told(report, tmp_path).endswith(
        "missing: 1,000,000 damaged in the store; without tokens: 1,000,000"
    )


@pytest.mark.parametrize("beside", ["", "{", '{"tonemark":"sidecar","version":1,"format":"\x1b"'])
def test_a_sidecar_that_names_no_format_is_passed_over(beside: str, tmp_path: Path) -> None:
    written(tmp_path, "p.csv", 10**9)
    written(tmp_path, "p.csv.tonemark", 10**9, beside)
    assert last_export(tmp_path, "p").endswith("to exports/p.csv")


def test_a_name_that_fills_the_line_is_cut(tmp_path: Path) -> None:
    written(tmp_path, "p." + "x" * 200, 10**9)
    assert cells(last_export(tmp_path, "p")) < 120
