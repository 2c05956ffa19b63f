"""What an answer over HTTP means for a delivery, for the channels that ask by requests."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)

AGAIN = "It is tried again."
LOOKED_UP = "The transport is asked for it before it is sent again."


class Effect(StrEnum):
    """What a request does: whether a lost answer leaves something open."""

    read = "read"
    write = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer means. ``reason`` is the beginning of a sentence."""

    error: type[TransientDeliveryError | PermanentDeliveryError]
    fault: Fault
    reason: str
    remedy: str

    def of(
        self, delivery_key: str, *, code: str, details: str = "", retry_after: timedelta | None = None
    ) -> PermanentDeliveryError | TransientDeliveryError:
        """Return the delivery error, with the transport's *code* and what else it said."""
        reason = f"{self.reason}{f': {code}' if code else ''}{details}."
        if issubclass(self.error, TransientDeliveryError):
            return self.error(delivery_key, reason, self.remedy, fault=self.fault, code=code, retry_after=retry_after)
        return self.error(delivery_key, reason, self.remedy, fault=self.fault, code=code)


def later(fault: Fault, reason: str, remedy: str = AGAIN) -> Verdict:
    """Return the verdict on what another try may mend."""
    return Verdict(error=TransientDeliveryError, fault=fault, reason=reason, remedy=remedy)


def never(fault: Fault, reason: str, remedy: str) -> Verdict:
    """Return the verdict on what another try will not mend."""
    return Verdict(error=PermanentDeliveryError, fault=fault, reason=reason, remedy=remedy)


def left_open(delivery_key: str, effect: Effect, reason: str, *, code: str = "") -> DeliveryError:
    """Return the delivery error of a request that may have been carried out."""
    match effect:
        case Effect.read:
            return TransientDeliveryError(delivery_key, reason, AGAIN, fault=Fault.transport, code=code)
        case Effect.write:
            return UnconfirmedDeliveryError(delivery_key, reason, LOOKED_UP, fault=Fault.transport, code=code)
