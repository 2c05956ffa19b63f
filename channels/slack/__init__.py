"""Messages posted to Slack, and the clicks that come back."""

from channels.slack.channel import SlackChannel, Workspace
from channels.slack.config import SlackConfig
from channels.slack.interactivity import ANSWER_WITHIN, Click, UnreadableClickError, is_from_slack, parse_clicks
from channels.slack.reply import SlackReplyError, answer_privately

__all__ = [
    "ANSWER_WITHIN",
    "Click",
    "SlackChannel",
    "SlackConfig",
    "SlackReplyError",
    "UnreadableClickError",
    "Workspace",
    "answer_privately",
    "is_from_slack",
    "parse_clicks",
]
