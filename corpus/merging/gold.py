"""Gold of one project, written into the store of another: one of two stands, by the rules of gold
that comes with a file (`given_gold`), and the other lies below it as earlier revisions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tonemark.corpus.annotations import storable
from tonemark.corpus.documents import pack_tokens
from tonemark.corpus.given_gold import overrules
from tonemark.corpus.gold import Gold
from tonemark.corpus.merging.reports import Side
from tonemark.corpus.merging.rows import Found
from tonemark.corpus.merging.tables import Numbers, Tables
from tonemark.corpus.merging.tokens import Cutting
from tonemark.tokenizers.base import Token


@dataclass
class Golds:
    """What the gold of a project's documents becomes. Runs inside the caller's transactions."""

    tables: Tables
    side: Side
    cutting: Cutting
    numbers: Numbers

    def add(self, document: int, found: Found, tokens: tuple[Token, ...] | None) -> None:
        """The gold of a document that is new, and was given these tokens, if any."""
        self._put(document, self._cut(found, tokens), found.gold_numbers, 0, compared=None)

    def recite(self, there: Found, moved: Mapping[tuple[str, int], int]) -> None:
        """Let gold that is here cite her answers by the revisions that they are now."""
        there.gold = tuple(_citing(gold, moved) for gold in there.gold)
        for gold in there.gold:
            self.tables.db.execute(
                "UPDATE gold SET cites = ? WHERE document = ? AND revision = ?",
                (json.dumps(gold.cites), there.number, gold.revision),
            )

    def _cut(
        self, found: Found, tokens: tuple[Token, ...] | None, *, is_met: bool = False
    ) -> list[Gold]:
        """The gold of a document that has these tokens here, with those that are under it."""
        return [
            replace(each, tokens=self.cutting.under(each.tokens, found, tokens, is_met=is_met)[0])
            for each in found.gold
        ]

    def meet(self, found: Found, there: Found, revisions: Mapping[tuple[str, int], int]) -> None:
        """Gold of a document that has some already, or not: what does not stand lies below."""
        if not found.gold:
            return
        cut = self._cut(found, there.tokens, is_met=True)
        coming = [_citing(each, revisions) for each in cut]
        compared = 0 if there.hers else None  # what others answered here it has not looked at
        if not there.gold:
            self._put(there.number, coming, found.gold_numbers, 0, compared=compared)
            return
        ours, theirs = there.gold[-1], coming[-1]
        if _settled(ours) == _settled(theirs):
            self.side.same_gold += 1
            return
        place = f"{there.key}: {theirs.reviewer} and {ours.reviewer}"
        if overrules(theirs.reviewer, ours.reviewer, is_later=theirs.time > ours.time):
            self.side.gold_above.add(place)
            self.tables.db.execute(
                "UPDATE gold SET current = 0 WHERE document = ?", (there.number,)
            )
            behind = len(there.gold)
            self._put(there.number, coming, found.gold_numbers, behind, compared=compared)
            return
        self.side.gold_below.add(place)
        for each in reversed(there.gold):
            self.tables.db.execute(
                "UPDATE gold SET revision = revision + ? WHERE document = ? AND revision = ?",
                (len(coming), there.number, each.revision),
            )
        self._put(there.number, coming, found.gold_numbers, 0, compared=compared, stands=False)

    def _put(
        self,
        document: int,
        golds: Sequence[Gold],
        numbers: Sequence[int],
        behind: int,
        *,
        compared: int | None,
        stands: bool = True,
    ) -> None:
        """Revisions of gold behind so many; the last one is what stands, unless told otherwise."""
        last = 0
        for at, (each, number) in enumerate(zip(golds, numbers, strict=True), 1):
            last = self.numbers.of(number, last)
            looked = each.compared and each.compared + self.numbers.behind
            self.tables.put(
                "gold", last, document, behind + at, stands and at == len(golds), each.reviewer,
                each.answer, storable(each.comment), each.flagged,
                None if each.tokens is None else pack_tokens(each.tokens),
                json.dumps(each.decisions), json.dumps(each.cites),
                looked if compared is None else compared, each.time,
            )  # fmt: skip
            self.tables.put_spans("gold_spans", last, each.spans)


def _citing(gold: Gold, revisions: Mapping[tuple[str, int], int]) -> Gold:
    """Gold that cites each annotation by the revision that it is now."""
    return replace(gold, cites=tuple((n, revisions.get((n, at), at)) for n, at in gold.cites))


def _settled(gold: Gold) -> tuple[object, ...]:
    """What gold says, whoever settled it."""
    return gold.answer, gold.comment, gold.flagged, gold.tokens, gold.stretches()
