"""Language tags: their normal form, their direction, and their names for people.

Knows nothing of tokenizers or projects; an unknown language is not an error here.
"""

from __future__ import annotations

import unicodedata

import regex

from tonemark.errors import TonemarkError
from tonemark.tokenizers.language_names import NAMES

_TAG = regex.compile(
    r"(?P<language>[a-z]{2,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<private>-x(?:-[a-z0-9]{1,8})+)?",
    regex.IGNORECASE | regex.ASCII,
)


def _words(table: str) -> list[str]:
    return table.split()


# Every ISO 639-3 code that has an ISO 639-1 code (and hbs), as "two-letter three-letter ...".
_PAIRS = _words("""
aa aar ab abk ae ave af afr ak aka am amh an arg ar ara as asm av ava ay aym az aze ba bak be bel
bg bul bi bis bm bam bn ben bo bod br bre bs bos ca cat ce che ch cha co cos cr cre cs ces cu chu
cv chv cy cym da dan de deu dv div dz dzo ee ewe el ell en eng eo epo es spa et est eu eus fa fas
ff ful fi fin fj fij fo fao fr fra fy fry ga gle gd gla gl glg gn grn gu guj gv glv ha hau he heb
hi hin ho hmo hr hrv ht hat hu hun hy hye hz her ia ina id ind ie ile ig ibo ii iii ik ipk io ido
is isl it ita iu iku ja jpn jv jav ka kat kg kon ki kik kj kua kk kaz kl kal km khm kn kan ko kor
kr kau ks kas ku kur kv kom kw cor ky kir la lat lb ltz lg lug li lim ln lin lo lao lt lit lu lub
lv lav mg mlg mh mah mi mri mk mkd ml mal mn mon mr mar ms msa mt mlt my mya na nau nb nob nd nde
ne nep ng ndo nl nld nn nno no nor nr nbl nv nav ny nya oc oci oj oji om orm or ori os oss pa pan
pi pli pl pol ps pus pt por qu que rm roh rn run ro ron ru rus rw kin sa san sc srd sd snd se sme
sg sag sh hbs si sin sk slk sl slv sm smo sn sna so som sq sqi sr srp ss ssw st sot su sun sv swe
sw swa ta tam te tel tg tgk th tha ti tir tk tuk tl tgl tn tsn to ton tr tur ts tso tt tat tw twi
ty tah ug uig uk ukr ur urd uz uzb ve ven vi vie vo vol wa wln wo wol xh xho yi yid yo yor za zha
zh zho zu zul
""")

_PREFERRED = dict(zip(_PAIRS[1::2], _PAIRS[::2], strict=True))
# Withdrawn two-letter codes, with what the IANA registry prefers.
_PREFERRED |= {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro"}

# Scripts whose letters have the bidirectional class R or AL (Unicode 16, ISO 15924 codes).
_RTL_SCRIPTS = frozenset(
    _words("""
    Adlm Arab Aran Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero
    Narb Nbat Nkoo Orkh Ougr Palm Phli Phlp Phlv Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Syre Syrj
    Syrn Thaa Yezi
    """)
)

# Codes that name no script in particular.
_NO_SCRIPT = frozenset({"Zinh", "Zsym", "Zxxx", "Zyyy", "Zzzz"})

# Languages whose usual script runs from right to left (CLDR, likely subtags).
_RTL_LANGUAGES = frozenset(
    _words("""
    ae ar dv fa he ks ps sd ug ur yi
    aao abh abv acm acq acw acx adf aeb aec afb aii ajp apc apd arc arq ars ary arz auz avl ayh ayl
    ayn ayp azb bal bcc bej bft bgn bgp bqi brh bsk ckb dcc gbz gjk gju glk gwc gwt haz hbo hnd hno
    jpr jrb kfm khw kvx kxp lad lki lrc lss luz mey mfa mid mvy myz mzn nqo oru ota pbt pbu pes phl
    phr phv plk prd prs psh psi pst rhg rmt sam scl sdg sdh shu skr smp sqt ssh syr tks tmr tra trg
    trw wne xmn ydg yhd yud
    """)
)

_SCRIPTS = {
    "Adlm": "Adlam",
    "Arab": "Arabic script",
    "Ethi": "Ethiopic script",
    "Hmng": "Pahawh",
    "Hmnp": "Nyiakeng Puachue",
    "Latn": "Latin script",
    "Nkoo": "N'Ko",
}

_SAMPLE_LIMIT = 10_000
"""Code points of a sample that are looked at: a text may be megabytes of digits."""


def language_tag(code: str) -> str:
    """The normal form of a BCP 47 tag: `SWA` gives `sw`, `FF-ADLM` gives `ff-Adlm`.

    Takes `language[-Script][-REGION][-variant...][-x-private...]` (RFC 5646, section 2.1, without
    extended languages and extensions). Letter case follows its section 2.1.1; an ISO 639-3 code
    with a two-letter equal becomes that, one without (`hmn`, `fon`) stays. Whether anybody speaks
    the language is not looked at. Raises TonemarkError where the form is wrong.
    """
    found = _TAG.fullmatch(code.strip())
    if found is None:
        raise _not_a_tag(code)
    language, script, region, variants, private = found.group(
        "language", "script", "region", "variants", "private"
    )
    variants = variants.lower()
    subtags = variants.split("-")
    if len(set(subtags)) < len(subtags):
        raise _not_a_tag(code)
    tag: str = _PREFERRED.get(language.lower(), language.lower())
    if script:
        tag += f"-{script.title()}"
    if region:
        tag += f"-{region.upper()}"
    return tag + variants + (private or "").lower()


def _not_a_tag(code: str) -> TonemarkError:
    shown = code if len(code) <= 40 else code[:40] + "…"
    remedy = "Write a BCP 47 tag or an ISO 639-3 code, such as sw, yo, hmn, ff-Adlm or ha-Arab."
    mended = code.strip().replace("_", "-")
    if "_" in code and _TAG.fullmatch(mended):
        remedy = f"Write {mended}, with a hyphen."
    return TonemarkError(f'"{shown}" is not a language tag.', remedy)


def is_right_to_left(tag: str, sample_text: str = "") -> bool:
    """Whether text of the language runs from right to left.

    The script in the tag decides, then the usual script of the language, then the first letter
    with a direction in `sample_text` (Unicode bidirectional classes L, R, AL). A language not
    known here as right-to-left is asked of the sample, since many of them (`ff`, `ha`, `bm`) are
    written both ways and their tags seldom say so. `tag` is in the form that `language_tag` gives.
    """
    language, _, rest = tag.partition("-")
    script = rest.partition("-")[0]
    if len(script) == 4 and script.isalpha() and script not in _NO_SCRIPT:
        return script in _RTL_SCRIPTS
    if language in _RTL_LANGUAGES:
        return True
    for character in sample_text[:_SAMPLE_LIMIT]:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def language_name(tag: str) -> str:
    """The language in English, for a screen: `Fula (Adlam)`; the tag itself where none is known."""
    language, _, rest = tag.partition("-")
    name = NAMES.get(language)
    if name is None:
        return tag
    if not rest:
        return name
    script, _, others = rest.partition("-")
    shown = _SCRIPTS.get(script, script)
    return f"{name} ({shown}, {others})" if others else f"{name} ({shown})"
