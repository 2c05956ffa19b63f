"""A workbook that keeps what is written to it, in place of xlsxwriter's: the calls of it that our sheets use.

Cells, sizes, merges, links and footers are kept as data, because they differ from pack to pack. Every other call goes
into the shape: packs whose calls are the same there make workbooks that differ in the kept data only.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from renderers.xlsx.grid import Content

_RANGES = ("name", "categories", "values")

Place = tuple[int, int, int, int]  # first row and column, last row and column


class UnshapedError(Exception):
    """This workbook cannot be made from a template; the message says why."""


class RecordedLook:
    """A look of cells: there is one for each set of properties in a workbook."""

    def __init__(self, properties: tuple[tuple[str, Any], ...]) -> None:
        self.properties = properties


Cell = tuple[float | None, int | None, RecordedLook]
"""What stands in one cell: a number, the index of a shared string, or nothing; and its look."""


class Picture(NamedTuple):
    """A chart on a sheet, with its description."""

    row: int
    column: int
    chart: "RecordedChart"
    description: str


class Strings:
    """Texts in the order in which they are first written."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.count = 0

    def number(self, text: str) -> int:
        self.count += 1
        return self.numbers.setdefault(text, len(self.numbers))


class _Calls:
    """Keeps every call that is not a method of its own."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)

        def keep(*values: Any, **options: Any) -> None:
            self.calls.append((name, values, options))

        return keep

    def __repr__(self) -> str:
        return repr(self.calls)


class RecordedChart(_Calls):
    """A chart of a sheet's figures: all of it is shape, but for the cells that it names and what stands in them.

    ``ranges`` are the cells of each series in the order of the file: its name, its categories, its values.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ranges: list[Place] = []
        self.size_px = (0, 0)

    def add_series(self, entry: dict[str, Any]) -> None:
        look = {name: value for name, value in entry.items() if name not in _RANGES}
        self.calls.append(("add_series", look))
        _, row, column = entry["name"]
        self.ranges += [(row, column, row, column), tuple(entry["categories"][1:]), tuple(entry["values"][1:])]

    def combine(self, other: "RecordedChart") -> None:
        self.calls.append(("combine", other))
        self.ranges += other.ranges

    def set_size(self, size: dict[str, int]) -> None:
        self.size_px = (size["width"], size["height"])


class RecordedSheet(_Calls):
    """One sheet."""

    def __init__(self, name: str, strings: Strings) -> None:
        super().__init__()
        self.name = name
        self.rows: defaultdict[int, dict[int, Cell]] = defaultdict(dict)
        self.heights_px: dict[int, int] = {}
        self.widths_px: dict[int, int | None] = {}  # None is hidden
        self.merges: list[Place] = []
        self.links: list[tuple[int, int, str, str]] = []
        self.filter: Place | None = None
        self.scaled: Place | None = None  # the figures that are coloured by size
        self.repeated: int | None = None  # the row that is printed on each page
        self.footer = ""
        self.pictures: list[Picture] = []
        self._strings = strings

    def get_name(self) -> str:
        return self.name

    def set_row(self, row: int, height: float) -> None:
        self.heights_px[row] = int(height * 4 / 3 + 0.5)

    def set_column(
        self, first: int, last: int, width: float | None, _look: None = None, options: dict[str, bool] | None = None
    ) -> None:
        hidden = bool(options and options.get("hidden"))
        for column in range(first, last + 1):
            self.widths_px[column] = None if hidden or width is None else int(width * 7 + 0.5) + 5

    def set_footer(self, footer: str) -> None:
        self.footer = footer

    def write_string(self, row: int, column: int, text: str, look: RecordedLook) -> None:
        self.rows[row][column] = (None, self._strings.number(text), look)

    def write_number(self, row: int, column: int, number: float, look: RecordedLook) -> None:
        self.rows[row][column] = (number, None, look)

    def write_cells(self, row: int, contents: Sequence[Content]) -> None:
        number_of = self._strings.number
        self.rows[row] = {
            column: (number, None, look) if number is not None or not text else (None, number_of(text), look)
            for column, (number, text, look) in enumerate(contents)
        }

    def write_url(self, row: int, column: int, url: str, look: RecordedLook, text: str) -> None:
        self.write_string(row, column, text, look)
        self.links.append((row, column, url.removeprefix("internal:"), text))

    def merge_range(self, top: int, left: int, bottom: int, right: int, _text: str, look: RecordedLook) -> None:
        self.merges.append((top, left, bottom, right))
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.rows[row][column] = (None, None, look)

    def autofilter(self, top: int, left: int, bottom: int, right: int) -> None:
        self.filter = (top, left, bottom, right)

    def conditional_format(self, top: int, left: int, bottom: int, right: int, look: dict[str, Any]) -> None:
        self.calls.append(("conditional_format", look))
        self.scaled = (top, left, bottom, right)

    def repeat_rows(self, row: int) -> None:
        self.repeated = row

    def insert_chart(self, row: int, column: int, chart: RecordedChart, options: dict[str, Any]) -> None:
        self.pictures.append(Picture(row, column, chart, str(options["description"])))


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
        return list(self.strings.numbers)

    def add_worksheet(self, name: str) -> RecordedSheet:
        self.sheets.append(RecordedSheet(name, self.strings))
        return self.sheets[-1]

    def add_format(self, look: dict[str, Any]) -> RecordedLook:
        return RecordedLook(tuple(sorted(look.items())))

    def add_chart(self, kind: dict[str, str]) -> RecordedChart:
        chart = RecordedChart()
        chart.calls.append(("add_chart", kind))
        return chart

    def set_properties(self, properties: dict[str, Any]) -> None:
        self.properties = properties

    def set_custom_property(self, name: str, value: str, _kind: str) -> None:
        self.custom.append((name, value))
