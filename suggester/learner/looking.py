"""The documents that come next: which they are, whose learner may look at them, and what it found
in them as suggestions, which are written a little at a time. Knows nothing of learning.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tonemark.corpus.documents import Damaged
from tonemark.corpus.learnt import next_to_look_at, put_likely, texts_of, was_tagged
from tonemark.corpus.model_suggestions import LEARNER, LIKELY, possible
from tonemark.corpus.produced import Produced
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokens_of
from tonemark.suggester.learner.lessons import same_text
from tonemark.suggester.learner.models import Trained
from tonemark.suggester.learner.suspects import Suspects
from tonemark.tokenizers.base import Token
from tonemark.training.material import part_of, words_of

AHEAD = 30
"""Documents that are looked at for each annotator. They are looked at again after each training,
and she answers fewer meanwhile."""

BATCH = 10
"""Documents that are looked at in one request, where it does not take too long to read them."""

ROWS = 500
"""Suggestions that are written at once, for which an Enter waits: some 5 ms. A document's own are
never divided: 1,600 of them took 15 ms."""

PAUSE = 0.005
"""Seconds between two writes: whoever waits for the store looks again within 4 ms."""


class Ahead(NamedTuple):
    """A document that comes next: its number, the part without which the learner was trained that
    looks at it (None where one looks at all), and its text (`lessons.same_text`)."""

    number: int
    part: int | None
    text: bytes


class Looking(NamedTuple):
    """Documents that the child is looking at, with their tokens."""

    tokens: Mapping[int, Sequence[Token]]


class Looks:
    """What is found in the documents that come next, a turn at a time.

    By parts each is looked at by the learner that was given nothing of its part, whoever has opened
    it; else by one for all, as long as nobody has, nor one with an equal text.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_parts = False
        self._ahead: list[Ahead] | None = None
        self._known: dict[int, tuple[int, bytes]] = {}
        self._looked: dict[int, int] = {}
        self._suspects = Suspects()
        self._found: deque[Produced] = deque()

    def begin_anew(self, *, by_parts: bool) -> None:
        """Forget all."""
        self._by_parts = by_parts
        self._suspects.begin_anew()
        self._known.clear()
        self._found.clear()
        self.forget()

    def look(self) -> None:
        """Something in the store has changed: other documents may come next."""
        self._ahead = None

    def forget(self) -> None:
        """The models are gone: other ones will have their numbers."""
        self._ahead = None
        self._looked.clear()

    def ahead(self, tokenizer: AnyTokenizer) -> Sequence[Ahead]:
        """The documents that come next to each annotator and may be looked at."""
        if self._ahead is None:
            numbers = next_to_look_at(self._store, tokenizer, AHEAD, opened=self._by_parts)
            new = texts_of(self._store, (each for each in numbers if each not in self._known))
            known = self._known | {n: (part_of(text), same_text(text)) for n, text in new.items()}
            self._known = {each: known[each] for each in numbers if each in known}
            self._ahead = [
                Ahead(number, part if self._by_parts else None, text)
                for number, (part, text) in self._known.items()
                if number not in self._suspects.refused
            ]
        return self._ahead

    def is_stale(self, document: Ahead, model: Trained) -> bool:
        """Whether a learner may look at a document, and has not."""
        is_new = self._looked.get(document.number) != model.number
        return is_new and document.text not in model.texts

    def next(
        self, model: Trained, tokenizer: AnyTokenizer, seconds: float
    ) -> tuple[Looking, list[Sequence[str]]]:
        """The documents that this learner may look at, and has not, with their words: as many as
        are read in about so long, of those `ahead`."""
        until = time.monotonic() + seconds
        tokens_of_each: dict[int, Sequence[Token]] = {}
        texts: list[Sequence[str]] = []
        for each in self._ahead or ():
            if each.part != model.part or not self.is_stale(each, model):
                continue
            number = each.number
            is_alone = number in self._suspects
            if is_alone and texts:
                continue  # with another request
            self._looked[number] = model.number
            try:
                document = self._store.document(number)
                tokens = tokens_of(self._store, document, tokenizer)
            except TokensAwaited:
                continue
            except (Damaged, KeyError) as error:
                self._found.append(Produced(number, fault=str(error)))
                continue
            tokens_of_each[number] = tokens
            texts.append(words_of(document.text, tokens))
            if is_alone or len(texts) == BATCH or time.monotonic() > until:
                break
        return Looking(tokens_of_each), texts

    def heard(self, looking: Looking, answers: Sequence[Any]) -> None:
        """Take in what the child said (`worker.Learners.tag`)."""
        self._found += found_in(looking, answers)
        self._suspects.heard(looking.tokens)

    def failed(self, looking: Looking, fault: str) -> None:
        """The child ended at these documents: they are looked at one by one, to find out which is
        the cause."""
        if self._suspects.failed(looking.tokens):
            fault = f"the learner failed: {fault}"
            self._found += (Produced(number, fault=fault) for number in looking.tokens)

    def nothing(self, document: Ahead, model: Trained) -> None:
        """Nothing is likely in a document any more: what taught before was refused, or said
        otherwise. Raises TonemarkError where the store refuses."""
        if was_tagged(self._store, document.number):
            put_likely(self._store, None, [Produced(document.number)], opened=self._by_parts)
        self._looked[document.number] = model.number

    def write(self, producer: int) -> int | None:
        """Write some of what was found, about ROWS suggestions: in how many documents; None where
        there is nothing to write. Raises TonemarkError where the store refuses: it is tried again.
        """
        if not self._found:
            return None
        rows, batch = 0, list[Produced]()
        for each in self._found:
            rows += len(each.suggestions)
            if batch and rows > ROWS:
                break
            batch.append(each)
        written = put_likely(self._store, producer, batch, opened=self._by_parts)
        for _ in batch:
            self._found.popleft()
        if self._found:
            time.sleep(PAUSE)
        return written


def found_in(looking: Looking, answers: Sequence[Any]) -> list[Produced]:
    """What the child found, on the texts: what a page shows, and where one may look
    (`model_suggestions.possible`)."""
    made = []
    for (number, tokens), found in zip(looking.tokens.items(), answers, strict=True):
        if isinstance(found, str):
            made.append(Produced(number, fault=f"the learner failed: {found}"))
            continue
        spans = [
            Suggestion(
                tokens[first].start,
                tokens[last - 1].end,
                label,
                (LEARNER,),
                round(min(1.0, max(0.0, score)), 4),
            )
            for first, last, label, score in found
        ]
        places = {place[:2] for place in possible(spans, {each.label for each in spans})}
        kept = (s for s in spans if s.score >= LIKELY or (s.start, s.end) in places)
        made.append(Produced(number, tuple(kept)))
    return made
