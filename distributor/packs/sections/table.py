"""Tables: metrics by a column or by the branches below, sorted, limited, with the branch's own total."""

from collections.abc import Iterator, Sequence

from distributor.catalogue.models import ReportSpec, TableSpec
from distributor.metrics.asks import Ask
from distributor.metrics.measures import Figure
from distributor.packs.categories import BRANCH, Category, branch_of, figures_of, find_categories, ordered
from distributor.packs.comparison import amount, change_between, is_before_opening
from distributor.packs.headings import by_label, metric_heading
from distributor.packs.scope import Scope
from distributor.packs.traces import is_any_withheld, withheld_note
from distributor.packs.view import View
from renderers.formats import TEXT, Cell, Mark
from renderers.sections import Column, TableSection

SPEC = TableSpec


def asks(spec: TableSpec, scope: Scope, report: ReportSpec) -> Iterator[Ask]:
    """Ask for each metric, broken down and in total, and for last year's if a change is shown."""
    del report
    by = () if spec.table.by == BRANCH else (spec.table.by,)
    for metric in spec.table.metrics:
        window = scope.window(metric)
        for one in (window, window.year_before()) if spec.table.compare else (window,):
            yield Ask(metric=metric, window=one, by=by)


def build(spec: TableSpec, view: View, key: str, report: ReportSpec) -> TableSection:
    """Build the table; the total is the branch's own figure, whatever rows the limit leaves out."""
    del report
    body = spec.table
    windows = {metric: [view.scope.window(metric)] for metric in body.metrics}
    found = find_categories(body.by, body.metrics, windows, view)
    sort_metric = body.sort if body.sort in body.metrics else body.metrics[0]
    value = figures_of(body.by, sort_metric, view.scope.window(sort_metric), view)
    sort = "label" if body.sort == "label" else "value" if body.sort else None
    everything = ordered(found, body.by, sort_metric, sort=sort, value=value, view=view)
    shown = everything[: body.limit]
    columns, figures, total = _columns(spec, shown, view)
    language = view.words.language
    labels = [view.words.cell(item.label, TEXT) for item in shown]
    is_limited = len(everything) > len(shown)
    notes = [
        spec.note.in_language(language) if spec.note else "",
        withheld_note([figure for row in (*figures, total) for figure in row if figure], body.metrics, view),
    ]
    is_empty = not any(figure and (figure.value or is_any_withheld([figure])) for row in figures for figure in row)
    return TableSection(
        key=key,
        heading=spec.title.in_language(language) if spec.title else metric_heading(body.metrics, body.by, None, view),
        columns=(Column(label=by_label(body.metrics[0], body.by, view).capitalize(), value_format=TEXT), *columns),
        rows=tuple((label, *_cells(spec, row, view)) for label, row in zip(labels, figures, strict=True)),
        total=(view.words.cell(view.words.word("total"), TEXT), *_cells(spec, total, view)) if body.total else None,
        more=view.words.word("more_rows", shown=len(shown), all=len(everything)) if is_limited else "",
        note=" ".join(note for note in notes if note),
        empty=view.words.word("nothing_to_show") if is_empty else "",
        sources=(
            *(view.own_source(f"table of {metric}") for metric in body.metrics),
            *(view.child_source(f"table of {body.metrics[0]}", item.key) for item in shown if body.by == BRANCH),
        ),
    )


def _columns(
    spec: TableSpec, shown: list[Category], view: View
) -> tuple[list[Column], list[list[Figure | None]], list[Figure | None]]:
    """Return the columns, for each row its figures, and the total's figures; a change takes two figures.

    Where a branch was not open yet there is no figure.
    """
    body = spec.table
    columns: list[Column] = []
    rows: list[list[Figure | None]] = [[] for _ in shown]
    total: list[Figure | None] = []
    for metric in body.metrics:
        how = view.scope.value_format(metric)
        columns.append(Column(label=view.label(metric), value_format=how))
        window = view.scope.window(metric)
        for one in (window, window.year_before()) if body.compare else (window,):
            value = figures_of(body.by, metric, one, view)
            for row, item in zip(rows, shown, strict=True):
                is_open = not is_before_opening(one, branch_of(item, body.by, view))
                row.append(value(item.key) if is_open else None)
            total.append(None if is_before_opening(one, view.branch) else view.figure(metric, one))
        if body.compare:
            columns.append(Column(label=view.words.word("change_column"), value_format=how))
    return columns, rows, total


def _cells(spec: TableSpec, figures: Sequence[Figure | None], view: View) -> Iterator[Cell]:
    """Print the figures of one row: each metric, and its change where one is shown."""
    width = 2 if spec.table.compare else 1
    for place, metric in enumerate(spec.table.metrics):
        own, *last = figures[place * width : (place + 1) * width]
        yield view.cell(metric, own) if own else view.words.cell(None, view.scope.value_format(metric))
        for base in last:
            yield _change(metric, own, base, view)


def _change(metric: str, own: Figure | None, base: Figure | None, view: View) -> Cell:
    """Print the change since last year; where either figure is withheld, so is the change."""
    how = view.scope.value_format(metric)
    if own is None or base is None:
        return view.words.cell(None, how)
    if is_any_withheld((own, base)):
        return view.words.suppressed(Mark.hidden, min_cell=view.min_cell)
    if own.value is None or base.value is None:
        return view.words.cell(None, how)
    difference = change_between(own, base, how).difference
    sign = "+" if difference > 0 else "\N{MINUS SIGN}" if difference < 0 else ""
    return Cell(value=difference, text=f"{sign}{amount(abs(difference), how, view)}")
