"""Makes a wheel or a source archive of the folder in which it lies, from its pyproject.toml.

Needs nothing but Python: it goes with each package as its build backend (PEP 517), so that one can
be built, and installed from its folder, without a network. Wheels: PyPA's binary distribution
format 1.0; metadata: core metadata 2.1.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of all files: the same folder gives the same wheel."""

PIECE = 1 << 20
"""Bytes that are copied at a time."""

SKIPPED = ("__pycache__",)


def build_wheel(
    wheel_directory: str,
    config_settings: dict[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """The hook of PEP 517: the wheel of the current folder; its name."""
    return wheel(Path.cwd(), Path(wheel_directory))


def build_sdist(sdist_directory: str, config_settings: dict[str, Any] | None = None) -> str:
    """The hook of PEP 517: the source archive of the current folder; its name."""
    return source_archive(Path.cwd(), Path(sdist_directory))


def wheel(folder: Path, into: Path) -> str:
    """Write the wheel of a folder; its name."""
    project = _project(folder)
    stem = f"{project['name']}-{project['version']}"
    info = f"{stem}.dist-info"
    name = f"{stem}-py3-none-any.whl"
    record: list[tuple[str, str, int | str]] = []
    with zipfile.ZipFile(into / name, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(place: str, stream: Any, size: int) -> None:
            entry = zipfile.ZipInfo(place, EARLIEST)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.file_size = size
            digest = hashlib.sha256()
            with archive.open(entry, "w") as target:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    target.write(piece)
            said = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
            record.append((place, f"sha256={said}", size))

        for path in _files(folder / project["name"]):
            with path.open("rb") as stream:
                add(path.relative_to(folder).as_posix(), stream, path.stat().st_size)
        told = {
            "METADATA": _metadata(folder, project),
            "WHEEL": "Wheel-Version: 1.0\nGenerator: tonemark\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n",
            "entry_points.txt": _entry_points(project),
            "licenses/LICENSE-CODE": (folder / "LICENSE-CODE").read_text("utf-8"),
        }
        for place, text in told.items():
            data = text.encode()
            add(f"{info}/{place}", io.BytesIO(data), len(data))
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows([*record, (f"{info}/RECORD", "", "")])
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", EARLIEST), lines.getvalue().encode())
    return name


def source_archive(folder: Path, into: Path) -> str:
    """Write the source archive of a folder; its name."""
    project = _project(folder)
    stem = f"{project['name']}-{project['version']}"
    alone = [each for each in sorted(folder.iterdir()) if each.is_file()]
    with tarfile.open(into / f"{stem}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:

        def add(place: str, stream: Any, size: int) -> None:
            entry = tarfile.TarInfo(f"{stem}/{place}")
            entry.size, entry.mode = size, 0o644
            archive.addfile(entry, stream)

        for path in [*alone, *_files(folder / project["name"])]:
            with path.open("rb") as stream:
                add(path.relative_to(folder).as_posix(), stream, path.stat().st_size)
        data = _metadata(folder, project).encode()
        add("PKG-INFO", io.BytesIO(data), len(data))
    return f"{stem}.tar.gz"


def _project(folder: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    return dict(parsed["project"])


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not set(SKIPPED) & set(path.parts)]


def _metadata(folder: Path, project: dict[str, Any]) -> str:
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {_one_line(project['description'])}",
    ]
    if text := _one_line(project.get("license", {}).get("text", "")):
        lines.append(f"License: {text}")
    lines.append(f"Requires-Python: {project['requires-python']}")
    lines += [f"Requires-Dist: {each}" for each in project["dependencies"]]
    for extra, needed in project.get("optional-dependencies", {}).items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {each} ; extra == "{extra}"' for each in needed]
    lines += ["Description-Content-Type: text/markdown", "", ""]
    readme: Path = folder / project["readme"]
    return "\n".join(lines) + readme.read_text("utf-8")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _entry_points(project: dict[str, Any]) -> str:
    lines = []
    for group, entries in project.get("entry-points", {}).items():
        lines.append(f"[{group}]")
        lines += [f"{name} = {target}" for name, target in entries.items()]
    return "".join(f"{line}\n" for line in lines)
