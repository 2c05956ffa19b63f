"""Alert messages, from what is stored: the same evaluation gives the same message, whenever it is composed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from channels.sms.texts import Parts, TooLongForSmsError, shorten
from distributor.alerting.account import baseline_of
from distributor.alerting.grouping import MOST_CHILDREN
from distributor.alerting.incidents import Incident
from distributor.alerting.rule_files import rules_of
from distributor.alerting.rules import EntityKind, Rule, Severity
from distributor.alerting.states import INITIAL, State
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import Quantity
from distributor.jobs.alert_accounts import Accounted, Accounts
from distributor.jobs.alert_briefs import Brief
from distributor.jobs.alert_charts import chart_of, shows_few
from distributor.jobs.alert_items import item_of, region_item
from distributor.jobs.alert_labels import Labels, labels_of
from distributor.jobs.application import Application
from renderers.alerts import CHART_ID, Notice, SmsParts, draw_picture, render_email, render_slack, render_sms
from renderers.alerts.charts import Chart
from renderers.alerts.models import Actions, Item, Kind, Late, OnCall, Provenance, RollUp
from renderers.alerts.models import Severity as ShownSeverity
from renderers.language import formatter
from renderers.pack import Artifact


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

    def compose(self, brief: Brief) -> tuple[str, tuple[Artifact, ...]]:
        """Return the subject and the files of a message: see :func:`artifacts_of`.

        Raises:
            UsageError: No evaluation is kept that knows the rules of the incidents.
            SnapshotError: A snapshot is gone or was changed.
        """
        return artifacts_of(self.notice(brief), brief)

    def notice(self, brief: Brief) -> Notice:
        """Return what a message says, with raw figures."""
        if brief.late is not None:
            return self._late(brief)
        told = self._told(brief)
        sizes = {one.id: _size(one, self._state(one)) for one in told}
        ordered = sorted(told, key=lambda one: (not one.is_firing, -abs(sizes[one.id] or 0.0), one.id))
        shown = ordered[:MOST_CHILDREN]
        self.prepare(_own_figures(one, brief) for one in shown)
        accounted = [self.accounts.of(_own_figures(one, brief)) for one in shown]
        first = accounted[0]
        labels = labels_of(self.app.catalogue, brief.language, period=first.period)
        pairs = list(zip(shown, accounted, strict=True))
        items = tuple(self._item(incident, one, brief, labels) for incident, one in pairs)
        organisation = self.app.catalogue.organisation
        is_rolled_up = told != brief.incidents
        return Notice(
            kind=Kind.rolled_up if is_rolled_up and brief.kind is Kind.fired else brief.kind,
            organisation=organisation.organisation.in_language(brief.language),
            items=items,
            provenance=Provenance(
                rule=first.rule.alert,
                version=first.rule.version,
                data_to=first.period.window.last_on,
                loaded_at=first.loaded_at,
                reason=brief.reason,
                unstaffed=brief.unstaffed,
            ),
            severity=ShownSeverity(max((one.severity for one in ordered), key=list(Severity).index)),
            more=len(ordered) - len(shown),
            places=len({one.entity_id for one in ordered}),
            total=_total(sizes.values()),
            region=first.places.branch(brief.region_id) if brief.region_id else "",
            chart=_chart(pairs, items, brief, labels),
            owner=first.rule.owner,
            on_call=None if brief.on_call is None else OnCall(name=brief.on_call[0], until_at=brief.on_call[1]),
            runbook=first.rule.runbook,
            list_url=brief.list_url,
            roll_up=self._roll_up(brief) if is_rolled_up else None,
            zone=ZoneInfo(organisation.timezone),
            accent=organisation.accent,
        )

    def _told(self, brief: Brief) -> tuple[Incident, ...]:
        """Return what is shown: of a region alone its branches, as long as they fire."""
        if len(brief.incidents) != 1 or not brief.incidents[0].is_firing:
            return brief.incidents
        region = brief.regions.get(brief.incidents[0].id)
        return region.children if region is not None and region.children else brief.incidents

    def _roll_up(self, brief: Brief) -> RollUp | None:
        region = brief.regions[brief.incidents[0].id]
        firing = len({one.entity_id for one in region.children})
        return RollUp(firing=firing, eligible=region.eligible) if region.eligible else None

    def _item(self, incident: Incident, one: Accounted, brief: Brief, labels: Labels) -> Item:
        rule, actions = one.rule, brief.actions.get(incident.id, Actions())
        if incident.id in brief.regions:
            place, ending = one.places.branch(incident.entity_id), brief.endings.get(incident.id)
            return region_item(incident, rule, place=place, labels=labels, ending=ending, actions=actions)
        is_fresh = rule.kind is RuleKind.FRESHNESS
        return item_of(
            incident,
            rule,
            account=one.account,
            state=self._state(incident),
            place=labels.dataset(rule.source) if is_fresh else one.places.entity(rule, incident.entity_id),
            labels=labels,
            ending=brief.endings.get(incident.id),
            sees_small_cells=brief.sees_small_cells,
            tested_by_region=self._is_tested_by_region(rule),
            actions=actions,
            acknowledged_by=brief.acknowledged.get(incident.id, ""),
        )

    def _late(self, brief: Brief) -> Notice:
        """Return what is said when sources have not come: once, and not of each branch."""
        assert brief.late is not None
        catalogue, sources = self.app.catalogue, brief.late.sources
        rules = rules_of(catalogue)
        reading = [one for one in rules if set(catalogue.datasets_of_alert(catalogue.alerts[one.alert])) & set(sources)]
        resting = [one for one in reading if one.kind is not RuleKind.FRESHNESS]
        # Who watches the age of the data knows what to do when they do not come.
        watching = [one for one in reading if one.kind is RuleKind.FRESHNESS]
        first = (*watching, *resting, None)[0]
        labels = (catalogue.datasets[source].label for source in sources)
        names = [
            label.in_language(brief.language) if label else source
            for label, source in zip(labels, sources, strict=True)
        ]
        return Notice(
            kind=brief.kind if brief.kind.is_ending else Kind.data_late,
            organisation=catalogue.organisation.organisation.in_language(brief.language),
            items=(),
            provenance=Provenance(
                rule="",
                version="",
                data_to=None,
                loaded_at=self.accounts.newest_loaded_at(),
                reason=brief.reason,
                unstaffed=brief.unstaffed,
            ),
            severity=ShownSeverity.warning,
            owner=first.owner if first else "",
            runbook=first.runbook if first else "",
            list_url=brief.list_url,
            late=Late(
                source=formatter(brief.language).listing(names),
                because=brief.late.because,
                rules=len(resting),
                firing=brief.late.firing,
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


def artifacts_of(notice: Notice, brief: Brief) -> tuple[str, tuple[Artifact, ...]]:
    """Return the subject and the files of a message.

    Returns:
        For e-mail and the folder letter.html, letter.txt and the chart under its content id; for Slack blocks.json,
        letter.txt and the chart; for text messages letter.txt alone, one segment.
    """
    language = brief.language
    letter = render_email(notice, language)
    if brief.channel == "sms":
        return letter.subject, (_text(_segment(render_sms(notice, language, takes_replies=brief.takes_replies))),)
    chart = () if notice.chart is None else (_picture(notice.chart, accent=notice.accent),)
    if brief.channel == "slack":
        blocks = render_slack(notice, language).encode()
        first = Artifact(name="blocks.json", media_type="application/json", content=blocks)
    else:
        first = Artifact(name="letter.html", media_type="text/html", content=letter.html.encode())
    return letter.subject, (first, _text(letter.text), *chart)


def _segment(parts: SmsParts) -> str:
    """Return one segment; more only where place and link alone need them: an alert goes unheard for no name."""
    try:
        return shorten(Parts(**asdict(parts)))
    except TooLongForSmsError:
        return f"{parts.label} {parts.place}: {parts.link}"


def _own_figures(incident: Incident, brief: Brief) -> Incident:
    """Return the incident that figures were computed of: of a region that stands for branches the largest of them."""
    region = brief.regions.get(incident.id)
    if region is None:
        return incident
    return max(region.children, key=lambda one: (abs(one.excess), one.id), default=incident)


def _chart(
    pairs: Sequence[tuple[Incident, Accounted]], items: Sequence[Item], brief: Brief, labels: Labels
) -> Chart | None:
    """Return the chart of what fires, of the first one's rule; of few persons none, for it could be read off."""
    first, accounted = pairs[0]
    is_small = any(item.is_small for item in items)
    if accounted.account is None or not first.is_firing or first.id in brief.regions:
        return None
    if brief.channel == "sms" or is_small:
        return None
    same = zip(pairs, items, strict=True)
    places = {one.entity_id: item.place for (one, _), item in same if one.rule == first.rule and not item.is_over}
    chart = chart_of(accounted.account, labels, places=places)
    return None if chart is None or shows_few(chart, min_cell=items[0].min_cell) else chart


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
