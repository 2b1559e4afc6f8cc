"""Names of files never lead out of their folder (D17), and no two of them are one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.exchange.names import LENGTH, Names, file_name


@pytest.mark.parametrize("key", ["news-12", "a.b_c", "Ọ̀yọ́", "ሰላም", "𞤀𞤣𞤤𞤢𞤥", "2026.11.22"])
def test_what_is_a_name_stays(key: str) -> None:
    assert file_name(key) == unicodedata.normalize("NFC", key)


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "..", ".", "", ".hidden", "-rf", "a\0b",
     "a\nb", "x" * 300, "ọ" * 300, "con", "NUL.txt", "a b", "a:b", "end.", "\ud800"],
)  # fmt: skip
def test_what_could_harm_is_replaced_and_marked(key: str, tmp_path: Path) -> None:
    name = file_name(key)
    assert name != key
    assert len(name.encode()) <= LENGTH + 10
    path = (tmp_path / f"{name}.txt").resolve()
    assert path.parent == tmp_path.resolve()
    path.write_text("")


@given(st.lists(st.text(max_size=8), max_size=12))
def test_names_given_out_are_safe_and_differ_on_any_disk(keys: list[str]) -> None:
    names = Names()
    found = [names.of(key) for key in keys]
    folded = {unicodedata.normalize("NFKD", name).casefold() for name in found}
    assert len(folded) == len(keys)
    for name in found:
        assert name
        assert name[0] not in ".-"
        assert not set(name) & set('/\\:*?"<>|\0\n\r\t ')
        assert name.isprintable()
