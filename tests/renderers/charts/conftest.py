"""Charts for the tests: builders, and the specs that are hard to lay out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import combinations

import pytest

from renderers.charts.sheet import Sheet
from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.formats import INTEGER, PERCENT, ValueFormat, ValueKind
from renderers.language import formatter

MONEY = ValueFormat(kind=ValueKind.money, unit="NOK")
LONG_NAMES = (
    "Haukeland universitetssjukehus, Helse Bergen HF",
    "Bergen kommune – byrådsavdeling for barnehage og skole",
    "Equinor",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "Vy",
    "Klubb 🎓 東京\nannen linje $x_1$",
)


def make_series(
    name: str,
    role: str,
    values: Sequence[float | None],
    *,
    language: str = "nb",
    how: ValueFormat = INTEGER,
    withheld: Mapping[int, str] | None = None,
) -> Series:
    """Return a series whose texts are printed from its values; *withheld* gives texts in place of values."""
    hidden = withheld or {}
    return Series(
        name=name,
        role=SeriesRole(role),
        values=tuple(None if index in hidden else value for index, value in enumerate(values)),
        texts=tuple(hidden.get(index) or formatter(language).value(value, how) for index, value in enumerate(values)),
    )


def make_chart(
    form: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    language: str = "nb",
    how: ValueFormat = INTEGER,
    title: str = "Innmeldte hittil i år",
    value_label: str = "Innmeldte",
    horizontal: bool = False,
) -> ChartSpec:
    """Return a chart over *categories*."""
    return ChartSpec(
        form=ChartForm(form),
        title=title,
        categories=tuple(categories),
        series=tuple(series),
        language=language,
        value_label=value_label,
        category_label="",
        value_format=how,
        horizontal=horizontal,
    )


def months(language: str) -> list[str]:
    """Return the twelve names as on an axis."""
    return [formatter(language).month_name(date(2026, month, 1)) for month in range(1, 13)]


def _accumulated(language: str) -> ChartSpec:
    words = {"nb": "Mål", "da": "Mål", "en": "Target"}
    return make_chart(
        "line",
        months(language),
        [
            make_series("2026", "current", [12, 21, 36, 44, 55] + [None] * 7, language=language),
            make_series("2025", "last_year", [8, 20, 27, 36, 46, 52, 55, 63, 77, 88, 97, 104], language=language),
            make_series("2024", "earlier", [10, 16, 25, 32, 37, 45, 47, 56, 66, 78, 86, 92], language=language),
            make_series(words[language], "target", [11 * month for month in range(1, 13)], language=language),
        ],
        language=language,
    )


def _percent(form: str, *, horizontal: bool = False) -> ChartSpec:
    return make_chart(
        form,
        ["16–24", "25–34", "35–44", "45–54", "55–66", "67+"],
        [
            make_series("Bergen", "current", [0.142, 0.121, 0.083, 0.05, 0.061, 0.02], how=PERCENT),
            make_series("Hele organisasjonen", "benchmark", [0.16, 0.11, 0.085, 0.07, 0.05, 0.03], how=PERCENT),
            make_series("Mål", "target", [0.1] * 6, how=PERCENT),
        ],
        how=PERCENT,
        horizontal=horizontal,
    )


def _parts(form: str, categories: Sequence[str], count: int, *, horizontal: bool = False) -> ChartSpec:
    series = [
        make_series(f"Del nummer {part}", "part", [(7 * part + 5 * index) % 31 for index in range(len(categories))])
        for part in range(count)
    ]
    return make_chart(form, categories, series, horizontal=horizontal)


def _small(form: str, *, horizontal: bool = False) -> ChartSpec:
    return make_chart(
        form,
        months("nb"),
        [
            make_series("2026", "current", [6, 0, 7, 5, 0, 9] + [None] * 6, withheld={1: "<5", 4: "skjult"}),
            make_series("2025", "last_year", [5, 6, 7, 0, 5, 8, 0, 9, 5, 5, None, 6], withheld={3: "<5", 6: "<5"}),
        ],
        horizontal=horizontal,
    )


def _long(form: str) -> ChartSpec:
    return make_chart(
        form,
        LONG_NAMES,
        [
            make_series(LONG_NAMES[0], "current", [1234567, 834567, 0, 120000, 40000, 0], withheld={2: "skjult"}),
            make_series(LONG_NAMES[1], "last_year", [1034567, 934567, 0, 20000, 50000, 10], withheld={2: "<5"}),
            make_series(LONG_NAMES[5], "target", [1100000, 900000, 30000, 100000, 60000, 10000]),
        ],
        value_label=" ".join(LONG_NAMES),
        horizontal=True,
    )


def _one_series(form: str, values: Sequence[float | None], *, how: ValueFormat = INTEGER) -> ChartSpec:
    categories = [f"uke {number}" for number in range(1, len(values) + 1)]
    return make_chart(form, categories, [make_series("2026", "current", values, how=how)], how=how)


def _close_lines() -> ChartSpec:
    roles = ("current", "last_year", "earlier", "earlier", "benchmark")
    series = [
        make_series(f"{2026 - number}", role, [1200 + 4 * month - number for month in range(12)])
        for number, role in enumerate(roles)
    ]
    return make_chart("line", months("nb"), series)


def _heat_with_gaps() -> ChartSpec:
    rows = [
        make_series(name, "part", [5, 8, 0, 30, 0, 12, None], withheld={2: "<5", 4: "skjult"}) for name in LONG_NAMES
    ]
    return make_chart("heatmap", ["16–24", "25–34", "35–44", "45–54", "55–66", "67+", "?"], rows)


def _retention() -> ChartSpec:
    rows = [
        make_series(
            f"{row}. kvartal",
            "part",
            [1 - 0.02 * month if month < 13 - 2 * row else None for month in range(13)],
            how=PERCENT,
        )
        for row in range(1, 6)
    ]
    return make_chart("heatmap", [str(month) for month in range(13)], rows, how=PERCENT)


def find_misplaced(sheet: Sheet, *, slack: float = 0) -> list[str]:
    """Return a sentence for each text that leaves *sheet* or touches another, by the boxes of the drawn texts.

    Boxes may share or leave *slack* device px: a letter with two accents has a higher box than the line it stands in.
    """
    width, height = sheet.pixels
    boxes = [(text.text, *text.box) for text in sheet.texts]
    found = [
        f"{text!r} leaves the sheet"
        for text, left, top, right, bottom in boxes
        if min(left, top, width - right, height - bottom) < -slack
    ]
    for one, other in combinations(boxes, 2):
        (text, left, top, right, bottom), (other_text, other_left, other_top, other_right, other_bottom) = one, other
        shared = min(right, other_right) - max(left, other_left), min(bottom, other_bottom) - max(top, other_top)
        if min(shared) > slack:
            found.append(f"{text!r} touches {other_text!r}")
    return found


HARD: dict[str, Callable[[], ChartSpec]] = {
    "accumulated nb": lambda: _accumulated("nb"),
    "accumulated da": lambda: _accumulated("da"),
    "accumulated en": lambda: _accumulated("en"),
    "close lines": _close_lines,
    "line of percentages": lambda: _percent("line"),
    "line with withheld points": lambda: _small("line"),
    "line of long names": lambda: _long("line"),
    "line below zero": lambda: _one_series("line", [3, -4, 5, -9, -12, 2, 0, 4, 6, 8, -3, -5]),
    "line of zeros": lambda: _one_series("line", [0] * 12),
    "line of one point": lambda: _one_series("line", [4]),
    "line of money": lambda: _one_series("line", [1234567.5 * week for week in range(1, 30)], how=MONEY),
    "line of 60": lambda: _one_series("line", [(37 * week) % 91 for week in range(60)]),
    "bars of two years": lambda: _small("bars"),
    "bars with markers": lambda: _percent("bars"),
    "bars of one": lambda: _one_series("bars", [12]),
    "bars below zero": lambda: _one_series("bars", [3, -4, 5, -9, -12]),
    "bars a rounding below zero": lambda: _one_series("bars", [0, -1e-17, 0]),
    "lying bars a rounding below zero": lambda: make_chart(
        "bars", LONG_NAMES, [make_series("2026", "current", [0, -1e-17, *[0] * (len(LONG_NAMES) - 2)])], horizontal=True
    ),
    "bars of zeros": lambda: _one_series("bars", [0, 0, 0]),
    "bars of 60": lambda: _one_series("bars", [(37 * week) % 91 for week in range(60)]),
    "lying bars of 40": lambda: make_chart(
        "bars",
        [f"Lokallag nummer {number}" for number in range(40)],
        [make_series("2026", "current", range(40))],
        horizontal=True,
    ),
    "bars of money": lambda: _one_series("bars", [12345678, 9876543, 1e9, 5e10], how=MONEY),
    "bars of fractions": lambda: _one_series("bars", [0.0004, 0.0012], how=PERCENT),
    "lying bars with markers": lambda: _percent("bars", horizontal=True),
    "lying bars of two years": lambda: _small("bars", horizontal=True),
    "lying bars of long names": lambda: _long("bars"),
    "stacks": lambda: _parts("stacked_bars", months("nb"), 3),
    "stacks of many parts": lambda: _parts("stacked_bars", months("nb"), 19),
    "stacks with withheld parts": lambda: _small("stacked_bars"),
    "lying stacks": lambda: _parts("stacked_bars", LONG_NAMES, 9, horizontal=True),
    "heat map": lambda: _parts("heatmap", months("en"), 5),
    "heat map with gaps": _heat_with_gaps,
    "heat map of shares": _retention,
    "heat map of 60": lambda: _parts("heatmap", [f"uke {week}" for week in range(60)], 3),
    "nothing": lambda: _one_series("bars", [None, None]),
    "no series": lambda: make_chart("line", months("nb"), []),
    "no categories": lambda: make_chart("heatmap", [], [make_series("2026", "part", [])]),
}


@pytest.fixture(params=sorted(HARD))
def hard_spec(request: pytest.FixtureRequest) -> ChartSpec:
    """Return each of the charts that are hard to lay out."""
    return HARD[request.param]()


@pytest.fixture
def chart() -> Callable[..., ChartSpec]:
    """Return the builder of charts."""
    return make_chart


@pytest.fixture
def series() -> Callable[..., Series]:
    """Return the builder of series."""
    return make_series


@pytest.fixture
def accumulated() -> Callable[[str], ChartSpec]:
    """Return the builder of a line chart of joiners, by language."""
    return _accumulated


@pytest.fixture
def crossing_texts() -> Callable[..., list[str]]:
    """Return the check that each text of a sheet is inside it and clear of all others."""
    return find_misplaced
