"""A pack that says nothing, with a section of every kind: what it is drawn with is loaded for those that follow."""

from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.formats import INTEGER, Cell
from renderers.language import LANGUAGES
from renderers.pack import About, Pack
from renderers.sections import ChartSection, Column, TableSection, TextSection, Tile, TilesSection

_CELL = Cell(value=1, text="1")
_COLUMN = Column(label="x", value_format=INTEGER)


def specimen() -> Pack:
    """Return the pack."""
    return Pack(
        report="specimen",
        organisation="x",
        branch_id="x",
        branch_name="x",
        title="x",
        period="x",
        language=LANGUAGES[0],
        sections=(
            TextSection(key="text", heading="x", paragraphs=("x",)),
            TilesSection(
                key="tiles", heading="x", tiles=(Tile(label="x", value=_CELL, value_format=INTEGER, comparisons=()),)
            ),
            *(ChartSection(key=form, heading="x", chart=_chart(form)) for form in ChartForm),
            TableSection(key="table", heading="x", columns=(_COLUMN,), rows=((_CELL,),)),
        ),
        about=About(period="x", definitions=(), sources=(), snapshot_id="x", run_id="x", owner="x"),
    )


def _chart(form: ChartForm) -> ChartSpec:
    part = form in (ChartForm.heatmap, ChartForm.stacked_bars)
    role = SeriesRole.part if part else SeriesRole.current
    return ChartSpec(
        form=form,
        title="x",
        categories=("x", "y"),
        series=(Series(name="x", role=role, values=(1.0, 2.0), texts=("1", "2")),),
        language=LANGUAGES[0],
        value_label="x",
        category_label="x",
    )
