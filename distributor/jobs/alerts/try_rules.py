"""Try alert rules before they are let loose: their tests, a replay of the past, and what chance alone would do."""

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

from distributor.alerting.backtest import Backtest, backtest
from distributor.alerting.calibrate import Calibration, calibrate, null_model
from distributor.alerting.errors import LateDataError
from distributor.alerting.look import Ground
from distributor.alerting.periods import newest_complete
from distributor.alerting.rule_files import rule_of
from distributor.alerting.rule_tests import Verdict, check_rule
from distributor.alerting.rules import Rule
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.alert_models import AlertSpec
from distributor.errors import UsageError
from distributor.jobs.alerts.evaluate_rules import RULES, chosen_rules, known_folders
from distributor.jobs.alerts.snapshot import measured_ground, take_alert_snapshot
from distributor.jobs.alerts.tested_headlines import CatalogueHeadlines
from distributor.jobs.application import Application
from distributor.metrics.windows import Period

CALIBRATED_MONTHS = 24
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A backtest, and the same with another version of the rule."""

    now: Backtest
    against: Backtest | None = None


def run_rule_tests(app: Application, names: Collection[str] = ()) -> tuple[Verdict, ...]:
    """Run the tests that stand beside the rules; those of some rules only."""
    rules = {rule.alert: rule for rule in chosen_rules(app, names)}
    year = app.catalogue.organisation.membership_year
    headline = CatalogueHeadlines(catalogue=app.catalogue)
    return tuple(
        check_rule(name, spec, rules[spec.rule], metrics=app.catalogue.metrics, headline=headline, membership_year=year)
        for name, spec in app.catalogue.alert_tests.items()
        if spec.rule in rules
    )


def replay_rule(app: Application, name: str, *, from_on: date, to_on: date, version: str, now: datetime) -> Replay:
    """Judge a rule in every period that was complete between two days, on a snapshot of today.

    Args:
        app: The application.
        name: Of the rule.
        from_on, to_on: Data time.
        version: The beginning of another version's hash, as evaluations have kept it; "" for none.
        now: When it is done.

    Raises:
        UsageError: No such rule or version, no period between the days, or a rule without periods.
    """
    [rule] = chosen_rules(app, (name,))
    if rule.kind is RuleKind.FRESHNESS:
        raise UsageError(f'alert rule "{name}" is about the age of data, and a snapshot of today has no past ages.')
    other = kept_version(app, name, version) if version else None
    periods = _periods_between(app, rule, from_on=from_on, to_on=to_on)
    rules = [rule] if other is None else [rule, other]

    found = _on_snapshot(
        app, rule, lambda ground: [backtest(one, periods, ground) for one in rules], as_of=to_on, now=now
    )
    return Replay(now=found[0], against=found[1] if other is not None else None)


def calibrate_rule(app: Application, name: str, *, as_of: date, rounds: int, seed: int, now: datetime) -> Calibration:
    """Simulate two years in which nothing is wrong, *rounds* times, with the organisation's own sizes and rates.

    Raises:
        UsageError: No such rule.
        NullModelError: The rule makes no test.
    """
    [rule] = chosen_rules(app, (name,))
    period = newest_complete(rule.data, as_of, membership_year=app.catalogue.organisation.membership_year)
    model, ground = _on_snapshot(
        app,
        rule,
        lambda ground: (null_model(rule, period, ground, months=CALIBRATED_MONTHS), ground),
        as_of=as_of,
        now=now,
    )
    return calibrate(model, ground, rounds=rounds, rng=np.random.default_rng(seed))


def kept_version(app: Application, name: str, version: str) -> Rule:
    """Return an earlier version of a rule as an evaluation has kept it; metrics are those of today.

    Raises:
        UsageError: No version that begins so was ever evaluated.
    """
    known: dict[str, Rule] = {}
    for folder in known_folders(app):
        path = folder / RULES / f"{name}.json"
        if path.is_file():
            stored = AlertSpec.model_validate_json(path.read_text("utf-8"), by_alias=True)
            found = rule_of(stored, app.catalogue)
            known[found.version] = found
    matching = [rule for hashed, rule in known.items() if hashed.startswith(version)]
    if len(matching) != 1:
        shown = ", ".join(hashed[:8] for hashed in known) or "none"
        raise UsageError(f'"{version}" is not the beginning of one kept version of "{name}". Kept: {shown}.')
    return matching[0]


def _on_snapshot(app: Application, rule: Rule, work: Callable[[Ground], T], *, as_of: date, now: datetime) -> T:
    """Do *work* on a snapshot that is thrown away afterwards.

    Raises:
        LateDataError: A dataset that the rule reads may not be relied on.
    """
    datasets = app.catalogue.datasets_of_alert(app.catalogue.alerts[rule.alert])
    with tempfile.TemporaryDirectory() as folder:
        data = take_alert_snapshot(app, datasets, as_of=as_of, folder=Path(folder), last_rows=None, now=now)
        if data.late:
            raise LateDataError(sentence for why in data.late.values() for sentence in why)
        return work(measured_ground(app, data, work, as_of=as_of))


def _periods_between(app: Application, rule: Rule, *, from_on: date, to_on: date) -> tuple[Period, ...]:
    """Return the periods that became complete between two days, the earliest first."""
    year = app.catalogue.organisation.membership_year
    lag = timedelta(days=rule.data.close_lag_days)
    found: list[Period] = []
    period = newest_complete(rule.data, to_on, membership_year=year)
    while period.window.last_on + lag >= from_on:
        found.append(period)
        period = period.previous()
    if not found:
        raise UsageError(f"no {rule.data.period} was complete between {from_on} and {to_on}. Give an earlier --from.")
    return tuple(reversed(found))
