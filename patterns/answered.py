"""The names that a project's accepted answers hold, as entries for a gazetteer.

Whoever still has a text before her must see nothing of what others made of it: such documents, and
those with an equal text, are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tonemark.corpus.annotations import annotated_documents
from tonemark.corpus.documents import Damaged, digest
from tonemark.corpus.gazetteers import NewEntry
from tonemark.corpus.gold import check_gold, gold_of
from tonemark.corpus.shares import is_evaluation
from tonemark.corpus.store import Store
from tonemark.patterns.entries import Rules
from tonemark.refusals import Refused

REASONS = 10_000
"""Reasons that are held apart, and keys of damaged documents; what is more is counted together."""

OTHER = "other reasons"


@dataclass(slots=True)
class Passed:
    """What was passed over: documents that others are still to answer, those for evaluation, those
    that cannot be read, by key, and spans by the reason in words."""

    awaited: int = 0
    evaluation: int = 0
    damaged: list[str] = field(default_factory=list)
    spans: Counter[str] = field(default_factory=Counter)

    def refuse(self, reason: str) -> None:
        """Count a span that is not taken."""
        self.spans[reason if reason in self.spans or len(self.spans) < REASONS else OTHER] += 1


def answered_entries(
    source: Store, target: Store, rules: Rules, passed: Passed, *, evaluation: float = 0.0
) -> Iterator[NewEntry]:
    """An entry for each span of a document's gold, or, without one, that all who accepted it gave;
    the same again and again.

    `source` is the store of the answers, `target` that of the project the entries are for: a
    document is passed over where one of the two still has its text to answer, or it is in the share
    for `evaluation`, which teaches nothing. White space of any kind in a span is a space in the
    name. Spans that cannot be entries are counted in `passed`.
    """
    stores = (source,) if source.path == target.path else (source, target)
    query = "SELECT document FROM gold WHERE current"
    settled = {number for (number,) in source.db.execute(query)}
    for document, answers in annotated_documents(
        source, unanswered=bool(settled), damaged_keys=passed.damaged
    ):
        try:
            golden = gold_of(source, document.number) if document.number in settled else None
            if golden:
                check_gold(golden, document.text)
        except Damaged:
            passed.damaged.append(document.key)
            continue
        standing = [golden] if golden else answers
        accepted = [each.stretches() for each in standing if each.answer == "accept"]
        if not accepted:
            continue
        if is_evaluation(document.text, document.meta, evaluation):
            passed.evaluation += 1
            continue
        if any(_is_awaited(store, document.text) for store in stores):
            passed.awaited += 1
            continue
        for start, end, label in sorted(set.intersection(*accepted)):
            name = " ".join(document.text[start:end].split())
            try:
                yield rules.entry(label, "name", name)
            except Refused as refused:
                passed.refuse(str(refused))


def _is_awaited(store: Store, text: str) -> bool:
    """Whether a document with this text is still to be answered by somebody."""
    (found,) = store.db.execute(
        "SELECT EXISTS (SELECT 1 FROM documents d WHERE d.digest = ? AND d.places > (SELECT"
        " count(*) FROM annotations a WHERE a.document = d.id AND a.current AND NOT a.extra))",
        (digest(text),),
    ).fetchone()
    return bool(found)
