"""The code of ours that goes with a package: which it is, and how it is told anew."""

from __future__ import annotations

import ast

import pytest

from tonemark.training.package.carried_code import carried_code, closure, own_name, rewritten

ROOTS = ("tonemark.tokenizers.bridges.spacy_bridge", "tonemark.training.pipeline.component")


def test_what_is_copied_follows_from_the_imports() -> None:
    names = set(closure(ROOTS))
    assert {*ROOTS, "tonemark.training.learner.learning", "tonemark.text"} <= names
    rooms = {name.split(".")[1] for name in names}
    assert not rooms & {"tui", "cli", "suggester", "corpus", "review", "exchange", "patterns"}
    alone = set(closure(ROOTS[:1]))
    assert not any(name.startswith("tonemark.training") for name in alone)


def test_copies_import_neither_tonemark_nor_the_screen() -> None:
    code = carried_code(ROOTS, "xx_p", "MIT")
    assert not {"tonemark", "textual", "rich", "click"} & (code.others | code.late)
    for place, data in code.files.items():
        if not place.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(data)):
            if isinstance(node, ast.ImportFrom):
                assert node.module
                assert node.module.partition(".")[0] not in ("tonemark", "textual", "click"), place
            elif isinstance(node, ast.Import):
                tops = {each.name.partition(".")[0] for each in node.names}
                assert not tops & {"tonemark", "textual", "click"}, place
    assert {each.name for each in code.registered} == {"xx_p.tokenizer.v1", "xx_p_learner"}
    assert code.files["_tonemark/LICENSE"] == b"MIT"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from tonemark.text import cut\n", "from p._tonemark.text import cut\n"),
        ("from tonemark import text\n", "from p._tonemark import text\n"),
        ("import tonemark.text as t\n", "import p._tonemark.text as t\n"),
        ("é = 1; from tonemark.a import (\n b)\n", "é = 1; from p._tonemark.a import (\n b)\n"),
        ("A = 'tonemark_x'\n", "A = 'p_x'\n"),
        ('say("tonemark_x is it")\n', 'say("tonemark_x is it")\n'),
        ("# import tonemark.text\n", "# import tonemark.text\n"),
        ("import tonemarkers\n", "import tonemarkers\n"),
        ("'\u2028'\nimport tonemark.text as t\n", "'\u2028'\nimport p._tonemark.text as t\n"),
    ],
)  # fmt: skip
def test_imports_are_told_anew(source: str, told: str) -> None:
    assert rewritten(source, "p", {"tonemark_x": "p_x"}) == told


def test_an_import_that_cannot_be_told_anew_is_refused() -> None:
    with pytest.raises(ValueError, match="without as"):
        rewritten("import tonemark.text\n", "p", {})


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("tonemark.tokenizer.v1", "p.tokenizer.v1"),
        ("tonemark_learner", "p_learner"),
        ("joined", "p_joined"),
    ],
)
def test_registered_names_are_the_packages_own(name: str, own: str) -> None:
    assert own_name(name, "p") == own
