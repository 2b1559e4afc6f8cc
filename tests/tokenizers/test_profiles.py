"""Every bundled profile does what its own examples say, and says where its rules come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tokenizers.test_general import TEXTS

from tonemark.tokenizers.bundled import BUNDLED, bundled_names
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.clusters import whole_clusters
from tonemark.tokenizers.profiles.profile import bundled_profile
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tokenizers.sentences.sentences import sentences

NAMES = bundled_names()
PROFILES = {name: bundled_profile(name) for name in NAMES}
TOKENIZERS = {name: load_tokenizer(name) for name in NAMES}
EXAMPLES = [(name, example) for name in NAMES for example in PROFILES[name].examples]


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_what_it_is(name: str) -> None:
    profile = PROFILES[name]
    assert profile.about
    assert profile.sources
    assert profile.languages or "-" in name, "only a variant is nobody's default"
    assert len({example.text for example in profile.examples}) >= 10
    assert not profile.base, "a bundled profile adds to a profile"


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda each: str(each)[:40])
def test_an_example(name: str, example: object) -> None:
    text, tokens, parts = example
    found = TOKENIZERS[name].tokenize(text)
    assert [text[start:end] for start, end in found] == list(tokens)
    assert faults(text, found) == []
    if parts:
        divided = sentences(text, PROFILES[name].sentences)
        assert [text[start:end] for start, end in divided] == list(parts)


def test_no_language_has_two_profiles() -> None:
    tags = [tag for profile in PROFILES.values() for tag in profile.languages]
    assert len(tags) == len(set(tags))
    assert sorted(set(NAMES) & set(tags)) == sorted(
        name for name in NAMES if name in PROFILES[name].languages
    )


@given(st.sampled_from(NAMES), st.data())
def test_keeps_its_promises(name: str, data: st.DataObject) -> None:
    profile = PROFILES[name]
    signs = [
        *profile.rules.letters, *profile.rules.join, *profile.rules.split, *profile.rules.front,
        *profile.rules.back, *profile.rules.exceptions, *profile.rules.phrases[:50],
        *profile.rules.initial, *profile.rules.final, *profile.rules.endings,
    ]  # fmt: skip
    texts = TEXTS
    if signs:
        pieces = st.lists(st.one_of(st.sampled_from(signs), TEXTS), max_size=8).map("".join)
        texts = st.one_of(TEXTS, pieces)
    text = data.draw(texts)
    tokenizer = TOKENIZERS[name]
    found = tokenizer.tokenize(text)
    assert faults(text, found) == []
    assert load_tokenizer(name).tokenize(text) == found
    # What is remembered of chunks, and the short ways past the pattern, change nothing.
    cutter = tokenizer._chunks.cutter
    assert tokenizer._tokenize(text) == whole_clusters(text, cutter.spans(text))


def test_files_of_phrases_belong_to_a_profile() -> None:
    lists = {path.name for path in Path(BUNDLED).iterdir()} - {f"{name}.toml" for name in NAMES}
    named = "".join((BUNDLED / f"{name}.toml").read_text("utf-8") for name in NAMES)
    assert all(each in named for each in lists if each.endswith(".txt"))
