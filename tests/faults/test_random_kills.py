"""Killed from outside at times that nobody chose, with the real pool of processes and two connections."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from small_union import make_small_union
from stopped_runs import Sink, assert_whole, with_mail_server

RUN = [sys.executable, "-c", "from distributor.cli import main; main()", "run"]


def test_run_killed_again_and_again(sink: Sink, tmp_path: Path) -> None:
    """240 deliveries of a run that is killed three times: the fourth process finishes it, and nobody is missing."""
    chance = random.Random(2026)
    union = make_small_union(tmp_path / "union", extra_locals=234, workers=2, shard_size=4)
    with_mail_server(union, sink.port, connections=2)
    config = ["--config", str(union.config), "--json"]
    command = [*RUN, "note", "--period", "2026-05", *config]

    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            wait_for_mails(sink, process, len(sink.mails()) + chance.randrange(1, 60))
            time.sleep(chance.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
        [run] = union.app().ledger.runs()
        command = [*RUN, "--resume", run.run_id, *config]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    summary = json.loads(done.stdout)
    assert ("closed", {"sent": 240, "suppressed": 1}) == (summary["status"], summary["deliveries"])
    found = assert_whole(union, sink.mails(), sent=240)
    assert found.doubled <= found.unconfirmed
    assert len(found.unconfirmed) <= 3 * 2


def wait_for_mails(sink: Sink, process: "subprocess.Popen[bytes]", number: int) -> None:
    deadline = time.monotonic() + 60
    while len(sink.mails()) < number:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
