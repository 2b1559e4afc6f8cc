"""How long an answer took: the time between the keys on its page.

Pure: moments in, seconds out. Knows no page and no store.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

PAUSE = 120.0
"""Seconds that count, at most, between two keys. In two minutes the hundred words that stand on a
screen of 80x24 are read at 50 words a minute; who presses no key for longer has left the table, and
how much of it was still work cannot be known."""


def worked(moments: Iterable[float]) -> float:
    """Seconds of work, given the moments (Unix seconds) of all that was done in one sitting.

    A gap of more than PAUSE counts as PAUSE. The order in which moments are given is of no
    account: each time that the clock was set, back or ahead, adds one such gap at most.
    """
    known = sorted(each for each in moments if math.isfinite(each))
    return sum(min(later - earlier, PAUSE) for earlier, later in itertools.pairwise(known))
