"""The suggester's work of learning: from which answers, when, and what the learner finds likely in
the documents that come next.

Nothing but suggestions is written. What learns runs in a child process, and is never waited for.
Where several people answer the same documents, a document is looked at only by a learner that was
given no answer of its part; else by one for all, as long as nobody has opened it, nor one with an
equal text. So what others answered to a document reaches nobody there.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tonemark.corpus.archive import alterations
from tonemark.corpus.documents import Damaged
from tonemark.corpus.learnt import (
    LEARNER,
    needs_learner,
    next_to_look_at,
    put_likely,
    take_back,
    texts_of,
    was_tagged,
)
from tonemark.corpus.model_suggestions import LEARNER as SOURCE
from tonemark.corpus.produced import Produced, producer_id
from tonemark.corpus.project import Project
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import (
    AnyTokenizer,
    StoredTokenizer,
    TokensAwaited,
    current_id,
    tokens_of,
)
from tonemark.errors import TonemarkError
from tonemark.suggester.children import Child, ChildEnded
from tonemark.suggester.doubts import Doubting, Doubts, Model
from tonemark.suggester.learner_worker import request
from tonemark.suggester.lessons import Lessons, same_text
from tonemark.suggester.tokenizing import DROPPED
from tonemark.tokenizers.base import Token
from tonemark.training.material import part_of, words_of

MODULE = "tonemark.suggester.learner_worker"

VERSION = 1
"""Raised whenever the same answers would suggest something else."""

AHEAD = 30
"""Documents that are looked at for each annotator. They are looked at again after each training,
and she answers fewer meanwhile."""

BATCH = 10
"""Documents that are looked at, and written, at once: an Enter waits for no longer write."""

TURN = 0.05
"""Seconds of reading answers after which others have their turn."""

NEW = 0.02
"""The share of what was learnt that must have come anew before it is learnt again."""

SHARE = 1 / 3
"""Of a processor that it takes on the average, where many answer or there is much to learn."""

BURST = 30.0
"""Seconds of processor time that it may take at once, having rested."""

TRAINING = 120.0
"""Seconds of processor time that learning should stay within; it may take twice as long."""

LOOKING = 30.0
"""Seconds of processor time that a BATCH may take: of usual texts it takes hundredths."""

BUSY = 5.0
"""Times as long that all may take on a machine that is busy with other things."""

PAUSE = 10.0
"""Seconds until it is tried again after it failed, twice as many each time, and at most LONGEST."""

LONGEST = 3600.0

SCORED = 100
"""Documents, the last ones, on which it is told how well it does."""


@dataclass(slots=True)
class _Model:
    """A learner of the child, as it was last trained: `changes` and `size` of what it was given,
    `texts` of which it was given answers. `number` is another for every training; `knows` is false
    where nothing was to be learnt."""

    number: int
    changes: int
    size: int
    newest: int
    texts: frozenset[bytes] = frozenset()
    knows: bool = False


class _Ahead(NamedTuple):
    """A document that comes next: its number, whose learner looks at it, and its text."""

    number: int
    part: int | None
    text: bytes


@dataclass(slots=True)
class _Looking:
    """Documents that the child is looking at, with their tokens."""

    model: _Model
    tokens: dict[int, Sequence[Token]] = field(default_factory=dict)


class Learning:
    """What the learner of a project does, a turn at a time.

    `note` hears what happens, in a line for the log. `trouble` is what a person should know of,
    None where all is well. `learnt` counts the documents that it has learnt from, `finished` is the
    number of the newest answer (`learnt.answers_stamp`) after which there is nothing left to do.
    """

    def __init__(
        self, store: Store, project: Project, tokenizer: AnyTokenizer, note: Callable[[str], None]
    ) -> None:
        self.project = project
        self.tokenizer = tokenizer
        self.trouble: TonemarkError | None = None
        self.learnt = 0
        self.finished = 0
        self.made = 0
        self._store = store
        self._note = note
        self._lessons = Lessons(store, project, tokenizer)
        self._key: tuple[object, ...] = ()
        self._id: int | None = None
        self._superseded = True
        self._seen: tuple[int, int] = (-1, -1)
        self._ahead: list[_Ahead] | None = None
        self._refused: set[int] = set()
        self._models: dict[int | None, _Model] = {}
        self._trained = 0
        self._looked: dict[int, int] = {}
        self._scores: deque[tuple[int, int, int]] = deque(maxlen=SCORED)
        self._child: Child | None = None
        self._asked: _Model | _Looking | Doubting | None = None
        self._doubts = Doubts(store)
        self._without: int | None = None
        self._singly = False
        self._budget, self._paid = BURST, time.monotonic()
        self._after, self._pause = 0.0, PAUSE

    def is_wanted(self) -> bool:
        """Whether there is something to do in this project, now or with its next answers."""
        return needs_learner(self._store, self.project.learner)

    @property
    def f1(self) -> float | None:
        """How it would have done on the documents that were answered last, before it learnt from
        them: exact spans; None where that is not known yet."""
        right, found, there = (sum(each[at] for each in self._scores) for at in range(3))
        return 2 * right / (found + there) if found + there else None

    @property
    def said(self) -> str:
        """What it has learnt, in words; empty where that is nothing."""
        if not self.learnt:
            return ""
        words = f"learnt from {self.learnt:,} document{'s' if self.learnt > 1 else ''}"
        return words if self.f1 is None else f"{words}, F1 {self.f1:.2f} on the last ones"

    def step(self) -> bool:
        """Do what is most needed, for a few hundredths of a second; whether there was something to
        do, other than to wait for the child. Raises TonemarkError where the store refuses."""
        if self._asked and not self._heard():
            return False
        self._look()
        if self._id is None or self._superseded:
            return self._superseded
        if self._lessons.read(TURN):
            return True
        if self._ahead is None:
            self._ahead = self._documents_ahead()
        return self._go_on()

    def use(self, project: Project, tokenizer: AnyTokenizer) -> None:
        """Take in a project file, or a tokenizer, that changed."""
        if project is not self.project or tokenizer is not self.tokenizer:
            self.project, self.tokenizer = project, tokenizer
            self._seen = (-1, -1)

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        self._asked = None
        self._models.clear()
        self._looked.clear()
        self._doubts.forget()
        if child:
            child.close()

    @property
    def _by_parts(self) -> bool:
        """Whether each part of the documents is looked at by a learner that has nothing of it."""
        return self.project.overlap > 1

    # What came

    def _look(self) -> None:
        """Take in what changed since the last look."""
        db = self._store.db
        (version,) = db.execute("PRAGMA data_version").fetchone()
        seen = (version, db.total_changes)  # others' changes, and those of this process
        if seen != self._seen or self._superseded:
            self._ahead = None
            self._doubts.look(self.project)
            self._take_in()
            self._seen = (version, db.total_changes)

    def _take_in(self) -> None:
        key = self._key_now()
        if key != self._key or not self._lessons.look():
            self._begin_anew(key)
        if self._superseded:
            self._superseded = not take_back(self._store, self._id, DROPPED, opened=self._by_parts)

    def _key_now(self) -> tuple[object, ...]:
        """What suggestions depend on beside answers; the first says whether there are to be any."""
        project = self.project
        labels = [label.name for label in project.labels]
        shares = project.evaluation, self._by_parts, project.overlapping
        tokens = self._tokens_version()
        altered = alterations(self._store.db)
        return project.learner and bool(tokens), project.learner, tokens, labels, shares, altered

    def _tokens_version(self) -> str:
        """The tokens that documents now have; empty where none have been made yet."""
        made = self.tokenizer
        if not isinstance(made, StoredTokenizer):
            return f"{made.name} {made.version}"
        number = current_id(self._store, made)
        return "" if number is None else f"{number} {made.corrected}"

    def _begin_anew(self, key: tuple[object, ...]) -> None:
        self.close()
        self._key, self._id, self.trouble = key, None, None
        # Until tokens are made, what was suggested before stands.
        self._superseded = bool(key[0]) or not self.project.learner
        self._after, self._pause, self._singly = 0.0, PAUSE, False
        self._refused.clear()
        self._scores.clear()
        self.learnt = 0
        self._lessons.begin_anew(self.project, self.tokenizer)
        if key[0]:
            written = json.dumps([VERSION, *key], default=repr).encode()
            version = hashlib.blake2b(written, digest_size=8).hexdigest()
            self._id = producer_id(self._store, LEARNER, version)
            self._lessons.look()

    # What is to be done

    def _go_on(self) -> bool:
        """Do the next thing for the first document that needs one."""
        is_waiting = False
        if time.monotonic() < self._after:
            return False
        for each in self._ahead or ():
            model = self._models.get(each.part)
            if self._is_due(each.part, model):
                if self._may_train():
                    self._learn(each.part, model)
                    return True
                is_waiting = True
            if model and self._is_stale(each, model):
                if model.knows:
                    self._look_at(each.part, model)
                else:
                    self._forget(each, model)
                return True
        if is_waiting:
            return False
        if self._doubt():
            return True
        self.finished = self._lessons.stamp.newest
        return False

    def _documents_ahead(self) -> list[_Ahead]:
        by_parts = self._by_parts
        numbers = next_to_look_at(self._store, self.tokenizer, AHEAD, opened=by_parts)
        texts = texts_of(self._store, numbers)
        return [
            _Ahead(each, part_of(texts[each]) if by_parts else None, same_text(texts[each]))
            for each in numbers
            if each in texts and each not in self._refused
        ]

    def _doubt(self) -> bool:
        """Have documents looked at for how unsure it is of them, where that decides what comes
        next; whether there was anything to do."""
        models = {
            part: Model(model.number, model.texts)
            for part, model in self._models.items()
            if model.knows
        }
        found = self._doubts.next(models, self.tokenizer, by_parts=self._by_parts)
        if found is None:
            return self._doubts.write()
        part, doubting, texts = found
        asked = request("doubt", LOOKING, without=part, texts=texts)
        self._ask(asked, doubting, part, LOOKING)
        return True

    def _is_due(self, part: int | None, model: _Model | None) -> bool:
        """Whether enough has come that it is to be learnt anew."""
        if model is None:
            return self._lessons.size(part) > 0
        new = self._lessons.changes(part) - model.changes
        return new >= max(1, int(NEW * model.size))

    def _is_stale(self, document: _Ahead, model: _Model) -> bool:
        """Whether a learner may look at a document, and has not."""
        is_new = self._looked.get(document.number) != model.number
        return is_new and document.text not in model.texts

    def _forget(self, document: _Ahead, model: _Model) -> None:
        """Nothing is likely any more: what taught before was refused, or said otherwise."""
        self._looked[document.number] = model.number
        if was_tagged(self._store, document.number):
            nothing = [Produced(document.number)]
            put_likely(self._store, None, nothing, opened=self._by_parts)

    def _may_train(self) -> bool:
        now = time.monotonic()
        self._budget = min(BURST, self._budget + SHARE * (now - self._paid))
        self._paid = now
        return self._budget > 0

    def _learn(self, part: int | None, before: _Model | None) -> None:
        lessons = self._lessons.lessons(part)
        self._trained += 1
        model = _Model(
            self._trained, self._lessons.changes(part), len(lessons), self._lessons.stamp.newest
        )
        if not self._by_parts:
            model.texts = frozenset(lesson.text for _, lesson in lessons)
        fresh = [
            at for at, (_, each) in enumerate(lessons) if before and each.number > before.newest
        ]
        asked = request(
            "learn",
            2 * TRAINING,
            without=part,
            sentences=[lesson.sentence for _, lesson in lessons],
            fresh=fresh[-SCORED:],
            overlapping=self.project.overlapping,
            seconds=TRAINING,
        )
        self._ask(asked, model, part, 2 * TRAINING)

    def _look_at(self, part: int | None, model: _Model) -> None:
        """Have the next documents looked at that this learner may look at, and has not."""
        looking = _Looking(model)
        texts = []
        for each in self._ahead or ():
            if each.part != part or not self._is_stale(each, model):
                continue
            number = each.number
            self._looked[number] = model.number
            try:
                document = self._store.document(number)
                tokens = tokens_of(self._store, document, self.tokenizer)
            except TokensAwaited:
                continue
            except (Damaged, KeyError) as error:
                self._put([Produced(number, fault=str(error))])
                continue
            looking.tokens[number] = tokens
            texts.append(words_of(document.text, tokens))
            if len(texts) == (1 if self._singly else BATCH):
                break
        if texts:
            asked = request("tag", LOOKING, without=part, texts=texts)
            self._ask(asked, looking, part, LOOKING)

    # The child

    def _ask(
        self, asked: bytes, what: _Model | _Looking | Doubting, part: int | None, limit: float
    ) -> None:
        if self._child is None:
            self._child = Child(MODULE, ())
        self._asked, self._without = what, part
        self._child.ask(asked, BUSY * limit)

    def _heard(self) -> bool:
        """Whether the child has answered what it was asked, which is taken in."""
        assert self._child
        asked = self._asked
        try:
            message = self._child.answer(0.0)
            if message is None:
                return False
            answer = json.loads(message)
            self._budget -= float(answer["seconds"])
            self._asked = None
            if isinstance(asked, _Model):
                self._has_learnt(asked, answer)
            elif isinstance(asked, Doubting):
                self._doubts.heard(asked, answer["doubts"])
            elif asked:
                self._has_looked(asked, answer)
        except (ChildEnded, ValueError, KeyError, TypeError) as error:
            self._fail(asked, error)
        return True

    def _has_learnt(self, model: _Model, answer: dict[str, Any]) -> None:
        model.knows = "nothing" not in answer
        self._models[self._without] = model
        self._scores.extend(tuple(each) for each in answer.get("scores", ()))
        self.learnt = max(each.size if each.knows else 0 for each in self._models.values())
        self.trouble, self._pause = None, PAUSE

    def _has_looked(self, looking: _Looking, answer: dict[str, Any]) -> None:
        made = []
        for (number, tokens), found in zip(looking.tokens.items(), answer["found"], strict=True):
            if isinstance(found, str):
                made.append(Produced(number, fault=f"the learner failed: {found}"))
                continue
            spans = tuple(
                Suggestion(
                    tokens[first].start,
                    tokens[last - 1].end,
                    label,
                    (SOURCE,),
                    round(min(1.0, max(0.0, score)), 4),
                )
                for first, last, label, score in found
            )
            made.append(Produced(number, spans))
        self._put(made)

    def _put(self, made: Sequence[Produced]) -> None:
        assert self._id is not None
        is_seen = self._seen[1] == self._store.db.total_changes
        self.made += put_likely(self._store, self._id, made, opened=self._by_parts)
        if is_seen:  # nobody needs to look again because of that
            self._seen = self._seen[0], self._store.db.total_changes

    def _fail(self, asked: _Model | _Looking | Doubting | None, error: Exception) -> None:
        """Rest, and try again with a child made anew."""
        is_looking = isinstance(asked, _Looking | Doubting)
        what = f"It failed while it was {'looking at pages' if is_looking else 'learning'}"
        self._note(f"the learner: {what}: {error}")
        self.close()
        if isinstance(asked, _Looking) and self._singly:
            for number in asked.tokens:
                self._refused.add(number)
                self._put([Produced(number, fault=f"the learner failed: {error}")])
        if isinstance(asked, Doubting):
            self._doubts.failed(asked)
        self._singly = is_looking
        self._after, self._pause = time.monotonic() + self._pause, min(LONGEST, 2 * self._pause)
        self.trouble = TonemarkError(
            f"The learner suggests nothing new for a while: {error}.",
            "It is tried again by itself. More in the log of the folder suggester; without it:"
            " learner = false in project.toml.",
        )
