"""The bench of faults: its table, its figures, and a little of each that would take minutes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import faults
import faults_line
import pytest
import windows
from figures import Figure, largest, lost
from sitting import make_project
from terminal import Terminal

from tonemark.errors import TonemarkError


@pytest.mark.parametrize(
    ("figure", "holds"),
    [
        (lost("keys", 0), True),
        (lost("keys", 1), False),
        (largest("seconds", [0.2, 3.004], 3.0), True),
        (largest("seconds", [3.1], 3.0), False),
        (largest("seconds", [], 3.0), True),
        (Figure("keys", 3, ">=", 4), False),
        (Figure("share", 0.04, "<", 0.05), True),
    ],
)
def test_a_figure_holds_its_target_or_not(figure: Figure, holds: bool) -> None:
    assert figure.holds is holds
    assert figure.to_json()["holds"] is holds
    assert figure.line().startswith("  ok " if holds else "  NOT")


def refuse(folder: Path) -> list[Figure]:
    raise TonemarkError("There is no disk.", "Buy one.")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (lambda folder: [lost("keys", 0)], 0),
        (lambda folder: [lost("keys", 0), lost("keys", 2)], 1),
        (refuse, 1),
    ],
)
def test_the_exit_code_says_whether_all_held(
    fault: faults.Fault,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(faults.FAULTS, "some", fault)
    assert faults.main(["--only", "some"]) == code
    assert ("NOT" in capsys.readouterr().out) == bool(code)
    assert faults.main(["--only", "some", "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["some"]["holds"] is not bool(code)


@pytest.mark.parametrize("fault", [faults_line.kill, faults_line.drop, faults_line.term])
def test_a_few_sittings_lose_nothing(fault: faults_line.Fault, tmp_path: Path) -> None:
    figures = {figure.what: figure for figure in fault(tmp_path, 3)}
    figures.pop("pages answered", None)  # chance may have none in so few
    seconds = figures.pop("seconds until the process is gone, at most", None)
    assert seconds is None or seconds.measured < faults_line.ENDING
    assert [figure.line() for figure in figures.values() if not figure.holds] == []


def test_two_windows_overwrite_nothing_and_are_told(tmp_path: Path) -> None:
    make_project(tmp_path, windows.DOCUMENTS)
    found = windows.run(tmp_path, 160)
    assert (found.kept, found.broken, found.unasked) == (found.taken, 0, 0)


def test_a_key_that_is_lost_is_noticed(tmp_path: Path) -> None:
    """The bench's own proof: a journal whose last line is cut off behind the program's back."""

    def end(terminal: Terminal, tally: faults_line.Tally) -> None:
        faults_line._killed(terminal, tally)
        terminal.ended(10.0)
        for path in tmp_path.glob("p/journal/*/*.log"):
            path.write_bytes(b"")

    tally = faults_line._sittings(tmp_path, 3, end)
    assert tally.lost > 0


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("\x1b[?1049h\x1b[?25l\x1b[?2004h", ["1049", "25", "2004", "echo"]),
        ("\x1b[?1049h\x1b[?1004h\x1b[?25;7l\x1b[?1049;1004l\x1b[?7h", ["25", "echo"]),
    ],
)
def test_what_a_program_leaves_on_is_told(sent: str, left: list[str]) -> None:
    program = f"import sys, tty; tty.setraw(0); sys.stdout.write({sent!r} + 'end')"
    terminal = Terminal([sys.executable, "-c", program], {}, 80, 24)
    assert terminal.wait(lambda lines: "end" in lines[0], seconds=20)
    assert terminal.unrestored() == left
    terminal.close()
