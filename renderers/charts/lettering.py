"""Text in charts: the one font, its measured widths, wrapping, and glyphs that the font lacks."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

TEXT_PX = 11  # the smallest size that is read without zooming on a phone
LINE_PX = 14
CAP_HALF = 0.365  # half the height of a capital in DejaVu Sans, in em: centres a line of figures on a point

_FILES = {"normal": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}
_MEASURE_PX = 100  # measured large and unhinted, so that widths scale with the size
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_TOFU = "\N{WHITE SQUARE}"
_SEPARATORS = ("Zs", "Zl", "Zp", "Cc")


class Weight(StrEnum):
    __hash__ = str.__hash__  # an enum's own is written in Python, and texts are looked up by their weight

    normal = "normal"
    bold = "bold"


@lru_cache(maxsize=8192)
def printable(text: str) -> str:
    """Return *text* as the font can print it, on one line.

    A glyph that the font lacks becomes □: matplotlib would draw a box too, but warn for each, and a branch named
    with an emoji must not fill the log. Invisible format characters are dropped.
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(_printable_character(character) for character in composed).strip()


def text_width(text: str, *, size: float = TEXT_PX, weight: Weight = Weight.normal) -> float:
    """Return the width of one line of printable *text* in logical px."""
    return _width_em(text, weight) * size


def elided(text: str, *, width: float, size: float = TEXT_PX, weight: Weight = Weight.normal) -> str:
    """Return *text*, cut with … where it is wider than *width* logical px."""
    if text_width(text, size=size, weight=weight) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip() + _ELLIPSIS, size=size, weight=weight) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + _ELLIPSIS


def wrapped(text: str, *, width: float, lines: int = 2, size: float = TEXT_PX) -> tuple[str, ...]:
    """Break *text* at spaces into at most *lines* lines of *width* logical px; what is left over is elided."""
    words = text.split(" ")
    rows: list[str] = []
    while words and len(rows) < lines - 1:
        taken = _fitting_words(words, width=width, size=size)
        rows.append(elided(" ".join(words[:taken]), width=width, size=size))
        words = words[taken:]
    if words:
        rows.append(elided(" ".join(words), width=width, size=size))
    return tuple(rows)


def widest(texts: Sequence[str], *, size: float = TEXT_PX, weight: Weight = Weight.normal) -> float:
    """Return the width of the widest of *texts*, 0 if there are none."""
    return max((text_width(text, size=size, weight=weight) for text in texts), default=0.0)


@cache
def font_properties(size: float, weight: Weight) -> FontProperties:
    """Return the font of *size* and *weight*, by file: the fonts of the machine play no part."""
    return FontProperties(fname=_font_file(weight), size=size)


@cache
def font_extent_em(weight: Weight) -> tuple[float, float]:
    """Return how far a line reaches above and below its baseline by the font's own tables, in em."""
    font = _font(weight)
    table = font.get_sfnt_table("OS/2")
    if table is None:
        raise ValueError(f'the font "{_FILES[weight]}" has no table OS/2; restore the one that matplotlib installs.')
    return table["sTypoAscender"] / font.units_per_EM, -table["sTypoDescender"] / font.units_per_EM


def _fitting_words(words: list[str], *, width: float, size: float) -> int:
    taken = 1
    while taken < len(words) and text_width(" ".join(words[: taken + 1]), size=size) <= width:
        taken += 1
    return taken


def _printable_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SEPARATORS:
        return "\N{NO-BREAK SPACE}" if character in "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}" else " "
    if category == "Cf":
        return ""
    return character if ord(character) in _glyphs() else _TOFU


@lru_cache(maxsize=8192)
def _width_em(text: str, weight: Weight) -> float:
    return sum(_advance_em(character, weight) for character in text)


@cache
def _advance_em(character: str, weight: Weight) -> float:
    """Return how far *character* moves the pen.

    Their sum leaves out kerning, which in this font only draws letters together: it is never too small, and a tenth
    of the cost of laying the text out.
    """
    glyph = _font(weight).load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / _MEASURE_PX


@cache
def _font(weight: Weight) -> FT2Font:
    font = FT2Font(_font_file(weight))
    font.set_size(_MEASURE_PX, 72)
    return font


@cache
def _glyphs() -> frozenset[int]:
    """Return the code points that both weights can print."""
    return frozenset(_font(Weight.normal).get_charmap()) & frozenset(_font(Weight.bold).get_charmap())


def _font_file(weight: Weight) -> str:
    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _FILES[weight])
