"""The files an applicant can choose from: those on memory sticks, or in one folder that the operator named.

Reads only, follows no links, and never looks anywhere else. Blocks, so it is called from a worker thread.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from terminal.papers import FileRow

KINDS = {".pdf": "PDF", ".png": "图片", ".jpg": "图片", ".jpeg": "图片", ".tif": "图片", ".tiff": "图片"}
MAX_ROWS = 200
"""The newest of them; nobody scrolls further."""
_MOUNTS = ("media/*", "media/*/*", "run/media/*/*")

FindRoots = Callable[[], Sequence[Path]]


def removable_mounts() -> list[Path]:
    """Where memory sticks are mounted now (FHS 3.0, 3.11: /media; udisks: /run/media)."""
    return [path for pattern in _MOUNTS for path in sorted(Path("/").glob(pattern)) if os.path.ismount(path)]


def list_files(roots: Sequence[Path], folder: str) -> tuple[FileRow, ...]:
    """Folders by name, then files that may be handed in, newest first.

    An empty ``folder`` lists the roots themselves; else it must be a folder directly in a root, and its own folders
    are left out. A root or folder that is gone has no rows.
    """
    if folder:
        wanted = [Path(folder)] if Path(folder).parent in roots and not Path(folder).is_symlink() else []
    else:
        wanted = list(roots)
    entries = [entry for place in wanted for entry in _entries(place)]
    folders = sorted((row for row in map(_folder_row, entries) if row is not None), key=lambda row: row.name)
    files = [row for row in map(_file_row, entries) if row is not None]
    newest = sorted(files, key=lambda row: row.changed_at, reverse=True)
    return (*(() if folder else folders), *newest)[:MAX_ROWS]


def _entries(place: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            found = list(entries)
    except OSError:
        return  # pulled out this moment
    yield from (entry for entry in found if not entry.name.startswith((".", "$", "System Volume")))


def _folder_row(entry: os.DirEntry[str]) -> FileRow | None:
    try:
        return FileRow(entry.path, entry.name, "") if entry.is_dir(follow_symlinks=False) else None
    except OSError:
        return None


def _file_row(entry: os.DirEntry[str]) -> FileRow | None:
    kind = KINDS.get(os.path.splitext(entry.name)[1].lower())
    try:
        if kind is None or not entry.is_file(follow_symlinks=False):
            return None
        state = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return FileRow(entry.path, entry.name, kind, state.st_size, state.st_mtime)
