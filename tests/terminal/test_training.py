"""A model trained by a key in a real terminal, while she goes on labelling, and used afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from learners import set_up
from trainings import answered

from tonemark.training.runs.folders import runs


def test_a_model_is_trained_by_a_key_and_finds_names(
    tmp_path: Path, terminal: Callable[..., Any]
) -> None:
    folder = answered(tmp_path / "habari", 24)
    set_up(folder, "learner = false")  # what it suggests meanwhile is not what is looked at
    term = terminal("annotate", folder, "--as", "amina", "--document", "habari.txt:1")
    term.wait("1 of 24")
    term.send("t", "t")
    term.wait("To learn from: 24 documents with 48 spans.")
    term.send("l", "BSpace", "BSpace", "9", "Enter")
    term.wait("at most 9 seconds")
    term.send("Enter")
    term.wait(" s left")
    term.send("q")
    term.wait("1 of 24")
    term.send("Space")
    term.wait("model-1 is trained: F1 ")
    term.send("t", "t")
    shown = term.wait("scores and errors of model-1")
    assert "on 24 documents, each scored" in shown
    term.send("q")
    term.wait("1 of 24")
    term.send("q")
    term.wait(lambda _: term.ended())
    (run,) = runs(folder)
    assert run.figure("documents") == 24
    assert run.figure("f1") > 0.5
    for path in run.path.rglob("*"):
        assert ".making" not in path.name
        if path.is_file():
            assert b".making-" not in path.read_bytes(), "it knows where it was made"
    code = (
        "import json, sys, spacy\n"
        "nlp = spacy.load(sys.argv[1])\n"
        "found = nlp('Juma alifika Kisumu siku ya 3.').ents\n"
        "print(json.dumps([(each.text, each.label_) for each in found]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run.pipeline)], capture_output=True, text=True, timeout=120
    )
    assert json.loads(done.stdout) == [["Juma", "PER"], ["Kisumu", "LOC"]], done.stderr
