"""One notice of each kind, and golden files, for the tests of alert messages."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], str]:
    """Return what reads a golden file; with --update-golden it is written first."""
    is_update = request.config.getoption("--update-golden")

    def read(name: str, text: str) -> str:
        path = GOLDEN / name
        if is_update:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return path.read_text("utf-8")

    return read
