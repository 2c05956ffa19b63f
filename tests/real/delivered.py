"""A delivered message taken apart: what its HTML, text, PDF and workbook say, in one form that can be compared."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import takewhile
from pathlib import Path

import openpyxl
import pypdf

from distributor.bootstrap import Application
from distributor.jobs.edition import make_scope
from distributor.metrics.windows import Period
from renderers.formats import ValueFormat
from renderers.language import formatter

Line = tuple[str, ...]
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_ROW, HEADER_ROW = 4, 3  # of a sheet's table, counted from 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One section in the workbook; cells are numbers where Excel has numbers.

    A section with nothing to show has the sentence that says so, and no rows. ``hidden`` are the numbers of columns
    without a heading, from which Excel draws a chart.
    """

    heading: str
    header: Line = ()
    rows: tuple[tuple[object, ...], ...] = ()
    sentence: str = ""
    hidden: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The four documents of one message, blanks made plain."""

    html: str = field(repr=False)
    text: str = field(repr=False)
    pdf: str = field(repr=False)
    sheets: tuple[Sheet, ...] = field(repr=False)


def read_mail(path: Path) -> Mail:
    """Take an .eml file apart."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    reader = pypdf.PdfReader(io.BytesIO(_content(parts[PDF])))
    return Mail(
        html=_content(parts["text/html"]).decode(),
        text=_content(parts["text/plain"]).decode().replace("\xa0", " "),
        pdf=plain(" ".join(page.extract_text() for page in reader.pages)),
        sheets=read_sheets(_content(parts[XLSX])),
    )


def read_workbook_of(path: Path) -> tuple[Sheet, ...]:
    """Read only the workbook of an .eml file."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return next(read_sheets(_content(part)) for part in message.walk() if part.get_content_type() == XLSX)


def read_sheets(content: bytes) -> tuple[Sheet, ...]:
    """Read the sheets between the overview and the notes."""
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    return tuple(_sheet(list(sheet.iter_rows(values_only=True))) for sheet in workbook.worksheets[1:-1])


def plain(text: str) -> str:
    """Make every stretch of blanks one space; figures hold blanks that do not break."""
    return " ".join(text.split())


def metric_formats(app: Application, period: Period, language: str) -> Mapping[str, ValueFormat]:
    """Return how each metric is printed, by the name that readers see."""
    scope = make_scope(app, period)
    metrics = app.catalogue.metrics
    return {spec.label.in_language(language): scope.value_format(name) for name, spec in metrics.items()}


def printed_rows(sheet: Sheet, formats: Mapping[str, ValueFormat], language: str) -> tuple[Line, ...]:
    """Print the numbers of a sheet as the reader's other documents do.

    A tile's row has its own format, a table's column too; the benchmark of a chart has that of the chart's metric.
    """
    words = formatter(language)
    is_tiles = is_tile_sheet(sheet, language)

    def how(row: tuple[object, ...], place: int) -> ValueFormat:
        return formats[str(row[0])] if is_tiles else formats.get(sheet.header[place], formats[sheet.header[1]])

    return tuple(
        tuple(
            plain(words.value(cell, how(row, place)) if isinstance(cell, int | float) else str(cell or ""))
            for place, cell in enumerate(row)
        )
        for row in sheet.rows
    )


def is_tile_sheet(sheet: Sheet, language: str) -> bool:
    return sheet.header[1:2] == (formatter(language).word("xlsx_value"),)


def text_grid(text: str, heading: str) -> tuple[Line, ...]:
    """Return the rows of the grid below a heading of the plain text; columns lie two blanks or more apart."""
    lines = _below(text, heading)
    rules = [place for place, line in enumerate(lines) if re.fullmatch(r"-+(  +-+)+", line)]
    end = next((place for place in range(rules[0], len(lines)) if not lines[place]), len(lines))
    rows = (lines[place] for place in range(rules[0] + 1, end) if place not in rules)
    return tuple(tuple(re.split(r"  +", line)) for line in rows)


def text_tiles(text: str, heading: str) -> dict[str, str]:
    """Return the tiles below a heading of the plain text: name and value."""
    found = (re.fullmatch(r"(\S.*?)(?: \([^()]*\))?: (.+)", line) for line in _below(text, heading))
    return {one[1]: one[2] for one in found if one}


class Page(HTMLParser):
    """The tiles and the tables of figures of the HTML part, the sentences for none, and the pictures' texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tiles: list[dict[str, str]] = []
        self.tables: list[list[list[str]]] = []
        self.pictures: list[str] = []
        self.sentences: list[str] = []
        self._field = ""
        self._in_table = self._in_cell = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = (given.get("class") or "").split()
        if tag == "img":
            self.pictures.append(plain(given.get("alt") or ""))
        elif tag == "table" and "data" in names:
            self.tables.append([])
            self._in_table = True
        elif tag == "td" and "tile" in names:
            self.tiles.append({})
        elif tag in ("p", "span") and names:
            self._field = names[0]
        elif tag == "tr" and self._in_table:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self._in_table:
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "span"):
            self._field = "against" if tag == "span" else ""
        elif tag in ("td", "th"):
            self._in_cell = False
        elif tag == "table":
            self._in_table = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[-1][-1][-1] += data
        elif self._field == "empty":
            self.sentences.append(plain(data))
        elif self._field and self.tiles:
            self.tiles[-1][self._field] = self.tiles[-1].get(self._field, "") + data

    def tile_values(self) -> dict[str, str]:
        return {plain(tile["label"]): plain(tile["value"]) for tile in self.tiles}

    def bodies(self) -> Iterator[tuple[Line, ...]]:
        """Yield the rows of each table, without its header."""
        for table in self.tables:
            yield tuple(tuple(plain(cell) for cell in row) for row in table[1:])


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _sheet(rows: list[tuple[object, ...]]) -> Sheet:
    heading = str(rows[0][0])
    header = tuple(str(cell) for cell in rows[HEADER_ROW] if cell is not None)
    if len(header) == 1:
        return Sheet(heading=heading, sentence=header[0])
    body = list(takewhile(lambda row: any(cell is not None for cell in row), rows[FIRST_ROW:]))
    return Sheet(
        heading=heading,
        header=header,
        rows=tuple(row[: len(header)] for row in body),
        hidden=tuple(cell for row in body for cell in row[len(header) :] if cell is not None),
    )


def _below(text: str, heading: str) -> list[str]:
    lines = text.splitlines()
    start = next(
        place for place, line in enumerate(lines[:-1]) if line == heading and re.fullmatch("-+", lines[place + 1])
    )
    end = next((place for place in range(start + 2, len(lines) - 1) if re.fullmatch("-+", lines[place + 1])), None)
    return lines[start + 2 : end]
