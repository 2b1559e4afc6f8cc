"""What the general tokenizer does, by script; and what it promises, for any text."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.rules import Rules

GENERAL = GeneralTokenizer()

# Written as the text, with "|" where tokens meet without a space.
CASES = {
    "apostrophes": "ng'ombe ng’ombe ngʼombe ng`ombe ma‘ana ŋꞌa ʼyan '|yan jama’a|.",
    "quotes": "‘|ẹgbẹ́|’ “|ndiyo|”|, '|hapana|'",
    "full stops": "Ẹ̀kọ́|. Dr|. J|. K|. St|.|Judes haya|... kweli|.....",
    "hyphens": "Dar|-|es|-|Salaam Vaj|-|Pov Ilé|-|Ẹ̀kọ́ i|-|ANC -|ndiyo ka|- a|--|b",
    "numbers": "18 3.5 12|. 1,000.50 29|,|754 2.5kg 1.2.3 5|% $|7 km² ½ -|5",
    "times": "10:30 3:16 9:05:59 5|:|5 10:30|.",
    "dates": "2021-03-04 4/3/2021 4-3-2021 4.3.2021 2|-|1 2020|/|21",
    "addresses": "https://redio.or.tz/a_b?c=d|, (|www.redio.com/habari/|)|. habari.co.tz|. a.com/b",
    "mail and names": "amina.b+c@redio.or.tz|. @|amina #|Uchaguzi2022 # @ a|@|b",
    "clicks": "ǃXóõ ǀXam ǂKhomani ǁKhwe !|Kung",
    "tone letters": "ma˧ kàꜜ pí˥˩",
    "Ethiopic": "ሰላም|፡|ኢትዮጵያ|። ሰላም|፣ ደህና|፤ ፪ኛ ፲፱፻፺",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥 𞤆𞤵𞤤𞤢𞤪|. 𞤸𞤮𞥅|؟",
    "N'Ko": "ߒߞߏ|߸ ߓߊ߬ߡߊ߬ߞߐ߫|߹",
    "Pahawh Hmong": "𖬌𖬣𖬵 𖬀𖬲|𖬹",
    "Nyiakeng Puachue Hmong": "𞄀𞄤𞄰𞄫 𞄁𞄦𞄱",
    "Vai": "ꕙꔤ ꘋꕨ|꘎",
    "Tifinagh": "ⵜⴰⵎⴰⵣⵉⵖⵜ ⵜⴰⵙⵏⵓ",
    "Arabic": "كتــاب|، كِتَاب|؟ ١٬٢٣٤٫٥|۔",
    "joiners": "می\u200cخواهم|. क्\u200dष",
    "conjuncts": "क्षत्रिय|। ಕ್ಷ",
    "no spaces between words": "ภาษาไทยน้ำ ខ្មែរ|។ မြန်မာ|၊",
    "Hangul jamo": "한글 ᄒᆞᆫ|.",
    "pictures": "👩\u200d👩\u200d👧 👍🏽|👍 🇰🇪|🇹🇿 ❤\ufe0f|! 1\ufe0f\u20e3 #\ufe0f\u20e3 ℹ\u200d😀",
    "unseen": "a|\u200b|b co\xadop a\u2060b \ufeff|x \u202e|y",
    "unusual": "\x00|\x1b|[|31m \ud800|\ud801 \ue000|x",
    "marks after a line end": "\n\u0308a x|!",
    "many marks": "a" + "\u0301" * 200 + "b|.",
    "white space": " \t\r\n\x1c\x85\xa0\u2028\u3000a ",
    "nothing": "",
}

# fmt: off
NASTY = [  # what clusters, rules and encodings stumble over
    *"aZé1.,:-/@#'’!?…_ \t\n\r\x00\x1b\x1c\x7f\x85\xa0\xad", "http://", "www.", ".com",
    "1,000.5", "--", "\r\n", "\u2028", "\u3000", "\u0301", "\u0308", "\u0323", "\u200b",
    "\u200c", "\u200d", "\u2060", "\ufeff", "\ufe0f", "\u0600", "\u06dd", "\u070f", "\u0d4e",
    "\U000110bd", "\U000111c2", "\u0e33", "\u0eb3", "\u093e", "\u0c00", "\uff9e", "\u1161",
    "\u11a8", "\u1100", "각", "क", "\u094d", "ক", "\u09cd", "\u20e3", "\U0001f1f0", "\U0001f1ea",
    "👩", "🏽", "ℹ", "©", "\U000e0041", "\U000e007f", "\ud800", "\udfff", "\ufffe", "\u0378",
    "\ue000", "\u202e", "𞤀", "𞥆", "𖬌", "𖬵", "ሰ", "፡", "ǃ", "ʼ", "ߊ", "߫", "\u05f3", "\u00b7",
    "²",
]
# fmt: on
TEXTS = st.one_of(
    st.lists(st.sampled_from(NASTY), max_size=24).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=40),
)


def cut(text: str, tokenizer: GeneralTokenizer = GENERAL) -> list[str]:
    tokens = tokenizer.tokenize(text)
    assert faults(text, tokens) == []
    return [text[start:end] for start, end in tokens]


@pytest.mark.parametrize("written", CASES.values(), ids=CASES.keys())
def test_cuts(written: str) -> None:
    assert cut(written.replace("|", "")) == written.replace("|", " ").split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a \u0308b", ["a", " \u0308b"]),  # space and mark are one cluster: the token takes it in
        ("a \u200c ", ["a", " \u200c"]),
        ("(\u0600 5", ["(", "\u0600 ", "5"]),
        ("\u0600,x", ["\u0600,x"[:2], "x"]),
        ("! \u0e33", ["!", " \u0e33"]),
        ("\n\u0308", ["\u0308"]),  # nothing joins a line end
    ],
)
def test_clusters_that_hold_a_space_or_a_sign(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


APOSTROPHE_WORDS = Rules(initial=("'y", "'Y"), final=("'",))

RULES = {
    "join": (Rules(join="-"), "Dar-es-Salaam Vaj-Pov|, -|a b|- COVID|-|19 a|--|b"),
    "join numbers": (Rules(join="-%", join_numbers=True), "24-teev COVID-19 30|% a|-|,"),
    "no decimals": (Rules(decimals=False), "3|.|5 1|,|000|.|50 10:30 ٣|٫|٥ K4|.|5 4/12/2021 a.org"),
    "no times": (Rules(times=False), "10|:|30 9|:|05|:|59 3.5 4/12/2021 https://a.org:80/b"),
    "endings": (
        Rules(endings=("n-ún", "n-ín-ní", "-rí")),
        "kárùn-ún ka\u0301ru\u0300n-u\u0301n KÁRÙN\u2011ÚN|. kìn-ín-ní kìn|-|ín mú|-|ún n|-|un"
        " dún|-|únlé n-ún|' -|rí a-rí|, a-rí|-|rí",
    ),
    "doubled": (
        Rules(doubled=True),
        "kelen-kelen Kelen\u2010kelen|. dɔ̀-dɔ̀-dɔ̀ kelen|-|kelenw ba|-|da a|-|a b ko'ko|-|ko'ko"
        " -|ba-ba 10|-|10",
    ),
    "thousands": (Rules(thousands=True), "29,754,699|. 1,000.50 4|,|2019"),
    "letters": (Rules(letters="!ǃ"), "!Xun Xun! ǃX|."),
    "initial": (APOSTROPHE_WORDS, "'yan '|a (|' (|'yan 'YAN a'yan"),
    "final": (APOSTROPHE_WORDS, "ya' ya'|. '|' 5|'"),
    "split": (Rules(split="'ʼ"), "l|'|homme a|ʼ|b d’un ʼ|a"),
    "front": (Rules(front=("n'", "e-")), "n'|umugabo N’|Umugabo n|' n'|n'|a n|'|- e-|x"),
    "set off, front": (
        Rules(front=("t-", "d-")),
        "T-|udert d-|t-|a d-|5 t|-|, t|- a|-|t-|b t|--|a",
    ),
    "set off, back": (
        Rules(back=("-yas", "-t")),
        "Yefka|-yas|-T|, a|-|yass -|t a|‐t 2|-t a|-|b|-t",
    ),
    "set off, and not": (Rules(back=("-t", "yas")), "a|yas|-t a|-|t|yas a|-|t'a yas"),
    "set off, decomposed": (Rules(back=("-é",)), "a|-é a|-e\u0301 a|-|e"),
    "set off, joined by some": (Rules(back=("-t",), join="-"), "a|-t a|‐t a-b"),
    "front, joined": (Rules(front=("e-",), join="-"), "e-|Tekwini e|- ke-a"),
    "front, decomposed": (Rules(front=("iċ-",), join="-"), "iċ-|ċar ic\u0307-|c\u0307ar ic-car"),
    "back": (Rules(back=("-ni", "-je"), join="-"), "una|-ni una|-ni|-je|. -|ni ni-na"),
    "both": (Rules(front=("l'",), back=("'s",)), "L'|amie|'s l'|s"),
    "exceptions": (
        Rules(exceptions={"k.m.": ("k.m.",), "wabo": ("wa", "bo"), "!": ("!",)}),
        "k.m. (|k.m.|) k|.|m wa|bo wabow|! xwabo wa|bo|.",
    ),
    "exceptions that join": (Rules(exceptions={"n'": ("n'",)}), "n' ụlọ n'ụlọ an|' n'|. N|'"),
}


@pytest.mark.parametrize(("rules", "written"), RULES.values(), ids=RULES.keys())
def test_rules(rules: Rules, written: str) -> None:
    assert (
        cut(written.replace("|", ""), GeneralTokenizer(rules)) == written.replace("|", " ").split()
    )


EVERY_RULE = Rules(
    letters="!ʻ",
    initial=("'", "-k"),
    final=("'", "h-"),
    join="-~",
    join_numbers=True,
    split="’·",
    thousands=True,
    front=("n'", "d’", "a"),
    back=("-ni", "é", "b", "-a"),
    exceptions={"k.m.": ("k.m.",), "aZ": ("a", "Z"), "...": (".", ".", ".")},
)


@given(TEXTS)
def test_keeps_its_promises(text: str) -> None:
    tokens = GENERAL.tokenize(text)
    assert faults(text, tokens) == []
    assert GeneralTokenizer().tokenize(text) == tokens  # whatever it remembers


@given(TEXTS)
def test_keeps_its_promises_with_every_rule(text: str) -> None:
    assert faults(text, GeneralTokenizer(EVERY_RULE).tokenize(text)) == []


@given(TEXTS, TEXTS)
def test_a_line_is_cut_as_if_it_stood_alone(first: str, second: str) -> None:
    offset = len(first) + 1
    tokens = GENERAL.tokenize(f"{first}\n{second}")
    assert [token for token in tokens if token.end < offset] == GENERAL.tokenize(first)
    later = [(start - offset, end - offset) for start, end in tokens if start >= offset]
    assert later == GENERAL.tokenize(second)


@pytest.mark.parametrize(
    "piece",
    ["a.", "a-", "a@", "1,000,", "1:00", "1-1-", "1/1/", "www.!", "http://!", "a'", "a.com/", ".",
     "\u0301", " \u0301", "\U0001f1f0", "\u0600", "👩\u200d", "x@a.", "a+"],
)  # fmt: skip
def test_reads_hostile_text_in_steps_that_do_not_grow(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    # Quadratic time would take minutes here; `regex` gives up after two seconds.
    set_off = GeneralTokenizer(Rules(front=("a-", "1-"), back=("-a", "-1")))
    for tokenizer in (GENERAL, GeneralTokenizer(EVERY_RULE), set_off):
        cutter = tokenizer._chunks.cutter
        assert list(cutter._pattern.finditer(text, timeout=2))
        assert tokenizer.tokenize(text)


def test_white_space_is_what_str_isspace_says() -> None:
    characters = "".join(map(chr, range(0x110000)))
    spaces = [character for character in characters if character.isspace()]
    assert regex.findall(r"[\s\x1C-\x1F]", characters) == spaces


def test_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(GENERAL))
    assert copy.version == GENERAL.version
    assert copy.tokenize("Ẹ̀kọ́. ሰላም፡") == GENERAL.tokenize("Ẹ̀kọ́. ሰላም፡")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("amh_masakhaner", 0.999),
        ("amh_ud_att", 0.9958),
        ("swa_masakhaner", 0.9967),
        ("wol_masakhaner", 0.999),
        ("yor_ud_ytb", 0.9937),
    ],
)
def test_scores_no_lower_than_a_plain_pattern(corpora: Path, name: str, least: float) -> None:
    right = ours = theirs = 0
    for line in (corpora / "tokens" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        tokens = set(GENERAL.tokenize(row["text"]))
        gold = {(token["start"], token["end"]) for token in row["tokens"]}
        assert faults(row["text"], sorted(tokens)) == []
        right, ours, theirs = right + len(tokens & gold), ours + len(tokens), theirs + len(gold)
    assert 2 * right / (ours + theirs) >= least
