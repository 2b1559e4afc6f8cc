"""The process that trains a network: `python -m tonemark.training.network.worker FOLDER UNTIL`.

What it tells of its training is JSON, one object a line. Beside its material it then leaves the
pipeline, and what that finds in the documents of the dev part. `networks` is its parent.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

FOUND = "found.json"
"""What the network finds possible in each document of the dev part, in order."""

TRAINED = "network"
"""The pipeline."""

BATCH = 64

LAST = 5
"""Added to its niceness: without a learner there is no model, without a network there is."""


def main(folder: str, until: str) -> int:
    """Train; the exit code."""
    os.nice(LAST)
    told = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    from spacy.tokens import DocBin

    from tonemark.training.network.spacy_loop import News, network_found, train_network
    from tonemark.training.outcome import TRIED_ON
    from tonemark.training.pipeline.component import blank_copy

    def tell(news: News | None) -> None:
        if news is not None:
            told.write(json.dumps(news._asdict()) + "\n")
            told.flush()

    place = Path(folder)
    nlp = train_network(place, until=float(until), told=tell)
    docs = [blank_copy(doc) for doc in DocBin().from_disk(place / TRIED_ON).get_docs(nlp.vocab)]
    found = []
    for first in range(0, len(docs), BATCH):
        found += network_found(nlp, docs[first : first + BATCH])
    (place / FOUND).write_text(json.dumps(found), encoding="ascii")
    nlp.to_disk(place / TRAINED)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
