"""Faults that only show when the parts of a catalogue are held against each other."""

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault
from distributor.catalogue.lint.alerts import alert_faults
from distributor.catalogue.lint.audiences import audience_faults
from distributor.catalogue.lint.calendars import calendar_faults
from distributor.catalogue.lint.datasets import dataset_faults
from distributor.catalogue.lint.metrics import metric_faults
from distributor.catalogue.lint.organisation import organisation_faults
from distributor.catalogue.lint.reports import report_faults
from distributor.catalogue.lint.rotas import rota_faults
from distributor.catalogue.lint.routing import routing_faults
from distributor.catalogue.lint.texts import language_faults


def lint(draft: Draft) -> list[Fault]:
    """Return the faults of a draft's valid parts; parts that are not valid by themselves are passed over."""
    return [
        *organisation_faults(draft),
        *dataset_faults(draft),
        *metric_faults(draft),
        *audience_faults(draft),
        *calendar_faults(draft),
        *report_faults(draft),
        *alert_faults(draft),
        *rota_faults(draft),
        *routing_faults(draft),
        *language_faults(draft),
    ]
