"""Checks a file that anybody handed in, a few at a time, and keeps nothing.

Only a child process reads the bytes (``esign.checking``), so that no file can harm the conversation.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from esign.checking import check_file
from esign.report import Report
from signaling.protocol.errors import ErrorCode, Refused

LARGEST_BYTES = 50 << 20
"""No notice is larger, and few licences."""

_AT_ONCE, _MOST_WAITING = 2, 6


class FileCheck:
    """``roots`` are the PEM certificates to trust, one after the other."""

    def __init__(self, roots: str) -> None:
        self._roots = roots.encode()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def check(self, stream: AsyncIterator[bytes], target: Path) -> Report:
        """Write what comes to ``target`` and have it judged. Raises Refused (too large, too many), CheckFailed."""
        if self._waiting >= _MOST_WAITING:
            raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, "files are being checked")
        self._waiting += 1
        try:
            await _take_in(stream, target)
            async with self._turn:
                return await asyncio.to_thread(check_file, target, [self._roots])
        finally:
            self._waiting -= 1


async def _take_in(stream: AsyncIterator[bytes], target: Path) -> None:
    size = 0
    with await asyncio.to_thread(target.open, "wb") as file:
        async for piece in stream:
            size += len(piece)
            if size > LARGEST_BYTES:
                raise Refused(ErrorCode.MATERIAL_TOO_LARGE, str(size))
            await asyncio.to_thread(file.write, piece)
