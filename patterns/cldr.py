"""Names of countries, cities and languages in a language, out of Unicode's CLDR through Babel.

Only what CLDR has in that language and script itself: what a locale would take from its root, or
writes in another script, is left out. Babel is imported when asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, get_args

import regex

from tonemark.errors import TonemarkError
from tonemark.tokenizers.languages import language_name

Topic = Literal["countries", "cities", "languages"]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)

LABELS: Final[dict[Topic, tuple[str, ...]]] = {
    "countries": ("LOC", "LOCATION", "GPE", "COUNTRY", "PLACE"),
    "cities": ("LOC", "LOCATION", "GPE", "CITY", "PLACE"),
    "languages": ("LANG", "LANGUAGE"),
}
"""What projects call them, in the order in which the label is looked for."""

_NO_COUNTRY = frozenset("EU EZ QO UN XA XB ZZ".split())
_NO_LANGUAGE = frozenset("art mis mul root und zxx".split())
_BRACKETS = regex.compile(r"\s*[(\[（].*")
_LETTER = regex.compile(r"\p{L}")
_LATIN = regex.compile(r"\p{Latin}")


def label_for(topic: Topic, labels: Iterable[str]) -> str:
    """Which of a project's labels names of a topic get by themselves; empty where none is known."""
    known = {label.upper(): label for label in labels}
    return next((known[name] for name in LABELS[topic] if name in known), "")


def cldr_names(tag: str, topic: Topic) -> list[str]:
    """The names in the language of a BCP 47 tag (in `language_tag`'s form), sorted, each once.

    Countries are the two-letter territories; cities the exemplar cities of time zones. A name with
    an addition in brackets is there without it. Raises TonemarkError where CLDR knows nothing of
    the language in that script.
    """
    locale = locale_of(tag)
    if not locale:
        raise TonemarkError(
            f"CLDR has no names in {language_name(tag)} ({tag}).",
            "Add a file of names.",
        )
    found = {name for given in _own(locale, topic) for name in _ways(given)}
    if not _is_latin(locale):
        found = {name for name in found if not _LATIN.search(name)}
    return sorted(name for name in found if _LETTER.search(name))


def locale_of(tag: str) -> str:
    """The locale of CLDR that writes the language of a tag in its script; empty where none does.

    A region or variant that CLDR does not have is dropped, a script only where it is the usual one:
    names in the Latin script are of no use to a text in Adlam.
    """
    from babel import localedata
    from babel.core import get_global

    usual = get_global("likely_subtags")
    language, *rest = tag.split("-x-")[0].split("-")
    language = get_global("language_aliases").get(language, language)
    language, _, script = language.partition("_")  # sh is sr_Latn
    region = ""
    for part in rest:
        if len(part) == 4 and part.isalpha():
            script = script or part
        elif not region and len(part) in (2, 3):
            region = part
    if not script and region and (likely := usual.get(f"{language}_{region}")):
        script = likely.split("_")[1]
    likely_script = next(iter(usual.get(language, "").split("_")[1:2]), "")
    ways = [(script, region), (script, "")] if script else []
    if script in ("", likely_script):
        ways += [("", region), ("", "")]
    for way in ways:
        name = "_".join(part for part in (language, *way) if part)
        if localedata.exists(name) and any(_own(name, topic) for topic in TOPICS):
            return name
    return ""


def _own(locale: str, topic: Topic) -> list[str]:
    """What the locale, or a wider one of its language, has itself."""
    from babel import localedata

    own, root = (_named(localedata.load(each), topic) for each in (locale, "root"))
    return [name for key, name in own.items() if root.get(key) != name]


def _named(data: Any, topic: Topic) -> dict[str, str]:
    return {key: name for key, name in _pairs(data, topic) if isinstance(name, str)}


def _pairs(data: Any, topic: Topic) -> Iterator[tuple[str, Any]]:
    if topic == "countries":
        for code, name in data.get("territories", {}).items():
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY:
                yield code, name
    elif topic == "languages":
        for code, name in data.get("languages", {}).items():
            if code not in _NO_LANGUAGE:
                yield code, name
    else:
        for zone, names in data.get("time_zones", {}).items():
            if not zone.startswith("Etc/"):
                yield zone, names.get("city")


def _ways(name: str) -> Iterator[str]:
    """How a name is written in a text: without what stands in brackets to tell it from others."""
    yield " ".join(_BRACKETS.sub("", name).split())


def _is_latin(locale: str) -> bool:
    from babel.core import get_global

    parts = locale.split("_")
    if len(parts) > 1 and len(parts[1]) == 4:
        return parts[1] == "Latn"
    likely = get_global("likely_subtags").get(locale) or get_global("likely_subtags").get(parts[0])
    return likely is None or "Latn" in likely
