"""Documents of one project, and all that was said of them, written into the store of another.

Everything runs inside the caller's transactions; which documents are there already, and who is who,
has been settled before.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tonemark.corpus.annotations import Annotation, storable, storable_json
from tonemark.corpus.documents import Damaged, pack_tokens
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import Gold
from tonemark.corpus.intake import KEY_LIMIT
from tonemark.corpus.merging.documents import Meetings
from tonemark.corpus.merging.entries import Sources
from tonemark.corpus.merging.gold import Golds
from tonemark.corpus.merging.people import chosen
from tonemark.corpus.merging.reports import Side
from tonemark.corpus.merging.rows import Found, Hers, found_document
from tonemark.corpus.merging.tables import Numbers, Tables
from tonemark.corpus.merging.tokens import Cutting
from tonemark.corpus.pieces import PIECE
from tonemark.corpus.spans import Span
from tonemark.tokenizers.base import Token


@dataclass
class Carrying:
    """What one project brings into the store of another, document by document.

    `names` are those who are called otherwise here, `producers` the numbers that these have here.
    `annotations` number what annotators and reviewers said, `tickets` the order of claims; `number`
    is that of the last document.
    """

    tables: Tables
    side: Side
    met: Meetings
    names: Mapping[str, str]
    sources: Sources | None
    producers: Mapping[int, int]
    cutting: Cutting
    annotations: Numbers
    tickets: Numbers
    number: int
    source_numbers: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.db = self.tables.db
        self.golds = Golds(self.tables, self.side, self.cutting, self.annotations)

    def take(self, found: Found) -> None:
        """One document with its answers, gold and suggestions."""
        for what, why in found.faults:
            self.side.left_out.add(f"{found.key}, {what}: {why}")
        if not found.is_readable:
            return
        try:
            self.cutting.look(found)
            found = self._here(found)
            target = self.met.targets.get(found.number)
            if target is None:
                self._add(found)
            else:
                self._meet(found, target)
        except Damaged:
            self.side.left_out.add(f"{found.key}, the document: its tokens cannot be read")
            return
        side = self.side
        side.documents += 1
        side.answers += len(found.hers)
        side.revisions += sum(len(hers.answers) for hers in found.hers.values())
        side.gold += bool(found.gold)

    # Documents

    def _here(self, found: Found) -> Found:
        """The document with people and entries called as they are here."""
        names, sources = self.names, self.sources
        if names:
            found.hers = {names.get(name, name): hers for name, hers in found.hers.items()}
            found.gold = tuple(map(self._gold_here, found.gold))
            found.offers = tuple((names.get(o[0], o[0]), *o[1:]) for o in found.offers)
        if sources:
            for name, hers in found.hers.items():
                answers = (replace(a, spans=self._spans_here(a.spans)) for a in hers.answers)
                found.hers[name] = hers._replace(answers=tuple(answers))
            found.gold = tuple(replace(g, spans=self._spans_here(g.spans)) for g in found.gold)
            found.proposed = tuple(
                each._replace(suggestion=sources.suggestion(each.suggestion))
                for each in found.proposed
            )
        return found

    def _spans_here(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        assert self.sources
        return tuple(map(self.sources.span, spans))

    def _gold_here(self, gold: Gold) -> Gold:
        names = self.names
        return replace(
            gold,
            reviewer=names.get(gold.reviewer, gold.reviewer),
            decisions=tuple(each._replace(choice=self._choice(each)) for each in gold.decisions),
            cites=tuple((names.get(name, name), revision) for name, revision in gold.cites),
        )

    def _choice(self, decision: Decision) -> str:
        """What was taken, a person called as here."""
        name = chosen(decision.choice)
        return f"{self.names.get(name, name)}{decision.choice[len(name) :]}"

    def _add(self, found: Found) -> None:
        """A document that is not here yet."""
        tokens = self.cutting.given_here(found)
        self.side.own_tokens += tokens is not None and found.tokens is None
        self.number += 1
        key = self._free_key(found.key)
        if key != found.key:
            self.side.moved.add(f"{found.key}: {key}")
        self.db.execute(
            "INSERT INTO documents (id, key, source, record, text, digest, meta, tokens, priority)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.number,
                key,
                self._source(found.source),
                found.record,
                found.text,
                found.digest,
                storable_json(found.meta) if found.meta else None,
                None if tokens is None else pack_tokens(tokens),
                found.priority,
            ),
        )
        for name, hers in found.hers.items():
            self._put_answers(self.number, name, self._renumbered(hers), found, tokens)
        self.golds.add(self.number, found, tokens)
        self._suggest(self.number, found, opened=bool(found.hers))
        for offer in found.offers:
            self.tables.put("offers", self.number, *offer)

    def _free_key(self, key: str) -> str:
        """The key that a document has here: its own, unless another has it."""
        if not self._has(key):
            return key
        for attempt in itertools.count(1):
            behind = "" if attempt == 1 else f"~{attempt}"
            room = KEY_LIMIT - len(self.side.name) - 1 - len(behind)
            free = f"{self.side.name}:{key[:room]}{behind}"
            if not self._has(free):
                return free
        raise AssertionError("unreachable")

    def _has(self, key: str) -> bool:
        query = "SELECT 1 FROM documents WHERE key = ?"
        return self.db.execute(query, (key,)).fetchone() is not None

    def _source(self, number: int) -> int:
        if number not in self.source_numbers:
            name = self.met.sources[number]
            self.db.execute("INSERT OR IGNORE INTO sources (name) VALUES (?)", (name,))
            (found,) = self.db.execute("SELECT id FROM sources WHERE name = ?", (name,)).fetchone()
            self.source_numbers[number] = found
        return self.source_numbers[number]

    def _meet(self, found: Found, target: int) -> None:
        """A document that another project brought."""
        self.side.met += 1
        there = found_document(self.db, target)
        if not there.hers and not there.gold and there.tokens is None:
            there.tokens = self.cutting.given_here(found)
        elif found.tokens is not None and found.tokens != there.tokens:
            self.side.tokens.add(there.key)
        self.db.execute(
            "UPDATE documents SET meta = ?, tokens = ?, priority = ? WHERE id = ?",
            (
                storable_json(meta) if (meta := self._metadata(found, there)) else None,
                None if there.tokens is None else pack_tokens(there.tokens),
                there.priority or found.priority,
                target,
            ),
        )
        revisions: dict[tuple[str, int], int] = {}
        for name, hers in found.hers.items():
            if name in there.hers:
                self._join(name, hers, found, there, revisions)
            else:
                numbered = self._renumbered(hers)
                self._put_answers(target, name, numbered, found, there.tokens, is_met=True)
        self.golds.meet(found, there, revisions)
        self._suggest(target, found, opened=not there.produced and bool(found.hers), there=there)
        for offer in found.offers:
            if offer[0] not in there.hers:
                self.tables.put("offers", target, *offer)

    def _metadata(self, found: Found, there: Found) -> dict[str, Any]:
        """What both say of it; where they differ, what is here stands."""
        ours = {name: value for name, value in found.meta.items() if name != PIECE}
        if any(name in there.meta and there.meta[name] != ours[name] for name in ours):
            self.side.metadata.add(there.key)
        return {**ours, **there.meta}

    # Answers

    def _renumbered(self, hers: Hers) -> Hers:
        """Her answers with numbers of this store."""
        numbers: list[int] = []
        for each in hers.numbers:
            numbers.append(self.annotations.of(each, numbers[-1] if numbers else 0))
        number, sequence, answered = hers.claim
        claim = (
            self.tickets.of(number),
            sequence + self.tickets.behind,
            self.tickets.of(answered),
        )
        return Hers(hers.answers, tuple(numbers), claim)

    def _put_answers(
        self,
        document: int,
        name: str,
        hers: Hers,
        found: Found,
        tokens: tuple[Token, ...] | None,
        *,
        is_met: bool = False,
    ) -> None:
        """Her claim and answers, on a document that has these tokens here if any were given."""
        number, sequence, answered = hers.claim
        counted = not hers.answers[-1].extra
        self.tables.put("claims", document, name, number, counted, sequence, answered)
        last = len(hers.answers)
        for revision, (each, at) in enumerate(zip(hers.answers, hers.numbers, strict=True), 1):
            own, made = self.cutting.under(each.tokens, found, tokens, is_met=is_met)
            self._put_events(document, name, number, revision, each, made)
            self.tables.put(
                "annotations", at, document, name, revision, revision == last, each.answer,
                storable(each.comment), each.flagged, None if own is None else pack_tokens(own),
                each.extra, each.seconds, each.time,
            )  # fmt: skip
            self.tables.put_spans("spans", at, each.spans)

    def _put_events(
        self,
        document: int,
        name: str,
        claim: int,
        revision: int,
        answer: Annotation,
        made: tuple[Token, ...],
    ) -> None:
        """What gives an answer when it is replayed, as of one that came with a file."""
        data: dict[str, Any] = {
            "spans": [span.to_json() for span in answer.spans],
            "comment": answer.comment,
            "flagged": answer.flagged,
        }
        if made:
            data["made"] = [list(token) for token in made]
        said = {"answer": answer.answer}
        for at, (kind, each) in enumerate((("import", data), ("answer", said)), 2 * revision - 1):
            self.tables.put(
                "events", document, name, claim, at, kind, storable_json(each), answer.time
            )

    def _join(
        self,
        name: str,
        hers: Hers,
        found: Found,
        there: Found,
        revisions: dict[tuple[str, int], int],
    ) -> None:
        """Her answers to a document that she answered in both projects: the newer are newer
        revisions. `revisions` is told which each of hers is now."""
        old, new = there.hers[name], self._renumbered(hers)
        both = sorted(
            [
                *((each, at, there) for each, at in zip(old.answers, old.numbers, strict=True)),
                *((each, at, found) for each, at in zip(new.answers, new.numbers, strict=True)),
            ],
            key=lambda each: each[0].time,
        )
        counted = not (old.answers[-1].extra and new.answers[-1].extra)
        answers: list[Annotation] = []
        numbers: list[int] = []
        moved: dict[tuple[str, int], int] = {}
        for each, at, origin in both:
            own, _ = self.cutting.under(each.tokens, origin, there.tokens, is_met=origin is found)
            each_here = replace(each, tokens=own, extra=not counted)
            if not answers or _said(answers[-1]) != _said(each_here):
                answers.append(each_here)
                behind = numbers[-1] if numbers else 0
                numbers.append(at if at > behind else self.annotations.of(0))
            (revisions if origin is found else moved)[name, each.revision] = len(answers)
        for table in ("claims", "events", "offers"):
            self._drop(table, there.number, name)
        self.db.execute(
            "DELETE FROM spans WHERE annotation IN"
            " (SELECT id FROM annotations WHERE document = ? AND annotator = ?)",
            (there.number, name),
        )
        self._drop("annotations", there.number, name)
        claim = max(old.claim, new.claim, key=lambda each: each[2])
        joined = Hers(tuple(answers), tuple(numbers), (max(old.claim[0], new.claim[0]), *claim[1:]))
        self._put_answers(there.number, name, joined, there, there.tokens)
        self.golds.recite(there, moved)
        self.side.joined_answers += 1

    def _drop(self, table: str, document: int, name: str) -> None:
        self.db.execute(
            f"DELETE FROM {table} WHERE document = ? AND annotator = ?", (document, name)
        )

    # Suggestions

    def _suggest(
        self, document: int, found: Found, *, opened: bool, there: Found | None = None
    ) -> None:
        """What the store proposes for a document. What producers made of one that nobody has opened
        they make anew."""
        known = {
            (each.suggestion.start, each.suggestion.end, each.suggestion.label): each.suggestion
            for each in (there.proposed if there else ())
            if not each.producer
        }
        for producer, each in found.proposed:
            if producer and (not opened or producer not in self.producers):
                continue
            place = (each.start, each.end, each.label)
            row = (document, self.producers.get(producer, 0), *place)
            if not producer and (other := known.get(place)):
                sources = tuple(dict.fromkeys((*other.sources, *each.sources)))
                score = max(each.score, other.score)
                self.db.execute(
                    "UPDATE suggestions SET sources = ?, score = ? WHERE document = ?"
                    " AND producer = ? AND start_char = ? AND end_char = ? AND label = ?",
                    (json.dumps(sources), score, *row),
                )
            else:
                self.side.suggestions += 1
                self.tables.put("suggestions", *row, json.dumps(each.sources), each.score)
        if opened:
            for producer, fault in found.produced:
                if producer in self.producers:
                    self.tables.put("produced", self.producers[producer], document, fault)


def _said(answer: Annotation) -> tuple[object, ...]:
    """What an answer says, and when: two that say the same are one that both projects have."""
    content = (answer.answer, answer.comment, answer.flagged, answer.tokens, answer.time)
    return (*content, answer.stretches())
