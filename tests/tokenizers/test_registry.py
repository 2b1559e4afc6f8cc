"""Tokenizers by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.registry import load_tokenizer, sentence_rules_of, tokenizer_names


def test_every_name_makes_a_tokenizer_of_that_name() -> None:
    assert "general" in tokenizer_names()
    for name in tokenizer_names():
        tokenizer = load_tokenizer(name)
        assert isinstance(tokenizer, Tokenizer)
        assert tokenizer.name == name
        assert tokenizer.version


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(TonemarkError, match="genral") as caught:
        load_tokenizer("genral")
    assert "general" in caught.value.remedy


def test_a_name_is_known_without_reading_a_profile() -> None:
    """It cost 13 ms of every start."""
    code = (
        "import sys; from tonemark.tokenizers.registry import runs_code, tokenizer_names;"
        "assert not runs_code('yo') and 'yo' in tokenizer_names();"
        "print([name for name in sys.modules if name.endswith('profile')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", ["../a.toml", "../a.words"])
def test_sentence_rules_come_from_no_file_outside_the_project(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.toml").write_text("")
    (tmp_path / "inside").mkdir()
    with pytest.raises(TonemarkError, match="is not the name of a file in"):
        sentence_rules_of(name, tmp_path / "inside")
