"""What a live preview shows: a pack, or why there is none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from distributor.catalogue.errors import CatalogueError, Fault
from distributor.errors import DistributorError
from distributor.telemetry import log_trouble
from recipients.errors import DirectoryError
from renderers.errors import RenderError
from renderers.pack import Format


class File(StrEnum):
    """The files that a pack can be opened as."""

    page = "pack.html"
    pdf = "pack.pdf"
    xlsx = "pack.xlsx"
    text = "pack.txt"
    slack = "slack.json"
    sms = "sms.txt"

    @property
    def made_for(self) -> Format:
        """The format that makes the file; the text comes with each."""
        match self:
            case File.page | File.text:
                return Format.html
            case File.pdf:
                return Format.pdf
            case File.xlsx:
                return Format.xlsx
            case File.slack | File.sms:
                return Format.summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing that is wrong: where ("" for nowhere in a file), the line that stands there, and what to do."""

    text: str
    place: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A branch that a pack can be seen of."""

    branch_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What there is to see of a branch in a language.

    Attributes:
        version: Grows with every change.
        page_language: Of what stands around the pack: the organisation's first.
        branch: Its id; what was asked for where that is no branch.
        language: Of the pack; "" where there is none.
        title: Of the pack.
        before, after: The branches beside it.
        read_at: When the sources were read.
        wrong: Why there is no pack; empty where there is one.
    """

    version: int
    report: str
    page_language: str
    branch: str
    language: str
    title: str = ""
    before: Choice | None = None
    after: Choice | None = None
    languages: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = field(default=(), repr=False)
    read_at: datetime | None = None
    timezone: str = "UTC"
    wrong: tuple[Wrong, ...] = ()


def wrongs(error: Exception) -> tuple[Wrong, ...]:
    """Say what is wrong, in the words of the command line; an error that is none of ours is logged as well."""
    if isinstance(error, CatalogueError):
        return tuple(_fault(one) for one in error.faults)
    if isinstance(error, DistributorError | DirectoryError | RenderError):
        return tuple(Wrong(text=line) for line in _sentences(error))
    log_trouble("preview_failed", error)
    return (Wrong(text=f"{type(error).__name__}: {error}"),)


def _sentences(error: Exception) -> Iterator[str]:
    yield from str(error).splitlines()
    yield from getattr(error, "__notes__", ())


def _fault(fault: Fault) -> Wrong:
    return Wrong(text=fault.text, place=str(fault.place), line=_line(fault.place.file, fault.place.line))


def _line(file: Path, number: int) -> str:
    """Return a line of a file as it stands there now; "" where there is none."""
    try:
        lines = file.read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[number - 1] if 0 < number <= len(lines) else ""
