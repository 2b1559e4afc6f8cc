"""Entries of a project by words in them, as its folds compare them: out of the trie of its names,
where there is one. Knows no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from tonemark.corpus.gazetteers import Entry, entries_of, patterns, search
from tonemark.corpus.store import Store
from tonemark.patterns.building import covered
from tonemark.patterns.folds import END, Folding
from tonemark.patterns.trie import SHIFT, Trie

_AT_ONCE = 500
"""Entries that are asked for together."""

_TOLD = 10_000
"""Entries after which progress is told."""


def entries_with(
    store: Store,
    folding: Folding,
    trie: Trie | None,
    text: str,
    *,
    gazetteer: str | None = None,
    after: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Entry]:
    """The entries behind the number `after`, of one gazetteer if named, in order: names that have
    the words of `text` in them, of which the folds leave some; other patterns that have it as it
    is. A stream.

    `trie` is one of `building.opened`; of a million names it takes a third of a second. What is not
    in it is read and folded, name by name: a million take ten seconds. `progress` is told how many
    of these were read.
    """
    words = END + folding.fold(text)

    def has(entry: Entry) -> bool:
        if entry.kind != "name":
            return text in entry.pattern
        return words in END + folding.fold(entry.pattern)

    border = covered(trie)
    if trie is not None and after < border:
        numbers = {row >> SHIFT for row in trie.holding(words)}
        numbers.update(each.number for each in patterns(store) if text in each.pattern)
        wanted = iter(sorted(number for number in numbers if after < number <= border))
        while part := list(islice(wanted, _AT_ONCE)):
            there = entries_of(store, part)
            for entry in (there[number] for number in part if number in there):
                if gazetteer in (None, entry.gazetteer) and has(entry):
                    yield entry
    rest = search(store, gazetteer=gazetteer, after=max(after, border))
    for count, entry in enumerate(rest):
        if progress and count % _TOLD == 0:
            progress(count)
        if has(entry):
            yield entry
