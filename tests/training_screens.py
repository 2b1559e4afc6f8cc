"""What tests of the screen that trains share: code that stands in for its commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tonemark.tui.screens import trained

MODEL = {
    "model": "/p/models/model-2", "name": "model-2", "kind": "joined", "f1": 0.71, "scored": 9,
    "precision": 0.74, "recall": 0.69, "labels": ["PER"], "seconds": 8, "documents": 300,
    "why": "Joined is better.", "scored_on": "evaluation", "advice": ["More of LOC."],
}  # fmt: skip


def finding(words: str, *places: tuple[int, str], **more: Any) -> dict[str, Any]:
    told = [
        {"document": number, "key": f"habari.txt:{number}", "start": 0, "end": 4, "what": what,
         "by": more.get("by", "amina"), "opens": more.get("opens", "annotate")}
        for number, what in places
    ]  # fmt: skip
    about = {"kind": "k", "count": len(places), "remedy": "", "stops": False, "note": False}
    return {**about, "words": words, "places": told, **more}


class Fake:
    """Stands in for the two commands: one trains, one looks at the project before."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.seconds: list[float] = []
        monkeypatch.setattr(trained, "command", self._train)
        monkeypatch.setattr(trained, "looking", lambda _: self._run(self.check))
        self.finds()
        self.train = f"step(left=30)\nwait('go')\nsay({MODEL!r})"

    def finds(self, *findings: dict[str, Any]) -> None:
        self.check = f"say({json.dumps({'findings': findings})!r}, raw=True)"

    def _train(self, folder: Path, seconds: float) -> list[str]:
        self.seconds.append(seconds)
        return self._run(self.train)

    def _run(self, code: str) -> list[str]:
        begin = f"""
import json, os, sys, time, signal
def say(o, raw=False): print(o if raw else json.dumps(o), flush=True)
def step(stage="the network", **more): say({{"progress": {{"stage": stage, **more}}}})
def wait(name):
    while not os.path.exists(os.path.join({str(self.folder)!r}, name)): time.sleep(0.005)
"""
        return [sys.executable, "-c", begin + code]

    def let(self, name: str = "go") -> None:
        (self.folder / name).touch()
