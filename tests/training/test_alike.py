"""A learner finds the same, to the last bit, in the process where it learnt, when it is read again,
and in processes that number their strings otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tonemark.training.learner.chain import DIGITS
from tonemark.training.learner.learning import Found, Learner, Sentence, learn, learn_words
from tonemark.training.pipeline.pooling import pooled

NAMES = ("Asha", "Juma", "Neema", "Zuri", "Imani")
PLACES = ("Kisumu", "Mwanza", "Arusha", "Juma")


def lessons() -> list[Sentence]:
    """Names, one of which is a place as well."""
    made = []
    for at in range(60):
        words = (NAMES[at % 5], "yuko", "mjini", PLACES[at % 4], "leo", f"{at % 7}", ".")
        made.append(Sentence(words, ((0, 1, "PER"), (3, 4, "LOC" if at % 3 else "ORG"))))
    return made


def found(learner: Learner) -> list[tuple[Found, ...]]:
    return [learner.likely(each.words, 0.01) for each in lessons()]


@pytest.mark.parametrize("thorough", [False, True])
def test_read_again_it_is_the_same_to_the_last_bit(thorough: bool) -> None:
    words = learn_words([each.words for each in lessons()])
    learner = learn(lessons(), words=words, thorough=thorough, seconds=60)
    again = Learner.from_bytes(learner.to_bytes())
    for one, other in zip(learner.chains, again.chains, strict=True):
        assert list(one.weights.items()) == list(other.weights.items())
    assert found(again) == found(learner)


CODE = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from test_alike import found, lessons
from tonemark.training.learner.learning import learn
learner = learn(lessons())
print(hashlib.sha256(learner.to_bytes() + repr(found(learner)).encode()).hexdigest())
"""


def test_the_same_whatever_numbers_strings_have() -> None:
    told = set()
    for seed in ("0", "1", "2"):
        command = [sys.executable, "-c", CODE, os.path.dirname(__file__)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
        assert not done.returncode, done.stderr
        told.add(done.stdout)
    assert len(told) == 1


def test_a_last_bit_does_not_choose_between_equals() -> None:
    bit = 2.0**-50
    for other in (0.4 - bit, 0.4, 0.4 + bit):
        likely = Found(0, 1, "LOC", 0.4), Found(0, 1, "PER", other)
        (kept,) = pooled(likely, (), weight=0.1, least=0.05)
        assert kept.label == "LOC"
        assert kept.score == round(kept.score, DIGITS)
