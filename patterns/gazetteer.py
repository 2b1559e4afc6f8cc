"""A project's gazetteers at work: what is suggested for a document to one annotator, and what her
answers say of their entries.

The store is asked anew for every page, so that what one annotator teaches is there for another's
next one, and what was removed is gone. Knows no screen.
"""

from __future__ import annotations

import contextlib
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tonemark.corpus import evidence
from tonemark.corpus.documents import Document
from tonemark.corpus.evidence import NOTHING, Earned, Weighed
from tonemark.corpus.gazetteers import Entry, entries_after, entries_of, last_number
from tonemark.corpus.model_suggestions import is_of_model, possible, with_models
from tonemark.corpus.project import Project
from tonemark.corpus.proposing import (
    SAME_NAME,
    Proposed,
    Told,
    as_blind,
    is_hidden,
    others_over,
    plain,
)
from tonemark.corpus.shares import is_evaluation
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.unweighed import unweighed
from tonemark.errors import TonemarkError
from tonemark.patterns.building import FEW, MOST, cache_folder, covered, opened, start_building
from tonemark.patterns.combine import combine
from tonemark.patterns.earning import Standing, standing, suggests
from tonemark.patterns.folding import folding_of
from tonemark.patterns.folds import Folding
from tonemark.patterns.matcher import Found, Matcher, Overlay, leftmost_longest, places
from tonemark.patterns.trie import Trie, read_header
from tonemark.patterns.weighing import entry_number, weigh
from tonemark.tokenizers.base import Token

BESIDE = 50
"""Tokens on both sides of a suggestion among which names are looked for that speak against it."""

PAUSE = 30.0
"""Seconds between two looks whether the trie should be built anew."""


@dataclass(frozen=True, slots=True)
class Option:
    """A label that entries propose for a stretch, how sure the best of them is, and all of them."""

    label: str
    score: float
    entries: tuple[Entry, ...]


class Gazetteer:
    """Gazetteers and patterns of a project, for one annotator; for nobody in particular, and no
    document of the project, where `annotator` is None: then all evidence counts. With `builds` it
    sees to it that the trie is built anew, in the background, when it is out of date.

    A proposer for her desk (`corpus.proposing`).
    """

    def __init__(
        self,
        project: Project,
        store: Store,
        annotator: str | None = None,
        *,
        builds: bool = False,
    ) -> None:
        self.store = store
        self.annotator = annotator
        self._builds = builds
        self._build_after = 0.0
        self._last = 0
        self._page: tuple[int, ...] = ()
        self._kept_hidden: dict[int, Earned] | None = None
        self._found: dict[int, tuple[Sequence[Token], list[Found]]] = {}
        self._header: Mapping[str, object] | None = None
        self.matcher = Matcher(folding_of(project), None, Overlay())
        self._begin(None)
        self._take(project)

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed."""
        if project is not self.project:
            folding = folding_of(project)
            if folding != self.folding:
                self.matcher = Matcher(folding, None, Overlay())
                self._header = None
                self._begin(None)
            self._take(project)

    def _take(self, project: Project) -> None:
        self.project = project
        self._labels = {label.name: place for place, label in enumerate(project.labels)}

    @property
    def folding(self) -> Folding:
        """How names are compared."""
        return self.matcher.folding

    def refresh(self) -> None:
        """Take in a trie that was built meanwhile, and the names that came since; with `builds`,
        have it built where many did, or answers wait to be weighed."""
        folder = cache_folder(self.project.folder)
        header = read_header(folder)
        if header != self._header:
            self._header = header
            self._begin(opened(self.store, self.folding, folder))
        last = last_number(self.store)
        waiting = last - self._last
        if waiting < 0:
            self._begin(None)  # another store has taken the place of the one before
        if waiting <= MOST:
            for number, name in entries_after(self.store, self._last):
                self._overlay.add(self.folding.keys(name), number)
            self._last = last
        if self._builds and time.monotonic() > self._build_after:
            self._build_after = time.monotonic() + PAUSE
            if waiting > MOST or len(self._overlay) > FEW or self._are_unweighed():
                with contextlib.suppress(OSError):  # names in the overlay are found all the same
                    start_building(self.project.folder)

    def _begin(self, trie: Trie | None) -> None:
        self._overlay = Overlay()
        self._last = covered(trie)
        self.matcher = Matcher(self.folding, trie, self._overlay)

    def _are_unweighed(self) -> bool:
        return not self.store.read_only and bool(unweighed(self.store, 1))

    # What is suggested

    def turn_to(self, documents: Sequence[int]) -> None:
        """A page of these documents is opened: what others did on one stays hidden on all."""
        self._page = tuple(documents)
        self._kept_hidden = None
        self._found.clear()
        self.refresh()

    def warm(self) -> None:
        """Nothing: it is loaded."""

    def is_ready(self) -> bool:
        """Whether no name waits for the trie to be built."""
        return last_number(self.store) <= self._last

    def proposed(self, document: Document, tokens: Sequence[Token]) -> Proposed:
        """What she is shown when she opens a document for the first time."""
        stored = self.stored(document)
        overlapping = self.project.overlapping
        settled = combine(
            self.suggestions(document, tokens),
            (each for each in stored if not is_of_model(each)),
            overlapping=overlapping,
        )
        models = [each for each in stored if is_of_model(each)]
        found = with_models(settled, models, self._labels, overlapping=overlapping)
        return as_blind(self.project, document, found, possible(models, self._labels))

    def suggestions(self, document: Document, tokens: Sequence[Token]) -> list[Suggestion]:
        """The names in a document that suggest, leftmost and longest, with how sure their
        entries are as their score."""
        return self._suggested(self._occurrences(document, tokens), self._hidden(document))

    def stored(self, document: Document) -> list[Suggestion]:
        """The suggestions in the store: those of patterns that still suggest, and what came with
        the data."""
        proposed = self.store.suggestions(document)
        is_of_pattern = any(map(_patterns, proposed))
        return self.earned(proposed, self._hidden(document) if is_of_pattern else {})

    def earned(
        self, proposed: Sequence[Suggestion], hidden: Mapping[int, Earned]
    ) -> list[Suggestion]:
        """Suggestions without those of patterns that suggest no more, and with how sure the others
        are as their score."""
        entries = entries_of(self.store, {n for each in proposed for n in _patterns(each)})
        found = []
        for each in proposed:
            if not (numbers := _patterns(each)):
                found.append(each)
                continue
            sure = {}
            for number in numbers:
                if entry := entries.get(number):
                    stands = standing(entry, hidden.get(number, NOTHING))
                    if suggests(stands, self.project.threshold):
                        sure[entry.source] = stands.score
            if sure:
                place = (each.start, each.end, each.label)
                found.append(Suggestion(*place, tuple(sure), max(sure.values())))
        return found

    def of_text(
        self, text: str, tokens: Sequence[Token], asked: dict[tuple[int, ...], list[Option]]
    ) -> list[Suggestion]:
        """What `suggestions` finds in a text that is no document, for nobody: for many in a row,
        as what entries have earned is `asked` once."""

        def stands(found: Found) -> bool:
            if found.entries not in asked:
                entries = entries_of(self.store, found.entries)
                asked[found.entries] = self._options(found.entries, entries, {})
            return bool(asked[found.entries])

        kept = self.matcher.longest(text, tokens, stands)
        return [_suggestion(each, asked[each.entries]) for each in kept]

    def grown(
        self, document: Document, tokens: Sequence[Token], name: str, label: str
    ) -> list[Suggestion]:
        """What a name that was just labelled suggests in a document of the page: everywhere where
        it stands, unless the document is blind, or the name is known to be mostly none."""
        if is_hidden(self.project, document):
            return []
        here = places(self.folding, name, document.text, tokens)
        if not here:
            return []
        alone = [Token(0, len(name))]
        numbers = [
            n for each in self.matcher.found(name, alone) if each.exact for n in each.entries
        ]
        hidden = self._hidden(document)
        for number, entry in entries_of(self.store, numbers).items():
            stands = standing(entry, hidden.get(number, NOTHING))
            is_known = entry.label == label and stands.share is not None
            if is_known and not suggests(stands, self.project.threshold):
                return []
        return [Suggestion(start, end, label, (SAME_NAME,)) for start, end in here]

    def places(
        self, document: Document, tokens: Sequence[Token], name: str
    ) -> list[tuple[int, int]]:
        """Where a name stands in a document, by the folds of the project."""
        return places(self.folding, name, document.text, tokens)

    def _hidden(self, document: Document) -> dict[int, Earned]:
        if self.annotator is None:
            return {}
        if document.number not in self._page:
            return evidence.hidden(self.store, [document.number], self.annotator)
        if self._kept_hidden is None:  # her page is frozen, and with it what she may know
            self._kept_hidden = evidence.hidden(self.store, self._page, self.annotator)
        return self._kept_hidden

    def _occurrences(self, document: Document, tokens: Sequence[Token]) -> list[Found]:
        """Every name in a document, looked for once while its page is open."""
        known = self._found.get(document.number)
        if known and known[0] is tokens:
            return known[1]
        found = self.matcher.found(document.text, tokens)
        if document.number in self._page:
            self._found[document.number] = tokens, found
        return found

    def _suggested(self, found: Sequence[Found], hidden: Mapping[int, Earned]) -> list[Suggestion]:
        entries = entries_of(self.store, {number for each in found for number in each.entries})
        options: dict[tuple[int, ...], list[Option]] = {}
        for each in found:
            if each.entries not in options:
                options[each.entries] = self._options(each.entries, entries, hidden)
        kept = leftmost_longest(found, lambda each: bool(options[each.entries]))
        return [_suggestion(each, options[each.entries]) for each in kept]

    def _options(
        self,
        numbers: Iterable[int],
        entries: Mapping[int, Entry],
        hidden: Mapping[int, Earned],
    ) -> list[Option]:
        """The labels that entries propose, the best first: by score, then by what it rests on, then
        as the project has them."""
        by_label: dict[str, list[tuple[Standing, Entry]]] = {}
        for number in numbers:
            entry = entries.get(number)
            if entry is None or entry.label not in self._labels:
                continue
            stands = standing(entry, hidden.get(number, NOTHING))
            if suggests(stands, self.project.threshold):
                by_label.setdefault(entry.label, []).append((stands, entry))
        ranked = []
        for label, those in by_label.items():
            best = max((stands.score, stands.stood) for stands, _ in those)
            option = Option(label, best[0], tuple(entry for _, entry in those))
            ranked.append((-best[0], -best[1], self._labels[label], option))
        return [option for *_, option in sorted(ranked, key=lambda each: each[:3])]

    # What answers say

    def weighed(
        self,
        document: Document,
        tokens: Sequence[Token],
        spans: Sequence[Span],
        shown: Iterable[Suggestion] = (),
    ) -> Weighed | None:
        """What her accept says of the entries that occur in a document; None where the trie that
        has them is still to be built: then it is weighed later."""
        if is_evaluation(document.text, document.meta, self.project.evaluation):
            return Weighed()  # it teaches no entry: what is scored on it would know it
        self.refresh()
        if not self.is_ready():
            return None  # once the trie is built it is weighed
        entries: dict[int, Entry] = {}

        def labels(numbers: set[int]) -> dict[int, str]:
            entries.update(entries_of(self.store, numbers))
            return {number: entry.label for number, entry in entries.items()}

        with contextlib.suppress(TonemarkError):  # what cannot be read says nothing of entries
            patterns = [each for each in self.store.suggestions(document) if _patterns(each)]
            return weigh(
                document.text,
                tokens,
                spans,
                folding=self.folding,
                found=self._occurrences(document, tokens),
                labels=labels,
                patterns=patterns,
                shown=shown,
                models_teach=self.project.overlap == 1,
            )
        return None

    # What people are told

    def about(self, source: str, document: Document) -> Told:
        """A source of a suggestion for a document in words for people, with how its entry has done,
        as far as she may know."""
        number = entry_number(source, "gazetteer:") or entry_number(source, "pattern:")
        entry = entries_of(self.store, [number]).get(number)
        if entry is None:
            return plain(source)
        kind = {"name": "gazetteer", "tokens": "pattern", "regex": "expression"}[entry.kind]
        name = entry.given or entry.gazetteer if entry.kind != "name" else entry.gazetteer
        stands = standing(entry, self._hidden(document).get(number, NOTHING))
        if stands.share is None:  # it is not there for her: she labelled the name herself
            return plain(SAME_NAME)
        if entry.is_learnt:
            kind, name = "", "labelled before"
        return Told(name, kind, stands.seen, stands.stood)

    def rivals(
        self, document: Document, tokens: Sequence[Token], suggestion: Suggestion
    ) -> list[Suggestion]:
        """The other labels of its stretch, and what other sources suggest that overlaps it, as far
        as she may know, the likeliest first. Names are looked for around it, and not in the whole
        text: this is asked at a key."""
        first = bisect_right(tokens, suggestion.start, key=lambda token: token.end)
        last = bisect_left(tokens, suggestion.end, key=lambda token: token.start)
        near = tokens[max(0, first - BESIDE) : last + BESIDE]
        hidden = self._hidden(document)
        others = self.stored(document)
        if near:
            left, right = near[0].start, near[-1].end
            text = document.text[left:right]
            found = [
                each._replace(start=each.start + left, end=each.end + left)
                for each in self.matcher.found(text, [Token(a - left, b - left) for a, b in near])
            ]
            others += self._suggested(found, hidden)
            for each in found:
                if (each.start, each.end) == (suggestion.start, suggestion.end):
                    entries = entries_of(self.store, each.entries)
                    for option in self._options(each.entries, entries, hidden):
                        others.append(_suggestion(each, [option]))
        return others_over(suggestion, others)


def _suggestion(found: Found, options: Sequence[Option]) -> Suggestion:
    """What is suggested for a stretch: the best label; others say how sure it can be."""
    best = options[0]
    score = best.score
    if len(options) > 1:
        score *= score / (score + options[1].score)
    sources = tuple(entry.source for entry in best.entries)
    return Suggestion(found.start, found.end, best.label, sources, score)


def _patterns(suggestion: Suggestion) -> list[int]:
    """The numbers of the patterns that propose it."""
    return [number for each in suggestion.sources if (number := entry_number(each, "pattern:"))]
