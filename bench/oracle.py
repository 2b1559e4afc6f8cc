"""The oracle: knows the gold spans of a page and finds the fewest keys that leave just them there,
whatever is suggested when it opens.

Pure: it presses keys on a rehearsal; it knows neither the terminal nor the running program. What
`=` would set, and what a label typed ahead finds, it asks the program's own rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rehearsal import Action, Gold, Rehearsal, cost, cost_of
from ways import DELETE, reach

from tonemark.tui.page import labelling
from tonemark.tui.page.typeahead import matching

SAME = Action(("=", "enter"), "same")
ADD = Action(("+",), "add")
DROP = Action(("t", "o"), "drop")

HORIZON = 30
"""Spans that are played ahead to see whether `=` pays."""


def play(rehearsal: Rehearsal, golds: Sequence[Gold], *, looking: bool = True) -> Iterator[Action]:
    """The actions after which all `golds` stand and nothing else, in order, each yielded when the
    rehearsal has done it.

    What is to be done is done in reading order; `looking` ahead, `t o` and `=` are used where they
    save keys. A span that cannot be reached is left out.
    """
    right = set(golds)
    missed: set[Gold] = set()
    while task := min(_tasks(rehearsal, right) - missed, default=None):
        if looking and _dropping_pays(rehearsal, golds):
            rehearsal.do(DROP)
            yield DROP
            continue
        if task in right and _beside(rehearsal, task, right):
            rehearsal.do(ADD)  # first: edges of a focus that is a span would move the span
            yield ADD
        for action in _way(rehearsal, task, right) or ():
            rehearsal.do(action)
            yield action
        if (task in rehearsal.standing()) is not (task in right):
            missed.add(task)
        twins = _twins(rehearsal, right) if looking and task in right else set()
        if twins and _pays(rehearsal, golds, twins):
            rehearsal.do(SAME)
            yield SAME


def _tasks(rehearsal: Rehearsal, right: set[Gold]) -> set[Gold]:
    """What is to be labelled, and what to be deleted: not what a label will replace."""
    standing = rehearsal.standing()
    labels = right - standing
    replaced = set() if rehearsal.keyboard.overlapping else labels
    return labels | {
        wrong for wrong in standing - right if not any(_overlap(wrong, gold) for gold in replaced)
    }


def _overlap(one: Gold, other: Gold) -> bool:
    return one.sheet == other.sheet and one.start < other.end and other.start < one.end


def _way(rehearsal: Rehearsal, task: Gold, right: set[Gold]) -> list[Action] | None:
    """The cheapest keys that do one task; none are pressed, and None where there is no way.

    What is wrong where a label is to stand goes with the label, or is deleted before where that
    is cheaper: the tour then goes on from there, and stops at the candidates that it hid.
    """
    if task not in right:
        return reach(rehearsal, task, DELETE, right)
    best = reach(rehearsal, task, _label(rehearsal, task), right)
    if rehearsal.keyboard.overlapping:
        return best  # a label replaces nothing, and to delete is a task of its own
    for wrong in sorted(rehearsal.standing() - right):
        first = reach(rehearsal, wrong, DELETE, right) if _overlap(wrong, task) else None
        if first is None or (best and cost_of(first) >= cost_of(best) - 1):
            continue  # no key is left for the label
        kept = rehearsal.keep()
        for action in first:
            rehearsal.do(action)
        then = _way(rehearsal, task, right)
        rehearsal.go_back(kept)
        if then and (best is None or cost_of(first + then) < cost_of(best)):
            best = first + then
    return best


def _dropping_pays(rehearsal: Rehearsal, golds: Sequence[Gold]) -> bool:
    """Whether dropping all suggestions of the page now costs fewer keys than not."""
    if len(rehearsal.standing().difference(golds)) < cost_of([DROP]):
        return False
    kept = rehearsal.keep()
    singly = cost_of(list(play(rehearsal, golds, looking=False)))
    rehearsal.go_back(kept)
    kept = rehearsal.keep()
    rehearsal.do(DROP)
    dropped = cost_of([DROP]) + cost_of(list(play(rehearsal, golds, looking=False)))
    rehearsal.go_back(kept)
    return dropped < singly


def _beside(rehearsal: Rehearsal, gold: Gold, right: set[Gold]) -> bool:
    """Whether a span must be added beside others instead of replacing them."""
    over = any(_overlap(gold, span) for span in right & rehearsal.standing())
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


def _twins(rehearsal: Rehearsal, right: set[Gold]) -> set[Gold]:
    """The spans that `=` would set now and that are missing; none where it would set anything
    else."""
    view = rehearsal.view
    focus = view.focus
    stretches = view.sheet.draft.stretches()
    here = [s for s in stretches if (s.start, s.end) == (focus.start, focus.end)]
    target = (focus.sheet, here[0]) if here else labelling.labelled_last(rehearsal.page)
    if target is None:
        return set()
    sheet, span = target
    text = rehearsal.page.sheets[sheet].document.text[span.start : span.end]
    missing = right - rehearsal.standing()
    if not any(
        gold.label == span.label
        and rehearsal.page.sheets[gold.sheet].document.text[gold.start : gold.end] == text
        for gold in missing
    ):
        return set()
    places = labelling.other_occurrences(rehearsal.page, sheet, span, rehearsal.keyboard.places)
    found = {Gold(place.sheet, place.start, place.end, span.label) for place in places}
    return found & missing if found <= right else set()


def _pays(rehearsal: Rehearsal, golds: Sequence[Gold], twins: set[Gold]) -> bool:
    """Whether `=` costs fewer keys than labelling its places one by one."""
    if len(twins) > cost_of([SAME]):
        return True
    missing = sorted(set(golds) - rehearsal.standing())
    last = max(at for at, gold in enumerate(missing) if gold in twins)
    later = set(missing[min(last + 2, HORIZON) :])
    ahead = [gold for gold in golds if gold not in later]
    kept = rehearsal.keep()
    singly = cost_of(list(play(rehearsal, ahead, looking=False)))
    rehearsal.go_back(kept)
    kept = rehearsal.keep()
    rehearsal.do(SAME)
    together = cost_of([SAME]) + cost_of(list(play(rehearsal, ahead, looking=False)))
    rehearsal.go_back(kept)
    return together < singly
