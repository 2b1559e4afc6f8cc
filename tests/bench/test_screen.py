"""The bench of the screen: its texts, what it makes of its samples, and a run of a few keys."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from pathlib import Path

import pytest
import screen
import slate
from screen_budgets import budgets, cells, colours_sent, percentile
from screen_case import BARE, OURS, Case, Measured, Samples, reachable
from suggesters import until
from texts import LANGUAGES, make_text

from tonemark.errors import TonemarkError
from tonemark.tokenizers.general import GeneralTokenizer

CASE = Case("swahili", 20_000, (80, 24), "truecolor")


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=list(LANGUAGES))
@pytest.mark.parametrize("tokens", [2, 3, 8, 15, 16, 17, 200, 2_000])
def test_a_text_has_the_tokens_asked_for(language, tokens):
    text = make_text(language, tokens)
    assert len(GeneralTokenizer().tokenize(text)) == tokens
    assert text.startswith(language.first)
    assert text == make_text(language, tokens)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=list(LANGUAGES))
def test_a_text_has_many_words_and_names(language):
    text = make_text(language, 2_000)
    words = text.replace(".", "").split()
    assert len(set(words)) > 500
    capitals = sum(word[0].isupper() for word in words)
    assert 200 < capitals < 900
    assert make_text(language, 2_000, seed=2) != text


def test_yoruba_is_decomposed():
    text = make_text(LANGUAGES["yoruba"], 200)
    assert unicodedata.is_normalized("NFD", text)
    assert not unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [([3], 0.95, 3), ([2, 1], 0.5, 1), ([1, 2, 3], 0.5, 2), (range(1, 101), 0.95, 95)],
)
def test_percentile(values, share, wanted):
    assert percentile(values, share) == wanted


LIST = [
    " p · 1 of 1 · amina", " ────",
    "  a › 𞤔𞤢𞤲", "  s   𞤀𞤴", "      .", "  d   𞤄𞤢", "  wa  𞤄𞤢", "  f   𞤄𞤢",
    " ────", "  1  PER", "  x · 1 token", " ⏎ accept",
]  # fmt: skip
FULL = [
    " p · 1 of 1 · amina", " ────",
    "   sa  d   aa  wwa", "   habari na Juma Ali", "   ad PER", "   Asha",
    " ────", "  1  PER", "  a · 1 token", " ⏎ accept",
]  # fmt: skip
ROWS = [
    " p · 1 of 1 · amina", " ────",
    "   wa     s      d", "   habari Juma a Ali", "   ws  f       g", "   na  Zuhura  Pemba",
    "   h", "   Mwanza",
    " ────", "  1  PER", "  a · 1 token", " ⏎ accept",
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "listed", "hints"),
    [
        (LIST, True, ["a", "s", "d"]),
        (ROWS, False, ["s", "d", "f", "g"]),
        (FULL, False, ["sa", "aa"]),
    ],
)
def test_hints_are_read_off_the_upper_part_of_the_screen(lines, listed, hints):
    assert reachable(lines, listed=listed) == hints


@pytest.mark.parametrize(
    ("sent", "colours"),
    [
        (b"\x1b[1;38;2;0;0;0;48;2;86;180;233mPER", ["truecolor"]),
        (b"\x1b[38;5;12mPER", ["256"]),
        (b"\x1b[30;46mPER\x1b[0m", ["16"]),
        (b"\x1b[0;94mPER", ["16"]),
        (b"\x1b[1;7mPER\x1b[0m", []),
        (b"\x1b[31;1H PER", []),
    ],
)
def test_colours_are_told_by_what_was_sent(sent, colours):
    assert colours_sent([Samples(sent=[sent])]) == colours


def measured(first_word, milliseconds, sizes):
    sent = [b"x" * size for size in sizes]
    keys = {"arrow": Samples(list(milliseconds), list(sizes), sent, [1.0] * len(sizes))}
    return Measured([first_word], [90.0], [first_word], [1000], keys)


def test_budgets_are_held_against_the_worst_case():
    other = CASE._replace(size=(120, 40))
    short = CASE._replace(tokens=200)
    results = {
        CASE: {OURS: measured(140, [3.0] * 20, [220] * 3), BARE: measured(100, [2.0] * 20, [9])},
        other: {OURS: measured(160, [3.2] * 20, [999] * 3), BARE: measured(100, [2.0] * 20, [9])},
        short: {OURS: measured(100, [9.0] * 20, [221] * 3), BARE: measured(100, [2.0] * 20, [9])},
    }
    found = {budget["budget"]: budget for budget in budgets(results)}
    paint = found["first paint"]
    assert (paint["measured"], paint["holds"], paint["missed"], paint["of"]) == (1.6, False, 1, 3)
    assert paint["where"]["size"] == "120x40"
    keys = found["key to last byte, arrow, 20,000 tokens"]
    assert (keys["measured"], keys["bound"], keys["missed"], keys["of"]) == (1.6, 1.5, 1, 2)
    weight = found["bytes a move at 80x24, arrow, truecolor"]
    assert (weight["measured"], weight["bound"], weight["holds"]) == (221, 220, False)
    assert set(found) == {paint["budget"], keys["budget"], weight["budget"]}
    del results[short], results[other]
    assert all(budget["holds"] for budget in budgets(results))


def test_cells_have_a_key_as_it_came():
    [ours] = cells({CASE: {OURS: measured(140, [3.0, 1.0, 2.0], [5, 7, 6])}})
    key = ours["keys"]["arrow"]
    assert (key["p50_ms"], key["bytes"], key["bytes_p95"], key["sent"]) == (2.0, 6, 7, "xxxxxx")
    assert (ours["app"], ours["tokens"], ours["size"]) == ("tonemark", 20_000, "80x24")


def test_an_interpreter_without_slate():
    assert not slate.has_slate("/no/such/python")


def test_a_run_of_a_few_keys(capsys, monkeypatch):
    monkeypatch.setattr(slate, "has_slate", lambda python: False)
    assert screen.main(["--quick", "--json"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["slate"] == slate.MISSING
    found = {(cell["app"], cell["colours"]): cell for cell in report["cells"]}
    assert set(found) == {(app, colours) for app in (OURS, BARE) for colours in ("truecolor", "16")}
    for (_, colours), cell in found.items():
        assert cell["colours_sent"] == [colours]
        assert 0 < cell["first_word_ms"] <= cell["opened_ms"]
        assert cell["opening_bytes"] > 1000
        assert set(cell["keys"]) == {"arrow", "space", "hint", "label"}
        for key in cell["keys"].values():
            assert key["n"] > 0
            assert key["silent"] == 0
            assert key["p50_ms"] <= key["p95_ms"]
    for budget in report["budgets"]:
        assert budget["holds"] == (budget["measured"] <= budget["bound"])


def test_wrong_use_is_told(capsys):
    with pytest.raises(SystemExit):
        screen.main(["--size", "10x2"])
    assert "80x24" in capsys.readouterr().err


def test_it_measures_from_where_the_program_is():
    assert sys.executable in " ".join(map(str, slate.command(sys.executable, screen.Path("x"))))


def test_what_did_not_run_beside_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "TRAINING", "import sys; open(sys.argv[1] + '/done', 'w')")
    (tmp_path / "project").mkdir()

    def measure() -> None:
        with screen._busy(0, tmp_path / "project", tmp_path):
            until(lambda: (tmp_path / "trained" / "done").exists())
            time.sleep(0.3)

    with pytest.raises(TonemarkError, match="has ended"):
        measure()
