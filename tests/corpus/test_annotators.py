import os
import pwd
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.annotators import (
    annotator_name,
    check_member,
    given_name,
    is_annotator_name,
)
from tonemark.corpus.project import create_project
from tonemark.errors import TonemarkError


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("amina", "amina"),
        ("Amina_J.2-b", "Amina_J.2-b"),
        ("x" * 32, "x" * 32),
        (" amina\t", "amina"),
        ("Adélaïde", "Adelaide"),
        (unicodedata.normalize("NFD", "Adélaïde"), "Adelaide"),
        ("Ọláìtán", "Olaitan"),
        # the digits are part of the promise: work is kept under them for ever
        ("", "a-e3b0c4"),
        ("Amina Juma", "Amina-Juma-d8a434"),
        ("amina@example.org", "amina-example.org-939408"),
        ("Ɗanladi", "Danladi-f8590b"),
        ("../../etc", "etc-74ccf3"),
        ("ሰላም", "a-87fab2"),
        ("1amina", "amina-375a5c"),
        ("x" * 33, "x" * 25 + "-11ba55"),
    ],
)
def test_names_are_kept_or_mapped(raw: str, name: str) -> None:
    assert annotator_name(raw) == name


@given(st.text())
def test_every_result_is_a_name_and_maps_to_itself(raw: str) -> None:
    name = annotator_name(raw)
    assert is_annotator_name(name)
    assert annotator_name(name) == name


@given(st.text(alphabet="aé́ -_.1@Ɗ𞤀\udc80\n", max_size=40))
def test_composed_or_not_makes_no_difference(raw: str) -> None:
    assert annotator_name(unicodedata.normalize("NFD", raw)) == annotator_name(
        unicodedata.normalize("NFC", raw)
    )


@given(
    st.text(alphabet="ab -@/ሰላም1", max_size=40),
    st.text(alphabet="ab -@/ሰላም1", max_size=40),
)
def test_names_without_accents_stay_different(one: str, other: str) -> None:
    if one.strip() != other.strip():
        assert annotator_name(one) != annotator_name(other)


@pytest.mark.parametrize("name", ["", "1a", ".a", "-", "a b", "a/b", "é", "x" * 33, "a\n"])
def test_what_is_no_name(name: str) -> None:
    assert not is_annotator_name(name)


LOGIN = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("as_name", "environ", "given_as"),
    [
        ("amina", {"TONEMARK_ANNOTATOR": "juma"}, "amina"),
        ("Adélaïde", {}, "Adélaïde"),
        (None, {"TONEMARK_ANNOTATOR": "juma", "USER": "root"}, "juma"),
        (None, {"USER": "somebody-else"}, LOGIN),
        (None, {"TONEMARK_ANNOTATOR": " "}, LOGIN),
    ],
)
def test_who_it_is(as_name: str | None, environ: dict[str, str], given_as: str) -> None:
    assert given_name(as_name, environ) == given_as


def test_a_blank_name_is_no_name() -> None:
    with pytest.raises(TonemarkError, match="--as was given no name"):
        given_name(" ", {"TONEMARK_ANNOTATOR": "juma"})


def test_a_login_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_123_456_789)
    with pytest.raises(TonemarkError, match="TONEMARK_ANNOTATOR"):
        given_name(None, {})


@pytest.mark.parametrize(
    ("team", "reviewers", "name", "may"),
    [
        ([], [], "anyone", True),
        ([], ["asha"], "anyone", True),
        (["amina", "juma"], [], "juma", True),
        (["amina", "juma"], ["asha"], "asha", True),
        (["amina", "juma"], ["asha"], "Amina", False),
        (["amina", "juma"], [], "root", False),
    ],
)
def test_teams(tmp_path: Path, team: list[str], reviewers: list[str], name: str, may: bool) -> None:
    project = create_project(tmp_path / "habari", language="sw", labels=["PER"], team=team)
    project = replace(project, reviewers=tuple(reviewers))
    if may:
        check_member(project, name)
        return
    with pytest.raises(TonemarkError) as caught:
        check_member(project, name)
    assert caught.value.title == f"{name} is not in the team of habari."
    assert "amina, juma" in caught.value.remedy
    assert all(reviewer in caught.value.remedy for reviewer in reviewers)
    assert "--as" in caught.value.remedy
