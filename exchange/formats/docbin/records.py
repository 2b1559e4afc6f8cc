"""Records out of spaCy's DocBin: those that `writing.py` wrote, skweak's, and anybody's.

Of a file that is not ours doc.ents and each layer of doc.spans are suggestions, unless annotators
are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from tonemark.corpus.records import ANSWERS, GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions
from tonemark.exchange.checks import checked_key, checked_label, checked_text, token_warnings
from tonemark.exchange.formats.docbin.packing import BEGINS, INSIDE, MISSING, Layer, Packed
from tonemark.exchange.formats.docbin.unpacking import BinReader
from tonemark.exchange.formats.docbin.user_data import (
    foreign_meta,
    jsonlike,
    listed,
    own_meta,
    own_score,
    own_time,
    own_tokens,
)
from tonemark.exchange.settled import GOLD, parsed_settled
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.tokenizers.base import Token

FIELD = "tonemark"
"""The key of doc.user_data under which a document of ours says what it is:
`{"key", "meta", "tokens", "answers": [{"annotator", "answer", "layer", ...}], "suggestions"}`.

`layer` names the layer of doc.spans with the answer's spans. `tokens` are those of the document,
where they are not those of the Doc, and of an answer, where they are not its document's: start and
end of each, one after the other, in code points; null where it has none."""

STANDS = "sc"
"""The layer of what stands: the key that spaCy's spancat trains on."""

ANNOTATOR = "annotator:"
"""How the name of a layer with one annotator's answer begins."""

GOLD_LAYER = "gold"
"""The layer of a gold answer that is no accept, beside annotators'."""

SUGGESTED = "suggested:"
"""How the name of a layer with suggestions of one kind begins."""


def read_docbin(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A document a record, counted from 1 in place of lines; white-space tokens are none of ours.

    Where the file is not ours, the one name in `annotators` has doc.ents as her accept, or, where
    no token has an entity or is without one, doc.spans["sc"]; several have the layers of
    doc.spans of their names. All else are suggestions, those of a layer from `import:FILE:LAYER`.

    Raises TonemarkError where the file is no DocBin, is damaged or a bomb, and where annotators are
    named that have no layer.
    """
    read = BinReader(stream, options.source)
    named = _named(read, options)
    notes = dict.fromkeys(f"{words} (of the tokens) are left out" for words in read.left_out)
    for number, packed in enumerate(read.documents(), start=1):
        try:
            if isinstance(packed, Refused):
                raise packed
            document = _Document(packed, options, named, list(notes))
            yield document.record(number)
        except Refused as refused:
            yield Refusal(number, f"document {number}: {refused}")
        else:
            notes = {}


def _named(read: BinReader, options: ReadOptions) -> tuple[str, ...]:
    """The annotators that are layers; none where the one who is named has doc.ents."""
    names = options.annotators
    if not names:
        return ()
    layers = read.layer_names()
    if set(names) <= layers:
        return names
    missing = [name for name in names if name not in layers]
    if len(names) > 1 and not any(each.startswith(ANNOTATOR) for each in layers):
        there = ", ".join(sorted(quoted(each) for each in layers)[:10]) or "none"
        raise TonemarkError(
            f"{options.source or 'The file'} has no layer of spans (doc.spans) named "
            f"{', '.join(missing)}; its layers: {there}.",
            "Name layers with --annotators, or one annotator, whose doc.ents are.",
        )
    return ()


class _Suggested(NamedTuple):
    """Whence a suggestion comes, in order, and the best score that it was given."""

    sources: dict[str, None]
    score: float


@dataclass(slots=True)
class _Document:
    """A document on its way to a record."""

    packed: Packed
    options: ReadOptions
    named: tuple[str, ...]
    warnings: list[str]
    text: str = ""
    places: list[Token] = field(default_factory=list)
    suggested: dict[tuple[int, int, str], _Suggested] = field(default_factory=dict)

    def record(self, number: int) -> Record:
        """Raises Refused."""
        parts: list[str] = []
        at = 0
        for word, space in zip(self.packed.words, self.packed.spaces, strict=True):
            self.places.append(Token(at, at + len(word)))
            parts += (word, " ") if space else (word,)
            at += len(word) + space
        self.text = checked_text("".join(parts))
        tokens: tuple[Token, ...] | None = tuple(
            place
            for place, word in zip(self.places, self.packed.words, strict=True)
            if not word.isspace()
        )
        if self.packed.has_cats:
            self.warnings.append("doc.cats (labels of whole texts) are left out")
        own = self.packed.user_data.get(FIELD)
        if isinstance(own, dict):
            tokens = own_tokens(own["tokens"], len(self.text)) if "tokens" in own else tokens
            key = checked_key(own.get("key"), "its key")
            meta = own_meta(own.get("meta"), self.warnings)
            annotations = self._answers(own)
        else:
            meta = foreign_meta(self.packed.user_data, self.warnings)
            names = (each for each in ("key", "id") if type(meta.get(each)) in (str, int))
            key = next((checked_key(meta[name], name) for name in names), None)
            annotations = self._foreign_answers()
        if tokens is not None:
            self.warnings += token_warnings(self.text, tokens)
        return Record(
            number,
            number,
            self.text,
            key,
            meta,
            tokens,
            tuple(sorted(Suggestion(*key, tuple(s), n) for key, (s, n) in self.suggested.items())),
            annotations,
            tuple(dict.fromkeys(self.warnings)),
        )

    def _stretches(self, layer: Layer, name: str) -> list[tuple[int, int, str]]:
        """The spans of a layer, in code points."""
        found = []
        for span in layer.spans:
            start, end = self.places[span.first].start, self.places[span.end - 1].end
            if (start, end) != (span.start_char, span.end_char):
                raise Refused(
                    f"a span of the layer {quoted(name)} is said to be {span.start_char}-"
                    f"{span.end_char}, but its tokens are {start}-{end}; offsets must count code "
                    "points"
                )
            found.append((start, end, checked_label(span.label)))
        return found

    def _entities(self) -> list[tuple[int, int, str]]:
        """doc.ents, in code points, as spaCy reads them: inside what is no entity begins one."""
        found: list[tuple[int, int, str]] = []
        open_label = ""
        for place, iob, label in zip(self.places, self.packed.iob, self.packed.labels, strict=True):
            if iob not in (INSIDE, BEGINS) or not label:
                open_label = ""
            elif iob == INSIDE and label == open_label:
                found[-1] = (found[-1][0], place.end, label)
            else:
                open_label = checked_label(label)
                found.append((place.start, place.end, label))
        return found

    def _suggest(
        self,
        stretches: Iterable[tuple[int, int, str]],
        sources: Iterable[tuple[str, ...]],
        scores: Iterable[float],
    ) -> None:
        for key, whence, score in zip(stretches, sources, scores, strict=True):
            gathered, best = self.suggested.get(key) or _Suggested({}, score)
            gathered.update(dict.fromkeys(whence))
            self.suggested[key] = _Suggested(gathered, max(score, best))

    def _suggest_from(self, stretches: Sequence[tuple[int, int, str]], origin: str) -> None:
        self._suggest(stretches, [(origin,)] * len(stretches), [1.0] * len(stretches))

    def _layers_left(self, known: set[str]) -> None:
        """Layers that are nobody's answer, as suggestions."""
        for name, layer in self.packed.layers.items():
            if name in known:
                continue
            if any(not span.label for span in layer.spans):
                self.warnings.append(
                    f"the layer {quoted(name)} has spans without a label: left out"
                )
                continue
            self._suggest_from(self._stretches(layer, name), f"{self.options.origin}:{name}")

    # Our own documents

    def _answers(self, own: dict[Any, Any]) -> tuple[GivenAnnotation, ...]:
        given = listed(own.get("answers", ()), "answers")
        annotations = tuple(self._annotation(each) for each in given)
        known = {STANDS, *(each["layer"] for each in given)}
        stands = set(self._stretches(layer, STANDS)) if (layer := self._layer(STANDS)) else set()
        # Entities and layers that somebody has added to a document of ours.
        self._suggest_from([e for e in self._entities() if e not in stands], self.options.origin)
        self._layers_left(known | {n for n in self.packed.layers if n.startswith(SUGGESTED)})
        for name, layer in self.packed.layers.items():
            if name.startswith(SUGGESTED):
                found = self._stretches(layer, name)
                self._suggest(found, self._sources(layer), self._scores(layer))
        for each in listed(own.get("suggestions", ()), "suggestions"):
            self._suggest_odd(each)
        return annotations

    def _layer(self, name: str) -> Layer | None:
        return self.packed.layers.get(name)

    def _annotation(self, given: Any) -> GivenAnnotation:
        if not isinstance(given, dict):
            raise Refused(f"an answer in its user data is {quoted(given)}, not an object")
        layer = given.get("layer")
        if not isinstance(layer, str) or layer not in self.packed.layers:
            raise Refused(
                f"an answer in its user data has the layer {quoted(layer)}: there is none"
            )
        said = given.get("answer")
        answer = next((each for each in ANSWERS if each == said), None)
        if answer is None:
            raise Refused(f"the answer is {quoted(said)}, not one of {', '.join(ANSWERS)}")
        found = self.packed.layers[layer]
        spans = tuple(
            Span(*stretch, sources)
            for stretch, sources in zip(
                self._stretches(found, layer), self._sources(found), strict=True
            )
        )
        comment, flagged = given.get("comment", ""), given.get("flagged", False)
        if not isinstance(comment, str) or not isinstance(flagged, bool):
            raise Refused("a comment or flag in its user data is not as export writes it")
        name = given.get("annotator")
        if not isinstance(name, str) or not name.strip():
            name = "unknown"
            self.warnings.append('an answer of nobody: taken as that of "unknown"')
        settled = parsed_settled(_settled_data(given.get(GOLD)), len(self.text))
        if settled is None and given.get(GOLD) is not None:
            self.warnings.append(f'"{GOLD}" is not as export writes it: taken as an answer')
        tokens = own_tokens(given["tokens"], len(self.text)) if "tokens" in given else None
        return GivenAnnotation(
            settled[0] if settled else name,
            answer,
            tuple(sorted(spans)),
            comment,
            flagged,
            own_time(given.get("time"), self.warnings),
            tokens,
            settled=settled[1] if settled else None,
        )

    def _sources(self, layer: Layer) -> list[tuple[str, ...]]:
        """Whence each span of a layer of ours came."""
        said = layer.attrs.get("sources")
        if not isinstance(said, tuple) or len(said) != len(layer.spans):
            return [(self.options.origin,)] * len(layer.spans)
        return [self._source(each) for each in said]

    def _source(self, said: Any) -> tuple[str, ...]:
        names = said if isinstance(said, tuple) else ()
        found = tuple(dict.fromkeys(each for each in names if isinstance(each, str) and each))
        return found or (self.options.origin,)

    def _scores(self, layer: Layer) -> list[float]:
        said = layer.attrs.get("scores")
        if not isinstance(said, tuple) or len(said) != len(layer.spans):
            return [1.0] * len(layer.spans)
        return [own_score(each) for each in said]

    def _suggest_odd(self, given: Any) -> None:
        """A suggestion that does not lie on tokens."""
        if not isinstance(given, tuple) or len(given) != 5:
            raise Refused("a suggestion in its user data is not as export writes it")
        start, end, label, sources, score = given
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(self.text):
            raise Refused(
                f"the suggestion {quoted(start)}-{quoted(end)} lies outside the text, which has "
                f"{len(self.text)} characters"
            )
        key = (start, end, checked_label(label))
        self._suggest([key], [self._source(sources)], [own_score(score)])

    # Anybody's documents

    def _foreign_answers(self) -> tuple[GivenAnnotation, ...]:
        entities = self._entities()
        if self.named:
            self._suggest_from(entities, self.options.origin)
            self._layers_left(set(self.named))
            return tuple(
                self._accept(name, self._stretches(layer, name))
                for name in dict.fromkeys(self.named)
                if (layer := self._layer(name)) is not None
            )
        iob = self.packed.iob
        missing = sum(each == MISSING for each in iob)
        if len(self.options.annotators) == 1:
            [name] = self.options.annotators
            stands = self._layer(STANDS)
            if missing == len(iob) and stands is not None:
                self._layers_left({STANDS})
                return (self._accept(name, self._stretches(stands, STANDS)),)
            if not missing:
                self._layers_left(set())
                return (self._accept(name, entities),)
            self.warnings.append(
                f"doc.ents is missing for {missing:,} of {len(iob):,} tokens: no answer"
            )
        self._suggest_from(entities, self.options.origin)
        self._layers_left(set())
        return ()

    def _accept(self, name: str, stretches: Iterable[tuple[int, int, str]]) -> GivenAnnotation:
        origin = (self.options.origin,)
        return GivenAnnotation(
            name, "accept", tuple(Span(*each, origin) for each in sorted(set(stretches)))
        )


def _settled_data(given: Any) -> Any:
    try:
        return jsonlike(given)
    except ValueError:
        return None
