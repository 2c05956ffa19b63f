"""The figures that previews are drawn from: those of all branches, kept for as long as they hold."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

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
from distributor.packs.assemble import Edition, used_datasets
from distributor.packs.rows import frames_by_section
from distributor.packs.scope import Scope
from distributor.packs.sections import report_asks, rows_by_section, watch_lists_by_section
from distributor.snapshot.snapshot import Snapshot

# What of a specification only says how its figures are shown. All else counts as changing them.
_LOOKS_OF_DATASET = {"label", "columns"}
_LOOKS_OF_METRIC = {"label", "description", "unit", "format"}
_LOOKS_OF_LIST = {"limit"}

T = TypeVar("T")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """All that each part of an edition depends on, apart from the sources."""

    snapshot: Key
    head: Key
    measures: Key
    rows: Key
    watched: Key


@dataclass(slots=True)
class FigureStore:
    """Computes the figures of an edition, and after a change of the catalogue only those that it touches.

    All branches are always computed: which figures of one may be shown depends on those of the others.

    Attributes:
        folder: Where the snapshot lies meanwhile.
        watching: Where watch lists are computed.
    """

    folder: Path
    watching: WatchDesk = field(default_factory=OwnDesk)
    _parts: dict[str, tuple[Key, Any]] = field(default_factory=dict, repr=False)

    def edition(self, app: Application, order: Order, *, now: datetime, progress: Progress) -> Edition:
        """Return the edition that a run would send.

        Raises:
            SourceError: A source cannot be read.
            GateError: A gate failed; nothing has been computed.
            MetricError: A metric does not work on the data.
        """
        report, scope = order.report, make_scope(app, order.period)
        keys = _keys(app, order, scope)
        lists = Lists(app=app, report=report, scope=scope, tree=order.tree)
        if not self._holds("watched", keys.watched):
            self.watching.expect(lists)

        def take() -> Snapshot:
            progress.stage("snapshot")
            return snapshot_of(app, report, scope, folder=self.folder, now=now)

        snapshot = self._part("snapshot", keys.snapshot, take)
        self.watching.begin(snapshot)
        calculator = cache(partial(calculator_for, app, snapshot, order.tree, scope))
        progress.stage("gates")
        head, _ = self._part("head", keys.head, lambda: gated_head(app, order, snapshot, now=now))
        progress.stage("measure")
        measures = self._part("measures", keys.measures, lambda: suppressed_measures(app, report, scope, calculator()))
        bodies, window = rows_by_section(report), scope.period.window
        rows = self._part("rows", keys.rows, lambda: frames_by_section(bodies, window, calculator()))
        watched = self._part("watched", keys.watched, lambda: self.watching.rows(lists, calculator()))
        edition = Edition(
            head=replace(head, catalogue=app.catalogue, report=report, scope=scope),
            measures=replace(measures, metrics=app.catalogue.metrics),
            # The sections may have been numbered anew meanwhile.
            rows={
                **dict(zip(bodies, rows.values(), strict=True)),
                **dict(zip(watch_lists_by_section(report), watched.values(), strict=True)),
            },
        )
        guard_edition(edition)
        return edition

    @property
    def read_at(self) -> datetime | None:
        """When the sources were read."""
        kept = self._parts.get("snapshot")
        return kept[1].taken_at if kept is not None else None

    def drop(self) -> None:
        """Forget everything: the sources are read again next time."""
        self._parts.clear()

    def _holds(self, name: str, key: Key) -> bool:
        return name in self._parts and self._parts[name][0] == key

    def _part(self, name: str, key: Key, compute: Callable[[], T]) -> T:
        """Return a part that holds still, or compute it."""
        if not self._holds(name, key):
            self._parts.pop(name, None)
            self._parts[name] = key, compute()
        found: T = self._parts[name][1]
        return found


def _keys(app: Application, order: Order, scope: Scope) -> _Keys:
    catalogue, report = app.catalogue, order.report
    organisation = catalogue.organisation
    snapshot: Key = (
        [
            (name, catalogue.datasets[name].model_dump(exclude=_LOOKS_OF_DATASET), catalogue.sql(name))
            for name in used_datasets(report, scope)
        ],
        snapshot_params(scope),
    )
    metrics = [
        (name, catalogue.metrics[name].model_dump(exclude=_LOOKS_OF_METRIC))
        for name in catalogue.metrics_of(report.report)
    ]
    figures: Key = (snapshot, order.tree, metrics, organisation.membership_year, organisation.min_cell)
    return _Keys(
        snapshot=snapshot,
        head=(snapshot, order.tree, report.gates),
        measures=(figures, report_asks(report, scope)),
        rows=(
            snapshot,
            order.tree,
            [body.model_dump(exclude=_LOOKS_OF_LIST) for body in rows_by_section(report).values()],
        ),
        watched=(
            figures,
            [watched_rules(body, scope.alerts, scope.metrics) for body in watch_lists_by_section(report).values()],
            (list(organisation.levels), catalogue.calendars),
        ),
    )
