"""spaCy's network: its config, its own training loop with a budget of time, and what it finds.
Imports spaCy, and nothing of the screen.
"""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import DIR_MODEL_LAST
from spacy.training.loop import train as run_loop
from spacy.util import (
    load_config,
    load_model,
    load_model_from_path,
    registry,
)
from spacy.vocab import Vocab
from thinc.api import Config

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.bridges.carrying import carried
from tonemark.training.learner.learning import Found
from tonemark.training.lessons import Lesson, doc_of
from tonemark.training.network.networks import TRIED_DOCUMENTS, Shape
from tonemark.training.outcome import CONFIG, TOKENIZER, TRAINED_ON, TRIED_ON
from tonemark.training.pipeline.component import SPANS_KEY, Words, blank_copy
from tonemark.training.pipeline.joined import network_likely
from tonemark.training.pipeline.pooling import FAINT
from tonemark.training.suggesting import installed

NETWORK = "ner"
"""What the component is called whose spans do not overlap."""

OVERLAPPING = "spancat"
"""And the one whose spans may: spaCy's `spancat_singlelabel` over all n-grams up to LONGEST. F1
with 24 seconds of CPU, what is likelier than .3, on documents kept from train (nested spans of
Hmong, two folds of three) and on the dev part (300 sentences of Swahili):

| | Hmong | Hmong | Swahili |
|---|---|---|---|
| spancat | .362 | .359 | .652 |
| spancat_singlelabel | .505 | .569 | .686 |
| span_finder, then spancat | .368 | .315 | .647 |
"""

LONGEST = 10
"""Tokens that a span may have to be suggested to it."""

LOGGER = "tonemark.steps.v1"

WIDTH = 96


class Base(NamedTuple):
    """What an installed pipeline gives a network to begin with: the vectors of words, and its
    `tok2vec`, of so many numbers a word; 0 where it has none."""

    name: str
    has_vectors: bool
    width: int


NO_BASE = Base("", False, 0)


class News(NamedTuple):
    """What the loop tells at a look at the dev part: `f1` 0 to 1."""

    step: int
    words: int
    loss: float
    f1: float


class Enough(Exception):
    """The time is spent."""


def base_of(name: str) -> Base:
    """What an installed pipeline gives. Raises TonemarkError where there is none of that name, or
    nothing of it is of use."""
    names = [each.name for each in installed()]
    if name not in names:
        known = f"Installed are {', '.join(names)}." if names else "None is installed."
        raise TonemarkError(
            f'"{name}" is no spaCy pipeline that is installed here.',
            f"{known} Name one, install it (of a model of a project: its package), or leave --base"
            " out.",
        )
    try:
        nlp = load_model(name)
    except Exception as error:  # whatever the code of another package raises
        raise TonemarkError(
            f'The pipeline "{name}" cannot be loaded: {" ".join(str(error).split())[:300]}',
            "Install it again, in a version for this spaCy, or leave --base out.",
        ) from error
    width = 0
    if nlp.has_pipe("tok2vec"):
        tok2vec: Any = nlp.get_pipe("tok2vec")
        width = int(tok2vec.model.get_dim("nO"))
    has_vectors = nlp.vocab.vectors.shape[0] > 0
    if not width and not has_vectors:
        raise TonemarkError(
            f'The pipeline "{name}" has neither vectors of words nor a tok2vec to begin with.',
            "Name one that has, or leave --base out.",
        )
    return Base(name, has_vectors, width)


def prepare(
    folder: Path,
    shape: Shape,
    learnt: Iterable[Lesson],
    kept: Iterable[Lesson],
    tokenizer: Tokenizer,
) -> None:
    """Make a folder with all that a network is trained of: documents to learn from and to look at,
    the tokenizer, and the config. Run there, `spacy train config.cfg` trains it."""
    folder.mkdir()
    key = SPANS_KEY if shape.overlapping else None
    vocab = Vocab()
    for name, lessons in ((TRAINED_ON, learnt), (TRIED_ON, kept)):
        docs = (
            doc_of(vocab, each.example.text, each.example.tokens, each.sentence, key)
            for each in lessons
        )
        DocBin(docs=docs).to_disk(folder / name)
    (folder / TOKENIZER).write_bytes(carried(tokenizer))
    Config(_config(shape)).to_disk(folder / CONFIG)


def train_network(
    folder: Path, *, until: float, told: Callable[[News | None], None] = lambda news: None
) -> Language:
    """Train the network whose config and material lie in `folder` until the clock (`monotonic`)
    says so; the pipeline as it then is, and the config with as many steps as it took.

    `told` gets the news of each look, and None between two; what it raises ends the training.
    """
    config = load_config(
        folder / CONFIG,
        overrides={
            "paths.train": str(folder / TRAINED_ON),
            "paths.dev": str(folder / TRIED_ON),
            "paths.tokenizer": str(folder / TOKENIZER),
            "training.logger": {"@loggers": LOGGER},
        },
    )
    work = folder / ".network"
    work.mkdir()
    watch = _Watch(until, told)
    token = _HEARD.set(watch)
    try:
        nlp = init_nlp(config)
        nlp.config["training"]["logger"] = {"@loggers": LOGGER}
        run_loop(nlp, work, stdout=io.StringIO(), stderr=io.StringIO())
    except Enough:
        pass
    finally:
        _HEARD.reset(token)
    # The last, not the best: its weights are averages over all steps, and the dev part is small.
    trained = load_model_from_path(work / DIR_MODEL_LAST)
    shutil.rmtree(work)
    by_hand = Config().from_disk(folder / CONFIG, interpolate=False)
    by_hand["training"]["max_steps"] = max(1, watch.steps - 1)
    by_hand.to_disk(folder / CONFIG)
    return trained


class _Watch:
    """Looks at the clock between two steps of the loop, and tells."""

    def __init__(self, until: float, told: Callable[[News | None], None]) -> None:
        self.until = until
        self.told = told
        self.steps = 0

    def __call__(self, info: dict[str, Any] | None) -> None:
        self.steps += 1
        if info is not None:
            loss = sum(float(each) for each in info["losses"].values())
            self.told(News(info["step"], info["words"], loss, float(info["score"] or 0.0)))
        else:
            self.told(None)
        if time.monotonic() >= self.until:
            raise Enough


_HEARD: ContextVar[_Watch] = ContextVar("heard")


@registry.loggers(LOGGER)  # type: ignore[untyped-decorator]
def create_logger() -> Callable[..., Any]:
    """What tells of a training that `train_network` runs."""

    def setup(nlp: Language, stdout: IO[str], stderr: IO[str]) -> tuple[Any, Any]:
        return _HEARD.get(), lambda: None

    return setup


def component_of(shape: Shape) -> str:
    """What the network's component is called."""
    return OVERLAPPING if shape.overlapping else NETWORK


def _config(shape: Shape) -> dict[str, Any]:
    scores = f"spans_{SPANS_KEY}" if shape.overlapping else "ents"
    base = base_of(shape.base) if shape.base else NO_BASE
    return {
        "paths": {"train": TRAINED_ON, "dev": TRIED_ON, "tokenizer": TOKENIZER},
        "system": {"seed": shape.seed, "gpu_allocator": None},
        "nlp": {
            "lang": shape.language,
            "pipeline": [*(["tok2vec"] if base.width else []), component_of(shape)],
            "tokenizer": {"@tokenizers": "tonemark.tokenizer.v1", "name": shape.tokenizer},
        },
        "components": {
            **({"tok2vec": {"source": base.name}} if base.width else {}),
            component_of(shape): _component(shape, base),
        },
        "initialize": {
            "vectors": base.name if base.has_vectors else None,
            "tokenizer": {"carried": "${paths.tokenizer}"},
        },
        "corpora": {
            # The documents' own tokens, as people have corrected them, not the tokenizer's.
            "train": {
                "@readers": "spacy.Corpus.v1", "path": "${paths.train}", "gold_preproc": True,
            },
            "dev": {
                "@readers": "spacy.Corpus.v1", "path": "${paths.dev}", "gold_preproc": True,
                "limit": TRIED_DOCUMENTS,
            },
        },
        "training": {
            "seed": "${system.seed}",
            "gpu_allocator": "${system.gpu_allocator}",
            "train_corpus": "corpora.train",
            "dev_corpus": "corpora.dev",
            "dropout": 0.1,
            "patience": 0,
            "max_epochs": 0,
            "max_steps": shape.steps,
            "eval_frequency": shape.look,
            "optimizer": {
                "@optimizers": "Adam.v1", "learn_rate": 0.001, "use_averages": True,
                "L2": 0.01, "L2_is_weight_decay": True, "grad_clip": 1.0,
            },
            "batcher": {
                "@batchers": "spacy.batch_by_words.v1", "discard_oversize": False, "tolerance": 0.2,
                "size": {
                    "@schedules": "compounding.v1", "start": 100, "stop": 1000, "compound": 1.001,
                },
            },
            "logger": {"@loggers": "spacy.ConsoleLogger.v1"},
            "score_weights": {f"{scores}_f": 1.0},
        },
    }  # fmt: skip


def _component(shape: Shape, base: Base) -> dict[str, Any]:
    if shape.overlapping:
        return {
            "factory": "spancat_singlelabel",
            "spans_key": SPANS_KEY,
            "suggester": {
                "@misc": "spacy.ngram_range_suggester.v1", "min_size": 1,
                "max_size": min(LONGEST, shape.longest),
            },
            "model": {
                "@architectures": "spacy.SpanCategorizer.v1",
                "tok2vec": _words_as_vectors(base),
                "reducer": {"@layers": "spacy.mean_max_reducer.v1", "hidden_size": 128},
                "scorer": {"@layers": "Softmax.v2"},
            },
        }  # fmt: skip
    return {
        "factory": "ner",
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner", "extra_state_tokens": False, "hidden_width": 64,
            "maxout_pieces": 2, "use_upper": True, "nO": None,
            "tok2vec": _words_as_vectors(base),
        },
    }  # fmt: skip


def _words_as_vectors(base: Base) -> dict[str, Any]:
    if base.width:
        return {"@architectures": "spacy.Tok2VecListener.v1", "width": base.width}
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": WIDTH, "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": [5000, 1000, 2500, 2500], "include_static_vectors": base.has_vectors,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": WIDTH, "depth": 4, "window_size": 1, "maxout_pieces": 3,
        },
    }  # fmt: skip


def network_found(nlp: Language, docs: Sequence[Doc]) -> list[tuple[list[Found], list[Found]]]:
    """What the network of a pipeline labels in each Doc, and all that it finds possible. The Docs
    are tokens alone."""
    if OVERLAPPING in nlp.pipe_names:
        pipe: Any = nlp.get_pipe(OVERLAPPING)
        surely = pipe.cfg["threshold"] or 0.0
        pipe.cfg["threshold"] = FAINT
        likely = network_likely(pipe, list(nlp.pipe(docs)), spans_key=SPANS_KEY)
        pipe.cfg["threshold"] = surely or None
        return [([each for each in found if each.score >= surely], found) for found in likely]
    with nlp.select_pipes(disable=NETWORK):
        ready = list(nlp.pipe([blank_copy(doc) for doc in docs]))  # with what the network builds on
    likely = network_likely(nlp.get_pipe(NETWORK), ready)
    rows = []
    for doc, found in zip(nlp.pipe([blank_copy(doc) for doc in docs]), likely, strict=True):
        score_of = {each[:3]: each.score for each in found}
        spans = Words(doc).sentence(doc.ents).spans
        rows.append(([Found(*span, score_of.get(span, FAINT)) for span in spans], found))
    return rows
