"""A process that reads a hostile file ends in time and within its memory, and can still say so."""

import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.slow

_PROGRAM = """
from esign.limits import OutOfTime, limit_process
limit_process(1, 2**26)
try:
    try:
        {work}
    except Exception as fault:
        print(type(fault).__name__)
except OutOfTime:
    print("out of time")
"""


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ("for _ in iter(int, 1): len('busy')", "out of time"),
        ("bytearray(2**24); bytearray(2**27)", "MemoryError"),
    ],
)
def test_time_and_memory_are_bounded(work: str, said: str) -> None:
    program = textwrap.dedent(_PROGRAM.format(work=work))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == (said, 0), done.stderr
