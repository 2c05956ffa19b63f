"""Put a branch's pack together: title, sections, notices, and where its figures come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.models import ReportSpec, RowsSpec
from distributor.catalogue.watching import watched_rules
from distributor.metrics.asks import operands
from distributor.metrics.measures import Measures
from distributor.packs.headings import period_label
from distributor.packs.rows import RowsFrame
from distributor.packs.scope import Scope
from distributor.packs.sections import build_sections, report_asks, watch_lists_by_section
from distributor.packs.view import View
from distributor.packs.waiting import incomplete_notice
from distributor.snapshot.gate_report import GateResult
from recipients.branches import Branch, BranchTree
from renderers.formats import INTEGER
from renderers.language import Formatter, formatter
from renderers.pack import About, Definition, Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRead:
    """What a reader is told of a dataset: its rows, when they were read, and what was left out."""

    dataset: str
    rows: int
    read_at: datetime
    unknown_branch_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EditionHead:
    """What the packs of one run share, apart from the figures; small enough to be sent to every worker.

    ``overruled`` are gates that failed and that the run went on in spite of: every reader is told.
    It is equal to itself alone, so that what follows from it is worked out once.
    """

    catalogue: Catalogue = field(repr=False)
    report: ReportSpec
    scope: Scope = field(repr=False)
    tree: BranchTree = field(repr=False)
    reads: tuple[DatasetRead, ...]
    run_id: str
    snapshot_id: str
    overruled: tuple[GateResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A report over a period, with its figures and rows for every branch.

    ``movement`` holds what an approval is judged by (see movement.py); None where the report's needs nothing.
    """

    head: EditionHead
    measures: Measures = field(repr=False)
    rows: Mapping[str, RowsFrame] = field(repr=False)
    movement: Measures | None = field(default=None, repr=False)


def assemble_pack(edition: Edition, branch: Branch, language: str) -> Pack:
    """Compute the pack of *branch* in *language*."""
    head, words = edition.head, formatter(language)
    view = branch_view(edition, branch, words)
    period = period_label(head.scope.period, words)
    organisation = head.catalogue.organisation.organisation.in_language(language)
    title = head.report.title.in_language(language)
    return Pack(
        report=head.report.report,
        organisation=organisation,
        branch_id=branch.branch_id,
        branch_name=branch.name,
        title=title.format(branch=branch.name, period=period, organisation=organisation),
        period=period,
        language=language,
        sections=tuple(build_sections(head.report, view)),
        about=_about(head, period, words),
        notices=tuple(_notices(head, branch, words)),
        accent=head.catalogue.organisation.accent,
    )


def branch_view(edition: Edition, branch: Branch, words: Formatter) -> View:
    """Return the view through which everything of *branch* is computed."""
    return View(
        scope=edition.head.scope,
        tree=edition.head.tree,
        measures=edition.measures,
        rows=edition.rows,
        branch=branch,
        node=edition.head.tree.position(branch.branch_id),
        words=words,
        min_cell=edition.head.catalogue.organisation.min_cell,
        organisation=edition.head.catalogue.organisation.organisation.in_language(words.language),
    )


def _about(head: EditionHead, period: str, words: Formatter) -> About:
    zone = ZoneInfo(head.catalogue.organisation.timezone)
    return About(
        period=period,
        definitions=_definitions(head, words.language),
        sources=tuple(_source_line(head, read, words, zone) for read in head.reads),
        snapshot_id=head.snapshot_id,
        run_id=head.run_id,
        owner=head.report.owner,
    )


def _source_line(head: EditionHead, read: DatasetRead, words: Formatter, zone: ZoneInfo) -> str:
    local = read.read_at.astimezone(zone)
    return words.word(
        "source_line",
        dataset=_dataset_label(head, read.dataset, words),
        rows=words.value(read.rows, INTEGER),
        day=words.date(local.date()),
        time=f"{local:%H:%M}",
    )


def _notices(head: EditionHead, branch: Branch, words: Formatter) -> Iterator[str]:
    """Yield what a reader must know before the figures: mergers, a new branch, rows left out."""
    window = head.scope.period.window
    if head.overruled:
        yield incomplete_notice(head.overruled, words, datasets=head.catalogue.datasets)
    if branch.opened_on is not None and branch.opened_on > window.year_before().from_on:
        yield words.word("is_new", day=words.date(branch.opened_on))
    if branch.closed_on is not None and branch.closed_on <= window.last_on:
        yield words.word("is_closing", day=words.date(branch.closed_on))
    for other in _merged_into(head).get(branch.branch_id, ()):
        if other.closed_on is None:
            yield words.word("includes_merged_undated", branch=other.name)
        else:
            yield words.word("includes_merged", branch=other.name, day=words.date(other.closed_on))
    for read in head.reads:
        if read.unknown_branch_rows and branch.parent_id is None:
            rows = words.value(read.unknown_branch_rows, INTEGER)
            yield words.word("gate_note", dataset=_dataset_label(head, read.dataset, words), rows=rows)


@lru_cache(maxsize=4)
def _merged_into(head: EditionHead) -> dict[str, list[Branch]]:
    """Return which branches each has taken in by the end of the period."""
    tree, last_on = head.tree, head.scope.period.window.last_on
    found: dict[str, list[Branch]] = {}
    for other in tree.branches:
        if other.is_merged(last_on):
            survivor = tree.survivor(other.branch_id, on=last_on)
            if survivor != other:
                found.setdefault(survivor.branch_id, []).append(other)
    return found


@lru_cache(maxsize=16)
def _definitions(head: EditionHead, language: str) -> tuple[Definition, ...]:
    """Return what each metric of the report means, in the order of the catalogue."""
    asked = {ask.metric for ask in report_asks(head.report, head.scope)}
    return tuple(
        Definition(label=spec.label.in_language(language), text=spec.description.in_language(language))
        for name, spec in head.catalogue.metrics.items()
        if name in asked and spec.description is not None
    )


def _dataset_label(head: EditionHead, dataset: str, words: Formatter) -> str:
    label = head.catalogue.datasets[dataset].label
    return label.in_language(words.language) if label else dataset


def used_datasets(report: ReportSpec, scope: Scope) -> tuple[str, ...]:
    """Return the datasets that the report reads, sorted."""
    metrics = {name for ask in report_asks(report, scope) for name in operands(ask.metric, scope.metrics)}
    found = {scope.metrics[name].dataset for name in metrics}  # type: ignore[attr-defined]
    found |= {spec.rows.dataset for spec in report.sections if isinstance(spec, RowsSpec)}
    found |= {scope.metrics[name].dataset for name in _watched_aggregates(report, scope)}  # type: ignore[attr-defined]
    return tuple(sorted(found))


def _watched_aggregates(report: ReportSpec, scope: Scope) -> Iterator[str]:
    """Yield what the rules of watch lists rest on besides the figures that are shown: sizes and targets."""
    for body in watch_lists_by_section(report).values():
        for rule in watched_rules(body, scope.alerts, scope.metrics):
            target = scope.metrics[rule.metric or ""].target
            for name in (rule.size, *([target] if isinstance(target, str) else [])):
                yield from operands(name, scope.metrics)
