"""Tasks for workers: spawned processes import them by name."""

import os
import signal
import time
from pathlib import Path

SETUPS: list[tuple[int, str]] = []
DONE: list[int] = []  # and not yet finished
PREPARED: list[int] = []


class TwoPartError(Exception):
    """Cannot be made again from its text."""

    def __init__(self, what: str, which: str) -> None:
        super().__init__(f"{what} {which}")


def set_up(folder: str) -> None:
    SETUPS.append((os.getpid(), folder))
    with (Path(folder) / "setups").open("a") as file:
        file.write(f"{os.getpid()}\n")


def prepare() -> None:
    PREPARED.append(os.getpid())


def fail_to_prepare() -> None:
    raise ValueError("no libraries")


def prepared_in(item: int) -> int:
    [pid] = PREPARED
    return pid


def finish() -> None:
    if DONE:
        with (Path(SETUPS[-1][1]) / "finished").open("a") as file:
            file.write(f"{DONE}\n")
        DONE.clear()


def note(item: int) -> int:
    if item == 13:
        raise ValueError("unlucky")
    DONE.append(item)
    with (Path(SETUPS[-1][1]) / "noted").open("a") as file:
        file.write(f"{item}\n")
    return item


def fail_to_set_up(folder: str) -> None:
    raise TwoPartError("no figures in", "the folder")


def double(item: int) -> tuple[int, int]:
    return item * 2, os.getpid()


def kill_parent_of_13(item: int) -> int:
    if item == 13:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(10)
    return item


def die_of_13(item: int) -> int:
    if item == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def die_of_3_and_37(item: int) -> int:
    if item in (3, 37):
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def die_once_of_13(item: int) -> int:
    """Die of the item the first time that it is tried."""
    marker = Path(SETUPS[-1][1]) / "died"
    if item == 13 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def fail_at_5(item: int) -> int:
    with (Path(SETUPS[-1][1]) / "done").open("a") as file:
        file.write(f"{item}\n")
    if item == 5:
        raise ValueError("item 5 is odd")
    time.sleep(0.002)  # a busy machine may be slow to hear of the error
    return item


def fail_with_two_parts(item: int) -> int:
    raise TwoPartError("item", str(item))


def note_and_wait(item: int) -> int:
    with (Path(SETUPS[-1][1]) / "done").open("a") as file:
        file.write(f"{item}\n")
    time.sleep(0.05)
    return item


def record(item: int) -> int:
    """Record that the item is done, whatever becomes of the answer."""
    with (Path(SETUPS[-1][1]) / "done").open("a") as file:
        file.write(f"{item}\n")
    return item


def record_or_die_of_13(item: int) -> int:
    return record(die_of_13(item))


def record_or_die_once_of_13(item: int) -> int:
    return record(die_once_of_13(item))
