"""Where a stretch of a text stands in the same text with other white space, as formats of tokens
give it back. Knows no format."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import regex

SOLID = regex.compile(r"[^\s\x1c-\x1f]+")
"""What is no white space. The four separators of ASCII are some to Python, whose `split` other
readers cut columns with, and not to Unicode."""


def solid(text: str) -> str:
    """A text without its white space."""
    return "".join(SOLID.findall(text))


@dataclass(slots=True)
class Alignment:
    """A text and its written parts, which differ from it in white space at most.

    `starts` says, of each part, how many code points that are no white space come before it;
    `places` where each such code point stands in the text, or is None where there is one part and
    it is the text. `solids` has where they stand in a part, once it was asked for: counted anew for
    each span, 100,000 spans of a document took hours.
    """

    parts: Sequence[str]
    starts: Sequence[int]
    places: Sequence[int] | None
    solids: dict[int, Sequence[int]] = field(default_factory=dict)

    def placed(self, part: int, start: int, end: int) -> tuple[int, int]:
        """Where what stands from `start` to `end` (code points of that part) stands in the text.

        White space at its edges is lost. Raises ValueError where it is nothing else.
        """
        if self.places is None:
            return start, end
        if part not in self.solids:
            self.solids[part] = _places(self.parts[part])
        before, after = (bisect_left(self.solids[part], at) for at in (start, end))
        if before >= after:
            raise ValueError("white space alone")
        first = self.starts[part]
        return self.places[first + before], self.places[first + after - 1] + 1


def aligned(parts: Sequence[str], text: str) -> Alignment | None:
    """How the parts of a text, one after another, lie in it; None where they are another text."""
    if len(parts) == 1 and parts[0] == text:
        return Alignment(parts, (0,), None)
    solids = [solid(part) for part in parts]
    if "".join(solids) != solid(text):
        return None
    starts = [0]
    for each in solids:
        starts.append(starts[-1] + len(each))
    return Alignment(parts, starts, _places(text))


def _places(text: str) -> Sequence[int]:
    found = array("L")
    for match in SOLID.finditer(text):
        found.extend(range(*match.span()))
    return found
