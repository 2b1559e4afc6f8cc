"""A project whose every name and text tries to touch the terminal, as far as each may.

A sequence that gets through is seen at once: none of them is one that the app sends.
"""

from __future__ import annotations

import json
from pathlib import Path

import regex

MARK = "\u0301"

TITLE = "\x1b]0;PWNED\x07"
CLIPBOARD = "\x1b]52;c;UFdORUQ=\x1b\\"
QUERIES = "\x1b[6n\x1b[c\x1b[5n\x1b]11;?\x07\x05"
SCREEN = "\x1bc\x1b[3J\x1b[?1049l\x1b[?1000h\x1b(0\x0e"
STRINGS = "\x1bPq#0\x1b\\\x1b_Ga=T\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\"
C1 = "\x9b6n\x9d0;PWNED\x9c\x90q\x9c\x85\x84\x8d"
BIDI = "\u202eabc\u2066x\u2069\u200f\u061c"
UNSEEN = "\u200b\u2060\ufeff\xad\u2028\u2029\ufff9\U000e0041\uffff\U0010ffff\u3164"
MARKS = f"e{MARK * 200}"
MARKUP = "[red]nyekundu[/] [/] [@click=app.quit]bonyeza[/] [link=file:///etc/passwd]a[/link]"

BYTES = f"{TITLE}{CLIPBOARD}{QUERIES}{SCREEN}{STRINGS}\x08\x0b\x0c\x7f"
"""What only a text in the document may hold: an object of JSON, and no name of a file."""

EVERYTHING = f"{BYTES}{C1}{BIDI}{UNSEEN}{MARKS}{MARKUP}"
NAME = f"{TITLE.replace('/', '')}{C1}{BIDI}{UNSEEN[:9]}e{MARK * 12}[red]"
"""What the name of a file or a folder may hold: neither / nor NUL, 255 bytes."""

PRINTS = f"[red][/]e{MARK * 40}[/link"
"""What a label and whatever else must print may hold."""

UNCONTROLLED = f"{BIDI}\u200b\u2060\ufeff\xad\uffffe{MARK * 20}[red]x[/] [/] [link=a"
"""What a line of project.toml and the key of a document may hold: all but control characters."""

LONG = 200_000

PASTE = f"\x1b[200~{BIDI}{C1}{MARKS}{MARKUP}\x00\x1b]0;PWNED\x07\x1b[201~".encode()
"""What a terminal sends for a paste; most would leave the ESC out of it."""

TEXTS = (
    f"Rais Samia {EVERYTHING} jijini Nairobi. {MARKUP}\nna {BYTES}\r\n{C1} {MARKS} {UNSEEN} mwisho",
    f"{MARKS} {BIDI} Juma{CLIPBOARD}Ali alikutana na {TITLE} {C1} Nairobi",
    "Samia\x1b" * (LONG // 6),
    "".join(f"neno{i}\x9b6n {MARKS} " for i in range(40)),
    f"\u202e{'مرحبا' * 4} {EVERYTHING}",
    "hapana kitu",
)


def write(folder: Path) -> Path:
    """Make the project's folder, not yet a project, with the files to add."""
    where = folder / NAME
    where.mkdir()
    records = [
        {
            "text": text,
            "key": f"{number}{UNCONTROLLED}",
            "meta": {f"key {EVERYTHING}": EVERYTHING, "deep": {EVERYTHING: [EVERYTHING]}},
        }
        for number, text in enumerate(TEXTS, 1)
    ]
    # Prodigy's fields: an answer with spans and a comment, suggestions with a score.
    records[3] |= {
        "spans": [{"start": 0, "end": 5, "label": f"X{PRINTS}", "source": EVERYTHING}],
        "answer": "accept", "_annotator_id": f"a {EVERYTHING}",
    }  # fmt: skip
    for record in records[:2]:
        record["spans"] = [{"start": 0, "end": 4, "label": f"S{PRINTS}", "source": EVERYTHING}]
    good = where / f"good {NAME[:40]}.jsonl"
    good.write_text("".join(json.dumps(record) + "\n" for record in records))
    bad = where / f"bad {NAME[:40]}.jsonl"
    lines = [
        {"text": 1, "meta": {EVERYTHING: 1}},
        {EVERYTHING: "no text"},
        {"text": "a", "spans": [{"start": 0, "end": 9, "label": EVERYTHING}]},
        {"text": "a", "spans": [{"start": 0, "end": 1, "label": EVERYTHING}]},
        {"text": "a", "answer": EVERYTHING, "_annotator_id": EVERYTHING},
        {"text": "a", "tokens": EVERYTHING},
        {"text": "b", "key": EVERYTHING},
        {"text": "\ud800"},
    ]
    raw = "".join(json.dumps(line) + "\n" for line in lines) + f"{{{EVERYTHING}\n"
    bad.write_bytes(raw.encode() + b'{"text": "\xff\x1b[6n"}\n')
    columns = where / f"columns {NAME[:40]}.conll"
    columns.write_text(f"{TITLE}Rais\tB-{EVERYTHING}\nSamia\tI-X\n\n{C1}\tO\n", encoding="utf-8")
    table = where / f"table {NAME[:40]}.csv"
    table.write_text(f"{TITLE},{C1},text\n{BIDI},{MARKS},{MARKUP}\n", encoding="utf-8")
    plain = where / f"plain {NAME[:40]}.txt"
    plain.write_text(f"{BIDI} {MARKS} {MARKUP} {C1}\n{TITLE}\n", encoding="utf-8")
    return where


def files(where: Path) -> list[Path]:
    """The files to add: JSON Lines that go in, and that are refused; CoNLL, CSV, text."""
    return [next(where.glob(f"{kind} *")) for kind in ("good", "bad", "columns", "table", "plain")]


def entries(where: Path) -> Path:
    """A file of entries for a gazetteer, some of which go in, and some are refused."""
    lines = [
        {"label": "PER", "pattern": UNCONTROLLED, "id": UNCONTROLLED},
        {"label": "PER", "pattern": f"Samia {MARKUP}"},
        {"label": f"X{PRINTS}", "pattern": "Juma"},
        {"label": "PER", "regex": f"(?:{C1}|{TITLE}|{BIDI})", "id": MARKS},
        {"label": "PER", "pattern": [{"LOWER": EVERYTHING}]},
        {"label": EVERYTHING, "pattern": EVERYTHING},
        {"label": "PER", "pattern": EVERYTHING[:200]},
        {"label": "PER", "pattern": "a", "id": EVERYTHING},
        {"label": "PER", "pattern": [{EVERYTHING: EVERYTHING}]},
        {"label": "PER", "regex": f"({EVERYTHING}"},
        {EVERYTHING: EVERYTHING},
    ]
    path = where / f"entries {NAME[:40]}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + f"{{{EVERYTHING}\n")
    return path


def columns(where: Path) -> Path:
    """Two annotators' tags, who differ in every way, and a sentence that is refused."""
    label = f"X{PRINTS}"
    rows = [
        (EVERYTHING, f"B-{label}", "B-Y"),
        (BYTES, "O", "O"),
        (f"{MARKS}{BIDI}", f"B-{label}", "B-Y"),
        (MARKUP, "O", "I-Y"),
        (C1, "O", "O"),
        (UNSEEN, f"B-{label}", "O"),
    ]
    told = "".join("\t".join(row) + "\n" for row in rows)
    path = where / f"annotators {NAME[:40]}.conll"
    path.write_text(f"{told}\n{C1}\tO\tB-{EVERYTHING}\n\n{TITLE}\tO\t{BIDI}\n", encoding="utf-8")
    return path


def arm(where: Path) -> None:
    """Put into the project's file, and beside it, what `new` could not be told."""
    guidelines = f"{UNCONTROLLED.replace('/', '')}.md"
    (where / guidelines).write_text(f"{EVERYTHING}\n\n{EVERYTHING}", encoding="utf-8")
    path = where / "project.toml"
    project = path.read_text(encoding="utf-8")
    project = regex.sub(r'(?m)^name = ".*$', f"name = {_toml(UNCONTROLLED)}", project)
    project = regex.sub(r'(?m)^#? ?guidelines = ".*$', f"guidelines = {_toml(guidelines)}", project)
    project = regex.sub(
        r"(?m)^LOC = .*$", f'LOC = {{ about = {_toml(UNCONTROLLED)}, key = "o" }}', project
    )
    path.write_text(project, encoding="utf-8")


def spoil(where: Path) -> None:
    """Make of the project's file one that is refused, its faults quoting what stands there."""
    path = where / "project.toml"
    said = json.dumps("".join(c for c in EVERYTHING if c < "\U00010000" and c != "\x7f"))
    said = f"{said} = {said}\nlanguage = {said}\n"
    path.write_text(said, encoding="utf-8")


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
