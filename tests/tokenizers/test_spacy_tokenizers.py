"""spaCy's tokenizers as ours: their names, their tokens, and the promises that they then keep."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.errors import TonemarkError
from tonemark.tokenizers.bridges.spacy_tokenizers import SpacyTokenizer, spacy_languages
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.registry import code_package, load_tokenizer, runs_code

spacy_tokenizer = cache(SpacyTokenizer)

TEXTS = [
    ("yo", "Ẹ̀kọ́ dára, Ade-Bola.", ["Ẹ̀kọ́", "dára", ",", "Ade", "-", "Bola", "."]),
    ("am", "ሰላም፡ኢትዮጵያ።", ["ሰላም", "፡", "ኢትዮጵያ", "።"]),
    ("xx", "wa  \n\n ye", ["wa", "ye"]),
    ("xx", "a \u0301b", ["a", " \u0301b"]),
    ("xx", "q\r\n\u0301", ["q", "\u0301"]),
    ("xx", "  ", []),
    ("xx", "", []),
    ("xx", "a\u00a0b", ["a", "b"]),
]


@pytest.mark.parametrize(("language", "text", "tokens"), TEXTS)
def test_its_tokens_without_white_space_and_with_whole_clusters(
    language: str, text: str, tokens: list[str]
) -> None:
    found = spacy_tokenizer(language).tokenize(text)
    if language != "am":  # what spaCy does with Ethiopic word spaces is spaCy's affair
        assert [text[start:end] for start, end in found] == tokens
    assert faults(text, found) == []


HOSTILE = st.text(
    "ab.,'’ \u0301\u0300\u200d\n\r\t\u00a0\u2028Ẹ!-🇰🇪👩👨:)1/é\u1100\u1161ሰ፡።ߒ߫𞤀", max_size=20
)


@pytest.mark.parametrize("language", ["yo", "am", "ti", "xx"])
@settings(max_examples=150, deadline=None)
@given(text=st.one_of(HOSTILE, st.text(st.characters(exclude_categories=["Cs"]), max_size=40)))
def test_it_keeps_every_promise(language: str, text: str) -> None:
    assert faults(text, spacy_tokenizer(language).tokenize(text)) == []


def test_it_is_one_of_the_tokenizers() -> None:
    tokenizer = load_tokenizer("spacy:yo")
    assert tokenizer.name == "spacy:yo"
    assert runs_code("spacy:yo")
    assert code_package("spacy:yo") == f"spacy {tokenizer.version.split('+')[0]}"


@pytest.mark.parametrize("language", ["sw", "", "../evil", "os.path", "YO", "lang.yo"])
def test_a_language_that_spacy_has_not_is_answered_with_those_it_has(language: str) -> None:
    with pytest.raises(TonemarkError, match="no tokenizer for the language") as caught:
        load_tokenizer(f"spacy:{language}")
    assert "yo" in caught.value.remedy
    assert "xx" in spacy_languages()


def test_a_package_that_it_needs_is_named() -> None:
    if importlib.util.find_spec("natto"):
        pytest.skip("what Korean needs is installed here")
    with pytest.raises(TonemarkError, match="needs a package") as caught:
        load_tokenizer("spacy:ko")
    assert "natto-py" in caught.value.remedy


def test_asking_about_it_imports_nothing() -> None:
    code = "import sys; from tonemark.tokenizers.registry import *\n"
    code += "from tonemark.tokenizers.bridges.spacy_tokenizers import spacy_languages\n"
    code += "assert runs_code('spacy:yo') and code_package('spacy:yo') and spacy_languages()\n"
    code += "assert 'spacy' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
