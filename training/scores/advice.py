"""What would help a model most, in plain words: each kind of error, and each label, by how much
better the scores would be without it. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from tonemark.text import counted
from tonemark.training.material import SCARCE
from tonemark.training.scores.scoring import Error, Scores

MOST = 3
"""Pieces of advice that are given."""

WIDE = 0.2
"""An interval of F1 that is wider says little: models would change places by chance."""

SIDES = {
    "begins early": "it begins too early",
    "begins late": "it begins too late",
    "ends early": "it ends too early",
    "ends late": "it ends too late",
    "cut apart": "it makes several of one",
    "run together": "it makes one of several",
    "mixed": "borders differ in several ways",
}
"""`Error.sides` in words."""


MANY_CUT = 0.05
"""The share of spans that taught nothing above which that is told before all else."""


class Learnt(NamedTuple):
    """What a model learnt from: how many spans of each label (`taught`; labels that are not in it
    are taken for unknown), how many could not teach because they begin or end inside a token, or in
    white space (`cut`); `is_share`: it was scored on the evaluation share."""

    taught: Mapping[str, int]
    cut: int = 0
    is_share: bool = False


class Advice(NamedTuple):
    """What to do, in words; `f1` is what F1 would be if all of these `errors` were mended, None
    where it is not about errors."""

    words: str
    f1: float | None = None
    errors: tuple[Error, ...] = ()


def advice(scores: Scores, learnt: Learnt) -> list[Advice]:
    """What would help most, the best first; no error is counted in two pieces of it."""
    f1 = scores.figure("f1")
    if f1 is None:
        return [Advice("Neither people nor the model have a span in what was scored: label more.")]
    cut = [*_cut(learnt)]
    # Where many spans cut tokens, it is those that are missed: more documents would not help.
    best = [*cut, *_of_errors(scores, learnt.taught, asks_for_more=not cut)]
    rare = sorted(label for label, count in learnt.taught.items() if count < SCARCE)
    if rare and not cut:
        best.append(
            Advice(
                f"Fewer than {SCARCE} spans taught the model: {', '.join(rare)}. Label more"
                " documents in which they occur."
            )
        )
    interval = scores.intervals.get(("f1",))
    if interval is None or interval.high - interval.low > WIDE:
        larger = ", or set `evaluation` higher in project.toml" if learnt.is_share else ""
        best.append(
            Advice(
                f"{counted(scores.documents, 'document')} to score on are few: the figures would"
                f" change much with others. Label more documents{larger}."
            )
        )
    return best


def _cut(learnt: Learnt) -> Iterable[Advice]:
    spans = sum(learnt.taught.values()) + learnt.cut
    if learnt.cut > MANY_CUT * spans:
        yield Advice(
            f"Tokens: {learnt.cut:,} of {counted(spans, 'span')} begin or end inside a token, or in"
            " white space. No model learns such spans or finds them: `tonemark check` shows where"
            " they are, and `tonemark tokenizers learn` makes a tokenizer of corrected tokens."
        )


def _of_errors(
    scores: Scores, taught: Mapping[str, int], *, asks_for_more: bool
) -> Iterable[Advice]:
    """The best piece of advice, then the best on the errors that it leaves, and so on."""
    kinds: dict[str, Callable[[Scores], Iterable[Advice]]] = {
        "borders": _borders,
        "confusions": _confusions,
        "extra": _extra,
    }
    if asks_for_more:
        kinds["labels"] = partial(_labels, taught=taught)
    for _ in range(MOST):
        found = [(each, name) for name, kind in kinds.items() for each in kind(scores)]
        if not found:
            return
        best, name = max(found, key=lambda each: each[0].f1 or 0)
        yield best
        del kinds[name]
        mended_now = set(best.errors)
        rest = tuple(error for error in scores.errors if error not in mended_now)
        scores = replace(scores, errors=rest)


def mended(scores: Scores, errors: Iterable[Error]) -> float:
    """What F1 would be if in the places of these errors the model had what people have."""
    right, spans = scores.counted("right"), scores.counted("gold") + scores.counted("predicted")
    for error in errors:
        right += len(error.gold)
        spans += len(error.gold) - len(error.predicted)
    return 2 * right / spans if spans else 1.0


def _borders(scores: Scores) -> Iterable[Advice]:
    errors = tuple(error for error in scores.errors if error.kind == "boundary")
    if not errors:
        return
    (side, number), *_ = scores.sides().most_common(1)
    yield _advice(
        scores,
        f"Borders: in {counted(len(errors), 'place')} the model has a span with other borders than"
        f" people; most often {SIDES[side]} ({number:,}). Say in the guidelines what belongs to a"
        " span there, and mend the answers that do otherwise.",
        errors,
    )


def _confusions(scores: Scores) -> Iterable[Advice]:
    """The two labels that are confused most often, either way."""
    pairs: dict[frozenset[str], list[Error]] = {}
    ways: Counter[tuple[str, str]] = Counter()
    for error in scores.errors:
        if error.kind == "label" and len(error.gold) == len(error.predicted) == 1:
            way = error.gold[0][2], error.predicted[0][2]
            ways[way] += 1
            pairs.setdefault(frozenset(way), []).append(error)
    if not pairs:
        return
    pair = max(sorted(pairs, key=sorted), key=lambda each: len(pairs[each]))
    (one, other), (other_way, back) = sorted(
        ((way, ways[way]) for way in ((a, b) for a in pair for b in pair if a != b)),
        key=lambda each: (-each[1], each[0]),
    )
    said = f"{one[0]} is labelled {one[1]} {_times(other)}"
    if back:
        said += f", {other_way[0]} {other_way[1]} {_times(back)}"
    yield _advice(
        scores,
        f"Labels: {said}. Say in the guidelines what tells the two apart, and look whether people"
        " label them alike.",
        tuple(pairs[pair]),
    )


def _labels(scores: Scores, taught: Mapping[str, int]) -> Iterable[Advice]:
    """The label whose missed and wrongly labelled spans cost most."""
    best: Advice | None = None
    for label in scores.labels:
        errors = tuple(
            error
            for error in scores.errors
            if error.kind in ("missed", "label") and label in {each[2] for each in error.gold}
        )
        if not errors:
            continue
        number = taught.get(label)
        gold, right = scores.counted("gold", label), scores.counted("right", label)
        learnt = "" if number is None else f"learnt from {counted(number, 'span')} of it, and "
        few = " That is few." if number is not None and number < SCARCE else ""
        each = _advice(
            scores,
            f"{label}: the model {learnt}has {right:,} of {gold:,} right.{few} More documents in"
            f" which {label} occurs would help; a gazetteer finds them.",
            errors,
        )
        if best is None or (each.f1 or 0) > (best.f1 or 0):
            best = each
    if best:
        yield best


def _extra(scores: Scores) -> Iterable[Advice]:
    errors = tuple(error for error in scores.errors if error.kind == "spurious")
    if errors:
        yield _advice(
            scores,
            f"Too much: in {counted(len(errors), 'place')} the model has a span where people have"
            " none. Look at those of which it is surest: what people overlooked counts against it"
            " here.",
            errors,
        )


def _advice(scores: Scores, words: str, errors: tuple[Error, ...]) -> Advice:
    f1 = mended(scores, errors)
    return Advice(f"{words} Without these errors F1 would be {f1:.3f}.", f1, errors)


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
