"""Raw text of a project for the learner: the words of documents drawn from all but the evaluation
share, answered or not, read a little at a time. Knows no answers, and no model.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from tonemark.corpus.documents import Damaged
from tonemark.corpus.shares import is_evaluation
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, StoredTokenizer, TokensAwaited, tokens_of
from tonemark.training.material import words_of

DOCUMENTS = 5_000
"""Documents that are read at most, drawn by chance."""

TOKENS = 150_000
"""Tokens that they have at most. What 40,000 tell is learnt in five seconds, and was worth 6 points
of F1 with 100 sentences of Swahili, 10 of Yorùbá (train alone, the first 300 of test)."""

LEAST = 1_000
"""Tokens below which they tell nothing."""

MORE = 2
"""Times as many documents after which they are read again."""


class RawText:
    """What is read of it. `texts` are there once `read` has read all, until they are taken."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._texts: list[Sequence[str]] = []
        self._waiting: list[int] | None = None
        self._tokens = 0
        self._read_of = 0
        self._seen = (-1, -1)

    def begin_anew(self) -> None:
        """Forget all: what was learnt from it is gone."""
        self._texts, self._waiting, self._tokens, self._read_of = [], None, 0, 0
        self._seen = (-1, -1)

    def give_up(self) -> None:
        """It cannot be learnt from: do without."""
        self._texts, self._waiting, self._read_of = [], None, 2**60

    def look(self, tokenizer: AnyTokenizer) -> None:
        """Have it read again, where there is much more than when it was read. To count costs 3 ms
        of a million: it is done once a change of the store."""
        (version,) = self._store.db.execute("PRAGMA data_version").fetchone()
        seen = (version, self._store.db.total_changes)
        if seen == self._seen:
            return
        self._seen = seen
        there = self._there(tokenizer)
        if self._waiting is None and there >= max(1, MORE * self._read_of):
            last = self._store.last_document()
            numbers = range(1, last + 1)
            self._waiting = random.Random(0).sample(numbers, min(last, DOCUMENTS))
            self._read_of = there

    def read(self, tokenizer: AnyTokenizer, evaluation: float, seconds: float) -> bool:
        """Read on, for about so many seconds, passing over documents of the share `evaluation`;
        whether there is more to read."""
        until = time.monotonic() + seconds
        while self._waiting:
            words = self._words(self._waiting.pop(), tokenizer, evaluation)
            if words is not None:
                self._texts.append(words[:TOKENS])
                self._tokens += len(words)
            if self._tokens > TOKENS:
                self._waiting = []
            if time.monotonic() > until:
                break
        return bool(self._waiting)

    def taken(self) -> list[Sequence[str]]:
        """All that was read, which is not kept; nothing where that is too little, or not all."""
        if self._waiting is None or self._waiting:
            return []
        texts = self._texts if self._tokens >= LEAST else []
        self._texts, self._waiting, self._tokens = [], None, 0
        return texts

    def _words(
        self, number: int, tokenizer: AnyTokenizer, evaluation: float
    ) -> Sequence[str] | None:
        """The words of a document; None where they cannot be had, or are not to be learnt from."""
        try:
            document = self._store.document(number)
            if is_evaluation(document.text, document.meta, evaluation):
                return None
            return words_of(document.text, tokens_of(self._store, document, tokenizer))
        except (TokensAwaited, Damaged, KeyError):
            return None

    def _there(self, tokenizer: AnyTokenizer) -> int:
        """About how many documents have tokens."""
        if not isinstance(tokenizer, StoredTokenizer):
            return self._store.last_document()
        (count,) = self._store.db.execute("SELECT count(*) FROM tokenized").fetchone()
        return int(count)
