"""Tokenizers by name."""

from __future__ import annotations

import pytest

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.registry import load_tokenizer, tokenizer_names


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
