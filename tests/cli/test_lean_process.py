"""A short-lived process is spared what pays only in longer ones, and only where it is the program's own."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import gc, sys
from distributor.cli.lean_process import long_process, lean_process
lean_process()
spared = not gc.isenabled()
try:
    import pandas
    found = True
except ModuleNotFoundError:
    found = False
long_process()
print(spared, found, gc.isenabled())
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["./program.py", "program.py", "{folder}/program.py", "-c"])
def test_own_process_is_lean_however_it_was_called(tmp_path: Path, name: str) -> None:
    """Without searches for garbage and without pandas, by whatever path; a page that stays searches again."""
    (tmp_path / "program.py").write_text(PROGRAM)
    called = ["-c", PROGRAM] if name == "-c" else [name.format(folder=tmp_path)]

    done = subprocess.run(
        [sys.executable, *called],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert "True False True\n" == done.stdout


def test_process_of_another_program_stays_as_it_is(tmp_path: Path) -> None:
    """Below another program, as in a test, nothing is changed."""
    (tmp_path / "other.py").write_text("import sys; sys.argv = ['distributor', 'preview']\n" + PROGRAM)

    done = subprocess.run(
        [sys.executable, "other.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout.startswith("False")
