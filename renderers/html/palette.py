"""Colours of a document, worked out from the organisation's accent."""

import re
from dataclasses import dataclass
from functools import lru_cache

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_FALLBACK = "#0b5c8a"
_WHITE = (255, 255, 255)
_DARK_TILE = (33, 43, 53)
# WCAG 2.2, 1.4.3: smallest contrast of running text.
_CONTRAST = 4.5
# More on dark ground, where thin light strokes look dimmer than they measure.
_CONTRAST_DARK = 6.0

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The accent, the ink that is read on it, and the accent as text on light and on dark cards."""

    accent: str
    on_accent: str
    text: str
    text_dark: str


@lru_cache(maxsize=64)
def palette(accent: str) -> Palette:
    """Return the palette of *accent* ("#rrggbb"); anything else stands for the default blue."""
    base = _rgb(accent if _HEX.fullmatch(accent) else _FALLBACK)
    ink = _WHITE if _contrast(base, _WHITE) >= _CONTRAST else (20, 32, 43)
    return Palette(
        accent=_hex(base),
        on_accent=_hex(ink),
        text=_hex(_readable(base, _WHITE, towards=(0, 0, 0), contrast=_CONTRAST)),
        text_dark=_hex(_readable(base, _DARK_TILE, towards=_WHITE, contrast=_CONTRAST_DARK)),
    )


def _readable(colour: Rgb, ground: Rgb, *, towards: Rgb, contrast: float) -> Rgb:
    """Mix *colour* towards black or white until it is readable on *ground*."""
    for step in range(0, 101, 5):
        mixed = _mix(colour, towards, step / 100)
        if _contrast(mixed, ground) >= contrast:
            return mixed
    return towards


def _mix(colour: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _contrast(first: Rgb, second: Rgb) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Source: WCAG 2.2, definition of contrast ratio.
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [(part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
