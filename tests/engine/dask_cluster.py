"""A Dask scheduler and workers as real processes on loopback, without a dashboard."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_LONGEST_S = 40.0


@dataclass(slots=True, kw_only=True)
class DaskCluster:
    """Its processes; those that are started are ended with it."""

    folder: Path
    stack: ExitStack
    tls: Sequence[str] = ()
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_text())["address"])

    def start_scheduler(self, *, allowed_failures: int = 0) -> None:
        variables = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
        where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        self._start("distributed.cli.dask_scheduler", *where, variables=variables)
        deadline = time.monotonic() + _LONGEST_S
        file = self.folder / "scheduler.json"
        while not file.exists() or not file.stat().st_size:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def start_worker(self, *, keeper: bool = False, first_path: Path | None = None) -> int:
        """Start a worker, and return its process id; with a keeper it is started anew when it dies."""
        program = "distributed.cli.dask_worker"
        options = ["--nthreads", "1", "--no-dashboard", "--memory-limit", "0", "--host", "127.0.0.1"]
        options += ["--local-directory", str(self.folder), "--nanny" if keeper else "--no-nanny"]
        return self._start(program, *options, first_path=first_path).pid

    def _start(
        self, module: str, *options: str, first_path: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(str(one) for one in (first_path, _ROOT, _HERE) if one)
        command = [sys.executable, "-m", module, "--scheduler-file", str(self.folder / "scheduler.json"), *self.tls]
        environment = {**os.environ, "PYTHONPATH": path, **(variables or {})}
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([*command, *options], cwd=self.folder, env=environment, stdout=log, stderr=log)
        self.processes.append(process)
        self.stack.callback(_end, process)
        return process


@contextmanager
def dask_cluster(folder: Path, *, tls: Sequence[str] = ()) -> Iterator[DaskCluster]:
    """Give a cluster of which nothing is started yet."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        yield DaskCluster(folder=folder, stack=stack, tls=tls)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()  # nothing of it is to be kept, and a keeper's worker ends with it
    process.wait()
