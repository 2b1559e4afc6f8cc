"""Trains a model of a project's answers: the learner, spaCy's network, or the two joined, whichever
is best on documents that it has not learnt from. Knows no screen, and not where models are kept.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from tonemark.corpus.project import Project
from tonemark.corpus.shares import folded_text, hash_of
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokenizer_of, version_of
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.tokenizers.bridges.spacy_tokenizers import spacy_code
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.choosing import JOINS, USUAL, Choice, Join, choose, fitted_join, limits
from tonemark.training.clock import Clock
from tonemark.training.learner.learning import Found
from tonemark.training.lessons import (
    Lesson,
    Lessons,
    ModelFound,
    labels_of,
    lesson_of,
    raw_words,
    scored,
    taught_by,
)
from tonemark.training.material import Asked, material
from tonemark.training.network.networks import Networks, Shape
from tonemark.training.outcome import (
    SCORED,
    Kind,
    Outcome,
    Progress,
    Scored,
    ScoredOn,
    TrainSettings,
    write_scored,
)
from tonemark.training.parts import Split, splits
from tonemark.training.pipeline.pooling import pooled
from tonemark.training.pipeline.saving import ready, save
from tonemark.training.scores.counts import Counts, by_label, counted, total
from tonemark.training.suggesting import texts_that_taught
from tonemark.training.trials import (
    MODULE,
    found_by,
    has_learnt,
    has_learnt_all,
    learner_of,
    write_task,
)
from tonemark.training.workers import Worker

SAVING = 1.0
"""Seconds that saving a learner and looking at its errors takes on a machine that is not busy."""

Taught: TypeAlias = Mapping[Kind, Sequence[Lesson]]
"""By which lessons the learner and the network were taught."""

POLL = 0.1
"""Seconds between two looks at the processes."""


def train(
    project: Project,
    store: Store,
    settings: TrainSettings,
    into: Path,
    progress: Progress = lambda step: None,
    began: float | None = None,
) -> Outcome:
    """Train within `settings.seconds` since it `began` (`monotonic`; None: now) and write pipeline/
    and scored.jsonl, and where a network was trained config.cfg, train.spacy, dev.spacy and
    tokenizer.json, into the folder `into`, which exists and is empty. What `progress` raises ends
    it, and goes on to the caller.

    Raises TonemarkError where there is nothing to learn, or what is asked for is not to be had:
    before anything is trained.
    """
    clock = Clock(settings.seconds, progress, began)
    clock.tell("reading the answers")
    tokenizer = tokenizer_of(project, loads_code=True)
    lessons = _lessons(project, store, settings, tokenizer)
    parts = splits(lessons)
    own = load_tokenizer(project.tokenizer, project.folder)
    if settings.base is not None:
        from tonemark.training.network.spacy_loop import base_of

        base_of(settings.base)
    networks = Networks(clock)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".work-", dir=into)))
        raw = raw_words(project, store, tokenizer, clock.left / 20)
        write_task(work / "learner", lessons, parts, raw, overlapping=project.overlapping)
        clock.feel()
        worker = Worker(MODULE, work / "learner", clock.end - clock.kept(SAVING))
        stack.enter_context(worker)
        shape = _shape(project, settings, lessons)
        networks.start(shape, lessons, parts, own, work, stack, worker.until)
        ready()
        _wait(worker, networks, clock, lessons)
        learner, learnt = learner_of(worker, lessons)
        by_learner, by_network = found_by(worker, parts), networks.found(parts)
        tried, join = _tried(parts, by_learner, by_network, project.overlapping)
        choice = _choice(tried, join, lessons)
        by: Taught = {"learner": learnt, "network": networks.taught(lessons, parts)}
        told = limits(
            choice.kind, {part: len(each) for part, each in by.items()}, len(lessons.train),
            is_thorough=has_learnt_all(worker),
        )  # fmt: skip
        choice = choice._replace(why=" ".join(filter(None, (choice.why, networks.missing, *told))))
        clock.tell("saving")
        save(
            into, choice.kind, own, learner, networks, join,
            language=shape.language, overlapping=project.overlapping,
        )  # fmt: skip
    spans = tried[choice.kind]
    if choice.kind == "learner":
        spans = _scored_in_all(parts, by_learner)
    write_scored(into / SCORED, spans)
    candidates = {kind: total(map(_counts, each)).f1 for kind, each in tried.items() if each}
    taught = _taught(choice.kind, by, lessons)
    outcome = _outcome(
        project, lessons, taught, spans, choice, candidates, clock, version_of(tokenizer)
    )
    if settings.base is None:
        return outcome
    hashes = texts_that_taught(settings.base) | set(outcome.hashes)
    return replace(outcome, hashes=tuple(sorted(hashes)))


def _taught(kind: Kind, by: Taught, lessons: Lessons) -> Lessons:
    """The lessons that taught a model of that kind: a joined one has those of both."""
    parts: tuple[Kind, ...] = ("learner", "network") if kind == "joined" else (kind,)
    keys = {each.example.key for part in parts for each in by[part]}
    found = tuple(each for each in lessons.train if each.example.key in keys)
    return Lessons(found, lessons.evaluation)


def _outcome(
    project: Project,
    lessons: Lessons,
    taught: Lessons,
    spans: Sequence[Scored],
    choice: Choice,
    candidates: Mapping[Kind, float],
    clock: Clock,
    version: str,
) -> Outcome:
    sums = by_label((each.gold, [span[:3] for span in each.found]) for each in spans)
    all_ = total(sums.values())
    on: ScoredOn = "evaluation" if lessons.evaluation else "cross-validation"
    return Outcome(
        kind=choice.kind,
        f1=all_.f1 if spans else None,
        precision=all_.precision if spans else None,
        recall=all_.recall if spans else None,
        labels=labels_of(taught.train),
        seconds=round(clock.spent, 2),
        why=choice.why,
        documents=len(taught.train),
        scored=len(spans),
        scored_on=on if spans else "nothing",
        by_label=sums,
        candidates={kind: round(f1, 6) for kind, f1 in candidates.items()},
        cut=taught.cut,
        overlapping=project.overlapping,
        language=project.language,
        tokenizer=project.tokenizer,
        tokenizer_version=version,
        # Of all that may have taught it: nothing is suggested on them.
        hashes=tuple(sorted({hash_of(each.example.text).hex() for each in lessons.train})),
        taught=taught_by(taught.train),
    )


def _shape(project: Project, settings: TrainSettings, lessons: Lessons) -> Shape:
    spans = (span for each in lessons.train for span in each.sentence.spans)
    longest = max(end - start for start, end, _ in spans)
    return Shape(
        tokenizer=project.tokenizer,
        overlapping=project.overlapping,
        base=settings.base,
        seed=settings.seed,
        longest=longest,
        language=spacy_code(project.language),
    )


def _wait(worker: Worker, networks: Networks, clock: Clock, lessons: Lessons) -> None:
    """Until learner and networks are done, or there is no more time for them, telling of them. What
    is then at work is ended; a learner there must be."""
    while not (worker.ended and networks.ended):
        for news in worker.listen():
            clock.tell(news["stage"])
        networks.tell()
        if worker.ended and not has_learnt(worker):
            learner_of(worker, lessons)  # which says why there is none
        clock.tell("the network" if worker.ended else None)
        networks.end()
        if time.monotonic() > worker.until and has_learnt(worker):
            worker.end()
        time.sleep(POLL)


def _tried(
    parts: Sequence[Split],
    learner: Mapping[str, ModelFound],
    network: Mapping[str, ModelFound],
    overlapping: bool,
) -> tuple[dict[Kind, tuple[Scored, ...]], Join]:
    """What each model found in the documents that the network, too, had not learnt from, and how
    the two are best joined; where there is no network, what the learner found in all parts."""
    kept = parts[0].kept if parts else ()
    # A learner that had little time may have tagged some of them only.
    network = {key: each for key, each in network.items() if key in learner}
    tried: dict[Kind, tuple[Scored, ...]] = {"learner": _scored(kept, _labelled(learner))}
    if not network or not tried["learner"]:
        return {"learner": _scored_in_all(parts, learner)}, USUAL
    tried["network"] = _scored(kept, _labelled(network))

    def joined(join: Join) -> tuple[Scored, ...]:
        found = {
            key: pooled(learner[key].likely, each.likely, **join._asdict(), overlapping=overlapping)
            for key, each in network.items()
        }
        return _scored(kept, found)

    join = fitted_join({each: [*map(_counts, joined(each))] for each in JOINS})
    tried["joined"] = joined(join)
    return tried, join


def _labelled(found: Mapping[str, ModelFound]) -> dict[str, tuple[Found, ...]]:
    return {key: each.labelled for key, each in found.items()}


def _choice(tried: Mapping[Kind, Sequence[Scored]], join: Join, lessons: Lessons) -> Choice:
    counts = {kind: [*map(_counts, each)] for kind, each in tried.items()}
    return choose(counts, join=join, is_share=bool(lessons.evaluation))


def _scored_in_all(parts: Sequence[Split], learner: Mapping[str, ModelFound]) -> tuple[Scored, ...]:
    return _scored([each for split in parts for each in split.kept], _labelled(learner))


def _scored(
    lessons: Sequence[Lesson], found: Mapping[str, tuple[Found, ...]]
) -> tuple[Scored, ...]:
    """The documents of which it is known what was found in them."""
    return tuple(
        scored(each, found[each.example.key]) for each in lessons if each.example.key in found
    )


def _counts(each: Scored) -> Counts:
    return counted(each.gold, [span[:3] for span in each.found])


def _lessons(
    project: Project, store: Store, settings: TrainSettings, tokenizer: AnyTokenizer
) -> Lessons:
    """What there is to learn from. Raises TonemarkError, as `tonemark check` says it, where that is
    nothing."""
    asked = Asked(settings.labels, settings.gold, settings.annotator)
    found = material(project, store, asked, tokenizer)
    lessons = Lessons(tuple(map(lesson_of, found.train)), tuple(map(lesson_of, found.evaluation)))
    texts = {folded_text(each.example.text) for each in (*lessons.train, *lessons.evaluation)}
    labels = labels_of(lessons.train)
    if len(texts) < 2 or not labels or not set(settings.labels) <= set(labels):
        from tonemark.training.preflight.findings import check

        for finding in check(project, store, asked):
            if finding.stops:
                raise TonemarkError(finding.words, finding.remedy)
    if not labels:
        raise TonemarkError(
            "There is nothing to learn: no span begins and ends where tokens do.",
            f"Which they are, and how to mend them:\n    tonemark check {typed(project.folder)}",
        )
    return lessons
