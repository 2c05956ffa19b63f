"""What can be wrong in a catalogue, and where.

DistributorError
├── CatalogueError               one or more faults: all that were found, each with its place
├── PhraseError                  a phrase of a schedule or a day of a calendar; it becomes such a fault
└── ConditionError               a comparator or an expression of an alert rule, or a matcher
"""

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from distributor.errors import DistributorError

_NAMES_SHOWN = 20


class Place(NamedTuple):
    """A position in a file; line and column count from 1, and line 0 means the file as a whole."""

    file: Path
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        file = os.path.relpath(self.file)
        return f"{file}:{self.line}:{self.column}" if self.line else file


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, with all that is needed to put it right.

    ``what`` is a clause without full stop that names the value: ``metric "chrun" is not defined``.
    ``known`` lists names that the user has defined, ``allowed`` those that we define; ``got`` is the value that
    is looked for among them, for the suggestion. ``remedy`` is one sentence or empty.
    """

    place: Place
    what: str
    known: tuple[str, ...] | None = None
    allowed: tuple[str, ...] | None = None
    got: str | None = None
    remedy: str = ""

    @property
    def text(self) -> str:
        """What, which is allowed and what to do, without the place."""
        sentences = [f"{self.what}."]
        if self.known is not None:
            sentences.append(f"Known: {_listed(self.known)}.")
        if self.allowed is not None:
            sentences.append(f"Allowed: {_listed(self.allowed)}.")
        if close := self.suggestion:
            sentences.append(f'Did you mean "{close}"?')
        if self.remedy:
            sentences.append(self.remedy)
        return " ".join(" ".join(sentences).split())

    @property
    def suggestion(self) -> str | None:
        """The name that looks most like what was given."""
        if self.got is None:
            return None
        close = difflib.get_close_matches(self.got, [*(self.known or ()), *(self.allowed or ())], n=1)
        return close[0] if close else None

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class CatalogueError(DistributorError):
    """The catalogue cannot be used. ``faults`` holds all of them, sorted by place, each once."""

    exit_code = 3

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (str(fault.place.file), fault.place[1:], fault.text)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class PhraseError(DistributorError):
    """A phrase of a schedule or a day of a calendar cannot be meant. ``what`` and ``remedy`` are those of a Fault."""

    exit_code = 3

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.remedy = remedy


class ConditionError(DistributorError):
    """A condition cannot be read. ``text`` is what was written, ``allowed`` what may stand there."""

    exit_code = 3

    def __init__(self, text: str, *, allowed: str) -> None:
        super().__init__(f'condition "{text}" cannot be read. Allowed: {allowed}.')
        self.text = text
        self.allowed = allowed


class UnknownQuantityError(ConditionError):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name, allowed=", ".join(sorted(known)))


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return "none"
    shown = ", ".join(f'"{name}"' for name in names[:_NAMES_SHOWN])
    left = len(names) - _NAMES_SHOWN
    return f"{shown} and {left} more" if left > 0 else shown
