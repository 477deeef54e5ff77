"""Bounds for a process that checks one untrusted file, in processor time and memory: no file can hold up a machine.

For child processes only: a limit once set stays until the process ends.
"""

import resource
import signal
from pathlib import Path
from types import FrameType

__all__ = ["OutOfTime", "limit_process"]

_PAGE_BYTES = resource.getpagesize()
_GRACE_S = 2  # from the exception to the end by force, when some C code does not come back


class OutOfTime(BaseException):
    """The processor time is used up. No `Exception`: who reads broken files shall not take it for one more fault."""


def limit_process(cpu_s: int, memory_bytes: int) -> None:
    """Raise `OutOfTime` after `cpu_s` more seconds of processor time, MemoryError beyond so many more bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    signal.signal(signal.SIGXCPU, _give_up)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + _GRACE_S))
    mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * _PAGE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_bytes, mapped + memory_bytes))


def _give_up(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)  # it comes again every second, and the report is still to be written
    raise OutOfTime
