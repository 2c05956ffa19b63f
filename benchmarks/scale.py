"""Data work as the organisation grows: snapshot, metrics and suppression of the monthly pack.

Run: python -m benchmarks.scale [--small]

First both grow: 250, 2,000, 10,000 branches with 60 thousand, 600 thousand, 3 million members. Then the members
stay and the branches grow: the work should follow the rows, not the branches.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from distributor.catalogue.loader import load_catalogue
from distributor.catalogue.models import Checks
from distributor.metrics.measure import measure, open_calculator
from distributor.metrics.privacy import suppress_small_cells
from distributor.metrics.windows import parse_period
from distributor.packs.scope import Scope
from distributor.packs.sections import report_asks
from distributor.snapshot.snapshot import take_snapshot
from distributor.sources.duckdb_source import DuckdbSource
from recipients.branches import Branch, BranchTree

_GROWING = ((250, 60_000), (2_000, 600_000), (10_000, 3_000_000))
_SAME_ROWS = ((250, 600_000), (2_000, 600_000), (10_000, 600_000))
_SMALL = ((250, 60_000), (500, 60_000))
_AGES = ("under_30", "30_39", "40_49", "50_59", "60_plus")
_QUERIES = {
    "memberships": "select * from memberships",
    "workplaces": "select * from workplaces",
    "workplace_reps": "select * from workplace_reps",
    "targets": "select * from targets",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds by step."""

    snapshot: float
    metrics: float
    suppression: float

    @property
    def total(self) -> float:
        return self.snapshot + self.metrics + self.suppression


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a quick look")
    series = (_SMALL,) if parser.parse_args().small else (_GROWING, _SAME_ROWS)
    for sizes in series:
        print(" branches     members snapshot s  metrics s suppress s    total s   µs a row")
        totals = []
        for branches, members in sizes:
            times = run(branches, members)
            totals.append(times.total)
            steps = (times.snapshot, times.metrics, times.suppression, times.total, 1e6 * times.total / members)
            print(f"{branches:9,}{members:12,}" + "".join(f"{one:11.2f}" for one in steps), flush=True)
        growth = "rows" if sizes is not _SAME_ROWS else "branches"
        factor = sizes[-1][1] / sizes[0][1] if growth == "rows" else sizes[-1][0] / sizes[0][0]
        print(f"ratio {totals[-1] / totals[0]:.1f}   time, for {factor:.0f} times the {growth}\n")


def run(branches: int, members: int) -> Times:
    """Make an organisation of that size, and do its data work once."""
    catalogue = load_catalogue(Path(__file__).parent.parent / "report_specs" / "union")
    report = catalogue.reports["monthly_branch_pack"]
    period = parse_period("2026-05", phrase=report.period)
    scope = Scope(metrics=catalogue.metrics, datasets=catalogue.datasets, period=period, membership_year="01-01")
    tree = _tree(branches)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "union.duckdb"
        _write(path, [branch.branch_id for branch in tree.branches if branch.level == "local"], members)
        source = DuckdbSource(name="members", path=path, timeout_s=600)
        plain = {"source": "members", "dates": (), "checks": Checks()}
        specs = {name: catalogue.datasets[name].model_copy(update=plain) for name in _QUERIES}
        start = time.perf_counter()
        snapshot = take_snapshot(
            specs, _QUERIES, {"members": source}, params={}, folder=Path(folder) / "snapshot", now=datetime.now(UTC)
        )
        taken = time.perf_counter()
        calculator = open_calculator(
            snapshot, metrics=catalogue.metrics, datasets=specs, tree=tree, on=period.window.last_on
        )
        measures = measure(report_asks(report, scope), calculator)
        measured = time.perf_counter()
        suppress_small_cells(measures, datasets=catalogue.datasets, tree=tree, min_cell=5)
        return Times(snapshot=taken - start, metrics=measured - taken, suppression=time.perf_counter() - measured)


def _tree(branches: int) -> BranchTree:
    """Return a national branch, regions of about 25, and local branches."""
    regions = max(2, branches // 25)
    made = [Branch(branch_id="0", name="Union", level="national")]
    made += [Branch(branch_id=f"r{i}", name=f"Region {i}", level="region", parent_id="0") for i in range(regions)]
    made += [
        Branch(branch_id=f"b{i}", name=f"Branch {i}", level="local", parent_id=f"r{i % regions}")
        for i in range(branches)
    ]
    return BranchTree.build(made)


def _write(path: Path, branch_ids: list[str], members: int) -> None:
    """Write memberships over four years, lognormal branch sizes, a workplace for about 25 members."""
    random = np.random.default_rng(1)
    weight = random.lognormal(0, 1, len(branch_ids))
    place = random.choice(len(branch_ids), members, p=weight / weight.sum())
    start = np.datetime64(date(2022, 6, 1))
    joined = start + random.integers(0, 1460, members)
    left = joined + random.exponential(3000, members).astype(int) + 1
    open_until = np.datetime64(date(2026, 6, 3))
    workplaces = max(len(branch_ids), members // 25)
    # A workplace belongs to one branch: its number leads to it.
    home = np.arange(workplaces) % len(branch_ids)
    each = workplaces // len(branch_ids)
    workplace = place + len(branch_ids) * random.integers(0, max(1, each), members)
    ids = np.array(branch_ids)
    tables = {
        "memberships": pa.table(
            {
                "membership_id": np.arange(members),
                "member_id": np.arange(members),
                "branch_id": ids[place],
                "workplace": np.char.add("Workplace ", workplace.astype(str)),
                "sector": np.array(["public", "private"])[place % 2],
                "age_band": np.array(_AGES)[random.integers(0, 5, members)],
                "employment": np.array(["full_time", "part_time", "student"])[random.integers(0, 3, members)],
                "joined_on": pa.array(joined.astype("datetime64[D]")),
                "join_reason": np.where(random.random(members) < 0.05, "transfer", "new"),
                "left_on": pa.array(left.astype("datetime64[D]"), mask=left > open_until),
                "leave_reason": np.array(["resigned", "lapsed", "retired", "transfer"])[random.integers(0, 4, members)],
            }
        ),
        "workplaces": pa.table(
            {
                "workplace_id": np.arange(workplaces),
                "branch_id": ids[home],
                "workplace": np.char.add("Workplace ", np.arange(workplaces).astype(str)),
                "sector": np.array(["public", "private"])[home % 2],
                "opened_on": pa.array(np.full(workplaces, start)),
                "closed_on": pa.nulls(workplaces, pa.date32()),
            }
        ),
        "workplace_reps": pa.table(
            {
                "term_id": np.arange(0, workplaces, 2),
                "workplace_id": np.arange(0, workplaces, 2),
                "branch_id": ids[home[::2]],
                "from_on": pa.array(np.full(len(home[::2]), start)),
                "to_on": pa.nulls(len(home[::2]), pa.date32()),
            }
        ),
        "targets": pa.table(
            {
                "branch_id": np.repeat(ids, 12),
                "month": pa.array(
                    np.tile(np.arange("2026-01", "2027-01", dtype="datetime64[M]").astype("datetime64[D]"), len(ids))
                ),
                "joiners_target": np.ones(12 * len(ids), np.int64),
                "members_target": np.full(12 * len(ids), 100),
            }
        ),
    }
    with duckdb.connect(str(path)) as connection:
        for name, table in tables.items():
            connection.register("incoming", table)
            connection.execute(f"create table {name} as select * from incoming")
            connection.unregister("incoming")


if __name__ == "__main__":
    main()
