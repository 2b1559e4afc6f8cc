"""The names and versions that a package may have."""

from __future__ import annotations

import pytest

from tonemark.errors import TonemarkError
from tonemark.training.package.names import checked_version, package_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("habari", "xx_habari"),
        ("Habari za leo!", "xx_habari_za_leo"),
        ("Yorùbá 2", "xx_yoruba_2"),
        ("ቋንቋ", "xx_spans"),
        ("xx_habari", "xx_habari"),
        ("../../etc", "xx_etc"),
        ("a" * 200, "xx_" + "a" * 60),
        ("__x__", "xx_x"),
        ("1", "xx_1"),
    ],
)
def test_a_projects_name_is_mapped(given: str, name: str) -> None:
    assert package_name(given, "xx", is_given=False) == name


@pytest.mark.parametrize(
    "given", ["a b", "../x", "a__b", "_a", "ቋ", "a.b", "a\n", "", "x" * 61, "1a"]
)
def test_a_name_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(TonemarkError, match="cannot be the name"):
        package_name(given, "xx", is_given=True)


def test_versions() -> None:
    assert checked_version("1.0.0-rc1") == "1.0.0rc1"
    for wrong in ("one", "1.0/../..", "", "1 0"):
        with pytest.raises(TonemarkError, match="no version"):
            checked_version(wrong)
