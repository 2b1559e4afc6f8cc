"""The projects that this user opened last, remembered in the user's state folder."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from tonemark.files import atomic_writer, parsed

KEPT = 20


def recent_projects() -> list[Path]:
    """The folders of projects opened last, newest first; those that are gone are left out."""
    try:
        folders = parsed(_path().read_text(encoding="utf-8"))
        return [
            Path(f) for f in folders if isinstance(f, str) and (Path(f) / "project.toml").is_file()
        ]
    except (OSError, ValueError, TypeError):
        return []


def remember(folder: Path) -> None:
    """Put a project's folder first; a state folder that cannot be written is no reason to stop."""
    folders = [folder, *(known for known in recent_projects() if known != folder)][:KEPT]
    path = _path()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_writer(path) as stream:
            stream.write(json.dumps([str(folder) for folder in folders]).encode())


def _path() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("tonemark")) / "recent.json"
