"""The shipped catalogue is faultless, its SQL runs on the demo organisation, and its metrics count what they say."""

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from distributor.catalogue.loader import load_catalogue
from distributor.catalogue.models import AggregateMetric, ChartSectionSpec, RowsSpec, TableSpec, WatchListSpec
from distributor.metrics.sql import MACROS
from distributor.settings import load_settings

ROOT = Path(__file__).parents[2]
WINDOWS = {"as_of": "2026-05-31", "from": "2026-05-01", "to": "2026-06-01"}


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(ROOT / "report_specs" / "union")


@pytest.fixture(scope="module")
def snapshot(organisation, catalogue):
    """The datasets in DuckDB, with their date columns as dates, as a run has them."""
    with duckdb.connect() as duck, closing(sqlite3.connect(organisation.folder / "members.sqlite")) as register:
        for macro in MACROS:
            duck.execute(macro)
        workbook = pd.read_excel(organisation.folder / "targets.xlsx", engine="calamine", dtype={"branch_id": str})
        duck.register("targets_sheet", workbook)
        for name, spec in catalogue.datasets.items():
            if spec.source == "targets_excel":
                duck.execute(f"create table {name} as {spec.sql.replace('from targets', 'from targets_sheet')}")
                continue
            frame = pd.read_sql(spec.sql, register, params=WINDOWS if ":as_of" in spec.sql else None)
            duck.register("frame", frame)
            casts = ", ".join(f"cast({column} as date) as {column}" for column in spec.dates)
            duck.execute(f"create table {name} as select * replace ({casts}) from frame")
            duck.unregister("frame")
        yield duck


def _evaluate(duck, metric, *, where="true", **windows):
    """Evaluate an aggregate the plain way: one query, one window."""
    days = {**WINDOWS, **windows}
    condition = metric.at or (f"{metric.on} >= :from and {metric.on} < :to" if metric.on else "true")
    sql = (
        f"select {metric.measure} from {metric.dataset} where ({condition}) and ({metric.where or 'true'}) and {where}"
    )
    for name, day in days.items():
        sql = sql.replace(f":{name}", f"date '{day}'")
    return duck.execute(sql).fetchone()[0]


def test_settings_are_valid():
    """config.toml is valid, names the shipped catalogue, and has a source for every dataset."""
    settings = load_settings(ROOT / "config.toml")

    assert ROOT / "report_specs" / "union" == settings.catalogue.path
    assert {"members", "targets_excel"} == set(settings.sources)


def test_catalogue_is_faultless(catalogue):
    """The catalogue loads with four reports, in three languages."""
    assert {"monthly_branch_pack", "quarterly_rep_report", "region_rollup", "weekly_watch_list"} == set(
        catalogue.reports
    )
    assert ("nb", "da", "en") == catalogue.organisation.languages


def test_every_metric_is_described(catalogue):
    """Each metric has a label and a definition."""
    assert [] == [name for name, metric in catalogue.metrics.items() if metric.description is None]


def test_monthly_pack_has_its_sections(catalogue):
    """The monthly pack opens with the summary, 5 tiles and what to watch, then 5 charts and 2 tables."""
    sections = catalogue.reports["monthly_branch_pack"].sections
    charts = [section.chart for section in sections if isinstance(section, ChartSectionSpec)]

    assert "text" in type(sections[0]).model_fields
    assert ("members", "joiners", "leavers", "churn", "rep_coverage") == sections[1].tiles
    assert isinstance(sections[2], WatchListSpec)
    assert ["line", "bars", "bars", "stacked bars", "heat map"] == charts
    assert 2 == sum(isinstance(section, TableSpec | RowsSpec) for section in sections)


def test_every_coded_value_has_words(catalogue, snapshot):
    """Each value of a column that stands for a word has that word, so that no reader meets a code."""
    unworded = []
    for name, spec in catalogue.datasets.items():
        for column, words in spec.columns.items():
            if not words.values:
                continue
            values = {value for (value,) in snapshot.execute(f"select distinct {column} from {name}").fetchall()}
            unworded += sorted(f"{name}.{column}={value}" for value in values - set(words.values) - {None})
            assert None not in values or words.missing or column == "leave_reason"

    assert [] == unworded


def test_every_column_of_a_breakdown_has_a_heading(catalogue):
    """Each column that a report breaks down by or lists has a heading for readers."""
    used = set()
    for report in catalogue.reports.values():
        for section in report.sections:
            match section:
                case ChartSectionSpec():
                    names = [section.metric, *section.metrics]
                    used |= {(name, column) for name in names if name for column in (section.by, section.split)}
                case TableSpec():
                    used |= {(name, section.table.by) for name in section.table.metrics}
                case RowsSpec():
                    headed = catalogue.datasets[section.rows.dataset].columns
                    assert all(headed[column].label for column in section.rows.columns)
    time_or_branch = {None, "branch", "day", "week", "month", "quarter", "year"}
    for name, column in used:
        if column in time_or_branch:
            continue
        metric = catalogue.metrics[name]
        operands = [metric] if isinstance(metric, AggregateMetric) else [catalogue.metrics[o] for o in metric.operands]
        assert all(catalogue.datasets[operand.dataset].columns[column].label for operand in operands)


def test_every_metric_gives_a_figure(catalogue, snapshot):
    """Each aggregate runs on the demo organisation and gives a figure above zero for May 2026."""
    aggregates = {name: metric for name, metric in catalogue.metrics.items() if isinstance(metric, AggregateMetric)}
    figures = {name: _evaluate(snapshot, metric) for name, metric in aggregates.items()}

    assert [] == [name for name, figure in figures.items() if not figure or figure <= 0]


def test_members_and_joiners_are_the_facts(catalogue, snapshot, organisation):
    """Members and accumulated joiners are those that the organisation's facts give."""
    facts = organisation.facts
    region = f"branch_id between '{facts.drive.region_id}' and '{facts.drive.region_id[:2]}99'"
    joiners = [
        _evaluate(snapshot, catalogue.metrics["joiners"], where=region, **{"from": "2026-01-01", "to": end})
        for end in ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01")
    ]

    assert facts.members == _evaluate(snapshot, catalogue.metrics["members"])
    assert list(facts.drive.accumulated_2026) == joiners


def test_churn_is_leavers_over_exposure(catalogue, snapshot):
    """Churn of the last twelve months is 12 times leavers over member months, between 9 and 12 %."""
    year = {"from": "2025-06-01", "to": "2026-06-01"}
    leavers = _evaluate(snapshot, catalogue.metrics["leavers"], **year)
    months = _evaluate(snapshot, catalogue.metrics["member_months"], **year)

    assert 12 == catalogue.metrics["churn"].scale
    assert 0.09 < 12 * leavers / months < 0.12


def test_workplaces_with_and_without_rep_add_up(catalogue, snapshot):
    """Workplaces with a rep and those listed without one are all open workplaces."""
    with_rep = _evaluate(snapshot, catalogue.metrics["workplaces_with_rep"])
    without = snapshot.execute("select count(*) from workplaces_without_rep").fetchone()[0]

    assert _evaluate(snapshot, catalogue.metrics["workplaces"]) == with_rep + without


def test_branch_without_rep_has_no_coverage(catalogue, snapshot, organisation):
    """The branch without a rep had coverage a year ago and lists all its workplaces now, with the day in April."""
    story = organisation.facts.rep
    here = f"branch_id = '{story.branch_id}'"
    metric = catalogue.metrics["workplaces_with_rep"]
    listed = snapshot.execute(f"select last_rep_on from workplaces_without_rep where {here}").df()["last_rep_on"]

    assert story.with_rep_2025 == _evaluate(snapshot, metric, where=here, as_of="2025-05-31")
    assert 0 == _evaluate(snapshot, metric, where=here)
    assert story.workplaces == len(listed)
    assert story.with_rep_2025 == (listed.astype(str) == story.last_rep_on).sum()


def test_targets_are_near_what_happens(catalogue, snapshot):
    """The budget is ambitious and within reach: members and a year's joiners lie within a quarter of it."""
    year = {"from": "2025-01-01", "to": "2026-01-01"}
    joiners = _evaluate(snapshot, catalogue.metrics["joiners"], **year)
    members = _evaluate(snapshot, catalogue.metrics["members"])

    assert 0.75 < joiners / _evaluate(snapshot, catalogue.metrics["joiners_target"], **year) < 1.1
    assert 0.9 < members / _evaluate(snapshot, catalogue.metrics["members_target"]) < 1.1


def test_checks_of_the_datasets_hold(catalogue, snapshot):
    """What the catalogue demands of its datasets is so in the demo organisation: rows, unique columns, no gaps."""
    faults = []
    for name, spec in catalogue.datasets.items():
        count = snapshot.execute(f"select count(*) from {name}").fetchone()[0]
        if spec.checks.rows and count < (spec.checks.rows.at_least or 0):
            faults.append(f"{name}: {count} rows")
        if spec.checks.unique:
            columns = ", ".join(spec.checks.unique)
            distinct = snapshot.execute(f"select count(*) from (select distinct {columns} from {name})").fetchone()[0]
            faults += [f"{name}: {columns} not unique"] if distinct != count else []
        for column in spec.checks.not_null:
            gaps = snapshot.execute(f"select count(*) from {name} where {column} is null").fetchone()[0]
            faults += [f"{name}.{column}: {gaps} gaps"] if gaps else []

    assert [] == faults
