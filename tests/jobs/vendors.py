"""A small union that also reaches people over Slack and by text message, at vendors on loopback."""

import csv
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))  # the tests are no package

import slack_server
import twilio_server
from slack_server import SlackServer
from small_union import SmallUnion
from twilio_server import TwilioServer

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
LINK_SECRET = "a text that is long enough to sign links with"
PUBLIC_URL = "https://r.proeve.example"
NUMBERS = {"north": "+47 912 34 567", "south": "+45 20 12 34 56", "ask": "+47 922 22 222"}
PLACES = {"north": "#region-01", "south": "kari@union.example"}


def connect_vendors(
    union: SmallUnion, slack: SlackServer, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch, *, more: str = ""
) -> None:
    """Set the union up with both vendors, and give its people addresses there; *more* goes into [channels.sms]."""
    monkeypatch.setenv("SLACK_TOKEN", slack_server.TOKEN)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SIGNING_SECRET)
    monkeypatch.setenv("TWILIO_TOKEN", twilio_server.TOKEN)
    monkeypatch.setenv("LINK_SECRET", LINK_SECRET)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    text = f"""
[channels.slack]
token_env = "SLACK_TOKEN"
signing_secret_env = "SLACK_SIGNING_SECRET"
base_url = "{slack.api}"
reply_base_url = "{slack.url}/"
timeout_s = 1
seconds_between_posts = 0
[channels.sms]
account_sid = "{twilio_server.ACCOUNT}"
auth_token_env = "TWILIO_TOKEN"
sender = "+4759440000"
two_way = true
base_url = "{twilio.url}"
timeout_s = 1
{more}
[service]
public_url = "{PUBLIC_URL}"
secret_env = "LINK_SECRET"
"""
    with union.config.open("a", encoding="utf-8") as file:
        file.write(text)
    add_addresses(union, {"sms": NUMBERS, "slack": PLACES})


def add_addresses(union: SmallUnion, columns: Mapping[str, Mapping[str, str]]) -> None:
    """Add columns of addresses to the union's recipients."""
    path = union.folder / "directory" / "recipients.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], *columns])
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, **{name: given.get(row["recipient_id"], "") for name, given in columns.items()}})
