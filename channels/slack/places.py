"""Where a message goes: a channel, a person, or a message that is there already."""

import re
from dataclasses import dataclass

from slack_sdk.web import SlackResponse

from channels.errors import Fault, PermanentDeliveryError
from channels.message import Message
from channels.recent import Recent
from channels.slack.wire import Wire
from channels.verdict import Effect

_CONVERSATION = re.compile(r"[CGD][A-Z0-9]{5,}")
_PERSON = re.compile(r"[UW][A-Z0-9]{5,}")
_NAME = re.compile(r"#[^\s#@<>&|]{1,80}")
_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message that Slack has: its conversation and its time stamp, which is its identity there."""

    conversation: str
    ts: str

    def __str__(self) -> str:
        """Return the transport id, "C012AB3CD/1717218060.000100"."""
        return f"{self.conversation}/{self.ts}"


def parse_posted(transport_id: str, *, delivery_key: str) -> Posted:
    """Return the message of a receipt's *transport_id*.

    Raises:
        PermanentDeliveryError: It is of another channel.
    """
    conversation, _, ts = transport_id.partition("/")
    if not _CONVERSATION.fullmatch(conversation) or not re.fullmatch(r"\d+\.\d+", ts):
        raise PermanentDeliveryError(
            delivery_key,
            f'"{transport_id}" is not the transport id of a message in Slack.',
            'Name one of a receipt, as "C012AB3CD/1717218060.000100".',
        )
    return Posted(conversation=conversation, ts=ts)


class Places:
    """Knows the conversations of addresses: "#region-01", "C012AB3CD", "U012AB3CD", "kari@union.example"."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._known = Recent()

    def conversation(self, message: Message) -> str:
        """Return where *message* can be posted: an id, or the name of a channel.

        Raises:
            PermanentDeliveryError: Nobody and nothing has this address.
            TransientDeliveryError: Slack could not be asked.
        """
        address, key = message.recipient_address, message.delivery_key
        if _CONVERSATION.fullmatch(address):
            return address
        if _NAME.fullmatch(address):
            return address
        if known := self._known.find(address):
            return known
        if _PERSON.fullmatch(address):
            return self._learn(address, self._direct(key, address))
        if "@" in address[1:]:
            return self._learn(address, self._direct(key, self._person(key, address)))
        raise PermanentDeliveryError(
            key,
            "the address is no channel, person or e-mail address in Slack.",
            'Write a channel as "#region-01" or by its id, a person by id or e-mail address.',
            fault=Fault.recipient,
        )

    def conversation_id(self, message: Message) -> str:
        """Return the id of the conversation, for requests that take no names; raises what ``conversation`` raises."""
        place = self.conversation(message)
        return self._named(message.delivery_key, place) if place.startswith("#") else place

    def _learn(self, address: str, conversation: str) -> str:
        self._known.keep(address, conversation)
        return conversation

    def _person(self, key: str, email: str) -> str:
        answer = self._wire.ask(key, Effect.read, lambda: self._wire.api.users_lookupByEmail(email=email))
        return str(answer["user"]["id"])

    def _direct(self, key: str, person: str) -> str:
        # Opening a conversation that is open gives the same one, so a lost answer leaves nothing in doubt.
        answer = self._wire.ask(key, Effect.read, lambda: self._wire.api.conversations_open(users=person))
        return str(answer["channel"]["id"])

    def _named(self, key: str, name: str) -> str:
        def page(cursor: str) -> SlackResponse:
            return self._wire.api.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=_PAGE, cursor=cursor
            )

        for channel in self._wire.walk(key, page, "channels"):
            if channel["name"] == name.removeprefix("#"):
                return str(channel["id"])
        raise PermanentDeliveryError(
            key,
            f'the channel "{name}" is not among those that the app sees.',
            "Correct the address in the directory, or invite the app into the channel.",
            fault=Fault.recipient,
            code="channel_not_found",
        )
