"""One occasion of each kind, for the tests of letters."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

from occasions import occasions

from renderers.letters.models import Occasion


@pytest.fixture(scope="session")
def letters() -> dict[str, Occasion]:
    """Return one occasion of each kind and of each tone, by name."""
    return occasions()
