"""Messages of the shipped rules about the demo organisation: right, complete, and all from what was stored."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.compute as pc
import pytest

from channels.slack import blocks
from channels.sms.gsm7 import measure
from distributor.alerting.annotations import Ack
from distributor.alerting.incidents import Incident, incident_of
from distributor.alerting.notices import Notice as Planned
from distributor.alerting.notices import NoticeKind
from distributor.alerting.reasons import Sending
from distributor.alerting.rule_files import rules_of
from distributor.alerting.state_store import MemoryStates
from distributor.alerting.states import Phase
from distributor.bootstrap import make_application
from distributor.clock import FrozenClock
from distributor.demo.facts import Facts
from distributor.errors import UsageError
from distributor.jobs.alerts.accounts import Accounts
from distributor.jobs.alerts.briefs import Brief, LateBrief, RegionBrief
from distributor.jobs.alerts.charts import shows_few
from distributor.jobs.alerts.evaluate_rules import RulesRun, evaluate_rules
from distributor.jobs.alerts.explain_alert import explain_incident
from distributor.jobs.alerts.messages import AlertMessages
from distributor.jobs.alerts.wording import StoredWording
from distributor.jobs.application import Application
from distributor.jobs.progress import Silence
from renderers.alerts import CHART_ID, Notice
from renderers.alerts.charts import Funnel, Pace
from renderers.alerts.models import Actions, Ending, Kind, MixKind, Place, Reason
from renderers.charts.spec import ChartSpec
from renderers.language import LANGUAGES
from renderers.pack import Artifact

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)
DAYS = (date(2026, 5, 10), date(2026, 6, 10))
RULES = (
    "churn_high",
    "churn_high_region",
    "churn_up",
    "members_falling",
    "coverage_below_target",
    "enrolment_below_target",
    "enrolment_behind_last_year",
    "last_rep_lost",
)
CONFIG = """
[catalogue]
path = '{root}/report_specs/union'
[directory]
kind = "csv"
path = '{organisation}'
[sources.members]
kind = "sqlite"
path = '{organisation}/members.sqlite'
[sources.targets_excel]
kind = "folder"
path = '{organisation}'
text_columns = ["branch_id"]
[store]
path = "store"
[outbox]
path = "outbox"
[mail]
from_address = "Union <analysis@union.example>"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The evaluations of May and June 2026, and who words messages about them."""

    app: Application
    facts: Facts
    run: RulesRun
    states: MemoryStates
    messages: AlertMessages

    def incidents(self, rule: str) -> list[Incident]:
        """Return what fires under a rule, the largest excess first."""
        [spec] = [one for one in rules_of(self.app.catalogue) if one.alert == rule]
        found = [
            incident_of(spec, state, entity_id=entity, region_id=None, fired_at=NOW)
            for entity, state in self.states.load(rule).items()
            if state.phase is Phase.FIRING
        ]
        return sorted((one for one in found if one is not None), key=lambda one: (-abs(one.excess), one.id))

    def notice(self, *incidents: Incident, **others: Any) -> Notice:
        return self.messages.notice(brief(*incidents, **others))

    def stored(self, incident: Incident) -> dict[str, Any]:
        """Return the row that the evaluation wrote."""
        [result] = [one for one in self.run.results if one.rule.alert == incident.rule]
        table = result.observations
        assert table is not None
        is_it = (pc.field("entity_id") == incident.entity_id) & (pc.field("period_ends_on") == incident.data_on)
        [row] = table.filter(is_it).to_pylist()
        return row


@pytest.fixture(scope="module")
def desk(organisation, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    place = tmp_path_factory.mktemp("messages")
    (place / "config.toml").write_text(CONFIG.format(root=ROOT, organisation=organisation.folder), "utf-8")
    app = make_application(place / "config.toml", clock=FrozenClock(NOW))
    states = MemoryStates()
    for day in DAYS:
        at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        run = evaluate_rules(app, as_of=day, states=states, names=RULES, now=at, progress=Silence())
        for result in run.results:
            states.save(result.rule.alert, result.states)
    messages = AlertMessages(app=app, states=states.load, accounts=Accounts(app=app))
    made = Desk(app=app, facts=organisation.facts, run=run, states=states, messages=messages)
    messages.prepare([one for rule in RULES for one in made.incidents(rule)])
    return made


def brief(*incidents: Incident, **others: Any) -> Brief:
    given = {"kind": Kind.fired, "channel": "email", "language": "nb", "reason": Reason.first_notification} | others
    return Brief(incidents=incidents, **given)


def files(composed: tuple[str, tuple[Artifact, ...]]) -> dict[str, Artifact]:
    return {one.name: one for one in composed[1]}


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def lost(desk: Desk) -> Incident:
    """Return the incident of the larger branch that lost its plant."""
    return desk.incidents("churn_high")[0]


def test_lost_employer_is_told_in_full(desk: Desk, lost: Incident) -> None:
    """The message says where, how many members, against what, since when, and names the plant as the driver."""
    [item] = desk.notice(lost).items
    row = desk.stored(lost)

    assert lost.entity_id in desk.facts.employer.branch_ids
    assert (row["observed"], row["expected"], row["excess"]) == (item.observed, item.expected, item.excess)
    assert (row["value"], 12) == (item.value, item.months)
    assert "Ranfjord Metall" in item.views[0].drivers[0].segment
    assert item.mix is not None
    assert (MixKind.no_mix, row["ratio"], ("Alder", "Tilknytning")) == (item.mix.kind, item.mix.ratio, item.mix.by)
    # Those who left with the plant are most of the excess, and no more than those who left.
    driven = item.views[0].drivers[0].excess
    assert driven is not None
    assert item.observed is not None
    assert 0.67 * lost.excess <= driven <= item.observed


def test_every_figure_is_that_of_the_stored_observations(desk: Desk, lost: Incident) -> None:
    """Judged, flagged and too small are counted anew from the rows that the evaluation wrote; odds are 1 / p."""
    [item] = desk.notice(lost).items
    [result] = [one for one in desk.run.results if one.rule.alert == "churn_high"]
    assert result.observations is not None
    rows = [one for one in result.observations.to_pylist() if one["period_ends_on"] == lost.data_on]
    judged = [one for one in rows if one["eligible"]]
    fires = [one for one in judged if one["bh_q"] <= 0.1 and one["ratio"] >= 1.25 and one["excess"] >= 5]
    sure = item.sureness

    assert sure is not None
    assert (len(judged), len(fires)) == (sure.judged, sure.flagged)
    small = [one for one in rows if one["existence"] == "open" and not one["gap"] and not one["eligible"]]
    assert (len(small), True) == (sure.too_small, sure.tested_by_region)
    assert sure.one_in == pytest.approx(1 / desk.stored(lost)["p"])
    whole = sum(one["observed"] for one in rows) / sum(one["exposure"] for one in rows) * 12
    assert item.base_value == pytest.approx(whole, rel=0.01)  # but for branches that are gone


def test_explanation_names_every_figure_of_the_message(desk: Desk, lost: Incident) -> None:
    """Whoever doubts a message finds each of its figures in the explanation of the incident."""
    notice = desk.notice(lost)
    [item] = notice.items
    found = explain_incident(desk.app, f"churn_high/{lost.entity_id}")
    named = {**found.periods[-1].derived, **found.account.beside_row()}
    sure = item.sureness
    assert sure is not None
    told = [item.observed, item.expected, item.excess, item.value, item.base_value, sure.one_in, sure.judged]
    told += [sure.flagged, sure.too_small, sure.without_data, sure.smallest_ratio, item.mix.ratio if item.mix else None]
    told += [one.excess for view in item.views for one in view.drivers]
    known = [value for value in named.values() if value is not None]

    for figure in told:
        assert figure is not None
        assert any(figure == pytest.approx(one) for one in known), figure


def test_funnel_shows_all_that_were_judged(desk: Desk, lost: Incident) -> None:
    """Each eligible branch is a dot, the message's own has a name, and the limits are those of chance."""
    chart = desk.notice(lost).chart
    assert isinstance(chart, Funnel)
    [marked] = chart.marked
    [result] = [one for one in desk.run.results if one.rule.alert == "churn_high"]

    assert result.eligible == len(chart.others) + 1
    assert "Rana" == marked.name
    assert desk.stored(lost)["ratio"] == marked.ratio
    assert chart.is_beyond(marked)
    assert sum(map(chart.is_beyond, chart.others)) < len(chart.others) / 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES)
def test_every_shipped_rule_has_its_message(desk: Desk, rule: str, language: str) -> None:
    """Mail, blocks and text message of one incident and of all, with the name of the place and no blank figure."""
    own = desk.incidents(rule)
    for told in (own[:1], own):
        mail = files(desk.messages.compose(brief(*told, language=language)))
        slack = files(desk.messages.compose(brief(*told, language=language, channel="slack")))
        sms = files(desk.messages.compose(brief(*told, language=language, channel="sms")))
        text = mail["letter.txt"].content.decode()
        [place] = [one.place for one in desk.notice(*told).items[:1]]

        assert place in flat(text)
        assert not re.search(r"\bnan\b|\bNone\b(?! of)", text)
        sent = blocks.parse(slack["blocks.json"].content.decode())
        assert sent == blocks.fit(sent, language=language)
        assert 1 == measure(sms["letter.txt"].content.decode()).segments
        assert (f"{CHART_ID}.png" in mail) == (f'src="cid:{CHART_ID}"' in mail["letter.html"].content.decode())
        assert {"letter.txt"} == set(sms)


def test_charts_suit_their_rules(desk: Desk) -> None:
    """A funnel against others, the course of the year for a pace, years for what changes, none for an event."""
    charts = {rule: desk.notice(desk.incidents(rule)[0]).chart for rule in RULES}

    assert isinstance(charts["churn_high"], Funnel)
    assert isinstance(charts["coverage_below_target"], Funnel)
    assert isinstance(charts["enrolment_behind_last_year"], Pace)
    assert isinstance(charts["churn_up"], ChartSpec)
    assert isinstance(charts["members_falling"], ChartSpec)
    assert charts["last_rep_lost"] is None


def test_pace_chart_ends_with_the_figures_of_the_message(desk: Desk) -> None:
    """This year's curve ends at the joins so far; the forecast is that of the stored row, within its interval."""
    incident = desk.incidents("enrolment_below_target")[0]
    notice = desk.notice(incident)
    [item] = notice.items
    row, chart = desk.stored(incident), notice.chart
    assert isinstance(chart, Pace)
    assert item.forecast is not None

    assert row["observed"] == chart.this_year[-1] == item.observed
    assert incident.data_on.month == len(chart.this_year)
    assert (row["forecast"], row["year_target"]) == (item.forecast.mean, item.forecast.target)
    assert row["target_probability"] == item.forecast.chance
    assert item.forecast.low < item.forecast.mean < item.forecast.high


def test_workplace_goes_by_its_name(desk: Desk) -> None:
    """An event is told of a workplace by name, with the members that it leaves uncovered, and no odds."""
    incident = desk.incidents("last_rep_lost")[0]
    [item] = desk.notice(incident).items

    assert Place.workplace is item.kind
    assert incident.entity_id not in item.place
    assert desk.stored(incident)["members"] == item.members
    assert item.sureness is None


def test_largest_stand_first_and_the_rest_is_counted(desk: Desk) -> None:
    """Five of many are shown, those with most members first, whatever order they come in."""
    own = desk.incidents("last_rep_lost")
    notice = desk.notice(*reversed(own))
    members = [item.members or 0 for item in notice.items]

    assert (5, len(own) - 5) == (len(notice.items), notice.more)
    assert sorted(members, reverse=True) == members
    assert sum(desk.stored(one)["members"] for one in own) == notice.total


def test_few_persons_are_seen_by_analysts_only(desk: Desk, lost: Incident) -> None:
    """Outside that role counts of fewer than five are not said; joiners of a branch give nobody away."""
    everybody, analyst = (desk.notice(lost, sees_small_cells=sees).items[0] for sees in (False, True))
    joins = desk.notice(desk.incidents("enrolment_behind_last_year")[0]).items[0]

    assert (5, 0, 0) == (everybody.min_cell, analyst.min_cell, joins.min_cell)
    assert not everybody.is_small


def test_curve_of_few_persons_a_month_is_not_drawn(desk: Desk) -> None:
    """Where months add up, three joiners of a month can be seen; only where they must not be is the curve left out."""
    chart = desk.notice(desk.incidents("enrolment_behind_last_year")[0]).chart
    assert isinstance(chart, Pace)
    few = replace(chart, this_year=(12.0, 15.0, 30.0))

    assert (True, False) == (shows_few(few, min_cell=5), shows_few(few, min_cell=0))
    assert not shows_few(replace(chart, this_year=(12.0, 12.0, 30.0)), min_cell=5)


def test_region_alone_is_told_by_its_branches(desk: Desk) -> None:
    """Where a region stands for its branches the message lists them, and says of how many."""
    children = tuple(desk.incidents("churn_high"))
    region = replace(
        children[0],
        key="region-key",
        entity_id=desk.facts.employer.region_id,
        region_id=desk.facts.employer.region_id,
        excess=sum(one.excess for one in children),
    )
    stands = {region.id: RegionBrief(children=children, eligible=9)}
    notice = desk.notice(region, regions=stands, region_id=desk.facts.employer.region_id)
    text = desk.messages.compose(brief(region, regions=stands, region_id=desk.facts.employer.region_id, language="en"))[
        0
    ]

    assert Kind.rolled_up is notice.kind
    assert {one.entity_id for one in children} == set(desk.facts.employer.branch_ids)
    assert "Nordland: 2 of 9 branches, together 451 more leavers than expected" in text


def test_region_that_is_over_is_told_as_a_region(desk: Desk) -> None:
    """When so many branches do not fire any more, the region's own end is told."""
    child = desk.incidents("churn_high")[0]
    over = replace(child, key="region-key", entity_id=desk.facts.employer.region_id, phase=Phase.RESOLVED)
    subject, _ = desk.messages.compose(
        brief(
            over,
            kind=Kind.resolved,
            reason=Reason.resolved,
            language="en",
            regions={over.id: RegionBrief(children=(child,), eligible=9)},
            endings={over.id: Ending.fewer},
        )
    )

    assert "Resolved · Churn – Nordland: no longer so many branches" == subject


def test_late_source_is_told_once(desk: Desk) -> None:
    """A source that has not come is named, with the reason, the rules that wait, and who looks after it."""
    told = brief(
        kind=Kind.data_late, language="en", late=LateBrief(sources=("memberships",), because=("Too old.",), firing=3)
    )
    subject, artifacts = desk.messages.compose(told)
    text = flat(artifacts[1].content.decode())

    # All but the one about its age count its members.
    waiting = len(desk.app.catalogue.alerts) - 1
    assert f"Warning · Data late – Memberships: {waiting} alert rules waiting" == subject
    assert "Too old." in text
    assert "What has been told already (3) stays as it was" in text
    assert "Owner: data_team" in text


def test_what_is_long_over_can_still_be_told(desk: Desk, lost: Incident) -> None:
    """Of an incident whose evaluation was removed its end is told, without figures; of an unknown rule nothing is."""
    over = replace(lost, data_on=date(2020, 1, 31), phase=Phase.RESOLVED)
    told = brief(over, kind=Kind.resolved, reason=Reason.resolved, endings={over.id: Ending.closed}, language="en")
    subject, artifacts = desk.messages.compose(told)

    assert "Resolved · Churn – Rana: has been closed" == subject
    assert " against " not in artifacts[1].content.decode()
    with pytest.raises(UsageError, match='knows the rule "gone"'):
        desk.notice(replace(over, rule="gone"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An incident as a ledger keeps it."""

    incident: Incident
    kind: str = "entity"
    ending: str = ""

    def __getattr__(self, name: str) -> Any:
        return self.incident.id if name == "incident_id" else getattr(self.incident, name)


def planned(*incidents: Incident, notices: tuple[Planned, ...], reason: Sending, channel: str = "slack") -> Any:
    reader = SimpleNamespace(channel=channel, recipient_id="7")
    return SimpleNamespace(reader=reader, reason=reason, notices=notices, incidents=incidents, unstaffed=())


def matter(desk: Desk, *records: Record, inhibited: Mapping[str, str] | None = None, acks: tuple[Ack, ...] = ()) -> Any:
    return SimpleNamespace(
        records={one.incident_id: one for one in records},
        inhibited=inhibited or {},
        eligible={("churn", desk.facts.employer.region_id): 9},
        late={"memberships": ("Too old.",)},
        acks=acks,
        states=desk.states.load,
        now=NOW,
    )


def buttons(composed: tuple[str, tuple[Artifact, ...]]) -> Iterator[dict[str, Any]]:
    for block in json.loads(files(composed)["blocks.json"].content):
        yield from block.get("elements", []) if block["type"] == "actions" else []


@pytest.fixture(scope="module")
def wording(desk: Desk) -> StoredWording:
    return StoredWording(
        app=desk.app,
        accounts=desk.messages.accounts,
        public_url="https://reports.example",
        token_of=lambda incident, recipient: f"signed.{incident}.{recipient}",
        on_call=lambda incident, now: ("analyst A", now),
    )


TO = SimpleNamespace(language="en", may_see_small_cells=False)


def said(incident: Incident, kind: NoticeKind) -> tuple[Planned, ...]:
    return (Planned(incident_id=incident.id, kind=kind, data_on=incident.data_on),)


def test_planned_message_gets_signed_pages(desk: Desk, wording: StoredWording, lost: Incident) -> None:
    """Buttons send the token back; mail and text message link to the page."""
    first = planned(lost, notices=said(lost, NoticeKind.FIRED), reason=Sending.FIRST)
    composed = wording.compose(first, to=TO, matter=matter(desk, Record(incident=lost)))
    text = files(composed)["letter.txt"].content.decode()
    sent = {one["action_id"]: one for one in buttons(composed)}

    assert f"signed.{lost.id}.7" == sent["acknowledge"]["value"]
    assert {"acknowledge", "snooze", "open", "not_useful"} == set(sent)
    assert f"Acknowledge: https://reports.example/a/signed.{lost.id}.7" in text
    assert "analyst A" in text


def test_every_link_of_a_message_leads_to_a_page_that_there_is(
    desk: Desk, wording: StoredWording, lost: Incident
) -> None:
    """What is left out is read on the incident's page, which lists the others; parts of it are those of the page."""
    first = planned(lost, notices=said(lost, NoticeKind.FIRED), reason=Sending.FIRST)
    brief = wording.brief(first, to=TO, matter=matter(desk, Record(incident=lost)))
    actions = brief.actions[lost.id]
    page = (ROOT / "distributor" / "portal" / "templates" / "alert.html").read_text("utf-8")

    assert f"https://reports.example/a/signed.{lost.id}.7" == actions.open == actions.acknowledge == brief.list_url
    for link in (actions.snooze, actions.not_useful):
        address, _, part = link.partition("#")
        assert actions.open == address
        assert f'id="{part}"' in page


def test_escalation_and_ends_say_so(desk: Desk, wording: StoredWording, lost: Incident) -> None:
    """What nobody answered is marked; an end says how it ended."""
    over = replace(lost, phase=Phase.RESOLVED)
    asked = planned(lost, notices=said(lost, NoticeKind.FIRED), reason=Sending.ESCALATED)
    ended = planned(over, notices=said(over, NoticeKind.RESOLVED), reason=Sending.RESOLVED)
    escalated, _ = wording.compose(asked, to=TO, matter=matter(desk, Record(incident=lost)))
    resolved, _ = wording.compose(ended, to=TO, matter=matter(desk, Record(incident=over, ending="merged")))

    assert escalated.startswith("Critical · Unanswered · Churn above normal – Rana")
    assert "Resolved · Churn – Rana: has been merged into another" == resolved


def test_message_that_stands_is_written_anew(desk: Desk, wording: StoredWording) -> None:
    """An edit says what is left, who looks into it, and ends when all is over."""
    first, second = desk.incidents("churn_high")
    over = replace(second, phase=Phase.RESOLVED)
    ack = Ack(incident_id=first.id, author="analyst A", reason="", made_at=NOW)
    known = matter(desk, Record(incident=first), Record(incident=over, ending="cleared"), acks=(ack,))
    composed = wording.compose(planned(first, over, notices=(), reason=Sending.MORE_FIRING), to=TO, matter=known)
    text = flat(files(composed)["letter.txt"].content.decode())
    both = planned(replace(first, phase=Phase.RETRACTED), notices=(), reason=Sending.MORE_FIRING)
    withdrawn, _ = wording.compose(both, to=TO, matter=known)

    assert "1 of 2 branches left" in text
    assert "acknowledged by analyst A" in text
    assert "Hemnes: back to normal" in text
    assert withdrawn.startswith("Withdrawn · ")


def test_region_and_source_of_the_ledger_are_worded(desk: Desk, wording: StoredWording) -> None:
    """A region is told by the branches that it inhibits, a source by its own words."""
    children = desk.incidents("churn_high")
    region_id = desk.facts.employer.region_id
    region = replace(children[0], key="region-key", family="churn", entity_id=region_id, region_id=region_id)
    records = [Record(incident=region, kind="region"), *(Record(incident=one) for one in children)]
    stands = matter(desk, *records, inhibited={one.id: "region-key" for one in children})
    rolled, _ = wording.compose(
        planned(region, notices=said(region, NoticeKind.FIRED), reason=Sending.FIRST), to=TO, matter=stands
    )
    source = replace(children[0], key="source-key", rule="", source="memberships", region_id=None)
    late, _ = wording.compose(
        planned(source, notices=said(source, NoticeKind.FIRED), reason=Sending.FIRST),
        to=TO,
        matter=matter(desk, Record(incident=source, kind="source")),
    )

    assert "Nordland: 2 of 9 branches" in rolled
    assert late.startswith("Warning · Data late – Memberships")


def test_same_brief_gives_the_same_bytes(desk: Desk, lost: Incident) -> None:
    """Composed again, by another process, it is the same message."""
    other = AlertMessages(app=desk.app, states=desk.states.load, accounts=Accounts(app=desk.app))
    told = brief(lost, actions={lost.id: Actions(open="https://r.example/a/1")})

    assert desk.messages.compose(told) == other.compose(told)
