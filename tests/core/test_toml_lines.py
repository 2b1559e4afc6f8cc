import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.toml_lines import (
    deep_key_line,
    line_numbers,
    statements,
    toml_key,
    toml_string,
)

TEXT = '''# a comment [not] = "a header"
version = 1   # more
"na\\u006de" = "x # no comment"

many = [ # [
  "]", \'#\',
  """
  page = 3
  """" ]
[labels]
PER . about = "p"
ORG = { about = "}", key = "o" }
[ labels . 'a.b' ]
key = "s"
[[team.x]]
y = 2000-01-01 00:00:00
[[team.x]]
y = 3'''


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_statement_is_found_where_it_stands(newline: str) -> None:
    text = TEXT.replace("\n", newline)
    tomllib.loads(text)
    assert [(s.path, s.line, s.is_header) for s in statements(text)] == [
        (("version",), 2, False),
        (("name",), 3, False),
        (("many",), 5, False),
        (("labels",), 10, True),
        (("labels", "PER", "about"), 11, False),
        (("labels", "ORG"), 12, False),
        (("labels", "a.b"), 13, True),
        (("labels", "a.b", "key"), 14, False),
        (("team", "x"), 15, True),
        (("team", "x", "y"), 16, False),
        (("team", "x"), 17, True),
        (("team", "x", "y"), 18, False),
    ]
    ends = [text[: s.end].rpartition("\n")[2] for s in statements(text)]
    assert ends[:3] == ["version = 1", '"na\\u006de" = "x # no comment"', '  """" ]']
    assert ends[3:7] == ["[labels]", 'PER . about = "p"', 'ORG = { about = "}", key = "o" }',
                         "[ labels . 'a.b' ]"]  # fmt: skip


def test_lines_of_paths_and_of_their_beginnings() -> None:
    lines = line_numbers(statements("\nlabels.PER.key = 1\n[routing]\noverlap = 1"))
    assert lines == {
        ("labels",): 2,
        ("labels", "PER"): 2,
        ("labels", "PER", "key"): 2,
        ("routing",): 3,
        ("routing", "overlap"): 4,
    }


PRINTABLE = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.one_of(
    PRINTABLE.map(toml_string),
    st.sampled_from(
        ["1", "true", "[]", '["#",\n "]"]', "'\"#'", '"""a\n"b""\n"""', "'''\n#'\n'''", "{}", '""']
    ),
)


@given(
    st.lists(
        st.tuples(PRINTABLE, VALUES, st.sampled_from(["", " # x = [", "\n", "\n# '\n"])),
        unique_by=lambda row: row[0],
    )
)
def test_lines_agree_with_how_the_text_was_made(rows: list[tuple[str, str, str]]) -> None:
    text, expected = "", {}
    for key, value, after in rows:
        expected[(key,)] = text.count("\n") + 1
        text += f"{toml_key(key)} = {value}{after}\n"
    assert set(tomllib.loads(text)) == {key for (key,) in expected}
    assert line_numbers(statements(text)) == expected


@given(PRINTABLE)
def test_strings_and_keys_mean_what_was_written(value: str) -> None:
    # A carriage return is escaped like every control character: tomllib alters bare ones.
    assert tomllib.loads(f"{toml_key(value)} = {toml_string(value)}") == {value: value}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a.b.c.d.e.f.g.h = 1", None),
        ("a.b.c.d.e.f.g.h.i = 1", 1),
        ('\nx = """\n1.2.3.4.5.6.7.8.9.10\n"""\n# a.b.c.d.e.f.g.h.i.j\n', None),
        ('x = """\n\n"""\ny = [{ a . "b".c.d.\'e\'.f.g.h.i = 1 }]', 4),
        ("[" + "a." * 500_000 + "a]", 1),
        ('"' + '\\"' * 250_000, None),
        ("a" * 500_000, None),
    ],
)
def test_keys_of_many_parts_are_seen_before_they_are_read(text: str, line: int | None) -> None:
    assert deep_key_line(text) == line
