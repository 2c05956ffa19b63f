"""A channel that sends text messages through Twilio."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from channels.channel import Settlement
from channels.errors import Fault, PermanentDeliveryError
from channels.message import Message, Receipt
from channels.mime import refuse_unsafe
from channels.recent import Recent
from channels.sms.answers import failure
from channels.sms.config import SmsConfig
from channels.sms.gsm7 import measure, normalise
from channels.sms.number import UnusableNumberError, e164
from channels.sms.wire import Wire
from channels.verdict import Effect

MESSAGE_PARAMETER = "message"
_FAILED = ("failed", "undelivered", "canceled")
_CLOCKS_APART = timedelta(minutes=2)  # the provider's clock and ours
_PAGE = 1000  # the longest that the provider gives; a person has had fewer than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the provider says of the account. ``status`` is "active" where all is well."""

    name: str
    status: str


class SmsChannel:
    """Sends one segment a delivery.

    The provider takes no key by which it would know a message again: it is found by number, time and text. A text with
    a link of its own is found for certain.
    """

    name = "sms"
    settlement = Settlement.look_up

    def __init__(self, config: SmsConfig) -> None:
        self._config = config
        self._wire = Wire(config)
        self._sent = Recent()

    def send(self, message: Message, *, now: datetime) -> Receipt:
        """Send the text of *message*; see ``channels.channel.Channel.send``.

        The receipt's id is the provider's, under which it tells later whether the phone has it.
        """
        number, body = self._number(message), _body(message)
        if known := self._sent.find(message.key_digest):
            earlier = self._wire.ask(message.delivery_key, Effect.read, self._wire.messages(known).fetch)
            if earlier.status not in _FAILED:
                return Receipt(transport_id=known, accepted_at=now, detail=f"sent before, {earlier.status}")
        sent = self._wire.ask(
            message.delivery_key,
            Effect.write,
            lambda: self._wire.messages.create(to=number, body=body, **self._options(message)),
        )
        if sent.status in _FAILED:
            raise failure(message.delivery_key, sent.error_code)
        self._sent.keep(message.key_digest, sent.sid)
        return Receipt(transport_id=sent.sid, accepted_at=now, detail=sent.status)

    def find(self, message: Message, *, since: datetime) -> Receipt | None:
        """Look for the text among the messages to this number; see ``channels.channel.Channel.find``.

        One that has failed for now is not counted: it may be sent again.

        Raises:
            PermanentDeliveryError: The provider has it and it has failed for good.
            TransientDeliveryError: It could not be asked now.
        """
        number, body, taken = self._number(message), _body(message), self._sent.others(message.key_digest)
        # Not asked by DateSent: a message that still waits for its turn has none.
        listed = self._wire.ask(
            message.delivery_key,
            Effect.read,
            lambda: self._wire.messages.list(to=number, limit=_PAGE, page_size=_PAGE),
        )
        ours = [
            each
            for each in listed
            if each.direction.startswith("outbound")
            and each.body == body
            and each.sid not in taken
            and each.date_created >= since - _CLOCKS_APART
        ]
        for each in ours:
            if each.status not in _FAILED:
                self._sent.keep(message.key_digest, each.sid)
                detail = f"found at the provider, {each.status}"
                return Receipt(transport_id=each.sid, accepted_at=message.date, detail=detail)
        for each in ours:
            error = failure(message.delivery_key, each.error_code)
            if isinstance(error, PermanentDeliveryError):
                raise error
        return None

    def close(self) -> None:
        """Close the kept connections; see ``channels.channel.Channel.close``."""
        self._wire.close()

    def check(self) -> Account:
        """Ask the provider for our account; send nothing.

        Raises:
            TransientDeliveryError: What failed, and what to do.
        """
        account = self._wire.ask("check", Effect.read, self._wire.account.fetch)
        return Account(name=account.friendly_name, status=account.status)

    def _number(self, message: Message) -> str:
        refuse_unsafe(message)
        try:
            return e164(message.recipient_address, default_region=self._config.default_region)
        except UnusableNumberError as error:
            raise PermanentDeliveryError(
                message.delivery_key,
                f"the number cannot be used: {error}",
                'Write it with its country in the directory: "+47 912 34 567".',
                fault=Fault.recipient,
            ) from error

    def _options(self, message: Message) -> dict[str, Any]:
        config = self._config
        who = {"from_": config.sender} if config.sender else {"messaging_service_sid": config.messaging_service_sid}
        if not config.status_callback_url:
            return who
        # So that a status also finds its delivery when the answer with the provider's id was lost.
        mark = urlencode({MESSAGE_PARAMETER: message.message_id})
        joint = "&" if "?" in config.status_callback_url else "?"
        return {**who, "status_callback": f"{config.status_callback_url}{joint}{mark}"}


def _body(message: Message) -> str:
    body = normalise(message.text)
    if not body:
        raise PermanentDeliveryError(message.delivery_key, "it has no text.", "Correct the template it comes from.")
    size = measure(body)
    if size.segments > 1:
        raise PermanentDeliveryError(
            message.delivery_key,
            f"its text takes {size.segments} text messages ({size.units} units of {size.encoding}), allowed is one.",
            "Shorten it to 160 characters, or 70 where it holds letters that phones write otherwise.",
        )
    return body
