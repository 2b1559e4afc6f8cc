"""Names out of CLDR: in the language and script of the project, or not at all."""

from __future__ import annotations

import subprocess
import sys

import pytest
import regex

from tonemark.errors import TonemarkError
from tonemark.patterns.cldr import TOPICS, Topic, cldr_names, label_for, locale_of


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("sw", "sw"), ("sw-KE", "sw_KE"), ("sw-ZZ", "sw"), ("yo", "yo"), ("yo-BJ", "yo_BJ"),
        ("ha", "ha"), ("ha-Latn", "ha"), ("ha-Arab", ""), ("ff", "ff"), ("ff-Adlm", "ff_Adlm"),
        ("ff-Adlm-GN", "ff_Adlm_GN"), ("ff-Adlm-ZZ", "ff_Adlm"), ("am", "am"), ("zu", "zu"),
        ("ti", "ti"), ("wo", "wo"), ("tw", "ak"), ("yo-x-mine", "yo"), ("zh-TW", "zh_Hant_TW"),
        ("hmn", ""), ("mww", ""), ("fon", ""), ("und", ""), ("root", ""), ("en-Adlm", ""),
    ],
)  # fmt: skip
def test_the_locale_of_a_tag(tag: str, locale: str) -> None:
    assert locale_of(tag) == locale


@pytest.mark.parametrize(
    ("tag", "topic", "there", "not_there"),
    [
        ("sw", "countries", {"Kenya", "Afrika Kusini", "Marekani"}, {"South Africa"}),
        ("sw", "languages", {"Kiswahili", "Kiarabu"}, {"Swahili"}),
        ("sw", "cities", {"Cancun"}, {"Nairobi"}),
        ("yo", "countries", {"Nàìjíríà"}, {"Nigeria", "Agbáyé"}),
        ("am", "countries", {"ኢትዮጵያ", "ኬንያ"}, {"Ethiopia"}),
        ("am", "cities", {"አዲስ አበባ", "ናይሮቢ"}, {"Nairobi"}),
        ("ha", "countries", {"Nijeriya", "Nijar"}, {"Duniya"}),
        ("zu", "countries", {"iNingizimu Afrika"}, {"South Africa"}),
    ],
)
def test_names_of_a_language(tag: str, topic: Topic, there: set[str], not_there: set[str]) -> None:
    names = cldr_names(tag, topic)
    assert names == sorted(set(names))
    assert there - set(names) == set()
    assert not not_there & set(names)


def test_a_script_is_kept_to() -> None:
    for tag, script in (("ff-Adlm", "Adlam"), ("am", "Ethiopic"), ("nqo", "Nko"), ("vai", "Vai")):
        for topic in TOPICS:
            for name in cldr_names(tag, topic):
                assert regex.search(rf"\p{{{script}}}", name), name
                assert not regex.search(r"\p{Latin}", name), name


def test_what_is_no_name_is_left_out() -> None:
    for tag in ("sw", "yo", "en", "ti"):
        for topic in TOPICS:
            for name in cldr_names(tag, topic):
                assert name == " ".join(name.split())
                assert not regex.search(r"[(\[↑]", name), name
    english = cldr_names("en", "countries")
    assert not {"European Union", "Eurozone", "United Nations", "Pseudo-Accents", "world"} & {
        *english
    }
    assert {"Myanmar", "Germany"} <= {*english}
    assert "Unknown City" not in cldr_names("en", "cities")


def test_a_language_that_cldr_does_not_write_is_named() -> None:
    with pytest.raises(TonemarkError) as caught:
        cldr_names("hmn", "countries")
    assert caught.value.title == "CLDR has no names in Hmong (hmn)."
    assert caught.value.remedy == "Add a file of names."


@pytest.mark.parametrize(
    ("topic", "labels", "label"),
    [
        ("countries", ["PER", "LOC"], "LOC"),
        ("countries", ["PER", "Gpe"], "Gpe"),
        ("cities", ["PLACE", "CITY"], "CITY"),
        ("languages", ["LOC"], ""),
        ("languages", ["Language"], "Language"),
        ("cities", [], ""),
    ],
)
def test_the_label_that_a_topic_gets(topic: Topic, labels: list[str], label: str) -> None:
    assert label_for(topic, labels) == label


def test_babel_comes_late() -> None:
    code = "import tonemark.patterns.cldr, sys; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
