"""`tonemark tokenizers check`: what is wrong, where, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from suggesters import plug_words

from tonemark.tokenizers.trial import process
from tonemark.tokenizers.trial.hostile import GROWING, hostile_texts
from tonemark.tokenizers.trial.process import Trial

Run = Callable[..., Any]

BAD = """
    def given(self, text, found):
        if "\\x1b" in text:
            raise ValueError("\\x1b[31m")
        for letter in text if len(text) > 200 else "":
            text.count("b" + letter)
        return found[:-1] if "." in text else found

class Silent:
    pass
"""


@pytest.fixture
def bad(site: Path) -> None:
    plug_words(site, BAD, silent="tests_words:Silent")


@pytest.mark.usefixtures("bad")
def test_faults_are_told_with_their_places(tonemark: Run, tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    rows = [{"text": text} for text in ("a b", "a\nb.", "x e\u0301", "c.", "d.", "e.", "f.")]
    file.write_text("\n".join(["no JSON", *map(json.dumps, rows)]), encoding="utf-8")
    done = tonemark("tokenizers", "check", "words", file, code=1)
    lines = done.stdout.splitlines()
    assert lines[0] == "words: version 1"
    assert lines[1].startswith("  7 texts of t.jsonl: 5 tokens, ")
    assert "t.jsonl, line 3: the character at 2 (U+0062) is in no token" in lines
    assert "t.jsonl, line 5: the character at 0 (U+0063) is in no token" in lines
    assert not any(line.startswith("t.jsonl, line 7") for line in lines)
    assert any(line.endswith("more of this kind; --json has them all") for line in lines)
    assert any("it raised ValueError: ␛[31m" in line for line in lines)
    assert any(line.startswith("growth: time grows faster than the text, on “") for line in lines)
    assert lines[-1].endswith(" faults.")
    assert "t.jsonl, line 1: " in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_profile_in_a_file_with_its_examples(tonemark: Run, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(
        '[words]\njoin = "-"\n[exceptions]\n"dk." = ["dk."]\n[phrases]\nwords = ["a b", "A b"]\n'
        '[[examples]]\ntext = "a-b"\ntokens = ["a-b"]\n'
        '[[examples]]\ntext = "a:b"\ntokens = ["a:b"]\n'
    )
    done = tonemark("tokenizers", "check", profile, "--json", code=1)
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["faults"] == [
        {"place": "example", "what": "a:b was expected, and a | : | b came", "example": 2}
    ]
    assert (report["name"], report["examples"], report["complete"]) == (str(profile), 2, True)
    assert report["hostile"] == len(list(hostile_texts()))
    assert report["patterns"] == len(GROWING)
    assert report["notes"] == [
        'phrases: "A b" stands twice',
        'exceptions: "dk." holds in this letter case alone, not as "Dk."',
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("genral", "There is no tokenizer named 'genral'"),
        ("silent", "is no tokenizer: what tests_words:Silent made has no name"),
        ("nowhere.toml", "nowhere.toml cannot be read"),
    ],
)
@pytest.mark.usefixtures("bad")
def test_what_is_no_tokenizer_is_refused(tonemark: Run, name: str, said: str) -> None:
    done = tonemark("tokenizers", "check", name, code=1)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("bad")
def test_a_plug_in_that_fails_is_told_where_it_is_used(tonemark: Run, tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text("a b\nc.\n")
    done = tonemark("tokenize", "--tokenizer", "words", file, code=1)
    assert done.stdout == "a b\n"
    assert '"words", from the package tests-words 0.1, gave tokens that cannot be' in done.stderr
    assert "tonemark tokenizers check words" in done.stderr


def test_rules_to_no_effect_are_noted_and_are_no_faults(
    tonemark: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Trial("mine", "1", complete=True, notes=['phrases: "A b" stands twice'])
    monkeypatch.setattr(process, "tried", lambda *given, **more: found)
    lines = tonemark("tokenizers", "check", "mine").stdout.splitlines()
    assert 'note: phrases: "A b" stands twice' in lines
    assert lines[-1] == "It keeps every promise."
