"""A catalogue that is being read: what is valid so far, what is declared, and where everything stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from distributor.catalogue.alert_models import AlertSpec, AlertTestSpec
from distributor.catalogue.catalogue import Metric
from distributor.catalogue.errors import Place
from distributor.catalogue.marks import Mark
from distributor.catalogue.models import AudienceSpec, CalendarSpec, DatasetSpec, OrganisationSpec, ReportSpec
from distributor.catalogue.rota_models import RotaSpec
from distributor.catalogue.routing_models import RoutingSpec

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[S]):
    """The datasets, metrics, audiences, calendars, rotas, alerts or reports of a catalogue.

    ``specs`` are the valid ones; ``declared`` also names those with faults, so that a reference to one of them is
    not reported as well, and is None where a file could not be read at all.
    """

    specs: Mapping[str, S] = field(default_factory=dict)
    declared: frozenset[str] | None = frozenset()
    marks: Mapping[str, Mark] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, S, Mark]]:
        for name, spec in self.specs.items():
            yield name, spec, self.marks[name]

    def lacks(self, name: str) -> bool:
        """Say whether a reference to *name* points to nothing."""
        return self.declared is not None and name not in self.declared

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(sorted(self.declared or ()))


class Query(NamedTuple):
    """The SQL of a dataset and where its text begins; ``is_file`` if it has a file of its own."""

    text: str
    place: Place
    is_file: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What could be read of a catalogue. ``texts`` holds the files as read, for places inside SQL.

    ``routing`` is None where it has faults too; ``is_routing_there`` says whether there is such a file.
    """

    folder: Path
    organisation: OrganisationSpec | None
    organisation_mark: Mark
    datasets: Part[DatasetSpec]
    queries: Mapping[str, Query]
    metrics: Part[Metric]
    audiences: Part[AudienceSpec]
    calendars: Part[CalendarSpec]
    reports: Part[ReportSpec]
    abstract: tuple[str, ...]
    texts: Mapping[Path, str]
    alerts: Part[AlertSpec] = field(default_factory=Part)
    alert_tests: Part[AlertTestSpec] = field(default_factory=Part)
    rotas: Part[RotaSpec] = field(default_factory=Part)
    routing: RoutingSpec | None = None
    routing_mark: Mark
    is_routing_there: bool = False

    @property
    def audiences_and_rotas(self) -> Part[AudienceSpec]:
        """What an alert rule may notify: the names are of one kind to it."""
        is_known = self.audiences.declared is not None and self.rotas.declared is not None
        names = frozenset(self.audiences.known) | frozenset(self.rotas.known)
        return Part(declared=names if is_known else None)
