"""spaCy's network: its config, and its own training loop with a budget of time. Imports spaCy; knows
the learner not at all.
"""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import DIR_MODEL_LAST
from spacy.training.loop import train as run_loop
from spacy.util import load_config, load_model_from_path, registry
from thinc.api import Config

from tonemark.training.outcome import CONFIG, TOKENIZER, TRAINED_ON, TRIED_ON

NETWORK = "ner"
"""What the component is called whose spans do not overlap."""

OVERLAPPING = "spancat"
"""And the one whose spans may."""

LOGGER = "tonemark.steps.v1"

WIDTH = 96

TRIED_DOCUMENTS = 100
"""Documents of the dev part that the loop looks at: of more a look takes seconds."""

LOOK = 100
"""Steps between two looks, for each second that one takes: about an eighth of the time (a step
takes some 0.02 s)."""


class News(NamedTuple):
    """What the loop tells at a look at the dev part: `f1` 0 to 1."""

    step: int
    words: int
    loss: float
    f1: float


class Enough(Exception):
    """The time is spent."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is to be: of which tokenizer (as the bridge names it), for spans that may
    overlap or not, beginning with the vectors and weights of `base`."""

    tokenizer: str
    overlapping: bool = False
    base: str | None = None
    seed: int = 0
    longest: int = 8
    look: int = 100

    @property
    def component(self) -> str:
        """What the network's component is called."""
        return OVERLAPPING if self.overlapping else NETWORK

    @property
    def scores(self) -> str:
        """What spaCy calls its scores."""
        return f"spans_{SPANS_KEY}" if self.overlapping else "ents"


def write_material(
    folder: Path, train: Iterable[Doc], dev: Iterable[Doc], tokenizer: bytes
) -> None:
    """Write the Docs to learn from, those to look at, as `spacy train` reads them, and the
    tokenizer (`carrying.carried`)."""
    (folder / TOKENIZER).write_bytes(tokenizer)
    for name, docs in ((TRAINED_ON, train), (TRIED_ON, dev)):
        DocBin(docs=docs, store_user_data=False).to_disk(folder / name)


def write_config(folder: Path, shape: Shape) -> None:
    """Write the config of a network beside its material. Run in that folder,
    `spacy train config.cfg` trains it."""
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


def _config(shape: Shape) -> dict[str, Any]:
    return {
        "paths": {"train": TRAINED_ON, "dev": TRIED_ON, "tokenizer": TOKENIZER},
        "system": {"seed": shape.seed, "gpu_allocator": None},
        "nlp": {
            "lang": "xx",
            "pipeline": [shape.component],
            "tokenizer": {"@tokenizers": "tonemark.tokenizer.v1", "name": shape.tokenizer},
        },
        "components": {shape.component: _component(shape)},
        "initialize": {"tokenizer": {"carried": "${paths.tokenizer}"}},
        "corpora": {
            # The documents' own tokens, as people have corrected them, not the tokenizer's.
            "train": {"@readers": "spacy.Corpus.v1", "path": "${paths.train}", "gold_preproc": True},
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
            "max_steps": 20_000,
            "eval_frequency": shape.look,
            "optimizer": {
                "@optimizers": "Adam.v1", "learn_rate": 0.001, "use_averages": True,
                "L2": 0.01, "L2_is_weight_decay": True, "grad_clip": 1.0,
            },
            "batcher": {
                "@batchers": "spacy.batch_by_words.v1", "discard_oversize": False, "tolerance": 0.2,
                "size": {"@schedules": "compounding.v1", "start": 100, "stop": 1000, "compound": 1.001},
            },
            "logger": {"@loggers": "spacy.ConsoleLogger.v1"},
            "score_weights": {f"{shape.scores}_f": 1.0},
        },
    }  # fmt: skip


def _component(shape: Shape) -> dict[str, Any]:
    if shape.overlapping:
        raise NotImplementedError
    return {
        "factory": "ner",
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner", "extra_state_tokens": False, "hidden_width": 64,
            "maxout_pieces": 2, "use_upper": True, "nO": None,
            "tok2vec": _words_as_vectors(shape),
        },
    }  # fmt: skip


def _words_as_vectors(shape: Shape) -> dict[str, Any]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": WIDTH, "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": [5000, 1000, 2500, 2500], "include_static_vectors": bool(shape.base),
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": WIDTH, "depth": 4, "window_size": 1, "maxout_pieces": 3,
        },
    }  # fmt: skip
