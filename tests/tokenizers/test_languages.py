import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.errors import TonemarkError
from tonemark.tokenizers.languages import (
    _PREFERRED,
    is_right_to_left,
    language_name,
    language_tag,
)


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("sw", "sw"),
        ("SW", "sw"),
        (" yo\n", "yo"),
        ("ff-adlm", "ff-Adlm"),
        ("FF-ADLM-gn", "ff-Adlm-GN"),
        ("ha-arab", "ha-Arab"),
        ("es-419", "es-419"),
        ("sl-ROZAJ-biske-1994", "sl-rozaj-biske-1994"),
        ("de-1996", "de-1996"),
        ("hmn-x-GREEN", "hmn-x-green"),
        ("mis-Latn-x-a-b1", "mis-Latn-x-a-b1"),
        # ISO 639-3 with a two-letter equal
        ("swa", "sw"),
        ("yor", "yo"),
        ("amh", "am"),
        ("hau", "ha"),
        ("ibo", "ig"),
        ("zul", "zu"),
        ("xho", "xh"),
        ("ful-Adlm", "ff-Adlm"),
        ("kin", "rw"),
        ("wol", "wo"),
        ("bam-Nkoo", "bm-Nkoo"),
        ("zho", "zh"),
        ("hbs", "sh"),
        # and without
        ("hmn", "hmn"),
        ("mww", "mww"),
        ("fon", "fon"),
        ("swh", "swh"),
        # withdrawn codes
        ("iw", "he"),
        ("ji", "yi"),
    ],
)
def test_tags_take_their_normal_form(code: str, tag: str) -> None:
    assert language_tag(code) == tag


@pytest.mark.parametrize(
    "code",
    [
        "",
        "-",
        "s",
        "swahili",
        "sw-",
        "-sw",
        "sw--KE",
        "sw_KE",
        "sw-K",
        "sw-KE-TZ",
        "sw-KE-Latn",
        "sw-Latn-Arab",
        "de-1996-1996",
        "sw-x",
        "sw-x-",
        "sw-x-abcdefghi",
        "s w",
        "sẁ",
        "ſw",
        "sw-٣٣٣",
        "../sw",
        "sw-u-co-phonebk",
        "x" * 10_000,
    ],
)
def test_what_is_no_tag_is_refused(code: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        language_tag(code)
    assert len(caught.value.title) < 100
    assert "sw" in caught.value.remedy


def test_an_underscore_is_mended_in_the_remedy() -> None:
    with pytest.raises(TonemarkError, match="Write sw-KE, with a hyphen"):
        language_tag("sw_KE")


def test_the_table_has_every_two_letter_code_once() -> None:
    three = {code: two for code, two in _PREFERRED.items() if len(code) == 3}
    assert len(three) == 184
    assert len(set(three.values())) == 184
    assert all(len(two) == 2 for two in three.values())


@given(
    st.from_regex(
        r"\A[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-[a-zA-Z]{2}|-[0-9]{3})?(-[a-zA-Z0-9]{5,8})?\Z",
    )
)
def test_the_normal_form_is_its_own_and_ignores_case(code: str) -> None:
    tag = language_tag(code)
    assert language_tag(tag) == tag
    assert language_tag(code.swapcase()) == tag


@pytest.mark.parametrize(
    ("tag", "sample", "expected"),
    [
        ("ff-Adlm", "", True),
        ("ha-Arab", "", True),
        ("bm-Nkoo", "", True),
        ("rhg-Rohg", "", True),
        ("men-Mend", "", True),
        ("he", "", True),
        ("ar-EG", "", True),
        ("fa", "BBC: خبر", True),  # the language is sure, the first letter is not
        ("ar-Latn", "مرحبا", False),  # the script is surer still
        ("ff-Latn", "𞤀𞤣𞤤𞤢𞤥", False),
        ("sw", "", False),
        ("ff", "", False),
        ("ff", "𞤀𞤣𞤤𞤢𞤥", True),
        ("ff", "«12» 𞤀𞤣𞤤𞤢𞤥", True),
        ("ha", "حَوْسَ", True),
        ("ha", "Hausa حَوْسَ", False),
        ("qaa", "שלום", True),
        ("qaa-Zyyy", "שלום", True),
        ("qaa-1996", "שלום", True),
        ("qaa", "12 (3)", False),
    ],
)
def test_direction(tag: str, sample: str, expected: bool) -> None:
    assert is_right_to_left(tag, sample) is expected


def test_a_sample_of_megabytes_is_not_read_to_its_end() -> None:
    assert is_right_to_left("qaa", "1" * 20_000 + "ש") is False


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("sw", "Swahili"),
        ("yo", "Yorùbá"),
        ("hmn", "Hmong"),
        ("ff-Adlm", "Fula (Adlam)"),
        ("ff-Adlm-GN", "Fula (Adlam, GN)"),
        ("ha-Arab", "Hausa (Arabic script)"),
        ("sw-KE", "Swahili (KE)"),
        ("qaa-Cyrl", "qaa-Cyrl"),
    ],
)
def test_names_for_people(tag: str, name: str) -> None:
    assert language_name(tag) == name
