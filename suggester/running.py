"""The suggester from its start to its end: one process a project, alone by a lock, at work while
somebody needs it.

What it does is told in `tokenizing`; it takes the turns of that work, and knows when to end.
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
from tonemark.corpus.tokens import StoredTokenizer, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.suggester.place import Place, Told
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
its tokens."""

TELL = 10.0
"""Seconds between two times that figures are told which changed meanwhile."""

PATIENCE = 1.0
"""Seconds for which it tries to be the one: whoever looks whether one runs is in its way."""

NICENESS = 10
"""Added to its niceness: on a busy machine whoever presses keys comes first."""


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
        self._beaten = self._needed = self._written = self._reread = time.monotonic()

    def run(self) -> None:
        """To the end, which is told."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            self._tell()
            self._work()
        except _EndingError:
            self._tell(doing="ended")
        except TonemarkError as error:
            self.place.note(str(error))
            self._tell(doing="ended", fault=error.title, remedy=error.remedy)
        except Exception as error:
            if self._is_gone():
                return  # whatever it was: the project was taken away beneath it
            self.place.note(traceback.format_exc())
            words = store_file.in_words(error) or TonemarkError(
                f"The suggester has a defect: {type(error).__name__}.",
                f"Please report the end of {self.place.path / 'log'}.",
            )
            self._tell(doing="ended", fault=words.title, remedy=words.remedy)
        else:
            self._tell(doing="ended")

    def _work(self) -> None:
        folder = self.place.project
        project = read_project(folder)
        tokenizing: Tokenizing | None = None
        with contextlib.closing(Store(folder / STORE_FILE)) as store:
            if store.read_only:
                raise TonemarkError(
                    f"The suggester cannot write tokens: {store.read_only}.",
                    "Whoever may write the project opens it first.",
                )
            self._identity = store.identity
            try:
                tokenizing = self._tokenizing(project, store)
                while tokenizing and not self.ending:
                    now = time.monotonic()
                    if now - self._reread > REREAD:
                        self._reread = now
                        if self._is_over(now):
                            break
                        project, tokenizing = self._taken_in(project, store, tokenizing)
                        continue
                    if not tokenizing.step():
                        time.sleep(LOOK)
                    self._report(tokenizing)
            finally:
                if tokenizing:
                    tokenizing.close()
                    self.told = replace(self.told, made=tokenizing.made, failed=tokenizing.failed)

    def _taken_in(
        self, project: Project, store: Store, tokenizing: Tokenizing
    ) -> tuple[Project, Tokenizing | None]:
        """The project as its files now are, and the work of tokenizing, which goes on where they
        concern it not; files that are at fault are told, and no reason to end: who edits them
        mends them."""
        try:
            tokenizing.watch()
            changed = read_project(project.folder) if project_changed(project) else project
            if changed is not project and _tokenizer_file(changed) != _tokenizer_file(project):
                other = self._tokenizing(changed, store)
                if other and _code(other) == _code(tokenizing):
                    tokenizing.tokenizer = other.tokenizer
                else:
                    tokenizing.close()
                    if other:
                        other.made, other.failed = tokenizing.made, tokenizing.failed
                    else:
                        self.told = replace(
                            self.told, made=tokenizing.made, failed=tokenizing.failed
                        )
                    tokenizing = other  # type: ignore[assignment]
        except TonemarkError as error:
            if error.title != self.told.fault:
                self.place.note(str(error))
                self._tell(fault=error.title, remedy=error.remedy)
            return project, tokenizing
        if self.told.fault:
            self._tell(fault="", remedy="")
        return changed, tokenizing

    def _tokenizing(self, project: Project, store: Store) -> Tokenizing | None:
        """The work of tokenizing; None where the project's tokenizer needs no other process."""
        tokenizer = tokenizer_of(project, loads_code=False)
        if not isinstance(tokenizer, StoredTokenizer):
            return None

        def said(doing: str, made: StoredTokenizer, version: str) -> None:
            self._tell(doing=doing, tokenizer=made.name, package=made.package, version=version)

        return Tokenizing(
            store, project.folder, tokenizer, self._wait, said, time_limit=self.time_limit
        )

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

    def _wait(self) -> None:
        if self.ending:
            raise _EndingError
        self._beat()

    def _report(self, tokenizing: Tokenizing) -> None:
        made, failed = tokenizing.made, tokenizing.failed
        if made > self.told.made and time.monotonic() - self._written > TELL:
            self._tell(made=made, failed=failed)

    def _tell(self, **changed: str | int) -> None:
        self.told = replace(self.told, **changed)  # type: ignore[arg-type]
        self._written = time.monotonic()
        # A full disk must not end it: the store says itself what it refuses.
        with contextlib.suppress(OSError):
            self.place.tell(self.told)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ending = True


def _tokenizer_file(project: Project) -> tuple[object, ...]:
    return project.tokenizer, project.tokenizer_stamp


def _code(tokenizing: Tokenizing) -> tuple[str, str]:
    return tokenizing.tokenizer.name, tokenizing.tokenizer.package


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number that has no name here
        return str(os.getuid())
