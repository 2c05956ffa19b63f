"""A chart in words, for those who do not see it: one or two sentences from its figures."""

from operator import attrgetter
from typing import NamedTuple

from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.language import Formatter, formatter

LIMIT = 400  # characters; screen readers read an alt text in one breath
_NAME_LIMIT = 48
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_value = attrgetter("value")
_COMPARED = (SeriesRole.last_year, SeriesRole.target, SeriesRole.benchmark)


class _Figure(NamedTuple):
    """One shown figure and its place."""

    series: str
    category: str
    text: str
    value: float
    column: int


def describe(spec: ChartSpec) -> str:
    """Say what *spec* shows, in its language.

    Names what it is, the first, last, highest and lowest figure of the current series, and what last year, the target
    and the organisation were at the last (for lying bars: the highest) one; says when figures are withheld.

    Returns:
        At most 400 characters.
    """
    words = formatter(spec.language)
    what = words.word(f"alt_{spec.form}", title=_short(spec.title, 2 * _NAME_LIMIT))
    figures = _main_figures(spec)
    withheld = _withheld(spec, words)
    if not figures:
        return _joined(f"{what}.", words.word("alt_no_figures"), withheld)
    body = _body(spec, figures, words)
    whole = _joined(f"{what}: {body}.", _comparison(spec, figures, words), withheld)
    if len(whole) <= LIMIT:
        return whole
    return _cut(f"{what}: {body}.", LIMIT - len(withheld) - 1, withheld)


def _body(spec: ChartSpec, figures: list[_Figure], words: Formatter) -> str:
    high, low = max(figures, key=_value), min(figures, key=_value)
    where = {
        "high": high.text,
        "high_at": _place(spec, high),
        "low": low.text,
        "low_at": _place(spec, low),
    }
    if len(figures) == 1:
        return words.word("alt_one", **where)
    if high.value == low.value:
        return words.word("alt_same", **where)
    if not _is_in_order(spec):
        return words.word("alt_extremes", **where)
    first, last = figures[0], figures[-1]
    course = words.word(
        "alt_course",
        series=first.series,
        first=first.text,
        first_at=first.category,
        last=last.text,
        last_at=last.category,
    )
    if {high.column, low.column} == {first.column, last.column}:
        return course
    return f"{course}, {words.word('alt_extremes', **where)}"


def _comparison(spec: ChartSpec, figures: list[_Figure], words: Formatter) -> str:
    """Return the sentence with the compared series at the figure that matters most; "" if there are none."""
    if spec.form is ChartForm.heatmap:
        return ""
    absent = ("", words.word("no_value"))
    here = figures[-1] if _is_in_order(spec) else max(figures, key=_value)
    others = [
        words.word("alt_other", series=_short(one.name), text=one.texts[here.column])
        for one in spec.series
        if one.role in _COMPARED and one.name != here.series and one.texts[here.column] not in absent
    ]
    if not others:
        return ""
    return words.word("alt_compared", at=here.category, others=", ".join(others))


def _main_figures(spec: ChartSpec) -> list[_Figure]:
    """Return the shown figures of the series the chart is about: all parts, else the current, else the first."""
    parts = [one for one in spec.series if one.role is SeriesRole.part]
    current = [one for one in spec.series if one.role is SeriesRole.current][:1]
    chosen: list[Series] = current or parts or list(spec.series[:1])
    if spec.form in (ChartForm.heatmap, ChartForm.stacked_bars):
        chosen = [one for one in spec.series if one.role not in _COMPARED] or chosen
    categories = [_short(category) for category in spec.categories]
    return [
        _Figure(name, category, text, value, index)
        for one in chosen
        for name in (_short(one.name),)
        for index, (category, value, text) in enumerate(zip(categories, one.values, one.texts, strict=True))
        if value is not None
    ]


def _withheld(spec: ChartSpec, words: Formatter) -> str:
    absent = ("", words.word("no_value"))
    count = sum(
        value is None and text not in absent
        for one in spec.series
        for value, text in zip(one.values, one.texts, strict=True)
    )
    if not count:
        return ""
    return words.word("alt_withheld_one") if count == 1 else words.word("alt_withheld", count=count)


def _is_in_order(spec: ChartSpec) -> bool:
    """Return whether the categories follow each other, as months do: upright charts with one main series."""
    return spec.form is ChartForm.line or (spec.form is ChartForm.bars and not spec.horizontal)


def _place(spec: ChartSpec, figure: _Figure) -> str:
    if spec.form in (ChartForm.heatmap, ChartForm.stacked_bars):
        return f"{figure.series}, {figure.category}"
    return figure.category


def _short(text: str, limit: int = _NAME_LIMIT) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _ELLIPSIS


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _cut(text: str, limit: int, withheld: str) -> str:
    body = text if len(text) <= limit else text[: limit - 1].rstrip() + _ELLIPSIS
    return _joined(body, withheld)
