"""The way in: `tonemark`, and `python -m tonemark`."""

from __future__ import annotations

import gc
import sys

COLLECT = 100_000
"""Objects made, and not freed, between two collections of garbage: at a start they find none, and
took a tenth of its time."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(COLLECT)
    from tonemark.cli.commands import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
