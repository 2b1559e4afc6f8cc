"""What a user configured for herself: her keyboard and keys that she remapped, in `keys.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from tonemark.errors import TonemarkError
from tonemark.tui.page.keyboards import QWERTY, Keyboard, keyboard_named
from tonemark.tui.page.keys import ACTION, no_action

KEYS_FILE = "keys.toml"

KEYBOARD = "keyboard"
"""What names the keyboard in it; every other name is an action's."""


class OwnKeys(NamedTuple):
    """A user's keys: the board in front of her, and actions that she gave other keys."""

    keyboard: Keyboard = QWERTY
    remapped: dict[str, list[str]] = {}  # noqa: RUF012


def keys_path() -> Path:
    """Where a user's keys.toml is, whether it is there or not."""
    import platformdirs

    return Path(platformdirs.user_config_dir("tonemark")) / KEYS_FILE


def own_keys() -> OwnKeys:
    """The user's keyboard (`keyboard = "azerty"`) and the actions that she gave other keys:
    `reject = "X"`, or several in a list.

    Raises TonemarkError where the file cannot be read as that; where it is not there, the keyboard
    is qwerty and nothing is remapped.
    """
    path = keys_path()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return OwnKeys()
    except (OSError, ValueError) as error:
        raise TonemarkError(f"{path} cannot be read: {error}.", "Mend it or remove it.") from None
    keyboard = QWERTY
    if KEYBOARD in found:
        keyboard = _keyboard(path, found.pop(KEYBOARD))
    remapped = {}
    for action, keys in found.items():
        if action not in ACTION:
            raise TonemarkError(
                f"{path}: {no_action(action)}.",
                f"The actions are {', '.join(ACTION)}.",
            )
        given = [keys] if isinstance(keys, str) else keys
        if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
            raise TonemarkError(
                f"{path}: {action} is not a key or a list of keys.",
                'Write it as reject = "x" or reject = ["x", "X"].',
            )
        remapped[action] = given
    return OwnKeys(keyboard, remapped)


def _keyboard(path: Path, name: object) -> Keyboard:
    if not isinstance(name, str):
        raise TonemarkError(f"{path}: keyboard is not a name.", 'Write it as keyboard = "azerty".')
    try:
        return keyboard_named(name)
    except TonemarkError as error:
        raise TonemarkError(f"{path}: {error.title}", error.remedy) from None
