"""A tokenizer tried in a process of its own, which may hang, crash, print or eat the memory.

Both ends: `tried` starts and watches it; run as a module, this is it.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.trial import trial
from tonemark.tokenizers.trial.hostile import GROWING, hostile_texts

LIMIT = 20.0
"""Seconds that one step may take, and one more for every PACE characters of its text."""

PACE = 20_000

MEMORY = 4 * 1024**3
"""Bytes of address space that the process may have: its asking for more fails, not the machine."""

LONGEST = 3_600
"""Seconds of processor time that it may have, should whoever watches it be killed."""

STEEP_ENOUGH = 5
"""Patterns on which time grows too fast, or nothing comes of them, after which no more is tried."""

PATTERN_SHOWN = 12
"""Grapheme clusters of a pattern that are quoted."""

Place = Literal["tokenizer", "example", "text", "hostile", "growth", "process"]
Event: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong: what, in a sentence; and of which example or text (numbers from 0)."""

    place: Place
    what: str
    number: int = 0


@dataclass
class Trial:
    """What was found: faults, and how much was looked at. `complete` is False where a process
    ended before all was. `notes` are no faults: what a file of rules says to no effect."""

    name: str = ""
    version: str = ""
    faults: list[Fault] = field(default_factory=list)
    texts: int = 0
    hostile: int = 0
    patterns: int = 0
    examples: int = 0
    tokens: int = 0
    seconds: float = 0.0
    complete: bool = False
    notes: list[str] = field(default_factory=list)


def tried(name: str, texts: Sequence[str], *, limit: float = LIMIT) -> Trial:
    """Try the tokenizer of a name, or in the file at a path, on `texts` and on hostile ones.

    Two processes, with other seeds of Python's hashes and the texts in another order, must come to
    the same tokens. Raises TonemarkError where the tokenizer cannot be loaded.
    """
    found = Trial(name)
    digests: dict[tuple[str, int], str] = {}
    for event in _watched(name, texts, "first", found, limit):
        _take(event, found, digests)
    if not found.complete:
        return found
    found.complete = False
    for event in _watched(name, texts, "second", found, limit):
        if event.get("end"):
            found.complete = True
            break
        place, number = event["at"], event["number"]
        first, other = digests.get((place, number)), event["digest"]
        if first and other and first != other:
            what = "in another process, after other texts, the tokens are others"
            found.faults.append(Fault(place, what, number))
    return found


def _take(event: Event, found: Trial, digests: dict[tuple[str, int], str]) -> None:
    if event.get("end"):
        found.complete = True
        return
    at, number = event["at"], event.get("number", 0)
    for what in event.get("faults", ()):
        found.faults.append(Fault(at, what, number))
    if at in ("text", "hostile"):
        digests[at, number] = event.get("digest", "")
    match at:
        case "text":
            found.texts += 1
            found.tokens += event["tokens"]
            found.seconds += event["seconds"]
        case "hostile":
            found.hostile += 1
        case "example":
            found.examples = event["count"]
            found.notes += event.get("notes", ())
        case "growth":
            found.patterns += 1
        case "tokenizer":
            found.version = event.get("version", "")


def _watched(
    name: str, texts: Sequence[str], part: str, found: Trial, limit: float
) -> Iterator[Event]:
    """The events of a process, which is ended where one of its steps takes too long."""
    job = json.dumps({"name": name, "texts": list(texts), "part": part})
    out, into = os.pipe()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as printed:
        given.write(job.encode())
        given.seek(0)
        process = subprocess.Popen(
            # -P: the folder one stands in is a stranger's, and its modules are not ours.
            [sys.executable, "-P", "-m", "tonemark.tokenizers.trial.process", str(into)],
            stdin=given,
            stdout=printed,
            stderr=subprocess.DEVNULL,
            pass_fds=(into,),
            start_new_session=True,
            env={**os.environ, "PYTHONHASHSEED": "1" if part == "first" else "2"},
        )
        os.close(into)
        step: Event = {"at": "tokenizer", "number": 0}
        ended = False
        try:
            with os.fdopen(out, "rb") as stream:
                for event in _events(stream, step, limit):
                    ended = bool(event.get("end"))
                    if refused := event.get("refused"):
                        raise TonemarkError(*refused)
                    yield event
        except TimeoutError:
            what = f"no answer came within {_allowed(step, limit):.0f} s"
            if "pattern" in step:
                what += f" for {step['pattern']} again and again"
            found.faults.append(Fault(step["at"], what, step["number"]))
        else:
            if not ended:
                code = process.wait()
                how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
                what = f"the process that ran it was ended {how}"
                found.faults.append(Fault(step["at"], what, step["number"]))
        finally:
            _end(process)
            printed.seek(0, os.SEEK_END)
            if printed.tell() and part == "first":
                what = f"it prints to standard output ({printed.tell():,} bytes), where results go"
                found.faults.append(Fault("process", what))


def _events(stream: IO[bytes], step: Event, limit: float) -> Iterator[Event]:
    """What the process tells. `step` is kept at what it does now.

    Raises TimeoutError where that takes longer than it may.
    """
    handle, kept = stream.fileno(), b""
    deadline = time.monotonic() + _allowed(step, limit)
    while True:
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        data = os.read(handle, 1 << 16)
        if not data:
            return
        *lines, kept = (kept + data).split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:  # not written by us
                continue
            if "begins" in event:
                step.clear()
                step.update(event["begins"])
            else:
                yield event
        deadline = time.monotonic() + _allowed(step, limit)


def _allowed(step: Event, limit: float) -> float:
    return limit + float(step.get("size", 0)) / PACE


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def main() -> None:
    """Do the job on standard input, and tell what is found on the pipe whose number is given."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, LONGEST),
    ):
        with contextlib.suppress(ValueError, OSError):  # less is allowed, or not every system can
            resource.setrlimit(what, (most, most))
    job = json.loads(sys.stdin.buffer.read())
    # The pipe must outlive code that closes or replaces what it finds open.
    with os.fdopen(int(sys.argv[1]), "w", encoding="ascii") as stream:

        def tell(event: Event) -> None:
            stream.write(json.dumps(event) + "\n")
            stream.flush()

        try:
            parts = _first if job["part"] == "first" else _second
            for event in parts(job["name"], job["texts"]):
                tell(event)
            tell({"end": True})
        except TonemarkError as error:
            tell({"refused": [error.title, error.remedy]})
            tell({"end": True})


def _first(name: str, texts: list[str]) -> Iterator[Event]:
    """All that is looked at in one process."""
    tokenizer, faults = trial.fresh(lambda: raw_tokenizer(name))
    version = getattr(tokenizer, "version", "")
    yield {"at": "tokenizer", "faults": faults, "version": str(version)}
    if tokenizer is None:
        return
    yield from _examples(name, tokenizer)
    for at, number, text in _all(texts):
        yield _begins(at, number, text)
        start = time.perf_counter()
        found = trial.outcome(tokenizer, text)
        # Each text is cut twice.
        seconds = (time.perf_counter() - start) / 2
        yield {"at": at, "number": number, "seconds": seconds, **found._asdict()}
    own, steep = "\n".join(texts)[:1_000], 0
    for number, piece in enumerate((*GROWING, own) if own else GROWING):
        shown = f"“{short(piece, PATTERN_SHOWN)}”"
        begins = _begins("growth", number, "x" * trial.SIZES[-1])
        begins["begins"]["pattern"] = shown
        yield begins
        faults = _steep(tokenizer, piece, shown)
        yield {"at": "growth", "number": number, "faults": faults}
        steep += bool(faults)
        if steep == STEEP_ENOUGH:
            return


def _second(name: str, texts: list[str]) -> Iterator[Event]:
    """The tokens of the same texts, in the other order."""
    tokenizer, _ = trial.fresh(lambda: raw_tokenizer(name))
    if tokenizer is None:
        return
    for at, number, text in reversed(list(_all(texts))):
        yield _begins(at, number, text)
        yield {"at": at, "number": number, "digest": trial.digest(tokenizer, text)}


def _all(texts: Sequence[str]) -> Iterator[tuple[Place, int, str]]:
    for number, text in enumerate(texts):
        yield "text", number, text
    for number, text in enumerate(hostile_texts()):
        yield "hostile", number, text


def _begins(at: Place, number: int, text: str) -> Event:
    return {"begins": {"at": at, "number": number, "size": len(text)}}


def _examples(name: str, tokenizer: Tokenizer) -> Iterator[Event]:
    """A profile's test of itself."""
    from tonemark.tokenizers.bundled import bundled_names
    from tonemark.tokenizers.profiles.notes import notes
    from tonemark.tokenizers.profiles.profile import bundled_profile, read_profile

    if name.endswith(".toml"):
        profile = read_profile(Path(name))
    elif name in bundled_names():
        profile = bundled_profile(name)
    else:
        return
    count = len(profile.examples)
    for number, what in trial.example_faults(tokenizer, profile):
        yield {"at": "example", "number": number, "faults": [what], "count": count}
    yield {"at": "example", "count": count, "notes": notes(profile)}


def _steep(tokenizer: Tokenizer, piece: str, shown: str) -> list[str]:
    """How the time grows with a pattern, where it grows faster than the text."""
    try:
        found = trial.growth(tokenizer, piece)
    except (Exception, SystemExit) as error:
        return [f"{trial.raised(error)}, on {shown} again and again"]
    if not found.is_steep:
        return []
    times = ", ".join(
        f"{seconds:.2f} s for {size:,}"
        for size, seconds in list(zip(found.sizes, found.seconds, strict=True))[-3:]
    )
    return [f"time grows faster than the text, on {shown} again and again: {times} characters"]


def raw_tokenizer(name: str) -> Tokenizer:
    """A new tokenizer of a name or a path; a plug-in as its package made it, nothing mended."""
    from tonemark.tokenizers.bridges.plugged import PluggedTokenizer
    from tonemark.tokenizers.registry import tokenizer_at

    tokenizer = tokenizer_at(name)
    return tokenizer.own if isinstance(tokenizer, PluggedTokenizer) else tokenizer


if __name__ == "__main__":
    main()
