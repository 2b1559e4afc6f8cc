"""Folders that a stranger may have made: what is read as a part of one lies in it. Knows no format.

What stands behind a link may be anything on this machine, and would come into the project.
"""

from __future__ import annotations

import os
from pathlib import Path

LEADS_OUT = "it is a link that leads out of the folder"


def leads_out(root: str, path: Path | str) -> bool:
    """Whether a file of a folder lies elsewhere, by a link or in a folder that is one; `root` is
    the folder as os.path.realpath has it."""
    return os.path.commonpath((root, os.path.realpath(path))) != root
