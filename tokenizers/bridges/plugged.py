"""Tokenizers of other packages: found by entry point, made, and held to what they promise.

Knows no package by name.
"""

from __future__ import annotations

import contextlib
import io
import operator
from collections.abc import Iterable
from itertools import islice
from typing import Any

from tonemark.errors import TonemarkError
from tonemark.plugins import Plugin, failure, loaded, plugin_named, plugins
from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.check import faults

GROUP = "tonemark.tokenizers"
"""The group of entry points. Each names a class, or a function, that called without arguments
gives a `Tokenizer`; several names of one class are several small functions of its package."""


def plugged() -> tuple[Plugin, ...]:
    """What is plugged in, by name; nothing of it is imported."""
    return plugins(GROUP, _taken())


def plugin_of(name: str) -> Plugin | None:
    """The plug-in of a name that is none of Tonemark's own tokenizers; None where there is none.

    Raises TonemarkError, naming the packages, where there are several.
    """
    return plugin_named(GROUP, name, _taken())


def _taken() -> frozenset[str]:
    from tonemark.tokenizers.registry import tokenizer_names

    return frozenset(tokenizer_names())


def made(plugin: Plugin) -> Tokenizer:
    """A new tokenizer of a plug-in, as its package made it. This runs the code of the package.

    Raises TonemarkError, naming the package, where that fails or what comes is no tokenizer.
    """
    factory = loaded(plugin)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            tokenizer = factory()
            lacking = [
                what
                for what, kind in (("name", str), ("version", str), ("tokenize", None))
                if not _has(tokenizer, what, kind)
            ]
    except (Exception, SystemExit) as error:
        raise failure(plugin, "could not be made", error) from error
    if lacking:
        raise TonemarkError(
            f'"{plugin.known_as}", from the package {plugin.origin}, is no tokenizer: what'
            f" {plugin.target} made has no {', no '.join(lacking)}.",
            "docs/plugins.md says what a tokenizer must have: name and version (text that is not"
            " empty), and tokenize(text).",
        )
    return tokenizer  # type: ignore[no-any-return]


def _has(tokenizer: Any, what: str, kind: type | None) -> bool:
    value = getattr(tokenizer, what, None)
    return callable(value) if kind is None else isinstance(value, kind) and bool(value)


class PluggedTokenizer:
    """A tokenizer of another package, by the name that finds it.

    Its tokens are looked at before anybody gets them, and what it prints is dropped. `own` is the
    tokenizer as its package made it.
    """

    __slots__ = ("name", "own", "plugin", "version")

    def __init__(self, plugin: Plugin) -> None:
        """Raises TonemarkError where the plug-in cannot be loaded or made."""
        self.plugin = plugin
        self.name = plugin.known_as
        self.own = made(plugin)
        self.version = self.own.version

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`.

        Raises TonemarkError, naming the package, where it fails or breaks a promise.
        """
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                found = self.own.tokenize(text)
                tokens = _tokens(found, len(text))
        except (Exception, SystemExit) as error:
            raise failure(
                self.plugin, f"failed on a text of {len(text):,} characters", error
            ) from error
        if broken := faults(text, tokens):
            raise TonemarkError(
                f'"{self.name}", from the package {self.plugin.origin}, gave tokens that cannot'
                f" be used: {broken[0]}.",
                f"Tell the authors of {self.plugin.package}. All that is wrong:"
                f" tonemark tokenizers check {self.name}",
            )
        return tokens

    def __reduce__(self) -> tuple[Any, ...]:
        """Found again by its name: what other packages make need not be picklable."""
        return _again, (self.name,)


def _again(name: str) -> PluggedTokenizer:
    plugin = plugin_of(name)
    if plugin is None:
        raise TonemarkError(f'No package that is installed here has a tokenizer "{name}".')
    return PluggedTokenizer(plugin)


def _tokens(found: Iterable[Any], size: int) -> list[Token]:
    """What a plug-in gave, as our tokens; a text cannot have more of them than characters."""
    return [
        Token(operator.index(start), operator.index(end)) for start, end in islice(found, size + 1)
    ]
