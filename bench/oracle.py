"""The oracle: knows the gold spans of a page and finds the fewest keys that set them.

Pure: it presses keys on a rehearsal, the program's own rules on a page in memory; it knows neither
the terminal nor the running program.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from tonemark.corpus.documents import Document
from tonemark.corpus.events import Replayed
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.queue import Claim
from tonemark.patterns.candidates import WordCount
from tonemark.tui.page import labelling
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.page.layout import Mode
from tonemark.tui.page.typeahead import matching
from tonemark.tui.page.view import Focus, Hints, View

SHIFTED = frozenset('~!@#$%^&*()_+{}|:"<>?')
"""Characters besides capitals that need Shift on a US keyboard."""

NEAR = 3
"""Hints before and after a span that are tried on the way to it."""

HORIZON = 30
"""Spans that are played ahead to see whether `=` pays."""

PLACES = 3000
"""Places looked at on the way to one span; then it is walked to, token by token."""


class Gold(NamedTuple):
    """A span to be set: index of the sheet, code points, label."""

    sheet: int
    start: int
    end: int
    label: str


class Action(NamedTuple):
    """Keys that belong together, and what they are for (see `kinds` in the bench's report).

    `label` is set where they type a label's name ahead; each key then goes to the prompt.
    """

    keys: tuple[str, ...]
    kind: str
    label: str = ""


def cost(key: str) -> int:
    """How many keys a finger presses for it: Shift is one."""
    return 2 if len(key) == 1 and (key.isupper() or key in SHIFTED) else 1


def cost_of(actions: Sequence[Action]) -> int:
    """The keys of several actions."""
    return sum(cost(key) for action in actions for key in action.keys)


class _RehearsedPage(Page):
    """A page that does not write the focus down: trying a key then leaves no trace."""

    def note_focus(self, index: int, start: int, end: int) -> None:
        """Nothing."""


class _Place(NamedTuple):
    """All of a rehearsal that a key which edits nothing can change."""

    focus: Focus
    top: int
    hints: Hints | None
    seen: int
    charwise: bool


class Rehearsal:
    """The page as the program has it, in memory, under the program's own rules.

    `names` are the project's labels in order. `width` and `height` are those of the view: cells
    and lines.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        counts: Mapping[str, WordCount],
        table: KeyTable,
        names: Sequence[str],
        *,
        width: int = 79,
        height: int = 18,
        mode: Mode = "logical",
        overlapping: bool = False,
    ) -> None:
        self.page = _RehearsedPage([_sheet(document) for document in documents])
        self.table = table
        self.names = tuple(names)
        self.view = View(
            self.page, counts, width=width, height=height, letters=table.letters, mode=mode
        )
        self.keyboard = Keyboard(self.view, table, overlapping=overlapping)
        self.view.hints()

    def accepts(self) -> int:
        """How many times Enter must be pressed to accept the page as it stands."""
        return 1 if self.keyboard.press("enter").command else 2

    def do(self, action: Action) -> None:
        """Press the keys of an action."""
        if action.label:
            self.keyboard.label(action.label)
            self.view.hints()
            return
        for key in action.keys:
            self.keyboard.press(key)
            self.view.hints()  # the program paints after each key, and gives out hints then

    def labelled(self) -> set[Gold]:
        """The spans that stand on the page."""
        return {
            Gold(index, span.start, span.end, span.label)
            for index, sheet in enumerate(self.page.sheets)
            for span in sheet.draft.spans
        }

    # Trying things out

    def place(self) -> _Place:
        """Where it is."""
        view = self.view
        return _Place(view.focus, view.top, view._hints, view.seen, self.keyboard.charwise)

    def put(self, place: _Place) -> None:
        """Go back to where it was, no edit having been made since."""
        view = self.view
        view.focus, view.top, view._hints, view.seen, self.keyboard.charwise = place
        self.keyboard.pending = ""

    def keep(self) -> tuple[_Place, list[Replayed]]:
        """Where it is, with all edits."""
        states = [sheet.state for sheet in self.page.sheets]
        return self.place(), [
            replace(s, undoable=list(s.undoable), redoable=list(s.redoable)) for s in states
        ]

    def go_back(self, kept: tuple[_Place, list[Replayed]]) -> None:
        """Go back to what was kept, once."""
        for sheet, state in zip(self.page.sheets, kept[1], strict=True):
            sheet.state = state
        self.put(kept[0])


def _sheet(document: Document) -> Sheet:
    assert document.tokens is not None
    claim = Claim("oracle", document.number, 1)
    return Sheet(document, claim, document.tokens, MemoryLog(), Replayed(opened=True))


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


SAME = Action(("=", "enter"), "same")
ADD = Action(("+",), "add")


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


# The way to one span: A* over what keys make of the focus. A way is an approach (tour, hints,
# plain moves), then the edges; to approach again after an edge was moved never saves a key.

_APPROACHING, _UNSNAPPED, _EDGES = 0, 1, 2
_KEY = 1000
"""Weight of a key; a keystroke weighs 1, so that among ways of as many keys Shift is better than a
second stroke: it sends no bytes."""


class _Node(NamedTuple):
    """A place reached on the way, and how."""

    place: _Place
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
