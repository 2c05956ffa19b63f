"""Workbooks by template are those that xlsxwriter writes."""

import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from renderers.charts.spec import ChartForm
from renderers.formats import DATE, INTEGER, TEXT, Cell, ValueFormat, ValueKind
from renderers.pack import Pack
from renderers.sections import ChartSection, Column, Section, TableSection
from renderers.xlsx import XlsxPress, render_xlsx
from renderers.xlsx.archive import archive, member

HUNDREDTHS = ValueFormat(kind=ValueKind.percent, decimals=2)
AWKWARD = (
    '=SUM(A1:A9) & <b>"x"</b>',
    " leading and trailing ",
    "to\nlinjer",
    "_x0041_",
    "<r>rich</r>",
    "Æøå 東京 🎓",
    "0301",
    "-",
)


def files(workbook: bytes) -> dict[str, bytes]:
    """Return the files of a workbook."""
    with zipfile.ZipFile(BytesIO(workbook)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def with_table(pack: Pack, rows: list[tuple[str, object]]) -> Pack:
    """Return *pack* with a table of texts and values as its last section."""
    columns = (Column(label="Navn", value_format=TEXT), Column(label="Antall", value_format=INTEGER))
    cells = tuple(
        (Cell(value=text, text=text), Cell(value=value, text=str(value)))  # type: ignore[arg-type]
        for text, value in rows
    )
    table = TableSection(key="t", heading="En tabell", columns=columns, rows=cells)
    return replace(pack, sections=(*pack.sections, table))


@pytest.mark.parametrize(
    "name", ["large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb", "awkward_en"]
)
def test_files_are_those_of_xlsxwriter(sample_packs: dict[str, Pack], name: str) -> None:
    """The second workbook of a shape has every file of xlsxwriter's, byte for byte, in its order."""
    press, pack = XlsxPress(), sample_packs[name]
    other = replace(pack, branch_name="Et annet lokallag & co", title="En annen tittel <1>")
    _, first = press.render(pack)

    content, way = press.render(other)

    assert ("full: first of its shape", "fast") == (first, way)
    assert list(files(render_xlsx(other)).items()) == list(files(content).items())


def test_other_numbers_of_rows_need_no_other_template(sample_packs: dict[str, Pack]) -> None:
    """Tables of more and fewer rows, and other figures in them, are filled into the same files."""
    press, pack = XlsxPress(), sample_packs["empty_nb"]
    press.render(with_table(pack, [("a", 1), ("b", 2)]))
    longer = with_table(pack, [(f"rad {number}", -(10**number)) for number in range(14)])

    content, way = press.render(longer)

    assert "fast" == way
    assert files(render_xlsx(longer)) == files(content)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_are_written_as_by_xlsxwriter(sample_packs: dict[str, Pack], text: str) -> None:
    """Whatever a cell says, the workbook is the same; where XML needs care of its own, xlsxwriter writes it."""
    press, pack = XlsxPress(), sample_packs["empty_nb"]
    press.render(with_table(pack, [("a", 1), ("b", 2)]))
    awkward = with_table(pack, [(text, 1e300), ("b", -0.1)])

    content, way = press.render(awkward)

    assert files(render_xlsx(awkward)) == files(content)
    assert ("fast" == way) == (text not in ("_x0041_", "<r>rich</r>"))


def test_new_look_is_fast(sample_packs: dict[str, Pack]) -> None:
    """For a kind of cell that no workbook had yet, xlsxwriter writes the styles alone."""
    press, pack = XlsxPress(), sample_packs["empty_nb"]
    table = with_table(pack, []).sections[-1]
    share = (Cell(value="a", text="a"), Cell(value=0.125, text="12,50 %"))
    shares = replace(table, rows=(share,), columns=(table.columns[0], Column(label="Andel", value_format=HUNDREDTHS)))
    day = (Cell(value="a", text="a"), Cell(value=date(2026, 5, 31), text="31. mai 2026"))
    dated = replace(table, rows=(day,), columns=(table.columns[0], Column(label="Dag", value_format=DATE)))
    packs = [replace(pack, sections=(*pack.sections, one)) for one in (shares, dated)]
    press.render(with_table(pack, [("a", 1)]))

    workbooks = [press.render(one) for one in packs]

    assert ["fast", "fast"] == [way for _, way in workbooks]
    assert [files(render_xlsx(one)) for one in packs] == [files(content) for content, _ in workbooks]


@pytest.mark.parametrize("row_count", [0, 1, 3, 40])
def test_number_of_rows_is_no_shape(sample_packs: dict[str, Pack], row_count: int) -> None:
    """A table of any length is made from what was learned of another: its filter, its names and its notes with it."""
    press, pack = XlsxPress(), sample_packs["large_nb"]
    press.render(with_table(pack, [("a", 1), ("b", 2)]))
    other = with_table(pack, [(f"row {number}", number) for number in range(row_count)])

    content, way = press.render(other)

    assert "fast" == way
    assert files(render_xlsx(other)) == files(content)


def test_chart_of_another_length_is_no_shape(sample_packs: dict[str, Pack]) -> None:
    """Charts of fewer categories are made from those of more: ranges, copies of the figures, places on the sheet."""
    press, pack = XlsxPress(), sample_packs["large_nb"]
    press.render(pack)
    shorter = replace(pack, sections=tuple(map(_shortened, pack.sections)))

    content, way = press.render(shorter)

    assert "fast" == way
    assert files(render_xlsx(shorter)) == files(content)


def _shortened(section: Section) -> Section:
    if not isinstance(section, ChartSection) or section.empty:
        return section
    chart = section.chart
    series = tuple(replace(one, values=one.values[:-1], texts=one.texts[:-1]) for one in chart.series)
    return replace(section, chart=replace(chart, categories=chart.categories[:-1], series=series))


def test_template_that_does_not_hold_is_given_up(sample_packs: dict[str, Pack]) -> None:
    """A file that a template once gave wrongly is written the full way from then on, and the workbook is right."""
    press, pack = XlsxPress(), sample_packs["large_nb"]
    press.render(pack)
    spoiled = {key: member("x", b"x") for key in press._templates if key[0] == "styles"}
    press._templates |= spoiled
    del press._templates["theme",]  # as if that file were new: all are written and held against the templates

    press.render(pack)
    content, way = press.render(pack)

    assert "full: no template gives xl/styles.xml" == way
    assert render_xlsx(pack) == content


def test_shape_of_a_sheet_holds_all_that_is_no_figure(sample_packs: dict[str, Pack]) -> None:
    """Packs in other colours, languages and with other series share no file in which these are told."""
    press, pack = XlsxPress(), sample_packs["large_nb"]
    charts = [section for section in pack.sections if isinstance(section, ChartSection) and not section.empty]
    others = [
        replace(pack, accent="#aa3300"),
        replace(pack, language="en"),
        replace(pack, sections=tuple(charts[:1])),
        *(
            replace(pack, sections=(replace(charts[0], chart=replace(charts[0].chart, form=form, horizontal=across)),))
            for form in ChartForm
            for across in (False, True)
        ),
    ]

    for one in (pack, *others, pack, *others):
        assert files(render_xlsx(one)) == files(press.render(one)[0])


def test_alt_texts_are_written_both_ways(sample_packs: dict[str, Pack]) -> None:
    """What a caller says of a chart stands in the workbook, in place of words worked out once more."""
    press, pack = XlsxPress(), sample_packs["large_nb"]
    said = {section.key: f'"{section.key}" & all <of it>' for section in pack.sections}
    press.render(pack)

    content, way = press.render(pack, alt_texts=said)

    assert "fast" == way
    assert files(render_xlsx(pack, alt_texts=said)) == files(content)
    assert b"&amp; all &lt;of it&gt;" in files(content)["xl/drawings/drawing1.xml"]


def test_minus_zero_is_zero(sample_packs: dict[str, Pack]) -> None:
    """A difference of nothing has no sign, in whichever order the zeros come."""
    press, pack = XlsxPress(), sample_packs["empty_nb"]
    table = with_table(pack, [("a", -0.0), ("b", 0.0), ("c", Decimal("-0")), ("d", 0), ("e", -0.0), ("f", 2.5)])
    press.render(table)

    content, way = press.render(table)

    assert "fast" == way
    assert files(render_xlsx(table)) == files(content)
    assert b"<v>-0</v>" not in b"".join(files(content).values())


def test_workbook_opens_and_holds_the_cells(sample_packs: dict[str, Pack]) -> None:
    """A reader that is not ours opens the fast workbook and finds the same cells."""
    press, pack = XlsxPress(), sample_packs["regional_nb"]
    press.render(pack)
    fast, full = (openpyxl.load_workbook(BytesIO(one)) for one in (press.render(pack)[0], render_xlsx(pack)))

    assert full.sheetnames == fast.sheetnames
    for sheet in full:
        cells = [[(cell.value, cell.number_format, cell.font.b) for cell in row] for row in sheet.iter_rows()]
        assert cells == [[(c.value, c.number_format, c.font.b) for c in row] for row in fast[sheet.title].iter_rows()]


def test_archive_is_read_by_zipfile() -> None:
    """Members come out as they went in, empty ones too."""
    members = {"a.txt": b"", "folder/b.xml": b"<x/>" * 5000}

    assert members == files(archive(member(name, content) for name, content in members.items()))
