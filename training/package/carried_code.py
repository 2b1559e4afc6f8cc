"""The code that a packaged pipeline carries: copies of the modules of ours that it needs, under the
package's own name. Which those are follows from what they import.

Reads sources, and runs nothing of them.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

OURS = "tonemark"

INSIDE = "_tonemark"
"""The subpackage of a package in which the copies lie."""

DATA = (".toml", ".txt")
"""Suffixes of data files that lie beside modules and go with them."""


class Registered(NamedTuple):
    """A function that a module registers with spaCy: in which registry ("factories", "tokenizers",
    ...), under which name, and the function."""

    registry: str
    name: str
    module: str
    function: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module of ours by its dotted name: its source, what it imports of ours and of others (the
    top-level names), and what it registers. `late` are those of others that it imports in functions
    alone."""

    name: str
    path: Path
    source: str
    ours: frozenset[str]
    others: frozenset[str]
    late: frozenset[str]
    registered: tuple[Registered, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """The code of a package: files by their paths in the package, what it registers under the names
    that it has there, old names to new ones, and the modules of others that it imports: always, or
    `late`, when something is done."""

    files: Mapping[str, bytes]
    registered: tuple[Registered, ...]
    renamed: Mapping[tuple[str, str], str]
    others: frozenset[str]
    late: frozenset[str]
    modules: tuple[str, ...] = field(default=())


def carried_code(roots: Iterable[str], package: str, licence: str) -> Carried:
    """The copies of modules of ours and of all that they import of ours, for the subpackage INSIDE
    of `package`; `licence` is the notice that goes with them.

    Raises ImportError where a module is not there, ValueError where it imports another in a way
    that cannot be told under a new name.
    """
    modules = closure(roots)
    found = [each for module in modules.values() for each in module.registered]
    renamed = {(each.registry, each.name): own_name(each.name, package) for each in found}
    names = {name: new for (_, name), new in renamed.items()}
    files = {f"{INSIDE}/LICENSE": licence.encode()}
    for module in modules.values():
        place = _place(module)
        files[place] = rewritten(module.source, package, names).encode()
        for data in _data_beside(module.path):
            files[f"{place.rpartition('/')[0]}/{data.name}"] = data.read_bytes()
    for place in [*files]:
        folder = place
        while folder := folder.rpartition("/")[0]:
            files.setdefault(f"{folder}/__init__.py", b"")
    files[f"{INSIDE}/__init__.py"] = (
        b'"""Code of Tonemark that the pipeline needs, under the licence in LICENSE."""\n'
    )
    late = frozenset().union(*(module.late for module in modules.values()))
    others = frozenset().union(*(module.others for module in modules.values()))
    prefix = f"{package}.{INSIDE}"
    moved = tuple(
        each._replace(
            name=renamed[each.registry, each.name],
            module=prefix + each.module.removeprefix(OURS),
        )
        for each in found
    )
    return Carried(files, moved, renamed, others, late - others, tuple(sorted(modules)))


def own_name(name: str, package: str) -> str:
    """The name of a registered function in a package: a clash with ours, or with another package's,
    would have one model run the code of the other."""
    front, _, rest = name.partition(OURS)
    return f"{package}{rest}" if not front and rest else f"{package}_{name}"


def closure(roots: Iterable[str]) -> dict[str, Module]:
    """These modules and all of ours that they import, also in functions, by name."""
    found: dict[str, Module] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = module_named(name)
            waiting += found[name].ours - found.keys()
    return dict(sorted(found.items()))


def module_named(name: str) -> Module:
    """A module of ours. Raises ImportError where there is none."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.origin:
        raise ImportError(f"{name} has no source here")
    path = Path(spec.origin)
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    ours: set[str] = set()
    always: set[str] = set()
    late: set[str] = set()
    for node, is_late in _imports(tree):
        for imported in _names(node):
            if imported.partition(".")[0] == OURS:
                ours.add(imported)
            else:
                (late if is_late else always).add(imported.partition(".")[0])
    return Module(
        name, path, source, frozenset(ours), frozenset(always), frozenset(late - always),
        tuple(_registered(tree, name)),
    )  # fmt: skip


def rewritten(source: str, package: str, renamed: Mapping[str, str]) -> str:
    """A source with its imports of ours told under the package, and the names of what is registered
    replaced wherever they stand as strings of their own. Nothing else of it changes.

    Raises ValueError where it says `import tonemark.x` without `as`.
    """
    lines = source.encode().split(b"\n")
    edits: list[tuple[int, int, bytes, bytes]] = []

    def edit(node: ast.expr | ast.stmt | ast.alias, old: str, new: str) -> None:
        edits.append((node.lineno, node.col_offset, old.encode(), new.encode()))

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and _is_ours(node.module):
            assert node.module
            edit(node, node.module, _told(node.module, package))
        elif isinstance(node, ast.Import):
            for each in node.names:
                if _is_ours(each.name):
                    if not each.asname:
                        raise ValueError(f"line {node.lineno}: import {each.name} without as")
                    edit(each, each.name, _told(each.name, package))
        elif isinstance(node, ast.Constant) and node.value in renamed:
            segment = ast.get_source_segment(source, node)
            assert segment is not None
            edit(node, segment, repr(renamed[str(node.value)]))
    for line, column, old, new in sorted(edits, reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + text[column:].replace(old, new, 1)
    return b"\n".join(lines).decode()


def _told(name: str, package: str) -> str:
    return f"{package}.{INSIDE}{name.removeprefix(OURS)}"


def _is_ours(name: str | None) -> bool:
    return name is not None and name.partition(".")[0] == OURS


def _place(module: Module) -> str:
    """Where a module's copy lies in the package."""
    path = f"{INSIDE}/{'/'.join(module.name.split('.')[1:])}"
    return f"{path}/__init__.py" if module.path.name == "__init__.py" else f"{path}.py"


def _data_beside(path: Path) -> list[Path]:
    return sorted(each for each in path.parent.iterdir() if each.suffix in DATA)


def _imports(tree: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The statements that import something when the code runs, each with whether that is in a
    function: what is for type checkers alone does not run."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, is_late = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, is_late
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += [(each, is_late) for each in node.orelse]
        else:
            inside = is_late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            waiting += [(each, inside) for each in ast.iter_child_nodes(node)]


def _names(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules that a statement imports; of ours a name may be one, too."""
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
        return
    assert node.module is not None, "our imports are absolute"
    is_ours = _is_ours(node.module)
    parts = [f"{node.module}.{each.name}" for each in node.names] if is_ours else []
    modules = [each for each in parts if _is_module(each)]
    yield from modules
    if len(modules) < len(node.names) or not is_ours:
        yield node.module


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # what is above it is a module, and no package
        return False


def _registered(tree: ast.Module, module: str) -> Iterator[Registered]:
    """Functions under `@registry.REGISTRY("name")` or `@Language.factory("name")`; the name may be
    a constant of the module."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for call in node.decorator_list:
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            match ast.unparse(call.func).split("."):
                case [*_, "registry", registry]:
                    pass
                case ["Language", "factory" | "component"]:
                    registry = "factories"
                case _:
                    continue
            given = call.args[0] if call.args else None
            if isinstance(given, ast.Name):
                name = constants.get(given.id)
            else:
                name = given.value if isinstance(given, ast.Constant) else None
            if isinstance(name, str):
                yield Registered(registry, name, module, node.name)
