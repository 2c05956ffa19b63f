"""Evaluations that tell: incidents in the ledger, messages in the outbox, and nothing twice."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from small_union import make_small_union
from told_union import APRIL, JUNE, MAY, RULES, ToldUnion

from distributor.alerting.annotations import SnoozeUntil
from distributor.alerting.escalation import EscalationStep
from distributor.alerting.routing import Route, RoutingTable
from distributor.errors import UsageError
from distributor.jobs.alert_annotations import (
    acknowledge_incident,
    find_incident,
    make_silence,
    plan_silence,
    snooze_incident,
)
from distributor.jobs.alert_states import LedgerStates
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.records import DeliveryStatus, Relation, RunStatus

HOUR = timedelta(hours=1)
MID_JUNE = date(2026, 6, 15)
ASKED = RoutingTable(
    routes=(),
    default=Route(
        name="default",
        matchers=(),
        steps=(
            EscalationStep(audience="branch_leaders", channel="email"),
            EscalationStep(audience="region_leaders", channel="email", wait=2 * HOUR),
        ),
    ),
)
REGIONAL = RULES.replace('fire_when: {value: "< 25"}', 'fire_when: {value: "< 35"}').replace("> 30", "> 60")


@pytest.fixture
def told(tmp_path: Path) -> ToldUnion:
    made = ToldUnion(union=make_small_union(tmp_path / "union"))
    made.rules(RULES)
    return made


def test_incident_is_recorded_and_told(told: ToldUnion) -> None:
    """A rule that fires is an incident with its region; who should hear gets a mail; the run's books balance."""
    run = told.evaluate(MAY)
    told.send()

    incident = told.incidents()["N1"]
    assert ("members_few", "N", "warning", "firing") == (
        incident.rule, incident.region_id, incident.severity, incident.phase,
    )  # fmt: skip
    assert [("ask", "first_notification N1")] == told.said()
    [record] = told.app().ledger.runs("alerts")
    assert (run.run.evaluation_id, RunStatus.closed) == (record.run_id, record.status)
    [mail] = told.union.letters()
    assert "first_notification N1" in mail.read_text("utf-8")


def test_second_evaluation_of_a_day_tells_nothing(told: ToldUnion) -> None:
    """What was told is not told again, and the states stand as they stood."""
    told.evaluate(MAY)
    before = LedgerStates.read(told.app().ledger).load("members_few")

    again = told.evaluate(MAY, hour=7)

    assert () == again.messages
    after = LedgerStates.read(told.app().ledger).load("members_few")
    assert before == {name: replace(one, evidence=before[name].evidence) for name, one in after.items()}
    assert 1 == len(told.said())


def test_end_answers_the_mail_of_the_beginning(told: ToldUnion) -> None:
    """The mail that an incident is over refers to the one that it fired."""
    told.evaluate(MAY)
    told.send()
    told.resize("N1", 40, on=MID_JUNE)

    told.evaluate(JUNE)
    told.send()

    assert [("ask", "first_notification N1"), ("ask", "resolved N1")] == told.said()
    root, reply = told.deliveries()
    letter = told.app().ledger.letter(reply.key)
    assert (Relation.reply, root.key) == (letter.relation, letter.root_key)
    mails = [path.read_text("utf-8") for path in told.union.letters()]
    assert any(f"References: {root.message_id}" in mail for mail in mails)
    assert [DeliveryStatus.sent] * 2 == [one.status for one in told.deliveries()]


def test_recipient_without_an_address_is_in_the_books(told: ToldUnion) -> None:
    """Who cannot be reached has a delivery that says why, as for a pack."""
    told.resize("S2", 5)

    told.evaluate(MAY)

    status = {one.recipient_id: (one.status, one.reason) for one in told.deliveries()}
    assert (DeliveryStatus.suppressed, "no address for email") == status["eng"]
    assert "critical" == told.incidents()["S2"].severity


def test_rule_without_notify_tells_nobody(told: ToldUnion) -> None:
    """It feeds the watch list: there is an incident, and no message."""
    told.rules("\n".join(line for line in RULES.splitlines() if "notify" not in line))

    run = told.evaluate(MAY)

    assert ("firing", ()) == (told.incidents()["N1"].phase, run.messages)


def test_rehearsal_leaves_no_trace(told: ToldUnion) -> None:
    """It says what would be sent; ledger, store and folders stay as they are."""
    run = told.rehearse(MAY)

    assert [("N1",)] == [tuple(one.entity_id for one in message.incidents) for message in run.outlook.messages]
    assert ({}, ()) == (told.app().ledger.rule_states(), told.app().ledger.runs())
    assert not told.app().evaluations_folder.exists()
    assert [] == list(told.app().store.files())


def test_unknown_rule_records_nothing(told: ToldUnion) -> None:
    """A wrong name is told before anything is done."""
    with pytest.raises(UsageError, match="no alert rule"):
        told.evaluate(MAY, "churn")

    assert () == told.app().ledger.runs()


def test_silence_hides_the_beginning_and_not_the_end(told: ToldUnion) -> None:
    """What fires under a silence is told when it has ended; the state history is that of the unsilenced."""
    app = told.app()
    plan = plan_silence(app, ["rule=members_*"], expires_at=told.now + timedelta(days=14), who="kari", reason="merger")
    make_silence(app, plan.silence)
    assert () == told.evaluate(MAY).messages
    assert "firing" == told.incidents()["N1"].phase

    told.now = told.now + timedelta(days=20)
    assert ["first_notification N1"] == [one.letter.subject for one in told.notify_now()]


def test_many_branches_of_a_region_are_the_regions_affair(told: ToldUnion) -> None:
    """The region is told in place of its branches, and ends when these are fewer; then they speak for themselves."""
    told.rules(REGIONAL.replace("branch_leaders", "region_leaders"))
    for name in ("N1", "N2"):
        told.resize(name, 20)
    told.resize("../x", 20)

    first = told.evaluate(MAY)
    told.send()

    by_kind = {one.kind for one in told.incidents().values()}
    assert {"entity", "region"} == by_kind
    assert ("north", "first_notification N") in told.said()
    north = [one for message in first.outlook.messages for one in message.incidents if one.region_id == "N"]
    assert ["N"] == [one.entity_id for one in north]
    assert set(first.outlook.annotations.inhibited) == {
        one.incident_id for one in told.incidents().values() if one.region_id == "N" and one.kind == "entity"
    }

    for name in ("N1", "N2"):
        told.resize(name, 80, on=MID_JUNE)
    told.evaluate(JUNE)

    assert ("resolved", "fewer") == (told.incidents()["N"].phase, told.incidents()["N"].ending)
    assert ("north", "resolved N") in told.said()
    assert ("north", "first_notification ../x") in told.said()


def test_late_source_is_told_once_and_its_coming_too(told: ToldUnion) -> None:
    """A dataset that fails its gates is one incident, not one a branch; what fires meanwhile is not ended."""
    told.evaluate(APRIL)
    told.union.sql("update members set member_id = 1")
    told.evaluate(MAY)
    late = [one for one in told.incidents().values() if one.kind == "source"]
    assert [("memberships", "firing")] == [(one.source, one.phase) for one in late]
    assert "firing" == told.incidents()["N1"].phase
    told.evaluate(MAY, hour=7)

    told.union.sql("update members set member_id = rowid")
    told.evaluate(MAY, hour=8)

    states = {one.entity_id: (one.phase, one.ending) for one in told.incidents().values() if one.kind == "source"}
    assert {"00": ("resolved", "came")} == states


def test_rule_that_is_taken_away_ends_its_incidents(told: ToldUnion) -> None:
    """Who was told hears that it is over; when the rule is back, it is the next episode."""
    told.evaluate(APRIL)
    told.rules(RULES.replace("members_few", "members_low"))
    told.evaluate(MAY)

    old = told.app().ledger.incidents(IncidentFilter(rule="members_few"))
    assert [("resolved", "rule_removed")] == [(one.phase, one.ending) for one in old]
    assert "resolved N1" in [subject for _, subject in told.said()]

    told.rules(RULES)
    told.evaluate(JUNE, "members_few")
    again = told.app().ledger.incidents(IncidentFilter(rule="members_few", firing_only=True))
    assert [2] == [one.episode for one in again]


def test_step_is_taken_when_nobody_answers(told: ToldUnion) -> None:
    """After two working hours the leader of the region is asked, once; the end is told to both."""
    told.table = ASKED
    told.evaluate(MAY)
    assert () == told.notify_due()
    told.pass_hours(3)

    [message] = told.notify_due()

    assert ("north", "escalated N1") == (message.delivery.recipient_id, message.letter.subject)
    assert () == told.notify_due()
    told.resize("N1", 40, on=MID_JUNE)
    told.evaluate(JUNE)
    assert {("ask", "resolved N1"), ("north", "resolved N1")} <= set(told.said())


def test_ack_stops_the_escalation(told: ToldUnion) -> None:
    """Once somebody looks into it, nobody else is asked."""
    told.table = ASKED
    told.evaluate(MAY)
    incident = find_incident(told.app(), told.incidents()["N1"].incident_id[:6])
    assert acknowledge_incident(told.app(), incident.incident_id, who="kari", reason="I call them")
    told.pass_hours(30)

    assert () == told.notify_due()
    assert ["acknowledge"] == [one.action for one in told.app().ledger.audit(incident.incident_id)]


def test_snoozed_step_is_not_asked(told: ToldUnion) -> None:
    """What is put off asks nobody, and its end is told."""
    told.table = ASKED
    told.evaluate(MAY)
    assert snooze_incident(told.app(), told.incidents()["N1"], until=SnoozeUntil.RESOLVED, who="kari", reason="known")
    told.pass_hours(30)
    assert () == told.notify_due()

    told.resize("N1", 40, on=MID_JUNE)
    told.evaluate(JUNE)
    assert ("ask", "resolved N1") in told.said()


def test_unstaffed_shift_falls_through_at_once(told: ToldUnion) -> None:
    """Nobody is on shift: the next audience hears with the evaluation, and reads why."""
    told.table, told.unstaffed = ASKED, ("branch_leaders",)

    told.evaluate(MAY)

    assert {("ask", "first_notification N1"), ("north", "shift_unstaffed N1")} == set(told.said())


def test_worsened_asks_anew(told: ToldUnion) -> None:
    """An ack lapses when it worsens: the steps begin again."""
    told.table = ASKED
    told.resize("N1", 20)
    told.evaluate(APRIL)
    acknowledge_incident(told.app(), told.incidents()["N1"].incident_id, who="kari", reason="I look")
    told.resize("N1", 5, on=date(2026, 5, 15))
    told.evaluate(MAY)
    told.evaluate(JUNE)
    assert "critical" == told.incidents()["N1"].severity

    told.pass_hours(5)

    assert ["escalated N1"] == [one.letter.subject for one in told.notify_due()]


def test_message_that_cannot_be_written_holds_up_no_other(told: ToldUnion) -> None:
    """It stands in the books as failed, with the reason; the next evaluation tells what it was to tell."""
    told.resize("N2", 20)
    told.words.refused = ("N1",)
    told.evaluate(MAY)

    status = {one.recipient_id: (one.status, one.reason) for one in told.deliveries()}
    assert {"ask": (DeliveryStatus.failed, "no words for N1."), "boe": (DeliveryStatus.queued, "")} == status

    told.words.refused = ()
    told.evaluate(MAY, hour=7)
    assert [("ask", "first_notification N1"), ("boe", "first_notification N2")] == sorted(
        said for said in told.said() if said[1]
    )


def test_end_that_could_not_be_written_is_told_later(told: ToldUnion) -> None:
    """Whoever was told that it fires hears that it is over, be it at a later evaluation."""
    told.evaluate(MAY)
    told.resize("N1", 40, on=MID_JUNE)
    told.words.refused = ("N1",)
    told.evaluate(JUNE)
    assert "resolved" == told.incidents()["N1"].phase

    told.words.refused = ()
    told.evaluate(JUNE, hour=7)

    assert [("ask", "first_notification N1"), ("ask", "resolved N1")] == [one for one in told.said() if one[1]]


def test_overtaken_evaluation_judges_again(told: ToldUnion, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another evaluation that comes between is respected: what it told is not told again."""
    app = told.app()
    ledger_type = type(app.ledger)
    original, other = ledger_type.record_evaluation, []

    def overtaken(ledger: object, entry: object) -> bool:
        if not other:
            other.append(1)
            told.evaluate(MAY, hour=5)
        return original(ledger, entry)

    monkeypatch.setattr(ledger_type, "record_evaluation", overtaken)
    told.evaluate(MAY, hour=6)

    assert [("ask", "first_notification N1")] == told.said()
    assert 2 == len(told.app().ledger.runs("alerts"))
    assert 2 == len(list(told.app().evaluations_folder.iterdir()))


def test_folder_of_a_killed_evaluation_is_made_anew(told: ToldUnion) -> None:
    """An evaluation that ended half-way is repeated from the beginning."""
    run = told.evaluate(MAY)
    half = told.app().evaluations_folder / run.run.evaluation_id.replace("T06", "T07")
    shutil.copytree(run.run.folder, half)

    again = told.evaluate(MAY, hour=7)

    assert half == again.run.folder
    assert again.run.evaluation_id == told.app().ledger.rule_states()["members_few"].evaluation_id
