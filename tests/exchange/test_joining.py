"""Split texts, added, answered, exported and joined: what comes out is what came in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.pieces import Piece, parsed_piece
from tonemark.corpus.records import Settled
from tonemark.corpus.spans import Span
from tonemark.exchange.export import output_suffix
from tonemark.exchange.joining import _joined
from tonemark.exchange.registry import format_named, writable
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token

TEXT = " Asha yuko Kisumu.  Juma yuko\nkwetuni!\n\nKesho? "


def project(tmp_path: Path, tonemark: Callable[..., Any], *options: object) -> Path:
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,LOC", *options)
    return folder


def task(text: str, key: str, name: str | None, *spans: tuple[int, int, str], **more: Any) -> str:
    said = [{"start": a, "end": b, "label": label} for a, b, label in spans]
    answer = {"answer": "accept", "_annotator_id": name, **more} if name else more
    return json.dumps({"text": text, "id": key, "spans": said, **answer}, ensure_ascii=False) + "\n"


def exported(folder: Path, tonemark: Callable[..., Any], *options: object) -> list[dict[str, Any]]:
    out = folder.parent / "out.jsonl"
    out.unlink(missing_ok=True)
    tonemark("export", folder, "-o", out, *options)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


SOURCES = [
    TEXT,
    "ሰላም፡ኢትዮጵያ። አበበ መጣ፧\n\n",
    "𞤀𞤣𞤤𞤢𞤥 𞤆𞤵𞤤𞤢𞤪. 𞤃𞤭!",
    "Ẹ̀kọ́ ni. Dr. Adé lọ.\r\n\r\n\tÓ dára…  “Bẹ́ẹ̀ ni.”",
    "Neno",
]


@pytest.mark.parametrize("way", ["sentences", "paragraphs"])
def test_split_added_exported_and_joined_is_what_came_in(
    way: str, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = project(tmp_path, tonemark)
    given_spans = {
        f"d{n}": [(1, 3, "PER"), (len(t) - 2, len(t), "LOC")] for n, t in enumerate(SOURCES)
    }
    lines = [
        task(
            text, f"d{n}", "amina", *given_spans[f"d{n}"], meta={"n": n}, mine=[n], comment=f"c{n}"
        )
        for n, text in enumerate(SOURCES)
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    tonemark("add", folder, path, "--split", way)
    assert "0 added" in tonemark("add", folder, path, "--split", way).stdout
    pieces = exported(folder, tonemark)
    assert len(pieces) > len(SOURCES)
    for each in pieces:
        source, piece = parsed_piece(each["_piece"])  # type: ignore[misc]
        assert SOURCES[int(source[1:])][piece.offset :].startswith(each["text"])
        assert each["key"] == f"{source}@{piece.offset}"
    joined = exported(folder, tonemark, "--joined")
    assert [each["text"] for each in joined] == SOURCES
    for n, each in enumerate(joined):
        assert each["key"] == f"d{n}"
        assert "_piece" not in each
        assert (each["meta"], each["mine"], each["comment"]) == ({"n": n}, [n], f"c{n}")
        spans = [(s["start"], s["end"], s["label"]) for s in each["spans"]]
        assert spans == given_spans[f"d{n}"]
        for token in each.get("tokens", ()):
            assert each["text"][token["start"] : token["end"]] == token["text"]
    # What was exported in pieces is joined from another project as well.
    tonemark("export", folder, "-o", tmp_path / "pieces.jsonl")
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "PER,LOC")
    tonemark("add", other, tmp_path / "pieces.jsonl")
    again = exported(other, tonemark, "--joined")
    assert [(each["text"], each["key"]) for each in again] == [
        (text, f"d{n}") for n, text in enumerate(SOURCES)
    ]


def test_a_plain_file_comes_back_as_it_was(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    folder = project(tmp_path, tonemark)
    text = "Kichwa\n\nHabari za leo.  Karibu!\nBasi.\r\n\n"
    (tmp_path / "n.txt").write_bytes(text.encode())
    tonemark("add", folder, tmp_path / "n.txt", "--per-file", "--split", "sentences")
    pieces = exported(folder, tonemark, "--all")
    assert [each["text"] for each in pieces] == ["Kichwa", "Habari za leo.", "Karibu!", "Basi."]
    (joined,) = exported(folder, tonemark, "--all", "--joined")
    assert (joined["text"], joined["key"]) == (text, "n.txt")


def test_a_text_is_left_out_whole_and_counted(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    """One whose piece has no answer, or several, would lack entities that seem to be none."""
    folder = project(tmp_path, tonemark, "--overlap", 2)
    path = tmp_path / "in.jsonl"
    path.write_text(
        "".join(
            [
                task("Asha. Juma.", "good", "amina", (0, 4, "PER")),
                task("Asha. Juma.", "good", "juma", (0, 4, "PER")),
                task("Asha na. Juma.", "differs", "amina", (0, 4, "PER")),
                task("Asha na. Juma.", "differs", "juma"),
                task("Asha yu. Juma.", "rejected", "amina", answer="reject"),
                task("Asha si. Juma.", "open", None),
            ]
        ),
        encoding="utf-8",
    )
    tonemark("add", folder, path, "--split", "sentences")
    out = tmp_path / "o.jsonl"
    done = tonemark("export", folder, "-o", out, "--joined", "--json")
    counts = json.loads(done.stdout)
    assert [counts[name] for name in ("written", "differing", "rejected", "unanswered")] == [1] * 4
    assert [each["key"] for each in exported(folder, tonemark, "--joined")] == ["good"]
    hers = exported(folder, tonemark, "--joined", "--annotator", "amina")
    assert [each["key"] for each in hers] == ["good", "differs", "rejected"]
    assert [each["answer"] for each in hers] == ["accept", "accept", "reject"]


def test_pieces_are_told_as_pieces(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    folder = project(tmp_path, tonemark)
    path = tmp_path / "in.jsonl"
    lines = [
        task("Asha. Juma. Neno.", "a", None),
        task("Asha na. Juma na. Neno.", "b", None),
        task("Leo.", "c", "amina"),
        task("Jana. Kesho.", "d", "amina"),
    ]
    path.write_text("".join(lines), encoding="utf-8")
    told = tonemark("add", folder, path, "--split", "sentences").stdout
    assert "in.jsonl: 9 added (4 texts in 9 pieces), 3 answers" in told
    again = tonemark("add", folder, path, "--split", "sentences").stdout
    assert "in.jsonl: 0 added, 9 there already" in again
    answered = tmp_path / "her.jsonl"
    answered.write_text(task("Asha. Juma. Neno.", "e", None) + task("Asha.", "a@0", "amina"))
    tonemark("add", folder, answered, "--match", "key")
    report = json.loads(tonemark("add", folder, path, "--split", "sentences", "--json").stdout)
    assert report["split_texts"] == 0
    done = tonemark("export", folder, "-o", tmp_path / "o.jsonl", "--joined")
    assert "  left out: 3 without an answer" in done.stdout
    assert "  open: 5 of the 6 pieces of 2 texts" in done.stdout
    done = tonemark("export", folder, "-o", tmp_path / "o.jsonl")
    assert "open:" not in done.stdout


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_text_that_lacks_a_piece_is_not_put_together(
    lost: int, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = project(tmp_path, tonemark)
    (tmp_path / "n.txt").write_text("Asha. Juma. Ali.\nLeo.\n", encoding="utf-8")
    tonemark("add", folder, tmp_path / "n.txt", "--split", "sentences")
    tonemark("export", folder, "--all", "-o", tmp_path / "pieces.jsonl")
    lines = (tmp_path / "pieces.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    del lines[lost]
    (tmp_path / "pieces.jsonl").write_text("".join(lines), encoding="utf-8")
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "PER")
    tonemark("add", other, tmp_path / "pieces.jsonl")
    assert [each["text"] for each in exported(other, tonemark, "--all")] == [
        json.loads(line)["text"] for line in lines
    ]
    assert [each["text"] for each in exported(other, tonemark, "--all", "--joined")] == ["Leo."]


def test_pieces_that_do_not_lie_where_they_say_are_not_put_together(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = project(tmp_path, tonemark)
    pieces = [
        {"text": "Asha.", "_piece": {"of": "d", "offset": 0, "length": 11}},
        {"text": "Juma.", "_piece": {"of": "d", "offset": 5, "length": 11, "before": " "}},
    ]
    lines = "".join(f"{json.dumps(each)}\n" for each in pieces)
    (tmp_path / "in.jsonl").write_text(lines, encoding="utf-8")
    tonemark("add", folder, tmp_path / "in.jsonl")
    done = tonemark("export", folder, "--all", "--joined", "-o", tmp_path / "o", code=1)
    assert "1 of which pieces are missing" in done.stderr


def test_hashes_of_the_source_are_not_those_of_a_piece(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = project(tmp_path, tonemark)
    task_hash = task("Asha. Juma.", "d", "amina", _input_hash=7, _task_hash=8)
    (tmp_path / "in.jsonl").write_text(task_hash, encoding="utf-8")
    tonemark("add", folder, tmp_path / "in.jsonl", "--split", "sentences")
    hashes = [each["_input_hash"] for each in exported(folder, tonemark)]
    assert 7 not in hashes
    assert len(set(hashes)) == 2
    (joined,) = exported(folder, tonemark, "--joined")
    assert (joined["_input_hash"], joined["_task_hash"]) == (7, 8)


def answered_pieces(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """Two texts: of the first amina answered two pieces and juma one, of the second both all, and
    she differently; there the tokens of a piece are corrected."""
    folder = project(tmp_path, tonemark, "--overlap", 2)
    (tmp_path / "n.txt").write_text("Asha. Juma. Ali.\nKesho. Dar leo.\n", encoding="utf-8")
    tonemark("add", folder, tmp_path / "n.txt", "--split", "sentences")
    path = tmp_path / "answers.jsonl"
    corrected = [{"text": "Dar leo", "start": 0, "end": 7, "id": 0}]
    corrected.append({"text": ".", "start": 7, "end": 8, "id": 1})
    answers = [
        task("Asha.", "n.txt:1@0", "amina", (0, 4, "PER"), comment="hm"),
        task("Juma.", "n.txt:1@6", "juma", (0, 4, "PER")),
        task("Ali.", "n.txt:1@12", "amina"),
        task("Kesho.", "n.txt:2@0", "amina", (0, 5, "PER")),
        task("Dar leo.", "n.txt:2@7", "amina", (0, 7, "LOC"), tokens=corrected),
        task("Kesho.", "n.txt:2@0", "juma"),
        task("Dar leo.", "n.txt:2@7", "juma", (0, 3, "LOC")),
    ]
    path.write_text("".join(answers), encoding="utf-8")
    tonemark("add", folder, path, "--match", "key")
    return folder


def test_a_text_that_several_answered_is_nobodys(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    """There is no person amina+juma."""
    folder = answered_pieces(tmp_path, tonemark)
    (joined,) = exported(folder, tonemark, "--joined")
    assert (joined["text"], joined["answer"]) == ("Asha. Juma. Ali.", "accept")
    assert "_annotator_id" not in joined
    assert [(s["start"], s["end"]) for s in joined["spans"]] == [(0, 4), (6, 10)]
    tokens = [joined["text"][each["start"] : each["end"]] for each in joined["tokens"]]
    assert tokens == ["Asha", ".", "Juma", ".", "Ali", "."]
    done = tonemark("export", folder, "-o", tmp_path / "o", "--joined")
    assert "  among them 1 joined of several people's answers" in done.stdout
    of_hers = ("--joined", "--annotator", "amina")
    (hers,) = exported(folder, tonemark, *of_hers)
    assert (hers["key"], hers["_annotator_id"]) == ("n.txt:2", "amina")


@pytest.mark.parametrize("name", writable())
def test_nobodys_answer_is_nobodys_again(
    name: str, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = answered_pieces(tmp_path, tonemark)
    out = tmp_path / f"out{output_suffix(format_named(name))}"
    done = tonemark("export", folder, "--format", name, "-o", out, "--joined", "--json")
    report = json.loads(done.stdout)
    assert (report["written"], report["of_several"]) == (1, 1)
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "PER,LOC")
    tonemark("add", other, out, "--format", name)
    (there,) = exported(other, tonemark, "--all")
    assert there["text"] == "Asha. Juma. Ali."
    assert [(s["start"], s["end"]) for s in there["spans"]] == [(0, 4), (6, 10)]
    assert there.get("_annotator_id") in (None, "unknown")


def test_everyones_answers_are_joined_annotator_by_annotator(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    """They were lost, all of them, and nothing said so."""
    folder = answered_pieces(tmp_path, tonemark)
    (joined,) = exported(folder, tonemark, "--joined", "--everyone")
    assert (joined["key"], joined["text"]) == ("n.txt:2", "Kesho. Dar leo.")
    spans = {
        version["_annotator_id"]: [(s["start"], s["end"], s["label"]) for s in version["spans"]]
        for version in joined["versions"]
    }
    assert spans == {"amina": [(0, 5, "PER"), (7, 14, "LOC")], "juma": [(7, 10, "LOC")]}
    done = tonemark("export", folder, "-o", tmp_path / "o.jsonl", "--joined", "--everyone")
    assert "1 of which pieces are missing" in done.stdout
    with_one = task("Juma.", "n.txt:1@6", "amina", (0, 4, "PER"))
    (tmp_path / "more.jsonl").write_text(with_one, encoding="utf-8")
    tonemark("add", folder, tmp_path / "more.jsonl", "--match", "key")
    done = tonemark("export", folder, "-o", tmp_path / "o.jsonl", "--joined", "--everyone")
    assert "  left out: 1 answer to some of the pieces of a text" in done.stdout
    first, _ = map(json.loads, (tmp_path / "o.jsonl").read_text("utf-8").splitlines())
    said = json.dumps(first)
    assert "amina" in said
    assert "juma" not in said


def test_what_everyone_says_differently_of_pieces_is_not_joined(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = answered_pieces(tmp_path, tonemark)
    refused = task("Kesho.", "n.txt:2@0", "juma", answer="reject", _timestamp=4_000_000_000.0)
    (tmp_path / "more.jsonl").write_text(refused, encoding="utf-8")
    tonemark("add", folder, tmp_path / "more.jsonl", "--match", "key")
    (joined,) = exported(folder, tonemark, "--joined", "--everyone")
    assert "juma" not in json.dumps(joined)
    assert "amina" in json.dumps(joined)


def test_with_all_an_open_piece_is_told_as_open(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = project(tmp_path, tonemark)
    (tmp_path / "n.txt").write_text("Asha. Juma.\n", encoding="utf-8")
    tonemark("add", folder, tmp_path / "n.txt", "--split", "sentences")
    (tmp_path / "a.jsonl").write_text(task("Asha.", "n.txt:1@0", "amina"), encoding="utf-8")
    tonemark("add", folder, tmp_path / "a.jsonl", "--match", "key")
    for how in ((), ("--everyone",)):
        asked = ("--joined", "--all", *how)
        done = tonemark("export", folder, "-o", tmp_path / "o", *asked, code=1)
        assert "1 without an answer" in done.stderr
        assert "open: 1 of the 2 pieces of 1 text" in done.stderr
        assert "missing" not in done.stderr


def gold_rows(*reviewers: str) -> list[tuple[Piece, ExportRow]]:
    return [
        (Piece(at * 6, 6 * len(reviewers) - 1, " " if at else ""), ExportRow(
            f"d@{at}", "Asha.", {}, None, (Span(0, 4, "PER"),), "accept", name, settled=Settled(),
        ))
        for at, name in enumerate(reviewers)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reviewers", "who", "is_gold"),
    [
        (["neema", "neema"], "neema", True),
        (["rule:unanimous", "neema"], "neema", True),
        (["rule:unanimous", "rule:unanimous"], "rule:unanimous", True),
        (["rule:unanimous", "rule:majority"], "rule:majority", True),
        (["neema", "zawadi"], None, False),
    ],
)
def test_gold_of_pieces_is_that_of_the_one_who_settled_it(
    reviewers: list[str], who: str | None, is_gold: bool
) -> None:
    row = _joined(gold_rows(*reviewers))
    assert row is not None
    assert (row.annotator, row.settled is not None) == (who, is_gold)


def test_tokens_of_the_document_stay_beside_corrected_ones() -> None:
    own, hers = (Token(0, 4), Token(4, 5)), (Token(0, 5),)
    (first, _), (second, one) = gold_rows("neema", "neema")
    rows = [
        (first, replace(one, tokens=own)),
        (second, replace(one, tokens=hers, document_tokens=own, tokens_corrected=True)),
    ]
    row = _joined(rows)
    assert row is not None
    assert row.tokens == (*own, Token(6, 11))
    assert row.document_tokens == row.own_tokens() == (*own, Token(6, 10), Token(10, 11))
    plain = _joined([*rows[:1], (second, replace(one, tokens=own))])
    assert plain is not None
    assert plain.document_tokens is None


def test_texts_of_one_key_keep_keys_of_their_own(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder = project(tmp_path, tonemark)
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(task(f"{name}. Leo.", "d", None), encoding="utf-8")
        tonemark("add", folder, tmp_path / name, "--split", "sentences")
    joined = exported(folder, tonemark, "--joined", "--all")
    assert [each["key"] for each in joined] == ["d", "b.jsonl:d"]
    assert [each["text"] for each in joined] == ["a.jsonl. Leo.", "b.jsonl. Leo."]


def test_the_rules_are_those_of_the_language(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    folder = project(tmp_path, tonemark)
    profile = 'version = 1\nabout = "x"\nsources = ["y"]\n[sentences]\nabbreviations = ["Kapt."]\n'
    (folder / "tokenizer.toml").write_text(profile, encoding="utf-8")
    settings_file = folder / "project.toml"
    written = settings_file.read_text(encoding="utf-8")
    assert 'tokenizer = "' in written
    lines = [
        'tokenizer = "tokenizer.toml"' if line.startswith('tokenizer = "') else line
        for line in written.splitlines()
    ]
    settings_file.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "n.txt").write_text("Kapt. Asha alifika. Basi.\n", encoding="utf-8")
    tonemark("add", folder, tmp_path / "n.txt", "--split", "sentences")
    texts = [each["text"] for each in exported(folder, tonemark, "--all")]
    assert texts == ["Kapt. Asha alifika.", "Basi."]
