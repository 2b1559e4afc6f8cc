"""One case of the bench `screen`: a text, a window and colours, on which the rivals are opened and
played in turn, key by key, so that the noise of the machine hits all alike.

Knows how each program is started and which of its keys do the same; judges nothing.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import slate
from material import PROGRAM, tonemark
from store_sittings import annotate, put_tutor_away
from terminal import Terminal
from texts import LANGUAGES, make_text

from tonemark.errors import TonemarkError
from tonemark.tui.page.hints import LETTERS

ANNOTATOR = "amina"
LABELS = "PER,ORG,LOC,DATE"
PATIENCE = 60.0
"""Seconds that a first paint may take, others at work on the machine."""

SILENT = 3.0
"""Seconds after which a key is taken to have changed nothing."""

OURS, BARE, SLATE = "tonemark", "bare", "slate"


class Case(NamedTuple):
    """What a text is made of, how long it is, and the terminal that shows it."""

    language: str
    tokens: int
    size: tuple[int, int]
    colours: str

    def named(self) -> dict[str, object]:
        """As a report has it."""
        size = f"{self.size[0]}x{self.size[1]}"
        return {**self._asdict(), "size": size}


class Effort(NamedTuple):
    """How often each thing is done, and the seconds of silence that end a repaint or an opening.

    Textual paints at most every 17 ms, so that what belongs to one key may come in two pieces.
    """

    starts: int = 5
    rounds: int = 6
    quiet: float = 0.03
    opening_quiet: float = 0.3


@dataclass(slots=True)
class Samples:
    """What one key cost, each time: milliseconds to the last byte, bytes and what they were, and
    milliseconds of processor time, which hardly depend on what else the machine does.

    A key for which nothing came is counted in `silent` and left out of the rest.
    """

    milliseconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    silent: int = 0


@dataclass(slots=True)
class Measured:
    """A program in a case: milliseconds from the fork to the first word of the text and to the last
    byte of the opening, bytes of the opening, and the keys by kind; `cpu` is the processor time
    till the first word."""

    first_word: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    opening: list[int] = field(default_factory=list)
    keys: dict[str, Samples] = field(default_factory=dict)


class Stroke(NamedTuple):
    """The same act in each program: keys by program, of which the last one is timed and all are
    weighed. Programs that cannot do it are left out."""

    kind: str
    keys: Mapping[str, Sequence[str]]


# Material


def make_material(folder: Path, language: str, tokens: int, environment: Mapping[str, str]) -> None:
    """The text as a file, and a project of one document with it, the tutor put away."""
    text = make_text(LANGUAGES[language], tokens)
    (folder / "text.txt").write_text(text, "utf-8")
    project = folder / "project"
    tonemark(environment, "new", project, "--lang", LANGUAGES[language].tag, "--labels", LABELS)
    (folder / "text.jsonl").write_text(json.dumps({"text": text}), "utf-8")
    tonemark(environment, "add", project, folder / "text.jsonl")
    put_tutor_away(annotate(project, ANNOTATOR), environment)


def commands(material: Path, case: Case, folder: Path, python: str | None) -> dict[str, list[str]]:
    """What starts each program on its own copy of the text; SLATE only where `python` has it."""
    text = Path(shutil.copy(material / "text.txt", folder))
    project = shutil.copytree(material / "project", folder / "project")
    script = Path(__file__).with_name("bare.py")
    bare = [sys.executable, str(script), str(text), str(folder / "bare.log")]
    started = {
        OURS: [*PROGRAM, "annotate", str(project), "--as", ANNOTATOR],
        BARE: [*bare, "--list"] if LANGUAGES[case.language].listed else bare,
    }
    if python:
        started[SLATE] = slate.command(python, text)
    return started


# Playing


def play(
    case: Case, started: Mapping[str, Sequence[str]], environment: Mapping[str, str], effort: Effort
) -> dict[str, Measured]:
    """Open every program several times and press its keys; all in turn.

    Raises TonemarkError where one does not show the text.
    """
    found = {name: Measured() for name in started}
    word = LANGUAGES[case.language].first
    for turn in range(effort.starts):
        with ExitStack() as stack:
            terminals = {}
            for name, command in started.items():
                terminal = Terminal(command, environment, *case.size, case.colours)
                stack.callback(terminal.close)
                terminals[name] = terminal
                _open(terminal, word, found[name], effort.opening_quiet)
                if turn < effort.starts - 1:
                    _end(name, terminal)
            if turn == effort.starts - 1:
                strokes = _strokes(case, terminals[OURS], effort.rounds)
                for count, stroke in enumerate(strokes):
                    # Each goes first as often as the others: who does finds colder caches.
                    for name in sorted(terminals, reverse=count % 2 == 1):
                        if name in stroke.keys:
                            samples = found[name].keys.setdefault(stroke.kind, Samples())
                            _press(terminals[name], stroke.keys[name], samples, effort.quiet)
                _end(OURS, terminals[OURS])
    return found


def _open(terminal: Terminal, word: str, measured: Measured, quiet: float) -> None:
    try:
        at = terminal.wait_text(word, seconds=PATIENCE)
        measured.cpu.append(terminal.worked() * 1000)
    except TimeoutError:
        shown = "\n".join(line for line in terminal.lines() if line)
        raise TonemarkError(f"No text appeared. The screen shows:\n{shown}") from None
    terminal.rest(quiet)
    measured.first_word.append((at - terminal.began) * 1000)
    measured.opened.append((terminal.arrived - terminal.began) * 1000)
    measured.opening.append(terminal.received)


def _end(name: str, terminal: Terminal) -> None:
    """Ours and the bare app end by their key; SLATE, which would save, is ended."""
    if name != SLATE:
        terminal.press("q")
        if terminal.ended(PATIENCE) is None:
            raise TonemarkError(f"{name} did not end.")


def _press(terminal: Terminal, keys: Sequence[str], samples: Samples, quiet: float) -> None:
    terminal.settle(first=0.0)  # what came unasked is nobody's
    before, worked = terminal.received, terminal.worked()
    for key in keys:
        pressed = time.perf_counter()
        terminal.press(key)
        terminal.settle(first=SILENT, quiet=quiet)
    size = terminal.received - before
    if size == 0:
        samples.silent += 1
        return
    samples.milliseconds.append((terminal.arrived - pressed) * 1000)
    samples.sizes.append(size)
    samples.sent.append(terminal.newest(size))
    samples.cpu.append((terminal.worked() - worked) * 1000)


def _strokes(case: Case, ours: Terminal, rounds: int) -> Iterator[Stroke]:
    """All that is pressed. Ours is asked for its screen between the kinds, for its hints.

    Moves stay on the screen, so that what they cost is not what paging costs; but the list of a
    small window may show one candidate alone, and Space then pages there as it does for people.
    """
    if case.tokens > 1000:  # the text goes on below the screen
        for key in ["pagedown", "pagedown", "pageup", "pageup"] * rounds:
            yield _same("page", key)
        yield _same("aim", "pagedown")
    listed = LANGUAGES[case.language].listed
    if not ours.wait(lambda lines: reachable(lines, listed=listed) != [], seconds=PATIENCE):
        raise TonemarkError("There are no hints on the screen to press.")
    hints = reachable(ours.lines(), listed=listed)
    aim = _hint("aim", hints[-1]), _hint("aim", hints[0])  # the first may be in focus already
    yield from aim
    for key in (["right"] * 8 + ["left"] * 8) * rounds:
        other = slate.RIGHT if key == "right" else slate.LEFT
        yield Stroke("arrow", {OURS: (key,), BARE: (key,), SLATE: (other,)})
    yield from aim
    far = 1 if listed else 3  # a list shows few candidates at a time
    yield _same("aim", "space")  # to a candidate: the one before a plain word may be out of view
    for key in (["space"] * far + ["backspace"] * far) * (rounds * 6 // far):
        yield _same("space", key)
    # Backwards: a label puts the focus on the next candidate, whose hint would then do nothing.
    order = hints[::-1]
    for _ in range(max(1, rounds * 12 // len(order))):
        for hint in order:
            yield _hint("hint" if len(hint) == 1 else "hint2", hint)
    for turn in range(max(1, rounds * 10 // len(order))):
        for place, hint in enumerate(order):
            yield _hint("aim", hint)
            digit = str(1 + (turn + place) % 4)
            letter = slate.LABELS[(turn + place) % 4]
            keys = {OURS: (digit,), BARE: (digit,), SLATE: ("space", letter)}
            yield Stroke("label", keys)
            yield Stroke("aim", {SLATE: (slate.RIGHT,)})


def _same(kind: str, key: str) -> Stroke:
    return Stroke(kind, {OURS: (key,), BARE: (key,)})


def _hint(kind: str, hint: str) -> Stroke:
    return Stroke(kind, {OURS: tuple(hint), BARE: (hint[-1],)})


def reachable(lines: Sequence[str], *, listed: bool) -> list[str]:
    """The shortest hints in the upper two thirds of the text on our screen, in order: those of one
    letter, or, where so much is on the screen that there are not three, a dozen of two.

    In a list they stand at the left of the tokens, else in lines of their own above them.
    """
    rows = lines[2 : 2 + (len(lines) - 6) * 2 // 3]
    if listed:
        drawn = [row[:4].split() for row in rows]
    else:
        split = [row.split() for row in rows]
        drawn = [words for words in split if all(len(word) < 4 for word in words)]
    hints = [hint for words in drawn for hint in words if set(hint) <= set(LETTERS)]
    ones, twos = ([hint for hint in hints if len(hint) == length] for length in (1, 2))
    return ones if len(ones) > 2 else twos[:: len(twos) // 12 + 1]
