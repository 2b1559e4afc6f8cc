"""A trained model as a package that pip installs and spaCy loads, without Tonemark: the pipeline,
the code of ours that it needs, what it needs of others, and a model card.

Reads a project and one of its models, and writes one folder, whole or not at all.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex

from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.exchange.placing import Placed, new_folder, put_in_place
from tonemark.files import parsed, read_at_most
from tonemark.text import visible
from tonemark.toml_lines import toml_key, toml_string
from tonemark.training.package import backend
from tonemark.training.package.card import card
from tonemark.training.package.carried_code import OURS, Carried, carried_code
from tonemark.training.package.checking import compare
from tonemark.training.package.facts import about_model
from tonemark.training.package.loading import copied, loaded
from tonemark.training.package.names import checked_version, package_name, usual_version
from tonemark.training.package.requirements import exactly, foreign, requirements
from tonemark.training.runs.folders import HASHES, Run, hashes_of
from tonemark.training.suggesting import GROUP

if TYPE_CHECKING:
    from spacy.language import Language

MARK = "tonemark"
"""The key of meta.json under which the package says what made it: the mark of a folder of ours."""

CHECKED = 50
"""Texts on which a package must find what its model finds, before it is there."""

LONGEST = 100_000
"""Code points of a text that is compared."""

META_LIMIT = 64 << 20
"""Bytes of a meta.json that are read."""

_HASH = regex.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Packaged:
    """What was made: the folder, the wheel and the source archive in it, the package's name and
    version, what it requires, and on how many texts it found what the model finds."""

    folder: Path
    wheel: Path
    archive: Path
    package: str
    version: str
    requirements: tuple[str, ...]
    checked: int

    def to_json(self) -> dict[str, Any]:
        """As `--json` gives it."""
        return {
            "folder": str(self.folder),
            "wheel": str(self.wheel),
            "sdist": str(self.archive),
            "package": self.package,
            "version": self.version,
            "requirements": list(self.requirements),
            "checked": self.checked,
        }


def package_model(
    project: Project,
    store: Store,
    run: Run,
    into: Path,
    *,
    name: str = "",
    version: str = "",
    told: Callable[[str], None] = lambda stage: None,
) -> Packaged:
    """Make the folder PACKAGE-VERSION in the folder `into`, with the wheel and the source archive
    in its dist/. `name` is the package's, with or without spaCy's code of the language before it;
    by default the project's. `told` is called with each stage.

    Raises TonemarkError where the name or the version cannot be one, where something else has the
    folder's place, where the model may not or cannot be loaded or needs what is not installed,
    where it is not known which texts taught it, where the package finds something else than the
    model, and where the disk does not take it.
    """
    told("loading the model")
    with copied(run) as pipeline:
        return _packaged(project, store, run, pipeline, into, name, version, told)


def _packaged(
    project: Project,
    store: Store,
    run: Run,
    pipeline: Path,
    into: Path,
    name: str,
    version: str,
    told: Callable[[str], None],
) -> Packaged:
    """The same of a copy of the model's pipeline."""
    nlp = loaded(run.name, pipeline)
    package = package_name(name or project.name, str(nlp.lang), is_given=bool(name))
    version = checked_version(version) if version else usual_version(run)
    target = into / f"{package}-{version}"
    check_free(target)
    try:
        into.mkdir(parents=True, exist_ok=True)
        made = new_folder(target)
    except OSError as error:
        raise _not_written(target, error) from None
    try:
        texts = _texts(store)
        making = _Making(project, store, run, pipeline, nlp, package, version, made, told)
        checked = making.make(texts)
        step = Placed(target, made)
        put_in_place([step], lambda: check_free(target))
    except OSError as error:
        raise _not_written(target, error) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    stem = f"{package}-{version}"
    dist = target / "dist"
    return replace(
        checked,
        folder=target,
        wheel=dist / f"{stem}-py3-none-any.whl",
        archive=dist / f"{stem}.tar.gz",
    )


def check_free(target: Path) -> None:
    """Raises TonemarkError where anything but a package that we made has the place."""
    if not os.path.lexists(target):
        return
    try:
        if target.is_symlink():
            raise ValueError(target)
        meta = parsed(read_at_most(target / "meta.json", META_LIMIT, _TOO_LONG).decode())
        if isinstance(meta[MARK]["package"], str):
            return
    except (TonemarkError, ValueError, TypeError, KeyError):
        pass
    raise TonemarkError(
        f"{target} is there already, and `package` did not make it.",
        "Nothing was written. Name another folder with -o, or another --version.",
    )


_TOO_LONG = TonemarkError("This meta.json is too long.")


@dataclass(slots=True)
class _Making:
    """A package that is being made in the folder `made`."""

    project: Project
    store: Store
    run: Run
    pipeline: Path
    nlp: Language
    package: str
    version: str
    made: Path
    told: Callable[[str], None]

    def make(self, texts: list[str]) -> Packaged:
        """All of it; on how many of these texts it was compared with the model."""
        from thinc.api import Config

        config = Config().from_disk(self.pipeline / "config.cfg", interpolate=False)
        roots, others = foreign(config)
        code = carried_code(roots, self.package, _licence())
        self.told("copying")
        inside = self.made / self.package
        data = inside / f"{self.package}-{self.version}"
        shutil.copytree(self.pipeline, data)
        # So that it suggests nothing on them where it is installed. Never a text: hashes alone.
        hashes = sorted(filter(_HASH.fullmatch, hashes_of(self.run)))
        (inside / HASHES).write_text(json.dumps(hashes) + "\n", encoding="ascii")
        for place, content in code.files.items():
            path = inside / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        Config(renamed(config, code.renamed)).to_disk(data / "config.cfg", interpolate=False)
        (inside / "__init__.py").write_text(_INIT.format(
            package=self.package,
            imports="".join(
                f"    import {module}  # noqa: F401\n"
                for module in sorted({each.module for each in code.registered})
            ),
        ), encoding="utf-8")  # fmt: skip
        meta = self.nlp.meta | {"name": self.package.removeprefix(f"{self.nlp.lang}_")}
        meta |= {"lang": self.nlp.lang, "version": self.version, "requirements": []}
        meta["spacy_version"] = _spacys()  # with which it was loaded, whatever its meta.json said
        self._write_meta(meta)
        self.told("comparing it with the model")
        used = compare(self.nlp, self.made, self.package, texts, code.others | code.late)
        extra = code.late - used - code.others
        needed = requirements(
            (code.others | code.late | others) - extra,
            {"spacy": f"spacy{_spacys()}"},
        )
        needed += self._tokenizer_package()
        self.told("gathering what the model card tells")
        about = about_model(
            self.project, self.store, self.run,
            package=self.package, version=self.version, requirements=tuple(needed),
        )  # fmt: skip
        meta |= {
            "description": f"Spans in {self.project.language}: {', '.join(about.taught)}",
            "license": " ".join(self.project.licence.split()),
            "requirements": needed,
            "performance": _performance(about.scores),
            MARK: about.to_json(),
        }
        self._write_meta(meta)
        text = card(about)
        for path in (self.made / "README.md", data / "README.md"):
            path.write_text(text, encoding="utf-8")
        (self.made / "LICENSE-CODE").write_text(_licence(), encoding="utf-8")
        (self.made / "pyproject.toml").write_text(
            _pyproject(meta, self.package, code, requirements(extra, {})), encoding="utf-8"
        )
        shutil.copy(backend.__file__, self.made / "backend.py")
        self.told("building the wheel")
        dist = self.made / "dist"
        dist.mkdir()
        wheel, archive = backend.wheel(self.made, dist), backend.source_archive(self.made, dist)
        return Packaged(
            self.made, dist / wheel, dist / archive, self.package, self.version, tuple(needed),
            len(texts),
        )  # fmt: skip

    def _write_meta(self, meta: Mapping[str, Any]) -> None:
        inside = self.made / self.package
        text = json.dumps(meta, indent=1) + "\n"
        for folder in (self.made, inside, inside / f"{self.package}-{self.version}"):
            (folder / "meta.json").write_text(text, encoding="ascii")

    def _tokenizer_package(self) -> list[str]:
        """The package of the pipeline's tokenizer, where that is a plug-in."""
        from tonemark.tokenizers.bridges.spacy_bridge import SpacyBridge
        from tonemark.tokenizers.corrected import CorrectedTokenizer

        if not isinstance(self.nlp.tokenizer, SpacyBridge):
            return []
        tokenizer = self.nlp.tokenizer.tokenizer
        while isinstance(tokenizer, CorrectedTokenizer):
            tokenizer = tokenizer.base
        plugin = getattr(tokenizer, "plugin", None)
        return [exactly(plugin.package)] if plugin else []


_INIT = '''\
"""A spaCy pipeline, made with Tonemark: spacy.load("{package}")."""

from pathlib import Path

from spacy.util import get_model_meta, load_model_from_init_py

__version__ = get_model_meta(Path(__file__).parent)["version"]


def load(**overrides):
    """The pipeline."""
{imports}
    return load_model_from_init_py(__file__, **overrides)
'''


def _spacys() -> str:
    """The versions of spaCy that are like the one here."""
    from spacy.util import get_minor_version_range

    return str(get_minor_version_range(importlib.metadata.version("spacy")))


def renamed(config: Any, names: Mapping[tuple[str, str], str]) -> Any:
    """A pipeline's config with the functions of a package named as they are there."""

    def told(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: told(each, name) for name, each in value.items()}
        kind = "factories" if key == "factory" else key[1:] if key.startswith("@") else ""
        return names.get((kind, value), value) if isinstance(value, str) else value

    return told(dict(config), "")


def _texts(store: Store) -> list[str]:
    """The first texts of a project, those that are damaged left out."""
    found = []
    for number in range(1, min(store.last_document(), 2 * CHECKED) + 1):
        try:
            found.append(store.document(number).text)
        except (KeyError, TonemarkError):
            continue
    return [text for text in found if len(text) <= LONGEST and _is_sound(text)][:CHECKED]


def _is_sound(text: str) -> bool:
    """Whether spaCy can keep a text: none with half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _performance(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Scores as spaCy's meta.json has them."""
    if not scores:
        return {}
    keys = (("p", "precision"), ("r", "recall"), ("f", "f1"))
    labels = {
        label: {short: each[long] for short, long in keys}
        for label, each in scores["labels"].items()
    }
    return {f"ents_{short}": scores[long] for short, long in keys} | {"ents_per_type": labels}


def _licence() -> str:
    """The notice that goes with our code."""
    text = importlib.metadata.distribution(OURS).read_text("licenses/LICENSE")
    if not text:
        raise TonemarkError(
            "Tonemark's own licence is missing where it is installed.",
            "Install Tonemark again: a package carries its code with that notice.",
        )
    return text


def _pyproject(meta: Mapping[str, Any], package: str, code: Carried, extra: Iterable[str]) -> str:
    """The pyproject.toml of a package: its build backend lies beside it, and needs nothing."""
    # As `spacy package` tells that there is a pipeline: so `spacy info` and we find it.
    entries: dict[str, dict[str, str]] = {GROUP: {package: package}}
    for each in code.registered:
        group = entries.setdefault(f"spacy_{each.registry}", {})
        group[each.name] = f"{each.module}:{each.function}"
    lines = [
        "[build-system]", "requires = []", 'build-backend = "backend"', 'backend-path = ["."]', "",
        "[project]",
        f"name = {toml_string(package)}",
        f"version = {toml_string(meta['version'])}",
        f"description = {toml_string(_one_line(meta['description']))}",
        'readme = "README.md"',
        'requires-python = ">=3.11"',
    ]  # fmt: skip
    if meta["license"]:
        lines.append(f"license = {{ text = {toml_string(_one_line(meta['license']))} }}")
    lines.append(f"dependencies = {_toml_list(meta['requirements'])}")
    if extra := list(extra):
        lines += ["", "[project.optional-dependencies]", f"train = {_toml_list(extra)}"]
    for name, group in entries.items():
        lines += ["", f"[project.entry-points.{toml_key(name)}]"]
        lines += [f"{toml_key(key)} = {toml_string(target)}" for key, target in group.items()]
    return "".join(f"{line}\n" for line in lines)


def _toml_list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_string, values))}]"


def _one_line(text: str) -> str:
    """Text for a line of metadata: no control character, no line end."""
    return visible(" ".join(text.split()))


def _not_written(target: Path, error: OSError) -> TonemarkError:
    return TonemarkError(
        f"The package cannot be written to {target}: {error.strerror or error}.",
        "Nothing of it was left. Name another folder with -o, or make room on the disk.",
    )
