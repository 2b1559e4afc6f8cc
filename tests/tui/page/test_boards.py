"""The tables of layouts against those of xkeyboard-config, where these are installed."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from pathlib import Path

import pytest

from tonemark.tui.page.boards import SOURCES
from tonemark.tui.page.keyboards import keyboard_named


class _Names(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")
    ]


@pytest.fixture(scope="module")
def xkb() -> Callable[[str], list[list[str | None]]]:
    """What libxkbcommon says that a layout sends: both levels, by place."""
    library = ctypes.util.find_library("xkbcommon")
    if library is None or not Path("/usr/share/X11/xkb/symbols").is_dir():
        pytest.skip("libxkbcommon or xkb-data is not installed")
    lib = ctypes.CDLL(library)
    number, pointer = ctypes.c_uint32, ctypes.c_void_p
    symbols = ctypes.POINTER(number)
    for name, result, arguments in (
        ("xkb_context_new", pointer, [ctypes.c_int]),
        ("xkb_keymap_new_from_names", pointer, [pointer, ctypes.POINTER(_Names), ctypes.c_int]),
        ("xkb_keymap_key_by_name", number, [pointer, ctypes.c_char_p]),
        ("xkb_keymap_num_levels_for_key", number, [pointer, number, number]),
        (
            "xkb_keymap_key_get_syms_by_level",
            ctypes.c_int,
            [pointer, number, number, number, ctypes.POINTER(symbols)],
        ),
        ("xkb_keysym_to_utf32", number, [number]),
    ):
        getattr(lib, name).restype, getattr(lib, name).argtypes = result, arguments
    context = lib.xkb_context_new(0)
    places = ["TLDE", *(f"AE{n:02}" for n in range(1, 13)), *(f"AD{n:02}" for n in range(1, 13))]
    places += [*(f"AC{n:02}" for n in range(1, 12)), "BKSL", "LSGT"]
    places += [f"AB{n:02}" for n in range(1, 11)]

    def sent(source: str) -> list[list[str | None]]:
        layout, _, variant = source.rstrip(")").partition("(")
        named = _Names(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
        keymap = lib.xkb_keymap_new_from_names(context, ctypes.byref(named), 0)
        if not keymap:
            pytest.skip(f"xkb-data has no {source}")
        rows: list[list[str | None]] = [[], []]
        for place in places:
            key = lib.xkb_keymap_key_by_name(keymap, place.encode())
            levels = lib.xkb_keymap_num_levels_for_key(keymap, key, 0)
            for level in (0, 1):
                found = symbols()
                count = lib.xkb_keymap_key_get_syms_by_level(
                    keymap, key, 0, min(level, levels - 1), ctypes.byref(found)
                )
                code = lib.xkb_keysym_to_utf32(found[0]) if count == 1 else 0
                rows[level].append(chr(code) if code >= 0x20 else None)
        return rows

    return sent


@pytest.mark.parametrize("name", SOURCES)
def test_the_tables_are_those_of_xkeyboard_config(
    name: str, xkb: Callable[[str], list[list[str | None]]]
) -> None:
    keyboard = keyboard_named(name)
    for mine, theirs in zip(
        (keyboard.plain, keyboard.shifted), xkb(SOURCES[keyboard.name]), strict=True
    ):
        # A ligature is one code point there, and two on other systems.
        singly = [c if c and not 0xFB50 <= ord(c) <= 0xFEFF else None for c in theirs]
        assert list(mine) == singly
