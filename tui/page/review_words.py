"""The words around a document under review: title, whom digits mean, status. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tonemark.corpus.reviews import KINDS, Counts, Wanted
from tonemark.review.asking import EVERYTHING, LARGEST, Known, said_of
from tonemark.review.decisions import decided_answer
from tonemark.review.opening import Difference
from tonemark.text import counted, short, visible
from tonemark.tui.page import words
from tonemark.tui.page.cells import cells, told_apart_names
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.page.labelling import ANSWERED
from tonemark.tui.page.looks import BLANK, Look, Run, run
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import DIGITS, ReviewView
from tonemark.tui.page.typeahead import matching
from tonemark.tui.page.versions import NONE, USUAL

QUIET, KEY, TEXT = Look("quiet"), Look("key"), Look("text")

NAME_LIMIT = 14
"""Cells of a name in the line of keys."""


def title(name: str, wanted: Wanted, left: str, reviewer: str, room: int = 200) -> list[Run]:
    """The left part of the title line, in so many cells as far as that goes; `left` says how many
    documents are left. Where there is no room, the filter is cut, and then what she knows."""
    asked = said_of(wanted)
    what = ["review: " + short(asked, limit) for limit in (40, 24, 12) if asked] or ["review"]
    fixed = left, short(reviewer, 32)
    wordings: list[tuple[str, ...]] = [(short(name, 30), each, *fixed) for each in what]
    wordings += [(short(name, 12), what[-1], *fixed), (what[-1], *fixed), fixed]
    said = [f" {' · '.join(filter(None, parts))}" for parts in wordings]
    fits = next((each for each in said if cells(visible(each)) <= room), said[-1])
    return [run(fits, Look("title"))]


def wanted_words(counts: Counts, known: Known, typed: str) -> tuple[str, str]:
    """The words for `asked_for`, those aside that a word begun does not mean: kinds, with the
    documents of each that are open, and the labels and names that there are."""
    begun = typed.rpartition(" ")[2].casefold()
    kinds = {kind: f"{kind} {counts.open.get(kind, 0):,}" for kind in KINDS}
    kinds |= {EVERYTHING: EVERYTHING, LARGEST: LARGEST}
    named = {word: short(word, 20) for word in (*known.labels, *known.annotators)}

    def meant(words: Mapping[str, str]) -> str:
        return " · ".join(said for word, said in words.items() if begun in word.casefold())

    return meant(kinds), meant(named)


def kinds_line(differences: Iterable[Difference]) -> str:
    """How often each kind of difference stands on a page."""
    counted = Counter(each.kind for each in differences)
    return " · ".join(f"{count} {kind}" for kind, count in counted.items())


def people_line(
    table: KeyTable,
    people: Sequence[str],
    width: int,
    majority: bool = True,
    anonymous: bool = False,
) -> list[Run]:
    """The keys for a difference in question: the majority's version, where there is one; nothing;
    the annotators behind the ninth; and whose version each digit takes, as far as there is room."""
    line: list[Run] = [run("  ", BLANK)]
    keys = [("delete", "nothing")]
    if majority and table.key_of("majority"):
        keys.insert(0, ("majority", f"{USUAL}majority"))
    if len(people) > DIGITS:
        keys.append(("type_ahead", f"{len(people) - DIGITS} more"))
    for action, said in keys:
        line += [run(f"{table.key_of(action)} ", KEY), run(f"{said}  ", TEXT)]
    first = people[:DIGITS]
    if anonymous and first:
        digits = f"{table.key_at('1')} … {table.key_at(str(len(first)))}"
        line += [run(f" {digits} ", KEY), run("that annotator's version", TEXT)]
    for who, name in enumerate(told_apart_names([] if anonymous else first, NAME_LIMIT), 1):
        line += [run(f" {table.key_at(str(who))} ", KEY), (name, TEXT), run(" ", TEXT)]
    return words.cut(line, width)


def whose_line(
    table: KeyTable, view: ReviewView, difference: Difference, typed: str, width: int
) -> list[Run]:
    """The annotators that a typed name or number means, the first of whom Enter takes, with what
    each of them has."""
    meant = whose(view, typed)
    line: list[Run] = [run("  ", BLANK)]
    for row in meant:
        said = f"{short(view.people[row], 24)} {_version(difference, view, row)}"
        line += [run(f"{row + 1} ", KEY), run(f"{said}  ", TEXT)]
    return words.cut(line if meant else [run("  nobody is called that here", TEXT)], width)


def whose(view: ReviewView, typed: str) -> list[int]:
    """The rows, from 0, that are meant by a number as it stands beside them, or by a name or a
    part of one; without either, those that no digit takes."""
    typed = typed.strip()
    rows = [str(row) for row in range(1, len(view.people) + 1)]
    if typed in rows and typed not in view.people:
        return [int(typed) - 1]
    if not typed:
        return list(range(min(DIGITS, len(rows)), len(rows)))
    return list(dict.fromkeys(map(view.people.index, matching(view.people, typed))))


def labels_line(table: KeyTable, names: Sequence[str], width: int, differ: bool) -> list[Run]:
    """The labels, while a hint has made digits labels, and the way back to the difference: in full
    where no label gives way to it."""
    key = table.key_of("next")
    if not differ or not key:
        return words.labels_line(table, names, width)
    whole = words.labels_line(table, names, width)
    for said in ("back to the difference", "back"):
        back = [run(f"  {key} ", KEY), run(said, TEXT)]
        line = words.labels_line(table, names, width - sum(cells(text) for text, _ in back))
        if line == whole:
            break
    return [*line, *back]


def status(
    view: ReviewView, keyboard: ReviewKeyboard, told: tuple[list[Run], list[Run]]
) -> tuple[list[Run], list[Run]]:
    """What is in question, or in focus (`told`, by the words for any page), and what is open."""
    if keyboard.confirmation or keyboard.choice or keyboard.pending:
        return told
    difference = None if keyboard.adding else view.in_question
    place, total = view.place_in_tour()
    if view.refused:
        said = ANSWERED[view.refused]
    elif view.open():
        said = f"{place} of {total} open" if place else f"{total} open"
    else:
        said = f"all {total} settled" if total else "no differences"
    right = [run(f"{said} ", QUIET)]
    room = view.width - len(said) - 2
    left = _question(view, difference) if difference else told[0]
    return words.cut(left, room), right


def _question(view: ReviewView, difference: Difference) -> list[Run]:
    start, end = difference.place
    facts: list[str] = [difference.kind if difference.kind != "agreed" else "taken back"]
    text = view.sheet.document.text[start:end]
    compared = view.settled(difference)
    if not difference.versions:
        text = "the answers differ"
        answer = decided_answer(view.sheet.draft)
        facts = [ANSWERED[answer]] if answer else []
    elif not compared.open and not view.refused:
        facts.append(_settled_by(view, difference, compared.stands))
    if difference.changed and compared.open:
        facts.append("changed since it was settled")
    if view.sheet.draft.flagged:
        facts.append("⚑ flagged")
    if view.sheet.draft.comment:
        facts.append("commented")
    facts += _versions(view, difference)  # last, for they are cut where there is no room
    said = "".join(f" · {fact}" for fact in facts)
    return [run(f"  {short(text, 32)}", TEXT), run(said, QUIET)]


def _versions(view: ReviewView, difference: Difference) -> list[str]:
    """The labels in full that each version of a difference has, with the numbers of those who have
    it; without these where all have the same."""
    said: dict[str, list[str]] = {}
    for row, version in enumerate(difference.versions):
        if version is not None:
            said.setdefault(_version(difference, view, row), []).append(str(row + 1))
    if len(said) == 1:
        return list(said)
    return [f"{','.join(rows)} {labels}" for labels, rows in said.items()]


def _version(difference: Difference, view: ReviewView, row: int) -> str:
    """What one annotator says there: labels in full, or her answer."""
    if not difference.versions:
        return ANSWERED[view.reviewed.rows[row].answer]
    version = difference.versions[row]
    if version is None:
        return "did not accept"
    return "+".join(label for _, _, label in version) or NONE


def _settled_by(view: ReviewView, difference: Difference, stands: Sequence[bool]) -> str:
    names = [name for name, hers in zip(view.people, stands, strict=True) if hers]
    if names:
        return f"as {short(', '.join(names), 40)}"
    return "settled otherwise" if view.stands(difference) else "settled: nothing there"


def queue_lines(counts: Counts, documents: int, wanted: Wanted, table: KeyTable) -> tuple[str, str]:
    """Why nothing is left to review: what is there, and what one can do."""
    more = f"{table.key_of('more')} {table.key_of('wanted')}"
    again = f"{table.key_of('accept')} looks again."
    waiting = documents - counts.finished
    wait = f"{counted(waiting, 'document')} still wait{'s' * (waiting == 1)} for answers"
    still = f"{wait}; {again}" if waiting else again
    if wanted not in (Wanted(), Wanted(everything=True)):
        return f"Nothing is left of: {said_of(wanted)}.", f"{more} asks for others; {again}"
    if not documents:
        return "There are no documents yet.", again
    if not counts.finished:
        return "No document has all its answers yet: there is nothing to compare.", still
    if counts.differing:
        return f"Nothing is left to settle: {_gold(counts)}.", still
    if wanted.everything:
        return f"Nothing is left: {_gold(counts)}.", still
    on = "the one document" if counts.finished == 1 else f"all {counts.finished:,} documents"
    them = "it" if counts.finished == 1 else "them"
    return f"Nothing differs: annotators agree on {on}.", f"{more} all shows {them}; {still}"


def _gold(counts: Counts) -> str:
    return f"{counted(counts.gold, 'document')} {'is' if counts.gold == 1 else 'are'} gold"
