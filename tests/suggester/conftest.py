"""Projects whose tokenizer is another package's, and suggesters that are ended after each test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from learners import InProcess, Work, answer, begun, set_up
from making import numbered
from pipelines import NAME
from suggesters import DEADLINE
from suggesting_models import InProcess as ModelInProcess
from suggesting_models import Work as ModelWork

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, set_model
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.suggester import modelling
from tonemark.suggester.learner import run as learner_run
from tonemark.suggester.learner.learning import Learning
from tonemark.suggester.modelling import Modelling
from tonemark.suggester.place import Place


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Makes projects; whatever suggester they have in the end is ended."""
    made: list[Path] = []

    def make(*texts: str, tokenizer: str = "words") -> Path:
        folder = tmp_path / f"p{len(made)}"
        create_project(folder, language="yo", labels=["PER", "DATE"], tokenizer=tokenizer)
        create_store(folder / STORE_FILE)
        store = Store(folder / STORE_FILE)
        add_records(store, "a.txt", numbered(texts), Report())
        store.set_preference("amina", "tutor", "away")
        store.close()
        made.append(folder.resolve())
        return made[-1]

    yield make
    for folder in made:
        place = Place(folder)
        with contextlib.suppress(OSError):
            deadline = time.monotonic() + DEADLINE
            while place.is_taken() and time.monotonic() < deadline:
                if process := place.told().process:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                time.sleep(0.01)


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Runs the suggester of a project as a child of the test, with other times than its own."""
    running: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, **times: float) -> subprocess.Popen[bytes]:
        code = "import sys; from pathlib import Path\n"
        code += "from tonemark.suggester import running, tokenizing; tokenizing.WATCH = 0.1\n"
        code += "running.REREAD, running.PATIENCE = 0.05, 0.3\n"
        code += f"running.run(Path(sys.argv[1]), **{times!r})"
        running.append(subprocess.Popen([sys.executable, "-P", "-c", code, str(folder)]))
        return running[-1]

    yield start
    for each in running:
        each.kill()
        each.wait()


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """No child process is started: what is asked of it is done here."""
    monkeypatch.setattr(learner_run, "Child", InProcess)
    InProcess.asked.clear()
    InProcess.requests.clear()


@pytest.fixture
def work(project: Callable[..., Path]) -> Iterator[Work]:
    """Makes a project of which the first texts are answered, and its learning, not yet begun."""
    opened: list[tuple[Store, Learning]] = []

    def make(
        *texts: str, answered: int = 0, tokenizer: str = "general", toml: str = ""
    ) -> tuple[Store, Learning]:
        folder = project(*texts, tokenizer=tokenizer)
        set_up(folder, toml)
        store = Store(folder / STORE_FILE)
        for number in range(1, answered + 1):
            answer(store, number)
        opened.append((store, begun(store, print)))
        return opened[-1]

    yield make
    for store, made in opened:
        made.close()
        store.close()


@pytest.fixture
def processes() -> None:
    """What a pipeline does is done in a process of its own."""


@pytest.fixture
def models_at_work(
    project: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[ModelWork]:
    """Makes a project that names a model, and the work of letting it suggest."""
    if "processes" not in request.fixturenames:
        monkeypatch.setattr(modelling, "Child", ModelInProcess)
    opened: list[tuple[Store, Modelling]] = []

    def make(
        *texts: str, model: str = NAME, before: Callable[[Path], object] = lambda folder: None
    ) -> tuple[Store, Modelling]:
        folder = project(*texts, tokenizer="general")
        before(folder)
        named = set_model(folder, model)
        store = Store(folder / STORE_FILE)
        opened.append(
            (store, Modelling(store, named, tokenizer_of(named, loads_code=False), print))
        )
        return opened[-1]

    yield make
    for store, made in opened:
        made.close()
        store.close()
