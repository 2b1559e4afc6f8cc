"""A few letters of each script that our languages need, to be measured and to be looked at."""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    """A few letters of a script. `about` completes "you should see ...", for one who looks."""

    name: str
    text: str
    about: str = ""


SAMPLES = (
    # Decomposed, as the corpora have it: dot below and tone are code points of their own.
    Sample(
        "Latin with marks",
        "E\u0323\u0300ko\u0323\u0301 s\u0323i",
        "a dot below and a tone mark above the first E and the o",
    ),
    Sample("Latin with hooks", "ɓɗƙƴŋɔɛ", "letters with hooks, an eng, an open o and e"),
    Sample("Ethiopic", "ሰላም፡ነው።", "letters of Amharic, a word space of two dots, four dots"),
    Sample("Vai", "ꕙꔤ", "two letters of Vai"),
    Sample("Tifinagh", "ⵜⵉⴼⵉⵏⴰⵖ", "seven letters of Tifinagh"),
    Sample(
        "Pahawh Hmong",
        "\U00016b16\U00016b30\U00016b1d\U00016b35",
        "two letters of Pahawh Hmong, a mark above each",
    ),
    Sample(
        "Nyiakeng Hmong",
        "\U0001e110\U0001e126\U0001e132\U0001e10e\U0001e12b\U0001e130",
        "four letters of Nyiakeng Puachue Hmong, two with a tone mark",
    ),
    Sample(
        "N'Ko",
        "ߒ\u07eb\u07de\u07cf \u07d3\u07ca\u07f2\u07ec",
        "letters of N'Ko joined, right to left, with tone marks above",
    ),
    Sample(
        "Adlam",
        "\U0001e906\U0001e935\U0001e924\U0001e922\U0001e944\U0001e92a",
        "letters of Adlam joined, right to left, the first a capital",
    ),
    Sample(
        "Ajami",
        "\u0647\u064e\u0648\u0652\u0633\u064e\u06a2\u064e",
        "Arabic letters joined, right to left, with vowel signs above",
    ),
    Sample("Devanagari", "हिन्दी", "the letters joined by a line above"),
    Sample("Khmer", "ភាសាខ្មែរ", "one letter under another"),
    Sample("Burmese", "မြန်မာ", "a letter framed by another"),
    Sample("Thai", "น้ำที่", "marks above, two over one letter"),
    Sample("Chinese", "中文", "two signs, each two cells wide"),
    Sample("plain emoji", "😀🏆", "a face and a cup"),
    Sample("widened emoji", "☀\ufe0f", "a sun in colour"),
    Sample("skin tones", "👍🏽", "one thumb, not a thumb and a patch"),
    Sample("joined emoji", "👩\u200d🌾", "one farmer, not a woman and a plant"),
    Sample("flags", "🇰🇪", "a flag, or the letters K E"),
    Sample("Garay", "\U00010d51\U00010d52", "two letters of Garay (new in Unicode 16)"),
)

IN_SHORT = (
    "Latin with marks",
    "Ethiopic",
    "Vai",
    "Tifinagh",
    "Pahawh Hmong",
    "Nyiakeng Hmong",
    "N'Ko",
    "Adlam",
    "Ajami",
)
"""The samples that are always shown, for a person to confirm by eye."""

UTF8 = "\u00e9"
"""One cell where a terminal takes UTF-8, two where it takes each byte for a letter. Neither byte
is a control character in Latin-1, as bytes of other samples are: it is asked before them."""
