"""The model card of a packaged pipeline: what it is, what it learnt from, how good it is, and how
to do it again. Knows no store and no files.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tonemark.exchange.formats.huggingface.card import plain
from tonemark.text import counted, visible
from tonemark.tokenizers.languages import language_name
from tonemark.training.scores.scoring import Scores

KINDS = {
    "learner": "a linear-chain conditional random field over words, affixes, shapes and neighbours",
    "network": "spaCy's neural network",
    "joined": "a conditional random field and spaCy's neural network, joined",
}

ON = {
    "evaluation": "documents that it never learnt from",
    "cross-validation": "the same documents in parts, each by a model that had not learnt from"
    " them (cross-validation)",
}
"""On what a model was scored."""

NONE_STATED = "none stated: ask whoever made it before you pass it on."


@dataclass(frozen=True, slots=True)
class About:
    """What the card tells of a model. `labels` have what each means, `taught` how many spans of
    each it learnt from; `agreement` has figures between annotators (`Agreement.to_json`), empty
    where there are none; `made` is a date, ISO 8601; `licence` is that of the data, as the project
    states it, empty where it states none."""

    project: str
    package: str
    version: str
    model: str
    kind: str
    why: str
    language: str
    tokenizer: str
    tokenizer_version: str
    labels: Mapping[str, str]
    taught: Mapping[str, int]
    documents: int
    annotators: int
    agreement: Mapping[str, Any]
    scored_on: str
    scores: Mapping[str, Any]
    seconds: float
    licence: str
    made: str
    tonemark: str
    requirements: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    overlapping: bool = False

    def to_json(self) -> dict[str, Any]:
        """As the package's meta.json has it, under "tonemark"."""
        return asdict(self)


def card(about: About) -> str:
    """The card, in Markdown; all that people wrote in it is plain text."""
    return "".join(f"{line}\n" for line in _lines(about))


def shown_scores(scores: Scores | None) -> dict[str, Any]:
    """The figures of a model that go with it, without what its errors are."""
    if scores is None:
        return {}
    left = ("confusion", "boundary")
    return {name: value for name, value in scores.to_json().items() if name not in left}


def _lines(about: About) -> Iterator[str]:
    yield f"# {_text(about.package)} {about.version}"
    yield ""
    yield (
        f"A spaCy pipeline that marks spans in {_text(language_name(about.language))} text"
        f" ({_text(about.language)}), trained in the Tonemark project {_text(about.project)}"
        f" ({_text(about.model)}, {about.made})."
    )
    yield ""
    yield "    python -m pip install " + f"{about.package}-{about.version}-py3-none-any.whl"
    yield ""
    yield "    import spacy"
    yield f'    nlp = spacy.load("{about.package}")'
    where = 'doc.spans["sc"]' if about.overlapping else "doc.ents"
    yield f'    doc = nlp("...")   # what it finds is in {where}'
    yield ""
    yield "## What it is"
    yield ""
    yield f"- Kind: {KINDS.get(about.kind, _text(about.kind))}."
    if about.why:
        yield f"- Why this kind: {_text(about.why)}"
    yield (
        f"- Tokenizer: {_text(about.tokenizer)}, version {_text(about.tokenizer_version)}; it lies"
        " in the package."
    )
    needs = ", ".join(f"`{each}`" for each in about.requirements)
    yield f"- Needs: Python 3.11 or later, {needs}."
    yield ""
    yield "## Labels"
    yield ""
    yield "| label | spans it learnt from | meaning |"
    yield "|---|---:|---|"
    for label in sorted({*about.labels, *about.taught}):
        meaning = _text(about.labels.get(label, ""))
        yield f"| {_text(label)} | {about.taught.get(label, 0):,} | {meaning} |"
    yield ""
    yield "## Data"
    yield ""
    yield (
        f"It learnt from {counted(about.documents, 'document')} with"
        f" {counted(sum(about.taught.values()), 'span')}{_labelled(about)}. The texts are not in"
        " the package, but words of theirs are."
    )
    yield ""
    yield from _agreement(about)
    yield ""
    yield "## Scores"
    yield ""
    yield from _scores(about)
    yield ""
    yield "## Licence"
    yield ""
    yield f"- Model and data: {_text(about.licence) or NONE_STATED}"
    yield "- The code in `_tonemark` is Tonemark's, under the MIT licence (`LICENSE-CODE`)."
    yield ""
    yield "## How to repeat it"
    yield ""
    yield (
        f"With the project's folder and Tonemark {_text(about.tonemark)}, in"
        f" {about.seconds:,.0f} seconds or as many as you give it:"
    )
    yield ""
    asked = "".join(f" {visible(shlex.quote(' '.join(each.split())))}" for each in about.asked)
    yield f"    tonemark train DIR --time {max(1, round(about.seconds))}s{asked}"
    yield "    tonemark package DIR"
    if about.kind != "learner":
        yield ""
        yield (
            "The network that was scored, by hand, from the folder"
            f" models/{_text(about.model)} of the project: `python -m spacy train config.cfg -o"
            " OUT`. It learnt from none of the documents that it was scored on."
        )


def _labelled(about: About) -> str:
    return f", labelled by {counted(about.annotators, 'annotator')}" if about.annotators else ""


def _agreement(about: About) -> Iterator[str]:
    found = about.agreement
    if "--annotator" in about.asked:
        yield "It learnt from the answers of one annotator: how far others agree is not told here."
        return
    if not found:
        yield "Agreement is not known: no two annotators labelled the same documents."
        return
    fleiss, alpha = found["fleiss"]["entity"], found["alpha"]["entity"]
    yield (
        "Agreement between the project's annotators when this was packaged, over"
        f" {counted(found['documents'], 'document')}:"
        f" F1 of pairs {_figure(found['f1'])}, Fleiss' kappa {_figure(fleiss)} and Krippendorff's"
        f" alpha {_figure(alpha)} over the stretches that somebody has as a span."
    )


def _scores(about: About) -> Iterator[str]:
    scores = about.scores
    if not scores and about.scored_on in ON:
        yield (
            "It was scored, but what it was scored on could not be read when this was packaged: how"
            " good it is, is not known."
        )
        return
    if not scores:
        yield "It was not scored: there was no time for it, or no other document to score it on."
        return
    how = ON.get(about.scored_on, "documents")
    yield (
        f"Exact spans, micro-averaged, on {counted(scores['documents'], 'document')}: {how}."
        " Intervals: 95 %, by bootstrap over documents."
    )
    yield ""
    yield "| label | precision | recall | F1 | 95 % interval | spans |"
    yield "|---|---:|---:|---:|---:|---:|"
    rows = [("all", scores), *((_text(name), each) for name, each in scores["labels"].items())]
    for name, each in rows:
        low_high = each["intervals"].get("f1")
        interval = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else "-"
        figures = " | ".join(_figure(each[key]) for key in ("precision", "recall", "f1"))
        yield f"| {name} | {figures} | {interval} | {each['gold']:,} |"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _text(value: str) -> str:
    """What people wrote, on one line, its marks taken for what they are."""
    return plain(visible(" ".join(value.split())))
