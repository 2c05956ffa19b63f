"""A small union whose note has been sent by a service that readers can reach."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package
sys.path.insert(0, str(Path(__file__).parents[1] / "jobs"))

from small_union import SmallUnion, make_small_union
from vendors import SlackServer, TwilioServer, connect_vendors

SECRET = "a text that is long enough to sign links with"
TOKEN = "another text that only the mail server knows"


@pytest.fixture
def union(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallUnion:
    monkeypatch.setenv("LINK_SECRET", SECRET)
    monkeypatch.setenv("BOUNCE_TOKEN", TOKEN)
    union = make_small_union(tmp_path / "union")
    with union.config.open("a", encoding="utf-8") as file:
        file.write('[service]\npublic_url = "https://post.proeve.example"\nsecret_env = "LINK_SECRET"\n')
        file.write('[bounces]\ntoken_env = "BOUNCE_TOKEN"\n')
    return union


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer() as server:
        yield server


@pytest.fixture
def connected(tmp_path: Path, slack: SlackServer, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch) -> SmallUnion:
    """A small union that reaches people over Slack and by text message, too."""
    union = make_small_union(tmp_path / "union")
    connect_vendors(union, slack, twilio, monkeypatch)
    return union
