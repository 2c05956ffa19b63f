"""Tiles: one big figure each, and what it is compared with."""

from collections.abc import Iterator

from distributor.catalogue.models import ReportSpec, TilesSpec
from distributor.metrics.asks import Ask
from distributor.packs.comparison import compare
from distributor.packs.headings import window_note
from distributor.packs.scope import Scope
from distributor.packs.view import View
from renderers.sections import Tile, TilesSection

SPEC = TilesSpec


def asks(spec: TilesSpec, scope: Scope, report: ReportSpec) -> Iterator[Ask]:
    """Ask for each tile's figure, and for those it is compared with."""
    del report
    for metric in spec.tiles:
        window = scope.window(metric)
        yield Ask(metric=metric, window=window)
        if "last year" in spec.compare:
            yield Ask(metric=metric, window=window.year_before())
        if "previous period" in spec.compare:
            yield Ask(metric=metric, window=scope.previous_window(metric))
        target = scope.metrics[metric].target
        if "target" in spec.compare and isinstance(target, str):
            yield Ask(metric=target, window=window)


def build(spec: TilesSpec, view: View, key: str, report: ReportSpec) -> TilesSection:
    """Build the tiles; a target that the metric never has is left out, and so is holding the root against itself."""
    del report
    heading = spec.title.in_language(view.words.language) if spec.title else view.words.word("tiles_heading")
    note = spec.note.in_language(view.words.language) if spec.note else ""
    sources = [view.own_source(f"tile {metric}") for metric in spec.tiles]
    if "organisation" in spec.compare and not view.is_root:
        sources += [view.benchmark_source(f"tile {metric}") for metric in spec.tiles]
    return TilesSection(
        key=key,
        heading=heading,
        tiles=tuple(_tile(metric, spec, view) for metric in spec.tiles),
        note=note,
        sources=tuple(sources),
    )


def _tile(metric: str, spec: TilesSpec, view: View) -> Tile:
    has_target = view.scope.metrics[metric].target is not None
    idle = {"target": not has_target, "organisation": view.is_root}
    against = [name for name in spec.compare if not idle.get(name)]
    return Tile(
        label=view.label(metric),
        value=view.cell(metric, view.figure(metric, view.scope.window(metric))),
        value_format=view.scope.value_format(metric),
        comparisons=tuple(compare(name, metric, view) for name in against),
        note=window_note(metric, view.scope, view.words),
    )
