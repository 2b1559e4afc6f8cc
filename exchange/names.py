"""Names of the files that an export writes: made from keys and project names, never taken as they
are, so that none leaves its folder, hides, or is two files on one disk and one on another."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b

import regex

EXPORTS = "exports"
"""The folder inside a project to which --as-last, and with it the screens, export."""

LENGTH = 80
"""Bytes of UTF-8 that a name may have, before its suffix: file systems take 255 of all."""

_UNSAFE = regex.compile(r"[^\p{L}\p{M}\p{N}._-]+")
_RESERVED = frozenset(
    "con prn aux nul".split() + [f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10)]
)


def file_name(key: str) -> str:
    """A name for a file of what `key` names: without separators, control characters, a dot or a
    hyphen at its beginning, or a device's name; never empty, at most LENGTH bytes.

    Keys that are names already stay as they are (in NFC); any other is told from those that look
    like it by a hash at its end.
    """
    name = unicodedata.normalize("NFC", key)
    safe = _UNSAFE.sub("_", "".join(c if c.isprintable() else "_" for c in name))
    safe = safe.lstrip(".-").rstrip(".")
    cut = safe.encode("utf-8", "replace")[:LENGTH].decode("utf-8", "ignore")
    if cut == name and cut and cut.split(".")[0].casefold() not in _RESERVED:
        return cut
    mark = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{cut[:40] or 'document'}-{mark}"


class Names:
    """File names given out once each, also on disks that do not tell case or normal forms apart."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, key: str) -> str:
        """The next free name for `key`: `file_name`, else with `-2`, `-3` after it."""
        name = file_name(key)
        free, number = name, 1
        while (folded := unicodedata.normalize("NFKD", free).casefold()) in self._taken:
            number += 1
            free = f"{name}-{number}"
        self._taken.add(folded)
        return free
