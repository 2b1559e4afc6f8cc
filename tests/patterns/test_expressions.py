"""Regular expressions with labels: what is refused in words, and what they span."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.patterns.expressions import check_expression, compiled, occurrences
from tonemark.tokenizers.general import GeneralTokenizer


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"\b(?:19|20)\d\d\b", "mwaka 2021, au 1999", ["2021", "1999"]),
        (r"Samia", "Rais Samia na Samia", ["Samia", "Samia"]),
        (r"\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)+", "na Samia Suluhu Hassan ya", ["Samia Suluhu Hassan"]),
        # Inside a token: the whole of it.
        (r"ai", "Nairobi na nairobi", ["Nairobi", "nairobi"]),
        (r"o", "kiboko moto", ["kiboko", "moto"]),
        (r"iro.*obi n", "Nairobi nairobi nani", ["Nairobi nairobi nani"]),
        # White space at its ends is none of it, and white space alone is nothing.
        (r"\s+Samia\s+", "Rais  Samia  na", ["Samia"]),
        (r"\s+", "Rais  Samia", []),
        (r"\b", "Rais Samia", []),
        (r"(?=S)", "Rais Samia", []),
        # A group of that name is the span.
        (r"Rais (?P<span>\w+)", "Rais Samia na", ["Samia"]),
        (r"Rais (?P<span>\w+)?", "Rais ! Rais Juma", ["Juma"]),
        (r"Rais (?P<name>\w+)", "Rais Samia na", ["Rais Samia"]),
        (r"(?i)RAIS", "rais", ["rais"]),
        (r"𞤀\w*", "na 𞤀𞤣𞤤𞤢𞤥 ya", ["𞤀𞤣𞤤𞤢𞤥"]),
        (r"ọ̀ṣun", "odò ọ̀ṣun", ["ọ̀ṣun"]),
        (r"(?:Samia){e<=1}", "na Samja ya", ["Samja"]),
        (r"x", "", []),
        (r"\p{Lu}\w{0,40}(?: \p{Lu}\w{0,40}){0,20}", "na Rais Samia", ["Rais Samia"]),
        (r"[(?R)]\(?R{1,9}a|\{70000}", "Ra {70000}", ["{70000}"]),
        (r"(?P<a>a)b(?P=a)(?(1)|x)", "aba", ["aba"]),
    ],
)
def test_it_stands_on_the_borders_of_tokens(expression: str, text: str, found: list[str]) -> None:
    assert check_expression(expression) == ""
    tokens = GeneralTokenizer().tokenize(text)
    places = occurrences(compiled(expression), text, tokens, 10.0)
    assert [text[start:end] for start, end in places] == found


@given(
    st.text(alphabet="ab \n.é", max_size=20),
    st.sampled_from(["a", "b+", "a.", r"\s", "ab|b a", ".", "[^a]+"]),
)
def test_places_are_tokens_in_order_and_apart(text: str, expression: str) -> None:
    tokens = GeneralTokenizer().tokenize(text)
    places = occurrences(compiled(expression), text, tokens, 10.0)
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    assert all(start in starts and end in ends for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    touched = [
        token
        for token in tokens
        if any(m.start() < token.end and token.start < m.end() for m in
               compiled(expression).finditer(text))
    ]  # fmt: skip
    covered = [
        token for token in tokens if any(a <= token.start and token.end <= b for a, b in places)
    ]
    assert set(covered) <= set(touched)
    assert bool(covered) == bool(touched)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "is empty"),
        (" ", "is empty"),
        ("(a", "does not compile (missing )"),
        ("a**", "does not compile (multiple repeat"),
        (r"\p{Nonsense}", "does not compile (unknown property"),
        (r"\L<names>", "does not compile"),
        ("a*", "matches the empty text"),
        ("a|", "matches the empty text"),
        ("^", "matches the empty text"),
        ("x" * 2001, "more than 2,000 characters"),
        ("(" * 900 + "a" + ")" * 900, "nested too deeply"),
        ("a\ud800", "half a character"),
        # The engine takes all memory before it says that these cannot be.
        ("a{1000000000}", "repeats too much"),
        ("(a{60000}){60000}", "repeats too much"),
        ("a{99999999999999999999}", "repeats too much"),
        ("(?:(?:(?:a?){70}){70}){70}b", "repeats too much"),
        ("(?:[(]?(?:a{,70}){0,70}){70,}b", "repeats too much"),
        (r"(?:\((?:(?#:))a{70}){70}){70}", "repeats too much"),
        ("(?x) ( (?:ab) {700} ) {70}", "repeats too much"),
        ("a{49999}|b{49999}", "repeats too much"),
        ("(?R)", "calls a part of itself"),
        ("(?:(?R)|a)", "calls a part of itself"),
        ("(?P<x>a(?&x)?)", "calls a part of itself"),
        ("(a(?1)?)b", "calls a part of itself"),
        ("(a(?P>x)?)b", "calls a part of itself"),
        # What only the limit of memory stops: comments before counts.
        ("(?x)(?:(?:a{700}) #\n{700}) #\n{700}", "takes too much memory"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(expression: str, said: str) -> None:
    assert said in check_expression(expression)


CHECKS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from tonemark.patterns.expressions import WRITTEN_OUT, check_expression
before = resource.getrlimit(resource.RLIMIT_AS)
# Not by getrusage: its figure begins with what the process had from which this one was made.
took = lambda: int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
empty = took()
for number in range(30):  # as large as may be, and none is kept
    half = WRITTEN_OUT // 2 - 20 - number
    assert check_expression(f"(?:(?:ab?){{{half // 8}}}|a)(?:b|a{{{half}}})c") == ""
print((took() - empty) >> 10)
assert "memory" in check_expression("(?x)(?:(?:a{700}) #\\n{700}) #\\n{700}")
assert resource.getrlimit(resource.RLIMIT_AS) == before
print((took() - empty) >> 10)
"""


def test_looking_at_them_takes_little_memory() -> None:
    """Of a process that would be let have more: `add` reads files of many thousands."""
    if not Path("/proc/self/status").exists():
        pytest.skip("what a process has taken cannot be seen here")
    done = subprocess.run([sys.executable, "-c", CHECKS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    sound, unforeseen = map(int, done.stdout.split())
    assert sound < 60
    assert unforeseen < 700


def test_a_place_too_many_ends_the_search() -> None:
    text = "a " * 100
    tokens = GeneralTokenizer().tokenize(text)
    assert len(occurrences(compiled("a"), text, tokens, 10.0, 7)) == 7


def test_one_that_has_no_end_is_cut() -> None:
    text = "a" * 60 + "b"
    with pytest.raises(TimeoutError):
        occurrences(compiled("(?:a|aa)+$"), text, GeneralTokenizer().tokenize(text), 0.05)
