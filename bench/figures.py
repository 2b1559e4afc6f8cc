"""A figure that a bench of faults measured, beside the target that it must keep."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import NamedTuple

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
}


class Figure(NamedTuple):
    """What was measured, in which unit, and the bound that it is held against: `bound` is one of
    = <= < >=, and `target` what stands behind it."""

    what: str
    measured: float
    bound: str
    target: float
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether the target is kept."""
        return _HOLDS[self.bound](self.measured, self.target)

    def to_json(self) -> dict[str, object]:
        """As a report has it."""
        return {**self._asdict(), "holds": self.holds}

    def line(self) -> str:
        """As a person reads it."""
        unit = f" {self.unit}" if self.unit else ""
        sign = "ok " if self.holds else "NOT"
        return (
            f"  {sign} {self.what}: {self.measured:g}{unit} (target {self.bound} {self.target:g})"
        )


def lost(what: str, count: int) -> Figure:
    """Something of which there must be none."""
    return Figure(what, count, "=", 0)


def largest(what: str, values: list[float], target: float, unit: str = "s") -> Figure:
    """The largest of several measurements, with two decimals; 0 where there is none."""
    return Figure(f"{what}, at most", round(max(values, default=0.0), 2), "<=", target, unit)
