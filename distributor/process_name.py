"""The name by which a process holds claims and leases, and whether the process of a name still lives."""

import itertools
import os
import platform
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_numbers = itertools.count()


def process_name() -> str:
    """Return the name of this process: host/boot/pid/start, no two ever the same.

    The system gives a pid again after a while, and all of them after a restart; start time and boot tell them apart.
    """
    return "/".join((platform.node() or "host", _boot(), str(os.getpid()), _started(os.getpid())))


def part_name(part: str) -> str:
    """Return a name for a part of this process, a thread perhaps; asked for again it is that of another part."""
    return f"{process_name()}/{part}.{next(_numbers)}"


def is_dead(name: str) -> bool:
    """Return whether the process of that name is known to have ended. One on another machine never is."""
    host, boot, pid, started, *_ = (*name.split("/"), "", "", "")
    if host != (platform.node() or "host") or not pid.isdigit():
        return False
    return boot != _boot() or started != _started(int(pid))


def is_of_earlier_boot(name: str) -> bool:
    """Return whether this machine has been started anew since the process of that name ran: a power cut, perhaps."""
    host, boot, *_ = (*name.split("/"), "")
    return host == (platform.node() or "host") and boot != _boot()


@cache
def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:  # not Linux: a machine that was restarted cannot be told, so its claims just run out
        return "boot"


def _started(pid: int) -> str:
    """Return the start time of a process in clock ticks since the boot (proc(5), field 22); "" when there is none."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _started_without_proc(pid)
    return "" if fields[0] == "Z" else fields[19]


def _started_without_proc(pid: int) -> str:
    if (_PROC / "self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass  # it lives, and is somebody else's
    return "alive"
