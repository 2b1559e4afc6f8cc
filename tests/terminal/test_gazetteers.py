"""Gazetteers in real terminals: two annotators at one project, from names to the export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

TEXTS = (
    "Juma wa Kano alifika.",
    "Leo Asha na Juma.",
    "Juma wa Kano alifika.",
    "Juma na Asha kule Kano.",
)


def test_what_one_labels_another_is_shown_but_not_on_the_same_text(
    tmp_path: Path, tonemark: Callable[..., Any], terminal: Callable[..., Any]
) -> None:
    folder = tmp_path / "p"
    names = tmp_path / "places.tsv"
    names.write_text("name\tlabel\nKano\tLOC\nLagos\tCITY\n")
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,LOC", "--team", "amina,bello")
    project = folder / "project.toml"
    project.write_text(project.read_text().replace("overlap = 1", "overlap = 2"))
    tonemark("add", folder, texts)
    added = tonemark("gazetteer", "add", folder, names, code=1)
    assert "line 3" in added.stdout + added.stderr
    assert "CITY" in added.stdout + added.stderr

    bello = terminal("annotate", folder, "--as", "bello")
    bello.wait("1 of 4")
    bello.wait("??")  # nobody has tried it
    amina = terminal("annotate", folder, "--as", "amina")
    amina.wait("1 of 4")
    amina.send("Escape")  # the tutor
    amina.wait(lambda screen: "first steps" not in screen)
    amina.send("1")
    amina.wait(lambda screen: "PER" in screen.splitlines()[2])
    amina.send("Enter")
    screen = amina.wait("2 of 4")
    assert "?P" in screen
    assert "??" not in screen.splitlines()[2]

    bello.send("n")
    assert "?P" in bello.wait("2 of 4").splitlines()[2]
    bello.send("n")  # the third has the text of the first, which is still hers to answer
    tags = bello.wait("3 of 4").splitlines()[2]
    assert "P" not in tags
    assert "??" in tags
    bello.send("n")
    assert "?P" in bello.wait("4 of 4").splitlines()[2]

    amina.send("Space", "Enter")
    amina.wait("3 of 4")  # her own answer to the text: she may know it
    assert "?P" in amina.screen().splitlines()[2]
    for each in (amina, bello):
        each.send("q")
        each.wait(lambda _, each=each: each.ended())

    out = tmp_path / "out.jsonl"
    tonemark("export", folder, "--annotator", "amina", "-o", out)
    rows = [json.loads(line) for line in out.open(encoding="utf-8")]
    spans = [[(s["start"], s["end"], s["label"]) for s in row["spans"]] for row in rows]
    assert spans == [[(0, 4, "PER"), (8, 12, "LOC")], [(12, 16, "PER")]]
    stats = json.loads(tonemark("gazetteer", "stats", folder, "--json").stdout)
    assert any(each["pattern"] == "Kano" and each["stood"] for each in stats["entries"])
