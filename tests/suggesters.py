"""What tests of the suggester and of plug-ins share: a tokenizer of another package, and looks at
processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from packages import install

WORDS = """
import os, signal, sys, time

class Words:
    name, version = "words", "1"

    def tokenize(self, text):
        found, at = [], 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            found.append((start, at))
            self.meet(word)
        return self.given(text, found)

    def given(self, text, found):
        return self.odd(text, found) if "odd" in text else found

    def meet(self, word):
        pass

    def odd(self, text, found):
        return found
"""
"""A tokenizer at white space, of which tests replace what it does with a text that is odd."""

DEADLINE = 60.0


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended, and that nobody waited for, does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def plug_words(site: Path, more: str = "", version: str = "0.1", **entries: str) -> None:
    """Install the tokenizer `words`; `more` is added to its class, `entries` to its package's."""
    entries = {"words": "tests_words:Words", **entries}
    install(site, "tests-words", entries, {"tests_words": WORDS + more}, version=version)
