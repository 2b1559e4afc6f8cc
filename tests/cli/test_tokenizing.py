"""`tonemark tokenize` and `tonemark tokenizers`: what is seen of tokens, and their score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tonemark.cli.commands import run
from tonemark.tokenizers.registry import listed, tokenizer_names

TEXT = "Ẹ̀kọ́ ni.\nVaj-Pov mus\tlawm\n"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]):
    """Runs a command line: its exit code, lines and errors."""

    def said(*arguments: object) -> tuple[int, list[str], str]:
        code = run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err

    return said


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    (tmp_path / "texts.txt").write_text(TEXT, "utf-8")
    return tmp_path / "texts.txt"


def test_tokens_are_shown(said, texts: Path) -> None:
    assert said("tokenize", texts) == (0, ["Ẹ̀kọ́ ni|.", "Vaj|-|Pov mus lawm"], "")


def test_a_file_of_rules_is_a_tokenizer(said, texts: Path) -> None:
    rules = texts.with_name("mine.toml")
    rules.write_text('[words]\njoin = "-"\n[phrases]\nwords = ["mus lawm"]\n', "utf-8")
    code, lines, _ = said("tokenize", "--tokenizer", rules, texts)
    assert (code, lines) == (0, ["Ẹ̀kọ́ ni|.", r"Vaj-Pov mus\{9}lawm"])


def test_a_file_of_rules_that_is_at_fault(said, texts: Path) -> None:
    rules = texts.with_name("mine.toml")
    rules.write_text("[words]\njion = 1\n", "utf-8")
    code, lines, err = said("tokenize", "--tokenizer", rules, texts)
    assert (code, lines) == (1, [])
    assert "mine.toml, line 2" in err


def test_sentences_one_a_line(said, texts: Path) -> None:
    texts.write_text("Moja. Mbili? Tatu\n", "utf-8")
    assert said("tokenize", "--sentences", texts)[1] == ["Moja|.", "Mbili|?", "Tatu"]


def test_offsets_are_of_the_text(said, texts: Path) -> None:
    code, lines, _ = said("tokenize", "--jsonl", texts)
    rows = [json.loads(line) for line in lines]
    assert code == 0
    cut = [[row["text"][t["start"] : t["end"]] for t in row["tokens"]] for row in rows]
    assert cut == [["Ẹ̀kọ́", "ni", "."], ["Vaj", "-", "Pov", "mus", "lawm"]]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--lang", "no such"), "not a language tag"),
        (("--lang", "hmn-syllables"), "take it with --tokenizer hmn-syllables"),
        (("--tokenizer", "kab"), "kab is a language: take it with --lang kab"),
        (("--tokenizer", "sw-KE"), "sw-KE is a language: take it with --lang sw-KE"),
        (("--tokenizer", "genral"), "Did you mean general?"),
        (("--tokenizer", "none.toml"), "none.toml cannot be read"),
        (("--lang", "yo", "--tokenizer", "general"), "give one of the two"),
    ],
)
def test_a_tokenizer_that_is_none(said, texts: Path, arguments: tuple, named: str) -> None:
    code, lines, err = said("tokenize", *arguments, texts)
    assert (code, lines) == (2, [])
    assert named in " ".join(err.split())


def test_all_are_listed(said) -> None:
    code, lines, _ = said("tokenizers")
    assert code == 0
    for name in tokenizer_names():
        assert any(line.startswith(f"{name} ") for line in lines)
    found = json.loads(said("tokenizers", "--json")[1][-1])["tokenizers"]
    assert [each["name"] for each in found] == [each.name for each in listed()]


def test_a_profile_is_printed_as_it_is(said, tmp_path: Path) -> None:
    code, lines, _ = said("tokenizers", "show", "sw")
    (tmp_path / "mine.toml").write_text("\n".join(lines), "utf-8")
    assert code == 0
    text = tmp_path / "text.txt"
    text.write_text("Ng'ombe wa Dkt. Amina hunywa maji.\n", "utf-8")
    mine = said("tokenize", "--tokenizer", tmp_path / "mine.toml", text)
    assert mine == said("tokenize", "--lang", "sw", text)
    assert said("tokenizers", "show", "none")[0] == 1


GOLD = [
    {"text": "Ẹ̀kọ́ ni.", "tokens": [[0, 5], [6, 8], [8, 9]]},
    {"text": "kws kho mob.", "tokens": [[0, 11], [11, 12]]},
]


def gold_file(tmp_path: Path) -> Path:
    lines = []
    for row in GOLD:
        tokens = [{"start": start, "end": end} for start, end in row["tokens"]]
        lines.append(json.dumps({"text": row["text"], "tokens": tokens}))
    (tmp_path / "gold.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path / "gold.jsonl"


def test_the_score(said, tmp_path: Path) -> None:
    gold = gold_file(tmp_path)
    code, lines, _ = said("tokenizers", "score", gold, "--json")
    found = json.loads(lines[-1])
    assert code == 0
    # given: 3 of which 3 right, and kws, kho, mob, "." of which one is
    assert found["precision"] == round(4 / 7, 6)
    assert found["recall"] == round(4 / 5, 6)
    assert found["f1"] == round(8 / 12, 6)
    assert found["sentence_accuracy"] == 0.5
    assert found["tokens_per_second"] > 0
    code, lines, _ = said("tokenizers", "score", "--tokenizer", "general", gold)
    assert any("kws|kho|mob  should be  kws kho mob" in line for line in lines)


def test_a_bad_line_of_gold_stops_nothing(said, tmp_path: Path) -> None:
    gold = gold_file(tmp_path)
    with gold.open("a") as stream:
        stream.write(
            '{"text": "a b"}\nnot json\n{"text": "c", "tokens": [{"start": 0, "end": 9}]}\n'
        )
    code, lines, err = said("tokenizers", "score", gold, "--json")
    assert code == 1
    found = json.loads(lines[-1])
    assert (found["sentences"], found["refused"]) == (2, 3)
    for number in (3, 4, 5):
        assert f"line {number}: " in err


def test_gold_is_what_was_shown_and_corrected(said, texts: Path) -> None:
    gold = texts.with_name("gold.txt")
    gold.write_text("Ẹ̀kọ́ ni|.\nVaj-Pov mus␣lawm\n", "utf-8")
    found = json.loads(said("tokenizers", "score", gold, "--json")[1][-1])
    # given: Ẹ̀kọ́ ni . Vaj - Pov mus lawm
    assert (found["precision"], found["recall"]) == (round(3 / 8, 6), round(3 / 5, 6))


def test_gold_without_tokens(said, texts: Path) -> None:
    texts = texts.rename(texts.with_suffix(".csv"))
    code, lines, err = said("tokenizers", "score", texts)
    assert (code, lines) == (1, [])
    assert "has no text with tokens" in err


def test_text_that_is_no_gold_is_not_taken_for_gold_without_a_word(said, texts: Path) -> None:
    texts.write_text("Ẹ̀kọ́ ni.\nVaj-Pov mus lawm\n", "utf-8")
    code, lines, err = said("tokenizers", "score", texts, "--json")
    assert (code, json.loads(lines[-1])["sentences"]) == (0, 2)
    assert "no | in texts.txt: is it gold?" in err
    texts.write_text("Vaj-Pov mus lawm\nkws␣kho␣mob\n", "utf-8")
    assert said("tokenizers", "score", texts)[2] == ""


def test_learning_from_text_that_is_no_gold(said, texts: Path) -> None:
    code, _, err = said("tokenizers", "learn", texts, "-o", texts.with_name("a.words"))
    assert code == 1
    assert "No | in texts.txt: is it gold?" in err
    assert not texts.with_name("a.words").exists()


def test_bars_that_part_nothing_are_told_once(said, texts: Path) -> None:
    gold = texts.with_name("gold.txt")
    lines = ["yefka |-yas", "azul|!", "Tizi␣ Wezzu ␣", "¦¦gôan|."]
    gold.write_text("\n".join(lines), "utf-8")
    code, _, err = said("tokenizers", "score", gold)
    assert code == 0
    assert err.startswith("gold.txt, lines 1 and 3: a | or a ␣ at an end or beside a space")
    assert err.count("\n") == 1
    gold.write_text("a| b\n" * 30, "utf-8")
    assert (
        "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 20 more: " in said("tokenizers", "score", gold)[2]
    )


def test_tokens_that_leave_text_out_are_told_with_their_lines(said, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    rows = [("azul.", [(0, 4), (4, 5)]), ("azul.", [(0, 4)]), ("a b", [(2, 3)])]
    gold.write_text(
        "".join(
            json.dumps({"text": t, "tokens": [{"start": s, "end": e} for s, e in k]}) + "\n"
            for t, k in rows
        )
    )
    code, lines, err = said("tokenizers", "score", gold)
    assert code == 0
    assert err.splitlines() == [
        "gold.jsonl, line 2: the character at 4 (U+002E) is in no token",
        "gold.jsonl, line 3: the character at 0 (U+0061) is in no token",
    ]
    assert any(line.endswith(".  should be  (no token)") for line in lines)


@pytest.mark.parametrize("name", ["gold.md", "gold.jsonl", "gold.csv"])
@pytest.mark.parametrize("verb", ["score", "learn"])
def test_gold_with_bars_under_another_name_is_told_once(
    said, tmp_path: Path, name: str, verb: str
) -> None:
    gold = tmp_path / name
    gold.write_text("azul|!\n" * 15)
    more = ("-o", tmp_path / "a.words") if verb == "learn" else ()
    code, lines, err = said("tokenizers", verb, gold, *more)
    assert (code, lines) == (1, [])
    assert "Gold with bars must end in .txt" in err
    assert len(err.splitlines()) == 2
    assert err.count("not JSON") <= 1


def test_a_bar_of_the_text_is_no_border(said, tmp_path: Path) -> None:
    text = tmp_path / "naq.txt"
    text.write_text("||gôan ge Ju|'hoan.\n", "utf-8")
    code, lines, _ = said("tokenize", "--lang", "naq", text)
    assert (code, lines) == (0, ["¦¦gôan ge Ju¦'hoan|."])
    gold = tmp_path / "gold.txt"
    gold.write_text(lines[0], "utf-8")
    found = json.loads(said("tokenizers", "score", "--lang", "naq", gold, "--json")[1][-1])
    assert found["f1"] == 1
    lines = said("tokenizers", "score", gold)[1]
    assert any("¦|¦|gôan  should be  ¦¦gôan" in line for line in lines)


def test_a_profile_is_shown_wherever_it_lies(said, texts: Path) -> None:
    mine = texts.with_name("mine.toml")
    mine.write_text('about = "mine"\n', "utf-8")
    assert said("tokenizers", "show", mine) == (0, ['about = "mine"'], "")
    mine.write_text("about = \n", "utf-8")
    assert said("tokenizers", "show", mine)[0] == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("general", "general has no file of rules."),
        ("spacy:yo", "spacy:yo has no file of rules."),
        ("mine.words", "mine.words has no file of rules."),
        ("none", "There is no tokenizer named"),
        ("none.toml", "none.toml cannot be read"),
    ],
)
def test_what_cannot_be_shown(
    said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.words").write_text("")
    code, lines, err = said("tokenizers", "show", name)
    assert (code, lines) == (1, [])
    assert told in err


@pytest.mark.parametrize("suffix", [".toml", ".words"])
def test_a_faulty_file_is_no_wrong_usage(said, texts: Path, suffix: str) -> None:
    rules = texts.with_name(f"mine{suffix}")
    rules.write_text("[words]\njion = 1\n", "utf-8")
    for verb in (("tokenize",), ("tokenizers", "score")):
        code, lines, err = said(*verb, "--tokenizer", rules, texts)
        assert (code, lines) == (1, [])
        assert "Usage" not in err


def test_what_to_do_stands_on_lines_of_its_own(said, texts: Path) -> None:
    code, _, err = said("tokenize", "--tokenizer", "none", texts)
    assert code == 2
    assert "⏎" not in err
    assert err.endswith("\n      tonemark tokenizers\n")
