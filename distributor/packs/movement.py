"""Whether a report's figures moved so much that somebody must look before it is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from distributor.catalogue.catalogue import metrics_named
from distributor.catalogue.models import ReportSpec
from distributor.metrics.asks import Ask
from distributor.metrics.measure import Calculator, measure
from distributor.metrics.measures import Column, Figure, Frame, Measures
from distributor.metrics.privacy import suppress_small_cells
from distributor.packs.assemble import Edition, EditionHead, branch_view
from distributor.packs.scope import Scope
from distributor.packs.sections import build_sections, section_keys
from distributor.packs.view import ROOT, View
from recipients.branches import BranchTree
from renderers.formats import Cell, ValueFormat, ValueKind
from renderers.language import Formatter


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A figure of the whole organisation that moved, or that there is nothing to compare with.

    Attributes:
        change: Relative to the previous period: 0.5 for half as much again. None where the previous period has no
            figure, or zero, or where either is withheld: such a section has not moved, but is worth a look.
    """

    section: str
    heading: str
    metric: str
    label: str
    before: Cell
    after: Cell
    change: float | None

    @property
    def is_moved(self) -> bool:
        return self.change is not None


def movement_asks(report: ReportSpec, scope: Scope) -> frozenset[Ask]:
    """Return the figures that tell whether the report moved; none unless its approval depends on that."""
    if report.approval is None or report.approval.threshold is None:
        return frozenset()
    metrics = {metric for spec in report.sections for metric in metrics_named(spec)}
    return frozenset(
        Ask(metric=metric, window=window)
        for metric in metrics
        for window in (scope.window(metric), scope.previous_window(metric))
    )


def measure_movement(head: EditionHead, calculator: Calculator) -> Measures:
    """Measure what the movement is judged by: figures of the whole organisation alone, small counts withheld.

    These are kept apart from the packs' own figures. Among those, every branch's figure of the previous period would
    count as published, and more of what packs do show would be withheld for its sake.
    """
    root = _of_root(measure(movement_asks(head.report, head.scope), calculator))
    organisation = head.catalogue.organisation
    return suppress_small_cells(
        root, datasets=head.catalogue.datasets, tree=BranchTree.build((head.tree.root,)), min_cell=organisation.min_cell
    )


def moved_sections(edition: Edition, threshold: float, *, words: Formatter) -> tuple[Movement, ...]:
    """Return the sections of which a figure moved by more than *threshold*, the largest first, then those without base.

    A section moved when the organisation's figure of one of its metrics over the report's period differs from that of
    the previous period by more than the share *threshold*.

    What this is worth: it finds loads that failed, rows that doubled and definitions that changed, at any time of the
    year. It knows nothing of seasons: joiners that always double in September are asked about every September, and a
    fall that a season hides goes unseen. Last year's window would know the season, but would see a broken load of last
    year again. A metric over 12 months shares 11 of them with its previous period, so that it moves by 30 % only if
    the newest month is several times the one that it replaces.

    Args:
        edition: Of a report with such an approval.
        threshold: A share: 0.3 for 30 %.
        words: The language of labels and figures.
    """
    assert edition.movement is not None, "the report's approval does not ask for movements"
    packs_view = branch_view(edition, edition.head.tree.root, words)
    view = replace(packs_view, measures=edition.movement)
    headings = {section.key: section.heading for section in build_sections(edition.head.report, packs_view)}
    found = [
        one for one in _movements(edition.head.report, view, headings) if one.change is None or _is_over(one, threshold)
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_moved, -abs(one.change or 0))))


def movement_sentences(movements: Sequence[Movement], words: Formatter) -> tuple[str, ...]:
    """Say each metric's movement once, with the sections where it shows."""
    by_metric: dict[str, list[Movement]] = {}
    for one in movements:
        by_metric.setdefault(one.metric, []).append(one)
    return tuple(_sentence(some, words) for some in by_metric.values())


def _movements(report: ReportSpec, view: View, headings: dict[str, str]) -> Iterator[Movement]:
    for key, spec in zip(section_keys(report), report.sections, strict=True):
        for metric in metrics_named(spec):
            before = view.figure(metric, view.scope.previous_window(metric))
            after = view.figure(metric, view.scope.window(metric))
            yield Movement(
                section=key,
                heading=headings[key],
                metric=metric,
                label=view.label(metric),
                before=view.cell(metric, before),
                after=view.cell(metric, after),
                change=_relative(before, after),
            )


def _relative(before: Figure, after: Figure) -> float | None:
    if not before.is_shown or not after.is_shown:
        return None
    assert before.value is not None
    assert after.value is not None
    if before.value == after.value:
        return 0.0
    return (after.value - before.value) / abs(before.value) if before.value else None


def _is_over(movement: Movement, threshold: float) -> bool:
    return abs(movement.change or 0) > threshold


def _sentence(movements: Sequence[Movement], words: Formatter) -> str:
    one = movements[0]
    values = {"label": one.label, "before": one.before.text, "after": one.after.text}
    sections = " · ".join(dict.fromkeys(movement.heading for movement in movements))  # headings have commas
    if one.change is None:
        return words.word("movement_without_base", **values, sections=sections)
    # Relative for percentages too: it is what the threshold is about, and both figures stand beside it.
    change = words.signed(one.change, ValueFormat(kind=ValueKind.percent))
    return words.word("movement", **values, sections=sections, change=change)


def _of_root(measures: Measures) -> Measures:
    """Cut the figures down to those of the root, which is the first of every frame."""
    frames = {key: _first(frame) for key, frame in measures.frames.items()}
    return replace(measures, frames=frames, branch_ids=measures.branch_ids[: ROOT + 1])


def _first(frame: Frame) -> Frame:
    return replace(
        frame,
        starts=frame.starts[: ROOT + 2],
        columns={window: _first_row(column) for window, column in frame.columns.items()},
        between={window: _first_row(column) for window, column in frame.between.items()},
    )


def _first_row(column: Column) -> Column:
    stop = ROOT + 1
    return Column(values=column.values[:stop], counts=column.counts[:stop], marks=column.marks[:stop])
