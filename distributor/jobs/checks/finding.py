"""What a check finds, and how one is done so that it cannot hang or end the others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from distributor.errors import DistributorError
from recipients.errors import DirectoryError

R = TypeVar("R")


class Level(StrEnum):
    """How bad it is; in the order in which findings are told."""

    ok = "ok"
    note = "note"  # good to know
    warning = "warning"  # somebody should look at it
    fault = "fault"  # something does not work


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found.

    Attributes:
        check: What was looked at, in a word or two.
        text: A sentence that a non-engineer understands.
        remedy: What to do; empty where nothing is to be done.
        is_of_runs: Whether it is about how the runs are going, and not about how things are set up.
    """

    check: str
    level: Level
    text: str
    remedy: str = ""
    is_of_runs: bool = False


def ok(check: str, text: str) -> Finding:
    return Finding(check=check, level=Level.ok, text=text)


def note(check: str, text: str, remedy: str = "") -> Finding:
    return Finding(check=check, level=Level.note, text=text, remedy=remedy)


def warning(check: str, text: str, remedy: str) -> Finding:
    return Finding(check=check, level=Level.warning, text=text, remedy=remedy)


def fault(check: str, text: str, remedy: str = "") -> Finding:
    return Finding(check=check, level=Level.fault, text=text, remedy=remedy)


def counted(number: int, one: str, many: str) -> str:
    """Return "1 message waits", "1,204 messages wait"."""
    return f"{number:,} {one if number == 1 else many}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something to look at.

    Attributes:
        name: What is looked at.
        look: Returns what was found.
        limit_s: Longer than this it may not take.
    """

    name: str
    look: Callable[[], Iterable[Finding]]
    limit_s: float = 15


def carry_out(check: Check) -> tuple[Finding, ...]:
    """Do a check; an error is a finding, and so is no answer in time."""
    done, trouble = tried(check.name, lambda: tuple(check.look()), limit_s=check.limit_s)
    return (trouble,) if trouble is not None else done or ()


def tried(name: str, look: Callable[[], R], *, limit_s: float) -> tuple[R | None, Finding | None]:
    """Do something in a thread of its own, and leave it there when it takes too long.

    Returns:
        What it gave, or why it gave nothing.
    """
    answers: SimpleQueue[tuple[R | None, Finding | None]] = SimpleQueue()

    def work() -> None:
        try:
            answers.put((look(), None))
        except (DistributorError, DirectoryError) as error:
            answers.put((None, fault(name, str(error).removeprefix(f"{name}: "))))
        except Exception as error:  # noqa: BLE001 - outermost frame of a check: told as a fault, the others go on
            answers.put((None, fault(name, f"{type(error).__name__}: {error}")))

    Thread(target=work, name=f"check {name}", daemon=True).start()
    try:
        return answers.get(timeout=limit_s)
    except Empty:
        remedy = "Look whether it hangs, or whether a firewall swallows what is sent to it."
        return None, fault(name, f"did not answer within {limit_s:g} s.", remedy)
