"""A project with a trained model, made by hand in a second: what `train` writes, without training
a network."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

from making import given

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import tokenizer_of, version_of
from tonemark.errors import TonemarkError
from tonemark.review.accepted import who_accepted
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.lessons import lesson_of, scored, taught_by
from tonemark.training.material import Asked, material
from tonemark.training.outcome import SCORED, write_scored
from tonemark.training.package.packaging import Packaged, package_model
from tonemark.training.runs.folders import chosen_run, write_about
from tonemark.training.runs.trusted import trust

NAMES = ("Asha Juma", "Samia Suluhu", "Baraka", "Zuhura Otieno", "Kamau", "Neema wa Pili")
PLACES = ("Kisumu", "Dar es Salaam", "Mwanza", "Nairobi", "Pwani")


def records(documents: int, *, annotators: tuple[str, ...] = ("amina",)) -> list[Record]:
    """Documents with a name and a place each, as annotators marked them; the second of them takes
    every fifth place for a name."""
    draw = random.Random(4)
    found = []
    for number in range(1, documents + 1):
        name, place = draw.choice(NAMES), draw.choice(PLACES)
        text = f"{name} alikwenda {place} siku ya {draw.randrange(30)}, na akarudi."
        start = text.index(place, len(name))
        answers = []
        for at, annotator in enumerate(annotators):
            label = "PER" if at and number % 5 == 0 else "LOC"
            spans = Span(0, len(name), "PER"), Span(start, start + len(place), label)
            answers.append(given(annotator, *spans))
        found.append(Record(number, number, text, f"d{number}", annotations=tuple(answers)))
    return found


def project_of(folder: Path, documents: int = 24, **more: Any) -> Path:
    """A project of `records`, with these files in its folder."""
    annotators = more.pop("annotators", ("amina",))
    files = more.pop("files", {})
    create_project(
        folder, language="sw", labels=more.pop("labels", ["PER", "LOC"]),
        overlap=len(annotators), tokenizer=more.pop("tokenizer", "sw"), **more,
    )  # fmt: skip
    for file, text in files.items():
        (folder / file).write_text(text)
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    add_records(
        store, "a.jsonl", iter(records(documents, annotators=annotators)), Report(),
        places=len(annotators),
    )  # fmt: skip
    store.close()
    return folder


def add_model(folder: Path, name: str = "model-1", *, trusted: bool = True, **more: Any) -> Path:
    """A model of the project in a folder: a learner, scored on what it learnt from; with `joined`
    one that is joined with a network, which has learnt nothing; `trusted` is as `train` leaves it:
    this user may load it."""
    from tonemark.training.learner.learning import learn

    project = read_project(folder)
    store = Store(folder / STORE_FILE)
    tokenizer = tokenizer_of(project, loads_code=True)
    found = material(project, store, Asked(), tokenizer)
    lessons = [lesson_of(example) for example in found.train]
    learner = learn([each.sentence for each in lessons])
    annotators = len(who_accepted(store))
    store.close()
    into = folder / "models" / name
    into.mkdir(parents=True)
    own = load_tokenizer(project.tokenizer, folder)
    save_pipeline(into / "pipeline", own, learner, joined=more.pop("joined", False))
    write_scored(
        into / SCORED,
        [scored(each, learner.tag(each.sentence.words).found) for each in lessons],
    )
    about = {
        "kind": "learner", "f1": 0.5, "labels": list(learner.labels), "seconds": 1.5, "why": "",
        "documents": len(lessons), "scored": len(lessons), "scored_on": "cross-validation",
        "language": project.language, "tokenizer": project.tokenizer,
        "tokenizer_version": version_of(tokenizer), "overlapping": False,
        "taught": taught_by(lessons), "annotators": annotators,
    }  # fmt: skip
    write_about(into, about | more)
    if trusted:
        trust(into / "pipeline")
    return into


def save_pipeline(path: Path, tokenizer: Any, learner: Any, *, joined: bool) -> None:
    """A pipeline with the learner behind a tokenizer of ours."""
    import spacy

    from tonemark.training.pipeline.component import FACTORY

    settings = {"@tokenizers": "tonemark.tokenizer.v1", "name": tokenizer.name}
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": settings}})
    nlp.tokenizer._tokenizer = tokenizer  # type: ignore[union-attr]
    if joined:
        network = nlp.add_pipe("ner")
        for label in learner.labels:
            network.add_label(label)  # type: ignore[attr-defined]
        nlp.initialize()
        nlp.add_pipe("tonemark_joined").learner = learner  # type: ignore[attr-defined]
        nlp.disable_pipe("ner")
    else:
        nlp.add_pipe(FACTORY).learner = learner  # type: ignore[attr-defined]
    nlp.to_disk(path)


def packaged(folder: Path, into: Path, **more: str) -> Packaged:
    """The package of its newest model, which the test may load."""
    with suppress(TonemarkError):  # each test has a home of its own
        trust(chosen_run(folder).pipeline)
    store = Store(folder / STORE_FILE)
    try:
        return package_model(read_project(folder), store, chosen_run(folder), into, **more)
    finally:
        store.close()
