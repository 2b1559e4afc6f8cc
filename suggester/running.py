"""The suggester from its start to its end: one process a project, alone by a lock, at work while
somebody needs it.

What it does is told in `tokenizing`, `matching`, `learning` and `modelling`; it gives them their
turns, and knows when to end.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from types import FrameType

from tonemark.corpus import store_file
from tonemark.corpus.project import Project, project_changed, read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import AnyTokenizer, StoredTokenizer, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.suggester.learner.learning import Learning
from tonemark.suggester.learner.lessons import DOCUMENTS
from tonemark.suggester.matching import Matching
from tonemark.suggester.modelling import Modelling
from tonemark.suggester.place import ENDED, Place, Told
from tonemark.suggester.tokenizing import Tokenizing
from tonemark.suggester.workers import TIME

IDLE = 60.0
"""Seconds for which nobody needs it, after which it ends: whoever comes back soon finds it."""

BEAT = 2.0
"""Seconds between two signs of life."""

LOOK = 0.05
"""Seconds between two looks whether there is something to do: nobody notices them on a page that
is waited for. On two cores it took 0.4 % of one while nothing was to be done."""

REREAD = 0.5
"""Seconds between two looks whether the project is there, and its file changed, and somebody needs
its tokens or suggestions."""

TELL = 10.0
"""Seconds between two times that figures are told which changed meanwhile."""

SOON = 0.1
"""The same, where the learner has done with what came."""

PATIENCE = 1.0
"""Seconds for which it tries to be the one: whoever looks whether one runs is in its way."""


def run(folder: Path, *, idle: float = IDLE, time_limit: float = TIME) -> None:
    """Be the suggester of the project in `folder` until nobody needs it, or there is another.

    Faults that a person can mend are told in its place; nothing is raised.
    """
    place = Place(folder)
    try:
        place.make()
        lock = place.take(PATIENCE)
    except (OSError, TonemarkError) as error:
        # Not to its log: the folder may be a link to elsewhere.
        print(f"the suggester cannot begin: {error}", file=sys.stderr)
        return
    if lock is None:
        return
    try:
        _Run(place, idle, time_limit).run()
    finally:
        os.close(lock)


class _EndingError(Exception):
    """It was told to end while it waited for a worker."""


class _Run:
    """One run, with the lock held."""

    def __init__(self, place: Place, idle: float, time_limit: float) -> None:
        self.place = place
        self.idle = idle
        self.time_limit = time_limit
        self.told = Told(os.getpid(), _user(), time.time(), doing="starting")
        self.ending = False
        self._identity: tuple[int, int] | None = None
        self._beaten = self._needed = self._written = time.monotonic()

    def run(self) -> None:
        """To the end, which is told."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            self._tell()
            self._work()
        except _EndingError:
            self._tell(doing=ENDED, fault="", remedy="")
        except TonemarkError as error:
            self.place.note(str(error))
            self._tell(doing=ENDED, fault=error.title, remedy=error.remedy)
        except Exception as error:
            if self._is_gone():
                return  # whatever it was: the project was taken away beneath it
            self.place.note(traceback.format_exc())
            words = store_file.in_words(error) or TonemarkError(
                f"The suggester has a defect: {type(error).__name__}.",
                f"Please report the end of {self.place.path / 'log'}.",
            )
            self._tell(doing=ENDED, fault=words.title, remedy=words.remedy)
        else:
            self._tell(doing=ENDED, fault="", remedy="")

    def _work(self) -> None:
        folder = self.place.project
        project = read_project(folder)
        with contextlib.closing(Store(folder / STORE_FILE)) as store:
            if store.read_only:
                raise TonemarkError(
                    f"The suggester cannot write tokens: {store.read_only}.",
                    "Whoever may write the project opens it first.",
                )
            self._identity = store.identity
            works = _Works(project, store, self)
            try:
                while works.is_wanted() and not self.ending:
                    until = time.monotonic() + REREAD
                    while time.monotonic() < until and not self.ending:
                        if not works.step():
                            time.sleep(LOOK)
                        self._report(works)
                    if self._is_over(time.monotonic()):
                        break
                    self._trouble(works.taken_in())
            finally:
                works.close()
                self.told = replace(self.told, **works.figures())  # type: ignore[arg-type]

    def at_work(self) -> None:
        """Tell that no tokenizer is needed from now on."""
        self._tell(doing="at work", tokenizer="", package="", version="")

    def said(self, doing: str, made: StoredTokenizer, version: str) -> None:
        """Tell what is being done by a tokenizer."""
        self._tell(doing=doing, tokenizer=made.name, package=made.package, version=version)

    def _trouble(self, trouble: TonemarkError | None) -> None:
        """Tell what is wrong, or no longer is, while the work goes on."""
        title, remedy = (trouble.title, trouble.remedy) if trouble else ("", "")
        if title != self.told.fault:
            if trouble:
                self.place.note(str(trouble))
            self._tell(fault=title, remedy=remedy)

    def _is_over(self, now: float) -> bool:
        """Whether its project is gone, or nobody has needed it for a while."""
        self._beat()
        if self.place.is_needed():
            self._needed = now
        return now - self._needed > self.idle or self._is_gone()

    def _is_gone(self) -> bool:
        """Whether the store is no longer the one that was opened."""
        if self._identity is None:
            return False
        try:
            return store_file.identity(self.place.project / STORE_FILE) != self._identity
        except TonemarkError:
            return True

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten > BEAT:
            self._beaten = now
            self.place.beat()

    def wait(self) -> None:
        """Called while a worker is waited for. Raises what ends it, where it is to end."""
        if self.ending:
            raise _EndingError
        self._beat()

    def _report(self, works: _Works) -> None:
        since = time.monotonic() - self._written
        if since > SOON and (since > TELL or works.has_finished(self.told)):
            figures = works.figures()
            if any(getattr(self.told, name) != figure for name, figure in figures.items()):
                self._tell(**figures)

    def _tell(self, **changed: str | int) -> None:
        self.told = replace(self.told, **changed)  # type: ignore[arg-type]
        self._written = time.monotonic()
        # A full disk must not end it: the store says itself what it refuses.
        with contextlib.suppress(OSError):
            self.place.tell(self.told)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ending = True


class _Works:
    """The kinds of work, each a turn at a time: tokens first, a page may be waiting for them."""

    def __init__(self, project: Project, store: Store, run: _Run) -> None:
        """Raises TonemarkError where the project's tokenizer is at fault."""
        self._project = project
        self._store = store
        self._run = run
        self._done = (0, 0)
        tokenizer = tokenizer_of(project, loads_code=False)
        self._tokenizing = self._tokenizing_with(tokenizer)
        self._matching = Matching(store, project.language, tokenizer, run.place.note)
        self._learning = Learning(store, project, tokenizer, run.place.note)
        self._modelling = Modelling(store, project, tokenizer, run.place.note)

    def is_wanted(self) -> bool:
        """Whether this project has work of any kind."""
        others = self._matching, self._learning, self._modelling
        return bool(self._tokenizing) or any(each.is_wanted() for each in others)

    def step(self) -> bool:
        """Give each its turn; whether there was anything to do."""
        busy = self._tokenizing is not None and self._tokenizing.step()
        busy = self._matching.step() or busy
        busy = self._modelling.step() or busy
        return self._learning.step() or busy

    def taken_in(self) -> TonemarkError | None:
        """Take in the project as its files now are: work that they do not concern goes on. What is
        wrong with them, or with the work: no reason to end, who edits them mends them."""
        project = self._project
        try:
            if self._tokenizing:
                self._tokenizing.watch()
                learns = project.learner and self._learning.is_wanted()
                self._tokenizing.make_for_answers(DOCUMENTS if learns else 0)
            changed = read_project(project.folder) if project_changed(project) else project
            if changed is not project:
                if _tokenizer_file(changed) != _tokenizer_file(project):
                    self._tokenize_with(tokenizer_of(changed, loads_code=False), changed)
                self._project = changed
                self._matching.language = changed.language
        except TonemarkError as error:
            return error
        if self._tokenizing:
            self._matching.tokenizer = self._tokenizing.tokenizer
        self._learning.use(self._project, self._matching.tokenizer)
        self._modelling.use(self._project, self._matching.tokenizer)
        return self._matching.trouble or self._learning.trouble or self._modelling.trouble

    def _tokenize_with(self, tokenizer: AnyTokenizer, project: Project) -> None:
        before = self._tokenizing
        if before and isinstance(tokenizer, StoredTokenizer) and _is_same(tokenizer, before):
            before.tokenizer = tokenizer
        else:
            if before:
                before.close()
                self._done = self._done[0] + before.made, self._done[1] + before.failed
            self._project = project
            self._tokenizing = self._tokenizing_with(tokenizer)
        self._matching.tokenizer = tokenizer

    def _tokenizing_with(self, tokenizer: AnyTokenizer) -> Tokenizing | None:
        """The work of tokenizing; None where the tokenizer needs no other process."""
        run = self._run
        if not isinstance(tokenizer, StoredTokenizer):
            run.at_work()
            return None
        folder, limit = self._project.folder, run.time_limit
        return Tokenizing(self._store, folder, tokenizer, run.wait, run.said, time_limit=limit)

    def has_finished(self, told: Told) -> bool:
        """Whether the learner has done with answers of which that is not told yet."""
        return self._learning.finished != told.finished

    def figures(self) -> dict[str, int | str]:
        """What was done, as `Told` has it."""
        made, failed = self._done
        if self._tokenizing:
            made, failed = made + self._tokenizing.made, failed + self._tokenizing.failed
        return {
            "made": made,
            "failed": failed,
            "matched": self._matching.made,
            "learnt": self._learning.learnt,
            "finished": self._learning.finished,
            "learner": self._learning.said,
            "model": self._modelling.said,
        }

    def close(self) -> None:
        """End the children."""
        self._matching.close()
        self._learning.close()
        self._modelling.close()
        if self._tokenizing:
            self._tokenizing.close()


def _tokenizer_file(project: Project) -> tuple[object, ...]:
    return project.tokenizer, project.tokenizer_stamp


def _is_same(tokenizer: StoredTokenizer, tokenizing: Tokenizing) -> bool:
    """Whether a tokenizer has the code that is loaded."""
    loaded = tokenizing.tokenizer
    return (tokenizer.name, tokenizer.package) == (loaded.name, loaded.package)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number that has no name here
        return str(os.getuid())
