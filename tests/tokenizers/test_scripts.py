"""The scripts of Africa that need no rules of their own: the general tokenizer, and the general
sentences, are right for them as they stand (docs/tokenizers.md says so)."""

from __future__ import annotations

import pytest

from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.sentences.sentences import sentences

SCRIPTS = {
    "Adlam": (
        "𞤀𞤣𞤢𞥄𞤥𞤢|⹁ 𞤸𞤭𞤲𞥋𞤣𞤵|⁏ 𞥑𞥒𞥓|. // 𞥟|𞤖𞤮𞥅|؟ // 𞥞|𞤀𞤢|! // 𞤖𞤭𞤲'𞤣𞤵 𞤀|-|𞤁 𞤐𞥊𞤁𞤢|⸮",
        "hin'du with the mark and with an apostrophe, signs at the front of a sentence",
    ),
    "Ajami": (
        "قۏمٜ يَـزُو|، ٻَا تٜڢِ|؟ // ٢٩٫٥ ٢٩٬٠٠٠ وَلِي|۔ // «|أ|» كِسْوَحِيلِ|؛ می\u200cك",
        "harakat and tatweel are the word's, the prefix wa- is not cut",
    ),
    "Bamum": ("ꚠꚡ꛰|꛳ // ꚢꛧ|꛵ 𖠀𖠁|꛷ // ꚠ", "numbers are letters, the mark at the end is one"),
    "Bassa Vah": ("𖫐𖫑𖫰 𖫒|𖫵 // 𖫓𖫔𖫱", "tone marks"),
    "Coptic": ("ⲡⲛⲟⲩⲧⲉ|⳾ ⲁ̅ ⲡⲣⲁⲛ|.", "strokes above"),
    "Garay": (
        "\U00010d4a\U00010d4b\U00010d6a \U00010d40\U00010d41|. // \U00010d50",
        "in Unicode since 16",
    ),
    "Medefaidrin": ("𖹀𖹁|𖺘 // 𖺀𖺁|𖺗 𖹂𖹃|𖺚 𖹄", "its digits are one number"),
    "Mende Kikakui": ("𞠀𞠁 𞣇𞣐|. // 𞠂", "a digit with its mark is one number"),
    "Osmanya": ("𐒀𐒁|. // 𐒠𐒡 𐒂|! // 𐒃", ""),
    "Tifinagh": ("ⴰⵣⵓⵍⵯ ⵜⴰⵎ⵿ⴰⵣⵉⵖⵜ|⵰ ⴰ|! // ⴰⵢⵏⵏⴰ", "labialisation and the joiner are letters"),
    "Vai": ("ꔔꗱꕞ|꘎ // ꕉꔎ|꘍ ꘡꘢ ꔻꘋꘌ|꘏ // ꕉ|-|ꕊ", "the lengthener is a letter"),
    "Ethiopic": ("ቃል|፡|ነገር|። // ፩፪ኛ ሐና\u135fት|፣ ፲፱፻|፧ // ናቸው|፨ // አለ", "the word space is a sign"),
}


@pytest.mark.parametrize(("written", "why"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_script(written: str, why: str) -> None:
    text = written.replace("|", "").replace(" // ", " ")
    found = GeneralTokenizer().tokenize(text)
    tokens = written.replace(" // ", " ").replace("|", " ").split()
    assert [text[start:end] for start, end in found] == tokens, why
    assert faults(text, found) == []
    divided = [text[start:end] for start, end in sentences(text)]
    assert divided == written.replace("|", "").split(" // ")


LATIN = {
    "Chichewa": "ng'ombe m'mudzi",
    "Kabyle": "yefka|-|yas ɣer ɛli d_ameqqran aggʷez ameẓẓyan amez\u0323z\u0323yan",
    "Kinyarwanda": "n'umugabo nk’uko b'i",
    "Luganda": "w'e Masaka eŋŋombe ng'enda n’omu",
    "Nuer and Dinka": "Muɔnyjäŋ Muɔnyja\u0308ŋ ë̈|, ɛ̱",
    "Oromo": "har'a re’ee baʼe ta`e",
    "Shona": "n'anga munin'ina vaMugabe",
    "Venda and Tsonga": "ḓo d\u032do ṋa n\u032da n'wana Xin’wana",
    "Zulu": "i|-|ANC ngo|-|2010 ndlw'ethu e|-|Thekwini",
}


@pytest.mark.parametrize("written", LATIN.values(), ids=LATIN.keys())
def test_a_language_in_latin_letters(written: str) -> None:
    text = written.replace("|", "")
    found = [text[start:end] for start, end in GeneralTokenizer().tokenize(text)]
    assert found == written.replace("|", " ").split()
