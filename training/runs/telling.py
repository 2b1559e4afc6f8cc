"""What came of a training, in plain words: how good the model is, which kind and why, and what
would help it most. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tonemark.text import counted

KINDS = {
    "learner": "the learner",
    "network": "spaCy's network",
    "joined": "the learner and spaCy's network, joined",
}
"""What each kind of model is."""

LABELS_SHOWN = 20
"""Labels whose scores are told one by one; model.json has all."""


def in_words(name: str, about: Mapping[str, Any]) -> Iterator[str]:
    """The lines of what came of a training; `about` is as `outcome.Outcome.to_json` and `advice`
    give it, and may have been changed by anybody. Where lines are indented they belong to the one
    above."""
    kind = str(about.get("kind", ""))
    yield f"{name}: {KINDS.get(kind, kind)}"
    if about.get("scored_on") == "nothing" or not _number(about, "scored"):
        yield "  It was not scored: how good it is, nobody knows yet."
    else:
        figures = f"precision {_share(about, 'precision')}, recall {_share(about, 'recall')}"
        yield f"  F1 {_share(about, 'f1')} ({figures}) {_scored(about)}"
    if why := str(about.get("why", "")):
        yield f"  {why}"
    yield from _labels(about)
    documents, seconds = int(_number(about, "documents")), _number(about, "seconds")
    yield f"  learnt from {counted(documents, 'document')} in {seconds:,.0f} s"
    if cut := int(_number(about, "cut")):
        spans = counted(cut, "span")
        yield f"  {spans} that begin or end inside a token, or in white space, taught it nothing"
    advice = about.get("advice")
    if isinstance(advice, list) and advice:
        yield "What would help most:"
        yield f"  {advice[0]}"


def in_short(name: str, about: Mapping[str, Any]) -> str:
    """The same in a few words."""
    if about.get("scored_on") == "nothing" or not _number(about, "scored"):
        return f"{name} is trained"
    return f"{name} is trained: F1 {_share(about, 'f1')}"


def options(about: Mapping[str, Any]) -> list[str]:
    """What was asked of a training beside its time, as arguments of `train`, not quoted: models
    that were asked for differently learnt from different things. Anybody may have changed it."""
    asked = about.get("asked")
    if not isinstance(asked, dict):
        return []
    found = []
    labels = asked.get("labels")
    if isinstance(labels, list) and labels:
        found += ["--labels", ",".join(map(str, labels))]
    if asked.get("gold") is True:
        found.append("--gold")
    for name in ("annotator", "base"):
        if isinstance(asked.get(name), str):
            found += [f"--{name}", asked[name]]
    return found


def _scored(about: Mapping[str, Any]) -> str:
    documents = counted(int(_number(about, "scored")), "document")
    if about.get("scored_on") == "evaluation":
        return f"on {documents} kept to score on"
    return f"on {documents}, each scored by a model that has not learnt from it"


def _labels(about: Mapping[str, Any]) -> Iterator[str]:
    labels, taught = about.get("by_label"), about.get("taught")
    if not isinstance(labels, dict):
        return
    for name, counts in list(labels.items())[:LABELS_SHOWN]:
        if not isinstance(counts, dict):
            continue
        number = int(_number(taught, name)) if isinstance(taught, dict) else 0
        of = f", learnt from {counted(number, 'example')}" if number else ""
        yield f"    {name}: F1 {_share(counts, 'f1')}{of}"
    if len(labels) > LABELS_SHOWN:
        yield f"    and {len(labels) - LABELS_SHOWN:,} labels more"


def _number(about: Mapping[str, Any], name: str) -> float:
    value = about.get(name)
    return float(value) if isinstance(value, int | float) and 0 <= value < 2**53 else 0.0


def _share(about: Mapping[str, Any], name: str) -> str:
    return f"{_number(about, name):.3f}"
