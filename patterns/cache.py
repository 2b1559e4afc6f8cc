"""Where a project's trie lies.

It lies with the user, not with the project: who opens a stranger's project must not map a file that
the stranger wrote. Whoever opens a project makes a trie of their own.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs


def cache_folder(project: Path) -> Path:
    """The folder of this user's trie of the project in a folder; not made."""
    digest = hashlib.blake2b(os.fsencode(os.path.realpath(project)), digest_size=12).hexdigest()
    return Path(platformdirs.user_cache_dir("tonemark")) / "gazetteers" / digest
