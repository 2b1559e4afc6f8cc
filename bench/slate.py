"""SLATE (`slate-nlp`), the other annotator of spans in a terminal: whether it is there, how it is
started and which of its keys do what ours do.

SLATE: Kummerfeld, "SLATE: A Super-Lightweight Annotation Tool for Experts", ACL 2019.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MISSING = "not installed (pip install slate-nlp, or --slate PYTHON of an environment that has it)"

RIGHT, LEFT = ";", "j"
"""Its keys for the next and the previous token; arrows it takes only in an xterm's other mode."""

LABELS = ("a", "s", "d", "v")
"""What follows Space to set one of the labels that it has by default."""


def has_slate(python: str | None) -> bool:
    """Whether an interpreter has SLATE; None asks the one that runs this."""
    try:
        done = subprocess.run(
            [python or sys.executable, "-c", "import slate.annotate"], capture_output=True
        )
    except OSError:
        return False
    return done.returncode == 0


def command(python: str | None, text: Path) -> list[str]:
    """What opens the file `text` for labels on tokens; what it writes goes beside that."""
    program = [python or sys.executable, "-m", "slate"]
    options = ["-t", "categorical", "-s", "token", "-o", "-l", str(text.with_suffix(".log"))]
    return [*program, *options, str(text)]
