"""Alert messages, from what is stored: the same evaluation gives the same message, whenever it is composed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from channels.sms.texts import Parts, shorten
from distributor.alerting.account import baseline_of
from distributor.alerting.grouping import MOST_CHILDREN
from distributor.alerting.incidents import Incident
from distributor.alerting.reasons import Sending
from distributor.alerting.rule_files import rules_of
from distributor.alerting.rules import EntityKind, Rule, Severity
from distributor.alerting.states import INITIAL, Ending, State
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import Quantity
from distributor.jobs.alert_accounts import Accounted, Accounts
from distributor.jobs.alert_charts import chart_of
from distributor.jobs.alert_items import item_of
from distributor.jobs.alert_labels import Labels, labels_of
from distributor.jobs.application import Application
from renderers.alerts import CHART_ID, Notice, draw_picture, render_email, render_slack, render_sms
from renderers.alerts.charts import Chart
from renderers.alerts.models import Actions, Item, Kind, Late, OnCall, Provenance, Reason, RollUp
from renderers.alerts.models import Severity as ShownSeverity
from renderers.pack import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMessage:
    """One message that is to be written.

    Attributes:
        incidents: All that it is about, in any order.
        channel: "email", "slack", "sms" or "folder".
        language: Of the recipient.
        sees_small_cells: Whether the recipient may see counts of few persons.
        actions: Pages of each incident, by its id.
        endings: Why incidents are over, by id.
        roll_up: Where a region stands for its branches: so many fire, of so many.
        region_id: Where all incidents lie; None above the regions.
        on_call: Who is asked first, and until when.
        unstaffed: Audiences that should have been asked and have nobody on shift.
        late_source: Of data that are late: the dataset; then there are no incidents.
        evaluation_id: Of data that are late: which found so; "" for the newest.
        firing: Of data that are late: how many incidents stay as they are.
        list_url: Where all incidents are read.
        takes_replies: Whether the number of a text message takes answers.
    """

    kind: Kind
    incidents: tuple[Incident, ...]
    channel: str
    language: str
    reason: Sending
    sees_small_cells: bool = False
    actions: Mapping[str, Actions] = field(default_factory=dict)
    endings: Mapping[str, Ending] = field(default_factory=dict)
    roll_up: tuple[int, int] | None = None
    region_id: str | None = None
    on_call: tuple[str, datetime] | None = None
    unstaffed: tuple[str, ...] = ()
    late_source: str = ""
    evaluation_id: str = ""
    firing: int = 0
    list_url: str = ""
    takes_replies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessages:
    """Writes messages.

    Attributes:
        states: The states of a rule, by entity.
        accounts: Keeps what was measured, so that messages of one evaluation measure once.
    """

    app: Application
    states: Callable[[str], Mapping[str, State]]
    accounts: Accounts

    def prepare(self, incidents: Iterable[Incident]) -> None:
        """Measure all that messages about these incidents need, in one pass; without it each measures its own."""
        self.accounts.prepare(incidents)

    def compose(self, planned: PlannedMessage) -> tuple[str, tuple[Artifact, ...]]:
        """Return the subject and the files of a message: see :func:`artifacts_of`.

        Raises:
            UsageError: No evaluation that is kept has judged the incidents.
            SnapshotError: A snapshot is gone or was changed.
            TooLongForSmsError: Place and link of a text message are too long.
        """
        return artifacts_of(self.notice(planned), planned)

    def notice(self, planned: PlannedMessage) -> Notice:
        """Return what a message says, with raw figures."""
        if planned.kind is Kind.data_late:
            return self._late(planned)
        sizes = {one.id: _size(one, self._state(one)) for one in planned.incidents}
        ordered = sorted(planned.incidents, key=lambda one: (-abs(sizes[one.id] or 0.0), one.id))
        self.prepare(ordered[:MOST_CHILDREN])
        shown = [self.accounts.of(one) for one in ordered[:MOST_CHILDREN]]
        first = shown[0]
        labels = labels_of(self.app.catalogue, planned.language, period=first.period)
        items = tuple(self._item(one, planned, labels) for one in shown)
        organisation = self.app.catalogue.organisation
        return Notice(
            kind=planned.kind,
            organisation=organisation.organisation.in_language(planned.language),
            items=items,
            provenance=Provenance(
                rule=first.rule.alert,
                version=first.rule.version,
                data_to=first.period.window.last_on,
                loaded_at=first.loaded_at,
                reason=Reason(planned.reason),
                unstaffed=planned.unstaffed,
            ),
            severity=ShownSeverity(max((one.severity for one in ordered), key=list(Severity).index)),
            more=len(ordered) - len(shown),
            total=_total(sizes.values()),
            region=first.places.branch(planned.region_id) if planned.region_id else "",
            chart=_chart(shown, items, planned, labels),
            owner=first.rule.owner,
            on_call=None if planned.on_call is None else OnCall(name=planned.on_call[0], until_at=planned.on_call[1]),
            runbook=first.rule.runbook,
            list_url=planned.list_url,
            roll_up=None if planned.roll_up is None else RollUp(firing=planned.roll_up[0], eligible=planned.roll_up[1]),
            zone=ZoneInfo(organisation.timezone),
            accent=organisation.accent,
        )

    def _item(self, one: Accounted, planned: PlannedMessage, labels: Labels) -> Item:
        incident, rule = one.incident, one.rule
        is_fresh = rule.kind is RuleKind.FRESHNESS
        return item_of(
            incident,
            rule,
            account=one.account,
            state=self._state(incident),
            place=labels.dataset(rule.source) if is_fresh else one.places.entity(rule, incident.entity_id),
            labels=labels,
            ending=planned.endings.get(incident.id),
            sees_small_cells=planned.sees_small_cells,
            tested_by_region=self._is_tested_by_region(rule),
            actions=planned.actions.get(incident.id, Actions()),
        )

    def _late(self, planned: PlannedMessage) -> Notice:
        """Return what is said when a source has not come: once, and not of each branch."""
        found, loaded_at = self.accounts.late(planned.evaluation_id)
        source, catalogue = planned.late_source, self.app.catalogue
        rules = rules_of(catalogue)
        resting = [one for one in rules if one.alert in found.rested()]
        watching = [one for one in rules if one.kind is RuleKind.FRESHNESS and one.source == source]
        first = (*watching, *resting, None)[0]
        label = catalogue.datasets[source].label
        return Notice(
            kind=planned.kind,
            organisation=catalogue.organisation.organisation.in_language(planned.language),
            items=(),
            provenance=Provenance(
                rule="",
                version="",
                data_to=found.as_of,
                loaded_at=loaded_at,
                reason=Reason(planned.reason),
                unstaffed=planned.unstaffed,
            ),
            severity=ShownSeverity.warning,
            owner=first.owner if first else "",
            runbook=first.runbook if first else "",
            late=Late(
                source=label.in_language(planned.language) if label else source,
                because=found.late.get(source, ()),
                rules=len(resting),
                firing=planned.firing,
            ),
            zone=ZoneInfo(catalogue.organisation.timezone),
            accent=catalogue.organisation.accent,
        )

    def _state(self, incident: Incident) -> State:
        return self.states(incident.rule).get(incident.entity_id, INITIAL)

    def _is_tested_by_region(self, rule: Rule) -> bool:
        """Return whether regions are judged too: by the same metric, against the same."""
        asked = (EntityKind.REGION, rule.metric, baseline_of(rule))
        return any((one.entity, one.metric, baseline_of(one)) == asked for one in rules_of(self.app.catalogue))


def artifacts_of(notice: Notice, planned: PlannedMessage) -> tuple[str, tuple[Artifact, ...]]:
    """Return the subject and the files of a message.

    Returns:
        For e-mail and the folder letter.html, letter.txt and the chart under its content id; for Slack blocks.json,
        letter.txt and the chart; for text messages letter.txt alone, one segment.

    Raises:
        TooLongForSmsError: Place and link of a text message are too long.
    """
    language = planned.language
    letter = render_email(notice, language)
    if planned.channel == "sms":
        parts = render_sms(notice, language, takes_replies=planned.takes_replies)
        return letter.subject, (_text(shorten(Parts(**asdict(parts)))),)
    chart = () if notice.chart is None else (_picture(notice.chart, accent=notice.accent),)
    if planned.channel == "slack":
        blocks = render_slack(notice, language).encode()
        first = Artifact(name="blocks.json", media_type="application/json", content=blocks)
    else:
        first = Artifact(name="letter.html", media_type="text/html", content=letter.html.encode())
    return letter.subject, (first, _text(letter.text), *chart)


def _chart(shown: Sequence[Accounted], items: Sequence[Item], planned: PlannedMessage, labels: Labels) -> Chart | None:
    """Return the chart of what fires, of the first one's rule; of few persons none, for it could be read off."""
    first = shown[0]
    is_small = any(item.is_small for item in items)
    if first.account is None or planned.kind.is_ending or planned.channel == "sms" or is_small:
        return None
    pairs = zip(shown, items, strict=True)
    places = {one.incident.entity_id: item.place for one, item in pairs if one.rule.alert == first.rule.alert}
    return chart_of(first.account, labels, places=places)


def _size(incident: Incident, state: State) -> float | None:
    """Return how large an incident is in members: its excess; without a test its change in a year, or its members."""
    figures = state.evidence.figures if state.evidence is not None else {}
    if incident.excess:
        return incident.excess
    value, change = figures.get(Quantity.VALUE), figures.get(Quantity.CHANGE_FROM_LAST_YEAR)
    if value is not None and change is not None and change > -1:
        return value - value / (1 + change)
    return figures.get(Quantity.MEMBERS) if Quantity.EVENT in figures else None


def _total(sizes: Collection[float | None]) -> float | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if known and len(known) == len(sizes) else None


def _text(text: str) -> Artifact:
    return Artifact(name="letter.txt", media_type="text/plain", content=text.encode())


def _picture(chart: Chart, *, accent: str) -> Artifact:
    content = draw_picture(chart, accent=accent)
    return Artifact(name=f"{CHART_ID}.png", media_type="image/png", content=content, content_id=CHART_ID)
