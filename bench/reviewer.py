"""The oracle in review: a document under review in memory, under the program's own rules, and the
fewest keys that settle each difference as the gold asked for wants it.

Knows neither the terminal nor the running program.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from material import Stretch
from oracle import play
from rehearsal import Action, Gold, Place, Rehearsal, RehearsedPage, cost_of

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft
from tonemark.corpus.events import Replayed
from tonemark.corpus.pages import MemoryLog, Sheet
from tonemark.corpus.project import Project, label_keys
from tonemark.corpus.queue import Claim
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Span
from tonemark.patterns.candidates import WordCount
from tonemark.review.opening import Difference, corrected_alike, opened, reviewed
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.sentences.rules import SentenceRules
from tonemark.tui.page.keys import key_table
from tonemark.tui.page.layout import opening_mode, window
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import DIGITS, ReviewView

ANSWER_KEYS = {"reject": "x", "ignore": "m"}
"""The keys that refuse a text, whatever annotators said of it: they leave it, too."""


MAJORITY = Action(("y",), "majority")
NOTHING = Action(("-",), "nothing")


class Asked(NamedTuple):
    """The gold that is asked for: an answer, spans, and the tokens where annotators' differ."""

    answer: Answer
    spans: frozenset[Stretch]
    tokens: tuple[Token, ...] | None = None


class Step(NamedTuple):
    """The keys that settle one difference, or that do one thing besides. `kind` is the kind of the
    difference, or "agreed" where it is about what all agree on or nobody had; `right` is who was
    (`who_was_right`). `leaves` says that the last key leaves the document. `annotating` is the cost
    of the same spans by the annotate grammar, where nobody was right: on the page as it opens, and
    with the place of the difference in focus already."""

    kind: str
    right: str
    actions: tuple[Action, ...]
    leaves: bool = False
    annotating: tuple[int, int] | None = None

    @property
    def cost(self) -> int:
        """Its keys."""
        return cost_of(self.actions)


class Reviewing(Rehearsal):
    """A document under review in memory, as the program opens it for the first time."""

    def __init__(
        self,
        document: Document,
        tokens: tuple[Token, ...],
        answers: Sequence[Annotation],
        project: Project,
        size: tuple[int, int],
    ) -> None:
        spans, _, _ = opened(answers, tokens, None)
        made = corrected_alike(answers, tokens)
        state = Replayed(Draft(spans, made=made), opened=True)
        claim = Claim("oracle", document.number, 1)
        self.page = RehearsedPage([Sheet(document, claim, tokens, MemoryLog(), state)])
        self.table = key_table(label_keys(project))
        self.names = tuple(label.name for label in project.labels)
        width, height = window(*size)
        self.view = ReviewView(
            self.page,
            reviewed(answers, tokens),
            width=width,
            height=height,
            letters=self.table.letters,
            mode=opening_mode(project.bidi, project.language, document),
        )
        self.keyboard = ReviewKeyboard(self.view, self.table, overlapping=project.overlapping)
        self.view.hints()

    @property
    def labelling(self) -> bool:
        """Whether digits are labels, and not annotators."""
        return self.keyboard.in_question is None

    def place(self) -> Place:
        """Where it is."""
        return super().place()._replace(aimed=self.view._aimed)

    def put(self, place: Place) -> None:
        """Go back to where it was; the tokens may be others there."""
        self.view.refresh()
        super().put(place)
        self.view._aimed = place.aimed

    def stretches(self) -> set[Stretch]:
        """What stands."""
        return {Stretch(each.start, each.end, each.label) for each in self.standing()}


class Annotating(NamedTuple):
    """What the same spans are costed from where nobody was right: pages of the annotate screen."""

    project: Project
    counts: Mapping[str, WordCount]
    rules: SentenceRules
    size: tuple[int, int]

    def costs(
        self, reviewing: Reviewing, before: Collection[Span], asked: Collection[Stretch]
    ) -> tuple[int, int]:
        """The fewest keys that turn what stands into what is asked for on a page of the annotate
        screen: as it opens, and with the focus where it is in review."""
        sheet, focus = reviewing.page.sheets[0], reviewing.view.focus
        width, height = window(*self.size)
        golds = [Gold(0, *each) for each in asked]
        found = []
        for there in (False, True):
            page = Rehearsal(
                [replace(sheet.document, tokens=sheet.tokens)],
                self.counts,
                reviewing.table,
                reviewing.names,
                width=width,
                height=height,
                mode=reviewing.view.mode,
                rules=self.rules,
                overlapping=self.project.overlapping,
            )
            state = page.page.sheets[0].state
            state.draft = replace(state.draft, spans=tuple(sorted(before)))
            if there:
                page.view.go(*focus[:3])
            else:
                page.view._first_focus()
            page.view.hints()
            found.append(cost_of(list(play(page, golds, looking=False))))
        return found[0], found[1]


def touching(spans: frozenset[Stretch], difference: Difference) -> list[Stretch]:
    """Those of some spans that share a code point with a difference, in order."""
    start, end = difference.place
    return sorted(span for span in spans if span.start < end and start < span.end)


def settle(reviewing: Reviewing, asked: Asked, annotating: Annotating) -> Iterator[Step]:
    """What leaves just the gold that is asked for, difference by difference as the tour leads to
    them, then what all had or nobody; each yielded when the rehearsal has done it. The last step
    but one that `leaves` is to be followed by Enter."""
    right = {Gold(0, *span) for span in asked.spans}
    view = reviewing.view
    while view.open():
        before = reviewing.labelling
        led = () if not before else (Action(("space",), "space"),)
        for action in led:
            reviewing.do(action)
        difference = view.in_question
        assert difference
        if asked.answer != "accept" and difference.kind == "answers":
            key = ANSWER_KEYS[asked.answer]
            yield Step("answers", "", (*led, Action((key,), "answer")), leaves=True)
            return
        annotating_cost, who = None, who_was_right(reviewing, difference, asked)
        if who.startswith("third"):
            others = [s for s in view.sheet.draft.spans if not s.overlaps(*difference.place)]
            wanted = {*_stretches(others), *touching(asked.spans, difference)}
            annotating_cost = annotating.costs(reviewing, others, wanted)
        best = _cheapest(reviewing, difference, asked, right)
        for action in best:
            reviewing.do(action)
        if difference in view.open():
            return  # there is no way: the comparison tells
        yield Step(difference.kind, who, (*led, *best), annotating=annotating_cost)
    yield from _besides(reviewing, right, annotating)


def _besides(reviewing: Reviewing, right: set[Gold], annotating: Annotating) -> Iterator[Step]:
    """What nobody had, and what all had, done one by one."""
    before, place = reviewing.view.sheet.draft.spans, reviewing.place()
    keys: list[Action] = []
    for action in play(reviewing, sorted(right), looking=False):
        keys.append(action)
        if action.kind in ("label", "type_ahead", "delete"):
            after, here = reviewing.view.sheet.draft.spans, reviewing.keep()
            reviewing.view.focus = place.focus
            costs = annotating.costs(reviewing, before, _stretches(after))
            reviewing.go_back(here)
            yield Step("agreed", "", tuple(keys), annotating=costs)
            before, place, keys = after, reviewing.place(), []


def _stretches(spans: Iterable[Span]) -> set[Stretch]:
    return {Stretch(span.start, span.end, span.label) for span in spans}


def who_was_right(reviewing: Reviewing, difference: Difference, asked: Asked) -> str:
    """Whose version of a difference is asked for: the majority's, one annotator's; "nothing" where
    nothing is, though everyone has something; else a third label, or a third boundary."""
    if difference.kind == "answers":
        given = [row.answer for row in reviewing.view.reviewed.rows]
        return "majority" if 2 * given.count(asked.answer) > len(given) else "annotator"
    here = tuple(touching(asked.spans, difference))
    if rows_that_are_right(reviewing, difference, asked):
        return "majority" if difference.majority() == here else "annotator"
    if not here:
        return "nothing"
    borders = [{span[:2] for span in version or ()} for version in difference.versions]
    return "third label" if {span[:2] for span in here} in borders else "third boundary"


def rows_that_are_right(reviewing: Reviewing, difference: Difference, asked: Asked) -> list[int]:
    """The annotators whose version of a difference, tokens included, is the one asked for."""
    here = tuple(touching(asked.spans, difference))
    rows = reviewing.view.reviewed.rows
    return [
        at
        for at, (row, version) in enumerate(zip(rows, difference.versions, strict=True))
        if version == here and _has_tokens(row.tokens, difference, asked)
    ]


def _has_tokens(tokens: Sequence[Token], difference: Difference, asked: Asked) -> bool:
    """Whether tokens are those asked for at a difference, if any are."""
    start, end = difference.place
    theirs, wanted = (
        [token for token in each if token.start < end and start < token.end]
        for each in (tokens, asked.tokens or tokens)
    )
    return theirs == wanted


def _cheapest(
    reviewing: Reviewing, difference: Difference, asked: Asked, right: set[Gold]
) -> list[Action]:
    """The fewest keys that settle the difference in question; none are pressed."""
    rows = reviewing.view.reviewed.rows
    if difference.kind == "answers":
        if reviewing.view.reviewed.majority_answer() == asked.answer:
            return [MAJORITY]
        return [_digit(next(at for at, row in enumerate(rows) if row.answer == asked.answer))]
    if asked.tokens is None and difference.majority() == tuple(touching(asked.spans, difference)):
        return [MAJORITY]
    for at in rows_that_are_right(reviewing, difference, asked):
        if at < DIGITS:
            return [_digit(at)]
    if not touching(asked.spans, difference):
        return [NOTHING]
    begins: list[list[Action]] = [[]]
    # Or a version first of which a part is right.
    here = set(touching(asked.spans, difference))
    for at, version in enumerate(difference.versions[:DIGITS]):
        if version and here & {Stretch(*span) for span in version}:
            begins.append([_digit(at)])
    found = [_own(reviewing, difference, begin, here, right) for begin in begins]
    return min((way for way in found if way), key=cost_of, default=[NOTHING])


def _own(
    reviewing: Reviewing,
    difference: Difference,
    begin: Sequence[Action],
    here: set[Stretch],
    right: set[Gold],
) -> list[Action] | None:
    """The keys, `begin` first, that leave what is asked for at a difference; None where there is no
    way. None are pressed."""
    kept = reviewing.keep()
    way = [*begin]
    for action in begin:
        reviewing.do(action)
    start, end = difference.place
    elsewhere = {
        gold for gold in reviewing.standing() if not (gold.start < end and start < gold.end)
    }
    wanted = [*elsewhere, *(Gold(0, *span) for span in here)]
    way += play(reviewing, wanted, looking=False)
    there = reviewing.standing() == set(wanted) and difference not in reviewing.view.open()
    reviewing.go_back(kept)
    return way if there else None


def _digit(row: int) -> Action:
    return Action((str(row + 1),), "version")
