"""A small union with every kind of branch, and what is needed to make its packs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.models import DatasetSpec, MetricSpec, OrganisationSpec, ReportSpec
from distributor.metrics.measure import Calculator, measure, open_calculator
from distributor.metrics.privacy import suppress_small_cells
from distributor.metrics.windows import Period, parse_period
from distributor.packs.assemble import DatasetRead, Edition, EditionHead, branch_view
from distributor.packs.movement import measure_movement, movement_asks
from distributor.packs.rows import frames_by_section
from distributor.packs.scope import Scope
from distributor.packs.sections import report_asks, rows_by_section
from distributor.packs.view import View
from recipients.branches import Branch, BranchTree
from renderers.language import formatter


def _words(nb: str, da: str, en: str) -> dict[str, str]:
    return {"nb": nb, "da": da, "en": en}


ORGANISATION = OrganisationSpec(
    organisation="Unionen",
    languages=("nb", "da", "en"),
    membership_year="09-01",
    levels={"national": "Forbund", "region": "Region", "local": "Avdeling"},
)

BRANCHES = (
    Branch(branch_id="n", name="Unionen", level="national"),
    Branch(branch_id="r1", name="Vest", level="region", parent_id="n"),
    Branch(branch_id="r2", name="Øst", level="region", parent_id="n", language="da"),
    Branch(branch_id="big", name="Bergen", level="local", parent_id="r1"),
    Branch(branch_id="mid", name="Ålesund", level="local", parent_id="r1"),
    Branch(branch_id="tiny", name="Ørsta", level="local", parent_id="r1"),
    Branch(branch_id="empty", name="Stord", level="local", parent_id="r1"),
    Branch(branch_id="oslo", name="Oslo", level="local", parent_id="r2"),
    Branch(branch_id="new", name="Moss", level="local", parent_id="r2", opened_on=date(2026, 2, 1)),
    Branch(
        branch_id="gone", name="Halden", level="local", parent_id="r2", closed_on=date(2026, 1, 1), merged_into="oslo"
    ),
    Branch(branch_id="shut", name="Rygge", level="local", parent_id="r2", closed_on=date(2024, 1, 1)),
)

DATASETS = {
    "memberships": DatasetSpec(
        source="s",
        sql="select 1",
        branch="branch_id",
        label=_words("Medlemskap", "Medlemskaber", "Memberships"),
        columns={
            "age": {
                "label": _words("Alder", "Alder", "Age"),
                "values": {"young": _words("Under 30", "Under 30", "Under 30"), "old": _words("30 +", "30 +", "30 +")},
            },
            "kind": {"label": _words("Type", "Type", "Kind"), "missing": _words("Ukjent", "Ukendt", "Unknown")},
            "workplace": {"label": _words("Arbeidsplass", "Arbejdsplads", "Workplace")},
        },
    ),
    "targets": DatasetSpec(source="s", sql="select 1", branch="branch_id", min_cell=0),
    "places": DatasetSpec(
        source="s",
        sql="select 1",
        branch="branch_id",
        min_cell=0,
        label=_words("Arbeidsplasser", "Arbejdspladser", "Workplaces"),
        columns={
            "place": {"label": _words("Arbeidsplass", "Arbejdsplads", "Workplace")},
            "members": {"label": _words("Medlemmer", "Medlemmer", "Members")},
            "last_on": {"missing": _words("aldri", "aldrig", "never")},
        },
    ),
}

_METRICS: dict[str, dict[str, Any]] = {
    "members": {
        "label": _words("Medlemmer", "Medlemmer", "Members"),
        "description": _words("Alle", "Alle", "All"),
        "dataset": "memberships",
        "measure": "count(*)",
        "at": "joined_on <= :as_of and (left_on is null or left_on > :as_of)",
        "better": "higher",
    },
    "joiners": {
        "label": _words("Innmeldte", "Indmeldte", "Joiners"),
        "dataset": "memberships",
        "measure": "count(*)",
        "on": "joined_on",
        "better": "higher",
        "target": "joiners_target",
    },
    "leavers": {
        "label": _words("Utmeldte", "Udmeldte", "Leavers"),
        "dataset": "memberships",
        "measure": "count(*)",
        "on": "left_on",
        "better": "lower",
    },
    "dues": {
        "label": _words("Kontingent", "Kontingent", "Dues"),
        "dataset": "memberships",
        "measure": "sum(amount)",
        "on": "joined_on",
        "unit": "NOK",
    },
    "months": {
        "label": _words("Medlemsmåneder", "Medlemsmåneder", "Member months"),
        "dataset": "memberships",
        "measure": "member_months(joined_on, left_on, :from, :to)",
        "format": {"kind": "decimal", "decimals": 1},
    },
    "churn": {
        "label": _words("Frafall", "Frafald", "Churn"),
        "rate": "leavers / months",
        "window": "12 months",
        "better": "lower",
        "target": 0.1,
    },
    "joined_share": {"label": _words("Andel nye", "Andel nye", "Share of new"), "ratio": "joiners / members"},
    "strict_members": {
        "label": _words("Strengt", "Strengt", "Strict"),
        "dataset": "memberships",
        "measure": "count(*)",
        "at": "joined_on <= :as_of and (left_on is null or left_on > :as_of)",
        "min_cell": 10,
    },
    "joiners_target": {
        "label": _words("Mål", "Mål", "Target"),
        "dataset": "targets",
        "measure": "sum(joiners)",
        "on": "month",
    },
}


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Tables by the name of their dataset."""

    by_name: Mapping[str, pa.Table] = field(repr=False)

    def table(self, dataset: str) -> pa.Table:
        return self.by_name[dataset]


def _membership(branch: str, joined: date, left: date | None = None, number: int = 0) -> dict[str, Any]:
    return {
        "branch_id": branch,
        "age": "young" if number % 3 else "old",
        "kind": ("a", "b", None)[number % 3],
        "workplace": f"{branch} {number % 4}",
        "joined_on": joined,
        "left_on": left,
        "amount": Decimal("100.50"),
    }


def _memberships() -> list[dict[str, Any]]:
    """Bergen grows, Ålesund shrinks, Ørsta has two members, Moss began this year, Halden's are Oslo's now."""
    rows = []
    old = date(2020, 1, 1)
    for branch, stayed, before, this, left in (
        ("big", 60, 10, 24, 3),
        ("mid", 50, 12, 12, 14),
        ("tiny", 2, 0, 0, 0),
        ("oslo", 80, 20, 20, 4),
        ("new", 0, 0, 9, 0),
        ("gone", 30, 6, 0, 1),
    ):
        rows += [_membership(branch, old, number=i) for i in range(stayed)]
        rows += [_membership(branch, date(2025, 5, 1 + i % 28), number=i) for i in range(before)]
        rows += [_membership(branch, date(2026, 5, 1 + i % 28), number=i) for i in range(this)]
        rows += [_membership(branch, old, date(2026, 1, 15) + timedelta(days=9 * i), i) for i in range(left)]
    return rows


def _tables() -> Tables:
    memberships = pa.schema(
        [
            ("branch_id", pa.string()),
            ("age", pa.string()),
            ("kind", pa.string()),
            ("workplace", pa.string()),
            ("joined_on", pa.date32()),
            ("left_on", pa.date32()),
            ("amount", pa.decimal128(10, 2)),
        ]
    )
    targets = [
        {"branch_id": branch, "month": date(year, month, 1), "joiners": target}
        for branch, target in (("big", 20), ("mid", 15), ("oslo", 20))
        for year in (2025, 2026)
        for month in range(1, 13)
    ]
    places = [
        {
            "branch_id": branch,
            "place": f"{branch} {number}",
            "members": 5 * number,
            "share": number / 2,
            "last_on": None if number % 2 else date(2026, 3, number),
            "seen_at": datetime(2026, 3, 4, 12, 30, tzinfo=UTC).replace(tzinfo=None),
        }
        for branch in ("big", "mid", "oslo", "gone")
        for number in range(1, 5)
    ]
    return Tables(
        by_name={
            "memberships": pa.Table.from_pylist(_memberships(), schema=memberships),
            "targets": pa.Table.from_pylist(targets),
            "places": pa.Table.from_pylist(places),
        }
    )


@dataclass(frozen=True, kw_only=True)
class World:
    """The union and its tables; makes editions of any report."""

    tree: BranchTree
    catalogue: Catalogue = field(repr=False)
    tables: Tables = field(repr=False)

    def report(self, *sections: dict[str, Any], **keys: Any) -> ReportSpec:
        """Return a monthly report of these sections."""
        return ReportSpec.model_validate(
            {
                "report": "monthly",
                "title": _words("Tall for {branch}, {period}", "Tal for {branch}, {period}", "{branch}, {period}"),
                "owner": "analyse@union.example",
                "period": "previous month",
                "burst": {"levels": ["region", "local"]},
                "sections": list(sections),
                **keys,
            }
        )

    def scope(self, period: str = "2026-05", phrase: str = "previous month") -> Scope:
        parsed: Period = parse_period(period, phrase=phrase, membership_year=ORGANISATION.membership_year)
        return Scope(
            metrics=self.catalogue.metrics,
            datasets=self.catalogue.datasets,
            period=parsed,
            membership_year=ORGANISATION.membership_year,
        )

    def calculator(self, scope: Scope) -> Calculator:
        return open_calculator(
            self.tables,
            metrics=self.catalogue.metrics,
            datasets=self.catalogue.datasets,
            tree=self.tree,
            on=scope.period.window.last_on,
        )

    def edition(self, report: ReportSpec, scope: Scope | None = None, *, min_cell: int = 5) -> Edition:
        """Measure and suppress what the report asks for, and read its rows."""
        scope = scope or self.scope()
        organisation = ORGANISATION.model_copy(update={"min_cell": min_cell})
        calculator = self.calculator(scope)
        measures = measure(report_asks(report, scope), calculator)
        head = EditionHead(
            catalogue=replace(self.catalogue, organisation=organisation),
            report=report,
            scope=scope,
            tree=self.tree,
            reads=(
                DatasetRead(
                    dataset="memberships",
                    rows=1234,
                    read_at=datetime(2026, 6, 1, 5, 7, tzinfo=UTC),
                    unknown_branch_rows=3,
                ),
            ),
            run_id="run-1",
            snapshot_id="snapshot-1",
        )
        return Edition(
            head=head,
            measures=suppress_small_cells(
                measures, datasets=self.catalogue.datasets, tree=self.tree, min_cell=min_cell
            ),
            rows=frames_by_section(rows_by_section(report), scope.period.window, calculator),
            movement=measure_movement(head, calculator) if movement_asks(report, scope) else None,
        )

    def view(self, report: ReportSpec, branch_id: str, language: str = "nb", **keys: Any) -> View:
        edition = self.edition(report, **keys)
        return branch_view(edition, self.tree.branch(branch_id), formatter(language))


def _catalogue(metrics: Mapping[str, Any]) -> Catalogue:
    parsed: TypeAdapter[Any] = TypeAdapter(MetricSpec)
    return Catalogue(
        folder=Path("nowhere"),
        organisation=ORGANISATION,
        datasets=DATASETS,
        metrics={name: parsed.validate_python(spec) for name, spec in metrics.items()},
        audiences={},
        reports={},
        queries=dict.fromkeys(DATASETS, "select 1"),
    )


@pytest.fixture(scope="session")
def world() -> World:
    """The small union in May 2026."""
    return World(tree=BranchTree.build(BRANCHES), catalogue=_catalogue(_METRICS), tables=_tables())


@pytest.fixture(scope="session")
def world_of() -> Callable[..., World]:
    """Make another union: other branches, other rows of memberships, changes of metrics."""

    def make(
        branches: tuple[Branch, ...] = BRANCHES,
        memberships: list[dict[str, Any]] | None = None,
        targets: list[dict[str, Any]] | None = None,
        **metrics: dict[str, Any],
    ) -> World:
        tables = dict(_tables().by_name)
        for name, rows in (("memberships", memberships), ("targets", targets)):
            if rows is not None:
                tables[name] = pa.Table.from_pylist(rows, schema=tables[name].schema)
        specs = _METRICS | {name: _METRICS.get(name, {}) | keys for name, keys in metrics.items()}
        return World(tree=BranchTree.build(branches), catalogue=_catalogue(specs), tables=Tables(by_name=tables))

    return make


@pytest.fixture(scope="session")
def membership() -> Callable[..., dict[str, Any]]:
    """Make a row of memberships: branch, day joined, day left, a number that varies its columns."""
    return _membership
