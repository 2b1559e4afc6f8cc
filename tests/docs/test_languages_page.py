"""docs/languages.md says of each language what it gets."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex

from tonemark.tokenizers.bundled import bundled_names
from tonemark.tokenizers.languages import language_name, language_tag
from tonemark.tokenizers.profiles.profile import bundled_profile
from tonemark.tokenizers.registry import tokenizer_for

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "languages.md").read_text("utf-8")
ROWS = [
    (codes.split(", "), name.split(", "))
    for codes, name in regex.findall(r"(?m)^\| ([\w, -]+) \([^|]+\) \| ([\w, -]+) \|", PAGE)
]


@pytest.mark.parametrize(("codes", "names"), ROWS, ids=lambda each: "-".join(each)[:30])
def test_a_language_gets_what_the_page_says(codes: list[str], names: list[str]) -> None:
    assert {tokenizer_for(code) for code in codes} == set(names)


def test_every_profile_and_every_row_is_there() -> None:
    assert len(ROWS) == len(regex.findall(r"(?m)^\| ", PAGE)) - 1
    told = {name for _, names in ROWS for name in names}
    assert {*bundled_names(), "general"} == told


def test_every_language_has_a_name() -> None:
    codes = {code for codes, _ in ROWS for code in codes}
    codes |= {code for name in bundled_names() for code in bundled_profile(name).languages}
    assert [code for code in sorted(codes) if language_tag(code) != code] == []
    assert [code for code in sorted(codes) if language_name(code) == code] == []
