"""Splitting and joining tokens as tables: keys, and the tokens, the focus and the words after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.corrections import rules_of
from tonemark.corpus.events import replay
from tonemark.corpus.journal import encode
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.check import faults
from tonemark.tui.page import correcting, words
from tonemark.tui.page.cells import cells
from tonemark.tui.page.labelling import Refusal

Makes = Callable[..., Any]

HMONG = "Nws mus tsev kho mob nyob Vientiane.\nCov neeg ua hauj lwm"
YORUBA = "O\u0323jo\u0323\u0301 Aje\u0301"  # NFD
AMHARIC = "አቶ አበበ በአዲስአበባ"
ADLAM = "𞤀𞤣𞤢𞤥𞤢\U0001e944 𞤱𞤮𞤲𞤭"
SIGNS = "a 🇰🇪🇹🇿 👩\u200d👧  e\u0301\t क्षत्रिय \u0600a"
HAUSA = "ya ɗan'uwa na"


def tokens(page: Any, sheet: int = 0) -> str:
    """The tokens of a document, bars between them."""
    text = page.view.page.sheets[sheet].document.text
    return "|".join(text[slice(*token)] for token in page.view.page.sheets[sheet].tokens)


@pytest.mark.parametrize(
    ("text", "keys", "after", "focus"),
    [
        # one alone is joined with the next
        (HMONG, "@tsev t j", "Nws|mus|tsev kho|mob|nyob", "tsev kho"),
        (HMONG, "@tsev t j t j", "Nws|mus|tsev kho mob|nyob", "tsev kho mob"),
        # several in focus are joined, all of them
        (HMONG, "@tsev ^mob t j", "Nws|mus|tsev kho mob|nyob", "tsev kho mob"),
        (HMONG, "@tsev . . t j", "Nws|mus|tsev kho mob|nyob", "tsev kho mob"),
        # white space is where a word of syllables is split
        (HMONG, "@tsev t j t s", "Nws|mus|tsev|kho|mob|nyob", "tsev"),
        (HMONG, "@tsev ^mob t j t s a", "Nws|mus|tsev|kho mob|nyob", "tsev"),
        (HMONG, "@tsev ^mob t j t s s", "Nws|mus|tsev kho|mob|nyob", "tsev kho"),
        (HMONG, "@tsev ^mob t j t s x", "Nws|mus|tsev kho mob|nyob", "tsev kho mob"),
        # a sign is chosen by its letter; with two signs there is but one place
        (HAUSA, "@ɗan'uwa t s a", "ya|ɗan|'uwa|na", "ɗan"),
        (HAUSA, "@ɗan'uwa t s d", "ya|ɗ|an'uwa|na", "ɗ"),
        (HAUSA, "@ya t s", "y|a|ɗan'uwa|na", "y"),
        (YORUBA, "@O\u0323jo\u0323\u0301 t s s", "O\u0323j|o\u0323\u0301|Aje\u0301", "O\u0323j"),
        (AMHARIC, "@በአዲስአበባ t s a", "አቶ|አበበ|በ|አዲስአበባ", "በ"),
        (AMHARIC, "@በአዲስአበባ t s f", "አቶ|አበበ|በአዲስ|አበባ", "በአዲስ"),
        (ADLAM, "t s f", "𞤀𞤣𞤢𞤥|𞤢\U0001e944|𞤱𞤮𞤲𞤭", "𞤀𞤣𞤢𞤥"),
        # an edge set by hand inside a token is where it is split
        (HAUSA, "@ɗan'uwa ' , , , , t s", "ya|ɗan|'uwa|na", "ɗan"),
        (HAUSA, "@ɗan'uwa ' ] ] , , t s", "ya|ɗa|n'u|wa|na", "n'u"),
        # undo and redo, with the focus where it happened
        (HMONG, "@tsev t j @Nws z", "Nws|mus|tsev|kho|mob", "tsev kho"),
        (HMONG, "@tsev t j @Nws z Z", "Nws|mus|tsev kho|mob", "tsev kho"),
        (HMONG, "@tsev t j t j z z", "Nws|mus|tsev|kho|mob", "tsev kho"),
        (HAUSA, "@ɗan'uwa t s a @ya z", "ya|ɗan'uwa|na", "ɗan'uwa"),
        (HAUSA, "@ɗan'uwa t s a t j", "ya|ɗan'uwa|na", "ɗan'uwa"),
    ],
)
def test_keys_and_the_tokens_they_make(
    player: Makes, text: str, keys: str, after: str, focus: str
) -> None:
    page = player(text).play(keys)
    assert tokens(page).startswith(after)
    assert page.focus == focus


@pytest.mark.parametrize(
    ("text", "keys", "said"),
    [
        (HMONG, "@tsev t j", "joined: tsev kho · t p: always so"),
        (HAUSA, "@ɗan'uwa t s a", "split: ɗan | 'uwa · t p: always so"),
        (HAUSA, "@ɗan'uwa t s a t j", "joined: ɗan'uwa"),  # as the tokenizer has it
        (HMONG, "@tsev ^mob t j t s enter", "left as it was"),
        (HMONG, "@lwm t j", "this is the last token: [ takes in the one before it"),
        (HMONG, "@Vientiane right t j", "a token cannot run over the end of a line"),
        (HMONG, "@Vientiane ^Cov t j", "a token cannot run over the end of a line"),
        ("a b", "t s", "a token of a single sign cannot be split"),
        ("e\u0301 b", "t s", "a token of a single sign cannot be split"),
        ("", "t s", "there is no token in focus"),
        ("", "t j", "there is no token in focus"),
        (HMONG, "@tsev 1 @tsev ; t j", "joined: tsev kho · PER cuts a word"),
        (HMONG, "@tsev t j z", "undone: the correction of tokens"),
        (HMONG, "t q", "nothing is on t q"),
    ],
)
def test_what_corrections_say(player: Makes, text: str, keys: str, said: str) -> None:
    page = player(text)
    page.keyboard.rules = True
    assert page.play(keys).reply.message.startswith(said)


def test_rules_are_offered_only_where_the_project_takes_them(player: Makes) -> None:
    assert player(HMONG).play("@tsev t j").reply.message == "joined: tsev kho"


def test_the_places_of_a_token_are_shown_in_the_status_line(player: Makes) -> None:
    def shown(page: Any) -> str:
        left, _ = words.status(page.view, page.keyboard)
        return "".join(text for text, _ in left)

    page = player(HAUSA).play("@ɗan'uwa t s")
    assert shown(page) == "  split before a:' s:u d:ɗ|a f:n g:w h:w|a · Esc leaves it"
    page.play("x")
    assert "split before" not in shown(page)
    page = player(HMONG).play("@tsev ^mob t j t s")
    assert shown(page) == "  split before a:kho s:mob · Esc leaves it"
    # more places than letters, or than the line has room for: the others by an edge
    page = player("abcdefghijklmnopqrstuvwxyz").play("t s")
    assert shown(page).endswith("o:p …")
    assert len(page.keyboard.choice.places) == 15
    page = player("a" * 40).play("t s")
    assert shown(page).startswith("  split before a:2. s:3. d:4. f:5.")
    assert tokens(page.play("f")) == "a" * 4 + "|" + "a" * 36


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # beside what is no letter first, then in order; the two e can be told apart
        ("ka-lembe", "a:- s:l d:a f:l|e g:m h:b j:b|e"),
        ("n'í-o", "a:' s:í d:- f:o"),
        ("banana", "a:b|a s:ba|na d:an|an f:na|na g:an|a"),
        ("tsev tsev kho", "a:tsev s:kho"),
        ("kho tsev tsev", "a:kho|tsev s:tsev|tsev"),
        ("na na na na", "a:2. s:3. d:4."),
        ("ẹ́ẹ́ẹ́", "a:ẹ́|ẹ́ẹ́ s:ẹ́ẹ́|ẹ́"),
        ("abab", "a:a|ba s:a d:ba|b"),
    ],
)
def test_no_two_places_are_shown_alike(text: str, shown: str) -> None:
    choice = correcting.choice_of(text, Token(0, len(text)), "asdfghjklweruiop", 80)
    told = [place.shown for place in choice.places.values()]
    assert len(set(told)) == len(told)
    assert " ".join(f"{letter}:{place.shown}" for letter, place in choice.places.items()) == shown
    assert not choice.further


@pytest.mark.parametrize("width", [40, 80, 132])
def test_the_places_and_how_to_leave_fit_the_line(player: Makes, width: int) -> None:
    for text in ("ukungathembeki", "ka-lembe", "a" * 40, "Amabhekabhekabheka", "ab"):
        page = player(text, width=width).play("t s")
        if page.keyboard.choice:
            left, _ = words.status(page.view, page.keyboard)
            assert cells("".join(text for text, _ in left)) <= width


def test_what_is_chosen_goes_by_the_letters_of_the_hints(player: Makes) -> None:
    page = player(HAUSA, labels={"1": "PER", "a": "LOC"}).play("@ɗan'uwa t s")
    assert "a" not in page.keyboard.choice.places
    assert tokens(page.play("s")) == "ya|ɗan|'uwa|na"


def test_spans_stay_where_they_are(player: Makes) -> None:
    page = player(HMONG, spans=["LOC:Vientiane"], suggestions=["LOC:tsev kho"])
    before = page.view.sheet.draft.stretches()
    page.play("@nyob ; t j")
    assert "nyob Vientiane" in tokens(page)
    assert page.view.sheet.draft.stretches() == before
    # drawn, focused, moved, deleted
    assert "LOC" in "\n".join(page.lines)
    page.view.go(0, *before[0].to_json()[:2])
    assert page.focus == "Vientiane"
    assert "cuts a word" in "".join(t for t, _ in words.status(page.view, page.keyboard)[0])
    page.play("[")
    assert page.spans == ["LOC:nyob Vientiane"]
    page.play("z -")
    assert page.spans == []


def test_corrections_are_small_in_the_journal(player: Makes) -> None:
    page = player("hauj lwm " * 20_000)
    page.view.go(0, 90_000, 90_004)
    page.play("t j t s t j z Z")
    sizes = [len(encode(event)) for event in page.view.sheet.log.events]
    assert max(sizes) < 150
    number = page.view.sheet.document.number
    assert replay(number, page.view.sheet.log.events).draft == page.view.sheet.draft


def test_an_edge_inside_a_cluster_splits_nothing(player: Makes) -> None:
    page = player(YORUBA)
    page.view.go(0, 0, 1)  # as a span from a file may lie
    with pytest.raises(Refusal, match="letter with its marks"):
        correcting.split_at_edges(page.view.sheet, 0, 1)
    assert "stay together" in page.play("t s").reply.message


def test_each_of_two_documents_has_its_own_corrections(player: Makes) -> None:
    page = player("hauj lwm zoo", "tsev kho mob").play("@hauj t j @kho t j")
    assert (tokens(page, 0), tokens(page, 1)) == ("hauj lwm|zoo", "tsev|kho mob")
    page.play("z z")
    assert (tokens(page, 0), tokens(page, 1)) == ("hauj|lwm|zoo", "tsev|kho|mob")


def test_the_last_correction_that_stands_is_the_rule(player: Makes) -> None:
    page = player("hauj lwm zoo", "tsev kho mob")

    def rules() -> list[str]:
        found = correcting.corrections(page.view.page)
        return ["; ".join(map(str, rules_of(*each))) for each in found]

    assert rules() == []
    page.play("@hauj t j")
    assert rules() == ["hauj lwm"]
    page.play("@kho t j @zoo 1")
    assert rules() == ["kho mob", "hauj lwm"]
    page.play("z z")  # what was taken back last is the last that was corrected
    assert rules() == ["", "hauj lwm"]


def test_a_correction_is_seen_with_what_lies_around_it(player: Makes) -> None:
    text = " ".join(f"w{number}" for number in range(60))
    page = player(f"{text}\n{text}")
    page.view.go(0, text.index("w30"), text.index("w31") + 3)
    page.play("t j")
    (found,) = correcting.corrections(page.view.page)
    assert found.text == " ".join(f"w{number}" for number in range(14, 48))
    assert found.text[found.start : found.end] == "w30 w31"
    assert [found.text[a:b] for a, b in found.given] == found.text.split()
    assert len(found.tokens) == len(found.given) - 1
    page = player("a" * 30 + " b")  # nothing but a piece of a long token
    page.view.go(0, 3, 5)
    page.play("t s")
    (found,) = correcting.corrections(page.view.page)
    assert (found.text, found.start, found.end) == ("a" * 30 + " b", 0, 30)


def test_tokens_that_came_with_a_document_make_no_rule(player: Makes) -> None:
    page = player("hauj lwm")
    sheet = page.view.sheet
    object.__setattr__(sheet.document, "tokens", sheet.given)
    page.play("@hauj t j")
    assert tokens(page) == "hauj lwm"
    assert correcting.corrections(page.view.page) == []


def test_hints_stay_with_the_words_that_no_correction_touches(player: Makes) -> None:
    page = player(HMONG)
    text = page.view.sheet.document.text

    def hints() -> dict[str, str]:
        all_tokens = page.view.sheet.tokens
        return {
            text[slice(*all_tokens[at])]: hint for (_, at), hint in page.view.hints().of.items()
        }

    before = hints()
    page.play("@tsev t j")
    after = hints()
    assert after.pop("tsev kho") == before.pop("tsev")
    before.pop("kho")
    assert after == before
    page.play("t s")
    assert {word: hint for word, hint in hints().items() if word != "kho"} == {
        **after,
        "tsev": page.hint_of("tsev"),
    }
    used = list(hints().values())
    assert not any(a != b and b.startswith(a) for a in used for b in used)
    assert page.play("@kho").focus == "kho"


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(
        [HMONG, YORUBA, AMHARIC, ADLAM, HAUSA, "a 🇰🇪🇹🇿 👩‍👧  e\u0301\t क्षत्रिय \u0600a"]
    ),
    st.lists(
        st.tuples(
            st.integers(0, 30),
            st.sampled_from(["t j", "t s a", "t s s", ". t j", "' , t s", "z", "Z", "1", "-"]),
        ),
        max_size=25,
    ),
)
def test_any_corrections_keep_the_promises_of_tokens(
    player: Makes, text: str, steps: list[tuple[int, str]]
) -> None:
    page = player(text).play("1")
    sheet = page.view.sheet
    given_tokens = sheet.tokens
    for at, keys in steps:
        before = sheet.tokens, sheet.draft.spans
        token = sheet.tokens[at % len(sheet.tokens)]
        page.view.go(0, *token)
        page.play(keys)
        page.keyboard.choice = None
        assert faults(text, sheet.tokens) == []
        if keys.startswith("t"):
            assert sheet.draft.spans == before[1]
            far = [t for t in before[0] if t.end <= token.start]
            assert set(far) <= set(sheet.tokens)
        assert len(page.lines) == page.view.height
        assert replay(1, sheet.log.events).draft == sheet.draft
    while page.view.page.undoable:
        page.play("z")
    assert sheet.tokens == given_tokens
    assert sheet.draft.made == ()


def test_what_is_joined_as_it_was_given_leaves_nothing_behind(player: Makes) -> None:
    page = player(HAUSA).play("@ɗan'uwa t s d t j")
    assert page.view.sheet.draft.made == ()
    assert page.view.sheet.tokens is page.view.sheet.given


@pytest.mark.parametrize(
    ("text", "token", "places"),
    [
        ("ab", (0, 2), ["b"]),
        ("a", (0, 1), []),
        ("hauj  lwm zoo", (0, 13), ["lwm", "zoo"]),
        ("x hauj lwm", (2, 10), ["lwm"]),
        ("a \u0301b c", (0, 6), ["c"]),  # a blank with a mark is a sign, not white space
        ("o\u0323\u0301jo", (0, 5), ["j", "o"]),
    ],
)
def test_places_of_a_token(text: str, token: tuple[int, int], places: list[str]) -> None:
    found = correcting.split_places(text, Token(*token))
    assert [place.shown for place in found] == places
