"""What the bench that trains tells of its rows: a line each, the table of all, and the figures
beside their targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

from figures import Figure
from learn import ALL, LANGUAGES, MEASURED

LATE = 1.1
"""Times its budget that a training may take, or LATE_SECONDS more."""

LATE_SECONDS = 3.0

WITHIN = 0.01
"""How far below the row of the CRF a score may lie."""

Row = Mapping[str, Any]


def line(row: Row) -> str:
    """A row, as it comes."""
    before = MEASURED.get((row["language"], row["sentences"]))
    told = f" | before: spaCy {before.spacy} CRF {before.crf} {before.clusters}" if before else ""
    rival = f" spaCy now {row['spacy']:.3f}" if "spacy" in row else ""
    return (
        f"{row['language']} {_size(row)} {row['time']} s seed {row['seed']}:"
        f" {row['f1']:.3f} ({row['kind']}; {row['candidates']}){rival}{told}"
        f" | {row['wall']} s, {row['cpu']} s of CPU, load {row['load']}"
    )


def table(rows: Sequence[Row]) -> Iterator[str]:
    """All rows: F1 on test by language, a line a size and time and seed, in the order in which the
    languages were measured before; ours, and below it spaCy's and what was measured before."""
    languages = [each for each in LANGUAGES if any(row["language"] == each for row in rows)]
    languages += sorted({row["language"] for row in rows} - set(languages))
    cases = dict.fromkeys((row["sentences"] or ALL, row["time"], row["seed"]) for row in rows)
    yield f"{'F1 on test':<34}" + "".join(f"{each:>8}" for each in [*languages, "mean"])
    for case in sorted(cases, key=lambda each: (each[0] == ALL, *each)):
        size, seconds, seed = case
        found = {
            row["language"]: row
            for row in rows
            if (row["sentences"] or ALL, row["time"], row["seed"]) == case
        }
        named = f"{size or 'all'} sentences, {seconds} s, seed {seed}"
        yield _line(named, [found[each]["f1"] if each in found else None for each in languages])
        yield _text("  kept", [found[each]["kind"] if each in found else "" for each in languages])
        yield _text(
            "  seconds, load",
            [_busy(found[each]) if each in found else "" for each in languages],
        )
        if any("spacy" in row for row in found.values()):
            rival = [found[each].get("spacy") if each in found else None for each in languages]
            yield _line("  spaCy's default, as long", rival)
        if seed == 0:
            for name in ("spacy", "crf", "clusters"):
                before = [MEASURED.get((each, size)) for each in languages]
                yield _line(f"  before: {name}", [each and getattr(each, name) for each in before])


def figures(rows: Sequence[Row]) -> Iterator[Figure]:
    """What is asked for, row by row, and of the mean of each size and time with all its seeds."""
    for row in rows:
        what = f"{row['language']} {_size(row)} {row['time']} s seed {row['seed']}"
        before = MEASURED.get((row["language"], row["sentences"]))
        if before and row["seed"] == 0:
            yield Figure(f"{what}: F1", row["f1"], ">=", round(before.crf - WITHIN, 3))
        late = max(LATE * row["time"], row["time"] + LATE_SECONDS)
        yield Figure(f"{what}: seconds", row["wall"], "<=", round(late, 1), "s")
    for seconds in dict.fromkeys(row["time"] for row in rows):
        few: dict[str, list[float]] = {}
        clusters = {}
        for row in rows:
            before = MEASURED.get((row["language"], 100))
            if (row["time"], row["sentences"]) == (seconds, 100) and before and before.clusters:
                few.setdefault(row["language"], []).append(row["f1"])
                clusters[row["language"]] = before.clusters
        if len(few) > 1:
            yield Figure(
                f"100 sentences, {seconds} s, mean of {' '.join(few)}",
                round(mean(map(mean, few.values())), 4), ">=", round(mean(clusters.values()), 4),
            )  # fmt: skip


def _line(name: str, values: Sequence[float | None]) -> str:
    known = [each for each in values if each is not None]
    shown = [*values, mean(known) if known else None]
    return _text(name, ["-" if each is None else f"{each:.3f}" for each in shown])


def _text(name: str, values: Sequence[str]) -> str:
    return f"{name:<34}" + "".join(f"{each:>8}" for each in values)


def _busy(row: Row) -> str:
    return f"{row['wall']:.0f}/{row['load']:.0f}"


def _size(row: Row) -> str:
    return str(row["sentences"] or "all")
