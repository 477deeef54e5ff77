"""What waits to be sent to one connection: bounded, so that a slow reader costs others nothing.

When it is full, droppable frames (wet ink) go first; when that is not enough the box is
overfull and the connection has to be cut.
"""

import asyncio
from collections import deque

# A snapshot after a reconnect brings all marks of a case at once (some thousands on a much discussed drawing), so
# the box holds that many; who reads slowly is found by the send deadline, not by this limit.
MOST_FRAMES = 8_192
MOST_BYTES = 16 << 20


class Outbox:
    """Frames in order. One writer task takes them, anyone on the same loop puts them."""

    def __init__(self, most_frames: int = MOST_FRAMES, most_bytes: int = MOST_BYTES) -> None:
        self._most_frames = most_frames
        self._most_bytes = most_bytes
        self._frames: deque[tuple[str, bool]] = deque()
        self._bytes = 0
        self._is_closed = False
        self._changed = asyncio.Event()

    def put(self, frame: str, is_droppable: bool = False) -> bool:
        """Add a frame. False when it does not fit and may not be dropped: the reader is too slow."""
        if self._is_closed:
            return True
        if not self._has_room(frame):
            if is_droppable:
                return True
            self._drop_droppable()
            if not self._has_room(frame):
                return False
        self._frames.append((frame, is_droppable))
        self._bytes += len(frame)
        self._changed.set()
        return True

    async def take(self) -> str | None:
        """The next frame, waited for; None when the box is closed and empty."""
        while not self._frames:
            if self._is_closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        frame, _ = self._frames.popleft()
        self._bytes -= len(frame)
        return frame

    def close(self, last_frame: str | None = None, is_cut: bool = False) -> None:
        """Nothing more comes in but ``last_frame``; with ``is_cut`` what waits is thrown away. Once only counts."""
        if self._is_closed:
            return
        if is_cut:
            self._frames.clear()
            self._bytes = 0
        if last_frame is not None:
            self._frames.append((last_frame, False))
            self._bytes += len(last_frame)
        self._is_closed = True
        self._changed.set()

    def _has_room(self, frame: str) -> bool:
        return len(self._frames) < self._most_frames and self._bytes + len(frame) <= self._most_bytes

    def _drop_droppable(self) -> None:
        self._frames = deque(item for item in self._frames if not item[1])
        self._bytes = sum(len(frame) for frame, _ in self._frames)
