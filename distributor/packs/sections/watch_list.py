"""Watch lists: what alerts fire for, and what may come to it, only of the branch's own subtree."""

from collections.abc import Iterator
from typing import Any

from distributor.catalogue.models import ReportSpec, WatchListSpec
from distributor.catalogue.watching import watched_rules
from distributor.metrics.asks import Ask
from distributor.packs.rows import BRANCH
from distributor.packs.scope import Scope
from distributor.packs.traces import withheld_note
from distributor.packs.view import View
from distributor.packs.watch import (
    EXPECTED,
    FIRING_SINCE,
    IS_DRIFTING,
    METRIC,
    OBSERVED,
    PROBABILITY,
    RANK,
    RATIO,
    RULE,
    data_period,
    watch_window,
)
from renderers.formats import INTEGER, TEXT, Cell, Mark, ValueFormat, ValueKind
from renderers.sections import Column, Source, TableSection

SPEC = WatchListSpec

_ONE_DECIMAL = ValueFormat(kind=ValueKind.decimal, decimals=1)
_TWO_DECIMALS = ValueFormat(kind=ValueKind.decimal, decimals=2)
_PERCENT = ValueFormat(kind=ValueKind.percent)
# Rounded, 0.997 would read as certain.
_SUREST = 0.99
_COLUMNS = (
    ("watch_figure", TEXT),
    ("watch_observed", INTEGER),
    ("watch_expected", _ONE_DECIMAL),
    ("watch_ratio", _TWO_DECIMALS),
    ("watch_probability", _PERCENT),
    ("watch_status", TEXT),
)


def asks(spec: WatchListSpec, scope: Scope, report: ReportSpec) -> Iterator[Ask]:
    """Ask for each figure watched, so that it is suppressed together with all others."""
    del report
    for rule in watched_rules(spec.watch_list, scope.alerts, scope.metrics):
        assert rule.metric is not None
        yield Ask(metric=rule.metric, window=watch_window(rule, scope))


def build(spec: WatchListSpec, view: View, key: str, report: ReportSpec) -> TableSection:
    """List what is worth watching of the branch and those below it, worst first."""
    del report
    words, limit = view.words, spec.watch_list.limit
    found = view.rows[key].within(view.node, view.tree.stops[view.node]).to_pylist()
    shown = sorted(found, key=lambda row: row[RANK])[:limit]
    heading = spec.title.in_language(words.language) if spec.title else words.word("watch_heading")
    sources = tuple(Source(what=f"watch list, {row[RULE]}", branch_id=str(row[BRANCH])) for row in shown)
    return TableSection(
        key=key,
        heading=heading,
        columns=tuple(Column(label=words.word(word), value_format=how) for word, how in _COLUMNS),
        rows=tuple(tuple(_cells(row, view)) for row in shown),
        more=words.word("more_rows", shown=len(shown), all=len(found)) if len(found) > limit else "",
        note=_note(spec, shown, view),
        empty="" if shown else words.word("watch_nothing"),
        sources=sources or (view.own_source("watch list"),),
    )


def _cells(row: dict[str, Any], view: View) -> Iterator[Cell]:
    """Print a row; where the count or what it is held against is withheld, so is all that tells of it."""
    words = view.words
    node, metric = view.tree.position(row[BRANCH]), row[METRIC]
    label, branch = view.label(metric), view.tree.branches[node].name
    yield words.cell(label if node == view.node else f"{branch}: {label}", TEXT)
    figure = view.measures.figure(metric, watch_window(view.scope.alerts[row[RULE]], view.scope), node)
    assert figure.top is not None
    top = view.scope.metrics[metric].operands[0]  # type: ignore[attr-defined]
    if figure.mark is Mark.shown:
        yield words.cell(round(row[OBSERVED]), INTEGER)
        yield words.cell(row[EXPECTED], _ONE_DECIMAL)
        yield words.cell(row[RATIO], _TWO_DECIMALS)
        probability = row[PROBABILITY]
        yield words.cell(None if probability is None else min(probability, _SUREST), _PERCENT)
    else:
        yield view.printer(top).cell(None, figure.top.mark if figure.top.mark is not Mark.shown else Mark.hidden)
        for _ in range(3):
            yield words.suppressed(Mark.hidden, min_cell=view.min_cell)
    yield words.cell(_status(row, view), TEXT)


def _status(row: dict[str, Any], view: View) -> str:
    if row[FIRING_SINCE] is not None:
        return view.words.word("watch_firing", month=view.words.month(row[FIRING_SINCE]))
    return view.words.word("watch_drifting" if row[IS_DRIFTING] else "watch_differing")


def _note(spec: WatchListSpec, shown: list[dict[str, Any]], view: View) -> str:
    """Say how far the figures go and what the columns mean; nothing of an empty list but how far."""
    words = view.words
    own = spec.note.in_language(words.language) if spec.note else ""
    if not shown:
        return own
    rules = [view.scope.alerts[row[RULE]] for row in shown]
    last_on = max(data_period(rule, view.scope).window.last_on for rule in rules)
    figures = [
        view.measures.figure(row[METRIC], watch_window(rule, view.scope), view.tree.position(row[BRANCH]))
        for row, rule in zip(shown, rules, strict=True)
    ]
    metrics = [row[METRIC] for row in shown]
    parts = (words.word("watch_note", day=words.date(last_on)), withheld_note(figures, metrics, view), own)
    return " ".join(part for part in parts if part)
