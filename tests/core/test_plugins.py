"""Plug-ins: listed without their code, loaded by name, and told in words where they fail."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packages import install

from tonemark.errors import TonemarkError
from tonemark.plugins import Plugin, loaded, plugin_named, plugins

GROUP = "tonemark.tests"


def named(name: str) -> Plugin:
    plugin = plugin_named(GROUP, name)
    assert plugin is not None
    return plugin


def test_they_are_listed_and_nothing_is_imported(site: Path) -> None:
    install(
        site,
        "one-two",
        {"b": "tests_fatal:thing", "a": "tests_fatal:thing"},
        {"tests_fatal": "raise SystemExit(3)"},
        version="2.5",
        group=GROUP,
    )
    found = plugins(GROUP)
    assert [(each.known_as, each.origin, each.target) for each in found] == [
        ("a", "one-two 2.5", "tests_fatal:thing"),
        ("b", "one-two 2.5", "tests_fatal:thing"),
    ]
    assert "tests_fatal" not in sys.modules
    assert plugins(GROUP) is found
    assert plugins("tonemark.tests.other") == ()
    assert plugin_named(GROUP, "c") is None


def test_the_object_is_loaded_once_and_prints_nothing(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(
        site,
        "noisy",
        {"it": "tests_noisy:thing"},
        {"tests_noisy": "print('hello')\nthing = object()"},
        group=GROUP,
    )
    assert loaded(named("it")) is loaded(named("noisy:it"))
    assert capsys.readouterr().out == ""


def test_a_name_in_two_packages_is_chosen_with_its_package(site: Path) -> None:
    install(site, "first", {"it": "tests_one:name"}, {"tests_one": "name = 1"}, group=GROUP)
    install(
        site,
        "second",
        {"it": "tests_two:name"},
        {"tests_two": "name = 2"},
        version="7",
        group=GROUP,
    )
    assert [each.known_as for each in plugins(GROUP)] == ["first:it", "second:it"]
    assert loaded(named("second:it")) == 2
    with pytest.raises(TonemarkError) as caught:
        plugin_named(GROUP, "it")
    assert "first 0.1 and second 7" in caught.value.title
    assert "first:it or second:it" in caught.value.remedy


def test_a_name_that_is_taken_has_its_package_before_it(site: Path) -> None:
    install(site, "first", {"yo": "x:y", "other": "x:z"}, {}, group=GROUP)
    found = plugins(GROUP, frozenset({"yo", "am"}))
    assert [each.known_as for each in found] == ["other", "first:yo"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('no\\nluck')", "RuntimeError: no luck"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("import tests_nowhere", "ModuleNotFoundError: No module named 'tests_nowhere'"),
        ("other = 1", "AttributeError"),
        ("def broken(:", "SyntaxError"),
        ("raise RecursionError", "RecursionError."),
        ("raise ValueError('x' * 10_000)", "ValueError: xxx"),
    ],
)
def test_what_cannot_be_loaded_is_told_with_its_package(site: Path, code: str, said: str) -> None:
    install(site, "bad", {"it": "tests_bad:thing"}, {"tests_bad": code}, group=GROUP)
    with pytest.raises(TonemarkError) as caught:
        loaded(named("it"))
    assert said in caught.value.title
    assert '"it", from the package bad 0.1, could not be loaded from tests_bad:thing' in str(
        caught.value
    )
    assert len(caught.value.title) < 500


def test_a_package_without_metadata_is_listed_all_the_same(site: Path) -> None:
    install(site, "bare", {"it": "tests_bare:thing"}, {}, group=GROUP)
    (metadata,) = site.glob("*/METADATA")
    metadata.write_text("")
    (found,) = plugins(GROUP)
    assert found.name == "it"
    assert found.origin


@pytest.mark.parametrize("damaged", [b"\xff\xfe", b"[tonemark.tests]\nno equals sign\n", b"["])
def test_a_damaged_package_takes_no_other_with_it(site: Path, damaged: bytes) -> None:
    install(site, "sound", {"it": "tests_sound:thing"}, {}, group=GROUP)
    install(site, "broken", {}, {}, group=GROUP)
    (site / "broken-0.1.dist-info" / "entry_points.txt").write_bytes(damaged)
    assert [each.known_as for each in plugins(GROUP)] == ["it"]


def test_names_are_data_and_reach_no_terminal(site: Path, tonemark: Callable[..., Any]) -> None:
    name = "a\x1b[31m\u202e"
    install(site, "sly", {name: "tests_sly:thing"}, {})
    assert "\x1b" not in tonemark("tokenizers").stdout
    assert "\x1b" not in tonemark("tokenizers", "check", name, code=1).stderr
