"""Learner and network joined, as a component of a spaCy pipeline: `tonemark_joined`.

Needs spaCy and the learner's core, and nothing else of Tonemark: packages carry a copy of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from tonemark.training.learner.learning import Found, Learner
from tonemark.training.pipeline.component import SPANS_KEY, LearnerComponent, Words, set_spans
from tonemark.training.pipeline.pooling import FAINT, LEAST, WEIGHT, pooled

FACTORY = "tonemark_joined"

BEAM, DENSITY = 16, 0.0001
"""States that are followed at once, and how likely one must be beside the best to be among them:
the probability of a span is that of the ways that have it."""


def network_likely(pipe: Any, docs: Sequence[Doc], *, spans_key: str = "") -> list[list[Found]]:
    """The spans that a network finds possible in each Doc, by the tokens that are not white space:
    a spaCy `ner` by its beam, or a span categorizer that has written the group `spans_key`."""
    if spans_key:
        return [_categorized(doc, spans_key) for doc in docs]
    found: list[list[Found]] = [[] for _ in docs]
    filled = [at for at, doc in enumerate(docs) if len(doc)]
    if not filled:
        return found
    beams = pipe.beam_parse([docs[at] for at in filled], beam_width=BEAM, beam_density=DENSITY)
    for at, beam in zip(filled, beams, strict=True):
        sums: dict[tuple[int, int, str], float] = {}
        for chance, spans in pipe.moves.get_beam_parses(beam):
            for place in spans:
                sums[place] = sums.get(place, 0.0) + chance
        found[at] = _placed(docs[at], sums)
    return found


def _categorized(doc: Doc, key: str) -> list[Found]:
    group = doc.spans.get(key, ())
    scores = doc.spans[key].attrs.get("scores", ()) if len(group) else ()
    return _placed(
        doc,
        {
            # A row of one number from some of spaCy's categorizers, a number from others.
            (span.start, span.end, span.label_): float(getattr(score, "flat", (score,))[0])
            for span, score in zip(group, scores, strict=False)
        },
    )


def _placed(doc: Doc, sums: Mapping[tuple[int, int, str], float]) -> list[Found]:
    """Spans by spaCy's numbers of tokens as spans by the learner's; what begins or ends with white
    space is none of ours."""
    place = {number: at for at, number in enumerate(Words(doc).numbers)}
    return [
        Found(place[start], place[end - 1] + 1, label, min(1.0, score))
        for (start, end, label), score in sums.items()
        if score >= FAINT and start in place and end - 1 in place
    ]


class JoinedComponent(LearnerComponent):
    """Sets what learner and network find likely together. The network is the component of the
    pipeline that is called `network`: an `ner`, which need not be enabled, for it is run here; or
    where spans may overlap a span categorizer before it, whose group is taken and replaced."""

    def __init__(
        self,
        nlp: Language,
        name: str,
        *,
        overlapping: bool,
        spans_key: str,
        network: str,
        weight: float,
        least: float,
        learner: Learner | None = None,
    ) -> None:
        super().__init__(name, overlapping=overlapping, spans_key=spans_key, learner=learner)
        self.nlp = nlp
        self.network = network
        self.weight = weight
        self.least = least

    def __call__(self, doc: Doc) -> Doc:
        """Set what both find in a Doc, which is returned."""
        if self.learner is None or not len(doc):
            return doc
        words = Words(doc)
        key = self.spans_key if self.overlapping else ""
        (network,) = network_likely(self.nlp.get_pipe(self.network), [doc], spans_key=key)
        found = pooled(
            self.learner.likely(words.words, FAINT),
            network,
            weight=self.weight,
            least=self.least,
            overlapping=self.overlapping,
        )
        if self.overlapping:
            doc.spans.pop(self.spans_key, None)
        spans = [(words.span(doc, each), each.score) for each in found]
        set_spans(doc, spans, self.spans_key if self.overlapping else None)
        return doc


@Language.factory(
    FACTORY,
    assigns=["doc.ents", "doc.spans"],
    default_config={
        "overlapping": False,
        "spans_key": SPANS_KEY,
        "network": "ner",
        "weight": WEIGHT,
        "least": LEAST,
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def create_joined(
    nlp: Language,
    name: str,
    overlapping: bool,
    spans_key: str,
    network: str,
    weight: float,
    least: float,
) -> JoinedComponent:
    """What `factory = "tonemark_joined"` in a config makes."""
    return JoinedComponent(
        nlp, name, overlapping=overlapping, spans_key=spans_key, network=network, weight=weight,
        least=least,
    )  # fmt: skip
