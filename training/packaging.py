"""A trained model as a package that pip installs and spaCy loads, without Tonemark: the pipeline,
the code of ours that it needs, what it needs of others, and a model card.

Reads a project and one of its models, and writes one folder, whole or not at all.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex

from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.door import version as own_version
from tonemark.errors import TonemarkError
from tonemark.exchange.placing import Placed, new_folder, put_in_place
from tonemark.files import parsed, read_at_most
from tonemark.text import short
from tonemark.toml_lines import toml_key, toml_string
from tonemark.training.package import backend
from tonemark.training.package.card import About, card, shown_scores
from tonemark.training.package.carried_code import INSIDE, OURS, Carried, carried_code
from tonemark.training.package.requirements import exactly, foreign, requirements
from tonemark.training.runs import Run
from tonemark.training.score_report import scores_of, taught

if TYPE_CHECKING:
    from spacy.language import Language

PIPELINE_CODE = "tonemark"
"""The key of meta.json under which the package says what made it: the mark of a folder of ours."""

CHECKED = 50
"""Texts on which a package must find what its model finds, before it is there."""

CHECK_SECONDS = 600.0

NAME_LIMIT = 60
META_LIMIT = 64 << 20

_NAME = regex.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


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
    folder's place, where the model cannot be loaded or needs what is not installed, where the
    package finds something else than the model, and where the disk does not take it.
    """
    told("loading the model")
    nlp = loaded(run)
    package = package_name(name or project.name, nlp.lang, is_given=bool(name))
    version = checked_version(version) if version else usual_version(run)
    target = into / f"{package}-{version}"
    check_free(target)
    if not into.is_dir():
        raise TonemarkError(f"There is no folder {into}.", "Make it, or name another with -o.")
    try:
        made = new_folder(target)
    except OSError as error:
        raise _not_written(target, error) from None
    try:
        texts = _texts(store)
        checked = _Making(project, store, run, nlp, package, version, made, told).make(texts)
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


def loaded(run: Run) -> Language:
    """The pipeline of a model. Raises TonemarkError where spaCy cannot load it."""
    import spacy

    try:
        return spacy.load(run.pipeline)
    except TonemarkError:
        raise
    except Exception as error:
        raise TonemarkError(
            f"{run.name} cannot be loaded: {' '.join(str(error).split())[:300]}.",
            "Train once more: tonemark train DIR",
        ) from None


def package_name(given: str, lang: str, *, is_given: bool) -> str:
    """The name of a package: spaCy's code of the language, then lower-case ASCII letters, digits
    and single underscores (PEP 503 takes runs of `-`, `_` and `.` for one).

    A name that somebody chose (`is_given`) is taken as it is, or TonemarkError raised; a project's
    is mapped to one.
    """
    if is_given:
        said = given.lower().replace("-", "_")
        if not _NAME.fullmatch(said) or len(said) > NAME_LIMIT:
            raise TonemarkError(
                f'"{short(given, 40)}" cannot be the name of a package.',
                f"Take letters from a to z, digits and single underscores, a letter first, at most"
                f" {NAME_LIMIT}: --name names",
            )
    else:
        import unicodedata

        plain = unicodedata.normalize("NFKD", given).encode("ascii", "ignore").decode().lower()
        said = regex.sub(r"[^a-z0-9]+", "_", plain)[:NAME_LIMIT].strip("_") or "spans"
    return said if said.startswith(f"{lang}_") else f"{lang}_{said}"


def checked_version(given: str) -> str:
    """A version as PEP 440 writes it. Raises TonemarkError where it is none."""
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(given))
    except InvalidVersion:
        raise TonemarkError(
            f'"{short(given, 40)}" is no version.', "Take numbers with points: --version 1.0.0"
        ) from None


def usual_version(run: Run) -> str:
    """The version of a model where none is given: that of model-3 is 0.0.3."""
    number = regex.fullmatch(r"model-(\d{1,9})", run.name)
    return f"0.0.{int(number[1])}" if number else "0.0.1"


def check_free(target: Path) -> None:
    """Raises TonemarkError where anything but a package that we made has the place."""
    if not os.path.lexists(target):
        return
    try:
        if target.is_symlink():
            raise ValueError(target)
        meta = parsed(read_at_most(target / "meta.json", META_LIMIT, _TOO_LONG).decode())
        if isinstance(meta[PIPELINE_CODE]["package"], str):
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
    nlp: Language
    package: str
    version: str
    made: Path
    told: Callable[[str], None]

    def make(self, texts: list[str]) -> Packaged:
        """All of it; on how many of these texts it was compared with the model."""
        from thinc.api import Config

        config = Config().from_disk(self.run.pipeline / "config.cfg", interpolate=False)
        roots, others = foreign(config)
        code = carried_code(roots, self.package, _licence())
        self.told("copying")
        inside = self.made / self.package
        data = inside / f"{self.package}-{self.version}"
        shutil.copytree(self.run.pipeline, data)
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
        self._write_meta(meta)
        self.told("comparing it with the model")
        used = self._compare(texts, code.others | code.late)
        extra = code.late - used - code.others
        needed = requirements(
            (code.others | code.late | others) - extra,
            {"spacy": f"spacy{self.nlp.meta['spacy_version']}"},
        )
        needed += self._tokenizer_package()
        about = self._about(tuple(needed))
        meta |= {
            "description": f"Spans in {self.project.language}: {', '.join(about.taught)}",
            "license": " ".join(self.project.licence.split()),
            "requirements": needed,
            "performance": _performance(about.scores),
            PIPELINE_CODE: about.to_json(),
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

    def _compare(self, texts: list[str], watched: Iterable[str]) -> set[str]:
        """Load the package in a process that can import neither Tonemark nor Textual, and compare
        what it finds; the modules among `watched` that it imported."""
        asked = {"package": self.package, "texts": texts, "watched": sorted(watched)}
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-c", _CHECK, str(self.made)],
                input=json.dumps(asked), capture_output=True, text=True, cwd="/", check=False,
                timeout=CHECK_SECONDS,
            )  # fmt: skip
            found = json.loads(done.stdout.splitlines()[-1])
        except (subprocess.TimeoutExpired, ValueError, IndexError):
            why = done.stderr.strip().splitlines() or ["it told nothing"]
            raise TonemarkError(
                f"The package could not be loaded without Tonemark: {short(why[-1], 200)}",
                "Nothing was written. Please report it: this is a defect of the program.",
            ) from None
        for text, there in zip(texts, found["found"], strict=True):
            here = spans_of(self.nlp, text)
            if here != there:
                raise TonemarkError(
                    f"The package finds something else than the model: {here} became {there}.",
                    "Nothing was written. Please report it: this is a defect of the program.",
                )
        return set(found["imported"])

    def _about(self, needed: tuple[str, ...]) -> About:
        from tonemark.review.accepted import who_accepted

        run, project = self.run, self.project
        try:
            scores = shown_scores(scores_of(run))
        except TonemarkError:
            scores = {}
        return About(
            project=project.name,
            package=self.package,
            version=self.version,
            model=run.name,
            kind=run.words("kind"),
            why=run.words("why"),
            language=run.words("language") or project.language,
            tokenizer=run.words("tokenizer"),
            tokenizer_version=run.words("tokenizer_version"),
            labels={label.name: label.about for label in project.labels},
            taught=taught(run),
            documents=int(run.figure("documents")),
            annotators=len(who_accepted(self.store)),
            agreement=self._agreement(),
            scored_on=run.words("scored_on"),
            scores=scores,
            seconds=run.figure("seconds"),
            licence=project.licence,
            made=time.strftime("%Y-%m-%d", time.localtime(run.made)),
            tonemark=own_version(),
            requirements=needed,
            overlapping=run.about.get("overlapping") is True,
        )

    def _agreement(self) -> dict[str, Any]:
        """The figures of agreement of the project as it is, as `agreement` gives them; empty where
        no two annotators accepted the same document."""
        from tonemark.review.accepted import LeftOut, accepted, accepts, commonest, who_accepted
        from tonemark.review.report import Gathering, agreement

        number = commonest(accepts(self.store))
        if not number:
            return {}
        self.told("computing agreement")
        gathered = Gathering(who_accepted(self.store))
        tokenizer = tokenizer_of(self.project, loads_code=True)
        for each in accepted(self.store, tokenizer, number, LeftOut()):
            gathered.add(each.document.key, each.document.text, each.works)
        if not gathered.sums.documents:
            return {}
        found = agreement(gathered)
        shown = found.to_json()
        return {
            "documents": found.documents,
            "f1": shown["f1"]["mean"],
            "fleiss": shown["fleiss"],
            "alpha": shown["alpha"],
        }
