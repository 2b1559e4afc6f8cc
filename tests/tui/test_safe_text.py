"""Text comes to the screen by `visible()` alone: mypy sees to it, as long as nobody casts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = [*(HOUSE / "tui").rglob("*.py"), *(HOUSE / "cli").rglob("*.py")]
FILES = [*ROOMS, *(HOUSE / "src" / "tonemark").glob("*.py")]

CUT_AND_JOIN = {
    "src/tonemark/text.py": "makes it",
    "tui/page/cells.py": "cuts it between clusters",
    "tui/page/columns.py": "cuts it between words",
    "tui/page/layout.py": "puts clusters together to rows",
    "tui/page/parts.py": "cuts it between a text and what stands in for it",
    "tui/page/visual.py": "reorders it",
}
"""Where a text that is Safe is cut or put together, and so is cast: nowhere else."""


def calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_only_the_programs_own_words_are_called_safe(path: Path) -> None:
    if str(path.relative_to(HOUSE)) in CUT_AND_JOIN:
        return
    for call in calls(path):
        named = call.func.id if isinstance(call.func, ast.Name) else ""
        if named == "Safe":
            assert isinstance(call.args[0], ast.Constant), f"{path}:{call.lineno}"
        if named == "cast":
            assert "Safe" not in ast.unparse(call.args[0]), f"{path}:{call.lineno}"


def test_no_widget_takes_markup() -> None:
    """Textual's own widgets read `[red]` in data as markup: lines of runs are all that we draw."""
    for path in (HOUSE / "tui").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for name in ("textual.widgets", "textual.content", "rich.text", "rich.markup", ".notify("):
            assert name not in source, f"{path} uses {name}"
