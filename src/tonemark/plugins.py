"""What other packages plug in: entry points listed without importing anything, loaded by name.

Knows no group by name, nor what a plug-in must be able to do.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tonemark.errors import TonemarkError


@dataclass(frozen=True, slots=True)
class Plugin:
    """An entry point of an installed package.

    `name` is its own; `known_as` the one that finds it: the same, or `package:name` where that is
    taken. `target` is the module and the object in it.
    """

    name: str
    known_as: str
    package: str
    version: str
    target: str
    entry: importlib.metadata.EntryPoint = field(compare=False, repr=False)

    @property
    def origin(self) -> str:
        """The package and its version, for people."""
        return f"{self.package} {self.version}".rstrip()


@functools.cache
def plugins(group: str, taken: frozenset[str] = frozenset()) -> tuple[Plugin, ...]:
    """What is plugged in under a group, by name; nothing of it is imported.

    A name that several packages have, or that is `taken` otherwise, has its package before it.

    Looked up once in a process: what is installed later is seen by the next one.
    """
    found: dict[tuple[str, str], Plugin] = {}
    for entry in _entries(group):
        package, version = _package(entry)
        key = entry.name, package
        found.setdefault(key, Plugin(*(entry.name,) * 2, package, version, entry.value, entry))
    owners = Counter(name for name, _ in found) + Counter(taken)
    return tuple(
        replace(plugin, known_as=f"{package}:{name}") if owners[name] > 1 else plugin
        for (name, package), plugin in sorted(found.items())
    )


def plugin_named(group: str, name: str, taken: frozenset[str] = frozenset()) -> Plugin | None:
    """The plug-in of that name, or of that `package:name`; None where there is none.

    Whoever asks has looked among the `taken` names before.

    Raises TonemarkError, naming them, where several packages have one of that name.
    """
    found = [
        plugin
        for plugin in plugins(group, taken)
        if name in (plugin.name, f"{plugin.package}:{plugin.name}")
    ]
    if len(found) > 1:
        owners = " and ".join(plugin.origin for plugin in found)
        choice = " or ".join(plugin.known_as for plugin in found)
        raise TonemarkError(f'"{name}" is in several packages: {owners}.', f"Name one: {choice}.")
    return found[0] if found else None


@functools.cache
def loaded(plugin: Plugin) -> Any:
    """The object of a plug-in: this runs its code. What that prints while it loads is dropped.

    Raises TonemarkError, naming the package and its version, where it cannot be imported.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return plugin.entry.load()
    except (Exception, SystemExit) as error:
        raise failure(plugin, f"could not be loaded from {plugin.target}", error) from error


def failure(plugin: Plugin, what: str, error: BaseException) -> TonemarkError:
    """What went wrong in the code of a plug-in, in words: `what` follows its name."""
    why = " ".join(str(error).split())[:300]
    said = f"{type(error).__name__}: {why}" if why else type(error).__name__
    return TonemarkError(
        f'"{plugin.known_as}", from the package {plugin.origin}, {what}: {said}.',
        f"Tell the authors of {plugin.package}, or choose another.",
    )


def _entries(group: str) -> Iterable[importlib.metadata.EntryPoint]:
    """The entry points of a group, without those of packages that are damaged."""
    try:
        return importlib.metadata.entry_points(group=group)
    except Exception:  # one file that cannot be read: the others', one by one
        found: list[importlib.metadata.EntryPoint] = []
        for package in importlib.metadata.distributions():
            with contextlib.suppress(Exception):
                found += package.entry_points.select(group=group)
        return found


def _package(entry: importlib.metadata.EntryPoint) -> tuple[str, str]:
    """The name and version of the package of an entry point, as far as its metadata tell them."""
    try:
        metadata = entry.dist.metadata if entry.dist else None
    except Exception:  # whatever lies there in place of metadata
        metadata = None
    if metadata is None:
        return "?", ""
    told = {key: metadata[key] for key in ("Name", "Version") if key in metadata}
    return told.get("Name") or "?", told.get("Version") or ""
