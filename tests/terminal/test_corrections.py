"""Tokens corrected in a real terminal, and the rule that comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

TEXTS = ("Nws mus tsev kho mob hauv Vientiane.", "Kuv mus tsev kho mob.", "Koj nyob tsev.")


def test_a_word_is_joined_made_a_rule_and_found_in_the_next_text(
    tmp_path: Path, tonemark: Callable[..., Any], terminal: Callable[..., Any]
) -> None:
    folder, raw = tmp_path / "hmoob", tmp_path / "t.txt"
    raw.write_text("\n".join(TEXTS), encoding="utf-8")
    tonemark("new", folder, "--lang", "hmn", "--tokenizer", "general", "--labels", "PER,LOC")
    tonemark("add", folder, raw)
    term = terminal("annotate", folder, "--as", "amina")
    screen = term.wait("1 of 3")
    lines = screen.splitlines()
    at = next(i for i, line in enumerate(lines) if "tsev" in line)
    term.send(lines[at - 1][lines[at].index("tsev") :].split()[0])
    term.wait("  tsev · 1 token")
    term.send("t")
    term.wait("p rule")
    term.send("j")
    term.wait("joined: tsev kho · t p")
    term.send("t", "j")
    term.wait("joined: tsev kho mob · t p")
    term.send("t", "s")
    term.wait("split before a:kho s:mob")
    term.send("a")
    term.wait("split: tsev | kho mob")
    term.send("z")
    term.wait("undone")
    term.send("t", "p")
    term.wait("rule made: always tsev kho mob")
    term.send("Space", "Enter")
    term.wait("2 of 3")
    term.send("Home", "Right", "Right")
    term.wait("  tsev kho mob · 1 token")
    term.send("Enter")
    term.wait("3 of 3")
    term.send("q")
    term.wait(lambda _: term.ended())
    profile = (folder / "tokenizer.toml").read_text(encoding="utf-8")
    assert 'base = "general"' in profile
    assert '    "tsev kho mob",\n' in profile
    out = tmp_path / "out.jsonl"
    tonemark("export", folder, "--format", "jsonl", "-o", out)
    for line in out.read_text(encoding="utf-8").splitlines():
        task = json.loads(line)
        assert "tsev kho mob" in [token["text"] for token in task["tokens"]]
        assert task["text"] in TEXTS
    told = tonemark("doctor", folder, code=0).stdout
    assert "Nothing is wrong." in told
