"""A folder of YAML read into a catalogue, or refused with all its faults."""

import re
from pathlib import Path
from typing import Any

from distributor.catalogue.alert_models import AlertSpec, AlertTestSpec
from distributor.catalogue.catalogue import Catalogue, Metric
from distributor.catalogue.draft import Draft, Part, Query
from distributor.catalogue.errors import CatalogueError, Fault, Place
from distributor.catalogue.folder import Folder, read_folder
from distributor.catalogue.inheritance import resolve_extends
from distributor.catalogue.lint import lint
from distributor.catalogue.marks import Mark, Marked
from distributor.catalogue.models import (
    AudienceSpec,
    CalendarSpec,
    DatasetSpec,
    MetricSpec,
    OrganisationSpec,
    ReportSpec,
)
from distributor.catalogue.rota_models import RotaSpec
from distributor.catalogue.routing_models import RoutingSpec
from distributor.catalogue.validation import NAME_RULE, validate

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Tests of rules stand beside the rules: churn.yaml, churn.test.yaml.
TEST_SUFFIX = ".test.yaml"


def load_catalogue(folder: Path) -> Catalogue:
    """Read and check a catalogue.

    Args:
        folder: Holds catalogue.yaml, datasets.yaml, metrics.yaml, audiences.yaml, calendars.yaml, on_call.yaml,
            routing.yaml, reports/*.yaml and alerts/*.yaml.

    Returns:
        The catalogue; everything in it refers to something that exists.

    Raises:
        CatalogueError: There are faults; it holds all that were found, each with its place.
    """
    draft, faults = read_draft(folder)
    faults.extend(lint(draft))
    if faults or draft.organisation is None:
        raise CatalogueError(faults)
    return Catalogue(
        folder=draft.folder,
        organisation=draft.organisation,
        datasets=_sorted(draft.datasets),
        metrics=_sorted(draft.metrics),
        audiences=_sorted(draft.audiences),
        calendars=_sorted(draft.calendars),
        reports=_sorted(draft.reports),
        alerts=_sorted(draft.alerts),
        alert_tests=_sorted(draft.alert_tests),
        rotas=_sorted(draft.rotas),
        routing=draft.routing,
        abstract=draft.abstract,
        queries={name: draft.queries[name].text for name in sorted(draft.queries)},
    )


def read_draft(folder: Path) -> tuple[Draft, list[Fault]]:
    """Read what is valid by itself; references are not looked at."""
    files = read_folder(folder.resolve())
    organisation = None
    if "catalogue.yaml" not in files.unreadable:
        document = files.document("catalogue.yaml")
        marked = Marked({}, document.mark) if document.data is None else document
        organisation, faults = validate(OrganisationSpec, marked, what="the file")
        files.faults.extend(faults)
    datasets: Part[DatasetSpec] = _named(files, "datasets.yaml", DatasetSpec, "dataset")
    metrics: Part[Metric] = _named(files, "metrics.yaml", MetricSpec, "metric")
    audiences: Part[AudienceSpec] = _named(files, "audiences.yaml", AudienceSpec, "audience")
    calendars: Part[CalendarSpec] = _named(files, "calendars.yaml", CalendarSpec, "calendar")
    rotas: Part[RotaSpec] = _named(files, "on_call.yaml", RotaSpec, "rota")
    reports, abstract = _reports(files)
    alerts, alert_tests = _alerts(files), _alert_tests(files)
    draft = Draft(
        folder=files.path,
        organisation=organisation,
        organisation_mark=files.document("catalogue.yaml").mark,
        datasets=datasets,
        queries=_queries(files, datasets),
        metrics=metrics,
        audiences=audiences,
        calendars=calendars,
        reports=reports,
        abstract=abstract,
        texts=files.texts,
        alerts=alerts,
        alert_tests=alert_tests,
        rotas=rotas,
        routing=_routing(files),
        routing_mark=files.document("routing.yaml").mark,
        is_routing_there="routing.yaml" in files.documents or "routing.yaml" in files.unreadable,
    )
    return draft, files.faults


def _routing(files: Folder) -> RoutingSpec | None:
    if "routing.yaml" not in files.documents:
        return None
    document = files.document("routing.yaml")
    marked = Marked({}, document.mark) if document.data is None else document
    spec: RoutingSpec | None
    spec, faults = validate(RoutingSpec, marked, what="the file")
    files.faults.extend(faults)
    return spec


def _named(files: Folder, name: str, model: Any, word: str) -> Part[Any]:
    """Read a file that maps names to specifications; a fault about one as a whole stands at its name."""
    document = files.document(name)
    if name in files.unreadable:
        return Part(declared=None)
    if document.data is None:
        return Part()
    if not isinstance(document.data, dict):
        what = "the file must be a mapping from names to specifications"
        files.faults.append(Fault(place=document.mark.place, what=what, remedy="Write the name, a colon and the keys."))
        return Part(declared=None)
    specs: dict[str, Any] = {}
    marks = {key: document.mark.children[key]._replace(place=document.mark.keys[key]) for key in document.data}
    for key, data in document.data.items():
        if not _NAME.fullmatch(key):
            files.faults.append(_bad_name(key, document.mark.keys[key]))
        spec, faults = validate(model, Marked(data, marks[key]), what=f'{word} "{key}"')
        files.faults.extend(faults)
        if spec is not None:
            specs[key] = spec
    return Part(specs=specs, declared=frozenset(document.data), marks=marks)


def _bad_name(name: str, place: Place) -> Fault:
    return Fault(
        place=place,
        what=f'"{name}" is not a valid name',
        remedy=NAME_RULE,
    )


def _queries(files: Folder, datasets: Part[DatasetSpec]) -> dict[str, Query]:
    queries = {}
    for name, spec, mark in datasets:
        if spec.sql is not None:
            queries[name] = Query(spec.sql, mark.locate("sql"), False)
        elif spec.file is not None and (text := files.read_sql(spec.file, mark.locate("file"))) is not None:
            queries[name] = Query(text, Place((files.path / spec.file).resolve(), 1, 1), True)
    return queries


def _reports(files: Folder) -> tuple[Part[ReportSpec], tuple[str, ...]]:
    documents = _by_name(files)
    is_complete = not any(name.startswith("reports/") for name in files.unreadable)
    merged, broken, faults = resolve_extends(documents, is_complete=is_complete)
    files.faults.extend(faults)
    abstract = tuple(sorted(name for name in merged if merged[name].data.get("abstract") is True))
    specs: dict[str, ReportSpec] = {}
    for name, marked in merged.items():
        is_partial = name in abstract or name in broken
        spec, faults = validate(ReportSpec, marked, what=f'report "{name}"', is_partial=is_partial)
        files.faults.extend(faults)
        if spec is not None and not is_partial:
            specs[name] = spec
    marks = {name: marked.mark for name, marked in merged.items()}
    return Part(specs=specs, declared=frozenset(merged), marks=marks), abstract


def _alerts(files: Folder) -> Part[AlertSpec]:
    """Read the rules of all files of alerts; a rule that is named twice is a fault."""
    specs: dict[str, AlertSpec] = {}
    marks: dict[str, Mark] = {}
    for document in files.alerts():
        if document.mark.place.file.name.endswith(TEST_SUFFIX):
            continue
        for entry in _entries(files, document, what="alert rules"):
            name = entry.data.get("alert") if isinstance(entry.data, dict) else None
            what = f'alert "{name}"' if isinstance(name, str) else "the alert rule"
            spec, faults = validate(AlertSpec, entry, what=what)
            files.faults.extend(faults)
            if isinstance(name, str) and name in marks:
                first = marks[name].locate("alert")
                what = f'alert "{name}" is already defined at {first}'
                fault = Fault(place=entry.mark.locate("alert"), what=what, remedy="Give it another name.")
                files.faults.append(fault)
            elif isinstance(name, str):
                marks[name] = entry.mark
                if spec is not None:
                    specs[name] = spec
    is_complete = not any(name.startswith("alerts/") for name in files.unreadable)
    return Part(specs=specs, declared=frozenset(marks) if is_complete else None, marks=marks)


def _alert_tests(files: Folder) -> Part[AlertTestSpec]:
    specs: dict[str, AlertTestSpec] = {}
    marks: dict[str, Mark] = {}
    for document in files.alerts():
        file = document.mark.place.file
        if not file.name.endswith(TEST_SUFFIX):
            continue
        for number, entry in enumerate(_entries(files, document, what="tests of alert rules"), start=1):
            spec, faults = validate(AlertTestSpec, entry, what="the test")
            files.faults.extend(faults)
            if spec is not None:
                name = f"{file.name}:{number}"
                specs[name], marks[name] = spec, entry.mark
    return Part(specs=specs, declared=frozenset(specs), marks=marks)


def _entries(files: Folder, document: Marked, *, what: str) -> list[Marked]:
    """Return the entries of a file that is a list; an empty file is a fault, as it says nothing."""
    if not isinstance(document.data, list) or not document.data:
        fault = Fault(
            place=document.mark.place, what=f"the file must be a list of {what}", remedy='Begin each with "- ".'
        )
        files.faults.append(fault)
        return []
    return [Marked(data, document.mark.children[number]) for number, data in enumerate(document.data)]


def _by_name(files: Folder) -> dict[str, Marked]:
    """Return the report documents by name; one without a usable name is checked here and goes no further."""
    documents: dict[str, Marked] = {}
    for document in files.reports():
        name = document.data.get("report") if isinstance(document.data, dict) else None
        if not isinstance(name, str):
            marked = Marked({}, document.mark) if document.data is None else document
            is_partial = isinstance(marked.data, dict) and bool({"extends", "abstract"} & set(marked.data))
            files.faults.extend(validate(ReportSpec, marked, what="the report", is_partial=is_partial)[1])
            if is_partial and name is None:
                what = 'key "report" is missing in the report'
                files.faults.append(Fault(place=document.mark.place, what=what, remedy="It gives the report's name."))
        elif name in documents:
            first = documents[name].mark.locate("report")
            what = f'report "{name}" is already defined at {first}'
            files.faults.append(Fault(place=document.mark.locate("report"), what=what, remedy="Give it another name."))
        else:
            documents[name] = document
    return documents


def _sorted(part: Part[Any]) -> dict[str, Any]:
    return {name: part.specs[name] for name in sorted(part.specs)}
