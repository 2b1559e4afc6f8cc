"""The dashboard: what is in the project, how far each annotator is, and a key for each thing.

It is painted before anything is counted; the counting runs in a thread on a connection of its own.
Of others it shows only how many documents they answered: what they marked there must not reach one
who has still to answer (DESIGN.md, promise 5). How she agrees with them counts documents that she
has answered herself. A reviewer who has nothing to answer sees how all of them work.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar, NamedTuple, TypeVar

from tonemark.corpus.annotators import annotates, may_review
from tonemark.corpus.outlook import MANY, Reviews, left_to_answer, reviews_of
from tonemark.corpus.people import Person, in_hours, people, stamp
from tonemark.corpus.progress import AnnotatorProgress, Progress, progress
from tonemark.corpus.project import Project, overlap_words
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import counted, short
from tonemark.tokenizers.languages import language_name
from tonemark.tui.page import words
from tonemark.tui.page.cells import cells
from tonemark.tui.page.columns import column, wrap_runs
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.screens.exporting import last_export
from tonemark.tui.screens.reading import QUIET, TEXT, TITLE, ReadingScreen
from tonemark.tui.screens.ways import Place

KEY = Look("key")

_Counted = TypeVar("_Counted")


class Outlook(NamedTuple):
    """What takes longest to count: how `people` work, as far as she may see; how many documents are
    `left` for her to answer; how far reviewing is, for one who reviews."""

    people: Mapping[str, Person]
    left: int
    reviews: Reviews | None = None


class Dashboard(ReadingScreen[None]):
    """The first screen of a project; from here to work, and back."""

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("accept", "annotate"),
        ("review", "review"),
        ("documents", "docs"),
        ("guidelines", "guidelines"),
        ("export", "export"),
        ("train", "train"),
        ("search", "search"),
        ("help", "help"),
        ("quit", "quit"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._figures: Progress | None = None
        self._outlook: Outlook | None = None
        self._people: tuple[tuple[object, ...], Mapping[str, Person]] = (), {}
        self._total = 0
        self._exported = ""
        self._counting: Store | None = None

    def on_mount(self) -> None:
        """Show what is known without counting."""
        self._total = self.desk.store.document_count()
        self._exported = self._last_export()
        self.refill()

    def on_screen_resume(self) -> None:
        """Count, at the first time and after whatever was done on another screen."""
        self.refill()
        self.run_worker(self._count(), group="count", exclusive=True)

    def on_unmount(self) -> None:
        """Leave a count where it stands, so that quitting need not wait for it."""
        self._stop_counting()

    def _stop_counting(self) -> None:
        if self._counting:
            self._counting.db.interrupt()

    async def _count(self) -> None:
        self._stop_counting()
        team = self.desk.project.team or (self.desk.annotator,)
        name = self.desk.annotator
        try:
            found = await asyncio.to_thread(self._counted, lambda at: progress(at, team, name))
            if not found:
                return
            self._figures, self._total = found, found.documents
            self._exported = self._last_export()
            self.refill()
            # Apart, and then: of 100,000 documents it takes twice as long.
            outlook = await asyncio.to_thread(self._counted, self._looked_out)
        except TonemarkError as error:
            self.say(error.title)
            return
        if outlook is not None:
            self._outlook = outlook
            self.refill()

    def _looked_out(self, store: Store) -> Outlook:
        project, name = self.desk.project, self.desk.annotator
        left = left_to_answer(store, name)
        found = None
        if _reviews(project, name):
            found = reviews_of(store, name, annotates=annotates(project, name))
        figures = self._figures or Progress()
        answered = sum(each.answered for each in figures.annotators if each.name == name)
        everybody = name in project.reviewers and not answered and not left
        return Outlook(self._people_of(store, None if everybody else name), left, found)

    def _people_of(self, store: Store, name: str | None) -> Mapping[str, Person]:
        """How everybody works, or she of this name; counted anew only where something came: of
        1,000,000 documents it takes 16 seconds."""
        known = name, *stamp(store)
        if self._people[0] != known:
            found = people(store, name)
            self._people = known, found if name is None else {name: found.get(name, Person(name))}
        return self._people[1]

    def _counted(self, count: Callable[[Store], _Counted]) -> _Counted | None:
        """Runs in a thread: SQLite lets go of the interpreter while it counts."""
        store = self._counting = Store(self.desk.store.path)
        try:
            return count(store)
        except sqlite3.OperationalError:
            return None  # interrupted
        finally:
            if self._counting is store:
                self._counting = None
            store.close()

    def heading(self) -> tuple[str, str]:
        """The project's name, and hers."""
        return short(self.desk.project.name, 40), short(self.desk.annotator, 32)

    def status(self) -> tuple[list[Run], list[Run]]:
        """Whether nothing can be changed, and what is above and below."""
        left, right = super().status()
        if reason := self.desk.read_only:
            left = words.only_read(reason, self.size.width)
        return left, right

    def body(self, width: int) -> Iterable[list[Run]]:
        """The figures."""
        return dashboard_lines(
            self.desk.project, self.table, self.desk.annotator, self._total, self._figures,
            self._outlook, self._exported, width,
        )  # fmt: skip

    def footer(self) -> list[tuple[str, str]]:
        """The keys; that of reviewing for those who may."""
        reviews = may_review(self.desk.project, self.desk.annotator)
        return [
            (self._key_of(name), word) for name, word in self.KEYS if reviews or name != "review"
        ]

    def _command_accept(self) -> None:
        self.go_to(Place(0))

    def go_to(self, place: Place | None) -> None:
        """Open the annotate screen at a place; document 0 is the next of her queue."""
        from tonemark.tui.screens.annotate import AnnotateScreen

        if place:
            self.app.push_screen(AnnotateScreen(place.document or None, place.focus))

    def _command_quit(self) -> None:
        self.quit_program()

    def exported(self) -> None:
        """Show when, and where to."""
        self._exported = self._last_export()
        self.refill()

    def _last_export(self) -> str:
        return last_export(self.desk.project.folder, self.desk.project.name)


def dashboard_lines(
    project: Project,
    table: KeyTable,
    annotator: str,
    total: int,
    figures: Progress | None,
    outlook: Outlook | None,
    exported: str,
    width: int,
) -> Iterator[list[Run]]:
    """The dashboard's lines in `width` cells; without `figures`, that they are being counted, and
    so without `outlook`.

    `figures` are counted for `annotator`: spans and labels are hers alone.
    """
    name = language_name(project.language)
    language = name if name == project.language else f"{name} ({project.language})"
    facts = [language, counted(total, "document")]
    if figures:
        facts.append(f"{figures.finished:,} finished")
        if figures.with_suggestions:
            facts.append(f"{figures.with_suggestions:,} with suggestions")
    if project.overlap > 1:
        facts.append(overlap_words(project))
    yield []
    yield from wrap_runs([run("  ", BLANK), run(" · ".join(facts), TEXT)], width, 2)
    yield []
    if not total:
        yield [run("  There are no documents yet. Add some:", TEXT)]
        yield [run(f"    tonemark add {typed(project.folder)} FILE", KEY)]
        yield []
    if figures is None:
        yield [run("  counting…", QUIET)]
    else:
        people = sorted(figures.annotators, key=lambda each: each.name != annotator)
        names = max((cells(each.name) for each in people), default=0) + 6
        for each in people:
            left = outlook.left if outlook and each.name == annotator else None
            yield _person(each, each.name == annotator, total, left, min(names, width // 3), width)
            said = ""
            if outlook and each.name in outlook.people:
                said = _work(outlook.people[each.name])
            elif each.name == annotator and each.answered:
                said = "counting…"
            yield from wrap_runs([run(f"    {said}", QUIET)] if said else [], width, 4)
        if outlook and outlook.reviews:
            said = review_words(outlook.reviews, figures.finished, table)
            if said or annotator in project.reviewers:
                yield []
                said = said or "no document has all its answers yet: there is nothing to review"
                yield from wrap_runs([run(f"  {said}", TEXT)], width, 4)
    yield []
    for index, label in enumerate(project.labels):
        count = figures.labels.get(label.name, 0) if figures else 0
        line: list[Run] = [
            run(f"  {table.key_of_label(label.name) or ' '} ", KEY),
            run(f" {short(label.name, 16)} ", Look("label", index)),
        ]
        gap = max(1, 22 - sum(cells(text) for text, _ in line))
        said = f"{count:,} span{'s' * (count != 1)}" if figures else ""
        line.append(run(" " * gap + column(said, 16), TEXT))
        yield [*line, run(column(label.about, max(0, width - 38)).rstrip(), QUIET)]
    known = {label.name for label in project.labels}
    others = {name: n for name, n in figures.labels.items() if name not in known} if figures else {}
    if others:
        said = ", ".join(f"{short(name, 16)} {count:,}" for name, count in others.items())
        yield from wrap_runs([run(f"  labels not in project.toml: {said}", QUIET)], width, 4)
    yield []
    yield from wrap_runs(
        [run(f"  {exported or 'nothing was exported from here yet'}", QUIET)], width, 2
    )


def _person(
    each: AnnotatorProgress, you: bool, total: int, left: int | None, names: int, width: int
) -> list[Run]:
    bar = max(4, min(24, width // 5))
    share = each.answered / total if total else 0.0
    full = min(bar, int(share * bar) + (0 < share * bar < 1))
    said = f" {each.answered:,} of {total:,}"
    parts = [
        f"{count:,} {what}"
        for count, what in (
            (each.reject, "rejected"),
            (each.ignore, "ignored"),
            (each.begun, "open"),
            (each.spans, "span" if each.spans == 1 else "spans"),
        )
        if count and you
    ]
    if left is not None and each.answered + left < total:  # others have the rest
        parts.insert(0, f"{left:,} left for you" if left else "nothing left for you")
    line: list[Run] = [
        run("  ", BLANK),
        (column(f"{each.name} (you)" if you else each.name, names), TITLE if you else TEXT),
        run(" ", BLANK),
        run("█" * full, KEY if you else TEXT),
        run("░" * (bar - full), QUIET),
        run(said, TEXT),
    ]
    room = width - sum(cells(text) for text, _ in line) - 2
    detail = column(" · ".join(parts), max(0, room)).rstrip() if parts else ""
    return [*line, run(f"  {detail}", QUIET)]


def _reviews(project: Project, name: str) -> bool:
    """Whether reviewing concerns somebody: in a project of one annotator a document, where nobody
    is named, all may review and there is nothing to."""
    return may_review(project, name) and (name in project.reviewers or project.overlap > 1)


def review_words(found: Reviews, finished: int, table: KeyTable) -> str:
    """How far reviewing is, in words, where `finished` documents have all their answers; empty
    where there is nothing to tell."""
    key = table.key_of("review")
    more = finished - found.compared
    said = []
    if found.differing:
        differ = f"{counted(found.differing, 'document')} differ{'s' * (found.differing == 1)}"
        them = "it" if found.differing == 1 else "them"
        if not found.hers:
            said.append(f"{differ}, for others to review")
        elif found.hers < min(found.differing, MANY):
            said.append(f"{differ}, {found.hers:,} of them for you: {key} reviews them")
        else:
            said.append(f"{differ}: {key} reviews {them}")
    elif found.compared:
        said.append("nothing waits for a review")
    if more > 0:
        has = "has all its answers" if more == 1 else "have all their answers"
        them = "it" if more == 1 else "them"
        alone = f"{counted(more, 'document')} {has}: {key} compares {them}"
        said.append(f"{more:,} not compared yet" if said else alone)
    if found.gold:
        by_her = f", {found.settled:,} by you" if found.settled else ""
        said.append(f"{found.gold:,} {'is' if found.gold == 1 else 'are'} gold{by_her}")
    return " · ".join(said)


def _work(hers: Person) -> str:
    """How she works and agrees, in words; what is not known is left out."""
    hours, speed = hers.hours, hers.entities_an_hour
    said = []
    if hours is not None:
        said.append(f"{in_hours(hours)} hours")
    if speed is not None:
        said.append(f"{speed:,.0f} entities an hour")
    agreement = [
        f"{f1:.3f} with {whom}"
        for f1, whom in ((hers.f1_gold, "gold"), (hers.f1_others, "others"))
        if f1 is not None
    ]
    if agreement:
        said.append(f"F1 {', '.join(agreement)}")
    return " · ".join(said)
