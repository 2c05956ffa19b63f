"""The accounts of incidents: from the evaluation that judged them, measured anew in its snapshot.

What the observations leave out, as drivers and curves, takes one pass for all incidents of an evaluation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from distributor.alerting.account import Account, Stored, account_of, read_stored
from distributor.alerting.incidents import Incident
from distributor.alerting.look import Ground
from distributor.alerting.rules import Rule
from distributor.catalogue.alert_kinds import RuleKind
from distributor.errors import UsageError
from distributor.jobs.alert_places import Places
from distributor.jobs.alert_snapshot import AlertData, measured_ground
from distributor.jobs.application import Application
from distributor.jobs.evaluate_rules import RECORD, known_folders
from distributor.jobs.kept_evaluations import KeptEvaluation, kept_evaluations
from distributor.metrics.windows import Period, resolve_period
from distributor.snapshot.snapshot import Verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounted:
    """One incident with all that is known of it.

    Attributes:
        account: None of a rule about freshness, of an entity that is gone from the register, and where no evaluation is
            kept any more that judged the incident.
    """

    incident: Incident
    rule: Rule
    period: Period
    account: Account | None
    places: Places
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Finds accounts, and keeps what it has measured until a newer evaluation comes."""

    app: Application
    _accounts: dict[tuple[str, str, int], Account] = field(default_factory=dict, repr=False)
    _judged_by: dict[tuple[str, date], KeptEvaluation | None] = field(default_factory=dict, repr=False)
    _opened: dict[str, tuple[AlertData, Places]] = field(default_factory=dict, repr=False)
    _newest: list[tuple[str, int]] = field(default_factory=list, repr=False)

    def prepare(self, incidents: Iterable[Incident]) -> None:
        """Measure what accounts of these incidents need, in one pass an evaluation.

        Raises:
            SnapshotError: A snapshot is gone or was changed.
        """
        self._forget_what_is_old()
        wanted: dict[str, list[Incident]] = {}
        for incident in incidents:
            evaluation = self._evaluation(incident)
            if evaluation is None or evaluation.rule(incident.rule, self.app).kind is RuleKind.FRESHNESS:
                continue
            if _key(evaluation, incident) not in self._accounts:
                wanted.setdefault(evaluation.evaluation_id, []).append(incident)
        for own in wanted.values():
            evaluation = self._evaluation(own[0])
            assert evaluation is not None
            self._measure(evaluation, own)

    def of(self, incident: Incident) -> Accounted:
        """Return the account of an incident, in the newest period in which it was judged.

        Raises:
            UsageError: No evaluation is kept that knows its rule.
            SnapshotError: A snapshot is gone or was changed.
        """
        self.prepare([incident])
        evaluation = self._evaluation(incident)
        if evaluation is None:
            return self._without_account(incident)
        rule = evaluation.rule(incident.rule, self.app)
        data, places = self._open(evaluation)
        return Accounted(
            incident=incident,
            rule=rule,
            period=self._period(rule, incident),
            account=self._accounts.get(_key(evaluation, incident)),
            places=places,
            loaded_at=data.snapshot.taken_at,
        )

    def _without_account(self, incident: Incident) -> Accounted:
        """Return what is known of an incident whose evaluation has been removed: its end can still be told."""
        found = next((one for one in kept_evaluations(self.app) if one.has_rule(incident.rule)), None)
        if found is None:
            raise UsageError(
                f'no evaluation is kept that knows the rule "{incident.rule}": '
                f"the incident {incident.id} cannot be told."
            )
        rule = found.rule(incident.rule, self.app)
        data, places = self._open(found)
        return Accounted(
            incident=incident,
            rule=rule,
            period=self._period(rule, incident),
            account=None,
            places=places,
            loaded_at=data.snapshot.taken_at,
        )

    def newest_loaded_at(self) -> datetime:
        """Return when the data of the newest evaluation were read."""
        found = next(kept_evaluations(self.app), None)
        if found is None:
            raise UsageError("no evaluation is kept: there is nothing to tell.")
        return self._open(found)[0].snapshot.taken_at

    def _period(self, rule: Rule, incident: Incident) -> Period:
        year = self.app.catalogue.organisation.membership_year
        return resolve_period(f"current {rule.data.period}", today=incident.data_on, membership_year=year)

    def _evaluation(self, incident: Incident) -> KeptEvaluation | None:
        """Return the newest evaluation with the figures that the incident stands on; None if it was removed."""
        key = (incident.id, incident.data_on)
        if key not in self._judged_by:
            judged = (
                one
                for one in kept_evaluations(self.app)
                if one.has_judged(incident.rule, incident.entity_id, ends_on=incident.data_on)
            )
            found = next(judged, None)
            known = (one for one in self._judged_by.values() if one is not None)
            same = (one for one in known if found is not None and one.evaluation_id == found.evaluation_id)
            self._judged_by[key] = next(same, found)
        return self._judged_by[key]

    def _forget_what_is_old(self) -> None:
        newest = [(folder.name, (folder / RECORD).stat().st_mtime_ns) for folder in known_folders(self.app)[-1:]]
        if newest != self._newest:
            self._newest[:] = newest
            for kept in (self._accounts, self._judged_by, self._opened):
                kept.clear()

    def _open(self, evaluation: KeptEvaluation) -> tuple[AlertData, Places]:
        if evaluation.evaluation_id not in self._opened:
            data = evaluation.data(self.app, verify=Verify.SIZE)
            places = Places(tree=data.tree, catalogue=self.app.catalogue, data=data)
            self._opened[evaluation.evaluation_id] = data, places
        return self._opened[evaluation.evaluation_id]

    def _measure(self, evaluation: KeptEvaluation, incidents: Sequence[Incident]) -> None:
        data, places = self._open(evaluation)
        stored: dict[tuple[str, date], tuple[Stored, Period]] = {}
        located: list[tuple[Incident, int]] = []
        for one in incidents:
            if (one.rule, one.data_on) not in stored:
                stored[one.rule, one.data_on] = self._stored(evaluation, one)
            node = places.node(stored[one.rule, one.data_on][0].rule, one.entity_id)
            if node is not None:
                located.append((one, node))
        if not located:
            return

        def accounts(ground: Ground) -> list[Account]:
            return [
                account_of(*stored[one.rule, one.data_on], ground, entity_id=one.entity_id, node=node)
                for one, node in located
            ]

        ground = measured_ground(self.app, data, accounts, as_of=evaluation.as_of)
        for (one, _), found in zip(located, accounts(ground), strict=True):
            self._accounts[_key(evaluation, one)] = found

    def _stored(self, evaluation: KeptEvaluation, incident: Incident) -> tuple[Stored, Period]:
        rule = evaluation.rule(incident.rule, self.app)
        period = self._period(rule, incident)
        return read_stored(evaluation.observations(rule.alert), rule, period), period


def _key(evaluation: KeptEvaluation, incident: Incident) -> tuple[str, str, int]:
    return evaluation.evaluation_id, incident.key, incident.data_on.toordinal()
