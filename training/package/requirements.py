"""What a packaged pipeline needs of others, as requirements (PEP 508): asked of what is installed.

Runs no code of a package that is asked about.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from tonemark.errors import TonemarkError
from tonemark.training.package.carried_code import OURS

SPACYS = ("spacy", "thinc", "spacy_legacy", "srsly", "catalogue")
"""Modules whose registered functions come with spaCy."""


def requirements(modules: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """The packages of modules, by their top-level names, sorted. The versions are those that
    `known` says of a package, else those with which Tonemark works, else any: where Tonemark does
    not name it, it comes with one that is named.

    Raises TonemarkError where no installed package has a module.
    """
    packages = importlib.metadata.packages_distributions()
    ranges = _ranges()
    found = {}
    for module in set(modules) - sys.stdlib_module_names - {OURS}:
        if not packages.get(module):
            raise TonemarkError(
                f"No installed package has the module {module}, which this model needs.",
                "Install it as a package, so that the model's package can name it.",
            )
        name = packages[module][0]
        plain = normalized(name)
        found[plain] = known.get(plain) or f"{name}{ranges.get(plain, '')}"
    return [found[name] for name in sorted(found)]


def exactly(package: str) -> str:
    """The requirement of an installed package in its very version: a tokenizer must cut as it did.

    Raises TonemarkError where it is not installed.
    """
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise TonemarkError(
            f"The package {package}, which has this model's tokenizer, is not installed.",
            f"Install it: python -m pip install {package}",
        ) from None
    return f"{package}=={version}"


def normalized(name: str) -> str:
    """The name of a package as PEP 503 compares them."""
    from packaging.utils import canonicalize_name

    return str(canonicalize_name(name))


def _ranges() -> dict[str, str]:
    """The versions of each package with which Tonemark works, by its own metadata."""
    from packaging.requirements import InvalidRequirement, Requirement

    found = {}
    for line in importlib.metadata.requires(OURS) or ():
        try:
            each = Requirement(line)
        except InvalidRequirement:
            continue
        if each.marker is None:
            found[normalized(each.name)] = str(each.specifier)
    return found


def foreign(config: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The functions that a pipeline's config names in [nlp] and [components]: the modules of ours
    that have them, and the top-level modules of others, spaCy's left out.

    Raises TonemarkError where there is none of that name.
    """
    from spacy.util import registry

    ours: set[str] = set()
    others: set[str] = set()
    for kind, name in sorted(named_functions(config)):
        try:
            module = str(registry.find(kind, name)["module"] or "")
        except Exception as error:
            raise TonemarkError(
                f"This model needs {name} ({kind}), which nothing here has: {_first_line(error)}.",
                "Install what it was trained with, then package it.",
            ) from None
        top = module.partition(".")[0]
        if top == OURS:
            ours.add(module)
        elif top and top not in SPACYS:
            others.add(top)
    return ours, others


def named_functions(config: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The registry and the name of each function that a config names in [nlp] and [components]."""
    found: set[tuple[str, str]] = set()
    waiting: list[Any] = [config.get("nlp"), config.get("components")]
    for component in (config.get("components") or {}).values():
        if isinstance(component.get("factory"), str):
            found.add(("factories", component["factory"]))
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            found |= {
                (key[1:], each)
                for key, each in value.items()
                if key.startswith("@") and isinstance(each, str)
            }
            waiting += value.values()
    return found


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
