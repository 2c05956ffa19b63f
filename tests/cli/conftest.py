"""The small union of the jobs' tests, and ways to call the program."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "jobs"))  # the tests are no package

from small_union import SmallUnion, make_small_union

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def read_union(tmp_path_factory: pytest.TempPathFactory) -> SmallUnion:
    """A union to be read only."""
    return make_small_union(tmp_path_factory.mktemp("cli"))


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_small_union(tmp_path / "union")


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    """Calls `distributor` as the shell does, in this process: its exit code and what it printed."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        from distributor.cli import main

        monkeypatch.setattr(sys, "argv", ["distributor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), out, err)

    return call
