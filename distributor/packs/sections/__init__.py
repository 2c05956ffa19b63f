"""Section kinds of a report: what each asks of the metrics, and how it is built for a branch.

A new kind is one module here and one line in `KINDS`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from distributor.catalogue.models import ReportSpec, RowsBody, RowsSpec, WatchListBody, WatchListSpec
from distributor.metrics.asks import Ask
from distributor.packs.scope import Scope
from distributor.packs.sections import chart, rows, table, text, tiles, watch_list
from distributor.packs.view import View
from renderers.sections import Section

KINDS: tuple[Any, ...] = (tiles, chart, table, rows, watch_list, text)


def section_keys(report: ReportSpec) -> tuple[str, ...]:
    """Name the report's sections: s1, s2, …"""
    return tuple(f"s{number}" for number in range(1, len(report.sections) + 1))


@lru_cache(maxsize=64)
def report_asks(report: ReportSpec, scope: Scope) -> frozenset[Ask]:
    """Return every figure that the report needs, for all its sections."""
    return frozenset(ask for spec in report.sections for ask in _kind(spec).asks(spec, scope, report))


def rows_by_section(report: ReportSpec) -> dict[str, RowsBody]:
    """Return what the report's `rows` sections ask for, by section key."""
    pairs = zip(section_keys(report), report.sections, strict=True)
    return {key: spec.rows for key, spec in pairs if isinstance(spec, RowsSpec)}


def watch_lists_by_section(report: ReportSpec) -> dict[str, WatchListBody]:
    """Return what the report's watch lists ask for, by section key."""
    pairs = zip(section_keys(report), report.sections, strict=True)
    return {key: spec.watch_list for key, spec in pairs if isinstance(spec, WatchListSpec)}


def build_sections(report: ReportSpec, view: View) -> Iterator[Section]:
    """Build all sections of the report for the view's branch."""
    for key, spec in zip(section_keys(report), report.sections, strict=True):
        yield _kind(spec).build(spec, view, key, report)


def _kind(spec: object) -> Any:
    return next(kind for kind in KINDS if isinstance(spec, kind.SPEC))
