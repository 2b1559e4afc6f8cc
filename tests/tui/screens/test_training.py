"""The key that trains: what is to be known before, how far it is, what came of it, and an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training_screens import MODEL, Fake, finding

from tonemark.corpus.desk import Desk
from tonemark.tui.page.cells import cells
from tonemark.tui.page.plots import plot
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard
from tonemark.tui.screens.trained import KEPT, Training
from tonemark.tui.screens.training import TrainingScreen

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    return Fake(tmp_path, monkeypatch)


@pytest.mark.parametrize("first", [Dashboard, AnnotateScreen])
def test_enter_trains_and_what_came_of_it_is_told(
    first: type[Any], desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    fake.train = (
        """
for n in range(5): step(seconds=n, left=40 - n, loss=100 / (n + 1), f1=n / 10, words=1000 * n)
wait('go')
"""
        + f"say({MODEL!r})"
    )

    async def script(stage: Any) -> None:
        await stage.press(*(["t"] if first is Dashboard else ["t", "t"]))
        assert isinstance(stage.app.screen, TrainingScreen)
        assert "› train, at most 60 seconds" in stage.text()
        assert "⏎ train" in stage.line("footer")
        assert "stop" not in stage.line("footer")
        await stage.press("enter")
        shown = await stage.until("4,000 words")
        for part in (
            "the network",
            "36 s left",
            "network's loss",
            "█▄▂▁▁",
            "20",
            "F1",
            "▁▃▅▆█",
            "0.400",
        ):
            assert part in shown, part
        assert "s stop" in stage.line("footer")
        fake.let()
        shown = await stage.until("model-2: the learner and spaCy's network, joined")
        for part in ("F1 0.710", "on 9 documents kept", "Joined is better.", "More of LOC."):
            assert part in shown, part
        assert "› train again" in shown

    play(desk_at(), first(), script)
    assert fake.seconds == [60.0]


def test_she_labels_on_while_it_trains_and_is_told_when_it_is_done(
    desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    async def script(stage: Any) -> None:
        await stage.press("t", "t", "enter")
        await stage.until("30 s left")
        await stage.press("q")
        assert isinstance(stage.app.screen, AnnotateScreen)
        await stage.press("1", "enter")
        assert "2 of 4" in stage.line("title")
        fake.let()
        await stage.until("model-2 is trained: F1 0.710")
        assert "2 of 4" in stage.line("title"), "the page stays as it is"
        await stage.press("t", "t")
        assert "model-2" in stage.text(), "it can be seen again"

    play(desk_at(), AnnotateScreen(), script)


@pytest.mark.parametrize("again", [False, True])
def test_a_key_stops_it(again: bool, desk_at: DeskAt, play: Play, fake: Fake) -> None:
    """Also one that does not let itself be stopped."""
    if again:
        fake.train = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + fake.train

    async def script(stage: Any) -> None:
        await stage.press("t", "enter")
        await stage.until("30 s left")
        await stage.press("s")
        await stage.until("The training was stopped.")
        assert stage.app.training.ended
        fake.let()
        await stage.press("enter")
        await stage.until("model-2: ")

    play(desk_at(), Dashboard(), script)


def test_a_stop_in_the_same_breath_as_the_start_is_not_lost(fake: Fake, tmp_path: Path) -> None:
    """Over a slow line both keys come at once: the process is not there yet."""
    fake.train = f"open({str(tmp_path / 'ran')!r}, 'w')\n" + fake.train

    async def script() -> Training:
        training = Training(tmp_path, 60.0)
        running = asyncio.create_task(training.run())
        await asyncio.sleep(0)
        await training.stop()
        await asyncio.wait_for(running, 30)
        return training

    training = asyncio.run(script())
    assert training.ended
    assert training.stopped
    assert (training.about, training.fault) == (None, "")


def test_to_quit_ends_it_and_is_asked_first(
    desk_at: DeskAt, play: Play, fake: Fake, tmp_path: Path
) -> None:
    fake.train = f"""
def ended(*of): open({str(tmp_path / "ended")!r}, "w"); os._exit(1)
signal.signal(signal.SIGTERM, ended)
step(left=30)
wait('never')
"""

    async def script(stage: Any) -> None:
        await stage.press("t", "enter")
        await stage.until("30 s left")
        await stage.press("q", "q")
        assert "a model is being trained (30 s left): q again ends that" in stage.line("status")
        assert stage.app.is_running
        await stage.press("down", "q")
        assert not stage.app.is_running

    play(desk_at(), Dashboard(), script)
    assert (tmp_path / "ended").exists()


def test_without_a_training_quitting_is_not_asked(desk_at: DeskAt, play: Play, fake: Fake) -> None:
    fake.let()

    async def script(stage: Any) -> None:
        await stage.press("t", "enter")
        await stage.until("model-2: ")
        await stage.press("q", "q")
        assert not stage.app.is_running

    play(desk_at(), Dashboard(), script)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "print('tonemark: There is no \\x1b[31mspan.', file=sys.stderr)\nexit(1)",
            "no ␛[31mspan.",
        ),
        ("exit(3)", "the training ended with 3"),
        ("print('[]\\n{\\nnull')", "the training ended with 0"),
        ("say({'progress': [1]})\nstep(left='x', loss=None, words='y')\nexit(1)", "ended with 1"),
    ],
)
def test_one_that_fails_says_why(
    code: str, said: str, desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    fake.train = code

    async def script(stage: Any) -> None:
        await stage.press("t", "enter")
        shown = await stage.until("Nothing was trained:")
        assert said in shown
        assert "train again" in shown

    play(desk_at(), Dashboard(), script)


def test_without_a_page_the_key_comes_twice_too(desk_at: DeskAt, play: Play, fake: Fake) -> None:
    """And one that came once is no way to other keys' doings."""

    async def script(stage: Any) -> None:
        await stage.press("enter", "z", "enter")
        assert "Nothing is left" in stage.text()
        await stage.press("t")
        assert "t once more: train a model" in stage.line("status")
        await stage.press("d")
        assert "all documents" in stage.line("title")
        await stage.press("q", "t", "t")
        assert isinstance(stage.app.screen, TrainingScreen)

    play(desk_at(["Hakuna jina hapa."]), AnnotateScreen(), script)


def test_its_key_is_in_the_footer(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        assert "e export  t train" in stage.line("footer")
        assert "q quit" in stage.line("footer")

    play(desk_at(), Dashboard(), script)


def test_her_time_is_taken(desk_at: DeskAt, play: Play, fake: Fake) -> None:
    fake.let()

    async def script(stage: Any) -> None:
        told = {"8": "8 seconds", "5m": "5 minutes", "90s": "90 seconds", "1": "1 second"}
        for typed, shown in told.items():
            await stage.press("l", *["backspace"] * 6, *typed, "enter")
            assert f"at most {shown}" in stage.text()
        for typed in ("0", "x", "1e9", "nan"):
            await stage.press("l", *["backspace"] * 6, *typed, "enter")
            assert "no time for it: 90s, 5m, 24h: " in stage.line("status")
            assert stage.line("status").strip().endswith(typed)
            await stage.press("escape")
        assert "at most 1 second" in stage.text()
        await stage.press("enter")
        await stage.until("model-2: ")

    play(desk_at(), AnnotateScreen(), lambda stage: _from_page(stage, script))
    assert fake.seconds == [1.0]


async def _from_page(stage: Any, script: Callable[[Any], Any]) -> None:
    await stage.press("t", "t")
    await script(stage)


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 5), (1, 1), (200, 60)], ids=str)
def test_it_stands_in_any_window(
    size: tuple[int, int], desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    words = "One sentence that takes more than a line of any small window, and then some more."
    fake.finds(
        *(finding(words, (1, "what \x1b[2J it is"), remedy="a\n    tonemark b") for _ in "123")
    )
    fake.train = "step('\\x1b[31m' + 'x' * 300, left=9, loss=1e300, f1=1, words=10**15)\n" + (
        "wait('go')\n" + f"say({ {**MODEL, 'why': words * 9, 'name': 'ẹ́' * 200}!r})"
    )

    async def script(stage: Any) -> None:
        await stage.press("t")
        await stage._until(lambda: stage.app.screen._findings is not None, "the look")
        for key in ("down", "down", "pagedown", "end", "up", "up", "up", "home", "pageup", "up"):
            await stage.press(key)
            _fits(stage, size)
        while stage.app.screen._at:
            await stage.press("up")
        await stage.press("enter")
        await stage._until(lambda: stage.app.training.words, "a step")
        _fits(stage, size)
        fake.let()
        await stage._until(lambda: stage.app.training.ended, "its end")
        await stage.press("down", "down", "end")
        _fits(stage, size)
        await stage.resize(80, 24)
        assert not stage.app.crash

    play(desk_at(), Dashboard(), script, size)


def _fits(stage: Any, size: tuple[int, int]) -> None:
    assert stage.app.is_running
    for line in stage.line("document").splitlines():
        assert cells(line) <= size[0]
        assert "\x1b" not in line


def test_figures_without_end_are_thinned_out() -> None:
    training = Training(Path("/p"), 60.0)
    for n in range(3 * KEPT):
        training.take({"stage": "x", "loss": float(n)})
    assert len(training.losses) <= KEPT
    assert training.losses[-1] == 3 * KEPT - 1
    assert training.losses == sorted(training.losses)


def test_given_up_it_ends_its_process(fake: Fake, tmp_path: Path) -> None:
    async def body() -> Training:
        training = Training(tmp_path, 5)
        task = asyncio.create_task(training.run())
        while not training.stage:
            await asyncio.sleep(0.001)
        process = training._process
        assert process
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await process.wait() != 0
        return training

    assert asyncio.run(body()).ended


@pytest.mark.parametrize(
    ("values", "width", "drawn"),
    [
        ([], 5, ""),
        ([1], 5, "▁"),
        ([1, 1, 1], 5, "▁▁▁"),
        ([0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█"),
        ([5, 4, 3], 0, ""),
        ([0, 0, 7, 7], 2, "▁█"),
        ([-1e300, 1e300], 2, "▁█"),
        (list(range(1000)), 4, "▁▃▆█"),
    ],
)
def test_a_plot(values: list[float], width: int, drawn: str) -> None:
    assert plot(values, width) == drawn
