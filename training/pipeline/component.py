"""The learner as a component of a spaCy pipeline: `tonemark_learner`.

Needs spaCy and the learner's core, and nothing else of Tonemark: packages carry a copy of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import srsly  # type: ignore[import-untyped]
from spacy.language import Language
from spacy.pipeline.spancat import spancat_score
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import filter_spans

from tonemark.training.learner.learning import Found, Learner, Sentence, learn

FACTORY = "tonemark_learner"

SPANS_KEY = "sc"
"""The group in doc.spans of spans that may overlap: spaCy's span categorizers write there too."""

CONFIDENCE = "confidence"
"""`span._.confidence`: how likely an entity is right, 0 to 1; None where nobody has said. It is
kept with the Doc (`user_data`). Of a group in doc.spans `attrs["scores"]` has them, in order."""

if not Span.has_extension(CONFIDENCE):
    Span.set_extension(CONFIDENCE, default=None)


class Words:
    """The tokens of a Doc that a learner sees: all but white space, which only spaCy counts."""

    __slots__ = ("numbers", "words")

    def __init__(self, doc: Doc) -> None:
        self.numbers = [token.i for token in doc if not token.is_space]
        self.words = [doc[number].text for number in self.numbers]

    def span(self, doc: Doc, found: Found) -> Span:
        """What was found, in the Doc."""
        start, end = self.numbers[found.start], self.numbers[found.end - 1] + 1
        return Span(doc, start, end, label=found.label)

    def sentence(self, spans: Iterable[Span]) -> Sentence:
        """What a learner learns from a Doc with these spans."""
        place = {number: at for at, number in enumerate(self.numbers)}
        found = []
        for span in spans:
            inside = [place[number] for number in range(span.start, span.end) if number in place]
            if inside:
                found.append((inside[0], inside[-1] + 1, span.label_))
        return Sentence(tuple(self.words), tuple(found))


class LearnerComponent:
    """Sets `doc.ents`, or where spans may overlap a group in `doc.spans`, to what a learner finds.

    Entities that components before it have set stay, and what overlaps them is dropped. Without a
    learner (`learner` None) it sets nothing.
    """

    def __init__(
        self, name: str, *, overlapping: bool, spans_key: str, learner: Learner | None = None
    ) -> None:
        self.name = name
        self.overlapping = overlapping
        self.spans_key = spans_key
        self.learner = learner

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it may set, sorted."""
        return self.learner.labels if self.learner else ()

    def __call__(self, doc: Doc) -> Doc:
        """Set what it finds in a Doc, which is returned."""
        if self.learner and len(doc):
            words = Words(doc)
            found = self.learner.tag(words.words).found
            spans = [(words.span(doc, each), each.score) for each in found]
            set_spans(doc, spans, self.spans_key if self.overlapping else None)
        return doc

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Learn from examples, unless it has learnt already: `spacy train` calls this. The tokens
        are those of the references."""
        if self.learner is not None:
            return
        sentences = []
        for example in get_examples():
            doc = example.reference
            spans = doc.spans.get(self.spans_key, ()) if self.overlapping else doc.ents
            sentences.append(Words(doc).sentence(spans))
        self.learner = learn(sentences, overlapping=self.overlapping, thorough=True)

    def score(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        """The scores that spaCy's own components give: ents_f, or spans_sc_f."""
        found: dict[str, Any]
        if self.overlapping:
            found = spancat_score(examples, spans_key=self.spans_key)
        else:
            found = get_ner_prf(examples)
        return found

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The learner, and whether spans may overlap."""
        form = {
            "overlapping": self.overlapping,
            "spans_key": self.spans_key,
            "learner": self.learner.to_bytes() if self.learner else None,
        }
        data: bytes = srsly.msgpack_dumps(form)
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> LearnerComponent:
        """Take what `to_bytes` wrote. Raises ValueError where it is damaged."""
        form = srsly.msgpack_loads(data)
        self.overlapping, self.spans_key = bool(form["overlapping"]), str(form["spans_key"])
        self.learner = Learner.from_bytes(form["learner"]) if form["learner"] else None
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write `to_bytes` to a file."""
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> LearnerComponent:
        """Take it from a file that `to_disk` wrote."""
        return self.from_bytes(Path(path).read_bytes())

    def __getstate__(self) -> dict[str, Any]:
        """Pickled by the learner's bytes."""
        return {**self.__dict__, "learner": self.learner.to_bytes() if self.learner else None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self.learner = Learner.from_bytes(state["learner"]) if state["learner"] else None


@Language.factory(
    FACTORY,
    assigns=["doc.ents", "doc.spans"],
    default_config={"overlapping": False, "spans_key": SPANS_KEY},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def create_learner(nlp: Language, name: str, overlapping: bool, spans_key: str) -> LearnerComponent:
    """What `factory = "tonemark_learner"` in a config makes."""
    return LearnerComponent(name, overlapping=overlapping, spans_key=spans_key)


def set_spans(doc: Doc, spans: Sequence[tuple[Span, float]], key: str | None) -> None:
    """Set spans and how likely each is right: as the group `key` of doc.spans, or without one as
    entities, which do not overlap; those that the Doc has already stay."""
    if key is not None:
        group = list(doc.spans.get(key, ()))
        known = {(span.start, span.end, span.label) for span in group}
        scores = [*map(float, doc.spans[key].attrs.get("scores", ()))] if group else []
        scores += [1.0] * (len(group) - len(scores))
        new = [each for each in spans if (each[0].start, each[0].end, each[0].label) not in known]
        doc.spans[key] = [*group, *(span for span, _ in new)]
        doc.spans[key].attrs["scores"] = [*scores, *(score for _, score in new)]
        return
    taken = {token.i for span in doc.ents for token in span}
    free = [each for each in spans if taken.isdisjoint(range(each[0].start, each[0].end))]
    score_of = {(span.start, span.end): score for span, score in free}
    kept = filter_spans([span for span, _ in free])
    doc.set_ents([*doc.ents, *kept], default="outside")
    for span in kept:
        span._.set(CONFIDENCE, score_of[span.start, span.end])


def blank_copy(doc: Doc) -> Doc:
    """The same tokens with nothing set on them."""
    words, spaces = [token.text for token in doc], [bool(token.whitespace_) for token in doc]
    return Doc(doc.vocab, words=words, spaces=spaces)
