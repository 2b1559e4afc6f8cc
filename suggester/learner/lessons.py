"""What answers teach, as the learner is given it: read from the store a little at a time, kept, and
brought up to date as answers come. Knows no model.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from tonemark.corpus.documents import Damaged
from tonemark.corpus.learnt import Stamp, answered_after, answers_stamp, teaching
from tonemark.corpus.project import Project
from tonemark.corpus.shares import hash_of, is_evaluation
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokens_of, with_tokens
from tonemark.training.learner.learning import quick_seconds
from tonemark.training.learner.spans import Sentence
from tonemark.training.material import PARTS, Example, part_of, sentence_of

DOCUMENTS = 5_000
"""Documents that it learns from at most, the newest: of one language's names and a dozen labels
more teach little, and training takes as much longer as there is more."""

TOKENS = 200_000
"""Tokens that these have at most, beyond the newest one."""


class Lesson(NamedTuple):
    """What one document teaches. `number` is that of its newest answer, by which the newest are
    kept; `text` is what equal texts have alike (`same_text`)."""

    number: int
    part: int
    text: bytes
    sentence: Sentence


def same_text(text: str) -> bytes:
    """What texts have alike that differ in nothing but case and white space."""
    return hash_of(text)


def newest_within(lessons: list[Lesson], seconds: float, *, overlapping: bool) -> list[Lesson]:
    """The newest of these, in their order, from which learning is expected to take so many seconds
    on a slow core, or fewer; the newest one whatever it takes. Labels cost as documents do: TOKENS
    of Swahili took 34 seconds with 4 of them, 213 with 58."""

    def expected(some: list[Lesson]) -> float:
        return quick_seconds([each.sentence for each in some], overlapping=overlapping)

    if expected(lessons) <= seconds:
        return lessons
    newest = sorted(lessons, key=lambda each: -each.number)
    more = range(2, len(newest) + 1)
    last = bisect_right(more, seconds, key=lambda count: expected(newest[:count]))
    return [each for each in lessons if each.number >= newest[last].number]


class Lessons:
    """What the answers of a project teach.

    Part by part (`training.material.part_of` the text): what one part has, and how often that
    changed, depends on no other. So a model that is not given a part tells nothing of it.
    """

    def __init__(self, store: Store, project: Project, tokenizer: AnyTokenizer) -> None:
        self.stamp = Stamp()
        """The answers that were looked at, or wait to be read."""
        self._store = store
        self._tokenizer = tokenizer
        self._project = project
        self._labels: frozenset[str] = frozenset()
        self._waiting: dict[int, int] = {}
        self._awaited: dict[int, int] = {}
        self._kept: list[dict[int, Lesson]] = []
        self._changes: list[int] = []
        self.begin_anew(project, tokenizer)

    def begin_anew(self, project: Project, tokenizer: AnyTokenizer) -> None:
        """Forget all, and read it as another project file or tokenizer has it."""
        self._project, self._tokenizer = project, tokenizer
        self._labels = frozenset(label.name for label in project.labels)
        self.stamp = Stamp()
        self._waiting.clear()
        self._awaited.clear()
        self._kept = [{} for _ in range(PARTS)]
        self._changes = [0] * PARTS

    def look(self) -> bool:
        """See what came since: cheap where nothing did. False where something was taken away or
        called otherwise: then all is to be begun anew."""
        stamp = answers_stamp(self._store)
        if stamp == self.stamp:
            return True
        if self.stamp != Stamp() and (
            stamp.altered != self.stamp.altered or stamp.newest < self.stamp.newest
        ):
            return False
        for document, number in answered_after(self._store, self.stamp.newest):
            self._waiting.pop(document, None)
            self._waiting[document] = number
        self.stamp = stamp
        return True

    def take_up(self) -> None:
        """Have those read of which the tokens have come."""
        if self._awaited:
            for document in with_tokens(self._store, self._awaited, self._tokenizer):
                self._waiting[document] = self._awaited.pop(document)

    def read(self, seconds: float) -> bool:
        """Read what waits, for about so long; whether something waited."""
        if not self._waiting:
            return False
        until = time.monotonic() + seconds
        for document in list(self._waiting):
            self._take(document, self._waiting.pop(document))
            if time.monotonic() > until:
                break
        if all(self._is_full(part) for part in range(PARTS)):
            # The newest come first: those that wait are older than all that is kept.
            oldest = min(min(e.number for e in kept.values()) for kept in self._kept)
            self._waiting = {d: n for d, n in self._waiting.items() if n > oldest}
        if not self._waiting:
            self._bound()
        return True

    def size(self, without: int | None) -> int:
        """How many documents teach, those of one part left out."""
        return sum(len(self._kept[part]) for part in self._others(without))

    def changes(self, without: int | None) -> int:
        """How often what they teach has changed: a document more, or fewer, or otherwise."""
        return sum(self._changes[part] for part in self._others(without))

    def lessons(self, without: int | None) -> list[Lesson]:
        """What they teach, in the order of the documents."""
        kept = [pair for part in self._others(without) for pair in self._kept[part].items()]
        return [lesson for _, lesson in sorted(kept, key=lambda pair: pair[0])]

    def part(self, part: int) -> list[Lesson]:
        """What the documents of one part teach."""
        return list(self._kept[part].values())

    def _others(self, without: int | None) -> Iterator[int]:
        return (part for part in range(PARTS) if part != without)

    def _take(self, number: int, newest: int) -> None:
        """Take in a document as its answers now are."""
        try:
            lesson = self._lesson(number, newest)
        except TokensAwaited:
            self._awaited[number] = newest
            return
        except (Damaged, KeyError):
            lesson = None
        known = next((kept for kept in self._kept if number in kept), None)
        before = known.pop(number) if known else None
        if lesson:
            self._kept[lesson.part][number] = lesson
        either = lesson or before
        if either and (lesson and lesson.sentence) != (before and before.sentence):
            self._changes[either.part] += 1

    def _lesson(self, number: int, newest: int) -> Lesson | None:
        document = self._store.document(number)
        if is_evaluation(document.text, document.meta, self._project.evaluation):
            return None
        answer = teaching(self._store, document)
        if answer is None:
            return None
        tokens = answer.tokens or tokens_of(self._store, document, self._tokenizer)
        spans = tuple(span for span in answer.spans if span.label in self._labels)
        sentence, _ = sentence_of(Example(document.key, document.text, tokens, spans))
        return Lesson(newest, part_of(document.text), same_text(document.text), sentence)

    def _is_full(self, part: int) -> bool:
        kept = self._kept[part].values()
        return len(kept) >= DOCUMENTS // PARTS or (
            sum(len(each.sentence.words) for each in kept) > TOKENS // PARTS
        )

    def _bound(self) -> None:
        """Leave the oldest out, where there are more than a model is given."""
        for kept in self._kept:
            tokens = 0
            newest = sorted(kept.items(), key=lambda each: -each[1].number)
            for at, (number, lesson) in enumerate(newest):
                tokens += len(lesson.sentence.words)
                if at >= DOCUMENTS // PARTS or (at and tokens > TOKENS // PARTS):
                    del kept[number]
