"""What docs/gold.md shows is what `add` reads and `export` writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import regex

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "gold.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = regex.findall(rf"```{language}\n(.*?)```", PAGE, regex.DOTALL)
    return found


def test_the_record_is_gold_in_and_out(
    tmp_path: Path,
    monkeypatch: Any,
    capsys: Any,
    tonemark: Callable[..., Any],
) -> None:
    monkeypatch.chdir(tmp_path)
    record = json.loads(block("json"))
    answers = [
        {
            **{name: record[name] for name in ("text", "key", "spans", "answer")},
            "_annotator_id": cite["annotator"],
            "_timestamp": cite["time"],
        }
        for cite in record["_gold"]["cites"]
    ]
    for name, lines in (("answers.jsonl", answers), ("gold.jsonl", [record])):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        Path(name).write_text(text, encoding="utf-8")
    tonemark("new", "habari", "--lang", "sw", "--labels", "LOC", "--overlap", 2)
    tonemark("add", "habari", "answers.jsonl")
    assert "1 gold" in tonemark("add", "habari", "gold.jsonl", "--match", "key").stdout
    tonemark("export", "habari", "--gold", "-o", "out.jsonl")
    written = json.loads(Path("out.jsonl").read_text(encoding="utf-8"))
    record["_gold"]["cites"][1]["revision"] = 1  # the first that she gave here
    written["spans"][0] = {
        name: value for name, value in written["spans"][0].items() if "token" not in name
    }
    assert {name: written[name] for name in record} == record
    exec(block("python"), {})
    assert capsys.readouterr().out == "news:1 rosa 1\n"
