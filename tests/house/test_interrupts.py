"""Ctrl-C at a moment when two things belong together."""

import os
import signal
import threading

import pytest

from distributor.interrupts import finishing_first


def press() -> None:
    """Press Ctrl-C; the interpreter looks at signals before the next line."""
    os.kill(os.getpid(), signal.SIGINT)


def test_block_ends_before_ctrl_c_takes_effect() -> None:
    """What belongs together is done as a whole; what comes after it is not begun."""
    done = []

    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - where it is raised is the point
        with finishing_first():
            done.append("sent")
            press()
            done.append("recorded")
        done.append("next")

    assert ["sent", "recorded"] == done


def test_ctrl_c_works_as_before_afterwards() -> None:
    """The former handler is back, and was not called if nobody pressed."""
    before = signal.getsignal(signal.SIGINT)
    with finishing_first():
        pass

    assert before is signal.getsignal(signal.SIGINT)


def test_ctrl_c_that_is_ignored_stays_ignored() -> None:
    """A program started to ignore Ctrl-C, as with nohup, is not stopped after all."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with finishing_first():
            press()
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_need_no_protection() -> None:
    """In another thread, where no handler can be set, the block just runs."""
    done = []

    def work() -> None:
        with finishing_first():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert [True] == done
