"""`python -m tonemark.suggester FOLDER`: what `starting.Suggester` starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tonemark.background import NICENESS
from tonemark.suggester.running import run

if __name__ == "__main__":
    os.nice(NICENESS)
    run(Path(sys.argv[1]))
