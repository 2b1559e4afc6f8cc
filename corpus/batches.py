"""Records made ready in runs that go in together, the next one read while one is committed.

Knows nothing of the store.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tonemark.corpus.documents import digest
from tonemark.corpus.pieces import piece_identity
from tonemark.corpus.records import Record
from tonemark.refusals import Refusal

_json = json.JSONEncoder(ensure_ascii=False).encode


class Item(NamedTuple):
    """A record with its identity in the file, the digest of its text, and its metadata as JSON."""

    record: Record
    identity: str
    digest: int
    meta: str | None


class Batch(NamedTuple):
    """Records for one transaction, what was refused among them, and the line that they reach."""

    items: list[Item]
    refused: list[Refusal]
    line: int


def batches(records: Iterable[Record | Refusal], count: int, size: int) -> Iterator[Batch]:
    """Runs of at most `count` records, ended where their texts have `size` code points or more."""
    items: list[Item] = []
    refused: list[Refusal] = []
    length = 0
    for each in records:
        if isinstance(each, Refusal):
            refused.append(each)
        else:
            length += len(each.text)
            try:
                items.append(_item(each))
            except UnicodeEncodeError:
                reason = "the text or its id holds a lone surrogate"
                refused.append(Refusal(each.line, reason))
        if len(items) + len(refused) >= count or length >= size:
            yield Batch(items, refused, each.line)
            items, refused, length = [], [], 0
    if items or refused:
        yield Batch(items, refused, each.line)


def _item(record: Record) -> Item:
    if record.key is None:
        identity = str(record.number)
    else:
        record.key.encode()
        identity = f"={record.key}"
    if record.piece:
        identity = piece_identity(identity, record.piece.offset)
    meta = _json(record.meta) if record.meta else None
    return Item(record, identity, digest(record.text), meta)


class Following(threading.Thread):
    """The next of `batches`, read in a thread while SQLite, which lets go of the interpreter,
    commits the one before.

    Nothing else of ours may run beside it: each row that goes in would wait for the interpreter
    anew, 5 ms a time. A daemon: a pipe that nothing comes from holds up no program that was
    interrupted or met a full disk.
    """

    def __init__(self, batches: Iterator[Batch]) -> None:
        super().__init__(daemon=True)
        self._batches = batches
        self._batch: Batch | None = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Read; what the reader raises is kept."""
        try:
            self._batch = next(self._batches, None)
        except BaseException as error:
            self._error = error

    def wait(self) -> Batch | None:
        """The batch; None where there are no more. Raises what the reader raised."""
        self.join()
        if self._error:
            raise self._error
        return self._batch
