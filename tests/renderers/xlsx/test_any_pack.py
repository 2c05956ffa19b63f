"""Whatever a pack holds, it can be written."""

import io
import zipfile
from datetime import date

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.formats import Cell, Mark, ValueFormat, ValueKind
from renderers.language import LANGUAGES
from renderers.pack import About, Definition, Pack
from renderers.sections import (
    ChartSection,
    Column,
    Comparison,
    Direction,
    TableSection,
    TextSection,
    Tile,
    TilesSection,
    Verdict,
)
from renderers.xlsx import XlsxPress, render_xlsx

text = st.text(max_size=40)
formats = st.builds(
    ValueFormat,
    kind=st.sampled_from(ValueKind),
    decimals=st.integers(0, 3),
    unit=st.sampled_from([None, "NOK", "EUR"]),
)
# The values of a chart are numbers, whatever they count.
number_formats = formats.filter(lambda how: how.kind not in (ValueKind.date, ValueKind.text))
numbers = st.one_of(st.integers(), st.floats(), st.decimals())
shown = st.builds(Cell, value=st.one_of(numbers, text, st.dates(date(1850, 1, 1), date(2100, 1, 1))), text=text)
cells = st.one_of(shown, st.builds(Cell, value=st.none(), text=text, mark=st.sampled_from(list(Mark)[1:])))
comparisons = st.builds(
    Comparison, label=text, base=cells, sentence=text,
    direction=st.none() | st.sampled_from(Direction), verdict=st.sampled_from(Verdict),
)  # fmt: skip
tiles = st.builds(
    Tile, label=text, value=cells, value_format=formats, comparisons=st.lists(comparisons, max_size=3).map(tuple),
    note=text,
)  # fmt: skip


@st.composite
def tables(draw):
    columns = tuple(draw(st.lists(st.builds(Column, label=text, value_format=formats), min_size=1, max_size=4)))
    row = st.tuples(*[cells] * len(columns))
    return TableSection(
        key="t", heading=draw(text), columns=columns, rows=tuple(draw(st.lists(row, max_size=4))),
        total=draw(st.none() | row), more=draw(text), note=draw(text), empty=draw(st.just("") | text),
    )  # fmt: skip


@st.composite
def charts(draw):
    categories = tuple(draw(st.lists(text, max_size=4)))
    values = st.tuples(*[st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)] * len(categories))
    series = st.builds(
        Series, name=text, role=st.sampled_from(SeriesRole), values=values, texts=st.tuples(*[text] * len(categories))
    )
    spec = ChartSpec(
        form=draw(st.sampled_from(ChartForm)), title="T", categories=categories,
        series=tuple(draw(st.lists(series, max_size=4))), language="nb", value_label=draw(text),
        category_label=draw(text), value_format=draw(number_formats), horizontal=draw(st.booleans()),
    )  # fmt: skip
    return ChartSection(key="c", heading=draw(text), chart=spec, note=draw(text), empty=draw(st.just("") | text))


sections = st.one_of(
    tables(),
    charts(),
    st.builds(TilesSection, key=text, heading=text, tiles=st.lists(tiles, max_size=3).map(tuple), note=text),
    st.builds(TextSection, key=text, heading=text, paragraphs=st.lists(text, max_size=3).map(tuple), note=text),
)
packs = st.builds(
    Pack, report=text, organisation=text, branch_id=text, branch_name=text, title=text, period=text,
    language=st.sampled_from(LANGUAGES), sections=st.lists(sections, max_size=4).map(tuple),
    about=st.builds(
        About, period=text, definitions=st.lists(st.builds(Definition, label=text, text=text), max_size=2).map(tuple),
        sources=st.lists(text, max_size=2).map(tuple), snapshot_id=text, run_id=text, owner=text,
    ),
    notices=st.lists(text, max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(packs)
def test_any_pack_can_be_written_and_opened(pack):
    """No pack makes the writer fail or warn, and what it writes is a workbook with a sheet a section."""
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(pack)))
    own_sheets = [section for section in pack.sections if not isinstance(section, TextSection)]

    assert len(own_sheets) + 2 == len(book.worksheets)


def files(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(packs, packs)
def test_any_pack_is_written_the_same_by_template(first, second):
    """One press writes two packs twice: whichever way it takes, each file of the workbook is xlsxwriter's."""
    press = XlsxPress()
    for pack in (first, second):
        press.render(pack)

    for pack in (first, second):
        assert files(render_xlsx(pack)) == files(press.render(pack)[0])
