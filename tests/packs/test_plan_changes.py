"""What a plan does otherwise than the last run did."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from distributor.ledger.records import DeliveryRecord, DeliveryStatus
from distributor.packs.plan_changes import PlanChanges, plan_changes


def delivery(branch: str = "N1", recipient: str = "ask", channel: str = "email", **values: object) -> DeliveryRecord:
    one = DeliveryRecord(
        key=f"{branch}-{recipient}-{channel}",
        branch_id=branch,
        recipient_id=recipient,
        recipient_name=recipient.title(),
        address=f"{recipient}@proeve.example",
        channel=channel,
        formats=("html", "pdf"),
        language="nb",
    )
    return replace(one, **values)  # type: ignore[arg-type]


def differences(before: DeliveryRecord, now: DeliveryRecord) -> list[tuple[str, str, str]]:
    [changed] = plan_changes([before], [now]).changed
    assert now == changed.now
    return [(one.what, one.before, one.after) for one in changed.differences]


def test_added_and_dropped_are_told_by_branch_recipient_and_channel() -> None:
    """A new channel, person or branch is a new delivery; one that is gone was dropped; each in its plan's order."""
    stays, gone, other = delivery(), delivery("N2", "boe"), delivery("N3", "dal")
    slack, person = delivery(channel="slack"), delivery("N2", "beate")

    changes = plan_changes([other, gone, stays], [slack, replace(stays, key="new"), person])

    assert PlanChanges(added=(slack, person), dropped=(other, gone)) == changes


def test_equal_plans_have_no_changes() -> None:
    """The same deliveries in another order, under other keys, are the same plan."""
    one, two = delivery(), delivery("N2", "boe")

    changes = plan_changes([one, two], [replace(two, key="x", run_id="plan"), one])

    assert not changes


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"formats": ("html",)}, ("formats", "html, pdf", "html")),
        ({"language": "da"}, ("language", "nb", "da")),
        ({"address": "new@other.example"}, ("address", "a***@proeve.example", "n***@other.example")),
        ({"address": "arne@proeve.example"}, ("address", "a***@proeve.example", "a***@proeve.example")),
        (
            {"status": DeliveryStatus.suppressed, "reason": "unsubscribed"},
            ("status", "planned", "suppressed (unsubscribed)"),
        ),
        ({"status": DeliveryStatus.held, "reason": "no channel"}, ("status", "planned", "held (no channel)")),
    ],
)
def test_each_property_is_told_before_and_after(changed: dict[str, object], told: tuple[str, str, str]) -> None:
    """Formats, language, address and standing; two addresses that look the same masked are a change all the same."""
    before = delivery()

    assert [told] == differences(before, replace(before, **changed))  # type: ignore[arg-type]


def test_address_that_is_gone_changes_two_properties() -> None:
    """Somebody whose address was removed is told with both: it has none, and so is suppressed."""
    now = delivery(address="", status=DeliveryStatus.suppressed, reason="no address for email")

    assert [
        ("address", "a***@proeve.example", "none"),
        ("status", "planned", "suppressed (no address for email)"),
    ] == differences(delivery(), now)


@pytest.mark.parametrize("status", [one for one in DeliveryStatus if one not in ("suppressed", "held")])
def test_how_a_delivery_ended_is_no_change(status: DeliveryStatus) -> None:
    """Sent, failed or under way: it was to be sent, as it is now."""
    assert not plan_changes([delivery(status=status, reason="550 no such user")], [delivery()])


def test_wait_for_approval_is_no_change() -> None:
    """A delivery that only waits for somebody to approve its run was to be sent."""
    waiting = delivery(status=DeliveryStatus.held, next_attempt_at=datetime(2026, 6, 2, tzinfo=UTC))

    assert not plan_changes([waiting], [delivery()])


def test_formats_in_another_order_are_no_change() -> None:
    """The order of a spec's formats changes nothing for the reader."""
    assert not plan_changes([delivery()], [delivery(formats=("pdf", "html"))])
