"""The affixes of names that profiles hold: read, refused, and found for a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tonemark.errors import TonemarkError
from tonemark.tokenizers.profiles.affixes import NO_AFFIXES, Affixes
from tonemark.tokenizers.profiles.profile import bundled_profile, parse_profile
from tonemark.tokenizers.registry import affixes_of


def read(text: str) -> Affixes:
    return parse_profile(text, "mine.toml", str).affixes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", NO_AFFIXES),
        ("[names]", NO_AFFIXES),
        ('[names]\nprefixes = ["e", "n\'", "e"]', Affixes(("e", "n'"))),
        ('[names]\nsuffixes = ["ni", "ን"]', Affixes((), ("ni", "ን"))),
        ('base = "sw"\n[names]\nprefixes = ["e"]', Affixes(("e",), ("ni",))),
        ('base = "sw"\n[names]\nsuffixes = []', NO_AFFIXES),
    ],
)
def test_what_a_profile_says(text: str, expected: Affixes) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[names]\nprefix = []", 'line 2: unknown key "prefix" (did you mean "prefixes"?)'),
        ("[names]\nprefixes = 'e'", "line 2: prefixes must be a list"),
        ('[names]\n\nprefixes = ["e-"]', 'line 3: prefixes: "e-" is not made of letters'),
        ('[names]\nsuffixes = [""]', 'suffixes: "" is not made of letters'),
        ('[names]\nsuffixes = ["a b"]', "is not made of letters"),
        ('[names]\nsuffixes = ["\'"]', "is not made of letters"),
        (f'[names]\nsuffixes = ["{"a" * 17}"]', "more than 16 characters"),
        (f"[names]\nprefixes = {[f'a{chr(97 + n // 26)}{chr(97 + n % 26)}' for n in range(301)]}",
         "prefixes: more than 300 entries"),
        ("names = 3", "names must be a table"),
    ],
)  # fmt: skip
def test_faults(text: str, said: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        read(text)
    assert said in caught.value.title


def test_no_token_hangs_on_them() -> None:
    plain = parse_profile("", "mine.toml", str)
    told = parse_profile('[names]\nprefixes = ["e"]', "mine.toml", str)
    assert plain.version == told.version


def test_a_language_based_on_another_has_its_own() -> None:
    """Tigrinya's profile is based on Amharic's, whose prefixes are none of its own."""
    assert not {"የ", "በ"} & set(bundled_profile("ti").affixes.prefixes)


def test_those_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[names]\nprefixes = ["q"]', "utf-8")
    (tmp_path / "none.toml").write_text("", "utf-8")
    (tmp_path / "none-sw.toml").write_text('base = "sw"', "utf-8")
    (tmp_path / "over.toml").write_text('base = "spacy:yo"\n[names]\nprefixes = ["q"]', "utf-8")
    (tmp_path / "over-none.toml").write_text('base = "spacy:yo"', "utf-8")
    own, swahili = Affixes(("q",)), bundled_profile("sw").affixes
    assert swahili == Affixes((), ("ni",))
    for name, language, expected in (
        ("sw", "sw", swahili),
        ("general", "sw-TZ", swahili),
        ("spacy:xx", "sw", swahili),
        ("general", "qaa", NO_AFFIXES),
        ("sw", "qaa", swahili),
        ("own.toml", "sw", own),
        ("none.toml", "sw", swahili),
        ("none-sw.toml", "qaa", swahili),
        ("over.toml", "sw", own),
        ("over-none.toml", "sw", swahili),
    ):
        assert affixes_of(name, language, tmp_path) == expected, name
