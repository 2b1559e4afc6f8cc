"""Nothing in a corpus can touch the terminal: every screen, all bytes sent.

One project, hostile wherever it may be (tests/hostile.py), is driven through every screen in a pty;
a parser finds only the app's own sequences.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hostile
from recorded import DEADLINE, Recorded
from sequences import ANSWERED, OWN, WRITTEN

COMMAND = (sys.executable, "-m", "tonemark")


def test_only_our_own_sequences_reach_the_terminal_from_any_screen(
    hostile_project: Path, recorded: Callable[..., Recorded]
) -> None:
    term = recorded(*COMMAND, hostile_project, "--as", "amina")
    term.see("0 of 6")
    term.play("""
        ? => show the tutor again
        pagedown end => keys can be changed
        q => 0 of 6
        g => [red]nyekundu[/]
        end q => 0 of 6
        d => as amina left them
        down down => 3 of 6
        space => documents: to do
        q => 0 of 6
        / N a i r o b i enter => 2 hits
        = down => 2 of 2
        q => 0 of 6
        e => exports/
        enter => first steps
        space backspace => 1 token
        1 1 2 o => LOC
        . . ' [ ] ; = => more as
        x => left as it was
        z z => undone
        Z => done again
        t f => flagged
        t s => split before
        a => split:
        z => undone
        t o => dropped
        0 [ r e d => [red]
        enter => [re
        0 [ / ] N + => adds the label [/]N
        enter => [/]N
        c PASTE => comment on this document
        enter => comment kept
        PASTE => the paste was dropped
        0 PASTE => at most 100 are allowed
        enter => at most 100 are allowed
        escape => commented
        t i => metadata
        pagedown end => the document after
        q => commented
        t d => left them
        q => 0 more
        t g => guidelines
        q => commented
        v => concordance
        q => commented
        ? => This project's labels
        q => commented
        t b down 3 up . .
        t b down 2 up . .
        t b
        t e => written to exports/
        Q => caps lock?
        """)
    term.resize(20, 5)
    term.see("0 more")
    term.resize(1, 1)
    term.rest()
    term.resize(100, 30)
    term.see("1 of 6", "caps lock?")

    other = recorded(*COMMAND, "annotate", hostile_project, "--as", "amina")
    other.see("takes it over", "quits")
    other.play("x\nq")
    assert other.ended(DEADLINE) == 0

    refused = recorded(*COMMAND, "annotate", hostile_project, "--as", hostile.EVERYTHING)
    assert refused.ended(DEADLINE) == 1
    assert "cannot be an annotator's name" in " ".join(refused.sent().text.split())

    # Two hundred marks on a base, and 200 kB in one line.
    term.play("n => 2 of 6\nt o => dropped")
    term.play("1 space o => LOC")
    term.play("n => 3 of 6")
    term.play("1 space right 2 pagedown => 3 of 6")
    hostile.spoil(hostile_project)
    (hostile_project / "exports").rename(hostile_project / "elsewhere")
    (hostile_project / "exports").write_text("")
    term.play("n => project.toml")
    term.play("""
        space 1 => PER
        t e => not exported
        n => hapana
        q => annotate
        """)
    term.press("q")
    assert term.ended(DEADLINE) == 0
    assert refused.sent().faults(WRITTEN) == set()
    for each in (term, other):
        assert each.sent().faults(OWN, ANSWERED) == set()
        assert "Traceback" not in each.sent().text
        assert not each.unrestored()
    used = {*term.sent().sequences, *other.sent().sequences}
    assert not set(OWN) - used, "allowed, and never sent"


def test_only_our_own_sequences_reach_the_terminal_from_a_review(
    tmp_path: Path, recorded: Callable[..., Recorded], tonemark: Callable[..., Any]
) -> None:
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", f"PER,{hostile.PRINTS}")
    for at, name in enumerate(("amina", "juma", "rosa")):
        said = folder.parent / f"{name}.jsonl"
        records = [
            {
                "text": text, "key": str(number), "_annotator_id": name,
                "answer": "reject" if number == at else "accept", "comment": hostile.EVERYTHING,
                "spans": [
                    {"start": 0, "end": 3 + at, "label": f"{hostile.PRINTS}{at}"},
                    {"start": 20, "end": 25, "label": "PER"},
                ][: 3 - at],
            }
            for number, text in enumerate((hostile.TEXTS[0], hostile.TEXTS[4]))
        ]  # fmt: skip
        said.write_text("".join(json.dumps(record) + "\n" for record in records))
        tonemark("add", folder, said, *(("--match", "key") if at else ()))
    project = folder / "project.toml"
    project.write_text(project.read_text().replace("overlap = 1 ", "overlap = 3 "))

    term = recorded(*COMMAND, "review", folder, "--as", "neema")
    term.see("majority")
    term.play("""
        space backspace => majority
        ? => In review
        q => majority
        t i => the document after
        end q => majority
        t w => answers 2
        escape => majority
        t w PASTE enter => is no kind
        escape => majority
        2 => 1 of 2 open
        3 => 1 of 1 open
        - => all settled
        t b t b t b z => undone
        c PASTE => comment
        enter => comment kept
        """)
    term.resize(20, 5)
    term.rest()
    term.resize(100, 30)
    term.see("1 amina")
    term.press("q")
    assert term.ended(DEADLINE) == 0
    assert term.sent().faults(OWN, ANSWERED) == set()
    assert "Traceback" not in term.sent().text
    assert not term.unrestored()
