"""Whose answers stand in a task of Prodigy's, and what they say: its own answer, or the versions
that the `review` recipe puts side by side (prodi.gy/docs/recipes#review). Keys and metadata are not
known here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tonemark.corpus.corrections import corrected
from tonemark.corpus.records import ANSWERS, Answer, Cite, GivenAnnotation, Settled
from tonemark.corpus.spans import Suggestion
from tonemark.exchange.checks import token_warnings
from tonemark.exchange.formats.prodigy.spans import (
    Parsed,
    document_tokens,
    parsed_spans,
    task_tokens,
)
from tonemark.exchange.settled import GOLD, parsed_settled
from tonemark.refusals import Refused, quoted
from tonemark.tokenizers.base import Token

_SPAN_VIEWS = frozenset(("ner", "ner_manual", "spans", "spans_manual", "relations", "blocks"))
"""Prodigy's interfaces in which no span at all is an answer."""

_REVIEW = "review"
"""Prodigy's interface in which one person settles what others said."""


class Said(NamedTuple):
    """What a task says of its text: answers, suggestions, and the text's tokens. `is_answer`: its
    own fields are those of an answer, not of a text to be annotated."""

    annotations: tuple[GivenAnnotation, ...]
    suggestions: tuple[Suggestion, ...]
    tokens: tuple[Token, ...] | None
    is_answer: bool


@dataclass(slots=True)
class _Task:
    """A task, and what holds for its reading; `places` are those of its tokens, `document` the
    tokens of its document where it says that they are others."""

    given: dict[str, Any]
    text: str
    origin: str
    warnings: list[str]
    tokens: tuple[Token, ...] | None = None
    document: tuple[Token, ...] | None = None
    places: list[tuple[int, int]] = field(default_factory=list)
    answer: Answer | None = None
    spans: list[Parsed] = field(default_factory=list)

    def read(self) -> None:
        """Raises Refused."""
        self.spans = parsed_spans(self.given.get("spans"), self.text, self.places, self.warnings)
        view = self.given.get("_view_id")
        view = self.given.get("view_id") if view == _REVIEW else view
        if self.answer and self.given.get("_is_binary") is True:
            # A yes or no to the spans shown says nothing of the rest of the text.
            self.warnings.append(
                f'"{self.answer}" answers single spans (_is_binary): taken as suggestions'
            )
            self.spans, self.answer = (self.spans if self.answer == "accept" else []), None
        elif self.answer and "spans" not in self.given and _is_other_view(view):
            self.warnings.append(
                f"answered in the view {quoted(view)}, which shows no spans: taken as text"
            )
            self.answer = None

    def document_tokens(self) -> tuple[Token, ...] | None:
        """The tokens of the text, whatever an answer made of them."""
        return self.tokens if self.document is None else self.document

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Its spans, where they are nobody's."""
        return tuple(
            Suggestion(each.start, each.end, each.label, (self.origin,), each.score)
            for each in self.spans
        )

    def annotation(self, name: str, settled: Settled | None = None) -> GivenAnnotation:
        """Its answer, as that of `name`. Raises Refused."""
        assert self.answer
        spans = tuple(each.span(self.origin) for each in self.spans)
        rest = (_comment(self.given), _flagged(self.given), _time(self.given, self.warnings))
        answer = GivenAnnotation(name, self.answer, spans, *rest, settled=settled)
        if self.document is None or self.tokens is None:
            return answer
        return _over(answer, self.text, self.tokens, self.document, set(self.document))

    def settled(self, otherwise: str = "") -> tuple[str, Settled] | None:
        """Who settled an answer that is gold, and how; None of an annotator's answer."""
        settled = parsed_settled(self.given.get(GOLD), len(self.text))
        if settled is None and self.given.get(GOLD) is not None:
            self.warnings.append(f'"{GOLD}" is not as export writes it: left out{otherwise}')
        return settled


def said(
    given: dict[str, Any], text: str, origin: str, named: str | None, warnings: list[str]
) -> Said:
    """The answers of a task.

    An `answer` is that of `_annotator_id`, else of `named`, else of `_session_id`; spans without
    one are the accept of `named`, else suggestions. In a review each session of each version has an
    answer, and the task's own answer is the reviewer's: gold. What `warnings` is given goes with
    the record. Raises Refused.
    """
    task = _Task(given, text, origin, warnings)
    task.answer = _answer(given)
    task.tokens, task.places = task_tokens(given, text)
    task.document = document_tokens(given, text)
    if (tokens := task.document_tokens()) is not None:
        warnings += token_warnings(text, tokens)
    task.read()
    if is_review(given):
        return _reviewed(task, named)
    settled = task.settled(", and taken as an answer") if task.answer else None
    name = _annotator(given, named, warnings) if task.answer and not settled else None
    if named and isinstance(given.get("spans"), list) and given.get("answer") is None:
        name, task.answer = named, "accept"
    if not task.answer:
        return Said((), task.suggestions(), task.document_tokens(), False)
    by, how = settled or (name, None)
    assert by
    return Said((task.annotation(by, how),), (), task.document_tokens(), True)


def is_review(given: dict[str, Any]) -> bool:
    """Whether a record is one of the `review` recipe's: what its `versions` are is known by its
    view, or by the sessions that each names."""
    versions = given.get("versions")
    if given.get("_view_id") == _REVIEW:
        return versions is not None
    return (
        isinstance(versions, list)
        and bool(versions)
        and all(isinstance(each, dict) and "sessions" in each for each in versions)
    )


def _reviewed(task: _Task, named: str | None) -> Said:
    """What the versions say, and the answer beside them: gold, unless we wrote it as what all of
    them say (`_gold` is null)."""
    versions = task.given["versions"]
    if not isinstance(versions, list):
        raise Refused(f'"versions" is {quoted(versions)}, not a list')
    annotations: list[GivenAnnotation] = []
    suggestions: list[Suggestion] = []
    known: set[Token] | None = None
    for index, given in enumerate(versions):
        try:
            version = _version(given, task)
            names = _sessions(given, task.warnings)
            if not version.answer:
                suggestions += version.suggestions()
                continue
            first, *others = _version_annotations(version, names)
            document = task.document_tokens()
            if document is not None and version.tokens not in (None, document):
                assert version.tokens is not None
                known = set(document) if known is None else known
                first = _over(first, task.text, version.tokens, document, known)
                others = [replace(each, tokens=first.tokens, made=first.made) for each in others]
            annotations += (first, *others)
        except Refused as refused:
            raise Refused(f"version {index}: {refused}") from None
    if task.answer and not (GOLD in task.given and task.given[GOLD] is None):
        settled = task.settled()
        if settled is None:
            settled = _annotator(task.given, named, task.warnings), _cited(annotations)
            task.warnings.append(
                f'"{task.answer}" beside versions is a reviewer\'s: taken as gold of {settled[0]!r}'
            )
        annotations.append(task.annotation(*settled))
    elif not task.answer:
        _leave_copies(task, versions)
        suggestions += task.suggestions()
    is_answer = task.answer is not None
    said = tuple(annotations), tuple(dict.fromkeys(suggestions)), task.document_tokens()
    return Said(*said, is_answer)


def _version(given: Any, top: _Task) -> _Task:
    """One version; it is an accept where it does not say what it is: the recipe leaves out what was
    rejected or ignored, unless it was asked to show it."""
    if not isinstance(given, dict):
        raise Refused(f"it is {quoted(given)}, not an object")
    if given.get("text", top.text) != top.text:
        raise Refused("its text is another than the record's")
    version = _Task(given, top.text, top.origin, top.warnings)
    version.answer = _answer(given) or "accept"
    version.tokens, version.places = task_tokens(given, top.text)
    if version.tokens is None:
        version.places = top.places
    elif top.tokens is None:
        top.tokens = version.tokens
    version.read()
    return version


def _version_annotations(version: _Task, names: list[str]) -> list[GivenAnnotation]:
    """A version as the answer of each who gave it. What else it says (when, a comment, that it is
    flagged) is the first one's: the recipe keeps one of several equal tasks."""
    settled = version.settled(", and taken as an answer")
    first = version.annotation(*(settled or (names[0], None)))
    bare = replace(first, comment="", flagged=False, time=None)
    return [first, *(replace(bare, annotator=name) for name in (() if settled else names[1:]))]


def _over(
    answer: GivenAnnotation,
    text: str,
    tokens: tuple[Token, ...],
    document: tuple[Token, ...],
    known: set[Token],
) -> GivenAnnotation:
    """An answer with its tokens, where they are others than the document's (`known`)."""
    made = tuple(token for token in tokens if token not in known)
    if not made:
        return answer
    return replace(answer, tokens=corrected(text, document, made), made=made)


def _sessions(given: dict[str, Any], warnings: list[str]) -> list[str]:
    """Who gave a version, at least one: she first whose own task it is, by her annotator's name."""
    sessions = given.get("sessions")
    if sessions is not None and not isinstance(sessions, list):
        raise Refused(f'"sessions" is {quoted(sessions)}, not a list')
    names = [name for each in sessions or () if (name := _name(each))]
    if not names:
        return [_annotator(given, None, warnings)]
    own, session = _name(given.get("_annotator_id")), _name(given.get("_session_id"))
    if session not in names:
        session = names[0] if len(names) == 1 else None
    if session is None:
        return list(dict.fromkeys(names))
    others = [each for each in names if each not in (own, session)]
    return list(dict.fromkeys([own or session, *others]))


def _leave_copies(task: _Task, versions: list[Any]) -> None:
    """Take from a task without an answer the spans that it has from its default version: they are
    an annotator's, and nobody's suggestion."""
    copied = {
        json.dumps(span, sort_keys=True)
        for version in versions
        for span in version.get("spans") or ()
    }
    left = [
        span
        for span in task.given.get("spans") or ()
        if json.dumps(span, sort_keys=True) not in copied
    ]
    task.spans = parsed_spans(left, task.text, task.places, [])


def _cited(annotations: list[GivenAnnotation]) -> Settled:
    """What a reviewer looked at: another project knows the answers by their times."""
    return Settled(
        cites=tuple(
            Cite(each.annotator, 1, each.time)
            for each in annotations
            if each.time is not None and not each.settled
        )
    )


def _is_other_view(view: Any) -> bool:
    return isinstance(view, str) and view not in _SPAN_VIEWS


def _answer(given: dict[str, Any]) -> Answer | None:
    value = given.get("answer")
    if value is None:
        return None
    for answer in ANSWERS:
        if value == answer:
            return answer
    raise Refused(f"the answer is {quoted(value)}, not one of {', '.join(ANSWERS)}")


def _name(value: Any) -> str | None:
    """The value, if it can be somebody's name."""
    if type(value) is int:
        return str(value)
    return value if isinstance(value, str) and value and not value.isspace() else None


def _annotator(given: dict[str, Any], named: str | None, warnings: list[str]) -> str:
    for value in (given.get("_annotator_id"), named, given.get("_session_id")):
        if name := _name(value):
            return name
    warnings.append('no "_annotator_id": taken as the answer of "unknown"')
    return "unknown"


def _comment(given: dict[str, Any]) -> str:
    comment = given.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise Refused(f"the comment is {quoted(comment)}, not a string")
    return comment or ""


def _flagged(given: dict[str, Any]) -> bool:
    flagged = given.get("flagged")
    if flagged is not None and not isinstance(flagged, bool):
        raise Refused(f'"flagged" is {quoted(flagged)}, neither true nor false')
    return bool(flagged)


def _time(given: dict[str, Any], warnings: list[str]) -> float | None:
    time = given.get("_timestamp")
    if time is None:
        return None
    try:
        if type(time) in (int, float):
            return float(time)
    except OverflowError:
        pass
    warnings.append(f'"_timestamp" is {quoted(time)}, not seconds: left out')
    return None
