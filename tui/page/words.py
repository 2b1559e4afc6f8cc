"""The words around the document: title, labels, status and keys, as runs.

Pure functions of the page and the view.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from tonemark.corpus.pages import Page
from tonemark.corpus.proposing import Told, plain
from tonemark.corpus.spans import MANUAL, Suggestion
from tonemark.text import Safe, joined, short, visible
from tonemark.tokenizers.base import Token
from tonemark.tui.page.cells import CUT, blanks, cells, fit
from tonemark.tui.page.columns import keys_line
from tonemark.tui.page.correcting import Choice
from tonemark.tui.page.keyboard import Keyboard
from tonemark.tui.page.keys import ACTION, ACTIONS, ANNOTATING, FOOTER, GLYPHS, MORE, KeyTable
from tonemark.tui.page.labelling import ANSWERED
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.page.view import View

QUIET = Look("quiet")
KEY = Look("key")
TEXT = Look("text")


def spread(left: Sequence[Run], right: Sequence[Run], width: int) -> list[Run]:
    """Runs at both ends of a line; the right ones give way where there is no room."""
    room = width - _cells(left) - _cells(right)
    if room < 1:
        return list(left)
    return [*left, (blanks(room), BLANK), *right]


def title(
    name: str,
    page: Page | None,
    total: int,
    annotator: str,
    saved: bool,
    *,
    read_only: bool = False,
    without: str = "done",
) -> tuple[list[Run], list[Run]]:
    """The left and the right part of the title line; `without` stands in the place of a page."""
    place = without
    if page:
        numbers = [sheet.document.number for sheet in page.sheets]
        place = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
        place = f"{place} of {total}"
        answers = {sheet.state.answer for sheet in page.sheets}
        if len(answers) == 1 and (answer := answers.pop()):
            place += f" ({ANSWERED[answer]})"
    left = [run(f" {short(name, 30)} · {place} · {short(annotator, 32)}", Look("title"))]
    return left, kept(saved, read_only=read_only)


def kept(saved: bool, *, read_only: bool = False) -> list[Run]:
    """Whether what was done is saved, for the right end of the title."""
    if read_only:
        return [run("○ read-only ", Look("warning"))]
    return [run("● saved ", Look("saved")) if saved else run("○ NOT SAVED ", Look("warning"))]


def labels_line(
    table: KeyTable, names: Sequence[str], width: int, shown: Iterable[str] | None = None
) -> list[Run]:
    """The labels with their keys, as many as there is room for."""
    more: list[Run] = [run(table.key_of("type_ahead"), KEY), run(" more", TEXT)]
    line: list[Run] = [run("  ", BLANK)]
    for name in names if shown is None else shown:
        index = names.index(name) if name in names else -1
        key = table.key_of_label(name)
        runs: list[Run] = [
            run(f"{key} " if key else "", KEY),
            run(f" {short(name, 16)} ", Look("label", index)),
        ]
        if _cells(line) + _cells(runs) + 3 + _cells(more) > width:
            break
        line += [*(part for part in runs if part[0]), run("  ", BLANK)]
    return line if shown is not None else line + more


Rivals = Callable[[Suggestion], Sequence[Suggestion]]
"""`rivals(suggestion)`: what is suggested otherwise where it stands (`Proposer.rivals`)."""


def no_rivals(suggestion: Suggestion) -> Sequence[Suggestion]:
    """Nothing speaks against it."""
    return ()


def status(
    view: View,
    keyboard: Keyboard,
    about: Callable[[str], Told] = plain,
    rivals: Rivals = no_rivals,
) -> tuple[list[Run], list[Run]]:
    """What is in focus, and where the tour stands: the left and the right part of the line.

    `about` has words for a source. Where there is no room for all, the count of tokens is left out,
    or what the keys do, or both; then sources and the text are clipped, and left out.
    """
    focus, sheet = view.focus, view.sheet
    if keyboard.confirmation:
        return message(keyboard.confirmation.question, view.width), []
    if keyboard.choice:
        return places_line(keyboard.choice, view.width), []
    if keyboard.pending:
        end = "end at " if keyboard.ending else ""
        typed = keyboard.pending.upper() if keyboard.ending else keyboard.pending
        return message(visible(f"{end}hint {typed}…"), view.width), []
    text = sheet.document.text[focus.start : focus.end]
    # Those that begin before the end, less those that end before the beginning.
    tokens = bisect_left(sheet.tokens, focus.end, key=itemgetter(0))
    tokens = max(0, tokens - bisect_right(sheet.tokens, focus.start, key=itemgetter(1)))
    facts = [_Fact(f"{tokens} token{'s' if tokens != 1 else ''}", spare="count")]
    over = view.spans_at(focus.sheet, focus.start, focus.end)
    exact = [s for s in over if (s.start, s.end) == (focus.start, focus.end)]
    for stretch in exact or over[:1]:
        inside = "" if exact else "in "
        told = list(dict.fromkeys(map(about, stretch.sources)))
        if isinstance(stretch, Suggestion):
            facts += _suggested(view, stretch, inside, told, about, rivals)
            keys = keyboard.table
            does = f"{keys.key_of('accept')} keeps, {keys.key_of('delete')} drops"
            facts.append(_Fact(does, spare="keys"))
        else:
            facts += [_Fact(f"{inside}{short(stretch.label, 20)}"), _set_by(told)]
    if cuts_a_word(sheet.tokens, focus.start, focus.end):
        facts.append(_Fact("cuts a word"))
    if not over and view.is_candidate(*focus[:3]):
        facts.append(_Fact("candidate"))
    if keyboard.charwise:
        facts.append(_Fact("by characters"))
    if keyboard.adding:
        facts.append(_Fact("next label adds"))
    if sheet.draft.answer:
        facts.append(_Fact(ANSWERED[sheet.draft.answer]))
    if sheet.draft.flagged:
        facts.append(_Fact("⚑ flagged"))
    if sheet.draft.comment:
        facts.append(_Fact("commented"))
    right = [run(f"{_to_look_at(view)} ", QUIET)]
    room = view.width - 1 - _cells(right)
    if room < _FEWEST:
        room, right = view.width - 1, []
    return _fitted(text, facts, room), right


class _Fact(NamedTuple):
    """Something said of the focus, and what parts it from what stands before it; `spare` names what
    can be left out. Where it `clips`, a part of it will do, with all of its `tail`."""

    words: str
    spare: str = ""
    clips: bool = False
    tail: str = ""
    before: str = " · "


def _suggested(
    view: View,
    suggestion: Suggestion,
    inside: str,
    told: Sequence[Told],
    about: Callable[[str], Told],
    rivals: Rivals,
) -> Iterator[_Fact]:
    """A suggestion: its label, why it is doubtful, its best source and how that has done."""
    best = max(told, key=lambda each: (each.stood, each.seen or 0.0), default=Told(""))
    doubtful = view.is_doubtful(view.focus.sheet, suggestion)
    yield _Fact(f"{inside}{'??' if doubtful else '?'}{short(suggestion.label, 20)}")
    if doubtful and suggestion.score >= view.doubt:
        yield _Fact("part of a longer candidate", before=", ")
    elif doubtful and (others := rivals(suggestion)):
        other = others[0]
        said = ["or"]
        if other.label != suggestion.label:
            said.append(short(other.label, 20))
        if (other.start, other.end) != (suggestion.start, suggestion.end):
            said.append(f'"{short(view.sheet.document.text[other.start : other.end], 20)}"')
        said += [f"by {about(source).name}" for source in other.sources[:1]]
        yield _Fact(" ".join(said), "rival", clips=True, before=", ")
    elif doubtful and not best.record:
        yield _Fact(f"score {suggestion.score:.2f}", before=", ")
    if best.record:
        yield _Fact(best.record)
    if best.name:
        name = best.name if best.kind == "gazetteer" else best.source
        yield _Fact(name, "source", clips=True, tail=_more(told))


def _set_by(told: Sequence[Told]) -> _Fact:
    """Who set a span, or what proposed it; both where its edges were set by hand."""
    by_hand = plain(MANUAL)
    others = [each for each in told if each != by_hand]
    if not others:
        return _Fact(by_hand.source, "source", clips=True)
    hand = f"{by_hand.source}, from " if len(others) < len(told) else ""
    return _Fact(f"{hand}{others[0].source}", "source", clips=True, tail=_more(others))


def _more(told: Sequence[Told]) -> str:
    return f" +{len(told) - 1}" if len(told) > 1 else ""


def _fitted(text: str, facts: Sequence[_Fact], room: int) -> list[Run]:
    """The text in focus and what is said of it, in so many cells."""
    kept = list(facts)
    spared: list[tuple[str, ...]] = [(), ("count",), ("keys",), ("count", "keys")]
    if any(fact.spare == "rival" for fact in facts):
        spared.append(("count", "keys", "source"))  # who says otherwise tells more than who says it
    for left_out in spared:
        kept = [fact for fact in facts if fact.spare not in left_out or not fact.spare]
        line = _line(short(text, 32), kept)
        if _cells(line) <= room:
            return line
    for left_out in ((), ("source",), ("source", "rival")):
        kept = [fact for fact in kept if fact.spare not in left_out or not fact.spare]
        line = _clipped(text, kept, room)
        if _cells(line) <= room:
            return line
    return cut(line, room)


_LEAST = 12
"""Cells that the text in focus and each source keep."""

_FEWEST = 8
"""Cells of the line below which the tour gives way to what is in focus."""


def _clipped(text: str, facts: Sequence[_Fact], room: int) -> list[Run]:
    """The line with its text, then its sources clipped as far as they go."""
    kept = list(facts)
    line = _line(short(text, 32), kept)
    shown = short(text, max(_LEAST, 32 - max(0, _cells(line) - room)))
    told = sorted((fact for fact in kept if fact.clips), key=lambda fact: cells(fact.words))
    left = room - _cells(_line(shown, kept)) + sum(cells(fact.words) for fact in told)
    for rest, fact in zip(range(len(told), 0, -1), told, strict=True):
        part = fact._replace(words=short(fact.words, max(_LEAST, left // rest)))
        kept[kept.index(fact)] = part
        left -= cells(part.words)
    return _line(shown, kept)


def _line(text: str, facts: Sequence[_Fact]) -> list[Run]:
    said = "".join(f"{fact.before}{fact.words}{fact.tail}" for fact in facts)
    return [run(f"  {text}", TEXT), run(said, QUIET)]


def cut(line: Sequence[Run], width: int) -> list[Run]:
    """A line in so many cells: where it is longer, "…" stands at its end."""
    if _cells(line) <= width:
        return list(line)
    kept: list[Run] = []
    room = width - cells(CUT)
    for text, look in line:
        part = fit(text, room)
        room -= cells(part)
        if part == text:
            kept.append((part, look))
        else:
            kept.append((joined((part, CUT)), look))
            break
    return kept if width > 0 else []


def _to_look_at(view: View) -> str:
    """What the tour has left; suggestions that it passes are told where they are all there is."""
    place, total = view.place_in_tour()
    if total:
        return f"{f'{place} of {total}' if place else total} to look at"
    suggested = view.suggested()
    return f"none to look at, {suggested} suggested" if suggested else "no candidates left"


def places_line(choice: Choice, width: int) -> list[Run]:
    """The places at which a token can be split: each letter with what tells the place; behind
    them, where there is room, how to leave it."""
    line: list[Run] = [run("  split before", TEXT)]
    for letter, place in choice.places.items():
        line += [run(f" {letter}", KEY), run(f":{place.shown}", TEXT)]
    leaves = run(" · Esc leaves it", QUIET)
    if choice.further:
        return [*line, run(" …", QUIET)]
    return [*line, leaves] if _cells([*line, leaves]) <= width else line


def cuts_a_word(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a stretch begins or ends inside a token."""
    first = bisect_right(tokens, start, key=itemgetter(0)) - 1
    last = bisect_left(tokens, end, key=itemgetter(1))
    begins_inside = first >= 0 and tokens[first].start < start < tokens[first].end
    ends_inside = last < len(tokens) and tokens[last].start < end < tokens[last].end
    return begins_inside or ends_inside


@lru_cache(maxsize=16)
def rule(width: int, said: str = "") -> list[Run]:
    """A line between the parts of the screen, with something said at its right."""
    said = f" {said} " if said else ""
    line = visible(" " + "─" * max(0, width - 2 - cells(said)) + said)
    return [(fit(line, width), Look("rule"))]


def footer(
    table: KeyTable, width: int, actions: Sequence[str] = FOOTER, *named: tuple[str, str]
) -> list[Run]:
    """The keys that matter most, some of them `named` otherwise than usually; where there is no
    room for all, the last two stay."""
    names = {name: ACTION[name].short for name in actions} | dict(named)
    return keys_line([(table.key_of(name), names[name]) for name in actions], width)


def prompt_footer(width: int) -> list[Run]:
    """The keys while a line is typed."""
    return keys_line([(GLYPHS["enter"], "takes the line"), ("Esc", "leaves it")], width)


def menu_line(table: KeyTable, width: int = 80, offered: Collection[str] = ANNOTATING) -> list[Run]:
    """What may follow `more`, in one line; where there is no room for two blanks, with one, and
    then without the key of a word that begins with it."""
    for gap, is_short in (("  ", False), (" ", False), (" ", True)):
        line: list[Run] = [run(f" {table.key_of(MORE)} ", KEY)]
        for action in ACTIONS:
            if action.id in offered:
                key = table.key_of(action.id)
                rest = action.short.removeprefix(key) if is_short else f" {action.short}"
                rest = f" {action.short}" if rest == action.short else rest
                line += [run(key, KEY), run(f"{rest}{gap}", TEXT)]
        if _cells(line) - len(gap) <= width:
            break
    return line


def only_read(reason: str, width: int) -> list[Run]:
    """That nothing can be changed here, and why."""
    return message(visible(f"read-only ({reason}): keys change nothing"), width)


def message(text: Safe, width: int) -> list[Run]:
    """A message in the place of the status, cut where it is longer than that."""
    return cut([run("  ", BLANK), (text, Look("message"))], width)


def notice(first: str, then: str = "") -> list[list[Run]]:
    """Lines in the place of a page."""
    return [[], [run(f"   {first}", TEXT)], [], [run(f"   {then}", QUIET)]]


def _cells(runs: Iterable[Run]) -> int:
    return sum(cells(text) for text, _ in runs)
