"""The figures of a pack, its hash, and the file that keeps them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.packs.assemble import assemble_pack
from distributor.packs.errors import FiguresError
from distributor.packs.figures import PackFigure, PackFigures, Shown, content_hash, pack_figures
from distributor.packs.figures_file import figures_artifact, load_figures
from renderers.formats import Cell, Mark
from renderers.pack import Pack
from renderers.sections import ChartSection, TableSection, TilesSection

SECTIONS: tuple[dict[str, Any], ...] = (
    {"tiles": ["members", "churn"]},
    {"chart": "bars", "metric": "joiners", "by": "age"},
    {"table": {"metrics": ["members", "joiners"], "by": "branch"}},
    {"rows": {"dataset": "places", "columns": ["place", "members", "last_on"]}},
    {"rows": {"dataset": "places", "columns": ["place"]}, "title": "Steder"},
    {"text": "{{ summary() }}"},
)


@pytest.fixture(scope="module")
def pack(world: Any) -> Pack:
    """The pack of Vest, with every kind of section."""
    return assemble_pack(world.edition(world.report(*SECTIONS)), world.tree.branch("r1"), "nb")


def places(pack: Pack) -> dict[str, str]:
    return {f"{one.heading} | {one.where}": one.cell.text for one in pack_figures(pack).figures}


def test_every_kind_of_section_gives_its_figures(pack: Pack) -> None:
    """Tiles with what they are held against, charts, tables with their total, lists; sentences give none."""
    found = places(pack)

    assert "Nøkkeltall | Medlemmer" in found
    assert "Nøkkeltall | Medlemmer × I fjor" in found
    assert "Innmeldte etter alder | Under 30 × Innmeldte" in found
    assert "Medlemmer og innmeldte etter avdeling | Bergen × Innmeldte" in found
    assert "Medlemmer og innmeldte etter avdeling | Totalt × Medlemmer" in found
    assert "aldri" == found["Arbeidsplasser | big 1 × last_on"]
    assert "big 1" == found["Steder | 1 × Arbeidsplass"]
    assert {"s1", "s2", "s3", "s4", "s5"} == {one.section for one in pack_figures(pack).figures}


def test_figures_are_what_is_printed(pack: Pack) -> None:
    """Each cell of the pack stands in the figures as it stands in the pack."""
    tiles = next(section for section in pack.sections if isinstance(section, TilesSection))
    figures = {one.where: one.cell for one in pack_figures(pack).figures if one.section == tiles.key}

    assert [tile.value for tile in tiles.tiles] == [figures[tile.label] for tile in tiles.tiles]


def test_withheld_figures_carry_no_value(world: Any) -> None:
    """Points of charts are marked like cells: few, hidden and absent."""
    edition = world.edition(world.report({"chart": "bars", "metric": "members", "by": "kind"}))
    figures = pack_figures(assemble_pack(edition, world.tree.branch("tiny"), "nb")).figures
    report = world.report({"table": {"metrics": ["members"], "by": "branch"}})
    table = pack_figures(assemble_pack(world.edition(report), world.tree.branch("r1"), "nb")).figures

    withheld = [one.cell for one in (*figures, *table) if one.cell.mark is not Mark.shown]
    assert {"<5", "skjult"} >= {cell.text for cell in withheld}
    assert withheld
    assert [None] * len(withheld) == [cell.value for cell in withheld]


def test_chart_point_is_marked_by_its_text(pack: Pack) -> None:
    """A chart keeps texts only: "<5" is few, "skjult" hidden, "–" absent, and no text is no figure."""
    section = next(section for section in pack.sections if isinstance(section, ChartSection))
    series = replace(
        section.chart.series[0], values=(None, None, None, None, 7.0), texts=("<5", "skjult", "–", "", "7")
    )
    chart = replace(section.chart, categories=("a", "b", "c", "d", "e"), series=(series,))
    figures = pack_figures(replace(pack, sections=(replace(section, chart=chart),))).figures

    assert [Mark.few, Mark.hidden, Mark.absent, Mark.shown] == [one.cell.mark for one in figures]


def test_equal_data_give_an_equal_hash(world: Any, pack: Pack) -> None:
    """Another run over the same rows, read at another time, is the same to a reader."""
    again = assemble_pack(world.edition(world.report(*SECTIONS)), world.tree.branch("r1"), "nb")
    other_run = replace(again, about=replace(again.about, run_id="run-2", snapshot_id="snapshot-2", sources=("later",)))

    assert content_hash(pack) == content_hash(other_run)
    assert pack_figures(pack) == pack_figures(other_run)


def test_noise_in_the_last_digits_is_no_change(pack: Pack) -> None:
    """The order in which floats are added up shows nowhere."""
    section = next(section for section in pack.sections if isinstance(section, TilesSection))

    def with_value(value: float) -> Pack:
        tile = replace(section.tiles[1], value=Cell(value=value, text="30,0 %"))
        return replace(pack, sections=(replace(section, tiles=(tile,)),))

    assert content_hash(with_value(0.1 + 0.2)) == content_hash(with_value(0.3))
    assert content_hash(with_value(0.3)) != content_hash(with_value(0.30000001))


def _changes(pack: Pack) -> dict[str, Pack]:
    """Return the pack with one thing changed at a time."""
    tiles, chart, table, *rest = pack.sections
    assert isinstance(tiles, TilesSection)
    assert isinstance(chart, ChartSection)
    assert isinstance(table, TableSection)
    series = chart.chart.series[0]
    other = Cell(value=1, text="1")
    tile = replace(tiles.tiles[0], value=other)
    changed_series = replace(series, values=(series.values[0], 1.5, *series.values[2:]))
    point = replace(chart, chart=replace(chart.chart, series=(changed_series,)))
    base = replace(tiles.tiles[0], comparisons=(replace(tiles.tiles[0].comparisons[0], base=other),))
    return {
        "tile": replace(pack, sections=(replace(tiles, tiles=(tile, *tiles.tiles[1:])), chart, table, *rest)),
        "comparison": replace(pack, sections=(replace(tiles, tiles=(base, *tiles.tiles[1:])), chart, table, *rest)),
        "chart": replace(pack, sections=(tiles, point, table, *rest)),
        "row": replace(pack, sections=(tiles, chart, replace(table, rows=table.rows[1:]), *rest)),
        "total": replace(pack, sections=(tiles, chart, replace(table, total=None), *rest)),
        "order": replace(pack, sections=(chart, tiles, table, *rest)),
        "title": replace(pack, title="Annet"),
        "notice": replace(pack, notices=("Merk",)),
    }


def test_any_change_that_a_reader_sees_changes_the_hash(pack: Pack) -> None:
    """Tiles, comparisons, points of charts, rows, totals, title and notices all count."""
    hashes = {name: content_hash(changed) for name, changed in _changes(pack).items()}

    assert len(hashes) == len(set(hashes.values()) - {content_hash(pack)})


def test_figures_survive_their_file(pack: Pack) -> None:
    """A later run reads back what was written, as compact JSON."""
    artifact = figures_artifact(pack_figures(pack))

    assert ("figures.json", "application/json") == (artifact.name, artifact.media_type)
    assert pack_figures(pack) == load_figures(artifact.content)
    assert b'": ' not in artifact.content


VALUES = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.text(),
)


@st.composite
def any_cell(draw: st.DrawFn) -> Cell:
    mark = draw(st.sampled_from(list(Mark)))
    return Cell(value=draw(VALUES) if mark is Mark.shown else None, text=draw(st.text()), mark=mark)


@given(
    st.lists(
        st.builds(
            PackFigure,
            section=st.sampled_from(["s1", "s2"]),
            heading=st.text(),
            where=st.text(),
            shown=st.sampled_from(list(Shown)),
            cell=any_cell(),
        )
    )
)
def test_any_figures_survive_their_file(figures: list[PackFigure]) -> None:
    """Numbers, decimals, dates, texts and withheld figures come back as they were, in their order."""
    whole = PackFigures(branch_id="ø", language="nb", content_hash="0", figures=tuple(figures))

    found = load_figures(figures_artifact(whole).content)
    assert whole == found
    assert [type(one.cell.value) for one in figures] == [type(one.cell.value) for one in found.figures]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"version":2}',
        b'{"version":1,"branch":"a","language":"nb","hash":"0","sections":[{"key":"s1"}]}',
        b'{"version":1,"branch":"a","language":"nb","hash":"0","sections":'
        b'[{"key":"s1","heading":"H","figures":[["w","tile","1","shown","x","decimal"]]}]}',
    ],
)
def test_file_that_is_none_is_refused(content: bytes) -> None:
    """A cut, foreign or newer file is an error with a remedy, never a wrong comparison."""
    with pytest.raises(FiguresError, match="cannot be read"):
        load_figures(content)


def test_dates_and_decimals_keep_their_kind() -> None:
    """JSON knows neither."""
    cells = (Cell(value=date(2026, 5, 1), text="1. mai 2026"), Cell(value=Decimal("1.50"), text="1,5"))
    figures = tuple(
        PackFigure(section="s1", heading="H", where=str(n), shown=Shown.table, cell=cell)
        for n, cell in enumerate(cells)
    )
    whole = PackFigures(branch_id="b", language="nb", content_hash="0", figures=figures)

    assert cells == tuple(one.cell for one in load_figures(figures_artifact(whole).content).figures)
