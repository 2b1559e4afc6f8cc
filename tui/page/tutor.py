"""The tutor: a few lines beside her first pages that lead from key to key.

Pure: it sees what a key did to the view, and says what to try next. Nothing depends on it.
"""

from __future__ import annotations

from typing import NamedTuple

from tonemark.text import short
from tonemark.tui.page.cells import cells
from tonemark.tui.page.columns import wrap_runs
from tonemark.tui.page.keys import GLYPHS, KeyTable
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.page.view import View

PUT_AWAY = "escape"
"""The key that puts the tutor away."""

AGAIN = "0"
"""What is kept where she asked for the tutor again."""

PAGES = 2
"""Pages accepted after which it goes by itself."""

HIGH = 16
"""Lines for text and tutor from which it shows all steps; with fewer, the next one alone."""

LOW = 7
"""Lines below which the text needs them all."""

TEXT = Look("text")
KEY = Look("key")
QUIET = Look("quiet")
MARK = Look("message")

_EDGES = ("right_out", "right_in", "left_out", "left_in")


class Progress(NamedTuple):
    """What she has done so far: a hint typed, a label set, an edge moved, pages accepted."""

    focused: bool = False
    labelled: bool = False
    edged: bool = False
    pages: int = 0


class Seen(NamedTuple):
    """What of a view a key can change, as far as the tutor looks."""

    focus: tuple[int, int, int]
    spans: int


def begun(preference: str | None) -> Progress | None:
    """Where the tutor stands by what was kept of it; None where it has been put away."""
    if preference in (None, "0", "1"):
        return Progress(pages=int(preference or 0))
    return None


def kept(progress: Progress | None) -> str:
    """What to keep of the tutor for `begun`."""
    return "away" if progress is None or progress.pages >= PAGES else str(progress.pages)


def seen(view: View) -> Seen:
    """What the tutor looks at, before and after a key."""
    spans = sum(len(sheet.draft.spans) for sheet in view.page.sheets)
    return Seen((view.focus.sheet, view.focus.start, view.focus.end), spans)


def after_key(progress: Progress, key: str, table: KeyTable, before: Seen, view: View) -> Progress:
    """The progress after a key that was pressed on a page."""
    now = seen(view)
    if now.spans > before.spans:
        return progress._replace(labelled=True)
    if now.focus != before.focus:
        if table.page.get(key) in _EDGES:
            return progress._replace(edged=True)
        if (key in table.typed or key in table.ends) and key not in table.page:
            return progress._replace(focused=True)
    return progress


def tutor_lines(
    view: View, table: KeyTable, progress: Progress, width: int, height: int
) -> list[list[Run]]:
    """The tutor in lines of `width` cells, `height` being those that text and tutor share.

    It never takes more than half of them. With room for all, every step has its line, the next
    one marked; else that one stands alone.
    """
    if height < LOW:
        return []
    steps = _steps(view, table, progress)
    at = next((i for i, (done, _) in enumerate(steps) if not done), len(steps) - 1)
    away: list[Run] = [run("Esc", KEY), run(" puts this away", QUIET)]
    if height < HIGH or width < 60:
        runs: list[Run] = [run("▸ ", MARK), *steps[at][1], run("   ", BLANK), *away]
        return _fitting(wrap_runs([run(" ", BLANK), *runs], width, 3), height)
    title = " ── first steps "
    rule = "─" * max(1, width - cells(title) - cells(" Esc puts this away "))
    lines: list[list[Run]] = [[run(f"{title}{rule}", Look("rule")), run(" ", BLANK), *away]]
    for i, (done, runs) in enumerate(steps):
        sign = "▸" if i == at else "✓" if done else " "
        look = MARK if i == at else QUIET
        faint = [(text, look if i == at or old == KEY else QUIET) for text, old in runs]
        shown = runs if i == at else faint
        lines += wrap_runs([run(f" {sign} {i + 1} ", look), *shown], width, 5)
    if view.suggested() and not progress.labelled:
        lines += wrap_runs([run("     ", BLANK), *_suggestions(table)], width, 5)
    return _fitting(lines, height)


def _fitting(lines: list[list[Run]], height: int) -> list[list[Run]]:
    return lines if len(lines) <= height // 2 else []


def _steps(view: View, table: KeyTable, progress: Progress) -> list[tuple[bool, list[Run]]]:
    focus = view.sheet.document.text[view.focus.start : view.focus.end]
    names = list(dict.fromkeys(table.labels.values()))[:3]
    labels = [(table.key_of_label(name), short(name, 12)) for name in names]
    go: list[Run] = [run(f"In focus: “{short(focus, 10)}”. ", TEXT)]
    if target := _elsewhere(view):
        hint, word = target
        go += [run("The letters over a word go to it: ", TEXT), run(hint, KEY)]
        go += [run(f" “{short(word, 10)}”", TEXT)]
    name: list[Run] = [run("Is it a name? Label it: ", TEXT)]
    for key, label in labels:
        name += [run(key, KEY), run(f" {label}, ", TEXT)]
    name += [run(table.key_of("type_ahead"), KEY), run(" more. ", TEXT)]
    name += [run(table.key_of("next"), KEY), run(" goes on without", TEXT)]
    right, left = table.key_of("right_out"), table.key_of("right_in")
    edge: list[Run] = [
        run("Too short or too long? ", TEXT),
        run(right, KEY),
        run(" takes in a word, ", TEXT),
    ]
    edge += [run(left, KEY), run(" gives one back; left: ", TEXT)]
    edge += [run(table.key_of("left_out"), KEY), run(" ", TEXT), run(table.key_of("left_in"), KEY)]
    enter = GLYPHS["enter"] + " Enter"
    accept = table.key_of("accept")
    accepts = enter if accept == GLYPHS["enter"] else accept
    end: list[Run] = [run("All names labelled? ", TEXT), run(accepts, KEY)]
    end += [run(" accepts, and turns the page; ", TEXT)]
    end += [run(table.key_of("undo"), KEY), run(" undoes", TEXT)]
    if progress.labelled and view.suggested():
        name = _suggestions(table)  # in a line that is there: the page does not jump
    return [
        (progress.focused or progress.labelled, go),
        (progress.labelled, name),
        (progress.edged or progress.pages > 0, edge),
        (progress.pages >= PAGES, end),
    ]


def _suggestions(table: KeyTable) -> list[Run]:
    """What the tags of suggestions mean, where there are some."""
    runs: list[Run] = [run("A tag with ", TEXT), run("?", KEY), run(" is suggested: ", TEXT)]
    runs += [run(table.key_of("accept"), KEY), run(" accepts it too, ", TEXT)]
    runs += [run(table.key_of("delete"), KEY), run(" drops it; ", TEXT)]
    return [*runs, run("??", KEY), run(": look at it", TEXT)]


def _elsewhere(view: View) -> tuple[str, str] | None:
    """The hint of the first candidate in view that is not in focus, else of the first word."""
    hints = view.hints().of
    first: tuple[str, str] | None = None
    for (index, token), hint in hints.items():
        sheet = view.page.sheets[index]
        start, end = sheet.tokens[token]
        if index == view.focus.sheet and start < view.focus.end and view.focus.start < end:
            continue
        stop = view.standing(index).stop_from(start)
        if stop and stop[0] == start:
            return hint, sheet.document.text[slice(*stop)]
        first = first or (hint, sheet.document.text[start:end])
    return first
