"""Times the key that brings the next page, with the learner at work beside it and with none.

An annotator labels the first candidate of each page and presses Enter, at a pace at which the
learner learns again and again; on a copy of the project in which `learner = false` she does the
same. The sittings take turns.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

from figures import Figure
from learn import CORPORA
from material import PROGRAM, environment_in, read_gold
from store_sittings import annotate, put_tutor_away
from terminal import Terminal
from train import make_project

from tonemark.errors import TonemarkError
from tonemark.suggester.place import Place

ANNOTATOR = "amina"

PACE = 0.25
"""Seconds that she looks at a page."""

WITHIN = 20.0
"""Milliseconds by which a page may come later than without a learner."""

QUIET = 0.05
"""Seconds without output after which a page is taken to stand there."""

PATIENCE = 60.0
"""Seconds that a program may take to show a page, or to end."""

LEARNING = 60.0
"""Seconds after a sitting by which the learner must have learnt from it."""

WITH, WITHOUT = "with", "without"


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a target is missed or it could not measure."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="tonemark-pages-") as name:
            taken, learnt = measured(options, Path(name))
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}".strip(), file=sys.stderr)
        return 1
    spread = {side: (median(each), quantiles(each, n=20)[-1]) for side, each in taken.items()}
    found = [
        Figure(f"a page later by ({what})", round(one - other, 1), "<=", WITHIN, "ms")
        for what, one, other in zip(("median", "p95"), spread[WITH], spread[WITHOUT], strict=True)
    ]
    if options.json:
        row = {"ms": spread, "pages": len(taken[WITH]), "learnt": learnt}
        print(json.dumps({**row, "figures": [each.to_json() for each in found]}))
    else:
        for side, (half, most) in spread.items():
            print(f"{side} the learner: {half:.1f} ms, p95 {most:.1f}, {len(taken[side])} pages")
        print(f"it learnt on from {learnt[0]} to {learnt[1]} documents meanwhile")
        print(*(each.line() for each in found), sep="\n")
    return int(not all(each.holds for each in found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench pages", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=CORPORA, metavar="DIR")
    parser.add_argument("--lang", default="swa", help="a language of CORPORA/ner  [swa]")
    parser.add_argument("--answered", type=int, default=300, help="sentences beforehand  [300]")
    parser.add_argument("--pages", type=int, default=50, help="pages a sitting  [50]")
    parser.add_argument("--rounds", type=int, default=3, help="sittings of each  [3]")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def measured(
    options: argparse.Namespace, folder: Path
) -> tuple[dict[str, list[float]], tuple[int, int]]:
    """Milliseconds from Enter to the last byte of the next page, by side; and from how many
    documents the learner had learnt before the first page of a sitting and after the last one, on
    the whole. Raises TonemarkError where the learner did not learn meanwhile."""
    environment = environment_in(folder)
    train = read_gold(options.corpora / "ner" / options.lang / "train.conll")
    shuffled = list(train.records)
    random.Random(0).shuffle(shuffled)
    made = folder / "made"
    make_project(
        made, options.lang, train, shuffled[: options.answered], shuffled[options.answered :],
        environment,
    )  # fmt: skip
    put_tutor_away(annotate(made, ANNOTATOR), environment)
    taken: dict[str, list[float]] = {WITH: [], WITHOUT: []}
    learnt = 0
    for turn in range(options.rounds):
        for side in taken:
            ignored = shutil.ignore_patterns("suggester")
            project = Path(shutil.copytree(made, folder / f"{side}{turn}", ignore=ignored))
            _set_learner(project, on=side == WITH)
            taken[side] += sitting(project, options.pages, environment)
            if side == WITH:
                learnt = max(learnt, _learnt(project, options.answered))
    return taken, (options.answered, learnt)


def sitting(project: Path, pages: int, environment: dict[str, str]) -> list[float]:
    """Milliseconds of each page."""
    taken: list[float] = []
    with ExitStack() as stack:
        command = [*PROGRAM, "annotate", str(project), "--as", ANNOTATOR]
        terminal = Terminal(command, environment, 80, 24)
        stack.callback(terminal.close)
        if not terminal.wait(lambda lines: "accept" in lines[-1], seconds=PATIENCE):
            raise TonemarkError("No page was shown.", "\n".join(terminal.lines()))
        for _ in range(pages):
            terminal.press("1")
            terminal.settle(first=PACE, quiet=PACE)
            pressed = time.perf_counter()
            terminal.press("enter")
            terminal.settle(first=PATIENCE, quiet=QUIET)
            taken.append((terminal.arrived - pressed) * 1000)
        terminal.press("q")
        if terminal.ended(PATIENCE) is None:
            raise TonemarkError("The program did not end.")
    return taken


def _learnt(project: Path, before: int) -> int:
    """From how many documents it has learnt: from those of the sitting, too."""
    until = time.monotonic() + LEARNING
    while (told := Place(project).told()).learnt <= before:
        if time.monotonic() > until:
            raise TonemarkError("The learner did not learn meanwhile: nothing is shown.")
        time.sleep(PACE)
    return told.learnt


def _set_learner(project: Path, *, on: bool) -> None:
    file = project / "project.toml"
    text = file.read_text("utf-8")
    if "learner = true " not in text:
        raise TonemarkError("project.toml does not say whether there is a learner.")
    if not on:
        file.write_text(text.replace("learner = true ", "learner = false"), "utf-8")
