"""What is asked of a training, what it tells while it runs, and what came of it.

Knows neither how models are trained nor where they are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from tonemark.files import LINE_LIMIT, open_regular, parsed, read_lines
from tonemark.training.scores.counts import Counts, rounded

Kind: TypeAlias = Literal["learner", "network", "joined"]
ScoredOn: TypeAlias = Literal["evaluation", "cross-validation", "nothing"]

PIPELINE = "pipeline"
"""The folder of a trained model that spaCy loads."""

CONFIG = "config.cfg"
TRAINED_ON = "train.spacy"
TRIED_ON = "dev.spacy"
TOKENIZER = "tokenizer.json"
"""With these four `spacy train` repeats by hand the network that was scored."""

SCORED = "scored.jsonl"
"""What was predicted of each document that was scored, beside its gold: `Scored`, one a line."""

SCORED_LIMIT = 256 * 1024 * 1024
"""Bytes of it that are read: 100,000 documents with some ten spans each take 50 MB."""

LARGEST = 2**53
"""No offset reaches it."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """What is asked for. `seconds` is all of it: loading, training, scoring, saving. `labels`
    empty: all that occur. `gold`: documents that have it, and no others; `annotator`: one person's
    answers. `base`: an installed pipeline whose vectors the network begins with."""

    seconds: float = 60.0
    labels: tuple[str, ...] = ()
    gold: bool = False
    annotator: str | None = None
    base: str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """How far it has come: `stage` in words for people, `seconds` since it began, `left` of the
    budget (0 where it is spent), the network's loss and F1 on its dev part (0 to 1) where there is
    news of them, and the words it has gone through."""

    stage: str
    seconds: float
    left: float
    loss: float | None = None
    f1: float | None = None
    words: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a line of progress has it."""
        return {key: value for key, value in asdict(self).items() if value is not None}


Progress: TypeAlias = Callable[[Step], None]
"""Called with every step, a few times a second at most. What it raises ends the training."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training.

    `scored_on` says on what the scores are: "evaluation", the share that is kept for it, or
    "cross-validation": documents that the model which tagged them had not learnt from, in parts;
    "nothing" where there was only one part. `precision`, `recall`, `f1` (0 to 1) are micro, exact
    spans, None where nothing was scored; `candidates` has the F1 of each that was tried, all on the
    same documents: where there is a network these are of one part, and the learner's `f1`, of all
    parts, may be another. `why` is for people. `seconds` is what it took. `documents` taught it,
    with these `labels`; `scored` were scored; `cut` spans were left out because they cut a token;
    `hashes` of the folded texts that it may have learnt from (`hash_of`): of all, also where there
    was time for some, and of those of the pipeline that it began with; `taught` says how many spans
    of each label taught it.
    """

    kind: Kind
    f1: float | None
    precision: float | None
    recall: float | None
    labels: tuple[str, ...]
    seconds: float
    why: str
    documents: int
    scored: int
    scored_on: ScoredOn
    by_label: dict[str, Counts] = field(default_factory=dict)
    candidates: dict[str, float] = field(default_factory=dict)
    cut: int = 0
    overlapping: bool = False
    language: str = ""
    tokenizer: str = ""
    tokenizer_version: str = ""
    hashes: tuple[str, ...] = ()
    taught: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As model.json has it."""
        made = asdict(self)
        made |= {name: rounded(made[name]) for name in ("f1", "precision", "recall")}
        made["by_label"] = {label: counts.to_json() for label, counts in self.by_label.items()}
        return made


class ScoredSpan(NamedTuple):
    """A span that a model gave: code points, label, how likely it is right (0 to 1)."""

    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A document that was scored: its gold spans and those that were found, by a model which has
    not learnt from it."""

    key: str
    gold: tuple[tuple[int, int, str], ...]
    found: tuple[ScoredSpan, ...]

    def to_json(self) -> dict[str, Any]:
        """As a line of SCORED has it."""
        return {
            "key": self.key,
            "gold": [list(each) for each in self.gold],
            "found": [[*each[:3], round(each.score, 4)] for each in self.found],
        }


def write_scored(path: Path, scored: Iterable[Scored]) -> None:
    """Write a file of them, one a line."""
    with path.open("w", encoding="utf-8") as stream:
        for each in scored:
            stream.write(json.dumps(each.to_json(), ensure_ascii=False) + "\n")


def read_scored(path: Path) -> Iterator[Scored]:
    """What `write_scored` wrote, or somebody who made the project. Raises OSError where it cannot
    be read, and ValueError where it is longer than SCORED_LIMIT or a line is none of them."""
    with open_regular(path) as stream:
        left = SCORED_LIMIT
        for _, data in read_lines(stream, LINE_LIMIT):
            left -= len(data or b"")
            if data is None or left < 0:
                raise ValueError(f"{path.name} is too long")
            try:
                told = parsed(data.decode())
                key = _sound(told["key"])
                gold = tuple(_marked(*each) for each in told["gold"])
                found = tuple(
                    ScoredSpan(*_marked(*each), _likely(score)) for *each, score in told["found"]
                )
            except (KeyError, TypeError) as error:
                raise ValueError(f"{path.name} is damaged: {error}") from None
            yield Scored(key, gold, found)


def _marked(start: object, end: object, label: object) -> tuple[int, int, str]:
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end < LARGEST:
        return int(start), int(end), _sound(label)
    raise ValueError("a span is none")


def _likely(score: object) -> float:
    if isinstance(score, int | float) and 0 <= score <= 1:
        return float(score)
    raise ValueError("a score is not from 0 to 1")


def _sound(text: object) -> str:
    """A text with no half of a surrogate pair, which no store takes and no terminal."""
    if not isinstance(text, str):
        raise ValueError("a text is none")
    text.encode()
    return text
