"""A sitting without a terminal: pages opened and answered by the program's own desk, and the oracle
on a rehearsal of each. In seconds it counts the keys that the real program takes minutes for; what
that shows and sends, it knows nothing of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from learner import Learns
from oracle import play
from rehearsal import Action, Gold, Maker, Rehearsal

from tonemark.corpus.desk import Desk
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft, Edit
from tonemark.corpus.pages import Page
from tonemark.corpus.store import Store
from tonemark.tokenizers.registry import load_tokenizer


def sit(
    maker: Maker,
    store: Store,
    annotator: str,
    golds: Callable[[Sequence[Document]], list[Gold]],
    last: int,
    learns: Learns | None = None,
) -> Iterator[tuple[Rehearsal, list[Gold], list[Action]]]:
    """The pages of an annotator's queue up to document `last`, each when it is about to be
    answered: its rehearsal, played, what `golds` says of its documents, and the actions. What
    `learns` is let finish before each."""
    tokenizer = load_tokenizer(maker.project.tokenizer)
    with closing(Desk(maker.project, store, annotator, tokenizer, maker.names)) as desk:
        page = desk.open_next()
        while page and page.sheets[0].document.number <= last:
            documents = [replace(sheet.document, tokens=sheet.tokens) for sheet in page.sheets]
            rehearsal = maker.rehearse(
                documents,
                [sheet.draft.suggestions for sheet in page.sheets],
                [sheet.state.possible for sheet in page.sheets],
            )
            wanted = golds(documents)
            yield rehearsal, wanted, list(play(rehearsal, wanted))
            if learns:
                learns.finish()
            _take_over(page, [sheet.draft for sheet in rehearsal.page.sheets])
            page = desk.answer("accept")


def _take_over(page: Page, played: Sequence[Draft]) -> None:
    """Make the drafts of a page those that were played."""
    edits = []
    for sheet, draft in zip(page.sheets, played, strict=True):
        before = sheet.draft
        edits.append(
            Edit(
                sheet.document.number,
                added=draft.spans,
                dropped=tuple(s for s in before.suggestions if s not in draft.suggestions),
                suggested=tuple(s for s in draft.suggestions if s not in before.suggestions),
            )
        )
    page.perform([edit for edit in edits if edit != Edit(edit.document)])
