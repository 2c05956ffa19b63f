"""A channel that posts to Slack."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from slack_sdk.web import SlackResponse

from channels.channel import Settlement
from channels.errors import PermanentDeliveryError, TransientDeliveryError
from channels.message import Message, Receipt
from channels.mime import refuse_unsafe
from channels.recent import Recent
from channels.slack.blocks import Block, disarm, fallback, fit, parse, simple
from channels.slack.charts import Uploads, fill, place
from channels.slack.config import SlackConfig
from channels.slack.places import Places, Posted, parse_posted
from channels.slack.reply import answer_privately
from channels.slack.wire import Wire
from channels.verdict import Effect

EVENT_TYPE = "distributor_delivery"
_CLOCKS_APART = timedelta(minutes=2)  # Slack's clock and ours
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What Slack says of the app: where it is installed, and as whom."""

    team: str
    bot: str
    url: str


class SlackChannel:
    """Posts one message a delivery, into a channel, a thread or a direct conversation, or in place of another.

    Each message carries its delivery's key as metadata, by which it is found again.
    """

    name = "slack"
    settlement = Settlement.look_up

    def __init__(
        self,
        config: SlackConfig,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._config = config
        self._wire = Wire(config)
        self._places = Places(self._wire)
        self._uploads = Uploads(self._wire, sleep=sleep)
        self._turns = _Turns(config.seconds_between_posts, clock=clock, sleep=sleep)
        self._posted = Recent()

    def send(self, message: Message, *, now: datetime) -> Receipt:
        """Post *message*, or put it in place of what it replaces; see ``channels.channel.Channel.send``.

        The receipt's id names the message for ``thread`` and ``replaces`` of later ones.
        """
        refuse_unsafe(message)
        blocks = _blocks(message)
        target = self._target(message)
        conversation = target.conversation if target else self._conversation(message)
        pictures = self._uploads.upload(message, blocks)
        note = pictures.missing
        try:
            posted = self._put(message, target, conversation, fill(blocks, pictures.files))
        except PermanentDeliveryError as error:
            if error.code == "message_not_found" and not message.replaces:
                self._posted.forget(message.key_digest)  # somebody has deleted the first copy
                return self.send(message, now=now)
            if error.code != "invalid_blocks" or not pictures.files:
                raise
            # Slack may not know a new file yet, and then refuses the whole message.
            posted = self._put(message, target, conversation, fill(blocks, {}))
            note = self._uploads.share(message, posted) or "it is in the thread."
        self._posted.keep(message.key_digest, str(posted))
        detail = "updated" if target else "posted"
        if note:
            detail = f"{detail} without a picture: {note}"
        return Receipt(transport_id=str(posted), accepted_at=now, detail=detail)

    def find(self, message: Message, *, since: datetime) -> Receipt | None:
        """Look for the message's key in the conversation; see ``channels.channel.Channel.find``."""
        try:
            found = self._find(message, since - _CLOCKS_APART)
        except PermanentDeliveryError as error:
            # That we may not read the conversation does not say that the message is not in it.
            raise TransientDeliveryError(
                message.delivery_key, error.reason, error.remedy, fault=error.fault, code=error.code
            ) from error
        if found is None:
            return None
        self._posted.keep(message.key_digest, str(found))
        return Receipt(transport_id=str(found), accepted_at=message.date, detail="found in Slack")

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def email_of(self, person: str) -> str:
        """Return the e-mail address of a *person* by id, empty where Slack has none: to tell who clicked.

        Raises:
            PermanentDeliveryError: There is no such person.
            TransientDeliveryError: Slack could not be asked.
        """
        answer = self._wire.ask(person, Effect.read, lambda: self._wire.api.users_info(user=person))
        return str(answer["user"].get("profile", {}).get("email", ""))

    def answer_privately(self, response_url: str, text: str) -> None:
        """Show *text* to the one who clicked; see ``channels.slack.reply.answer_privately``."""
        answer_privately(self._config, response_url, text)

    def check(self) -> Workspace:
        """Ask Slack who we are; post nothing.

        Raises:
            TransientDeliveryError: What failed, and what to do.
        """
        answer = self._wire.ask("check", Effect.read, self._wire.api.auth_test)
        return Workspace(team=str(answer["team"]), bot=str(answer["user"]), url=str(answer["url"]))

    def _target(self, message: Message) -> Posted | None:
        """Return the message that this one takes the place of: as it says, or its own first copy."""
        target = message.replaces or self._posted.find(message.key_digest)
        return parse_posted(target, delivery_key=message.delivery_key) if target else None

    def _conversation(self, message: Message) -> str:
        if not message.thread:
            return self._places.conversation(message)
        return parse_posted(message.thread, delivery_key=message.delivery_key).conversation

    def _put(self, message: Message, target: Posted | None, conversation: str, blocks: list[Block]) -> Posted:
        content: dict[str, Any] = {
            "channel": conversation,
            "text": fallback(message.subject, message.text),
            "blocks": blocks,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": message.key_digest}},
            "parse": "none",
            "link_names": False,
        }
        self._turns.wait(message.recipient_address)
        api = self._wire.api
        if target:
            answer = self._write(message, lambda: api.chat_update(ts=target.ts, **content))
        else:
            thread = parse_posted(message.thread, delivery_key=message.delivery_key).ts if message.thread else None
            answer = self._write(
                message,
                lambda: api.chat_postMessage(thread_ts=thread, unfurl_links=False, unfurl_media=False, **content),
            )
        return Posted(conversation=str(answer["channel"]), ts=str(answer["ts"]))

    def _write(self, message: Message, request: Callable[[], SlackResponse]) -> SlackResponse:
        return self._wire.ask(message.delivery_key, Effect.write, request)

    def _find(self, message: Message, since: datetime) -> Posted | None:
        api, oldest = self._wire.api, f"{since.timestamp():.6f}"
        if message.replaces:
            root = parse_posted(message.replaces, delivery_key=message.delivery_key)
            # conversations.replies also gives a message that itself stands in a thread.
            return self._search(message, root.conversation, api.conversations_replies, ts=root.ts)
        if message.thread:
            root = parse_posted(message.thread, delivery_key=message.delivery_key)
            return self._search(message, root.conversation, api.conversations_replies, ts=root.ts, oldest=oldest)
        conversation = self._places.conversation_id(message)
        return self._search(message, conversation, api.conversations_history, oldest=oldest)

    def _search(
        self, message: Message, conversation: str, request: Callable[..., SlackResponse], **limits: str
    ) -> Posted | None:
        def page(cursor: str) -> SlackResponse:
            return request(channel=conversation, include_all_metadata=True, limit=_PAGE, cursor=cursor, **limits)

        for found in self._wire.walk(message.delivery_key, page, "messages"):
            metadata = found.get("metadata") or {}
            key = (metadata.get("event_payload") or {}).get("key")
            if metadata.get("event_type") == EVENT_TYPE and key == message.key_digest:
                return Posted(conversation=conversation, ts=str(found["ts"]))
        return None


class _Turns:
    """Spaces the posts to each address."""

    def __init__(self, seconds: float, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next_s: dict[str, float] = {}

    def wait(self, address: str) -> None:
        """Wait for the caller's turn at *address*."""
        with self._lock:
            now_s = self._clock()
            turn_s = max(now_s, self._next_s.get(address, now_s))
            self._next_s[address] = turn_s + self._seconds
        if turn_s > now_s:
            self._sleep(turn_s - now_s)


def _blocks(message: Message) -> list[Block]:
    """Return the message's blocks, or simple ones, safe and within the limits; pictures are still "cid:…"."""
    try:
        blocks = parse(message.blocks) if message.blocks else simple(message.subject, message.text)
        return fit(place(disarm(blocks), message), language=message.language)
    except ValueError as error:
        raise PermanentDeliveryError(
            message.delivery_key,
            f"its blocks cannot be sent: {error}",
            "Correct the template that the message comes from.",
        ) from error
