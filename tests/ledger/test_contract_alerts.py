"""What every ledger promises about evaluations of alert rules: whole or not at all, and nothing told twice."""

from dataclasses import replace
from datetime import date

from alert_cases import (
    ALL,
    MAY,
    a_bare_evaluation,
    a_message,
    a_notice,
    a_silence,
    a_snooze,
    a_step,
    a_transition,
    an_ack,
    an_evaluation,
    an_incident,
    ended,
    queued_steps,
    some_notices,
)
from ledger_cases import MINUTE, NOW, claim, keys, send
from test_contract_races import at_once

from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import RuleStateRecord, VerdictRecord
from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryStatus, Kind, Relation, RunStatus

EVERYTHING = DeliveryFilter()
ID = "inc1-e1"


def test_evaluation_is_recorded_whole(ledger: Ledger) -> None:
    """States, incident, transition, message, notice and steps of an evaluation are there together."""
    assert ledger.record_evaluation(an_evaluation())

    expected = RuleStateRecord(rule="churn_high", evaluation_id="alerts-1", states=b"states of alerts-1")
    assert {"churn_high": expected} == ledger.rule_states()
    assert (an_incident(),) == ledger.incidents(ALL)
    assert (a_transition(),) == ledger.transitions((ID,))
    assert (a_notice(),) == ledger.notices((ID,))
    assert (a_step(1), a_step(2)) == ledger.steps((ID,))
    [delivery] = ledger.deliveries(EVERYTHING)
    assert ("message-1", "alerts-1", Kind.alert) == (delivery.key, delivery.run_id, delivery.kind)
    assert (RunStatus.sending, True) == (ledger.run("alerts-1").status, ledger.is_planned("alerts-1"))


def test_repeated_evaluation_changes_nothing(ledger: Ledger) -> None:
    """The same evaluation again, as after a commit whose answer was lost, is done and sends nothing new."""
    ledger.record_evaluation(an_evaluation())
    claim(ledger)
    send(ledger, "message-1")

    assert ledger.record_evaluation(an_evaluation())

    assert [DeliveryStatus.sent] == [one.status for one in ledger.deliveries(EVERYTHING)]
    assert 1 == len(ledger.transitions((ID,)))


def test_evaluation_does_nothing_when_another_came_first(ledger: Ledger) -> None:
    """One that rests on states that are not the last any more leaves no trace."""
    ledger.record_evaluation(an_evaluation("alerts-1"))
    other = an_evaluation("alerts-2", seen="", messages=(a_message("message-2", a_notice("notice-2")),))

    assert not ledger.record_evaluation(other)

    assert "alerts-1" == ledger.rule_states()["churn_high"].evaluation_id
    assert ["alerts-1"] == [run.run_id for run in ledger.runs()]
    assert ["message-1"] == keys(ledger.deliveries(EVERYTHING))


def test_evaluation_that_saw_one_rule_of_two_changed_changes_neither(ledger: Ledger) -> None:
    """The states of all rules of an evaluation change together."""
    ledger.record_evaluation(an_evaluation("alerts-1"))
    both = {"churn_high": b"x", "pace": b"y"}
    seen = {"churn_high": "alerts-0", "pace": ""}

    assert not ledger.record_evaluation(replace(a_bare_evaluation("alerts-2", seen=""), seen=seen, states=both))

    assert {"churn_high"} == ledger.rule_states().keys()


def test_one_of_two_evaluations_wins(ledger: Ledger) -> None:
    """Two evaluations at the same moment on the same states: exactly one is recorded, the other leaves nothing."""
    seen = ""
    for number in range(4):
        first, second = (f"alerts-{number}-{which}" for which in "ab")

        won = at_once(
            lambda: ledger.record_evaluation(an_evaluation(first, seen=seen)),  # noqa: B023
            lambda: ledger.record_evaluation(an_evaluation(second, seen=seen)),  # noqa: B023
        )

        assert 1 == sum(won)
        seen = ledger.rule_states()["churn_high"].evaluation_id
        assert (first if won[0] else second) == seen
        assert [seen] == [run.run_id for run in ledger.runs() if f"-{number}-" in run.run_id]
    assert 1 == len(ledger.deliveries(EVERYTHING))


def test_message_is_left_out_when_all_its_notices_were_given(ledger: Ledger) -> None:
    """What was told before is not told again by another evaluation, even under another message."""
    ledger.record_evaluation(an_evaluation("alerts-1"))
    again = a_bare_evaluation("alerts-2", seen="alerts-1", messages=(a_message("message-2", a_notice()),))

    assert ledger.record_evaluation(again)

    assert ["message-1"] == keys(ledger.deliveries(EVERYTHING))
    assert (a_notice(),) == ledger.notices((ID,))


def test_message_goes_out_when_one_of_its_notices_is_new(ledger: Ledger) -> None:
    """The notice that was given before stays with the message that gave it."""
    ledger.record_evaluation(an_evaluation("alerts-1"))
    new = a_notice("notice-2", kind="repeated", thread="message-1")
    message = a_message("message-2", a_notice(), new)

    ledger.record_evaluation(a_bare_evaluation("alerts-2", seen="alerts-1", messages=(message,)))

    assert {"message-1", "message-2"} == set(keys(ledger.deliveries(EVERYTHING)))
    said = {one.key: one.delivery_key for one in ledger.notices_in(("message-1",))}
    assert {"notice-1": "message-1", "notice-2": "message-2"} == said


def test_edit_without_notices_goes_out_once(ledger: Ledger) -> None:
    """A message that only edits is known by its key alone, and says which message it replaces."""
    edit = a_message("edit-1")
    edit = replace(edit, letter=replace(edit.letter, relation=Relation.edit, root_key="message-1"))
    ledger.record_evaluation(an_evaluation("alerts-1"))

    ledger.record_evaluation(a_bare_evaluation("alerts-2", seen="alerts-1", messages=(edit,)))
    ledger.record_evaluation(a_bare_evaluation("alerts-3", seen="alerts-2", messages=(edit,)))

    assert 1 == sum(one.key == "edit-1" for one in ledger.deliveries(EVERYTHING))
    assert (Relation.edit, "message-1") == (ledger.letter("edit-1").relation, ledger.letter("edit-1").root_key)
    assert (ledger.letter("edit-1"),) == ledger.letters_in("message-1")
    assert () == ledger.letters_in("")
    assert (Relation.root, "") == (ledger.letter("message-1").relation, ledger.letter("message-1").root_key)


def test_books_of_an_evaluation_count_its_messages(ledger: Ledger) -> None:
    """An evaluation is closed when its messages are sent, as a run is when its packs are."""
    ledger.record_evaluation(an_evaluation())
    assert {DeliveryStatus.queued: 1} == ledger.counts("alerts-1")
    assert not ledger.close_run("alerts-1", NOW)

    claim(ledger)
    send(ledger, "message-1")

    assert {DeliveryStatus.sent: 1} == ledger.counts("alerts-1") == ledger.delivery_counts()
    assert ["message-1"] == keys(ledger.deliveries("alerts-1"))
    assert ledger.close_run("alerts-1", NOW)


def test_steps_are_cancelled_in_the_transaction_that_ends_the_incident(ledger: Ledger) -> None:
    """An incident that is over asks nobody any more."""
    ledger.record_evaluation(an_evaluation("alerts-1"))
    over = ended(an_incident(), evaluation_id="alerts-2")

    ledger.record_evaluation(a_bare_evaluation("alerts-2", seen="alerts-1", incidents=(over,), at=NOW + MINUTE))

    assert [NOW + MINUTE] * 2 == [one.cancelled_at for one in ledger.steps((ID,))]
    assert () == ledger.due_steps(NOW + 1_000 * MINUTE)
    assert (over,) == ledger.incidents(ALL)
    assert () == ledger.incidents(IncidentFilter(firing_only=True))


def test_ack_cancels_queued_steps(ledger: Ledger) -> None:
    """Who looks into it is not asked again; what was asked stays asked."""
    ledger.record_evaluation(an_evaluation())
    ledger.record_notices(some_notices())

    assert ledger.record_ack(an_ack())
    assert ledger.record_ack(an_ack())

    assert (an_ack(),) == ledger.acks((ID,))
    first, second = ledger.steps((ID,))
    assert (NOW + 30 * MINUTE, None) == (first.taken_at, first.cancelled_at)
    assert (None, NOW) == (second.taken_at, second.cancelled_at)


def test_snooze_cancels_queued_steps(ledger: Ledger) -> None:
    """What is put off asks nobody meanwhile."""
    ledger.record_evaluation(an_evaluation())

    assert ledger.record_snooze(a_snooze(expires_at=NOW + MINUTE))

    assert [] == queued_steps(ledger)
    assert (a_snooze(expires_at=NOW + MINUTE),) == ledger.snoozes((ID,))


def test_late_ack_and_snooze_are_refused(ledger: Ledger) -> None:
    """Resolve beats what comes after it, and an incident that never was is not acknowledged either."""
    ledger.record_evaluation(an_evaluation("alerts-1", incidents=(ended(an_incident()),)))

    assert not ledger.record_ack(an_ack())
    assert not ledger.record_snooze(a_snooze())
    assert not ledger.record_ack(an_ack("unknown-e1"))

    assert ((), ()) == (ledger.acks((ID, "unknown-e1")), ledger.snoozes((ID,)))


def test_ack_and_end_at_once_agree(ledger: Ledger) -> None:
    """An ack at the moment of the end is either before it, and stands, or refused; no step is left either way."""
    ledger.record_evaluation(an_evaluation("alerts-0"))
    for number in range(1, 5):
        incident = an_incident(number, evaluation_id=f"alerts-{number}")
        steps = (a_step(incident_id=incident.incident_id),)
        firing = a_bare_evaluation(f"firing-{number}", seen="alerts-0", incidents=(incident,), queued=steps)
        firing = replace(firing, seen={f"rule-{number}": ""}, states={f"rule-{number}": b""})
        ledger.record_evaluation(firing)
        over = replace(
            a_bare_evaluation(f"over-{number}", seen="", incidents=(ended(incident),)),
            seen={f"rule-{number}": f"firing-{number}"},
            states={f"rule-{number}": b""},
        )

        acked, _ = at_once(
            lambda: ledger.record_ack(an_ack(incident.incident_id)),  # noqa: B023
            lambda: ledger.record_evaluation(over),  # noqa: B023
        )

        assert acked == bool(ledger.acks((incident.incident_id,)))
        assert [] == queued_steps(ledger, incident.incident_id)
        [stands] = ledger.incidents(IncidentFilter(ids=(incident.incident_id,)))
        assert not stands.is_firing


def test_step_is_taken_with_its_message(ledger: Ledger) -> None:
    """The message of a step and that it was taken are one."""
    ledger.record_evaluation(an_evaluation())

    assert ledger.record_notices(some_notices())

    assert [2] == queued_steps(ledger)
    assert {"message-1", "message-of-notices-1"} == set(keys(ledger.deliveries(EVERYTHING)))
    assert RunStatus.sending is ledger.run("notices-1").status


def test_one_of_two_workers_takes_a_step(ledger: Ledger) -> None:
    """Two workers that find the same step due send one message."""
    ledger.record_evaluation(an_evaluation(queued=tuple(map(a_step, range(1, 5)))))
    for position in range(1, 5):
        entries = [some_notices(f"{position}{which}", taken=((ID, position),)) for which in "ab"]

        won = at_once(*(lambda one=one: ledger.record_notices(one) for one in entries))

        assert 1 == sum(won)
    assert 1 + 4 == len(ledger.deliveries(EVERYTHING))
    assert 1 + 4 == len(ledger.runs())


def test_step_is_not_taken_once_cancelled(ledger: Ledger) -> None:
    """A worker that began before the ack and comes after it sends nothing."""
    ledger.record_evaluation(an_evaluation())
    ledger.record_ack(an_ack())

    assert not ledger.record_notices(some_notices())

    assert ["message-1"] == keys(ledger.deliveries(EVERYTHING))


def test_notices_are_refused_when_an_evaluation_came_between(ledger: Ledger) -> None:
    """What was decided on old states is decided anew."""
    ledger.record_evaluation(an_evaluation("alerts-1"))
    ledger.record_evaluation(a_bare_evaluation("alerts-2", seen="alerts-1"))

    assert not ledger.record_notices(some_notices(seen="alerts-1"))
    assert ledger.record_notices(some_notices(seen="alerts-2"))
    assert ledger.record_notices(some_notices(seen="alerts-2"))

    assert 2 == len(ledger.deliveries(EVERYTHING))


def test_due_steps_are_the_queued_ones_of_the_time(ledger: Ledger) -> None:
    """A step is due from its instant on, until it is taken."""
    ledger.record_evaluation(an_evaluation())

    assert () == ledger.due_steps(NOW + 29 * MINUTE)
    assert (a_step(1),) == ledger.due_steps(NOW + 30 * MINUTE)
    assert (a_step(1), a_step(2)) == ledger.due_steps(NOW + 60 * MINUTE)


def test_incidents_are_found_by_what_is_asked(ledger: Ledger) -> None:
    """Rule, entity, key, the beginning of an id, and the time of a change each choose."""
    one, two = an_incident(1), ended(an_incident(2, rule="pace", incident_id="inc2%e1"))
    ledger.record_evaluation(an_evaluation(incidents=(two, one)))

    assert (one, two) == ledger.incidents(ALL)
    assert (one,) == ledger.incidents(IncidentFilter(rule="churn_high"))
    assert (two,) == ledger.incidents(IncidentFilter(entity_id="0302"))
    assert (two,) == ledger.incidents(IncidentFilter(keys=("inc2",)))
    assert (two,) == ledger.incidents(IncidentFilter(id_begins="inc2%"))
    assert () == ledger.incidents(IncidentFilter(id_begins="inc%"))
    assert (one,) == ledger.incidents(IncidentFilter(ids=("inc1-e1", "inc9-e1")))
    assert (two,) == ledger.incidents(IncidentFilter(changed_since=NOW + 60 * MINUTE))


def test_transition_is_recorded_once(ledger: Ledger) -> None:
    """The same change of the same period is one, the first; changes come in their order."""
    ledger.record_evaluation(an_evaluation("alerts-1"))
    later = a_transition(change="worsened", period_ends_on=date(2026, 6, 30), at=NOW + MINUTE)
    again = a_transition(at=NOW + MINUTE, evaluation_id="alerts-2")

    ledger.record_evaluation(a_bare_evaluation("alerts-2", seen="alerts-1", transitions=(later, again)))

    assert (a_transition(), later) == ledger.transitions((ID,))


def test_silence_ends_by_itself_or_by_hand(ledger: Ledger) -> None:
    """A silence is there until its end; ended by hand, it is over from then on, once."""
    ledger.record_silence(a_silence())
    ledger.record_silence(a_silence(reason="another"))
    assert (a_silence(),) == ledger.silences()
    assert () == ledger.silences(active_at=NOW + 60 * MINUTE)

    assert ledger.expire_silence("silence-1", at=NOW + MINUTE)

    assert not ledger.expire_silence("silence-1", at=NOW + 2 * MINUTE)
    assert not ledger.expire_silence("silence-2", at=NOW)
    assert (a_silence(expires_at=NOW + MINUTE),) == ledger.silences() == ledger.silences(active_at=NOW)


def test_first_verdict_of_a_recipient_stands(ledger: Ledger) -> None:
    """Pressing the button twice is one verdict."""
    verdict = VerdictRecord(incident_id=ID, recipient_id="person-1", at=NOW)

    assert ledger.record_verdict(verdict)
    assert not ledger.record_verdict(replace(verdict, at=NOW + MINUTE))

    assert (verdict,) == ledger.verdicts((ID, "inc2-e1"))


def test_old_incidents_go_with_all_that_was_said_of_them(ledger: Ledger) -> None:
    """What ended long ago goes; what fires, or ended later, stays with its notices and acks."""
    two = an_incident(2)
    notices = (a_notice(), a_notice("notice-2", incident_id="inc2-e1"))
    ledger.record_evaluation(
        an_evaluation(
            "alerts-1",
            incidents=(an_incident(1), two),
            transitions=(a_transition(), a_transition("inc2-e1")),
            messages=(a_message("message-1", *notices),),
            queued=(a_step(), a_step(incident_id="inc2-e1")),
        )
    )
    ledger.record_silence(a_silence())
    for record in (an_ack(), an_ack("inc2-e1")):
        ledger.record_ack(record)
    ledger.record_snooze(a_snooze())
    ledger.record_verdict(VerdictRecord(incident_id=ID, recipient_id="person-1", at=NOW))
    ledger.record_evaluation(a_bare_evaluation("alerts-2", seen="alerts-1", incidents=(ended(an_incident()),)))

    assert 0 == ledger.forget_incidents(before=NOW + 60 * MINUTE, dry=False)
    assert 1 == ledger.forget_incidents(before=NOW + 61 * MINUTE, dry=True)
    assert 2 == len(ledger.incidents(ALL))
    assert 1 == ledger.forget_incidents(before=NOW + 61 * MINUTE, dry=False)

    assert (two,) == ledger.incidents(ALL)
    asked = (ledger.transitions, ledger.notices, ledger.acks, ledger.snoozes, ledger.verdicts, ledger.steps)
    assert [()] * 6 == [ask((ID,)) for ask in asked]
    assert [1, 1, 1, 0, 0, 1] == [len(ask(("inc2-e1",))) for ask in asked]
    assert () == ledger.silences()
    assert MAY == two.data_on


def test_erased_person_is_in_no_record_of_alerts(ledger: Ledger) -> None:
    """Notices, acks, snoozes, silences and verdicts name a pseudonym instead, and words lose the address."""
    words = "as kari1@union.example says"
    ledger.record_evaluation(an_evaluation())
    ledger.record_ack(an_ack(author="person-1", reason=words))
    ledger.record_snooze(a_snooze(author="person-1", reason=words))
    ledger.record_silence(a_silence(author="person-1", reason=words))
    ledger.record_verdict(VerdictRecord(incident_id=ID, recipient_id="person-1", at=NOW, reason=words))

    assert 5 == ledger.alerts_of_person("person-1").number
    assert (a_silence(author="person-1", reason=words),) == ledger.alerts_of_person("person-1").silences

    ledger.pseudonymise(lambda one: f"pseudonym:{len(one)}", recipient_id="person-1", dry=False)

    assert 0 == ledger.alerts_of_person("person-1").number

    nobody, told = "pseudonym:8", "as pseudonym:19 says"
    assert [nobody] == [one.recipient_id for one in ledger.notices((ID,))]
    for found in (ledger.acks((ID,)), ledger.snoozes((ID,)), ledger.silences()):
        assert [(nobody, told)] == [(one.author, one.reason) for one in found]
    assert [(nobody, told)] == [(one.recipient_id, one.reason) for one in ledger.verdicts((ID,))]
