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
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

from tonemark.corpus.archive import alterations
from tonemark.corpus.learnt import needs_learner, take_back
from tonemark.corpus.model_suggestions import POSSIBLE
from tonemark.corpus.produced import LEARNING, producer_id
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokens_version
from tonemark.errors import TonemarkError
from tonemark.suggester.learner.doubts import Doubting, Doubts, Model
from tonemark.suggester.learner.lessons import Lesson, Lessons, newest_within
from tonemark.suggester.learner.looking import Looking, Looks
from tonemark.suggester.learner.models import Trained, f1_of, is_due
from tonemark.suggester.learner.raw_text import RawText
from tonemark.suggester.learner.run import LearnerRun
from tonemark.suggester.tokenizing import DROPPED

VERSION = 2
"""Raised whenever the same answers would suggest something else."""

TURN = 0.03
"""Seconds of reading, of answers or of what is looked at, after which others have their turn: the
same process makes the tokens that a page waits for."""

TRAINING = 120.0
"""Seconds of processor time that learning should stay within: the newest documents are learnt from
for which that long is expected. It may take twice as long."""

LOOKING = 30.0
"""Seconds of processor time that a look at some documents may take: it takes hundredths."""

WORDS = 60.0
"""The same of learning what raw text tells of words, once, and again when there is much more."""

SCORED = 100
"""Documents, the last ones, on which it is told how well it does."""


class _Words:
    """The child is learning what raw text tells of words."""


_Asked: TypeAlias = Trained | _Words | Looking | Doubting


class Learning:
    """What the learner of a project does, a turn at a time.

    `note` hears what happens, in a line for the log. `learnt` counts the documents that it has
    learnt from, `finished` is the number of the newest answer (`learnt.answers_stamp`) after which
    there is nothing left to do.
    """

    def __init__(
        self, store: Store, project: Project, tokenizer: AnyTokenizer, note: Callable[[str], None]
    ) -> None:
        self.project = project
        self.tokenizer = tokenizer
        self.learnt = 0
        self.finished = 0
        self.made = 0
        self._store = store
        self._lessons = Lessons(store, project, tokenizer)
        self._key: tuple[object, ...] = ()
        self._id: int | None = None
        self._superseded = True
        self._seen: tuple[int, int] = (-1, -1)
        self._models: dict[int | None, Trained] = {}
        self._trained = 0
        self._allowed: dict[int | None, float] = {}
        self._scored: set[bytes] = set()
        self._scores: deque[tuple[int, int, int]] = deque(maxlen=SCORED)
        self._run: LearnerRun[_Asked] = LearnerRun(note)
        self._looks = Looks(store)
        self._doubts = Doubts(store)
        self._raw = RawText(store)

    def is_wanted(self) -> bool:
        """Whether there is something to do in this project, now or with its next answers."""
        return needs_learner(self._store, self.project.learner)

    @property
    def trouble(self) -> TonemarkError | None:
        """What a person should know of; None where all is well."""
        return self._run.trouble

    @property
    def is_waiting(self) -> bool:
        """Whether the child is at work."""
        return self._run.what is not None

    @property
    def f1(self) -> float | None:
        """How it did on the documents that were answered last, by exact spans; None where that is
        not known yet. Each text is scored once, by a learner that was not given it: the last one
        before it learnt from it, or, by parts, the one that learns from none of its part."""
        return f1_of(self._scores)

    @property
    def said(self) -> str:
        """What it has learnt, in words; empty where that is nothing."""
        if not self.learnt:
            return ""
        words = f"learnt from {self.learnt:,} document{'s' if self.learnt > 1 else ''}"
        return words if self.f1 is None else f"{words}, F1 {self.f1:.2f} on the last ones"

    def step(self) -> bool:
        """Do what is most needed, for about TURN seconds, and what one document takes beyond them;
        whether there was something to do, other than to wait for the child.

        Raises TonemarkError where the store refuses: nothing is lost, the next step tries again.
        """
        if self.is_waiting and not self._heard():
            return False
        self._look()
        if self._id is None or self._superseded:
            return self._superseded
        return self._write(self._id) or self._lessons.read(TURN) or self._go_on()

    def use(self, project: Project, tokenizer: AnyTokenizer) -> None:
        """Take in a project file, or a tokenizer, that changed."""
        if project is not self.project or tokenizer is not self.tokenizer:
            self.project, self.tokenizer = project, tokenizer
            self._seen = (-1, -1)

    def close(self) -> None:
        """End the child."""
        self._run.close()
        self._models.clear()
        self._looks.forget()
        self._doubts.forget()
        self._raw.begin_anew()

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
            self._looks.look()
            self._doubts.look(self.project)
            self._take_in()
            self._seen = (version, db.total_changes)

    def _take_in(self) -> None:
        key = self._key_now()
        if key != self._key or not self._lessons.look():
            self._begin_anew(key)
        self._lessons.take_up()
        if self._superseded:
            self._superseded = not take_back(self._store, self._id, DROPPED, opened=self._by_parts)

    def _key_now(self) -> tuple[object, ...]:
        """What suggestions depend on beside answers; the first says whether there are to be any."""
        project = self.project
        labels = [label.name for label in project.labels]
        shares = project.evaluation, self._by_parts, project.overlapping
        tokens = tokens_version(self._store, self.tokenizer)
        altered = alterations(self._store.db)
        return project.learner and bool(tokens), project.learner, tokens, labels, shares, altered

    def _begin_anew(self, key: tuple[object, ...]) -> None:
        self.close()
        self._run.begin_anew()
        self._key, self._id = key, None
        # Until tokens are made, what was suggested before stands.
        self._superseded = bool(key[0]) or not self.project.learner
        self._looks.begin_anew(by_parts=self._by_parts)
        self._doubts.begin_anew()
        self._allowed.clear()
        self._scored.clear()
        self._scores.clear()
        self.learnt = 0
        self._lessons.begin_anew(self.project, self.tokenizer)
        if key[0]:
            written = json.dumps([VERSION, *key], default=repr).encode()
            version = hashlib.blake2b(written, digest_size=8).hexdigest()
            self._id = producer_id(self._store, LEARNING, version)
            self._lessons.look()

    # What is to be done

    def _go_on(self) -> bool:
        """Do the next thing for the first document that needs one."""
        is_waiting = False
        if self._run.is_resting():
            return False
        for each in self._looks.ahead(self.tokenizer):
            model = self._models.get(each.part)
            if is_due(self._lessons, each.part, model):
                if self._run.may_train():
                    self._learn(each.part, model)
                    return True
                is_waiting = True
            if model and self._looks.is_stale(each, model):
                if model.knows:
                    self._look_at(model)
                else:
                    self._looks.nothing(each, model)
                return True
        if is_waiting:
            return False
        if self._doubt() or self._learn_words():
            return True
        self.finished = self._lessons.stamp.newest
        return False

    def _doubt(self) -> bool:
        """Have documents looked at for how unsure it is of them, where that decides what comes
        next; whether there was anything to do."""
        models = {
            part: Model(model.number, model.texts)
            for part, model in self._models.items()
            if model.knows
        }
        found = self._doubts.next(models, self.tokenizer, TURN, by_parts=self._by_parts)
        if found is None:
            return self._doubts.write()
        part, doubting, texts = found
        if texts:
            self._run.ask(doubting, "doubt", LOOKING, without=part, texts=texts)
        return True

    def _learn_words(self) -> bool:
        """Learn of words from raw text, once pages have what can be suggested without; whether
        there was anything to do."""
        if not self._models:
            return False
        self._raw.look(self.tokenizer)
        if self._raw.read(self.tokenizer, self.project.evaluation, TURN):
            return True
        if texts := self._raw.taken():
            self._run.ask(_Words(), "words", WORDS, texts=texts, seconds=WORDS)
        return bool(texts)

    def _learn(self, part: int | None, before: Trained | None) -> None:
        lessons = newest_within(
            self._lessons.lessons(part),
            self._allowed.get(part, TRAINING),
            overlapping=self.project.overlapping,
        )
        self._trained += 1
        model = Trained(self._trained, part, self._lessons.changes(part), len(lessons))
        model.texts = frozenset(lesson.text for lesson in lessons)
        new = self._new(lessons, part, before) if before else []
        model.scores = tuple(lesson.text for lesson in new)
        self._run.ask(
            model,
            "learn",
            2 * TRAINING,
            without=part,
            sentences=[lesson.sentence for lesson in lessons],
            new=[lesson.sentence for lesson in new],
            overlapping=self.project.overlapping,
        )

    def _new(self, lessons: list[Lesson], part: int | None, before: Trained) -> list[Lesson]:
        """The last documents by which it is told how well a learner did that was not given them: of
        the lessons that are learnt next; by parts those of its own, which no other one scores."""
        if not before.knows:
            return []
        there = lessons if part is None else self._lessons.part(part)
        given = before.texts | self._scored
        return sorted(each for each in there if each.text not in given)[-SCORED:]

    def _look_at(self, model: Trained) -> None:
        looking, texts = self._looks.next(model, self.tokenizer, TURN)
        if texts:
            self._run.ask(looking, "tag", LOOKING, without=model.part, texts=texts, least=POSSIBLE)

    def _write(self, producer: int) -> bool:
        """Write some of what was found; whether there was anything to write."""
        is_seen = self._seen[1] == self._store.db.total_changes
        written = self._looks.write(producer)
        if is_seen:  # nobody needs to look again because of that
            self._seen = self._seen[0], self._store.db.total_changes
        self.made += written or 0
        return written is not None

    # What the child said

    def _heard(self) -> bool:
        """Whether the child has answered what it was asked, which is taken in."""
        heard = self._run.heard()
        if heard is None:
            return False
        what, answer, fault = heard
        if fault:
            self._has_failed(what, fault)
        elif isinstance(what, Trained):
            self._has_learnt(what, answer)
        elif isinstance(what, _Words):
            for model in self._models.values():
                model.is_dated = True  # all is learnt anew with what is known now
        elif isinstance(what, Doubting):
            self._doubts.heard(what, answer["doubts"])
        else:
            self._looks.heard(what, answer["found"])
        return True

    def _has_learnt(self, model: Trained, answer: dict[str, Any]) -> None:
        model.knows = "nothing" not in answer
        self._models[model.part] = model
        if scores := answer.get("scores"):
            self._scores.extend(tuple(each) for each in scores)
            self._scored.update(model.scores)
        self.learnt = max(each.size if each.knows else 0 for each in self._models.values())

    def _has_failed(self, what: _Asked, fault: str) -> None:
        """The child is gone, and its models: what it was looking at may be the cause."""
        self.close()
        if isinstance(what, Looking):
            self._looks.failed(what, fault)
        elif isinstance(what, Doubting):
            self._doubts.failed(what)
        elif isinstance(what, _Words):
            self._raw.give_up()
        else:  # from fewer documents the next time: this core may be slower than is expected
            self._allowed[what.part] = self._allowed.get(what.part, TRAINING) / 2
