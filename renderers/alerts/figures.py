"""Figures of an alert message in print: counts, excesses, ratios, odds; "<5" where few persons are behind them."""

import math

from renderers.alerts.models import Family, Item, Side
from renderers.formats import INTEGER, ValueFormat, ValueKind
from renderers.language import Formatter

_TENTHS = ValueFormat(kind=ValueKind.decimal, decimals=1)
_HUNDREDTHS = ValueFormat(kind=ValueKind.decimal, decimals=2)
_LARGE = 100  # expected counts from here on need no tenths
_FEW = 1.5  # below it a whole number would say too little
_MILLION = 1_000_000


def whole(number: float, words: Formatter) -> str:
    return words.value(round(number), INTEGER)


def expected_text(number: float, words: Formatter) -> str:
    """Print a count that is expected: 11,7, and 240."""
    return whole(number, words) if number >= _LARGE else words.value(number, _TENTHS)


def counted(number: float, item: Item, words: Formatter) -> str:
    """Print a number of persons or things that were counted."""
    return f"<{item.min_cell}" if 0 < number < item.min_cell else whole(number, words)


def distance_text(number: float, words: Formatter) -> str:
    """Print how far a count is from what was expected, without its sign."""
    size = abs(number)
    return whole(size, words) if size >= _FEW else words.value(size, _TENTHS)


def signed_text(number: float, words: Formatter) -> str:
    how = INTEGER if abs(number) >= _FEW else _TENTHS
    return words.signed(number, how)


def ratio_text(ratio: float, words: Formatter) -> str:
    if not ratio:
        return whole(0, words)
    return words.value(ratio, _TENTHS if ratio >= 1 else _HUNDREDTHS)


def odds_text(one_in: float, words: Formatter) -> str:
    """Print "1 in so many", rounded down to two digits: it is never made out surer than it is."""
    if one_in > _MILLION:
        return words.word("under_one_in_a_million")
    step = 10 ** max(math.floor(math.log10(max(one_in, 1))) - 1, 0)
    return words.word("one_in", number=whole(math.floor(one_in / step) * step, words))


def value_text(value: float | None, item: Item, words: Formatter) -> str:
    return words.value(value, item.how)


def points_text(difference: float, words: Formatter) -> str:
    """Print the distance of two shares, in percentage points."""
    return words.value(abs(difference) * 100, _TENTHS)


def is_share(item: Item) -> bool:
    """Return whether the figure itself is a share, whose change is told in points."""
    return item.how.kind is ValueKind.percent


def is_tested(item: Item) -> bool:
    """Return whether a count stands against an expected one."""
    return item.family in (Family.rate, Family.share, Family.pace) and item.excess is not None


def is_bad_high(item: Item) -> bool:
    return item.side is Side.above


def lowered(label: str) -> str:
    """Return a label as it stands within a sentence; abbreviations stay: "TR-dækning"."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
