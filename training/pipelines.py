"""The pipelines that a training leaves: the project's tokenizer with the learner, the network, or
the two joined. Imports spaCy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import load_model_from_path

from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.bridges.carrying import carried
from tonemark.training import component, joined
from tonemark.training.learner.learning import Learner
from tonemark.training.network import NETWORK, OVERLAPPING

LANGUAGE = "xx"
"""What spaCy takes for the language of all of ours: it knows few of them, and of those it knows it
would bring rules that our tokenizers do not need."""


def learner_pipeline(tokenizer: Tokenizer, learner: Learner, *, overlapping: bool) -> Language:
    """A pipeline of the learner alone."""
    config = {"nlp": {"tokenizer": tokenizer_config(tokenizer.name)}}
    nlp = spacy.blank(LANGUAGE, config=config)
    nlp.tokenizer.from_bytes(carried(tokenizer))
    pipe: Any = nlp.add_pipe(component.FACTORY, config={"overlapping": overlapping})
    pipe.learner = learner
    return nlp


def network_pipeline(trained: Path, *, overlapping: bool) -> Language:
    """A pipeline of the network alone, whose spans stand where people's would: `doc.ents`, or the
    group SPANS_KEY."""
    return load_model_from_path(trained)


def joined_pipeline(
    trained: Path, learner: Learner, *, overlapping: bool, weight: float, least: float
) -> Language:
    """A pipeline of both. An `ner` is not run by itself, for what it sets would stand."""
    nlp = load_model_from_path(trained)
    network = OVERLAPPING if overlapping else NETWORK
    pipe: Any = nlp.add_pipe(
        joined.FACTORY,
        config={
            "overlapping": overlapping, "network": network, "weight": weight, "least": least,
        },
    )  # fmt: skip
    pipe.learner = learner
    if not overlapping:
        nlp.disable_pipe(NETWORK)
    return nlp


def tokenizer_config(name: str) -> dict[str, str]:
    """How a config names the project's tokenizer, which the pipeline carries."""
    return {"@tokenizers": "tonemark.tokenizer.v1", "name": name}
