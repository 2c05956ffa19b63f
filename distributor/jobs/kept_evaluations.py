"""Evaluations of alert rules that are kept: their record, the rules as they were worded, observations and snapshot."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from distributor.alerting.rule_files import rule_of
from distributor.alerting.rules import Rule
from distributor.catalogue.alert_models import AlertSpec
from distributor.jobs.alert_snapshot import SNAPSHOT, AlertData
from distributor.jobs.application import Application
from distributor.jobs.evaluate_rules import OBSERVATIONS, RECORD, RULES, known_folders
from distributor.metrics.windows import Period, resolve_period
from distributor.snapshot.snapshot import Verify, load_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvaluation:
    """One evaluation in its folder, whose name is its id; keeps what it has read."""

    folder: Path
    record: Mapping[str, Any] = field(repr=False)
    _rules: dict[str, Rule] = field(default_factory=dict, repr=False)
    _tables: dict[str, pa.Table] = field(default_factory=dict, repr=False)

    @property
    def evaluation_id(self) -> str:
        return self.folder.name

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.record["as_of"])

    def spec(self, rule: str) -> AlertSpec:
        """Return a rule in the words it had."""
        words = (self.folder / RULES / f"{rule}.json").read_text("utf-8")
        return AlertSpec.model_validate_json(words, by_alias=True)

    def rule(self, rule: str, app: Application) -> Rule:
        """Return a rule as it was worded, on the metrics as they are."""
        if rule not in self._rules:
            self._rules[rule] = rule_of(self.spec(rule), app.catalogue)
        return self._rules[rule]

    def has_rule(self, rule: str) -> bool:
        return any(one["rule"] == rule for one in self.record["rules"])

    def has_judged(self, rule: str, entity_id: str, *, ends_on: date) -> bool:
        """Return whether an entity was judged in a period; rules about freshness leave no rows, only their record."""
        recorded = next((one for one in self.record["rules"] if one["rule"] == rule), None)
        if recorded is None or recorded["late_because"]:
            return False
        if not self._observations(rule).is_file():
            return True
        is_it = (pc.field("entity_id") == entity_id) & (pc.field("period_ends_on") == ends_on)
        rows = self.observations(rule).filter(is_it)
        return rows.num_rows > 0 and not any(rows["gap"].to_pylist())

    def observed(self) -> tuple[str, ...]:
        """Return the rules that left rows, by name."""
        return tuple(path.stem for path in sorted((self.folder / OBSERVATIONS).glob("*.parquet")))

    def periods(self, rule: Rule, app: Application) -> tuple[Period, ...]:
        """Return the periods in which a rule was judged, the earliest first."""
        [recorded] = [one for one in self.record["rules"] if one["rule"] == rule.alert]
        year = app.catalogue.organisation.membership_year
        days = (date.fromisoformat(day) for day in recorded["periods"])
        return tuple(resolve_period(f"current {rule.data.period}", today=day, membership_year=year) for day in days)

    def observations(self, rule: str) -> pa.Table:
        """Return all inputs and figures of a rule; see ``Judged.table``."""
        if rule not in self._tables:
            self._tables[rule] = pq.read_table(self._observations(rule))
        return self._tables[rule]

    def data(self, app: Application, *, verify: Verify) -> AlertData:
        """Return its snapshot, with the branch tree as it is now.

        Raises:
            SnapshotError: The snapshot was changed since.
        """
        return AlertData(
            snapshot=load_snapshot(self.folder / SNAPSHOT, verify=verify), tree=app.directory.load().tree, late={}
        )

    def _observations(self, rule: str) -> Path:
        return self.folder / OBSERVATIONS / f"{rule}.parquet"


def kept_evaluations(app: Application) -> Iterator[KeptEvaluation]:
    """Yield the finished evaluations, the newest first."""
    for folder in reversed(known_folders(app)):
        yield KeptEvaluation(folder=folder, record=json.loads((folder / RECORD).read_text("utf-8")))
