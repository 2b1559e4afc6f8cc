"""What the bench `screen` makes of its samples: figures of each program, and the budgets of the
design held against them. Pure: it measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from statistics import median
from typing import Any

import regex
from figures import Figure
from screen_case import BARE, OURS, Case, Measured, Samples

Results = Mapping[Case, Mapping[str, Measured]]

MOVES = ("arrow", "space", "hint")
RATIO = 1.5
"""How many times as long as the bare app ours may take."""

BYTES = {"truecolor": 220, "16": 140}
"""The median bytes that a move may send at 80x24, the status line included."""

_COLOURS = {
    "truecolor": regex.compile(rb"\x1b\[[\d;]*[34]8;2;"),
    "256": regex.compile(rb"\x1b\[[\d;]*[34]8;5;"),
    "16": regex.compile(rb"\x1b\[(?:\d+;)*(?:[349]|10)[0-7](?:;\d+)*m"),
}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed (nearest rank)."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def cells(results: Results) -> Iterator[dict[str, Any]]:
    """A record of figures for each program in each case."""
    for case, programs in results.items():
        for name, measured in programs.items():
            yield {
                "app": name,
                **case.named(),
                "starts": len(measured.opened),
                "first_word_ms": round(median(measured.first_word), 1),
                "first_word_cpu_ms": round(median(measured.cpu), 1),
                "opened_ms": round(median(measured.opened), 1),
                "opening_bytes": round(median(measured.opening)),
                "colours_sent": colours_sent(measured.keys.values()),
                "keys": {
                    kind: key_figures(samples)
                    for kind, samples in measured.keys.items()
                    if kind != "aim"
                },
            }


def key_figures(samples: Samples) -> dict[str, Any]:
    """Milliseconds and bytes of one kind of key; one that cost the median is given as it came."""
    if not samples.sizes:
        return {"n": 0, "silent": samples.silent}
    middle = percentile(samples.sizes, 0.5)
    return {
        "n": len(samples.sizes),
        "silent": samples.silent,
        "p50_ms": round(percentile(samples.milliseconds, 0.5), 2),
        "p95_ms": round(percentile(samples.milliseconds, 0.95), 2),
        "cpu_ms": round(median(samples.cpu), 2),
        "bytes": middle,
        "bytes_p95": percentile(samples.sizes, 0.95),
        "sent": ascii(samples.sent[samples.sizes.index(int(middle))])[2:-1][:2000],
    }


def colours_sent(samples: Iterator[Samples] | Sequence[Samples] | Any) -> list[str]:
    """Which kinds of colours stand in what keys sent: truecolor, 256, 16."""
    sent = b"".join(data for each in samples for data in each.sent)
    return [name for name, pattern in _COLOURS.items() if pattern.search(sent)]


def budgets(results: Results) -> list[dict[str, Any]]:
    """Each budget with its bound, and the worst that was measured, where, and whether it holds.

    Ratios of times are of ours to the bare app's in the same case: of medians for the first paint,
    of 95th percentiles for keys, these at the largest number of tokens. `missed` counts the cases
    in which it does not hold, of `of`; `together` is the figure over the samples of all cases.
    """
    longest = max(case.tokens for case in results)
    long = {case: each for case, each in results.items() if case.tokens == longest}
    found = [_ratio("first paint", results, lambda m: m.first_word, 0.5)]
    for kind in (*MOVES, "hint2", "page", "label"):
        title = f"key to last byte, {kind}, {longest:,} tokens"
        found.append(_ratio(title, long, lambda m, kind=kind: _times(m, kind), 0.95))
    for colours, bound in BYTES.items():
        small = {
            case: each
            for case, each in results.items()
            if case.size == (80, 24) and case.colours == colours
        }
        for kind in MOVES:
            medians = {
                case: percentile(sizes, 0.5)
                for case, each in small.items()
                if (sizes := _sizes(each[OURS], kind))
            }
            together = [size for each in small.values() for size in _sizes(each[OURS], kind)]
            title = f"bytes a move at 80x24, {kind}, {colours}"
            whole = percentile(together, 0.5) if together else 0
            found.append(_budget(title, medians, bound, whole, "B"))
    return [budget for budget in found if budget["of"]]


def _times(measured: Measured, kind: str) -> list[float]:
    return measured.keys[kind].milliseconds if kind in measured.keys else []


def _sizes(measured: Measured, kind: str) -> list[int]:
    return measured.keys[kind].sizes if kind in measured.keys else []


def _ratio(
    title: str, results: Results, values: Callable[[Measured], list[float]], share: float
) -> dict[str, Any]:
    ratios = {}
    together: dict[str, list[float]] = {OURS: [], BARE: []}
    for case, programs in results.items():
        ours, bare = values(programs[OURS]), values(programs[BARE])
        if ours and bare:
            ratios[case] = percentile(ours, share) / percentile(bare, share)
            together[OURS] += ours
            together[BARE] += bare
    whole = percentile(together[OURS], share) / percentile(together[BARE], share) if ratios else 0
    return _budget(title, ratios, RATIO, whole, "x")


def _budget(
    title: str, measured: Mapping[Case, float], bound: float, together: float, unit: str
) -> dict[str, Any]:
    worst = max(measured, key=lambda case: measured[case], default=None)
    figure = Figure(title, round(measured[worst], 2) if worst else 0, "<=", bound, unit)
    return {
        "budget": title,
        "bound": bound,
        "measured": figure.measured,
        "unit": unit,
        "holds": figure.holds,
        "where": worst.named() if worst else None,
        "missed": sum(value > bound for value in measured.values()),
        "of": len(measured),
        "together": round(together, 2),
    }
