"""The section of what is worth watching: its words, whose rows it shows, and what it withholds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from distributor.catalogue.alert_models import AlertSpec
from distributor.packs.assemble import Edition, assemble_pack, used_datasets
from distributor.packs.errors import GuardError
from distributor.packs.figures import pack_figures
from distributor.packs.guard import guard_pack, guard_rows
from distributor.packs.rows import RowsFrame
from distributor.packs.scope import Scope
from distributor.packs.sections import report_asks, watch_lists_by_section
from distributor.packs.watch import SCHEMA, data_period, watch_window
from renderers.formats import Mark
from renderers.sections import TableSection

RULE = AlertSpec.model_validate(
    {
        "alert": "churn_high",
        "metric": "churn",
        "entity": "branch",
        "direction": "high_is_bad",
        "compare": {"to": "organisation"},
        "eligible": {"expected_events": ">= 5"},
        "fire_when": {"ratio": ">= 1.25"},
        "clear_when": {"ratio": "< 1.1"},
        "owner": "analysis",
        "runbook": "https://intranet.example/runbooks/churn",
    }
)
SECTION = {"watch_list": {"limit": 2}}


def row(world: Any, branch_id: str, rank: int, **fields: Any) -> dict[str, Any]:
    return {
        "_pos": world.tree.position(branch_id),
        "_branch": branch_id,
        "rank": rank,
        "rule": "churn_high",
        "metric": "churn",
        "observed": 24.0,
        "expected": 11.69,
        "ratio": 1.873,
        "probability": 0.9991,
        "is_drifting": False,
        "firing_since_on": None,
    } | fields


def scope_of(world: Any, period: str = "2026-05", phrase: str = "previous month") -> Scope:
    found: Scope = replace(world.scope(period, phrase), alerts={"churn_high": RULE})
    return found


def edition_of(world: Any, rows: Sequence[dict[str, Any]], *, min_cell: int = 0) -> Edition:
    """Return an edition of a report with a watch list that has these rows."""
    report = world.report(SECTION)
    made: Edition = world.edition(report, scope_of(world), min_cell=min_cell)
    ordered = sorted(rows, key=lambda one: one["_pos"])
    return replace(made, rows={"s1": RowsFrame(table=pa.Table.from_pylist(ordered, schema=SCHEMA))})


def section_of(edition: Edition, world: Any, branch_id: str, language: str = "en") -> TableSection:
    pack = assemble_pack(edition, world.tree.branch(branch_id), language)
    guard_pack(pack, world.tree, on=date(2026, 5, 31))
    [section] = pack.sections
    assert isinstance(section, TableSection)
    return section


@pytest.mark.parametrize(
    ("language", "heading", "columns", "cells"),
    [
        (
            "nb",
            "Verdt å følge med på",
            ["Hva", "Antall", "Ventet", "Forhold", "Sikkerhet", "Status"],
            ["Frafall", "24", "11,7", "1,87", "99\N{NO-BREAK SPACE}%", "Varsel siden april 2026"],
        ),
        (
            "da",
            "Værd at holde øje med",
            ["Hvad", "Antal", "Forventet", "Forhold", "Sikkerhed", "Status"],
            ["Frafald", "24", "11,7", "1,87", "99\N{NO-BREAK SPACE}%", "Varsel siden april 2026"],
        ),
        (
            "en",
            "Worth watching",
            ["What", "Count", "Expected", "Ratio", "Certainty", "Status"],
            ["Churn", "24", "11.7", "1.87", "99%", "Alert since April 2026"],
        ),
    ],
)
def test_row_in_each_language(world: Any, language: str, heading: str, columns: list[str], cells: list[str]) -> None:
    """What it is, how many, how many were expected, how sure, and since when; nothing is ever quite sure."""
    edition = edition_of(world, [row(world, "big", 0, firing_since_on=date(2026, 4, 30))])
    section = section_of(edition, world, "big", language)

    assert (heading, columns) == (section.heading, [column.label for column in section.columns])
    assert [cells] == [[cell.text for cell in cells] for cells in section.rows]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nb", "Ingenting krever oppmerksomhet nå."),
        ("da", "Intet kræver opmærksomhed lige nu."),
        ("en", "Nothing needs your attention at present."),
    ],
)
def test_empty_list_says_so(world: Any, language: str, sentence: str) -> None:
    """A branch with nothing to watch is told so, and is shown nobody else's rows."""
    section = section_of(edition_of(world, [row(world, "oslo", 0)]), world, "big", language)

    assert (sentence, (), "") == (section.empty, section.rows, section.note)


def test_region_sees_itself_and_those_below_worst_first(world: Any) -> None:
    """Rows of the region and of its branches, with their names, as far as the limit goes."""
    rows = [
        row(world, "mid", 3, is_drifting=True),
        row(world, "r1", 1),
        row(world, "oslo", 0),
        row(world, "big", 2),
    ]
    section = section_of(edition_of(world, rows), world, "r1")

    assert ["Churn", "Bergen: Churn"] == [cells[0].text for cells in section.rows]
    assert "Showing 2 of 3." == section.more
    assert section.note.startswith("Figures to 31 May 2026.")
    assert ["r1", "big"] == [source.branch_id for source in section.sources]


@pytest.mark.parametrize(("is_drifting", "words"), [(True, "Changed of late"), (False, "Stands out")])
def test_status_of_what_is_only_watched(world: Any, is_drifting: bool, words: str) -> None:
    """By the chart it has changed; by the posterior alone it has been so."""
    section = section_of(edition_of(world, [row(world, "big", 0, is_drifting=is_drifting)]), world, "big")

    assert words == section.rows[0][-1].text


def test_withheld_figures_stay_withheld(world: Any) -> None:
    """Where the count is too small to be shown, nothing that it could be reckoned from is."""
    edition = edition_of(world, [row(world, "tiny", 0, observed=2.0)], min_cell=5)
    marks = [cell.mark for cell in section_of(edition, world, "tiny").rows[0]]
    texts = [cell.text for cell in section_of(edition, world, "tiny").rows[0]]

    assert "2" not in texts
    assert all(mark in (Mark.few, Mark.hidden) for mark in marks[1:5])
    assert all(cell.value is None for cell in section_of(edition, world, "tiny").rows[0][1:5])


def test_row_without_a_ratio_has_none(world: Any) -> None:
    """Without a prior there is a chart and no ratio: no value, and not 0."""
    edition = edition_of(world, [row(world, "big", 0, ratio=None, probability=None, is_drifting=True)])
    section = section_of(edition, world, "big")

    assert [Mark.absent, Mark.absent] == [cell.mark for cell in section.rows[0][3:5]]


def test_another_branches_row_is_stopped(world: Any) -> None:
    """A row that lies at a branch it does not belong to never reaches a pack."""
    edition = edition_of(world, [row(world, "big", 0, _branch="oslo")])

    with pytest.raises(GuardError):
        guard_rows("s1", edition.rows["s1"], world.tree, on=date(2026, 5, 31))
    with pytest.raises(GuardError):
        section_of(edition, world, "big")


def test_figures_can_be_held_against_a_later_run(world: Any) -> None:
    """Every cell of the list stands among the pack's figures."""
    edition = edition_of(world, [row(world, "big", 0)])
    figures = pack_figures(assemble_pack(edition, world.tree.branch("r1"), "en")).figures

    assert "Bergen: Churn × Count" in [one.where for one in figures]


@pytest.mark.parametrize(
    ("period", "phrase", "ends"),
    [
        ("2026-05", "previous month", date(2026, 5, 31)),
        ("2026-W22", "previous week", date(2026, 5, 31)),
        ("2026-W23", "previous week", date(2026, 4, 30)),
        ("2026-W24", "previous week", date(2026, 5, 31)),
        ("2024-02-29", "previous day", date(2024, 2, 29)),
        ("2024-03-05", "previous day", date(2024, 1, 31)),
    ],
)
def test_newest_month_that_is_complete(world: Any, period: str, phrase: str, ends: date) -> None:
    """The report's own month is as complete as the report; of others the ten days for late entries must be over."""
    scope = scope_of(world, period, phrase)

    assert ends == data_period(RULE, scope).window.last_on
    assert ends == watch_window(RULE, scope).last_on


def test_list_asks_for_what_it_shows_and_reads_what_it_rests_on(world: Any) -> None:
    """The figures watched are suppressed together with the report's own; sizes and targets only have to be read."""
    report, scope = world.report(SECTION), scope_of(world)
    targeted = replace(scope, alerts={"churn_high": RULE.model_copy(update={"metric": "joiners", "size": "members"})})

    assert ["s1"] == list(watch_lists_by_section(report))
    assert {"churn"} == {ask.metric for ask in report_asks(report, scope)}
    assert ("memberships",) == used_datasets(report, scope)
    assert () == used_datasets(report, targeted)  # a flow is no share: there is nothing to watch
