"""The notification log: when to send, and that every incident told is told to have ended once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from alert_samples import CHURN, NOW, QUICK, incident, judged_on, observed
from hypothesis import given
from hypothesis import strategies as st

from distributor.alerting.annotations import Ack, Annotations, Silence
from distributor.alerting.incidents import Incident, dedup_key, incident_of
from distributor.alerting.matchers import parse_matcher
from distributor.alerting.notices import Decision, Notice, NoticeKind, Sent, Terms, decide
from distributor.alerting.reasons import Holding, Sending
from distributor.alerting.rules import Rule, Severity
from distributor.alerting.states import INITIAL, Change, Phase, State
from distributor.alerting.step import step

DAY = timedelta(days=1)
OSLO = ZoneInfo("Europe/Oslo")
EACH_END = Terms(timezone=OSLO)
ALL_ENDED = Terms(timezone=OSLO, send_resolved=False)
SMS = Terms(timezone=OSLO, least=Severity.CRITICAL, repeat_least=Severity.CRITICAL)
NOBODY = Annotations()
JULY = date(2026, 7, 31)
A, B = incident("A"), incident("B")
A_OVER, B_OVER = replace(A, phase=Phase.RESOLVED), replace(B, phase=Phase.RESOLVED)


def sent(*incidents: Incident, kind: NoticeKind = NoticeKind.FIRED, at: datetime = NOW) -> list[Sent]:
    return [Sent(notice=Notice(incident_id=one.id, kind=kind, data_on=one.data_on), sent_at=at) for one in incidents]


def told(decision: Decision) -> set[tuple[str, str]]:
    return {(notice.incident_id, notice.kind.value) for notice in decision.notices}


def decided(
    log: Sequence[Sent],
    *incidents: Incident,
    terms: Terms = EACH_END,
    annotations: Annotations = NOBODY,
    now: datetime = NOW + DAY,
) -> Decision:
    return decide(log, incidents, terms=terms, annotations=annotations, now=now)


def with_new_data(one: Incident) -> Incident:
    return replace(one, data_on=JULY)


@pytest.mark.parametrize(
    ("log", "incidents", "terms", "reason", "notices"),
    [
        pytest.param([], [A], EACH_END, Sending.FIRST, {("key-A-e1", "fired")}, id="no log, firing"),
        pytest.param([], [A_OVER], EACH_END, Holding.NOTHING_FIRING, set(), id="no log, only resolved"),
        pytest.param([], [], EACH_END, Holding.NOTHING_FIRING, set(), id="no log, nothing"),
        pytest.param(sent(A), [A, B], EACH_END, Sending.MORE_FIRING, {("key-B-e1", "fired")}, id="one more fires"),
        pytest.param(sent(A), [A], EACH_END, Holding.BEFORE_INTERVAL, set(), id="identical"),
        pytest.param(
            sent(A, B), [A_OVER, B], ALL_ENDED, Holding.RESOLVED_NOT_WANTED, set(), id="one resolved, not wanted"
        ),
        pytest.param(
            sent(A, B), [A_OVER, B], EACH_END, Sending.RESOLVED, {("key-A-e1", "resolved")}, id="one resolved, wanted"
        ),
        pytest.param(
            sent(A, B),
            [A_OVER, B_OVER],
            ALL_ENDED,
            Sending.RESOLVED,
            {("key-A-e1", "resolved"), ("key-B-e1", "resolved")},
            id="all resolved",
        ),
        pytest.param(
            sent(A),
            [A_OVER, B],
            EACH_END,
            Sending.MORE_FIRING,
            {("key-A-e1", "resolved"), ("key-B-e1", "fired")},
            id="one for another",
        ),
        pytest.param(
            sent(A),
            [replace(A, phase=Phase.RETRACTED)],
            EACH_END,
            Sending.RETRACTED,
            {("key-A-e1", "retracted")},
            id="retracted",
        ),
        pytest.param(
            sent(A) + sent(A, kind=NoticeKind.RESOLVED), [A_OVER], EACH_END, Holding.NOTHING_FIRING, set(), id="over"
        ),
    ],
)
def test_decision_table(
    log: list[Sent], incidents: list[Incident], terms: Terms, reason: str, notices: set[tuple[str, str]]
) -> None:
    """What is sent follows from what was sent and from what fires."""
    decision = decided(log, *incidents, terms=terms)

    assert (reason, notices) == (decision.reason, told(decision))


@pytest.mark.parametrize(
    ("days", "one", "reason"),
    [
        (6, with_new_data(A), Holding.BEFORE_INTERVAL),
        (7, with_new_data(A), Sending.REPEAT),
        (7, A, Holding.NO_NEW_DATA),
        (300, A, Holding.NO_NEW_DATA),
    ],
)
def test_repeat_needs_the_interval_and_new_data(days: int, one: Incident, reason: str) -> None:
    """After a week, and only if there is something new to say."""
    assert reason == decided(sent(A), one, now=NOW + days * DAY).reason


def test_repeats_grow_rarer() -> None:
    """They come 7, 14, 28 and again 28 days after the last."""
    log, one, days = sent(A), A, []
    for day in range(1, 100):
        one = replace(one, data_on=one.data_on + DAY)
        decision = decided(log, one, now=NOW + day * DAY)
        if decision.notices:
            days.append(day)
            log += [Sent(notice=notice, sent_at=NOW + day * DAY) for notice in decision.notices]

    assert [7, 21, 49, 77] == days


@pytest.mark.parametrize(
    "first",
    [
        datetime(2026, 3, 25, 7, tzinfo=OSLO),
        datetime(2026, 10, 21, 7, tzinfo=OSLO),
        datetime(2028, 2, 25, 7, tzinfo=OSLO),
    ],
    ids=["summer time begins", "summer time ends", "29 February"],
)
def test_weekly_repeat_is_not_skipped_by_the_calendar(first: datetime) -> None:
    """At the same time of day a week later the repeat is due, though it may be an hour less."""
    log = sent(A, at=first.astimezone(UTC))
    days = [(first + day * DAY).astimezone(UTC) for day in (6, 7)]

    assert [Holding.BEFORE_INTERVAL, Sending.REPEAT] == [decided(log, with_new_data(A), now=day).reason for day in days]


def test_sms_only_when_critical_and_repeats_while_it_is_unacknowledged() -> None:
    """Below critical no SMS; an eased or acknowledged one is not repeated, but its end is told."""
    critical = replace(A, severity=Severity.CRITICAL)
    later = NOW + 7 * DAY
    ack = Annotations(acks=(Ack(incident_id=A.id, author="analyst A", reason="looking", made_at=NOW),))

    assert Holding.BELOW_SEVERITY is decided([], A, terms=SMS).reason
    assert Sending.FIRST is decided([], critical, terms=SMS).reason
    assert Sending.REPEAT is decided(sent(A), with_new_data(critical), terms=SMS, now=later).reason
    assert Holding.BELOW_SEVERITY is decided(sent(A), with_new_data(A), terms=SMS, now=later).reason
    assert (
        Holding.ACKNOWLEDGED is decided(sent(A), with_new_data(critical), terms=SMS, annotations=ack, now=later).reason
    )
    assert Sending.RESOLVED is decided(sent(A), A_OVER, terms=SMS, annotations=ack).reason


def test_hidden_incident_is_told_when_it_is_no_longer_hidden() -> None:
    """A silence holds the first notice back; the end of what was told before goes out all the same."""
    north = Silence(
        matchers=(parse_matcher("region=north"),),
        author="analyst A",
        reason="known",
        starts_at=NOW,
        expires_at=NOW + 30 * DAY,
    )
    silenced = Annotations(silences=(north,))

    assert Holding.SILENCED is decided([], A, annotations=silenced).reason
    assert Sending.FIRST is decided([], A, annotations=silenced, now=NOW + 30 * DAY).reason
    assert Holding.SILENCED is decided(sent(A), with_new_data(A), annotations=silenced, now=NOW + 9 * DAY).reason
    assert {("key-A-e1", "resolved")} == told(decided(sent(A), A_OVER, annotations=silenced))


def test_hidden_child_does_not_hide_its_siblings() -> None:
    """Only what may be told is in the message."""
    decision = decided([], A, B, annotations=Annotations(inhibited={A.id: "key-north"}))

    assert {("key-B-e1", "fired")} == told(decision)


def test_flapping_is_told_once() -> None:
    """From the episode in which it was noticed on, one notice stands for all; the end of that one is told."""
    fourth = replace(A, episode=4, flapping_since=4)
    fifth = replace(A, episode=5, flapping_since=4)

    assert Sending.FLAPPING is decided([], fourth).reason
    assert {("key-A-e4", "resolved")} == told(decided(sent(fourth), fifth, replace(fourth, phase=Phase.RESOLVED)))
    log = sent(fourth) + sent(fourth, kind=NoticeKind.RESOLVED)
    assert Holding.FLAPPING_TOLD is decided(log, fifth).reason
    assert Sending.FLAPPING is decided([], fifth).reason


def test_key_of_a_notice() -> None:
    """The same thing to the same recipient has the same key; a repeat on new data is another thing."""
    first = Notice(incident_id="k-e1", kind=NoticeKind.FIRED, data_on=JULY)
    repeat = replace(first, kind=NoticeKind.REPEATED)
    keys = [
        first.key(channel="slack", recipient_id="R1"),
        first.key(channel="sms", recipient_id="R1"),
        first.key(channel="slack", recipient_id="R2"),
        replace(first, kind=NoticeKind.RESOLVED).key(channel="slack", recipient_id="R1"),
        replace(first, incident_id="k-e2").key(channel="slack", recipient_id="R1"),
        repeat.key(channel="slack", recipient_id="R1"),
        replace(repeat, data_on=date(2026, 8, 31)).key(channel="slack", recipient_id="R1"),
    ]

    assert len(keys) == len(set(keys))
    assert keys[0] == replace(first, data_on=date(2026, 8, 31)).key(channel="slack", recipient_id="R1")


def test_dedup_key_does_not_show_what_it_is_about() -> None:
    """It is the same for all figures, another for another entity, rule or filter, and no text of them."""
    keys = {dedup_key("churn_high", "B1"), dedup_key("churn_high", "B2"), dedup_key("churn_low", "B1")}
    keys.add(dedup_key("churn_high", "B1", row_filter="young"))

    assert 4 == len(keys)
    assert not any("B1" in key or "churn" in key for key in keys)


class Ledger:
    """States, annotations and outbox of one branch and one thread; rows are unique and written together."""

    def __init__(self) -> None:
        self.state: State = INITIAL
        self.incidents: dict[str, Incident] = {}
        self.rows: dict[str, Sent] = {}
        self.told: list[str] = []

    def log(self) -> list[Sent]:
        return list(self.rows.values())

    def write(self, decision: Decision, *, now: datetime) -> bool:
        """Add the rows of one message, all or none; return whether they were new."""
        rows = {one.key(channel="slack", recipient_id="R1"): Sent(notice=one, sent_at=now) for one in decision.notices}
        if rows.keys() & self.rows.keys():
            return False
        self.rows |= rows
        return True


def at(number: int) -> datetime:
    return datetime.combine(judged_on(number), datetime.min.time(), UTC) + timedelta(hours=5)


def judge(ledger: Ledger, letter: str, number: int, *, rule: Rule) -> None:
    # "r": no new month, but the one before turns out to have been clear.
    observation = observed("c", number - 1) if letter == "r" else observed(letter, number)
    ledger.state, transitions = step(rule, ledger.state, observation, judged_on(number))
    ledger.told += [one.change.value for one in transitions]
    one = incident_of(rule, ledger.state, entity_id="B1", region_id="north", fired_at=at(number))
    if one is not None:
        ledger.incidents[one.id] = one


def notify(ledger: Ledger, number: int, *, annotations: Annotations, terms: Terms = EACH_END) -> Decision:
    return decide(ledger.log(), ledger.incidents.values(), terms=terms, annotations=annotations, now=at(number))


def replayed(letters: str, hidden: list[bool], *, terms: Terms = EACH_END, restarts: bool = False) -> Ledger:
    """Judge and notify month after month; with restarts each is done twice, as after a crash in between."""
    ledger = Ledger()
    for number, letter in enumerate(letters):
        annotations = _silenced(number) if hidden[number] else NOBODY
        for _ in range(2 if restarts else 1):
            judge(ledger, letter, number, rule=QUICK)
            ledger.write(notify(ledger, number, annotations=annotations, terms=terms), now=at(number))
    return ledger


def _silenced(number: int) -> Annotations:
    silence = Silence(
        matchers=(parse_matcher("entity=*"),),
        author="analyst A",
        reason="known",
        starts_at=at(number),
        expires_at=at(number) + DAY,
    )
    return Annotations(silences=(silence,))


letters_and_hiding = st.text("TCDcSLr", max_size=16).flatmap(
    lambda letters: st.tuples(st.just(letters), st.lists(st.booleans(), min_size=len(letters), max_size=len(letters)))
)
any_terms = st.sampled_from([EACH_END, ALL_ENDED])


@given(letters_and_hiding, any_terms)
def test_what_was_told_to_fire_is_told_to_have_ended_exactly_once(drawn: tuple[str, list[bool]], terms: Terms) -> None:
    """Whatever was silenced in between: FIRED in the thread ⇔ one end in the thread, once the incident is over."""
    letters, hidden = drawn
    # One last clear month, so that nothing still fires.
    ledger = replayed(letters + "c", [*hidden, False], terms=terms)
    kinds = Counter((sent.notice.incident_id, sent.notice.kind) for sent in ledger.log())
    fired = {one for one, kind in kinds if kind is NoticeKind.FIRED}
    ended = [one for one, kind in kinds if kind in (NoticeKind.RESOLVED, NoticeKind.RETRACTED)]

    assert sorted(fired) == sorted(ended)
    assert all(times == 1 for (_, kind), times in kinds.items() if kind is not NoticeKind.REPEATED)


@given(letters_and_hiding)
def test_silenced_run_has_the_same_state_history(drawn: tuple[str, list[bool]]) -> None:
    """Suppressed is not unevaluated."""
    letters, hidden = drawn
    silenced, loud = replayed(letters, hidden), replayed(letters, [False] * len(letters))

    assert (loud.state, loud.told) == (silenced.state, silenced.told)
    assert loud.incidents == silenced.incidents


@given(letters_and_hiding, any_terms)
def test_restart_between_steps_gives_the_same_log(drawn: tuple[str, list[bool]], terms: Terms) -> None:
    """Whatever was done twice is in the log once."""
    letters, hidden = drawn
    once, twice = replayed(letters, hidden, terms=terms), replayed(letters, hidden, terms=terms, restarts=True)

    assert once.rows == twice.rows
    assert once.state == twice.state


@given(letters_and_hiding)
def test_two_workers_racing_send_one_message(drawn: tuple[str, list[bool]]) -> None:
    """Both decide on the same log; the rows of the second are there already, and it sends nothing."""
    ledger = Ledger()
    for number, letter in enumerate(drawn[0]):
        judge(ledger, letter, number, rule=QUICK)
        decisions = [notify(ledger, number, annotations=NOBODY) for _ in range(2)]
        written = [ledger.write(decision, now=at(number)) for decision in decisions]

        assert decisions[0] == decisions[1]
        if decisions[0].notices:
            assert [True, False] == written


@given(st.permutations([A, B, incident("C"), incident("D", phase=Phase.RESOLVED)]))
def test_order_of_incidents_changes_nothing(incidents: list[Incident]) -> None:
    """The message is the same however they are listed."""
    log = sent(A, incident("D"))

    assert decided(log, *incidents) == decided(log, *sorted(incidents, key=lambda one: one.id))


def test_incident_of_a_state() -> None:
    """An episode carries the rule's labels and the last figures; before the first there is none."""
    state, _ = step(QUICK, INITIAL, observed("C", 0), judged_on(0))
    one = incident_of(QUICK, state, entity_id="B1", region_id="north", fired_at=NOW)

    assert one is not None
    assert (dedup_key("churn_high", "B1") + "-e1", Severity.CRITICAL, 30) == (one.id, one.severity, one.excess)
    assert incident_of(CHURN, INITIAL, entity_id="B1", region_id="north", fired_at=NOW) is None


def test_changes_that_are_no_notices() -> None:
    """WORSENED and EASED edit the message that stands; the log knows no such kind."""
    assert {Change.WORSENED, Change.EASED, Change.DATA_LATE} == {
        change for change in Change if change.value not in set(NoticeKind)
    }
