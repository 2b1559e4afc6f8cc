"""Trains a model of a project's answers: the learner, spaCy's network, or the two joined, whichever
is best on documents that it has not learnt from. Knows no screen, and not where models are kept.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from tonemark.corpus.project import Project
from tonemark.corpus.shares import folded_text
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokenizer_of, version_of
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.choosing import JOINS, USUAL, Choice, Join, choose, fitted_join
from tonemark.training.clock import Clock
from tonemark.training.learner.learning import Found, learn_words
from tonemark.training.lessons import Lesson, Lessons, labels_of, lesson_of, raw_words, scored
from tonemark.training.material import Asked, label_counts, material
from tonemark.training.networks import NetworkFailed, Networks, Training
from tonemark.training.outcome import (
    CONFIG,
    PIPELINE,
    SCORED,
    TOKENIZER,
    TRAINED_ON,
    TRIED_ON,
    Kind,
    Outcome,
    Progress,
    Scored,
    TrainSettings,
    write_scored,
)
from tonemark.training.parts import Split, splits
from tonemark.training.pooling import joined
from tonemark.training.scores import Counts, by_label, counted, total
from tonemark.training.trials import Trials

SAVING = 2.0
"""Seconds that are kept for choosing and saving."""


def train(
    project: Project,
    store: Store,
    settings: TrainSettings,
    into: Path,
    progress: Progress = lambda step: None,
) -> Outcome:
    """Train within `settings.seconds` and write pipeline/ and scored.jsonl, and where a network was
    trained config.cfg, train.spacy, dev.spacy and tokenizer.json, into the folder `into`, which
    exists and is empty. What `progress` raises ends it, and goes on to the caller.

    Raises TonemarkError where there is nothing to learn, or what is asked for is not to be had:
    before anything is trained.
    """
    clock = Clock(settings.seconds, progress)
    clock.tell("reading the answers")
    tokenizer = tokenizer_of(project, loads_code=True)
    lessons = _lessons(project, store, settings, tokenizer)
    parts = splits(lessons)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".work-", dir=into)))
        networks = Networks.start(project, settings, lessons, parts, work, clock, stack)
        clock.tell("reading the words of all texts")
        raw = raw_words(project, store, tokenizer, clock.left / 20)
        words = learn_words(raw, seconds=clock.left / 8)
        trials = Trials(words, project.overlapping, clock, networks.tell)
        trials.run(lessons, parts, keeping=SAVING)
        found = networks.found()
        tried, counts, join = _tried(parts, trials, found, project.overlapping)
        choice = choose(counts, is_share=bool(lessons.evaluation))
        if networks.failed:
            choice = choice._replace(why=f"{choice.why} The network failed: {networks.failed}")
        clock.tell("saving")
        _save(project, trials, networks, choice, join, into)
    write_scored(into / SCORED, tried[choice.kind])
    outcome = _outcome(tried[choice.kind])
