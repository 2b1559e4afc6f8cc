"""The way to one span, or to be rid of one: A* over what keys make of a rehearsal.

A way is an approach (tour, hints, plain moves), then the edges; to approach again after an edge was
moved never saves a key. The edges of a wrong suggestion move it, which may save its label. What a
key does, the rehearsal says; what `-` would take away, the program's own rule.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from itertools import count
from typing import NamedTuple

from rehearsal import Action, Gold, Place, Rehearsal, cost_of

from tonemark.corpus.drafts import Draft
from tonemark.tui.page import labelling
from tonemark.tui.page.view import Focus

DELETE = Action(("-",), "delete")

NEAR = 3
"""Hints before and after a span that are tried on the way to it."""

PLACES = 3000
"""Places looked at on the way to one span; then it is walked to, token by token."""

_APPROACHING, _UNSNAPPED, _EDGES = 0, 1, 2
_KEY = 1000
"""Weight of a key; a keystroke weighs 1, so that among ways of as many keys Shift is better than a
second stroke: it sends no bytes."""


class _Node(NamedTuple):
    """A place reached on the way, and how; `ends` where nothing is left to do."""

    place: Place
    phase: int
    before: _Node | None
    action: Action | None
    ends: bool = False


def reach(
    rehearsal: Rehearsal, gold: Gold, last: Action, right: Collection[Gold] = ()
) -> list[Action] | None:
    """The cheapest keys that set `gold`, ending with `last`, its label, where that is needed; with
    DELETE, those that take it away. None are pressed, and nothing that is `right` is touched.

    None where there is no way: to a span that begins or ends with white space, or inside a
    grapheme cluster.
    """
    start = rehearsal.place()
    travelled = _travel(rehearsal, gold)
    after = rehearsal.place()
    way = _search(rehearsal, _Goal(gold, rehearsal, last, right))
    if way is None:
        rehearsal.put(after)
        way = _walk(rehearsal, gold)
        way = way and [*way, last]
    rehearsal.put(start)
    return None if way is None else travelled + way


def _travel(rehearsal: Rehearsal, gold: Gold) -> list[Action]:
    """Moves by screens for as long as the span is more than a screen away; they are made."""
    view = rehearsal.view
    way: list[Action] = []
    while True:
        y = view.layout.rows[view.row_of(gold.sheet, gold.start)].y
        here = view.layout.rows[view.row_of(view.focus.sheet, view.focus.start)].y
        if abs(y - here) <= view.height or view.top <= y < view.top + view.height:
            return way
        action = Action(("pagedown" if y > here else "pageup",), "move")
        before = view.focus
        rehearsal.do(action)
        if view.focus == before:
            return way
        way.append(action)


def _walk(rehearsal: Rehearsal, gold: Gold) -> list[Action] | None:
    """Arrows to the first token, then its right edge out: long, but there for all tokens; the
    keys are pressed."""
    view = rehearsal.view
    way = [Action((";",), "edge")]
    rehearsal.do(way[0])
    while view.focus[:3] != gold[:3]:
        focus = view.focus
        if focus[:2] != gold[:2]:
            key, kind = ("right" if focus[:2] < gold[:2] else "left"), "move"
        else:
            key, kind = ("." if focus.end < gold.end else ","), "edge"
        way.append(Action((key,), kind))
        rehearsal.do(way[-1])
        back = {"right": "left", "left": "right", ".": ",", ",": "."}[key]
        if view.focus == focus or way[-2].keys == (back,):
            return None
    return way


def _search(rehearsal: Rehearsal, goal: _Goal) -> list[Action] | None:
    order = count()
    root = _Node(rehearsal.place(), _APPROACHING, None, None)
    heap = [(goal.least(root), 0, next(order), root)]
    done: set[tuple[Focus, int, bool, bool, int, tuple[Draft, ...]]] = set()
    while heap:
        _, spent, _, node = heapq.heappop(heap)
        if node.ends:
            return _actions(node)
        place = node.place
        changed = tuple(after[0] for after in _changed(root.place, place))
        state = (place.focus, place.top, place.charwise, place.aimed, node.phase, changed)
        if state in done:
            continue
        if len(done) == PLACES:
            return None
        done.add(state)
        rehearsal.put(place)
        if (end := goal.end(rehearsal)) is not None:
            price = spent + sum(_KEY * cost_of([action]) + len(action.keys) for action in end)
            last = _Node(place, node.phase, node, end[0] if end else None, ends=True)
            heapq.heappush(heap, (price, price, next(order), last))
            continue
        for action, phase in _edges(rehearsal, goal, node):
            rehearsal.put(place)
            rehearsal.do(action)
            after = rehearsal.place()
            edited = bool(_changed(place, after))
            same = after[:2] == place[:2] and after.charwise == place.charwise
            if same and after.aimed == place.aimed and not edited:
                continue
            if edited and not goal.kept <= rehearsal.standing():
                continue
            following = _Node(after, phase, node, action)
            price = spent + _KEY * cost_of([action]) + len(action.keys)
            heapq.heappush(heap, (price + goal.least(following), price, next(order), following))
    return None


def _changed(before: Place, after: Place) -> list[tuple[Draft, object]]:
    """The drafts that are not what they were, with the way to them."""
    pairs = zip(before.drafts, after.drafts, strict=True)
    return [new for old, new in pairs if new[0] is not old[0]]


def _actions(node: _Node) -> list[Action]:
    way = []
    step: _Node | None = node
    while step:
        if step.action:
            way.append(step.action)
        step = step.before
    return way[::-1]


class _Goal:
    """What is to be done, and where: in code points, in tokens, in lines of the page."""

    def __init__(
        self, gold: Gold, rehearsal: Rehearsal, key: Action, right: Collection[Gold]
    ) -> None:
        view = rehearsal.view
        tokens = view.page.sheets[gold.sheet].tokens
        rows = view.layout.rows
        last = rows[view.row_of(gold.sheet, gold.end - 1)]
        standing = rehearsal.standing()
        self.gold = gold
        self.key = key
        self.kept = standing.intersection(right)
        self.lines = (rows[view.row_of(gold.sheet, gold.start)].y, last.y + last.height)
        self.starts = [start for start, _ in tokens]
        self.ends = [end for _, end in tokens]
        self.first = max(0, bisect_right(self.starts, gold.start) - 1)
        self.last = min(len(tokens) - 1, bisect_left(self.ends, gold.end))
        self.on_tokens = gold.start in self.starts and gold.end in self.ends
        # What has the label already may be moved to the place.
        moved = any(s.sheet == gold.sheet and s.label == gold.label for s in standing - self.kept)
        self.price = 0 if moved and key != DELETE else _KEY * cost_of([key])

    def in_view(self, top: int, height: int) -> bool:
        """Whether the whole span, or a screenful of it, can be seen."""
        first, last = self.lines
        return top <= first and min(last, first + height) <= top + height

    def end(self, rehearsal: Rehearsal) -> list[Action] | None:
        """What is to be pressed here to have done it; None where this is not the place."""
        focus, gold = rehearsal.view.focus, self.gold
        if not rehearsal.labelling:
            return None
        draft = rehearsal.page.sheets[gold.sheet].draft
        if self.key != DELETE:
            if focus[:3] != gold[:3]:
                return None
            stands = any((s.start, s.end, s.label) == gold[1:] for s in draft.stretches())
            return [] if stands else [self.key]
        if not self._touched(focus):
            return None
        edit = labelling.delete(rehearsal.page.sheets[gold.sheet], focus.start, focus.end)
        gone = {Gold(gold.sheet, s.start, s.end, s.label) for s in (*edit.removed, *edit.dropped)}
        return [self.key] if gold in gone and not gone & self.kept else None

    def _touched(self, focus: Focus) -> bool:
        gold = self.gold
        return focus.sheet == gold.sheet and focus.start < gold.end and gold.start < focus.end

    def least(self, node: _Node) -> int:
        """No more than what the rest of the way costs."""
        focus, gold = node.place.focus, self.gold
        if self.key == DELETE:
            return self.price + _KEY * (not self._touched(focus))
        if focus[:3] == gold[:3]:
            return self.price
        if node.phase == _APPROACHING or not self.on_tokens:
            return self.price + _KEY
        steps = abs(bisect_right(self.starts, focus.start) - 1 - self.first)
        return self.price + _KEY * max(1, steps + (focus.end != gold.end))


def _edges(rehearsal: Rehearsal, goal: _Goal, node: _Node) -> Iterator[tuple[Action, int]]:
    """The keys worth trying from here, with the phase that they lead to."""
    focus, gold = node.place.focus, goal.gold
    if node.phase == _APPROACHING:
        fresh = node.before is None or node.before.place.top != node.place.top
        if fresh:
            yield from ((hint, _APPROACHING) for hint in _hints(node, goal, "hint"))
        top = node.place.top
        in_view = goal.in_view(top, rehearsal.view.height)
        ahead = focus[:2] < gold[:2] if in_view else top <= goal.lines[0]
        moves = ("right", "down", "pagedown") if ahead else ("left", "up", "pageup")
        if node.action is None or node.action.kind != "hint":
            tour = "space" if ahead else "backspace"
            yield Action((tour,), tour), _APPROACHING
        else:
            in_view = True
        for key in moves[:1] if in_view else moves:
            yield Action((key,), "move"), _APPROACHING
    if focus.sheet != gold.sheet:
        return
    if node.phase == _APPROACHING:
        yield Action((";",), "edge"), _UNSNAPPED
    elif node.phase == _UNSNAPPED and focus.start != gold.start:  # out of a long suggestion
        step = "right" if focus.start < gold.start else "left"
        yield Action((step,), "move"), _APPROACHING
    if goal.key == DELETE:
        return
    on_a_right_one = any(span[:3] == focus[:3] for span in goal.kept)
    if on_a_right_one and not rehearsal.keyboard.adding:
        return  # edges would move it
    if not goal.on_tokens:
        yield Action(("'",), "edge"), _EDGES
    if focus.start != gold.start:
        yield Action(("[" if gold.start < focus.start else "]",), "edge"), _EDGES
    if focus.end != gold.end:
        yield Action(("." if focus.end < gold.end else ",",), "edge"), _EDGES
        first = node.before is None or node.before.phase != _EDGES
        after_the_left_edge = node.action is not None and node.action.keys[0] in "[]"
        if node.phase != _EDGES or first or after_the_left_edge:
            yield from ((hint, _EDGES) for hint in _hints(node, goal, "end"))


def _hints(node: _Node, goal: _Goal, kind: str) -> Iterator[Action]:
    """The hints near the span: to focus a token, or with Shift to end the focus at one."""
    hints = node.place.hints.of if node.place.hints else {}
    tokens = [token for sheet, token in hints if sheet == goal.gold.sheet]
    if kind == "end":
        at = bisect_right(tokens, goal.last)
        tokens = tokens[max(0, at - 1) : at + 1]
    else:
        first = bisect_left(tokens, goal.first)
        tokens = tokens[max(0, first - NEAR) : bisect_right(tokens, goal.last) + NEAR]
    for token in tokens:
        hint = hints[goal.gold.sheet, token]
        yield Action((hint[0].upper() if kind == "end" else hint[0], *hint[1:]), kind)
