"""CoNLL files for benches: sentences with a name each, known by the word before it."""

from __future__ import annotations

import random
from pathlib import Path


def written(path: Path, count: int, seed: int) -> None:
    """Write so many of them."""
    chance = random.Random(seed)
    lines = []
    for _ in range(count):
        name = "".join(chance.choices("abcdefgh", k=5)).title()
        kind = chance.choice([("Bwana", "PER"), ("mjini", "LOC")])
        lines += [f"{kind[0]} O", f"{name} B-{kind[1]}", f"leo{chance.randrange(9)} O", ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
