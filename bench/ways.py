"""The way to one span: A* over what keys make of the focus of a rehearsal.

A way is an approach (tour, hints, plain moves), then the edges; to approach again after an edge was
moved never saves a key. Imports the program's page for its types alone: what a key does, the
rehearsal says.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from rehearsal import Action, Gold, Place, Rehearsal, cost_of

from tonemark.tui.page.view import Focus, View

NEAR = 3
"""Hints before and after a span that are tried on the way to it."""

PLACES = 3000
"""Places looked at on the way to one span; then it is walked to, token by token."""

_APPROACHING, _UNSNAPPED, _EDGES = 0, 1, 2
_KEY = 1000
"""Weight of a key; a keystroke weighs 1, so that among ways of as many keys Shift is better than a
second stroke: it sends no bytes."""


class _Node(NamedTuple):
    """A place reached on the way, and how."""

    place: Place
    phase: int
    before: _Node | None
    action: Action | None


def reach(rehearsal: Rehearsal, gold: Gold) -> list[Action] | None:
    """The cheapest keys that bring the focus to exactly `gold`; none are pressed.

    None where there is no way: to a span that begins or ends with white space, or inside a
    grapheme cluster.
    """
    start = rehearsal.place()
    travelled = _travel(rehearsal, gold)
    after = rehearsal.place()
    way = _search(rehearsal, gold)
    if way is None:
        rehearsal.put(after)
        way = _walk(rehearsal, gold)
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


def _search(rehearsal: Rehearsal, gold: Gold) -> list[Action] | None:
    goal = _Goal(gold, rehearsal.view)
    order = count()
    root = _Node(rehearsal.place(), _APPROACHING, None, None)
    heap = [(goal.least(root), 0, next(order), root)]
    done: set[tuple[Focus, int, bool, int]] = set()
    while heap:
        _, spent, _, node = heapq.heappop(heap)
        place = node.place
        if goal.reached(place.focus):
            return _actions(node)
        state = (place.focus, place.top, place.charwise, node.phase)
        if state in done:
            continue
        if len(done) == PLACES:
            return None
        done.add(state)
        for action, phase in _edges(rehearsal, goal, node):
            rehearsal.put(place)
            rehearsal.do(action)
            after = rehearsal.place()
            if after[:2] == place[:2] and after.charwise == place.charwise:
                continue
            following = _Node(after, phase, node, action)
            price = spent + _KEY * cost_of([action]) + len(action.keys)
            heapq.heappush(heap, (price + goal.least(following), price, next(order), following))
    return None


def _actions(node: _Node) -> list[Action]:
    way = []
    step: _Node | None = node
    while step and step.action:
        way.append(step.action)
        step = step.before
    return way[::-1]


class _Goal:
    """Where the focus shall be: in code points, in tokens, in lines of the page."""

    def __init__(self, gold: Gold, view: View) -> None:
        tokens = view.page.sheets[gold.sheet].tokens
        rows = view.layout.rows
        last = rows[view.row_of(gold.sheet, gold.end - 1)]
        self.gold = gold
        self.lines = (rows[view.row_of(gold.sheet, gold.start)].y, last.y + last.height)
        self.starts = [start for start, _ in tokens]
        self.ends = [end for _, end in tokens]
        self.first = max(0, bisect_right(self.starts, gold.start) - 1)
        self.last = min(len(tokens) - 1, bisect_left(self.ends, gold.end))
        self.on_tokens = gold.start in self.starts and gold.end in self.ends

    def in_view(self, top: int, height: int) -> bool:
        """Whether the whole span, or a screenful of it, can be seen."""
        first, last = self.lines
        return top <= first and min(last, first + height) <= top + height

    def reached(self, focus: Focus) -> bool:
        return focus[:3] == self.gold[:3]

    def least(self, node: _Node) -> int:
        """No more than what the rest of the way costs."""
        focus = node.place.focus
        if self.reached(focus):
            return 0
        if node.phase == _APPROACHING or not self.on_tokens:
            return _KEY
        steps = abs(bisect_right(self.starts, focus.start) - 1 - self.first)
        return _KEY * max(1, steps + (focus.end != self.gold.end))


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
    draft = rehearsal.page.sheets[focus.sheet].draft
    on_a_span = any((s.start, s.end) == focus[1:3] for s in draft.stretches())
    if on_a_span and not rehearsal.keyboard.adding:
        return  # edges would move the span
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
