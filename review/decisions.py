"""What a reviewer does at a difference, as edits of the document before her. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tonemark.corpus.corrections import touching
from tonemark.corpus.drafts import Decision, Draft, Edit
from tonemark.corpus.gold import MAJORITY
from tonemark.corpus.pages import Sheet
from tonemark.corpus.records import ANSWERS, Answer
from tonemark.corpus.spans import Span
from tonemark.review.opening import Difference, Place, Reviewed
from tonemark.tokenizers.base import Token

OWN = ":own"
"""The choice of a difference at which the reviewer made something of her own."""

STANDS = ":stands"
"""The choice of a difference that changed since it was settled, and was left as it stood."""


def decided_answer(draft: Draft) -> Answer | None:
    """The answer that was taken where annotators' answers differ; None where none was."""
    for decision in draft.decisions:
        if decision[:2] == (0, 0):
            for answer in ANSWERS:
                if decision.choice.endswith(f":{answer}"):
                    return answer
    return None


def undecided(draft: Draft, reviewed: Reviewed) -> list[Difference]:
    """The differences at which nothing was decided, in order: none are left where the text was
    refused."""
    if decided_answer(draft) in ("reject", "ignore"):
        return []
    places = {decision[:2] for decision in draft.decisions}
    return [each for each in reviewed.differences if each.place not in places]


def taken(sheet: Sheet, reviewed: Reviewed, difference: Difference, row: int) -> Edit | None:
    """Take the version of an annotator, whose row is counted from 0; None where she has none there,
    for she did not accept the document."""
    if difference.kind == "answers":
        name, answer = reviewed.rows[row].annotator, reviewed.rows[row].answer
        return _decided(sheet, difference.place, f"{name}:{answer}")
    version = difference.versions[row]
    if version is None:
        return None
    wanted = [reviewed.span(marked) for marked in version]
    edit = _put(sheet, difference, wanted, reviewed.rows[row].annotator)
    return _with_tokens(sheet, difference, reviewed.rows[row].tokens, edit)


def by_majority(sheet: Sheet, reviewed: Reviewed, difference: Difference) -> Edit | None:
    """Take what more than half have there; None where no version is."""
    if difference.kind == "answers":
        answer = reviewed.majority_answer()
        return _decided(sheet, difference.place, f"{MAJORITY}:{answer}") if answer else None
    version = difference.majority()
    if version is None:
        return None
    tokens = next(
        row.tokens
        for row, theirs in zip(reviewed.rows, difference.versions, strict=True)
        if theirs == version
    )
    edit = _put(sheet, difference, [reviewed.span(marked) for marked in version], MAJORITY)
    return _with_tokens(sheet, difference, tokens, edit)


def own(sheet: Sheet, reviewed: Reviewed, edit: Edit) -> Edit:
    """An edit of the reviewer's own, which settles the differences that it touches."""
    touched = [(span.start, span.end) for span in (*edit.removed, *edit.added)]
    taken_back: dict[Decision, None] = dict.fromkeys(edit.undecided)
    decided: list[Decision] = list(edit.decided)
    if touched and (refusal := _refusal(sheet.draft)):
        taken_back[refusal] = None
    for difference in reviewed.differences:
        start, end = difference.place
        if any(left < end and start < right for left, right in touched):
            decision = _decided(sheet, difference.place, OWN)
            taken_back.update(dict.fromkeys(decision.undecided))
            decided += decision.decided
    return replace(edit, undecided=tuple(taken_back), decided=tuple(decided))


def closing(sheet: Sheet, reviewed: Reviewed, answer: Answer) -> Edit | None:
    """What an answer settles that nothing has settled yet, None where there is nothing: the text
    that she refuses, and what she leaves as it stood though it changed since."""
    if answer != "accept":
        if decided_answer(sheet.draft) == answer:
            return None
        return _decided(sheet, (0, 0), f"{OWN}:{answer}")
    left = [each.place for each in undecided(sheet.draft, reviewed) if each.changed]
    if not left:
        return None
    return Edit(sheet.document.number, decided=tuple(Decision(*place, STANDS) for place in left))


def nothing_there(sheet: Sheet, difference: Difference) -> Edit:
    """Settle a difference by no span at all: nobody was right."""
    edit = _put(sheet, difference, [], OWN)
    return _with_tokens(sheet, difference, sheet.given, edit)


def _put(sheet: Sheet, difference: Difference, wanted: Sequence[Span], choice: str) -> Edit:
    """Let spans stand at a difference. Others that lose one of theirs, for it reached from here to
    there, are open again."""
    standing = _standing(sheet.draft, difference.place)
    removed = [span for span in standing if span not in wanted]
    edit = _decided(sheet, difference.place, choice)
    reopened = (
        each
        for each in sheet.draft.decisions
        if each not in edit.undecided
        and any(span.overlaps(each.start, each.end) for span in removed)
        and each[:2] != difference.place
    )
    return replace(
        edit,
        removed=tuple(removed),
        added=tuple(span for span in wanted if span not in standing),
        undecided=(*edit.undecided, *reopened),
    )


def _decided(sheet: Sheet, place: Place, choice: str) -> Edit:
    """A decision in the place of the one before. One about a span takes a refusal of the whole text
    back: who goes on to settle it does not refuse it."""
    before = [each for each in sheet.draft.decisions if each[:2] == place]
    if place != (0, 0) and (refusal := _refusal(sheet.draft)):
        before.append(refusal)
    return Edit(sheet.document.number, undecided=tuple(before), decided=(Decision(*place, choice),))


def _refusal(draft: Draft) -> Decision | None:
    """The decision by which the text is rejected or ignored, or None."""
    if decided_answer(draft) in ("reject", "ignore"):
        return next(each for each in draft.decisions if each[:2] == (0, 0))
    return None


def _standing(draft: Draft, place: Place) -> list[Span]:
    start, end = place
    return [span for span in draft.spans if span.overlaps(start, end)]


def _with_tokens(sheet: Sheet, difference: Difference, tokens: Sequence[Token], edit: Edit) -> Edit:
    """With the tokens of the annotator whose version is taken, where they differ from those that
    stand: her spans lie on them."""
    standing = sheet.draft.made
    if tokens is sheet.given and not standing:  # most texts; a long one has 100,000 of them
        return edit
    start, end = _reach(tokens, standing, difference.place)
    given = set(touching(sheet.given, start, end))
    made = [token for token in touching(tokens, start, end) if token not in given]
    unmade = touching(standing, start, end)
    return replace(
        edit,
        unmade=tuple(each for each in unmade if each not in made),
        made=tuple(each for each in made if each not in unmade),
    )


def _reach(tokens: Sequence[Token], standing: Sequence[Token], place: Place) -> Place:
    """The shortest stretch around a place that cuts no token, neither of hers nor of those that
    stand."""
    before = None
    while before != place:
        before = start, end = place
        touched = [*touching(tokens, start, end), *touching(standing, start, end)]
        starts, ends = (start, *(t.start for t in touched)), (end, *(t.end for t in touched))
        place = min(starts), max(ends)
    return place
