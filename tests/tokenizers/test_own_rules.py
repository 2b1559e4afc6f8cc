"""Rules in a project's own profile: where each is written, and that it then holds."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tonemark.errors import TonemarkError
from tonemark.tokenizers.profiles.own_rules import Rule, base_of, new_profile_text, with_rule
from tonemark.tokenizers.profiles.profile import beside, parse_profile
from tonemark.tokenizers.registry import tokenizer_from

LEARNED_LIKE = "spacy:yo"


def cut(profile: str, text: str) -> list[str]:
    """What the tokenizer of a profile makes of a text."""
    path = Path("tokenizer.toml")
    tokenizer = tokenizer_from(parse_profile(profile, "tokenizer.toml", beside(path)), path.parent)
    return [text[start:end] for start, end in tokenizer.tokenize(text)]


def ruled(*rules: Rule, base: str = "general") -> str:
    """A new profile with rules."""
    text = new_profile_text(base)
    for rule in rules:
        text = with_rule(text, rule)
    return text


@pytest.mark.parametrize(
    ("base", "rule", "text", "tokens"),
    [
        ("general", Rule("hauj lwm", ("hauj lwm",)), "ua Hauj  lwm zoo", "ua|Hauj  lwm|zoo"),
        ("general", Rule("Vaj-Pov", ("Vaj-Pov",)), "nws Vaj-Pov, no", "nws|Vaj-Pov|,|no"),
        ("general", Rule("ɗan'uwa", ("ɗan", "'uwa")), "(ɗan'uwa)", "(|ɗan|'uwa|)"),
        ("general", Rule("በአዲስ", ("በ", "አዲስ")), "በአዲስ።", "በ|አዲስ|።"),
        ("general", Rule("k.m.", ("k.m.",)), "na k.m. hii", "na|k.m.|hii"),
        (LEARNED_LIKE, Rule("a b", ("a b",)), "x A b", "x|A b"),
        (LEARNED_LIKE, Rule("ab", ("a", "b")), "x ab", "x|a|b"),
    ],
)
def test_a_rule_holds(base: str, rule: Rule, text: str, tokens: str) -> None:
    assert "|".join(cut(ruled(rule, base=base), text)) == tokens
    assert "|".join(cut(new_profile_text(base), text)) != tokens


def test_a_phrase_of_the_base_can_be_taken_apart(tmp_path: Path) -> None:
    bundled = ruled(base="hmn")
    words = [word for word in ("kws kho mob", "tsev kawm ntawv") if len(cut(bundled, word)) == 1]
    assert words, "no such word in the bundled list"
    word = words[0]
    apart = ruled(Rule(word, tuple(word.split())), base="hmn")
    assert cut(apart, word) != [word]
    assert tomllib.loads(apart)["phrases"] == {"apart": [word]}
    # and put together again
    again = with_rule(apart, Rule(word, (word,)))
    assert cut(again, word) == [word]
    assert tomllib.loads(again)["phrases"] == {"apart": [], "words": [word]}


def test_a_token_of_another_tokenizer_is_taken_apart() -> None:
    from tonemark.tokenizers.corrected import CorrectedTokenizer
    from tonemark.tokenizers.general import GeneralTokenizer
    from tonemark.tokenizers.rules import Rules

    base = GeneralTokenizer(Rules(phrases=("a b", "a b c")))
    text = "a b, A  b c x"

    def words(rules: Rules) -> list[str]:
        tokenizer = CorrectedTokenizer(base, rules, name="own", version="1")
        return [text[start:end] for start, end in tokenizer.tokenize(text)]

    assert words(Rules(apart=("a b",))) == ["a", "b", ",", "A  b c", "x"]
    assert words(Rules(apart=("a b c",))) == ["a b", ",", "A", "b", "c", "x"]
    assert words(Rules(apart=("a b c",), phrases=("b c",))) == ["a b", ",", "A", "b c", "x"]
    assert words(Rules(exceptions={"b,": ("b,",)}, apart=("a b",)))[:2] == ["a", "b,"]


def test_the_version_is_raised_and_comments_stay() -> None:
    text = '# ours\nversion = 4 # four\nbase = "hmn"\n[phrases] # words\nwords = ["a b"] # two\n'
    longer = with_rule(text, Rule("c d", ("c d",)))
    assert longer == text.replace("= 4", "= 5").replace('["a b"]', '["a b", "c d"]')
    assert with_rule(longer, Rule("C  D", ("C D",))) == longer
    assert base_of(longer) == "hmn"


def test_the_opposite_goes() -> None:
    text = ruled(Rule("a b", ("a b",)))
    text = with_rule(text, Rule("A b", ("A", "b")))
    assert tomllib.loads(text)["phrases"] == {"words": [], "apart": ["A b"]}
    text = with_rule(text, Rule("a b c", ("a b", "c")))
    assert tomllib.loads(text)["phrases"] == {"words": ["a b"], "apart": ["a b c"]}
    assert tomllib.loads(text)["version"] == 4


def test_an_exception_is_replaced() -> None:
    text = ruled(Rule("abc", ("a", "bc")), Rule("abc", ("ab", "c")))
    assert tomllib.loads(text)["exceptions"] == {"abc": ["ab", "c"]}


def test_a_word_in_both_lists_is_a_fault() -> None:
    text = '[phrases]\nwords = ["a b"]\napart = ["A  B"]\n'
    with pytest.raises(TonemarkError, match='line 3: "a b" is in words and in apart'):
        parse_profile(text, "own.toml", beside(Path("own.toml")))
