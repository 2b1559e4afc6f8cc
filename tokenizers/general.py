"""The general tokenizer: words, numbers and signs of any script, by Unicode properties alone, and
by what a language's rules add to them. Knows no language itself.
"""

from __future__ import annotations

import functools
from itertools import repeat

import regex

from tonemark.tokenizers.base import Token
from tonemark.tokenizers.clusters import whole_clusters
from tonemark.tokenizers.rules import GENERAL_VERSION, LETTERS, PLAIN, Cutter, Rules
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, SentenceRules

# Clusters that a border of the rules might cut: a mark, ZWJ or ZWNJ on something other than a
# word, skin tones and tags, a ZWJ that joins a picture, prepended signs (U+0600), flags.
_UNSAFE = (
    rf"(?<![{LETTERS}])[\p{{GCB=Extend}}\p{{GCB=SpacingMark}}\p{{GCB=ZWJ}}]"
    r"|[\p{GCB=Prepend}\p{Regional_Indicator}\p{Emoji_Modifier}\U000E0020-\U000E007F]"
    r"|\u200D(?=\p{Extended_Pictographic})"
)
_BOUND = regex.compile(
    r"[^\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Ethiopic}\p{Nko}\p{Adlam}\p{Common}\p{Inherited}]"
)
"""Letters that may be one cluster with another letter, as those of Hangul and Devanagari (GB6 to
GB8 and GB9c of UAX #29), and, to be sure, all of scripts not looked at."""


def _unsafe(rules: Rules) -> regex.Pattern[str]:
    """What is found in every stretch without white space in which the rules may cut a cluster."""
    parting = "".join((rules.split, *rules.front, *rules.back))
    if _BOUND.search(parting):
        return regex.compile(r"[^\x00-\x7F]")
    if rules.split:
        # A letter that is split is no word, whatever mark stands on it.
        behind = f"(?<=[{regex.escape(rules.split)}])"
        return regex.compile(
            rf"{_UNSAFE}|{behind}[\p{{GCB=Extend}}\p{{GCB=SpacingMark}}\p{{GCB=ZWJ}}]"
        )
    return regex.compile(_UNSAFE)  # regex keeps it


_REACHES_OUT = regex.compile(r"\A[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]|\p{GCB=Prepend}\Z")


class GeneralTokenizer:
    """Keeps the promises of `Tokenizer` for every str, by rules meant for any script.

    - A word is a run of letters with their marks, digits, `_`, ZWJ and ZWNJ, with apostrophes,
      middle dots and unseen characters (soft hyphen, word joiner, BOM, LRM, RLM) between such
      runs: ng'ombe, jama’a. ʼ, ꞌ and the click letters ǃǀǁǂ are letters wherever they stand; an
      apostrophe at an edge is a sign of its own.
    - Hyphens split (Dar, -, es, -, Salaam): they often part a name from what is not of it (Zulu
      i-ANC, Swahili Congo-DRC), and treebanks and entity corpora of African languages split nearly
      all. A span can take in three tokens, but never half of one.
    - Numbers with a decimal point (3.5, 1,000.50), times, dates, URLs and e-mail addresses are one
      token. A thousands comma alone splits (29 , 000), as in those corpora; so do # and @, behind
      which names stand that are to be labelled.
    - Every other sign is a token (Ethiopic ፡ and ። wherever they stand, the full stop of J. and
      Dr. too); "..." and longer, "--", "***" and the like are one.
    - Format characters outside words (ZWSP, bidi controls) are tokens of their own; so are
      controls, surrogates, private-use characters; unassigned ones in a row are one.
    - Scripts that set no spaces (Thai, Khmer): a run of letters is one token.
    - Where a grapheme cluster holds parts of several tokens, or a space and a mark, it is not cut:
      the tokens are joined and the space belongs to them.

    `rules` are what a language adds (see `Rules`); `name` and `version` then are its profile's, and
    `sentence_rules`, which are carried for those who need them: tokens do not hang on them.
    Not to be changed after it is made.
    """

    __slots__ = ("_chunks", "_phrases", "name", "rules", "sentence_rules", "version")

    def __init__(
        self,
        rules: Rules | None = None,
        *,
        name: str = "general",
        version: str = GENERAL_VERSION,
        sentence_rules: SentenceRules = ANY_LANGUAGE,
    ) -> None:
        self.rules = rules or Rules()
        self.sentence_rules = sentence_rules
        self.name = name
        self.version = version
        self._chunks = _Chunks(Cutter(self.rules), _unsafe(self.rules))
        self._phrases = None
        if self.rules.phrases:
            from tonemark.tokenizers.words import Phrases

            self._phrases = Phrases(self.rules.phrases, cut=self._tokenize)

    def __reduce__(self) -> tuple[object, ...]:
        made = functools.partial(
            type(self), name=self.name, version=self.version, sentence_rules=self.sentence_rules
        )
        return made, (self.rules,)

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`, in time linear in its length."""
        tokens = self._tokenize(text)
        return self._phrases.join(text, tokens) if self._phrases else tokens

    def _tokenize(self, text: str) -> list[Token]:
        chunks, find = self._chunks, text.find
        parts = text.split()
        is_spaced_evenly = sum(map(len, parts)) + len(parts) - 1 == len(text)
        spans: list[tuple[int, int]] = []
        add = spans.append
        start = 0
        for chunk in parts:
            if not is_spaced_evenly:
                start = find(chunk, start)
            end = start + len(chunk)
            cuts = chunks[chunk]
            if cuts:
                for left, right in cuts:
                    add((start + left, start + right))
            elif cuts is None:
                return whole_clusters(text, chunks.cutter.spans(text))
            else:
                add((start, end))
            start = end + 1
        return list(map(_new, repeat(Token), spans))


_new = tuple.__new__
"""Half the time of `Token(...)`, which is a Python function; this is the innermost loop."""


class _Chunks(dict[str, tuple[tuple[int, int], ...] | None]):
    """How each chunk between white space is cut, remembered: most chunks of a text come again.

    Empty: it is one token. None: a cluster may reach out of it over the white space beside it.
    """

    LIMIT = 32_768
    LONGEST = 64

    def __init__(self, cutter: Cutter, unsafe: regex.Pattern[str]) -> None:
        super().__init__()
        self.cutter = cutter
        self.unsafe = unsafe

    def __missing__(self, chunk: str) -> tuple[tuple[int, int], ...] | None:
        cuts = self._cut(chunk)
        if len(chunk) <= self.LONGEST:
            if len(self) >= self.LIMIT:
                self.clear()
            self[chunk] = cuts
        return cuts

    def _cut(self, chunk: str) -> tuple[tuple[int, int], ...] | None:
        size = len(chunk)
        left, right = 0, size
        signs = self.cutter.signs
        while left < right and chunk[left] in signs:
            left += 1
        while left < right and chunk[right - 1] in signs:
            right -= 1
        if left < right and self._is_plain(chunk[left:right]) and ".." not in chunk:
            if right - left == size:
                return ()
            if right == size - 1 and not left:  # by far the most
                return ((0, right), (right, size))
            before = [(at, at + 1) for at in range(left)]
            return (*before, (left, right), *((at, at + 1) for at in range(right, size)))
        if not chunk.isascii() and self.unsafe.search(chunk):
            if _REACHES_OUT.search(chunk):
                return None
            return tuple(whole_clusters(chunk, self.cutter.spans(chunk)))
        cuts = tuple(self.cutter.spans(chunk))
        return cuts if len(cuts) > 1 else ()

    def _is_plain(self, part: str) -> bool:
        """Whether a part is one token, whatever stands beside it.

        Letters with the two commonest marks are found without the pattern, in a third of the time;
        below U+0600 none of them joins what stands beside it.
        """
        cutter = self.cutter
        if part in cutter.excepted or not cutter.wary.isdisjoint(part):
            return False
        if part[0] < "\u0600" > part[-1] and cutter.plain is PLAIN:
            if part.isalpha():
                return True
            if part[0].isalpha() and part.replace("\u0301", "").replace("\u0300", "").isalpha():
                return True
        return cutter.plain.fullmatch(part) is not None
