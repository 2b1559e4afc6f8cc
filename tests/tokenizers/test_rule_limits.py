"""Rules that a profile may hold keep the promises, over any text; and the tree of exceptions finds
what one alternative each would."""

from __future__ import annotations

from dataclasses import fields

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tonemark.tokenizers.alternatives import longest_of
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.corrected import CorrectedTokenizer
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.rule_limits import LONGEST_EXCEPTION, rule_faults
from tonemark.tokenizers.rules import Rules

# Letters whose clusters reach over letters (Hangul, conjuncts), that stand before a sign (ൎ), that
# carry marks; signs that join, part and set off.
CHARACTERS = [*"anA'’-.,|1", "ọ", "\u0301", "ᄀ", "ᅡ", "각", "क", "\u094d", "ष", "ൎ", "🇰", "👩", "ß"]
BITS = st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=3)
SEVERAL = st.lists(BITS, max_size=2).map(tuple)
PIECES = st.lists(st.lists(BITS, min_size=1, max_size=3), max_size=3)


@given(
    st.builds(
        Rules,
        letters=BITS,
        split=st.text(st.sampled_from(CHARACTERS), max_size=2),
        initial=SEVERAL,
        final=SEVERAL,
        front=SEVERAL,
        back=SEVERAL,
        exceptions=PIECES.map(lambda found: {"".join(pieces): tuple(pieces) for pieces in found}),
    ),
    st.data(),
)
def test_rules_without_a_fault_keep_the_promises(rules: Rules, data: st.DataObject) -> None:
    at_fault = {fault.field for fault in rule_faults(rules)}
    names = {field.name for field in fields(Rules)} - at_fault
    rules = Rules(**{name: getattr(rules, name) for name in names})
    assert not list(rule_faults(rules))
    own = [*rules.front, *rules.back, *rules.initial, *rules.final, *rules.exceptions]
    text = "".join(data.draw(st.lists(st.sampled_from([*CHARACTERS, " ", *own]), max_size=8)))
    corrected = CorrectedTokenizer(GeneralTokenizer(), rules, name="a", version="1")
    for tokenizer in (GeneralTokenizer(rules), corrected):
        assert faults(text, tokenizer.tokenize(text)) == []


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (Rules(split="ọ"), "ọ\u0301n"),
        (Rules(split="o"), "o\u0323n"),
        (Rules(front=("ᄀ",)), "ᄀᄀ"),
        (Rules(back=("ष",)), "क्ष"),
    ],
)
def test_clusters_stay_whole(rules: Rules, text: str) -> None:
    assert not list(rule_faults(rules))
    assert faults(text, GeneralTokenizer(rules).tokenize(text)) == []


def test_an_exception_that_would_cut_a_cluster_is_refused() -> None:
    assert list(rule_faults(Rules(exceptions={"ൎ'": ("ൎ", "'")})))
    assert not list(rule_faults(Rules(exceptions={"ൎ'": ("ൎ'",)})))


STRINGS = st.dictionaries(
    st.text(st.sampled_from("ab.-]^\\ọn"), min_size=1, max_size=6),
    st.sampled_from(["", r"(?!\w)", "(?=b)"]),
    min_size=1,
    max_size=30,
)


@given(STRINGS, st.text(st.sampled_from("ab.-]^\\ọn"), max_size=30))
def test_a_tree_finds_the_longest(strings: dict[str, str], text: str) -> None:
    longest_first = sorted(strings, key=lambda each: (-len(each), each))
    one_by_one = "|".join(regex.escape(each) + strings[each] for each in longest_first)
    found, expected = (
        [match.span() for match in regex.finditer(pattern, text)]
        for pattern in (longest_of(strings), one_by_one)
    )
    assert found == expected


def test_a_deep_and_a_wide_tree_can_be_compiled() -> None:
    deep = ["." * size + end for size in range(LONGEST_EXCEPTION) for end in ".abcdefg"]
    wide = [chr(0x3400 + number) for number in range(1600)]
    tree = regex.compile(longest_of(dict.fromkeys((*deep, *wide), "")))
    assert all(tree.fullmatch(each) for each in (*deep, *wide))
    assert not tree.fullmatch("abc")
