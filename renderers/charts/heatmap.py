"""Heat maps: series as rows, categories as columns, one hue from pale to the accent."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """Cells in logical px; ``low`` and ``high`` are the values at the ends of the colour scale."""

    names: RowNames
    top: float
    width: float
    height: float
    low: float
    high: float
    accent: str

    def colour(self, value: float) -> str:
        """Return the ground of *value*; the middle of the scale if all values are alike."""
        span = self.high - self.low
        return sequential((value - self.low) / span if span > 0 else 0.5, accent=self.accent)


def draw_heatmap(spec: ChartSpec, style: Style) -> Sheet:
    """Draw *spec* as a grid of cells; figures stand in them if all fit, else a colour key explains them."""
    names = plan_row_names([one.name for one in spec.series], width=style.size.width_px, share=_NAME_SHARE)
    cell = (style.size.width_px - PADDING_PX - names.left) / len(spec.categories)
    has_texts = _widest(shown_texts(spec)) <= cell - 4
    has_signs = _widest(withheld_texts(spec)) <= cell - 4
    entries = [] if has_signs else [Entry(name=", ".join(withheld_texts(spec)), key=Key.hatch, colour=BASELINE)]
    legend = plan_legend(entries, width=style.size.width_px)
    labels = category_labels(spec, slot=cell, width=style.size.width_px - names.left)
    values = shown_values(spec.series)
    label = printable(spec.value_label)
    label_top = PADDING_PX + value_label_height(label) + legend.height
    grid = _Grid(
        names=names,
        top=label_top + labels.height + 3,
        width=cell,
        height=max(_CELL_PX, names.height + 4),
        low=min(values, default=0.0),
        high=max(values, default=0.0),
        accent=style.accent,
    )
    bottom = grid.top + grid.height * len(spec.series)
    has_key = not has_texts and bool(values)
    height = bottom + PADDING_PX + (LINE_PX + 8 if has_key else 0)
    sheet = Sheet(width=style.size.width_px, height=height, style=style)
    top = PADDING_PX + draw_value_label(sheet, label, top=PADDING_PX)
    draw_legend(sheet, legend, top=top)
    centres = [names.left + cell * (column + 0.5) for column in range(len(spec.categories))]
    draw_category_labels(sheet, labels, centres, top=label_top)
    _draw_cells(sheet, spec, grid, has_texts=has_texts, has_signs=has_signs)
    if has_key:
        _draw_key(sheet, spec, grid, top=bottom + 8)
    return sheet


def _draw_cells(sheet: Sheet, spec: ChartSpec, grid: _Grid, *, has_texts: bool, has_signs: bool) -> None:
    for row, one in enumerate(spec.series):
        top = grid.top + grid.height * row
        middle = top + grid.height / 2
        draw_row_name(sheet, grid.names, row, middle=middle)
        for column, (value, text) in enumerate(zip(one.values, one.texts, strict=True)):
            left = grid.names.left + grid.width * column
            seam = min(_SEAM_PX, grid.width / 4)
            corners = (left, top, left + grid.width - seam, top + grid.height - seam)
            if value is not None:
                ground = grid.colour(value)
                sheet.box(*corners, fill=ground)
                ink, is_printed = ink_on(ground), has_texts
            else:
                # Hatched where a figure is withheld; where there is none (a month to come) the cell stays blank.
                hidden = is_withheld(one, column, spec)
                (sheet.withheld_box if hidden and not has_signs else sheet.blank_box)(*corners)
                ink, is_printed = MUTED, has_signs and hidden
            if is_printed:
                sheet.text(left + (grid.width - seam) / 2, middle, printable(text), align="center", colour=ink)


def _draw_key(sheet: Sheet, spec: ChartSpec, grid: _Grid, *, top: float) -> None:
    """Draw the colour scale with its lowest and highest figure, flush right under the cells."""
    texts = [_extreme_text(spec, grid.low), _extreme_text(spec, grid.high)]
    right = sheet.width - PADDING_PX - text_width(texts[1]) - 6
    left = right - _KEY_WIDTH_PX
    middle = top + LINE_PX / 2
    step = _KEY_WIDTH_PX / _KEY_STEPS
    for number in range(_KEY_STEPS):
        value = grid.low + (grid.high - grid.low) * number / (_KEY_STEPS - 1)
        start = left + step * number
        upper, lower = middle - _KEY_HEIGHT_PX / 2, middle + _KEY_HEIGHT_PX / 2
        sheet.box(start, upper, start + step, lower, fill=grid.colour(value))
    sheet.text(left - 6, middle, texts[0], align="right", colour=MUTED)
    sheet.text(right + 6, middle, texts[1], colour=MUTED)


def _extreme_text(spec: ChartSpec, value: float) -> str:
    """Return the printed text of *value*, as its cell has it."""
    return printable(
        next(text for one in spec.series for other, text in zip(one.values, one.texts, strict=True) if other == value)
    )


def _widest(texts: Sequence[str]) -> float:
    return widest([printable(text) for text in texts])
