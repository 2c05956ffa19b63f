"""Who holds a claim, and whether that process still lives."""

import os
import subprocess
import sys

from distributor.process_name import is_dead, is_of_earlier_boot, part_name, process_name

ASK = [sys.executable, "-c", "from distributor.process_name import part_name; print(part_name('x'))"]


def test_living_process_is_not_dead() -> None:
    """This process lives, in all its parts."""
    assert [False, False] == [is_dead(process_name()), is_dead(part_name("outbox0"))]


def test_ended_process_is_dead() -> None:
    """A process that has ended is dead at once, and its machine is still the same."""
    name = subprocess.run(ASK, capture_output=True, text=True, check=True).stdout.strip()

    assert (True, False) == (is_dead(name), is_of_earlier_boot(name))


def test_pid_that_was_given_again_is_another_process() -> None:
    """The same number with another start time is not the process that held the claim."""
    host, boot, pid, _, *_ = (*process_name().split("/"), "")

    assert is_dead("/".join((host, boot, pid, "1")))
    assert str(os.getpid()) == pid


def test_process_before_a_restart_of_the_machine_is_dead() -> None:
    """Another boot of this machine: dead, and what it had in hand may have gone with the power."""
    host, _, pid, started = process_name().split("/")
    name = "/".join((host, "0ther800", pid, started))

    assert (True, True) == (is_dead(name), is_of_earlier_boot(name))


def test_process_on_another_machine_is_never_known_to_be_dead() -> None:
    """Nothing is known of it: its claims just run out."""
    assert [False, False] == [is_dead("elsewhere/b/1/2"), is_of_earlier_boot("elsewhere/b/1/2")]


def test_parts_of_a_process_are_never_taken_for_each_other() -> None:
    """Two outboxes of one process must not take their claims for each other's: each asks for a name of its own."""
    assert 2 == len({part_name("outbox0"), part_name("outbox0")})
