"""The files of the starter project, and how they get into a folder: all of them or none."""

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

from distributor.catalogue.schema import schema_texts
from distributor.errors import UsageError
from distributor.starter.figures import members_csv, targets_csv
from distributor.starter.people import recipients_csv, roles_csv

_TEXTS = (
    "README.md",
    "config.toml",
    "report_specs/starter/catalogue.yaml",
    "report_specs/starter/datasets.yaml",
    "report_specs/starter/metrics.yaml",
    "report_specs/starter/audiences.yaml",
    "report_specs/starter/reports/branch_letter.yaml",
    "directory/branches.csv",
)
_ALL_LANGUAGES = "languages: [nb, da, en]"


def starter_files(languages: Sequence[str], today: date) -> Mapping[str, str]:
    """Return the text of each file by its path in the project.

    Args:
        languages: Of readers, the first for those who have chosen none; nb, da or en.
        today: The made-up data end on this day.
    """
    shipped = files("distributor.starter") / "project"
    texts = {name: shipped.joinpath(name).read_text(encoding="utf-8") for name in _TEXTS}
    catalogue = "report_specs/starter/catalogue.yaml"
    # The texts stay in all three languages: a language is added or left out by this one line.
    texts[catalogue] = texts[catalogue].replace(_ALL_LANGUAGES, f"languages: [{', '.join(languages)}]".ljust(23))
    return {
        **texts,
        "directory/recipients.csv": recipients_csv(languages),
        "directory/roles.csv": roles_csv(),
        "data/members.csv": members_csv(today),
        "data/targets.csv": targets_csv(today),
        **{f"schema/{name}": text for name, text in schema_texts().items()},
        # Shipped under a plain name: git and build tools would obey a real one.
        ".gitignore": shipped.joinpath("gitignore").read_text(encoding="utf-8"),
    }


def write_project(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write the files into a folder that is empty or not there yet; on failure nothing of them stays.

    Hidden files of the folder, a .git for instance, are left as they are.

    Returns:
        The paths written, relative to the folder.

    Raises:
        UsageError: The folder has something in it, is a file, or cannot be written.
    """
    folder = folder.absolute()
    _refuse_full(folder)
    made: list[Path] = []
    try:
        made = _make_folder(folder)
        return _fill(folder, texts)
    except BaseException as error:  # Ctrl-C too: what was made goes, then the error goes on
        for path in reversed(made):
            with suppress(OSError):  # something else was put there meanwhile; it stays
                path.rmdir()
        if isinstance(error, OSError):
            problem = error.strerror or str(error)
            raise UsageError(f'"{folder}" cannot be written: {problem}. Nothing was left there.') from error
        raise


def _refuse_full(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f'"{folder}" is a file. Name a folder that is empty or does not exist yet.')
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UsageError(f'"{folder}" cannot be read: {error.strerror}. Name another folder.') from error
    if names:
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        raise UsageError(
            f'"{folder}" is not empty: it holds {listed}. Nothing was written. '
            "Name a folder that is empty or does not exist yet: distributor init my-reports"
        )


def _make_folder(folder: Path) -> list[Path]:
    """Make the folder and those above it; return the ones that were not there, top first."""
    missing = [path for path in (*reversed(folder.parents), folder) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _fill(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write everything into a hidden folder inside, then move it to its place, which cannot run out of space."""
    staging = Path(mkdtemp(prefix=".init-", dir=folder))
    placed: list[Path] = []
    try:
        written = [name for name in texts if not os.path.lexists(folder / name)]
        for name in written:
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[name], encoding="utf-8", newline="\n")
        for entry in sorted(staging.iterdir()):
            target = folder / entry.name
            if os.path.lexists(target):  # rename would silently replace a file or a link
                raise FileExistsError(errno.EEXIST, f"there is a {entry.name} already")
            entry.rename(target)
            placed.append(target)
        return written
    except BaseException:
        for path in placed:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
    finally:
        shutil.rmtree(staging)
