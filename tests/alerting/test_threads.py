"""Messages and their threads: each thing said once to each reader, and its end where it was begun."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alert_samples import NOW, incident
from hypothesis import given
from hypothesis import strategies as st

from distributor.alerting.annotations import Ack, Annotations, Silence
from distributor.alerting.incidents import Incident
from distributor.alerting.matchers import parse_matcher
from distributor.alerting.notices import Notice, NoticeKind, Terms
from distributor.alerting.reasons import Sending
from distributor.alerting.rules import Severity
from distributor.alerting.states import Phase
from distributor.alerting.threads import Hearing, PlannedMessage, Planning, Reader, Told, plan_messages
from distributor.ledger.records import Relation

DAY = timedelta(days=1)
KARI, OLA = Reader("email", "kari"), Reader("email", "ola")
DESK = Reader("slack", "desk")
NOTHING = Annotations()
TERMS = Terms(timezone=ZoneInfo("Europe/Oslo"))
CRITICAL_ONLY = replace(TERMS, least=Severity.CRITICAL, repeat_least=Severity.CRITICAL)
ENDS = (NoticeKind.RESOLVED, NoticeKind.RETRACTED)


@dataclass(slots=True)
class Office:
    """What was said, kept as the ledger keeps it."""

    readers: tuple[Reader, ...] = (KARI,)
    incidents: dict[str, Incident] = field(default_factory=dict)
    log: list[Told] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    now: datetime = NOW

    def stands(self, *incidents: Incident) -> None:
        for one in incidents:
            before = self.incidents.get(one.id)
            look = (one.phase, one.severity)
            is_changed = before is None or (before.phase, before.severity) != look
            self.incidents[one.id] = replace(one, changed_at=self.now if is_changed else before.changed_at)

    def plan(
        self, annotations: Annotations = NOTHING, *, hearings: Sequence[Hearing] | None = None, seed: int = 0
    ) -> tuple[PlannedMessage, ...]:
        firing = [one for one in self.incidents.values() if one.is_firing]
        heard = [Hearing(incident_id=one.id, reader=reader) for one in firing for reader in self.readers]
        shuffle = random.Random(seed).sample
        incidents, log = list(self.incidents.values()), self.log
        heard = heard if hearings is None else list(hearings)
        return plan_messages(
            Planning(
                incidents=shuffle(incidents, len(incidents)),
                log=shuffle(log, len(log)),
                hearings=shuffle(heard, len(heard)),
                annotations=annotations,
                terms=lambda channel: CRITICAL_ONLY if channel == "sms" else TERMS,
                editable=("slack",),
                known=self.known,
                now=self.now,
            )
        )

    def say(self, messages: Iterable[PlannedMessage]) -> None:
        for message in messages:
            self.known.add(message.key)
            for notice in message.notices:
                key = message.notice_key(notice)
                assert key not in self.known
                self.known.add(key)
                self.log.append(Told(notice=notice, reader=message.reader, thread=message.thread, at=self.now))

    def evaluate(self, *incidents: Incident, annotations: Annotations = NOTHING) -> tuple[PlannedMessage, ...]:
        """Let incidents stand so, say what is to be said, and a day go by."""
        self.stands(*incidents)
        messages = self.plan(annotations)
        self.say(messages)
        self.now += DAY
        return messages


def shape(messages: Iterable[PlannedMessage]) -> list[tuple[str, str, list[str]]]:
    return [(one.relation, one.reason, [each.entity_id for each in one.incidents]) for one in messages]


def over(one: Incident, phase: Phase = Phase.RESOLVED) -> Incident:
    return replace(one, phase=phase)


A, B, C = (incident(name, excess=excess) for name, excess in (("A", 8.0), ("B", 20.0), ("C", 5.0)))
BAD = incident("D", severity=Severity.CRITICAL)
SOUTH = incident("S", region_id="south")


def test_what_fires_together_opens_one_thread_a_group() -> None:
    """One message for each family, region and severity, the largest excess first."""
    messages = Office().evaluate(A, B, BAD, SOUTH)

    assert [
        ("root", "first_notification", ["D"]),
        ("root", "first_notification", ["B", "A"]),
        ("root", "first_notification", ["S"]),
    ] == shape(messages)
    assert all(one.thread == one.key for one in messages)


def test_readers_have_threads_of_their_own() -> None:
    """The same incident is a thread for each reader, under different keys."""
    messages = Office(readers=(KARI, OLA)).evaluate(A)

    assert [KARI, OLA] == [one.reader for one in messages]
    assert 2 == len({one.key for one in messages})


def test_one_more_joins_the_thread_in_which_something_fires() -> None:
    """It is told as an answer, which says why; another region opens another thread."""
    office = Office()
    [root] = office.evaluate(A)

    joined, opened = office.evaluate(A, B, SOUTH)

    assert [("reply", "more_firing", ["B"]), ("root", "first_notification", ["S"])] == shape([joined, opened])
    assert root.key == joined.thread
    assert ["B", "A"] == [one.entity_id for one in joined.standing]


def test_thread_that_has_ended_is_not_joined() -> None:
    """What fires after everything in a thread was over opens a new one."""
    office = Office()
    office.evaluate(A)
    office.evaluate(over(A))

    [opened] = office.evaluate(B)

    assert Relation.root is opened.relation


def test_end_is_told_in_the_thread_of_its_beginning() -> None:
    """Resolved and retracted are answers of their own, in the thread in which they fired."""
    office = Office()
    [root] = office.evaluate(A, B, C)

    ends = office.evaluate(over(A), over(B, Phase.RETRACTED), C)

    assert [("reply", "resolved", ["A"]), ("reply", "retracted", ["B"])] == shape(ends)
    assert {root.key} == {one.thread for one in ends}


def test_end_is_told_although_silenced_since() -> None:
    """A silence hides what begins, never the end of what was told; and the states know nothing of it."""
    silence = Silence(
        matchers=(parse_matcher("rule=*"),), author="Kari", reason="merger", starts_at=NOW, expires_at=NOW + 30 * DAY
    )
    silenced, free = Office(), Office()
    for office in (silenced, free):
        office.evaluate(A)

    told = silenced.evaluate(over(A), B, annotations=Annotations(silences=(silence,)))
    free.evaluate(over(A), B)

    assert [("reply", "resolved", ["A"])] == shape(told)
    assert silenced.incidents == free.incidents
    assert [("root", "first_notification", ["B"])] == shape(silenced.evaluate())


def test_inhibited_incident_is_told_once_nothing_stands_for_it() -> None:
    """A branch whose region speaks for it is told of when the region's own incident is over, and of its end."""
    region = incident("north-region")
    office = Office()
    office.evaluate(region, A, annotations=Annotations(inhibited={A.id: region.key}))

    messages = office.evaluate(over(region), A)

    assert [("root", "first_notification", ["A"]), ("reply", "resolved", ["north-region"])] == sorted(
        shape(messages), reverse=True
    )


def test_reader_who_no_longer_hears_is_told_the_end() -> None:
    """Who was told that it fires is told that it is over, whoever hears of it by now; but has no repeats."""
    office = Office()
    office.evaluate(A)
    office.readers = (OLA,)
    newer = replace(A, data_on=date(2026, 7, 31))
    office.now += 10 * DAY

    repeats = office.evaluate(newer)
    ends = office.evaluate(over(newer))

    assert [(OLA, "root")] == [(one.reader, one.relation) for one in repeats]
    assert [(KARI, "reply"), (OLA, "reply")] == [(one.reader, one.relation) for one in ends]


def test_repeat_comes_with_new_data_after_the_interval() -> None:
    """The thread is reminded of what goes on, once."""
    office = Office()
    office.evaluate(A)
    assert () == office.evaluate(replace(A, data_on=date(2026, 7, 31)))
    office.now += 7 * DAY

    assert [("reply", "repeat", ["A"])] == shape(office.evaluate())
    assert () == office.evaluate()


def test_flapping_is_told_once_in_the_thread_of_its_last_time() -> None:
    """The first flapping episode says so; those after it are silent, also when their thread has ended long ago."""
    office = Office()
    for episode, shaken in ((1, None), (2, 2)):
        one = replace(A, episode=episode, flapping_since=shaken)
        [fired] = office.evaluate(one)
        office.evaluate(over(one))
    assert Sending.FLAPPING is fired.reason

    assert () == office.evaluate(replace(A, episode=3, flapping_since=2))
    assert () == office.evaluate(over(replace(A, episode=3, flapping_since=2)))


def test_change_edits_the_message_that_stands_on_slack() -> None:
    """Worsened is an edit and no answer there, and nothing at all in a mail; once."""
    office = Office(readers=(DESK, KARI))
    root = next(one for one in office.evaluate(A) if one.reader == DESK)
    worse = replace(A, severity=Severity.CRITICAL)

    [edit] = office.evaluate(worse)

    assert (DESK, "edit", "changed", root.key) == (edit.reader, edit.relation, edit.reason, edit.thread)
    assert ((), ("A",)) == (edit.notices, tuple(one.entity_id for one in edit.standing))
    assert () == office.evaluate(worse)


def test_severity_that_comes_back_is_edited_again() -> None:
    """Worsened, eased, and worsened once more are three edits."""
    office = Office(readers=(DESK,))
    office.evaluate(A)
    worse = replace(A, severity=Severity.CRITICAL)

    edits = [office.evaluate(one) for one in (worse, A, worse)]

    assert [1, 1, 1] == [len(some) for some in edits]
    assert 3 == len({some[0].key for some in edits})


def test_answers_on_slack_come_with_an_edit() -> None:
    """One more, and an end, are told in the thread and shown in the message that opened it."""
    office = Office(readers=(DESK,))
    office.evaluate(A)

    assert [("edit", "changed", ["B", "A"]), ("reply", "more_firing", ["B"])] == shape(office.evaluate(A, B))
    assert [("edit", "changed", ["B", "A"]), ("reply", "resolved", ["A"])] == shape(office.evaluate(over(A), B))


def test_ack_is_shown_in_the_message_that_stands() -> None:
    """Who looks into it is seen there, once."""
    office = Office(readers=(DESK, KARI))
    office.evaluate(A)
    ack = Ack(incident_id=A.id, author="Kari", reason="", made_at=office.now)

    assert [("edit", "changed", ["A"])] == shape(office.evaluate(annotations=Annotations(acks=(ack,))))
    assert () == office.evaluate(annotations=Annotations(acks=(ack,)))


def test_hidden_incident_is_not_shown_by_an_edit() -> None:
    """What is silenced does not come to light because a neighbour changes."""
    office = Office(readers=(DESK,))
    office.evaluate(A)
    hidden = Annotations(inhibited={B.id: "region"})

    messages = office.evaluate(over(A), B, annotations=hidden)

    assert [("edit", "changed", ["A"]), ("reply", "resolved", ["A"])] == shape(messages)


def test_warning_is_no_text_message() -> None:
    """A text message is sent for what is critical, or became so."""
    phone = Reader("sms", "kari")
    office = Office(readers=(phone,))
    assert () == office.evaluate(A)

    assert [("root", "first_notification", ["A"])] == shape(office.evaluate(replace(A, severity=Severity.CRITICAL)))


def test_step_of_an_escalation_says_what_it_is() -> None:
    """Who is asked because nobody answered, or nobody is on shift, reads why."""
    office = Office()
    office.evaluate(A)
    asked = Hearing(incident_id=A.id, reader=OLA, reason=Sending.SHIFT_UNSTAFFED, unstaffed=("on_call",))

    [message] = office.plan(hearings=[asked])

    assert (OLA, "root", "shift_unstaffed", ("on_call",)) == (
        message.reader,
        message.relation,
        message.reason,
        message.unstaffed,
    )


def test_who_was_told_is_not_asked_again() -> None:
    """A step that asks somebody who has heard of it on that channel has nothing to say."""
    office = Office()
    office.evaluate(A)

    assert () == office.plan(hearings=[Hearing(incident_id=A.id, reader=KARI, reason=Sending.ESCALATED)])


def test_notice_that_is_there_already_is_not_planned_again() -> None:
    """What was given to a message that failed is not said by another one: sending it again is a person's decision."""
    office = Office()
    office.evaluate(A)
    office.log.clear()

    assert () == office.plan()


PHASES = st.sampled_from([None, Phase.FIRING, Phase.FIRING, Phase.RESOLVED, Phase.RETRACTED])
ROUNDS = st.lists(
    st.tuples(st.tuples(*[PHASES] * 4), st.sampled_from(Severity), st.booleans(), st.integers(0, 20)),
    min_size=1,
    max_size=8,
)


def lives(rounds: Iterable[tuple[tuple[Phase | None, ...], Severity, bool, int]]) -> Iterable[list[Incident]]:
    """Yield how four incidents stand round by round; what has ended fires again as its next episode."""
    known: dict[int, Incident] = {}
    for phases, severity, _, days in rounds:
        for number, phase in enumerate(phases):
            before = known.get(number)
            if phase is None or (before is None and phase is not Phase.FIRING):
                continue
            episode = 1 if before is None else before.episode + (phase is Phase.FIRING and not before.is_firing)
            if before is not None and not before.is_firing and phase is not Phase.FIRING:
                continue
            region = "north" if number < 2 else "south"
            data_on = date(2026, 6, 30) + timedelta(days=days)
            known[number] = incident(
                f"B{number}", episode=episode, phase=phase, severity=severity, region_id=region, data_on=data_on
            )
        yield list(known.values())


@given(ROUNDS)
def test_every_incident_told_ends_once_in_its_thread(
    rounds: list[tuple[tuple[Phase | None, ...], Severity, bool, int]],
) -> None:
    """Whatever happens, and whatever is hidden: fired if and only if, in the end, one end on channel and thread."""
    office = Office(readers=(KARI, DESK))
    for (_, _, is_hidden, days), standing in zip(rounds, lives(rounds), strict=True):
        hidden = {one.id: "region" for one in standing} if is_hidden else {}
        office.now += timedelta(days=days)
        office.evaluate(*standing, annotations=Annotations(inhibited=hidden))
    office.evaluate(*(over(one) if one.is_firing else one for one in office.incidents.values()))

    fired = Counter(
        (one.reader, one.notice.incident_id, one.thread) for one in office.log if one.notice.kind == "fired"
    )
    ended = Counter((one.reader, one.notice.incident_id, one.thread) for one in office.log if one.notice.kind in ENDS)
    assert fired == ended
    assert set(fired.values()) <= {1}


@given(ROUNDS, st.integers(1, 1_000))
def test_order_and_restarts_change_nothing(
    rounds: list[tuple[tuple[Phase | None, ...], Severity, bool, int]], seed: int
) -> None:
    """Planned again after a crash, from everything in another order, it is the same; and after it was said, nothing."""
    office = Office(readers=(KARI, DESK))
    for standing in lives(rounds):
        office.stands(*standing)
        planned = office.plan()

        assert planned == office.plan(seed=seed)

        office.say(planned)
        assert () == office.plan(seed=seed)
        office.now += DAY


@given(ROUNDS, st.data())
def test_crash_between_two_messages_leaves_the_same_log(
    rounds: list[tuple[tuple[Phase | None, ...], Severity, bool, int]], data: st.DataObject
) -> None:
    """Of what one evaluation says, any part may be recorded first: the rest is said as it would have been."""
    whole, broken = Office(), Office()
    for standing in lives(rounds):
        for office in (whole, broken):
            office.stands(*standing)
        whole.say(whole.plan())
        planned = broken.plan()
        cut = data.draw(st.integers(0, len(planned)))
        broken.say(planned[:cut])
        broken.say(broken.plan())
        for office in (whole, broken):
            office.now += DAY

    def said(office: Office) -> Counter[tuple[Notice, str]]:
        return Counter((one.notice, one.thread) for one in office.log)

    assert said(whole) == said(broken)
