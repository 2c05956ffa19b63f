"""Rows: a raw list with the columns asked for, only of the branch's own subtree."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from distributor.catalogue.models import DatasetSpec, ReportSpec, RowsSpec
from distributor.metrics.asks import Ask
from distributor.packs.rows import BRANCH, sorted_rows
from distributor.packs.scope import Scope
from distributor.packs.view import View
from renderers.formats import DATE, INTEGER, TEXT, Cell, Value, ValueFormat, ValueKind
from renderers.sections import Column, Source, TableSection

SPEC = RowsSpec


def asks(spec: RowsSpec, scope: Scope, report: ReportSpec) -> Iterator[Ask]:
    """Ask nothing: rows are no figures."""
    del spec, scope, report
    return iter(())


def build(spec: RowsSpec, view: View, key: str, report: ReportSpec) -> TableSection:
    """List the rows of the branch's subtree, sorted and limited."""
    del report
    body = spec.rows
    dataset = view.scope.datasets[body.dataset]
    found = view.rows[key].within(view.node, view.tree.stops[view.node])
    shown = sorted_rows(body, found).slice(0, body.limit)
    columns = {name: [_plain(value) for value in shown.column(name).to_pylist()] for name in body.columns}
    formats = {name: _format(values) for name, values in columns.items()}
    cells = [[_cell(name, value, dataset, formats[name], view) for value in columns[name]] for name in body.columns]
    heading = spec.title or dataset.label
    language = view.words.language
    return TableSection(
        key=key,
        heading=heading.in_language(language) if heading else body.dataset,
        columns=tuple(Column(label=_label(name, dataset, view), value_format=formats[name]) for name in body.columns),
        rows=tuple(zip(*cells, strict=True)),
        more=view.words.word("more_rows", shown=len(shown), all=len(found)) if len(found) > len(shown) else "",
        note=spec.note.in_language(language) if spec.note else "",
        empty="" if len(shown) else view.words.word("no_rows"),
        sources=tuple(
            Source(what=f"rows of {body.dataset}", branch_id=str(branch))
            for branch in dict.fromkeys(shown.column(BRANCH).to_pylist())
        ),
    )


def _plain(value: Any) -> Value:
    """Bring a value into the form that is printed: a time as its day, a number that is none as a gap."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float | Decimal) and not isfinite(value):
        return None
    return value  # type: ignore[no-any-return]


def _label(name: str, dataset: DatasetSpec, view: View) -> str:
    spec = dataset.columns.get(name)
    if spec and spec.label:
        return spec.label.in_language(view.words.language)
    return view.words.word("by_branch").capitalize() if name == dataset.branch else name


def _cell(name: str, value: Value, dataset: DatasetSpec, how: ValueFormat, view: View) -> Cell:
    if name == dataset.branch:
        return view.words.cell(view.tree.branch(str(value)).name, TEXT)
    spec = dataset.columns.get(name)
    if value is None and spec and spec.missing:
        return view.words.cell(spec.missing.in_language(view.words.language), TEXT)
    if spec and str(value) in spec.values:
        return view.words.cell(spec.values[str(value)].in_language(view.words.language), TEXT)
    return view.words.cell(value, how)


def _format(values: list[Value]) -> ValueFormat:
    """Choose the print form of a column from what it holds."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {date}:
        return DATE
    if kinds and kinds <= {int}:
        return INTEGER
    if kinds and kinds <= {int, float, Decimal}:
        return ValueFormat(kind=ValueKind.decimal, decimals=0 if _all_whole(values) else 2)
    return TEXT


def _all_whole(values: list[Value]) -> bool:
    return all(float(value) == int(value) for value in values if isinstance(value, int | float | Decimal))
