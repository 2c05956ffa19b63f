"""Faults of datasets.yaml: the query, and the columns that are said of it."""

from collections.abc import Iterator

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault
from distributor.catalogue.lint.sql import expression_problems, query_outputs, query_problems
from distributor.catalogue.lint.sql_places import sql_fault
from distributor.catalogue.marks import Mark, Step
from distributor.catalogue.models import DatasetSpec


def dataset_faults(draft: Draft) -> Iterator[Fault]:
    for name, spec, mark in draft.datasets:
        yield from _reconcile_faults(draft, spec, mark)
        if name not in draft.queries:
            continue
        query = draft.queries[name]
        problems = query_problems(query.text)
        for problem in problems:
            yield sql_fault(draft, problem, query.place, query.text, is_file=query.is_file)
        if not problems:
            yield from _column_faults(name, spec, mark, query_outputs(query.text).names)


def columns_of(draft: Draft, name: str) -> frozenset[str] | None:
    """Return the columns of a dataset that are known before a run: declared, or named by its query.

    None where the dataset or its query has faults of its own.
    """
    spec = draft.datasets.specs.get(name)
    if spec is None or name not in draft.queries or query_problems(draft.queries[name].text):
        return None
    outputs = query_outputs(draft.queries[name].text).names
    return frozenset({*spec.columns, *(outputs or ()), *(column for column, _ in _mentioned(spec))})


def _mentioned(spec: DatasetSpec) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Yield the columns that a dataset's own keys name, with their paths; those of ``columns:`` last."""
    yield spec.branch, ("branch",)
    for key in ("grain", "personal"):
        for index, column in enumerate(getattr(spec, key)):
            yield column, (key, index)
    for key in ("unique", "not_null"):
        for index, column in enumerate(getattr(spec.checks, key)):
            yield column, ("checks", key, index)
    if spec.checks.fresh is not None:
        yield spec.checks.fresh.column, ("checks", "fresh", "column")


def _column_faults(name: str, spec: DatasetSpec, mark: Mark, outputs: frozenset[str] | None) -> Iterator[Fault]:
    if outputs is None:
        return
    declared = ((column, mark.locate_key("columns", column)) for column in spec.columns)
    mentioned = ((column, mark.locate(*path)) for column, path in _mentioned(spec))
    for column, place in (*mentioned, *declared):
        if column.lower() not in outputs:
            what = f'the query of dataset "{name}" returns no column "{column}"'
            yield Fault(place=place, what=what, known=tuple(sorted(outputs)), got=column)


def _reconcile_faults(draft: Draft, spec: DatasetSpec, mark: Mark) -> Iterator[Fault]:
    for index, check in enumerate(spec.checks.reconcile):
        path: tuple[Step, ...] = ("checks", "reconcile", index)
        for problem in query_problems(check.sql):
            yield sql_fault(draft, problem, mark.locate(*path, "sql"), check.sql)
        for problem in expression_problems(check.equals, is_aggregate=True):
            yield sql_fault(draft, problem, mark.locate(*path, "equals"), check.equals)
