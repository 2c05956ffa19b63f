"""Sample packs for the tests of all renderers."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from renderers.pack import Pack


def _load_samples() -> ModuleType:
    """Load samples.py by its path: the tests are no package."""
    name = "renderers_samples"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "samples.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def sample_packs() -> dict[str, Pack]:
    """Return realistic packs by name: large, small, empty, regional and awkward, in three languages."""
    packs: dict[str, Pack] = _load_samples().sample_packs()
    return packs


@pytest.fixture(scope="session")
def faint_texts() -> str:
    """Return JavaScript that lists the texts of a page that stand out too little from their ground."""
    return (Path(__file__).parent / "faint_texts.js").read_text("utf-8")
