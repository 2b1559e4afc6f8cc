"""The words around a document under review: title, whom digits mean, status. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tonemark.corpus.reviews import Counts, Wanted
from tonemark.review.asking import EVERYTHING, LARGEST, said_of
from tonemark.review.decisions import decided_answer
from tonemark.review.opening import Difference
from tonemark.text import counted, short
from tonemark.tui.page import words
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.page.labelling import ANSWERED
from tonemark.tui.page.looks import BLANK, Look, Run, run
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import DIGITS, ReviewView
from tonemark.tui.page.versions import USUAL

QUIET, KEY, TEXT = Look("quiet"), Look("key"), Look("text")


def title(name: str, wanted: Wanted, left: str, reviewer: str) -> list[Run]:
    """The left part of the title line; `left` says how many documents are left."""
    what = f"review: {said_of(wanted)}" if wanted != Wanted() else "review"
    parts = (short(name, 30), short(what, 40), left, short(reviewer, 32))
    return [run(f" {' · '.join(filter(None, parts))}", Look("title"))]


def wanted_words(counts: Counts) -> str:
    """The words for `asked_for`, with the documents of each kind that are open."""
    kinds = [f"{kind} {count:,}" for kind, count in counts.open.items() if count]
    return " · ".join((*kinds, "a label", "a name", EVERYTHING, LARGEST))


def kinds_line(differences: Iterable[Difference]) -> str:
    """How often each kind of difference stands on a page."""
    counted = Counter(each.kind for each in differences)
    return " · ".join(f"{count} {kind}" for kind, count in counted.items())


def people_line(table: KeyTable, people: Sequence[str], width: int) -> list[Run]:
    """Whose version each digit takes, and the other keys for a difference in question."""
    line: list[Run] = [run("  ", BLANK)]
    for who, name in enumerate(people[:DIGITS], 1):
        line += [run(f"{table.key_at(str(who))} ", KEY), run(f"{short(name, 14)}  ", TEXT)]
    majority, delete = table.key_of("majority"), table.key_of("delete")
    if majority:
        line += [run(f" {majority} ", KEY), run(f"{USUAL}majority  ", TEXT)]
    line += [run(f"{delete} ", KEY), run("nothing", TEXT)]
    return words.cut(line, width)


def status(
    view: ReviewView, keyboard: ReviewKeyboard, told: tuple[list[Run], list[Run]]
) -> tuple[list[Run], list[Run]]:
    """What is in question, or in focus (`told`, by the words for any page), and what is open."""
    difference = keyboard.in_question
    if keyboard.waits:
        return told
    left = _question(view, difference) if difference else told[0]
    place, total = view.place_in_tour()
    if view.open():
        said = f"{place} of {total} open" if place else f"{total} open"
    else:
        said = f"all {total} settled" if total else "no differences"
    right = [run(f"{said} ", QUIET)]
    return words.cut(left, view.width - len(said) - 2), right


def _question(view: ReviewView, difference: Difference) -> list[Run]:
    start, end = difference.place
    facts: list[str] = [difference.kind if difference.kind != "agreed" else "taken back"]
    text = view.sheet.document.text[start:end]
    compared = view.settled(difference)
    if not difference.versions:
        text = "the answers differ"
        answer = decided_answer(view.sheet.draft)
        facts = [ANSWERED[answer]] if answer else []
    elif not compared.open:
        facts.append(_settled_by(view, difference, compared.stands))
    if difference.changed and compared.open:
        facts.append("changed since it was settled")
    if view.sheet.draft.flagged:
        facts.append("⚑ flagged")
    if view.sheet.draft.comment:
        facts.append("commented")
    said = "".join(f" · {fact}" for fact in facts)
    return [run(f"  {short(text, 32)}", TEXT), run(said, QUIET)]


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
