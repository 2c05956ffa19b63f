"""Alert messages: one notice, written as e-mail, Slack blocks, text message and plain text."""

from renderers.alerts.email import render_email
from renderers.alerts.models import Notice
from renderers.alerts.picture import draw_picture
from renderers.alerts.slack import CHART_ID, render_slack
from renderers.alerts.sms import SmsParts, render_sms
from renderers.alerts.text import render_text

__all__ = [
    "CHART_ID",
    "Notice",
    "SmsParts",
    "draw_picture",
    "render_email",
    "render_slack",
    "render_sms",
    "render_text",
]
