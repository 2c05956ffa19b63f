"""Imports run where STYLE allows them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("distributor", "renderers", "channels", "recipients")
CONTRACTS = ("rooms", "libraries", "layers", "sql", "network", "channels")
# import-linter sees external packages as wholes; of these, parts are harmless.
NETWORK = re.compile(r"urllib\.request|urllib3|http\.client|http\.server|socketserver|asyncio\.streams")


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def imported(path: Path) -> set[str]:
    """Return the dotted names that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_contracts_are_kept() -> None:
    """All contracts of pyproject.toml hold."""
    done = lint_imports(ROOT)

    assert (0, True) == (done.returncode, f"{len(CONTRACTS)} kept, 0 broken" in done.stdout), done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("renderers/formats.py", "import channels.message", "recipients, renderers and channels"),
        ("recipients/people.py", "import distributor.errors", "The libraries do not import"),
        ("distributor/metrics/asks.py", "import distributor.packs.plan", "downwards only"),
        ("distributor/jobs/days.py", "import distributor.bootstrap", "downwards only"),
        ("distributor/snapshot/gates.py", "import sqlalchemy", "speak SQLAlchemy"),
        ("distributor/dispatch/compose.py", "import smtplib", "touch the network"),
        ("channels/memory/channel.py", "import channels.folder.names", "No channel imports"),
    ],
)
def test_contracts_catch_what_they_are_for(module: str, line: str, contract: str, tmp_path: Path) -> None:
    """A wrong import added to a copy of the packages breaks the contract that forbids it."""
    for path in [ROOT / "pyproject.toml", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")

    done = lint_imports(tmp_path)

    [broken] = [text for text in done.stdout.splitlines() if text.endswith("BROKEN")]
    assert (1, True) == (done.returncode, contract in broken)


def test_only_channels_open_connections() -> None:
    """No other package imports what speaks HTTP or serves sockets in the standard library."""
    found = {
        str(path.relative_to(ROOT)): names
        for package in PACKAGES
        if package != "channels"
        for path in (ROOT / package).rglob("*.py")
        if (names := {name for name in imported(path) if NETWORK.match(name)})
    }

    assert {} == found
