"""What a training leaves in its folder: the pipeline of the model that was chosen, the project's
tokenizer in it, and the material of the network that was scored.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.bridges.spacy_tokenizers import ANY
from tonemark.training.choosing import Join
from tonemark.training.learner.learning import Learner
from tonemark.training.network.networks import Networks
from tonemark.training.outcome import CONFIG, PIPELINE, TOKENIZER, TRAINED_ON, TRIED_ON, Kind

if TYPE_CHECKING:
    from spacy.language import Language


def ready() -> None:
    """Load what saving needs, while there is something to wait for anyway."""
    import tonemark.training.pipeline.joined  # noqa: F401


def save(
    into: Path,
    kind: Kind,
    tokenizer: Tokenizer,
    learner: Learner,
    networks: Networks,
    join: Join,
    *,
    language: str = ANY,
    overlapping: bool,
) -> None:
    """Write the pipeline of that kind, of a language by spaCy's code; and if networks were trained,
    whichever was chosen, what `spacy train` repeats the one from that was scored. Where there is
    one of all documents, too, that is the one in the pipeline."""
    if networks.scored:
        for name in (CONFIG, TRAINED_ON, TRIED_ON, TOKENIZER):
            shutil.copyfile(networks.scored.folder / name, into / name)
    if kind == "learner" or networks.kept is None:
        nlp = _learner_pipeline(tokenizer, learner, language, overlapping=overlapping)
    else:
        from spacy.util import load_model_from_path

        nlp = load_model_from_path(networks.kept)
        if kind == "joined":
            _join(nlp, learner, join, overlapping=overlapping)
    nlp.to_disk(into / PIPELINE)


def _learner_pipeline(
    tokenizer: Tokenizer, learner: Learner, language: str, *, overlapping: bool
) -> Language:
    import spacy

    from tonemark.tokenizers.bridges.carrying import carried
    from tonemark.training.pipeline.component import FACTORY

    named = {"@tokenizers": "tonemark.tokenizer.v1", "name": tokenizer.name}
    nlp = spacy.blank(language, config={"nlp": {"tokenizer": named}})
    bridge: Any = nlp.tokenizer
    bridge.from_bytes(carried(tokenizer))
    pipe: Any = nlp.add_pipe(FACTORY, config={"overlapping": overlapping})
    pipe.learner = learner
    return nlp


def _join(nlp: Language, learner: Learner, join: Join, *, overlapping: bool) -> None:
    from tonemark.training.network.spacy_loop import NETWORK, OVERLAPPING
    from tonemark.training.pipeline.joined import FACTORY
    from tonemark.training.pipeline.pooling import FAINT

    network = OVERLAPPING if overlapping else NETWORK
    given = {"overlapping": overlapping, "network": network, **join._asdict()}
    pipe: Any = nlp.add_pipe(FACTORY, config=given)
    pipe.learner = learner
    if overlapping:
        categorizer: Any = nlp.get_pipe(OVERLAPPING)
        categorizer.cfg["threshold"] = FAINT
    else:
        # What an `ner` sets by itself would stand: the two joined run it.
        nlp.disable_pipe(NETWORK)
