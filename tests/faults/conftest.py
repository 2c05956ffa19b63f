"""A mail server, a child that can be killed, and a run whose packs are made and wait to be sent."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
for folder in ("faults", "jobs", "channels", "ledger"):  # the tests are no package
    sys.path.insert(0, str(TESTS / folder))

from small_union import SmallUnion, make_small_union
from stopped_runs import Child, Sink

from distributor.jobs.make_packs import make_packs
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunRequest, new_run


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    with Child() as started:
        yield started


@pytest.fixture(scope="module")
def _sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    with Sink(tmp_path_factory.mktemp("sink")) as started:
        yield started


@pytest.fixture
def sink(_sink: Sink) -> Sink:
    """The module's mail server, empty."""
    _sink.forget()
    return _sink


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> SmallUnion:
    """A run of 240 deliveries whose packs are made and of which nothing is sent; to be copied."""
    union = make_small_union(tmp_path_factory.mktemp("made") / "union", extra_locals=234)
    app = union.app()
    run = new_run(app, RunRequest(report="note"))
    app.ledger.open_run(run)
    make_packs(app, run, app.directory.load(), Silence())
    app.ledger.close()
    return union
