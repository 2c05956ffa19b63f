"""Personal columns, and who would see them."""

from collections.abc import Iterator

from distributor.catalogue.catalogue import metrics_named
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault
from distributor.catalogue.lint.metrics import aggregates_of
from distributor.catalogue.marks import Mark, Step
from distributor.catalogue.models import ChartSectionSpec, ReportSpec, RowsSpec, SectionSpec, TableSpec

_OPEN_CHANNELS = ("slack", "sms")


def privacy_faults(draft: Draft, spec: ReportSpec, mark: Mark) -> Iterator[Fault]:
    """Yield a fault for each personal column that a report would show to somebody who may not see it.

    A whole report goes to each of its audiences, so that one open audience is enough.
    """
    for index, section in enumerate(spec.sections):
        for column, path in _personal_columns(draft, section):
            place = mark.locate("sections", index, *path)
            for reason, remedy in _objections(draft, spec):
                yield Fault(place=place, what=f'column "{column}" is personal and {reason}', remedy=remedy)


def _personal_columns(draft: Draft, section: SectionSpec) -> Iterator[tuple[str, tuple[Step, ...]]]:
    if isinstance(section, RowsSpec):
        dataset = draft.datasets.specs.get(section.rows.dataset)
        for index, column in enumerate(section.rows.columns):
            if dataset is not None and column.lower() in {name.lower() for name in dataset.personal}:
                yield column, ("rows", "columns", index)
        return
    breakdowns: list[tuple[str | None, tuple[Step, ...]]] = []
    if isinstance(section, ChartSectionSpec):
        breakdowns = [(section.by, ("by",)), (section.split, ("split",))]
    elif isinstance(section, TableSpec):
        breakdowns = [(section.table.by, ("table", "by"))]
    used = {spec.dataset for name in metrics_named(section) for _, spec in aggregates_of(draft, name)}
    datasets = [draft.datasets.specs[name] for name in used if name in draft.datasets.specs]
    for breakdown, path in breakdowns:
        if breakdown is not None and any(breakdown in dataset.personal for dataset in datasets):
            yield breakdown, path


def _objections(draft: Draft, spec: ReportSpec) -> Iterator[tuple[str, str]]:
    for entry in spec.deliver:
        audience = draft.audiences.specs.get(entry.audience)
        if audience is not None and not audience.personal:
            remedy = f'Leave the column out, or give "{entry.audience}" personal: true in audiences.yaml.'
            yield f'the report goes to audience "{entry.audience}", which may not see such columns', remedy
        if entry.channel in _OPEN_CHANNELS:
            remedy = "Leave the column out, or send a report without it there."
            yield f"the report goes to {entry.channel}, which never gets such columns", remedy
