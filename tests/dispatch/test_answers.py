"""What the answer of a channel makes of a delivery."""

from datetime import timedelta

import pytest
from ledger_cases import NOW, a_delivery
from outbox_cases import MINUTE, busy, lost, refused

from channels.channel import Settlement
from channels.errors import DeliveryError, Fault
from distributor.dispatch.answers import Outcome, judge
from distributor.dispatch.backoff import Backoff
from distributor.ledger.records import DeliveryStatus

SENDABLE = (DeliveryStatus.queued, DeliveryStatus.deferred, DeliveryStatus.unconfirmed)
RESENT = Settlement.resend


def judged(
    error: DeliveryError,
    *,
    before: DeliveryStatus = DeliveryStatus.queued,
    left: timedelta | None = None,
    settlement: Settlement = RESENT,
) -> Outcome:
    return judge(
        error,
        a_delivery(status=before),
        now=NOW,
        backoff=Backoff(spread=0),
        deadline_at=None if left is None else NOW + left,
        settlement=settlement,
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (refused(), DeliveryStatus.rejected, "550 5.1.1"),
        (refused(code=""), DeliveryStatus.rejected, ""),
        (refused(Fault.message, "554"), DeliveryStatus.rejected, "554"),
        (refused(Fault.message, ""), DeliveryStatus.failed, ""),
        (refused(Fault.transport, ""), DeliveryStatus.failed, ""),
    ],
)
def test_refusal_is_final(error: DeliveryError, status: DeliveryStatus, code: str) -> None:
    """What the transport refused is rejected, what we could not write is failed; its words and code are kept."""
    assert Outcome(status=status, reason="no such user. Correct it.", code=code) == judged(error)


@pytest.mark.parametrize("fault", Fault)
def test_put_off_is_tried_again(fault: Fault) -> None:
    """A transport that says later gets a later try, whoever is at fault."""
    expected = Outcome(
        status=DeliveryStatus.deferred, reason="too busy. Later.", code="451", next_attempt_at=NOW + MINUTE
    )

    assert expected == judged(busy(fault), left=timedelta(days=1))


def test_put_off_for_as_long_as_asked() -> None:
    """Greylisting asks for five minutes and gets them."""
    assert NOW + 5 * MINUTE == judged(busy(retry_after=5 * MINUTE), left=timedelta(days=1)).next_attempt_at


def test_put_off_beyond_the_deadline_fails_with_the_last_words() -> None:
    """When the time is over the delivery has failed, and what the transport said last stands there."""
    found = judged(busy(), left=MINUTE)

    assert (DeliveryStatus.failed, "451", None) == (found.status, found.code, found.next_attempt_at)
    assert "not accepted within the time that the report allows. The last answer: too busy." == found.reason


@pytest.mark.parametrize(("left", "is_settled"), [(timedelta(days=1), True), (MINUTE, False)])
def test_unconfirmed_stays_so_when_it_is_put_off(left: timedelta, is_settled: bool) -> None:
    """Whether the first copy was accepted is still open when the second meets a busy transport, and at the deadline."""
    found = judged(busy(), before=DeliveryStatus.unconfirmed, left=left)

    assert (DeliveryStatus.unconfirmed, is_settled) == (found.status, found.next_attempt_at is not None)


@pytest.mark.parametrize("before", SENDABLE)
@pytest.mark.parametrize(
    ("settlement", "is_tried"), [(Settlement.resend, True), (Settlement.look_up, True), (Settlement.hold, False)]
)
def test_lost_answer_goes_the_way_of_its_channel(
    settlement: Settlement, is_tried: bool, before: DeliveryStatus
) -> None:
    """Mail is sent again, what can be looked up is looked up, and else a person decides."""
    found = judged(lost(), settlement=settlement, before=before)

    assert (DeliveryStatus.unconfirmed, is_tried) == (found.status, found.next_attempt_at is not None)
    assert is_tried != ("somebody has to look" in found.reason)
    assert found.reason.startswith("no answer came.")
