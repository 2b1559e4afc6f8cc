"""One suggester a project: started, found, killed, ended, and never twice."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from suggesters import is_alive, plug_words, until

from tonemark.corpus.store import STORE_FILE, Store
from tonemark.suggester import starting
from tonemark.suggester.place import LOG_LIMIT, Place, Told
from tonemark.suggester.starting import Suggester

Project = Callable[..., Path]


def tokenized(folder: Path) -> int:
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        (count,) = store.db.execute("SELECT count(*) FROM tokenized").fetchone()
    return int(count)


@pytest.fixture
def seen_to(project: Project, site: Path) -> Any:
    """A project whose suggester has made its tokens."""
    plug_words(site)
    folder = project("Asha na Juma", "Bola wá")
    suggester = Suggester(folder)
    suggester.tend()
    until(lambda: tokenized(folder) == 2)
    yield suggester
    suggester.close()


def test_it_is_a_process_of_its_own(seen_to: Suggester) -> None:
    """No terminal that goes, no key and no file of whoever started it can end or hold it up."""
    process = seen_to.place.told().process
    assert os.getsid(process) != os.getsid(0)
    assert os.getpriority(os.PRIO_PROCESS, process) > os.getpriority(os.PRIO_PROCESS, 0)
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)  # nobody's zombie
    if Path("/proc").is_dir():
        about = Path(f"/proc/{process}")
        assert (about / "cwd").readlink() == Path("/")
        opened = {int(file.name): os.readlink(file) for file in (about / "fd").iterdir()}
        log = str(seen_to.place.path / "log")
        assert [opened[n] for n in range(3)] == ["/dev/null", "/dev/null", log]
        assert "spacy" not in (about / "maps").read_text(), "other code runs in its child"


def test_it_outlives_whoever_started_it(project: Project, site: Path) -> None:
    plug_words(site)
    folder = project("Asha na Juma")
    code = "import sys; from pathlib import Path\n"
    code += "from tonemark.suggester.starting import Suggester\n"
    code += "Suggester(Path(sys.argv[1])).tend()"
    subprocess.run([sys.executable, "-P", "-c", code, folder], check=True, timeout=60)
    until(lambda: tokenized(folder) == 1)
    assert Place(folder).is_taken()


def test_of_many_that_are_started_one_stays(
    project: Project, site: Path, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    plug_words(site)
    folder = project(*(f"Asha {n}" for n in range(20)))
    suggesters = [Suggester(folder) for _ in range(4)]
    threads = [threading.Thread(target=each.tend) for each in suggesters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: tokenized(folder) == 20)
    process = Place(folder).told().process
    late = started(folder)
    assert late.wait(60) == 0, "there is one"
    assert Place(folder).told().process == process
    assert is_alive(process)
    assert [each.trouble() for each in suggesters] == [None] * 4


def test_killed_it_is_started_again_and_goes_on(seen_to: Suggester) -> None:
    place = seen_to.place
    killed = place.told().process
    os.kill(killed, signal.SIGKILL)
    until(lambda: not place.is_taken())
    # What it said while it worked is no reason why it ended.
    place.tell(replace(place.told(), fault="Some patterns are left out."))
    with contextlib.closing(Store(place.project / STORE_FILE)) as store, store.transaction() as db:
        db.execute("DELETE FROM tokenized")
    seen_to.tend()
    until(lambda: tokenized(place.project) == 2)
    assert place.told().process != killed
    assert seen_to.trouble() is None


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_its_child_ends_with_it(
    by: signal.Signals,
    project: Project,
    site: Path,
    tmp_path: Path,
    started: Callable[..., subprocess.Popen[bytes]],
) -> None:
    """Even where that hangs: it would hang for ever."""
    hangs = tmp_path / "hangs"
    odd = f"open({str(hangs)!r}, 'w'); time.sleep(600)"
    plug_words(site, f"    def odd(self, text, found):\n        {odd}\n")
    process = started(project("odd"), time_limit=30.0).pid

    def child() -> int:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return int(children[0]) if children else 0

    if not Path("/proc/self/task").is_dir():
        pytest.skip("the children of a process cannot be seen here")
    until(child)
    worker = child()
    until(hangs.exists)
    os.kill(process, by)
    until(lambda: not is_alive(worker))


def test_it_ends_when_nobody_needs_it(
    project: Project, site: Path, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    plug_words(site)
    folder = project("Asha na Juma")
    place = Place(folder)
    place.make()
    needed = place.need()
    process = started(folder, idle=0.2)
    until(lambda: tokenized(folder) == 1)
    assert process.poll() is None
    os.close(needed)
    assert process.wait(60) == 0
    assert place.told().doing == "ended"
    assert place.told().made == 1
    assert not place.is_taken()


@pytest.mark.parametrize("how", ["removed", "moved", "replaced"])
def test_it_ends_when_its_project_is_gone(
    how: str, project: Project, site: Path, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    plug_words(site)
    folder = project("Asha na Juma")
    process = started(folder)
    until(lambda: tokenized(folder) == 1)
    if how == "removed":
        shutil.rmtree(folder)
    elif how == "moved":
        folder.rename(folder.with_name("elsewhere"))
    else:
        shutil.copy(folder / STORE_FILE, folder / "copy")
        os.replace(folder / "copy", folder / STORE_FILE)
    assert process.wait(60) == 0
    assert folder.exists() == (how == "replaced"), "it makes nothing anew"


def test_a_project_that_needs_none_keeps_none(
    project: Project, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    folder = project("Asha na Juma", tokenizer="general")
    assert started(folder).wait(60) == 0
    assert tokenized(folder) == 0


def test_another_tokenizer_in_the_project_file_is_taken_up(
    project: Project, site: Path, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    plug_words(site, others="tests_words:Words")
    folder = project("Asha na Juma.", tokenizer="others")
    process = started(folder)
    until(lambda: tokenized(folder) == 1)
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text("name = [", encoding="utf-8")
    until(lambda: "project.toml" in Place(folder).told().fault)
    with contextlib.closing(Store(folder / STORE_FILE)) as store, store.transaction() as db:
        db.execute("DELETE FROM tokenized")
    until(lambda: tokenized(folder) == 1)  # at work all the while: who edits it mends it
    assert process.poll() is None
    (folder / "project.toml").write_text(text.replace("others", "words"), encoding="utf-8")
    until(lambda: tokenized(folder) == 2)
    (folder / "project.toml").write_text(text.replace("others", "general"), encoding="utf-8")
    assert process.wait(60) == 0


def test_what_cannot_be_loaded_is_told_and_can_be_tried_again(project: Project, site: Path) -> None:
    plug_words(site, "    raise ValueError('no licence')\n")
    folder = project("Asha na Juma")
    suggester = Suggester(folder)
    suggester.tend()
    until(suggester_tended(suggester))
    trouble = suggester.trouble()
    assert trouble is not None
    assert "no licence" in trouble.title
    assert "tests-words 0.1" in trouble.title
    assert "no licence" in Place(folder).last_line()
    shutil.rmtree(site)
    site.mkdir()
    plug_words(site)
    suggester.again()
    until(lambda: tokenized(folder) == 1)
    assert suggester.trouble() is None
    suggester.close()


def suggester_tended(suggester: Suggester) -> Callable[[], object]:
    def tended() -> object:
        suggester.tend()
        return suggester.trouble()

    return tended


def test_one_that_does_not_stay_alive_is_not_started_for_ever(
    project: Project, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_words(site)
    folder = project("Asha na Juma")
    monkeypatch.setattr(starting, "STARTING", 0.0)
    monkeypatch.setattr(sys, "executable", str(folder / "no-python"))
    suggester = Suggester(folder)
    until(suggester_tended(suggester))
    trouble = suggester.trouble()
    assert trouble is not None
    assert "does not stay alive" in trouble.title
    assert "no-python" in trouble.remedy, "the last words of the log"
    suggester.close()


def test_one_without_a_sign_of_life_is_told_of(project: Project, site: Path) -> None:
    plug_words(site)
    place = Place(project("Asha na Juma"))
    place.make()
    lock = place.take(0.0)
    assert lock is not None
    place.tell(Told(os.getpid(), "amina", 1.0))
    suggester = Suggester(place.project)
    assert suggester.trouble() is None
    os.utime(place.path / "state.json", (1.0, 1.0))
    suggester.tend()
    trouble = suggester.trouble()
    assert trouble is not None
    if Path("/proc/locks").exists():
        assert f"kill -9 {os.getpid()}" in trouble.remedy
    os.close(lock)
    suggester.close()


# What a project from a stranger may hold


@pytest.mark.parametrize("name", ["", "lock", "needed", "log", "state.json"])
def test_links_lead_nowhere(
    name: str,
    project: Project,
    site: Path,
    tmp_path: Path,
    started: Callable[..., subprocess.Popen[bytes]],
) -> None:
    plug_words(site)
    folder = project("Asha na Juma")
    outside = tmp_path / "outside"
    if name:
        (folder / "suggester").mkdir()
        outside.write_text("hers")
    else:
        outside.mkdir()
    (folder / "suggester" / name if name else folder / "suggester").symlink_to(outside)
    suggester = Suggester(folder)
    if name == "state.json":  # replaced, never written through
        suggester.tend()
        until(lambda: tokenized(folder) == 1)
        assert not (folder / "suggester" / name).is_symlink()
    else:
        until(suggester_tended(suggester))
    suggester.close()
    assert started(folder, idle=0.0).wait(60) == 0
    if name:
        assert outside.read_text() == "hers"
    else:
        assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"\xff", b'{"process": "x"}', b"[" * 100_000, b'{"heard": NaN}']
)
def test_whatever_stands_for_its_state_is_no_defect(data: bytes, project: Project) -> None:
    place = Place(project("Asha"))
    place.make()
    (place.path / "state.json").write_bytes(data)
    assert place.told().process == 0


def test_its_log_has_an_end(project: Project) -> None:
    place = Place(project("Asha"))
    place.make()
    for number in range(2000):
        place.note(f"{number} " + "x" * 200)
    assert (place.path / "log").stat().st_size <= 2 * LOG_LIMIT + 10_000
    assert place.last_line().split("] ")[1].startswith("1999 ")
    place.note("y" * 10_000_000)
    assert (place.path / "log").stat().st_size <= 3 * LOG_LIMIT


def test_nothing_in_the_folder_is_run(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stands in it, and whatever its files are called."""
    folder = project("Asha na Juma", tokenizer="spacy:xx")
    marker = tmp_path / "ran"
    for name in ("spacy", "sitecustomize", "tonemark", "numpy", "regex"):
        (folder / f"{name}.py").write_text(f"open({str(marker)!r}, 'w')", encoding="utf-8")
    monkeypatch.chdir(folder)
    suggester = Suggester(folder)
    suggester.tend()
    until(lambda: tokenized(folder) == 1)
    suggester.close()
    assert not marker.exists()
