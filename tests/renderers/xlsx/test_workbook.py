"""What a reader finds in the workbook."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from renderers.charts.spec import ChartForm
from renderers.formats import INTEGER, TEXT, Cell, Mark, ValueFormat, ValueKind
from renderers.language import formatter
from renderers.pack import Pack
from renderers.sections import ChartSection, Column, TableSection, TextSection, TilesSection
from renderers.xlsx import render_xlsx

FIRST_ROW = 5  # openpyxl counts from 1
SAMPLES = ("large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb", "awkward_en")


@pytest.fixture(scope="session")
def books(sample_packs: dict[str, Pack]) -> dict[str, Workbook]:
    """Return every sample pack as a workbook, read back."""
    return {name: _book(pack) for name, pack in sample_packs.items()}


def _book(pack: Pack) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(render_xlsx(pack)))


def _sheets(pack: Pack, book: Workbook) -> Iterator[tuple[object, object]]:
    sections = [section for section in pack.sections if not isinstance(section, TextSection)]
    yield from zip(sections, book.worksheets[1:-1], strict=True)


def _expected(cell: Cell) -> object:
    if isinstance(cell.value, date):
        return datetime.combine(cell.value, time())
    if isinstance(cell.value, Decimal):
        return float(cell.value)
    return cell.text if cell.value is None or isinstance(cell.value, str) else cell.value


def _links(sheet) -> list[str]:
    return [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def _texts(sheet) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_table_cell_holds_its_value(sample_packs, books, name):
    """Figures are numbers with all their digits, and suppressed ones are their text, row by row."""
    for section, sheet in _sheets(sample_packs[name], books[name]):
        if not isinstance(section, TableSection) or section.empty:
            continue
        lines = [*section.rows, *([section.total] if section.total else [])]
        for row, line in enumerate(lines, start=FIRST_ROW):
            found = [sheet.cell(row, column).value for column in range(1, len(line) + 1)]

            assert [_expected(cell) for cell in line] == found


@pytest.mark.parametrize("name", SAMPLES)
def test_every_tile_is_a_row(sample_packs, books, name):
    """A tile's value, and the base and sentence of each comparison, stand in its row under their heads."""
    pack = sample_packs[name]
    word = formatter(pack.language).word
    for section, sheet in _sheets(pack, books[name]):
        if not isinstance(section, TilesSection):
            continue
        heads = {cell.value: cell.column for cell in sheet[FIRST_ROW - 1]}
        for row, tile in enumerate(section.tiles, start=FIRST_ROW):
            assert tile.label == sheet.cell(row, 1).value
            assert _expected(tile.value) == sheet.cell(row, 2).value
            for comparison in tile.comparisons:
                difference = heads[word("xlsx_difference", label=comparison.label)]

                assert _expected(comparison.base) == sheet.cell(row, heads[comparison.label]).value
                assert comparison.sentence == sheet.cell(row, difference).value


@pytest.mark.parametrize("name", SAMPLES)
def test_every_chart_has_its_figures(sample_packs, books, name):
    """A chart's values stand in a table as numbers, and withheld ones as their text; absent ones are empty."""
    pack = sample_packs[name]
    none = formatter(pack.language).word("no_value")
    for section, sheet in _sheets(pack, books[name]):
        if not isinstance(section, ChartSection) or section.empty:
            continue
        for place, series in enumerate(section.chart.series):
            expected = [
                value if value is not None else (text if text != none else None)
                for value, text in zip(series.values, series.texts, strict=True)
            ]
            is_map = section.chart.form is ChartForm.heatmap
            found = [
                sheet.cell(FIRST_ROW + place, 2 + number).value
                if is_map
                else sheet.cell(FIRST_ROW + number, 2 + place).value
                for number in range(len(expected))
            ]

            assert expected == found


@pytest.mark.parametrize("name", ["large_nb", "small_da", "regional_nb"])
def test_charts_are_excels_own(sample_packs, books, name):
    """Every chart section has a native chart with its description, and a heat map a colour scale."""
    for section, sheet in _sheets(sample_packs[name], books[name]):
        if isinstance(section, ChartSection) and section.chart.form is ChartForm.heatmap:
            assert 1 == len(sheet.conditional_formatting)
        elif isinstance(section, ChartSection):
            assert 1 == len(sheet._charts)


def test_charts_have_alt_text(sample_packs):
    """A chart's drawing carries the description that a screen reader says."""
    with zipfile.ZipFile(io.BytesIO(render_xlsx(sample_packs["large_nb"]))) as parts:
        drawings = [parts.read(name).decode() for name in parts.namelist() if "drawings/drawing" in name]

    assert 4 == len(drawings)
    assert all('descr="' in drawing for drawing in drawings)


def test_a_chart_never_draws_withheld_figures_as_zero(sample_packs):
    """A series with "<5" is drawn from a copy in which those cells are empty."""
    book = _book(sample_packs["small_da"])
    sheet = book.worksheets[2]
    chart = next(section for section in sample_packs["small_da"].sections if isinstance(section, ChartSection)).chart
    # openpyxl keeps neighbours of one kind as one dimension.
    spans = [(one.min, one.max) for one in sheet.column_dimensions.values() if one.hidden]
    hidden = {column for first, last in spans for column in range(first, last + 1)}
    for series, drawn in zip(chart.series, reversed(sheet._charts[0].series), strict=True):
        reference = drawn.val.numRef.f.split("!")[1].replace("$", "")
        values = [row[0].value for row in sheet[reference]]

        assert list(series.values) == values
        assert sheet[reference][0][0].column in hidden


@pytest.mark.parametrize("name", SAMPLES)
def test_first_and_last_sheet_say_what_it_is(sample_packs, books, name):
    """The first sheet has title, banners, texts and links; the last the definitions and where figures come from."""
    pack, book = sample_packs[name], books[name]
    word = formatter(pack.language).word
    first, last = book.worksheets[0], book.worksheets[-1]
    about = pack.about
    paragraphs = [text for one in pack.sections if isinstance(one, TextSection) for text in one.paragraphs]

    assert (word("xlsx_overview"), word("xlsx_about")) == (first.title, last.title)
    assert {pack.title, pack.organisation, pack.branch_name, *pack.notices, *paragraphs} <= set(_texts(first))
    assert len(book.worksheets) - 1 == len(_links(first))
    assert {about.period, *about.sources, about.owner, about.run_id, about.snapshot_id} <= set(_texts(last))
    assert {text for one in about.definitions for text in (one.label, one.text)} <= set(_texts(last))


@pytest.mark.parametrize("name", SAMPLES)
def test_notes_and_sentences_for_nothing_are_there(sample_packs, books, name):
    """Notes, "12 more are left out", and the sentence of an empty section stand on its sheet."""
    for section, sheet in _sheets(sample_packs[name], books[name]):
        texts = _texts(sheet)
        sentences = [section.heading, section.note, getattr(section, "empty", ""), getattr(section, "more", "")]

        assert all(sentence in texts for sentence in sentences if sentence)


def test_links_lead_to_their_sheets(sample_packs, books):
    """Each line of the contents leads to the sheet it names."""
    for book in books.values():
        targets = [link.split("!")[0].strip("'").replace("''", "'") for link in _links(book.worksheets[0])]

        assert [sheet.title for sheet in book.worksheets[1:]] == targets


def test_sheets_print_on_a4_with_their_heads(books):
    """Every sheet prints on A4 across, as wide as the page, with its heads repeated and the page's number."""
    for book in books.values():
        for sheet in book.worksheets:
            setup = sheet.page_setup

            assert ("landscape", 9) == (setup.orientation, int(setup.paperSize))
            assert (1, 0) == (int(setup.fitToWidth or 1), int(setup.fitToHeight))
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert "&P" in sheet.oddFooter.right.text or "Page" in str(sheet.oddFooter.right.text)
    table = books["regional_nb"].worksheets[3]

    assert "$4:$4" == table.print_title_rows
    assert "B5" == table.freeze_panes


@pytest.mark.parametrize(
    ("kind", "decimals", "unit", "language", "expected"),
    [
        (ValueKind.integer, 0, None, "nb", "#,##0"),
        (ValueKind.decimal, 2, None, "nb", "#,##0.00"),
        (ValueKind.percent, 1, None, "nb", "#,##0.0\\ %"),
        (ValueKind.percent, 0, None, "en", "#,##0%"),
        (ValueKind.money, 0, "NOK", "nb", '#,##0\\ "kr"'),
        (ValueKind.money, 2, "DKK", "da", '#,##0.00\\ "kr."'),
        (ValueKind.money, 0, "NOK", "en", '"NOK "#,##0'),
    ],
)
def test_numbers_are_printed_by_excel_as_in_the_pack(sample_packs, kind, decimals, unit, language, expected):
    """The format of a number follows its kind, decimals, unit and language."""
    how = ValueFormat(kind=kind, decimals=decimals, unit=unit)
    cell = _one_cell(sample_packs, how, formatter(language).cell(1234.5, how), language)

    assert (1234.5, expected) == (cell.value, cell.number_format)


def test_dates_are_dates(sample_packs):
    """A date is a date for Excel, its month in the reader's language."""
    how = ValueFormat(kind=ValueKind.date)
    cell = _one_cell(sample_packs, how, formatter("nb").cell(date(2026, 5, 31), how), "nb")

    assert datetime.combine(date(2026, 5, 31), time()) == cell.value
    assert "[$-414]d. mmmm yyyy" == cell.number_format


def test_changes_keep_their_sign(sample_packs, books):
    """A column of changes prints + before a rise, while its values are plain numbers."""
    sheet = books["large_nb"].worksheets[7]

    assert "+#,##0;-#,##0;#,##0" == sheet.cell(FIRST_ROW, 5).number_format
    assert 3 == sheet.cell(FIRST_ROW, 5).value


def test_suppressed_figures_stand_where_numbers_stand(books):
    """ "<5" stands at the right edge, as the numbers above and below it do."""
    cell = books["small_da"].worksheets[3].cell(FIRST_ROW, 3)

    assert ("<5", "right") == (cell.value, cell.alignment.horizontal)


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "0301", "http://evil.example", "{=1}", "internal:Sheet!A1"],
)
def test_texts_are_never_formulas_numbers_or_links(sample_packs, text):
    """A branch or workplace called like a formula, a number or a link stays text, wherever it is printed."""
    pack = replace(sample_packs["awkward_en"], branch_name=text, organisation=text, title=text, notices=(text,))
    table = TableSection(
        key="t", heading=text, columns=(Column(label=text, value_format=TEXT),), rows=((Cell(value=text, text=text),),)
    )
    book = _book(replace(pack, sections=(TextSection(key="x", heading=text, paragraphs=(text,)), table)))

    assert text == book.worksheets[1].cell(FIRST_ROW, 1).value
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert {"s", "n"} >= kinds  # n: empty cells; a formula would be f
    assert not any(cell.data_type == "n" and cell.value is not None for row in book.worksheets[1] for cell in row)


def test_branch_id_can_be_read(sample_packs, books):
    """The file says whose pack it is, for the guard and for whoever finds a stray copy."""
    for name, book in books.items():
        found = {item.name: item.value for item in book.custom_doc_props}
        pack = sample_packs[name]

        assert {"branch_id": pack.branch_id, "run_id": pack.about.run_id, "report": pack.report} == found
        assert (pack.title, pack.organisation) == (book.properties.title, book.properties.creator)


def test_same_pack_gives_same_bytes(sample_packs):
    """Writing a pack again changes no byte."""
    for pack in sample_packs.values():
        assert render_xlsx(pack) == render_xlsx(pack)


def test_accent_must_be_a_colour(sample_packs):
    """An accent that is no colour is refused with the form it must have."""
    with pytest.raises(ValueError, match="#rrggbb"):
        render_xlsx(replace(sample_packs["empty_nb"], accent="blue"))


def test_values_excel_cannot_hold_stand_as_text(sample_packs):
    """Infinite numbers, dates before 1900 and texts over the limit are written as Excel can show them."""
    texts = (
        Cell(value=float("inf"), text="∞"),
        Cell(value=10**400, text="10^400"),
        Cell(value=date(1814, 5, 17), text="17. mai 1814"),
        Cell(value="x" * 40_000, text="x" * 40_000),
        Cell(value=None, text="", mark=Mark.absent),
    )
    table = TableSection(
        key="t",
        heading="T",
        columns=(Column(label="V", value_format=INTEGER),),
        rows=tuple((cell,) for cell in texts),
    )
    sheet = _book(replace(sample_packs["empty_nb"], sections=(table,))).worksheets[1]
    found = [sheet.cell(FIRST_ROW + number, 1).value for number in range(len(texts))]

    assert ["∞", "10^400", "17. mai 1814", "x" * 32_766 + "…", None] == found


def _one_cell(sample_packs, how: ValueFormat, cell: Cell, language: str):
    table = TableSection(key="t", heading="T", columns=(Column(label="V", value_format=how),), rows=((cell,),))
    pack = replace(sample_packs["empty_nb"], language=language, sections=(table,))
    return _book(pack).worksheets[1].cell(FIRST_ROW, 1)
