"""An annotator who answers until nothing is left anywhere, in a process that may be killed, and the
file in which it keeps what it was told: what the store said is in must be in."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from store_clients import page_of

from tonemark.corpus import queue
from tonemark.corpus.awaiting import comes_free, elsewhere
from tonemark.corpus.queue import Claim
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError

LATE = 0.0005
"""Share of the documents over which one falls asleep until the lease has ended."""

WAIT = 0.05
"""Seconds between two looks whether something came free."""

PATIENCE = 60.0
"""Seconds of waiting in vain, many times a lease, after which one gives up: others would starve."""


class Told(NamedTuple):
    """What a client was told: documents whose answer is in, those of them whose lease had ended,
    and how often the store refused."""

    answered: list[int]
    late: set[int]
    errors: int


def told_by(folder: Path, name: str) -> Told:
    """What a client wrote down; the end of its last line may be missing."""
    answered, late, errors = [], set(), 0
    for line in (folder / f"{name}.told").read_text().splitlines(keepends=True):
        kind, _, rest = line.partition(" ")
        if not line.endswith("\n"):
            break
        if kind == "error":
            errors += 1
            continue
        answered.append(int(rest))
        if kind == "late":
            late.add(int(rest))
    return Told(answered, late, errors)


def work(path: Path, folder: Path, name: str, lease: float) -> None:
    """Answer all that comes, and wait while others hold what may still come."""
    chance = random.Random(name)
    told = os.open(folder / f"{name}.told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    store = Store(path)
    claims: list[Claim] = []
    claimed = waited = time.monotonic()
    while True:
        try:
            if not claims:
                # In this order: what is given up between the two looks is not missed.
                claimed = time.monotonic()
                held = elsewhere(store, name).documents
                if comes_free(store, name):
                    claims = queue.claim_next(store, name, 1, lease)
                if not claims and not held:
                    return
                if claimed - waited > PATIENCE:
                    raise SystemExit(1)
                if not claims:
                    time.sleep(WAIT)
                continue
            outcomes = page_of(store, claims).outcomes("accept")
            if chance.random() < LATE:
                time.sleep(1.5 * lease)
            left = time.monotonic()
            following = queue.leave(store, outcomes, claim_next=1, lease=lease)
        except (TonemarkError, sqlite3.Error):
            os.write(told, b"error \n")
            continue
        waited = time.monotonic()
        # From before the lease began until after the answer was in: as long as it may have been.
        _write(told, "late" if waited - claimed >= lease else "in", claims)
        claims, claimed = following, left


def _write(told: int, kind: str, claims: Sequence[Claim]) -> None:
    """In one write: a process that is killed has written it, or not."""
    os.write(told, "".join(f"{kind} {claim.document}\n" for claim in claims).encode())
