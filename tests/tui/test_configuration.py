"""keys.toml: the keyboard and the remapped keys of a user, and what is said where it is wrong."""

from __future__ import annotations

import pytest

from tonemark.errors import TonemarkError
from tonemark.tui.configuration import OwnKeys, keys_path, own_keys
from tonemark.tui.page.keyboards import QWERTY, keyboard_named


def written(text: str) -> OwnKeys:
    keys_path().parent.mkdir(parents=True, exist_ok=True)
    keys_path().write_text(text, encoding="utf-8")
    return own_keys()


def test_without_a_file_all_is_as_usual() -> None:
    assert own_keys() == OwnKeys(QWERTY, {})


def test_a_keyboard_and_other_keys() -> None:
    text = 'keyboard = "azerty"\nreject = "*"\nquit = ["²", "end"]\n'
    keyboard, remapped = written(text)
    assert keyboard == keyboard_named("azerty")
    assert remapped == {"reject": ["*"], "quit": ["²", "end"]}


@pytest.mark.parametrize(
    ("text", "title", "remedy"),
    [
        ('keyboard = "azety"', "There is no keyboard azety. Is it azerty", "qwertz-ch"),
        ("keyboard = 3", "keyboard is not a name", 'keyboard = "azerty"'),
        ('keyboard = ["azerty"]', "keyboard is not a name", 'keyboard = "azerty"'),
        ("reject = 3", "reject is not a key or a list of keys", 'reject = "x"'),
        ("reject", "cannot be read", "Mend it"),
        ("bogus = 3", "there is no action 'bogus'", "reject"),
        ('rejct = "x"', "there is no action 'rejct' (is it reject?)", "reject"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(text: str, title: str, remedy: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        written(text)
    assert str(keys_path()) in caught.value.title
    assert title in caught.value.title
    assert remedy in caught.value.remedy
