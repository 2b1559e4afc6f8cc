"""Which models of projects this user has trained, or said are to be loaded: by what is in their
files, in a list of the user's own.

A project may come from anyone, and spaCy does not load a pipeline as one reads a text. Its
config.cfg names functions to call, each with arguments of its choice: any that an installed package
has registered, readers of files among them. What it holds beside weights runs too: patterns for
Python's `re`, which need not end, and where a component is of PyTorch (spacy-transformers), a
pickle, which is code. So a model from elsewhere is not loaded until somebody says so; one that was
changed since is another one. Packages that are installed are code that the user chose.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from hashlib import blake2b
from pathlib import Path

from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, open_regular, parsed

KEPT = 1_000
"""Models that are remembered, the last ones."""

LARGEST = 4 * 1024**3
"""Bytes that a model may have."""

FILES = 10_000
"""Files that it may have."""

CHUNK = 1 << 20


def trust(path: Path) -> str:
    """Remember that the model in a folder, as it now is, may be loaded; what stands for its content
    (`digest_of`). Raises TonemarkError where it cannot be read, or the list not be written."""
    digest = digest_of(path)
    known = {**_known(), digest: {"path": str(path), "time": round(time.time())}}
    kept = dict(list(known.items())[-KEPT:])
    file = _list()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_writer(file, plain=True) as stream:
            stream.write(json.dumps(kept, indent=1).encode())
            os.fchmod(stream.fileno(), 0o600)
        os.chmod(file, 0o600)
    except OSError as error:
        raise TonemarkError(
            f"The list of the models that you trust cannot be written: {file}:"
            f" {error.strerror or error}.",
            "Nothing was changed. Make the folder writable for you.",
        ) from None
    return digest


def is_trusted(digest: str) -> bool:
    """Whether this user trained the model with that content, or said that it may be loaded."""
    return digest in _known()


def digest_of(path: Path, into: Path | None = None) -> str:
    """What stands for the content of a folder: the names of its files and all their bytes; copied
    to another, empty folder where one is given, so that what is loaded is what was looked at.

    Raises TonemarkError where there is none, or something in it is neither a file nor a folder.
    """
    hashed = blake2b(digest_size=16)
    left, count = LARGEST, 0
    try:
        for at, folders, names in os.walk(path, onerror=_raise):
            folders.sort()
            for name in [*folders, *names]:
                if Path(at, name).is_symlink():
                    raise _unreadable(path, f"{name} is a link")
            for name in sorted(names):
                file = Path(at, name)
                inside = file.relative_to(path)
                count += 1
                if count > FILES:
                    raise _unreadable(path, f"it has more than {FILES:,} files")
                size = _taken(file, hashed, os.fsencode(inside), into and into / inside, left)
                left -= size
                if left < 0:
                    raise _unreadable(path, f"it has more than {LARGEST:,} bytes")
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    if not count:
        raise _unreadable(path, "there is nothing in it")
    return hashed.hexdigest()


def _taken(file: Path, hashed: blake2b, name: bytes, copy: Path | None, most: int) -> int:
    """Add a file to a hash, and copy it; its bytes."""
    of_file = blake2b(digest_size=32)
    size = 0
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(open_regular(file))
        out = None
        if copy is not None:
            copy.parent.mkdir(parents=True, exist_ok=True)
            out = stack.enter_context(copy.open("xb"))
        while size <= most and (part := stream.read(CHUNK)):
            of_file.update(part)
            size += len(part)
            if out is not None:
                out.write(part)
    hashed.update(len(name).to_bytes(4, "big") + name + of_file.digest())
    return size


def _raise(error: OSError) -> None:
    raise error


def _unreadable(path: Path, why: str) -> TonemarkError:
    return TonemarkError(
        f"The model in {path} cannot be read: {why}.",
        "Train it anew: tonemark train DIR",
    )


def _known() -> dict[str, object]:
    try:
        known = parsed(_list().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _list() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("tonemark")) / "models.json"
