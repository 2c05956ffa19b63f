"""A workbook that keeps what is written to it, in place of xlsxwriter's: the calls of it that our sheets use.

What differs from pack to pack is kept as data. Of all else a workbook's shape tells: packs of one shape make workbooks
that differ in the kept data only. A call that is not known here has no shape, and is an error.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from renderers.xlsx.columns import BLANK, NO_CELL, NUMBER, WORDS, Cells, Kind
from renderers.xlsx.native import ChartShape, SeriesCells
from renderers.xlsx.xml import Place


class RecordedLook:
    """A look of cells: `Styles` makes one for each set of properties."""

    def __init__(self, properties: tuple[tuple[str, Any], ...]) -> None:
        self.properties = properties


class LookRecorder:
    """Makes looks that belong to no workbook, so that they serve all."""

    def add_format(self, look: dict[str, Any]) -> RecordedLook:
        return RecordedLook(tuple(sorted(look.items())))


Row = tuple[tuple[Kind, ...], Sequence[float | None], tuple[RecordedLook | None, ...]]
"""Cells from the first column on: the kind of each, its number or that of its shared string, and its look."""
NO_CELLS: Row = (), (), ()


class RecordedChart(NamedTuple):
    """A chart of a sheet's figures, and the cells of its series in the order of the file."""

    shape: ChartShape
    cells: list[SeriesCells]


class Picture(NamedTuple):
    """A chart on a sheet, with its description."""

    row: int
    column: int
    chart: RecordedChart
    description: str


class Strings(dict[str, int]):
    """Texts by number, in the order in which they are first written."""

    count = 0  # of those that are written, each as often as it is

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class RecordedSheet:
    """One sheet."""

    def __init__(self, name: str, strings: Strings) -> None:
        self.name = name
        self.rows: dict[int, Row] = {}
        self.heights_px: dict[int, int] = {}
        self.widths_px: dict[int, int | None] = {}  # None is hidden
        self.merges: list[Place] = []
        self.links: list[tuple[int, int, str, str]] = []
        self.filter: Place | None = None
        self.scaled: Place | None = None  # the figures that are coloured by size
        self.repeated: int | None = None  # the row that is printed on each page
        self.footer = ""
        self.pictures: list[Picture] = []
        self._colours = {"scale": "", "tab": ""}
        self._strings = strings

    @property
    def shape(self) -> tuple[object, ...]:
        """All that the sheet depends on apart from what is kept of it."""
        return self.repeated, *self._colours.values(), len(self.pictures)

    def get_name(self) -> str:
        return self.name

    def lay_out(self, footer: str) -> None:
        self.footer = footer

    def set_widths(self, widths: Sequence[int]) -> None:
        self.widths_px.update(enumerate(map(_width_px, widths)))

    def set_row(self, row: int, height: float) -> None:
        self.heights_px[row] = _height_px(height)

    def set_column(
        self, first: int, last: int, width: float | None, _look: None = None, options: dict[str, bool] | None = None
    ) -> None:
        hidden = bool(options and options.get("hidden"))
        for column in range(first, last + 1):
            self.widths_px[column] = None if hidden or width is None else _width_px(width)

    def set_tab_color(self, colour: str) -> None:
        self._colours["tab"] = colour

    def write_string(self, row: int, column: int, text: str, look: RecordedLook) -> None:
        self._strings.count += 1
        self._write(row, column, WORDS, self._strings[text], look)

    def write_number(self, row: int, column: int, number: float, look: RecordedLook) -> None:
        self._write(row, column, NUMBER, number, look)

    def write_cells(self, row: int, cells: Cells) -> None:
        kinds, values, looks = cells
        if kinds:
            self.rows[row] = tuple(kinds), self._numbered(kinds, values), tuple(looks)

    def write_table(self, top: int, columns: Sequence[Cells], heights: Sequence[float]) -> None:
        self.heights_px.update(enumerate(map(_height_px, heights), start=top))
        wordy = [place for place, (kinds, _, _) in enumerate(columns) if WORDS in kinds]
        # Texts are numbered row by row: down a column only if no other has texts.
        held = list(columns)
        if len(wordy) == 1:
            kinds, values, looks = columns[wordy[0]]
            held[wordy[0]] = Cells(kinds, self._numbered(kinds, values), looks)
        rows: Iterator[Row] = zip(*(zip(*part, strict=True) for part in zip(*held, strict=True)), strict=True)
        if len(wordy) > 1:
            rows = ((kinds, self._numbered(kinds, values), looks) for kinds, values, looks in rows)
        self.rows.update(enumerate(rows, start=top))

    def _numbered(self, kinds: Sequence[Kind], values: Sequence[float | str | None]) -> list[float | None]:
        """Return *values* with the number of its shared string for each text."""
        strings = self._strings
        strings.count += kinds.count(WORDS)
        return [strings[value] if kind == WORDS else value for kind, value in zip(kinds, values, strict=True)]  # type: ignore[index, misc]

    def write_url(self, row: int, column: int, url: str, look: RecordedLook, text: str) -> None:
        self.write_string(row, column, text, look)
        self.links.append((row, column, url.removeprefix("internal:"), text))

    def write_across(self, row: int, last: int, text: str, look: RecordedLook) -> None:
        self.merges.append((row, 0, row, last))
        self._strings.count += 1
        kinds = (WORDS, *(BLANK,) * last)
        self.rows[row] = kinds, (self._strings[text], *(None,) * last), (look,) * (last + 1)

    def autofilter(self, top: int, left: int, bottom: int, right: int) -> None:
        self.filter = (top, left, bottom, right)

    def colour_by_size(self, place: Place, colour: str) -> None:
        self._colours["scale"] = colour
        self.scaled = place

    def hold_head(self, row: int) -> None:
        self.repeated = row

    def insert_chart(self, row: int, column: int, chart: RecordedChart, options: dict[str, Any]) -> None:
        self.pictures.append(Picture(row, column, chart, str(options["description"])))

    def _write(self, row: int, column: int, kind: Kind, value: float, look: RecordedLook) -> None:
        if column == 0 and row not in self.rows:
            self.rows[row] = (kind,), (value,), (look,)
            return
        kinds, values, looks = self.rows.get(row, NO_CELLS)
        gap = column - len(kinds)  # below zero where there is a cell already
        self.rows[row] = (
            (*kinds[:column], *(NO_CELL,) * gap, kind, *kinds[column + 1 :]),
            (*values[:column], *(None,) * gap, value, *values[column + 1 :]),
            (*looks[:column], *(None,) * gap, look, *looks[column + 1 :]),
        )


def _height_px(height: float) -> int:
    return int(height * 4 / 3 + 0.5)


def _width_px(width: float) -> int:
    return int(width * 7 + 0.5) + 5


class RecordedWorkbook:
    """All sheets, and the properties of the document."""

    def __init__(self) -> None:
        self.strings = Strings()
        self.sheets: list[RecordedSheet] = []
        self.properties: dict[str, Any] = {}
        self.custom: list[tuple[str, str]] = []

    @cached_property
    def texts(self) -> list[str]:
        """All texts by number, once everything is written."""
        return list(self.strings)

    def add_worksheet(self, name: str) -> RecordedSheet:
        self.sheets.append(RecordedSheet(name, self.strings))
        return self.sheets[-1]

    def add_native_chart(self, shape: ChartShape, _sheet_name: str, cells: Sequence[SeriesCells]) -> RecordedChart:
        return RecordedChart(shape, [cells[place] for place in (*shape.main, *shape.marks)])

    def set_properties(self, properties: dict[str, Any]) -> None:
        self.properties = properties

    def set_custom_property(self, name: str, value: str, _kind: str) -> None:
        self.custom.append((name, value))
