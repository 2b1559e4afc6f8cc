"""Reading a profile: what each key does, what stands on which base, and every fault by its line."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import regex

from tonemark.errors import TonemarkError
from tonemark.tokenizers.bundled import BUNDLED, bundled_names
from tonemark.tokenizers.profiles.notes import notes
from tonemark.tokenizers.profiles.profile import (
    Profile,
    bundled_profile,
    digest,
    parse_profile,
    read_profile,
)
from tonemark.tokenizers.registry import load_tokenizer, read_tokenizer
from tonemark.tokenizers.rules import GENERAL_VERSION, Rules
from tonemark.tokenizers.sentences.sentences import sentences


def nothing_beside(file: str) -> str:
    raise TonemarkError(f"There is no {file}.")


def profile(text: str) -> Profile:
    return parse_profile(text, "mine", nothing_beside, file="mine.toml")


def test_an_empty_file_is_the_general_tokenizer() -> None:
    empty = profile("")
    assert empty.rules == Rules()
    assert (empty.name, empty.base, empty.languages) == ("mine", "", ())


EVERY_KEY = """
version = 3
languages = ["YOR", "yo-BJ"]
about = "Yorùbá: hyphens join"
sources = ["An orthography, 1974"]
reviewed = "a speaker, 2026"
[words]
letters = "ǃ"
initial = ["'y"]
final = "'"
join = "-"
join_numbers = true
endings = ["n-ún"]
doubled = true
decimals = false
times = false
split = "·"
thousands = true
[clitics]
front = ["n'"]
back = ["-ni"]
[exceptions]
"k.m." = ["k.m."]
wabo = ["wa", "bo"]
[phrases]
words = ["Dar es Salaam"]
[sentences]
abbreviations = ["Dkt."]
[[examples]]
text = "a b"
tokens = ["a", "b"]
sentences = ["a b"]
"""


def test_every_key() -> None:
    found = profile(EVERY_KEY)
    assert found.rules == Rules(
        letters="ǃ",
        initial=("'y",),
        final=("'",),
        join="-",
        join_numbers=True,
        endings=("n-ún",),
        doubled=True,
        decimals=False,
        times=False,
        split="·",
        thousands=True,
        front=("n'",),
        back=("-ni",),
        exceptions={"k.m.": ("k.m.",), "wabo": ("wa", "bo")},
        phrases=("Dar es Salaam",),
    )
    assert found.languages == ("yo", "yo-BJ")
    assert "Dkt." in found.sentences.abbreviations
    assert found.examples == (("a b", ("a", "b"), ("a b",)),)
    assert found.reviewed == "a speaker, 2026"


def test_the_version_follows_the_rules_and_not_the_comments() -> None:
    version = profile(EVERY_KEY).version
    assert profile(f"# a comment\n{EVERY_KEY}").version == version
    assert profile(EVERY_KEY.replace("speaker", "reader")).version == version
    changes = {
        '"-ni"': '"-je"',
        "version = 3": "version = 4",
        '"wa", "bo"': '"wab", "o"',
        "Dar es": "Dar el",
        'final = "\'"': 'final = "’"',
    }
    for old, new in changes.items():
        assert old in EVERY_KEY
        assert profile(EVERY_KEY.replace(old, new)).version != version


def test_nkos_comma_ends_sentences_where_a_profile_says_so() -> None:
    text = "ߊ߬ ߣߊ߬ ߘߊ߫߸ ߊ߬ ߕߊ߯ ߘߊ߫߸ߊ߬. «ߌ߸» ߒ߬"
    for ends, wanted in (
        ("", ["ߊ߬ ߣߊ߬ ߘߊ߫߸ ߊ߬ ߕߊ߯ ߘߊ߫߸ߊ߬.", "«ߌ߸» ߒ߬"]),
        ("߸", ["ߊ߬ ߣߊ߬ ߘߊ߫߸", "ߊ߬ ߕߊ߯ ߘߊ߫߸ߊ߬.", "«ߌ߸»", "ߒ߬"]),
    ):
        found = profile(f'base = "nqo"\n[sentences]\nends = "{ends}"\n').sentences
        assert [text[start:end] for start, end in sentences(text, found)] == wanted


def test_a_profile_adds_to_its_base(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("# places\nnew york\n\nCape  Town\n", "utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'base = "sw"\n[exceptions]\nabc = ["a", "bc"]\n[phrases]\nfiles = ["words.txt"]\n', "utf-8"
    )
    base, found = read_profile(mine.parent / "mine.toml"), read_tokenizer(mine)
    assert base.sentences.abbreviations
    assert found.name == "mine.toml"
    text = "abc ya New York, ng'ombe Cape Town."
    cut = [text[start:end] for start, end in found.tokenize(text)]
    assert cut == ["a", "bc", "ya", "New York", ",", "ng'ombe", "Cape Town", "."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 0", "line 1: version must be a whole number"),
        ("\nversoin = 1", 'line 2: unknown key "versoin" (did you mean "version"?)'),
        ("[words]\nletters = 3", 'line 2: letters must be text in "quotes"'),
        ('[words]\njoin = ["ab"]', "line 2: join holds single characters"),
        ('[words]\nsplit = " "', 'line 2: split: " " holds no characters that can be seen'),
        ('[words]\ninitial = [""]', "line 2: initial"),
        ("[words]\nthousands = 1", "line 2: thousands must be true or false"),
        ('[words]\nendings = ["un"]', 'line 2: endings: "un" is not an ending with a hyphen'),
        ('[words]\nhyphens = "-"', "line 2: unknown key"),
        ('[clitics]\nfront = "n"', "line 2: front must be a list"),
        ('[clitics]\nback = [" a"]', 'line 2: back: " a" cannot be a clitic'),
        ('[clitics]\nback = ["\u0301a"]', "cannot be a clitic"),
        ('[exceptions]\nab = ["a", "c"]', 'line 2: the pieces of "ab" do not make it up'),
        ('[exceptions]\n"a\u0301b" = ["a", "\u0301b"]', "do not make it up"),
        ('[exceptions]\n"a b" = ["a b"]', "line 2: \"a b\" holds white space"),
        ("[exceptions]\nab = 1", "line 2: \"ab\" must be a list of its pieces"),
        ("exceptions = 1", "line 1: exceptions must be a table"),
        ('[phrases]\nwords = ["a\\nb"]', "is not one line of text"),
        ('[phrases]\nfiles = ["a.txt"]', "line 2: There is no a.txt"),
        ('languages = ["no such tag"]', "line 1: "),
        ('base = "other.toml"', "line 1: base cannot be another file"),
        ('base = "spacy:yo"\n[words]\njoin = "-"', "line 2: [words] adds to the rules"),
        ("examples = 1", "line 1: examples must be tables"),
        ('[[examples]]\ntext = "a"\nwords = []', 'unknown key "words"'),
        ("[sentences]\nend = 1", "end"),
        ('[words]\njoin = "-"\nsplit = "-·"', 'line 3: "-" is in join and in split'),
        ('[words]\nletters = "\'"\nsplit = "\'"', "line 3: \"'\" is in letters and in split"),
        ('[words]\njoin = "-a"', 'line 2: join: "a" is a letter already'),
        ('[clitics]\nback = ["-t-id"]', 'line 2: back: "-t-id" needs join = "-" in [words]'),
        ('[clitics]\nfront = ["-t"]', 'line 2: front: "-t" needs join = "-" in [words]'),
        ('[words]\njoin = “-”', "line 2: “ is not the quotation mark of a keyboard"),
        ("[words]\n“join” = 1", "line 2: “ is not the quotation mark of a keyboard"),
        ("[phrases]\n[words]\n[phrases]", "line 3: [phrases] stands twice"),
        ("[words]\njoin.a = 1\n[words.join]", "line 3: [words.join] stands twice"),
        ("= 1", "line 1"),
        ("[words", "line 1"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        profile(text)
    assert "mine.toml" in caught.value.title
    assert said in caught.value.title


def listed(count: int, width: int = 3) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    every = map("".join, itertools.product(letters, repeat=width))
    return ", ".join(f'"{each}"' for each in itertools.islice(every, count))


def exceptions(count: int) -> str:
    return "[exceptions]\n" + "".join(f"{key} = {key}\n" for key in listed(count).split(", "))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[clitics]\nfront = [{listed(201)}]", "line 2: front: more than 200 entries"),
        (f"[clitics]\nback = [{listed(201)}]", "line 2: back: more than 200 entries"),
        (f"[words]\ninitial = [{listed(201)}]", "line 2: initial: more than 200 entries"),
        (f"[words]\nfinal = [{listed(201)}]", "line 2: final: more than 200 entries"),
        (
            "[words]\nendings = [" + listed(201).replace('"a', '"a-') + "]",
            "line 2: endings: more than 200 entries",
        ),
        (
            f'[words]\nletters = "{"".join(map(chr, range(0x3400, 0x34C9)))}"',
            "line 2: letters: more than 200 characters",
        ),
        (exceptions(2001), "line 1: more than 2,000 exceptions"),
        (f'[exceptions]\n{"a" * 51} = ["{"a" * 51}"]', "has more than 50 characters"),
        (f'[phrases]\nwords = ["{"a " * 101}"]', "line 2: \"a a a"),
        (f'[phrases]\napart = ["{"a " * 101}"]', "has more than 200 characters"),
        ('[phrases]\nwords = ["a b\\u001fc d"]', "is not one line of text"),
        ('[words]\nsplit = "\u0301"', "line 2: split: U+0301 is a mark, which cannot be parted"),
        ('[exceptions]\n"ൎ\'" = ["ൎ", "\'"]', "line 2: the pieces of"),
        ('[[examples]]\ntext = "a"\n[[examples]]\ntext = 3', "mine.toml, line 4: text"),
        ('[[examples]]\n[[examples]]\nwords = 1', "line 3: unknown key"),
        ('[sentences]\nabbreviations = ["a\\nb"]', 'line 2: abbreviations: "a⏎b" is empty'),
        ('about = "a\\nb"', 'not "a⏎b"'),
    ],
)  # fmt: skip
def test_limits_and_places(text: str, said: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        profile(text)
    assert said in caught.value.title
    assert caught.value.title.isprintable()


def test_limits_hold_with_those_of_the_base() -> None:
    own = len(bundled_profile("mt").rules.front)
    assert 0 < own < 200
    assert len(profile(f'base = "mt"\n[clitics]\nfront = [{listed(200 - own)}]').rules.front) == 200
    with pytest.raises(TonemarkError, match="front: more than 200 entries"):
        profile(f'base = "mt"\n[clitics]\nfront = [{listed(201 - own)}]')


def test_the_version_follows_nothing_but_tokens() -> None:
    def version(text: str) -> str:
        return profile(text).version

    assert version('[sentences]\nabbreviations = ["Dkt."]') == version("")
    front = ['[clitics]\nfront = ["n\'", "d\'"]', '[clitics]\nfront = ["d\'", "n\'"]']
    assert version(front[0]) == version(front[1]) != version("")
    two, one = '[phrases]\nwords = ["a b", "c d"]', '[phrases]\nwords = ["a bc d"]'
    assert version(two) != version(one)
    assert digest(Rules(phrases=("a b", "c d"))) != digest(Rules(phrases=("a b\x1fc d",)))
    assert version("").startswith(f"{GENERAL_VERSION}.1+")
    assert regex.fullmatch(r"[0-9]+-u[0-9.]+", GENERAL_VERSION)


def test_a_fault_in_a_file_of_phrases_is_named_with_its_line(tmp_path: Path) -> None:
    mine, words = tmp_path / "mine.toml", tmp_path / "words.txt"
    mine.write_text('about = ""\n[phrases]\nwords = ["a b"]\nfiles = ["words.txt"]\n', "utf-8")
    words.write_text("# long\na c\n" + "a\x01 b\n", "utf-8")
    with pytest.raises(TonemarkError, match=r"line 4: words\.txt, line 3: .* one line of text"):
        read_tokenizer(mine)
    words.write_text(f"# long\na c\n{'b ' * 18}\n", "utf-8")
    with pytest.raises(TonemarkError, match=r"^words\.txt, line 3: The word b b.* has 18 tokens"):
        read_tokenizer(mine)
    words.write_text("a c\n")
    mine.write_text(f'[phrases]\nfiles = ["words.txt"]\nwords = ["{"b " * 18}"]\n', "utf-8")
    with pytest.raises(TonemarkError, match=r"^mine\.toml, line 3: The word b b.* has 18 tokens"):
        read_tokenizer(mine)


def test_too_many_phrases(tmp_path: Path) -> None:
    mine, words = tmp_path / "mine.toml", tmp_path / "words.txt"
    mine.write_text("[phrases]\nfiles = [" + '"words.txt", ' * 9 + "]\n", "utf-8")
    words.write_text("".join(f"a {number}\n" for number in range(100_001)))
    with pytest.raises(TonemarkError, match="line 1: more than 100,000 phrases"):
        read_tokenizer(mine)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(TonemarkError, match=r"line 1: .*line 3: .*line 4: "):
        profile('version = "1"\n[words]\nletters = 3\nfinal = 4\n')


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"about = 'x'\nreviewed = '\xe9'\n")
    (tmp_path / "wide.toml").write_text("version = 1", "utf-16")
    (tmp_path / "out.toml").write_text('[phrases]\nfiles = ["../a.txt", "/etc/passwd"]\n')
    for name, said in (
        ("latin.toml", "latin.toml, line 2: this is not UTF-8"),
        ("wide.toml", "wide.toml is UTF-16, not UTF-8"),
        ("none.toml", "none.toml cannot be read: No such file"),
        ("", "cannot be read"),
        ("out.toml", '"../a.txt" is not the name of a file beside out.toml'),
    ):
        with pytest.raises(TonemarkError, match=r"[a-z]+") as caught:
            read_profile(tmp_path / name)
        assert said in caught.value.title


def test_what_a_profile_says_counts_before_its_base() -> None:
    assert profile('base = "af"\n[words]\nsplit = "-"').rules.join == "\u2010\u2011"
    assert "-" in profile('base = "af"').rules.join
    assert profile('base = "mt"\n[words]\nsplit = "-"').rules.front


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[phrases]\nwords = ["Dar es Salaam"]', ()),
        ('[phrases]\nwords = ["Ab cd", "ef gh", "ab  cd"]', ('phrases: "ab  cd" stands twice',)),
        ('[phrases]\nwords = ["Tizi"]', ('phrases: "Tizi" is one token without being listed',)),
        ('[phrases]\nwords = ["Vaj-Pov"]', ()),
        ('[exceptions]\n"Dk." = ["Dk."]', ()),
        (
            '[exceptions]\n"dk." = ["dk."]',
            ('exceptions: "dk." holds in this letter case alone, not as "Dk."',),
        ),
        ('[exceptions]\n"dk." = ["dk."]\n"Dk." = ["Dk."]', ()),
        (
            "[exceptions]\n" + "".join(f'"{c}a." = ["{c}a."]\n' for c in "bcdef"),
            (
                'exceptions: "ba.", "ca.", "da." and 2 more hold in this letter case alone, not as'
                ' "Ba."',
            ),
        ),
    ],
)
def test_what_does_nothing_is_noted(text: str, said: tuple[str, ...]) -> None:
    assert notes(profile(text)) == list(said)


def test_a_base_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('about = ""\nbase = "kabyle"\n')
    with pytest.raises(TonemarkError, match=r"^mine\.toml, line 2: .*kabyle"):
        read_tokenizer(mine)


def test_files_of_bundled_profiles_need_not_be_beside_a_copy(tmp_path: Path) -> None:
    text = "kws kho mob, Vaj-Pov mus kawm ntawv"
    for name in bundled_names():
        copy = tmp_path / f"{name}.toml"
        copy.write_bytes((BUNDLED / copy.name).read_bytes())
        assert read_profile(copy).rules == bundled_profile(name).rules
        assert read_tokenizer(copy).tokenize(text) == load_tokenizer(name).tokenize(text)
    # One that is beside it counts.
    (tmp_path / "hmn-words.txt").write_text("mus kawm\n", "utf-8")
    assert read_profile(tmp_path / "hmn.toml").rules.phrases == ("mus kawm",)
