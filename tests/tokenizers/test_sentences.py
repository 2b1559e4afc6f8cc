"""Where sentences and paragraphs end, by script; and what is promised of any text."""

from __future__ import annotations

import json
import time
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.sentences.line_ends import NARROWEST, WIDEST, line_ends
from tonemark.tokenizers.sentences.rules import SentenceRules, sentence_rules
from tonemark.tokenizers.sentences.sentences import paragraphs, sentences
from tonemark.tokenizers.trial.hostile import GROWING
from tonemark.tokenizers.trial.hostile import PIECES as HOSTILE_PIECES

GENERAL = SentenceRules()

# Written as the text, with "|" where a sentence ends.
CASES = {
    "plain": "Habari za leo.| Uko wapi?| Karibu sana!| Tutaonana kesho",
    "one": "Habari za leo.",
    "no sign": "Habari za leo",
    "runs": "Kweli?!| Sijui...| Basi!!!| Ndiyo.",
    "ellipsis in a sentence": "Alisema… hapana. Akaenda... polepole.".replace(". A", ".| A"),
    "ellipsis at the front": "... na kisha akaenda.| Basi.",
    "dots apart": "Alikwenda . . . na kurudi . . . .| Basi.",
    "lower case goes on": "Uko wapi? aliuliza Asha.| Kweli! alijibu.",
    "initials": "J. K. Rowling alikuja.| Ọ. A. Adé lọ sí ilé.| D.R. Congo ni kubwa.",
    "initials together": "J.K. Omondi alifika U.S. Embassy.| Wengi walikuja.",
    "titles": "Dr. Asha na Mrs. Otieno walifika.| Prof. Juma naye.| St. Mary's ni shule.",
    "digraphs": "Ch. Banda na Ng. Mwale anabwera.| Zikomo.",
    "stops inside": "Tulianza saa 4 p.m. Baadaye tulilala.".replace("m. B", "m.| B"),
    "stops inside, going on": "Nyanya, vitunguu n.k. huuzwa hapa.| Basi.",
    "degrees": "Ana Ph.D. Elimu yake ni nzuri",
    "words of two letters end": "Mo rí i.| Ó lọ.| Wọ́n wá sí ibí.",
    "numbers": "Bei ni 3.5 kwa kilo.| Mwaka 2021.| Kisha 2022.",
    "numbered": "1. Habari njema.| 2. Habari mbaya.| 3) Basi.",
    "lettered": "a. Habari njema.| B. Habari mbaya.",
    "before numbers": "Ona No. 5 na p. 12 za kitabu.| Tazama Fig. 3 pia.| Ni tarehe 3. 5. 2021.",
    "no": "Sema no.| Kisha nenda.",
    "addresses": "Soma www.redio.com leo.| Andika amina@redio.or.tz.| Nenda http://a.b/c?d=e!f.",
    "no space": "Alifika.Kisha akaenda nyumbani.",
    "clicks": "!Xun le !Kung ke batho.| !Kung hape.| Ju|'hoan!| ǃXóõ ke puo.".replace(
        "|'", "\x00'"
    ),
    "prefixes with capitals": "Wafika ekhaya.| uMandela wathi kunjalo.| i-ANC iyavuma.",
    "prefix behind speech": "“Uyaphi?” uSipho wabuza.| Ngiyahamba.",
    "curly quotes": "“Njoo.| Twende.”| Walienda.",
    "speech goes on": '“Nani?” aliuliza.| ‘Mimi!’ alijibu.| "Sawa." alisema.',
    "comma behind speech": '"Nani?", aliuliza.| "Mimi.", alijibu.',
    "German quotes": "„Komm.“| »Geh!«| ‚Ja?‘| Gut.",
    "French": "Il dit : « Viens ! »| Puis il part.| « Non ! » dit-elle.| « Oui. »",
    "brackets": "Alifika (jana.)| Leo yuko [hapa?]| Kesho.",
    "footnotes": "Ni mji mkubwa.[12]| Una watu wengi.²| Basi.",
    "dashes": "– Uko wapi?| – Hapa. – alijibu.| — Sawa.".replace(". –", ". –"),
    "inverted": "¿Dónde está?| ¡Aquí!| Bueno.",
    "straight quotes between spaces": '" Njoo . "| Walienda .| " Sawa . "| Basi .',
    "a quote that was left open": 'Urefu wa 5 " tu .|\n\n" Sawa . "| Basi .',
    "tokens put together": "Habari za leo .| Uko wapi ?| Dr . Juma".replace("Dr . J", "Dr .| J"),
    "no capitals at all": "nimefika.| nitakuja kesho.| uko wapi?| sawa... basi",
    "pictures": "Safi sana!| 😀 Kesho tena.😀👩🏽| Basi…❤️| Asante",
    "Yorùbá": "Ẹ̀kọ́ dára.| Ṣé o wà?| Ńlá ni.| Òun ni Dr. Adé.",
    "Igbo": "Ị bịara?| Ọ dị mma.| Nwanne m nọ ebe a.",
    "Hmong": "Nyob zoo.| Koj nyob qhov twg?| Vaj Tswv.| Kuv nyob Laos.",
    "Ewe": "Ŋdi na mi.| Ɖevi la va.| Ƒe sia nyo.",
    "Amharic": "ሰላም ነው።| እንዴት ነህ፧| ደህና ነኝ።| አዎ፨| እሺ!| የት ነው?| ቤት",
    "Amharic without spaces": "ሰላም፡ኢትዮጵያ።|እንዴት፡ነህ፧|ደህና",
    "Amharic as typed": "ሰላም ነው፡፡| እንዴት ነህ::| ደህና",
    "ellipses that end nothing": "ሰላም… ደህና .… ነኝ…. እሺ።| ቤት…| Basi….. sasa.",
    "Amharic abbreviations": "በ2010 ዓ.ም. ተወለደ።| ዶ/ር አበበ፤ እና ወ.ሮ አልማዝ፣ መጡ።",
    "Amharic quotes": "«ና።»| “ሂድ።” | እሺ።".replace("” |", "”|"),
    "Arabic": "أين أنت؟| أنا هنا.| د. أحمد جاء.| نعم!| لا؟!| حسنا",
    "Arabic comma behind": "لماذا؟، قال.| هنا",
    "Urdu": "یہ گھر ہے۔| کیا؟| ہاں",
    "Ajami": "Ina kwana?| بَرْكَا دَ زُوَا.| إِنَا كْوَانَا؟| لَافِيَا",
    "N'Ko": "ߒ ߕߊ߯ ߘߊ߫.| ߌ ߞߊ߬ߕߌ߬؟| ߒ߬ߓߊ߬߹| ߊ߬ ߣߊ߬ ߘߊ߫߸ ߊ߬ ߕߊ߯ ߘߊ߫.| ߌ",
    "Adlam": "𞤔𞤢𞤥 𞤱𞤢𞤤𞤭.| 𞥟𞤅𞤢 𞤸𞤮؟| 𞥞𞤃𞤢𞤺𞤺𞤮!| 𞤀𞤲⹁ 𞤥𞤭𞤲.| 𞤃𞤭",
    "Adlam, lower case goes on": "𞤔𞤢𞤥؟ 𞤱𞤢𞤤𞤭.| 𞤃𞤭",
    "Vai": "ꕉꕊ ꔀ꘎| ꕉꕊ ꔀ꘏| ꕉꕊ꘍ ꔀ.| ꕉ",
    "Bamum": "ꚠꚡ꛳|ꚢꚣ꛷|ꚠ꛵ ꚡ",
    "Tifinagh": "ⴰⵣⵓⵍ.| ⵎⴰⵏⵉ ⵜⵍⵍⵉⴷ?| ⴷⴰ!| ⵢⴰⵀ",
    "Pahawh Hmong": "𖬌𖬣𖬵𖬷| 𖬀𖬲𖬹 𖬀𖬲𖬸| 𖬖𖬲.| 𖬖𖬲",
    "Nyiakeng Puachue Hmong": "𞄀𞄤𞄰𞄫.| 𞄁𞄦𞄱?| 𞄁𞄦",
    "Mende": "𞠀𞠁.| 𞠂𞠃?| 𞠄",
    "Devanagari": "यह घर है।| क्या?| हाँ॥| ठीक",
    "Khmer": "នេះជាផ្ទះ។|មែនទេ? បាទ៕|ល្អ".replace("? ប", "?| ប"),
    "Myanmar": "ဤသည်၊ အိမ်။|ဟုတ်",
    "Thai": "สวัสดีครับ ผมชื่อชัย",
    "Chinese": "你好。|你在哪里？|“好！”|他说：「来。」|是的！？|3．5",
    "Armenian": "Բարև։| Ո՞վ է։| Լավ",
    "Georgian": "გამარჯობა. კარგად ვარ.".replace(". კ", ".| კ"),
    "Georgian and Latin": "გამარჯობა NATO.| კარგად ვარ.",
    "direction marks": "أنا هنا.\u200f| نعم.\u202c| لا",
    "scripts in turn": "Habari።| ሰላም.| Karibu.",
    "empty lines": "Kichwa cha habari|\n\nna maandishi|\n \t\nmengine|\r\n\r\nbasi|\u2029mwisho",
    "wrapped": "Asha na Juma walikwenda sokoni pamoja\nna Amina siku ya Jumatatu asubuhi. Kisha\n"
    "Asha alirudi.".replace(". K", ".| K"),
    "a heading": "Habari za leo|\nAsha na Juma walikwenda sokoni kununua\nNdizi na machungwa.",
    "verses": "Asha|\nJuma na Amina|\nSokoni",
    "verses, the longest ahead": "Asha na Amina walikwenda sokoni\nKununua ndizi|\nNa maji",
    "verses in lower case go on": "Asha\nakaenda na Juma\nsokoni",
    "bullets": "Tulinunua haya yote leo asubuhi|\n• Ndizi|\n• Nyanya\nna vitunguu",
    "lines that nobody wrapped": f"{'Habari ' * 20}|\nKisha|\nBasi",
    "white space": "\n  Habari. | \t Karibu.  \n ",
    "nothing": "",
    "white space alone": " \n\t\u3000 ",
    "signs at the front": "?! Basi.| *** Leo.",
    "a long word sticks out": f"Asha na Amina walikwenda pamoja kununua\nNdizi hapa\n{'x' * 50}\n"
    "Na Juma.",
    "signs alone": "?! ... ***",
}


def cut(text: str, rules: SentenceRules = GENERAL) -> list[str]:
    found = sentences(text, rules)
    check(text, found)
    return [text[start:end] for start, end in found]


def check(text: str, found: list[Token]) -> None:
    """What `sentences` promises of every text."""
    borders = {0, *(end for _, end in graphemes(text))}
    covered = 0
    for start, end in found:
        assert covered <= start < end
        assert not text[covered:start] or text[covered:start].isspace()
        assert {start, end} <= borders
        piece = text[start:end]
        # White space stays only where it is one cluster with something else.
        assert not piece[0].isspace() or start + 1 not in borders
        assert not piece[-1].isspace() or end - 1 not in borders
        covered = end
    assert not text[covered:] or text[covered:].isspace()


@pytest.mark.parametrize("written", CASES.values(), ids=CASES.keys())
def test_ends(written: str) -> None:
    wanted = [piece.strip().replace("\x00", "|") for piece in written.split("|")]
    text = written.replace("|", "").replace("\x00", "|")
    assert cut(text) == [piece for piece in wanted if piece]


@pytest.mark.parametrize(
    ("table", "written"),
    [
        ({"abbreviations": ["Dkt."]}, "Dkt. Asha na DKT. Juma.| Basi."),
        ({"abbreviations": ["mh."]}, "Mh. Asha na mh. Juma, MH. Ali.| Basi."),
        ({"abbreviations": ["Mhe."]}, "(Mhe. Asha) alikuja.| Ni mhe.| Basi."),
        ({}, "Mhe.| Asha alikuja."),
        ({"abbreviations": ["Sur.", "Dkt."]}, "L-is-Sur. Borg u n’Dkt. Juma, uDkt. Zulu.| Basi."),
        ({}, "Wathi uDr. Zulu no-Mr. Dube noJ. Nxumalo.| Kulungile."),
        ({"before_numbers": ["Na."]}, "Ni Na. 5 hapa.| Na.| Basi."),
        ({"ordinals": True}, "Am 3. Mai und 21. Juni kam Otto II. Groß.| Im Jahr 2021.| Gut."),
        ({}, "Am 3.| Mai."),
        ({"ends": ";"}, "Πού είσαι;| Εδώ είμαι.| A;b"),
        ({"ends": "߸"}, "ߊ߬ ߣߊ߬ ߘߊ߫߸| ߊ߬ ߕߊ߯ ߘߊ߫.| ߌ"),
        ({"not_ends": "!"}, "Wewe! Njoo.| Sasa!"),
        ({"not_ends": "."}, "Wewe. Njoo!| Sasa."),
    ],
)
def test_what_a_profile_adds(table: dict[str, Any], written: str) -> None:
    faults: list[str] = []
    rules = sentence_rules(table, lambda words, key: faults.append(words))
    assert not faults
    assert cut(written.replace("|", ""), rules) == [each.strip() for each in written.split("|")]


def test_a_profile_joins_what_its_base_has() -> None:
    base = SentenceRules(ends=frozenset(";"), abbreviations=frozenset(["Dkt."]), ordinals=True)
    table = {"ends": "߸", "not_ends": ";!", "abbreviations": ["Bw."], "ordinals": False}
    rules = sentence_rules(table, pytest.fail, base)
    assert rules.ends == {"߸"}
    assert rules.not_ends == {";", "!"}
    assert rules.abbreviations == {"Dkt.", "Bw.", "BW."}
    assert not rules.ordinals
    assert sentence_rules({}, pytest.fail, base) == base


@pytest.mark.parametrize(
    ("table", "key", "word"),
    [
        ({"stops": "."}, "stops", "known: ends"),
        ({"ends": ["."]}, "ends", "string"),
        ({"ends": ".a"}, "ends", "U+0061"),
        ({"not_ends": " "}, "not_ends", "U+0020"),
        ({"abbreviations": "Dkt."}, "abbreviations", "list"),
        ({"abbreviations": ["Dkt.", 3]}, "abbreviations", "list"),
        ({"abbreviations": ["Dkt"]}, "abbreviations", "full stop"),
        ({"before_numbers": ["p. ex."]}, "before_numbers", "white space"),
        ({"abbreviations": [""]}, "abbreviations", "empty"),
        ({"abbreviations": ["x" * 40 + "."]}, "abbreviations", "too long"),
        ({"ordinals": 1}, "ordinals", "true or false"),
    ],
)
def test_a_fault_is_noted_where_it_is(table: dict[str, Any], key: str, word: str) -> None:
    noted: list[tuple[str, str]] = []
    rules = sentence_rules(table, lambda words, key: noted.append((words, key)))
    ((words, where),) = noted
    assert (where, word in words) == (key, True), words
    assert not rules.ends


@pytest.mark.parametrize(
    ("written"),
    [
        "Habari. Karibu.|\n\nLeo ni\nJumatatu.|\n \n\nBasi",
        "  Habari\nleo ",
        f"{'neno ' * 30}|\nHabari|\nKaribu|\n\nKichwa\nkifupi",
        "",
        "Kichwa|\u2029maandishi",
    ],
)
def test_paragraphs(written: str) -> None:
    text = written.replace("|", "")
    found = paragraphs(text)
    check(text, found)
    assert [text[a:b] for a, b in found] == [p.strip() for p in written.split("|") if p.strip()]


# fmt: off
PIECES = [
    *"aZé1.,:-/'’!?… \t\n\r\x00\x1c\x85\xa0 \n\n....!?…፡።፧؟ሰǃߊ𞤀𞥆𖬌𖬵각क👩🏽", "\r\n",
    "\u2028", "\u2029",
    "\u3000", "\u0301", "\u0308", "\u200b", "\u200d", "\u2060", "\ufeff", "\ufe0f", "\u0600",
    "\u06dd", "\u0d4e", "\U000110bd", "\u0e33", "\u093e", "\u1161", "\u1100", "\u094d", "\u20e3",
    "\U0001f1f0", "\U0001f1ea", "\U000e0041", "\ud800", "\ufffe", "\u0378", "\ue000", "\u202e",
    ". ", ".\n", "\n\n", "Dr.", "J.", '."', "”", "« ", " »", ' "', "Asha",
]
# What may close behind a sign, and what then belongs to it.
CLOSING = [*"።؟..²¹ℹ©‼🅰😀»)]", "[1]", "\ufe0f", "\u200d", "\u0e33", "\u0eb3", "\u0301"]
# fmt: on
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.lists(st.sampled_from([*HOSTILE_PIECES, *CLOSING]), max_size=12).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=40),
)


@given(TEXTS)
def test_every_character_is_in_one_sentence(text: str) -> None:
    found = sentences(text)
    check(text, found)
    check(text, paragraphs(text))
    assert found == sentences(text)


@pytest.mark.parametrize("closer", [*"።²¹⁹ℹ©‼🅰😀»’)]", "[1]", "😀\u200d", "\u200f", " »"])
@pytest.mark.parametrize("mark", ["\u0301", "\u0e33", "\u093e", "\u200d", "\ufe0f", "🏽"])
def test_no_cluster_is_cut_behind_what_closes(closer: str, mark: str) -> None:
    for sign in ("።", ".", ".\n", "\n\n"):
        for text in (f"oa{sign}{closer}{mark}b", f"Oa{sign}{closer}{mark} Basi"):
            check(text, sentences(text))


@given(TEXTS)
def test_no_sentence_lies_in_two_paragraphs(text: str) -> None:
    starts = {start for start, _ in sentences(text)}
    assert all(start in starts for start, _ in paragraphs(text)) or "\n" not in text


@given(
    st.lists(st.sampled_from(["na", "Asha", "sokoni", "walikwenda", "Kiti"]), min_size=1),
    st.integers(NARROWEST + 20, WIDEST),
)
def test_wrapping_ends_nothing(words: list[str], width: int) -> None:
    lines, line = [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    text = "\n".join([*lines, line])
    assert not any(each.is_set for each in line_ends(text))
    assert sentences(text) == [Token(0, len(text))]


# fmt: off
HOSTILE = [
    ".", "...", '"', ". ", '." ', "\n", "a\n", "A.\n\n", "A. ", "a. ", " ", "( ", "“", "\u0301",
    ". \u0301",
    "።", "::", "፡", "J.", "1. ", ' . " ', "* ", "A\u2029", "\u0600 ", ".[1]", f"{'a' * 50}. ",
    "\U0001f1f0", ".\u200f", f"{'x ' * 20}\n", ".\xa0»", "a.b", "Dr.",
]
# fmt: on


# A run that begins anew at each line end or sign, and is walked through from each, is quadratic.
STARTED = [start + unit for start in ("\n", ". ") for unit in (*GROWING, *"-(•*—“¿,&")]


@pytest.mark.parametrize("unit", dict.fromkeys([*HOSTILE, *STARTED]))
def test_hostile_text_takes_linear_time(unit: str) -> None:
    def took(count: int) -> int:
        text = f"A {unit * count}"
        begun = time.process_time_ns()
        sentences(text)
        paragraphs(text)
        return time.process_time_ns() - begun

    for text in (unit * 9, f"{unit * 9}a", f"A {unit * 9}A"):
        check(text, sentences(text))
        check(text, paragraphs(text))
    count = 1_500 // len(unit)
    floor = 750_000
    if (longer := took(8 * count)) > 24 * floor:
        # What is quadratic takes 64 times as long for eight times as much.
        once = max(min(took(count) for _ in range(3)), floor)
        assert min(longer, took(8 * count)) < 24 * once


def test_fewer_wrong_borders_than_by_the_signs_alone(corpora: Path) -> None:
    """On gold sentences put together by a space; what matters most is not to cut one in two."""
    import spacy

    signs = regex.compile(r"(?<=[.?!።])\s+")
    sentencizer = spacy.blank("xx")
    sentencizer.add_pipe("sentencizer")

    def precision(gold: set[int], found: set[int]) -> float:
        return len(gold & found) / len(found) if found else 0.0

    for path in sorted((corpora / "tokens").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            texts = [json.loads(line)["text"].strip() for line in islice(lines, 800)]
        text = " ".join(texts)
        gold = set(accumulate(len(each) + 1 for each in texts[:-1]))
        ours = {start for start, _ in sentences(text)} - {0}
        simple = {match.end() for match in signs.finditer(text)}
        peers = {each.start_char for each in sentencizer(text).sents} - {0}
        best = max(precision(gold, simple), precision(gold, peers))
        assert precision(gold, ours) >= best, path.stem
        assert len(gold & ours) >= 0.75 * len(gold & (simple | peers)), path.stem
