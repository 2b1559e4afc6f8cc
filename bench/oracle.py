"""The oracle: knows the gold spans of a page and finds the fewest keys that set them.

Pure: it presses keys on a rehearsal; it knows neither the terminal nor the running program. What
`=` would set, and what a label typed ahead finds, it asks the program's own rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rehearsal import Action, Gold, Rehearsal, cost, cost_of
from ways import reach

from tonemark.tui.page import labelling
from tonemark.tui.page.typeahead import matching

SAME = Action(("=", "enter"), "same")
ADD = Action(("+",), "add")

HORIZON = 30
"""Spans that are played ahead to see whether `=` pays."""


def play(rehearsal: Rehearsal, golds: Sequence[Gold], *, same: bool = True) -> Iterator[Action]:
    """The actions that set all `golds`, in order, each yielded when the rehearsal has done it.

    Spans are set in reading order; with `same`, `=` is used where it saves keys. A span that
    cannot be reached is left out.
    """
    left = sorted(golds)
    while left:
        gold = left.pop(0)
        if _beside(rehearsal, gold):  # first: edges of a focus that is a span would move the span
            rehearsal.do(ADD)
            yield ADD
        way = reach(rehearsal, gold)
        if way is None:
            continue
        for action in (*way, _label(rehearsal, gold)):
            rehearsal.do(action)
            yield action
        twins = _twins(rehearsal, left) if same else set()
        if twins and _pays(rehearsal, left, twins):
            rehearsal.do(SAME)
            yield SAME
            left = [other for other in left if other not in twins]


def _beside(rehearsal: Rehearsal, gold: Gold) -> bool:
    """Whether a span must be added beside others instead of replacing them."""
    draft = rehearsal.page.sheets[gold.sheet].draft
    over = any(span.overlaps(gold.start, gold.end) for span in draft.spans)
    return over and rehearsal.keyboard.overlapping and not rehearsal.keyboard.adding


def _label(rehearsal: Rehearsal, gold: Gold) -> Action:
    """The keys that label the focus."""
    if key := rehearsal.table.key_of_label(gold.label):
        return Action((key,), "label")
    typed = typed_ahead(rehearsal.names, gold.label)
    return Action(("0", *typed, "enter"), "type_ahead", gold.label)


def typed_ahead(names: Sequence[str], label: str) -> str:
    """The least to type after `0` so that Enter takes `label`; its whole name at worst."""
    folded = label.casefold()
    parts = {
        folded[start:end]
        for start in range(len(folded))
        for end in range(start + 1, len(folded) + 1)
    }
    fitting = [part for part in parts if matching(names, part)[0] == label]
    return min(fitting, key=lambda part: (sum(map(cost, part)), part), default=label)


def _twins(rehearsal: Rehearsal, left: Sequence[Gold]) -> set[Gold]:
    """The spans that `=` would set now; none where it would set anything that is not gold."""
    view = rehearsal.view
    focus = view.focus
    here = [s for s in view.sheet.draft.spans if (s.start, s.end) == (focus.start, focus.end)]
    target = (focus.sheet, here[0]) if here else labelling.labelled_last(rehearsal.page)
    if target is None:
        return set()
    sheet, span = target
    text = rehearsal.page.sheets[sheet].document.text[span.start : span.end]
    if not any(
        gold.label == span.label
        and rehearsal.page.sheets[gold.sheet].document.text[gold.start : gold.end] == text
        for gold in left
    ):
        return set()
    places = labelling.other_occurrences(rehearsal.page, sheet, span)
    found = {Gold(place.sheet, place.start, place.end, span.label) for place in places}
    return found if found <= set(left) else set()


def _pays(rehearsal: Rehearsal, left: Sequence[Gold], twins: set[Gold]) -> bool:
    """Whether `=` costs fewer keys than labelling its places one by one."""
    if len(twins) > cost_of([SAME]):
        return True
    last = max(at for at, gold in enumerate(left) if gold in twins)
    ahead = left[: min(last + 2, HORIZON)]
    kept = rehearsal.keep()
    singly = cost_of(list(play(rehearsal, ahead, same=False)))
    rehearsal.go_back(kept)
    kept = rehearsal.keep()
    rehearsal.do(SAME)
    others = [gold for gold in ahead if gold not in twins]
    together = cost_of([SAME]) + cost_of(list(play(rehearsal, others, same=False)))
    rehearsal.go_back(kept)
    return together < singly
