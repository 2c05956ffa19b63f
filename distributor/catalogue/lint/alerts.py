"""Faults of alert rules: what would make one fire wrongly, never, or at nobody."""

from collections.abc import Iterator, Mapping

from distributor.catalogue.alert_kinds import RuleKind, figures_of, kind_of
from distributor.catalogue.alert_models import AlertSpec, AlertTestSpec
from distributor.catalogue.catalogue import Metric
from distributor.catalogue.conditions import SIZES, Condition, parse_expression, parse_gates
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import ConditionError, Fault, Place
from distributor.catalogue.lint.anchors import anchor_faults
from distributor.catalogue.lint.datasets import columns_of
from distributor.catalogue.lint.metrics import aggregates_of
from distributor.catalogue.lint.names import repeated, undefined
from distributor.catalogue.lint.sql import parameters_in
from distributor.catalogue.marks import Mark, Step
from distributor.catalogue.models import RatioMetric
from distributor.catalogue.regions import Direction, comparisons_for_bad, comparisons_for_good, overlap

_LONGEST_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92}
_GATES = ("eligible", "fire_when", "clear_when")


def alert_faults(draft: Draft) -> Iterator[Fault]:
    for _, spec, mark in draft.alerts:
        yield from _reference_faults(draft, spec, mark)
        yield from _condition_faults(draft, spec, mark)
        yield from _data_faults(draft, spec, mark)
        metric = draft.metrics.specs.get(spec.metric or "")
        if metric is not None:
            yield from _compare_faults(spec, metric, mark)
            yield from anchor_faults(draft, spec, metric, mark)
            yield from _column_faults(draft, spec, mark)
    for _, test, mark in draft.alert_tests:
        yield from _test_faults(draft, test, mark)


def _reference_faults(draft: Draft, spec: AlertSpec, mark: Mark) -> Iterator[Fault]:
    if not spec.owner.strip():
        remedy = "Name who answers for the rule: an alert that nobody owns is not sent."
        yield Fault(place=mark.locate("owner"), what='"owner" is empty', remedy=remedy)
    if spec.metric is not None:
        yield from undefined("metric", spec.metric, draft.metrics, mark.locate("metric"))
        yield from undefined("metric", spec.size, draft.metrics, mark.locate("size"))
    if spec.freshness is not None:
        yield from undefined("dataset", spec.freshness, draft.datasets, mark.locate("freshness"))
        dataset = draft.datasets.specs.get(spec.freshness)
        if dataset is not None and dataset.checks.fresh is None:
            what = f'dataset "{spec.freshness}" has no column that tells its age'
            yield Fault(place=mark.locate("freshness"), what=what, remedy='Give it a check "fresh" in datasets.yaml.')
    for index, entry in enumerate(spec.notify):
        if draft.rotas.lacks(entry.audience):
            place = mark.locate("notify", index, "audience")
            yield from undefined("audience", entry.audience, draft.audiences_and_rotas, place)


def _condition_faults(draft: Draft, spec: AlertSpec, mark: Mark) -> Iterator[Fault]:
    """Yield what is wrong with the conditions; only those that can all be read are held against each other."""
    unreadable = list(_unreadable_parts(spec, mark))
    yield from unreadable
    for key in ("fire_when", "clear_when"):
        if not getattr(spec, key):
            yield Fault(place=mark.locate(key), what=f'"{key}" is empty', remedy='Write a figure: {bh_q: "<= 0.10"}.')
    if unreadable:
        return
    conditions = {key: parse_gates(getattr(spec, key)) for key in _GATES}
    for level, text in _severities(spec):
        conditions[f"severity {level}"] = parse_expression(text)
    yield from _size_faults(spec, conditions["eligible"], mark)
    yield from _figure_faults(draft, spec, conditions, mark)
    fire, clear = conditions["fire_when"], conditions["clear_when"]
    if overlap(fire, clear):
        what = f"the rule can fire ({fire}) and clear ({clear}) on the same figures"
        yield Fault(place=mark.locate_key("clear_when"), what=what, remedy="Leave a gap between both.")
    yield from _direction_faults(spec, conditions, mark)


def _unreadable_parts(spec: AlertSpec, mark: Mark) -> Iterator[Fault]:
    for key in _GATES:
        for name, bound in getattr(spec, key).items():
            try:
                parse_gates({name: bound})
            except ConditionError as error:
                yield _unreadable(error, mark, (key, name))
    for level, text in _severities(spec):
        try:
            parse_expression(text)
        except ConditionError as error:
            yield _unreadable(error, mark, ("severity", level))


def _severities(spec: AlertSpec) -> Iterator[tuple[str, str]]:
    for level in ("warning", "critical"):
        text = getattr(spec.severity, level)
        if text is not None:
            yield level, text


def _unreadable(error: ConditionError, mark: Mark, path: tuple[Step, ...]) -> Fault:
    what = f'condition "{error.text}" cannot be read'
    return Fault(place=mark.locate(*path), what=what, remedy=f"Allowed: {error.allowed}.", got=error.text)


def _size_faults(spec: AlertSpec, eligible: Condition, mark: Mark) -> Iterator[Fault]:
    is_gated = any(one.quantity in SIZES and one.comparator.is_upward for one in eligible.comparisons())
    if spec.metric is not None and not is_gated:
        what = f'alert "{spec.alert}" has no size gate: figures of the smallest swing most'
        remedy = f'Add one of {", ".join(sorted(SIZES))} under "eligible", as ">= 5".'
        yield Fault(place=mark.locate_key("eligible"), what=what, remedy=remedy)


def _figure_faults(draft: Draft, spec: AlertSpec, conditions: Mapping[str, Condition], mark: Mark) -> Iterator[Fault]:
    """Yield figures that a rule of this kind does not have: the condition would never hold."""
    metric = draft.metrics.specs.get(spec.metric) if spec.metric is not None else None
    if spec.metric is not None and metric is None:
        return
    allowed = figures_of(spec, metric)
    for key, condition in conditions.items():
        for one in condition.comparisons():
            if one.quantity not in allowed:
                what = f'a rule of this kind has no figure "{one.quantity}"'
                yield Fault(
                    place=_place(mark, key, one.quantity),
                    what=what,
                    allowed=tuple(sorted(allowed)),
                    got=one.quantity,
                )


def _direction_faults(spec: AlertSpec, conditions: Mapping[str, Condition], mark: Mark) -> Iterator[Fault]:
    direction = Direction(spec.direction)
    for key, condition in conditions.items():
        wrong = {"eligible": (), "clear_when": comparisons_for_bad(direction, condition)}
        for one in wrong.get(key, comparisons_for_good(direction, condition)):
            what = f'"{one}" under {key} is against the direction, {direction}'
            yield Fault(place=_place(mark, key, one.quantity), what=what, remedy="Turn one of both round.")


def _place(mark: Mark, key: str, quantity: str) -> Place:
    """Return where a figure stands under a key; of an expression, where that begins."""
    if key.startswith("severity "):
        return mark.locate("severity", key.removeprefix("severity "))
    gates = mark.children.get(key, mark)
    name = f"or_{quantity}" if f"or_{quantity}" in gates.keys and quantity not in gates.keys else quantity
    return gates.locate_key(name) if name in gates.keys else mark.locate_key(key)


def _data_faults(draft: Draft, spec: AlertSpec, mark: Mark) -> Iterator[Fault]:
    shortest = spec.data.close_lag_days + _LONGEST_DAYS[spec.data.period] - 1
    if spec.data.max_age_days < shortest:
        what = f"data of a {spec.data.period} would be late before the next can be judged"
        place = mark.locate("data", "max_age_days")
        yield Fault(place=place, what=what, remedy=f"Give max_age_days at least {shortest}.")
    for name, path in _dated_datasets(draft, spec).items():
        what = f'the query of dataset "{name}" looks from one day only (:from, :to or :as_of)'
        remedy = "A rule looks at many periods: let the query return rows with their dates."
        yield Fault(place=mark.locate(path), what=what, remedy=remedy)


def _dated_datasets(draft: Draft, spec: AlertSpec) -> dict[str, str]:
    """Return the datasets whose rows depend on the day they are read for, and the key that leads to each."""
    found: dict[str, str] = {}
    for key in ("metric", "size") if spec.metric is not None else ():
        for _, aggregate in aggregates_of(draft, getattr(spec, key)):
            query = draft.queries.get(aggregate.dataset)
            if query is not None and any(parameters_in(query.text)):
                found.setdefault(aggregate.dataset, key)
    return found


def _compare_faults(spec: AlertSpec, metric: Metric, mark: Mark) -> Iterator[Fault]:
    kind = kind_of(spec, metric)
    if kind is RuleKind.EVENT and not isinstance(metric, RatioMetric):
        what = f'an event needs a ratio of things that are covered to things, and "{spec.metric}" is none'
        yield Fault(place=mark.locate("metric"), what=what, remedy="Name a metric with ratio:.")
    if spec.compare is None:
        return
    place = mark.locate("compare", "to")
    if kind in (RuleKind.LEVEL, RuleKind.EVENT):
        what = f'"{spec.metric}" is only held against thresholds here'
        yield Fault(place=mark.locate_key("compare"), what=what, remedy="Leave out compare.")
    if spec.compare.to == "target" and metric.target is None:
        remedy = "Give it one in metrics.yaml, or compare with last year."
        yield Fault(place=place, what=f'metric "{spec.metric}" has no target', remedy=remedy)
    if spec.compare.to == "organisation" and spec.entity == "organisation":
        what = "the organisation cannot be compared with itself"
        yield Fault(place=place, what=what, remedy="Compare it with its target or with last year.")
    if spec.compare.standardise and (kind is not RuleKind.RATE or spec.compare.to == "target"):
        what = "only rates against the organisation or last year are standardised"
        yield Fault(place=mark.locate("compare", "standardise"), what=what, remedy="Leave it out.")
    is_paired = kind is RuleKind.SHARE and spec.compare.to == "last year"
    if is_paired and spec.compare.paired_by is None:
        what = "a share against last year needs to know which things are the same in both years"
        yield Fault(place=mark.locate_key("compare"), what=what, remedy='Give "paired_by", as in workplace_id.')
    if not is_paired and spec.compare.paired_by is not None:
        what = '"paired_by" is for a share against last year'
        yield Fault(place=mark.locate("compare", "paired_by"), what=what, remedy="Leave it out.")


def _column_faults(draft: Draft, spec: AlertSpec, mark: Mark) -> Iterator[Fault]:
    """Yield columns that a dataset of the metric lacks."""
    wanted: list[tuple[str, tuple[Step, ...]]] = [(name, ("drivers", i)) for i, name in enumerate(spec.drivers)]
    if spec.compare is not None:
        wanted += [(name, ("compare", "standardise", i)) for i, name in enumerate(spec.compare.standardise)]
        if spec.compare.paired_by is not None:
            wanted.append((spec.compare.paired_by, ("compare", "paired_by")))
    if spec.event is not None:
        wanted.append((spec.event.column, ("event", "column")))
    yield from repeated(spec.drivers, '"drivers"', mark.locate("drivers"))
    for column, path in wanted:
        for _, aggregate in aggregates_of(draft, spec.metric or ""):
            known = columns_of(draft, aggregate.dataset)
            # A driver that says something of the events alone, as the reason for leaving, stands in one dataset.
            if known is not None and column not in known:
                what = f'dataset "{aggregate.dataset}" has no column "{column}"'
                yield Fault(place=mark.locate(*path), what=what, known=tuple(sorted(known)), got=column)
                break


def _test_faults(draft: Draft, test: AlertTestSpec, mark: Mark) -> Iterator[Fault]:
    yield from undefined("alert", test.rule, draft.alerts, mark.locate("rule"))
    for entity, series in test.series.items():
        for name in series:
            if name != "target":
                place = mark.children["series"].children[entity].keys[name]
                yield from undefined("metric", name, draft.metrics, place)
    for number, point in enumerate(test.expect):
        for index, incident in enumerate(point.incidents):
            if incident.entity not in test.series:
                place = mark.locate("expect", number, "incidents", index, "entity")
                known = tuple(test.series)
                what = f'"{incident.entity}" has no series in this test'
                yield Fault(place=place, what=what, known=known, got=incident.entity)
