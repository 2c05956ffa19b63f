"""The plain-text part: every figure, aligned, in lines of a mail's width."""

import re
import textwrap
from collections.abc import Iterator
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.pack import Pack
from renderers.sections import ChartSection, TableSection, TilesSection
from renderers.text import render_text
from renderers.text.grid import WIDTH, draw_grid

NAMES = ("large_nb", "large_da", "large_en", "small_da", "empty_nb", "regional_nb", "awkward_en")


def _figures(pack: Pack) -> Iterator[str]:
    """Yield every printed figure of the pack, those behind its charts too."""
    for section in pack.sections:
        match section:
            case TilesSection():
                for tile in section.tiles:
                    yield tile.value.text
                    for comparison in tile.comparisons:
                        yield from (comparison.sentence, comparison.base.text)
            case ChartSection():
                yield from (text for series in section.chart.series for text in series.texts)
                yield from (*section.chart.categories, *(series.name for series in section.chart.series))
            case TableSection():
                for row in (*section.rows, section.total or ()):
                    yield from (cell.text for cell in row)
            case _:
                yield from section.paragraphs
        yield from (section.heading, section.note)


def _flat(text: str) -> str:
    """Return *text* without blanks, as a reader joins folded lines; no-break spaces are part of figures."""
    return re.sub(r"[ \n]+", "", text)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "awkward_en"])
def test_every_figure_is_there(sample_packs: dict[str, Pack], name: str) -> None:
    """Tiles, comparisons, every point of every chart and every cell stand in the text."""
    text = _flat(render_text(sample_packs[name]))
    folded = {"Hele forbundet", "Hjemmetjenesten bydel Grünerløkka"}  # in columns, so not in one piece
    assert [each for each in _figures(sample_packs[name]) if _flat(each) not in text and each not in folded] == []


@pytest.mark.parametrize("name", NAMES)
def test_lines_fit_a_mail(sample_packs: dict[str, Pack], name: str) -> None:
    """No line is longer than 78 characters or ends in blanks."""
    lines = render_text(sample_packs[name]).split("\n")
    assert [line for line in lines if len(line) > WIDTH or line != line.rstrip(" ")] == []


def test_definitions_sources_and_ids_end_the_text(sample_packs: dict[str, Pack]) -> None:
    """Readers without HTML also learn what the figures mean, where they come from and whom to ask."""
    pack = sample_packs["large_en"]
    text = _flat(render_text(pack))
    about = pack.about
    expected = [
        *(f"{definition.label}: {definition.text}" for definition in about.definitions),
        *about.sources,
        *(about.owner, about.run_id, about.snapshot_id, about.period),
    ]
    assert [each for each in expected if _flat(each) not in text] == []


def test_suppressed_points_of_a_chart_are_printed(sample_packs: dict[str, Pack]) -> None:
    """The text shows "<5" and the word for withheld where the chart has a gap."""
    lines = render_text(sample_packs["small_da"]).split("\n")
    assert "jan        <5     0" in lines
    assert "maj    skjult    <5" in lines


def test_empty_sections_say_why(sample_packs: dict[str, Pack]) -> None:
    """A section without data is its sentence."""
    text = render_text(sample_packs["empty_nb"])
    assert "Ingen innmeldte i perioden, så det er ikke noe å vise her." in text
    assert "Lokallaget har ingen arbeidsplasser i denne perioden." in text


def test_notices_come_first(sample_packs: dict[str, Pack]) -> None:
    """What a reader must know before the figures stands before them."""
    text = render_text(sample_packs["awkward_en"])
    assert text.index("! Please note: The figures are provisional") < text.index("Key figures")


def test_grid_aligns_names_left_and_figures_right() -> None:
    """Columns line up, the total is set off by a rule."""
    rows = [("Oslo", "1\N{NO-BREAK SPACE}284"), ("Å", "7")]
    expected = [
        "Branch  Members",
        "------  -------",
        "Oslo      1\N{NO-BREAK SPACE}284",
        "Å             7",
        "------  -------",
        "Total     1\N{NO-BREAK SPACE}291",
    ]
    assert expected == list(
        draw_grid(("Branch", "Members"), rows, right=(False, True), total=("Total", "1\N{NO-BREAK SPACE}291"))
    )


def test_grid_too_wide_goes_on_below() -> None:
    """Columns that do not fit follow in a second block with the names repeated; no figure is lost."""
    header = ("Branch", *(f"Figure no. {n}" for n in range(20)))
    rows = [("A branch with a very long name indeed", *(str(n * 1111111) for n in range(20)))]
    lines = list(draw_grid(header, rows, right=(False, *(True,) * 20)))
    text = "\n".join(lines)
    assert max(map(len, lines)) <= WIDTH
    assert [figure for figure in rows[0][1:] if figure not in text] == []
    assert text.count("A branch with") >= 2


# Rows that fit are filled into a layout; these are what may not fit, or not stand as it is.
ODD = st.text(alphabet="ab -\t\n\v\N{NO-BREAK SPACE}\N{EN SPACE}%", max_size=20)


@given(rows=st.lists(st.tuples(ODD, ODD, ODD), min_size=1, max_size=4))
def test_every_row_is_folded_as_textwrap_folds_it(rows: list[tuple[str, ...]]) -> None:
    """Whatever a cell holds, its row says the same as if each cell of it were folded into its column."""
    lines = list(draw_grid(("name", "one", "two"), rows, right=(False, True, False)))
    widths = list(map(len, lines[1].split("  ")))
    expected = []
    for row in rows:
        folded = [
            textwrap.wrap(text, max(w, 1), break_on_hyphens=False) or [""] for text, w in zip(row, widths, strict=True)
        ]
        for one, two, three in zip_longest(*folded, fillvalue=""):
            expected.append("  ".join((one.ljust(widths[0]), two.rjust(widths[1]), three.ljust(widths[2]))))

    assert expected == lines[2:]
