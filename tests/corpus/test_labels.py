import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.labels import HINT_LETTERS, Label, key_fault, keys_of, label_fault


@pytest.mark.parametrize(
    "name",
    [
        "PER",
        "per",
        "B-PER",
        "a,b",
        "#x",
        "ሰው",
        "𞤀𞤣",
        "نام\u200cها",
        "é",
        "e\u0301",
        "x" * 100,
        "O",
        '"',
    ],
)
def test_names_that_a_label_may_have(name: str) -> None:
    assert label_fault(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is empty"),
        ("x" * 101, "has 101 characters"),
        ("a b", "white space"),
        (" a", "white space"),
        ("a\u00a0b", "white space"),
        ("a\n", "white space"),
        ("a|b", "|"),
        ("a\x1b[31m", "U+001B"),
        ("a\u202eb", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("a\u200d", "U+200D"),
        ("\u200ca", "U+200C"),
        ("1\u200d2", "U+200D"),
        ("\udc80", "U+DC80"),
        ("\u0301a", "combining mark"),
    ],
)
def test_names_that_a_label_may_not_have(name: str, words: str) -> None:
    fault = label_fault(name)
    assert fault is not None
    assert words in fault


def test_the_keys_that_a_label_may_choose() -> None:
    every = [chr(code) for code in range(32, 127)]
    assert {key for key in every if key_fault(key) is None} == set("123456789" + HINT_LETTERS)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("x", "command"),
        ("0", "list of labels"),
        ("A", "capital"),
        ("", "not a key"),
        ("é", "not a"),
    ],
)
def test_why_a_key_is_refused(key: str, words: str) -> None:
    assert words in (key_fault(key) or "")


@pytest.mark.parametrize(
    ("chosen", "keys"),
    [
        ([], ""),
        ([None, None], "12"),
        (["o", None, "1", None], "o213"),
        ([None, "2", None], "123"),
        ([None] * 9 + ["w", None], "123456789w"),
    ],
)
def test_keys_are_given_in_order(chosen: list[str | None], keys: str) -> None:
    labels = [Label(f"L{at}", "", key) for at, key in enumerate(chosen)]
    assert "".join(keys_of(labels)) == keys


@given(st.lists(st.sampled_from("123456789" + HINT_LETTERS), unique=True), st.integers(0, 12))
def test_each_key_sets_one_label_and_a_new_label_moves_none(chosen: list[str], more: int) -> None:
    labels = [Label(f"C{key}", "", key) for key in chosen]
    labels += [Label(f"D{at}") for at in range(more)]
    keys = keys_of(labels)
    assert len(set(keys.values())) == len(keys)
    assert all(keys[key] == f"C{key}" for key in chosen)
    longer = keys_of([*labels, Label("NEW")])
    assert {key: longer[key] for key in keys} == keys
