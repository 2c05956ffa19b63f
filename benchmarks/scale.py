"""The work as the organisation grows: snapshot, metrics and suppression of the monthly pack, and one pack.

Run: python -m benchmarks.scale [--small]

First both grow: 2,000 and 20,000 branches with 600 thousand and 6 million members. Then the members stay and the
branches grow: the work should follow the rows, not the branches. A pack should take the same time however many others
there are; its time is that of packs of branches of like size, since a large branch has more to say, with everything on.
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
from distributor.catalogue.models import Checks, RowsSpec, WatchListSpec
from distributor.metrics.measure import measure, open_calculator
from distributor.metrics.privacy import suppress_small_cells
from distributor.metrics.windows import parse_period
from distributor.packs.assemble import Edition, EditionHead, assemble_pack
from distributor.packs.guard import guard_pack
from distributor.packs.scope import Scope
from distributor.packs.sections import report_asks
from distributor.snapshot.snapshot import take_snapshot
from distributor.sources.duckdb_source import DuckdbSource
from recipients.branches import Branch, BranchTree
from renderers.documents import DocumentPress
from renderers.pack import Format

_GROWING = ((2_000, 600_000), (20_000, 6_000_000))
_SAME_ROWS = ((250, 600_000), (2_000, 600_000), (20_000, 600_000))
_SMALL = ((250, 60_000), (500, 120_000))
_PACKS, _MEMBERS = 120, 300
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
    pack_data: float  # CPU seconds of one pack
    pack: float

    @property
    def total(self) -> float:
        return self.snapshot + self.metrics + self.suppression


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a quick look")
    series = (_SMALL,) if parser.parse_args().small else (_GROWING, _SAME_ROWS)
    run(*_SMALL[0])  # what a process loads and learns once is no matter of size
    for sizes in series:
        print(" branches     members snapshot s  metrics s suppress s    total s   µs a row  pack data    pack ms")
        totals, packs = [], []
        for branches, members in sizes:
            times = run(branches, members)
            totals.append(times.total)
            packs.append(times.pack)
            steps = (
                times.snapshot, times.metrics, times.suppression, times.total, 1e6 * times.total / members,
                1e3 * times.pack_data, 1e3 * times.pack,
            )  # fmt: skip
            print(f"{branches:9,}{members:12,}" + "".join(f"{one:11.2f}" for one in steps), flush=True)
        growth = "rows" if sizes is not _SAME_ROWS else "branches"
        factor = sizes[-1][1] / sizes[0][1] if growth == "rows" else sizes[-1][0] / sizes[0][0]
        print(f"ratio {totals[-1] / totals[0]:.1f}   time, for {factor:.0f} times the {growth}")
        print(f"ratio {packs[-1] / packs[0]:.2f}   time a pack\n")


def run(branches: int, members: int) -> Times:
    """Make an organisation of that size, and do its data work once."""
    catalogue = load_catalogue(Path(__file__).parent.parent / "report_specs" / "union")
    whole = catalogue.reports["monthly_branch_pack"]
    # Raw rows come from a dataset that is not made here.
    report = whole.model_copy(
        update={"sections": tuple(one for one in whole.sections if not isinstance(one, RowsSpec | WatchListSpec))}
    )
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
        suppressed = suppress_small_cells(measures, datasets=catalogue.datasets, tree=tree, min_cell=5)
        done = time.perf_counter()
        head = EditionHead(
            catalogue=catalogue, report=report, scope=scope, tree=tree, reads=(), run_id="scale", snapshot_id="scale"
        )
        pack_data, pack = _time_packs(Edition(head=head, measures=suppressed, rows={}))
        return Times(
            snapshot=taken - start,
            metrics=measured - taken,
            suppression=done - measured,
            pack_data=pack_data,
            pack=pack,
        )


def _time_packs(edition: Edition) -> tuple[float, float]:
    """Return the CPU seconds of one pack's data, and of all of it: of every second pack, the others warm the press."""
    tree, window = edition.head.tree, edition.head.scope.period.window

    def unlikeness(branch: Branch) -> float:
        members = edition.measures.figure("members", window, tree.position(branch.branch_id)).value
        return abs((members or 0) - _MEMBERS)

    local = [branch for branch in tree.branches if branch.level == "local"]
    chosen = sorted(local, key=unlikeness)[: 2 * _PACKS]
    press = DocumentPress()
    data = rendering = 0.0
    for is_warm in (False, True):
        for branch in chosen[is_warm::2]:
            start = time.process_time()
            pack = assemble_pack(edition, branch, "nb")
            guard_pack(pack, tree, on=window.last_on)
            assembled = time.process_time()
            press.render(pack, tuple(Format))
            if is_warm:
                data += assembled - start
                rendering += time.process_time() - assembled
    return data / _PACKS, (data + rendering) / _PACKS


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
