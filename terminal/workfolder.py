"""The folder with the files of the applicant at the terminal: made when needed, deleted when the applicant leaves.

A killed program cannot delete; therefore each folder carries a lock of its living owner, and the next start of any
terminal on this machine deletes the folders whose owner is gone, and old ones that never had one.
"""

import fcntl
import logging
import os
import shutil
import tempfile
import time
from pathlib import Path

logger = logging.getLogger(__name__)

PREFIX = "cloud-window-booth-"
_LOCK = ".owner"
_UNOWNED_S = 3600.0
"""A folder without an owner file is being made, or its maker was killed in between; so old, it is the latter."""


class WorkFolder:
    """One applicant's folder after the other, readable by the owner only (mkdtemp: 0700)."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._lock = -1

    def path(self) -> Path:
        """The folder; a new one after ``wipe``."""
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = os.open(self._path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self._path

    def wipe(self) -> None:
        """Delete everything of this applicant; without a folder nothing happens."""
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            os.close(self._lock)
            self._path = None


def sweep() -> int:
    """Delete the folders that killed terminals left behind; how many there were."""
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            swept += _sweep_unowned(folder)
            continue
        except OSError:
            continue  # not ours
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
        except OSError:
            continue  # its owner is alive
        finally:
            os.close(lock)
    if swept:
        logger.warning("deleted %d folders of terminals that did not end properly", swept)
    return swept


def _sweep_unowned(folder: Path) -> int:
    try:
        if time.time() - folder.stat().st_mtime < _UNOWNED_S:
            return 0
    except OSError:
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if folder.exists() else 1
