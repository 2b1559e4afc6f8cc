"""Labels by typing, as a table."""

from __future__ import annotations

import pytest

from tonemark.tui.page.typeahead import matching, new_name

NAMES = ("LOCATION", "LOC", "Loc", "PER", "ORG", "C+")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", "LOCATION"),
        ("p", "PER"),
        ("loc", "LOC"),
        ("LOC", "LOC"),
        ("Loc", "Loc"),
        ("loca", "LOCATION"),
        ("rg", "ORG"),
        (" ORG ", "ORG"),
        ("C+", "C+"),
        ("DATE", None),
        ("LO+", None),
    ],
)
def test_the_first_match(typed: str, meant: str | None) -> None:
    assert next(iter(matching(NAMES, typed)), None) == meant


def test_a_plus_makes_a_new_name_of_a_part_of_another() -> None:
    assert new_name("LO+") == "LO"
    assert new_name(" DATE ") == "DATE"
