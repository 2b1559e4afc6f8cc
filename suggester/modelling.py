"""The suggester's work of letting a pipeline suggest: the one that project.toml names as `model`,
over the documents that come next.

Whose code it is, and whether it may be loaded, `training.suggesting` says. It runs in a child
process, from a copy of its files that nobody else can write. A text that taught it is passed over,
and so is an equal one: what others answered there reaches nobody by it; nor is anything suggested
for a document that somebody has opened.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.model_suggestions import MODEL
from tonemark.corpus.produced import (
    PIPELINE,
    Produced,
    drop_superseded,
    needs_pipeline,
    next_to_produce,
    producer_id,
    put_produced,
)
from tonemark.corpus.project import Project
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import (
    AnyTokenizer,
    TokensAwaited,
    tokens_of,
    tokens_version,
)
from tonemark.errors import TonemarkError
from tonemark.suggester.children import Child, ChildEnded
from tonemark.suggester.learner.lessons import same_text
from tonemark.suggester.model_worker import ASKED
from tonemark.suggester.tokenizing import DROPPED
from tonemark.suggester.workers import LOADING, TIME
from tonemark.text import short
from tonemark.tokenizers.base import Token
from tonemark.training.runs.trusted import digest_of, is_trusted
from tonemark.training.suggesting import FIXED, Digests, Pipeline, pipeline_named, untrusted

MODULE = "tonemark.suggester.model_worker"

VERSION = 1
"""Raised whenever the same pipeline would suggest something else."""

AHEAD = 50
"""Documents that are looked at for each annotator."""

BATCH = 10
"""Documents that are chosen at once."""

PACE = 5_000
"""Characters for which there is a second more: a small network of spaCy's reads far more."""

BUSY = 5.0
"""Times as long that a text may take on a machine that is busy with other things."""

TRIED = 3
"""Texts one after the other at which the pipeline may end its process; then it is left alone."""

AGAIN, LONGEST = 10.0, 3600.0
"""Seconds until it is tried again to have a pipeline that could not be had, twice as many each time
where its process ended, and at most."""

UNUSED = 300.0
"""Seconds without work after which the child, which may have a gigabyte, is ended."""


class Modelling:
    """What a pipeline suggests, a turn at a time.

    `note` hears what happens, in a line for the log. `trouble` is what a person should know of,
    None where all is well. `made` counts the documents that it has looked at.
    """

    def __init__(
        self, store: Store, project: Project, tokenizer: AnyTokenizer, note: Callable[[str], None]
    ) -> None:
        self.project = project
        self.tokenizer = tokenizer
        self.trouble: TonemarkError | None = None
        self.made = 0
        self.left_out: Counter[str] = Counter()
        """Labels of the pipeline that the project has not, and how often one was left out."""
        self.cut = 0
        """Spans that were left out because they begin or end inside a token of the project's."""
        self._store = store
        self._note = note
        self._key: tuple[object, ...] | None = None
        self._digests = Digests()
        self._pipeline: Pipeline | None = None
        self._id: int | None = None
        self._superseded = False
        self._seen: tuple[int, int] = (-1, -1)
        self._next: list[int] = []
        self._child: Child | None = None
        self._is_loading = False
        self._underway: tuple[Document, Sequence[Token]] | None = None
        self._failed = 0
        self._pause = AGAIN
        self._used = self._looked = time.monotonic()

    def is_wanted(self) -> bool:
        """Whether there is something to do in this project: it names a pipeline, or what one made
        before is to be taken back."""
        return needs_pipeline(self._store, self.project.model)

    @property
    def said(self) -> str:
        """What it has done, in words; empty where that is nothing."""
        if self._pipeline is None:
            return ""
        words = f"{self._pipeline.name} has looked at {self.made:,} documents"
        if self.left_out:
            labels = ", ".join(
                f"{short(label, 20)} {count:,}" for label, count in self.left_out.most_common(5)
            )
            words += f"; left out, as the project has no such label: {labels}"
        if self.cut:
            words += f"; {self.cut:,} left out that cut a token"
        return words

    def use(self, project: Project, tokenizer: AnyTokenizer) -> None:
        """Take in a project file, or a tokenizer, that changed."""
        if project is not self.project or tokenizer is not self.tokenizer:
            self.project, self.tokenizer = project, tokenizer
            self._seen = (-1, -1)

    def step(self) -> bool:
        """Do what is next, for a moment; whether there was something to do, other than to wait for
        the child. Raises TonemarkError where the store refuses."""
        if self._underway and not self._heard():
            return False
        if not self._next and not self._look():
            self._rest()
            return False
        if self._superseded:
            dropped = drop_superseded(self._store, PIPELINE, self._id, DROPPED)
            self._superseded = dropped == DROPPED
            return True
        if self._next:
            self._begin(self._next.pop(0))
        return True

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        self._underway, self._is_loading = None, False
        if child:
            child.close()

    # What came

    def _look(self) -> bool:
        """See what there is to do; whether there is anything."""
        db = self._store.db
        (version,) = db.execute("PRAGMA data_version").fetchone()
        seen = (version, db.total_changes)
        now = time.monotonic()
        is_late = self.trouble is not None and now - self._looked > self._pause
        if seen == self._seen and not is_late:
            return False
        self._take_in(anew=is_late)
        if self._id is not None:
            self._next = next_to_produce(self._store, self._id, self.tokenizer, AHEAD, BATCH)
        if not self._next and not self._superseded:
            self._seen = (version, db.total_changes)
        return bool(self._next) or self._superseded

    def _take_in(self, *, anew: bool) -> None:
        project = self.project
        labels = [label.name for label in project.labels]
        key = (project.model, tokens_version(self._store, self.tokenizer), labels)
        if key == self._key and not anew:
            return
        if not anew:
            self._pause = AGAIN
        self._key, self._looked = key, time.monotonic()
        self.close()
        self._next, self._id, self._pipeline, self._failed = [], None, None, 0
        if not project.model:
            self.trouble, self._superseded = None, True
            return
        try:
            found = pipeline_named(project.folder, project.model, self._digests.of)
        except TonemarkError as error:
            self._give_up(error)
            return
        self.trouble = None
        if not key[1]:
            return
        self._pipeline = found
        self.left_out.clear()
        self.cut = 0
        written = json.dumps([VERSION, *key, found.version, sorted(found.learnt)]).encode()
        version = hashlib.blake2b(written, digest_size=8).hexdigest()
        self._id = producer_id(self._store, PIPELINE, f"{found.name} {version}")
        self._superseded = True

    # The child

    def _begin(self, number: int) -> None:
        assert self._pipeline
        try:
            document = self._store.document(number)
            tokens = tokens_of(self._store, document, self.tokenizer)
        except TokensAwaited:
            return
        except (Damaged, KeyError) as error:
            self._put(Produced(number, fault=str(error)))
            return
        if same_text(document.text).hex() in self._pipeline.learnt:
            self._put(Produced(number))
            return
        self._underway = document, tokens
        self._used = time.monotonic()
        if self._child is None:
            self._start()
        elif not self._is_loading:
            self._ask()

    def _start(self) -> None:
        """Load the pipeline in a child; one of the project's from a copy of what was looked at."""
        assert self._pipeline
        self._is_loading = True
        path = ""
        try:
            if self._pipeline.run:
                # Gone with this object: spaCy has read all of it when it says that it is loaded.
                self._copy = tempfile.TemporaryDirectory(prefix="tonemark-model-")
                digest = digest_of(self._pipeline.run.pipeline, Path(self._copy.name))
                if not is_trusted(digest):
                    raise untrusted(self._pipeline.name)
                path = self._copy.name
            self._child = Child(MODULE, (self._pipeline.name, path, str(round(LOADING))))
            self._child.ask(b"", LOADING)
        except TonemarkError as error:
            self._give_up(error)
        except OSError as error:
            self._give_up(self._refused(str(error)))

    def _ask(self) -> None:
        assert self._child
        assert self._underway
        text = self._underway[0].text
        limit = TIME + len(text) / PACE
        self._child.ask(ASKED.pack(limit) + text.encode(), BUSY * limit)

    def _heard(self) -> bool:
        """Whether the child has answered, which is taken in."""
        assert self._child
        assert self._underway
        document, tokens = self._underway
        try:
            message = self._child.answer(0.0)
            if message is None:
                return False
            answer = json.loads(message)
            if self._is_loading:
                self._is_loading = False
                self._copy = None
                if "fault" in answer:
                    self._give_up(self._refused(answer["fault"]))
                else:
                    self._ask()
                return True
            self._underway, self._failed = None, 0
            self._put(self._made(document, tokens, answer))
        except (ChildEnded, ValueError, KeyError, TypeError) as error:
            self._fail(document, error)
        return True

    def _made(
        self, document: Document, tokens: Sequence[Token], answer: dict[str, Any]
    ) -> Produced:
        """What is suggested: spans at the borders of tokens, with labels of the project's."""
        assert self._pipeline
        if "fault" in answer:
            return Produced(document.number, fault=f"{self._pipeline.name}: {answer['fault']}")
        known = {label.name for label in self.project.labels}
        scores = self._pipeline.scores
        starts = [token.start for token in tokens]
        ends = [token.end for token in tokens]
        found = []
        for start, end, label, score in answer["spans"]:
            if label not in known:
                self.left_out[str(label)] += 1
            elif not (_has(starts, start) and _has(ends, end) and start < end):
                self.cut += 1
            else:
                likely = scores.get(label, FIXED) if score is None else float(score)
                source = f"{MODEL}{self._pipeline.name}"
                found.append(Suggestion(start, end, label, (source,), round(likely, 4)))
        return Produced(document.number, tuple(sorted(found)))

    def _put(self, made: Produced) -> None:
        assert self._id is not None
        self.made += put_produced(self._store, self._id, [made])

    def _fail(self, document: Document, error: Exception) -> None:
        """The child has ended: at a text, or while it loaded."""
        assert self._pipeline
        was_loading = self._is_loading
        self.close()
        self._failed += 1
        self._note(f"the model {self._pipeline.name}: {error}")
        if was_loading or self._failed >= TRIED:
            self._give_up(self._refused(str(error)))
        else:
            self._put(Produced(document.number, fault=f"{self._pipeline.name}: {error}"))

    def _give_up(self, error: TonemarkError) -> None:
        """Suggest nothing more until it is looked again, or something else is wanted."""
        if error.title != (self.trouble and self.trouble.title):
            self._note(str(error))
        self.close()
        self._copy = None
        self.trouble, self._id, self._next = error, None, []

    def _refused(self, why: str) -> TonemarkError:
        self._pause = min(LONGEST, 2 * self._pause)
        name = self.project.model
        return TonemarkError(
            f"The model {name} suggests nothing: {why.rstrip('.')}.",
            "Let another one suggest, or none:\n    tonemark model DIR none",
        )

    def _rest(self) -> None:
        if self._child and time.monotonic() - self._used > UNUSED:
            self.close()

    _copy: tempfile.TemporaryDirectory[str] | None = None
    """What the child loads from."""


def _has(sorted_numbers: Sequence[int], number: Any) -> bool:
    at = bisect_left(sorted_numbers, number)
    return at < len(sorted_numbers) and sorted_numbers[at] == number
