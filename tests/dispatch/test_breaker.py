"""The circuit breaker: a transport that is down is left alone, tried by one message a pause, and trusted again."""

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from distributor.dispatch.breaker import BreakerRules, Breakers, State, allow, failed, succeeded

NOW = datetime(2026, 6, 2, 7, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RULES = BreakerRules(threshold=3, pause=30 * SECOND, longest_pause=120 * SECOND)


def after_failures(number: int, at: datetime = NOW) -> State:
    state = State()
    for one in range(number):
        state = failed(state, now=at, rules=RULES, words=f"no {one + 1}")
    return state


def test_some_failures_are_borne() -> None:
    """Below the threshold messages pass."""
    state = after_failures(2)

    assert (state, True) == allow(state, now=NOW, rules=RULES)


def test_circuit_opens_at_the_threshold_with_the_last_words() -> None:
    """From the third failure on nothing passes until the pause is over."""
    state = after_failures(3)

    assert State(failures=3, until_at=NOW + 30 * SECOND, words="no 3") == state
    assert not allow(state, now=NOW + 29.9 * SECOND, rules=RULES)[1]


def test_one_message_tries_after_the_pause() -> None:
    """The first that comes is let through, the others wait; if it is never tried, another is after the next pause."""
    opened = after_failures(3)
    trying, is_first = allow(opened, now=NOW + 30 * SECOND, rules=RULES)
    waiting, is_second = allow(trying, now=NOW + 31 * SECOND, rules=RULES)
    _, is_third = allow(waiting, now=NOW + 60 * SECOND, rules=RULES)

    assert (True, False, True) == (is_first, is_second, is_third)


def test_pause_doubles_up_to_the_longest() -> None:
    """30 s, 60 s, 120 s, and no longer."""
    pauses = [(after_failures(number).until_at or NOW) - NOW for number in range(3, 8)]

    assert [30, 60, 120, 120, 120] == [one / SECOND for one in pauses]


def test_clock_that_is_put_back_prolongs_no_pause() -> None:
    """A pause that seems to last a day began before the clock was set: a message tries at once."""
    opened = after_failures(3, at=NOW + timedelta(days=1))

    assert allow(opened, now=NOW, rules=RULES)[1]


def test_success_closes_the_circuit() -> None:
    """One answer, and all is forgotten."""
    assert State() == succeeded(after_failures(9))


@given(st.integers(1, 10**6), st.timedeltas(SECOND, timedelta(days=300)))
def test_pause_never_ends_beyond_the_longest(failures: int, pause: timedelta) -> None:
    """However often it failed, and however long the pauses that are set, the pause is bounded."""
    rules = BreakerRules(threshold=1, pause=pause, longest_pause=timedelta(days=400))
    state = failed(State(failures=failures, until_at=NOW, words=""), now=NOW, rules=rules, words="no")

    assert state.until_at is not None
    assert pause <= state.until_at - NOW <= timedelta(days=400)


class BreakerMachine(RuleBasedStateMachine):
    """Messages come at any time, fail, succeed, or are let through and never tried."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.now = State(), NOW
        self.passed_at: list[datetime] = []

    @rule(seconds=st.integers(1, 500))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule(outcome=st.sampled_from(["fails", "succeeds", "never tried"]))
    def message_comes(self, outcome: str) -> None:
        was_open = self.state.until_at is not None
        until = self.state.until_at
        self.state, is_allowed = allow(self.state, now=self.now, rules=RULES)
        assert is_allowed == (until is None or self.now >= until)
        if not is_allowed:
            return
        if was_open:
            assert all(self.now - one >= RULES.pause for one in self.passed_at)
            self.passed_at.append(self.now)
        if outcome == "fails":
            self.state = failed(self.state, now=self.now, rules=RULES, words="no")
        elif outcome == "succeeds":
            self.state = succeeded(self.state)
            self.passed_at.clear()
        if self.state.until_at is None:
            self.passed_at.clear()

    @invariant()
    def is_never_shut_for_good(self) -> None:
        """After the longest pause a message passes, whatever happened."""
        assert allow(self.state, now=self.now + RULES.longest_pause, rules=RULES)[1]


TestBreakerMachine = BreakerMachine.TestCase


def test_threads_let_one_message_through() -> None:
    """Of twenty threads that come after the pause, one tries."""
    breakers = Breakers(rules=RULES)
    for _ in range(3):
        breakers.failed("email", now=NOW, words="no")
    allowed: list[bool] = []
    gate = threading.Barrier(20)

    def come() -> None:
        gate.wait()
        allowed.append(breakers.allow("email", now=NOW + 40 * SECOND))

    threads = [threading.Thread(target=come) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == sum(allowed)


def test_channels_have_circuits_of_their_own() -> None:
    """A mail server that is down does not stop Slack."""
    breakers = Breakers(rules=RULES)
    for _ in range(3):
        breakers.failed("email", now=NOW, words="no")

    assert (False, True) == tuple(breakers.allow(name, now=NOW) for name in ("email", "slack"))
