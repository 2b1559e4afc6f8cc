"""What a bench of reviewing plays: sentences that several people tagged, the gold that is asked for
on each, and the project that is made of them.

Golds are the published ones where a sentence matches, or made by rule, so that every way in which
annotators can be right or wrong occurs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from material import Stretch, overlap, tonemark
from reviewer import Asked

from tonemark.corpus.project import Project, read_project
from tonemark.corpus.records import Answer, Record
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records
from tonemark.review.compare import Cluster, clusters
from tonemark.tokenizers.base import Token

ANNOTATORS = ("A1", "A2", "A3")

LABELS = ("PER", "LOC", "ORG", "DATE")


class Said(NamedTuple):
    """One annotator's answer; `tokens` where hers are others than the sentence's."""

    answer: Answer
    spans: frozenset[Stretch]
    tokens: tuple[Token, ...] | None = None


@dataclass(slots=True)
class Case:
    """A sentence with what each annotator said of it, and the gold that is asked for, where one is.
    `rule` names how that gold was made."""

    key: str
    text: str
    tokens: tuple[Token, ...]
    said: dict[str, Said]
    asked: Asked | None = None
    rule: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Its tokens as text."""
        return tuple(self.text[start:end] for start, end in self.tokens)

    @property
    def differs(self) -> bool:
        """Whether annotators differ on spans or on the answer."""
        return len({(said.answer, said.spans) for said in self.said.values()}) > 1

    def clusters(self) -> tuple[Cluster, ...]:
        """Where annotators agree and differ."""
        said = [self.said[name] for name in sorted(self.said)]
        return clusters([s.spans for s in said], [s.tokens or self.tokens for s in said])


def read_columns(path: Path) -> list[Case]:
    """The sentences of a file with a tag column an annotator."""
    found = []
    options = ReadOptions(annotators=ANNOTATORS)
    for record in read_records(path, format="conll", options=options):
        if not isinstance(record, Record):
            continue
        assert record.tokens
        said = {
            each.annotator: Said(each.answer, frozenset(_stretches(each.spans)))
            for each in record.annotations
        }
        found.append(Case(f"s{record.number}", record.text, record.tokens, said))
    return found


def published(cases: Sequence[Case], files: Iterable[Path]) -> list[Case]:
    """The sentences that a published gold has, too, token by token, with that gold where they
    differ."""
    gold: dict[tuple[str, ...], frozenset[Stretch]] = {}
    for path in files:
        for record in read_records(path, format="conll", options=ReadOptions()):
            if isinstance(record, Record) and record.tokens:
                words = tuple(record.text[start:end] for start, end in record.tokens)
                gold[words] = frozenset(_stretches(record.suggestions))
    found: list[Case] = []
    for case in cases:
        if case.words in gold:
            asked = Asked("accept", gold[case.words]) if case.differs else None
            found.append(Case(case.key, case.text, case.tokens, case.said, asked, "published"))
    return found


def _stretches(spans: Iterable[Any]) -> Iterable[Stretch]:
    return (Stretch(span.start, span.end, span.label) for span in spans)


# Golds by rule


def ruled(cases: Sequence[Case], seed: int) -> list[Case]:
    """All sentences, each of those that differ with a gold made by the rules of RULES in turn; a
    rule that makes none of a sentence gives its turn to the next."""
    chance = random.Random(seed)
    names = list(RULES)
    found: list[Case] = []
    for case in cases:
        made = Case(case.key, case.text, case.tokens, dict(case.said))
        found.append(made)
        if not case.differs:
            continue
        for name in [*names]:
            asked = RULES[name](made, chance)
            # Two third boundaries may meet between their differences: no page can have both.
            if asked is not None and not overlap(asked.spans):
                made.asked, made.rule = asked, name
                names.remove(name)
                names.append(name)
                break
    return found


def _wanted(
    case: Case, chance: random.Random, choose: Callable[[Cluster], Iterable[Stretch] | None]
) -> set[Stretch]:
    """What all agree on, and at each difference what `choose` says, or somebody's version."""
    spans: set[Stretch] = set()
    for cluster in case.clusters():
        if cluster.agreed:
            spans |= _version(cluster.versions[0])
            continue
        chosen = choose(cluster)
        spans |= _version(chance.choice(cluster.versions)) if chosen is None else set(chosen)
    return spans


def _version(version: Iterable[tuple[int, int, str]]) -> set[Stretch]:
    return {Stretch(*span) for span in version}


def _annotator(case: Case, chance: random.Random) -> Asked:
    return Asked("accept", frozenset(_wanted(case, chance, lambda cluster: None)))


def _majority(case: Case, chance: random.Random) -> Asked | None:
    if not all(cluster.majority() is not None for cluster in case.clusters()):
        return None

    def most(cluster: Cluster) -> set[Stretch]:
        return _version(cluster.majority() or ())

    return Asked("accept", frozenset(_wanted(case, chance, most)))


def _third_label(case: Case, chance: random.Random) -> Asked:
    def other(cluster: Cluster) -> list[Stretch] | None:
        version = chance.choice([each for each in cluster.versions if each])
        used = {label for each in cluster.versions for _, _, label in each}
        free = sorted(set(LABELS) - used)
        return [Stretch(s, e, chance.choice(free)) for s, e, _ in version] if free else None

    return Asked("accept", frozenset(_wanted(case, chance, other)))


def _third_boundary(case: Case, chance: random.Random) -> Asked | None:
    taken = case.clusters()

    def other(cluster: Cluster) -> list[Stretch] | None:
        start, end, label = chance.choice([span for each in cluster.versions for span in each])
        used = {span[:2] for each in cluster.versions for span in each}
        around = [
            token
            for token in case.tokens
            if not any(
                each != cluster and token.start < each.end and each.start < token.end
                for each in taken
            )
        ]
        near = [t for t in around if t.start < end + 30 and start - 30 < t.end]
        options = [
            Stretch(first.start, last.end, label)
            for at, first in enumerate(near)
            for last in near[at : at + 4]
            if (first.start, last.end) not in used
            and first.start < cluster.end
            and cluster.start < last.end
            and not any(
                each != cluster and first.start < each.end and each.start < last.end
                for each in taken
            )
        ]
        return [chance.choice(options)] if options else None

    return Asked("accept", frozenset(_wanted(case, chance, other)))


def _nobody(case: Case, chance: random.Random) -> Asked:
    return Asked("accept", frozenset(_wanted(case, chance, lambda cluster: ())))


def _elsewhere(case: Case, chance: random.Random) -> Asked | None:
    """One of theirs, and a span of one or two tokens where nobody has any."""
    free = [
        Stretch(first.start, last.end, chance.choice(LABELS))
        for at, first in enumerate(case.tokens)
        for last in case.tokens[at : at + 2]
        if any(c.isalpha() for c in case.text[first.start : first.end])
        and any(c.isalpha() for c in case.text[last.start : last.end])
        and not any(c.start < last.end and first.start < c.end for c in case.clusters())
    ]
    if not free:
        return None
    return Asked("accept", frozenset({*_wanted(case, chance, lambda c: None), chance.choice(free)}))


def _all_wrong(case: Case, chance: random.Random) -> Asked | None:
    """One of theirs, and of what all agree on one span less."""
    agreed = sorted(span for c in case.clusters() if c.agreed for span in _version(c.versions[0]))
    if not agreed:
        return None
    return Asked(
        "accept",
        frozenset(_wanted(case, chance, lambda cluster: None) - {chance.choice(agreed)}),
    )


def _answers(case: Case, chance: random.Random) -> Asked:
    """One or two annotators refuse the text; the gold is that, or what one who accepted has."""
    names = chance.sample(sorted(case.said), chance.choice([1, 2]))
    refusal: Answer = chance.choice(["reject", "ignore"])
    for name in names:
        case.said[name] = case.said[name]._replace(answer=refusal)
    if chance.random() < 0.5:
        return Asked(refusal, frozenset())
    return Asked(
        "accept", chance.choice([s.spans for s in case.said.values() if s.answer == "accept"])
    )


def _tokens(case: Case, chance: random.Random) -> Asked | None:
    """One annotator cut a token in two where borders differ; she is right, or another."""
    for cluster in case.clusters():
        long = [
            token
            for token in case.tokens
            if cluster.start <= token.start < token.end <= cluster.end
            and token.end - token.start > 3
            and case.text[token.start : token.end].isalpha()
        ]
        if cluster.agreed or cluster.kind != "boundary" or not long:
            continue
        token = chance.choice(long)
        middle = (token.start + token.end) // 2
        cut = (Token(token.start, middle), Token(middle, token.end))
        at = case.tokens.index(token)
        name = chance.choice(sorted(case.said))
        case.said[name] = case.said[name]._replace(
            tokens=(*case.tokens[:at], *cut, *case.tokens[at + 1 :])
        )
        right = case.said[chance.choice(sorted(case.said))]
        return Asked("accept", right.spans, right.tokens or case.tokens)
    return None


Rule = Callable[[Case, random.Random], Asked | None]

RULES: Mapping[str, Rule] = {
    "tokens": _tokens,
    "an annotator": _annotator,
    "the majority": _majority,
    "a third label": _third_label,
    "a third boundary": _third_boundary,
    "nobody": _nobody,
    "elsewhere": _elsewhere,
    "all wrong": _all_wrong,
    "answers": _answers,
}


# The project


def make_project(
    folder: Path, cases: Sequence[Case], environment: Mapping[str, str], language: str
) -> Project:
    """A project as `new` and `add` make it, with an answer of each annotator to each sentence."""
    target = folder / "review"
    tonemark(
        environment, "new", target, "--lang", language, "--labels", ",".join(labels_of(cases)),
        "--overlap", str(len(ANNOTATORS)),
    )  # fmt: skip
    paths = [folder / f"{name}.jsonl" for name in ANNOTATORS]
    for name, path in zip(ANNOTATORS, paths, strict=True):
        with path.open("w", encoding="utf-8") as stream:
            for case in cases:
                stream.write(json.dumps(_task(case, name), ensure_ascii=False) + "\n")
    tonemark(environment, "add", target, *paths, "--match", "key")
    return read_project(target)


def labels_of(cases: Sequence[Case]) -> list[str]:
    """The labels, those of LABELS first."""
    used = {
        span.label
        for case in cases
        for spans in (
            *(s.spans for s in case.said.values()),
            case.asked.spans if case.asked else (),
        )
        for span in spans
    }
    return [*LABELS, *sorted(used - set(LABELS))]


def _task(case: Case, name: str) -> dict[str, Any]:
    said = case.said[name]
    return {
        "text": case.text,
        "key": case.key,
        "tokens": [{"start": t.start, "end": t.end} for t in said.tokens or case.tokens],
        "spans": [span._asdict() for span in sorted(said.spans)],
        "answer": said.answer,
        "_annotator_id": name,
    }


def compare(played: Sequence[Case], exported: Path) -> list[str]:
    """A line of words for each document whose exported gold is not what was asked for."""
    with exported.open(encoding="utf-8") as stream:
        found = {item["key"]: item for item in map(json.loads, stream)}
    faults = []
    for case in played:
        item, asked = found.pop(case.key, None), case.asked
        assert asked
        if item is None:
            faults.append(f"{case.key} ({case.rule}): no gold")
        elif item["text"] != case.text:
            faults.append(f"{case.key}: the text was changed")
        elif item["answer"] != asked.answer:
            faults.append(f"{case.key} ({case.rule}): {item['answer']}, not {asked.answer}")
        elif asked.answer == "accept":
            spans = [Stretch(s["start"], s["end"], s["label"]) for s in item["spans"]]
            if sorted(spans) != sorted(asked.spans):
                more, less = sorted({*spans} - asked.spans), sorted(asked.spans - {*spans})
                faults.append(f"{case.key} ({case.rule}): missing {less}, too many {more}")
            tokens = tuple(Token(t["start"], t["end"]) for t in item.get("tokens", ()))
            if asked.tokens is not None and tokens != asked.tokens:
                faults.append(f"{case.key} ({case.rule}): other tokens than those asked for")
    faults += [f"{key}: gold that nobody asked for" for key in found]
    return faults
