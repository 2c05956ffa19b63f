"""The data that alert rules are judged on: one snapshot, its gates, and the sums of one pass over it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from distributor.alerting.look import Ground
from distributor.alerting.places import Places
from distributor.alerting.sums import MeasuredSums, Wanted
from distributor.errors import SourceError
from distributor.jobs.application import Application
from distributor.metrics.measure import measure, open_calculator
from distributor.snapshot.gates import check_gates
from distributor.snapshot.snapshot import Snapshot, take_snapshot
from recipients.branches import BranchTree

SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertData:
    """A snapshot, and the datasets that may not be relied on.

    Attributes:
        late: Why, in sentences, by dataset: a gate failed, or its source could not be read.
    """

    snapshot: Snapshot
    tree: BranchTree = field(repr=False)
    late: Mapping[str, tuple[str, ...]]

    def late_of(self, datasets: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the late ones of these datasets."""
        return {name: self.late[name] for name in datasets if name in self.late}


def take_alert_snapshot(
    app: Application,
    datasets: Iterable[str],
    *,
    as_of: date,
    folder: Path,
    last_rows: Mapping[str, int] | None,
    now: datetime,
) -> AlertData:
    """Read the datasets into *folder* and check their gates; what cannot be read or fails is late, not a crash."""
    tree = app.directory.load().tree
    names, late = _readable(app, datasets)
    params = {"from": as_of, "to": as_of + timedelta(days=1), "as_of": as_of}
    specs = {name: app.catalogue.datasets[name] for name in names}
    snapshot = take_snapshot(
        specs,
        {name: app.catalogue.sql(name) for name in names},
        app.sources,
        params=params,
        folder=folder / SNAPSHOT,
        now=now,
    )
    report = check_gates(
        snapshot,
        specs,
        known_branches={branch.branch_id for branch in tree.branches},
        last_rows=last_rows,
        sources=app.sources,
        params=params,
        now=now,
    )
    for failure in report.failures:
        late[failure.dataset].append(failure.message)
    return AlertData(snapshot=snapshot, tree=tree, late={name: tuple(why) for name, why in late.items()})


def _readable(app: Application, datasets: Iterable[str]) -> tuple[tuple[str, ...], defaultdict[str, list[str]]]:
    """Split off the datasets whose source cannot be opened."""
    late: defaultdict[str, list[str]] = defaultdict(list)
    names = tuple(sorted(set(datasets)))
    problems: dict[str, str] = {}
    for source in dict.fromkeys(app.catalogue.datasets[name].source for name in names):
        try:
            with app.sources[source].open():
                pass
        except SourceError as error:
            problems[source] = str(error)
    for name in names:
        source = app.catalogue.datasets[name].source
        if source in problems:
            late[name].append(problems[source])
    return tuple(name for name in names if name not in late), late


def measured_ground(app: Application, data: AlertData, note: Callable[[Ground], object], *, as_of: date) -> Ground:
    """Measure all that some rules need, in one pass over the snapshot.

    Args:
        app: The application.
        data: The snapshot; what is asked for lies in none of its late datasets.
        note: Does with a ground what will be done with the measured one; here only what it asks for counts.
        as_of: A branch merged by then counts in its survivor.
    """
    catalogue = app.catalogue
    wanted = Wanted(nodes=len(data.tree))
    ground = Ground(
        sums=wanted,
        places=Places(tree=data.tree, levels=tuple(catalogue.organisation.levels)),
        metrics=catalogue.metrics,
        membership_year=catalogue.organisation.membership_year,
    )
    note(ground)
    calculator = open_calculator(
        data.snapshot,
        metrics=catalogue.metrics,
        datasets={name: catalogue.datasets[name] for name in data.snapshot.datasets},
        tree=data.tree,
        on=as_of,
    )
    return replace(ground, sums=MeasuredSums(measure(wanted.asks, calculator)))
