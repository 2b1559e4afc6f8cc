"""Text made safe to show: the table of stand-ins, and that nothing gets through."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tonemark.text import Safe, gated, graphemes, joined, short, stand_ins, visible

MARK = "\u0301"

SHOWN = {
    "escape sequence": ("\x1b]0;title\x07", "␛]0;title␇"),
    "C0": (
        "".join(map(chr, range(0x20))),
        "␀␁␂␃␄␅␆␇␈→⏎␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟",
    ),
    "tab and line ends": ("a\tb\nc\r\nd\re", "a→b⏎c␍␊d␍e"),
    "DEL and C1": (
        "\x7f" + "".join(map(chr, range(0x80, 0xA0))),
        "␡" + "".join(f"‹{code:02X}›" for code in range(0x80, 0xA0)),
    ),
    "a sequence of C1": ("\x9b31m\x9d52;c;\x9c", "‹9B›31m‹9D›52;c;‹9C›"),
    "bidi controls": (
        "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        "‹ALM›‹LRM›‹RLM›‹LRE›‹RLE›‹PDF›‹LRO›‹RLO›‹LRI›‹RLI›‹FSI›‹PDI›",
    ),
    "zero width": ("a\u200bb\u2060c\ufeffd\xade", "a╎b╪c◇d╌e"),
    "no-break spaces": ("a\xa0b\u2007c\u202fd", "a⍽b⍽c⍽d"),
    "other spaces stay": ("a\u2009b\u3000c", "a\u2009b\u3000c"),
    "separators": ("\u2028\u2029\ufff9\ufffa\ufffb", "‹U+2028›‹U+2029›‹U+FFF9›‹U+FFFA›‹U+FFFB›"),
    "tags": ("\U000e0001\U000e0041\U000e0100", "‹U+E0001›‹U+E0041›‹U+E0100›"),
    "surrogates": ("\ud800a\udfff", "‹U+D800›a‹U+DFFF›"),
    "noncharacters": ("\ufdd0\ufffe\U0010ffff", "‹U+FDD0›‹U+FFFE›‹U+10FFFF›"),
    "fillers": ("\u115f\u3164\uffa0\u034f", "‹U+115F›‹U+3164›‹U+FFA0›‹CGJ›"),
    "unassigned, private use": ("\u0378\ue000", "\u0378\ue000"),
    "many marks": (f"a{MARK * 12}b", f"a{MARK * 8}‹+4›b"),
    "as many as are shown": (f"a{MARK * 8}b", f"a{MARK * 8}b"),
    "mark at the start": (f"{MARK}a", f"◌{MARK}a"),
    "mark after a stand-in": (f"\n{MARK}a", f"⏎◌{MARK}a"),
    "only marks": (MARK * 20, f"◌{MARK * 8}‹+12›"),
    "mark on a space": (f"a {MARK}b", f"a {MARK}b"),
    "Persian ZWNJ": ("می\u200cخواهم", "می\u200cخواهم"),
    "N'Ko, Adlam": ("ߞ\u200cߟ 𞤀\u200d𞤁", "ߞ\u200cߟ 𞤀\u200d𞤁"),
    "Devanagari, Bengali ZWJ": ("क्\u200dष র\u200d্য", "क्\u200dष র\u200d্য"),
    "joiners in Latin": ("a\u200cb\u200dc", "a‹ZWNJ›b‹ZWJ›c"),
    "joiner at an edge": ("\u200cم م\u200d", "‹ZWNJ›م م‹ZWJ›"),
    "joiners in a row": ("م\u200c\u200cم", "م‹ZWNJ›‹ZWNJ›م"),
    "mark after a joiner": (f"a\u200d{MARK}", f"a‹ZWJ›◌{MARK}"),
    "joined emoji": ("👩🏽\u200d🚀 ❤\ufe0f\u200d🔥", "👩🏽\u200d🚀 ❤\ufe0f\u200d🔥"),
    "marks that joiners part": (
        "م\u064b\u200c\u064b\u200c\u064b",
        "م\u064b\u200c\u064b‹ZWNJ›◌\u064b",
    ),
    "joiner behind too many marks": (
        f"م{MARK * 9}\u200cم 👩{MARK * 8}\ufe0f\u200d👩",
        f"م{MARK * 8}‹+1›‹ZWNJ›م 👩{MARK * 8}‹+1›‹ZWJ›👩",
    ),
    "joiner behind a digit": ("۵\u200cساله", "۵\u200cساله"),
    "two hundred marks": (f"a{MARK * 200}b", f"a{MARK * 8}‹+192›b"),
    "markup": ("[red]a[/] [@click=app.quit]b[/]", "[red]a[/] [@click=app.quit]b[/]"),
    "ZWJ after emoji": ("👩\u200da", "👩‹ZWJ›a"),
    "selector without a base": ("\ufe0fa", "◌\ufe0fa"),
}

CLEAN = [
    "",
    "Ẹ̀kọ́ ọ̀rẹ́, ng'ombe [b]x[/b] \\",
    "ሰላም፡ኢትዮጵያ።",
    "𞤀𞤣𞤤𞤢𞤥 𖬌𖬣𖬵 𞄀𞄤𞄰 ߊ߬ߡ ꕙꔤ ⵜⴰ كتــاب",
    "ខ្មែរ မြန်မာ भाषा",
    "\u0600٥ \u06dd",  # signs that enclose digits: format characters with a shape
]

NASTY = "aé \t\n\r\x00\x1b\x7f\x9b\xa0\xad\u0301\u0e33\u200b\u200c\u200d\u202e\u2060\u2066\ufe0f"
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.text(
        st.sampled_from(f"{NASTY}\ufeff\ud800\ufffe\U000e0041\U000e0100مक\u094d👩🏽🇰🇪\u0600\u180b"),
        max_size=30,
    ),
)

STEERING = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}]")
DANGEROUS = regex.compile(
    r"[\x00-\x1F\x7F-\x9F\p{Cs}\p{Bidi_Control}\p{Noncharacter_Code_Point}\u2028\u2029\uFFF9-\uFFFB]"
    r"|[\p{Default_Ignorable_Code_Point}--[\uFE00-\uFE0F\u180B-\u180D\u180F\u200C\u200D]]"
    r"|\p{M}{9}|\A\p{M}",
    regex.V1,
)


@pytest.mark.parametrize(("text", "shown"), SHOWN.values(), ids=SHOWN.keys())
def test_shows(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", CLEAN)
def test_leaves_clean_text_as_it_is(text: str) -> None:
    assert visible(text) is text


@given(TEXTS)
def test_lets_nothing_dangerous_through(text: str) -> None:
    shown = visible(text)
    assert not DANGEROUS.search(shown)
    shown.encode("utf-8")


@given(TEXTS)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(TEXTS, TEXTS, st.sampled_from(["", " ", "a · b", "█", "“"]))
def test_safe_texts_are_safe_beside_each_other(left: str, right: str, between: str) -> None:
    whole = f"{visible(left)}{between}{visible(right)}"
    assert visible(whole) == whole


@given(TEXTS)
def test_the_last_gate_lets_safe_text_pass_and_nothing_that_steers(text: str) -> None:
    shown = visible(text)
    for start, end in graphemes(shown):
        assert gated(shown[start:end]) == shown[start:end]
    assert len(gated(text)) == len(text)
    assert not STEERING.search(gated(text))


@given(TEXTS)
def test_stand_ins_are_all_that_differs(text: str) -> None:
    shown, rest, behind, before = visible(text), text, 0, 0
    for start, end in stand_ins(text):
        assert before <= start < end <= len(shown)
        kept = shown[behind:start]
        assert kept in rest, "what stands between is the text's own"
        rest = rest[rest.index(kept) + len(kept) :]
        behind = before = end
    assert rest.endswith(shown[behind:])
    assert bool(stand_ins(text)) == (shown != text)


@given(TEXTS)
def test_any_cut_at_clusters_may_be_joined(text: str) -> None:
    shown = visible(text)
    parts = [Safe(shown[start:end]) for start, end in graphemes(shown)]
    assert joined(parts) == shown
    assert not DANGEROUS.search(joined(reversed(parts)))


@pytest.mark.parametrize(
    "piece",
    [*map(chr, (0, 0x1B, 0x85, 0x9B, 0xAD, 0x0301, 0x034F, 0x064B, 0x1100, 0x200B, 0x200C)),
     *map(chr, (0x200D, 0x202E, 0xD800, 0xFE0F, 0xFFFF, 0x1F1E6, 0x1F3FD, 0xE0041)),
     "\r\n", "a\u0301", "م\u200c", "\u064b\u200c", "\u094d\u200d", "👩\u200d"],
    ids=ascii,
)  # fmt: skip
def test_a_long_text_takes_no_quadratic_time(piece: str) -> None:
    # Linear, each takes less than 0.5 s; quadratic, a quarter of an hour at least.
    text = piece * (250_000 // len(piece))
    shown = visible(text)
    assert len(shown) >= 10
    assert len(short(text, 30)) < 64 * 64


@given(TEXTS)
def test_graphemes_are_those_of_the_standard(text: str) -> None:
    assert graphemes(text) == [match.span() for match in regex.finditer(r"\X", text)]


def test_graphemes_of_a_row_of_flags_take_no_quadratic_time() -> None:
    # `\X` alone takes a minute for this.
    assert len(graphemes("\U0001f1f0\U0001f1ea" * 100_000)) == 100_000


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("abcd", 1, "…"),
        ("", 4, ""),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("a\tb\nc", 4, "a→b…"),
        ("\x9bm", 3, "‹9…"),
        (f"a{MARK * 9000}", 12, f"a{MARK * 8}‹+8992›"),
    ],
)
def test_short(text: str, limit: int, shown: str) -> None:
    assert short(text, limit) == shown


@given(TEXTS, st.integers(1, 9))
def test_short_is_the_visible_text_or_its_beginning(text: str, limit: int) -> None:
    whole, cut = visible(text), short(text, limit)
    clusters = graphemes(whole)
    if len(clusters) <= limit:
        assert cut == whole
    else:
        assert cut == whole[: clusters[limit - 1][0]] + "…"
