"""What two processes must have in common to make the same packs."""

import hashlib
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("distributor", "renderers", "recipients", "channels")
# They draw; another version may break a line elsewhere.
_LIBRARIES = ("matplotlib", "weasyprint", "uharfbuzz", "pyarrow")


@cache
def fingerprint() -> dict[str, str]:
    """Return versions by name: of Python, of the program and the hash of its files, and of what it draws with."""
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "distributor": _version("distributor"),
        "its files": _digest(),
        **{name: _version(name) for name in _LIBRARIES},
    }


def difference(here: dict[str, str], there: dict[str, str]) -> str:
    """Return the first thing that is not the same in words, "" when all is."""
    for name, value in here.items():
        if there.get(name) != value:
            return f"{name} {there.get(name, 'missing')} instead of {value}"
    return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # run from its folder
        return "not installed"


def _digest() -> str:
    """Return a hash of the program's files, which are read and not imported."""
    found = hashlib.sha256()
    for package in _PACKAGES:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    found.update(f"{package}/{path.relative_to(folder).as_posix()}\n".encode())
                    found.update(path.read_bytes())
    return found.hexdigest()[:12]
