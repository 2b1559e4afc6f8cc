"""Ways of writing that may be taken for one: tones, marks, apostrophes, hyphens, clicks, Hmong RPA,
Ethiopic. Each takes one atom and gives the pieces that stand for it; none knows the others.
"""

from __future__ import annotations

import unicodedata

import regex

from tonemark.patterns.atoms import APOSTROPHES, INVISIBLE, compiled

TONES = "\u0300\u0301\u0302\u0304\u030c\u030d\u0311"
"""Grave, acute, circumflex, macron, caron, vertical line, inverted breve: what orthographies of
Africa write tone with."""

# Only over vowels and the nasals that can be syllables: š and ŵ are letters of Sesotho and Chichewa
# with the same marks. Marks that stand between (the dot of ọ́) stay.
_TONED = r"[aeiouyæøœɑɐɒəɘɛɜɔɪɨʉʊʋɩᵾmnŋɲ]\p{M}+"
_NO_TONE = {ord(tone): None for tone in TONES}
_MARKS = r"\p{Mn}+"
_UNSEEN = f"[{INVISIBLE}]+"
_APOSTROPHES = f"[{APOSTROPHES}]+"
_HYPHENS = "[-‐‑‒–−﹣－֊]"

_CLICKS = "[ǃǀǁǂ!|/¦‖≠‡]"
_CLICK_SIGNS = {
    "ǃ": ("!",), "!": ("!",),
    "ǀ": ("|",), "|": ("|",), "/": ("|",), "¦": ("|",),
    "ǁ": ("|", "|"), "‖": ("|", "|"),
    "ǂ": ("≠",), "≠": ("≠",), "‡": ("≠",),
}  # fmt: skip

# A syllable of Hmong RPA (Heimbach, White Hmong - English Dictionary, 1969, and Green Hmong dl, ml,
# aa): onset, vowel, and the letter of its tone, which is one only where no vowel follows.
_ONSET = (
    "nplh|npl|nph|nts?h|ntx?h|nrh|nch|nkh|nqh|ny|plh|tsh|txh|hml|hny|dlh|ntl?h?|nt[sx]|np|nr|nc"
    "|nk|nq|pl|ph|th|ts|tx|tl|rh|ch|kh|qh|xy|zh|dh|dl|ml|hm|hn|hl|ph|m|n|p|t|d|r|c|k|q|f|v|x|s|z|y"
    "|h|l|g|b|j"
)
_SYLLABLE = rf"(?:{_ONSET})?(?:ai|au|aw|aa|ee|ia|oo|ua|[aeiouw])(?:[bjvsgmd](?![aeiouw]))?"
_SYLLABLES = rf"(?:({_SYLLABLE}))+"
_HUMPS = r"(?<=\p{Ll}\p{M}*)(?=\p{Lu})"


def unseen(atom: str) -> str:
    """The atom without characters that cannot be seen."""
    return compiled(_UNSEEN).sub("", atom)


def toneless(atom: str) -> str:
    """The atom without tone marks, decomposed: ọ̀ as ọ, but š as š."""
    atom = unicodedata.normalize("NFD", atom)
    return compiled(_TONED, regex.IGNORECASE).sub(
        lambda letter: letter[0].translate(_NO_TONE), atom
    )


def bare(atom: str) -> str:
    """The atom without any mark above, below or in its letters, decomposed."""
    return compiled(_MARKS).sub("", unicodedata.normalize("NFD", atom))


def without_apostrophes(atom: str) -> str:
    """The atom without apostrophes: ng'ombe as ngombe."""
    return compiled(_APOSTROPHES).sub("", atom)


def is_hyphen(atom: str) -> bool:
    """Whether the atom is a hyphen, or a dash as short as one."""
    return compiled(_HYPHENS).fullmatch(atom) is not None


def clicks(atom: str) -> list[str]:
    """The atom with its click letters as the signs that are typed for them, each by itself: ǃKung
    as ! and Kung, ǁ as | and |."""
    pieces: list[str] = []
    last = 0
    for click in compiled(_CLICKS).finditer(atom):
        pieces += [atom[last : click.start()], *_CLICK_SIGNS[click[0]]]
        last = click.end()
    return [piece for piece in (*pieces, atom[last:]) if piece]


def syllables(atom: str) -> list[str]:
    """The syllables of Hmong RPA that are written together (VajPov as Vaj and Pov); the atom as it
    is where it is not made of such."""
    pieces: list[str] = []
    for hump in compiled(_HUMPS).split(atom):
        found = compiled(_SYLLABLES, regex.IGNORECASE).fullmatch(hump)
        pieces += found.captures(1) if found else [hump]
    return pieces


def _ethiopic() -> dict[int, int]:
    """What is read alike in Amharic: ሐ ኀ ኸ as ሀ, ሠ as ሰ, ዐ as አ, ፀ as ጸ, in all orders; the first
    and fourth order of ሀ and አ, which are one sound there, as the first; the marks of length and
    gemination as nothing (Leslau, Reference Grammar of Amharic, 1995)."""
    table = dict.fromkeys((0x135D, 0x135E, 0x135F), 0)
    for row, others in {0x1200: (0x1210, 0x1280, 0x12B8), 0x12A0: (0x12D0,)}.items():
        table[row + 3] = row
        for other in others:
            table |= {other + order: row + order * (order != 3) for order in range(7)}
    table |= {0x1220 + order: 0x1230 + order for order in range(8)}
    table |= {0x1340 + order: 0x1338 + order for order in range(7)}
    # The labialised ones: ዀ ዂ ዃ ዄ ዅ as ኈ ኊ ኋ ኌ ኍ, and ሗ as ኋ.
    table |= {0x12C0 + order: 0x1288 + order for order in (0, 2, 3, 4, 5)}
    table[0x1217] = 0x128B
    return table


_ETHIOPIC: dict[int, int | None] = {sign: other or None for sign, other in _ethiopic().items()}


def amharic(atom: str) -> str:
    """The atom with one letter for those that are read alike in Amharic: ሠላም as ሰላም."""
    return atom.translate(_ETHIOPIC)
