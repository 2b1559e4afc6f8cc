"""How each annotator works: her hours, entities an hour, agreement with gold and with the others.

For `status`, and for her own eyes. How agreement is measured beyond that, corrected for chance and
between any two, is told in the room review.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tonemark.corpus.annotations import next_number
from tonemark.corpus.archive import alterations
from tonemark.corpus.store import Store

HOUR = 3600.0


class Matched(NamedTuple):
    """Two sides compared: `equal` spans (start, end and label) of `spans` on both together."""

    equal: int = 0
    spans: int = 0

    @property
    def f1(self) -> float | None:
        """The exact span F1, micro: twice the equal ones among all; None where there are none."""
        return 2 * self.equal / self.spans if self.spans else None


NOTHING = Matched()


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator's figures.

    `seconds` are those of all her revisions, `timed` those of accepts that took time in every
    revision (one that came with a file took none), and `entities` the spans of these as they
    stand. `gold` compares her accepts with gold that is an accept, `others` those on documents that
    both accepted with another annotator's; extra answers are left out of both.
    """

    name: str
    seconds: float = 0.0
    timed: float = 0.0
    entities: int = 0
    gold: Matched = NOTHING
    others: dict[str, Matched] = field(default_factory=dict)

    @property
    def hours(self) -> float | None:
        """Hours at work; None where none was measured."""
        return self.seconds / HOUR if self.seconds else None

    @property
    def entities_an_hour(self) -> float | None:
        """Spans of her timed accepts for each hour that these took; None where there are none."""
        return self.entities * HOUR / self.timed if self.timed else None

    @property
    def f1_gold(self) -> float | None:
        """The exact span F1 of her accepts against gold; None where neither has a span."""
        return self.gold.f1

    @property
    def f1_others(self) -> float | None:
        """The mean over the other annotators of the exact span F1 with each; None where there is
        nobody, or nobody has a span."""
        found = [f1 for matched in self.others.values() if (f1 := matched.f1) is not None]
        return sum(found) / len(found) if found else None


def in_hours(hours: float) -> str:
    """Hours as they are shown: what was measured is never shown as nothing."""
    return f"{hours:,.1f}" if hours >= 10 else f"{max(hours, 0.01):.2f}"


# Seconds of a revision; damaged, they are anything. Three years are more than any page took.
_TOOK = "CASE WHEN seconds BETWEEN 0 AND 1e8 THEN seconds ELSE 0 END"
_HOURS = (
    "SELECT annotator, sum(took), total(took) FILTER (WHERE timed),"
    " sum(spans) FILTER (WHERE timed) FROM ("
    f"SELECT annotator, sum({_TOOK}) AS took,"
    f" min({_TOOK}) > 0 AND max(current AND answer = 'accept') AS timed,"
    " (SELECT count(*) FROM spans"
    " WHERE annotation = max(CASE WHEN current AND answer = 'accept' THEN a.id END)) AS spans"
    " FROM annotations a WHERE :own IS NULL OR annotator = :own"
    " GROUP BY document, annotator) GROUP BY 1"
)

# The order of the tables is fixed: what is looked up for each row lies in an index.
_EQUAL = (
    "(SELECT count(*) FROM spans s CROSS JOIN {spans} t ON t.{of} = {other}.id"
    " AND t.start_char = s.start_char AND t.end_char = s.end_char AND t.label = s.label"
    " WHERE s.annotation = a.id)"
)
_BOTH = (
    "(SELECT count(*) FROM spans WHERE annotation = a.id)"
    " + (SELECT count(*) FROM {spans} WHERE {of} = {other}.id)"
)
_MATCHED = f"sum({_EQUAL}), sum({_BOTH})"
_ACCEPT = "{0}.current AND {0}.answer = 'accept' AND NOT {0}.extra"
_WITH_GOLD = (
    f"SELECT a.annotator, {_MATCHED.format(spans='gold_spans', of='gold', other='g')}"
    " FROM annotations a CROSS JOIN gold g"
    " ON g.document = a.document AND g.current AND g.answer = 'accept'"
    f" WHERE {_ACCEPT.format('a')}{{whose}} GROUP BY 1"
)
_WITH_OTHERS = (
    "SELECT a.annotator, b.annotator,"
    f" {_MATCHED.format(spans='spans', of='annotation', other='b')}"
    " FROM annotations a CROSS JOIN annotations b ON b.document = a.document"
    f" AND {_ACCEPT.format('b')} AND b.annotator {{other}} a.annotator"
    f" WHERE {_ACCEPT.format('a')}{{whose}} GROUP BY 1, 2"
)
_HERS = (
    " AND a.annotator = :own AND NOT EXISTS (SELECT 1 FROM documents d CROSS JOIN documents e"
    " ON e.digest = d.digest WHERE d.id = a.document AND NOT EXISTS"
    " (SELECT 1 FROM annotations x WHERE x.document = e.id AND x.annotator = :own))"
)


def stamp(store: Store) -> tuple[int, int, int]:
    """What is another when `people` may find something else: the next number of an annotation or of
    gold, the number of documents, and how often something was dropped or called otherwise."""
    return next_number(store.db), store.document_count(), alterations(store.db)


def people(store: Store, annotator: str | None = None) -> dict[str, Person]:
    """The figures of everybody who answered, by name; of `annotator` alone if given.

    Hers alone, they are for her own eyes: no document counts that she has not answered, nor one
    whose text stands in another that she has not answered (DESIGN.md, promise 5).

    Three queries, during which SQLite lets go of the interpreter.
    """
    own = {"own": annotator}
    whose, other = ("", ">") if annotator is None else (_HERS, "<>")
    found: dict[str, Person] = {}
    for name, seconds, timed, entities in store.db.execute(_HOURS, own):
        found[str(name)] = Person(str(name), seconds, timed, entities or 0)
    for name, *matched in store.db.execute(_WITH_GOLD.format(whose=whose), own):
        found[name] = replace(found[name], gold=Matched(*matched))
    rows = store.db.execute(_WITH_OTHERS.format(whose=whose, other=other), own)
    for name, colleague, *matched in rows:
        found[name].others[colleague] = Matched(*matched)
        if annotator is None:
            found[colleague].others[name] = Matched(*matched)
    return found
