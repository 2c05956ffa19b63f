"""Checks of this machine: libraries that draw, time zones, disks, and the clock held against the ledger."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from distributor.jobs.checks.finding import Finding, fault, ok
from distributor.ledger.port import Ledger
from distributor.storage import Storage

# In a process of its own: a library that does not fit may end or hang the one that loads it.
_DRAW = """
import sys
from renderers.errors import RenderError
from renderers.pdf.library import press
try:
    press()
except RenderError as error:
    sys.exit(str(error))
"""
_DRAW_S = 60
_SKEW = timedelta(seconds=30)


def check_drawing(program: str = _DRAW) -> Iterator[Finding]:
    """Load what PDF files and charts are drawn with."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", program]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DRAW_S, env=environment, check=False)
    except subprocess.TimeoutExpired:
        yield fault("drawing", f"the libraries for PDF could not be loaded within {_DRAW_S} s.")
        return
    if done.returncode:
        words = done.stderr.strip().splitlines()
        yield fault("drawing", words[-1] if words else f"the libraries for PDF ended with code {done.returncode}.")
        return
    yield ok("drawing", "the libraries and fonts for PDF and charts are there.")


def check_time_zones(names: Iterable[str]) -> Iterator[Finding]:
    """Look the zones of organisation and schedules up."""
    names = sorted(set(names))
    for name in names:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            yield fault(
                "time zones",
                f'"{name}" is not known on this machine.',
                "Install the time zone data: apt-get install tzdata, or pip install tzdata.",
            )
            return
    yield ok("time zones", f"known: {', '.join(names)}.")


def check_disk(folders: Mapping[str, Path], *, least_mb: int) -> Iterator[Finding]:
    """See how much room is left where files grow.

    Args:
        folders: By what lies there; one that is not there yet is judged by where it will be.
        least_mb: Less free space is a fault.
    """
    for what, folder in folders.items():
        place = next((one for one in (folder, *folder.parents) if one.is_dir()), Path("/"))
        free_mb = shutil.disk_usage(place).free // 1_000_000
        if free_mb < least_mb:
            yield fault(
                "disk",
                f"only {free_mb:,} MB are free for {what} in {place}; {least_mb:,} MB are wanted.",
                "Make room, for example with: distributor purge.",
            )
        else:
            yield ok("disk", f"{free_mb:,} MB are free for {what}.")


def check_writable(folders: Mapping[str, Path]) -> Iterator[Finding]:
    """Write a file into each folder, and remove it."""
    for what, folder in folders.items():
        trial = folder / f".doctor-{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            trial.write_bytes(b"x")
            trial.unlink()
        except OSError as error:
            yield fault(
                "folders",
                f"the {what} cannot be written to: {error.strerror or error} ({folder}).",
                "Correct its permissions, or name another one in config.toml.",
            )
        else:
            yield ok("folders", f"the {what} can be written to.")


def check_storage(storage: Storage) -> Iterator[Finding]:
    """Write a file into the storage that machines share, read it and remove it."""
    name, content = f".doctor-{os.getpid()}", os.urandom(16)
    try:
        storage.write(name, content)
        found = storage.read(name)
        storage.remove(name)
    except OSError as error:
        yield fault(
            "store",
            f"{storage.where} cannot be written and read: {error.strerror or error}.",
            "Correct its address or its permissions, or the credentials of this account.",
        )
        return
    if found != content:
        yield fault("store", f"{storage.where} gives back something else than was written.")
    else:
        yield ok("store", f"{storage.where} can be written and read.")


def check_ledger(ledger: Ledger) -> Iterator[Finding]:
    """Ask the ledger for its version."""
    yield ok("ledger", f"can be read; its tables are of version {ledger.version()}.")


def check_clock(ledger: Ledger, *, now: datetime) -> Iterator[Finding]:
    """Hold this machine's clock against what the ledger has seen, and against the clock of its server."""
    remedy = "Set the clock right, and let the system keep it: timedatectl set-ntp true."
    newest, shown = ledger.newest_at(), ledger.server_time()
    if newest is not None and newest - now > _SKEW:
        yield fault(
            "clock",
            f"it shows {now:%Y-%m-%d %H:%M:%S} UTC, but the ledger has recorded something at "
            f"{newest:%Y-%m-%d %H:%M:%S} UTC: it was put back, or was wrong before.",
            remedy,
        )
    elif shown is not None and abs(shown - now) > _SKEW:
        seconds = (now - shown).total_seconds()
        yield fault(
            "clock",
            f"it is {abs(seconds):,.0f} s {'ahead of' if seconds > 0 else 'behind'} the clock of the ledger's server.",
            remedy,
        )
    else:
        yield ok("clock", f"it shows {now:%Y-%m-%d %H:%M} UTC, in step with the ledger.")
