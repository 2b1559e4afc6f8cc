"""`tonemark tokenizers learn`: from a file of gold, and from a project's corrections."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from making import keyed
from tests.tokenizers.invented import gold, raw

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Answer
from tonemark.corpus.reports import Report
from tonemark.corpus.shares import share_of
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.learned.learning import GoldText
from tonemark.tokenizers.learned.segmenter import read_learned

Runs = Callable[..., subprocess.CompletedProcess[str]]


def written(path: Path, texts: Iterable[GoldText]) -> Path:
    rows = (
        {
            "id": f"{each.document}.{number}",
            "text": each.text,
            "tokens": [{"start": start, "end": end} for start, end in each.tokens],
            "lang": "qaa",
        }
        for number, each in enumerate(texts, 1)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def cut(path: Path, text: str) -> list[str]:
    return [text[start:end] for start, end in read_learned(path).tokenize(text)]


def test_from_a_file(tmp_path: Path, tonemark: Runs) -> None:
    texts = written(tmp_path / "gold.jsonl", gold())
    (tmp_path / "raw.txt").write_text("\n".join(raw()), "utf-8")
    out = tmp_path / "qaa.words"
    arguments = ("tokenizers", "learn", texts, "--raw", tmp_path / "raw.txt", "-o", out)
    told = tonemark(*arguments).stdout
    assert "Tried on each of 4 parts" in told
    assert cut(out, "ka zan pol lo.") == ["ka", "zan pol", "lo", "."]
    before = out.read_bytes()
    report = json.loads(tonemark(*arguments, "--json").stdout)
    assert out.read_bytes() == before
    assert report["parts"] == 4
    assert report["texts"] == 60
    assert report["bytes"] == len(before)
    assert report["version"] == read_learned(out).version
    assert report["f1"] > 0.95 > 0.8 > report["untrained"]["f1"]
    # What it says to do next does it.
    command = next(line for line in told.splitlines() if line.startswith("    tonemark "))
    (tmp_path / "new.txt").write_text("ka zan pol lo.\n")
    words = command.replace("FILE", str(tmp_path / "new.txt")).split()[1:]
    assert tonemark(*words).stdout == "ka zan␣pol lo|.\n"


def test_what_was_learned_to_no_use_is_called_so(tmp_path: Path, tonemark: Runs) -> None:
    path = tmp_path / "gold.txt"
    words = ["ba", "de", "fi", "go", "hu", "ja", "ke", "li", "mo", "nu"]
    lines = [f"{a} {a}o ka|.\n" for a in words[:8]] + [f"{a}␣{a}o ka|.\n" for a in words[8:]]
    path.write_text("".join(lines), "utf-8")
    arguments = ("tokenizers", "learn", path, "-o", tmp_path / "a.words")
    report = json.loads(tonemark(*arguments, "--json").stdout)
    assert report["f1"] <= report["untrained"]["f1"]
    assert "It gained nothing: general as it is does no worse" in tonemark(*arguments).stdout
    told = tonemark("tokenizers", "learn", written(path.with_suffix(".jsonl"), gold()),
                    "-o", tmp_path / "b.words").stdout  # fmt: skip
    assert "It gained nothing" not in told


def test_lines_that_are_no_gold_are_told_and_the_rest_is_used(
    tmp_path: Path, tonemark: Runs
) -> None:
    texts = written(tmp_path / "gold.jsonl", gold(20))
    lines = texts.read_text("utf-8").splitlines()
    lines[1:1] = ["{", '{"text": "ka lo"}', '{"text": "ka", "tokens": [{"start": 0, "end": 9}]}']
    texts.write_text("\n".join(lines), "utf-8")
    out = tmp_path / "qaa.words"
    done = tonemark("tokenizers", "learn", texts, "-o", out, "--no-trial", "--json", code=1)
    for number in (2, 3, 4):
        assert f"gold.jsonl, line {number}: " in done.stderr
    report = json.loads(done.stdout)
    assert (report["refused"], report["texts"]) == (3, 20)
    assert "f1" not in report
    assert out.exists()


@pytest.mark.parametrize(
    ("content", "output", "code", "said"),
    [
        ("", "a.words", 1, "has no text with tokens"),
        ('{"text": "ka", "tokens": [{"start": 0, "end": 2}]}\n', "a.words", 1, "nothing to learn"),
        (None, "a.words", 1, "gold.jsonl"),
        (None, "a.toml", 2, ".words"),
        ("gold", "none/a.words", 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    tmp_path: Path, tonemark: Runs, content: str | None, output: str, code: int, said: str
) -> None:
    path = tmp_path / "gold.jsonl"
    if content == "gold":
        written(path, gold(10))
    elif content is not None:
        path.write_text(content)
    done = tonemark("tokenizers", "learn", path, "-o", tmp_path / output, "--no-trial", code=code)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert {each.name for each in tmp_path.iterdir()} <= {"gold.jsonl"}


def test_gold_is_not_written_over(tmp_path: Path, tonemark: Runs) -> None:
    path = written(tmp_path / "gold.jsonl", gold(10))
    before = path.read_bytes()
    done = tonemark("tokenizers", "learn", path, "-o", path, "--no-trial", code=1)
    assert "is there already, and is no learned tokenizer" in done.stderr
    assert path.read_bytes() == before


def project_of(folder: Path, texts: list[str], overlap: int = 1, share: float = 1.0) -> Path:
    create_project(folder, language="qaa", labels=["PER"], overlap=overlap, overlap_share=share)
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    records = keyed(*((str(number), text) for number, text in enumerate(texts, 1)))
    add_records(store, "a.txt", records, Report(), places=overlap, share=share)
    store.close()
    return folder


def answered(
    folder: Path,
    number: int,
    tokens: Iterable[Token] = (),
    name: str = "amina",
    answer: Answer = "accept",
) -> None:
    """An answer to a document, with tokens that she joined."""
    project = read_project(folder)
    desk = Desk(project, Store(folder / STORE_FILE), name, tokenizer_of(project, loads_code=False))
    desk.open_document(number)
    assert desk.page
    for token in tokens:
        desk.page.perform([Edit(number, made=(token,))])
    desk.answer(answer)
    desk.close()
    desk.store.close()


def test_from_what_annotators_made_of_the_tokens(tmp_path: Path, tonemark: Runs) -> None:
    given = gold(8)
    folder = project_of(tmp_path / "p", [each.text for each in given] + ["zan pol wex"])
    out = tmp_path / "qaa.words"
    done = tonemark("tokenizers", "learn", folder, "-o", out, code=1)
    assert "has no accepted document" in done.stderr
    for number, each in enumerate(given, 1):
        joined = [token for token in each.tokens if " " in each.text[token.start : token.end]]
        answered(folder, number, joined)
    report = json.loads(tonemark("tokenizers", "learn", folder, "-o", out, "--json").stdout)
    assert report["texts"] == 8
    assert report["joined"] == sum(
        " " in each.text[start:end] for each in given for start, end in each.tokens
    )
    assert report["raw"] > sum(len(each.tokens) for each in given)
    assert report["language"] == "qaa"
    assert report["parts"] == 8
    assert "zan pol" in cut(out, "ka zan pol lo.")
    # The project takes it, and learning again begins where it did.
    tonemark("tokenizers", "use", folder, out)
    again = tmp_path / "again.words"
    tonemark("tokenizers", "learn", folder, "-o", again, "--no-trial")
    assert read_learned(again).model.base.name == "general"


def test_nothing_is_learned_from_documents_for_evaluation(tmp_path: Path, tonemark: Runs) -> None:
    texts = sorted(("zan pol ka", "zan pol lo"), key=share_of)
    folder = project_of(tmp_path / "p", texts)
    for number in (1, 2):
        answered(folder, number, [Token(0, 7)])
    path = folder / "project.toml"
    for share, code in ((share_of(texts[1]), 0), (1.0, 1)):
        lines = [each for each in path.read_text().splitlines() if "evaluation" not in each]
        path.write_text("\n".join([*lines, f"evaluation = {share}", ""]))
        out = tmp_path / f"{code}.words"
        done = tonemark("tokenizers", "learn", folder, "-o", out, "--json", code=code)
        if not code:
            assert json.loads(done.stdout)["texts"] == 1


def test_documents_on_which_annotators_differ_are_left_out(tmp_path: Path, tonemark: Runs) -> None:
    folder = project_of(tmp_path / "p", ["zan pol ka", "zan pol lo", "ka", "lo zan"], overlap=2)
    answered(folder, 4, [Token(0, 6)])
    for name, second in (("amina", [Token(0, 7)]), ("juma", [])):
        answered(folder, 1, [Token(0, 7)], name)
        answered(folder, 2, second, name)
        answered(folder, 3, (), name, "reject")
    out = tmp_path / "qaa.words"
    report = json.loads(tonemark("tokenizers", "learn", folder, "-o", out, "--json").stdout)
    assert (report["texts"], report["differing"], report["awaited"]) == (1, 1, 1)
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        write_gold(db, Gold(2, "rosa", "accept", (), tokens=(Token(0, 7), Token(8, 10))))
        write_gold(db, Gold(1, "rosa", "reject", ()))
    store.close()
    report = json.loads(
        tonemark("tokenizers", "learn", folder, "-o", tmp_path / "again.words", "--json").stdout
    )
    assert (report["texts"], report["differing"], report["awaited"]) == (1, 0, 1)


def test_where_a_share_goes_to_several_the_others_wait_for_nobody(
    tmp_path: Path, tonemark: Runs
) -> None:
    texts = sorted(("zan pol ka", "zan pol lo"), key=share_of)
    folder = project_of(tmp_path / "p", texts, overlap=2, share=share_of(texts[1]))
    for number in (1, 2):
        answered(folder, number, [Token(0, 7)])
    out = tmp_path / "qaa.words"
    report = json.loads(tonemark("tokenizers", "learn", folder, "-o", out, "--json").stdout)
    assert (report["texts"], report["awaited"]) == (1, 1)
