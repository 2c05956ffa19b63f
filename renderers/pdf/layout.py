"""Where things go on the page: tiles in rows, charts side by side, widths of table columns."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from markupsafe import Markup, escape

from renderers.charts.size import PHONE, ChartSize
from renderers.charts.spec import ChartForm
from renderers.formats import Cell, Mark, ValueKind
from renderers.pack import Pack
from renderers.pdf.pictures import is_wide
from renderers.sections import ChartSection, Section, TableSection, TextSection, Tile, TilesSection

# Half the page is 86 mm, nearly the width of a phone: pictures made for the mail serve here as they are.
HALF_PAGE = PHONE
FULL_PAGE = ChartSize(width_px=673, height_px=250)  # 178 mm

_MOST_TILES_ACROSS = 5
# Printed characters of a value, and of a label's line, that fit a tile when n tiles stand side by side.
_VALUE_CHARACTERS = {5: 8, 4: 11}
_LABEL_CHARACTERS = {5: 18, 4: 25, 3: 36}
_HALF_PAGE_CATEGORIES = 14
_TABLE_KEPT_WHOLE_ROWS = 14
_ESCAPED = re.compile("[&<>\"']")


@dataclass(frozen=True, slots=True, kw_only=True)
class TilesBlock:
    """Tiles in rows of equal length; the last row is filled up with None.

    ``has_long_labels`` says that some label takes two lines, so that all leave room for two and the values align.
    """

    kind: str = "tiles"
    section: TilesSection
    rows: tuple[tuple[Tile | None, ...], ...]
    has_long_labels: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart section with the address and alt text of its picture; no address where there is nothing to draw."""

    section: ChartSection
    address: str
    alt: str
    is_wide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsBlock:
    """One or two charts side by side."""

    kind: str = "charts"
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A table; ``is_short`` says that it should stay on one page.

    ``columns``, ``head`` and ``rows`` are markup: most of a document is cells.
    """

    kind: str = "table"
    section: TableSection
    columns: Markup
    head: Markup
    rows: Markup
    is_short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    kind: str = "text"
    section: TextSection


Block = TilesBlock | ChartsBlock | TableBlock | TextBlock


def chart_sizes(pack: Pack) -> dict[str, ChartSize]:
    """Return the size in which each chart of *pack* is best drawn for this format, by section key.

    Neighbours share a row at the width of a phone; heat maps, long axes and charts without a neighbour take the page.
    """
    sizes: dict[str, ChartSize] = {}
    waiting: str | None = None
    for section in pack.sections:
        if not isinstance(section, ChartSection) or _needs_full_page(section):
            waiting = None
            if isinstance(section, ChartSection):
                sizes[section.key] = FULL_PAGE
        elif waiting is None:
            waiting = section.key
            sizes[section.key] = FULL_PAGE
        else:
            sizes[waiting] = sizes[section.key] = HALF_PAGE
            waiting = None
    return sizes


def blocks(
    sections: tuple[Section, ...], *, charts: Mapping[str, bytes], alt_texts: Mapping[str, str]
) -> Iterator[Block]:
    """Yield the blocks of *sections* in order; neighbouring narrow charts share a block."""
    waiting: Figure | None = None
    for number, section in enumerate(sections):
        figure = _figure(section, number, charts, alt_texts) if isinstance(section, ChartSection) else None
        if waiting and figure and not figure.is_wide:
            yield ChartsBlock(figures=(waiting, figure))
            waiting = None
            continue
        if waiting:
            yield ChartsBlock(figures=(waiting,))
            waiting = None
        match section:
            case TilesSection():
                yield _tiles_block(section)
            case TableSection():
                yield _table_block(section)
            case TextSection():
                yield TextBlock(section=section)
            case ChartSection() if figure and figure.is_wide:
                yield ChartsBlock(figures=(figure,))
            case ChartSection():
                waiting = figure
    if waiting:
        yield ChartsBlock(figures=(waiting,))


def tile_rows(tiles: tuple[Tile, ...]) -> tuple[tuple[Tile | None, ...], ...]:
    """Split *tiles* into rows of three to five, as even as their number and the length of their values allow."""
    if not tiles:
        return ()
    longest = max(len(tile.value.text) for tile in tiles)
    most = next((n for n in (_MOST_TILES_ACROSS, 4) if longest <= _VALUE_CHARACTERS[n]), 3)
    across = max(3, ceil(len(tiles) / ceil(len(tiles) / most)))
    padded = tiles + (None,) * (-len(tiles) % across)
    return tuple(padded[start : start + across] for start in range(0, len(padded), across))


def column_widths(section: TableSection) -> tuple[float, ...]:
    """Return the share of the page's width that each column needs by its longest text, in percent."""
    lines = [*section.rows, *([section.total] if section.total else [])]
    needs = []
    for position, column in enumerate(section.columns):
        longest = max([len(line[position].text) for line in lines], default=0)
        longest_word = max(map(len, column.label.split()), default=0)
        # A heading may break between words; a long text may take two lines.
        needs.append(min(max(longest, longest_word + 1, 7), 44) + 3)
    return tuple(round(100 * need / sum(needs), 2) for need in needs)


def _tiles_block(section: TilesSection) -> TilesBlock:
    rows = tile_rows(section.tiles)
    room = _LABEL_CHARACTERS[len(rows[0])] if rows else 0
    is_long = any(len(tile.label) > room for tile in section.tiles)
    return TilesBlock(section=section, rows=rows, has_long_labels=is_long)


def _table_block(section: TableSection) -> TableBlock:
    numeric = [column.value_format.kind not in (ValueKind.text, ValueKind.date) for column in section.columns]
    # A text beside the right edge of a number needs air.
    before = [False, *numeric[:-1]]
    classes = tuple("number" if n else "after" if b else "" for n, b in zip(numeric, before, strict=True))
    return TableBlock(
        section=section,
        columns=Markup("".join([f'<col style="width: {width}%"/>' for width in column_widths(section)])),
        head=_head(tuple([column.label for column in section.columns]), classes),
        rows=_rows(section, classes),
        is_short=len(section.rows) <= _TABLE_KEPT_WHOLE_ROWS,
    )


@lru_cache(maxsize=64)
def _head(labels: tuple[str, ...], classes: tuple[str, ...]) -> Markup:
    """Return the head of a table, which is the same in all packs of a report."""
    cells = (f'<th scope="col" class="{own}">{escape(label)}</th>' for label, own in zip(labels, classes, strict=True))
    return Markup("".join(cells))


def _rows(section: TableSection, classes: tuple[str, ...]) -> Markup:
    rows = [f"<tr>{_cells(row, classes)}</tr>" for row in section.rows]
    if section.total:
        rows.append(f'<tr class="total">{_cells(section.total, classes)}</tr>')
    return Markup("".join(rows))


def _cells(row: Sequence[Cell], classes: tuple[str, ...]) -> str:
    texts = [cell.text for cell in row]
    if _ESCAPED.search("".join(texts)):
        texts = [str(escape(text)) for text in texts]
    return _row_template(tuple([cell.mark is Mark.shown for cell in row]), classes) % tuple(texts)


@lru_cache(maxsize=512)
def _row_template(are_shown: tuple[bool, ...], classes: tuple[str, ...]) -> str:
    """Return a row with a slot for each text; a text in the first column heads it."""
    cells = [
        f'<td class="{own if is_shown else f"{own} unshown"}">%s</td>'
        for is_shown, own in zip(are_shown, classes, strict=True)
    ]
    if cells and classes[0] != "number":
        cells[0] = '<th scope="row">%s</th>'
    return "".join(cells)


def _figure(section: ChartSection, number: int, charts: Mapping[str, bytes], alt_texts: Mapping[str, str]) -> Figure:
    if section.empty:
        return Figure(section=section, address="", alt="", is_wide=False)
    return Figure(
        section=section,
        address=f"pack:chart-{number}",
        alt=alt_texts[section.key],
        is_wide=is_wide(charts[section.key]),
    )


def _needs_full_page(section: ChartSection) -> bool:
    if section.empty:
        return False
    chart = section.chart
    return chart.form is ChartForm.heatmap or (not chart.horizontal and len(chart.categories) > _HALF_PAGE_CATEGORIES)
