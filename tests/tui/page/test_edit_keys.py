"""Keys that edit: suggestions and spans under labels, overlap, edges of what is labelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TEXT = "kwa Samia Suluhu Hassan na Juma Ali jijini Nairobi siku ya\nleo Jumatatu na Nairobi ."

Makes = Callable[..., Any]


@pytest.mark.parametrize(
    ("keys", "spans", "suggestions"),
    [
        ("@Nairobi 2", ["LOC:Nairobi<gazetteer:x"], []),  # taken over, its source stays
        ("@Nairobi 1", ["PER:Nairobi<manual"], []),
        ("@Nairobi -", [], []),
        ("@Nairobi ; . -", [], []),  # it lies inside the focus
        ("@jijini ^Nairobi 3", ["ORG:jijini Nairobi<manual"], []),
        ("t o", [], []),
        ("t o z", [], ["LOC:Nairobi"]),
        ("@Nairobi = enter", ["LOC:Nairobi<manual"], ["LOC:Nairobi"]),
        ("@Nairobi 2 = enter", ["LOC:Nairobi<gazetteer:x", "LOC:Nairobi<manual"], []),
    ],
)
def test_suggestions(player: Makes, keys: str, spans: list[str], suggestions: list[str]) -> None:
    page = player(TEXT, suggestions=["LOC:Nairobi"], width=64).play(keys)
    draft = page.view.page.sheets[0].draft
    text = page.view.page.sheets[0].document.text
    said = [f"{s.label}:{text[s.start : s.end]}<{','.join(s.sources)}" for s in draft.spans]
    assert said == spans
    assert [f"{s.label}:{text[s.start : s.end]}" for s in draft.suggestions] == suggestions


@pytest.mark.parametrize(
    ("keys", "spans"),
    [
        ("1 @Samia + 3", ["ORG:Samia Suluhu Hassan", "PER:Samia Suluhu Hassan"]),
        ("1 @Samia ; + 3", ["ORG:Samia", "PER:Samia Suluhu Hassan"]),
        ("1 @Samia + 1", ["PER:Samia Suluhu Hassan"]),
        ("1 @Samia ; + + 3", ["ORG:Samia"]),  # twice: labels replace again
        ("1 @Samia ; + 3 @Samia 2", ["LOC:Samia"]),  # replaces all that it overlaps
        ("1 @Samia ; + 3 @Samia -", ["PER:Samia Suluhu Hassan"]),
        ("1 @Samia ; + 3 @Samia @Samia -", ["ORG:Samia"]),  # again: the next one out
        ("1 @Samia ; + 3 @Suluhu ; -", ["ORG:Samia"]),
    ],
)
def test_overlapping_spans(player: Makes, keys: str, spans: list[str]) -> None:
    assert player(TEXT, overlapping=True).play(keys).spans == spans


# Edges of what is labelled


@pytest.mark.parametrize(
    ("keys", "spans"),
    [
        ("1 backspace .", ["PER:Asha yuko"]),
        ("1 backspace . ,", ["PER:Asha"]),
        ("1 backspace . z", ["PER:Asha"]),
        ("1 backspace [", ["PER:leo Asha"]),
        ("1 backspace ' ,", ["PER:Ash"]),
    ],
)
def test_edges_move_the_span_in_focus(
    player: Callable[..., Any], keys: str, spans: list[str]
) -> None:
    page = player("leo Asha yuko Kisumu")
    page.view.focus_token(0, 1)
    page.play("1")
    page.view.focus_token(0, 1)
    page.play(keys.removeprefix("1 backspace "))
    assert page.spans == spans


def test_edges_stop_at_another_span(player: Callable[..., Any]) -> None:
    page = player("leo Asha Juma Kisumu")
    page.view.focus_token(0, 1)
    page.play("; 1")
    page.view.focus_token(0, 2)
    page.play("; 1")
    page.view.focus_token(0, 1)
    page.play(".")
    assert "PER stands there" in page.reply.message
    assert page.spans == ["PER:Asha", "PER:Juma"]
