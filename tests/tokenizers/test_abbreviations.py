"""What a word before a full stop is."""

from __future__ import annotations

import pickle

import pytest

from tonemark.tokenizers.registry import load_tokenizer, sentence_rules_of
from tonemark.tokenizers.sentences.abbreviations import abbreviated, word_before
from tonemark.tokenizers.sentences.rules import SentenceRules

RULES = SentenceRules(abbreviations=frozenset(("Bw.", "k.m.")), before_numbers=frozenset(("uk.",)))


@pytest.mark.parametrize(
    ("word", "kind", "before_number"),
    [
        ("Bw", "short", "short"),
        ("noBw", "short", "short"),
        ("is-Prof", "short", "short"),
        ("Dr", "short", "short"),
        ("k.m", "short", "short"),
        ("uk", "", "number"),
        ("No", "", "number"),
        ("J", "initial", "initial"),
        ("O\u0323\u0300", "initial", "initial"),
        ("U.S", "dotted", "dotted"),
        ("p.m", "", ""),
        ("Juma", "", ""),
        ("NCDC", "", ""),
        ("", "", ""),
    ],
)
def test_kinds(word: str, kind: str, before_number: str) -> None:
    assert abbreviated(word, RULES) == kind
    assert abbreviated(word, RULES, before_number=True) == before_number


def test_in_texts_without_capitals_what_has_stops_inside_ends_no_sentence() -> None:
    assert abbreviated("p.m", RULES, cased=False) == "dotted"


@pytest.mark.parametrize(
    ("text", "stop", "word"),
    [("na (“Bw. ", 7, "Bw"), ("na k.m.", 6, "k.m"), ("na . ", 3, ""), ("x" * 90, 90, "x" * 40)],
)
def test_the_word_before_a_stop(text: str, stop: int, word: str) -> None:
    assert word_before(text, stop) == word


def test_a_tokenizer_of_a_profile_carries_its_sentence_rules_to_other_processes() -> None:
    carried = pickle.loads(pickle.dumps(load_tokenizer("sw")))
    assert carried.sentence_rules == sentence_rules_of("sw")
