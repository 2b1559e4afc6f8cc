"""The pipelines that may suggest: those that were trained in the project, and spaCy pipelines that
are installed. They are found by name, and what is known of them is read, without running any of
their code.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tonemark.errors import TonemarkError
from tonemark.files import open_regular, parsed
from tonemark.plugins import Plugin, plugins
from tonemark.text import short
from tonemark.training.runs.folders import Run, hashes_of, run_named, runs
from tonemark.training.runs.trusted import FILES, digest_of, is_trusted

GROUP = "spacy_models"
"""The entry points under which spaCy's `package`, and ours, put pipelines."""

META_LIMIT = 4 * 1024 * 1024
"""Bytes of a meta.json that are read."""

WITHOUT_SPANS = (
    "tagger", "parser", "morphologizer", "senter", "sentencizer", "lemmatizer",
    "trainable_lemmatizer", "attribute_ruler", "tok2vec", "transformer", "textcat",
    "textcat_multilabel", "span_finder",
)  # fmt: skip
"""Components whose labels are not of spans."""

FIXED = 0.7
"""The score of a span where its pipeline tells none: shown, and doubtful."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline that may suggest: its name; its package's version, or what stands for the content
    of its files; its labels, where they are told; of one that was trained here its model."""

    name: str
    version: str
    labels: tuple[str, ...] = ()
    run: Run | None = None
    learnt: frozenset[str] = frozenset()
    """The hashes of the texts that it learnt from (`runs.folders.hashes_of`); of an installed one
    as far as its package tells them."""

    @property
    def scores(self) -> Mapping[str, float]:
        """How likely a span of each label is right, where the pipeline itself does not say: the
        label's precision when the model was scored."""
        by_label = self.run.about.get("by_label") if self.run else None
        told = by_label if isinstance(by_label, dict) else {}
        found = {label: _precision(counts) for label, counts in told.items()}
        return {label: score for label, score in found.items() if score is not None}


class Digests:
    """What stands for the content of a model's folder (`trusted.digest_of`), found out again only
    where names, sizes or times of its files have changed: that reads up to 4 GiB, and whoever waits
    for a model to be trusted, or put right, asks again and again."""

    def __init__(self) -> None:
        self._stamp: object = None
        self._found: str | TonemarkError = ""

    def of(self, path: Path) -> str:
        """Of the folder `path`. Raises what `digest_of` raises."""
        stamp = path, _stamp_of(path)
        if stamp != self._stamp:
            try:
                self._found = digest_of(path)
            except TonemarkError as error:
                self._found = error
            self._stamp = stamp
        if isinstance(self._found, TonemarkError):
            raise self._found.with_traceback(None)
        return self._found


def _stamp_of(path: Path) -> frozenset[tuple[str | int, ...]]:
    """What is another one when a file in a folder is; of as many files as a model may have. None of
    them is read."""
    found: set[tuple[str | int, ...]] = set()
    waiting = [os.fspath(path)]
    while waiting and len(found) <= FILES:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in islice(entries, FILES + 1 - len(found)):
                its = entry.stat(follow_symlinks=False)
                # The time of the last change of all: a writer can set the other one.
                times = its.st_mtime_ns, its.st_ctime_ns
                found.add((entry.path, its.st_mode, its.st_ino, its.st_size, *times))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return frozenset(found)


def pipeline_named(folder: Path, name: str, digest: Callable[[Path], str] = digest_of) -> Pipeline:
    """The pipeline of a name: a model of the project in a folder, else an installed one. `digest`
    says what stands for the content of a model's folder.

    Raises TonemarkError where there is none, and where it is a model of the project that this user
    has neither trained nor said may be loaded.
    """
    run = run_named(folder, name)
    if run is not None:
        content = digest(run.pipeline)
        if not is_trusted(content):
            raise untrusted(name)
        return of_run(run, content)
    return of_package(_installed(folder, name))


def of_run(run: Run, digest: str) -> Pipeline:
    """A model of a project as a pipeline. Raises TonemarkError where it is not known which texts
    taught it."""
    labels = run.about.get("labels")
    told = tuple(map(str, labels)) if isinstance(labels, list) else ()
    return Pipeline(run.name, digest, told, run, hashes_of(run))


def untrusted(name: str) -> TonemarkError:
    """The error of a model that nobody has said may be loaded."""
    return TonemarkError(
        f"The model {name} of this project was not trained by you here, or was changed since: it is"
        " not loaded. A model can bring code that runs.",
        f"If you know where it is from, let it suggest:\n    tonemark model DIR {name}",
    )


def installed() -> tuple[Plugin, ...]:
    """The spaCy pipelines that are installed, by name."""
    return plugins(GROUP)


def of_package(plugin: Plugin) -> Pipeline:
    """An installed pipeline: its labels as its meta.json tells them, and which texts taught it, as
    the package of a model of ours does. None of its code runs."""
    return Pipeline(plugin.name, plugin.version or "?", _labels(plugin), learnt=_learnt(plugin))


def texts_that_taught(name: str) -> frozenset[str]:
    """The hashes of the texts that taught an installed pipeline, as far as its package tells."""
    return next((_learnt(each) for each in installed() if each.name == name), frozenset())


def _installed(folder: Path, name: str) -> Plugin:
    found = next((each for each in installed() if each.name == name), None)
    if found is not None:
        return found
    known = [*(run.name for run in runs(folder)), *(each.name for each in installed())]
    remedy = "Train one (tonemark train DIR), or install one with pip."
    if known:
        remedy = f"There is: {', '.join(known[-10:])}. {remedy}"
    if _is_package(name):
        raise TonemarkError(f"The package {short(name, 64)} is no spaCy pipeline.", remedy)
    raise TonemarkError(
        f'There is no model "{short(name, 64)}" in this project, and no spaCy pipeline of that'
        " name is installed.",
        remedy,
    )


def _is_package(name: str) -> bool:
    with contextlib.suppress(Exception):  # whatever lies there
        importlib.metadata.distribution(name)
        return True
    with contextlib.suppress(Exception):
        return importlib.util.find_spec(name) is not None
    return False


def _labels(plugin: Plugin) -> tuple[str, ...]:
    """The labels of an installed pipeline's spans; none where its meta.json cannot be read."""
    with contextlib.suppress(Exception):  # whatever lies there: what it does is seen when it runs
        for place in _places(plugin):
            for path in (place / "meta.json", *sorted(place.glob("*/meta.json"))):
                with contextlib.suppress(OSError), open_regular(path) as stream:
                    return _labels_in(parsed(stream.read(META_LIMIT).decode()))
    return ()


def _learnt(plugin: Plugin) -> frozenset[str]:
    """The hashes of the texts that taught an installed pipeline, where its package has them as
    `package` puts them there; none where they cannot be read."""
    with contextlib.suppress(Exception):  # as with its labels
        for place in _places(plugin):
            with contextlib.suppress(TonemarkError):
                return hashes_of(Run(place, 0.0, {}))
    return frozenset()


def _places(plugin: Plugin) -> Iterator[Path]:
    """The folders of an installed pipeline's package, which is not imported."""
    spec = importlib.util.find_spec(plugin.target.partition(":")[0].partition(".")[0])
    yield from map(Path, (spec.submodule_search_locations or ()) if spec else ())


def _labels_in(meta: Any) -> tuple[str, ...]:
    by_component = meta.get("labels", {})
    found = {
        str(label)
        for component, labels in by_component.items()
        if component not in WITHOUT_SPANS
        for label in labels
    }
    return tuple(sorted(found))


def _precision(counts: Any) -> float | None:
    try:
        right, found = float(counts["right"]), float(counts["found"])
    except (TypeError, ValueError, KeyError):
        return None
    return right / found if found > 0 and 0 <= right <= found else None
