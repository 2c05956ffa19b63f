"""Reading a chart's figures: what has a value, what is withheld, what is simply not there."""

import math
from functools import cache

from renderers.charts.lettering import printable
from renderers.charts.spec import ChartSpec, Series
from renderers.language import formatter


def check(spec: ChartSpec) -> None:
    """Refuse a spec that cannot be drawn truthfully.

    Raises:
        ValueError: A series is not as long as the categories, or holds a value that is not a finite number.
    """
    for one in spec.series:
        if not len(one.values) == len(one.texts) == len(spec.categories):
            raise ValueError(
                f'chart "{spec.title}": series "{one.name}" has {len(one.values)} values and {len(one.texts)} texts '
                f"for {len(spec.categories)} categories; give one of each for every category, None where there is none."
            )
        if all(map(math.isfinite, filter(None, one.values))):  # a fifth of the time that looking at each takes
            continue
        for category, value in zip(spec.categories, one.values, strict=True):
            if value is not None and not math.isfinite(value):
                raise ValueError(
                    f'chart "{spec.title}": series "{one.name}" has the value {value} for "{category}"; '
                    "give a finite number, or None where there is no value."
                )


def is_withheld(one: Series, index: int, spec: ChartSpec) -> bool:
    """Return whether the figure exists but is not shown: it has a text other than "no value"."""
    return one.values[index] is None and one.texts[index] not in _absent(spec.language)


def withheld_texts(spec: ChartSpec) -> tuple[str, ...]:
    """Return the texts of withheld figures, each once, in the order in which they come."""
    absent = _absent(spec.language)
    found = {
        printable(text): None
        for one in spec.series
        for value, text in zip(one.values, one.texts, strict=True)
        if value is None and text not in absent
    }
    return tuple(found)


def shown_values(series: tuple[Series, ...]) -> list[float]:
    """Return the values of all *series*, those that are missing left out."""
    return [value for one in series for value in one.values if value is not None]


def shown_texts(spec: ChartSpec) -> list[str]:
    """Return the texts of all figures that are shown."""
    return [text for one in spec.series for value, text in zip(one.values, one.texts, strict=True) if value is not None]


def has_figures(spec: ChartSpec) -> bool:
    """Return whether there is anything to draw: a value, or a figure that is withheld."""
    return bool(shown_values(spec.series) or withheld_texts(spec))


@cache
def _absent(language: str) -> tuple[str, str]:
    """Return the texts of figures that there are none of."""
    return "", formatter(language).word("no_value")
