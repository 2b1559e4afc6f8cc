"""Whether a project needs another process that makes its tokens, or suggestions ahead of people."""

from __future__ import annotations

from tonemark.corpus.learnt import needs_learner
from tonemark.corpus.produced import needs_patterns, needs_pipeline
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, StoredTokenizer


def makes_tokens(tokenizer: AnyTokenizer) -> bool:
    """Whether a tokenizer runs in a process of its own."""
    return isinstance(tokenizer, StoredTokenizer)


def makes_suggestions(project: Project, store: Store) -> bool:
    """Whether patterns, a learner or a model are to suggest something, and may: a store that can
    only be read takes none. A look at indexes."""
    return not store.read_only and (
        needs_patterns(store)
        or needs_learner(store, project.learner)
        or needs_pipeline(store, project.model)
    )
