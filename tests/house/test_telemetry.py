"""Events of the service, for machines and for people."""

import json
import logging
from collections.abc import Iterator

import pytest

from distributor.telemetry import LogFormat, log_event, log_trouble, set_up_logging


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root, own = logging.getLogger(), logging.getLogger("distributor")
    before = (root.handlers[:], root.level, own.level)
    yield
    root.handlers[:], root.level, own.level = before


def test_events_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON each event is one line with its name, time, level and fields."""
    set_up_logging(LogFormat.json)
    log_event("run_closed", run="x", sent=6)
    log_trouble("source_lost", ValueError("no route"), source="members")

    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert ("run_closed", "info", "x", 6) == (first["event"], first["level"], first["run"], first["sent"])
    assert ("source_lost", "error", "no route", "members") == (
        second["event"], second["level"], second["error"], second["source"]
    )  # fmt: skip
    assert "ValueError" in second["trace"]


def test_events_are_readable_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """As text an event is its time, its name and its fields."""
    set_up_logging(LogFormat.text)
    log_event("run_closed", run="x")

    assert capsys.readouterr().err.endswith("  run_closed  run=x\n")
