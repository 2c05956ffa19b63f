"""Sections: what they ask covers what they show, and what they show is right, in three languages."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest

from distributor.packs.assemble import assemble_pack
from distributor.packs.guard import guard_pack
from distributor.packs.sections import build_sections, report_asks, rows_by_section, section_keys
from renderers.charts.spec import SeriesRole
from renderers.formats import Mark
from renderers.sections import ChartSection, Direction, TableSection, TilesSection, Verdict

ALL = ["last year", "previous period", "target", "organisation"]
METRICS = ["members", "joiners", "leavers", "dues", "churn", "joined_share"]
STEPS = ["day", "week", "month", "quarter", "year"]


def one(world: Any, section: dict[str, Any], branch: str, language: str = "nb", **keys: Any) -> Any:
    """Build a report of one section for a branch."""
    report = world.report(section, **{key: keys.pop(key) for key in ("period",) if key in keys})
    (built,) = build_sections(report, world.view(report, branch, language, **keys))
    return built


def every_chart() -> Iterator[dict[str, Any]]:
    for by, compare in product(STEPS, ([], ALL)):
        for metric in METRICS:
            yield {"chart": "line", "metric": metric, "by": by, "compare": compare, "span": "3 months"}
    for by, accumulate, years, compare in product(STEPS, (None, "year", "membership year"), (1, 3), ([], ALL)):
        base = {"chart": "line", "metric": "joiners", "by": by, "years": years, "compare": compare}
        yield base | ({"accumulate": accumulate} if accumulate else {})
    for form, by, split in product(("stacked bars", "heat map"), ("month", "branch", "age"), ("kind",)):
        yield {"chart": form, "metric": "members", "by": by, "split": split}
    for by, sort, limit, compare in product(("age", "kind", "branch"), (None, "label", "value"), (1, 12), ([], ALL)):
        base = {"chart": "bars", "metrics": METRICS, "by": by, "limit": limit, "compare": compare}
        yield base | ({"sort": sort} if sort else {})
    yield {"chart": "bars", "metrics": ["joiners", "leavers"], "by": "month", "compare": ALL}


def every_table() -> Iterator[dict[str, Any]]:
    for by, sort, total, compare in product(
        ("age", "workplace", "branch"), (None, "label", "joiners"), (True, False), ([], ["last year"])
    ):
        body = {"metrics": METRICS, "by": by, "limit": 2, "total": total, "compare": compare}
        yield {"table": body | ({"sort": sort} if sort else {})}


def every_tiles() -> Iterator[dict[str, Any]]:
    for compare in ([], ALL, *([against] for against in ALL)):
        yield {"tiles": METRICS, "compare": compare}


@pytest.mark.parametrize("language", ["nb", "da", "en"])
@pytest.mark.parametrize("kind", [every_tiles, every_table, every_chart])
def test_asks_cover_what_sections_read(world: Any, kind: Callable[[], Iterator[dict[str, Any]]], language: str) -> None:
    """With every combination of options sections are built from what they asked for, and pass the guard."""
    report = world.report(*kind(), {"text": "{{ summary() }}"})
    edition = world.edition(report, min_cell=0)

    for branch in (one for one in world.tree.branches if one.merged_into is None):
        pack = assemble_pack(edition, branch, language)
        guard_pack(pack, world.tree, on=date(2026, 5, 31))
        assert len(report.sections) == len(pack.sections)
        for section in pack.sections:
            if isinstance(section, ChartSection):
                width = len(section.chart.categories)
                assert {width} >= {len(series.values) for series in section.chart.series}
                assert {width} >= {len(series.texts) for series in section.chart.series}
                assert len({series.name for series in section.chart.series}) == len(section.chart.series)
                assert len(set(section.chart.categories)) == width


@pytest.mark.parametrize(
    ("phrase", "period"),
    [
        ("previous day", "2024-02-29"),
        ("previous week", "2026-W01"),
        ("previous quarter", "2026-Q1"),
        ("previous year", "2025"),
        ("previous membership year", "2024"),
        ("rolling 12 months", "2025-06-01..2026-05-31"),
    ],
)
def test_sections_of_every_period(world: Any, phrase: str, period: str) -> None:
    """Reports on days, weeks, quarters, years and rolling periods are built as well as monthly ones."""
    charts = [{"chart": "line", "metric": "joiners", "by": step, "compare": ALL, "years": 2} for step in STEPS]
    report = world.report({"tiles": METRICS, "compare": ALL}, *charts, *every_table(), period=phrase)
    edition = world.edition(report, world.scope(period, phrase), min_cell=0)

    packs = [assemble_pack(edition, branch, "en") for branch in world.tree.branches]

    assert {len(report.sections)} == {len(pack.sections) for pack in packs}


def test_sections_are_named_by_their_place(world: Any) -> None:
    """Keys are s1, s2, …; only `rows` sections ask for rows."""
    report = world.report({"tiles": ["members"]}, {"rows": {"dataset": "places", "columns": ["place"]}})

    assert ("s1", "s2") == section_keys(report)
    assert ["s2"] == list(rows_by_section(report))
    assert {"members"} == {ask.metric for ask in report_asks(report, world.scope())}


# --- tiles ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "value", "sentences"),
    [
        ("nb", "24", ["14 flere enn i fjor (+140\N{NO-BREAK SPACE}%)", "4 over målet på 20"]),
        ("da", "24", ["14 flere end sidste år (+140\N{NO-BREAK SPACE}%)", "4 over målet på 20"]),
        ("en", "24", ["14 more than last year (+140%)", "4 above the target of 20"]),
    ],
)
def test_tile_says_its_comparisons(world: Any, language: str, value: str, sentences: list[str]) -> None:
    """A tile holds the figure, and what it is against last year and the target, in words and numbers."""
    (tile,) = one(world, {"tiles": ["joiners"]}, "big", language).tiles

    assert value == tile.value.text
    assert sentences == [comparison.sentence for comparison in tile.comparisons]
    assert [(Direction.up, Verdict.good)] * 2 == [(one.direction, one.verdict) for one in tile.comparisons]


def test_tile_of_a_small_branch(world: Any) -> None:
    """Two members show as "<5", and nothing is compared."""
    (tile,) = one(world, {"tiles": ["members"], "compare": ALL}, "tiny").tiles

    assert ("<5", Mark.few, None) == (tile.value.text, tile.value.mark, tile.value.value)
    assert {"Sammenlignes ikke, av hensyn til enkeltpersoner"} == {
        comparison.sentence for comparison in tile.comparisons
    }


def test_tile_prints_the_limit_of_its_own_metric(world: Any) -> None:
    """A metric that shows no fewer than ten prints "<10", whatever the catalogue's limit is."""
    (tile,) = one(world, {"tiles": ["strict_members"]}, "new").tiles

    assert "<10" == tile.value.text


@pytest.mark.parametrize(("metric", "text"), [("dues", "skjult"), ("months", "skjult"), ("joined_share", "skjult")])
def test_figures_that_count_nobody_are_withheld(world_of: Any, membership: Any, metric: str, text: str) -> None:
    """A sum or an exposure of few persons is withheld; "<5" would be taken for the amount."""
    rows = [membership("tiny", date(2026, 5, 3))] * 2 + [membership("big", date(2026, 5, 3))] * 30
    (tile,) = one(world_of(memberships=rows), {"tiles": [metric]}, "tiny").tiles

    assert (text, Mark.hidden) == (tile.value.text, tile.value.mark)


def test_tile_of_a_branch_opened_this_year(world: Any) -> None:
    """A branch opened this year has no comparison with last year, and no figure for it."""
    (tile,) = one(world, {"tiles": ["joiners"], "compare": ["last year"]}, "new").tiles
    (comparison,) = tile.comparisons

    assert ("9", "Ny i år: ingen tall i fjor") == (tile.value.text, comparison.sentence)
    assert (Mark.absent, None) == (comparison.base.mark, comparison.direction)


def test_tile_of_a_branch_without_target(world: Any) -> None:
    """Where no target is set it says so; a metric that never has one shows no target at all."""
    joiners, leavers = one(world, {"tiles": ["joiners", "leavers"], "compare": ["target"]}, "new").tiles

    assert ["Ikke satt mål"] == [comparison.sentence for comparison in joiners.comparisons]
    assert () == leavers.comparisons


def test_target_is_none_where_none_is_set(world: Any) -> None:
    """View.target gives None for a branch without a row of targets, the figure for others, a number for all."""
    report = world.report({"tiles": ["joiners", "churn"]})
    window = world.scope().window("joiners")

    assert world.view(report, "new").target("joiners", window) is None
    assert 20.0 == world.view(report, "big").target("joiners", window).value
    assert 0.1 == world.view(report, "new").target("churn", world.scope().window("churn")).value


def test_target_that_is_a_ratio_without_base(world_of: Any) -> None:
    """A target that is a ratio over zero is no target, and no error."""
    other = world_of(
        leavers={"target": "ratio_of_nothing"},
        ratio_of_nothing={"label": "x", "ratio": "joiners / dues_cut"},
        dues_cut={"label": "x", "dataset": "memberships", "measure": "sum(amount * 0)", "on": "joined_on"},
    )

    (tile,) = one(other, {"tiles": ["leavers"], "compare": ["target"]}, "big").tiles

    assert ["Ikke satt mål"] == [comparison.sentence for comparison in tile.comparisons]


def test_tile_against_the_organisation(world: Any) -> None:
    """A count is a share of the organisation's, a rate is held against it; the root is not held against itself."""
    members, churn = one(world, {"tiles": ["members", "churn"], "compare": ["organisation"]}, "oslo", "en").tiles

    assert "46.6% of the whole organisation" == members.comparisons[0].sentence
    assert "4.0 percentage points below the whole organisation (7.6%)" == churn.comparisons[0].sentence
    root = one(world, {"tiles": ["churn"], "compare": ["organisation"]}, "n", "en")
    assert () == root.tiles[0].comparisons
    assert {False} == {source.is_benchmark for source in root.sources}


def test_tile_of_an_empty_branch(world: Any) -> None:
    """A branch without rows counts 0 and has no rate."""
    members, churn = one(world, {"tiles": ["members", "churn"]}, "empty").tiles

    assert ("0", "–", Mark.absent) == (members.value.text, churn.value.text, churn.value.mark)


def test_tile_notes_its_window(world: Any) -> None:
    """A stock says its day, a rate its months, a flow of the period nothing."""
    tiles = one(world, {"tiles": ["members", "joiners", "churn"]}, "big", "da").tiles

    assert ["pr. 31. maj 2026", "", "seneste 12 måneder"] == [tile.note for tile in tiles]


# --- tables -----------------------------------------------------------------------------------------------


def texts(section: TableSection) -> list[list[str]]:
    return [[cell.text for cell in row] for row in section.rows]


def test_table_by_branch_is_sorted_by_the_metric(world: Any) -> None:
    """Branches stand largest first; suppressed ones last, and closed ones without figures not at all."""
    section = one(world, {"table": {"metrics": ["members"], "by": "branch", "sort": "members"}}, "r1")

    assert [["Bergen", "94"], ["Stord", "0"], ["Ørsta", "<5"], ["Ålesund", "skjult"]] == texts(section)
    assert "«<5» og «skjult» verner enkeltpersoner." == section.note


def test_table_sorts_labels_as_the_language_does(world: Any) -> None:
    """Norwegian ends its alphabet with Ø and Å; English does not know them as letters of their own."""
    by_label = {"table": {"metrics": ["members"], "by": "branch", "sort": "label"}}

    assert ["Bergen", "Stord", "Ørsta", "Ålesund"] == [row[0] for row in texts(one(world, by_label, "r1"))]


def test_table_total_is_the_branch_s_own(world: Any) -> None:
    """The total is the whole branch's figure, also of rows that the limit left out, and a line says how many."""
    table = {"metrics": ["members", "joiners"], "by": "workplace", "sort": "members", "limit": 1}
    section = one(world, {"table": table}, "big")

    assert ["Totalt", "94", "24"] == [cell.text for cell in section.total]
    assert "Viser 1 av 4." == section.more
    assert 1 == len(section.rows)


def test_table_keeps_the_declared_order(world: Any) -> None:
    """Unsaid, values stand in the order of the catalogue, whatever their size."""
    section = one(world, {"table": {"metrics": ["members"], "by": "age"}}, "n", "en")

    assert ["Under 30", "30 +"] == [row[0] for row in texts(section)]
    assert ["Age", "Members"] == [column.label for column in section.columns]


def test_table_compares_with_last_year(world: Any) -> None:
    """The change is printed with its sign; a branch opened this year has none."""
    table = {"metrics": ["joiners"], "by": "branch", "sort": "joiners", "compare": ["last year"]}
    section = one(world, {"table": table}, "r2")
    rows = {row[0]: row[1:] for row in texts(section)}

    assert ["Innmeldte", "Mot i fjor"] == [column.label for column in section.columns[1:]]
    assert ["20", "\N{MINUS SIGN}6"] == rows["Oslo"]
    assert ["9", "–"] == rows["Moss"]
    assert "Halden" not in rows


def test_table_total_of_a_branch_opened_this_year(world: Any) -> None:
    """Its own total has no change either."""
    table = {"metrics": ["joiners"], "by": "age", "compare": ["last year"]}

    section = one(world, {"table": table}, "new")

    assert ["Totalt", "9", "–"] == [cell.text for cell in section.total]


def test_table_of_an_empty_branch_says_so(world: Any) -> None:
    """Without rows there is a sentence."""
    section = one(world, {"table": {"metrics": ["members"], "by": "age"}}, "empty", "da")

    assert ((), "Ingen tal at vise for denne periode.") == (section.rows, section.empty)


def test_table_names_the_missing_value(world: Any) -> None:
    """Rows without a value stand under the catalogue's word for it."""
    section = one(world, {"table": {"metrics": ["members"], "by": "kind", "sort": "label"}}, "n", "da")

    assert ["a", "b", "Ukendt"] == [row[0] for row in texts(section)]


def test_table_by_branch_names_the_sources(world: Any) -> None:
    """Every branch shown is a source, by the id that the figures carry."""
    section = one(world, {"table": {"metrics": ["members"], "by": "branch"}}, "r1")

    assert {"r1", "big", "mid", "tiny", "empty"} == {source.branch_id for source in section.sources}


# --- charts -----------------------------------------------------------------------------------------------


def series(section: ChartSection) -> dict[str, tuple[float | None, ...]]:
    return {one.name: one.values for one in section.chart.series}


def test_chart_accumulates_over_three_years(world: Any) -> None:
    """Lines of running totals lie on top of each other, and this year's ends with the period."""
    spec = {
        "chart": "line",
        "metric": "joiners",
        "by": "month",
        "accumulate": "year",
        "years": 3,
        "compare": ["target"],
    }
    section = one(world, spec, "big")
    lines = series(section)

    assert ["2026", "2025", "Mål"] == [name for name in lines if name != "2024"]
    assert (0, 0, 0, 0, 24, *[None] * 7) == lines["2026"]
    assert (*[0] * 4, *[10] * 8) == lines["2025"]
    assert tuple(20 * month for month in range(1, 13)) == lines["Mål"]
    assert "Innmeldte hittil i året" == section.heading


def test_chart_of_membership_years_names_both(world: Any) -> None:
    """A year that begins in September is named by its two calendar years."""
    spec = {"chart": "line", "metric": "joiners", "by": "month", "accumulate": "membership year", "years": 2}
    section = one(world, spec, "big")

    assert {"2025/26", "2024/25"} == set(series(section))
    assert ("sep", "aug") == (section.chart.categories[0], section.chart.categories[-1])


def test_chart_has_no_line_before_the_opening(world: Any) -> None:
    """A branch opened this year has no last year in a chart, and no steps before it was open."""
    spec = {"chart": "bars", "metric": "joiners", "by": "month", "compare": ["last year"]}
    lines = series(one(world, spec, "new"))

    assert {"I år"} == set(lines)
    assert (*[None] * 8, 0, 0, 0, 9) == lines["I år"]


def test_chart_by_category_leaves_out_last_year_before_the_opening(world: Any) -> None:
    """By branch a new one has a gap for last year; in its own pack last year is left out."""
    by_branch = {"chart": "bars", "metric": "joiners", "by": "branch", "sort": "value", "compare": ["last year"]}
    region = one(world, by_branch, "r2").chart
    own = one(world, {"chart": "bars", "metric": "joiners", "by": "age", "compare": ["last year"]}, "new")

    last = dict(zip(region.categories, region.series[1].values, strict=True))
    assert {"Oslo": 26.0, "Moss": None} == {name: last[name] for name in ("Oslo", "Moss")}
    assert [SeriesRole.current] == [one.role for one in own.chart.series]


def test_chart_compares_with_the_organisation(world: Any) -> None:
    """The whole organisation's rate stands beside each category, and is named as a source."""
    spec = {"chart": "bars", "metric": "churn", "by": "age", "compare": ["organisation"]}
    section = one(world, spec, "oslo")

    assert [SeriesRole.current, SeriesRole.benchmark] == [one.role for one in section.chart.series]
    assert ["n"] == [source.branch_id for source in section.sources if source.is_benchmark]


def test_chart_compares_with_the_previous_period(world: Any) -> None:
    """A comparison that was asked for is drawn, also the period before."""
    spec = {"chart": "bars", "metric": "joiners", "by": "age", "compare": ["previous period"]}

    names = [one.name for one in one(world, spec, "big", "en").chart.series]

    assert ["Joiners", "Previous period"] == names


def test_chart_target_of_each_branch(world: Any) -> None:
    """By branch each has its own target, if it has one; a count's parts by age have none."""
    by_branch = one(world, {"chart": "bars", "metric": "joiners", "by": "branch", "compare": ["target"]}, "r2").chart
    by_age = one(world, {"chart": "bars", "metric": "joiners", "by": "age", "compare": ["target"]}, "big").chart

    targets = dict(zip(by_branch.categories, by_branch.series[1].values, strict=True))
    assert {"Oslo": 20.0, "Moss": None} == {name: targets[name] for name in ("Oslo", "Moss")}
    assert [SeriesRole.current] == [one.role for one in by_age.series]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nb", "Ingen tall å vise for denne perioden."),
        ("da", "Ingen tal at vise for denne periode."),
        ("en", "No figures to show for this period."),
    ],
)
def test_chart_of_an_empty_branch_is_a_sentence(world: Any, language: str, sentence: str) -> None:
    """An empty chart is a sentence in the reader's language."""
    spec = {"chart": "bars", "metric": "members", "by": "age", "compare": ["organisation"]}

    assert sentence == one(world, spec, "empty", language).empty


def test_chart_of_a_tiny_branch_says_why(world: Any) -> None:
    """Where all is suppressed the sentence says that the figures concern too few."""
    section = one(world, {"chart": "bars", "metric": "members", "by": "age"}, "tiny", "en")

    assert "Not shown: the figures concern fewer than 5 people." == section.empty
    assert {None} == {value for one in section.chart.series for value in one.values}


def test_stacked_bars_have_a_series_a_part(world: Any) -> None:
    """Parts add up to the whole where all are shown, in the order of the catalogue."""
    spec = {"chart": "stacked bars", "metric": "members", "by": "month", "split": "age", "span": "2 months"}
    section = one(world, spec, "n", "en")

    assert ["Under 30", "30 +"] == list(series(section))
    assert ("Apr", "May") == section.chart.categories
    assert [SeriesRole.part] * 2 == [one.role for one in section.chart.series]
    (total,) = one(world, {"tiles": ["members"]}, "n").tiles
    assert total.value.value == sum(values[-1] for values in series(section).values())


def test_chart_limits_its_bars(world: Any) -> None:
    """No more bars than the limit, the largest first, and a line says how many there are."""
    spec = {"chart": "bars", "metric": "members", "by": "branch", "sort": "value", "limit": 2}
    section = one(world, spec, "n", "en")

    assert (("Vest", "Øst"), "") == (section.chart.categories, section.note)
    few = one(world, spec | {"limit": 1}, "n", "en")
    assert (1, "Showing 1 of 2.") == (len(few.chart.categories), few.note)


# --- rows and text ----------------------------------------------------------------------------------------


def test_rows_are_those_of_the_subtree(world: Any) -> None:
    """A region lists its branches' rows sorted together; a merged branch's rows are its survivor's."""
    spec = {"rows": {"dataset": "places", "columns": ["place", "branch_id", "members"], "sort": "-members", "limit": 3}}
    section = one(world, spec, "r2")

    assert [["gone 4", "Halden", "20"], ["oslo 4", "Oslo", "20"], ["gone 3", "Halden", "15"]] == texts(section)
    assert ("Arbeidsplasser", "Viser 3 av 8.") == (section.heading, section.more)
    assert {"gone", "oslo"} == {source.branch_id for source in section.sources}
    assert ["Arbeidsplass", "Avdeling", "Medlemmer"] == [column.label for column in section.columns]


def test_rows_print_dates_numbers_and_gaps(world: Any) -> None:
    """Days and times print as days, fractions with decimals, and a gap as the catalogue says."""
    spec = {"rows": {"dataset": "places", "columns": ["last_on", "seen_at", "share"], "sort": "members", "limit": 2}}

    assert [["never", "4 March 2026", "0.50"], ["2 March 2026", "4 March 2026", "1.00"]] == texts(
        one(world, spec, "big", "en")
    )


def test_rows_where_the_day_counts(world: Any) -> None:
    """The condition may name the report's days."""
    spec = {"rows": {"dataset": "places", "columns": ["place"], "where": "last_on > :as_of - interval 89 days"}}

    assert [["big 4"]] == texts(one(world, spec, "big"))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nb", "Ingen å vise: listen er tom."),
        ("da", "Ingen at vise: listen er tom."),
        ("en", "Nothing to show: the list is empty."),
    ],
)
def test_rows_of_an_empty_branch(world: Any, language: str, sentence: str) -> None:
    """An empty list is a sentence, with no source."""
    section = one(world, {"rows": {"dataset": "places", "columns": ["place", "share"]}}, "empty", language)

    assert (sentence, (), ()) == (section.empty, section.rows, section.sources)


def test_text_is_rendered_in_the_reader_s_language(world: Any) -> None:
    """Names and period are filled in, and a blank line begins a paragraph."""
    text = {"nb": "Hei {{ branch }}\n \n{{ period }}", "da": "Hej {{ branch }}", "en": "Hi"}

    assert ("Hei Bergen", "mai 2026") == one(world, {"text": text}, "big").paragraphs
    assert ("Hej Bergen",) == one(world, {"text": text}, "big", "da").paragraphs


def test_text_of_a_report_without_metrics(world: Any) -> None:
    """A report of rows and text alone can be made; its summary has nothing to say."""
    rows = {"rows": {"dataset": "places", "columns": ["place"]}}
    report = world.report(rows, {"text": "Hei{{ summary() }}"})

    _, text = build_sections(report, world.view(report, "big"))

    assert ("Hei",) == text.paragraphs


def test_titles_and_notes_of_the_spec(world: Any) -> None:
    """A section's own title and note stand in the reader's language."""
    spec = {"tiles": ["members"], "title": {"nb": "Tittel", "da": "Titel", "en": "Title"}, "note": "NB"}
    section: TilesSection = one(world, spec, "big", "da")

    assert ("Titel", "NB") == (section.heading, section.note)
