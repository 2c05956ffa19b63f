"""The figures that previews are drawn from: those of all branches, kept for as long as they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from distributor.catalogue.models import DatasetSpec
from distributor.catalogue.watching import watched_rules
from distributor.jobs.application import Application
from distributor.jobs.edition import (
    Order,
    calculator_for,
    gated_head,
    guard_edition,
    make_scope,
    snapshot_of,
    snapshot_params,
    suppressed_measures,
)
from distributor.jobs.preview.beside import Lists, OwnDesk, WatchDesk
from distributor.jobs.progress import Progress
from distributor.metrics.measures import Measures
from distributor.packs.assemble import Edition, EditionHead, used_datasets
from distributor.packs.rows import RowsFrame, frames_by_section
from distributor.packs.scope import Scope
from distributor.packs.sections import report_asks, rows_by_section, watch_lists_by_section
from distributor.snapshot.snapshot import Snapshot

# What of a specification only says how its figures are printed. All else may change the figures.
_PRINT_OF_METRIC = frozenset({"label", "description", "unit", "format"})
_PRINT_OF_DATASET = frozenset({"label", "columns"})

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What was computed, and what it depends on."""

    key: Key
    head: EditionHead
    measures: Measures = field(repr=False)
    rows: Mapping[str, RowsFrame] = field(repr=False)


@dataclass(slots=True)
class FigureStore:
    """Computes the figures of an edition, and again only those that a change of the catalogue touches.

    All branches are always computed: which figures of one may be shown depends on those of the others.

    Attributes:
        folder: Where the snapshot lies meanwhile.
        watching: Where watch lists are computed.
    """

    folder: Path
    watching: WatchDesk = field(default_factory=OwnDesk)
    _snapshot: tuple[Key, Snapshot] | None = None
    _kept: _Kept | None = None

    def edition(self, app: Application, order: Order, *, now: datetime, progress: Progress) -> Edition:
        """Return the edition that a run would send.

        Raises:
            SourceError: A source cannot be read.
            GateError: A gate failed; nothing has been computed.
            MetricError: A metric does not work on the data.
        """
        scope = make_scope(app, order.period)
        data = _data_key(app, order, scope)
        key = (data, _figures_key(app, order, scope))
        if self._kept is None or self._kept.key != key:
            self._kept = None
            lists = Lists(app=app, report=order.report, scope=scope, tree=order.tree)
            self.watching.expect(lists)
            snapshot = self._taken(app, order, scope, data=data, now=now, progress=progress)
            self.watching.begin(snapshot)
            progress.stage("gates")
            head, _ = gated_head(app, order, snapshot, now=now)
            progress.stage("measure")
            calculator = calculator_for(app, snapshot, order.tree, scope)
            measures = suppressed_measures(app, order.report, scope, calculator)
            rows = frames_by_section(rows_by_section(order.report), scope.period.window, calculator)
            rows |= self.watching.rows(lists, calculator)
            self._kept = _Kept(key=key, head=head, measures=measures, rows=rows)
        edition = Edition(
            head=replace(self._kept.head, catalogue=app.catalogue, report=order.report, scope=scope),
            measures=replace(self._kept.measures, metrics=app.catalogue.metrics),
            rows=self._kept.rows,
        )
        guard_edition(edition)
        return edition

    def drop(self) -> None:
        """Forget everything: the sources are read again next time."""
        self._snapshot = self._kept = None

    def _taken(
        self, app: Application, order: Order, scope: Scope, *, data: Key, now: datetime, progress: Progress
    ) -> Snapshot:
        if self._snapshot is None or self._snapshot[0] != data:
            self._snapshot = None
            progress.stage("snapshot")
            self._snapshot = data, snapshot_of(app, order.report, scope, folder=self.folder, now=now)
        return self._snapshot[1]


def _data_key(app: Application, order: Order, scope: Scope) -> Key:
    """Return all that the snapshot depends on, apart from the sources."""
    names = used_datasets(order.report, scope)
    datasets = tuple((name, _figures_of(app.catalogue.datasets[name]), app.catalogue.sql(name)) for name in names)
    return datasets, tuple(snapshot_params(scope).items())


def _figures_key(app: Application, order: Order, scope: Scope) -> Key:
    """Return all that the figures depend on, apart from the snapshot."""
    catalogue, report = app.catalogue, order.report
    watched = watch_lists_by_section(report)
    return (
        report.gates,
        report_asks(report, scope),
        rows_by_section(report),
        watched,
        tuple(watched_rules(body, scope.alerts, scope.metrics) for body in watched.values()),
        {
            name: catalogue.metrics[name].model_dump(exclude=set(_PRINT_OF_METRIC))
            for name in catalogue.metrics_of(report.report)
        },
        catalogue.organisation.min_cell,
        catalogue.organisation.membership_year,
        tuple(catalogue.organisation.levels),
        order.tree,
    )


def _figures_of(dataset: DatasetSpec) -> dict[str, Any]:
    return dataset.model_dump(exclude=set(_PRINT_OF_DATASET))
