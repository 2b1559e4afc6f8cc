"""The process that trains: `python -m tonemark.training.runs.child ALIVE FOLDER INTO SETTINGS
BEGAN`, its steps and what came of it told in JSON, one object a line.

`running` is its parent, which never loads what it loads, and ends it whatever it is at.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from tonemark.background import NICENESS, come_last, end_with_parent
from tonemark.errors import TonemarkError

OFTEN = 0.1
"""Seconds between two steps that are told, where nothing new is in them."""

NO_ROOM = "The memory of this machine is not enough for this training."
SMALLER = "Name fewer labels with --labels, or train where there is more memory."


def main(alive: str, folder: str, into: str, settings: str, began: str) -> int:
    """Train; the exit code: 1 where nothing came of it."""
    end_with_parent(int(alive))
    # What other people's code prints must not come among the steps.
    told = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    come_last()
    os.nice(NICENESS)

    def tell(**what: Any) -> None:
        told.write(json.dumps(what) + "\n")
        told.flush()

    try:
        tell(done=_trained(Path(folder), Path(into), settings, float(began), tell))
    except TonemarkError as error:
        tell(title=error.title, remedy=error.remedy)
    except MemoryError:
        tell(title=NO_ROOM, remedy=SMALLER)
    except OSError as error:
        from tonemark.training.runs.folders import not_written

        refused = not_written(Path(into).parent, error)
        tell(title=refused.title, remedy=refused.remedy)
    except Exception as error:
        from tonemark.corpus.store_file import in_words

        said = in_words(error)
        if said:
            tell(title=said.title, remedy=said.remedy)
        else:
            tell(crash=traceback.format_exc())
    else:
        return 0
    return 1


def _trained(folder: Path, into: Path, settings: str, began: float, tell: Any) -> dict[str, Any]:
    """Train, and write the model's model.json; what is told of it."""
    from tonemark.corpus.project import read_project
    from tonemark.corpus.store import STORE_FILE, Store
    from tonemark.review.accepted import who_accepted
    from tonemark.training.outcome import Step, TrainSettings
    from tonemark.training.runs.folders import write_about
    from tonemark.training.train import train

    last = Step("", 0.0, 0.0)
    at = 0.0

    def progress(step: Step) -> None:
        nonlocal last, at
        now = time.monotonic()
        news = replace(step, seconds=0, left=0, words=0) != replace(
            last, seconds=0, left=0, words=0
        )
        if news or now - at > OFTEN:
            last, at = step, now
            tell(step=step.to_json())

    asked = json.loads(settings)
    project = read_project(folder)
    store = Store(project.folder / STORE_FILE, reading=True)
    try:
        outcome = train(
            project, store, TrainSettings(**{**asked, "labels": tuple(asked["labels"])}),
            into, progress, began,
        )  # fmt: skip
        people = 1 if asked["annotator"] else len(who_accepted(store))
    finally:
        store.close()
    about = outcome.to_json() | {"asked": asked, "annotators": people}
    about["advice"] = _advice(into, about)
    write_about(into, about)
    return {name: value for name, value in about.items() if name != "hashes"}


def _advice(into: Path, about: dict[str, Any]) -> list[str]:
    """What would help the model most, the best first; nothing where it could not be scored."""
    from tonemark.training.runs.folders import Run
    from tonemark.training.scores.advice import advice
    from tonemark.training.scores.report import lessons_of, scores_of

    run = Run(into, 0.0, about)
    with contextlib.suppress(TonemarkError):
        return [each.words for each in advice(scores_of(run), lessons_of(run))]
    return []


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
