"""Small changes of a TOML text: what stood there stays, comments and order included."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.errors import TonemarkError
from tonemark.toml_edits import (
    with_item,
    with_key,
    with_value,
    without_item,
    without_key,
    without_value,
)


@pytest.mark.parametrize(
    ("text", "path", "literal", "after"),
    [
        ("a = 1  # one\nb = 2\n", ("a",), "7", "a = 7  # one\nb = 2\n"),
        ("b = 2\n\n[t]\nc = 3\n", ("a",), "1", "b = 2\na = 1\n\n[t]\nc = 3\n"),
        ("# only words\n[t]\nc = 3\n", ("a",), "1", "a = 1\n# only words\n[t]\nc = 3\n"),
        ("", ("a",), "1", "a = 1\n"),
        ("[t]\nc = 3 # three\n[u]\n", ("t", "d"), "4", "[t]\nc = 3 # three\nd = 4\n[u]\n"),
        ("[t] # of it\n", ("t", "d"), "4", "[t] # of it\nd = 4\n"),
        ("a = 1", ("t", "d"), "4", "a = 1\n\n[t]\nd = 4\n"),
        ("[t]\n'x=y' = 1\n", ("t", "x=y"), "2", "[t]\n'x=y' = 2\n"),
        ("[t]\n", ("t", "ɗan'uwa"), "[1]", '[t]\n"ɗan\'uwa" = [1]\n'),
        ("[t]\r\na = 1\r\n", ("t", "b"), "2", "[t]\r\na = 1\r\nb = 2\r\n"),
        ("a = [\n  1, # one\n]\nb = 2\n", ("a",), "3", "a = 3\nb = 2\n"),
    ],
)
def test_a_value_is_set(text: str, path: tuple[str, ...], literal: str, after: str) -> None:
    assert with_value(text, path, literal) == after


LABELS = [
    # as written, with GPE called LOC, without GPE
    (
        '[labels]\nPER = "who"\nGPE = {about = "GPE", key = "g"} # GPE\nORG = ""\n',
        '[labels]\nPER = "who"\nLOC = {about = "GPE", key = "g"} # GPE\nORG = ""\n',
        '[labels]\nPER = "who"\nORG = ""\n',
    ),
    ("[labels]\n'GPE' = \"\"\r\n", '[labels]\nLOC = ""\r\n', "[labels]\n"),
    (
        '[labels.GPE] # one\nabout = "GPE"\n[labels.PER]\n',
        '[labels.LOC] # one\nabout = "GPE"\n[labels.PER]\n',
        "[labels.PER]\n",
    ),
    (
        'labels.GPE.about = "x"\nlabels.GPE.key = "g"\nlabels.PER = ""\n',
        'labels.LOC.about = "x"\nlabels.LOC.key = "g"\nlabels.PER = ""\n',
        'labels.PER = ""\n',
    ),
    (
        'labels = {PER = "GPE = 1", GPE = "", ORG = ""} # GPE\n',
        'labels = {PER = "GPE = 1", LOC = "", ORG = ""} # GPE\n',
        'labels = {PER = "GPE = 1", ORG = ""} # GPE\n',
    ),
    (
        'labels = {PER = "", "GPE" = {about = "a, b", key = "g"}}\n',
        'labels = {PER = "", LOC = {about = "a, b", key = "g"}}\n',
        'labels = {PER = ""}\n',
    ),
]


@pytest.mark.parametrize(("text", "renamed", "without"), LABELS)
def test_a_key_is_renamed_in_its_place_or_taken_out(text: str, renamed: str, without: str) -> None:
    assert with_key(text, ("labels", "GPE"), "LOC") == renamed
    assert without_key(text, ("labels", "GPE")) == without
    for changed in (lambda: with_key(text, ("labels", "x"), "y"),
                    lambda: without_key(text, ("labels", "x"))):  # fmt: skip
        with pytest.raises(KeyError):
            changed()


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('[t]\nw = ["a"]\n', '[t]\nw = ["a", "x y"]\n'),
        ('[t]\nw = ["a",]\n', '[t]\nw = ["a", "x y"]\n'),
        ("[t]\nw = []\n", '[t]\nw = [ "x y"]\n'),
        (
            '[t]\nw = [\n    "a", # one\n]\nv = 1\n',
            '[t]\nw = [\n    "a", # one\n    "x y",\n]\nv = 1\n',
        ),
        ('[t]\nw = [\n    "a"\n]\n', '[t]\nw = [\n    "a",\n    "x y",\n]\n'),
        ('[t]\nw = [\n    "a" # one\n]\n', None),
        ('[t]\nw = ["a", # "]"\n  "b]"]\n', '[t]\nw = ["a", # "]"\n  "b]", "x y"]\n'),
        ("[t]\n", '[t]\nw = [\n    "x y",\n]\n'),
        ("", '\n[t]\nw = [\n    "x y",\n]\n'),
        ('t.w = ["a"]\n', 't.w = ["a", "x y"]\n'),
        ('[t]\r\nw = [\r\n    "a",\r\n]\r\n', '[t]\r\nw = [\r\n    "a",\r\n    "x y",\r\n]\r\n'),
    ],
)
def test_an_item_is_added_at_the_end(text: str, after: str | None) -> None:
    changed = with_item(text, ("t", "w"), "x y")
    assert after is None or changed == after
    before = tomllib.loads(text).get("t", {}).get("w", [])
    assert tomllib.loads(changed)["t"]["w"] == [*before, "x y"]
    assert changed.count("#") == text.count("#")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('w = ["a", "x"]\n', 'w = ["a", ]\n'),
        ('w = ["x", "a"]\n', 'w = ["a"]\n'),
        ("w = ['x']\n", "w = []\n"),
        ('w = [\n    "x", # of x\n    "a", # of a\n]\n', 'w = [\n    "a", # of a\n]\n'),
        ('w = [\n    "a", # not "x"\n    "x"\n]\n', 'w = [\n    "a", # not "x"\n]\n'),
        ('w = ["\\u0078", "a"]\n', 'w = ["a"]\n'),
    ],
)
def test_an_item_is_taken_out(text: str, after: str) -> None:
    assert without_item(text, ("w",), "x") == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('# a\n[t]\nx = ["b"] # why\ny = 1\n', "# a\n[t]\ny = 1\n"),
        ('[t]\n"x" = [\n  "b",\n]', "[t]\n"),
        ("a = 1\r\n[t]\r\nx = 1\r\n", "a = 1\r\n[t]\r\n"),
        ("t.x = 1\nz = 2\n", "z = 2\n"),
        ("t = {x = 1}\n", None),
    ],
)
def test_a_value_is_taken_out(text: str, after: str | None) -> None:
    if after is None:
        with pytest.raises(TonemarkError, match="cannot change"):
            without_value(text, ("t", "x"))
    else:
        assert without_value(text, ("t", "x")) == after


def test_what_cannot_be_changed_is_told() -> None:
    with pytest.raises(TonemarkError, match=r"t\.w is written in a way"):
        with_item('t = {w = ["a"]}\n', ("t", "w"), "x")


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(words, max_size=6, unique=True), words, st.sampled_from([", ", ",\n  ", ", # x\n"]))
def test_any_strings_are_added_and_taken_out(items: list[str], item: str, between: str) -> None:
    from tonemark.toml_lines import toml_string

    text = f"# first\n[t]\nw = [{between.join(map(toml_string, items))}]\nz = 1 # last\n"
    longer = with_item(text, ("t", "w"), item)
    assert tomllib.loads(longer) == {"t": {"w": [*items, item], "z": 1}}
    if item not in items:
        assert tomllib.loads(without_item(longer, ("t", "w"), item)) == tomllib.loads(text)
    valued = with_value(text, ("t", item or "e"), toml_string(item))
    assert tomllib.loads(valued)["t"][item or "e"] == item
