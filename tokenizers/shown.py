r"""Tokens as people see and correct them in a line of text: "|" where two meet without a space, "␣"
for a space inside one.

    Vaj|-|Pov mus tom kws␣kho␣mob|.

Moving a bar in an editor is all it takes to correct them. A bar of the text itself, a click, is
shown as "¦"; a "␣", a "¦" or a backslash that is the text's own has a backslash ahead of it. What
cannot be seen, and the end of a line, is written by its number: \{200C}.
"""

from __future__ import annotations

from collections.abc import Iterable

import regex

from tonemark.text import graphemes, visible
from tonemark.tokenizers.base import Token

BAR, BLANK, OWN_BAR = "|", "␣", "¦"
"""Where tokens meet; a space inside one; a bar of the text itself, as in Khoekhoe ||gôan."""

_OWN = regex.compile(r"[¦␣\\]")
_PIECE = regex.compile(
    r"\\(?P<own>[|¦␣\\])|\\\{(?P<number>[0-9A-Fa-f]{1,6})\}|(?P<bar>\|)|(?P<blank>␣)|(?P<click>¦)|(?P<space>[\s\x1C-\x1F])|."
)
_LINE_END = regex.compile(r"[\n\v\f\r\x1C-\x1E\x85\u2028\u2029]")
_EDGE = r"(?:^|[\s\x1C-\x1F|])"
_END = r"(?:$|[\s\x1C-\x1F|])"
_IDLE = regex.compile(rf"(?<={_EDGE})\||\|(?={_END})|(?<={_EDGE})␣++(?!\p{{M}})|␣(?={_END})")


def shown(text: str, tokens: Iterable[Token]) -> str:
    """A text with its tokens, on one line that a terminal can be sent: what is outside them is a
    space, or the end of a line."""
    parts: list[str] = []
    before = None
    for start, end in tokens:
        if before is not None:
            ends = _LINE_END.findall(text, before, start)
            parts.append("".join(map(_numbered, ends)) or (BAR if start == before else " "))
        parts.append(_shown_token(text[start:end]))
        before = end
    return "".join(parts)


def _shown_token(token: str) -> str:
    token = _OWN.sub(r"\\\g<0>", token).replace(BAR, OWN_BAR).replace(" ", BLANK)
    if visible(token) == token and not any(map(str.isspace, token)):
        return token
    parts = []
    for start, end in graphemes(token):
        cluster = token[start:end]
        if visible(cluster) == cluster and not any(map(str.isspace, cluster)):
            parts.append(cluster)
            continue
        seen = cluster[0] if visible(cluster[0]) == cluster[0] and not cluster[0].isspace() else ""
        parts.append(seen + "".join(map(_numbered, cluster[len(seen) :])))
    return "".join(parts)


def _numbered(character: str) -> str:
    return f"\\{{{ord(character):X}}}"


def read_shown(line: str) -> tuple[str, list[Token]]:
    """The text and the tokens of a line that `shown` wrote, or a person: ends of lines left out,
    several spaces being one, and a bar beside a space none."""
    text: list[str] = []
    tokens: list[Token] = []
    start = 0

    def close() -> None:
        nonlocal start
        if "".join(text[start:]).strip():
            tokens.append(Token(start, len(text)))
        start = len(text)

    for piece in _PIECE.finditer(line.strip()):
        if piece["bar"]:
            close()
        elif piece["space"]:
            close()
            if text and text[-1] != " ":
                text.append(" ")
            start = len(text)
        elif piece["blank"]:
            text.append(" ")
        elif piece["number"] and int(piece["number"], 16) <= 0x10FFFF:
            character = chr(int(piece["number"], 16))
            if not _LINE_END.match(character):
                text.append(character)
                continue
            close()
            text.append(character)
            start = len(text)
        else:
            text.append(BAR if piece["click"] else piece["own"] or piece[0])
    close()
    return "".join(text), tokens


def has_idle_marks(line: str) -> bool:
    """Whether a bar parts nothing in a line that a person wrote, or a "␣" joins nothing: beside a
    space or a bar, or at an end of the line. No line that `shown` writes has such."""
    return _IDLE.search(regex.sub(r"\\([|¦␣\\]|\{\w++\})", "x", line.strip())) is not None
