"""Training a model by a key: what to know before, how far it is, what came of it.

It trains in another process, which goes on when this screen is left; `trained` follows it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, ClassVar

from tonemark.corpus.annotators import annotates
from tonemark.corpus.seeing import may_see
from tonemark.errors import TonemarkError
from tonemark.text import Safe, counted, short
from tonemark.training.asked_time import seconds_of
from tonemark.training.runs.folders import newest
from tonemark.training.runs.telling import in_short, in_words
from tonemark.tui.app import TonemarkApp
from tonemark.tui.page.cells import cells
from tonemark.tui.page.columns import column
from tonemark.tui.page.plots import plot
from tonemark.tui.page.render import BLANK, run
from tonemark.tui.screens.blocks import KEY, Block, BlocksScreen, Target, text_lines
from tonemark.tui.screens.reading import QUIET, TEXT, TITLE
from tonemark.tui.screens.scores import ScoresScreen
from tonemark.tui.screens.trained import Training, look
from tonemark.tui.screens.ways import Place, Ways

SECONDS = 60.0
"""How long a training takes where nobody says."""

OFTEN = 0.25
"""Seconds between two paintings of how far it is."""

PLACES = 5
"""Documents that are shown of a finding."""


class TrainingScreen(BlocksScreen):
    """A model to be trained, being trained, or trained."""

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("accept", "train, or open"),
        ("time", "how long"),
        ("stop", "stop it"),
        ("help", "help"),
        ("quit", "back"),
    )
    OWN: ClassVar[dict[str, str]] = {"time": "l", "stop": "s"}

    def __init__(self) -> None:
        super().__init__()
        self._seconds = SECONDS
        self._findings: list[dict[str, Any]] | None = None
        self._fault = ""
        self._model = ""

    @property
    def training(self) -> Training | None:
        """The training that was started last."""
        return self.app.training

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.training is not None and not self.training.ended

    def on_mount(self) -> None:
        """Show what is known, and look at the project."""
        if self.training:
            self._seconds = self.training.seconds
        self.refill()
        self.set_interval(OFTEN, self._look_at_time)
        if not self.running:
            self.look_again()

    def _look_at_time(self) -> None:
        if self.running and self.app.screen is self:
            self.refill()

    def look_again(self) -> None:
        """Have it found out what is to be known before."""
        self._findings, self._fault = None, ""
        self._model = newest(self.desk.project.folder)
        self.run_worker(self._look(), group="look", exclusive=True)

    async def _look(self) -> None:
        try:
            found = await look(self.desk.project.folder)
            self._findings = self._seen(found["findings"])
        except (OSError, ValueError, TypeError, KeyError, TonemarkError, sqlite3.Error) as error:
            self._findings, self._fault = [], str(error)
        self.refill()

    def _seen(self, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Findings without the places on which others' work must not reach her yet."""
        desk, seen = self.desk, {}
        hers = annotates(desk.project, desk.annotator)
        for place in (place for each in findings for place in each["places"]):
            number = place["document"]
            if number not in seen:
                seen[number] = may_see(desk.store, desk.annotator, number, annotates=hers)
        return [
            {**each, "places": [place for place in each["places"] if seen[place["document"]]]}
            for each in findings
        ]

    # What it says

    def heading(self) -> tuple[str, str]:
        """What is done here."""
        return f"{short(self.desk.project.name, 40)} · train", short(self.desk.annotator, 32)

    def footer(self) -> list[tuple[str, str]]:
        """The keys that do something now."""
        unneeded = {"accept", "time"} if self.running else {"stop"}
        pairs = zip(self.KEYS, super().footer(), strict=True)
        return [pair for (name, _), pair in pairs if name not in unneeded]

    def blocks(self, width: int) -> Iterator[Block]:
        """What came of the last training, training anew, the scores, what to know before."""
        yield Block([[]])
        training = self.training
        if training and not training.ended:
            yield from _going_on(training, width, self.table.key_of("quit"))
            return
        if training:
            yield from _came_of_it(training, width)
        again = " again" if training else ""
        yield Block(
            [[run(f"train{again}", TITLE), run(f", at most {_long(self._seconds)}", TEXT)]],
            "train",
        )
        if self._model:
            yield Block([[run(f"scores and errors of {self._model}", TITLE)]], "scores")
        yield Block([[]])
        if self._findings is None:
            yield Block([[run("looking at what there is to learn from…", QUIET)]])
        elif self._fault:
            yield Block(text_lines(self._fault, width))
        for finding in self._findings or ():
            yield from _told(finding, self.desk.annotator, width)

    # Keys

    def _command_accept(self) -> None:
        if self.running:
            self.say("it is being trained")
            return
        act = self.act
        if act == "train":
            self._begin()
        elif act == "scores":
            self.app.push_screen(ScoresScreen(self._model))
        elif isinstance(act, Target):
            self.open(act)

    def _command_time(self) -> None:
        if self.running:
            self.say("it is being trained")
            return

        self._ask_time(f"{self._seconds:.0f}")

    def _ask_time(self, text: str, question: str = "how long (90s, 5m, 1h)") -> None:
        def done(typed: str) -> None:
            seconds = seconds_of(typed)
            if seconds is None:
                # What was typed is there to be mended.
                self._ask_time(typed, "no time for it: 90s, 5m, 24h")
            else:
                self._seconds = seconds
                self.refill()

        self.ask_line(question, done, text=text)

    def _begin(self) -> None:
        app = self.app
        training = app.training = Training(self.desk.project.folder, self._seconds)
        app.warned = False
        # The app's, not the screen's: it goes on where this screen is left.
        app.run_worker(_train(app, training), group="train")
        self._at = 0
        self.refill()
        self.scroll_lines(-self.top)

    def _command_stop(self) -> None:
        if self.training and self.running:
            self.run_worker(self.training.stop(), group="stop")
            self.say("stopping it…")
        else:
            self.say("nothing is being trained")

    def trained(self) -> None:
        """The training has ended."""
        self._at, self._message = 0, Safe("")
        self.look_again()
        self.refill()


async def _train(app: TonemarkApp, training: Training) -> None:
    """Train, and tell the screen in front when it has ended."""
    await training.run()
    front = app.screen_stack[-1] if app.screen_stack else None
    if isinstance(front, TrainingScreen):
        front.trained()
    elif isinstance(front, Ways):
        front.say(short_words(training))


def short_words(training: Training) -> str:
    """What came of a training, in a line."""
    if training.about is not None:
        return in_short(str(training.about.get("name", "")), training.about)
    if training.stopped:
        return "the training was stopped"
    return f"not trained: {short(training.fault, 100)}"


def _came_of_it(training: Training, width: int) -> Iterator[Block]:
    if training.about is not None:
        lines = in_words(str(training.about.get("name", "")), training.about)
        yield Block([line for each in lines for line in text_lines(each, width)])
    elif training.stopped:
        yield Block([[run("The training was stopped.", TEXT)]])
    else:
        yield Block(text_lines(f"Nothing was trained: {training.fault}", width))
        for line in training.remedy.splitlines():
            yield Block(text_lines(line, width))
    yield Block([[]])


def _going_on(training: Training, width: int, quits: str) -> Iterator[Block]:
    """How far it is: stage, time, and the network's loss and score as plots."""
    seconds = training.seconds
    bar = max(4, min(24, width // 3))
    full = min(bar, round(bar * training.spent / seconds))
    left = "saving what is there" if training.left <= 0 and training.spent else ""
    left = left or f"{training.left:,.0f} s left" if training.stage else "starting"
    yield Block([[run(training.stage or "starting…", TITLE)]])
    yield Block(
        [[run("█" * full, KEY), run("░" * (bar - full), QUIET), run(f"  {left}", TEXT)], []]
    )
    room = max(4, width - 28)
    for name, values, shown in (
        ("network's loss", training.losses, "{:,.4g}"),
        ("network's F1", training.scores, "{:.3f}"),
    ):
        if values:
            drawn = plot(values, room)
            gap = run(" " * (room - cells(drawn) + 1), BLANK)
            last = shown.format(values[-1])
            yield Block([[run(f"{name:<16}", QUIET), (drawn, KEY), gap, run(last, TEXT)]])
    if training.words:
        said = f"{counted(training.words, 'word')} gone through"
        yield Block([[run(said, QUIET)]])
    yield Block([[]])
    yield Block(
        text_lines(
            f"Go on labelling meanwhile: {quits} goes back, it trains on, and the status line says"
            " when it is done. To quit the program ends it.",
            width,
            QUIET,
        )
    )


def _told(finding: dict[str, Any], annotator: str, width: int) -> Iterator[Block]:
    """A finding, its first documents, and what to do. What stands in another's answer is not
    opened: her own page has nothing of it, and her answer would be one more."""
    look = QUIET if finding["note"] else TEXT
    yield Block(text_lines(str(finding["words"]), width, look))
    shown = [place for place in finding["places"] if place["document"]][:PLACES]
    for place in shown:
        focus = (place["start"], place["end"]) if place["end"] > place["start"] else None
        said = f"  {short(place['key'], 30)}  {short(place['what'], 200)}"
        act: Target | None = Target(Place(place["document"], focus), place["opens"])
        if place["opens"] == "annotate" and place["by"] not in ("", annotator):
            said, act = f"{said}  ({short(place['by'], 32)})", None
        yield Block([[(column(said, width), TEXT if act else QUIET)]], act)
    if shown and finding["count"] > len(shown):
        yield Block([[run(f"  and {finding['count'] - len(shown):,} more", QUIET)]])
    if finding["remedy"]:
        for line in str(finding["remedy"]).splitlines():
            indent = len(line) - len(line.lstrip(" "))
            yield Block(text_lines(f"  {' ' * indent}{line.lstrip(' ')}", width, QUIET))
    yield Block([[]])


def _long(seconds: float) -> str:
    whole = round(seconds)
    if whole >= 120 and whole % 60 == 0:
        return f"{whole // 60:,} minutes"
    return counted(whole, "second")
