"""What comes back from Slack when somebody clicks: is it Slack, and what was clicked.

The endpoint answers within three seconds, with nothing, and works on the click afterwards. Source:
docs.slack.dev/interactivity/handling-user-interaction.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from pydantic import BaseModel, ValidationError
from slack_sdk.signature import Clock, SignatureVerifier

ANSWER_WITHIN = timedelta(seconds=3)
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class UnreadableClickError(Exception):
    """A signed request that is not what Slack documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One click on a button, or one choice in a menu.

    Attributes:
        action: The button's action.
        value: The button's value, or that of the choice.
        user_id: Who clicked; ``SlackChannel.email_of`` tells whose that is.
        team_id: Of the workspace.
        response_url: Where an answer goes; for half an hour, five times.
        message_ts: Of the message with the button.
        channel: The id of its conversation.
    """

    action: str
    value: str
    user_id: str
    team_id: str
    response_url: str = field(repr=False)
    message_ts: str
    channel: str

    @property
    def transport_id(self) -> str:
        """The message with the button, as its receipt called it."""
        return f"{self.channel}/{self.message_ts}"


def is_from_slack(body: bytes, *, timestamp: str, signature: str, signing_secret: str, now: datetime) -> bool:
    """Tell whether Slack signed *body* in the last five minutes.

    Args:
        body: As it came, before anything has parsed it.
        timestamp: The header X-Slack-Request-Timestamp, empty if there is none.
        signature: The header X-Slack-Signature, likewise.
        signing_secret: Of the app.
        now: Aware.

    Source: docs.slack.dev/authentication/verifying-requests-from-slack.
    """
    # The library's verifier holds the five minutes, and fails on what is no time stamp and no ASCII.
    if not signing_secret.strip() or not _TIMESTAMP.fullmatch(timestamp) or not signature.isascii():
        return False
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return SignatureVerifier(signing_secret, _Stopped(now)).is_valid(text, timestamp, signature)


def parse_clicks(body: bytes) -> tuple[Click, ...]:
    """Return the clicks in the *body* of a request that ``is_from_slack``; none for other interactions.

    Raises:
        UnreadableClickError: It is no such request.

    Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload.
    """
    try:
        [text] = parse_qs(body.decode(), strict_parsing=True)["payload"]
        if _Kind.model_validate_json(text).type != "block_actions":
            return ()
        payload = _Payload.model_validate_json(text)
    except (ValueError, KeyError) as error:
        what = f"{error.error_count()} fields are wrong" if isinstance(error, ValidationError) else "it has no payload"
        raise UnreadableClickError(f"a request to the endpoint for clicks cannot be read: {what}.") from error
    return tuple(
        Click(
            action=action.action_id,
            value=action.chosen,
            user_id=payload.user.id,
            team_id=payload.team.id if payload.team else "",
            response_url=payload.response_url,
            message_ts=payload.container.message_ts,
            channel=payload.container.channel_id,
        )
        for action in payload.actions
    )


class _Stopped(Clock):
    """A clock for the verifier that stands where ours is."""

    def __init__(self, now: datetime) -> None:
        self._now_s = now.timestamp()

    def now(self) -> float:
        return self._now_s


class _Kind(BaseModel):
    type: str


class _Named(BaseModel):
    id: str


class _Container(BaseModel):
    message_ts: str
    channel_id: str


class _Option(BaseModel):
    value: str = ""


class _Action(BaseModel):
    action_id: str
    value: str = ""
    selected_option: _Option | None = None

    @property
    def chosen(self) -> str:
        return self.selected_option.value if self.selected_option else self.value


class _Payload(BaseModel):
    user: _Named
    team: _Named | None = None
    container: _Container
    response_url: str
    actions: list[_Action]
