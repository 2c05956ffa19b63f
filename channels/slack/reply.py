"""Answers to clicks that only the one who clicked sees."""

from http.client import HTTPException

from slack_sdk.webhook import WebhookClient

from channels.slack.blocks import fallback
from channels.slack.config import SlackConfig
from channels.slack.wire import QUIET

_OK = 200


class SlackReplyError(Exception):
    """The answer to a click did not get through. What the click did stays done."""


def answer_privately(config: SlackConfig, response_url: str, text: str) -> None:
    """Show plain *text* to the one who clicked, and leave the message as it is.

    Args:
        config: Tells which addresses are Slack's.
        response_url: Of the click.
        text: "This incident is resolved already."

    Raises:
        SlackReplyError: The address is not Slack's, or Slack did not take the answer.

    Source: docs.slack.dev/interactivity/handling-user-interaction: response_type and replace_original.
    """
    if not response_url.startswith(config.reply_base_url):
        raise SlackReplyError("the address for an answer to a click is not Slack's, so nothing was sent there.")
    hook = WebhookClient(response_url, timeout=config.timeout_s, retry_handlers=[], logger=QUIET)
    try:
        answer = hook.send(text=fallback("", text), response_type="ephemeral", replace_original=False)
    except (OSError, HTTPException) as error:
        raise SlackReplyError(f"the answer to a click did not get through: {error}.") from error
    if answer.status_code != _OK:
        raise SlackReplyError(f"Slack did not take the answer to a click: HTTP {answer.status_code}.")
