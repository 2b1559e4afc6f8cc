"""Keyboard layouts as tables: which character each key sends, by its place on a board of 105 keys.

Data alone, and facts: levels 1 and 2 of the layouts of xkeyboard-config 2.35, with which a test
compares them. Nothing here knows what a key does, except ALTERNATES.
"""

from __future__ import annotations

SILENT = "□"
"""In the tables: a key that sends no character of its own. It is dead (it waits for a letter), or
sends nothing, or one code point here and two there (the Arabic ligatures of lam and alef)."""

ROWS = (13, 12, 12, 11)
"""Keys a row, from the left: the digits; q to ]; a to ' with the one beside it; the one beside the
left Shift, then z to /."""

BOARDS = {
    "qwerty": r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =   ~ ! @ # $ % ^ & * ( ) _ +
        q w e r t y u i o p [ ]   Q W E R T Y U I O P { }
        a s d f g h j k l ; ' \   A S D F G H J K L : " |
        < z x c v b n m , . /   > Z X C V B N M < > ?
    """,
    "uk": r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =   ¬ ! " £ $ % ^ & * ( ) _ +
        q w e r t y u i o p [ ]   Q W E R T Y U I O P { }
        a s d f g h j k l ; ' #   A S D F G H J K L : @ ~
        \ z x c v b n m , . /   | Z X C V B N M < > ?
    """,
    "azerty": r"""
        ² & é " ' ( - è _ ç à ) =   ~ 1 2 3 4 5 6 7 8 9 0 ° +
        a z e r t y u i o p □ $   A Z E R T Y U I O P □ £
        q s d f g h j k l m ù *   Q S D F G H J K L M % µ
        < w x c v b n , ; : !   > W X C V B N ? . / §
    """,
    "azerty-be": r"""
        ² & é " ' ( § è ! ç à ) -   ³ 1 2 3 4 5 6 7 8 9 0 ° _
        a z e r t y u i o p □ $   A Z E R T Y U I O P □ *
        q s d f g h j k l m ù µ   Q S D F G H J K L M % £
        < w x c v b n , ; : =   > W X C V B N ? . / +
    """,
    "wolof": r"""
        ² & é " ' ( - è _ ç à ) =   % 1 2 3 4 5 6 7 8 9 0 ° +
        a z e r t y u i o p ŋ $   A Z E R T Y U I O P Ŋ £
        q s d f g h j k l m ñ µ   Q S D F G H J K L M Ñ £
        < w x c v b n , ; : !   > W X C V B N ? . / §
    """,
    "qwertz": r"""
        □ 1 2 3 4 5 6 7 8 9 0 ß □   ° ! " § $ % & / ( ) = ? □
        q w e r t z u i o p ü +   Q W E R T Z U I O P Ü *
        a s d f g h j k l ö ä #   A S D F G H J K L Ö Ä '
        < y x c v b n m , . -   > Y X C V B N M ; : _
    """,
    "qwertz-ch": r"""
        § 1 2 3 4 5 6 7 8 9 0 ' □   ° + " * ç % & / ( ) = ? □
        q w e r t z u i o p ü □   Q W E R T Z U I O P è !
        a s d f g h j k l ö ä $   A S D F G H J K L é à £
        < y x c v b n m , . -   > Y X C V B N M ; : _
    """,
    "qwertz-ch-fr": r"""
        § 1 2 3 4 5 6 7 8 9 0 ' □   ° + " * ç % & / ( ) = ? □
        q w e r t z u i o p è □   Q W E R T Z U I O P ü !
        a s d f g h j k l é à $   A S D F G H J K L ö ä £
        < y x c v b n m , . -   > Y X C V B N M ; : _
    """,
    "spanish": r"""
        º 1 2 3 4 5 6 7 8 9 0 ' ¡   ª ! " · $ % & / ( ) = ? ¿
        q w e r t y u i o p □ +   Q W E R T Y U I O P □ *
        a s d f g h j k l ñ □ ç   A S D F G H J K L Ñ □ Ç
        < z x c v b n m , . -   > Z X C V B N M ; : _
    """,
    "latin-american": r"""
        | 1 2 3 4 5 6 7 8 9 0 ' ¿   ° ! " # $ % & / ( ) = ? ¡
        q w e r t y u i o p □ +   Q W E R T Y U I O P □ *
        a s d f g h j k l ñ { }   A S D F G H J K L Ñ [ ]
        < z x c v b n m , . -   > Z X C V B N M ; : _
    """,
    "portuguese": r"""
        \ 1 2 3 4 5 6 7 8 9 0 ' «   | ! " # $ % & / ( ) = ? »
        q w e r t y u i o p + □   Q W E R T Y U I O P * □
        a s d f g h j k l ç º □   A S D F G H J K L Ç ª □
        < z x c v b n m , . -   > Z X C V B N M ; : _
    """,
    "brazilian": r"""
        ' 1 2 3 4 5 6 7 8 9 0 - =   " ! @ # $ % □ & * ( ) _ +
        q w e r t y u i o p □ [   Q W E R T Y U I O P □ {
        a s d f g h j k l ç □ ]   A S D F G H J K L Ç □ }
        \ z x c v b n m , . ;   | Z X C V B N M < > :
    """,
    "italian": r"""
        \ 1 2 3 4 5 6 7 8 9 0 ' ì   | ! " £ $ % & / ( ) = ? ^
        q w e r t y u i o p è +   Q W E R T Y U I O P é *
        a s d f g h j k l ò à ù   A S D F G H J K L ç ° §
        < z x c v b n m , . -   > Z X C V B N M ; : _
    """,
    "swedish": r"""
        § 1 2 3 4 5 6 7 8 9 0 + □   ½ ! " # ¤ % & / ( ) = ? □
        q w e r t y u i o p å □   Q W E R T Y U I O P Å □
        a s d f g h j k l ö ä '   A S D F G H J K L Ö Ä *
        < z x c v b n m , . -   > Z X C V B N M ; : _
    """,
    "norwegian": r"""
        | 1 2 3 4 5 6 7 8 9 0 + \   § ! " # ¤ % & / ( ) = ? □
        q w e r t y u i o p å □   Q W E R T Y U I O P Å □
        a s d f g h j k l ø æ '   A S D F G H J K L Ø Æ *
        < z x c v b n m , . -   > Z X C V B N M ; : _
    """,
    "danish": r"""
        ½ 1 2 3 4 5 6 7 8 9 0 + □   § ! " # ¤ % & / ( ) = ? □
        q w e r t y u i o p å □   Q W E R T Y U I O P Å □
        a s d f g h j k l æ ø '   A S D F G H J K L Æ Ø *
        < z x c v b n m , . -   > Z X C V B N M ; : _
    """,
    "dvorak": r"""
        ` 1 2 3 4 5 6 7 8 9 0 [ ]   ~ ! @ # $ % ^ & * ( ) { }
        ' , . p y f g c r l / =   " < > P Y F G C R L ? +
        a o e u i d h t n s - \   A O E U I D H T N S _ |
        < ; q j k x b m w v z   > : Q J K X B M W V Z
    """,
    "colemak": r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =   ~ ! @ # $ % ^ & * ( ) _ +
        q w f p g j l u y ; [ ]   Q W F P G J L U Y : { }
        a r s t d h n e i o ' \   A R S T D H N E I O " |
        - z x c v b k m , . /   _ Z X C V B K M < > ?
    """,
    "russian": r"""
        ё 1 2 3 4 5 6 7 8 9 0 - =   Ё ! " № ; % : ? * ( ) _ +
        й ц у к е н г ш щ з х ъ   Й Ц У К Е Н Г Ш Щ З Х Ъ
        ф ы в а п р о л д ж э \   Ф Ы В А П Р О Л Д Ж Э /
        / я ч с м и т ь б ю .   | Я Ч С М И Т Ь Б Ю ,
    """,
    "greek": r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =   ~ ! @ # $ % ^ & * ( ) _ +
        ; ς ε ρ τ υ θ ι ο π [ ]   : Σ Ε Ρ Τ Υ Θ Ι Ο Π { }
        α σ δ φ γ η ξ κ λ □ ' \   Α Σ Δ Φ Γ Η Ξ Κ Λ □ " |
        « ζ χ ψ ω β ν μ , . /   » Ζ Χ Ψ Ω Β Ν Μ < > ?
    """,
    "hebrew": r"""
        ; 1 2 3 4 5 6 7 8 9 0 - =   ~ ! @ # $ % ^ & * ) ( _ +
        / ' ק ר א ט ו ן ם פ ] [   Q W E R T Y U I O P } {
        ש ד ג כ ע י ח ל ך ף , \   A S D F G H J K L : " |
        < ז ס ב ה נ מ צ ת ץ .   > Z X C V B N M > < ?
    """,
    "arabic": r"""
        ذ 1 2 3 4 5 6 7 8 9 0 - =   U+0651 ! @ # $ % ^ & * ) ( _ +
        ض ص ث ق ف غ ع ه خ ح ج د   U+064E U+064B U+064F U+064C □ إ ` ÷ × ؛ < >
        ش س ي ب ل ا ت ن م ك ط \   U+0650 U+064D ] [ □ أ ـ ، / : " …
        | ئ ء ؤ ر □ ى ة و ز ظ   ¦ ~ U+0652 } { □ آ ' , . ؟
    """,
    "arabic-azerty": r"""
        ذ & é " ' ( - è _ ç à ) =   U+0651 1 2 3 4 5 6 7 8 9 0 ° +
        ض ص ث ق ف غ ع ه خ ح ج د   U+064E U+064B U+064F U+064C □ إ ` ÷ × ؛ < >
        ش س ي ب ل ا ت ن م ك ط \   U+0650 U+064D ] [ □ أ ـ ، / : " …
        | ئ ء ؤ ر □ ى ة و ز ظ   ¦ ~ U+0652 } { □ آ ' , . ؟
    """,
    "tifinagh": r"""
        ² & □ " ' ( - □ _ □ □ ) =   □ 1 2 3 4 5 6 7 8 9 0 ° +
        ⴰ ⵣ ⴻ ⵔ ⵜ ⵢ ⵓ ⵉ ⵄ ⵃ ⵯ $   ⴰ ⵥ □ ⵕ ⵟ ⵢ ⵓ ⵉ ⵄ ⵃ ⵯ £
        ⵇ ⵙ ⴷ ⴼ ⴳ ⵀ ⵊ ⴽ ⵍ ⵎ □ *   ⵇ ⵚ ⴹ ⴼ ⴳ ⵀ ⵊ ⴽ ⵍ ⵎ % µ
        < ⵡ ⵅ ⵛ ⵖ ⴱ ⵏ , ; : !   > ⵡ ⵅ ⵛ ⵖ ⴱ ⵏ ? . / §
    """,
}

NEAR = {
    "yoruba": ("qwerty", {"4": "4₦", "q": "ẹ", "x": "ọ", "v": "ṣ"}),
    "igbo": ("qwerty", {"4": "4₦", "q": "ị", "[": "ọ", ";": "ụ", "x": "ṅ"}),
    "hausa": (
        "qwerty",
        {"4": "4₦", "w": "ü", "[": "ƴ", "]": "ǧ", "d": "ɗ", ";": "ıİ", "'": "ǝ", "z": "ɲ", "m": "ñ"}
        | {".": "ç", "/": "ş"},
    ),
    "akan": ("qwerty", {"4": "4₵", "q": "ɛ", "x": "ɔ"}),
    "ewe": ("qwerty", {"4": "4₵", "q": "ɛ", "[": "ɔ", "]": "ʋ", "j": "ƒ", "\\": "ɖ", "c": "ŋ"}),
    "kikuyu": ("qwerty", {"q": "ĩ", "x": "ũ"}),
}
"""Layouts that differ from another in a few letters, given by the characters of that one; Shift
gives their capitals, or the character that stands second."""

SOURCES = {
    "qwerty": "us",
    "uk": "gb",
    "azerty": "fr",
    "azerty-be": "be",
    "wolof": "sn",
    "qwertz": "de",
    "qwertz-ch": "ch",
    "qwertz-ch-fr": "ch(fr)",
    "spanish": "es",
    "latin-american": "latam",
    "portuguese": "pt",
    "brazilian": "br",
    "italian": "it",
    "swedish": "se",
    "norwegian": "no",
    "danish": "dk",
    "dvorak": "us(dvorak)",
    "colemak": "us(colemak)",
    "russian": "ru",
    "greek": "gr",
    "hebrew": "il",
    "arabic": "ara",
    "arabic-azerty": "ara(azerty)",
    "tifinagh": "ma(tifinagh)",
    "yoruba": "ng(yoruba)",
    "igbo": "ng(igbo)",
    "hausa": "ng(hausa)",
    "akan": "gh(akan)",
    "ewe": "gh(ewe)",
    "kikuyu": "ke(kik)",
}
"""Every layout there is, with its name in xkeyboard-config."""

ALSO = {
    "us": "qwerty",
    "english": "qwerty",
    "gb": "uk",
    "fr": "azerty",
    "french": "azerty",
    "bambara": "azerty",
    "be": "azerty-be",
    "belgian": "azerty-be",
    "sn": "wolof",
    "de": "qwertz",
    "german": "qwertz",
    "austrian": "qwertz",
    "ch": "qwertz-ch",
    "swiss": "qwertz-ch",
    "es": "spanish",
    "latam": "latin-american",
    "pt": "portuguese",
    "br": "brazilian",
    "it": "italian",
    "se": "swedish",
    "fi": "swedish",
    "finnish": "swedish",
    "no": "norwegian",
    "dk": "danish",
    "ru": "russian",
    "gr": "greek",
    "il": "hebrew",
    "ara": "arabic",
    "ma": "arabic-azerty",
}
"""Other names of layouts: countries, languages, those of xkeyboard-config."""

LATIN = {
    "russian": "qwerty",
    "greek": "qwerty",
    "hebrew": "qwerty",
    "arabic": "qwerty",
    "arabic-azerty": "azerty",
    "tifinagh": "azerty",
}
"""The layout whose letters stand on the same keys, and to which one switches to type Latin."""

CASELESS = ("tifinagh",)
"""Layouts whose letters send the same with Shift, so that Shift cannot say where a focus ends."""

_LEFT_EDGE = {"left_out": "<", "left_in": ">"}

ALTERNATES = {
    "azerty": _LEFT_EDGE,
    "azerty-be": _LEFT_EDGE,
    "qwertz": {"add": "*"},
    "qwertz-ch": _LEFT_EDGE,
    "qwertz-ch-fr": _LEFT_EDGE,
    "spanish": {**_LEFT_EDGE, "characters": "ç"},
    "latin-american": _LEFT_EDGE,
    "portuguese": _LEFT_EDGE,
    "brazilian": _LEFT_EDGE,
    "swedish": {**_LEFT_EDGE, "add": "*"},
    "norwegian": {**_LEFT_EDGE, "add": "*"},
    "danish": {**_LEFT_EDGE, "add": "*"},
    "greek": {"unsnap": "\\"},
    "arabic": {"back": "\\", "bidi": "\\"},
    "arabic-azerty": {"back": "\\", "bidi": "\\"},
    "tifinagh": {"characters": "%", "end_at": "*", "redo": "²"},
}
"""For actions some key of which is silent on a layout: the character to use there, by the action's
id. Both edges change together, so that they stay a pair."""
