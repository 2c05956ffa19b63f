"""The ledger in memory and one in a file, given the same to do in any order, agree in all that they tell."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alert_cases import (
    ALL,
    MAY,
    a_message,
    a_notice,
    a_step,
    a_transition,
    an_ack,
    an_evaluation,
    an_incident,
    ended,
    some_notices,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from ledger_cases import MINUTE, NOW, a_delivery, a_letter, a_pack, a_run, an_attempt, an_occurrence

from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import PSEUDONYM_MARK, DeliveryFilter, Ledger, Queueing
from distributor.ledger.records import (
    BounceRecord,
    DeliveryStatus,
    OccurrenceStatus,
    RunStatus,
    SuppressionReason,
    SuppressionRecord,
)
from distributor.ledger.sql import SqlLedger

RUNS = st.sampled_from(["run-a", "run-B"])
OWNERS = st.sampled_from(["one", "two"])
KEYS = st.sampled_from([f"run-{run}-{number}" for run in "aB" for number in range(3)] + ["run-a-letter"])
STATUSES = st.sampled_from(DeliveryStatus)
MINUTES = st.integers(0, 4)
CHANNELS = ("email", "sms")


def address_of(number: int) -> str:
    return f"p{number}@union.example"


def pseudonym(address: str) -> str:
    return PSEUDONYM_MARK + address[::-1].replace("@", "-")


class Twins(RuleBasedStateMachine):
    """Both do the same; the clock goes on by minutes, and sometimes stands."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="twins-"))
        shutil.copy(self.template, self.folder / "ledger.sqlite")
        self.memory, self.file = MemoryLedger(), SqlLedger.in_file(self.folder / "ledger.sqlite")
        self.now = NOW
        self.planned: dict[str, int] = {}

    def teardown(self) -> None:
        self.file.close()
        shutil.rmtree(self.folder)

    def both(self, what: Callable[[Ledger], Any]) -> Any:
        answers = [what(ledger) for ledger in (self.memory, self.file)]
        assert answers[0] == answers[1]
        return answers[0]

    def moment(self, minutes: int) -> datetime:
        return self.now + minutes * MINUTE

    @initialize()
    def open_runs(self) -> None:
        for number, run_id in enumerate(("run-a", "run-B")):
            self.both(lambda one, run_id=run_id, n=number: one.open_run(a_run(run_id, started_at=NOW - n * MINUTE)))

    @rule(minutes=MINUTES)
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(run_id=RUNS, number=st.integers(0, 3), channel=st.sampled_from(CHANNELS))
    def plan(self, run_id: str, number: int, channel: str) -> None:
        planned = [
            a_delivery(i, key=f"{run_id}-{i}", branch_id=str(i % 2), address=address_of(i), channel=channel)
            for i in range(number)
        ]
        self.both(lambda one: one.record_plan(run_id, iter(planned), at=self.now))
        self.planned[run_id] = max(number, self.planned.get(run_id, 0))

    @rule(run_id=RUNS)
    def start_rendering(self, run_id: str) -> None:
        self.both(lambda one: one.start_rendering(run_id, self.now))

    @rule(
        run_id=RUNS,
        branch_id=st.sampled_from(["0", "1"]),
        status=st.sampled_from([DeliveryStatus.queued, DeliveryStatus.held, DeliveryStatus.failed]),
        is_timed=st.booleans(),
    )
    def make_pack(self, run_id: str, branch_id: str, status: DeliveryStatus, is_timed: bool) -> None:
        queueing = Queueing(status=status, reason="made", at=self.now if is_timed else None)
        self.both(lambda one: one.record_packs(run_id, [(a_pack(branch_id), queueing)]))

    @rule()
    def write_letter(self) -> None:
        delivery, letter = a_letter("run-a-letter", run_id="run-a", next_attempt_at=self.now, address=address_of(0))
        self.both(lambda one: one.record_letter(delivery, letter))

    @rule(run_id=RUNS)
    def ask(self, run_id: str) -> None:
        self.both(lambda one: one.ask_approval(run_id, "look"))

    @rule(run_id=RUNS, approved=st.booleans())
    def decide(self, run_id: str, approved: bool) -> None:
        self.both(lambda one: one.decide(run_id, approved=approved, who="Kari", reason="", at=self.now))

    @rule(run_id=RUNS, status=st.sampled_from(RunStatus), seen=st.sets(st.sampled_from(RunStatus)))
    def set_status(self, run_id: str, status: RunStatus, seen: set[RunStatus]) -> None:
        self.both(lambda one: one.record_status(run_id, status, "why", seen=seen))

    @rule(run_id=RUNS)
    def close(self, run_id: str) -> None:
        self.both(lambda one: one.close_run(run_id, self.now))

    @rule(owner=OWNERS, limit=st.integers(1, 4), minutes=MINUTES, run_id=st.sampled_from(["", "run-a"]))
    def claim(self, owner: str, limit: int, minutes: int, run_id: str) -> None:
        taken = {one.key: one for one in self.memory.in_hand()}
        claimed = self.both(
            lambda one: one.claim(
                owner, now=self.now, until=self.moment(minutes), limit=limit, channels=CHANNELS, run_id=run_id
            )
        )
        for one in claimed:
            before = taken.get(one.key)
            assert before is None or (before.lease_until_at is not None and before.lease_until_at < self.now)
            assert one.kind == "letter" or self.memory.run(one.run_id).may_be_sent

    @rule(key=KEYS, owner=OWNERS, minutes=MINUTES)
    def mark(self, key: str, owner: str, minutes: int) -> None:
        self.both(
            lambda one: one.mark_sending(
                key, owner=owner, now=self.now, until=self.moment(minutes), message_id=f"<{key}>"
            )
        )

    @rule(key=KEYS, owner=OWNERS, status=STATUSES, minutes=st.none() | MINUTES)
    def report(self, key: str, owner: str, status: DeliveryStatus, minutes: int | None) -> None:
        attempt = an_attempt(key, status, at=self.now, who=owner, reason=f"<{address_of(0)}> said so")
        at = None if minutes is None else self.moment(minutes)
        before = {one.key: one.status for one in self.memory.deliveries(DeliveryFilter())}
        if key in before:
            self.both(lambda one: one.record_attempt(attempt, owner=owner, next_attempt_at=at))

    @rule(key=KEYS, owner=OWNERS, minutes=MINUTES)
    def postpone(self, key: str, owner: str, minutes: int) -> None:
        self.both(lambda one: one.postpone(key, owner=owner, until=self.moment(minutes), reason="night"))

    @rule(keys=st.sets(KEYS), owner=OWNERS)
    def give_back(self, keys: set[str], owner: str) -> None:
        self.both(lambda one: one.give_back(keys, owner=owner))

    @rule(
        which=st.builds(
            DeliveryFilter,
            run_id=st.just("") | RUNS,
            statuses=st.sets(STATUSES).map(tuple),
            keys=st.sets(KEYS).map(tuple),
            without_letters=st.booleans(),
            limit=st.none() | st.integers(0, 2),
        ),
        status=STATUSES.filter(lambda status: status is not DeliveryStatus.sending),
        minutes=st.none() | MINUTES,
    )
    def move(self, which: DeliveryFilter, status: DeliveryStatus, minutes: int | None) -> None:
        at = None if minutes is None else self.moment(minutes)
        self.both(lambda one: one.move(which, status, reason="by hand", at=self.now, who="Ola", next_attempt_at=at))

    @rule(days=st.lists(st.integers(1, 3), unique=True), status=st.sampled_from(OccurrenceStatus), minutes=MINUTES)
    def see_fire_times(self, days: list[int], status: OccurrenceStatus, minutes: int) -> None:
        fire_times = [an_occurrence(f"day-{day}", fire_at=NOW + day * MINUTE, status=status) for day in days]
        self.both(lambda one: one.record_fire_times("letter", fire_times, seen_until=self.moment(2 - minutes)))

    @rule(day=st.integers(1, 3))
    def begin(self, day: int) -> None:
        run = a_run(f"run-of-{day}", started_at=self.now)
        self.both(lambda one: one.begin_occurrence(an_occurrence(f"day-{day}"), run))

    @rule(owner=OWNERS, minutes=MINUTES, is_dead=st.booleans())
    def take_lease(self, owner: str, minutes: int, is_dead: bool) -> None:
        self.both(
            lambda one: one.take_lease(
                "work", owner=owner, now=self.now, until=self.moment(minutes), is_dead=lambda _: is_dead
            )
        )

    @rule(owner=OWNERS)
    def drop_lease(self, owner: str) -> None:
        self.both(lambda one: one.drop_lease("work", owner=owner))

    @rule(key=KEYS, kind=st.sampled_from(["permanent", "temporary"]), number=st.integers(0, 2))
    def bounce(self, key: str, kind: str, number: int) -> None:
        address = address_of(number)
        bounce = BounceRecord(
            bounce_id=f"{key}-{number}", key=key, channel="email", address=address, kind=kind, code="5", reason=address,
            at=self.now,
        )  # fmt: skip
        self.both(lambda one: one.record_bounce(bounce, who="bounces"))

    @rule(number=st.integers(0, 2))
    def suppress(self, number: int) -> None:
        suppression = SuppressionRecord(
            channel="email", address=address_of(number), reason=SuppressionReason.by_hand, since_at=self.now
        )
        self.both(lambda one: one.suppress(suppression))

    @rule(number=st.integers(0, 3), seen=st.integers(-1, 3), is_over=st.booleans(), notice=st.integers(0, 2))
    def evaluate(self, number: int, seen: int, is_over: bool, notice: int) -> None:
        incident = an_incident(1, evaluation_id=f"alerts-{number}", fired_at=NOW, changed_at=self.now)
        stands = ended(incident, ended_at=self.now, changed_at=self.now) if is_over else incident
        entry = an_evaluation(
            f"alerts-{number}",
            seen="" if seen < 0 else f"alerts-{seen}",
            incidents=(stands,),
            transitions=(a_transition(period_ends_on=MAY + timedelta(days=notice), at=self.now),),
            messages=(a_message(f"message-{number}", a_notice(f"notice-{notice}", decided_at=self.now)),),
            queued=(a_step(notice),),
            at=self.now,
        )
        self.both(lambda one: one.record_evaluation(entry))

    @rule(number=st.integers(0, 3), seen=st.integers(0, 3), position=st.integers(0, 2), is_restarted=st.booleans())
    def take_step(self, number: int, seen: int, position: int, is_restarted: bool) -> None:
        entry = some_notices(
            f"notices-{number}",
            seen=f"alerts-{seen}",
            taken=(("inc1-e1", position),),
            restarted=("inc1-e1",) if is_restarted else (),
            at=self.now,
        )
        self.both(lambda one: one.record_notices(entry))

    @rule()
    def acknowledge(self) -> None:
        self.both(lambda one: one.record_ack(an_ack(made_at=self.now, author="person-1")))

    @rule(minutes=MINUTES)
    def forget_incidents(self, minutes: int) -> None:
        before = NOW + minutes * MINUTE
        counted = self.both(lambda one: one.forget_incidents(before=before, dry=True))
        assert counted == self.both(lambda one: one.forget_incidents(before=before, dry=False))

    @rule(minutes=MINUTES)
    def forget(self, minutes: int) -> None:
        before = NOW + minutes * MINUTE
        for what in (
            lambda one, dry: one.forget_packs(before=before, dry=dry),
            lambda one, dry: one.forget_attempts(before=before, dry=dry),
            lambda one, dry: one.pseudonymise(pseudonym, before=before, dry=dry),
        ):
            counted = self.both(lambda one, what=what: what(one, True))
            assert counted == self.both(lambda one, what=what: what(one, False))
            assert 0 == self.both(lambda one, what=what: what(one, True))

    @rule(number=st.integers(0, 2))
    def erase(self, number: int) -> None:
        person = f"person-{number}"
        counted = self.both(lambda one: one.pseudonymise(pseudonym, recipient_id=person, dry=True))
        assert counted == self.both(lambda one: one.pseudonymise(pseudonym, recipient_id=person, dry=False))

    @invariant()
    def they_tell_the_same(self) -> None:
        everything = DeliveryFilter()
        self.both(lambda one: one.runs())
        self.both(lambda one: one.deliveries(everything))
        self.both(lambda one: one.attempts(everything))
        self.both(lambda one: one.in_hand())
        self.both(lambda one: one.occurrences())
        self.both(lambda one: (one.watermark("letter"), one.leases(), one.bounces(), one.suppressions()))
        self.both(lambda one: one.artifact_refs())
        for run_id in ("run-a", "run-B"):
            self.both(lambda one, run_id=run_id: (one.packs(run_id), one.is_planned(run_id), one.counts(run_id)))
            self.both(lambda one, run_id=run_id: (one.next_due_at(CHANNELS, run_id), one.deliveries(run_id)))

    @invariant()
    def they_tell_the_same_of_alerts(self) -> None:
        ids = ("inc1-e1",)
        self.both(lambda one: (one.rule_states(), one.incidents(ALL), one.transitions(ids)))
        self.both(lambda one: (one.notices(ids), one.steps(ids), one.acks(ids), one.due_steps(self.now)))
        self.both(lambda one: one.alerts_of_person("person-1"))

    @invariant()
    def counts_add_up_to_what_was_planned(self) -> None:
        for run_id, number in self.planned.items():
            assert number == sum(self.memory.counts(run_id).values())

    @invariant()
    def claims_stand_only_on_what_may_be_in_hand(self) -> None:
        for one in self.memory.in_hand():
            assert one.status in ("queued", "deferred", "unconfirmed", "sending")


def test_twins_agree_whatever_they_are_given(sqlite_template: Path) -> None:
    """Forty random orders of operations leave no difference between memory and file."""
    machine = type("TwinsHere", (Twins,), {"template": sqlite_template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
