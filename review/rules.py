"""Gold without a person: what a rule makes of the annotators' answers to one document.

Pure: annotations in, gold out. Which documents it is asked of, and who is not to be disturbed, is
told in ruling.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft
from tonemark.corpus.events import Replayed
from tonemark.corpus.gold import MAJORITY, UNANIMOUS, Gold
from tonemark.corpus.pages import MemoryLog, Sheet
from tonemark.corpus.queue import Claim
from tonemark.review.decisions import by_majority, decided_answer
from tonemark.review.opening import alike, corrected_alike, merged, opened, reviewed
from tonemark.tokenizers.base import Token

Rule: TypeAlias = Literal["unanimous", "majority"]
"""When gold is made without a person: where all say the same, or where more than half do."""


def by_agreement(number: int, answers: Mapping[int, Annotation]) -> Gold | None:
    """The gold of a document on which two annotators at least say the same and nobody corrected
    tokens: their annotations by their numbers in the store. None elsewhere.

    What `by_rule` finds, in a hundredth of the time.
    """
    given = list(answers.values())
    if len(given) < 2 or not alike(given):
        return None
    spans = merged(given) if given[0].answer == "accept" else ()
    return Gold(
        number,
        UNANIMOUS,
        given[0].answer,
        spans,
        cites=tuple((each.annotator, each.revision) for each in given),
        compared=max(answers),
    )


def by_rule(
    document: Document, tokens: tuple[Token, ...], answers: Mapping[int, Annotation], rule: Rule
) -> Gold | None:
    """The gold that a rule makes of the answers to a document, or None: it is then left whole.

    Both rules make it, as UNANIMOUS, where two annotators at least gave one answer and agree on
    every cluster. Only `majority` makes it where more than half gave an answer, and where that is
    to accept, more than half of those who accepted have one version of every cluster (it may be
    to have nothing there). What it takes is what the key for it takes (`decisions.by_majority`).
    """
    given = list(answers.values())
    if len(given) < 2:
        return None
    spans, _, _ = opened(given, tokens, None)
    draft = Draft(spans, made=corrected_alike(given, tokens))
    # A page in memory, so that rules do what the reviewer's keys do.
    claim = Claim("", document.number, 0)
    sheet = Sheet(document, claim, tokens, MemoryLog(), Replayed(draft))
    seen = reviewed(given, tokens)
    if seen.differences and rule == "unanimous":
        return None
    for difference in seen.differences:
        edit = by_majority(sheet, seen, difference)
        if edit is None:
            return None
        sheet.state.draft = edit.apply(sheet.draft)
        if decided_answer(sheet.draft) in ("reject", "ignore"):
            break  # on spans there is nothing to settle any more
    draft = sheet.draft
    answer = decided_answer(draft) or given[0].answer
    refused = answer != "accept"
    return Gold(
        document.number,
        MAJORITY if seen.differences else UNANIMOUS,
        answer,
        () if refused else draft.spans,
        tokens=sheet.tokens if draft.made and not refused else None,
        decisions=draft.decisions,
        cites=tuple((each.annotator, each.revision) for each in given),
        compared=max(answers),
    )
