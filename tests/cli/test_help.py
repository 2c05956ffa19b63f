"""`--help`: quick, and of use."""

import os
import re
import subprocess
import sys

import pytest

VERBS = (
    "demo", "init", "check", "schema", "plan", "preview", "run", "approve", "reject", "runs", "deliveries", "resend",
    "explain", "serve", "simulate", "suppressions", "doctor", "purge", "subject", "alerts",
)  # fmt: skip
ALERT_VERBS = (
    "evaluate", "list", "show", "history", "ack", "snooze", "silence", "test", "backtest", "calibrate", "explain",
)  # fmt: skip
HEAVY = {
    "pandas", "numpy", "matplotlib", "weasyprint", "duckdb", "pyarrow", "sqlalchemy", "fastapi", "sklearn", "sqlglot",
    "babel", "jinja2", "xlsxwriter", "yaml", "apscheduler", "holidays",
}  # fmt: skip
PROGRAM = """
import sys
from distributor.cli import main
sys.argv = ["distributor", *sys.argv[1:]]
try:
    main()
finally:
    print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, env=environment, check=True
    )


@pytest.mark.parametrize("verb", [*VERBS, *(f"alerts {name}" for name in ALERT_VERBS)])
def test_help_loads_nothing_heavy_and_explains_itself(verb: str) -> None:
    """Help of every verb comes without the libraries of the work itself, and says what each option is for."""
    done = call(*verb.split(), "--help")

    loaded = set(done.stderr.rpartition("LOADED")[2].split())
    assert set() == loaded & HEAVY
    assert f"distributor {verb}" in done.stdout
    options = [line for line in done.stdout.splitlines() if "--" in line and "Usage" not in line]
    assert all(len(line.split("  ")) > 1 for line in options)
    assert 3 < len(done.stdout.split("\n"))


def test_help_lists_every_verb_with_a_line() -> None:
    """The program's own help names all verbs, each with a sentence."""
    done = call("--help")

    assert set() == set(done.stderr.rpartition("LOADED")[2].split()) & HEAVY
    for verb in VERBS:
        [line] = [line for line in done.stdout.splitlines() if re.match(rf"\W{{1,2}}{verb} ", line)]
        assert 3 < len(line.split())
