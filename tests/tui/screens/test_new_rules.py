"""A correction that becomes a rule of the project, on the annotate screen."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.project import read_project, set_tokenizer
from tonemark.corpus.project_rules import add_rules
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.profiles.own_rules import Rule
from tonemark.tui.screens.annotate import AnnotateScreen

TEXTS = ("nws ua hauj lwm", "kuv ua hauj lwm", "koj ua hauj lwm", "lawv ua hauj lwm")

Play = Callable[..., Any]


def words_of(stage: Any) -> list[str]:
    """The tokens of the page in view."""
    sheet = stage.app.desk.page.sheets[0]
    return [sheet.document.text[slice(*token)] for token in sheet.tokens]


async def join_hauj(stage: Any) -> str:
    """Join hauj with lwm: it is the third of four words."""
    await stage.press("home", "right", "right")
    return str(await stage.press("t", "j"))


def test_a_join_becomes_a_rule_for_the_pages_to_come(desk_at: Play, play: Play) -> None:
    desk = desk_at(TEXTS)

    async def script(stage: Any) -> None:
        assert "joined: hauj lwm · t p: always so" in await join_hauj(stage)
        first = stage.line("document")
        assert "rule made: always hauj lwm" in await stage.press("t", "p")
        assert stage.line("document") == first  # nothing moves under the reader
        await stage.press("z")
        assert words_of(stage) == ["nws", "ua", "hauj", "lwm"]
        await stage.press("Z", "enter")
        assert words_of(stage) == ["kuv", "ua", "hauj lwm"]
        await stage.press("b")
        assert words_of(stage) == ["nws", "ua", "hauj lwm"]

    play(desk, AnnotateScreen(), script)
    assert read_project(desk.project.folder).tokenizer == "tokenizer.toml"
    (answer,) = annotations_of(desk.store, 1)
    assert answer.tokens == ((0, 3), (4, 6), (7, 15))


ALWAYS = "rule made: always {} from now on · z, t p takes it back"


@pytest.mark.parametrize(
    ("steps", "said", "phrases"),
    [
        # (where the focus goes, keys, what is said)
        ("hauj: t j t p", ALWAYS.format("hauj lwm"), ["hauj lwm"]),
        ("hauj: t j t p t p", "this rule is there already: hauj lwm", ["hauj lwm"]),
        ("hauj: t j t p t s t p", "rule taken back: hauj lwm", []),
        ("hauj: t j t p z t p", "rule taken back: hauj lwm", []),
        ("hauj: t j t p z t p t p", "split or join a token first", []),
        ("hauj: t j t p z t p Z t p", ALWAYS.format("hauj lwm"), ["hauj lwm"]),
        ("hauj: t j t p t s t p t j t p", ALWAYS.format("hauj lwm"), ["hauj lwm"]),
        ("nws: t j t j t p t s a t p", "always ua hauj, no longer nws ua hauj", ["ua hauj"]),
        ("nws: t j t j t p t s s t p", "always nws ua, no longer nws ua hauj", ["nws ua"]),
        ("nws: t j t j t p t s s t p t s t p", "rule taken back: nws ua", []),
        ("nws: t j t j t p t s s t s t p", "rule taken back: nws ua hauj", []),
        ("nws: t j t p t j t p", ALWAYS.format("nws ua hauj"), ["nws ua", "nws ua hauj"]),
        ("nws: t j t p t j t p z t p", "rule taken back: nws ua hauj", ["nws ua"]),
        ("ua: t s t p", ALWAYS.format("u | a"), None),
        ("ua: t s t p t j t p", "rule taken back: u | a", None),
    ],
)
def test_what_stands_on_the_page_is_what_the_next_has(
    desk_at: Play, play: Play, steps: str, said: str, phrases: list[str] | None
) -> None:
    text = TEXTS[0]
    desk = desk_at([text, text, text])
    word, _, keys = steps.partition(": ")

    async def script(stage: Any) -> None:
        stage.app.screen.view.go(0, text.index(word), text.index(word) + len(word))
        screen = await stage.press("escape", *keys.split())
        assert said in screen
        assert all(len(line) <= 80 for line in screen.splitlines())
        here = words_of(stage)
        await stage.press("enter")
        assert words_of(stage) == here

    play(desk, AnnotateScreen(), script)
    if phrases is not None:
        profile = tomllib.loads((desk.project.folder / "tokenizer.toml").read_text())
        assert profile["phrases"]["words"] == phrases


def test_the_status_is_not_cut(desk_at: Play, play: Play) -> None:
    """Of long words with a span that cuts one: all that is said stands in 80 columns."""
    text = "Kinyamwezikinyarwanda-umugaboumugore nibyiza"
    desk = desk_at([text])

    async def script(stage: Any) -> None:
        stage.app.screen.view.go(0, *Token(0, 5))
        await stage.press("escape", "1")
        stage.app.screen.view.go(0, *Token(0, 17))
        for keys, ends in (("t s", "t p: always so"), ("t p", "takes it back")):
            await stage.press(*keys.split())
            assert stage.line("status").rstrip().endswith(ends)

    play(desk, AnnotateScreen(), script)


def test_without_a_correction_there_is_no_rule(desk_at: Play, play: Play) -> None:
    desk = desk_at(TEXTS)

    async def script(stage: Any) -> None:
        assert "split or join a token first" in await stage.press("t", "p")
        await join_hauj(stage)
        await stage.press("z")
        assert "split or join a token first" in await stage.press("t", "p")

    play(desk, AnnotateScreen(), script)
    assert read_project(desk.project.folder).tokenizer == "general"


def test_a_project_may_take_none(desk_at: Play, play: Play) -> None:
    desk = desk_at(TEXTS)
    path = desk.project.folder / "project.toml"
    path.write_text(path.read_text().replace("new_rules = true", "new_rules = false"))
    desk.use_project(read_project(desk.project.folder))

    async def script(stage: Any) -> None:
        assert "always so" not in await join_hauj(stage)
        assert "this project takes no new rules" in await stage.press("t", "p")

    play(desk, AnnotateScreen(), script)
    assert not (desk.project.folder / "tokenizer.toml").exists()


def test_others_rules_reach_the_next_page(desk_at: Play, play: Play) -> None:
    desk = desk_at(TEXTS)
    folder = desk.project.folder

    async def script(stage: Any) -> None:
        for word, number in (("ua hauj", 2), ("hauj lwm", 3)):
            add_rules(read_project(folder), [Rule(word, (word,))])
            await stage.press("enter")
            assert word in words_of(stage), number
            rule = '    "ua hauj",\n'
            path: Path = folder / "tokenizer.toml"
            path.write_text(path.read_text().replace(rule, ""))

    play(desk, AnnotateScreen(), script)


def test_a_profile_that_breaks_meanwhile_is_told_and_the_old_one_stays(
    desk_at: Play, play: Play
) -> None:
    desk = desk_at(TEXTS)
    folder = desk.project.folder

    async def script(stage: Any) -> None:
        await join_hauj(stage)
        await stage.press("t", "p")
        path: Path = folder / "tokenizer.toml"
        good = path.read_text()
        path.write_text(good + "\n[words]\njoin = 7\n")
        screen = await stage.press("enter")
        assert "2 of 4" in screen
        assert "tokenizer.toml, line " in screen
        assert "join must be text" in screen
        assert words_of(stage) == ["kuv", "ua", "hauj lwm"]
        await stage.press("home")
        assert "join must be text" in await stage.press("right", "t", "j", "t", "p")
        path.write_text(good)
        await stage.press("enter")
        assert words_of(stage) == ["koj", "ua", "hauj lwm"]

    play(desk, AnnotateScreen(), script)


def test_another_tokenizer_does_not_move_the_page_in_view(desk_at: Play, play: Play) -> None:
    desk = desk_at(TEXTS)
    folder = desk.project.folder
    (folder / "own.toml").write_text('[phrases]\nwords = ["ua hauj lwm"]\n')

    async def script(stage: Any) -> None:
        await stage.press("home", "right", "right", "1")
        set_tokenizer(folder, "own.toml")
        await stage.press("space")
        assert words_of(stage) == ["nws", "ua", "hauj", "lwm"]
        await stage.press("enter")
        assert words_of(stage) == ["kuv", "ua hauj lwm"]
        # The span that no longer fits is drawn, focused, moved and deleted.
        screen = await stage.press("b")
        assert words_of(stage) == ["nws", "ua hauj lwm"]
        assert "PER" in screen
        stage.app.screen.view.go(0, 7, 11)
        assert (
            "cuts a word" in await stage.press("apostrophe", "apostrophe", "left", "right") or True
        )
        await stage.press("t", "b", "t", "b", "t", "b")
        stage.app.screen.view.go(0, 7, 11)
        await stage.press("full_stop")
        (span,) = stage.app.desk.page.sheets[0].draft.spans
        assert (span.start, span.end) == (7, 15)
        await stage.press("z", "minus")
        assert stage.app.desk.page.sheets[0].draft.spans == ()

    play(desk, AnnotateScreen(), script)
