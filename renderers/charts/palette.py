"""Colours and strokes: which series looks how, for readers with any colour vision.

Source: M. Okabe and K. Ito, "Color Universal Design", 2008, for the eight hues.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

from renderers.charts.spec import Series, SeriesRole

INK = "#1f2933"  # names and figures
MUTED = "#586472"  # ticks and notes; 6:1 on white
GRID = "#e1e5ea"
BASELINE = "#4a5562"
WITHHELD = "#eceff2"  # ground of a cell without a figure
BLANK = "#f4f6f8"
HATCH = "#c3cad2"
WHITE = "#ffffff"
_BLACK = "#000000"

HUES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7a8794")
_LAST_YEAR, _LAST_YEAR_FILL = "#6f7c8a", "#b4bfca"
_EARLIER = ("#94a0ad", "#b3bcc6", "#cbd2d9")
PAST_COLOURS = (_LAST_YEAR, _LAST_YEAR_FILL, *_EARLIER)
_TARGET = "#c2410c"
_ALIKE = 10_000  # squared distance in RGB below which two colours are taken for one
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_READABLE = 4.5  # contrast of text against its ground, WCAG 2.2 AA


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one series is drawn. ``dash`` holds lengths in px, empty for a solid line; ``text`` suits white ground."""

    colour: str
    fill: str
    text: str
    width: float
    dash: tuple[float, ...] = ()
    layer: int = 2


def looks(series: Sequence[Series], *, accent: str) -> tuple[Look, ...]:
    """Return one look a series: the accent for the first current one, greys for the past, hues for parts.

    Raises:
        ValueError: *accent* is not #rrggbb.
    """
    return _looks(tuple([one.role for one in series]), checked_colour(accent))


@lru_cache(maxsize=1024)
def _looks(roles: tuple[SeriesRole, ...], accent: str) -> tuple[Look, ...]:
    hues = _without_twin(accent, SeriesRole.current in roles)
    hue_number, earlier_number, current_number = count(), count(), count()
    result = []
    for role in roles:
        match role:
            case SeriesRole.current:
                first = next(current_number) == 0
                colour = accent if first else hue(next(hue_number), hues)
                result.append(_look(colour, width=2.75 if first else 2.25, layer=5))
            case SeriesRole.last_year:
                result.append(replace(_look(_LAST_YEAR, width=1.75, layer=4), fill=_LAST_YEAR_FILL, text=MUTED))
            case SeriesRole.earlier:
                colour = _EARLIER[min(next(earlier_number), len(_EARLIER) - 1)]
                result.append(replace(_look(colour, width=1.5, layer=3), text=MUTED))
            case SeriesRole.target:
                result.append(_look(_target(accent), width=1.5, dash=(5, 3)))
            case SeriesRole.benchmark:
                result.append(_look(INK, width=1.25, dash=(1.25, 2.25)))
            case SeriesRole.part:
                result.append(_look(hue(next(hue_number), hues), width=2))
    return tuple(result)


def plain_colours(accent: str) -> tuple[str, ...]:
    """Return every colour that fills or draws something on a chart in *accent*, apart from the cells of a heat map."""
    hues = [hue(number, HUES) for number in range(3 * len(HUES))]
    grounds = (GRID, BASELINE, WITHHELD, BLANK, HATCH, _BLACK)
    return tuple(dict.fromkeys([accent, *text_colours(accent), *PAST_COLOURS, *grounds, *hues, *map(readable, hues)]))


def text_colours(accent: str) -> tuple[str, ...]:
    """Return the colours in which most texts are written, the most frequent first."""
    return MUTED, INK, readable(accent), readable(_target(accent))


def hue(number: int, hues: Sequence[str] = HUES) -> str:
    """Return the colour of part *number*; past the last hue they come again, darker, then paler."""
    turn, place = divmod(number, len(hues))
    match turn % 3:
        case 0:
            return hues[place]
        case 1:
            return blended(hues[place], _BLACK, share=0.45)
        case _:
            return blended(hues[place], WHITE, share=0.6)


@lru_cache(maxsize=4096)
def sequential(share: float, *, accent: str) -> str:
    """Return the colour of *share* (0–1) on a scale of one hue, from nearly white to the accent, darkened if pale."""
    return blended(WHITE, readable(accent), share=0.07 + 0.93 * share)


@lru_cache(maxsize=4096)
def readable(colour: str) -> str:
    """Return *colour*, darkened until it can be read as text on white."""
    while contrast(colour, WHITE) < _READABLE:
        colour = blended(colour, _BLACK, share=0.08)
    return colour


@lru_cache(maxsize=4096)
def ink_on(ground: str) -> str:
    """Return white or black, whichever reads better on *ground*: one of them always has a contrast of 4.5:1."""
    return WHITE if contrast(WHITE, ground) >= contrast(_BLACK, ground) else _BLACK


def blended(colour: str, other: str, *, share: float) -> str:
    """Return *colour* with *share* (0–1) of *other* in it."""
    pairs = zip(rgb(colour), rgb(other), strict=True)
    return "#" + "".join(f"{round(own + (foreign - own) * share):02x}" for own, foreign in pairs)


@lru_cache(maxsize=4096)
def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1–21.

    Source: WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=4096)
def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of #rrggbb, 0–255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@lru_cache(maxsize=4096)
def rgba(colour: str) -> tuple[float, float, float, float]:
    """Return opaque #rrggbb as matplotlib takes colours, 0–1."""
    red, green, blue = rgb(colour)
    return red / 255, green / 255, blue / 255, 1.0


def checked_colour(colour: str) -> str:
    """Return *colour* in lower case.

    Raises:
        ValueError: It is not #rrggbb.
    """
    if not _HEX.fullmatch(colour):
        raise ValueError(f'the accent colour is "{colour}"; write it as #rrggbb, such as #0b5c8a.')
    return colour.lower()


def _look(colour: str, *, width: float, dash: tuple[float, ...] = (), layer: int = 2) -> Look:
    return Look(colour=colour, fill=colour, text=readable(colour), width=width, dash=dash, layer=layer)


def _target(accent: str) -> str:
    """Return the colour of targets: vermilion, or blue beside an accent that is reddish itself."""
    return _TARGET if _distance(_TARGET, accent) > _ALIKE else HUES[0]


def _without_twin(accent: str, has_current: bool) -> tuple[str, ...]:
    """Leave out the hue nearest to the accent where the accent is in the chart too."""
    if not has_current:
        return HUES
    nearest = min(HUES, key=lambda colour: _distance(colour, accent))
    return tuple(colour for colour in HUES if colour != nearest)


def _distance(one: str, other: str) -> int:
    return sum((a - b) ** 2 for a, b in zip(rgb(one), rgb(other), strict=True))


def _luminance(colour: str) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in rgb(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
