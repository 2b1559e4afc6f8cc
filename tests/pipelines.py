"""Pipelines for tests: one that is installed as a package, and models of a project."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packages import install

from tonemark.training.runs.folders import models_in, write_about

CODE = """
import spacy

def load(**overrides):
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([
        {"label": "PER", "pattern": "Asha"},
        {"label": "CITY", "pattern": "Voi"},
        {"label": "PER", "pattern": "Juma"},
    ])
    return changed(nlp)

def changed(nlp):
    return nlp
"""
"""Finds Asha and Juma, PER, and Voi, CITY."""

NAME = "tests_pipe"


def plug_pipeline(site: Path, more: str = "", labels: Iterable[str] = ("CITY", "PER")) -> None:
    """Install the pipeline; `more` is added to its code, `labels` are told in its meta.json."""
    install(site, "tests-pipe", {NAME: NAME}, {}, group="spacy_models", version="1.2")
    (site / NAME).mkdir()
    (site / NAME / "__init__.py").write_text(CODE + more)
    meta = {"labels": {"entity_ruler": list(labels), "tagger": ["NOUN"]}}
    (site / NAME / "meta.json").write_text(json.dumps(meta))


def made_model(folder: Path, name: str = "model-1", *texts: str, **about: Any) -> Path:
    """A model of the project in a folder, with Asha as PER; `texts` have taught it."""
    import spacy

    from tonemark.corpus.shares import hash_of

    path = models_in(folder) / name
    nlp = spacy.blank("xx", meta={"name": name})
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Asha"}])  # type: ignore[attr-defined]
    path.mkdir(parents=True)
    nlp.to_disk(path / "pipeline")
    told = {"kind": "learner", "labels": ["PER"], "f1": 0.5, "scored": 8, "documents": 9}
    write_about(path, {**told, "hashes": [hash_of(text).hex() for text in texts], **about})
    return path
