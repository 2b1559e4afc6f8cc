"""What is said of a format is what the format says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tonemark.exchange.base import HELD, Format
from tonemark.exchange.losses import (
    SHORT,
    SPANS,
    VERSIONS,
    WORDS,
    access,
    cannot_hold,
    held,
    left_to_sidecar,
    place,
    refused,
)
from tonemark.exchange.registry import listed


def read(*_: object) -> object:
    raise NotImplementedError


ALL = Format("x", "x", (".x",), read=read, write=read, versions=True, holds=frozenset(HELD))  # type: ignore[arg-type]


def test_one_that_holds_all_loses_nothing() -> None:
    assert cannot_hold(ALL) == []
    assert held(ALL) == [SPANS, *WORDS.values(), VERSIONS]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"on_tokens": True}, "spans that begin or end inside a token"),
        ({"overlaps": False}, "spans that overlap"),
        ({"versions": False}, VERSIONS),
        ({"cannot": ("a tab in a token",)}, "a tab in a token"),
        *(({"holds": frozenset(HELD) - {name}}, SHORT[name]) for name in HELD),
        (
            {"label_fault": lambda label: "" if label.isupper() else "has small letters"},
            "labels such as Per, ክልል",
        ),
    ],
)
def test_each_field_has_its_words(change: dict[str, object], words: str) -> None:
    assert cannot_hold(replace(ALL, **change)) == [words]  # type: ignore[arg-type]


def test_what_stands_in_the_file_is_not_left_to_the_sidecar() -> None:
    for each in listed()[0]:
        assert not set(held(each)) & set(left_to_sidecar(each))
        assert {*held(each), *left_to_sidecar(each)} - {SPANS} == {*WORDS.values(), VERSIONS}


@pytest.mark.parametrize(
    ("change", "ways", "where"),
    [
        ({}, "read, write", ".x"),
        ({"read": None}, "write", ".x"),
        ({"write": None, "suffixes": ()}, "read", "any suffix"),
        ({"write": None, "write_folder": read, "suffixes": ()}, "read, write", "a folder"),
    ],
)
def test_how_it_is_used_and_where_it_lies(change: dict[str, object], ways: str, where: str) -> None:
    format = replace(ALL, **change)  # type: ignore[arg-type]
    assert (access(format), place(format)) == (ways, where)


def test_a_format_without_readers_of_its_own_mangles_no_label() -> None:
    assert refused(ALL) == []
