"""Files that go in as names and are none: what is said of them."""

from __future__ import annotations

import pytest

from tonemark.patterns.oddities import LOOKED_AT, Oddities

SENTENCE = "Asha aliondoka Kisumu na kwenda Lamu."


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Kisumu", "Dar es Salaam", "Yanga S.C.", "#1", "Ng'ombe", "Kamau wa Pili", "O.A.U."], []),
        ([SENTENCE] * 24, ["24 lines end like sentences: is this a list of names?"]),
        ([SENTENCE, "Lamu"], ["1 line ends like a sentence: is this a list of names?"]),
        (["Nairobi,", '"Thika"', "Kamau, Ann"],
         ["3 lines hold commas or quotes: is it CSV? --format csv"]),
        (["1. Lamu", "2) Pate"], ["2 lines begin with numbers: take the numbers away"]),
        (["# comment", "Lamu"], ["1 line begins with #: a list has no comments"]),
        (["- Lamu"], ["1 line begins with a bullet: take the bullets away"]),
        (["Lamu | LOC"],
         ["1 line holds |: is it a table? part its columns by tabs, with --format tsv"]),
        (["Kamau, Ann", *["Lamu"] * 30], []),
        ([SENTENCE] * (LOOKED_AT + 5),
         ["of the first 10,000, 10,000 lines end like sentences: is this a list of names?"]),
    ],
)  # fmt: skip
def test_what_is_odd_is_told(names: list[str], told: list[str]) -> None:
    odd = Oddities(is_list=True)
    for name in names:
        odd.look(name)
    assert odd.told() == told


def test_commas_are_no_sign_in_a_table() -> None:
    odd = Oddities(is_list=False)
    for name in ("Kamau, Ann", SENTENCE):
        odd.look(name)
    assert odd.told() == ["1 line ends like a sentence: is this a list of names?"]
