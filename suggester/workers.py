"""A worker seen from the suggester: a child process that is asked for tokens within a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tonemark.corpus.documents import unpack_tokens
from tonemark.errors import TonemarkError
from tonemark.suggester.child import parted
from tonemark.suggester.children import Child, ChildEnded
from tonemark.suggester.worker import ASKED
from tonemark.tokenizers.base import Token

LOADING = 120.0
"""Seconds in which a tokenizer must be loaded: on a slow disk spaCy takes ten."""

TIME = 10.0
"""Seconds that any text may take, on a machine that is busy with other things."""

PACE = 20_000
"""Characters for which there is a second more: spaCy cuts twenty times as many."""


class Worker:
    """A running child with the tokenizer of that name; `version` is that tokenizer's.

    `beat` is called while one waits. Raises TonemarkError where the tokenizer cannot be loaded.
    """

    def __init__(
        self, name: str, folder: Path, beat: Callable[[], None], *, time_limit: float = TIME
    ) -> None:
        self._beat = beat
        self._time_limit = time_limit
        self.served = 0
        """Texts that it was given."""
        self.used = time.monotonic()
        """When it was last asked."""
        arguments = (name, str(folder), str(round(LOADING)))
        self._child = Child("tonemark.suggester.worker", arguments)
        try:
            fault, said = parted(self._child.exchange(b"", LOADING, beat))
        except (ChildEnded, ValueError) as error:
            self.close()
            raise TonemarkError(
                f"The tokenizer {name} could not be loaded: {error}.",
                f"Try it by hand:\n    tonemark tokenize --tokenizer {name} FILE",
            ) from None
        except BaseException:
            self.close()
            raise
        words = said.decode("utf-8", "replace")
        if fault:
            self.close()
            raise TonemarkError(fault, words)
        self.version = words

    def tokens(self, text: str) -> tuple[tuple[Token, ...], str]:
        """The tokens of a text, and why they are the general tokenizer's, if they are.

        Raises ChildEnded where it crashed or took too long; it is closed then.
        """
        self.served += 1
        limit = self._time_limit + len(text) / PACE
        body = ASKED.pack(limit) + text.encode()
        try:
            fault, packed = parted(self._child.exchange(body, limit, self._beat))
            return unpack_tokens(packed), fault
        except ValueError:
            self.close()
            raise ChildEnded("it broke its connection") from None
        except ChildEnded:
            self.close()
            raise
        finally:
            self.used = time.monotonic()

    def close(self) -> None:
        """End the process and those that it started, whatever they are at."""
        self._child.close()
