"""A small union, fresh for each test that changes it, and one whose letter has been run."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

from small_union import NOW, SmallUnion, make_small_union
from vendors import SlackServer, TwilioServer, connect_vendors

from distributor.jobs.run_report import RunSummary


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_small_union(tmp_path / "union")


@pytest.fixture
def make_union(tmp_path: Path) -> Callable[..., SmallUnion]:
    def make(name: str = "union", **options: Any) -> SmallUnion:
        return make_small_union(tmp_path / name, **options)

    return make


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallUnion, RunSummary]:
    """The union after a run of its letter, with all formats; to be looked at only."""
    union = make_small_union(tmp_path_factory.mktemp("finished"))
    return union, union.run("letter")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.epoch = int(NOW.timestamp())
        yield server


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer() as server:
        server.now = NOW
        yield server


@pytest.fixture
def connected(
    union: SmallUnion, slack: SlackServer, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> SmallUnion:
    """The union with Slack and text messages."""
    connect_vendors(union, slack, twilio, monkeypatch)
    return union
