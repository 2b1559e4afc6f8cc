"""Where the profiles lie that come with Tonemark. Reads none: most starts need only the names."""

from __future__ import annotations

from pathlib import Path

BUNDLED = Path(__file__).parent / "profiles"
"""The folder of the profiles that come with Tonemark, `TAG.toml` each."""


def bundled_names() -> list[str]:
    """The names of the profiles that come with Tonemark, in order."""
    return sorted(path.stem for path in BUNDLED.glob("*.toml"))


def is_bundled(name: str) -> bool:
    """Whether a profile of that name comes with Tonemark."""
    return Path(name).name == name and (BUNDLED / f"{name}.toml").is_file()
