"""Full stops behind abbreviations: they end no sentence, and titles stand outside the names."""

from __future__ import annotations

import pytest

from tonemark.patterns.candidates import WordCount, candidates, count_words
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer, sentence_rules_of


def runs_of(tokenizer: str, text: str, tokens: list[Token] | None = None) -> list[str]:
    tokens = tokens or load_tokenizer(tokenizer).tokenize(text)
    runs = candidates(text, tokens, {}, sentence_rules_of(tokenizer)).runs
    return [text[tokens[first].start : tokens[end - 1].end] for first, end in runs]


@pytest.mark.parametrize(
    ("tokenizer", "text", "runs"),
    [
        (
            "sw",
            "Jana alisema Bw. Juma kwa Dkt. Mwakyembe na Prof. Lipumba.",
            ["Juma", "Mwakyembe", "Lipumba"],
        ),
        ("general", "na Bi. Juma", ["Bi"]),  # the profile's own: without it a sentence ends there
        ("sw", "Kisha Mhe. Rais Samia alifika.", ["Rais Samia"]),
        ("sw", "Bw. Juma alifika.", ["Juma"]),
        ("sw", "kwa Dkt. Bi. Asha Bakari", ["Asha Bakari"]),  # two titles
        ("sw", "na Rais Dkt. Samia", ["Rais", "Samia"]),
        ("sw", "ni BW. JUMA na", ["JUMA"]),
        ("sw", "Dkt . Asha na Bw . Juma walifika .", ["Asha", "Juma"]),  # given tokens
        ("sw", "waliona (Bw. Juma) na “Dkt. Asha”", ["Juma", "Asha"]),
        ("sw", "vitu k.m. Kiswahili", ["Kiswahili"]),
        ("sw", "alifika. Kisha Asha", ["Kisha Asha"]),  # a sentence: the second capital is needed
        ("sw", "alifika. Kisha akaondoka", []),
        ("sw", "saa p.m. Kisha akaondoka", []),
        ("sw", "na Bw.\nKisha akaondoka", []),  # a line begins a sentence all the same
        ("sw", "na Bw\n. Kisha akaondoka", ["Bw"]),
        ("sw", "alifika Bw", ["Bw"]),  # no stop, no abbreviation
        ("sw", "wa tarehe Jan. 5", ["Jan"]),  # not a title, but of a date
        ("sw", "Dkt. Asha Ali na Bw. Juma walifika", ["Asha Ali", "Juma"]),  # no headline
        ("yo", "sọ fún Dr. Adébáyọ̀ pé", ["Adébáyọ̀"]),
        ("yo", "sọ fún O\u0323\u0300gb. Adé pé", ["Adé"]),
        ("yo", "fún Ọ. Adé pé", ["Ọ. Adé"]),
        ("yo", "fún O\u0323. Adé pé", ["O\u0323. Adé"]),  # decomposed, it is an initial too
        ("zu", "kusho no-Mnu. Zuma izolo", ["Zuma"]),
        ("zu", "kusho uMnu. Zuma noNkk. Ngcobo", ["Zuma", "Ngcobo"]),
        ("zu", "UMnu. Zuma uthe", ["Zuma"]),
        ("general", "na Donald Trump Jr. ya", ["Donald Trump Jr"]),  # behind a name: part of it
        ("general", "na Donald Trump Jr. Kisha", ["Donald Trump Jr", "Kisha"]),
        ("general", "of U.S. troops", ["U.S"]),
        ("general", "by J.K. Rowling na", ["J.K. Rowling"]),
    ],
)
def test_titles_stand_outside_names(tokenizer: str, text: str, runs: list[str]) -> None:
    assert runs_of(tokenizer, text) == runs


def test_the_capitals_of_titles_make_no_headline() -> None:
    text = "na Bw. Mto Ruvu wa Dkt. Asha"
    tokens = load_tokenizer("sw").tokenize(text)
    counts = {"mto": WordCount(lower=5, capital=1)}  # in a headline it would be no name
    runs = candidates(text, tokens, counts, sentence_rules_of("sw")).runs
    assert [text[tokens[first].start : tokens[end - 1].end] for first, end in runs] == [
        "Mto Ruvu",
        "Asha",
    ]


def test_a_title_and_its_stop_may_be_one_token() -> None:
    text = "na Bw. Juma wa Dkt. Asha Jr. ya Ltd."
    tokens, at = [], 0
    for word in text.split():
        tokens.append(Token(at, at + len(word)))
        at += len(word) + 1
    assert runs_of("sw", text, tokens) == ["Juma", "Asha Jr."]


def test_a_name_behind_a_title_is_counted_as_one() -> None:
    text = "Bw. Juma alifika. Leo alifika."
    tokens = load_tokenizer("sw").tokenize(text)
    counts = count_words([(text, tokens)], sentence_rules_of("sw"))
    assert (counts["juma"].capital, counts["juma"].initial) == (1, 0)
    assert (counts["leo"].capital, counts["leo"].initial) == (0, 1)
