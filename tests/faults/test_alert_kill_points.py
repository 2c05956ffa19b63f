"""Evaluations of alert rules killed by force wherever they are: nobody misses what fires, and nobody is told twice."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_union import NOW, SmallUnion, make_small_union
from stopped_runs import LATER, Child, Sink, chosen, copied, with_mail_server
from told_union import RULES, ToldUnion

from distributor.jobs.alert_states import LedgerStates
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, RunStatus

READERS = {"arne@proeve.example", "beate@proeve.example"}
SENDING = {"ledger.claim", "ledger.mark_sending", "channel.send", "ledger.record_attempt"}
TELLING = {"stage snapshot", "stage measure", "stage judge", "stage tell", "store.put", "ledger.record_evaluation"}
NEXT_MONTH = NOW + timedelta(days=30)


@pytest.fixture
def prepared(sink: Sink, tmp_path: Path) -> SmallUnion:
    """A union with two branches that fire, and whose leaders are told by mail."""
    union = with_mail_server(make_small_union(tmp_path / "prepared"), sink.port)
    told = ToldUnion(union=union)
    told.rules(RULES)
    told.resize("N1", 20)
    told.resize("N2", 22)
    return union


def said(union: SmallUnion, mails: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """Return how often each reader got each message; assert that a second time is one of which nobody could know."""
    ledger = union.app().ledger
    deliveries = {one.message_id: one for one in ledger.deliveries(DeliveryFilter()) if one.message_id}
    history: dict[str, list[DeliveryStatus]] = defaultdict(list)
    for attempt in ledger.attempts(DeliveryFilter()):
        history[attempt.key].append(attempt.status)
    found = Counter((mail["rcpt"], mail["message_id"]) for mail in mails)
    for (_, message_id), number in found.items():
        one = deliveries[message_id]
        assert DeliveryStatus.sent is one.status
        assert number == 1 or DeliveryStatus.unconfirmed in history[one.key], one.key
        assert 1 == history[one.key].count(DeliveryStatus.sent)
    assert {DeliveryStatus.sent: len(found)} == Counter(one.status for one in deliveries.values())
    ledger.close()
    return Counter((rcpt, message_id) for rcpt, message_id in found)


def assert_consistent(union: SmallUnion, *, firing: set[str]) -> None:
    """Assert that states, incidents, notices and folders agree, and that every run is closed."""
    app = union.app()
    states = LedgerStates.read(app.ledger)
    by_state = {name for name, one in states.load("members_few").items() if one.phase == "firing"}
    by_ledger = {one.entity_id for one in app.ledger.incidents(IncidentFilter(firing_only=True))}
    assert firing == by_state == by_ledger
    last = states.records["members_few"].evaluation_id
    assert (app.evaluations_folder / last / "evaluation.json").is_file()
    assert {RunStatus.closed} == {run.status for run in app.ledger.runs("alerts")}
    every = app.ledger.incidents(IncidentFilter())
    notices = app.ledger.notices([one.incident_id for one in every])
    assert {1} >= set(Counter((one.incident_id, one.kind, one.recipient_id) for one in notices).values())
    app.ledger.close()


@pytest.mark.parametrize("position", ["first", "last"])
def test_kill_while_rules_are_evaluated_and_told(
    position: str, child: Child, sink: Sink, prepared: SmallUnion, tmp_path: Path
) -> None:
    """Killed anywhere from the sources to the last mail: the next evaluation repeats harmlessly what is missing."""
    points = child.rehearse(copied(prepared, tmp_path / "rehearsal"), "tell")
    assert TELLING | SENDING | {"ledger.close_run"} <= {what for what, _ in points}

    for number, point in enumerate(chosen(points, position)):
        union = copied(prepared, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "tell", point)
        child.done(union, "tell")
        child.done(union, "tell", now=LATER + timedelta(hours=1))

        assert READERS == {rcpt for rcpt, _ in said(union, sink.mails())}, point
        assert 2 == len(said(union, sink.mails())), point
        assert_consistent(union, firing={"N1", "N2"})


def test_kill_while_an_end_is_told(child: Child, sink: Sink, prepared: SmallUnion, tmp_path: Path) -> None:
    """Killed at the evaluation in which one is over: its end is told once, in the thread of its beginning."""
    child.done(prepared, "tell", now=NOW)
    before = sink.mails()
    ToldUnion(union=prepared).resize("N1", 40, on=date(2026, 6, 15))
    points = child.rehearse(copied(prepared, tmp_path / "rehearsal"), "tell", now=NEXT_MONTH)

    for number, point in enumerate(chosen(points, "first")):
        union = copied(prepared, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "tell", point, now=NEXT_MONTH)
        child.done(union, "tell", now=NEXT_MONTH + timedelta(hours=1))

        found = said(union, [*before, *sink.mails()])
        # The other one goes on, and is repeated: there are new data, and a month has passed.
        assert dict.fromkeys(READERS, 2) == Counter(rcpt for rcpt, _ in found), point
        assert_consistent(union, firing={"N2"})


def test_kill_while_an_incident_is_acknowledged(child: Child, sink: Sink, prepared: SmallUnion, tmp_path: Path) -> None:
    """An ack is there or not, and another evaluation goes on from either."""
    child.done(prepared, "tell", now=NOW)
    points = child.rehearse(copied(prepared, tmp_path / "rehearsal"), "ack")
    assert {"ledger.record_ack", "ledger.record_audit"} <= {what for what, _ in points}

    for number, point in enumerate(chosen(points, "first")):
        union = copied(prepared, tmp_path / f"killed-{number}")
        child.stopped(union, "ack", point)
        child.done(union, "ack")
        child.done(union, "tell", now=LATER + timedelta(hours=1))

        assert_consistent(union, firing={"N1", "N2"})
    assert 2 == len(sink.mails())
