"""Which documents a reviewer asks for, by words: kinds, a label, an annotator, and what is known of
those in a project. The command line and the screen ask alike."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from tonemark.corpus.project import Project
from tonemark.corpus.reviews import KINDS, Wanted
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.text import short

EVERYTHING, LARGEST = "all", "largest"
"""Words for documents on which all agree, too, and for the most differences first."""

LABEL, ANNOTATOR = "label:", "annotator:"
"""What stands before a name that is another word here, too."""


class Known(NamedTuple):
    """The labels of a project and of its spans, and the annotators who have answered."""

    labels: Collection[str]
    annotators: Collection[str]


def known(project: Project, store: Store) -> Known:
    """What can be asked for: what is not there would find nothing, as if all were settled."""
    marked = store.db.execute("SELECT DISTINCT label FROM spans ORDER BY label")
    answered = store.db.execute(
        "SELECT DISTINCT annotator FROM annotations WHERE current ORDER BY annotator"
    )
    labels = dict.fromkeys([*(label.name for label in project.labels), *(at for (at,) in marked)])
    return Known(list(labels), [name for (name,) in answered])


def check_known(project: Project, known: Known, wanted: Wanted) -> None:
    """Raises TonemarkError for a label or an annotator that is not there."""
    labels, annotators = known
    if wanted.label and wanted.label not in labels:
        raise TonemarkError(
            f"No label of {project.name} is called {wanted.label}.",
            f"Labels: {', '.join(labels) or 'none yet'}.",
        )
    if wanted.annotator and wanted.annotator not in annotators:
        raise TonemarkError(
            f"{wanted.annotator} has answered no document of {project.name}.",
            f"Annotators who have: {', '.join(annotators) or 'nobody yet'}.",
        )


def said_of(wanted: Wanted, labels: Collection[str] = ()) -> str:
    """Which documents a reviewer wants, as `asked_for` reads it where these are the labels."""
    label, annotator = wanted.label, wanted.annotator
    if _is_word(label) or label.startswith((LABEL, ANNOTATOR)):
        label = LABEL + label
    if _is_word(annotator) or annotator in labels:
        annotator = ANNOTATOR + annotator
    said = [*wanted.kinds, label, annotator]
    said += [EVERYTHING] * wanted.everything + [LARGEST] * wanted.largest
    return " ".join(filter(None, said))


def asked_for(said: str, known: Known) -> Wanted:
    """Which documents are wanted by words, as `said_of` writes them.

    Raises TonemarkError for a word that is neither a kind, nor a label, nor an annotator.
    """
    words = dict.fromkeys(said.split())
    label = annotator = ""
    for word in words:
        if _is_word(word):
            continue
        if word.startswith(LABEL) and word.removeprefix(LABEL) in known.labels:
            label = word.removeprefix(LABEL)
        elif word.startswith(ANNOTATOR) and word.removeprefix(ANNOTATOR) in known.annotators:
            annotator = word.removeprefix(ANNOTATOR)
        elif word in known.labels:
            label = word
        elif word in known.annotators:
            annotator = word
        else:
            raise TonemarkError(f"{short(word, 30)} is no kind, no label and no annotator here")
    kinds = tuple(word for word in words if word in KINDS)
    return Wanted(kinds, label, annotator, EVERYTHING in words, LARGEST in words)


def _is_word(name: str) -> bool:
    return name in (*KINDS, EVERYTHING, LARGEST)
