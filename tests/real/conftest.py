"""The real sets of data, each read once a session; without the data every test here is skipped."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load_helper(name: str) -> ModuleType:
    """Load a module of this folder by its path, under its own name: the tests are no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


_load_helper("real_trees")
sets = _load_helper("real_sets")
_load_helper("delivered")
_load_helper("agreement")


def _open(name: str, factory: pytest.TempPathFactory) -> Any:
    folder = sets.data_folder() / sets.RECIPES[name].folder
    if not folder.is_dir():
        pytest.skip(f"the real data are not there: no {name} set in shared/data nor in ${sets.DATA_VARIABLE}")
    return sets.open_set(name, factory.mktemp(name))


@pytest.fixture(scope="session")
def oulad(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _open("oulad", tmp_path_factory)


@pytest.fixture(scope="session")
def gdq(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _open("gdq", tmp_path_factory)


@pytest.fixture(scope="session")
def f7(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _open("f7", tmp_path_factory)


@pytest.fixture(scope="session")
def olms(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _open("olms", tmp_path_factory)


@pytest.fixture(scope="session")
def norway(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _open("norway", tmp_path_factory)


@pytest.fixture(scope="session")
def partistotte(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _open("partistotte", tmp_path_factory)
