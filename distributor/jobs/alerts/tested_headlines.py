"""What heads the messages about the incidents of rule tests."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from distributor.alerting.account import account_of, read_stored
from distributor.alerting.incidents import Incident, incident_of
from distributor.alerting.rule_tests import Found
from distributor.alerting.states import Phase
from distributor.catalogue.catalogue import Catalogue
from distributor.jobs.alerts.items import item_of
from distributor.jobs.alerts.labels import Labels, labels_of
from renderers.alerts import models
from renderers.alerts.headlines import bare_headline


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueHeadlines:
    """Says what heads the message about an incident, in the organisation's first language.

    Readers are those who may not see small counts; places have the names of the entities.
    """

    catalogue: Catalogue

    def __call__(self, found: Found) -> str:
        judged = found.judged
        rule, period = judged.rule, judged.period
        labels = labels_of(self.catalogue, self.catalogue.organisation.languages[0], period=period)
        known_at = datetime.combine(period.window.to_on, time(), UTC)
        incident = incident_of(rule, found.state, entity_id=found.entity_id, region_id=None, fired_at=known_at)
        assert incident is not None
        notice = models.Notice(
            kind=_kind(incident),
            organisation="",
            items=(_item(incident, found, labels),),
            provenance=models.Provenance(
                rule=rule.alert,
                version=rule.version,
                data_to=period.window.last_on,
                loaded_at=known_at,
                reason=models.Reason.first_notification,
            ),
            severity=models.Severity(incident.severity),
        )
        return bare_headline(notice, labels.words)


def _item(incident: Incident, found: Found, labels: Labels) -> models.Item:
    judged = found.judged
    node = int(judged.nodes[judged.entity_ids.index(found.entity_id)])
    stored = read_stored(judged.table(), judged.rule, judged.period)
    account = account_of(stored, judged.period, found.ground, entity_id=found.entity_id, node=node, is_brief=True)
    return item_of(
        incident,
        judged.rule,
        account=account,
        state=found.state,
        place=found.entity_id,
        labels=labels,
        ending=None if found.ending is None else models.Ending(found.ending),
        sees_small_cells=False,
        tested_by_region=False,
        actions=models.Actions(),
    )


def _kind(incident: Incident) -> models.Kind:
    match incident.phase:
        case Phase.RESOLVED:
            return models.Kind.resolved
        case Phase.RETRACTED:
            return models.Kind.retracted
        case Phase.INACTIVE | Phase.PENDING | Phase.FIRING:
            return models.Kind.fired
