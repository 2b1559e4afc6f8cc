"""Networks trained in this process: what each may begin with, whether spans may overlap or not, and
that what is saved of it can be loaded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
import spacy
from packages import install
from spacy.language import Language
from spacy.tokens import DocBin
from taught import NAMES, PLACES, TEXTS, spans_of

from tonemark.corpus.spans import Span
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.choosing import USUAL
from tonemark.training.learner.learning import Learner, learn
from tonemark.training.lessons import Lesson, lesson_of
from tonemark.training.material import Example
from tonemark.training.network.networks import Shape
from tonemark.training.network.spacy_loop import (
    News,
    component_of,
    network_found,
    prepare,
    train_network,
)
from tonemark.training.outcome import CONFIG, TRIED_ON
from tonemark.training.pipeline.component import blank_copy
from tonemark.training.pipeline.saving import save

TOKENIZER = load_tokenizer("sw")
STEPS = 3


def lesson(number: int) -> Lesson:
    name, place = NAMES[number % 7], PLACES[number % 5]
    text = f"{name} yuko  {place} siku ya {number} ."
    at = text.index(place)
    spans = Span(0, len(name), "PER"), Span(at, at + len(place), "LOC")
    return lesson_of(Example(f"n{number}", text, tuple(TOKENIZER.tokenize(text)), spans))


LESSONS = tuple(map(lesson, range(20)))
KEPT = LESSONS[14:]


def learner(overlapping: bool) -> Learner:
    return learn([each.sentence for each in LESSONS], overlapping=overlapping)


def with_vectors(nlp: Language) -> None:
    for name in (*NAMES, *PLACES):
        nlp.vocab.set_vector(name, numpy.ones(8, "f"))


def with_tok2vec(nlp: Language) -> None:
    model = {"@architectures": "spacy.HashEmbedCNN.v2", "width": 32, "depth": 1}
    more = {"embed_size": 200, "window_size": 1, "maxout_pieces": 2, "subword_features": True}
    nlp.add_pipe("tok2vec", config={"model": {**model, **more, "pretrained_vectors": None}})
    nlp.initialize()


@pytest.mark.parametrize("overlapping", [False, True])
@pytest.mark.parametrize("give", [with_vectors, with_tok2vec])
def test_an_installed_pipeline_to_begin_with(
    tmp_path: Path, site: Path, give: Callable[[Language], None], overlapping: bool
) -> None:
    base = spacy.blank("xx")
    give(base)
    base.to_disk(tmp_path / "base")
    module = (
        "import spacy\n"
        f"def load(**given):\n    return spacy.load({str(tmp_path / 'base')!r}, **given)\n"
    )
    install(site, "begun", {"begun": "begun"}, {"begun": module}, group="spacy_models")
    shape = Shape(TOKENIZER.name, overlapping, "begun", steps=STEPS, longest=1)
    folder = tmp_path / "scored"
    prepare(folder, shape, LESSONS[:14], KEPT, TOKENIZER)
    told: list[News | None] = []
    nlp = train_network(folder, until=time.monotonic() + 100, told=told.append)
    assert any(told)
    assert "begun" in (folder / CONFIG).read_text(encoding="utf-8")
    has_tok2vec = give is with_tok2vec
    assert nlp.pipe_names == ["tok2vec"] * has_tok2vec + [component_of(shape)]
    assert bool(nlp.vocab.vectors.shape[0]) != has_tok2vec
    docs = [blank_copy(doc) for doc in DocBin().from_disk(folder / TRIED_ON).get_docs(nlp.vocab)]
    assert len(network_found(nlp, docs)) == len(KEPT)
    nlp.to_disk(folder / "network")
    networks: Any = SimpleNamespace(scored=SimpleNamespace(folder=folder), kept=folder / "network")
    for kind in ("network", "joined"):
        into = tmp_path / kind
        into.mkdir()
        save(into, kind, TOKENIZER, learner(overlapping), networks, USUAL, overlapping=overlapping)  # type: ignore[arg-type]
        pipeline = spacy.load(into / "pipeline")
        assert ("tonemark_joined" in pipeline.pipe_names) == (kind == "joined")
        found = [spans_of(pipeline(text)) for text in TEXTS]
        assert any(found) or kind == "network"
