"""Heat maps: series as rows, categories as columns, one hue from pale to the accent."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from renderers.charts.axes import category_labels, draw_category_labels, draw_value_label, value_label_height
from renderers.charts.legend import Entry, Key, draw_legend, plan_legend
from renderers.charts.lettering import LINE_PX, printable, text_width, widest
from renderers.charts.palette import BASELINE, MUTED, ink_on, sequential
from renderers.charts.reading import is_withheld, shown_texts, shown_values, withheld_texts
from renderers.charts.rows import RowNames, draw_row_name, plan_row_names
from renderers.charts.sheet import PADDING_PX, Sheet, Style
from renderers.charts.spec import ChartSpec

_CELL_PX = 24
_SEAM_PX = 1
_NAME_SHARE = 0.3
_KEY_WIDTH_PX = 96
_KEY_HEIGHT_PX = 9
_KEY_STEPS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Cells in logical px; ``base`` is what stands round them, one sheet for all charts with the same names."""

    left: float
    top: float
    bottom: float
    width: float
    height: float
    base: Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """The ground of cells; ``low`` and ``high`` are the values at the ends of the colour scale."""

    low: float
    high: float
    accent: str

    def colour(self, value: float) -> str:
        """Return the ground of *value*; the middle of the scale if all values are alike."""
        span = self.high - self.low
        return sequential((value - self.low) / span if span > 0 else 0.5, accent=self.accent)


def draw_heatmap(spec: ChartSpec, style: Style) -> Sheet:
    """Draw *spec* as a grid of cells; figures stand in them if all fit, else a colour key explains them."""
    rows = tuple(one.name for one in spec.series)
    room = _cell_width(spec.categories, rows, style) - 4
    withheld, values = withheld_texts(spec), shown_values(spec.series)
    has_texts = _widest(shown_texts(spec)) <= room
    has_signs = widest(withheld) <= room
    has_key = not has_texts and bool(values)
    entries = () if has_signs else (Entry(name=", ".join(withheld), key=Key.hatch, colour=BASELINE),)
    grid = _grid(spec.categories, rows, style, label=printable(spec.value_label), entries=entries, has_key=has_key)
    scale = _Scale(low=min(values, default=0.0), high=max(values, default=0.0), accent=style.accent)
    sheet = grid.base.above()
    _draw_cells(sheet, spec, grid, scale, has_texts=has_texts, has_signs=has_signs)
    if has_key:
        _draw_key(sheet, spec, scale, top=grid.bottom + 8)
    return sheet


def _names(rows: tuple[str, ...], style: Style) -> RowNames:
    return plan_row_names(rows, width=style.size.width_px, share=_NAME_SHARE)


def _cell_width(categories: tuple[str, ...], rows: tuple[str, ...], style: Style) -> float:
    return (style.size.width_px - PADDING_PX - _names(rows, style).left) / len(categories)


@lru_cache(maxsize=512)
def _grid(
    categories: tuple[str, ...],
    rows: tuple[str, ...],
    style: Style,
    *,
    label: str,
    entries: tuple[Entry, ...],
    has_key: bool,
) -> _Grid:
    """Lay out the cells, with room below them for the colour key."""
    names, cell = _names(rows, style), _cell_width(categories, rows, style)
    legend = plan_legend(entries, width=style.size.width_px)
    labels = category_labels(categories, slot=cell, width=style.size.width_px - names.left)
    label_top = PADDING_PX + value_label_height(label) + legend.height
    top = label_top + labels.height + 3
    height = max(_CELL_PX, names.height + 4)
    bottom = top + height * len(rows)
    foot = PADDING_PX + (LINE_PX + 8 if has_key else 0)
    base = Sheet(width=style.size.width_px, height=bottom + foot, style=style)
    draw_legend(base, legend, top=PADDING_PX + draw_value_label(base, label, top=PADDING_PX))
    centres = [names.left + cell * (column + 0.5) for column in range(len(categories))]
    draw_category_labels(base, labels, centres, top=label_top)
    for row in range(len(rows)):
        draw_row_name(base, names, row, middle=top + height * row + height / 2)
    return _Grid(left=names.left, top=top, bottom=bottom, width=cell, height=height, base=base)


def _draw_cells(sheet: Sheet, spec: ChartSpec, grid: _Grid, scale: _Scale, *, has_texts: bool, has_signs: bool) -> None:
    seam = min(_SEAM_PX, grid.width / 4)
    grounds = {value: scale.colour(value) for value in {*shown_values(spec.series)}}
    for row, one in enumerate(spec.series):
        top = grid.top + grid.height * row
        middle, bottom = top + grid.height / 2, top + grid.height - seam
        for column, (value, text) in enumerate(zip(one.values, one.texts, strict=True)):
            left = grid.left + grid.width * column
            right = left + grid.width - seam
            if value is not None:
                ground = grounds[value]
                sheet.box(left, top, right, bottom, fill=ground)
                ink, is_printed = ink_on(ground), has_texts
            else:
                # Hatched where a figure is withheld; where there is none (a month to come) the cell stays blank.
                hidden = is_withheld(one, column, spec)
                (sheet.withheld_box if hidden and not has_signs else sheet.blank_box)(left, top, right, bottom)
                ink, is_printed = MUTED, has_signs and hidden
            if is_printed:
                sheet.text(left + (grid.width - seam) / 2, middle, printable(text), align="center", colour=ink)


def _draw_key(sheet: Sheet, spec: ChartSpec, scale: _Scale, *, top: float) -> None:
    """Draw the colour scale with its lowest and highest figure, flush right under the cells."""
    texts = [_extreme_text(spec, scale.low), _extreme_text(spec, scale.high)]
    right = sheet.width - PADDING_PX - text_width(texts[1]) - 6
    left = right - _KEY_WIDTH_PX
    middle = top + LINE_PX / 2
    step = _KEY_WIDTH_PX / _KEY_STEPS
    for number in range(_KEY_STEPS):
        value = scale.low + (scale.high - scale.low) * number / (_KEY_STEPS - 1)
        start = left + step * number
        upper, lower = middle - _KEY_HEIGHT_PX / 2, middle + _KEY_HEIGHT_PX / 2
        sheet.box(start, upper, start + step, lower, fill=scale.colour(value))
    sheet.text(left - 6, middle, texts[0], align="right", colour=MUTED)
    sheet.text(right + 6, middle, texts[1], colour=MUTED)


def _extreme_text(spec: ChartSpec, value: float) -> str:
    """Return the printed text of *value*, as its cell has it."""
    return printable(
        next(text for one in spec.series for other, text in zip(one.values, one.texts, strict=True) if other == value)
    )


def _widest(texts: Iterable[str]) -> float:
    return widest([printable(text) for text in {*texts}])
