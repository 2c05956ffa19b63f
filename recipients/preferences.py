"""What readers want and what their addresses take: whether a delivery may be sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from recipients.people import EMAIL


class SuppressionReason(StrEnum):
    """Why nothing is sent to an address any more."""

    bounced = "bounced"  # the mail system of the address refused too often
    complained = "complained"  # the reader reported a message as unwanted
    unsubscribed = "unsubscribed"  # from everything, over this channel
    by_hand = "by hand"


class Reason(StrEnum):
    """Why a delivery may not be sent, in words for the ledger and for people."""

    bounced = "messages to the address came back too often"
    complained = "the reader reported a message as unwanted"
    unsubscribed = "the address has unsubscribed from everything"
    by_hand = "the address was blocked by hand"
    muted_report = "the reader has unsubscribed from this report"
    muted_channel = "the reader wants nothing over this channel"
    no_consent = "the reader has not agreed to be reached over this channel"

    @property
    def is_of_address(self) -> bool:
        """Whether the address takes nothing, which leaves a post as good as vacant; else the reader has decided."""
        match self:
            case Reason.bounced | Reason.complained | Reason.unsubscribed | Reason.by_hand:
                return True
            case Reason.muted_report | Reason.muted_channel | Reason.no_consent:
                return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a reader has chosen.

    Attributes:
        muted_reports: Names of reports the reader does not want.
        muted_channels: Channels the reader wants nothing over.
        language: Of what the reader is sent; None leaves it to the directory.
    """

    recipient_id: str
    muted_reports: tuple[str, ...] = ()
    muted_channels: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A reader's word that a channel may be used; in force from *given_at* until *withdrawn_at*."""

    recipient_id: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None = None

    def is_given(self, at: datetime) -> bool:
        return self.given_at <= at and (self.withdrawn_at is None or at < self.withdrawn_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that is sent nothing over its channel."""

    channel: str
    address: str = field(repr=False)
    reason: SuppressionReason
    suppressed_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return suppression_key(self.channel, self.address)


def suppression_key(channel: str, address: str) -> tuple[str, str]:
    """Return what two spellings of one address have in common.

    The standard lets a mail system tell upper from lower case before the @; those in use do not, and bounces come back
    in either.

    Source: RFC 5321, 2.4.
    """
    return channel, address.strip().casefold() if channel == EMAIL else address.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """All that is known, at one time, of what may be sent. Where nothing is known, everything may.

    Attributes:
        preferences: By recipient id.
        suppressions: By `suppression_key`.
        consented: Recipient ids and channels with a consent in force.
        opt_in_channels: Channels over which nothing is sent without consent.
    """

    preferences: Mapping[str, Preferences] = field(default_factory=dict, repr=False)
    suppressions: Mapping[tuple[str, str], Suppression] = field(default_factory=dict, repr=False)
    consented: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    opt_in_channels: frozenset[str] = frozenset()

    @classmethod
    def build(
        cls,
        preferences: Iterable[Preferences] = (),
        suppressions: Iterable[Suppression] = (),
        *,
        consents: Iterable[Consent] = (),
        opt_in_channels: Iterable[str] = (),
        now: datetime,
    ) -> "Permissions":
        """Arrange what the ledger holds; *now* is the aware time at which consent must be in force."""
        return cls(
            preferences={one.recipient_id: one for one in preferences},
            suppressions={one.key: one for one in suppressions},
            consented=frozenset((one.recipient_id, one.channel) for one in consents if one.is_given(now)),
            opt_in_channels=frozenset(opt_in_channels),
        )

    def why_not(self, recipient_id: str, *, report: str, channel: str, address: str) -> Reason | None:
        """Decide whether a delivery may be sent.

        Args:
            recipient_id: The reader.
            report: Name of the report.
            channel: Channel that it would go over: "email", "sms".
            address: Where it would go.

        Returns:
            The reason why not, that of the address before those of the reader; None where it may.
        """
        suppression = self.suppressions.get(suppression_key(channel, address))
        if suppression is not None:
            return Reason[suppression.reason.name]
        wish = self.preferences.get(recipient_id)
        if wish is not None and channel in wish.muted_channels:
            return Reason.muted_channel
        if wish is not None and report in wish.muted_reports:
            return Reason.muted_report
        if channel in self.opt_in_channels and (recipient_id, channel) not in self.consented:
            return Reason.no_consent
        return None

    def language_of(self, recipient_id: str) -> str | None:
        """Return the language the reader has chosen; None where there is no choice."""
        wish = self.preferences.get(recipient_id)
        return wish.language if wish is not None else None
