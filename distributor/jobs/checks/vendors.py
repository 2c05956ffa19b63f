"""Checks of the services that messages go through: Slack, and the provider of text messages."""

from collections.abc import Iterator

from channels.channel import Channel
from channels.errors import DeliveryError
from channels.slack import SlackChannel
from channels.sms import SmsChannel
from distributor.jobs.checks.finding import Finding, fault, note, ok

_ACTIVE = "active"


def check_slack(channel: Channel, *, takes_clicks: bool) -> Iterator[Finding]:
    """Ask Slack who we are, without posting anything.

    Args:
        channel: The channel of the name "slack".
        takes_clicks: Whether clicks on buttons can be told from forged ones.
    """
    assert isinstance(channel, SlackChannel)
    try:
        workspace = channel.check()
    except DeliveryError as error:
        yield fault("Slack", error.reason, error.remedy)
        return
    yield ok("Slack", f"posts as {workspace.bot} in the workspace {workspace.team}.")
    if not takes_clicks:
        text = "clicks on buttons are not taken, because no signing secret is set."
        yield note("Slack", text, "Set signing_secret_env in [channels.slack].")


def check_sms(channel: Channel, *, is_told: bool) -> Iterator[Finding]:
    """Ask the provider for our account, without sending anything.

    Args:
        channel: The channel of the name "sms".
        is_told: Whether the provider can tell us what became of messages.
    """
    assert isinstance(channel, SmsChannel)
    try:
        account = channel.check()
    except DeliveryError as error:
        yield fault("SMS", error.reason, error.remedy)
        return
    finally:
        channel.close()
    if account.status != _ACTIVE:
        yield fault("SMS", f"the account {account.name} is {account.status}.", "Have it set right at the provider.")
        return
    yield ok("SMS", f"the account {account.name} is active.")
    if not is_told:
        text = "whether phones have got their messages is not told, because the provider cannot reach us."
        yield note("SMS", text, "Set public_url in [service].")
