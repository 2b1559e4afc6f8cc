"""The trie of a project's names, made from its store in the user's cache folder, by one process at
a time. Knows what a store holds, and nothing of pages.

Never in the project's folder: it is mapped into memory as it is, and a stranger's could crash us.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from tonemark.corpus.gazetteers import entries_after, entries_of, entry_count, last_number
from tonemark.corpus.soundness.rows import HIGHEST
from tonemark.corpus.store import Store
from tonemark.files import make_folders
from tonemark.patterns.folds import Folding
from tonemark.patterns.trie import Trie, make_way, open_trie, read_header, write_trie

FEW = 2_000
"""Names that may be missing in the trie before it is made anew: the overlay of so many costs a page
that opens a hundredth of a second."""

SHARE = 20
"""One in so many may be missing, too: making a million takes seconds."""

MOST = 10_000
"""Names that any overlay has at most: they take a tenth of a second to load, and more wait for the
trie to be made anew."""

_SAMPLES = 32
"""Entries all over the store, and as many at its end, of which the header keeps a digest: a copy of
the store that was put back may have gone on otherwise."""

_TOLD = 10_000
"""Entries after which progress is told."""


def cache_folder(project: Path) -> Path:
    """Where the trie of the project in a folder lies, whether it is there or not."""
    place = os.fsencode(os.path.realpath(project))
    digest = hashlib.blake2b(place, digest_size=12).hexdigest()
    return platformdirs.user_cache_path("tonemark") / "gazetteers" / digest


def build(
    store: Store,
    folding: Folding,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Make the trie of all names in a store, in place of the one in `folder`, which is made where
    it is missing; how many names it has.

    `progress` is told how many entries were read, and of how many. Waits where another process is
    building there. Raises OSError where the cache cannot be written: the trie before is still
    there.
    """
    make_folders(folder)
    with locked(folder, wait=True):
        last, total = last_number(store), entry_count(store)
        head = {"stamp": folding.stamp, "last": last, "origin": _origin(store)}
        samples: dict[str, str] = {}
        named = 0

        def items() -> Iterator[tuple[str, int]]:
            nonlocal named
            keys_of, every = folding.keys, max(1, total // _SAMPLES)
            latest: deque[tuple[int, str]] = deque(maxlen=_SAMPLES)
            for count, (number, name) in enumerate(entries_after(store, 0)):
                if number > last:
                    break  # added meanwhile: of the overlay
                latest.append((number, name))
                if count % every == 0:
                    samples[str(number)] = _digest(name)
                if progress and count % _TOLD == 0:
                    progress(count, total)
                keys = keys_of(name)
                named += bool(keys)
                for key in keys:
                    yield key, number
            samples.update((str(number), _digest(name)) for number, name in latest)

        write_trie(folder, items(), head | {"samples": samples})
    return named


def opened(store: Store, folding: Folding, folder: Path) -> Trie | None:
    """The trie in `folder` if it was made from this store with this folding; else None.

    Entries behind `covered` of it are not in it, and it may hold some that were removed since.
    """
    trie = open_trie(folder)
    return trie if trie is not None and _is_of(trie.header, store, folding) else None


def covered(trie: Trie | None) -> int:
    """The number of the last entry that a trie of `opened` knows; 0 without one."""
    return int(trie.header["last"]) if trie is not None else 0


def stale(store: Store, folding: Folding, folder: Path) -> bool:
    """Whether the trie in `folder` should be made anew: so many names are not in it that an overlay
    of them would be felt, or it was made from something else."""
    header = read_header(folder)
    last = last_number(store)
    if header is None or not _is_of(header, store, folding):
        return last > FEW
    return last - int(header["last"]) > min(max(FEW, int(header["items"]) // SHARE), MOST)


@contextlib.contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Whether this process, and no other, builds in a folder that is there, until the block ends.

    The system lets go of the lock whatever becomes of the process.
    """
    file = _own_file(folder / "lock")
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(file)


def start_building(project: Path) -> None:
    """Have the trie of the project in a folder made anew by a process in the background, where it
    is stale and no other process is at it, once answers that wait for it are weighed.

    Raises OSError where the cache cannot be written, or no process can be started.
    """
    from tonemark.background import start_module

    folder = cache_folder(project)
    make_folders(folder)
    log = _own_file(folder / "log")
    try:
        os.ftruncate(log, 0)
        start_module(__name__, os.path.realpath(project), log=log)
    finally:
        os.close(log)


def _own_file(path: Path) -> int:
    """A file of the cache, open for writing, made where none is there. Raises OSError.

    Never the target of a link, which would be emptied, nor a pipe, which would keep us waiting.
    """
    make_way(path)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    return os.open(path, flags, 0o600)


def main(project: Path) -> None:
    """What the process in the background does."""
    from tonemark.background import NICENESS
    from tonemark.corpus.project import read_project
    from tonemark.corpus.store import STORE_FILE
    from tonemark.patterns.folding import folding_of
    from tonemark.patterns.unweighed import weigh_all

    os.nice(NICENESS)
    read = read_project(project)
    folding, folder = folding_of(read), cache_folder(read.folder)
    store = Store(read.folder / STORE_FILE)
    try:
        make_folders(folder)
        with locked(folder, wait=False) as is_ours:
            if not is_ours:
                return
            if not store.read_only:
                weigh_all(read, store)
        if stale(store, folding, folder):
            build(store, folding, folder)
    finally:
        store.close()


def _is_of(header: Mapping[str, Any], store: Store, folding: Folding) -> bool:
    """Whether a trie was made with a folding and from a store: a project that was deleted and made
    again at the same place numbers other entries alike."""
    try:
        samples = {int(number): digest for number, digest in header["samples"].items()}
        numbers = [header["last"], header["items"], *samples]
        if not all(type(number) is int and 0 <= number <= HIGHEST for number in numbers):
            return False
        if header["stamp"] != folding.stamp or header["origin"] != _origin(store):
            return False
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    there = entries_of(store, samples)
    if samples and not there:
        return False
    return all(_digest(entry.pattern) == samples[number] for number, entry in there.items())


def _origin(store: Store) -> list[str]:
    """What no two stores have in common: when the first gazetteer that is there was made. In
    hexadecimal digits, as a damaged store may have anything there."""
    query = "SELECT hex(id), hex(added) FROM gazetteers ORDER BY id LIMIT 1"
    return list(store.db.execute(query).fetchone() or ())


def _digest(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
