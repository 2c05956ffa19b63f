"""The service as a process: started, asked, stopped, and started where it cannot be."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_union import SmallUnion, make_small_union

SERVE = [sys.executable, "-c", "from distributor.cli import main; main()", "serve"]


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_small_union(tmp_path / "union")


@contextmanager
def service(union: SmallUnion, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the service; give its process and the address of its pages."""
    command = [*SERVE, "--config", str(union.config), "--port", "0", "--log", "json", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            events = (json.loads(line) for line in process.stderr)
            yield process, next(event["url"] for event in events if event["event"] == "pages_served")
        finally:
            if process.poll() is None:
                process.kill()


def answer(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=20) as reply:
        return reply.status, reply.read().decode()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_service_answers_and_stops_when_told(union: SmallUnion, stop: signal.Signals) -> None:
    """It tells where its pages are, answers monitors, and ends by itself when it is told to."""
    with service(union) as (process, url):
        health, ready, metrics = (answer(f"{url}/{page}") for page in ("healthz", "readyz", "metrics"))
        process.send_signal(stop)
        rest = process.communicate(timeout=60)[1]

    assert ((200, '{"status":"ok"}'), 200) == (health, ready[0])
    assert "distributor_scheduler_lease_seconds" in metrics[1]
    assert ["service_stopped"] == [json.loads(line)["event"] for line in rest.splitlines() if "service_stopped" in line]
    assert "Traceback" not in rest


def test_second_service_on_one_port_is_told(union: SmallUnion) -> None:
    """A port that is taken is a sentence and exit code 1, and the first service goes on."""
    with service(union) as (_, url):
        port = url.rpartition(":")[2]
        command = [*SERVE, "--config", str(union.config), "--port", port]
        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        still = answer(f"{url}/healthz")

    assert (1, 200) == (second.returncode, still[0])
    assert f"error: the pages cannot be served on 127.0.0.1:{port}. Name a free --port" in second.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--role", "boss"), '--role: "boss" is not known. Allowed: all, scheduler, worker.'),
        (("--log", "xml"), '--log: "xml" is not known. Allowed: json, text.'),
    ],
)
def test_unknown_option_is_told(union: SmallUnion, options: tuple[str, ...], sentence: str) -> None:
    """What is not known is named with what is, before anything starts."""
    command = [*SERVE, "--config", str(union.config), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ})

    assert (2, f"error: {sentence}\n") == (done.returncode, done.stderr)
