"""Answers that nobody has weighed: they came with data, or from a program that knew no gazetteer.

Each is weighed as it would have been when it was given, in the order of the documents.
"""

from __future__ import annotations

from collections.abc import Callable

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.documents import Damaged
from tonemark.corpus.evidence import Weighed, put_weighed, unweighed
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokenizer_of, tokens_of
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
    done, last = 0, (0, "")
    while waiting := unweighed(store, BATCH, last):
        gazetteer.refresh()
        made = []
        for document, annotator in waiting:
            weighed = _weighed(gazetteer, store, tokenizer, document, annotator)
            if weighed:
                made.append(weighed)
        put_weighed(store, made)
        done += len(made)
        last = waiting[-1]
        if progress:
            progress(done)
    return done


def _weighed(
    gazetteer: Gazetteer, store: Store, tokenizer: AnyTokenizer, number: int, annotator: str
) -> tuple[int, str, int, Weighed] | None:
    try:
        document = store.document(number)
        answer = next(a for a in annotations_of(store, number) if a.annotator == annotator)
        tokens: tuple[Token, ...] = answer.tokens or tokens_of(store, document, tokenizer)
        weighed = gazetteer.weighed(document, tokens, answer.spans)
    except (TokensAwaited, Damaged, StopIteration):
        return None
    return (number, annotator, answer.revision, weighed) if weighed else None
