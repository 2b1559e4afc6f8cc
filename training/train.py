"""Trains a model of a project's answers: the learner, spaCy's network, or the two joined, whichever
is best on documents that it has not learnt from. Knows no screen, and not where models are kept.
"""

from __future__ import annotations

import time
from pathlib import Path

from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import tokenizer_of, version_of
from tonemark.errors import TonemarkError
from tonemark.training.learner.learning import Learner, Words, learn, learn_words
from tonemark.training.lessons import (
    Lesson,
    Lessons,
    labels_of,
    lesson_of,
    raw_words,
    scored,
    taught,
)
from tonemark.training.material import PARTS, Asked, material
from tonemark.training.outcome import (
    PIPELINE,
    SCORED,
    Outcome,
    Progress,
    Scored,
    Step,
    TrainSettings,
    write_scored,
)
from tonemark.training.scores import by_label, counted, total


class Clock:
    """The time of a training: since it began, left of its budget, and who is told."""

    def __init__(self, seconds: float, progress: Progress) -> None:
        self.began = time.monotonic()
        self.budget = seconds
        self.progress = progress

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        return max(0.0, self.budget - self.spent)

    def tell(
        self, stage: str, loss: float | None = None, f1: float | None = None, words: int = 0
    ) -> None:
        self.progress(Step(stage, round(self.spent, 2), round(self.left, 2), loss, f1, words))


def train(
    project: Project,
    store: Store,
    settings: TrainSettings,
    into: Path,
    progress: Progress = lambda step: None,
) -> Outcome:
    """Train within `settings.seconds` and write pipeline/ and scored.jsonl, and where a network was
    trained config.cfg, train.spacy and dev.spacy, into the folder `into`, which exists and is
    empty. What `progress` raises ends it, and goes on to the caller.

    Raises TonemarkError where there is nothing to learn, or what is asked for is not to be had:
    before anything is trained.
    """
    clock = Clock(settings.seconds, progress)
    clock.tell("reading the answers")
    tokenizer = tokenizer_of(project, loads_code=True)
    asked = Asked(settings.labels, settings.gold, settings.annotator)
    found = material(project, store, asked, tokenizer)
    lessons = Lessons(tuple(map(lesson_of, found.train)), tuple(map(lesson_of, found.evaluation)))
    _check(project, store, asked, lessons)
    clock.tell("reading the words of all texts")
    words = learn_words(raw_words(project, store, tokenizer, clock.left / 20), clock.left / 6)
    clock.tell("the learner")
    tried = by_parts(lessons, project.overlapping, words, clock)
    clock.tell("the learner, on all documents")
    learner = learn(
        [each.sentence for each in lessons.train],
        words=words, overlapping=project.overlapping, thorough=True, seconds=clock.left / 2,
    )  # fmt: skip
    clock.tell("saving")
    save_pipeline(project, learner, into / PIPELINE)
    write_scored(into / SCORED, tried)
    sums = by_label((each.gold, [span[:3] for span in each.found]) for each in tried)
    all_ = total(sums.values())
    return Outcome(
        kind="learner",
        f1=all_.f1, precision=all_.precision, recall=all_.recall,
        labels=labels_of(lessons.train),
        seconds=round(clock.spent, 2),
        why="learner",
        documents=len(lessons.train),
        scored=len(tried),
        scored_on="evaluation" if lessons.evaluation else "cross-validation",
        by_label=sums,
        cut=lessons.cut,
        overlapping=project.overlapping,
        language=project.language,
        tokenizer=project.tokenizer,
        tokenizer_version=version_of(tokenizer),
        taught=taught(lessons.train),
    )  # fmt: skip


def by_parts(lessons, overlapping, words, clock):
    if lessons.evaluation:
        pairs = [(lessons.train, lessons.evaluation)]
    else:
        pairs = [
            (
                [each for each in lessons.train if each.example.part != part],
                [each for each in lessons.train if each.example.part == part],
            )
            for part in range(PARTS)
        ]
    tried = []
    for learnt, kept in pairs:
        if not kept:
            continue
        sentences = [each.sentence for each in learnt]
        if any(each.spans for each in sentences):
            learner = learn(
                sentences,
                words=words,
                overlapping=overlapping,
                thorough=True,
                seconds=clock.left / 10,
            )
            tried += [scored(each, learner.tag(each.sentence.words).found) for each in kept]
        else:
            tried += [scored(each, ()) for each in kept]
    return tried


def save_pipeline(project: Project, learner: Learner, path: Path) -> None:
    import spacy
    from tonemark.training.component import FACTORY

    nlp = spacy.blank(
        "xx",
        config={
            "nlp": {
                "tokenizer": {"@tokenizers": "tonemark.tokenizer.v1", "name": project.tokenizer}
            }
        },
    )
    pipe = nlp.add_pipe(FACTORY, config={"overlapping": project.overlapping})
    pipe.learner = learner
    nlp.to_disk(path)


def _check(project: Project, store: Store, asked: Asked, lessons: Lessons) -> None:
    from tonemark.training.preflight import check

    if labels_of(lessons.train):
        return
    for finding in check(project, store, asked):
        if finding.stops:
            raise TonemarkError(finding.words, finding.remedy)
    raise TonemarkError("There is nothing to learn.", "")
