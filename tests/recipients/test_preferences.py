"""Whether a delivery may be sent: addresses that take nothing, readers who want nothing, channels that need consent."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from recipients.preferences import (
    Consent,
    Permissions,
    Preferences,
    Reason,
    Suppression,
    SuppressionReason,
    suppression_key,
)

NOW = datetime(2026, 6, 1, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def suppression(reason: SuppressionReason = SuppressionReason.bounced, **fields: Any) -> Suppression:
    given = {"channel": "email", "address": "Ann@union.example", **fields}
    return Suppression(reason=reason, suppressed_at=NOW - DAY, **given)


def why_not(permissions: Permissions, **fields: str) -> Reason | None:
    given = {"report": "monthly", "channel": "email", "address": "ann@union.example", **fields}
    return permissions.why_not("ann", **given)


def test_everything_may_be_sent_where_nothing_is_known() -> None:
    """Nobody has said anything and no channel needs consent: the delivery may be sent."""
    assert None is why_not(Permissions())


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_suppressed_address_takes_nothing(reason: SuppressionReason) -> None:
    """A suppressed address takes nothing over its channel, in any spelling, and everything over the others."""
    permissions = Permissions.build(suppressions=[suppression(reason)], now=NOW)

    assert Reason[reason.name] == why_not(permissions, address=" ANN@Union.Example")
    assert None is why_not(permissions, address="anne@union.example")
    assert None is why_not(permissions, channel="folder")


def test_other_addresses_are_told_apart_by_case() -> None:
    """Only e-mail knows no upper and lower case: a Slack channel's id does."""
    assert suppression_key("slack", "C0AB") != suppression_key("slack", "c0ab")


def test_muted_report_and_channel() -> None:
    """Who has muted a report gets the others; who has muted a channel gets nothing over it."""
    report = Permissions.build([Preferences(recipient_id="ann", muted_reports=("monthly",))], now=NOW)
    channel = Permissions.build([Preferences(recipient_id="ann", muted_channels=("email",))], now=NOW)
    other = Permissions.build([Preferences(recipient_id="bo", muted_reports=("monthly",))], now=NOW)

    assert (Reason.muted_report, None) == (why_not(report), why_not(report, report="quarterly"))
    assert (Reason.muted_channel, None) == (why_not(channel), why_not(channel, channel="sms"))
    assert None is why_not(other)


@pytest.mark.parametrize(
    ("given_at", "withdrawn_at", "expected"),
    [
        (NOW, None, None),
        (NOW - DAY, NOW + DAY, None),
        (NOW - DAY, NOW, Reason.no_consent),
        (NOW + DAY, None, Reason.no_consent),
    ],
)
def test_consent_counts_from_when_it_is_given_until_it_is_withdrawn(
    given_at: datetime, withdrawn_at: datetime | None, expected: Reason | None
) -> None:
    """A channel with opt-in takes nothing before consent, and nothing from the moment it is withdrawn."""
    consent = Consent(recipient_id="ann", channel="sms", given_at=given_at, withdrawn_at=withdrawn_at)
    permissions = Permissions.build(consents=[consent], opt_in_channels=["sms"], now=NOW)

    assert expected == why_not(permissions, channel="sms")
    assert None is why_not(permissions)


def test_channel_with_opt_in_needs_consent_of_that_reader_for_that_channel() -> None:
    """Another reader's consent, or consent to another channel, is none."""
    consents = [
        Consent(recipient_id="bo", channel="sms", given_at=NOW),
        Consent(recipient_id="ann", channel="email", given_at=NOW),
    ]

    permissions = Permissions.build(consents=consents, opt_in_channels=["sms"], now=NOW)

    assert Reason.no_consent == why_not(permissions, channel="sms")


def test_reason_of_the_address_is_told_first() -> None:
    """An address that takes nothing is what central staff can mend; a reader's wish is not."""
    wish = Preferences(recipient_id="ann", muted_reports=("monthly",), muted_channels=("email",))
    permissions = Permissions.build([wish], [suppression()], now=NOW)

    assert Reason.bounced == why_not(permissions)


def test_every_reason_is_of_the_address_or_of_the_reader() -> None:
    """What suppresses an address is of the address; what a reader has chosen is not."""
    of_address = {Reason[one.name] for one in SuppressionReason}

    assert of_address == {one for one in Reason if one.is_of_address}
    assert {Reason.muted_report, Reason.muted_channel, Reason.no_consent} == set(Reason) - of_address


def test_chosen_language() -> None:
    """A reader may choose a language, or leave it."""
    chosen = [Preferences(recipient_id="ann", language="da"), Preferences(recipient_id="bo")]
    permissions = Permissions.build(chosen, now=NOW)

    assert ["da", None, None] == [permissions.language_of(one) for one in ("ann", "bo", "cy")]


def test_addresses_stay_out_of_the_repr() -> None:
    """Neither a suppression nor all of them together prints an address."""
    permissions = Permissions.build(suppressions=[suppression()], now=NOW)

    assert [] == [
        (what, shown)
        for what, shown in product(("Ann@", "ann@"), (repr(suppression()), repr(permissions)))
        if what in shown
    ]
