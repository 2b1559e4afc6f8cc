"""Token patterns: what is refused in words, what spaCy takes, and where they stand in a text."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.patterns.token_patterns import TokenPatterns, check_token_pattern, occurrences
from tonemark.tokenizers.general import GeneralTokenizer


@pytest.fixture(scope="module")
def swahili() -> TokenPatterns:
    return TokenPatterns("sw")


def places(made: TokenPatterns, pattern: list[dict[str, Any]], text: str) -> list[str]:
    """What a pattern finds in a text; it must be one that is taken."""
    assert check_token_pattern(pattern) == ""
    spread = made.doc(text, GeneralTokenizer().tokenize(text))
    return [text[start:end] for start, end in occurrences(made.pattern(pattern), spread)]


TEXT = "Rais Samia Suluhu alikutana na waziri mkuu , mwaka 2021 , jijini Dar es Salaam ."


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ([{"LOWER": "rais"}, {"IS_TITLE": True, "OP": "+"}], ["Rais Samia Suluhu"]),
        ([{"IS_TITLE": True, "OP": "{2}"}], ["Rais Samia"]),
        ([{"IS_TITLE": True, "OP": "{2,3}"}], ["Rais Samia Suluhu"]),
        ([{"IS_TITLE": True, "OP": "{,1}"}], ["Rais", "Samia", "Suluhu", "Dar", "Salaam"]),
        ([{"SHAPE": "dddd"}], ["2021"]),
        ([{"LIKE_NUM": True, "LENGTH": {">=": 4}}], ["2021"]),
        ([{"LENGTH": 3}], ["Dar"]),
        ([{"TEXT": {"REGEX": "^[A-Z]"}}, {"orth": "es"}, {}], ["Dar es Salaam"]),
        ([{"LOWER": {"IN": ["waziri", "mkuu"]}, "OP": "+"}], ["waziri mkuu"]),
        ([{"LOWER": {"in": ["mwaka"]}}, {"IS_DIGIT": True, "OP": "?"}], ["mwaka 2021"]),
        (
            [{"IS_TITLE": True}, {"IS_TITLE": True, "OP": "!"}],
            ["Suluhu alikutana", "Dar es", "Salaam ."],
        ),
        ([{"LOWER": {"FUZZY": "alikutna"}}], ["alikutana"]),
        ([{"LOWER": {"FUZZY1": {"IN": ["wazir"]}}}], ["waziri"]),
        ([{"LOWER": {"REGEX": {"IN": ["^jij", "^mk"]}}}], ["mkuu", "jijini"]),
        ([{"TEXT": {"NOT_IN": ["na"]}, "IS_PUNCT": False, "LENGTH": 2}], ["es"]),
        ([{"IS_PUNCT": True}], [",", ",", "."]),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, list) else "",
)
def test_it_stands_where_spacy_says(
    pattern: list[dict[str, Any]], found: list[str], swahili: TokenPatterns
) -> None:
    assert places(swahili, pattern, TEXT) == found


@pytest.mark.parametrize(
    "text",
    [
        "  Rais\t Samia\n\nJuma ",
        "\n",
        "",
        "Ọ̀ṣun na Ẹ̀kọ́",
        "𞤀𞤣𞤤𞤢𞤥 Adlam",
        "a\u200bb  \u00a0Samia",
    ],
)
def test_offsets_are_those_of_the_untouched_text(text: str, swahili: TokenPatterns) -> None:
    """White space is a token to spaCy, and never of what is found."""
    tokens = GeneralTokenizer().tokenize(text)
    spread = swahili.doc(text, tokens)
    assert spread.doc.text == text
    for pattern in ([{"IS_SPACE": False}], [{"LENGTH": {">": 0}, "OP": "+"}]):
        found = occurrences(swahili.pattern(pattern), spread)
        assert {start for start, _ in found} <= {token.start for token in tokens}
        assert {end for _, end in found} <= {token.end for token in tokens}
    assert occurrences(swahili.pattern([{"IS_SPACE": False}]), spread) == list(tokens)


def test_white_space_is_between_tokens_as_in_spacy(swahili: TokenPatterns) -> None:
    title = [{"IS_TITLE": True}, {"IS_SPACE": True, "OP": "?"}, {"IS_TITLE": True}]
    assert places(swahili, title, "Rais  Samia") == ["Rais  Samia"]
    assert places(swahili, title[::2], "Rais  Samia") == []
    assert places(swahili, [title[0], title[1]], "Rais  samia") == ["Rais"]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [("en", "five men", ["five"]), ("zxx", "five men 5", ["5"]), ("ff-Adlm", "5", ["5"])],
)
def test_words_are_those_of_the_language_where_spacy_has_it(
    language: str, text: str, found: list[str]
) -> None:
    assert places(TokenPatterns(language), [{"LIKE_NUM": True}], text) == found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "a list of dictionaries"),
        ([], "at least one"),
        ("Samia", "a list of dictionaries"),
        ([{"LOWER": "a"}, "b"], "token 2: it is no dictionary"),
        ([{}, {"OP": "*"}], "says nothing of any token"),
        ([{"POS": "PROPN"}], "POS needs a tagger or parser, and patterns are run without one. Say"),
        ([{"lemma": "a"}], "lemma needs a tagger"),
        ([{"ENT_TYPE": "PER"}], "needs a recognizer of entities"),
        ([{"_": {"x": True}}], "needs code"),
        ([{"LOWR": "a"}], "there is no attribute LOWR"),
        ([{"Lower": "a"}], "there is no attribute Lower"),
        ([{1: "a"}], "there is no attribute 1"),
        ([{"LOWER": 5}], "LOWER: 5 is no text"),
        ([{"LOWER": None}], "LOWER: None is no text"),
        ([{"LOWER": {}}], "LOWER: it names no condition"),
        ([{"LOWER": {"AMONG": ["a"]}}], "there is no condition AMONG for texts"),
        ([{"LOWER": {"IN": "a"}}], "IN takes a list of texts"),
        ([{"LOWER": {"IN": ["a", 1]}}], "1 is no text"),
        ([{"LOWER": {"REGEX": "(a"}}], "REGEX does not compile (missing ), unterminated"),
        ([{"LOWER": {"REGEX": {"IN": ["[a"]}}}], "REGEX does not compile"),
        ([{"LOWER": {"REGEX": {"REGEX": "a"}}}], "REGEX takes a text, or IN or NOT_IN"),
        ([{"LOWER": {"FUZZY10": "a"}}], "no condition FUZZY10"),
        ([{"TEXT": "\ud800"}], "half a character"),
        ([{"TEXT": "a" * 2001}], "more than 2,000 characters"),
        ([{"LENGTH": "3"}], "3 is no number of characters"),
        ([{"LENGTH": True}], "True is no number"),
        ([{"LENGTH": -1}], "-1 is no number"),
        ([{"LENGTH": {"REGEX": "3"}}], "no condition REGEX for numbers"),
        ([{"IS_TITLE": 1}], "IS_TITLE: it is 1, and may be true or false"),
        ([{"LOWER": "a", "OP": "1"}], "without OP a token stands once"),
        ([{"LOWER": "a", "OP": "++"}], "OP is ++, and may be"),
        ([{"LOWER": "a", "OP": ["+"]}], "OP is ['+'], and may be"),
        ([{"LOWER": "a", "OP": "{3,2}"}], "the first number is the larger one"),
        ([{"LOWER": "a", "OP": "{,}"}], "OP is {,}"),
        ([{"LOWER": "a", "OP": "{1,900000000}"}], "asks for more than 200 tokens"),
        ([{"LOWER": "a"}] * 201, "asks for more than 200 tokens"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(data: Any, said: str) -> None:
    assert said in check_token_pattern(data)


_TEXTS = st.sampled_from(["a", "", "Samia", "^S", "(", "ọ̀", "\0", "[[:alpha:]]"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.just(2.5) | _TEXTS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["IN", "NOT_IN", "in", "REGEX", "FUZZY", "FUZZY9", "IS_SUBSET"])
            | st.sampled_from(["INTERSECTS", ">=", "==", "<", "XX"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)
_OPS = st.sampled_from(["+", "*", "?", "!", "{2}", "{1,3}", "{,2}", "{1,}", "{0}", "{2,1}", "1"])
_KEYS = st.sampled_from(
    ["LOWER", "TEXT", "orth", "SHAPE", "NORM", "LENGTH", "IS_TITLE", "like_num", "SPACY", "POS"]
)
_SPECS = st.dictionaries(_KEYS, _VALUES, max_size=2).flatmap(
    lambda spec: _OPS.map(lambda op: {**spec, "OP": op}) | st.just(spec)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_SPECS, max_size=3))
def test_what_is_taken_spacy_takes_and_runs(data: list[dict[str, Any]]) -> None:
    if check_token_pattern(data):
        return
    made = _ANY.setdefault("made", TokenPatterns("xx"))
    text = "Samia  a ọ̀ 12 ."
    tokens = GeneralTokenizer().tokenize(text)
    found = occurrences(made.pattern(data), made.doc(text, tokens))
    ends = [0, *(end for _, end in found)]
    assert all(start >= before for (start, _), before in zip(found, ends, strict=False))


_ANY: dict[str, TokenPatterns] = {}


def test_checking_imports_no_spacy() -> None:
    code = (
        "import sys\n"
        "from tonemark.patterns.token_patterns import check_token_pattern\n"
        "from tonemark.patterns import expressions\n"
        "assert not check_token_pattern([{'TEXT': {'REGEX': 'a'}}])\n"
        "print('spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
