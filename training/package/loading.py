"""The pipeline of a model, loaded from a copy of its files: what is packed is what was looked at,
and what somebody changes meanwhile is neither loaded nor passed on.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tonemark.errors import TonemarkError
from tonemark.training.runs.folders import Run
from tonemark.training.runs.trusted import digest_of, is_trusted
from tonemark.training.suggesting import untrusted

if TYPE_CHECKING:
    from spacy.language import Language


@contextlib.contextmanager
def copied(run: Run) -> Iterator[Path]:
    """A copy of a model's pipeline that nobody else can write, gone when the block ends.

    Raises TonemarkError where it cannot be read, where anything in it is a link (what it leads to
    would be passed on with the package), and where this user has neither trained that model nor
    said that it may be loaded.
    """
    with tempfile.TemporaryDirectory(prefix="tonemark-model-") as folder:
        copy = Path(folder, "pipeline")
        if not is_trusted(digest_of(run.pipeline, copy)):
            raise untrusted(run.name)
        yield copy


def loaded(name: str, pipeline: Path) -> Language:
    """The pipeline in a folder that may be loaded, of the model of that name. Raises TonemarkError
    where spaCy cannot load it."""
    import spacy

    try:
        return spacy.load(pipeline)
    except TonemarkError:
        raise
    except Exception as error:
        raise TonemarkError(
            f"{name} cannot be loaded: {' '.join(str(error).split())[:300]}.",
            "Train once more: tonemark train DIR",
        ) from None
