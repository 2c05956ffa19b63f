"""A chart's series before they are printed: figures in a row, and what may be said about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from distributor.metrics.measures import Figure
from distributor.packs.view import View
from renderers.charts.spec import Series, SeriesRole
from renderers.formats import Cell, Mark

_SHOWN = Mark.shown
_GAP = Cell(value=None, text="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One series: a figure for each category, None where the period has not come that far."""

    name: str
    role: SeriesRole
    metric: str
    figures: tuple[Figure | None, ...]


def printed(trace: Trace, view: View) -> Series:
    """Print a trace: suppressed and missing figures have a text but no value."""
    cell = view.printer(trace.metric).cell
    cells = [cell(figure.value, figure.mark) if figure is not None else _GAP for figure in trace.figures]
    return Series(
        name=trace.name,
        role=trace.role,
        values=tuple([cell.value for cell in cells]),  # type: ignore[misc]  # figures are floats
        texts=tuple([cell.text for cell in cells]),
    )


def emptiness(traces: Sequence[Trace], view: View) -> str:
    """Return the sentence for a section with nothing to show, or nothing."""
    figures = list(_own_figures(traces))
    if any(figure.is_shown and figure.value for figure in figures):
        return ""
    if is_any_withheld(figures) and not any(figure.mark is Mark.few for figure in figures):
        return view.words.word("withheld_to_protect")
    if is_any_withheld(figures):
        return view.words.word("too_few_to_show", min_cell=view.smallest_shown(*(trace.metric for trace in traces)))
    return view.words.word("nothing_to_show")


def withheld_note(figures: Iterable[Figure | None], metrics: Iterable[str], view: View) -> str:
    """Explain "<5" and "withheld" where a section about *metrics* has any."""
    if not is_any_withheld(figures):
        return ""
    return view.words.word("withheld_note", min_cell=view.smallest_shown(*metrics))


def is_any_withheld(figures: Iterable[Figure | None]) -> bool:
    return any(figure is not None and figure.mark is not _SHOWN for figure in figures)


def _own_figures(traces: Sequence[Trace]) -> Iterable[Figure]:
    """Yield the branch's own figures: targets and benchmarks alone make no chart."""
    for trace in traces:
        if trace.role not in (SeriesRole.target, SeriesRole.benchmark):
            yield from (figure for figure in trace.figures if figure is not None)
