"""Tokenizers as bytes, and made again."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from packages import install

from tonemark.errors import TonemarkError
from tonemark.tokenizers.bridges import carrying
from tonemark.tokenizers.bridges.carrying import CarriedWarning, carried, restored
from tonemark.tokenizers.learned.file import restored_learned, written
from tonemark.tokenizers.learned.gaps import Counts, Known, Shares
from tonemark.tokenizers.learned.segmenter import Model, Transitions
from tonemark.tokenizers.registry import load_tokenizer, read_tokenizer, tokenizer_names
from tonemark.tokenizers.trial.hostile import hostile_texts

PROFILE = """
version = 3
base = "general"
[words]
join = "-"
[exceptions]
"k.m." = ["k.m."]
[phrases]
words = ["Dar es Salaam"]
files = ["more.txt"]
"""
TEXT = "Dar  es Salaam k.m. Vaj-Pov New York 'a' n'umugabo."

PLUGIN = """
class Words:
    name, version = "x", "VERSION"
    def tokenize(self, text):
        return [(0, len(text.rstrip()))] if text[:1].strip() else []
"""


@pytest.mark.parametrize("name", tokenizer_names())
def test_every_tokenizer_of_ours_comes_back_the_same(name: str) -> None:
    tokenizer = load_tokenizer(name)
    again = restored(carried(tokenizer))
    assert (again.name, again.version) == (tokenizer.name, tokenizer.version)
    assert again.sentence_rules == tokenizer.sentence_rules
    for text in (TEXT, *hostile_texts()):
        assert again.tokenize(text) == tokenizer.tokenize(text), text


def test_a_profile_is_carried_whole(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PROFILE)
    (tmp_path / "more.txt").write_text("New York\n")
    tokenizer = read_tokenizer(tmp_path / "mine.toml")
    before = tokenizer.tokenize(TEXT)
    data = carried(tokenizer)
    for path in tmp_path.glob("m*"):
        path.unlink()
    assert restored(data).tokenize(TEXT) == before
    found = [TEXT[start:end] for start, end in before]
    assert found[0] == "Dar  es Salaam"
    assert "New York" in found


def test_a_corrected_plug_in_is_its_name_and_the_corrections(site: Path, tmp_path: Path) -> None:
    install(site, "tests-words", {"words": "tests_words:Words"}, {"tests_words": PLUGIN})
    (tmp_path / "mine.toml").write_text('base = "words"\n[exceptions]\n"ab" = ["a", "b"]\n')
    tokenizer = read_tokenizer(tmp_path / "mine.toml")
    again = restored(carried(tokenizer))
    assert again.tokenize("ab") == tokenizer.tokenize("ab") == [(0, 1), (1, 2)]
    assert again.version == tokenizer.version


def test_what_was_learned_is_carried_whole() -> None:
    general = load_tokenizer("general")
    known = Known((), Shares({}), (), Counts({}, {}), False, general.tokenize)
    # No evidence weighs anything; to go on a word does.
    model = Model("hmn", general, known, {}, Transitions(0.0, 1.0, 0.0, 1.0))
    tokenizer = restored_learned(written(model, "nothing"), "hmn.words")
    again = restored(carried(tokenizer))
    assert (again.name, again.version) == ("hmn.words", tokenizer.version)
    assert again.tokenize(TEXT) == tokenizer.tokenize(TEXT) != general.tokenize(TEXT)


def test_spacys_own_is_its_name() -> None:
    tokenizer = load_tokenizer("spacy:yo")
    assert restored(carried(tokenizer)).tokenize("a b.") == tokenizer.tokenize("a b.")


def test_other_code_is_told_and_the_tokenizer_is_made(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "tests-words", {"words": "tests_words:Words"}, {"tests_words": PLUGIN})
    plugged, general = carried(load_tokenizer("words")), carried(load_tokenizer("yo"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        restored(plugged)
        restored(general)
    with pytest.warns(CarriedWarning, match='"words" was carried from version VERSIO.* of its'):
        assert restored(plugged.replace(b"VERSION", b"VERSIO1")).tokenize("a") == [(0, 1)]
    monkeypatch.setattr(carrying, "GENERAL_VERSION", "99")
    with pytest.warns(CarriedWarning, match="here is version 99"):
        assert restored(general).tokenize("a") == [(0, 1)]


def test_a_plug_in_that_is_not_here_is_named_with_its_package(site: Path) -> None:
    install(site, "tests-words", {"words": "tests_words:Words"}, {"tests_words": PLUGIN})
    data = carried(load_tokenizer("words")).replace(b'"words"', b'"wards"')
    with pytest.raises(TonemarkError) as caught:
        restored(data)
    assert "wards" in caught.value.title
    assert caught.value.title.startswith("Install tests-words 0.1: ")


GOOD = json.loads(carried(load_tokenizer("general")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a tokenizer"),
        (b"\xff\x00", "not a tokenizer"),
        (b"[1]", "not a tokenizer"),
        (b"[" * 100_000, "not a tokenizer"),
        ({"format": "1"}, "not a tokenizer"),
        ({**GOOD, "format": 2}, "later Tonemark"),
        ({**GOOD, "name": 3}, "damaged"),
        ({**GOOD, "version": ""}, "damaged"),
        ({**GOOD, "base": 3}, "damaged"),
        ({**GOOD, "base": "x"}, "not a tokenizer"),
        ({"format": 1, "name": "a", "version": "1", "learned": 3}, "damaged"),
        ({"format": 1, "name": "a", "version": "1", "learned": "é"}, "damaged"),
        ({"format": 1, "name": "a", "version": "1", "learned": "aaaa"}, "a is not a file that"),
        ({"format": 1, "name": "a", "version": "1", "package": []}, "damaged"),
        ({**GOOD, "rules": 3}, "does not know"),
        ({**GOOD, "rules": {"newer": 3}}, "does not know"),
        ({**GOOD, "rules": {"letters": 3}}, "letters is not"),
        ({**GOOD, "rules": {"front": [3]}}, "front is not"),
        ({**GOOD, "rules": {"thousands": "yes"}}, "thousands is not"),
        ({**GOOD, "rules": {"exceptions": {"a": "a"}}}, "exceptions is not"),
        ({**GOOD, "rules": {"exceptions": {"kws": ["kws", "zz"]}}}, '"kws" do not make it up'),
        ({**GOOD, "rules": {"exceptions": {"a": ["a", ""]}}}, '"a" do not make it up'),
        ({**GOOD, "rules": {"exceptions": {"": [""]}}}, '"" is empty'),
        ({**GOOD, "rules": {"exceptions": {"": []}}}, '"" is empty'),
        ({**GOOD, "rules": {"endings": ["abc"]}}, '"abc" is not an ending'),
        ({**GOOD, "rules": {"front": [""]}}, '"" cannot be a clitic'),
        ({**GOOD, "rules": {"split": "\u0301"}}, "U\\+0301 is a mark"),
        ({**GOOD, "rules": {"initial": [""]}}, '"" holds no characters'),
        ({**GOOD, "rules": {"phrases": ["a\nb"]}}, "is not one line"),
        ({**GOOD, "rules": {"final": ["'"] * 201}}, "final: more than 200 entries"),
        ({**GOOD, "sentences": []}, "sentences is no table"),
        ({**GOOD, "sentences": {"ends": "a"}}, "ends: U\\+0061 cannot end"),
    ],
)
def test_what_is_damaged_is_told(data: object, said: str) -> None:
    written = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(TonemarkError, match=said):
        restored(written)
