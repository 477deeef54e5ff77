"""Judges a file in a child process of its own with bounded time and memory: for files that strangers hand in.

The child is `python -m esign verify`; whatever a hostile file does to it, the caller only loses this one answer.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from esign.errors import CheckFailed
from esign.report import Report

__all__ = ["DEADLINE_S", "check_file"]

DEADLINE_S = 30.0
"""On a busy machine; of processor time the child allows itself far less."""

_JUDGED = (0, 1, 2)


def check_file(
    file: Path,
    roots: Sequence[bytes] = (),
    kind: Literal["auto", "notice", "upload"] = "auto",
    deadline_s: float = DEADLINE_S,
) -> Report:
    """The report of `esign verify --limited` on a file; `roots` are PEM certificates. Blocks: run it in a worker.

    Raises `CheckFailed` when the child ended without a report or was stopped at the deadline.
    """
    with tempfile.TemporaryDirectory(prefix="cloud-window-roots-") as folder:
        trusted = Path(folder) / "roots.pem"
        trusted.write_bytes(b"\n".join(roots))
        command = [sys.executable, "-m", "esign", "verify", "--json", "--limited", "--as", kind, str(file.absolute())]
        try:
            child = subprocess.run(  # noqa: S603 - our own program
                [*command, "--trust", str(trusted)] if any(roots) else command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=deadline_s,
                check=False,
                env={**os.environ, "PYTHONUTF8": "1"},
            )
        except subprocess.TimeoutExpired:
            raise CheckFailed(f"the check took more than {deadline_s} s") from None
    if child.returncode not in _JUDGED:
        raise CheckFailed(f"left with {child.returncode}: {child.stderr.decode(errors='replace')[-300:]}")
    try:
        return msgspec.json.decode(child.stdout, type=Report)
    except msgspec.MsgspecError as problem:
        raise CheckFailed(f"no report: {problem}") from None
