"""Tokenizers of other packages: made, held to their promises, told in words."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from packages import install

from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import listed, load_tokenizer, runs_code, tokenizer_names

GOOD = """
class Words:
    name, version = "its own name", "7"

    def tokenize(self, text):
        print("noise")
        found, at = [], 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            found.append((start, at))
        return found

def twin():
    return Words()
"""


def plug(site: Path, code: str, target: str = "Words", name: str = "words") -> None:
    install(site, "tests-words", {name: f"tests_words:{target}"}, {"tests_words": code})


def test_one_class_serves_several_names(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = {"words": "tests_words:Words", "twin": "tests_words:twin"}
    install(site, "tests-words", entries, {"tests_words": GOOD})
    for name in entries:
        tokenizer = load_tokenizer(name)
        assert (tokenizer.name, tokenizer.version) == (name, "7")
        assert tokenizer.tokenize("a  bc") == [(0, 1), (3, 5)]
        assert pickle.loads(pickle.dumps(tokenizer)).name == name
        assert runs_code(name)
    assert capsys.readouterr().out == ""
    assert [(each.name, each.origin) for each in listed() if each.kind == "plug-in"] == [
        ("twin", "tests-words 0.1"),
        ("words", "tests-words 0.1"),
    ]


def test_listing_imports_nothing(site: Path) -> None:
    plug(site, "raise SystemExit(3)")
    assert "words" in [each.name for each in listed()]
    with pytest.raises(TonemarkError, match="could not be loaded"):
        load_tokenizer("words")


@pytest.mark.parametrize("name", ["general", "yo"])
def test_a_name_of_ours_stays_ours(site: Path, name: str) -> None:
    assert name in tokenizer_names()
    plug(site, GOOD, name=name)
    assert load_tokenizer(name).version != "7"
    assert load_tokenizer(f"tests-words:{name}").version == "7"
    assert load_tokenizer(f"tests-words:{name}").name == f"tests-words:{name}"
    assert f"tests-words:{name}" in [each.name for each in listed()]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def Words(): raise KeyError('x')", "could not be made: KeyError: 'x'"),
        ("def Words(): raise SystemExit", "could not be made: SystemExit"),
        ("def Words(one): return one", "could not be made: TypeError"),
        ("Words = 3", "could not be made: TypeError: 'int' object is not callable"),
        ("def Words(): return None", "no name, no version, no tokenize"),
        ("class Words:\n  name = version = ''\n  tokenize = len", "has no name, no version."),
        (
            "class Words:\n  name = version = 'x'\n"
            "  @property\n  def tokenize(self): raise OSError('disk')",
            "could not be made: OSError: disk",
        ),
    ],
)
def test_what_is_no_tokenizer_is_told(site: Path, code: str, said: str) -> None:
    plug(site, code)
    with pytest.raises(TonemarkError) as caught:
        load_tokenizer("words")
    assert said in caught.value.title
    assert "tests-words 0.1" in caught.value.title


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no')", "failed on a text of 5 characters: ValueError: no"),
        ("raise SystemExit", "failed on a text of 5 characters: SystemExit"),
        ("return 3", "TypeError"),
        ("return ['ab', 'c']", "TypeError"),
        ("return [(0, 5.0)]", "TypeError"),
        ("return [(0, 4)]", "the character at 4 (U+0063) is in no token"),
        ("return [(0, 5), (0, 5)]", "begins before one ahead of it ends"),
        ("return [(0, 6)]", "lies outside the text"),
        ("return iter(lambda: (0, 1), 2)", "begins before one ahead of it ends"),
        ("return [(0, 1), (2, 5), (5, 5)]", "is empty"),
    ],
)
def test_what_breaks_a_promise_is_told(site: Path, body: str, said: str) -> None:
    code = f"class Words:\n  name = version = 'x'\n  def tokenize(self, text): {body}"
    plug(site, code)
    with pytest.raises(TonemarkError) as caught:
        load_tokenizer("words").tokenize("a bbc")
    assert said in caught.value.title
    assert "tests-words" in str(caught.value)


def test_a_package_that_has_gone_is_told_when_its_tokenizer_is_unpickled(site: Path) -> None:
    plug(site, GOOD)
    kept = pickle.dumps(load_tokenizer("words"))
    from tonemark.plugins import plugins

    for path in site.glob("*.dist-info/entry_points.txt"):
        path.write_text("")
    plugins.cache_clear()
    with pytest.raises(TonemarkError, match="words"):
        pickle.loads(kept)
