"""What a sidecar keeps, put back into the records that a reader made of the file beside it.

A file that is as it was written gets all of it, line by line. Where it was changed since, each
record is looked for, and what the file itself holds is taken as it has it, with a warning. Knows no
format, only what one holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.alignment import Alignment, aligned
from tonemark.exchange.base import Given, Held, ReadOptions
from tonemark.exchange.finding import Ahead, Found, Index
from tonemark.exchange.kept import Damage, Kept, Sidecar, Stretches
from tonemark.exchange.metadata import OURS
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

_TAKEN = "taken as the file has it"
_CHANGED = "changed since it was exported"

_Placed = TypeVar("_Placed", Span, Suggestion)


class Changed(str):
    """A warning of a record that is no longer what the sidecar keeps."""


def tells_change(warning: str) -> bool:
    """Whether a record's warning says that it is no longer what the sidecar keeps."""
    return isinstance(warning, Changed)


def tells_damage(refusal: Refusal) -> bool:
    """Whether a refusal is of a line of a sidecar, not of the file."""
    return isinstance(refusal, Damage)


@dataclass(frozen=True)
class Restoring:
    """How the records of a file are restored: from this sidecar, of a format that `holds` this,
    read with `options`.

    `is_unchanged`: the file is to the byte the one that was written. `lent` are annotators whom
    neither the file names nor whoever adds it, only the sidecar.
    """

    sidecar: Sidecar
    options: ReadOptions
    holds: frozenset[Held]
    is_unchanged: bool = False
    lent: tuple[str, ...] = ()

    def restored(self, given: Iterator[Given]) -> Iterator[Given]:
        """The records with what the sidecar keeps of their documents; those of one document as one.

        Documents that were taken out of the file are passed over. A record that the sidecar does
        not know, of which it cannot be told which one it is, or whose text differs in more than
        white space, comes as the reader made it, with a warning.
        """
        ahead = Ahead(given)
        done = 0
        if self.is_unchanged:
            for _, kept in self.sidecar.documents():
                if isinstance(kept, Damage):
                    break
                if (record := self._in_order(ahead, kept)) is None:
                    name = self.sidecar.path.name
                    yield Damage(kept.line, f"line {kept.line} of {name} is not of this file")
                    break
                done += 1
                yield record
            else:
                yield from map(self._beyond, ahead)
                return
        index = Index(self.sidecar, by_key="keys" in self.holds, done=done)
        yield from index.damage
        for each in ahead:
            yield each if isinstance(each, Refusal) else self._sought(each, ahead, index)

    def _in_order(self, ahead: Ahead, kept: Kept) -> Record | None:
        """The next records, if they are this document; else they stay where they are."""
        if not isinstance(first := ahead.take(), Record):
            parts = None
        else:
            parts = ahead.covering(kept.text, first)
        if parts is None:
            ahead.put_back([first] if first is not None else [])
            return None
        alignment = aligned([each.text for each in parts], kept.text)
        assert alignment
        if self.options.annotators and not self.lent and "annotators" not in self.holds:
            return self._merged(parts, alignment, kept)  # whose answer it is was said anew
        suggestions = _loose(parts, alignment)
        if not kept.annotations:
            suggestions = kept.suggestions
        elif not any(each.annotations for each in parts):
            suggestions = ()
        return parts[0]._replace(
            text=kept.text,
            key=kept.key,
            meta=kept.meta,
            tokens=self._tokens(kept),
            suggestions=suggestions,
            annotations=kept.annotations,
            warnings=_warnings(parts),
        )

    def _beyond(self, each: Given) -> Given:
        """What stands behind the last document."""
        if isinstance(each, Refusal):
            return each
        return self._unknown(
            each, Changed(f"the text is not in {self.sidecar.path.name}: {_TAKEN}")
        )

    def _sought(self, first: Record, ahead: Ahead, index: Index) -> Record:
        name = self.sidecar.path.name
        found, is_several, is_any = index.found(first, ahead)
        if is_several and (fits := [each for each in found if self._fits(each)]):
            is_one = all(_answers(each.kept) == _answers(fits[0].kept) for each in fits)
            found = fits[:1] if is_one else []
        elif is_several:
            found = []
        if not found:
            why = f"the text is not in {name}"
            if is_several:
                why = f"which document it is cannot be told, for several in {name} are alike"
            elif is_any:
                why = f"the text differs from that in {name}"
            elif index.by_key:
                why = f"the key is not in {name}"
            return self._unknown(first, Changed(f"{why}: {_TAKEN}"))
        index.take(found[0], ahead)
        return self._merged(found[0].parts, found[0].alignment, found[0].kept)

    def _fits(self, found: Found) -> bool:
        """Whether the records say of a document what was written of it."""
        spans: dict[str | None, set[tuple[int, int, str]]] = {}
        for at, part in enumerate(found.parts):
            for each in part.annotations:
                placed = _all_placed(each.spans, at, found.alignment)
                spans.setdefault(each.annotator, set()).update(_stretches(placed))
            if not part.annotations:
                loose = _all_placed(part.suggestions, at, found.alignment)
                spans.setdefault(None, set()).update(_stretches(loose))
        pairs = list(zip(found.kept.annotations, found.kept.written, strict=True))
        if not pairs:
            return set().union(*spans.values()) == _stretches(found.kept.suggestions)
        return all(
            any(written == said and name in (None, its.annotator) for its, written in pairs)
            for name, said in spans.items()
        )

    def _unknown(self, record: Record, why: Changed) -> Record:
        """A record as the reader made it, but that nobody in it is named by the sidecar alone."""
        kept = [each for each in record.annotations if each.annotator not in self.lent]
        loose = {
            (each.start, each.end, each.label): Suggestion(
                each.start, each.end, each.label, (self.options.origin,)
            )
            for annotation in record.annotations
            if annotation.annotator in self.lent
            for each in annotation.spans
        }
        for each in record.suggestions:
            loose[each.start, each.end, each.label] = each
        return record._replace(
            annotations=tuple(kept),
            suggestions=tuple(loose.values()),
            warnings=(*record.warnings, why),
        )

    def _tokens(self, kept: Kept) -> tuple[Token, ...] | None:
        is_ours = not kept.given and self.sidecar.header.tokenizer == self.options.tokenizer
        return None if is_ours else kept.tokens

    # A file that was changed

    def _merged(self, parts: Sequence[Record], alignment: Alignment, kept: Kept) -> Record:
        """What the file says of a document, and from the sidecar what a file of its format does not
        hold."""
        warnings = list(_warnings(parts))
        # Whose gold it is may have an answer of her own beside it.
        names = dict.fromkeys(
            (a.annotator, a.settled is not None) for each in parts for a in each.annotations
        )
        loose = _loose(parts, alignment)
        annotations: list[GivenAnnotation] = []
        suggestions = loose
        if names:
            before = len(warnings)
            annotations = [
                self._of_name(name, is_gold, parts, alignment, kept, warnings)
                for name, is_gold in names
            ]
            if kept.is_apart and len(warnings) == before and not any(gold for _, gold in names):
                annotations.append(kept.annotations[-1])
        elif (
            len(kept.annotations) == 1
            and "annotators" not in self.holds
            and _stretches(loose) in kept.written
        ):
            annotations, suggestions = [kept.annotations[0]], ()
        elif kept.annotations:
            suggestions = self._named_back(loose)
            who = ", ".join(each.annotator for each in kept.annotations)
            warnings.append(
                Changed(
                    f"{_CHANGED} as the answer of {who}: taken as suggestions"
                    " (--annotators says whose they are)"
                )
            )
        elif not loose or _stretches(loose) == _stretches(kept.suggestions):
            suggestions = kept.suggestions
        else:
            suggestions = self._named_back(loose)
        record = parts[0]._replace(
            text=kept.text,
            key=kept.key,
            meta=kept.meta,
            tokens=self._tokens(kept),
            suggestions=suggestions,
            annotations=tuple(annotations),
        )
        if len(parts) == 1:
            record = self._as_held(record, parts[0], kept, warnings)
        return record._replace(warnings=tuple(warnings))

    def _of_name(
        self,
        name: str,
        is_gold: bool,
        parts: Sequence[Record],
        alignment: Alignment,
        kept: Kept,
        warnings: list[str],
    ) -> GivenAnnotation:
        """The answer, or the gold, that the file gives of one annotator, with what is kept of it
        and the file does not hold."""
        hers = [
            (at, each)
            for at, part in enumerate(parts)
            for each in part.annotations
            if each.annotator == name and (each.settled is not None) == is_gold
        ]
        spans = tuple(
            sorted(span for at, each in hers for span in _all_placed(each.spans, at, alignment))
        )
        said = hers[0][1]
        pairs = [
            (each, written)
            for each, written in zip(kept.annotations, kept.written, strict=True)
            if each.annotator == name and (each.settled is not None or not is_gold)
        ]
        pairs.sort(key=lambda pair: (pair[0].settled is not None) != is_gold)
        if not pairs:
            return replace(said, spans=self._named_back(spans))
        its, written = pairs[0]
        changed = its
        if "answers" in self.holds and said.answer != its.answer:
            changed = replace(changed, answer=said.answer)
        if "comments" in self.holds and (said.comment, said.flagged) != (its.comment, its.flagged):
            changed = replace(changed, comment=said.comment, flagged=said.flagged)
        if _stretches(spans) != written:
            tokens = said.tokens if "tokens" in self.holds else its.tokens
            changed = replace(changed, spans=self._named_back(spans), tokens=tokens)
        if changed is its:
            return its
        warnings.append(Changed(f"the answer of {name} was {_CHANGED}"))
        return replace(changed, time=said.time)

    def _as_held(self, record: Record, file: Record, kept: Kept, warnings: list[str]) -> Record:
        """The record with the metadata, tokens and white space that the file has, where it holds
        them and they are others."""
        if "metadata" in self.holds and (theirs := _theirs(file.meta, kept)) != _theirs(kept.meta):
            ours = {name: value for name, value in kept.meta.items() if name in OURS}
            record = record._replace(meta={**ours, **theirs})
            warnings.append(Changed(f"its metadata were {_CHANGED}"))
        if "tokens" in self.holds and file.tokens is not None:
            known = (kept.tokens, *(each.tokens for each in kept.annotations))
            if file.text == kept.text and file.tokens not in known:
                record = record._replace(tokens=file.tokens)
                warnings.append(Changed(f"its tokens were {_CHANGED}"))
        if "text" not in self.holds or file.text == kept.text:
            return record
        warnings.append(Changed(f"the white space of its text was {_CHANGED}"))
        moved = aligned([kept.text], file.text)
        assert moved
        return record._replace(
            text=file.text,
            tokens=file.tokens if "tokens" in self.holds else None,
            suggestions=_all_placed(record.suggestions, 0, moved),
            annotations=tuple(_moved(each, moved) for each in record.annotations),
        )

    @cached_property
    def _originals(self) -> dict[str, str]:
        """Which label each one stands for that was written for another, if for one alone."""
        renamed = self.sidecar.header.renamed
        written = list(renamed.values())
        own = {each.name for each in self.sidecar.header.labels} - renamed.keys()
        return {
            value: name
            for name, value in renamed.items()
            if written.count(value) == 1 and value not in own
        }

    def _named_back(self, spans: tuple[_Placed, ...]) -> tuple[_Placed, ...]:
        return tuple(
            replace(each, label=self._originals.get(each.label, each.label)) for each in spans
        )


def _warnings(parts: Sequence[Record]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for each in parts for words in each.warnings))


def _theirs(meta: Mapping[str, Any], kept: Kept | None = None) -> dict[str, Any]:
    """Metadata that are not ours; without comments, which stand there where nobody is named."""
    comments = [[each.comment] for each in kept.annotations] if kept else []
    return {
        name: value for name, value in meta.items() if name not in OURS and value not in comments
    }


def _answers(kept: Kept) -> tuple[object, ...]:
    return kept.annotations, kept.suggestions


def _moved(annotation: GivenAnnotation, alignment: Alignment) -> GivenAnnotation:
    """An answer to the text with other white space; of gold, what was settled stands as it was
    where there is white space alone."""
    settled = annotation.settled
    if settled:
        decisions = []
        for each in settled.decisions:
            try:
                start, end = alignment.placed(0, each.start, each.end)
            except ValueError:
                continue
            decisions.append(each._replace(start=start, end=end))
        settled = replace(settled, decisions=tuple(decisions))
    spans = _all_placed(annotation.spans, 0, alignment)
    return replace(annotation, spans=spans, tokens=None, settled=settled)


def _loose(parts: Sequence[Record], alignment: Alignment) -> tuple[Suggestion, ...]:
    return tuple(
        each
        for at, part in enumerate(parts)
        for each in _all_placed(part.suggestions, at, alignment)
    )


def _all_placed(spans: Sequence[_Placed], part: int, alignment: Alignment) -> tuple[_Placed, ...]:
    """Spans of a part where they stand in the text; those of white space alone are lost."""
    found = []
    for each in spans:
        try:
            start, end = alignment.placed(part, each.start, each.end)
        except ValueError:
            continue
        found.append(replace(each, start=start, end=end))
    return tuple(found)


def _stretches(spans: Sequence[Span] | Sequence[Suggestion]) -> Stretches:
    return frozenset((each.start, each.end, each.label) for each in spans)
