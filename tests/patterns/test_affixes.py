"""Affixes are looked for by the characters at the ends of a word: none is missed for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tonemark.patterns import affixes as module
from tonemark.patterns.affixes import cuts
from tonemark.patterns.atoms import APOSTROPHES
from tonemark.tokenizers.profiles.affixes import Affixes
from tonemark.tokenizers.registry import affixes_of

ODD = Affixes(("k", "i", "'n", "kwa", "የ", "በየ", "ʼ"), ("ni", "'s", "k", "ን", "'"))
ALL = (ODD, affixes_of("general", "zu"), affixes_of("general", "am"), affixes_of("general", "sw"))


@pytest.fixture
def ungrouped(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    module._fronts.cache_clear()
    module._backs.cache_clear()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(ALL),
    st.text(APOSTROPHES + "kKiIİınNwWaAsSgGoO-‑\u212a\u0301የበንኢትዮጵያ", max_size=8),
)
def test_equal_to_all_affixes_one_by_one(
    ungrouped: pytest.MonkeyPatch, affixes: Affixes, word: str
) -> None:
    found = cuts(affixes, word)
    ungrouped.setattr(module, "_group", lambda _: "")
    _forget()
    one_by_one = cuts(affixes, word)
    ungrouped.undo()
    _forget()
    assert found == one_by_one


@pytest.mark.parametrize("first", "kK\u212aiIİ")
def test_a_first_letter_is_compared_as_patterns_do(first: str) -> None:
    assert cuts(ODD, f"{first}Goli") == [(1, 0)]
