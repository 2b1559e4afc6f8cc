"""The keyboard in review: tables of keys, and what then stands and is decided."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_pages import LABELS, Reviewer

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.drafts import Decision
from tonemark.corpus.pages import MemoryLog
from tonemark.corpus.reviews import Wanted
from tonemark.corpus.spans import Span
from tonemark.review.opening import Before
from tonemark.tui.page import review_words, words
from tonemark.tui.page.keyboards import keyboard_named
from tonemark.tui.page.keys import key_table
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import ReviewView

TEXT = "leo Asha Juma Ali yuko Kisumu na Nairobi kwa UN ."
GIVEN = {
    "amina": ["PER:Asha Juma", "LOC:Kisumu", "ORG:UN"],
    "juma": ["PER:Asha Juma Ali", "LOC:Kisumu", "LOC:UN"],
    "rosa": ["PER:Juma Ali", "LOC:Kisumu", "LOC:Nairobi", "ORG:UN"],
}

KEYS: list[tuple[str, str, list[str], list[str]]] = [
    # keys; focus ("[...]": digits are annotators); spans that are not agreed; choices
    ("", "[Asha Juma Ali]", [], ["", "", ""]),
    ("1", "[Nairobi]", ["PER:Asha Juma"], ["amina", "", ""]),
    ("3 2 2", "[UN]", ["PER:Juma Ali", "LOC:UN"], ["rosa", "juma", "juma"]),
    ("space", "[Nairobi]", [], ["", "", ""]),
    ("space y", "[UN]", [], ["", "rule:majority", ""]),
    ("space space y", "[Asha Juma Ali]", ["ORG:UN"], ["", "", "rule:majority"]),
    ("backspace", "[UN]", [], ["", "", ""]),
    ("1 backspace", "[UN]", ["PER:Asha Juma"], ["amina", "", ""]),  # settled: passed by
    ("-", "[Nairobi]", [], [":own", "", ""]),
    ("1 z", "[Asha Juma Ali]", [], ["", "", ""]),
    ("1 z 2", "[Nairobi]", ["PER:Asha Juma Ali"], ["juma", "", ""]),
    ("1 z Z", "[Asha Juma Ali]", ["PER:Asha Juma"], ["amina", "", ""]),
    # a third answer: hints set the focus, then digits are labels
    ("@Nairobi", "Nairobi", [], ["", "", ""]),
    ("@Nairobi 3", "[UN]", ["ORG:Nairobi"], ["", ":own", ""]),
    ("@UN 1", "[Asha Juma Ali]", ["PER:UN"], ["", "", ":own"]),
    ("@Asha", "Asha Juma Ali", [], ["", "", ""]),
    ("@Asha @Asha", "Asha Juma", [], ["", "", ""]),  # each version's extent in turn
    ("@Asha ; 1", "[Nairobi]", ["PER:Asha"], [":own", "", ""]),
    ("@Ali ^Ali", "Ali", [], ["", "", ""]),
    ("@Juma ^Juma", "Juma", [], ["", "", ""]),
    (". 1", "[Nairobi]", ["PER:Asha Juma Ali yuko"], [":own", "", ""]),
    ("@Nairobi space", "[Nairobi]", [], ["", "", ""]),  # back in question
    ("right", "yuko", [], ["", "", ""]),
    # what was settled can be settled again
    ("1 1 1 backspace 3", "[Nairobi]", ["PER:Asha Juma", "LOC:Nairobi", "ORG:UN"],
     ["amina", "rosa", "amina"]),
    ("1 @Asha - ", "Asha Juma", [], [":own", "", ""]),
    ("1 @Asha .", "Asha Juma Ali", ["PER:Asha Juma Ali"], [":own", "", ""]),
    ("1 @Asha . 2", "[Nairobi]", ["LOC:Asha Juma Ali"], [":own", "", ""]),  # still hers
    # so is the last one, until the tour comes back to it
    ("1 2 @UN 3 2", "UN", ["LOC:UN", "PER:Asha Juma"], ["amina", "juma", ":own"]),
    ("1 2 @UN 3 space", "[UN]", ["ORG:UN", "PER:Asha Juma"], ["amina", "juma", ":own"]),
    ("1 2 @UN 3 space 2", "[UN]", ["LOC:UN", "PER:Asha Juma"], ["amina", "juma", "juma"]),
    # one that has the label already leads on, too
    ("@Kisumu 2", "[Nairobi]", [], ["", "", ""]),
    ("@Kisumu 2 2", "[UN]", [], ["", "juma", ""]),
    ("1 1 1 @UN -", "[UN]", ["PER:Asha Juma"], ["amina", "amina", ":own"]),
    ("' 1 .", "Nairobi kwa", ["PER:Asha Juma"], ["amina", "", ""]),  # by tokens again
    ("1 @leo enter", "[Nairobi]", ["PER:Asha Juma"], ["amina", "", ""]),  # what is still open
    # a span that none had, and one on which all agreed
    ("@leo 2", "[Asha Juma Ali]", ["LOC:leo"], ["", "", ""]),
    ("@Kisumu -", "Kisumu", ["-LOC:Kisumu"], ["", "", ""]),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "focus", "spans", "choices"), KEYS)
def test_keys(keys: str, focus: str, spans: list[str], choices: list[str]) -> None:
    page = Reviewer(TEXT, GIVEN, width=70).play(keys)
    agreed = [] if "-LOC:Kisumu" in spans else ["LOC:Kisumu"]
    assert page.focus == focus
    assert sorted(page.spans) == sorted([*agreed, *(s for s in spans if s[0] != "-")])
    assert page.choices == choices


SAID = [
    ("7", "there is no annotator 7: a hint first, then digits are labels"),
    ("y", "no version is that of more than half: a digit takes one"),
    ("@Nairobi y", "y: go to a difference first, Space"),
    ("enter", "3 differences are still open: a digit takes a version, - nothing"),
    ("1 1 enter", "this difference is still open: a digit takes a version, - nothing"),
    ("1 1 1", "all settled: ⏎ makes it gold"),
    ("space space space", "round the page: from the top"),
    ("1 1 space", "there is no other difference"),
    ("t o", "nothing is on t o; ? for help"),
    ("z", ""),
]


@pytest.mark.parametrize(("keys", "message"), SAID)
def test_what_is_said(keys: str, message: str) -> None:
    assert Reviewer(TEXT, GIVEN, width=70).play(keys).reply.message == message


def test_enter_is_for_the_screen_only_where_all_is_settled() -> None:
    page = Reviewer(TEXT, GIVEN, width=70)
    assert page.play("1 2 1").play("enter").reply.command == "accept"
    page.play("z enter")
    assert (page.reply.command, page.focus) == ("", "[UN]")
    assert page.play("x").reply.command == "reject"
    agreed = Reviewer(TEXT, {"a": ["PER:Asha"], "b": ["PER:Asha"]}, width=70)
    assert agreed.play("enter").reply.command == "accept"


def test_what_changed_since_may_stay_as_it_stands() -> None:
    then = [Annotation(1, n, 1, "accept", (Span(4, 8, label),)) for n, label in
            (("a", "PER"), ("b", "LOC"))]  # fmt: skip
    now = {"a": ["ORG:Asha"], "b": ["LOC:Asha"]}
    before = Before((Span(4, 8, "PER"),), (Decision(4, 8, "a"),), then)
    page = Reviewer(TEXT, now, before=before, width=70)
    assert (page.focus, page.spans, page.choices) == ("[Asha]", ["PER:Asha"], [""])
    assert page.lines[0].split()[:4] == ["a", "s", "??PER", "d"] or "??" in page.lines[0]
    told = review_words.status(page.view, page.keyboard, ([], []))
    assert "changed since it was settled" in "".join(text for text, _ in told[0])
    assert page.play("enter").reply.command == "accept"


def test_what_stands_though_it_is_open_is_marked_as_standing() -> None:
    then = [Annotation(1, n, 1, "accept", (Span(4, 8, label),)) for n, label in
            (("a", "PER"), ("b", "LOC"))]  # fmt: skip
    before = Before((Span(4, 8, "PER"),), (Decision(4, 8, "a"),), then)
    page = Reviewer(TEXT, {"a": ["ORG:Asha"], "b": ["PER:Asha"]}, before=before, width=70)
    (difference,) = page.view.open()
    compared = page.view.settled(difference)
    assert (compared.open, compared.stands) == (True, (False, True))
    nothing = Reviewer(TEXT, GIVEN, width=70).view  # who has none there is not right for that
    assert not any(any(nothing.settled(each).stands) for each in nothing.open())


def test_a_page_that_comes_back_begins_with_what_is_open_until_she_goes_on() -> None:
    then = [Annotation(1, n, 1, "accept", (Span(4, 8, label),)) for n, label in
            (("a", "PER"), ("b", "LOC"))]  # fmt: skip
    before = Before((Span(4, 8, "PER"),), (Decision(4, 8, "a"),), then)
    now = {"a": ["PER:Asha", "LOC:Kisumu"], "b": ["LOC:Asha"]}
    page = Reviewer(TEXT, now, before=before, width=70)

    def focus() -> str:
        again = ReviewView(page.view.page, page.view.reviewed, width=70)
        return TEXT[again.focus.start : again.focus.end]

    assert page.play("@Asha").focus == "Asha"  # settled, and she only looked at it
    assert focus() == "Kisumu"
    page.play("t f")
    assert focus() == "Asha"


def test_a_digit_takes_an_answer_where_answers_differ() -> None:
    answers = {**GIVEN, "sami": Annotation(1, "sami", 1, "reject", ())}
    page = Reviewer(TEXT, answers, width=70, height=30)
    assert (page.focus, page.view.in_question.kind) == ("[]", "answers")
    assert page.play("1").focus == "[Asha Juma Ali]"
    assert page.play("4").reply.message == "sami did not accept this text"
    page.play("backspace backspace backspace backspace")
    page = Reviewer(TEXT, answers, width=70, height=30).play("4")
    assert page.reply.message == "all settled: ⏎ makes it gold"
    assert page.play("enter").reply.command == "accept"  # whatever else is open
    assert page.play("z").focus == "[]"
    assert page.play("y").choices[0] == "rule:majority:accept"
    assert page.play("- z z").choices == [""] * 4


def test_label_letters_and_digits_of_other_keyboards() -> None:
    page = Reviewer(TEXT, GIVEN, width=70, labels={"p": "PER", "2": "LOC"})
    assert page.play("p").choices == [":own", "", ""]  # no annotator has a letter
    assert page.spans == ["PER:Asha Juma Ali", "LOC:Kisumu"]
    azerty = key_table(LABELS, keyboard=keyboard_named("azerty"))
    page = Reviewer(TEXT, GIVEN, width=70)
    page.keyboard = ReviewKeyboard(page.view, azerty)
    assert page.play("é").choices == ["juma", "", ""]
    mine = key_table({"y": "PER"}, {"majority": "M"})
    assert (mine.review, mine.labels) == ({"M": "majority"}, {"y": "PER"})


def test_a_label_on_y_is_that_once_a_hint_has_set_the_focus() -> None:
    page = Reviewer(TEXT, GIVEN, width=70, labels={"y": "PER", "2": "LOC"})
    page.play("space")
    assert page.play("y").choices == ["", "rule:majority", ""]
    assert page.play("@UN y").choices == ["", "rule:majority", ":own"]


def test_the_line_of_labels_says_what_a_digit_would_do() -> None:
    page = Reviewer(TEXT, GIVEN, width=70)

    def told() -> str:
        line = review_words.people_line(page.keyboard.table, page.view.people, 80)
        return "".join(text for text, _ in line)

    assert told() == "  y •majority  - nothing   1 amina  2 juma  3 rosa "
    many = review_words.people_line(page.keyboard.table, [f"name{n}" for n in range(30)], 60)
    assert "".join(text for text, _ in many).startswith("  y •majority  - nothing  0 21 more   1 ")
    assert "".join(text for text, _ in many).endswith("…")
    none = review_words.people_line(page.keyboard.table, page.view.people, 80, majority=False)
    assert "majority" not in "".join(text for text, _ in none)
    hidden = review_words.people_line(page.keyboard.table, ["annotator 1"] * 3, 80, anonymous=True)
    assert "".join(text for text, _ in hidden).endswith(" 1 … 3 that annotator's version")


def test_every_annotators_version_is_reached_by_keys() -> None:
    many = {f"mtu{at:02}": ["PER:Asha"] if at == 11 else [] for at in range(14)}
    page = Reviewer(TEXT, many, width=70, height=30)
    assert page.play("0").reply.command == "whose"
    for typed, row in (("12", 11), ("mtu11", 11), ("", 9), ("1", 0), (" 11 ", 10)):
        assert review_words.whose(page.view, typed)[0] == row
    assert review_words.whose(page.view, "zebra") == []
    difference = page.view.in_question
    shown = review_words.whose_line(page.keyboard.table, page.view, difference, "mtu1", 70)
    assert "".join(text for text, _ in shown).startswith("  11 mtu10 none  12 mtu11 PER")
    assert page.keyboard.take(11).message == "all settled: ⏎ makes it gold"
    assert (page.spans, page.choices) == (["PER:Asha"], ["mtu11"])
    few = Reviewer(TEXT, GIVEN, width=70)
    assert few.play("0").reply.command == "type_ahead"


UNDONE = [
    ("space - z", "undone: Nairobi, nothing"),
    ("space 1 z", "undone: Nairobi, nothing"),
    ("1 z", "undone: PER on Asha Juma"),
    ("1 z Z", "done again: PER on Asha Juma"),
    ("space - z Z", "done again: Nairobi, nothing"),
]


@pytest.mark.parametrize(("keys", "message"), UNDONE)
def test_what_was_undone_is_said(keys: str, message: str) -> None:
    assert Reviewer(TEXT, GIVEN, width=70).play(keys).reply.message == message


def test_an_answer_that_was_undone_is_said() -> None:
    answers = {**GIVEN, "sami": Annotation(1, "sami", 1, "reject", ())}
    assert Reviewer(TEXT, answers, width=70).play("4 z").reply.message == "undone: rejected"
    assert Reviewer(TEXT, answers, width=70).play("1 z").reply.message == "undone: accepted"


def said(page: Reviewer, width: int = 79) -> str:
    told = words.status(page.view, page.keyboard)
    left, right = review_words.status(page.view, page.keyboard, told)
    return "".join(text for text, _ in (*left, *right))


def test_the_status_has_the_labels_of_each_version_in_full() -> None:
    text = "leo UN ."
    page = Reviewer(text, {"a": ["ORGANISATION:UN"], "b": ["LOCATION:UN"], "c": []}, width=79)
    assert "UN · presence · 1 ORGANISATION · 2 LOCATION · 3 none" in said(page)
    assert "Asha Juma Ali · boundary · PER" in said(Reviewer(TEXT, GIVEN, width=79))
    menu = Reviewer(TEXT, GIVEN, width=79).play("t")
    assert said(menu) == said(Reviewer(TEXT, GIVEN, width=79))
    assert "to look at" not in said(menu)
    answers = {**GIVEN, "sami": Annotation(1, "sami", 1, "reject", ())}
    assert said(Reviewer(TEXT, answers, width=70).play("4")).endswith("rejected ")


def test_the_line_of_labels_says_the_way_back() -> None:
    table = key_table(LABELS)
    for width, end in ((79, "Space back to the difference"), (40, "Space back")):
        line = review_words.labels_line(table, list(LABELS.values()), width, differ=True)
        told = "".join(text for text, _ in line)
        assert told.endswith(end)
        assert len(told) <= width


@pytest.mark.parametrize("room", [20, 40, 60, 90])
def test_the_title_keeps_what_is_left(room: int) -> None:
    wanted = Wanted(("label", "boundary", "presence"), "LOC", "amina", largest=True)
    (title,) = review_words.title("habari za leo", wanted, "12 left", "rosa", room)
    assert title[0].endswith("12 left · rosa")
    assert len(title[0]) <= room


def test_a_digit_in_the_midst_of_something_takes_no_version() -> None:
    many = " ".join([TEXT, *(f"jina{n}" for n in range(40))])
    page = Reviewer(many, GIVEN, width=70, height=30)
    hint = next(hint for hint in page.view.hints().of.values() if len(hint) > 1)
    page.play(hint[0])
    assert page.keyboard.pending
    assert page.play("1").choices == ["", "", ""]
    page = Reviewer(TEXT, GIVEN, width=70, overlapping=True).play("1 2 + 1")
    assert page.spans == ["PER:Asha Juma", "LOC:Kisumu", "PER:UN"]
    assert page.choices == ["amina", "juma", ":own"]


def test_other_occurrences_settle_no_difference_of_which_they_are_a_part() -> None:
    text = "Nairobi leo Nairobi Hospital na Nairobi kwa Nairobi ."
    late, alone = text.index("Nairobi H"), text.index("Nairobi k")

    def said(*spans: Span) -> Annotation:
        return Annotation(1, "", 1, "accept", (Span(0, 7, "LOC"), *spans))

    hospital, city = Span(late, late + 16, "ORG"), Span(alone, alone + 7, "PER")
    given = {"amina": said(hospital, city), "juma": said()}
    page = Reviewer(text, given, width=70)
    assert [each.kind for each in page.view.reviewed.differences] == ["presence", "presence"]
    page.view.focus_token(0, 0)
    page.play("=")
    assert "Nairobi: 2 more as LOC?" in page.reply.message
    page.play("enter")
    assert page.choices == ["", ":own"]
    assert page.play("=").reply.message == (
        "Nairobi stands nowhere else on the page without a span or a difference"
    )
    page.play("@Hospital space -")  # nothing there: settled, and hers to change
    assert "1 more" in page.play("@leo @Nairobi =").reply.message


class FullLog(MemoryLog):
    """A disk that has room for a few events."""

    room = 10**9

    def append(self, event: Any, *, sync: bool = True) -> None:
        if len(self.events) >= self.room:
            raise OSError(28, "No space left on device")
        super().append(event, sync=sync)


@pytest.mark.parametrize("keys", ["1", "space", "-", "@Nairobi", "."])
def test_a_key_that_a_full_disk_refuses_changes_nothing(keys: str) -> None:
    page = Reviewer(TEXT, GIVEN, width=70, log=FullLog)
    page.view.sheet.log.room = 0
    before = page.focus, page.view.sheet.draft
    with pytest.raises(OSError, match="space"):
        page.play(keys)
    assert (page.focus, page.view.sheet.draft) == before


ANY = (
    "1 2 3 9 y - space backspace enter x z Z . , < > ; ' = + 0 right left up down t f s j b escape"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*ANY.split(), *"asdfghjkl", *"ASDF"]), max_size=30))
def test_any_keys_keep_the_promises(keys: list[str]) -> None:
    answers = {**GIVEN, "sami": Annotation(1, "sami", 1, "reject", ())}
    page = Reviewer(TEXT, answers, width=60, height=20)
    start = page.view.sheet.draft
    for key in keys:
        page.reply = page.keyboard.press(key)
        lines = page.runs
        assert len(lines) == 20
        told = words.status(page.view, page.keyboard)
        review_words.status(page.view, page.keyboard, told)
        places = {each.place for each in page.view.reviewed.differences}
        assert {decision[:2] for decision in page.view.sheet.draft.decisions} <= places
    while page.view.page.undoable:
        page.view.page.undo()
    assert page.view.sheet.draft == start
