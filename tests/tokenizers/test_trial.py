"""Tokenizers tried: every fault is found, in words, and the trial ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packages import install

from tonemark.errors import TonemarkError
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.profiles.profile import parse_profile
from tonemark.tokenizers.trial import trial
from tonemark.tokenizers.trial.hostile import GROWING, PIECES, hostile_texts
from tonemark.tokenizers.trial.process import Fault, tried


class Scripted:
    """A tokenizer that gives what it is told to, one after the other."""

    name, version = "scripted", "1"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def tokenize(self, text: str) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Strange(int):
    """A whole number that is not Python's own."""


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([[(0, 1), (2, 4)]], []),
        ([None], ["tokenize gave no list but None"]),
        ([((0, 1),)], ["tokenize gave no list but tuple"]),
        ([iter([])], ["tokenize gave no list but list_iterator"]),
        ([["a"]], ["token 0 is no pair (start, end) but str"]),
        ([[(0, 1), [2, 4]]], ["token 1 is no pair (start, end) but list"]),
        ([[(0, 1, 2)]], ["token 0 is no pair (start, end) but tuple"]),
        ([[(0, 1.0)]], ["token 0 has offsets that are no int: int and float"]),
        ([[(False, True)]], ["token 0 has offsets that are no int: bool and bool"]),
        ([[(0, Strange(1))]], ["token 0 has offsets that are no int: int and Strange"]),
        ([ValueError("no\nway")], ["it raised ValueError: no way"]),
        ([SystemExit()], ["it raised SystemExit"]),
        ([[(0, 1)]], ["the character at 2 (U+0062) is in no token"]),
        ([[(0, 1), (1, 4)], [(0, 4)]], ["the second time the tokens are others"]),
        ([[(0, 4)], None], ["the second time the tokens are others"]),
        ([[(0, 4)], KeyError()], ["it raised KeyError"]),
    ],
)
def test_what_is_wrong_with_the_tokens_of_a_text(answers: list[Any], said: list[str]) -> None:
    assert trial.outcome(Scripted(*answers), "a bb").faults == said


@pytest.mark.parametrize(
    ("name", "version", "count"),
    [("a", "1", 0), ("", "1", 1), ("a", 1, 1), (None, "\n", 2), ("a\x1b", " 1", 2),
     ("a" * 999, "1", 1)],
)  # fmt: skip
def test_what_is_wrong_with_a_name_and_a_version(name: Any, version: Any, count: int) -> None:
    tokenizer = Scripted([])
    tokenizer.name, tokenizer.version = name, version
    assert len(trial.identity_faults(tokenizer)) == count


class Clock:
    """Processor time that passes as the length of a text to a power."""

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self.now = 0.0
        self.seconds = seconds
        self.longest = 0

    def process_time(self) -> float:
        return self.now

    def tokenize(self, text: str) -> list[Any]:
        self.now += self.seconds(len(text))
        self.longest = max(self.longest, len(text))
        return []


@pytest.mark.parametrize(
    ("seconds", "is_steep", "longest"),
    [
        (lambda size: size * 1e-7, False, 128_000),
        (lambda size: size * 1e-5, False, 4_000),
        (lambda size: size * 1e-2, False, 4_000),
        (lambda size: size * size.bit_length() * 1e-6, False, 4_000),
        (lambda size: size**2 * 1e-10, True, 64_000),
        (lambda size: size**2 * 1e-12, False, 128_000),  # 16 ms for 128,000: nobody notices
        (lambda size: size**3 * 1e-12, True, 8_000),
        (lambda size: 0.5 + size * 1e-7, False, 4_000),
    ],
)
def test_growth_is_judged_once_times_are_long_enough(
    monkeypatch: pytest.MonkeyPatch, seconds: Any, is_steep: bool, longest: int
) -> None:
    clock: Any = Clock(seconds)
    monkeypatch.setattr(trial, "time", clock)
    assert trial.growth(clock, "ab").is_steep is is_steep
    assert clock.longest == longest


def test_a_neighbours_load_is_not_taken_for_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Any = Clock(lambda size: 0.5 if size == 4_000 and clock.longest < 4_000 else size * 1e-6)
    monkeypatch.setattr(trial, "time", clock)
    assert not trial.growth(clock, "ab").is_steep
    assert clock.longest == 512_000


def test_the_examples_of_a_profile_are_its_test() -> None:
    text = """
[[examples]]
text = "a b. C"
tokens = ["a", "b", ".", "C"]
sentences = ["a b.", "C"]
[[examples]]
text = "a-b"
tokens = ["a-b"]
[[examples]]
text = "a b."
tokens = ["a", "b", "."]
sentences = ["a", "b."]
"""
    found = trial.example_faults(GeneralTokenizer(), parse_profile(text, "x", str))
    assert list(found) == [
        (1, "a-b was expected, and a | - | b came"),
        (2, "the sentences a | b. were expected, and a b. came"),
    ]


def test_hostile_texts_are_many_always_the_same_and_no_trouble_to_ours() -> None:
    texts = list(hostile_texts())
    assert texts == list(hostile_texts())
    assert len(texts) > 500
    assert len(set(GROWING)) == len(GROWING)
    assert all(GROWING)
    general = GeneralTokenizer()
    assert [text for text in texts if faults(text, general.tokenize(text))] == []
    # A plain split on white space, which many would write, breaks on some of them.
    assert sum(bool(trial.outcome(Split(), text).faults) for text in texts) > 20
    assert all(any(piece in text for text in texts) for piece in PIECES)


class Split:
    name, version = "split", "1"

    def tokenize(self, text: str) -> Any:
        found, at = [], 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            found.append((start, at))
        return found


TROUBLE = """
import os, time
from tonemark.tokenizers.general import GeneralTokenizer

class Base:
    name, version = "trouble", "1"
    def __init__(self):
        self.general = GeneralTokenizer()
    def tokenize(self, text):
        self.trouble(text)
        return self.general.tokenize(text)

class Hangs(Base):
    def trouble(self, text):
        while text.startswith("b"):
            try: time.sleep(9)
            except BaseException: pass

class HangsAtOnce(Base):
    def __init__(self):
        while True: time.sleep(9)

class Dies(Base):
    def trouble(self, text):
        os.kill(os.getpid(), 9)

class Leaves(Base):
    def trouble(self, text):
        os._exit(0)

class Remembers(Base):
    seen = False
    def tokenize(self, text):
        if text == "qq":
            os.write(1, b"noise")
        self.seen = self.seen or text == "q"
        return [(0, 3)] if text == "b c" and self.seen else self.general.tokenize(text)
"""


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("Hangs", Fault("text", "no answer came within 2 s", 1)),
        ("HangsAtOnce", Fault("tokenizer", "no answer came within 2 s")),
        ("Dies", Fault("text", "the process that ran it was ended by signal 9")),
        ("Leaves", Fault("text", "the process that ran it was ended with exit code 0")),
    ],
)
def test_trouble_of_code_is_a_fault_in_words(site: Path, target: str, fault: Fault) -> None:
    install(site, "tests-bad", {"bad": f"tests_bad:{target}"}, {"tests_bad": TROUBLE})
    found = tried("bad", ["a", "b c"], limit=2.0)
    assert found.faults == [fault]
    assert not found.complete


def test_what_depends_on_what_came_before_and_what_prints_is_found(site: Path) -> None:
    install(site, "tests-bad", {"bad": "tests_bad:Remembers"}, {"tests_bad": TROUBLE})
    found = tried("bad", ["q", "b c", "qq"])
    assert found.faults == [
        Fault("process", "it prints to standard output (10 bytes), where results go"),
        Fault("text", "in another process, after other texts, the tokens are others", 1),
    ]
    assert found.complete


def test_what_cannot_be_loaded_is_told(site: Path) -> None:
    install(site, "tests-bad", {"bad": "tests_bad:nothing"}, {"tests_bad": TROUBLE})
    with pytest.raises(TonemarkError, match=r"tests-bad 0\.1, could not be loaded"):
        tried("bad", [])
