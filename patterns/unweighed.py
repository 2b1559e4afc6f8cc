"""Answers that nobody has weighed: they came with data, or from a program that knew no gazetteer;
and gold, which waits for it whoever settled it.

They are weighed in the order in which they were given.
"""

from __future__ import annotations

from collections.abc import Callable

from tonemark.corpus.annotations import annotations_of, events_of
from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.events import MALFORMED, replay
from tonemark.corpus.evidence import GOLD, Weighed
from tonemark.corpus.gold import check_gold, gold_of
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokenizer_of, tokens_of
from tonemark.corpus.unweighed import Waiting, follow_evaluation, put_weighed, unweighed
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.tokenizers.base import Token

BATCH = 50
"""Answers that are written at once, after which the names that they taught are known."""


def weigh_all(project: Project, store: Store, progress: Callable[[int], None] | None = None) -> int:
    """Weigh the answers that wait for it; how many there were.

    Those whose document cannot be read, or whose tokens another process has yet to make, are left.
    Several processes may do it at once. Raises TonemarkError where the store refuses.
    """
    tokenizer = tokenizer_of(project, loads_code=False)
    gazetteer = Gazetteer(project, store)
    follow_evaluation(store, project.evaluation)
    done = last = 0
    while waiting := unweighed(store, BATCH, last):
        gazetteer.refresh()
        made = [
            (each, weighed)
            for each in waiting
            if (weighed := _weighed(gazetteer, store, tokenizer, each))
        ]
        put_weighed(store, made)
        done += len(made)
        last = waiting[-1].number
        if progress:
            progress(done)
    return done


def _weighed(
    gazetteer: Gazetteer, store: Store, tokenizer: AnyTokenizer, waiting: Waiting
) -> Weighed | None:
    number, annotator = waiting.document, waiting.annotator
    try:
        document = store.document(number)
        if annotator == GOLD:
            return _weighed_gold(gazetteer, store, tokenizer, document)
        answer = next(a for a in annotations_of(store, number) if a.annotator == annotator)
        tokens: tuple[Token, ...] = answer.tokens or tokens_of(store, document, tokenizer)
        shown = replay(number, events_of(store, annotator, number)).shown
        return gazetteer.weighed(document, tokens, answer.spans, shown)
    except (TokensAwaited, Damaged, StopIteration, *MALFORMED):
        return None


def _weighed_gold(
    gazetteer: Gazetteer, store: Store, tokenizer: AnyTokenizer, document: Document
) -> Weighed | None:
    """What gold says; a text that it refuses says nothing of entries, whatever annotators said."""
    gold = gold_of(store, document.number)
    if gold is None or gold.answer != "accept":
        return Weighed() if gold else None
    check_gold(gold, document.text)
    tokens = gold.tokens or tokens_of(store, document, tokenizer)
    return gazetteer.weighed(document, tokens, gold.spans)
