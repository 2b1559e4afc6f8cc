"""What a user configured for herself: keys that she remapped, in `keys.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tonemark.errors import TonemarkError

KEYS_FILE = "keys.toml"


def keys_path() -> Path:
    """Where a user's keys.toml is, whether it is there or not."""
    import platformdirs

    return Path(platformdirs.user_config_dir("tonemark")) / KEYS_FILE


def remapped_keys() -> dict[str, list[str]]:
    """The actions that the user gave other keys: `reject = "X"`, or several in a list.

    Raises TonemarkError where the file cannot be read as that; a file that is not there remaps
    nothing.
    """
    path = keys_path()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise TonemarkError(f"{path} cannot be read: {error}.", "Mend it or remove it.") from None
    remapped = {}
    for action, keys in found.items():
        given = [keys] if isinstance(keys, str) else keys
        if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
            raise TonemarkError(
                f"{path}: {action} is not a key or a list of keys.",
                'Write it as reject = "x" or reject = ["x", "X"].',
            )
        remapped[action] = given
    return remapped
