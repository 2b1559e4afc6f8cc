"""One thing to know before training, as a report and a screen have it. Knows not what is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tonemark.training.preflight.places import Place

Kind = Literal[
    "tokenizer", "no_documents", "no_answers", "no_annotator", "no_label", "nothing_left",
    "no_training", "no_spans", "none_taught", "one_text", "damaged", "cutting", "blank_edges",
    "overlapping", "differing", "unlike", "in_both", "pieces_in_both", "scarce", "unknown_labels",
    "parts", "one_label", "unused_labels", "without_spans", "rejected", "ignored", "unanswered",
    "without_gold", "annotators",
]  # fmt: skip
"""What is found, as programs are told it: docs/training.md says of each what it is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before training.

    `kind` names it for programs, `count` is how often it is so, `words` a sentence that says what,
    `remedy` what to do (a line that begins with four blanks is a command), empty where there is
    nothing. `places` are the first documents that are meant. With `stops`, training cannot begin;
    with `note` nothing is wrong. All may quote data: whoever prints them passes them through
    `text.visible()`.
    """

    kind: Kind
    count: int
    words: str
    remedy: str = ""
    places: tuple[Place, ...] = ()
    stops: bool = False
    note: bool = False

    def to_json(self) -> dict[str, Any]:
        """As `check --json` has it."""
        return {
            "kind": self.kind, "count": self.count, "words": self.words, "remedy": self.remedy,
            "stops": self.stops, "note": self.note,
            "places": [each._asdict() for each in self.places],
        }  # fmt: skip
